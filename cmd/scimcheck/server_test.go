package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

const token = "token-Kq7vPz2mWx9r"

// A server is a service provider with one user whom scimcheck did not create.
type server struct {
	url, base string
	directory *memstore.Directory
	first     string // id of the user
}

// newServer starts a server over memstore; wrap, if it is not nil, breaks its handler.
func newServer(t *testing.T, wrap func(http.Handler) http.Handler) *server {
	t.Helper()
	s := &server{directory: memstore.New(&memstore.Options{UniqueGroupNames: true})}
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.url, s.base = srv.URL, srv.URL+"/scim/v2"
	first := &scim.Resource{ExternalID: "hr-77120934", Attributes: s.directory.Users().Type().Object()}
	for path, v := range foreign {
		require.NoError(t, first.Attributes.Set(path, v), path)
	}
	first, err := s.directory.Users().Create(t.Context(), first)
	require.NoError(t, err)
	s.first = first.ID
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      s.base,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {TokenID: "1"}})),
		Resources:    []scim.ResourceType{scim.Users(s.directory.Users()), scim.Groups(s.directory.Groups())},
		Compat:       compat.EntraID,
		Logger:       slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	var handler http.Handler = h
	if wrap != nil {
		handler = wrap(h)
	}
	mux.Handle("/scim/v2/", handler)
	return s
}

// foreign are the values of a user who was there before, which must not be in a report: long and short ones, numbers, and an
// address.
var foreign = map[string]any{
	"userName": "zebedee.quillfeather@people.example", "displayName": "Zebedee Quillfeather", "nickName": "Zeb",
	"name.givenName": "Zebedee", "name.familyName": "Quillfeather", "title": "Lamplighter", "active": true,
	"emails":       []map[string]any{{"value": "zeb@people.example", "type": "work", "primary": true}, {"value": "zq@quill.example", "type": "home"}},
	"phoneNumbers": []map[string]any{{"value": "+49-30-5550142", "type": "work"}},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "90817263",
}

// markers are what of them could be recognised.
var markers = []string{"ebedee", "uillfeather", "people.example", "quill.example", "77120934", "Lamplighter", "5550142", "90817263", "Zeb"}

// all returns the ids of all users and groups there are.
func (s *server) all(t *testing.T) []string {
	t.Helper()
	out := []string{}
	for _, store := range []scim.ResourceStore{s.directory.Users(), s.directory.Groups()} {
		for r, err := range store.List(t.Context(), scim.Projection{}) {
			require.NoError(t, err)
			out = append(out, r.ID)
		}
	}
	return out
}

// An answer is what came of running the program.
type answer struct {
	code           int
	stdout, stderr string
	report         report.Report
}

// scimcheck runs the program against the server with --json, unless the arguments have a report of their own.
func (s *server) scimcheck(ctx context.Context, t *testing.T, args ...string) answer {
	t.Helper()
	a := call(ctx, t, map[string]string{"SCIM_TOKEN": token}, append([]string{s.base, "--json", "-"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(a.stdout), &a.report), "%s%s", a.stdout, a.stderr)
	return a
}

func call(ctx context.Context, t *testing.T, env map[string]string, args ...string) answer {
	t.Helper()
	var stdout, stderr strings.Builder
	code := run(ctx, args, func(name string) string { return env[name] }, &stdout, &stderr)
	return answer{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// broken makes a wrapper for a handler of a function that may answer a request itself, and then reports true.
func broken(f func(w http.ResponseWriter, r *http.Request, body string) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			if !f(w, r, string(data)) {
				r.Body = io.NopCloser(strings.NewReader(string(data)))
				next.ServeHTTP(w, r)
			}
		})
	}
}

// refuse answers with a SCIM error.
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": http.StatusText(status), "detail": detail,
	})
}

// A counter counts.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
	return c.n
}
