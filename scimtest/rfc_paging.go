package scimtest

import (
	"encoding/json"
	"fmt"
)

const paged = 5

// A pageRow is parameters over a list of five, and what the page says about itself.
type pageRow struct {
	id         string
	params     []string
	startIndex int // -1: any
	n          int // resources on the page
}

// pagingCases are about paging by index (RFC 7644 §3.4.2.4), area L of the requirements, and about what a list response says.
var pagingCases = append(pageTable([]pageRow{
	{"7644-3.4.2-04", []string{"count", "2"}, 1, 2},
	{"7644-3.4.2-04", nil, -1, paged},
	{"7644-3.4.2-05", []string{"count", "2"}, 1, 2},
	{"7644-3.4.2-05", []string{"count", "0"}, -1, 0},
	{"7644-3.4.2-06", []string{"count", "2", "startIndex", "3"}, 3, 2},
	{"7644-3.4.2-06", []string{"count", "2", "startIndex", "5"}, 5, 1},
	{"7644-3.4.2.4-01", []string{"count", "2", "startIndex", "1"}, 1, 2},
	{"7644-3.4.2.4-01", []string{"count", "2", "startIndex", "0"}, 1, 2},
	{"7644-3.4.2.4-01", []string{"count", "2", "startIndex", "-5"}, 1, 2},
	{"7644-3.4.2.4-01", []string{"count", "2", "startIndex", "2"}, 2, 2},
	{"7644-3.4.2.4-02", []string{"count", "-1"}, -1, 0},
	{"7644-3.4.2.4-03", []string{"count", "0"}, -1, 0},
	{"7644-3.4.2.4-04", []string{"count", "3"}, 1, 3},
	{"7644-3.4.2.4-04", []string{"count", "1000000"}, -1, paged},
	{"7644-3.4.2.4-06", []string{"startIndex", "1000"}, -1, 0},
}), []Case{
	{ID: "7644-3.4.2.4-05", Run: func(s *Session) {
		s.NewUser(nil)
		res := s.Want(s.Get(s.Type("User").Endpoint), List(-1))
		if most := s.Server().Limit("filter", "maxResults"); most > 0 && len(res.Resources()) > most {
			s.Fail("expected no more than the %d resources of filter.maxResults, got %d", most, len(res.Resources()))
		}
		if n := fmt.Sprint(len(res.Resources())); n != fmt.Sprint(res.At("itemsPerPage")) {
			s.Fail("expected itemsPerPage to be %s, got %s", n, JSON(res.At("itemsPerPage")))
		}
	}},
	{ID: "7644-3.4.2.4-07", Run: func(s *Session) {
		for _, q := range []string{"count=abc", "startIndex=1.5", "startIndex=x", "count=99999999999999999999"} {
			s.Want(s.Get(s.Type("User").Endpoint+"?"+q), anyOf(Error(400, "invalidValue", "invalidCount"), Error(400, "invalidSyntax")))
		}
	}},
	{ID: "7644-3.4.2.4-08", Run: func(s *Session) {
		s.Requires("filter")
		f := s.fivePeople()
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "count", "1"), List(paged))
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f+` and title eq "2"`), List(1))
	}},
	{ID: "7644-3.4.2.4-09", Run: func(s *Session) {
		s.Requires("filter")
		f := s.fivePeople()
		page := s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "count", "2"), List(paged))
		s.Need(s.Delete(s.Type("User").Endpoint+"/"+pathEscape(page.Strings("id")[0])), Status(204))
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "count", "2", "startIndex", "3"), List(paged-1))
	}},
}...)

// fivePeople creates users with the titles 1 to 5, and returns the filter for them.
func (s *Session) fivePeople() string {
	x := s.Name("page")
	for i := range paged {
		s.NewUser(Object{"displayName": x, "title": fmt.Sprint(i + 1)})
	}
	return `displayName eq "` + x + `"`
}

func pageTable(rows []pageRow) []Case {
	byID := map[string][]pageRow{}
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
			s.Requires("filter")
			f := s.fivePeople()
			all := s.Need(s.Query(s.Type("User").Endpoint, "filter", f, "count", fmt.Sprint(paged)), Body()).Strings("id")
			All(s, byID[id], func(r pageRow) string { return fmt.Sprint(r.params) }, func(r pageRow) { r.run(s, f, all) })
		}})
	}
	return out
}

// run asks for the page, and compares it with the list of all.
func (r pageRow) run(s *Session, filter string, all []string) {
	res := s.Want(s.Query(s.Type("User").Endpoint, append([]string{"filter", filter}, r.params...)...), List(paged))
	got := res.Strings("id")
	if len(got) != r.n {
		s.Fail("expected %d resources on the page, got %d", r.n, len(got))
	}
	if start := res.At("startIndex"); r.startIndex >= 0 && start != json.Number(fmt.Sprint(r.startIndex)) {
		s.Fail("expected startIndex to be %d, got %s", r.startIndex, JSON(start))
	}
	if n := res.At("itemsPerPage"); (r.startIndex >= 0 || n != nil) && n != json.Number(fmt.Sprint(r.n)) {
		s.Fail("expected itemsPerPage to be %d, the number returned, got %s", r.n, JSON(n))
	}
	if from := max(r.startIndex, 1) - 1; r.n > 0 {
		for i, id := range got {
			if from+i < len(all) && all[from+i] != id {
				s.Fail("expected the resources from %d on of %v, got %v", from+1, all, got)
			}
		}
	}
}
