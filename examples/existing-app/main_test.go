package main

import (
	"bytes"
	"context"
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

// TestRun starts the application as it is, twice over the same file, and runs the curl line that it prints.
func TestRun(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	file := filepath.Join(t.TempDir(), "app.db")
	for _, seeded := range []bool{true, false} {
		printed, stop := start(t, config{addr: "localhost:0", file: file})
		url := regexp.MustCompile(`Sign in at (\S+)`).FindStringSubmatch(printed)[1]
		password := regexp.MustCompile(`Password: (.*)`).FindStringSubmatch(printed)[1]
		b := (&site{t: t, url: url}).browser()
		b.seesLogin()
		if seeded {
			b.login("acme", "dana@acme.example", password)
			text := b.seesPage()
			require.Equal(t, "Dana Park, Kit Olsen", membersOf(text, "On call"))
			require.Empty(t, membersOf(text, "Sales"))
		} else {
			require.Contains(t, password, " ", "the password of another time is not known any more")
		}
		if _, err := exec.LookPath("curl"); err == nil {
			line := regexp.MustCompile(`(?m)^curl .*$`).FindString(printed)
			answer, err := exec.CommandContext(t.Context(), "sh", "-c", line).Output()
			require.NoError(t, err, line)
			require.Contains(t, string(answer), `"active":false`)
			b.seesLogin()
		}
		stop()
	}
}

// TestRunLeavesNothingBehind: the database is temporary unless a flag names one.
func TestRunLeavesNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	_, stop := start(t, config{addr: "localhost:0"})
	made, err := filepath.Glob(filepath.Join(tmp, "*", "existing-app.db"))
	require.NoError(t, err)
	require.Len(t, made, 1)
	stop()
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestPasswords(t *testing.T) {
	hash, err := hashPassword("winter", 10)
	require.NoError(t, err)
	again, err := hashPassword("winter", 10)
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "each has a salt of its own")
	require.True(t, checkPassword(hash, "winter"))
	for _, wrong := range []string{"", "Winter", "winter "} {
		require.False(t, checkPassword(hash, wrong), wrong)
	}
	require.False(t, checkPassword(nobodysHash, ""))
	for _, bad := range []string{"", "winter", "pbkdf2-sha256$10$zz$00", "pbkdf2-sha256$x$00$00", strings.TrimSuffix(hash, hash[len(hash)-1:]), "md5" + hash} {
		require.False(t, checkPassword(bad, "winter"), bad)
	}
}

// start runs the application and returns what it printed, and what ends it.
func start(t *testing.T, c config) (printed string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	var out buffer
	done := make(chan error, 1)
	go func() { done <- run(ctx, &out, c) }()
	deadline := time.Now().Add(30 * time.Second)
	for !strings.Contains(out.String(), "Press Ctrl+C") {
		select {
		case err := <-done:
			t.Fatalf("run ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
		require.True(t, time.Now().Before(deadline), "no output: %q", out.String())
	}
	return out.String(), func() {
		t.Helper()
		cancel()
		require.NoError(t, <-done)
	}
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
