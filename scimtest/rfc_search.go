package scimtest

import (
	"fmt"
	"slices"
	"strings"
)

// searchCases are about queries with POST (RFC 7644 §3.4.3): area O of the requirements.
var searchCases = []Case{
	{ID: "7644-3.4.3-01", Run: func(s *Session) {
		if s.search(s.Type("User").Endpoint, nil).Status == 501 {
			s.Skip("the service provider has no queries with POST")
		}
		for _, t := range s.Server().Types {
			s.Want(s.search(t.Endpoint, Object{"count": 1}), List(-1))
		}
		if res := s.search("", Object{"filter": `userName eq "` + s.Name("none") + `"`}); res.Status != 501 {
			s.Want(res, List(0))
		}
	}},
	{ID: "7644-3.4.3-02", Run: func(s *Session) {
		users := s.needSearch()
		s.Want(s.Post(users+"/.search", Object{"count": 1}), Error(400, "invalidSyntax", "invalidValue"))
		s.Want(s.Post(users+"/.search", Object{"schemas": []string{PatchURN}, "count": 1}), Error(400, "invalidSyntax", "invalidValue"))
	}},
	{ID: "7644-3.4.3-03", Run: func(s *Session) {
		users := s.needSearch()
		s.Want(s.search(users, nil), List(-1))
		u := s.NewUser(Object{"title": "T", "displayName": s.Name("d")})
		res := s.Want(s.search(users, Object{
			"attributes": []string{"userName", "title"}, "filter": `displayName eq "` + u.Response.Str("displayName") + `"`, "startIndex": 1, "count": 5,
		}), List(1))
		if o := res.Resources()[0]; At(o, "title") != "T" || At(o, "userName") == nil || At(o, "displayName") != nil {
			s.Fail("expected userName and title only, got %s", JSON(o))
		}
		res = s.Want(s.search(users, Object{
			"excludedAttributes": []string{"title"}, "filter": `displayName eq "` + u.Response.Str("displayName") + `"`,
		}), List(1))
		if o := res.Resources()[0]; At(o, "title") != nil || At(o, "userName") == nil {
			s.Fail("expected userName and no title, got %s", JSON(o))
		}
		s.Want(s.search(users, Object{"count": "many"}), Error(400, "invalidSyntax", "invalidValue"))
		s.Want(s.search(users, Object{"filter": 5}), Error(400, "invalidSyntax", "invalidValue", "invalidFilter"))
	}},
	{ID: "7644-3.4.3-04", Run: func(s *Session) {
		s.Requires("filter")
		users := s.needSearch()
		f := s.fivePeople()
		for _, p := range []Object{
			{}, {"count": 2}, {"count": 0}, {"count": -1}, {"startIndex": 3}, {"startIndex": 0, "count": 3}, {"sortBy": "title"}, {"sortBy": "title", "sortOrder": "descending"},
			{"attributes": []string{"title"}}, {"excludedAttributes": []string{"title", "meta"}}, {"filter": f + ` and title eq "2"`},
		} {
			p = With(Object{"filter": f}, p)
			var params []string
			for name, v := range p {
				if list, ok := v.([]string); ok {
					v = strings.Join(list, ",")
				}
				params = append(params, name, fmt.Sprint(v))
			}
			get, post := s.Need(s.Query(users, params...), List(-1)), s.Want(s.search(users, p), List(-1))
			if !Equal(get.Object, post.Object) {
				s.Fail("expected for %s what the query with GET gives, %s, got %s", JSON(p), excerpt(get.Body), excerpt(post.Body))
			}
		}
	}},
	{ID: "7644-3.4.3-05", Run: func(s *Session) {
		users := s.needSearch()
		for _, f := range []string{"", "userName", `userName zz "x"`, `nosuch eq "x"`} {
			s.Want(s.search(users, Object{"filter": f}), Error(400, "invalidFilter"))
		}
	}},
	{ID: "7644-3.4.3-06", Run: func(s *Session) {
		s.Requires("filter")
		users := s.needSearch()
		f := s.fivePeople()
		res := s.Post(users+"/.search?count=1", Object{"schemas": []string{SearchURN}, "filter": f})
		if res.Status == 400 {
			s.Want(res, ErrorBody())
			return
		}
		if n := len(s.Want(res, List(paged)).Resources()); n != paged {
			s.Fail("expected the parameters in the URL to be ignored or refused, got %d resources", n)
		}
	}},
	{ID: "7644-3.4.3-07", Run: func(s *Session) {
		s.needSearch()
		u := s.NewUser(nil)
		s.Want(s.search(u.Path, nil), Status(404, 405), ErrorBody())
		s.Want(s.search("/Schemas", nil), Status(404, 405, 501), ErrorBody())
	}},
	{ID: "7644-3.4.3-08", Run: func(s *Session) {
		s.Requires("filter")
		users := s.needSearch()
		f := s.fivePeople()
		first, second := s.Want(s.search(users, Object{"filter": f}), List(paged)), s.search(users, Object{"filter": f})
		if !Equal(first.Object, second.Object) {
			s.Fail("expected the same answer twice, got %s and %s", excerpt(first.Body), excerpt(second.Body))
		}
		s.Want(s.Query(users, "filter", f), List(paged))
	}},
}

// search makes a query with POST.
func (s *Session) search(endpoint string, body Object) *Response {
	return s.Post(endpoint+"/.search", With(Object{"schemas": []string{SearchURN}}, body))
}

// needSearch returns the endpoint of users. The case ends as [Skip] if the service provider has no queries with POST, which one
// case fails for.
func (s *Session) needSearch() string {
	t := s.Type("User")
	if res := s.search(t.Endpoint, Object{"count": 0}); slices.Contains([]int{404, 405, 501}, res.Status) {
		s.Skip("the service provider has no queries with POST: %d", res.Status)
	}
	return t.Endpoint
}
