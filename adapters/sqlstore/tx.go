package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

// txKey is the context key of the transaction on a database, lastKey that of the innermost on any.
type (
	txKey   struct{ db *sql.DB }
	lastKey struct{}
)

// Tx returns the transaction that ctx carries, or nil: the one that the write which calls an interceptor, [Table.Insert] or
// [Table.WriteOnly] is part of. What the application does through it is committed or taken back with the write.
func Tx(ctx context.Context) *sql.Tx {
	tx, _ := ctx.Value(lastKey{}).(*sql.Tx)
	return tx
}

// TxOn returns the transaction on db that ctx carries, or nil: for applications with several databases.
func TxOn(ctx context.Context, db *sql.DB) *sql.Tx {
	tx, _ := ctx.Value(txKey{db}).(*sql.Tx)
	return tx
}

// WithTx returns a context that makes all stores over db part of tx, which the caller commits.
func WithTx(ctx context.Context, db *sql.DB, tx *sql.Tx) context.Context {
	return context.WithValue(context.WithValue(ctx, txKey{db}, tx), lastKey{}, tx)
}

// conn returns the transaction that ctx carries, or the database.
func (s *Store) conn(ctx context.Context) querier {
	if tx := TxOn(ctx, s.db); tx != nil {
		return tx
	}
	return s.db
}

// inTx reports whether ctx carries a transaction.
func (s *Store) inTx(ctx context.Context) bool { return TxOn(ctx, s.db) != nil }

// maxAttempts is how often a transaction runs that the database gives up because of others.
const maxAttempts = 24

// InTx calls fn in a transaction over all stores of the same database; see [scim.Transactor]. Inside another it is part of
// that. When the database gives the transaction up because of others (a serialisation failure, a deadlock, a database that is
// locked), fn runs again.
func (s *Store) InTx(ctx context.Context, fn func(context.Context) error) error {
	// A row is locked before it is read, and what is read then must be the latest.
	opts := &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	if s.d == SQLite {
		opts = nil
	}
	return s.repeat(ctx, opts, func(ctx context.Context) error {
		if s.d == SQLite {
			// A transaction that has read can't become one that writes if another has written meanwhile: begin as one.
			if _, err := s.exec(ctx, sqlf("UPDATE "+s.table+" SET "+s.key+" = "+s.key+" WHERE 1 = 0")); err != nil {
				return err
			}
		}
		return fn(ctx)
	})
}

// snapshot calls fn in a transaction in which all queries see the same state, if resources have parts in several tables: who
// reads while others write must see whole resources.
func (s *Store) snapshot(ctx context.Context, fn func(context.Context) error) error {
	if len(s.children)+len(s.links) == 0 && s.groups == nil {
		return fn(ctx)
	}
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	if s.d == SQLite {
		opts = nil
	}
	return s.repeat(ctx, opts, fn)
}

// repeat runs fn in a transaction, or in that of ctx, and again as long as the database gives it up because of others.
func (s *Store) repeat(ctx context.Context, opts *sql.TxOptions, fn func(context.Context) error) error {
	if s.inTx(ctx) {
		return fn(ctx)
	}
	for attempt := 1; ; attempt++ {
		err := s.once(ctx, opts, fn)
		if err == nil || attempt == maxAttempts || !retryable(err) {
			return err
		}
		// Others that were given up at the same moment must not meet again.
		pause := time.Millisecond << min(attempt, 7)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}

// once runs fn in a transaction of its own.
func (s *Store) once(ctx context.Context, opts *sql.TxOptions, fn func(context.Context) error) error {
	tx, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			// After a panic too.
			_ = tx.Rollback()
		}
	}()
	if err := fn(WithTx(ctx, s.db, tx)); err != nil {
		return err
	}
	done = true
	return tx.Commit()
}
