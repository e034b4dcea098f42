package recipes_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/examples/recipes/bunapp"
	"github.com/embedscim/scim/examples/recipes/sqlcapp"
	"github.com/embedscim/scim/examples/recipes/sqlxapp"
)

var tokens = map[string]scim.Principal{"token-of-acme-0123456789": {Tenant: "acme"}}

// An app is what all recipes have besides their SCIM handler.
type app interface {
	SignIn(ctx context.Context, user int64) error
	CloseAccount(ctx context.Context, org string, user int64) error
}

// TestRecipes shows for each library that the application's own queries are part of SCIM's transactions, and the other way round.
func TestRecipes(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (http.Handler, app, *sql.DB){
		"bun/SQLite": func(t *testing.T) (http.Handler, app, *sql.DB) {
			db := openSQLite(t)
			a, err := bunapp.New(t.Context(), bun.NewDB(db, sqlitedialect.New()), sqlstore.SQLite, tokens)
			require.NoError(t, err)
			return a.SCIM, a, db
		},
		"bun/PostgreSQL": func(t *testing.T) (http.Handler, app, *sql.DB) {
			db, _ := openPostgres(t)
			a, err := bunapp.New(t.Context(), bun.NewDB(db, pgdialect.New()), sqlstore.Postgres, tokens)
			require.NoError(t, err)
			return a.SCIM, a, db
		},
		"sqlx/SQLite": func(t *testing.T) (http.Handler, app, *sql.DB) {
			db := openSQLite(t)
			a, err := sqlxapp.New(t.Context(), sqlx.NewDb(db, "sqlite"), sqlstore.SQLite, tokens)
			require.NoError(t, err)
			return a.SCIM, a, db
		},
		"sqlx/PostgreSQL": func(t *testing.T) (http.Handler, app, *sql.DB) {
			db, _ := openPostgres(t)
			a, err := sqlxapp.New(t.Context(), sqlx.NewDb(db, "pgx"), sqlstore.Postgres, tokens)
			require.NoError(t, err)
			return a.SCIM, a, db
		},
		"sqlc/PostgreSQL": func(t *testing.T) (http.Handler, app, *sql.DB) {
			db, dsn := openPostgres(t)
			pool, err := pgxpool.New(t.Context(), dsn)
			require.NoError(t, err)
			t.Cleanup(pool.Close)
			a, err := sqlcapp.New(t.Context(), pool, tokens)
			require.NoError(t, err)
			return a.SCIM, a, db
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, a, db := open(t)
			ctx := t.Context()
			sessions := func() (n int) {
				require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM sessions").Scan(&n))
				return n
			}
			id := do(t, h, 201, "POST", "/Users", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "dana", "active": true}`)["id"].(string)
			user, err := strconv.ParseInt(strings.TrimPrefix(id, "u_"), 10, 64)
			require.NoError(t, err)
			group := do(t, h, 201, "POST", "/Groups", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "pilots", "members": [{"value": "`+id+`"}]}`)["id"].(string)

			// A change by SCIM, and what the application adds to it.
			require.NoError(t, a.SignIn(ctx, user))
			do(t, h, 200, "PATCH", "/Users/"+id, patch("title", `"Captain"`))
			require.Equal(t, 1, sessions())
			require.Equal(t, false, do(t, h, 200, "PATCH", "/Users/"+id, patch("active", `"False"`))["active"])
			require.Zero(t, sessions(), "the query did not see what the request has changed")
			do(t, h, 200, "PATCH", "/Users/"+id, patch("active", `"True"`))

			// A change by the application, and what SCIM adds to it.
			require.NoError(t, a.SignIn(ctx, user))
			require.ErrorIs(t, a.CloseAccount(ctx, "globex", user), scim.ErrNotFound)
			require.Equal(t, 1, sessions(), "sessions ended, although the account was not closed")
			require.NoError(t, a.CloseAccount(ctx, "acme", user))
			require.Zero(t, sessions())
			do(t, h, 404, "GET", "/Users/"+id, "")
			require.NotContains(t, do(t, h, 200, "GET", "/Groups/"+group, ""), "members")

			// What the application can't do takes the change back.
			id = do(t, h, 201, "POST", "/Users", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "kit", "active": true}`)["id"].(string)
			_, err = db.Exec("DROP TABLE sessions")
			require.NoError(t, err)
			do(t, h, 500, "PATCH", "/Users/"+id, patch("active", `"False"`))
			require.Equal(t, true, do(t, h, 200, "GET", "/Users/"+id, "")["active"], "a change is there that the application could not follow")
		})
	}
}

// do sends a request and returns the answer.
func do(t *testing.T, h http.Handler, status int, method, path, body string) (answer map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/scim/v2"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("Authorization", "Bearer token-of-acme-0123456789")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, status, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer
}

// patch is the body of a request as Microsoft Entra ID sends it.
func patch(path, value string) string {
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "Replace", "path": "` + path + `", "value": ` + value + `}]}`
}

func openSQLite(t *testing.T) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "app.db")+"?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	tables(t, db, strings.NewReplacer("bigint GENERATED BY DEFAULT AS IDENTITY", "integer", "timestamptz", "timestamp"))
	return db
}

// openPostgres returns a schema of its own, and how to connect to it.
func openPostgres(t *testing.T) (db *sql.DB, dsn string) {
	dsn = os.Getenv("SCIM_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("SCIM_TEST_POSTGRES is not set: nothing is known about PostgreSQL; run the tests under scripts/databases")
	}
	admin, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	name := "t" + strings.ToLower(rand.Text())
	_, err = admin.Exec("CREATE SCHEMA " + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + name + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	dsn += " search_path=" + name
	db, err = sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	tables(t, db, strings.NewReplacer())
	return db, dsn
}

func tables(t *testing.T, db *sql.DB, r *strings.Replacer) {
	text, err := os.ReadFile("sqlcapp/schema.sql")
	require.NoError(t, err)
	for statement := range strings.SplitSeq(r.Replace(string(text)), ";\n") {
		_, err := db.Exec(statement)
		require.NoError(t, err, statement)
	}
}
