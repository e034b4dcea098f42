package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
)

// A Dialect is the kind of SQL that a database speaks.
type Dialect uint8

// The dialects. MySQL is that of MariaDB too.
const (
	Postgres Dialect = iota + 1
	SQLite
	MySQL
)

// String returns the name of the dialect.
func (d Dialect) String() string {
	switch d {
	case Postgres:
		return "PostgreSQL"
	case SQLite:
		return "SQLite"
	case MySQL:
		return "MySQL"
	}
	return "Dialect(" + strconv.Itoa(int(d)) + ")"
}

// quote returns an identifier from the configuration, which may have a schema before a dot, as SQL.
func (d Dialect) quote(name string) string {
	q := `"`
	if d == MySQL {
		q = "`"
	}
	return q + strings.ReplaceAll(name, ".", q+"."+q) + q
}

// checkName reports an identifier that quoting does not make safe, or that names nothing.
func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("a name is missing")
	}
	for part := range strings.SplitSeq(name, ".") {
		if part == "" || strings.ContainsAny(part, "\"`?\x00\\") {
			return fmt.Errorf("%q is no name of a table or column", name)
		}
	}
	return nil
}

// bind returns the text with the placeholders of the dialect. Values are never part of the text, and names have no question
// mark, so each one is a placeholder.
func (d Dialect) bind(text string) string {
	if d != Postgres {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	n := 0
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// exact returns the text column x as something that compares and sorts by bytes, whatever its collation.
func (d Dialect) exact(x string) string {
	switch d {
	case Postgres:
		return "CAST(" + x + ` AS text) COLLATE "C"`
	case SQLite:
		return x + " COLLATE BINARY"
	}
	return "CAST(CONVERT(" + x + " USING utf8mb4) AS BINARY)"
}

// wide returns a condition that holds for texts with characters outside ASCII. Folding them is up to Go: databases differ.
func (d Dialect) wide(x string) string {
	switch d {
	case Postgres:
		return "octet_length(CAST(" + x + " AS text)) <> char_length(CAST(" + x + " AS text))"
	case SQLite:
		return "length(CAST(" + x + " AS BLOB)) <> length(" + x + ")"
	}
	return "length(CONVERT(" + x + " USING utf8mb4)) <> char_length(" + x + ")"
}

// lower returns the text column x in lower case, for comparisons by bytes. Only its ASCII letters are sure to be lower.
func (d Dialect) lower(x string) string {
	switch d {
	case Postgres:
		return "lower(CAST(" + x + ` AS text)) COLLATE "C"`
	case SQLite:
		return "lower(" + x + ") COLLATE BINARY"
	}
	return "CAST(lower(CONVERT(" + x + " USING utf8mb4)) AS BINARY)"
}

// like returns the operator and the rest of a search for a pattern that [likePattern] made.
func (d Dialect) like() string { return " LIKE ? ESCAPE '!'" }

// likePattern returns s as a pattern in which nothing is a wildcard.
func likePattern(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// same returns the operator for equality that takes NULL for a value.
func (d Dialect) same() string {
	switch d {
	case Postgres:
		return " IS NOT DISTINCT FROM "
	case SQLite:
		return " IS "
	}
	return " <=> "
}

// forUpdate ends a query whose rows are locked until the transaction ends. The key stays as it is, so that PostgreSQL need
// not stop others from referring to it.
func (d Dialect) forUpdate() string {
	switch d {
	case Postgres:
		return " FOR NO KEY UPDATE"
	case MySQL:
		return " FOR UPDATE"
	}
	return ""
}

// orIgnore ends an INSERT that leaves rows as they are that a unique index has already. Unlike INSERT IGNORE it hides no other
// error. column is any column of the table.
func (d Dialect) orIgnore(table, column string) string {
	if d == MySQL {
		return " ON DUPLICATE KEY UPDATE " + column + " = " + table + "." + column
	}
	return " ON CONFLICT DO NOTHING"
}

// castText and castInt return a placeholder whose type the database can't tell from where it stands.
func (d Dialect) castText() string {
	if d == Postgres {
		return "CAST(? AS text)"
	}
	return "?"
}

func (d Dialect) castInt() string {
	if d == Postgres {
		return "CAST(? AS bigint)"
	}
	return "?"
}
