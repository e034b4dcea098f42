package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/cmd/scimcheck/internal/validator"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// TestExplain explains a made-up result of Microsoft's validator; docs/scimcheck.md shows it.
func TestExplain(t *testing.T) {
	t.Parallel()
	a := call(t.Context(), t, nil, "explain", filepath.Join("testdata", "validator-result.json"))
	require.Equal(t, exitFailed, a.code, a.stderr)
	golden := filepath.Join("testdata", "validator-result.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(a.stdout), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), a.stdout)

	a = call(t.Context(), t, nil, "explain", filepath.Join("testdata", "validator-result.json"), "--json")
	var e validator.Explanation
	require.NoError(t, json.Unmarshal([]byte(a.stdout), &e))
	require.Equal(t, 7, e.Failed)
}

// TestExplainCodes shows that what only the validator is to blame for is no failure.
func TestExplainCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	bug := file("bug.json", `{"results":{"data":{"FailedTests":[{"Name":"PATCH /Users/Id","Description":"Patch User - Replace Attributes","ResponseStatus":"200 OK",
		"Results":[{"Message":"The value of emails[primary eq true].value is Missing from the fetched Resource","Outcome":1}]}]}}}`)
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{bug}, exitPassed, "TO IGNORE"},
		{[]string{file("green.json", `{"results":{"data":{"PassedTests":[{"Name":"x"}]}}}`)}, exitPassed, "Nothing failed."},
		{[]string{file("other.json", `{}`)}, exitUsage, "no result of the validator"},
		{[]string{filepath.Join(dir, "none.json")}, exitUsage, "no such file"},
		{nil, exitUsage, "expected one file"},
		{[]string{bug, bug}, exitUsage, "expected one file"},
		{[]string{"--help"}, exitPassed, "scimcheck explain FILE"},
	} {
		a := call(t.Context(), t, nil, append([]string{"explain"}, tt.args...)...)
		require.Equal(t, tt.code, a.code, tt.args)
		require.Contains(t, a.stdout+a.stderr, tt.want)
	}
}
