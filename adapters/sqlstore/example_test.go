package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
)

// exampleDB opens a database with the tables of an application.
func exampleDB() (db *sql.DB, done func()) {
	dir, err := os.MkdirTemp("", "sqlstore")
	if err != nil {
		panic(err)
	}
	if db, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "app.db")); err != nil {
		panic(err)
	}
	for _, statement := range []string{
		"CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, org text NOT NULL, login text NOT NULL, first_name text, email text, disabled_at timestamp)",
		"CREATE UNIQUE INDEX users_login ON users (org, lower(login))",
		"CREATE TABLE teams (id integer PRIMARY KEY AUTOINCREMENT, org text NOT NULL, name text NOT NULL)",
		"CREATE TABLE team_users (team_id integer NOT NULL, user_id integer NOT NULL, PRIMARY KEY (team_id, user_id))",
		"INSERT INTO users (org, login) VALUES ('acme', 'ada@example.com')",
	} {
		if _, err := db.Exec(statement); err != nil {
			panic(err)
		}
	}
	return db, func() {
		_ = db.Close()
		_ = os.RemoveAll(dir)
	}
}

// stores maps the tables of an application: this is all it takes.
func stores(db *sql.DB) (users, groups *sqlstore.Store, err error) {
	tenant := sqlstore.ScopeColumn("org", sqlstore.Tenant)
	users, err = sqlstore.New(db, sqlstore.SQLite, sqlstore.Table{
		Name:  "users",
		Key:   sqlstore.Key{Column: "id", Prefix: "u_", Kind: sqlstore.KeyInteger},
		Scope: tenant,
		Attributes: sqlstore.Attributes{
			"userName":                     sqlstore.Col("login"),
			"name.givenName":               sqlstore.Col("first_name"),
			"active":                       sqlstore.IsNull("disabled_at"),
			`emails[type eq "work"].value`: sqlstore.Col("email"),
		},
		Companion: "scim_users",
	})
	if err != nil {
		return nil, nil, err
	}
	groups, err = sqlstore.New(db, sqlstore.SQLite, sqlstore.Table{
		Type:  schema.GroupType(),
		Name:  "teams",
		Key:   sqlstore.Key{Column: "id", Prefix: "g_", Kind: sqlstore.KeyInteger},
		Scope: tenant,
		Attributes: sqlstore.Attributes{
			"displayName": sqlstore.Col("name"),
			"members":     sqlstore.Members{{Table: "team_users", Owner: "team_id", Element: "user_id", Of: users}},
		},
		Companion: "scim_teams",
	})
	return users, groups, err
}

// The tables users, teams and team_users of an application become users and groups.
func Example() {
	db, done := exampleDB()
	defer done()
	users, groups, err := stores(db)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "acme"})
	if err := sqlstore.Migrate(ctx, users, groups); err != nil {
		fmt.Println(err)
		return
	}
	// scim.Users(users) and scim.Groups(groups) are the Resources of a scim.Config.
	ada, err := users.Get(ctx, "u_1", scim.Projection{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = ada.Attributes.Set("active", false)
	_ = ada.Attributes.Set("nickName", "Ada")
	ada, err = users.Replace(ctx, ada)
	if err != nil {
		fmt.Println(err)
		return
	}
	var disabled bool
	_ = db.QueryRow("SELECT disabled_at IS NOT NULL FROM users WHERE login = 'ada@example.com'").Scan(&disabled)
	fmt.Println(ada.Attributes.Get("userName"), ada.Attributes.Get("nickName"), disabled)
	// Output: ada@example.com Ada true
}

// Hooks and interceptors write in the transaction of the request: sessions end when an account is switched off, or nothing
// happens at all.
func ExampleTx() {
	endSessions := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			if err != nil {
				return nil, err
			}
			for _, c := range res.Changes {
				if c.Path.String() == "active" && !c.New.Bool() {
					if _, err := sqlstore.Tx(ctx).ExecContext(ctx, "DELETE FROM sessions WHERE user_id = ?", res.Resource.ID); err != nil {
						return nil, err
					}
				}
			}
			return res, nil
		}
	}
	_ = scim.Config{TxInterceptors: []scim.Interceptor{endSessions}}
}

// An application that has no tables for users and groups can have some.
func ExampleStandard() {
	db, done := exampleDB()
	defer done()
	users, groups, err := sqlstore.Standard(db, sqlstore.SQLite, "scim_", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := sqlstore.Migrate(context.Background(), users, groups); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(users.Capabilities(), "/", groups.Capabilities())
	// Output: search cursor update transaction / search cursor update delta transaction
}

// Migrations are for the tool that the application has for its own.
func ExampleMigrations() {
	db, done := exampleDB()
	defer done()
	users, _, err := stores(db)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, statement := range sqlstore.Migrations(users) {
		fmt.Println(strings.Split(statement, "\n")[0])
	}
	// Output:
	// CREATE TABLE IF NOT EXISTS "scim_users" (
	// CREATE UNIQUE INDEX IF NOT EXISTS scim_users_unique_value ON "scim_users" (tenant, unique_value)
	// CREATE INDEX IF NOT EXISTS scim_users_external_key ON "scim_users" (tenant, external_key)
}

// A column with another notion of active is converted, and a password is hashed on its way.
func ExampleColumn() {
	state := &sqlstore.Convert{
		To: func(v schema.Value) (any, error) {
			if v.IsUnassigned() || v.Bool() {
				return "enabled", nil
			}
			return "suspended", nil
		},
		From: func(column any) (schema.Value, error) {
			return schema.Boolean(fmt.Sprintf("%s", column) == "enabled"), nil
		},
	}
	hashed := &sqlstore.Convert{To: func(v schema.Value) (any, error) { return "hash of " + fmt.Sprint(len(v.Text())), nil }}
	attributes := sqlstore.Attributes{
		"userName": sqlstore.Column{Name: "login", CaseFold: true},
		"active":   sqlstore.Column{Name: "state", Convert: state},
		"password": sqlstore.Column{Name: "password_hash", Convert: hashed},
		"title":    sqlstore.Column{Name: "title", Empty: ""},
	}
	db, done := exampleDB()
	defer done()
	_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Table{
		Name: "accounts", Key: sqlstore.Key{Column: "uuid", Kind: sqlstore.KeyUUID}, Scope: sqlstore.NoScope(), Attributes: attributes,
		Companion: "scim_accounts", Delete: sqlstore.MarkDeleted("deleted_at").Reviving(),
	})
	fmt.Println(err)
	// Output: <nil>
}

// Rows of another table are the elements of a multi-valued attribute.
func ExampleRows() {
	fmt.Println(len(sqlstore.Attributes{
		"emails": sqlstore.Rows{
			Table: "contacts", Owner: "user_id", Order: "id", Fixed: map[string]any{"medium": "email"},
			Columns: map[string]sqlstore.Column{"value": sqlstore.Col("address"), "type": sqlstore.Col("kind"), "primary": sqlstore.Col("is_primary")},
		},
	}))
	// Output: 1
}
