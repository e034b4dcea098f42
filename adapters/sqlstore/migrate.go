package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the statements that make the companion tables of the stores, and the tables of those of [Standard], for
// the application's own tool for migrations. They can run again without harm. Tables of the application they leave alone.
func Migrations(stores ...*Store) []string {
	var out []string
	for _, s := range stores {
		out = append(out, s.own...)
		if s.cfg.Companion != "" {
			out = append(out, s.d.migration("companion", s.cfg.Companion, s.cfg.Key.Kind)...)
		}
	}
	return out
}

// Migrate runs what [Migrations] returns.
func Migrate(ctx context.Context, stores ...*Store) error {
	for _, s := range stores {
		for _, text := range Migrations(s) {
			if _, err := s.conn(ctx).ExecContext(ctx, text); err != nil {
				return fmt.Errorf("sqlstore: migrations for %s: %w", s.cfg.Name, err)
			}
		}
	}
	return nil
}

// migration returns the statements of an embedded file, for a table of the given name.
func (d Dialect) migration(file, table string, key KeyKind) []string {
	name := map[Dialect]string{Postgres: "postgres", SQLite: "sqlite", MySQL: "mysql"}[d]
	text, err := migrations.ReadFile("migrations/" + file + "_" + name + ".sql")
	if err != nil {
		panic("sqlstore: " + err.Error())
	}
	types := map[KeyKind]string{KeyText: "text", KeyInteger: "bigint", KeyUUID: "uuid"}
	switch d {
	case SQLite:
		types = map[KeyKind]string{KeyText: "text", KeyInteger: "integer", KeyUUID: "text"}
	case MySQL:
		types = map[KeyKind]string{KeyText: "varchar(191)", KeyInteger: "bigint", KeyUUID: "char(36)"}
	}
	filled := strings.NewReplacer(
		"{table}", d.quote(table), "{prefix}", table, "{index}", strings.ReplaceAll(table, ".", "_"), "{key}", types[key],
	).Replace(string(text))
	var out []string
	for statement := range strings.SplitSeq(filled, ";\n") {
		var lines []string
		for line := range strings.SplitSeq(statement, "\n") {
			if !strings.HasPrefix(line, "--") && line != "" {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			out = append(out, strings.Join(lines, "\n"))
		}
	}
	return out
}
