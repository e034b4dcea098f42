package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// populate fills the application's tables: n users and as many teams of tenant acme, each user in two
// teams.
func populate(tb testing.TB, db *sql.DB, d sqlstore.Dialect, n int) {
	tb.Helper()
	insert := func(text, tuple string, args func(i int) []any) {
		for start := 0; start < n; start += 1000 {
			var tuples []string
			var all []any
			for i := start; i < min(n, start+1000); i++ {
				row := tuple
				for _, a := range args(i) {
					mark := "?"
					if all = append(all, a); d == sqlstore.Postgres {
						mark = fmt.Sprintf("$%d", len(all))
					}
					row = strings.Replace(row, "_", mark, 1)
				}
				tuples = append(tuples, row)
			}
			_, err := db.Exec(text+strings.Join(tuples, ", "), all...)
			require.NoError(tb, err)
		}
	}
	insert("INSERT INTO users (id, org, login, email) VALUES ", "(_, 'acme', _, _)", func(i int) []any {
		return []any{i + 1, fmt.Sprintf("User%d@example.com", i+1), fmt.Sprintf("mail%d@example.com", i+1)}
	})
	insert("INSERT INTO teams (id, org, name) VALUES ", "(_, 'acme', _)", func(i int) []any { return []any{i + 1, fmt.Sprintf("Team %d", i+1)} })
	insert("INSERT INTO team_users (team_id, user_id) VALUES ", "(_, _)", func(i int) []any { return []any{i + 1, i + 1} })
	insert("INSERT INTO team_users (team_id, user_id) VALUES ", "(_, _)", func(i int) []any { return []any{i + 1, (i+1)%n + 1} })
	insert("INSERT INTO team_teams (team_id, child_id) VALUES ", "(_, _)", func(i int) []any { return []any{i - i%50 + 1, i + 1} })
	insert("INSERT INTO phones (user_id, number) VALUES ", "(_, _)", func(i int) []any { return []any{i + 1, fmt.Sprintf("555-%d", i)} })
	insert("INSERT INTO scim_teams (tenant, row_key, external_id, external_key, version, created, modified) VALUES ", "('acme', _, _, _, 1, 1, 1)", func(i int) []any {
		return []any{i + 1, fmt.Sprintf("team%d", i+1), fmt.Sprintf("=team%d", i+1)}
	})
	insert("INSERT INTO scim_users (tenant, row_key, external_id, external_key, version, created, modified) VALUES ", "('acme', _, _, _, 1, 1, 1)", func(i int) []any {
		return []any{i + 1, fmt.Sprintf("ext%d", i+1), fmt.Sprintf("=ext%d", i+1)}
	})
	switch d {
	case sqlstore.Postgres, sqlstore.SQLite:
		run(tb, db, "ANALYZE")
	case sqlstore.MySQL:
		run(tb, db, "ANALYZE TABLE users, teams, team_users, team_teams, scim_users, scim_teams")
	}
}

// explained returns how the database carries out a statement.
func explained(tb testing.TB, db *sql.DB, d sqlstore.Dialect, s recorded) string {
	tb.Helper()
	prefix := map[sqlstore.Dialect]string{sqlstore.Postgres: "EXPLAIN ", sqlstore.SQLite: "EXPLAIN QUERY PLAN ", sqlstore.MySQL: "EXPLAIN "}[d]
	rows, err := db.Query(prefix+s.text, s.args...)
	require.NoError(tb, err, s.text)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(tb, err)
	var out strings.Builder
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(targets...))
		for i, v := range values {
			if d == sqlstore.MySQL {
				fmt.Fprintf(&out, "%s=%s ", columns[i], v.String)
			} else if columns[i] == "detail" || d == sqlstore.Postgres {
				out.WriteString(v.String)
			}
		}
		out.WriteString("\n")
	}
	require.NoError(tb, rows.Err())
	return out.String()
}

// scans reports whether a plan reads a whole table, and which.
func scans(d sqlstore.Dialect, plan string) string {
	lines := strings.Split(plan, "\n")
	for i, line := range lines {
		switch d {
		case sqlstore.Postgres:
			if strings.Contains(line, "Seq Scan") || strings.Contains(line, "Index Scan") && !strings.Contains(lines[min(i+1, len(lines)-1)], "Index Cond") {
				return line
			}
		case sqlstore.SQLite:
			if strings.Contains(line, "SCAN") && !strings.Contains(line, "CONSTANT ROW") {
				return line
			}
		case sqlstore.MySQL:
			if strings.Contains(line, "type=ALL") || strings.Contains(line, "type=index ") {
				return line
			}
		}
	}
	return ""
}

// TestIndexes shows that what identity providers look up is found by an index, however large the tables are.
func TestIndexes(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db, r := e.record(t)
		users, groups := appOver(t, db, e.dialect)
		populate(t, db, e.dialect, 5000)
		ctx := as(t, "acme")
		search := func(s *sqlstore.Store, text string) func() {
			return func() {
				page, err := s.Search(ctx, &scim.Query{Filter: parsed(t, s, text), StartIndex: 1, Count: 10})
				require.NoError(t, err)
				require.Positive(t, page.TotalResults, text)
				require.LessOrEqual(t, page.TotalResults, 2, text)
			}
		}
		for name, f := range map[string]func(){
			"id":            search(users, `id eq "u_77"`),
			"userName":      search(users, `userName eq "USER77@example.com"`),
			"externalId":    search(users, `externalId eq "ext77"`),
			"group name":    search(groups, `displayName eq "team 77"`),
			"member":        search(groups, `members.value eq "u_77"`),
			"member and id": search(groups, `id eq "g_77" and members[value eq "u_77"]`),
			"group of user": search(users, `groups.value eq "g_77" and userName eq "user77@example.com"`),
			"get a user":    func() { _, err := users.Get(ctx, "u_77", scim.Projection{}); require.NoError(t, err) },
			"get a group":   func() { _, err := groups.Get(ctx, "g_77", scim.Projection{}); require.NoError(t, err) },
			"userName taken": func() {
				_, err := users.Create(ctx, resource(t, users, `{"schemas": ["`+schema.UserURI+`"], "userName": "user77@EXAMPLE.com"}`))
				require.Error(t, err)
			},
		} {
			for _, s := range r.during(f) {
				if strings.HasPrefix(s.text, "SELECT COUNT(*)") || !strings.HasPrefix(s.text, "SELECT") {
					continue
				}
				plan := explained(t, db, e.dialect, s)
				require.Empty(t, scans(e.dialect, plan), "%s: %s\n%v\n%s", name, s.text, s.args, plan)
			}
		}
	})
}
