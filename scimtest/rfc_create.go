package scimtest

import (
	"slices"
	"strings"
)

// createCases are about POST and about reading one resource.
var createCases = []Case{
	{ID: "7644-3.3-01", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u")})), Status(201))
	}},
	{ID: "7644-3.3-02", Run: func(s *Session) {
		t, id := s.Type("User"), s.Name("mine")
		res := s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "id": id, "meta": Object{"version": "x"}, "groups": []any{Object{"value": "g"}}})), Status(201), NoAttr("groups"))
		if res.Str("id") == id || res.Str("meta", "version") == "x" {
			s.Fail("expected id and meta of the service provider, got those of the client: %s", excerpt(res.Body))
		}
	}},
	{ID: "7644-3.3-04", Run: func(s *Session) {
		w := s.NewWidget(Object{"color": Null, "tags": []any{}})
		s.Want(s.Get(w.Path), Attr(w.ID, "id"), NoAttr("color"), NoAttr("tags"))
		u := s.NewUser(Object{"displayName": Null})
		s.Want(s.Get(u.Path), Attr(u.ID, "id"), NoAttr("displayName"))
	}},
	{ID: "7644-3.3-05", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("n1")})), Status(201), Media())
		t = s.Type("Group")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"displayName": s.Name("n1")})), Status(201), Media())
	}},
	{ID: "7644-3.3-06", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.Want(u.Response, HasAttr("id"), Schemas(UserURN), Attr("User", "meta", "resourceType"), HasAttr("meta", "created"), HasAttr("meta", "lastModified"), HasAttr("meta", "location"),
			Attr("Barbara", "name", "givenName"), Count(2, "emails"))
		t := s.Type("User")
		res := s.Want(s.Post(t.Endpoint+"?attributes=userName", t.Body(s.Bjensen())), Status(201))
		s.keys(res, "id", "schemas", "userName")
	}},
	{ID: "7644-3.3-07", Run: func(s *Session) {
		u := s.NewUser(nil)
		location := s.Server().Base + u.Path
		s.Want(u.Response, Header("Location", location), Attr(location, "meta", "location"))
		s.Want(s.Get(location), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.3-08", Run: func(s *Session) {
		name := s.Name("u")
		s.NewUser(Object{"userName": name})
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": name})), Error(409, "uniqueness"))
	}},
	{ID: "7644-3.3-09", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, "{"), Error(400, "invalidSyntax"))
		s.Want(s.Post(t.Endpoint, t.Body(Object{"displayName": "x"})), Error(400, "invalidValue"))
	}},
	{ID: "7644-3.3-10", Run: func(s *Session) {
		s.enterprise()
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, Object{"schemas": []string{UserURN, EnterpriseURN}, "userName": s.Name("u")}), Status(201), Schemas(UserURN))
		s.Want(s.Post(t.Endpoint, Object{"schemas": []string{UserURN}, "userName": s.Name("u"), EnterpriseURN: Object{"department": "D"}}), Status(201),
			Schemas(UserURN, EnterpriseURN), Attr("D", EnterpriseURN, "department"))
	}},
	{ID: "7644-3.3-11", Run: func(s *Session) {
		t := s.Type("User")
		body := t.Body(Object{"userName": s.Name("one")})
		statuses := s.statuses(s.Parallel(20, func(int) *Response { return s.Post(t.Endpoint, body) }))
		if statuses[201] != 1 || statuses[409] != 19 {
			s.Fail("20 POST of the same userName at once: expected 201 once and 409 else, got %v", statuses)
		}
	}},
	{ID: "7644-3.3.1-01", Run: func(s *Session) {
		s.Want(s.NewUser(Object{"meta": Object{"resourceType": "Group"}}).Response, Attr("User", "meta", "resourceType"))
	}},
	{ID: "7644-3.4-01", Run: func(s *Session) {
		w := s.NewWidget(Object{"always": "y", "onreq": "q", "wo": "secret", "color": "red"})
		s.keys(s.Get(w.Path), "always", "color", "id", "meta", "name", "ro", "schemas", "spec")
	}},
	{ID: "7644-3.4.1-01", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		res := s.Want(s.Get(u.Path), Status(200), Media(), Attr(u.ID, "id"), Absent("Resources"))
		if s.Server().Supports("etag") {
			s.Want(res, HasHeader("ETag"), Attr(res.Header.Get("ETag"), "meta", "version"))
		}
	}},
	{ID: "7644-3.4.1-02", Run: func(s *Session) {
		for _, id := range []string{s.Name("none"), "nope", "00000000-0000-0000-0000-000000000000", "0", "-1"} {
			s.Want(s.Get(s.Type("User").Endpoint+"/"+id), Error(404))
		}
	}},
	{ID: "7644-3.4.1-03", Run: func(s *Session) {
		for _, id := range []string{"a%20b", "a%2Fb", "%C3%BC", "x.y", "a:b", "%25", "..%2F..", "a'b", "a%00b"} {
			if res := s.Get(s.Type("User").Endpoint + "/" + id); res.Status != 404 && !(id == "a%00b" && res.Status == 400) {
				s.Want(res, Error(404))
			}
		}
		u := s.NewUser(nil)
		// Every byte may be escaped.
		var escaped strings.Builder
		for _, c := range []byte(u.ID) {
			const hex = "0123456789ABCDEF"
			escaped.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
		s.Want(s.Get(s.Type("User").Endpoint+"/"+escaped.String()), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.4.1-04", Run: func(s *Session) {
		g := s.NewGroup(nil)
		wrong := s.Type("User").Endpoint + "/" + pathEscape(g.ID)
		s.Want(s.Get(wrong), Error(404))
		s.Want(s.Delete(wrong), Error(404))
		s.Want(s.Get(g.Path), Status(200))
	}},
}

// keys checks which members a response has.
func (s *Session) keys(res *Response, want ...string) {
	var got []string
	for name := range res.Object {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.Fail("%s %s: expected the members %v, got %v", res.Method, res.Target, want, got)
	}
}

// statuses counts responses by status.
func (s *Session) statuses(responses []*Response) map[int]int {
	out := map[int]int{}
	for _, r := range responses {
		out[r.Status]++
	}
	return out
}
