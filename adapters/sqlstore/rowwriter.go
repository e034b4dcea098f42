package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A RowWriter writes the rows of a table in sqlstore's place, for applications whose own code must see each write: the hooks
// of an ORM, an audit trail. Reading stays with sqlstore, and so do companions and tables of elements and members.
//
// Its methods are called in the transaction of the write, see [Tx], which an error of theirs rolls back. The row is locked, and
// its version has been compared. Values are by the names of columns, and are what a driver takes: in SQLite, times are text in
// UTC. What a method stores beyond them is read afterwards, and shows. An [*scim.Error] is answered as it says.
type RowWriter interface {
	// Columns returns the names of the columns that the methods can write. [New] reports a mapping to any other.
	Columns() []string
	// InsertRow adds a row and returns its key. For KeyText and KeyUUID, values has one, which need not be the one that is used.
	InsertRow(ctx context.Context, values map[string]any) (key any, err error)
	// UpdateRow changes columns of the row with the given key. There are none in values if all that changes is in other tables.
	UpdateRow(ctx context.Context, key any, values map[string]any) error
	// DeleteRow deletes the row with the given key. For [MarkDeleted] mark has the column that it sets instead, and the time;
	// otherwise mark is nil.
	DeleteRow(ctx context.Context, key any, mark map[string]any) error
}

// checkWriter reports a column that is mapped and that the writer can't write.
func (s *Store) checkWriter(column string) error {
	if w := s.cfg.Writer; w == nil || column == "" || slices.Contains(w.Columns(), column) {
		return nil
	}
	return fmt.Errorf("the writer has no column %s", column)
}

// updateRow writes columns of the row old, whose names are quoted, and what each change of a row sets.
func (s *Store) updateRow(ctx context.Context, old *row, now time.Time, columns []string, args []any) error {
	if w := s.cfg.Writer; w != nil {
		if err := s.bump(ctx, old); err != nil {
			return err
		}
		values := byName(columns, args)
		if s.cfg.Updated != "" {
			values[s.cfg.Updated] = s.d.timeArg(now)
		}
		if len(values) == 0 && s.cfg.Version == "" {
			return nil
		}
		return w.UpdateRow(ctx, old.key, values)
	}
	sets := s.stamps(now)
	for i, column := range columns {
		sets = append(sets, sqlf(column+" = ?", args[i]))
	}
	if len(sets) == 0 {
		return nil
	}
	cond := sqlf(s.key+" = ?", old.key)
	if s.cfg.Version != "" {
		cond = sqlf("%s AND "+s.d.quote(s.cfg.Version)+" = ?", cond, mustInt(old.counter))
	}
	n, err := s.exec(ctx, sqlf("UPDATE "+s.table+" SET %s WHERE %s", joined(", ", sets), cond))
	if err != nil {
		return err
	}
	// MySQL counts rows that really change, which all do if there is a counter.
	if n == 0 && s.cfg.Version != "" {
		return errMoved
	}
	return nil
}

// bump counts a change of the row old before a writer makes it. A transaction of the application's may have read old before the
// row was locked.
func (s *Store) bump(ctx context.Context, old *row) error {
	if s.cfg.Version == "" {
		return nil
	}
	v := s.d.quote(s.cfg.Version)
	n, err := s.exec(ctx, sqlf("UPDATE "+s.table+" SET "+v+" = "+v+" + 1 WHERE "+s.key+" = ? AND "+v+" = ?", old.key, mustInt(old.counter)))
	if err == nil && n == 0 {
		return errMoved
	}
	return err
}

// insertByWriter adds a row through the writer, and returns its key.
func (s *Store) insertByWriter(ctx context.Context, columns []string, args []any) (any, error) {
	v, err := s.cfg.Writer.InsertRow(ctx, byName(columns, args))
	if err != nil {
		return nil, err
	}
	key, _, err := s.cfg.Key.read(v)
	if err != nil {
		return nil, err
	}
	if _, ok := s.cfg.Key.parse(s.cfg.Key.Prefix + keyText(key)); !ok {
		return nil, fmt.Errorf("sqlstore: Table.Writer returned what is no key of %s", s.cfg.Key.Kind)
	}
	return key, nil
}

// byName returns values by the names of columns, which come quoted.
func byName(columns []string, args []any) map[string]any {
	out := make(map[string]any, len(columns)+1)
	for i, column := range columns {
		out[strings.Trim(column, "\"`")] = args[i]
	}
	return out
}
