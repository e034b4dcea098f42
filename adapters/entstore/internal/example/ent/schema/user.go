// Package schema is that of an application with users and teams, for the tests of entstore.
package schema

import (
	"context"
	"errors"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	gen "github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/privacy"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/adapters/entstore/internal/example/viewer"
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
		field.Text("email").MaxLen(500).Optional().Nillable(),
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

// Policy says who may see and change users.
func (User) Policy() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{
			privacy.UserQueryRuleFunc(func(ctx context.Context, q *gen.UserQuery) error {
				switch viewer.From(ctx) {
				case viewer.Stranger:
					return privacy.Denyf("users are none of a stranger's business")
				case viewer.Limited:
					q.Where(user.DisabledAtIsNil())
				}
				return privacy.Skip
			}),
		},
		Mutation: privacy.MutationPolicy{
			privacy.UserMutationRuleFunc(func(ctx context.Context, _ *gen.UserMutation) error {
				if viewer.From(ctx) == viewer.Reader {
					return privacy.Denyf("a reader changes no user")
				}
				return privacy.Skip
			}),
		},
	}
}

// ErrReserved is the error for a login that the application keeps for itself.
var ErrReserved = errors.New("the login is reserved")

// Hooks refuses logins that the application keeps for itself.
func (User) Hooks() []ent.Hook {
	return []ent.Hook{
		func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				if login, _ := m.Field(user.FieldLogin); login == "root" {
					return nil, ErrReserved
				}
				return next.Mutate(ctx, m)
			})
		},
	}
}
