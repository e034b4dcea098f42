package entstore_test

import (
	"testing"
	"time"

	"github.com/embedscim/scim/adapters/entstore"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	_ "github.com/embedscim/scim/adapters/entstore/internal/example/ent/runtime" // the schema's hooks and rules
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/team"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

func userConfig() entstore.Config[ent.User] {
	return entstore.Config[ent.User]{
		Prefix: "u_",
		Scope:  entstore.ScopeField(user.FieldOrg, entstore.Tenant),
		Attributes: []entstore.Attribute[ent.User]{
			entstore.Attr("userName", user.FieldLogin, func(u *ent.User) *string { return &u.Login }).Folded(user.FieldLoginKey),
			entstore.Attr("externalId", user.FieldExternalID, func(u *ent.User) **string { return &u.ExternalID }),
			entstore.Attr("name.givenName", user.FieldFirstName, func(u *ent.User) *string { return &u.FirstName }),
			entstore.Attr("name.familyName", user.FieldLastName, func(u *ent.User) **string { return &u.LastName }),
			entstore.Attr(`emails[type eq "work"].value`, user.FieldEmail, func(u *ent.User) **string { return &u.Email }),
			entstore.IsNull("active", user.FieldDisabledAt, func(u *ent.User) **time.Time { return &u.DisabledAt }),
			entstore.AttrFunc("password", nil, func(u *ent.User, v string) error {
				u.Password = v
				return nil
			}, entstore.Col(user.FieldPassword, func(u *ent.User) *string { return &u.Password })),
			entstore.Attr("meta.version", user.FieldVersion, func(u *ent.User) *int64 { return &u.Version }),
			entstore.Attr("meta.created", user.FieldCreatedAt, func(u *ent.User) *time.Time { return &u.CreatedAt }),
			entstore.Attr("meta.lastModified", user.FieldUpdatedAt, func(u *ent.User) *time.Time { return &u.UpdatedAt }),
			entstore.Extra(user.FieldExtra, func(u *ent.User) *string { return &u.Extra }),
		},
	}
}

func groupConfig(users *entstore.Store[ent.User]) entstore.Config[ent.Team] {
	return entstore.Config[ent.Team]{
		Type:   schema.GroupType(),
		Prefix: "g_",
		Scope:  entstore.ScopeField(team.FieldOrg, entstore.Tenant),
		Attributes: []entstore.Attribute[ent.Team]{
			entstore.Attr("displayName", team.FieldName, func(t *ent.Team) *string { return &t.Name }),
			entstore.Attr("externalId", team.FieldExternalID, func(t *ent.Team) **string { return &t.ExternalID }),
			entstore.Attr("meta.version", team.FieldVersion, func(t *ent.Team) *int64 { return &t.Version }),
			entstore.Attr("meta.created", team.FieldCreatedAt, func(t *ent.Team) *time.Time { return &t.CreatedAt }),
			entstore.Attr("meta.lastModified", team.FieldUpdatedAt, func(t *ent.Team) *time.Time { return &t.UpdatedAt }),
		},
		Members: []entstore.Edge[ent.Team]{
			entstore.Members(users, func(t *ent.Team) []*ent.User { return t.Edges.Members }, (*ent.TeamQuery).WithMembers,
				team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs),
			entstore.Members(nil, func(t *ent.Team) []*ent.Team { return t.Edges.Children }, (*ent.TeamQuery).WithChildren,
				team.HasChildrenWith, (*ent.TeamMutation).AddChildIDs, (*ent.TeamMutation).RemoveChildIDs),
		},
	}
}

// An app is the application with its stores.
type app struct {
	client *ent.Client
	db     *entstore.DB[*ent.Client]
	users  *entstore.Store[ent.User]
	groups *entstore.Store[ent.Team]
}

func newApp(tb testing.TB, e engine) *app {
	tb.Helper()
	a := &app{client: e.client(tb)}
	a.stores(tb, e)
	return a
}

// stores makes the stores over the client.
func (a *app) stores(tb testing.TB, e engine) {
	tb.Helper()
	var err error
	a.db, err = entstore.NewDB(e.dialect, a.client, a.client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.NoError(tb, err)
	a.users, err = entstore.New(a.db, func(c *ent.Client) *ent.UserClient { return c.User }, userConfig())
	require.NoError(tb, err)
	a.groups, err = entstore.New(a.db, func(c *ent.Client) *ent.TeamClient { return c.Team }, groupConfig(a.users))
	require.NoError(tb, err)
}
