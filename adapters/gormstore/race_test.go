//go:build race

package gormstore_test

// racing says that the race detector is on, which makes the SQLite of these tests, a translation to Go, many times slower.
const racing = true
