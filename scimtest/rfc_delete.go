package scimtest

// deleteCases are about DELETE.
var deleteCases = []Case{
	{ID: "7644-3.6-01", Run: func(s *Session) {
		for _, r := range []*Resource{s.NewUser(nil), s.NewGroup(nil)} {
			s.Want(s.Delete(r.Path), Status(204), Empty(), Header("Content-Type", ""))
		}
	}},
	{ID: "7644-3.6-02", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Need(s.Delete(u.Path), Status(204))
		s.Want(s.Get(u.Path), Error(404))
		s.Want(s.Put(u.Path, s.Type("User").Body(Object{"userName": s.Name("u")})), Error(404))
		s.Want(s.Delete(u.Path), Error(404))
		if s.Server().Supports("patch") {
			s.Want(s.Patch(u.Path, Op("replace", "title", "T")), Error(404))
		}
		s.Want(s.Get(u.Path), Error(404))
	}},
	{ID: "7644-3.6-03", Run: func(s *Session) {
		s.Requires("filter")
		u, other := s.NewUser(Object{"title": s.Name("t")}), (*Resource)(nil)
		title := u.Response.Str("title")
		other = s.NewUser(Object{"title": title})
		s.Need(s.Filter("User", "title eq "+Quote(title)), List(2))
		s.Need(s.Delete(u.Path), Status(204))
		s.Want(s.Filter("User", "title eq "+Quote(title)), List(1), Attr(other.ID, "Resources", 0, "id"))
		s.Want(s.Filter("User", "id eq "+Quote(u.ID)), List(0))
	}},
	{ID: "7644-3.6-04", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Need(s.Delete(u.Path), Status(204))
		t := s.Type("User")
		again := s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": u.Response.Str("userName")})), Status(201))
		if again.Str("id") == u.ID {
			s.Fail("expected a new id for a new user, got the one that was deleted, %s", u.ID)
		}
	}},
	{ID: "7644-3.6-05", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		s.Refused(u, func() *Response { return s.Delete(u.Path, "If-Match", `W/"old"`) }, Error(412))
		s.Want(s.Delete(u.Path, "If-Match", u.Response.Header.Get("ETag")), Status(204))
	}},
	{ID: "7644-3.6-06", Run: func(s *Session) {
		u, other := s.NewUser(nil), s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}, Object{"value": other.ID}}})
		s.Need(s.Delete(u.Path), Status(204))
		s.Want(s.Get(g.Path), Status(200), Count(1, "members"), Attr(other.ID, "members", 0, "value"))
	}},
}
