package entstore

import (
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// exact returns the text column x as something that compares and sorts by bytes, whatever its collation.
func (d *core) exact(x string) string {
	switch d.dialect {
	case dialect.Postgres:
		return "CAST(" + x + ` AS text) COLLATE "C"`
	case dialect.SQLite:
		return x + " COLLATE BINARY"
	}
	return "CAST(CONVERT(" + x + " USING utf8mb4) AS BINARY)"
}

// wide returns a condition that holds for texts with characters outside ASCII. Folding them is up to Go: databases differ.
func (d *core) wide(x string) string {
	switch d.dialect {
	case dialect.Postgres:
		return "octet_length(CAST(" + x + " AS text)) <> char_length(CAST(" + x + " AS text))"
	case dialect.SQLite:
		return "length(CAST(" + x + " AS BLOB)) <> length(" + x + ")"
	}
	return "length(CONVERT(" + x + " USING utf8mb4)) <> char_length(" + x + ")"
}

// lower returns the text column x in lower case, for comparisons by bytes. Only its ASCII letters are sure to be lower.
func (d *core) lower(x string) string {
	switch d.dialect {
	case dialect.Postgres:
		return "lower(CAST(" + x + ` AS text)) COLLATE "C"`
	case dialect.SQLite:
		return "lower(" + x + ") COLLATE BINARY"
	}
	return "CAST(lower(CONVERT(" + x + " USING utf8mb4)) AS BINARY)"
}

// text returns the column x, which may have JSON or bytes, as text.
func (d *core) text(x string) string {
	if d.dialect == dialect.MySQL {
		return "CONVERT(" + x + " USING utf8mb4)"
	}
	return "CAST(" + x + " AS text)"
}

const like = " LIKE ? ESCAPE '!'"

// likePattern returns s as a pattern in which nothing is a wildcard.
func likePattern(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// lock makes a query lock what it selects until the transaction ends. On SQLite nobody else writes meanwhile.
func lock(s *sql.Selector) {
	switch s.Dialect() {
	case dialect.Postgres:
		// The key stays as it is, so PostgreSQL need not stop others from referring to it.
		s.For("NO KEY UPDATE")
	case dialect.MySQL:
		s.ForUpdate()
	}
}
