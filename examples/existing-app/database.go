package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"net/url"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

//go:embed schema_sqlite.sql
var sqliteSchema string

//go:embed schema_postgres.sql
var postgresSchema string

// openSQLite opens a database in a file, and makes the tables if they are not there.
func openSQLite(ctx context.Context, file string) (*sql.DB, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{
		Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file),
		RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)",
	}
	return openDatabase(ctx, "sqlite", dsn.String(), sqliteSchema)
}

// openPostgres opens a PostgreSQL database, and makes the tables if they are not there.
func openPostgres(ctx context.Context, dsn string) (*sql.DB, error) {
	return openDatabase(ctx, "pgx", dsn, postgresSchema)
}

func openDatabase(ctx context.Context, driver, dsn, schema string) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		db.Close()
		return nil, fmt.Errorf("make the tables: %w", err)
	}
	return db, nil
}
