package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/scimtest"
)

// TestInterrupt shows that an interrupted run deletes what it made, and reports what it has.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, after := range []int{1, 10, 50} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var posts counter
		s := newServer(t, broken(func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPost && posts.add(1) == after {
				cancel()
				// What is under way when the signal comes is finished.
				time.Sleep(20 * time.Millisecond)
			}
			// Nothing is found by its name afterwards, either.
			if ctx.Err() != nil && r.URL.RawQuery != "" {
				refuse(w, http.StatusServiceUnavailable, "no filters now")
				return true
			}
			return false
		}))
		a := s.scimcheck(ctx, t)
		require.Equal(t, exitInterrupted, a.code)
		require.True(t, a.report.Interrupted)
		require.Less(t, len(a.report.Checks), len(scimtest.RFC))
		require.Empty(t, a.report.Leftovers)
		require.Equal(t, []string{s.first}, s.all(t), "after %d creations", after)
	}
}

// TestLost shows that a resource is deleted although the answer to its creation never came, and nobody else's is.
func TestLost(t *testing.T) {
	t.Parallel()
	var posts counter
	s := newServer(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lose := r.Method == http.MethodPost && posts.add(1)%5 == 0
			if strings.Contains(r.URL.RawQuery, "filter") {
				// Whoever asks for one resource gets all of them.
				r.URL.RawQuery = ""
			}
			if !lose {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		})
	})
	a := s.scimcheck(t.Context(), t, "--suite", "entra,okta")
	require.Equal(t, exitFailed, a.code)
	require.Greater(t, posts.add(0), 20)
	require.Empty(t, a.report.Leftovers)
	require.Equal(t, []string{s.first}, s.all(t))
}

// TestLeftovers shows that what can't be deleted is said, and what is kept.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	s := newServer(t, broken(func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Method == http.MethodDelete {
			refuse(w, http.StatusForbidden, "nothing is ever deleted")
			return true
		}
		return false
	}))
	a := s.scimcheck(t.Context(), t, "--suite", "entra")
	require.Equal(t, exitFailed, a.code)
	require.Len(t, a.report.Leftovers, len(s.all(t))-1)
	require.False(t, a.report.Kept)

	s = newServer(t, nil)
	a = s.scimcheck(t.Context(), t, "--suite", "entra", "--keep", "--parallel", "1")
	require.Equal(t, exitPassed, a.code)
	require.True(t, a.report.Kept)
	require.NotEmpty(t, a.report.Leftovers)
	require.Len(t, a.report.Leftovers, len(s.all(t))-1)
}
