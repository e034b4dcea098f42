package sqlstore_test

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
	"github.com/stretchr/testify/require"
)

// types fills in the types of columns that differ among databases.
func types(d sqlstore.Dialect, text string) string {
	r := map[sqlstore.Dialect]*strings.Replacer{
		sqlstore.Postgres: strings.NewReplacer("{uuid}", "uuid", "{text}", "text", "{bool}", "boolean", "{time}", "timestamptz", "{number}", "numeric", "{exact}", "text", "{short}", "text"),
		sqlstore.SQLite:   strings.NewReplacer("{uuid}", "text", "{text}", "text", "{bool}", "boolean", "{time}", "timestamp", "{number}", "text", "{exact}", "text", "{short}", "text"),
		sqlstore.MySQL: strings.NewReplacer("{uuid}", "char(36)", "{text}", "longtext", "{bool}", "boolean", "{time}", "datetime(3)", "{number}", "varchar(100)",
			"{exact}", "varchar(250) COLLATE utf8mb4_bin",
			"{short}", "varchar(250)"),
	}[d]
	return r.Replace(text)
}

const passwords = "CREATE TABLE passwords (id varchar(100) PRIMARY KEY, password varchar(1000));\n"

// columned are stores over tables with columns for version, times and folded names, UUIDs as keys, and rows that are marked
// instead of deleted; emails are rows, and other attributes are kept in a companion.
func columned(tb testing.TB, db *sql.DB, d sqlstore.Dialect, policy sqlstore.DeletePolicy) (users, groups *sqlstore.Store) {
	// MySQL has no partial indexes, and a disabled account keeps its name: then the companion sees to it.
	index, where := "UNIQUE INDEX", " WHERE deleted_at IS NULL"
	if d == sqlstore.MySQL || policy != sqlstore.MarkDeleted("deleted_at") {
		index, where = "INDEX", ""
	}
	define(tb, db, types(d, passwords+`
CREATE TABLE accounts (
  id {uuid} PRIMARY KEY, tenant {short} NOT NULL, ext {short}, login {text} NOT NULL, login_folded {short} NOT NULL, display {text},
  enabled {bool} NOT NULL DEFAULT true, role {text} NOT NULL, version integer NOT NULL, created_at {time}, updated_at {time}, deleted_at {time}
);
CREATE `+index+` accounts_login ON accounts (tenant, login_folded)`+where+`;
CREATE INDEX accounts_ext ON accounts (tenant, ext);
CREATE TABLE contacts (
  account {uuid} NOT NULL, tenant {short} NOT NULL, medium {short} NOT NULL, address {text}, address_folded {text}, kind {text}, label {text}, main {bool}
);
CREATE INDEX contacts_account ON contacts (account);
CREATE TABLE circles (id {uuid} PRIMARY KEY, tenant {short} NOT NULL, name {text} NOT NULL, version integer NOT NULL, created_at {time}, updated_at {time});
CREATE TABLE circle_accounts (circle {uuid} NOT NULL, account {uuid} NOT NULL, tenant {short} NOT NULL, PRIMARY KEY (circle, account));
CREATE TABLE circle_circles (circle {uuid} NOT NULL, child {uuid} NOT NULL, PRIMARY KEY (circle, child));
`))
	scope := sqlstore.ScopeColumn("tenant", sqlstore.Tenant)
	rows := func(medium string) sqlstore.Rows {
		return sqlstore.Rows{
			Table: "contacts", Owner: "account", Scope: "tenant", Fixed: map[string]any{"medium": medium},
			Columns: map[string]sqlstore.Column{
				"value": {Name: "address", Folded: "address_folded"}, "type": sqlstore.Col("kind"), "display": sqlstore.Col("label"), "primary": sqlstore.Col("main"),
			},
		}
	}
	users, err := sqlstore.New(db, d, sqlstore.Table{
		Name: "accounts", Key: sqlstore.Key{Column: "id", Kind: sqlstore.KeyUUID}, Scope: scope,
		Attributes: sqlstore.Attributes{
			"externalId": sqlstore.Col("ext"), "userName": sqlstore.Column{Name: "login", Folded: "login_folded"}, "displayName": sqlstore.Col("display"),
			"active": sqlstore.Column{Name: "enabled", Default: true}, "emails": rows("mail"), "phoneNumbers": rows("phone"),
		},
		Companion: "scim_accounts", Version: "version", Created: "created_at", Updated: "updated_at", Delete: policy, WriteOnly: keepPassword,
		Insert: func(context.Context, *scim.Resource) (map[string]any, error) {
			return map[string]any{"role": "member"}, nil
		},
	})
	require.NoError(tb, err)
	groups, err = sqlstore.New(db, d, sqlstore.Table{
		Type: schema.GroupType(), Name: "circles", Key: sqlstore.Key{Column: "id", Kind: sqlstore.KeyUUID}, Scope: scope,
		Attributes: sqlstore.Attributes{
			"displayName": sqlstore.Col("name"),
			"members": sqlstore.Members{
				{Table: "circle_accounts", Owner: "circle", Element: "account", Of: users, Scope: "tenant"},
				{Table: "circle_circles", Owner: "circle", Element: "child"},
			},
		},
		Version: "version", Created: "created_at", Updated: "updated_at", SkipUnknownMembers: true,
	})
	require.NoError(tb, err)
	require.NoError(tb, sqlstore.Migrate(tb.Context(), users, groups))
	return users, groups
}

// shared are stores over users who may be in several organisations, with text as keys, and leave them instead of being deleted.
func shared(tb testing.TB, db *sql.DB, d sqlstore.Dialect) (users, groups *sqlstore.Store) {
	define(tb, db, types(d, passwords+`
CREATE TABLE people (id {short} PRIMARY KEY, login {short} NOT NULL, state {short} NOT NULL);
CREATE INDEX people_login ON people (login);
CREATE TABLE seats (person {short} NOT NULL, org {short} NOT NULL, PRIMARY KEY (person, org));
CREATE TABLE guilds (id {short} PRIMARY KEY, org {short} NOT NULL, name {text} NOT NULL);
CREATE TABLE guild_people (guild {short} NOT NULL, person {short} NOT NULL, PRIMARY KEY (guild, person));
CREATE TABLE guild_guilds (guild {short} NOT NULL, child {short} NOT NULL, PRIMARY KEY (guild, child));
`))
	state := &sqlstore.Convert{
		To: func(v schema.Value) (any, error) {
			if v.IsUnassigned() || v.Bool() {
				return "on", nil
			}
			return "off", nil
		},
		From: func(column any) (schema.Value, error) {
			text, ok := column.(string)
			if b, is := column.([]byte); is {
				text, ok = string(b), true
			}
			return schema.Boolean(ok && text == "on"), nil
		},
	}
	users, err := sqlstore.New(db, d, sqlstore.Table{
		Name: "people", Key: sqlstore.Key{Column: "id", Prefix: "p."}, Scope: sqlstore.ScopeMembership("seats", "person", "org", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{
			"userName": sqlstore.Column{Name: "login", CaseFold: d == sqlstore.MySQL},
			"active":   sqlstore.Column{Name: "state", Convert: state},
		},
		Companion: "scim_people", WriteOnly: keepPassword,
	})
	require.NoError(tb, err)
	groups, err = sqlstore.New(db, d, sqlstore.Table{
		Type: schema.GroupType(), Name: "guilds", Key: sqlstore.Key{Column: "id", Prefix: "g."}, Scope: sqlstore.ScopeColumn("org", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{
			"displayName": sqlstore.Col("name"),
			"members": sqlstore.Members{
				{Table: "guild_people", Owner: "guild", Element: "person", Of: users}, {Table: "guild_guilds", Owner: "guild", Element: "child"},
			},
		},
		Companion: "scim_guilds",
	})
	require.NoError(tb, err)
	require.NoError(tb, sqlstore.Migrate(tb.Context(), users, groups))
	return users, groups
}

// widgets is a store of one tenant over a table with columns of all types and no companion: it refuses what has no column.
func widgets(tb testing.TB, db *sql.DB, d sqlstore.Dialect) (s *sqlstore.Store, keeps []string) {
	lower := map[sqlstore.Dialect]string{sqlstore.Postgres: "lower(name)", sqlstore.SQLite: "lower(name)", sqlstore.MySQL: "name"}[d]
	define(tb, db, strings.ReplaceAll(types(d, passwords+`
CREATE TABLE widgets (
  id {short} PRIMARY KEY, ext {text}, name {short} NOT NULL, code {exact}, color {text}, flag {bool}, qty bigint, ratio {number}, made_at {text}, data {text},
  link {text}, part_a {text}, version integer NOT NULL, created_at {time}, updated_at {time}
);
CREATE UNIQUE INDEX widgets_name ON widgets ({lower});
CREATE UNIQUE INDEX widgets_code ON widgets (code);
CREATE TABLE widget_tags (widget {short} NOT NULL, n bigint, tag {text});
CREATE TABLE widget_nums (widget {short} NOT NULL, num bigint);
`), "{lower}", lower))
	attributes := sqlstore.Attributes{
		"externalId": sqlstore.Col("ext"), "name": sqlstore.Column{Name: "name", CaseFold: d == sqlstore.MySQL}, "code": sqlstore.Col("code"), "color": sqlstore.Col("color"), "flag": sqlstore.Col("flag"),
		"qty": sqlstore.Col("qty"), "ratio": sqlstore.Col("ratio"), "at": sqlstore.Column{Name: "made_at", AsText: true}, "blob": sqlstore.Col("data"), "link": sqlstore.Col("link"),
		"spec.a": sqlstore.Col("part_a"),
		"tags":   sqlstore.Rows{Table: "widget_tags", Owner: "widget", Columns: map[string]sqlstore.Column{"value": sqlstore.Col("tag")}},
		"nums":   sqlstore.Rows{Table: "widget_nums", Owner: "widget", Columns: map[string]sqlstore.Column{"value": sqlstore.Col("num")}},
	}
	for path := range attributes {
		keeps = append(keeps, path)
	}
	slices.Sort(keeps)
	s, err := sqlstore.New(db, d, sqlstore.Table{
		Type: scimtest.NewWidgetType(), Name: "widgets", Key: sqlstore.Key{Column: "id"}, Scope: sqlstore.NoScope(), Attributes: attributes,
		Version: "version", Created: "created_at", Updated: "updated_at", WriteOnly: keepPassword,
	})
	require.NoError(tb, err)
	return s, append(keeps, "wo")
}

func TestStoreVariants(t *testing.T) {
	fit := func(r *scim.Resource) {
		fitNames(r)
		if len(r.ExternalID) > 200 {
			r.ExternalID = r.ExternalID[:200]
		}
		for _, name := range []string{"name", "code"} {
			if v := r.Attributes.Get(name); v.Kind() == schema.KindString && len(v.Text()) > 200 {
				_ = r.Attributes.Set(name, v.Text()[:190]+strconv.Itoa(len(v.Text())))
			}
		}
	}
	for name, open := range map[string]func(t *testing.T, e engine, db *sql.DB) scimtest.Stores{
		"columns and marked rows": func(t *testing.T, e engine, db *sql.DB) scimtest.Stores {
			users, groups := columned(t, db, e.dialect, sqlstore.MarkDeleted("deleted_at"))
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}, Fit: fit, Password: checkPassword(db),
				Keeps: map[string][]string{"Group": {"displayName", "members"}},
			}
		},
		"memberships": func(t *testing.T, e engine, db *sql.DB) scimtest.Stores {
			users, groups := shared(t, db, e.dialect)
			return scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}, Fit: fit, Password: checkPassword(db)}
		},
		"disabled accounts": func(t *testing.T, e engine, db *sql.DB) scimtest.Stores {
			users, groups := columned(t, db, e.dialect, sqlstore.DisableAccount())
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}, Fit: fit, Password: checkPassword(db),
				Keeps: map[string][]string{"Group": {"displayName", "members"}},
			}
		},
		"tables of sqlstore's own": func(t *testing.T, e engine, db *sql.DB) scimtest.Stores {
			define(t, db, passwords)
			users, groups, err := sqlstore.Standard(db, e.dialect, "scim_", func(users, _ *sqlstore.Table) { users.WriteOnly = keepPassword })
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, sqlstore.Migrate(t.Context(), users, groups))
			}
			return scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}, Fit: fit, Password: checkPassword(db)}
		},
		"all types and no companion": func(t *testing.T, e engine, db *sql.DB) scimtest.Stores {
			s, keeps := widgets(t, db, e.dialect)
			return scimtest.Stores{
				Resources: []scim.ResourceType{{Type: s.Type(), Store: s}}, Fit: fit, OneTenant: true, Password: checkPassword(db),
				Keeps: map[string][]string{"Widget": keeps},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, e engine) {
				if racing && e.dialect == sqlstore.SQLite {
					t.Skip("the race detector makes SQLite too slow here: only the other databases are examined with it")
				}
				db := e.open(t)
				scimtest.TestStore(t, func(t *testing.T) scimtest.Stores { return open(t, e, emptied(t, e.dialect, db)) })
			})
		})
	}
}
