package recipes_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocs keeps the code of docs/recipes.md to what is compiled and run, and what there is to write for each library short.
func TestDocs(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/recipes.md")
	require.NoError(t, err)
	sources := map[string]string{}
	for section, file := range map[string]string{"What all have in common": "bunapp/bunapp.go", "bun": "bunapp/bunapp.go", "sqlx": "sqlxapp/sqlxapp.go", "sqlc with pgx": "sqlcapp/sqlcapp.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.LessOrEqual(t, strings.Count(string(text), "\n"), 120, file)
		sources[section] = string(text)
	}
	for _, file := range []string{"sqlcapp/sqlc.yaml", "sqlcapp/joined.sql"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		sources["sqlc with pgx"] += string(text)
	}
	sections := strings.Split(string(doc), "\n## ")[1:]
	require.Len(t, sections, len(sources))
	for _, s := range sections {
		title, s, _ := strings.Cut(s, "\n")
		require.Contains(t, sources, title)
		code, lines := strings.Split(s, "\n```"), 0
		require.Greater(t, len(code), 2, title)
		require.Equal(t, 1, len(code)%2, "%s: a block does not end", title)
		for i := 1; i < len(code); i += 2 {
			language, block, _ := strings.Cut(code[i], "\n")
			if language == "go" {
				lines += strings.Count(block, "\n") + 1
			}
			// What stands inside a function is indented there.
			inside := strings.ReplaceAll("\t"+strings.ReplaceAll(block, "\n", "\n\t"), "\n\t\n", "\n\n")
			if !strings.Contains(sources[title], block+"\n") {
				require.Contains(t, sources[title], inside+"\n", "%s: the code is not that of the recipe", title)
			}
		}
		require.LessOrEqual(t, lines, 45, title)
	}
}
