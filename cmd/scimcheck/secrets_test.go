package main

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSecrets shows that neither credentials nor the data of others are in any report, although the service provider puts them
// wherever it can.
func TestSecrets(t *testing.T) {
	t.Parallel()
	const apiKey, secret = "key-marker-31aa07", "client/secret+marker"
	s := newServer(t, broken(func(w http.ResponseWriter, r *http.Request, _ string) bool {
		w.Header().Set("Set-Cookie", "session=cookie-marker")
		w.Header().Set("ETag", `"`+token+`"`)
		switch {
		case r.Method == http.MethodPatch:
			refuse(w, http.StatusBadRequest, "Authorization: "+r.Header.Get("Authorization")+" key "+r.Header.Get("X-Api-Key")+
				" while Zebedee Quillfeather <zeb@people.example> is logged in")
			return true
		case r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "filter") && !strings.Contains(r.URL.RawQuery, "scimcheck-"):
			// It ignores filters: everybody is found.
			r.URL.RawQuery = ""
		}
		return false
	}))
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	a := call(t.Context(), t, map[string]string{"SCIM_TOKEN": token, "SCIM_CLIENT_SECRET": secret},
		s.base, "--suite", identity, "--header", "X-Api-Key: "+apiKey, "--json", file("r.json"), "--junit", file("r.xml"), "--html", file("r.html"))
	require.Equal(t, exitFailed, a.code)
	texts := map[string]string{"text": a.stdout, "stderr": a.stderr}
	for _, name := range []string{"r.json", "r.xml", "r.html"} {
		data, err := os.ReadFile(file(name))
		require.NoError(t, err)
		texts[name] = string(data)
	}
	for name, text := range texts {
		for _, m := range append([]string{token, apiKey, secret, "cookie-marker", s.first}, markers...) {
			if i := strings.Index(text, m); i >= 0 {
				t.Errorf("%s has %q: …%s…", name, m, text[max(0, i-200):min(len(text), i+100)])
			}
		}
	}
	require.Contains(t, texts["r.json"], "(secret)")
	require.Contains(t, texts["r.json"], "(not shown)")
	require.Contains(t, texts["r.json"], "$SCIM_TOKEN")

	// The files are what they say they are.
	require.True(t, json.Valid([]byte(texts["r.json"])))
	var junit struct {
		Suites []struct {
			Name            string `xml:"name,attr"`
			Tests, Failures int    `xml:",attr"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(texts["r.xml"]), &junit))
	require.Len(t, junit.Suites, 4)
	for _, loads := range []string{"<script", "<link", "<img", "<iframe", "@import", "url(", " src=", `href="h`, `href="/`} {
		require.NotContains(t, texts["r.html"], loads)
	}
}
