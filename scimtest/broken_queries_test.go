package scimtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// Faults in filters, sorting, paging and projection.
var brokenQueries = []broken{
	{name: "filters are ignored", id: "7644-3.4.2.2-01", wrap: misread(func(x *exchange) { x.setParam("filter", "") })},
	{name: "wrong filters are ignored", id: "7644-3.4.2.2-03", wrap: refilter(http.StatusBadRequest, "")},
	{name: "filters on unknown attributes are ignored", id: "7644-3.4.2.2-28", wrap: refilter(http.StatusBadRequest, "")},
	{name: "filters on unknown attributes match nothing", id: "7644-3.4.2.2-28", wrap: refilter(http.StatusBadRequest, `id eq "none"`)},
	{name: "comparing booleans matches nothing", id: "7644-3.4.2.2-12", wrap: refilter(http.StatusBadRequest, `id eq "none"`)},
	{name: "wrong types match nothing", id: "7644-3.4.2.2-13", wrap: refilter(http.StatusBadRequest, `id eq "none"`)},
	{name: "no match is 404", id: "7644-3.4.2-07", wrap: broke(func(x *exchange) {
		if strings.Contains(x.answer, `"totalResults":0`) {
			x.status = http.StatusNotFound
		}
	})},
	{name: "no match has no totalResults", id: "7644-3.4.2-07", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if o["totalResults"] == json.Number("0") {
				delete(o, "totalResults")
			}
		})
	})},
	{name: "userName is case sensitive in filters", id: "7644-3.4.2.2-26", wrap: broke(func(x *exchange) {
		m := regexp.MustCompile(`^userName eq "(.*)"$`).FindStringSubmatch(x.param("filter"))
		x.edit(func(o map[string]any) {
			list, _ := o["Resources"].([]any)
			kept := slices.DeleteFunc(list, func(r any) bool { return m != nil && r.(map[string]any)["userName"] != m[1] })
			if len(kept) < len(list) {
				o["Resources"], o["totalResults"] = kept, len(kept)
			}
		})
	})},
	{name: "externalId is not case sensitive in filters", id: "7644-3.4.2.2-26", wrap: misread(func(x *exchange) {
		m := regexp.MustCompile(`^externalId (eq|sw) "(.*)"$`).FindStringSubmatch(x.param("filter"))
		if m == nil {
			return
		}
		var found []any
		q := x.URL.Query()
		q.Del("filter")
		for _, r := range x.all(q) {
			id, _ := r.(map[string]any)["externalId"].(string)
			if strings.EqualFold(id, m[2]) || m[1] == "sw" && strings.HasPrefix(strings.ToLower(id), strings.ToLower(m[2])) {
				found = append(found, r)
			}
		}
		x.list(found, len(found))
	})},
	{name: "names and operators are case sensitive", id: "7644-3.4.2.2-02", wrap: misread(func(x *exchange) {
		if f := x.param("filter"); strings.Contains(f, " EQ ") || strings.Contains(f, " AND ") {
			x.setParam("filter", `userName regex "x"`)
		}
	})},
	{name: "ne does not match what is unassigned", id: "7644-3.4.2.2-08", wrap: rewrite(`(\w+) ne ("[^"]*")`, `($1 pr and $1 ne $2)`)},
	{name: "eq null matches nothing", id: "7644-3.4.2.2-30", wrap: rewrite(`(\w+) eq null`, `(not ($1 pr) and $1 pr)`)},
	{name: "false is not present", id: "7644-3.4.2.2-10", wrap: rewrite(`^active pr`, `active eq true`)},
	{name: "and and or have one rank", id: "7644-3.4.2.2-05", wrap: misread(func(x *exchange) {
		f := x.param("filter")
		if f == "" || strings.Contains(f, "(") {
			return
		}
		words := regexp.MustCompile(` (and|or) `)
		terms, joins := words.Split(f, -1), words.FindAllString(f, -1)
		out := terms[0]
		for i, j := range joins {
			out = "(" + out + ")" + j + terms[i+1]
		}
		x.setParam("filter", out)
	})},
	{name: "a value filter matches across elements", id: "7644-3.4.2.2-17", wrap: rewrite(`(\w+)\[(\w+ eq "[^"]*") and (\w+ \w+ "[^"]*")\]`, `$1.$2 and $1.$3`)},
	{name: "only the first value is matched", id: "7644-3.4.2.2-15", wrap: rewrite(`^emails\.value eq`, `emails[primary eq true].value eq`)},
	{name: "gt compares as text", id: "7644-3.4.2.2-11", wrap: rewrite(`qty gt 9`, `qty gt 99`)},
	{name: "dates compare as text", id: "7644-3.4.2.2-07", wrap: rewrite(`at eq "2011-05-13T12:00:00\+02:00"`, `at eq "2011-05-13T12:00:00Z"`)},
	{name: "a percent sign is a wildcard", id: "7644-3.4.2.2-09", wrap: rewrite(`%"`, `"`)},
	{name: "URIs of schemas are not understood", id: "7644-3.4.2.2-22", wrap: rewrite(`(?i)urn:ietf:params:scim:schemas:core:2.0:User:`, `urn:none:`)},

	{name: "sortBy is ignored", id: "7644-3.4.2.3-01", wrap: misread(func(x *exchange) { x.setParam("sortBy", "") })},
	{name: "sortOrder is ignored", id: "7644-3.4.2.3-01", wrap: misread(func(x *exchange) { x.setParam("sortOrder", "") })},
	{name: "a wrong sortOrder is ignored", id: "7644-3.4.2.3-07", wrap: misread(func(x *exchange) {
		if x.param("sortOrder") == "up" {
			x.setParam("sortOrder", "")
		}
	})},
	{name: "only the page is sorted", id: "7644-3.4.2.3-01", wrap: misread(func(x *exchange) {
		if by := x.param("sortBy"); by == "userName" {
			down := x.param("sortOrder") == "descending"
			x.setParam("sortBy", "")
			x.send(x.Method, x.URL.Path, x.URL.RawQuery, "")
			x.edit(func(o map[string]any) { sortBytes(o["Resources"].([]any), by, down) })
		}
	})},
	{name: "letter case matters in the order", id: "7644-3.4.2.3-05", wrap: reorder("userName", func(rs []any) { sortBytes(rs, "userName", false) })},
	{name: "no value is first", id: "7644-3.4.2.3-04", wrap: reorder("title", func(rs []any) { sortBytes(rs, "title", false) })},
	{name: "the lowest value counts, not the primary", id: "7644-3.4.2.3-02", wrap: reorder("emails.value", func(rs []any) {
		slices.SortFunc(rs, func(a, b any) int { return strings.Compare(lowest(a), lowest(b)) })
	})},
	{name: "the order changes between pages", id: "7644-3.4.2.3-08", wrap: func(h http.Handler) http.Handler {
		var asked atomic.Int64
		return reorder("displayName", func(rs []any) {
			// Each answer begins one further on.
			n := int(asked.Add(1)) % len(rs)
			copy(rs, append(slices.Clone(rs[n:]), rs[:n]...))
		})(h)
	}},

	{name: "totalResults is the length of the page", id: "7644-3.4.2-04", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if list, ok := o["Resources"].([]any); ok {
				o["totalResults"] = len(list)
			}
		})
	})},
	{name: "totalResults is a string", id: "7644-3.4.2-04", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if n, ok := o["totalResults"].(json.Number); ok && x.is("", "/Users") {
				o["totalResults"] = n.String()
			}
		})
	})},
	{name: "itemsPerPage is what was asked for", id: "7644-3.4.2-06", wrap: broke(func(x *exchange) {
		if n, err := strconv.Atoi(x.param("count")); err == nil {
			x.edit(func(o map[string]any) { o["itemsPerPage"] = n })
		}
	})},
	{name: "Resources is spelt in small letters", id: "7644-3.4.2-03", wrap: broke(func(x *exchange) {
		if x.is("", "/Users") {
			x.answer = strings.Replace(x.answer, `"Resources"`, `"resources"`, 1)
		}
	})},
	{name: "startIndex counts from 0", id: "7644-3.4.2.4-01", wrap: misread(func(x *exchange) {
		if n, err := strconv.Atoi(x.param("startIndex")); err == nil {
			x.setParam("startIndex", strconv.Itoa(n+1))
			x.send(x.Method, x.URL.Path, x.URL.RawQuery, "")
			x.edit(func(o map[string]any) { o["startIndex"] = n })
		}
	})},
	{name: "count is ignored", id: "7644-3.4.2.4-04", wrap: misread(func(x *exchange) { x.setParam("count", "") })},
	{name: "count=0 is no count", id: "7644-3.4.2.4-03", wrap: misread(func(x *exchange) {
		if x.param("count") == "0" {
			x.setParam("count", "")
		}
	})},
	{name: "a negative count is refused", id: "7644-3.4.2.4-02", wrap: misread(func(x *exchange) {
		if strings.HasPrefix(x.param("count"), "-") {
			x.setParam("count", "none")
		}
	})},
	{name: "a count that is no number is ignored", id: "7644-3.4.2.4-07", wrap: broke(func(x *exchange) {
		if x.status == http.StatusBadRequest {
			x.send(x.Method, x.URL.Path, "", "")
		}
	})},
	{name: "a page beyond the end is 404", id: "7644-3.4.2.4-06", wrap: broke(func(x *exchange) {
		if x.param("startIndex") == "1000" {
			x.status = http.StatusNotFound
		}
	})},

	{name: "attributes is ignored", id: "7644-3.4.2.5-01", wrap: misread(func(x *exchange) { x.setParam("attributes", "") })},
	{name: "attributes is ignored on writes", id: "7644-3.9-01", wrap: misread(func(x *exchange) {
		if x.Method != http.MethodGet {
			x.setParam("attributes", "")
		}
	})},
	{name: "excludedAttributes is ignored", id: "7644-3.4.2.5-01", wrap: misread(func(x *exchange) { x.setParam("excludedAttributes", "") })},
	{name: "excludedAttributes drops id", id: "7644-3.4.2.5-02", wrap: broke(func(x *exchange) {
		if strings.Contains(x.param("excludedAttributes"), "id") {
			x.resources(func(o map[string]any) { delete(o, "id") })
		}
	})},
	{name: "a sub-attribute brings its siblings", id: "7644-3.9-02", wrap: misread(func(x *exchange) {
		x.setParam("attributes", regexp.MustCompile(`\.\w+`).ReplaceAllString(x.param("attributes"), ""))
	})},
	{name: "excluding a sub-attribute excludes its parent", id: "7644-3.9-03", wrap: misread(func(x *exchange) {
		x.setParam("excludedAttributes", regexp.MustCompile(`\.\w+`).ReplaceAllString(x.param("excludedAttributes"), ""))
	})},
	{name: "both parameters are taken", id: "7644-3.9-04", wrap: misread(func(x *exchange) {
		if x.param("attributes") != "" {
			x.setParam("excludedAttributes", "")
		}
	})},
	{name: "members can't be excluded", id: "7644-3.9-09", wrap: misread(func(x *exchange) {
		if x.is("", "/Groups") {
			x.setParam("excludedAttributes", "")
		}
	})},
}

// rewrite changes what a pattern matches in filters.
func rewrite(pattern, replacement string) func(http.Handler) http.Handler {
	re := regexp.MustCompile(pattern)
	return misread(func(x *exchange) {
		if f := x.param("filter"); re.MatchString(f) {
			x.setParam("filter", re.ReplaceAllString(f, replacement))
		}
	})
}

// refilter uses another filter, or none, if that of the client leads to the status.
func refilter(status int, filter string) func(http.Handler) http.Handler {
	return broke(func(x *exchange) {
		if x.status == status && x.URL.Query().Has("filter") {
			x.setParam("filter", filter)
			x.send(x.Method, x.URL.Path, x.URL.RawQuery, "")
		}
	})
}

// reorder gives lists that are sorted by an attribute another order, and then cuts the page.
func reorder(by string, order func([]any)) func(http.Handler) http.Handler {
	return misread(func(x *exchange) {
		if x.param("sortBy") != by || x.Method != http.MethodGet {
			return
		}
		q := x.URL.Query()
		q.Del("sortBy")
		q.Del("sortOrder")
		rs := x.all(q)
		if order(rs); x.param("sortOrder") == "descending" {
			slices.Reverse(rs)
		}
		start, count := 1, len(rs)
		_, _ = fmt.Sscan(x.param("startIndex"), &start)
		_, _ = fmt.Sscan(x.param("count"), &count)
		from := min(start-1, len(rs))
		x.list(rs[from:min(from+count, len(rs))], len(rs))
	})
}

// list answers with a list response.
func (x *exchange) list(rs []any, total int) {
	data, _ := json.Marshal(map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": total, "startIndex": 1, "itemsPerPage": len(rs), "Resources": rs,
	})
	x.status, x.header, x.answer = http.StatusOK, http.Header{"Content-Type": {"application/scim+json"}}, string(data)
}

func sortBytes(rs []any, by string, down bool) {
	text := func(r any) string { s, _ := r.(map[string]any)[by].(string); return s }
	slices.SortStableFunc(rs, func(a, b any) int {
		if down {
			a, b = b, a
		}
		return strings.Compare(text(a), text(b))
	})
}

// lowest returns the lowest e-mail address of a resource.
func lowest(r any) string {
	out := "~"
	list, _ := r.(map[string]any)["emails"].([]any)
	for _, e := range list {
		s, _ := e.(map[string]any)["value"].(string)
		out = min(out, s)
	}
	return out
}
