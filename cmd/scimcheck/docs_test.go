package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/scimtest"
)

// TestDocs keeps docs/scimcheck.md to what there is: each check of the hosted validator's suite, no check that is gone, all flags,
// what explain says, and the pictures.
func TestDocs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "scimcheck.md"))
	require.NoError(t, err)
	doc := string(data)
	ids := map[string]bool{}
	for _, s := range suites {
		require.Contains(t, doc, "| `"+s.name+"` |")
		for _, c := range s.cases {
			ids[c.ID] = true
		}
	}
	for _, c := range scimtest.Entra {
		require.Contains(t, doc, "| `"+c.ID+"` |", "the comparison has no row for it")
	}
	for _, m := range regexp.MustCompile("`((?:entra|extra|gallery|okta)-[a-z-]+)`").FindAllStringSubmatch(doc, -1) {
		require.True(t, ids[m[1]], "there is no check %s", m[1])
	}
	explained, err := os.ReadFile(filepath.Join("testdata", "validator-result.txt"))
	require.NoError(t, err)
	require.Contains(t, doc, string(explained))
	for _, m := range regexp.MustCompile(`\((pictures/[^)]*)\)`).FindAllStringSubmatch(doc, -1) {
		_, err := os.Stat(filepath.Join("..", "..", "docs", m[1]))
		require.NoError(t, err)
	}
	var help strings.Builder
	_, err = parse([]string{"--help"}, func(string) string { return "" }, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(help.String(), -1) {
		require.Contains(t, doc, "`--"+m[1], "a flag")
	}
}
