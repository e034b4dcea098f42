package scim_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTypedDocs keeps the code of docs/typed-stores.md to what is compiled and run, and the mapping as short as it promises.
func TestTypedDocs(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("docs/typed-stores.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_typed_test.go")
	require.NoError(t, err)
	blocks := strings.Split(string(doc), "```go\n")[1:]
	require.Len(t, blocks, 4)
	for i, b := range blocks[:3] {
		code, _, closed := strings.Cut(b, "\n```")
		require.True(t, closed)
		require.Less(t, strings.Count(code, "\n"), 60)
		if i == 1 {
			code = "\t" + strings.ReplaceAll(code, "\n", "\n\t")
		}
		require.Contains(t, string(source), code, "the code is not that of the example")
	}
}
