package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// A frag is a piece of SQL and the values of its placeholders, which are question marks. Values are never in the text.
type frag struct {
	text string
	args []any
}

// sqlf returns a piece of SQL. The arguments are values, or frags that replace a placeholder %s each.
func sqlf(text string, args ...any) frag {
	var b strings.Builder
	out := frag{}
	for _, a := range args {
		f, ok := a.(frag)
		if !ok {
			out.args = append(out.args, a)
			continue
		}
		// Placeholders of values that come before stay in front of those of the piece.
		before, after, _ := strings.Cut(text, "%s")
		b.WriteString(before)
		b.WriteString(f.text)
		out.args = append(out.args, f.args...)
		text = after
	}
	b.WriteString(text)
	out.text = b.String()
	return out
}

// joined returns the pieces with sep between them.
func joined(sep string, parts []frag) frag {
	var b strings.Builder
	out := frag{}
	for i, p := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(p.text)
		out.args = append(out.args, p.args...)
	}
	out.text = b.String()
	return out
}

// chunk is how many values one statement has at most: fewer than any database allows.
const chunk = 8192

// in returns the condition that x is one of the values. Lists are filled up to a power of two with the last value, so that
// the database has a few statements to prepare and not one for each length.
func in(x string, values []any) frag {
	switch len(values) {
	case 0:
		return never
	case 1:
		return frag{text: x + " = ?", args: values}
	}
	n := 2
	for n < len(values) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return frag{text: x + " IN (?" + strings.Repeat(", ?", n-1) + ")", args: args}
}

// querier is what *sql.DB and *sql.Tx have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// exec runs a statement and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, f frag) (int64, error) {
	res, err := s.conn(ctx).ExecContext(ctx, s.d.bind(f.text), f.args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query calls fn with each row, whose values are good until it returns. No other statement may run meanwhile: the pool may
// have one connection only.
func (s *Store) query(ctx context.Context, f frag, fn func(v []any) error) error {
	rows, err := s.conn(ctx).QueryContext(ctx, s.d.bind(f.text), f.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := fn(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// marks returns n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// list returns columns with commas between them.
func list(columns []string) string { return strings.Join(columns, ", ") }

// withoutAlias returns a condition that a query has for an aliased table as one for the table alone, as UPDATE and DELETE
// need it: where their aliases may stand differs among databases.
func withoutAlias(text, alias string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], alias) && (i == 0 || !isWord(text[i-1])) {
			i += len(alias) - 1
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func isWord(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '"' || c == '`' || c == '.'
}
