package scimtest

import (
	"fmt"
	"slices"
	"strings"
)

// A sortRow is resources A, B, C … and the order in which a query gives them.
type sortRow struct {
	id     string
	on     string // the resource type; User if it is empty
	has    []string
	sortBy string
	order  string
	want   string // the letters in order
}

// sortCases are about sorting (RFC 7644 §3.4.2.3): area K2 of the requirements.
var sortCases = slices.Concat(sortTable(sortRows), []Case{
	{ID: "7644-3.4.2.3-07", Run: func(s *Session) {
		s.Requires("sort")
		s.Want(s.Get(s.Type("User").Endpoint+"?sortBy=userName&sortOrder=up"), Error(400, "invalidValue"))
		s.Want(s.Get(s.Type("User").Endpoint+"?sortBy=userName&sortOrder=descending"), List(-1))
	}},
	{ID: "7644-3.4.2.3-08", Run: func(s *Session) {
		s.Requires("sort", "filter")
		x := s.Name("same")
		var ids []string
		for range 12 {
			ids = append(ids, s.NewUser(Object{"displayName": x}).ID)
		}
		for _, sortBy := range []string{"displayName", ""} {
			var got []string
			for start := 1; start <= 12; start += 4 {
				params := []string{"filter", `displayName eq "` + x + `"`, "startIndex", fmt.Sprint(start), "count", "4"}
				if sortBy != "" {
					params = append(params, "sortBy", sortBy)
				}
				got = append(got, s.Want(s.Query(s.Type("User").Endpoint, params...), List(12)).Strings("id")...)
			}
			if !sameSet(got, ids) {
				s.Fail("expected each of 12 users once in 3 pages sorted by %q, got %v", sortBy, got)
			}
		}
	}},
	{ID: "7644-3.4.2.3-09", Run: func(s *Session) {
		if s.Server().Supports("sort") {
			s.Skip("the service provider advertises sort")
		}
		s.Want(s.Get(s.Type("User").Endpoint+"?sortBy=userName"), List(-1))
	}},
})

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func sortTable(rows []sortRow) []Case {
	byID := map[string][]sortRow{}
	var ids []string
	for _, r := range rows {
		if byID[r.id] == nil {
			ids = append(ids, r.id)
		}
		byID[r.id] = append(byID[r.id], r)
	}
	var out []Case
	for _, id := range ids {
		out = append(out, Case{ID: id, Run: func(s *Session) {
			s.Requires("sort", "filter")
			every(s, byID[id], func(r sortRow) string { return r.sortBy + " " + r.order }, func(r sortRow) { r.run(s) })
		}})
	}
	return out
}

// run makes the resources, in the order of the row, and sorts them.
func (r sortRow) run(s *Session) {
	x, naming, endpoint := s.Name("x"), "userName", ""
	if r.on == "Widget" {
		naming, endpoint = "name", s.Widget().Endpoint
	} else {
		endpoint = s.Type("User").Endpoint
	}
	var ids []string
	for i, text := range r.has {
		o := mustObject(s, strings.ReplaceAll(text, "{X}", x))
		if _, ok := o[naming]; !ok {
			o[naming] = fmt.Sprintf("%s-%d", x, i)
		}
		ids = append(ids, s.newOf(r.on, o).ID)
	}
	show := func(res *Response) string {
		var b strings.Builder
		for _, id := range res.Strings("id") {
			if i := slices.Index(ids, id); i >= 0 {
				b.WriteRune(rune('A' + i))
			} else {
				b.WriteByte('?')
			}
		}
		return b.String()
	}
	params := []string{"filter", naming + ` co "` + x + `"`, "sortBy", r.sortBy}
	if r.order != "" {
		params = append(params, "sortOrder", r.order)
	}
	if got := show(s.Want(s.Query(endpoint, params...), List(len(ids)))); got != r.want {
		s.Fail("expected the order %s, got %s", r.want, got)
	}
	// The order is that of all results, not of those on a page.
	half := (len(ids) + 1) / 2
	got := show(s.Want(s.Query(endpoint, append(params, "count", fmt.Sprint(half))...), List(len(ids))))
	got += show(s.Want(s.Query(endpoint, append(params, "startIndex", fmt.Sprint(half+1))...), List(len(ids))))
	if got != r.want {
		s.Fail("expected the order %s over two pages, got %s", r.want, got)
	}
}

var sortRows = []sortRow{
	{id: "7644-3.4.2.3-01", sortBy: "userName", want: "BAC", has: []string{`{"userName":"{X}m"}`, `{"userName":"{X}a"}`, `{"userName":"{X}z"}`}},
	{id: "7644-3.4.2.3-01", sortBy: "userName", order: "ascending", want: "BAC", has: []string{`{"userName":"{X}m"}`, `{"userName":"{X}a"}`, `{"userName":"{X}z"}`}},
	{id: "7644-3.4.2.3-01", sortBy: "userName", order: "descending", want: "CAB", has: []string{`{"userName":"{X}m"}`, `{"userName":"{X}a"}`, `{"userName":"{X}z"}`}},
	{id: "7644-3.4.2.3-02", sortBy: "emails.value", want: "BAC", has: []string{
		`{"emails":[{"value":"a@x.example","type":"home"},{"value":"n@x.example","type":"work","primary":true}]}`,
		`{"emails":[{"value":"m@x.example","type":"work"},{"value":"z@x.example","type":"home"}]}`,
		`{"emails":[{"value":"o@x.example"}]}`,
	}},
	{id: "7644-3.4.2.3-03", sortBy: "name.familyName", want: "CBA", has: []string{`{"name":{"familyName":"c","givenName":"a"}}`, `{"name":{"familyName":"b","givenName":"b"}}`, `{"name":{"familyName":"a","givenName":"c"}}`}},
	{id: "7644-3.4.2.3-04", sortBy: "title", want: "CAB", has: []string{`{"title":"B"}`, `{}`, `{"title":"A"}`}},
	{id: "7644-3.4.2.3-04", sortBy: "title", order: "descending", want: "BAC", has: []string{`{"title":"B"}`, `{}`, `{"title":"A"}`}},
	{id: "7644-3.4.2.3-05", sortBy: "userName", want: "BAC", has: []string{`{"userName":"{X}b"}`, `{"userName":"{X}A"}`, `{"userName":"{X}C"}`}},
	{id: "7644-3.4.2.3-05", sortBy: "title", want: "CABD", has: []string{`{"title":"z"}`, `{"title":"ä"}`, `{"title":"_"}`, `{"title":"ö"}`}},
	{id: "7644-3.4.2.3-05", on: "Widget", sortBy: "code", want: "BCA", has: []string{`{"code":"{X}b"}`, `{"code":"{X}A"}`, `{"code":"{X}C"}`}},
	{id: "7644-3.4.2.3-06", on: "Widget", sortBy: "qty", want: "BAC", has: []string{`{"qty":10}`, `{"qty":9}`, `{"qty":100}`}},
	{id: "7644-3.4.2.3-06", on: "Widget", sortBy: "at", want: "BA", has: []string{`{"at":"2011-05-13T09:00:00Z"}`, `{"at":"2011-05-13T10:00:00+02:00"}`}},
	{id: "7644-3.4.2.3-06", sortBy: "active", want: "BA", has: []string{`{"active":true}`, `{"active":false}`}},
	{id: "7644-3.4.2.3-06", sortBy: "meta.created", want: "ABC", has: []string{`{"title":"z"}`, `{"title":"a"}`, `{"title":"m"}`}},
}
