package main

import (
	"encoding/json"
	"flag"
	"html/template"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
)

var htmlFile = flag.String("html", "", "file to write the page of the fixture into, for scripts/pictures")

// fixtureFile is the report that docs/scimcheck.md has pictures of.
var fixtureFile = filepath.Join("testdata", "report.json")

// newFixture makes the report of a service provider with four faults.
func newFixture(t *testing.T) []byte {
	t.Helper()
	boolean := regexp.MustCompile(`(?i)"(?:primary|active)":"(?:true|false)"|primary eq \\"true`)
	lower := regexp.MustCompile(`displayName\+eq\+%22[^A-Z]*%22$`)
	var flying counter
	s := newServer(t, broken(func(w http.ResponseWriter, r *http.Request, body string) bool {
		n := flying.add(1)
		defer flying.add(-1)
		switch {
		case boolean.MatchString(body):
			refuse(w, http.StatusBadRequest, "roles.primary: expected a boolean, got a string")
			return true
		case r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/Groups/"):
			time.Sleep(5 * time.Millisecond)
			if n > 1 {
				refuse(w, http.StatusInternalServerError, "database is locked")
				return true
			}
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/010101001010101011001010101011"):
			refuse(w, http.StatusBadRequest, "the id is no UUID")
			return true
		case lower.MatchString(r.URL.RawQuery):
			r.URL.RawQuery = "filter=displayName+eq+%22nobody%22"
		}
		return false
	}))
	a := s.scimcheck(t.Context(), t, "--suite", "entra,okta", "--seed", "6")
	a.report.Started, a.report.Seconds = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), 2.4
	data, err := json.MarshalIndent(a.report, "", " ")
	require.NoError(t, err)
	return []byte(strings.ReplaceAll(string(data), s.base, "https://app.example.com/scim/v2") + "\n")
}

// TestFixture shows that the page of a report begins with what people need who did not write the service provider.
func TestFixture(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(fixtureFile, newFixture(t), 0o644))
	}
	data, err := os.ReadFile(fixtureFile)
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(data, &r))
	var b strings.Builder
	require.NoError(t, r.WriteHTML(&b))
	page := b.String()
	if *htmlFile != "" {
		require.NoError(t, os.WriteFile(*htmlFile, []byte(page), 0o644))
	}
	before := 0
	for _, text := range []string{"Would it work?", "Microsoft Entra ID", "✗ No", "Okta", "Fix these first", r.Causes[0].Title, r.Causes[1].Title, r.Causes[2].Title, "Races", "Score by area", "All checks"} {
		i := strings.Index(page[before:], template.HTMLEscapeString(text))
		require.GreaterOrEqual(t, i, 0, "%q does not come next", text)
		before += i
	}
	for _, c := range r.Checks {
		require.Contains(t, page, `id="`+c.Suite+"-"+c.ID+`"`)
		for _, s := range c.Trace {
			require.NotEmpty(t, s.Method)
		}
	}
	require.Contains(t, page, `name="viewport"`)
	require.Contains(t, page, "prefers-color-scheme: dark")
	ids := regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1)
	seen := map[string]bool{}
	for _, id := range ids {
		require.False(t, seen[id[1]], "the anchor %s is there twice", id[1])
		seen[id[1]] = true
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, seen[link[1]], "nothing is at #%s", link[1])
	}
}
