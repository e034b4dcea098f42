package entstore_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide shows the code of the example.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/ent.md")
	require.NoError(t, err)
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, code, ok := strings.Cut(string(example), "// stores maps")
	require.True(t, ok)
	code, _, ok = strings.Cut(code, "\nfunc Example()")
	require.True(t, ok)
	require.Contains(t, string(guide), "```go\n// stores maps"+strings.TrimRight(code, "\n")+"\n```")
}
