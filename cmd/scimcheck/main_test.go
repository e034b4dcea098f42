package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
	"github.com/embedscim/scim/scimtest"
)

// identity are the suites of identity providers, which the handler with Entra ID's profile passes.
const identity = "entra,gallery,okta,extra"

// TestHealthy runs all suites of identity providers: nothing fails, nothing is left, nothing is a race.
func TestHealthy(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	// The other ways are tested in scimtest.
	for _, args := range [][]string{{}, {"--dialect", "mix", "--discover", "--seed", "7", "--parallel", "1"}} {
		a := s.scimcheck(t.Context(), t, append(args, "--suite", identity)...)
		require.Equal(t, exitPassed, a.code, "%v: %+v", args, a.report.Causes)
		require.Empty(t, a.report.Causes, args)
		require.Zero(t, a.report.Counts.Races, args)
		for _, p := range a.report.Providers {
			if strings.Contains(p.Name, "RFC") {
				continue
			}
			require.Equal(t, report.Yes, p.Answer, p.Name)
			require.Positive(t, p.Checked)
			require.Equal(t, p.Checked, p.Passed)
		}
		require.Equal(t, []string{s.first}, s.all(t), "what was there before is, and nothing else")
	}
}

// TestAll shows that a full run takes no more requests than can be made in ten seconds, and that the requirements of the RFCs that Entra ID's profile gives up
// are said to be just these.
func TestAll(t *testing.T) {
	s := newServer(t, nil)
	a := s.scimcheck(t.Context(), t)
	// A limit in seconds would depend on what else the machine does.
	require.Less(t, a.report.Requests, 10_000)
	require.Equal(t, exitFailed, a.code)
	require.Equal(t, []string{s.first}, s.all(t))
	require.NotEmpty(t, a.report.Causes)
	for _, c := range a.report.Causes {
		require.Equal(t, []string{"SCIM 2.0 (RFC 7643, 7644)"}, c.Hurts, c.Title)
	}
	for _, c := range a.report.Checks {
		require.NotEmpty(t, c.Title, c.ID)
		require.NotEqual(t, "Other", c.Area, c.ID)
		require.NotEmpty(t, c.Severity, c.ID)
		if c.Verdict != scimtest.Pass {
			require.NotEmpty(t, c.Message, c.ID)
		}
	}
}

// TestPasses shows that both passes send the same values, so that they can be compared.
func TestPasses(t *testing.T) {
	t.Parallel()
	title := regexp.MustCompile(`"title":"([A-Z]{12})"`)
	var mu sync.Mutex
	seen := map[string]int{}
	s := newServer(t, broken(func(_ http.ResponseWriter, _ *http.Request, body string) bool {
		for _, m := range title.FindAllStringSubmatch(body, -1) {
			mu.Lock()
			seen[m[1]]++
			mu.Unlock()
		}
		return false
	}))
	require.Equal(t, exitPassed, s.scimcheck(t.Context(), t, "--suite", "entra").code)
	require.NotEmpty(t, seen)
	for value, n := range seen {
		require.Zero(t, n%2, value)
	}
}

// TestSeed shows that a seed repeats what is sent, but for names.
func TestSeed(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	titles := func() (out []string) {
		title := regexp.MustCompile(`"title":\s*"[^"]*"`)
		a := s.scimcheck(t.Context(), t, "--suite", "entra", "--seed", "42", "--parallel", "1")
		require.Contains(t, strings.Join(a.report.Options, ", "), "seed 42")
		for _, c := range a.report.Checks {
			for _, step := range c.Trace {
				out = append(out, title.FindAllString(step.Body, -1)...)
			}
		}
		return out
	}
	first := titles()
	require.NotEmpty(t, first)
	require.Equal(t, first, titles())
}

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no URL", nil, "expected one URL, got 0"},
		{"two URLs", []string{"https://a.example", "https://b.example"}, "expected one URL, got 2"},
		{"no scheme", []string{"a.example/scim/v2"}, "must begin with https://"},
		{"a password", []string{"https://user:pass-marker@a.example/scim"}, "no user or password"},
		{"Entra's flag", []string{"https://a.example/scim?aadOptscim062020"}, "--dialect flag"},
		{"unknown suite", []string{"https://a.example", "--suite", "entra,nope"}, `no suite "nope"; there are entra, gallery, okta, extra, rfc`},
		{"unknown dialect", []string{"https://a.example", "--dialect", "nope"}, `no dialect "nope"`},
		{"unknown flag", []string{"https://a.example", "--nope"}, "nope"},
		{"bad joining", []string{"https://a.example", "--joining", "team=name"}, "--joining must be"},
		{"bad header", []string{"https://a.example", "--header", "X"}, "expected name: value"},
		{"parallel", []string{"https://a.example", "--parallel", "0"}, "between 1 and 64"},
		{"timeout", []string{"https://a.example", "--timeout", "0s"}, "must be positive"},
		{"half of OAuth", []string{"https://a.example", "--oauth-id", "x"}, "belong together"},
		{"OAuth without secret", []string{"https://a.example", "--oauth-id", "x", "--oauth-url", "https://b.example"}, "SCIM_CLIENT_SECRET"},
		{"two outputs", []string{"https://a.example", "--json", "-", "--html", "-"}, "only one report"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := call(t.Context(), t, nil, tt.args...)
			require.Equal(t, exitUsage, a.code)
			require.Contains(t, a.stderr, tt.want)
			require.NotContains(t, a.stderr, "pass-marker")
			require.Empty(t, a.stdout)
		})
	}
	a := call(t.Context(), t, map[string]string{"SCIM_TOKEN": token, "SCIM_CLIENT_SECRET": "secret-marker"}, "--help")
	require.Equal(t, exitPassed, a.code)
	require.Contains(t, a.stderr, "-dialect")
	require.NotContains(t, a.stderr, token)
	require.NotContains(t, a.stderr, "secret-marker")
}

// TestUnreachable shows that what keeps everything from being checked is said in words, with exit code 3.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	answering := func(status int, contentType string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(slow.Close)
	dropping := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(dropping.Close)
	tests := []struct {
		name, url, token, want string
		args                   []string
	}{
		{name: "no token", url: s.base, want: "set SCIM_TOKEN"},
		{name: "wrong token", url: s.base, token: "wrong-token", want: "refuses the credentials (401)"},
		{name: "wrong path", url: s.url + "/scim/v9", token: token, want: "nothing at /Users below the URL (404)"},
		{name: "forbidden", url: answering(403, ""), token: token, want: "refuses access (403)"},
		{name: "redirect", url: answering(302, ""), token: token, want: "redirects (302)"},
		{name: "a page", url: answering(200, "text/html"), token: token, want: "a page for browsers"},
		{name: "closed", url: closed.URL, token: token, want: "connection refused"},
		{name: "certificate", url: secure.URL, token: token, want: "signed by nobody that is trusted (TLS)"},
		{name: "no TLS", url: "https" + strings.TrimPrefix(s.base, "http"), token: token, want: "speaks no TLS"},
		{name: "name", url: "http://scim.invalid", token: token, want: "(DNS)"},
		{name: "slow", url: slow.URL, token: token, args: []string{"--timeout", "100ms"}, want: "no answer came in time"},
		{name: "dropped", url: dropping.URL, token: token, want: "broken off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := call(t.Context(), t, map[string]string{"SCIM_TOKEN": tt.token}, append(tt.args, tt.url)...)
			require.Equal(t, exitUnreachable, a.code, a.stderr)
			require.Contains(t, a.stderr, tt.want)
			require.NotContains(t, a.stderr, "wrong-token")
			require.Empty(t, a.stdout)
		})
	}
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	// It gives away the token that it gets.
	s := newServer(t, broken(func(w http.ResponseWriter, r *http.Request, _ string) bool {
		w.Header().Set("Retry-After", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		return false
	}))
	const secret = "client-secret/Zr+4"
	for _, way := range []string{"header", "body"} {
		issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, got, basic := r.BasicAuth()
			if way == "body" {
				id, got, basic = r.PostFormValue("client_id"), r.PostFormValue("client_secret"), !basic
			} else {
				// RFC 6749 §2.3.1 encodes both as in a form.
				got = strings.NewReplacer("%2F", "/", "%2B", "+").Replace(got)
			}
			if !basic || id != "scimcheck" || got != secret || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "scim" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"` + got + `"}`))
				return
			}
			_, _ = w.Write([]byte(`{"access_token":"` + token + `","token_type":"Bearer","expires_in":3600}`))
		}))
		t.Cleanup(issuer.Close)
		args := []string{s.base, "--oauth-url", issuer.URL, "--oauth-id", "scimcheck", "--oauth-scope", "scim", "--suite", "okta", "--json", "-"}
		a := call(t.Context(), t, map[string]string{"SCIM_CLIENT_SECRET": secret}, args...)
		require.Equal(t, exitPassed, a.code, a.stderr)
		require.NotContains(t, a.stdout, token)
		require.NotContains(t, a.stdout, secret)

		a = call(t.Context(), t, map[string]string{"SCIM_CLIENT_SECRET": "wrong-secret"}, args...)
		require.Equal(t, exitUnreachable, a.code)
		require.Contains(t, a.stderr, "401: invalid_client")
		require.NotContains(t, a.stderr, "wrong-secret")
	}
}

// TestRaces shows that what goes wrong only while other requests are served is told apart.
func TestRaces(t *testing.T) {
	t.Parallel()
	var flying counter
	s := newServer(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := flying.add(1)
			defer flying.add(-1)
			time.Sleep(2 * time.Millisecond)
			if n > 1 && r.Method == http.MethodPatch {
				refuse(w, http.StatusInternalServerError, "database is locked")
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	a := s.scimcheck(t.Context(), t, "--suite", "entra")
	require.Equal(t, exitFailed, a.code)
	require.Positive(t, a.report.Counts.Races)
	require.Len(t, a.report.Causes, 1, "all are one fault")
	require.Contains(t, a.report.Causes[0].Title, "while other requests are served")
	for _, c := range a.report.Checks {
		require.Equal(t, c.Race, c.Broken(), c.ID)
		require.Equal(t, scimtest.Pass, c.Alone, c.ID)
	}
}

// TestOneFault shows that faults of service providers that fail many checks are one fault each, and come first.
func TestOneFault(t *testing.T) {
	t.Parallel()
	boolean := regexp.MustCompile(`(?i)"(?:primary|active)":"(?:true|false)"|"path":"active","value":"(?:true|false)"|primary eq \\"true`)
	var serial counter
	tests := []struct {
		name     string
		fault    func(w http.ResponseWriter, r *http.Request, body string) bool
		title    string
		explains int
		others   int
	}{
		{"string booleans", func(w http.ResponseWriter, r *http.Request, body string) bool {
			if boolean.MatchString(body) {
				// No two details are alike.
				refuse(w, http.StatusBadRequest, "request "+strings.Repeat("x", serial.add(1)%7)+": not a boolean")
				return true
			}
			return false
		}, "sent as strings", 10, 0},
		{"no PATCH", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPatch {
				refuse(w, http.StatusNotImplemented, "not implemented")
				return true
			}
			return false
		}, "PATCH", 10, 5},
		{"no creation", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPost {
				refuse(w, http.StatusForbidden, "read-only")
				return true
			}
			return false
		}, "", 20, 6},
		{"discovery is gone", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if strings.HasSuffix(r.URL.Path, "/ServiceProviderConfig") {
				refuse(w, http.StatusNotFound, "not found")
				return true
			}
			return false
		}, "RFC 7644 §4", 300, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, broken(tt.fault))
			suite := "entra,okta"
			if tt.explains > 100 {
				suite = "entra,okta,rfc"
			}
			a := s.scimcheck(t.Context(), t, "--suite", suite)
			require.Equal(t, exitFailed, a.code)
			most := 0
			var titles []string
			for _, c := range a.report.Causes {
				titles = append(titles, c.Title)
				if strings.Contains(c.Title, tt.title) {
					most = max(most, len(c.Checks))
				}
			}
			require.GreaterOrEqual(t, most, tt.explains, titles)
			require.LessOrEqual(t, len(a.report.Causes), 1+tt.others, titles)
		})
	}
}
