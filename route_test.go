package scim_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestMethods(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		for target, allow := range map[string]string{
			"/Users": "GET, HEAD, POST, OPTIONS", user: "GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
			"/Schemas": "GET, HEAD, OPTIONS", "/Schemas/" + schema.UserURI: "GET, HEAD, OPTIONS", "/ResourceTypes": "GET, HEAD, OPTIONS",
			"/ResourceTypes/User": "GET, HEAD, OPTIONS", "/ServiceProviderConfig": "GET, HEAD, OPTIONS",
		} {
			a := s.ok(t, 204, "OPTIONS", target, "")
			require.Equal(t, allow, a.header.Get("Allow"), "AMB-30")
			require.Empty(t, a.body)
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "BREW"} {
				if strings.Contains(allow+",", method+",") {
					continue
				}
				a := s.refused(t, 405, "", method, target, "") // 7644-3.2-04, 7643-5-02, 7643-6-05, 7643-7-disc-02
				require.Equal(t, allow, a.header.Get("Allow"), "7644-3.2-04")
			}
		}
		s.refused(t, 405, "", "POST", user, "{}", "X-HTTP-Method-Override", "DELETE") // 7644-3.2-05
	})
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil).live(t)
	id := s.create(t, "/Users", `{"userName":"u"}`)
	s.create(t, "/Groups", `{"displayName":"g"}`)
	for _, path := range []string{
		"/Nope", "/users", "/Users/", "//Users", "/Users//" + id, "/Users/" + id + "/", "/Users/" + id + "/x", "/Users/../Groups", "/Users/./" + id,
		"/Users/%2e%2e/Groups", "/Users/..", "/Users/.", "/Users/%2e", "/Users/%2E%2e", "/..", "/Users/%00", "/Users/%0a", "/Users/%c2%85", "/Users/%ff", "/Users/v2",
		"/Users%2F" + id, "/%2fUsers", "/Users%00", "/Users/" + id + "%2F", "/Users/" + id + ";x=1", "/v9/Users", "/v2/Users", "/Schemas/", "/ResourceTypes/User/x",
		"/ServiceProviderConfig/x", "/Schemas/%2e%2e", "/Bulk/x/y", "/scim/v2/Users", "/Users.scim", "/%55sers%20",
	} {
		a := raw(t, s, "GET "+basePath+path)
		a.requireError(t, 404, "") // 7644-3.12-07, 7644-3.13-01
	}
	require.Equal(t, 200, raw(t, s, "GET "+basePath+"/Users").status)
	require.Equal(t, 200, raw(t, s, "GET "+basePath+"/%55sers/"+id).status, "7644-1.2-01: a segment is decoded once")
	require.Equal(t, 200, raw(t, s, "GET http://other.example"+basePath+"/Users").status, "a proxy's request line")
	require.Equal(t, 200, raw(t, s, "GET /Users").status, "the path of the base URL may have been stripped")
	for _, path := range []string{"/Me"} {
		raw(t, s, "POST "+basePath+path).requireError(t, 501, "") // 7644-3.12-12
	}
}

// raw sends a request line as it is, which Go's client would tidy up.
func raw(t *testing.T, s *service, line string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", s.server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: app.example.com\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", line, s.token)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err, line)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header, string(b)}
}

// TestMounts mounts the handler in all ways (7644-1.3-01).
func TestMounts(t *testing.T) {
	t.Parallel()
	at := func(base string) http.Handler {
		return newService(t, openMemstore(), func(c *scim.Config) { c.BaseURL = base }).h
	}
	mux := func(pattern string, h http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(pattern, h)
		return m
	}
	const host = "https://app.example.com"
	for _, tt := range []struct {
		name, base, path string
		h                http.Handler
	}{
		{"bare", host + "/scim/v2", "/scim/v2", at(host + "/scim/v2")},
		{"slash at the end", host + "/scim/v2", "/scim/v2", at(host + "/scim/v2/")},
		{"mux", host + "/scim/v2", "/scim/v2", mux("/scim/v2/", at(host+"/scim/v2"))},
		{"StripPrefix", host + "/a/b/scim/v2", "/a/b/scim/v2", mux("/a/b/scim/v2/", http.StripPrefix("/a/b/scim/v2", at(host+"/a/b/scim/v2")))},
		{"proxy that strips", host + "/a/scim/v2", "", at(host + "/a/scim/v2")},
		{"root", host, "", at(host)},
		{"escaped base", host + "/t%20x/v2", "/t%20x/v2", at(host + "/t%20x/v2")},
		{"7644-3.13-03 no version", host + "/scim", "/scim", at(host + "/scim")},
		{"7644-3.13-01 version", host + "/scim", "/scim/v2", at(host + "/scim")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := (&service{h: tt.h, path: tt.path, token: tokenA}).live(t)
			a := s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
			location := a.header.Get("Location")
			rest, ok := strings.CutPrefix(location, tt.base+"/Users/")
			require.True(t, ok, location)
			s.ok(t, 200, "GET", "/Users/"+rest, "")
			s.ok(t, 200, "GET", "/Users?filter=userName+eq+%22u%22", "")
			s.do(t, "GET", "/Users/a%2Fb", "").requireError(t, 404, "")
			if tt.name == "7644-3.13-03 no version" {
				s.do(t, "GET", "/v1/Users", "").requireError(t, 400, "invalidVers") // 7644-3.12-21
				s.do(t, "GET", "/v9/Users", "").requireError(t, 400, "invalidVers") // 7644-3.13-02
				s.do(t, "GET", "/Users/v2", "").requireError(t, 404, "")            // 7644-3.13-01
			}
		})
	}
}

// TestMuxRedirects documents that http.ServeMux redirects unclean paths before the handler sees them, to where it answers.
func TestMuxRedirects(t *testing.T) {
	t.Parallel()
	m := http.NewServeMux()
	m.Handle("/scim/v2/", newService(t, openMemstore(), nil).h)
	for _, path := range []string{"/scim/v2//Users", "/scim/v2/Users/../Groups"} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		require.Contains(t, []int{301, 307, 308}, w.Code)
		require.NotContains(t, w.Header().Get("Location"), "..")
	}
}
