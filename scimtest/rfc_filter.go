package scimtest

import (
	"encoding/json"
	"slices"
	"strings"
)

// filterCases are about queries and filters (RFC 7644 §3.4.2): area K of the requirements.
var filterCases = slices.Concat(filterTable(filterRows), []Case{
	{ID: "7644-3.4.2-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(s.Type("User").Endpoint), List(-1))
		if s.Server().Supports("filter") {
			s.Want(s.Query(u.Path, "filter", `userName eq "another"`), Status(200, 400, 404))
		}
	}},
	{ID: "7644-3.4.2-02", Run: func(s *Session) {
		s.Want(s.Get(s.Type("User").Endpoint+"?foo=bar&_=1"), List(-1))
	}},
	{ID: "7644-3.4.2-03", Run: func(s *Session) {
		s.NewUser(nil)
		res := s.Want(s.Get(s.Type("User").Endpoint), List(-1))
		for name := range res.Object {
			if !slices.Contains([]string{"schemas", "totalResults", "Resources", "startIndex", "itemsPerPage", "nextCursor", "previousCursor"}, name) {
				s.Fail("expected schemas, totalResults, Resources, startIndex and itemsPerPage, got a member %s", name)
			}
		}
		if _, ok := res.Object["Resources"].([]any); !ok {
			s.Fail("expected an array Resources, got %s", JSON(res.Object["Resources"]))
		}
	}},
	{ID: "7644-3.4.2-07", Run: func(s *Session) {
		s.Requires("filter")
		res := s.Want(s.Query(s.Type("User").Endpoint, "filter", `userName eq "`+s.Name("none")+`"`), List(0))
		if n := len(res.Resources()); n != 0 {
			s.Fail("expected no resources, got %d", n)
		}
	}},
	{ID: "7644-3.4.2-08", Run: func(s *Session) {
		s.Requires("filter")
		s.Want(s.Get(s.Type("User").Endpoint+"?filter=userName%20pr&filter=title%20pr"), Error(400, "invalidValue", "invalidFilter", "invalidSyntax"))
	}},
	{ID: "7644-3.4.2.1-01", Run: func(s *Session) {
		root := s.needRoot()
		u := s.NewUser(nil)
		g := s.userAndGroup(nil)[1:]
		own := func(filter string) []string {
			var ids []string
			for _, o := range s.allOf(root, filter) {
				id, _ := At(o, "id").(string)
				ids = append(ids, id)
			}
			return ids
		}
		if ids := own(`meta.resourceType eq "User"`); !slices.Contains(ids, u.ID) || len(g) > 0 && slices.Contains(ids, g[0].ID) {
			s.Fail("expected users and no group for meta.resourceType eq \"User\", got the ids %v, of them %s of a user", ids, u.ID)
		}
		for _, o := range s.allOf(root, "id pr") {
			if t, _ := At(o, "meta", "resourceType").(string); slices.Contains([]string{"Schema", "ResourceType", "ServiceProviderConfig"}, t) {
				s.Fail("expected no %s among all resources", t)
			}
		}
		if len(g) > 0 {
			if ids := own("id pr"); !slices.Contains(ids, u.ID) || !slices.Contains(ids, g[0].ID) {
				s.Fail("expected users and groups, got the ids %v", ids)
			}
		}
	}},
	{ID: "7644-3.4.2.1-03", Run: func(s *Session) {
		root := s.needRoot()
		u := s.NewUser(nil)
		name := u.Response.Str("userName")
		s.Want(s.Query(root, "filter", `userName eq "`+name+`"`), List(1))
		if s.Server().Types["Group"] == nil {
			return
		}
		g := s.NewGroup(nil)
		s.Want(s.Query(root, "filter", `not (userName pr) and displayName eq "`+g.Response.Str("displayName")+`"`), List(1))
	}},
	{ID: "7644-3.4.2.1-04", Run: func(s *Session) {
		s.Want(s.Query(s.needRoot(), "filter", "nosuch pr"), anyOf(List(0), Error(400, "invalidFilter")))
	}},
	{ID: "7644-3.4.2.2-05", Run: precedence},
	{ID: "7644-3.4.2.2-25", Run: func(s *Session) {
		s.Requires("filter")
		s.Want(s.Query(s.Type("User").Endpoint, "filter", `userName regex "x"`), Error(400, "invalidFilter"))
	}},
	{ID: "7644-3.4.2.2-29", Run: func(s *Session) {
		s.Requires("filter")
		u := s.NewUser(s.Bjensen())
		s.NewUser(nil)
		id := `id eq "` + u.ID + `"`
		for _, f := range []string{
			id, `externalId eq "` + u.Response.Str("externalId") + `"`, `meta.created ge "2000-01-01T00:00:00Z" and ` + id,
			`meta.lastModified gt "2000-01-01T00:00:00+02:00" and ` + id, `meta.resourceType eq "User" and ` + id,
		} {
			if res := s.Want(s.Query(s.Type("User").Endpoint, "filter", f), List(1)); At(res.Resources()[0], "id") != u.ID {
				s.Fail("expected the user %s for %s, got %s", u.ID, f, excerpt(res.Body))
			}
		}
	}},
})

// needRoot returns the target for queries of all types. The case ends as [Skip] if there is none.
func (s *Session) needRoot() string {
	s.Requires("filter")
	res := s.Query("/", "filter", `userName eq "`+s.Name("none")+`"`)
	if res.Status == 404 || res.Status == 405 || res.Status == 501 {
		s.Skip("the service provider has no queries at its root: %d", res.Status)
	}
	return "/"
}

// allOf returns the resources for a filter, from all pages.
func (s *Session) allOf(endpoint, filter string) []Object {
	var out []Object
	for start := json.Number("1"); ; {
		res := s.Want(s.Query(endpoint, "filter", filter, "startIndex", start.String(), "count", "200"), List(-1))
		page := res.Resources()
		out = append(out, page...)
		total, _ := res.At("totalResults").(json.Number).Int64()
		if len(page) == 0 || int64(len(out)) >= total {
			return out
		}
		if len(out) > 20_000 {
			s.Block("there are more than 20,000 resources for %s", filter)
		}
		start = json.Number(JSON(len(out) + 1))
	}
}

// precedence checks A or B and C and its like for all values of A, B and C.
func precedence(s *Session) {
	s.Requires("filter")
	endpoint := s.Type("User").Endpoint
	u := s.NewUser(Object{"title": "T", "nickName": "N", "userType": "U"})
	term := func(attr, value string, yes bool) string {
		if yes {
			return attr + ` eq "` + value + `"`
		}
		return attr + ` eq "other"`
	}
	for i := range 8 {
		a, b, c := i&4 != 0, i&2 != 0, i&1 != 0
		r := strings.NewReplacer("A", term("title", "T", a), "B", term("nickName", "N", b), "C", term("userType", "U", c))
		for _, test := range []struct {
			filter string
			want   bool
		}{
			{"A or B and C", a || b && c},
			{"A and B or C", a && b || c},
			{"not (A) and B", !a && b},
			{"(A or B) and C", (a || b) && c},
		} {
			f := r.Replace(test.filter)
			got := slices.ContainsFunc(s.allOf(endpoint, f), func(o Object) bool { return At(o, "id") == u.ID })
			if got != test.want {
				s.Fail("expected %s to match the user: %t, got %t", f, test.want, got)
			}
		}
	}
}
