package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Team is a group of users and of other teams.
type Team struct{ ent.Schema }

// Fields returns those of the application, and those that it keeps for SCIM.
func (Team) Fields() []ent.Field {
	return []ent.Field{
		field.String("org").Immutable(),
		field.String("name"),
		field.String("external_id").Optional().Nillable(),
		field.Int64("version").Default(1),
		field.Time("created_at").Default(time.Now).Immutable(),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges says who is in a team.
func (Team) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("members", User.Type),
		edge.To("children", Team.Type).From("parents"),
	}
}

// Indexes returns that of the names.
func (Team) Indexes() []ent.Index {
	return []ent.Index{index.Fields("org", "name")}
}
