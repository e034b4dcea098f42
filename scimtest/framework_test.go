package scimtest_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/scimtest"
)

// check runs one case.
func check(t *testing.T, c *scimtest.Client, run func(*scimtest.Session)) scimtest.Result {
	t.Helper()
	for r := range scimtest.Check(t.Context(), c, scimtest.Suite{{ID: "x", Ref: "RFC 7644 §9", Run: run}}) {
		return r
	}
	t.Fatal("no result")
	return scimtest.Result{}
}

func client(h http.Handler) *scimtest.Client {
	return &scimtest.Client{BaseURL: baseURL, Token: token, Handler: h}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, r := range scimtest.Rows() {
		require.False(t, rows[r.ID], "row %s is there twice", r.ID)
		require.NotEmpty(t, r.Why)
		require.Regexp(t, `^(MUST|SHOULD|MAY)[†‡]?$`, string(r.Level))
		rows[r.ID] = true
	}
	require.Len(t, rows, 490)
	seen := map[string]bool{}
	for _, c := range scimtest.RFC {
		require.True(t, rows[c.ID], "case %s has no row", c.ID)
		require.False(t, seen[c.ID], "case %s is there twice", c.ID)
		require.NotEmpty(t, c.Why)
		seen[c.ID] = true
	}
	require.True(t, slices.IsSortedFunc(scimtest.RFC, func(a, b scimtest.Case) int {
		index := func(id string) int {
			return slices.IndexFunc(scimtest.Rows(), func(r scimtest.Row) bool { return r.ID == id })
		}
		return index(a.ID) - index(b.ID)
	}), "the cases are in the order of the rows")
}

// TestPlainHandler runs the suite against a handler without widgets and without credentials.
func TestPlainHandler(t *testing.T) {
	t.Parallel()
	scimtest.TestHandler(t, service(), scimtest.RFC)
}

// TestPanics shows that a case that breaks down ends by itself, and deletes what it created.
func TestPanics(t *testing.T) {
	t.Parallel()
	c := client(newHandler(t, nil))
	var target string
	for _, run := range []func(*scimtest.Session){
		func(s *scimtest.Session) { _ = s.Get("/Users").Resources()[1<<20] },
		func(s *scimtest.Session) {
			s.Parallel(2, func(int) *scimtest.Response { panic("oops") })
		},
	} {
		r := check(t, c, func(s *scimtest.Session) {
			target = s.NewUser(nil).Path
			run(s)
		})
		require.Equal(t, scimtest.Blocked, r.Verdict)
		require.ErrorContains(t, r.Err, "the case broke down itself")
		r = check(t, c, func(s *scimtest.Session) { s.Want(s.Get(target), scimtest.Status(404)) })
		require.Equal(t, scimtest.Pass, r.Verdict, r.Err)
	}
}

// TestCredentials shows that a trace says whose credentials a request had, and never which.
func TestCredentials(t *testing.T) {
	t.Parallel()
	c := client(newHandler(t, nil))
	r := check(t, c, func(s *scimtest.Session) {
		s.Get("/Users")
		s.Get("/Users", "Authorization", "")
		s.Get("/Users", "Authorization", "Bearer another")
	})
	var got []scimtest.Credentials
	for _, x := range r.Trace {
		got = append(got, x.Credentials)
		require.NotContains(t, x.RequestHeader, "Authorization")
	}
	require.Equal(t, []scimtest.Credentials{scimtest.OwnCredentials, scimtest.NoCredentials, scimtest.OtherCredentials}, got)
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	c := client(newHandler(t, nil))
	r := check(t, c, func(s *scimtest.Session) { s.NewUser(nil) })
	require.Equal(t, scimtest.Pass, r.Verdict)
	require.NoError(t, r.Err)

	r = check(t, c, func(s *scimtest.Session) { s.Want(s.NewUser(nil).Response, scimtest.Status(200)) })
	require.Equal(t, scimtest.Fail, r.Verdict)
	require.ErrorContains(t, r.Err, "POST /Users: expected status 200 OK, got 201")
	require.ErrorContains(t, r.Err, "(RFC 7644 §9)")

	r = check(t, c, func(s *scimtest.Session) { s.NewUser(scimtest.Object{"active": 5}) })
	require.Equal(t, scimtest.Blocked, r.Verdict, "a step before fails")
	require.ErrorContains(t, r.Err, "expected status 201")

	r = check(t, c, func(s *scimtest.Session) { s.Type("Printer") })
	require.Equal(t, scimtest.Skip, r.Verdict)

	excluded := client(newHandler(t, nil))
	excluded.Exclude = map[string]string{"x": "for no reason"}
	r = check(t, excluded, func(s *scimtest.Session) { t.Error("an excluded case ran") })
	require.Equal(t, scimtest.Skip, r.Verdict)
	require.ErrorContains(t, r.Err, "for no reason")

	r = check(t, client(http.NotFoundHandler()), func(s *scimtest.Session) { s.NewUser(nil) })
	require.Equal(t, scimtest.Blocked, r.Verdict)
	require.ErrorContains(t, r.Err, "discovery failed")

	r = check(t, client(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oops") })), func(s *scimtest.Session) { s.Get("/Users") })
	require.Equal(t, scimtest.Fail, r.Verdict)
	require.ErrorContains(t, r.Err, "the handler panicked")
}

// TestCleanup checks that nothing is left, however a case ends, and that what can't be deleted is reported.
func TestCleanup(t *testing.T) {
	t.Parallel()
	h := newHandler(t, nil)
	for name, run := range map[string]func(*scimtest.Session){
		"pass":    func(s *scimtest.Session) { s.NewUser(nil); s.NewGroup(nil); s.NewWidget(nil) },
		"fail":    func(s *scimtest.Session) { s.NewUser(nil); s.Fail("no") },
		"blocked": func(s *scimtest.Session) { s.NewUser(nil); s.Block("no") },
		"skip":    func(s *scimtest.Session) { s.NewUser(nil); s.Skip("no") },
	} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, check(t, client(h), run).Leftovers)
			for _, e := range []string{"/Users", "/Groups", "/Widgets"} {
				require.Equal(t, scimtest.Pass, check(t, client(h), func(s *scimtest.Session) { s.Want(s.Get(e), scimtest.List(0)) }).Verdict)
			}
		})
	}
	noLocation := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		rec.Header().Del("Location")
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
	check(t, client(noLocation), func(s *scimtest.Session) {
		endpoint := s.Type("User")
		s.Post(endpoint.Endpoint+"?attributes=id", endpoint.Body(scimtest.Object{"userName": s.Name("u")}))
	})
	require.Equal(t, scimtest.Pass, check(t, client(h), func(s *scimtest.Session) { s.Want(s.Get("/Users"), scimtest.List(0)) }).Verdict)
	noDelete := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			scim.WriteError(w, scim.Errorf(scim.ErrForbidden, "No."))
			return
		}
		h.ServeHTTP(w, r)
	})
	require.Len(t, check(t, client(noDelete), func(s *scimtest.Session) { s.NewUser(nil) }).Leftovers, 1)
}

// TestCleanupAfterCancel checks that a run that is broken off leaves nothing, and reports no failure.
func TestCleanupAfterCancel(t *testing.T) {
	t.Parallel()
	h := newHandler(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	for r := range scimtest.Check(ctx, client(h), scimtest.Suite{{ID: "x", Run: func(s *scimtest.Session) {
		s.NewUser(nil)
		cancel()
		s.Get("/Users")
	}}}) {
		t.Errorf("a result of a run that was broken off: %v", r)
	}
	require.Equal(t, scimtest.Pass, check(t, client(h), func(s *scimtest.Session) { s.Want(s.Get("/Users"), scimtest.List(0)) }).Verdict)
}

// TestNoCredentials checks that the token is in no trace.
func TestNoCredentials(t *testing.T) {
	t.Parallel()
	for r := range scimtest.Check(t.Context(), client(newHandler(t, nil)), scimtest.RFC) {
		data, err := json.Marshal(r.Trace)
		require.NoError(t, err)
		require.NotContains(t, string(data), token, r.Case.ID)
		if r.Err != nil {
			require.NotContains(t, r.Err.Error(), token)
		}
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	const body = `{"schemas":["` + scimtest.ErrorURN + `"],"status":400,"a":{"B":[{"c":1.50}]},"null":null,"list":[]}`
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(400)
		_, _ = w.Write([]byte(body))
	})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c := &scimtest.Client{BaseURL: server.URL}
	for _, tt := range []struct {
		name   string
		expect scimtest.Expectation
		want   string // "": it is met
	}{
		{"status", scimtest.Status(200, 400), ""},
		{"other status", scimtest.Status(404), "expected status 404 Not Found, got 400"},
		{"media type", scimtest.Media(), `expected the content type application/scim+json, got "text/plain"`},
		{"schemas", scimtest.Schemas(scimtest.ErrorURN), ""},
		{"other schemas", scimtest.Schemas(scimtest.ListURN), "expected schemas"},
		{"attribute in any case", scimtest.Attr(json.Number("1.50"), "a", "b", 0, "C"), ""},
		{"attribute of another value", scimtest.Attr("x", "a", "b", 0, "c"), `expected a.b[0].c to be "x", got 1.50`},
		{"attribute", scimtest.HasAttr("a"), ""},
		{"null is no value", scimtest.HasAttr("null"), "expected a value of null"},
		{"null is unassigned", scimtest.NoAttr("null"), ""},
		{"null is not absent", scimtest.Absent("null"), "expected no member null"},
		{"an empty list is unassigned", scimtest.NoAttr("list"), ""},
		{"count", scimtest.Count(2, "a", "b"), "expected 2 values of a.b"},
		{"no body", scimtest.Empty(), "expected no body"},
		{"header", scimtest.HasHeader("ETag"), "expected the header ETag, got none"},
		{"error", scimtest.Error(400), "application/scim+json"},
		{"list", scimtest.List(1), "expected status 200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, c, func(s *scimtest.Session) { s.Want(s.Get("/x"), tt.expect) })
			if tt.want == "" {
				require.NoError(t, r.Err)
				return
			}
			require.Equal(t, scimtest.Fail, r.Verdict)
			require.ErrorContains(t, r.Err, tt.want)
			require.True(t, strings.HasPrefix(r.Err.Error(), "GET /x: "), r.Err)
		})
	}
}

// TestNothingForFree runs the suite against a service provider that answers all but discovery and POST with an empty object: no
// case that asked it for more may pass.
func TestNothingForFree(t *testing.T) {
	t.Parallel()
	h := newHandler(t, nil)
	empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
			if r.Method == http.MethodPost || strings.Contains(r.URL.Path, p) {
				h.ServeHTTP(w, r)
				return
			}
		}
		w.Header().Set("Content-Type", "application/scim+json")
		_, _ = w.Write([]byte("{}"))
	})
	for r := range scimtest.Check(t.Context(), client(empty), scimtest.RFC) {
		asked := slices.ContainsFunc(r.Trace, func(x scimtest.Exchange) bool { return x.ResponseBody == "{}" })
		if r.Verdict == scimtest.Pass && asked {
			t.Errorf("%s passes with nothing but empty objects\n%s", r.Case.ID, scimtest.FormatTrace(r.Trace))
		}
	}
}
