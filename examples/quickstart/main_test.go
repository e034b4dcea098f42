package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestRun starts the quickstart, and runs the curl lines it prints as they stand.
func TestRun(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here: the lines that the quickstart prints are not tried")
	}
	_ = curl
	for _, profile := range []string{"EntraID", "okta", "Strict"} {
		t.Run(profile, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			var out buffer
			done := make(chan error, 1)
			go func() { done <- run(ctx, &out, "localhost:0", "", profile) }()
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
			lines := regexp.MustCompile(`(?m)^curl .*$`).FindAllString(out.String(), -1)
			if len(lines) != 3 {
				t.Fatalf("%d curl lines, want 3:\n%s", len(lines), out.String())
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
			if err := <-done; err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
}

func TestRunRefusesUnknownProfile(t *testing.T) {
	if err := run(t.Context(), &buffer{}, "localhost:0", "", "other"); err == nil || !strings.Contains(err.Error(), "it is one of Strict, EntraID") {
		t.Errorf("run with an unknown profile = %v", err)
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
