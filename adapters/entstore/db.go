package entstore

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"entgo.io/ent/dialect"
)

// A DB is an application's ent client and its transactions. C is the type of the generated client, *ent.Client. All stores of
// a service provider share one DB, so that they join one transaction. It is safe for concurrent use.
type DB[C any] struct {
	base[C]
	*core
}

type base[C any] struct {
	client C
	of     func(ctx context.Context) (C, bool)
}

// A core is what a DB is for stores, whatever the type of the client.
type core struct {
	dialect string
	inTx    func(ctx context.Context) bool
	begin   func(ctx context.Context, opts *stdsql.TxOptions) (context.Context, tx, error)
	// turn is taken by who writes to SQLite, which has one writer at a time and does not keep order among those that wait.
	turn chan struct{}
}

type tx interface {
	Commit() error
	Rollback() error
}

// A Transaction is what the generated *ent.Tx is for [NewDB].
type Transaction[C any] interface {
	comparable
	Client() C
	Commit() error
	Rollback() error
}

// NewDB returns the DB of a generated client, whose database speaks dialectName: one of the constants of
// entgo.io/ent/dialect. The functions are those of the generated package:
//
//	db, err := entstore.NewDB(dialect.Postgres, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
func NewDB[C any, T Transaction[C]](
	dialectName string, client C, begin func(context.Context, *stdsql.TxOptions) (T, error),
	into func(context.Context, T) context.Context, from func(context.Context) T,
) (*DB[C], error) {
	switch dialectName {
	case dialect.Postgres, dialect.SQLite, dialect.MySQL:
	default:
		return nil, fmt.Errorf("entstore: there is no dialect %q: use dialect.Postgres, dialect.SQLite or dialect.MySQL", dialectName)
	}
	if isNil(client) || begin == nil || into == nil || from == nil {
		return nil, errors.New("entstore: NewDB needs the client, its method BeginTx, and NewTxContext and TxFromContext of its package")
	}
	var none T
	return &DB[C]{
		base: base[C]{client: client, of: func(ctx context.Context) (c C, ok bool) {
			if t := from(ctx); t != none {
				return t.Client(), true
			}
			return client, false
		}},
		core: &core{
			dialect: dialectName,
			inTx:    func(ctx context.Context) bool { return from(ctx) != none },
			begin: func(ctx context.Context, opts *stdsql.TxOptions) (context.Context, tx, error) {
				t, err := begin(ctx, opts)
				if err != nil {
					return nil, nil, err
				}
				return into(ctx, t), t, nil
			},
			turn: make(chan struct{}, 1),
		},
	}, nil
}

// Client returns the client of the transaction that ctx carries, or that of the DB: for interceptors and other code of the
// application whose changes are to be part of a write.
func (d *DB[C]) Client(ctx context.Context) C {
	c, _ := d.of(ctx)
	return c
}

// InTx calls fn in a transaction that its context carries, or in that which ctx carries already, and commits unless fn
// fails. When the database gives the transaction up because of others (a serialisation failure, a deadlock, a database that
// is locked), fn runs again. Stores take part in the transaction through the context that fn is given, and no other.
func (d *DB[C]) InTx(ctx context.Context, fn func(context.Context) error) error {
	return d.write(ctx, fn)
}

// maxAttempts is how often a transaction runs that the database gives up because of others.
const maxAttempts = 24

// write runs fn in a transaction for changes.
func (d *core) write(ctx context.Context, fn func(context.Context) error) error {
	if d.inTx(ctx) {
		return fn(ctx)
	}
	if d.dialect != dialect.SQLite {
		// A row is locked before it is read, and what is read then must be the latest.
		return d.repeat(ctx, &stdsql.TxOptions{Isolation: stdsql.LevelReadCommitted}, fn)
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return d.repeat(ctx, nil, fn)
}

// snapshot runs fn in a transaction in which all queries see the same state.
func (d *core) snapshot(ctx context.Context, fn func(context.Context) error) error {
	if d.inTx(ctx) {
		return fn(ctx)
	}
	if d.dialect == dialect.SQLite {
		return d.repeat(ctx, nil, fn)
	}
	return d.repeat(ctx, &stdsql.TxOptions{Isolation: stdsql.LevelRepeatableRead, ReadOnly: true}, fn)
}

func (d *core) repeat(ctx context.Context, opts *stdsql.TxOptions, fn func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, opts, fn)
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

func (d *core) once(ctx context.Context, opts *stdsql.TxOptions, fn func(context.Context) error) error {
	inner, t, err := d.begin(ctx, opts)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			// After a panic too.
			_ = t.Rollback()
		}
	}()
	if err := fn(inner); err != nil {
		return err
	}
	done = true
	return t.Commit()
}
