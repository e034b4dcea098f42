package scim_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// What most tests use: a service for two tenants.
const (
	baseURL  = "https://app.example.com/scim/v2"
	basePath = "/scim/v2"
	tokenA   = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
	tokenB   = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"

	patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	listURN  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorURN = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// A storeSet is one kind of store for all the types.
type storeSet struct{ users, groups, widgets scim.ResourceStore }

// storeKinds are the stores that must not be told apart over HTTP: all optional interfaces, none, all masked, all returning
// [errors.ErrUnsupported].
var storeKinds = []struct {
	name string
	open func() storeSet
}{
	{"memstore", openMemstore},
	{"minimal", openMinimal},
	{"masked", func() storeSet {
		s := openMemstore()
		return storeSet{masked{mem(s.users), 0}, masked{mem(s.groups), 0}, masked{mem(s.widgets), 0}}
	}},
	{"unsupported", func() storeSet {
		s := openMemstore()
		return storeSet{unsupported{mem(s.users)}, unsupported{mem(s.groups)}, unsupported{mem(s.widgets)}}
	}},
}

func openMemstore() storeSet {
	d := memstore.New(nil)
	return storeSet{d.Users(), d.Groups(), d.Store(widgetType())}
}

func mem(s scim.ResourceStore) *memstore.Store { return s.(*memstore.Store) }

// eachStore runs a test with every kind of store.
func eachStore(t *testing.T, test func(t *testing.T, s *service)) {
	t.Helper()
	for _, k := range storeKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			test(t, newService(t, k.open(), nil))
		})
	}
}

// A service is a handler with its clients.
type service struct {
	h      http.Handler
	path   string // before the endpoint
	token  string
	server *httptest.Server // nil: requests go to the handler straight
}

// newService returns a service over the stores; change, if not nil, changes the configuration.
func newService(t testing.TB, s storeSet, change func(*scim.Config)) *service {
	t.Helper()
	cfg := &scim.Config{
		BaseURL: baseURL,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{
			tokenA: {Tenant: "a", TokenID: "token-1"}, tokenB: {Tenant: "b", TokenID: "token-2"},
		})),
		Resources:    []scim.ResourceType{scim.Users(s.users), scim.Groups(s.groups)},
		Interceptors: []scim.Interceptor{setReadOnly},
		Logger:       slog.New(slog.DiscardHandler),
	}
	if s.widgets != nil {
		cfg.Resources = append(cfg.Resources, scim.ResourceType{Type: widgetType(), Store: s.widgets})
	}
	if change != nil {
		change(cfg)
	}
	h, err := scim.NewHandler(cfg)
	require.NoError(t, err)
	return &service{h: h, path: basePath, token: tokenA}
}

// live returns the service behind a server.
func (s *service) live(t testing.TB) *service {
	t.Helper()
	server := httptest.NewServer(s.h)
	t.Cleanup(server.Close)
	out := *s
	out.server = server
	return &out
}

// as returns the service as the client with another token sees it.
func (s *service) as(token string) *service {
	out := *s
	out.token = token
	return &out
}

// An answer is what a request led to.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; header holds names and values in turn, and "" takes one away.
func (s *service) do(t testing.TB, method, target, body string, header ...string) answer {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, s.path+target, content)
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
		} else {
			r.Header.Add(header[i], header[i+1])
		}
	}
	return s.send(t, r)
}

func (s *service) send(t testing.TB, r *http.Request) answer {
	t.Helper()
	if s.server == nil {
		w := httptest.NewRecorder()
		s.h.ServeHTTP(w, r)
		return answer{w.Code, w.Header(), w.Body.String()}
	}
	r.RequestURI = ""
	r.URL.Scheme, r.URL.Host = "http", s.server.Listener.Addr().String()
	res, err := s.server.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header, string(b)}
}

// ok sends a request that must have the status.
func (s *service) ok(t testing.TB, status int, method, target, body string, header ...string) answer {
	t.Helper()
	a := s.do(t, method, target, body, header...)
	require.Equal(t, status, a.status, "%s %s %.200s: %s", method, target, body, a.body)
	return a
}

// refused sends a request that must fail with a SCIM error, and leave all resources as they are.
func (s *service) refused(t testing.TB, status int, scimType, method, target, body string, header ...string) answer {
	t.Helper()
	before := s.everything(t)
	a := s.do(t, method, target, body, header...)
	a.requireError(t, status, scimType)
	require.Equal(t, before, s.everything(t), "%s %s failed and changed something", method, target)
	return a
}

// everything returns all resources of the tenant as they are served.
func (s *service) everything(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	valid := s.as(tokenA)
	for _, e := range []string{"/Users", "/Groups", "/Widgets"} {
		if a := valid.do(t, "GET", e+"?count=1000", ""); a.status != http.StatusNotFound {
			require.Equal(t, http.StatusOK, a.status, a.body)
			b.WriteString(a.body)
		}
	}
	return b.String()
}

// create posts a resource and returns its id.
func (s *service) create(t testing.TB, endpoint, body string) string {
	t.Helper()
	return s.ok(t, http.StatusCreated, "POST", endpoint, withSchema(endpoint, body)).object(t)["id"].(string)
}

// withSchema adds the schemas of an endpoint to a body without them.
func withSchema(endpoint, body string) string {
	uri := map[string]string{"/Users": schema.UserURI, "/Groups": schema.GroupURI, "/Widgets": widgetURI}[endpoint]
	return strings.Replace(body, "{", `{"schemas":["`+uri+`"],`, 1)
}

// patchBody makes a PATCH body of operations.
func patchBody(ops string) string {
	return `{"schemas":["` + patchURN + `"],"Operations":[` + ops + `]}`
}

func (a answer) object(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &m), a.body)
	return m
}

// names returns the value of an attribute of each resource of a ListResponse.
func (a answer) names(t testing.TB, attribute string) []string {
	t.Helper()
	out := []string{}
	for _, r := range a.object(t)["Resources"].([]any) {
		v, _ := r.(map[string]any)[attribute].(string)
		out = append(out, v)
	}
	return out
}

// requireError checks that a is a SCIM error (RFC 7644 §3.12).
func (a answer) requireError(t testing.TB, status int, scimType string) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, "application/scim+json", a.header.Get("Content-Type"), "7644-3.12-01")
	m := a.object(t)
	require.Equal(t, []any{errorURN}, m["schemas"], "7644-3.12-01")
	require.Equal(t, http.StatusText(status), http.StatusText(atoi(t, m["status"])), "7644-3.2-03: status in %s", a.body)
	require.NotEmpty(t, m["detail"], "7644-3.12-02")
	if scimType == "" {
		require.NotContains(t, m, "scimType")
		return
	}
	require.Equal(t, scimType, m["scimType"], a.body)
}

func atoi(t testing.TB, v any) (n int) {
	t.Helper()
	s, ok := v.(string)
	require.True(t, ok, "%v is no string", v)
	require.NoError(t, json.Unmarshal([]byte(s), &n))
	return n
}
