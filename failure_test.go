package scim_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A broken store does the same thing in every method.
type broken struct {
	do func() error
}

func failingStore(err error) broken { return broken{func() error { return err }} }

func (b broken) Get(context.Context, string, scim.Projection) (*scim.Resource, error) {
	return nil, b.do()
}

func (b broken) List(context.Context, scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) { yield(nil, b.do()) }
}
func (b broken) Create(context.Context, *scim.Resource) (*scim.Resource, error)  { return nil, b.do() }
func (b broken) Replace(context.Context, *scim.Resource) (*scim.Resource, error) { return nil, b.do() }
func (b broken) Delete(context.Context, string, scim.Version) error              { return b.do() }

// brokenAll has the optional methods too.
type brokenAll struct{ broken }

func (b brokenAll) Search(context.Context, *scim.Query) (*scim.Page, error) { return nil, b.do() }
func (b brokenAll) Update(context.Context, string, scim.Projection, func(*scim.Resource) error) (*scim.Resource, error) {
	return nil, b.do()
}
func (b brokenAll) DeltaAttributes() []string { return []string{"members"} }
func (b brokenAll) PatchDelta(context.Context, string, *patch.Delta) (scim.DeltaResult, error) {
	return scim.DeltaResult{}, b.do()
}

// requests are one of each kind for a group.
var requests = []struct{ method, target, body string }{
	{"GET", "/Groups/x", ""},
	{"GET", "/Groups", ""},
	{"POST", "/Groups", `{"schemas":["` + schema.GroupURI + `"],"displayName":"g"}`},
	{"PUT", "/Groups/x", `{"schemas":["` + schema.GroupURI + `"],"displayName":"g"}`},
	{"PATCH", "/Groups/x", patchBody(`{"op":"replace","path":"displayName","value":"x"}`)},
	{"PATCH", "/Groups/x", patchBody(`{"op":"add","path":"members","value":[{"value":"x"}]}`)},
	{"DELETE", "/Groups/x", ""},
}

func TestStoreErrors(t *testing.T) {
	t.Parallel()
	retry := &scim.Error{Status: 503, Detail: "Maintenance.", Header: http.Header{"retry-after": {"120"}}, Err: errors.New("secret cause")}
	for _, tt := range []struct {
		name     string
		err      error
		status   int
		scimType string
		logged   string
	}{
		{"7644-3.12-11 plain", errors.New("secret SQL"), 500, "", "secret SQL"},
		{"wrapped plain", fmt.Errorf("x: %w", errors.New("secret SQL")), 500, "", "secret SQL"},
		{"429", scim.Errorf(scim.ErrTooManyRequests, "Slow down."), 429, "", ""},
		{"503", fmt.Errorf("secret context: %w", retry), 503, "", "secret cause"},
		{"not found", fmt.Errorf("secret context: %w", scim.ErrNotFound), 404, "", ""},
		{"deadline", context.DeadlineExceeded, 503, "", ""},
		{"canceled", fmt.Errorf("secret: %w", context.Canceled), 503, "", ""},
		{"no error status", &scim.Error{Status: 200, Detail: "secret"}, 500, "", "secret"},
		{"status 0", &scim.Error{Detail: "secret"}, 500, "", "secret"},
		{"409", scim.ErrUniqueness, 409, "uniqueness", ""},
		{"413", scim.ErrTooLarge, 413, "", ""},
		{"501", scim.ErrNotImplemented, 501, "", ""},
		{"schema's", &schema.Error{Type: schema.InvalidValue, Rule: "secret row", Offset: -1}, 500, "", "secret row"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, store := range []scim.ResourceStore{failingStore(tt.err), brokenAll{failingStore(tt.err)}} {
				log := &recorder{}
				s := newService(t, storeSet{users: newMinimal(schema.UserType()), groups: store}, func(c *scim.Config) { c.Logger = log.logger() })
				for _, r := range requests {
					if _, all := store.(brokenAll); all && tt.scimType == "" && tt.logged == "secret row" && r.method == "PATCH" {
						continue // what Delta.Apply reports is about the request
					}
					a := s.do(t, r.method, r.target, r.body)
					a.requireError(t, tt.status, tt.scimType)
					require.NotContains(t, a.body, "secret")
					require.Contains(t, log.String(), tt.logged)
					if tt.status == 503 && errors.Is(tt.err, retry) {
						require.Equal(t, "120", a.header.Get("Retry-After"))
						require.Contains(t, a.body, "Maintenance.")
					}
				}
			}
		})
	}
}

// TestStorePanics checks that panics and nil results are answered with a SCIM error, and logged.
func TestStorePanics(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func() error{
		"panic": func() error { panic("secret panic") }, "nil": func() error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, store := range []scim.ResourceStore{broken{do}, brokenAll{broken{do}}} {
				log := &recorder{}
				s := newService(t, storeSet{users: newMinimal(schema.UserType()), groups: store}, func(c *scim.Config) { c.Logger = log.logger() }).live(t)
				for _, r := range requests {
					if _, all := store.(brokenAll); name == "nil" && (r.method == "DELETE" || all && r.method == "PATCH" && r.body == requests[5].body) {
						continue // no result is what these return
					}
					log.records(t)
					a := s.do(t, r.method, r.target, r.body)
					a.requireError(t, 500, "")
					require.NotContains(t, a.body, "secret", "7644-3.12-11")
					records := log.records(t)
					require.Len(t, records, 1)
					require.Equal(t, "ERROR", records[0]["level"])
					require.NotEmpty(t, records[0]["error"])
				}
			}
		})
	}
}

// TestNilResults checks interceptors that return nothing.
func TestNilResults(t *testing.T) {
	t.Parallel()
	for _, res := range []*scim.Result{nil, {}} {
		s := newService(t, openMemstore(), func(c *scim.Config) {
			c.Interceptors = []scim.Interceptor{func(scim.Func) scim.Func {
				return func(context.Context, *scim.Operation) (*scim.Result, error) { return res, nil }
			}}
		})
		for _, r := range requests {
			if res != nil && (r.method == "PATCH" || r.method == "DELETE") {
				continue // 204
			}
			s.do(t, r.method, r.target, r.body).requireError(t, 500, "")
		}
	}
}

// TestAbort checks that a panic to abort the response stays one.
func TestAbort(t *testing.T) {
	t.Parallel()
	s := newService(t, storeSet{users: broken{func() error { panic(http.ErrAbortHandler) }}, groups: openMemstore().groups}, nil)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.do(t, "GET", "/Users/x", "") })
}

// TestRetriesEnd checks that a store whose versions never match does not keep a request for ever.
func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	s := newService(t, storeSet{users: newMinimal(schema.UserType()), groups: racing{newMinimal(schema.GroupType())}}, nil)
	target := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
	start := time.Now()
	s.refused(t, 503, "", "PATCH", target, patchBody(`{"op":"replace","path":"displayName","value":"x"}`))
	require.Less(t, time.Since(start), 10*time.Second)
}

// racing is a store in which another client is always faster.
type racing struct{ *minimal }

func (racing) Replace(context.Context, *scim.Resource) (*scim.Resource, error) {
	return nil, fmt.Errorf("lost the race: %w", scim.ErrVersionMismatch)
}

// TestStreamErrors checks a list that fails before and after its first bytes are sent.
func TestStreamErrors(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]int{"at once": 0, "later": 100_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &recorder{}
			groups := streaming{newMinimal(schema.GroupType()), before}
			s := newService(t, storeSet{users: newMinimal(schema.UserType()), groups: groups}, func(c *scim.Config) { c.Logger = log.logger() }).live(t)
			target := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
			res, err := s.server.Client().Do(authorized(t, "GET", s.server.URL+basePath+target))
			if err == nil {
				defer func() { _ = res.Body.Close() }()
				buf := make([]byte, 1<<20)
				for err == nil {
					_, err = res.Body.Read(buf)
				}
				require.ErrorContains(t, err, "EOF")
				if before > 0 {
					require.ErrorContains(t, err, "unexpected EOF", "half a response must not look like a whole one")
				} else if res.StatusCode == 500 {
					require.Empty(t, res.Header.Get("ETag"), "an error response has the header of the resource")
				}
			}
			require.Contains(t, log.String(), "secret stream")
		})
	}
}

// TestStream checks the header of a list that comes as a stream, and that the members are whole.
func TestStream(t *testing.T) {
	t.Parallel()
	groups := streaming{newMinimal(schema.GroupType()), 10_000}
	s := newService(t, storeSet{users: newMinimal(schema.UserType()), groups: endless{groups}}, nil).live(t)
	id := s.create(t, "/Groups", `{"displayName":"g"}`)
	a := s.ok(t, 200, "GET", "/Groups/"+id, "")
	require.Len(t, a.object(t)["members"], 10_000)
	require.Equal(t, `W/"1"`, a.header.Get("ETag"))
	require.Equal(t, baseURL+"/Groups/"+id, a.header.Get("Content-Location"))
	require.Equal(t, "application/scim+json", a.header.Get("Content-Type"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.NotContains(t, s.ok(t, 200, "GET", "/Groups/"+id+"?excludedAttributes=members", "").body, "members")
}

// endless is a streaming store whose streams do not fail.
type endless struct{ streaming }

func (e endless) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	r, err := e.streaming.Get(ctx, id, p)
	if err != nil {
		return nil, err
	}
	members := e.t.Attribute("members")
	all := r.Attributes.Value(members)
	r.Attributes = r.Attributes.With(members, schema.Stream(func(yield func(schema.Value, error) bool) {
		for v, err := range all.Values() {
			if err != nil || !yield(v, nil) {
				return
			}
		}
	}))
	return r, nil
}

func authorized(t *testing.T, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+tokenA)
	return r
}

// streaming is a store whose groups have so many members that they come as a stream, which fails.
type streaming struct {
	*minimal
	before int
}

func (s streaming) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	r, err := s.minimal.Get(ctx, id, p)
	if err != nil {
		return nil, err
	}
	members := s.t.Attribute("members")
	r.Attributes = r.Attributes.With(members, schema.Stream(func(yield func(schema.Value, error) bool) {
		for i := range s.before {
			if !yield(schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String(fmt.Sprint("member-", i)))), nil) {
				return
			}
		}
		yield(schema.Value{}, errors.New("secret stream"))
	}))
	return r, nil
}
