package sqlstore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// An engine is a database to test with.
type engine struct {
	dialect sqlstore.Dialect
	driver  string
	dsn     func(tb testing.TB) string // makes an empty database that lives as long as the test
}

// onEngines runs a test on each database. scripts/databases starts those that have to be started.
func onEngines(t *testing.T, f func(t *testing.T, e engine)) {
	for _, e := range engines() {
		// One after the other: laws have a time limit.
		t.Run(e.dialect.String(), func(t *testing.T) { f(t, e) })
	}
}

// allEngines are the databases there are.
func allEngines() []engine {
	return []engine{
		{sqlstore.SQLite, "sqlite", sqliteDSN}, {sqlstore.Postgres, "pgx", postgresDSN}, {sqlstore.MySQL, "mysql", mysqlDSN},
	}
}

// engines returns the databases to test with. With -short it is one: the race detector makes an SQLite in Go ten times as
// slow, and it is our code that it looks at.
func engines() []engine {
	all := allEngines()
	switch {
	case !testing.Short():
		return all
	case os.Getenv("SCIM_TEST_POSTGRES") != "":
		return all[1:2]
	}
	return all[:1]
}

// open returns an empty database.
func (e engine) open(tb testing.TB) *sql.DB {
	db, err := sql.Open(e.driver, e.dsn(tb))
	require.NoError(tb, err)
	return closed(tb, db)
}

// record returns an empty database, and what records the statements that it is sent.
func (e engine) record(tb testing.TB) (*sql.DB, *recorder) {
	dsn := e.dsn(tb)
	plain, err := sql.Open(e.driver, dsn)
	require.NoError(tb, err)
	defer plain.Close()
	r := &recorder{driver: plain.Driver(), dsn: dsn}
	return closed(tb, sql.OpenDB(r)), r
}

func closed(tb testing.TB, db *sql.DB) *sql.DB {
	db.SetMaxIdleConns(8)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

func sqliteDSN(tb testing.TB) string {
	return "file:" + filepath.Join(tb.TempDir(), "test.db") + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)"
}

func postgresDSN(tb testing.TB) string {
	dsn := os.Getenv("SCIM_TEST_POSTGRES")
	if dsn == "" {
		tb.Skip("SCIM_TEST_POSTGRES is not set: nothing is known about PostgreSQL; run the tests under scripts/databases")
	}
	name := "t" + strings.ToLower(rand.Text())
	administer(tb, "pgx", dsn, "CREATE SCHEMA "+name, "DROP SCHEMA "+name+" CASCADE")
	return dsn + " search_path=" + name
}

func mysqlDSN(tb testing.TB) string {
	dsn := os.Getenv("SCIM_TEST_MYSQL")
	if dsn == "" {
		tb.Skip("SCIM_TEST_MYSQL is not set: nothing is known about MySQL and MariaDB; run the tests under scripts/databases")
	}
	name := "t" + strings.ToLower(rand.Text())
	administer(tb, "mysql", dsn, "CREATE DATABASE "+name, "DROP DATABASE "+name)
	base, _, _ := strings.Cut(dsn, "?")
	return base[:strings.LastIndex(base, "/")+1] + name + "?parseTime=true"
}

// administer runs a statement now, and another after the test.
func administer(tb testing.TB, driver, dsn, now, later string) {
	admin, err := sql.Open(driver, dsn)
	require.NoError(tb, err)
	_, err = admin.Exec(now)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := admin.Exec(later)
		require.NoError(tb, err)
		require.NoError(tb, admin.Close())
	})
}

// run executes statements, separated by semicolons at the end of lines.
func run(tb testing.TB, db *sql.DB, statements string) {
	tb.Helper()
	for statement := range strings.SplitSeq(statements, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		_, err := db.Exec(statement)
		require.NoError(tb, err, statement)
	}
}

// as returns a context for a tenant.
func as(tb testing.TB, tenant string) context.Context {
	return scim.WithPrincipal(tb.Context(), scim.Principal{Tenant: tenant})
}

// tables returns the tables of a database.
func tables(tb testing.TB, d sqlstore.Dialect, db *sql.DB) []string {
	tb.Helper()
	rows, err := db.Query(map[sqlstore.Dialect]string{
		sqlstore.SQLite:   "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
		sqlstore.Postgres: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
		sqlstore.MySQL:    "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
	}[d])
	require.NoError(tb, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		require.NoError(tb, rows.Scan(&name))
		out = append(out, name)
	}
	require.NoError(tb, rows.Err())
	return out
}

// emptied deletes all rows of a database: it takes a fraction of the time that new tables take.
func emptied(tb testing.TB, d sqlstore.Dialect, db *sql.DB) *sql.DB {
	tb.Helper()
	names := tables(tb, d, db)
	if len(names) == 0 {
		return db
	}
	c, err := db.Conn(tb.Context())
	require.NoError(tb, err)
	defer c.Close()
	statements := []string{"TRUNCATE " + strings.Join(names, ", ")}
	if d != sqlstore.Postgres {
		statements = nil
		for _, name := range names {
			statements = append(statements, "DELETE FROM "+name)
		}
		off, on := "PRAGMA foreign_keys = 0", "PRAGMA foreign_keys = 1"
		if d == sqlstore.MySQL {
			off, on = "SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"
		}
		statements = append(append([]string{off}, statements...), on)
	}
	for _, statement := range statements {
		_, err := c.ExecContext(tb.Context(), statement)
		require.NoError(tb, err)
	}
	return db
}

// define makes tables, unless there are some.
func define(tb testing.TB, db *sql.DB, statements string) {
	tb.Helper()
	if _, err := db.Exec("SELECT 1 FROM passwords"); err != nil {
		run(tb, db, statements)
	}
}
