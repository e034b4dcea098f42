package gormstore_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocs keeps the code of docs/gorm.md to what is compiled and run, and short.
func TestDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/gorm.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	blocks := strings.Split(string(doc), "```go\n")[1:]
	require.Len(t, blocks, 3)
	lines := 0
	for _, b := range blocks {
		code, _, closed := strings.Cut(b, "\n```")
		require.True(t, closed)
		require.Contains(t, string(source), code, "the code is not that of the example")
		lines += strings.Count(code, "\n") + 1
	}
	require.Less(t, lines, 60)
}
