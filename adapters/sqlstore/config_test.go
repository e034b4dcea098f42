package sqlstore_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// TestMistakes shows that a mapping which can't work is refused when the store is made, with all its mistakes.
func TestMistakes(t *testing.T) {
	db := sql.OpenDB(&recorder{})
	good := func() sqlstore.Table {
		return sqlstore.Table{
			Name: "users", Key: sqlstore.Key{Column: "id", Prefix: "u_", Kind: sqlstore.KeyInteger}, Scope: sqlstore.NoScope(),
			Attributes: sqlstore.Attributes{"userName": sqlstore.Col("login")}, Companion: "scim_users",
		}
	}
	table := good()
	users, err := sqlstore.New(db, sqlstore.SQLite, table)
	require.NoError(t, err)
	with := func(path string, m sqlstore.Mapping) func(*sqlstore.Table) {
		return func(t *sqlstore.Table) { t.Attributes[path] = m }
	}
	for name, c := range map[string]struct {
		change func(*sqlstore.Table)
		want   []string
	}{
		"no scope":               {func(t *sqlstore.Table) { t.Scope = sqlstore.Scope{} }, []string{"Scope is missing"}},
		"a scope of no tenant":   {func(t *sqlstore.Table) { t.Scope = sqlstore.ScopeColumn("org", nil) }, []string{"Scope", "the function that tells the tenant is missing"}},
		"no name":                {func(t *sqlstore.Table) { t.Name = "" }, []string{"Name"}},
		"no key":                 {func(t *sqlstore.Table) { t.Key.Column = "" }, []string{"Key.Column"}},
		"a name that is none":    {func(t *sqlstore.Table) { t.Name = `users"; DROP TABLE users; --` }, []string{"Name", "is no name of a table or column"}},
		"a placeholder as name":  {with("title", sqlstore.Col("title?")), []string{"title", "is no name"}},
		"integers alone as ids":  {func(t *sqlstore.Table) { t.Key.Prefix = "" }, []string{"Key.Prefix is missing"}},
		"a prefix with a slash":  {func(t *sqlstore.Table) { t.Key.Prefix = "u/" }, []string{"Key.Prefix"}},
		"a misspelt path":        {with("dispalyName", sqlstore.Col("name")), []string{"dispalyName"}},
		"a misspelt sub":         {with("name.firstName", sqlstore.Col("name")), []string{"name.firstName"}},
		"a path twice":           {with("USERNAME", sqlstore.Col("other")), []string{"USERNAME", "userName", "mapped twice"}},
		"a column twice":         {with(`emails[type eq "work"].value`, sqlstore.Col("login")), []string{`emails[type eq "work"].value`, "userName", "both written to column login"}},
		"the key as a column":    {with("title", sqlstore.Col("id")), []string{"title", "Key", "column id"}},
		"a complex attribute":    {with("name", sqlstore.Col("name")), []string{"name", "is complex"}},
		"several values":         {with("emails.value", sqlstore.Col("email")), []string{"emails.value", "has several values"}},
		"an element as a whole":  {with(`emails[type eq "work"]`, sqlstore.Col("email")), []string{`emails[type eq "work"]`, "name a sub-attribute"}},
		"a filter to guess from": {with(`emails[type ne "work"].value`, sqlstore.Col("email")), []string{"must be comparisons with eq"}},
		"a text as a condition":  {with("title", sqlstore.IsNull("title")), []string{"title", "IsNull is for boolean attributes"}},
		"a secret as it is":      {with("password", sqlstore.Col("password")), []string{"password", "a secret must not be kept as it is"}},
		"no way back":            {with("title", sqlstore.Column{Name: "title", Convert: &sqlstore.Convert{}}), []string{"title", "both To and From"}},
		"meta":                   {with("meta.created", sqlstore.Col("created")), []string{"meta.created"}},
		"the id":                 {with("id", sqlstore.Col("uid")), []string{"id"}},
		"rows of one value":      {with("title", sqlstore.Rows{Table: "titles", Owner: "user_id", Columns: map[string]sqlstore.Column{"value": sqlstore.Col("t")}}), []string{"title", "multi-valued"}},
		"rows without columns":   {with("emails", sqlstore.Rows{Table: "emails", Owner: "user_id"}), []string{"emails", "Columns is empty"}},
		"rows of no such part": {
			with("emails", sqlstore.Rows{Table: "emails", Owner: "user_id", Columns: map[string]sqlstore.Column{"address": sqlstore.Col("a")}}),
			[]string{"emails", "no sub-attribute address"},
		},
		"rows and a part of them": {func(t *sqlstore.Table) {
			t.Attributes["emails"] = sqlstore.Rows{Table: "emails", Owner: "user_id", Columns: map[string]sqlstore.Column{"value": sqlstore.Col("a")}}
			t.Attributes[`emails[type eq "work"].value`] = sqlstore.Col("email")
		}, []string{`emails[type eq "work"].value is part of emails`}},
		"members of users":       {with("emails", sqlstore.Members{{Table: "m", Owner: "a", Element: "b"}}), []string{"emails", "Members are for attributes whose elements are other resources"}},
		"no column for userName": {func(t *sqlstore.Table) { delete(t.Attributes, "userName") }, []string{"userName is unique"}},
		"no active to disable":   {func(t *sqlstore.Table) { t.Delete = sqlstore.DisableAccount() }, []string{"DisableAccount needs"}},
		"marking what is shared": {func(t *sqlstore.Table) {
			t.Scope, t.Delete = sqlstore.ScopeMembership("seats", "user_id", "org", sqlstore.Tenant), sqlstore.MarkDeleted("deleted_at")
		}, []string{"deleting ends the membership"}},
		"a link without sharing": {func(t *sqlstore.Table) { t.Link = func(context.Context, string) (bool, error) { return true, nil } }, []string{"Link is for ScopeMembership"}},
		"groups without a version": {func(t *sqlstore.Table) {
			*t = sqlstore.Table{
				Type: schema.GroupType(), Name: "teams", Key: sqlstore.Key{Column: "id", Prefix: "g_", Kind: sqlstore.KeyInteger}, Scope: sqlstore.NoScope(),
				Attributes: sqlstore.Attributes{"displayName": sqlstore.Col("name"), "members": sqlstore.Members{{Table: "team_users", Owner: "team_id", Element: "user_id", Of: users}}},
			}
		}, []string{"Version is missing"}},
		"members without a table": {func(t *sqlstore.Table) {
			t.Type, t.Attributes = schema.GroupType(), sqlstore.Attributes{"displayName": sqlstore.Col("name")}
		}, []string{"members refers to other resources, and needs Members"}},
		"members twice": {func(t *sqlstore.Table) {
			t.Type = schema.GroupType()
			t.Attributes = sqlstore.Attributes{"displayName": sqlstore.Col("name"), "members": sqlstore.Members{
				{Table: "team_users", Owner: "team_id", Element: "user_id", Of: users}, {Table: "team_others", Owner: "team_id", Element: "user_id", Of: users},
			}}
		}, []string{"two tables for members of type User"}},
		"several mistakes": {func(t *sqlstore.Table) {
			t.Scope, t.Key.Prefix = sqlstore.Scope{}, ""
			t.Attributes["nope"], t.Attributes["name"] = sqlstore.Col("a"), sqlstore.Col("b")
		}, []string{"Scope is missing", "Key.Prefix is missing", "nope", "name"}},
	} {
		t.Run(name, func(t *testing.T) {
			table := good()
			c.change(&table)
			_, err := sqlstore.New(db, sqlstore.SQLite, table)
			require.Error(t, err)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	_, err = sqlstore.New(nil, sqlstore.SQLite, table)
	require.ErrorContains(t, err, "the database is missing")
	_, err = sqlstore.New(db, 0, table)
	require.ErrorContains(t, err, "the dialect is missing")
}

// TestNoTenant shows that a request without a tenant reads and writes nothing.
func TestNoTenant(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		_, users, _ := app(t, e)
		made, err := users.Create(as(t, "acme"), resource(t, users, barbara))
		require.NoError(t, err)
		for _, ctx := range []context.Context{t.Context(), as(t, "")} {
			_, err := users.Get(ctx, made.ID, scim.Projection{})
			require.ErrorContains(t, err, "no tenant")
			_, err = users.Search(ctx, &scim.Query{StartIndex: 1, Count: 1})
			require.ErrorContains(t, err, "no tenant")
			_, err = users.Create(ctx, resource(t, users, barbara))
			require.ErrorContains(t, err, "no tenant")
			require.ErrorContains(t, users.Delete(ctx, made.ID, ""), "no tenant")
			for _, err := range users.List(ctx, scim.Projection{}) {
				require.ErrorContains(t, err, "no tenant")
			}
		}
	})
}

// TestVerify shows that a column which the table does not have is told at start.
func TestVerify(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db := e.open(t)
		run(t, db, appTables(e.dialect))
		users, _ := appStores(t, db, e.dialect, func(t *sqlstore.Table) { t.Attributes["title"] = sqlstore.Col("job") })
		require.NoError(t, sqlstore.Migrate(t.Context(), users))
		require.ErrorContains(t, users.Verify(t.Context()), "job")
	})
}
