package scim_test

import (
	"bytes"
	_ "embed"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
)

// fortyValues has about 40 values.
//
//go:embed testdata/full_user.json
var fortyValues string

// A budget is the most allocations that answering one request may take, on any machine.
type budget struct {
	name           string
	method, target string
	bodies         []string // take turns
	status         int
	most           float64
}

// requireBudget sends the requests of b to h, and requires that they keep to the budget. The request and the writer of the response cost
// nothing; neither do authentication and logging.
func requireBudget(t *testing.T, h http.Handler, b budget) {
	t.Helper()
	w := &sink{header: http.Header{}}
	r, err := http.NewRequest(b.method, baseURL+b.target, nil)
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/scim+json")
	readers := make([]*bytes.Reader, len(b.bodies))
	closers := make([]io.ReadCloser, len(b.bodies))
	for i, body := range b.bodies {
		readers[i] = bytes.NewReader([]byte(body))
		closers[i] = io.NopCloser(readers[i])
	}
	i := 0
	got := testing.AllocsPerRun(100, func() {
		if n := len(b.bodies); n > 0 {
			_, _ = readers[i%n].Seek(0, io.SeekStart)
			r.Body, r.ContentLength = closers[i%n], readers[i%n].Size()
			i++
		}
		clear(w.header)
		h.ServeHTTP(w, r)
	})
	require.Equal(t, b.status, w.status, b.name)
	if !raceDetector {
		require.LessOrEqual(t, got, b.most, "allocations of %s", b.name)
	}
	t.Logf("%s: %v allocations of %v", b.name, got, b.most)
}

// openToAll authenticates at no cost.
func openToAll(c *scim.Config) {
	c.Authenticate = func(*http.Request) (scim.Principal, error) { return scim.Principal{Tenant: "a"}, nil }
}

func TestBudgetGetUser(t *testing.T) {
	s := newService(t, openMemstore(), openToAll)
	id := s.ok(t, 201, "POST", "/Users", fortyValues).object(t)["id"].(string)
	requireBudget(t, s.h, budget{"GET user", "GET", "/Users/" + id, nil, 200, 60})
}
