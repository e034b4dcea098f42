package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/embedscim/scim/adapters/sqlstore"
	"gorm.io/gorm"
)

// DB returns db in the transaction that ctx carries, such as that of a write for an interceptor in [scim.Config.TxInterceptors]
// or for [sqlstore.Table.WriteOnly]: what the application does through it is committed or taken back with the write. Without a
// transaction it is db.WithContext(ctx). In a hook it is what the hook is given anyway.
func DB(ctx context.Context, db *gorm.DB) *gorm.DB {
	out := db.WithContext(ctx)
	if sqlTx(out.Statement.ConnPool) != nil {
		return out
	}
	pool, err := db.DB()
	if err != nil {
		_ = out.AddError(err)
		return out
	}
	if tx := sqlstore.TxOn(ctx, pool); tx != nil {
		out.Statement.ConnPool = tx
	}
	return out
}

// WithTx returns a context that makes the stores over the database of tx part of its transaction, as [gorm.DB.Transaction] and
// [gorm.DB.Begin] give one. The caller commits.
func WithTx(ctx context.Context, tx *gorm.DB) (context.Context, error) {
	inner := sqlTx(tx.Statement.ConnPool)
	if inner == nil {
		return nil, errors.New("gormstore: WithTx: there is no transaction: use the *gorm.DB that Transaction or Begin gives")
	}
	pool, err := tx.DB()
	if err != nil {
		return nil, err
	}
	return sqlstore.WithTx(ctx, pool, inner), nil
}

// sqlTx returns the transaction that p is, or nil.
func sqlTx(p gorm.ConnPool) *sql.Tx {
	switch p := p.(type) {
	case *sql.Tx:
		return p
	case *conn:
		return p.Tx
	case *gorm.PreparedStmtTX:
		return sqlTx(p.Tx)
	}
	return nil
}

// A conn is a transaction for gorm that notes which errors come from the database: others are of hooks.
type conn struct {
	*sql.Tx
	pool *sql.DB

	mu     sync.Mutex
	failed []error
}

func (c *conn) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.failed = append(c.failed, err)
	}
}

// errors returns what the database has reported.
func (c *conn) errors() []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// GetDBConn returns the database, for [gorm.DB.DB].
func (c *conn) GetDBConn() (*sql.DB, error) { return c.pool, nil }

func (c *conn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	s, err := c.Tx.PrepareContext(ctx, query)
	c.note(err)
	return s, err
}

func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r, err := c.Tx.ExecContext(ctx, query, args...)
	c.note(err)
	return r, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r, err := c.Tx.QueryContext(ctx, query, args...)
	c.note(err)
	return r, err
}

func (c *conn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r := c.Tx.QueryRowContext(ctx, query, args...)
	c.note(r.Err())
	return r
}
