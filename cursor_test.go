package scim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
)

// cursors returns the cursors of a page.
func (a answer) cursors(t testing.TB) (next, prev string) {
	t.Helper()
	m := a.object(t)
	require.NotContains(t, m, "startIndex", "9865-2-08")
	for name, to := range map[string]*string{"nextCursor": &next, "previousCursor": &prev} {
		if v, ok := m[name]; ok {
			*to = v.(string)
			require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9._~-]+$`), *to, "9865-2-04")
		}
	}
	return next, prev
}

// TestCursors walks lists forth and back (9865-2-01, -02, -03, -07, 9865-2.2-01, 9865-3-01).
func TestCursors(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		people(t, s)
		for _, endpoint := range []string{"/Users", "/Groups", "/"} {
			for _, query := range []string{
				"", "sortBy=displayName", "sortBy=title&sortOrder=descending", "filter=displayName+pr", "filter=displayName+eq+%22nosuch%22", "filter=meta.resourceType+eq+%22Group%22&attributes=displayName",
			} {
				if endpoint == "/Groups" && strings.Contains(query, "title") {
					continue
				}
				whole := s.ok(t, 200, "GET", endpoint+"?"+query, "")
				for count := 1; count <= 10; count++ {
					parameters := fmt.Sprintf("%s&count=%d", query, count)
					var ids []string
					var last answer
					pages := 0
					for cursor, more := "", true; more; pages++ {
						a := s.ok(t, 200, "GET", endpoint+"?"+parameters+"&cursor="+cursor, "")
						next, prev := a.cursors(t)
						page := a.names(t, "id")
						require.LessOrEqual(t, len(page), count, "9865-2-05")
						require.Equal(t, whole.object(t)["totalResults"], a.object(t)["totalResults"], "9865-2-07")
						require.Equal(t, cursor == "", prev == "", "9865-2-03")
						if prev != "" {
							back := s.ok(t, 200, "GET", endpoint+"?"+parameters+"&cursor="+prev, "")
							require.Equal(t, last.names(t, "id"), back.names(t, "id"), "9865-2-03")
							_, first := back.cursors(t)
							require.Equal(t, pages == 1, first == "", "9865-2-03")
						}
						ids = append(ids, page...)
						cursor, more, last = next, next != "", a
					}
					want := whole.names(t, "id")
					require.Equal(t, strings.Join(want, ","), strings.Join(ids, ","), "9865-2-02 %s?%s", endpoint, parameters)
					require.Equal(t, max(1, (len(want)+count-1)/count), pages, "9865-2-02: no empty page at the end")
				}
			}
		}
		next, _ := s.ok(t, 200, "GET", "/Users?cursor&count=2", "").cursors(t)
		require.NotEmpty(t, next, "9865-2-01")
		require.Equal(t, []string{"u2", "u3"}, s.ok(t, 200, "POST", "/Users/.search", searchBody(`"cursor":"`+next+`","count":2`)).names(t, "userName"), "9865-3-01")
		require.Equal(t, []string{"u2", "u3"}, s.ok(t, 200, "GET", "/Users?cursor="+next, "").names(t, "userName"), "a cursor brings its count")
		for _, count := range []string{"0", "-3"} {
			m := s.ok(t, 200, "GET", "/Users?cursor=&count="+count, "").object(t)
			require.Len(t, m, 4, "9865-2-05: schemas, totalResults, itemsPerPage, Resources")
			require.InDelta(t, 5, m["totalResults"], 0)
		}
		require.NotContains(t, s.ok(t, 200, "GET", "/Users?count=1", "").body, "nextCursor", "9865-2.4-01")
	})
}

// TestCursorsRefused checks that cursors are good for one query and client, and that errors tell no more (9865-2-06, 9865-2.1-01,
// 9865-5.2-01, -03, -04).
func TestCursorsRefused(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		people(t, s)
		people(t, s.as(tokenB))
		const query = "/Users?filter=title+pr&sortBy=userName&sortOrder=ascending&attributes=userName&count=2&cursor="
		next, _ := s.ok(t, 200, "GET", query, "").cursors(t)
		s.ok(t, 200, "GET", query+next, "")
		garbage := s.refused(t, 400, "invalidCursor", "GET", query+"x", "").body
		for _, c := range []string{"%00", "a b", "x.y", strings.Repeat("A", 100), next + "A", next + "=", next[1:], next[:len(next)-1]} {
			require.Equal(t, garbage, s.refused(t, 400, "invalidCursor", "GET", query+url.QueryEscape(c), "").body, c)
		}
		for i := range next {
			flipped := []byte(next)
			flipped[i] = map[bool]byte{true: 'B', false: 'A'}[flipped[i] == 'A']
			require.Equal(t, garbage, s.do(t, "GET", query+string(flipped), "").body, "9865-5.2-03")
		}
		for _, other := range []string{
			strings.Replace(query, "title+pr", "title+ne+null", 1), strings.Replace(query, "sortBy=userName", "sortBy=id", 1),
			strings.Replace(query, "=ascending", "=descending", 1), strings.Replace(query, "attributes=userName", "attributes=id", 1),
			strings.Replace(query, "attributes=", "excludedAttributes=", 1),
			"/Users?count=2&cursor=", "/Groups?count=2&cursor=", strings.Replace(query, "/Users", "/", 1),
		} {
			require.Equal(t, garbage, s.refused(t, 400, "invalidCursor", "GET", other+next, "").body, "9865-2-06 %s", other)
		}
		require.Equal(t, garbage, s.as(tokenB).do(t, "GET", query+next, "").body, "9865-5.2-01, 9865-5.2-04")
		require.NotContains(t, garbage, next)
		s.refused(t, 400, "invalidCount", "GET", strings.Replace(query, "count=2", "count=3", 1)+next, "") // AMB-36
		s.refused(t, 400, "invalidCount", "GET", "/Users?cursor=&count=abc", "")                           // 9865-2.1-01
		s.refused(t, 400, "invalidValue", "GET", "/Users?cursor=&startIndex=1", "")                        // AMB-37
		s.refused(t, 400, "invalidValue", "GET", query+next+"&startIndex=3", "")
		s.refused(t, 400, "invalidValue", "GET", "/Users?cursor=&cursor=", "")
	})
}

// TestCursorClients checks that neither another tenant nor another token may use a cursor (9865-5.2-01).
func TestCursorClients(t *testing.T) {
	t.Parallel()
	var client scim.Principal
	s := newService(t, openMinimal(), func(c *scim.Config) {
		c.Authenticate = func(*http.Request) (scim.Principal, error) { return client, nil }
	})
	clients := []scim.Principal{{Tenant: "a", TokenID: "1"}, {Tenant: "a", TokenID: "2"}, {Tenant: "b", TokenID: "1"}, {Tenant: "a1"}}
	for _, own := range clients {
		client = own
		people(t, s)
		next, _ := s.ok(t, 200, "GET", "/Users?cursor=&count=2", "").cursors(t)
		for _, client = range clients {
			if client.Tenant == own.Tenant && client.TokenID == own.TokenID {
				s.ok(t, 200, "GET", "/Users?count=2&cursor="+next, "")
				continue
			}
			s.do(t, "GET", "/Users?count=2&cursor="+next, "").requireError(t, 400, "invalidCursor")
		}
		client = own
		for _, target := range s.ok(t, 200, "GET", "/", "").object(t)["Resources"].([]any) {
			location := target.(map[string]any)["meta"].(map[string]any)["location"].(string)
			s.ok(t, 204, "DELETE", strings.TrimPrefix(location, baseURL), "")
		}
	}
}

// TestCursorLastBits changes bits of the last character that stand for nothing (9865-5.2-03).
func TestCursorLastBits(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	for _, name := range []string{"a", "bb", "ccc", "z"} {
		s.create(t, "/Users", `{"userName":"`+name+`"}`)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	query, cursor := "/Users?sortBy=userName&count=1&cursor=", ""
	for range 3 {
		cursor, _ = s.ok(t, 200, "GET", query+cursor, "").cursors(t)
		last := strings.IndexByte(alphabet, cursor[len(cursor)-1])
		forged := cursor[:len(cursor)-1] + alphabet[last^1:last^1+1]
		s.refused(t, 400, "invalidCursor", "GET", query+forged, "")
	}
}

// TestCursorKey checks that replicas with one key understand each other, and others do not. So the handler keeps nothing for the
// queries that have begun, however many (9865-5.3-01).
func TestCursorKey(t *testing.T) {
	t.Parallel()
	stores := openMemstore()
	with := func(key string) *service {
		return newService(t, stores, func(c *scim.Config) {
			if key != "" {
				c.CursorKey = []byte(strings.Repeat(key, 32))
			}
		})
	}
	one, two, other, own := with("k"), with("k"), with("x"), with("")
	people(t, one)
	next, _ := one.ok(t, 200, "GET", "/Users?cursor=&count=2", "").cursors(t)
	require.Equal(t, []string{"u2", "u3"}, two.ok(t, 200, "GET", "/Users?count=2&cursor="+next, "").names(t, "userName"))
	other.refused(t, 400, "invalidCursor", "GET", "/Users?count=2&cursor="+next, "")
	own.refused(t, 400, "invalidCursor", "GET", "/Users?count=2&cursor="+next, "")
	again, _ := one.ok(t, 200, "GET", "/Users?cursor=&count=2", "").cursors(t)
	require.NotEqual(t, next, again, "a cursor tells nothing, not even that it leads to the same place")
	for _, change := range []func(*scim.Config){
		func(c *scim.Config) { c.CursorKey = []byte("short") }, func(c *scim.Config) { c.CursorKey = []byte{} }, func(c *scim.Config) { c.CursorTimeout = time.Millisecond },
		func(c *scim.Config) { c.CursorTimeout = -time.Second },
	} {
		c := &scim.Config{BaseURL: baseURL, Authenticate: scim.AuthenticatedByMiddleware, Resources: []scim.ResourceType{scim.Users(stores.users)}}
		change(c)
		_, err := scim.NewHandler(c)
		require.ErrorContains(t, err, "scim: Config.Cursor")
	}
}

// TestCursorExpires waits (9865-2.1-01), and checks what the service provider says about it (9865-4-01).
func TestCursorExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, openMemstore(), func(c *scim.Config) { c.CursorTimeout = time.Minute })
		pagination := s.ok(t, 200, "GET", "/ServiceProviderConfig", "").object(t)["pagination"].(map[string]any)
		require.Equal(t, map[string]any{
			"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100.0, "maxPageSize": 1000.0, "cursorTimeout": 60.0,
		}, pagination, "9865-4-01")
		people(t, s)
		next, _ := s.ok(t, 200, "GET", "/Users?cursor=&count=2", "").cursors(t)
		time.Sleep(59 * time.Second)
		s.ok(t, 200, "GET", "/Users?count=2&cursor="+next, "")
		time.Sleep(time.Second)
		s.refused(t, 400, "expiredCursor", "GET", "/Users?count=2&cursor="+next, "")
		s.as(tokenB).do(t, "GET", "/Users?count=2&cursor="+next, "").requireError(t, 400, "invalidCursor") // 9865-5.2-04
	})
}

// TestCursorChanges checks what becomes of a page whose neighbours change, and of rights that are taken away (9865-5.2-02).
func TestCursorChanges(t *testing.T) {
	t.Parallel()
	refused := false
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = append(c.Interceptors, func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				if refused {
					return nil, scim.ErrForbidden
				}
				return next(ctx, op)
			}
		})
	})
	people(t, s)
	a := s.ok(t, 200, "GET", "/Users?cursor=&count=2", "")
	next, _ := a.cursors(t)
	s.ok(t, 204, "DELETE", "/Users/"+a.names(t, "id")[0], "")
	require.Equal(t, []string{"u2", "u3"}, s.ok(t, 200, "GET", "/Users?count=2&cursor="+next, "").names(t, "userName"), "the cursor of the store is used")
	refused = true
	s.do(t, "GET", "/Users?count=2&cursor="+next, "").requireError(t, 403, "") // 9865-5.2-02
}

// TestTLS checks Config.OverTLS (7644-7.2-01).
func TestTLS(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.OverTLS, c.PublicDiscovery = scim.DirectTLS, true })
	for _, path := range []string{"/Users", "/ServiceProviderConfig", "/Nope"} {
		s.do(t, "GET", path, "", "X-Forwarded-Proto", "https").requireError(t, 403, "")
		s.as("").do(t, "GET", path, "").requireError(t, 403, "")
	}
	s.server = httptest.NewTLSServer(s.h)
	t.Cleanup(s.server.Close)
	req := httptest.NewRequest("GET", s.server.URL+basePath+"/Users", nil)
	req.RequestURI = ""
	req.Header.Set("Authorization", "Bearer "+tokenA)
	res, err := s.server.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode)
}
