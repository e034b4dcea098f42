package entstore_test

import (
	"context"
	"crypto/rand"
	stdsql "database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// An engine is a database to test with.
type engine struct {
	dialect string
	open    func(tb testing.TB) *stdsql.DB // an empty database of the test's own
}

// onEngines runs a test on each database. scripts/databases starts those that have to be started.
func onEngines(t *testing.T, f func(t *testing.T, e engine)) {
	for _, e := range []engine{{dialect.SQLite, openSQLite}, {dialect.Postgres, openPostgres}, {dialect.MySQL, openMySQL}} {
		t.Run(e.dialect, func(t *testing.T) { f(t, e) })
	}
}

func openSQLite(tb testing.TB) *stdsql.DB {
	path := filepath.Join(tb.TempDir(), "test.db")
	db, err := stdsql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

func openPostgres(tb testing.TB) *stdsql.DB {
	dsn := os.Getenv("SCIM_TEST_POSTGRES")
	if dsn == "" {
		tb.Skip("SCIM_TEST_POSTGRES is not set: nothing is known about PostgreSQL; run the tests under scripts/databases")
	}
	name := "e" + strings.ToLower(rand.Text())
	admin, err := stdsql.Open("pgx", dsn)
	require.NoError(tb, err)
	_, err = admin.Exec("CREATE SCHEMA " + name)
	require.NoError(tb, err)
	db, err := stdsql.Open("pgx", dsn+" search_path="+name)
	require.NoError(tb, err)
	db.SetMaxIdleConns(8)
	tb.Cleanup(func() {
		require.NoError(tb, db.Close())
		_, err := admin.Exec("DROP SCHEMA " + name + " CASCADE")
		require.NoError(tb, err)
		require.NoError(tb, admin.Close())
	})
	return db
}

func openMySQL(tb testing.TB) *stdsql.DB {
	dsn := os.Getenv("SCIM_TEST_MYSQL")
	if dsn == "" {
		tb.Skip("SCIM_TEST_MYSQL is not set: nothing is known about MySQL and MariaDB; run the tests under scripts/databases")
	}
	name := "e" + strings.ToLower(rand.Text())
	admin, err := stdsql.Open("mysql", dsn)
	require.NoError(tb, err)
	_, err = admin.Exec("CREATE DATABASE " + name)
	require.NoError(tb, err)
	base, _, _ := strings.Cut(dsn, "?")
	db, err := stdsql.Open("mysql", base[:strings.LastIndex(base, "/")+1]+name+"?parseTime=true")
	require.NoError(tb, err)
	db.SetMaxIdleConns(8)
	tb.Cleanup(func() {
		require.NoError(tb, db.Close())
		_, err := admin.Exec("DROP DATABASE " + name)
		require.NoError(tb, err)
		require.NoError(tb, admin.Close())
	})
	return db
}

// client returns an ent client whose tables exist.
func (e engine) client(tb testing.TB) *ent.Client {
	client := ent.NewClient(ent.Driver(sql.OpenDB(e.dialect, e.open(tb))))
	require.NoError(tb, client.Schema.Create(tb.Context()))
	return client
}

// as returns a context for a tenant.
func as(tb testing.TB, tenant string) context.Context {
	return scim.WithPrincipal(tb.Context(), scim.Principal{Tenant: tenant})
}
