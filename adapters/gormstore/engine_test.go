package gormstore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"
)

// An engine is a database to test with.
type engine struct {
	name string
	open func(tb testing.TB) gorm.Dialector // of an empty database of the test's own
}

// onEngines runs a test on each database. scripts/databases starts those that have to be started.
func onEngines(t *testing.T, f func(t *testing.T, open func(tb testing.TB, c *gorm.Config) *gorm.DB)) {
	for _, e := range []engine{{"SQLite", openSQLite}, {"PostgreSQL", openPostgres}, {"MySQL", openMySQL}} {
		t.Run(e.name, func(t *testing.T) {
			f(t, func(tb testing.TB, c *gorm.Config) *gorm.DB {
				tb.Helper()
				if c == nil {
					c = &gorm.Config{}
				}
				c.Logger = logger.Discard
				db, err := gorm.Open(e.open(tb), c)
				require.NoError(tb, err)
				pool, err := db.DB()
				require.NoError(tb, err)
				pool.SetMaxIdleConns(8)
				tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
				return db
			})
		})
	}
}

func openSQLite(tb testing.TB) gorm.Dialector {
	path := filepath.Join(tb.TempDir(), "test.db")
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)")
	require.NoError(tb, err)
	// The driver that gorm's package brings needs cgo: this one does not.
	return &sqlite.Dialector{Conn: pool}
}

func openPostgres(tb testing.TB) gorm.Dialector {
	dsn := os.Getenv("SCIM_TEST_POSTGRES")
	if dsn == "" {
		tb.Skip("SCIM_TEST_POSTGRES is not set: nothing is known about PostgreSQL; run the tests under scripts/databases")
	}
	name := "t" + strings.ToLower(rand.Text())
	admin, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	_, err = admin.Exec("CREATE SCHEMA " + name)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + name + " CASCADE")
		require.NoError(tb, err)
		require.NoError(tb, admin.Close())
	})
	return postgres.Open(dsn + " search_path=" + name)
}

func openMySQL(tb testing.TB) gorm.Dialector {
	dsn := os.Getenv("SCIM_TEST_MYSQL")
	if dsn == "" {
		tb.Skip("SCIM_TEST_MYSQL is not set: nothing is known about MySQL and MariaDB; run the tests under scripts/databases")
	}
	name := "t" + strings.ToLower(rand.Text())
	admin, err := sql.Open("mysql", dsn)
	require.NoError(tb, err)
	_, err = admin.Exec("CREATE DATABASE " + name)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name)
		require.NoError(tb, err)
		require.NoError(tb, admin.Close())
	})
	base, _, _ := strings.Cut(dsn, "?")
	return mysql.Open(base[:strings.LastIndex(base, "/")+1] + name + "?parseTime=true")
}

// migrated returns db with the tables of models, all of them empty. Making tables anew takes longer.
func migrated(tb testing.TB, db *gorm.DB, models ...any) *gorm.DB {
	tb.Helper()
	if !db.Migrator().HasTable(models[0]) {
		require.NoError(tb, db.AutoMigrate(models...))
		return db
	}
	names, err := db.Migrator().GetTables()
	require.NoError(tb, err)
	for i, name := range names {
		names[i] = "DELETE FROM " + name
	}
	switch db.Name() {
	case "sqlite":
		names = append(append([]string{"PRAGMA foreign_keys = 0"}, names...), "PRAGMA foreign_keys = 1")
	case "mysql":
		names = append(append([]string{"SET FOREIGN_KEY_CHECKS = 0"}, names...), "SET FOREIGN_KEY_CHECKS = 1")
	case "postgres":
		names = []string{strings.ReplaceAll("TRUNCATE "+strings.Join(names, ", "), "DELETE FROM ", "")}
	}
	require.NoError(tb, db.Connection(func(tx *gorm.DB) error {
		for _, statement := range names {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		return nil
	}))
	return db
}

// as returns a context for a tenant.
func as(tb testing.TB, tenant string) context.Context {
	return scim.WithPrincipal(tb.Context(), scim.Principal{Tenant: tenant})
}
