package scimtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
)

var cursorPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// cursorCases are about paging by cursor (RFC 9865): area M of the requirements.
var cursorCases = []Case{
	{ID: "9865-2-01", Run: func(s *Session) {
		f := s.cursorPeople()
		s.Want(s.cursorPage("filter", f, "cursor", "", "count", "2"), HasAttr("nextCursor"))
		s.Want(s.Get(s.Type("User").Endpoint+"?cursor&count=2&filter="+escape(f)), List(-1), HasAttr("nextCursor"))
	}},
	{ID: "9865-2-02", Run: func(s *Session) {
		f := s.cursorPeople()
		var got []string
		cursor := ""
		for page := 1; ; page++ {
			res := s.cursorPage("filter", f, "cursor", cursor, "count", "2")
			got = append(got, res.Strings("id")...)
			if page == 3 {
				s.Want(res, Absent("nextCursor"))
				break
			}
			cursor = s.Want(res, HasAttr("nextCursor")).Str("nextCursor")
		}
		if all := s.Query(s.Type("User").Endpoint, "filter", f, "count", "5").Strings("id"); len(got) != paged || !sameSet(got, all) {
			s.Fail("expected all five users %v in three pages, got %v", all, got)
		}
	}},
	{ID: "9865-2-03", Run: func(s *Session) {
		f := s.cursorPeople()
		first := s.Want(s.cursorPage("filter", f, "cursor", "", "count", "2"), Absent("previousCursor"), HasAttr("nextCursor"))
		second := s.cursorPage("filter", f, "cursor", first.Str("nextCursor"), "count", "2")
		if prev := second.Str("previousCursor"); prev != "" {
			back := s.Want(s.cursorPage("filter", f, "cursor", prev, "count", "2"), Absent("previousCursor"))
			if !slices.Equal(back.Strings("id"), first.Strings("id")) {
				s.Fail("expected the first page %v again, got %v", first.Strings("id"), back.Strings("id"))
			}
		}
	}},
	{ID: "9865-2-04", Run: func(s *Session) {
		f := s.cursorPeople()
		for cursor, page := "", 0; page == 0 || cursor != ""; page++ {
			res := s.cursorPage("filter", f, "cursor", cursor, "count", "1")
			cursor = res.Str("nextCursor")
			for _, c := range []string{cursor, res.Str("previousCursor")} {
				if c != "" && !cursorPattern.MatchString(c) {
					s.Fail("expected a cursor of letters, digits and ._~-, got %q", c)
				}
			}
			if page > paged {
				s.Fail("expected %d pages, got more", paged)
			}
		}
	}},
	{ID: "9865-2-05", Run: func(s *Session) {
		f := s.cursorPeople()
		for _, count := range []string{"0", "-3"} {
			if n := len(s.cursorPage("filter", f, "cursor", "", "count", count).Resources()); n != 0 {
				s.Fail("expected no resources for count=%s, got %d", count, n)
			}
		}
		if n := len(s.cursorPage("filter", f, "cursor", "", "count", "3").Resources()); n > 3 {
			s.Fail("expected no more than 3 resources, got %d", n)
		}
	}},
	{ID: "9865-2-06", Run: func(s *Session) {
		f := s.cursorPeople()
		next := s.cursorPage("filter", f, "cursor", "", "count", "2").Str("nextCursor")
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f+` and title pr`, "cursor", next, "count", "2"), Error(400, "invalidCursor"))
		if s.Server().Types["Group"] != nil {
			s.Want(s.Query(s.Type("Group").Endpoint, "cursor", next, "count", "2"), Error(400, "invalidCursor"))
		}
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "cursor", next, "count", "4"), Error(400, "invalidCount", "invalidCursor"))
	}},
	{ID: "9865-2-07", Run: func(s *Session) {
		f := s.cursorPeople()
		res := s.cursorPage("filter", f, "cursor", "", "count", "2")
		if total := res.At("totalResults"); total != nil && total != json.Number(fmt.Sprint(paged)) {
			s.Fail("expected totalResults to be %d or absent, got %s", paged, JSON(total))
		}
	}},
	{ID: "9865-2-08", Run: func(s *Session) {
		f := s.cursorPeople()
		s.Want(s.cursorPage("filter", f, "cursor", "", "count", "2"), Absent("startIndex"))
		s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "cursor", "", "startIndex", "3"), Error(400, "invalidValue", "invalidCursor"))
	}},
	{ID: "9865-2.1-01", Run: func(s *Session) {
		s.cursorPeople()
		users := s.Type("User").Endpoint
		s.Want(s.Get(users+"?cursor=garbage&count=2"), Error(400, "invalidCursor"))
		s.Want(s.Get(users+"?cursor=&count=abc"), Error(400, "invalidCount"))
	}},
	{ID: "9865-2.2-01", Run: func(s *Session) {
		s.Requires("sort")
		f := s.cursorPeople()
		var got []string
		for cursor, page := "", 0; page == 0 || cursor != ""; page++ {
			res := s.cursorPage("filter", f, "cursor", cursor, "count", "2", "sortBy", "title", "sortOrder", "descending")
			got, cursor = append(got, res.Strings("title")...), res.Str("nextCursor")
		}
		if want := []string{"5", "4", "3", "2", "1"}; !slices.Equal(got, want) {
			s.Fail("expected the titles %v over all pages, got %v", want, got)
		}
	}},
	{ID: "9865-2.4-01", Run: func(s *Session) {
		s.cursorPeople()
		method, _ := At(s.Server().Config, "pagination", "defaultPaginationMethod").(string)
		res := s.Want(s.Get(s.Type("User").Endpoint+"?count=1"), List(-1))
		switch method {
		case "index":
			s.Want(res, HasAttr("startIndex"), Absent("nextCursor"))
		case "cursor":
			s.Want(res, Absent("startIndex"))
		}
	}},
	{ID: "9865-3-01", Run: func(s *Session) {
		f := s.cursorPeople()
		users := s.needSearch()
		first := s.Want(s.search(users, Object{"filter": f, "cursor": "", "count": 2}), List(-1), HasAttr("nextCursor"))
		second := s.Want(s.search(users, Object{"filter": f, "cursor": first.Str("nextCursor"), "count": 2}), List(-1), HasAttr("nextCursor"))
		if slices.Contains(second.Strings("id"), first.Strings("id")[0]) {
			s.Fail("expected the second page, got the first again")
		}
	}},
	{ID: "9865-4-01", Run: func(s *Session) {
		s.Requires("pagination")
		p := s.Server().Config["pagination"]
		if _, ok := At(p, "index").(bool); !ok {
			s.Fail("expected pagination.index, which is required, got %s", JSON(p))
		}
		s.NewUser(nil)
		if most := s.Server().Limit("pagination", "maxPageSize"); most > 0 {
			if n := len(s.cursorPage("cursor", "", "count", fmt.Sprint(most+1)).Resources()); n > most {
				s.Fail("expected no more than the %d resources of maxPageSize, got %d", most, n)
			}
		}
	}},
	{ID: "9865-5.2-03", Run: func(s *Session) {
		f := s.cursorPeople()
		next := []byte(s.Need(s.cursorPage("filter", f, "cursor", "", "count", "2"), HasAttr("nextCursor")).Str("nextCursor"))
		for _, at := range []int{0, len(next) / 2} {
			forged := slices.Clone(next)
			if forged[at] = 'A'; next[at] == 'A' {
				forged[at] = 'B'
			}
			s.Want(s.Query(s.Type("User").Endpoint, "filter", f, "cursor", string(forged), "count", "2"), Error(400, "invalidCursor"))
		}
	}},
	{ID: "9865-5.2-04", Run: func(s *Session) {
		f := s.cursorPeople()
		next := s.cursorPage("filter", f, "cursor", "", "count", "2").Str("nextCursor")
		foreign := s.Query(s.Type("User").Endpoint, "filter", f+" and title pr", "cursor", next, "count", "2")
		none := s.Query(s.Type("User").Endpoint, "filter", f, "cursor", "garbage", "count", "2")
		if foreign.Status != none.Status || foreign.Body != none.Body {
			s.Fail("expected the same answer to a cursor of another query and to none, got %d %s and %d %s", foreign.Status, excerpt(foreign.Body), none.Status, excerpt(none.Body))
		}
	}},
}

// cursorPeople creates five users and returns the filter for them. The case ends as [Skip] if there are no cursors.
func (s *Session) cursorPeople() string {
	s.Requires("pagination", "filter")
	return s.fivePeople()
}

// cursorPage asks for a page of users.
func (s *Session) cursorPage(params ...string) *Response {
	return s.Want(s.Query(s.Type("User").Endpoint, params...), Status(200), Media(), Schemas(ListURN))
}

func escape(filter string) string { return url.QueryEscape(filter) }
