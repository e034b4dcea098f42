package gormstore_test

import (
	"database/sql"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// exampleDB returns a database in memory.
func exampleDB() (db *gorm.DB, closeDB func()) {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic(err)
	}
	// Each connection has its own.
	pool.SetMaxOpenConns(1)
	if db, err = gorm.Open(&sqlite.Dialector{Conn: pool}); err != nil {
		panic(err)
	}
	return db, func() { _ = pool.Close() }
}
