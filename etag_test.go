package scim_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestIfNoneMatch(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		target := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		full := s.ok(t, 200, "GET", target, "")
		tag := full.header.Get("ETag")
		require.Equal(t, tag, s.ok(t, 200, "GET", target+"?attributes=userName", "").header.Get("ETag"), "7644-3.14-06")
		for _, value := range []string{tag, strings.TrimPrefix(tag, "W/"), `"a", ` + tag, tag + `,"a"`, "*", ` "x" ,` + tag + ` `} {
			for _, method := range []string{"GET", "HEAD"} {
				a := s.ok(t, 304, method, target, "", "If-None-Match", value)
				require.Empty(t, a.body, "7644-3.14-04")
				require.Equal(t, tag, a.header.Get("ETag"), "7644-3.14-04")
				require.Equal(t, full.header.Get("Content-Location"), a.header.Get("Content-Location"), "RFC 9110 §15.4.5")
				require.Empty(t, a.header.Get("Content-Type"))
			}
		}
		s.ok(t, 304, "GET", target, "", "If-None-Match", `"a"`, "If-None-Match", tag)
		s.ok(t, 200, "GET", target, "", "If-None-Match", `W/"other"`)
		s.ok(t, 404, "GET", "/Users/none", "", "If-None-Match", "*")
		put := withSchema("/Users", `{"userName":"u","title":"new"}`)
		for _, value := range []string{"*", tag} {
			s.refused(t, 412, "", "PUT", target, put, "If-None-Match", value) // 7644-3.14-08, RFC 9110 §13.1.2
			s.refused(t, 412, "", "PATCH", target, patchBody(`{"op":"add","path":"title","value":"new"}`), "If-None-Match", value)
			s.refused(t, 412, "", "DELETE", target, "", "If-None-Match", value)
		}
		group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
		member := patchBody(`{"op":"add","path":"members","value":[{"value":"` + strings.TrimPrefix(target, "/Users/") + `"}]}`)
		s.refused(t, 412, "", "PATCH", group, member, "If-None-Match", "*")
		s.refused(t, 404, "", "PUT", "/Users/none", put, "If-None-Match", "*")
		s.ok(t, 200, "PUT", target, put, "If-None-Match", `"other"`)
	})
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	const title = `{"op":"add","path":"externalId","value":"x"}`
	eachStore(t, func(t *testing.T, s *service) {
		member := s.create(t, "/Users", `{"userName":"member"}`)
		writes := []struct{ endpoint, method, body string }{
			{"/Users", "PUT", withSchema("/Users", `{"userName":"u","title":"t"}`)},
			{"/Users", "PATCH", patchBody(title)},
			{"/Groups", "PATCH", patchBody(`{"op":"add","path":"members","value":[{"value":"` + member + `"}]}`)},
			{"/Users", "DELETE", ""},
			{"/Groups", "DELETE", ""},
		}
		for _, w := range writes {
			body := map[string]string{"/Users": `{"userName":"u"}`, "/Groups": `{"displayName":"g"}`}[w.endpoint]
			target := w.endpoint + "/" + s.create(t, w.endpoint, body)
			stale := s.ok(t, 200, "GET", target, "").header.Get("ETag")
			s.do(t, "PATCH", target, patchBody(`{"op":"add","path":"externalId","value":"now"}`))
			tag := s.ok(t, 200, "GET", target, "").header.Get("ETag")
			require.NotEqual(t, stale, tag, "7644-3.14-06")

			for _, value := range []string{stale, `"nonsense"`, `""`, `W/""`, stale + `, "x"`} {
				s.refused(t, 412, "", w.method, target, w.body, "If-Match", value) // 7644-3.14-05, 7644-3.6-05, 7644-3.12-09
			}
			for _, value := range []string{"nonsense", `W/nonsense`, `"open`, tag + " " + tag, `w/"x"`, `"a",,"b`} {
				s.refused(t, 400, "invalidSyntax", w.method, target, w.body, "If-Match", value) // 7644-3.14-08
			}
			s.refused(t, 404, "", w.method, w.endpoint+"/none", w.body, "If-Match", tag)
			s.refused(t, 404, "", w.method, w.endpoint+"/none", w.body, "If-Match", `W/""`)
			s.do(t, "GET", target, "", "If-Match", stale).requireError(t, 412, "")
			s.ok(t, 200, "GET", target, "", "If-Match", tag)

			current := map[int]string{0: tag, 1: strings.TrimPrefix(tag, "W/"), 2: stale + `, ` + tag, 3: "*", 4: `*, "x"`}
			for i := range len(current) {
				if w.method == "DELETE" && i > 0 {
					target = w.endpoint + "/" + s.create(t, w.endpoint, body)
					current[1] = strings.TrimPrefix(s.ok(t, 200, "GET", target, "").header.Get("ETag"), "W/")
					current[2] = `"other",` + current[1]
				}
				a := s.do(t, w.method, target, w.body, "If-Match", current[i])
				require.Less(t, a.status, 300, "%s %s If-Match %s: %s", w.method, target, current[i], a.body)
				if w.method == "DELETE" {
					continue
				}
				now := s.ok(t, 200, "GET", target, "").header.Get("ETag")
				require.Equal(t, now, a.header.Get("ETag"), "7644-3.14-02")
				current[1], current[2] = strings.TrimPrefix(now, "W/"), stale+", "+now
			}
			s.do(t, "DELETE", target, "")
		}
	})
}

// TestIfMatchRace sends ten changes with the same If-Match: one wins (7644-3.14-07).
func TestIfMatchRace(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s = s.live(t)
		target := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		tag := s.ok(t, 200, "GET", target, "").header.Get("ETag")
		var mu sync.Mutex
		counts := map[int]int{}
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				status := request(s, "PATCH", target, patchBody(`{"op":"add","path":"title","value":"`+strings.Repeat("x", i+1)+`"}`), "If-Match", tag)
				mu.Lock()
				defer mu.Unlock()
				counts[status]++
			})
		}
		wg.Wait()
		require.Equal(t, map[int]int{200: 1, 412: 9}, counts)
	})
}

// TestDeleteVersion checks that the store is told which version must go, so that no change comes in between (7644-3.14-05).
func TestDeleteVersion(t *testing.T) {
	t.Parallel()
	users := &deleted{minimal: newMinimal(schema.UserType())}
	s := newService(t, storeSet{users: users, groups: newMinimal(schema.GroupType())}, nil)
	for header, want := range map[string]scim.Version{`"other", W/"1"`: "1", "*": "", "": ""} {
		s.ok(t, 204, "DELETE", "/Users/"+s.create(t, "/Users", `{"userName":"u"}`), "", "If-Match", header)
		require.Equal(t, want, users.ifMatch)
	}
}

// request sends a request from any goroutine and returns the status, or -1.
func request(s *service, method, target, body string, header ...string) int {
	r, err := http.NewRequest(method, s.server.URL+basePath+target, strings.NewReader(body))
	if err != nil {
		return -1
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := s.server.Client().Do(r)
	if err != nil {
		return -1
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// TestVersions checks stores without versions, and with versions that can't be sent.
func TestVersions(t *testing.T) {
	t.Parallel()
	open := func(v scim.Version) *service {
		users := versioned{newMinimal(schema.UserType()), v}
		return newService(t, storeSet{users: users, groups: newMinimal(schema.GroupType())}, nil)
	}
	s := open("")
	a := s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
	require.Empty(t, a.header.Get("ETag"), "7644-3.14-01")
	require.NotContains(t, a.body, "version", "7644-3.14-01")
	s.do(t, "GET", strings.TrimPrefix(a.header.Get("Location"), baseURL), "", "If-Match", `"x"`).requireError(t, 412, "")
	s.do(t, "GET", strings.TrimPrefix(a.header.Get("Location"), baseURL), "", "If-Match", `""`).requireError(t, 412, "")
	for _, v := range []scim.Version{`a"b`, "a\r\nX: y", "a b", "\x7f"} {
		s := open(v)
		s.do(t, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`)).requireError(t, 500, "")
	}
}
