package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRun starts the quickstart, and runs the curl lines it prints as they stand.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here: the lines that the quickstart prints are not tried")
	}
	for _, profile := range []string{"EntraID", "okta", "Strict"} {
		t.Run(profile, func(t *testing.T) {
			ctx := t.Context()
			out, stop := start(t, profile, "")
			lines := regexp.MustCompile(`(?m)^curl .*$`).FindAllString(out, -1)
			if len(lines) != 3 {
				t.Fatalf("%d curl lines, want 3:\n%s", len(lines), out)
			}
			wants := []func(map[string]any) bool{
				func(m map[string]any) bool { return m["totalResults"] == 1.0 },
				func(m map[string]any) bool { return m["userName"] == "kit@example.com" && m["id"] != "" },
				func(m map[string]any) bool { return m["active"] == false && m["userName"] == "dana@example.com" },
			}
			for i, line := range lines {
				answer, err := exec.CommandContext(ctx, "sh", "-c", line).Output()
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				var m map[string]any
				if err := json.Unmarshal(answer, &m); err != nil || !wants[i](m) {
					t.Errorf("%s\nanswers %s (%v)", line, answer, err)
				}
			}
			stop()
		})
	}
}

func TestRunRefusesUnknownProfile(t *testing.T) {
	if err := run(t.Context(), &buffer{}, "localhost:0", "", "other", ""); err == nil || !strings.Contains(err.Error(), "it is one of Strict, EntraID") {
		t.Errorf("run with an unknown profile = %v", err)
	}
}

// TestRunLeavesNothingBehind: without -db, the database is gone when the quickstart ends.
func TestRunLeavesNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	_, stop := start(t, "EntraID", "")
	made, err := filepath.Glob(filepath.Join(tmp, "*", "quickstart.db"))
	require.NoError(t, err)
	require.Len(t, made, 1)
	stop()
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestRunKeepsDatabase: with -db, what was changed is there the next time, and Dana is there once.
func TestRunKeepsDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my app? 100%.db")
	first, stop := start(t, "EntraID", file)
	require.Equal(t, 1.0, users(t, first)["totalResults"])
	call(t, first, http.MethodPost, "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"kit@example.com","nickName":"Kit","password":"correct horse"}`)
	stop()
	require.FileExists(t, file)

	second, stop := start(t, "EntraID", file)
	defer stop()
	found := users(t, second)
	require.Equal(t, 2.0, found["totalResults"])
	kit := found["Resources"].([]any)[1].(map[string]any)
	require.Equal(t, "kit@example.com", kit["userName"])
	require.Equal(t, "Kit", kit["nickName"], "what has no column is kept too")
	require.NotContains(t, kit, "password")

	db, err := open(t.Context(), file)
	require.NoError(t, err)
	defer db.Close()
	var kept string
	require.NoError(t, db.QueryRow(`SELECT password_hash FROM users WHERE login = 'kit@example.com'`).Scan(&kept))
	require.Regexp(t, `^pbkdf2-sha256\$600000\$[0-9a-f]{32}\$[0-9a-f]{64}$`, kept)
}

// start runs the quickstart and returns what it printed, and what ends it.
func start(t *testing.T, profile, file string) (printed string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	var out buffer
	done := make(chan error, 1)
	go func() { done <- run(ctx, &out, "localhost:0", "", profile, file) }()
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(out.String(), "Press Ctrl+C") {
		select {
		case err := <-done:
			t.Fatalf("run ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("no output after 10 s: %q", out.String())
		}
	}
	return out.String(), func() {
		t.Helper()
		cancel()
		require.NoError(t, <-done)
	}
}

// users lists the users of the endpoint that was printed.
func users(t *testing.T, printed string) map[string]any {
	t.Helper()
	return call(t, printed, http.MethodGet, "/Users", "")
}

// call sends a request to the endpoint that was printed.
func call(t *testing.T, printed, method, path, body string) map[string]any {
	t.Helper()
	line := func(name string) string {
		return regexp.MustCompile(name + `: +(\S+)`).FindStringSubmatch(printed)[1]
	}
	r, err := http.NewRequestWithContext(t.Context(), method, line("URL")+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+line("Token"))
	r.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	var m map[string]any
	require.NoError(t, json.NewDecoder(res.Body).Decode(&m))
	require.Less(t, res.StatusCode, 300, "%s %s: %v", method, path, m)
	return m
}

// A buffer may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
