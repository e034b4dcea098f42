package scim_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

const searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// searchBody makes the body of a search request.
func searchBody(members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"schemas":["` + searchURN + `"]` + members + `}`
}

// people makes five users, three groups and a widget.
func people(t testing.TB, s *service) {
	t.Helper()
	for i := range 5 {
		s.create(t, "/Users", fmt.Sprintf(`{"userName":"u%d","displayName":"d%d","title":"T%d"}`, i, i*2, i%2))
	}
	for i := range 3 {
		s.create(t, "/Groups", fmt.Sprintf(`{"displayName":"D%d"}`, i*2+1))
	}
	s.create(t, "/Widgets", `{"name":"w","code":"c"}`)
}

// TestSearch compares POST with GET (7644-3.4.3-01, -03, -04, -06, -08).
func TestSearch(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		people(t, s)
		before := s.everything(t)
		for _, endpoint := range []string{"", "/Users", "/Groups"} {
			for query, members := range map[string]string{
				"":                               "",
				"count=0":                        `"count":0`,
				"count=-1":                       `"count":-1`,
				"count=2&startIndex=2":           `"count":2,"startIndex":2`,
				"COUNTS=2":                       `"cursors":[{}],"Foo":{"a":[1]}`,
				"startIndex=0":                   `"STARTINDEX":0,"count":null,"cursor":null,"filter":null`,
				"filter=displayName+pr&count=3":  `"filter":"displayName pr","count":3`,
				"filter=displayName+eq+%22D2%22": `"filter":"displayName eq \"D2\""`,
				"sortBy=displayName&sortOrder=descending":   `"sortBy":"displayName","sortOrder":"descending"`,
				"attributes=displayName,id":                 `"attributes":["displayName","id"]`,
				"excludedAttributes=displayName,meta":       `"excludedAttributes":["displayName","meta"]`,
				"attributes=nosuch":                         `"attributes":["nosuch"]`,
				"sortBy=displayName&count=3&startIndex=4":   `"sortBy":"displayName","count":3,"startIndex":4,"attributes":[]`,
				"filter=not+(displayName+eq+%22d0%22)&_=12": `"filter":"not (displayName eq \"d0\")"`,
			} {
				want := s.ok(t, 200, "GET", endpoint+"/"[:boolean(endpoint == "")]+"?"+query, "")
				for range 2 {
					got := s.ok(t, 200, "POST", endpoint+"/.search?count=1&filter=%zz&attributes=id", searchBody(members))
					require.Equal(t, want.body, got.body, "%s: %s and %s", endpoint, query, members)
					require.Equal(t, want.header, got.header)
				}
			}
		}
		require.Equal(t, before, s.everything(t), "7644-3.4.3-08")
	})
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestSearchRefused(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	people(t, s)
	for body, scimType := range map[string]string{
		"": "invalidSyntax", "[]": "invalidSyntax", "{": "invalidSyntax", "{}": "invalidSyntax", `{"schemas":["` + listURN + `"]}`: "invalidSyntax",
		`{"schemas":"` + searchURN + `"}`: "invalidSyntax", searchBody("") + "x": "invalidSyntax", // 7644-3.4.3-02
		searchBody(`"attributes":"userName"`): "invalidSyntax", searchBody(`"attributes":[1]`): "invalidSyntax", searchBody(`"attributes":["a,b"]`): "invalidSyntax",
		searchBody(`"count":"1"`): "invalidSyntax", searchBody(`"count":1.5`): "invalidSyntax", searchBody(`"count":1e2`): "invalidSyntax", // 7644-3.4.3-03
		searchBody(`"startIndex":true`): "invalidSyntax", searchBody(`"filter":1`): "invalidSyntax", searchBody(`"sortBy":[]`): "invalidSyntax",
		searchBody(`"sortOrder":{}`): "invalidSyntax", searchBody(`"cursor":0`): "invalidSyntax", searchBody(`"count":1,"COUNT":2`): "invalidSyntax",
		searchBody(`"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40)): "invalidSyntax",
		searchBody(`"filter":""`): "invalidFilter", searchBody(`"filter":"title"`): "invalidFilter", // 7644-3.4.3-05
		searchBody(`"count":99999999999`): "invalidValue", searchBody(`"attributes":["id"],"excludedAttributes":["meta"]`): "invalidValue",
		searchBody(`"attributes":["a..b"]`): "invalidValue", searchBody(`"sortBy":"nosuch"`): "invalidValue", searchBody(`"sortOrder":"up"`): "invalidValue",
	} {
		for _, endpoint := range []string{"", "/Users"} {
			s.refused(t, 400, scimType, "POST", endpoint+"/.search", body)
		}
	}
	s.refused(t, 415, "", "POST", "/.search", searchBody(""), "Content-Type", "", "Content-Type", "text/plain")
	id := s.ok(t, 200, "GET", "/Users", "").names(t, "id")[0]
	s.refused(t, 404, "", "POST", "/Users/"+id+"/.search", searchBody("")) // 7644-3.4.3-07
	s.refused(t, 404, "", "POST", "/.search/x", searchBody(""))
	for _, path := range []string{"/Schemas/.search", "/ResourceTypes/.search"} {
		s.refused(t, 405, "", "POST", path, searchBody("")) // 7644-3.4.3-07
	}
	for _, path := range []string{"/.search", "/Users/.search"} {
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
			require.Equal(t, "POST, OPTIONS", s.refused(t, 405, "", method, path, "").header.Get("Allow"))
		}
		s.as("").do(t, "POST", path, searchBody("")).requireError(t, 401, "")
	}
}

// TestSearchCompat checks that a query by POST is mended as one by GET is.
func TestSearchCompat(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Compat = compat.EntraID })
	people(t, s)
	require.Len(t, s.ok(t, 200, "POST", "/Users/.search", searchBody(`"filter":"userName eq u1"`)).names(t, "id"), 1)
	require.Len(t, s.ok(t, 200, "POST", "/.search", searchBody(`"filter":"userName eq u1"`)).names(t, "id"), 1)
}

// TestSensitive keeps what must not be logged out of URLs (7644-7.5.2-01, 7644-3.12-22).
func TestSensitive(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Resources[0].Sensitive = []string{"title", "name.familyName"} })
	people(t, s)
	for _, filter := range []string{`title eq "T1"`, `userName pr and not (TITLE eq "T1")`, `name[familyName eq "x"]`, `name.familyName pr`} {
		for _, endpoint := range []string{"/Users", "/"} {
			a := s.refused(t, 403, "sensitive", "GET", endpoint+"?filter="+url.QueryEscape(filter), "")
			require.Contains(t, a.body, `"status":"403"`, "erratum 6893")
			require.NotContains(t, a.body, "T1")
		}
	}
	require.Len(t, s.ok(t, 200, "POST", "/Users/.search", searchBody(`"filter":"title eq \"T1\""`)).names(t, "id"), 2)
	s.ok(t, 200, "GET", "/Users?filter=userName+eq+%22u1%22+and+name.givenName+pr&sortBy=title", "")
	_, err := scim.NewHandler(&scim.Config{BaseURL: baseURL, Authenticate: scim.AuthenticatedByMiddleware,
		Resources: []scim.ResourceType{{Type: widgetType(), Store: newMinimal(widgetType()), Sensitive: []string{"nosuch"}}}})
	require.ErrorContains(t, err, "Sensitive: nosuch")
}

// TestRootQueries asks over all types (7644-3.4.2.1-01, -03, -04, AMB-02).
func TestRootQueries(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		people(t, s)
		name := func(a answer) string {
			var out []string
			for i, n := range a.names(t, "displayName") {
				if n == "" {
					n = a.names(t, "name")[i]
				}
				out = append(out, n)
			}
			return strings.Join(out, ",")
		}
		for query, want := range map[string]string{
			"":                                   "d0,d2,d4,d6,d8,D1,D3,D5,w/9", // 7644-3.4.2.1-01
			"count=0":                            "/9",
			"count=3":                            "d0,d2,d4/9",
			"count=3&startIndex=4":               "d6,d8,D1/9",
			"count=3&startIndex=7":               "D3,D5,w/9",
			"count=9&startIndex=9":               "w/9",
			"count=9&startIndex=10":              "/9",
			`filter=meta.resourceType eq "User"`: "d0,d2,d4,d6,d8/5",
			`filter=meta.resourceType ne "User"`: "D1,D3,D5,w/4",
			`filter=userName eq "u1"`:            "d2/1",
			`filter=not (userName pr)`:           "D1,D3,D5,w/4", // 7644-3.4.2.1-03
			`filter=nosuch pr`:                   "/0",           // 7644-3.4.2.1-04
			`filter=displayName gt "d3"`:         "d4,d6,d8,D5/4",
			`filter=members[value eq "x"] or code eq "c"`:                                     "w/1",
			"sortBy=displayName":                                                              "d0,D1,d2,D3,d4,D5,d6,d8,w/9",
			"sortBy=displayName&sortOrder=descending":                                         "w,d8,d6,D5,d4,D3,d2,D1,d0/9",
			"sortBy=displayName&startIndex=4&count=3":                                         "D3,d4,D5/9",
			"sortBy=displayName&startIndex=9&count=3":                                         "w/9",
			"sortBy=userName&sortOrder=descending&count=5":                                    "D1,D3,D5,w,d8/9",
			"sortBy=displayName&filter=title eq \"T0\" or members eq null and displayName pr": "d0,D1,d2,D3,d4,D5,d6,d8/8",
			"sortBy=title&attributes=displayName,name&filter=displayName lt \"d5\"":           "d0,d4,d2,D1,D3/5",
		} {
			query, value, _ := strings.Cut(query, "filter=")
			if value != "" {
				query += "filter=" + url.QueryEscape(value)
			}
			a := s.ok(t, 200, "GET", "/?"+query, "")
			require.Equal(t, want, fmt.Sprintf("%s/%v", name(a), a.object(t)["totalResults"]), query)
		}
		require.Contains(t, s.ok(t, 200, "GET", "", "").body, `"totalResults":9`, "the root without its slash")
		require.Equal(t, "GET, HEAD, OPTIONS", s.refused(t, 405, "", "POST", "/", "{}").header.Get("Allow"))
		for query, scimType := range map[string]string{
			`filter=password eq "x"`: "invalidFilter", `filter=active gt true`: "invalidFilter", `filter=title`: "invalidFilter", `filter=name eq "w"`: "invalidFilter",
			"sortBy=nosuch": "invalidValue", "sortBy=password": "invalidValue", "count=x": "invalidValue", "startIndex=x": "invalidValue", "sortOrder=x": "invalidValue",
		} {
			query, value, _ := strings.Cut(query, "=")
			s.refused(t, 400, scimType, "GET", "/?"+query+"="+url.QueryEscape(value), "") // AMB-24
		}
	})
}

// TestRootBounds checks that a query over all types is bounded (7644-3.4.2.1-02).
func TestRootBounds(t *testing.T) {
	t.Parallel()
	limit := func(c *scim.Config) { c.MaxScan = 4 }
	scanning, searching := newService(t, openMinimal(), limit), newService(t, openMemstore(), limit)
	for i := range 5 {
		scanning.create(t, "/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
		searching.create(t, "/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
	}
	scanning.do(t, "GET", "/", "").requireError(t, 400, "tooMany")
	searching.ok(t, 200, "GET", "/", "")
	searching.ok(t, 200, "GET", "/?sortBy=id&count=4", "")
	searching.do(t, "GET", "/?sortBy=id&count=5", "").requireError(t, 400, "tooMany")
}

// TestRootInterceptors checks that no type can be read past the interceptors.
func TestRootInterceptors(t *testing.T) {
	t.Parallel()
	var seen []string
	refuse := ""
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = append(c.Interceptors, func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				if op.Kind == scim.KindQuery {
					seen = append(seen, fmt.Sprintf("%s %d+%d", op.ResourceType.Name(), op.Query.StartIndex, op.Query.Count))
					if op.ResourceType.Name() == refuse {
						return nil, scim.ErrForbidden
					}
				}
				return next(ctx, op)
			}
		})
	})
	people(t, s)
	s.ok(t, 200, "GET", "/?count=6&startIndex=4", "")
	require.Equal(t, []string{"User 4+6", "Group 1+4", "Widget 1+1"}, seen, "each store is asked for what is on the page")
	seen = nil
	s.ok(t, 200, "POST", "/.search", searchBody(`"count":2`))
	require.Equal(t, []string{"User 1+2", "Group 1+0", "Widget 1+0"}, seen)
	refuse = "Group"
	for _, query := range []string{"", "?count=0", "?sortBy=id", "?cursor=", "?cursor=&count=1", "?attributes=userName"} {
		s.do(t, "GET", "/"+query, "").requireError(t, 403, "")
	}
	s.do(t, "POST", "/.search", searchBody("")).requireError(t, 403, "")
	s.do(t, "POST", "/Groups/.search", searchBody("")).requireError(t, 403, "")
	s.ok(t, 200, "GET", "/?filter="+url.QueryEscape(`meta.resourceType eq "User"`), "")
}
