package scim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestListPages(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		for i := range 25 {
			s.create(t, "/Users", fmt.Sprintf(`{"userName":"u%02d","displayName":"same"}`, i))
		}
		for _, tt := range []struct {
			name, query        string
			first, n, startIdx int
		}{
			{"7644-3.4.2-04 all", "", 0, 25, 1},
			{"7644-3.4.2-02 unknown parameters", "foo=bar&_=1", 0, 25, 1},
			{"7644-3.4.2-05 count", "count=10", 0, 10, 1},
			{"7644-3.4.2-06 last page", "count=10&startIndex=21", 20, 5, 21},
			{"7644-3.4.2.4-01 zero", "startIndex=0&count=3", 0, 3, 1},
			{"7644-3.4.2.4-01 negative", "startIndex=-5&count=3", 0, 3, 1},
			{"7644-3.4.2.4-02 negative count", "count=-1", 0, 0, 1},
			{"7644-3.4.2.4-03 count 0", "count=0", 0, 0, 1},
			{"7644-3.4.2.4-06 beyond the end", "startIndex=1000", 0, 0, 1000},
			{"7644-3.4.2.4-06 far beyond the end", "startIndex=2147483647&count=2147483647", 0, 0, 2147483647},
			{"E53 any letter case", "COUNT=10&startindex=21", 20, 5, 21},
			{"empty values", "count=&startIndex=&sortBy=&sortOrder=", 0, 25, 1},
			{"7644-3.4.2.3-08 ties", "sortBy=displayName&count=7&startIndex=8", 7, 7, 8},
		} {
			t.Run(tt.name, func(t *testing.T) {
				a := s.ok(t, 200, "GET", "/Users?"+tt.query, "")
				m := a.object(t)
				require.Equal(t, "Resources,itemsPerPage,schemas,startIndex,totalResults", shape(map[string]any{
					"Resources": "", "itemsPerPage": m["itemsPerPage"], "schemas": "", "startIndex": m["startIndex"], "totalResults": m["totalResults"],
				}))
				require.Len(t, m, 5, "7644-3.4.2-03")
				require.Equal(t, []any{listURN}, m["schemas"], "7644-3.4.2-03")
				require.InDelta(t, 25, m["totalResults"], 0, "7644-3.4.2-04")
				require.InDelta(t, tt.n, m["itemsPerPage"], 0)
				require.InDelta(t, tt.startIdx, m["startIndex"], 0)
				want := []string{}
				for i := range tt.n {
					want = append(want, fmt.Sprintf("u%02d", tt.first+i))
				}
				require.Equal(t, want, a.names(t, "userName"), "AMB-33, AMB-49")
			})
		}
		require.Equal(t, s.ok(t, 200, "GET", "/Users", "").header, s.ok(t, 200, "HEAD", "/Users", "").header, "7644-3.2-06")
	})
}

func TestListPageSize(t *testing.T) {
	t.Parallel()
	s := newService(t, openMinimal(), func(c *scim.Config) { c.PageSize, c.MaxPageSize = 3, 5 })
	for i := range 9 {
		s.create(t, "/Groups", fmt.Sprintf(`{"displayName":"g%d"}`, i))
	}
	require.Len(t, s.ok(t, 200, "GET", "/Groups", "").names(t, "id"), 3, "7644-3.4.2.4-05")
	require.Len(t, s.ok(t, 200, "GET", "/Groups?count=1000", "").names(t, "id"), 5, "7644-3.4.2.4-04, 7643-5-05")
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s.create(t, "/Users", `{"userName":"bjensen","externalId":"E1","title":"x","emails":[{"value":"a@x","type":"work"},{"value":"b@y","type":"home"}],
			"active":true,"`+schema.EnterpriseUserURI+`":{"department":"D"}}`)
		s.create(t, "/Users", `{"userName":"a+b%c","active":false}`)
		for filter, want := range map[string]string{
			`userName eq "BJENSEN"`: "bjensen", `USERNAME EQ "bjensen"`: "bjensen", `userName eq "a+b%c"`: "a+b%c", `userName eq "none"`: "",
			`externalId eq "E1"`: "bjensen", `externalId eq "e1"`: "", `title pr`: "bjensen", `not (title pr)`: "a+b%c", `title eq null`: "a+b%c",
			`emails[type eq "work" and value co "y"]`: "", `emails.type eq "work" and emails.value co "y"`: "bjensen",
			`active eq false`: "a+b%c", `schemas eq "` + schema.EnterpriseUserURI + `"`: "bjensen", schema.EnterpriseUserURI + `:department eq "d"`: "bjensen",
			`meta.resourceType eq "User"`: "bjensen,a+b%c", `meta.created ge "2000-01-01T00:00:00Z"`: "bjensen,a+b%c", `meta.resourceType eq "user"`: "",
			`userName co "n" or userName ew "c" and active eq true`: "bjensen",
		} {
			for _, escaped := range []string{url.QueryEscape(filter), url.PathEscape(filter)} {
				if strings.Contains(escaped, "+b") {
					escaped = strings.ReplaceAll(escaped, "+b", "%2Bb") // PathEscape leaves a plus, which is a blank in a query
				}
				a := s.ok(t, 200, "GET", "/Users?filter="+escaped, "")
				require.Equal(t, want, strings.Join(a.names(t, "userName"), ","), "%s: 7644-1.2-01, 7644-3.4.2-07", filter)
			}
		}
		for _, filter := range []string{
			"", "userName", "userName eq", `eq "x"`, `userName eq "a" and`, `userName regex "x"`, `nosuch eq "x"`, "not title pr", `active gt true`,
			`active eq "yes"`, `userName eq 5`, `userName eq 'x'`, `name co "x"`, `emails[userName eq "x"]`, `password eq "x"`, `a[b[c eq 1]]`,
			strings.Repeat("(", 10000) + "title pr" + strings.Repeat(")", 10000), strings.Repeat("not (", 40) + "title pr" + strings.Repeat(")", 40),
		} {
			s.refused(t, 400, "invalidFilter", "GET", "/Users?filter="+url.QueryEscape(filter), "") // K, 7644-3.12-13, 7644-7.1-01
		}
		require.Contains(t, s.do(t, "GET", "/Users?filter=userName+regex+%22x%22", "").body, "regex", "7644-3.4.2.2-25")
		s.refused(t, 400, "invalidFilter", "GET", "/Widgets?filter=wo+eq+%22x%22", "") // AMB-24
	})
}

func TestListParametersRefused(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	for query, scimType := range map[string]string{
		"count=abc": "invalidValue", "startIndex=1.5": "invalidValue", "count=99999999999999999999": "invalidValue", // 7644-3.4.2.4-07
		"sortOrder=up": "invalidValue", "sortBy=name": "invalidValue", "sortBy=nosuch": "invalidValue", "sortBy=password": "invalidValue", // 7644-3.4.2.3-07, -03
		"sortBy=" + schema.EnterpriseUserURI: "invalidValue", "sortBy=a..b": "invalidValue",
		"filter=title+pr&filter=title+pr": "invalidValue", "count=1&count=2": "invalidValue", // 7644-3.4.2-08
		"filter=%zz": "invalidSyntax",
	} {
		s.refused(t, 400, scimType, "GET", "/Users?"+query, "")
	}
}

func TestListSort(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		for _, w := range []string{
			`{"name":"b","code":"b","qty":10,"ratio":1.5,"at":"2011-05-13T10:00:00+02:00","flag":true,"color":"B","tags":["z","a"],"items":[{"value":"a"},{"value":"z","primary":true}]}`,
			`{"name":"A","code":"A","qty":9,"ratio":1e2,"at":"2011-05-13T09:00:00Z","flag":false,"tags":["m"],"items":[{"value":"m"}]}`,
			`{"name":"C","code":"C","qty":100,"ratio":-1,"color":"a","spec":{"a":"x"}}`,
		} {
			s.create(t, "/Widgets", w)
		}
		for query, want := range map[string]string{
			"sortBy=name":                       "A,b,C", // 7644-3.4.2.3-01, -05
			"sortBy=name&sortOrder=descending":  "C,b,A",
			"sortBy=NAME&sortOrder=Descending":  "C,b,A", // 7644-3.4.2.3-07
			"sortBy=code":                       "A,C,b", // 7644-3.4.2.3-05
			"sortBy=qty":                        "A,b,C", // 7644-3.4.2.3-06
			"sortBy=ratio":                      "C,b,A",
			"sortBy=at":                         "b,A,C",
			"sortBy=flag":                       "A,b,C",
			"sortBy=color":                      "C,b,A", // 7644-3.4.2.3-04: no value comes last
			"sortBy=color&sortOrder=descending": "A,b,C", // and first
			"sortBy=items":                      "A,b,C", // 7644-3.4.2.3-02
			"sortBy=items.value":                "A,b,C",
			"sortBy=tags":                       "A,b,C",
			"sortBy=spec.a":                     "C,b,A", // 7644-3.4.2.3-03
			"sortBy=meta.created&count=1":       "b",
			"sortBy=id":                         "",
			"sortOrder=descending":              "b,A,C",
			// 7644-3.4.2.5-03: what is not returned is looked at all the same.
			"attributes=id&filter=qty+pr&sortBy=name":                            ",,",
			"attributes=name&filter=qty+gt+9&sortBy=qty":                         "b,C",
			"attributes=name&filter=spec.a+eq+%22x%22":                           "C",
			"attributes=name&filter=items[value+eq+%22z%22+and+primary+eq+true]": "b",
			"excludedAttributes=qty,items&filter=qty+lt+100+and+items+pr":        "b,A",
			"excludedAttributes=color&filter=color+pr&sortBy=color":              "C,b",
		} {
			got := strings.Join(s.ok(t, 200, "GET", "/Widgets?"+query, "").names(t, "name"), ",")
			if want != "" {
				require.Equal(t, want, got, query)
			}
		}
	})
}

// TestMaxScan checks the limit of queries that the store does not answer (7644-3.4.2.1-02, 7644-3.12-14, AMB-56).
func TestMaxScan(t *testing.T) {
	t.Parallel()
	limit := func(c *scim.Config) { c.MaxScan = 3 }
	scanning, searching := newService(t, openMinimal(), limit), newService(t, openMemstore(), limit)
	for i := range 4 {
		for _, s := range []*service{scanning, searching} {
			s.ok(t, 200, "GET", "/Groups?filter=displayName+eq+%22g3%22", "")
			s.create(t, "/Groups", fmt.Sprintf(`{"displayName":"g%d"}`, i))
		}
	}
	scanning.do(t, "GET", "/Groups?filter=displayName+eq+%22g0%22", "").requireError(t, 400, "tooMany")
	scanning.do(t, "GET", "/Groups?count=1", "").requireError(t, 400, "tooMany")
	searching.ok(t, 200, "GET", "/Groups?filter=displayName+eq+%22g3%22", "")
}
