package entstore_test

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/embedscim/scim/adapters/entstore"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/team"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// Every mistake in a configuration is found when the store is made.
func TestConfigErrors(t *testing.T) {
	client := ent.NewClient()
	newDB := func() *entstore.DB[*ent.Client] {
		db, err := entstore.NewDB(dialect.SQLite, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
		require.NoError(t, err)
		return db
	}
	db := newDB()
	login := func(u *ent.User) *string { return &u.Login }
	email := func(u *ent.User) **string { return &u.Email }
	attr := func(a entstore.Attribute[ent.User]) func(*entstore.Config[ent.User]) {
		return func(c *entstore.Config[ent.User]) { c.Attributes = append(c.Attributes, a) }
	}
	for _, c := range []struct {
		what   string
		change func(*entstore.Config[ent.User])
		want   string
	}{
		{"no scope", func(c *entstore.Config[ent.User]) { c.Scope = entstore.Scope{} }, "Scope is missing"},
		{"a scope without a function", func(c *entstore.Config[ent.User]) { c.Scope = entstore.ScopeField[string](user.FieldOrg, nil) }, "tells the tenant is missing"},
		{"no prefix of integers", func(c *entstore.Config[ent.User]) { c.Prefix = "" }, "Prefix is missing"},
		{"a prefix that a URL can't have", func(c *entstore.Config[ent.User]) { c.Prefix = "u/" }, "Prefix may have"},
		{"a misspelt path", attr(entstore.Attr("name.givenNam", user.FieldEmail, email)), "givenNam"},
		{"a misspelt name", attr(entstore.Attr("title", "e mail", email)), "no name of a field"},
		{"no function", attr(entstore.Attr[ent.User, string]("title", user.FieldEmail, nil)), "the function for the field is missing"},
		{"a type that does not fit", attr(entstore.Attr("title", "x", func(u *ent.User) *ent.UserEdges { return &u.Edges })), "does not fit"},
		{"two paths for one field", attr(entstore.Attr("title", user.FieldLogin, login)), "written to by userName already"},
		{"two paths for one field, by a function", attr(entstore.AttrFunc("title", func(*ent.User) string { return "" }, func(*ent.User, string) error { return nil }, entstore.Col(user.FieldLogin, login))), "written to by userName already"},
		{"a field for the scope", attr(entstore.Attr("title", user.FieldOrg, func(u *ent.User) *string { return &u.Org })), "written to by Scope already"},
		{"an id that is no name", func(c *entstore.Config[ent.User]) { c.ID = "i?" }, "Config.ID"},
		{"the id", attr(entstore.Attr("id", user.FieldID, func(u *ent.User) *int { return &u.ID })), "is the id of the entity"},
		{"a version that can't be counted", func(c *entstore.Config[ent.User]) {
			c.Attributes = append(c.Attributes[:0:0], c.Attributes[0], entstore.Attr("meta.version", user.FieldEmail, email))
		}, "needs a field of a signed integer type"},
		{"userName without Folded", func(c *entstore.Config[ent.User]) {
			c.Attributes = []entstore.Attribute[ent.User]{entstore.Attr("userName", user.FieldLogin, login)}
		}, "give it a Folded field"},
		{"no userName", func(c *entstore.Config[ent.User]) { c.Attributes = c.Attributes[1:] }, "userName"},
		{"Folded for what is case exact", attr(entstore.Attr(`ims[type eq "x"].value`, "ims", email).Folded("ims_key")), "not case exact"},
		{"brackets that nothing can be made from", attr(entstore.Attr(`ims[type ne "x"].value`, "ims", email)), "must be comparisons with eq"},
		{"members of a user", func(c *entstore.Config[ent.User]) { c.Members = make([]entstore.Edge[ent.User], 1) }, "no attribute members"},
	} {
		t.Run(c.what, func(t *testing.T) {
			cfg := userConfig()
			c.change(&cfg)
			_, err := entstore.New(db, func(c *ent.Client) *ent.UserClient { return c.User }, cfg)
			require.ErrorContains(t, err, c.want)
		})
	}

	users, err := entstore.New(db, func(c *ent.Client) *ent.UserClient { return c.User }, userConfig())
	require.NoError(t, err)
	strangers, err := entstore.New(newDB(), func(c *ent.Client) *ent.UserClient { return c.User }, userConfig())
	require.NoError(t, err)
	members := func(t *ent.Team) []*ent.User { return t.Edges.Members }
	for _, c := range []struct {
		what   string
		change func(*entstore.Config[ent.Team])
		want   string
	}{
		{"two edges to one type", func(c *entstore.Config[ent.Team]) { c.Members = append(c.Members, c.Members[0]) }, "two edges to members of type User"},
		{"no version", func(c *entstore.Config[ent.Team]) { c.Attributes = c.Attributes[:2] }, "map meta.version"},
		{"a function of an edge is missing", func(c *entstore.Config[ent.Team]) {
			c.Members[0] = entstore.Members(users, members, (*ent.TeamQuery).WithMembers, team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, nil)
		}, "one of the functions of an edge is missing"},
		{"another database", func(c *entstore.Config[ent.Team]) {
			c.Members[0] = entstore.Members(strangers, members, (*ent.TeamQuery).WithMembers, team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs)
		}, "another DB"},
		{"the query of another entity", func(c *entstore.Config[ent.Team]) {
			c.Members[0] = entstore.Members(users, members, func(q *ent.UserQuery, _ ...func(*ent.UserQuery)) *ent.UserQuery { return q }, team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs)
		}, "must be of *ent.TeamQuery"},
		{"the mutation of another entity", func(c *entstore.Config[ent.Team]) {
			c.Members[0] = entstore.Members(users, members, (*ent.TeamQuery).WithMembers, team.HasMembersWith, (*ent.UserMutation).AddTeamIDs, (*ent.UserMutation).RemoveTeamIDs)
		}, "must be of *ent.TeamMutation"},
		{"members of another type", func(c *entstore.Config[ent.Team]) {
			c.Members = []entstore.Edge[ent.Team]{entstore.Members(nil, members, (*ent.TeamQuery).WithMembers, team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs)}
		}, "the edge leads to"},
	} {
		t.Run(c.what, func(t *testing.T) {
			cfg := groupConfig(users)
			c.change(&cfg)
			_, err := entstore.New(db, func(c *ent.Client) *ent.TeamClient { return c.Team }, cfg)
			require.ErrorContains(t, err, c.want)
		})
	}

	_, err = entstore.New(db, (func(*ent.Client) *ent.UserClient)(nil), userConfig())
	require.ErrorContains(t, err, "New needs a DB")
	_, err = entstore.NewDB("oracle", client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.ErrorContains(t, err, `no dialect "oracle"`)
	_, err = entstore.NewDB(dialect.SQLite, (*ent.Client)(nil), client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.ErrorContains(t, err, "NewDB needs the client")
	_, err = entstore.NewDB(dialect.SQLite, client, client.BeginTx, nil, func(context.Context) *ent.Tx { return nil })
	require.ErrorContains(t, err, "NewDB needs the client")
}

// All mistakes are reported, not only the first.
func TestConfigReportsAll(t *testing.T) {
	client := ent.NewClient()
	db, err := entstore.NewDB(dialect.SQLite, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.NoError(t, err)
	_, err = entstore.New(db, func(c *ent.Client) *ent.TeamClient { return c.Team }, entstore.Config[ent.Team]{Type: schema.GroupType(), Attributes: []entstore.Attribute[ent.Team]{
		entstore.Attr("displayNam", team.FieldName, func(t *ent.Team) *string { return &t.Name }),
	}})
	require.ErrorContains(t, err, "Scope is missing")
	require.ErrorContains(t, err, "Prefix is missing")
	require.ErrorContains(t, err, "displayNam")
}
