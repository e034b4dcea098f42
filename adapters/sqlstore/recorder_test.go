package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"strings"
	"sync"
	"sync/atomic"
)

// A recorder is a driver that passes everything on to another and keeps the statements.
type recorder struct {
	driver driver.Driver
	dsn    string

	mu         sync.Mutex
	on         bool
	statements []recorded
}

type recorded struct {
	text string
	args []any
	rows *atomic.Int64 // how many rows were read
}

// during returns the statements that f sends.
func (r *recorder) during(f func()) []recorded {
	r.mu.Lock()
	r.on, r.statements = true, nil
	r.mu.Unlock()
	f()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.statements
}

func (r *recorder) note(text string, args []driver.NamedValue) *atomic.Int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := recorded{text: text, rows: &atomic.Int64{}}
	if !r.on {
		return s.rows
	}
	for _, a := range args {
		s.args = append(s.args, a.Value)
	}
	r.statements = append(r.statements, s)
	return s.rows
}

// countingRows count how many rows are read.
type countingRows struct {
	driver.Rows
	n *atomic.Int64
}

func (r *countingRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if err == nil {
		r.n.Add(1)
	}
	return err
}

// read returns how many rows the statements read.
func read(statements []recorded) int64 {
	n := int64(0)
	for _, s := range statements {
		n += s.rows.Load()
	}
	return n
}

// naming returns those of the statements whose text names a table.
func naming(statements []recorded, table string) []recorded {
	var out []recorded
	for _, s := range statements {
		if strings.Contains(s.text, `"`+table+`"`) || strings.Contains(s.text, "`"+table+"`") {
			out = append(out, s)
		}
	}
	return out
}

func (r *recorder) Driver() driver.Driver { return r.driver }

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	var c driver.Conn
	var err error
	if d, ok := r.driver.(driver.DriverContext); ok {
		connector, cerr := d.OpenConnector(r.dsn)
		if cerr != nil {
			return nil, cerr
		}
		c, err = connector.Connect(ctx)
	} else {
		c, err = r.driver.Open(r.dsn)
	}
	return &recordingConn{c, r}, err
}

// A recordingConn records what goes through a connection, which must have the optional methods of all drivers in use.
type recordingConn struct {
	driver.Conn
	r *recorder
}

func (c *recordingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
	if err != nil {
		return nil, err
	}
	return &countingRows{rows, c.r.note(text, args)}, nil
}

func (c *recordingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	res, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
	if err != driver.ErrSkip {
		c.r.note(text, args)
	}
	return res, err
}

func (c *recordingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return &recordingStmt{s, c, text}, err
}

func (c *recordingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c *recordingConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// A recordingStmt is a prepared statement: MySQL's driver asks for one if there are arguments.
type recordingStmt struct {
	driver.Stmt
	c    *recordingConn
	text string
}

func (s *recordingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return &countingRows{rows, s.c.r.note(s.text, args)}, nil
}

func (s *recordingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.c.r.note(s.text, args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}
