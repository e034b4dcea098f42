// Package schema is that of an application with users and teams, for the tests of entstore.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is an account.
type User struct{ ent.Schema }

// Fields returns those of the application, and those that it keeps for SCIM.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("org").Immutable(),
		field.String("login").NotEmpty(),
		field.String("login_key"),
		field.Text("first_name").Default(""),
		field.Text("last_name").Optional().Nillable(),
		field.Text("email").Optional().Nillable(),
		field.String("password").Optional().Sensitive(),
		field.Int("logins").Default(0),
		field.Time("disabled_at").Optional().Nillable(),
		field.String("external_id").Optional().Nillable(),
		field.Text("extra").Optional(),
		field.Int64("version").Default(1),
		field.Time("created_at").Default(time.Now).Immutable(),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges says in which teams a user is.
func (User) Edges() []ent.Edge {
	return []ent.Edge{edge.From("teams", Team.Type).Ref("members")}
}

// Indexes makes logins unique, whatever their letter case.
func (User) Indexes() []ent.Index {
	return []ent.Index{index.Fields("org", "login_key").Unique()}
}
