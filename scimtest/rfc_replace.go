package scimtest

// replaceCases are about PUT.
var replaceCases = []Case{
	{ID: "7644-3.5-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Put(u.Path, s.Type("User").Body(Object{"userName": u.Response.Str("userName")})), Status(200), Attr(u.ID, "id"))
		g := s.NewGroup(nil)
		s.Want(s.Put(g.Path, s.Type("Group").Body(Object{"displayName": s.Name("g")})), Status(200), Attr(g.ID, "id"))
	}},
	{ID: "7644-3.5-02", Run: func(s *Session) {
		u := s.NewUser(nil)
		if !s.Server().Supports("patch") {
			s.Want(s.Patch(u.Path, Op("replace", "title", "T")), Error(501))
			return
		}
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("replace", "title", "T")) }, Attr("T", "title"))
	}},
	{ID: "7644-3.5.1-01", Run: func(s *Session) {
		path := s.Type("User").Endpoint + "/" + s.Name("none")
		s.Want(s.Put(path, s.Type("User").Body(Object{"userName": s.Name("u")})), Error(404))
		s.Want(s.Get(path), Error(404))
	}},
	{ID: "7644-3.5.1-02", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		b := []any{Object{"value": "b@example.com", "type": "other"}}
		s.Changed(u, func() *Response { return s.Put(u.Path, With(u.Response.Object, Object{"emails": b})) }, Attr(b, "emails"))
	}},
	{ID: "7644-3.5.1-03", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		// A service provider may clear what is left out, or assign a default, which what was there before may be.
		s.Changed(u, func() *Response { return s.Put(u.Path, With(u.Response.Object, Object{"title": nil})) }, HasAttr("userName"))
		if title := s.Get(u.Path).At("title"); title != nil && title != "Tour Guide" {
			s.Fail("expected no title or the one before, got %s", JSON(title))
		}
	}},
	{ID: "7644-3.5.1-04", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.Changed(u, func() *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"title": Null, "emails": []any{}}))
		}, NoAttr("title"), NoAttr("emails"))
	}},
	{ID: "7644-3.5.1-05", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.Changed(u, func() *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"name": Object{"givenName": "B"}}))
		},
			Attr("B", "name", "givenName"), NoAttr("name", "familyName"))
	}},
	{ID: "7644-3.5.1-06", Run: func(s *Session) {
		w := s.NewWidget(Object{"imm": "A", "spec": Object{"immSub": "I"}})
		s.Refused(w, func() *Response { return s.Put(w.Path, With(w.Response.Object, Object{"imm": "B"})) }, Error(400, "mutability"))
		s.Refused(w, func() *Response { return s.Put(w.Path, With(w.Response.Object, Object{"spec": Object{"immSub": "J"}})) }, Error(400, "mutability"))
	}},
	{ID: "7644-3.5.1-07", Run: func(s *Session) {
		w := s.NewWidget(nil)
		s.Changed(w, func() *Response { return s.Put(w.Path, With(w.Response.Object, Object{"imm": "A"})) }, Attr("A", "imm"))
	}},
	{ID: "7644-3.5.1-08", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		body := With(u.Response.Object, Object{"id": "zzz", "meta": Object{"version": "x", "created": "1999-01-01T00:00:00Z"}, "groups": []any{Object{"value": "g"}}, "title": "T"})
		s.Changed(u, func() *Response { return s.Put(u.Path, body) }, Attr(u.ID, "id"), NoAttr("groups"), Attr("T", "title"),
			Attr(u.Response.At("meta", "created"), "meta", "created"))
	}},
	{ID: "7644-3.5.1-09", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Refused(u, func() *Response { return s.Put(u.Path, s.Type("User").Body(Object{"displayName": "x"})) }, Error(400, "invalidValue"))
	}},
	{ID: "7644-3.5.1-10", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		res := s.Want(s.Put(u.Path, With(u.Response.Object, Object{"title": "T"})), Status(200), Media(), Attr("T", "title"))
		after := s.Get(u.Path)
		if !Equal(after.Object, res.Object) {
			s.Fail("PUT %s: expected the resource as a GET shows it afterwards, %s, got %s", u.Path, excerpt(after.Body), excerpt(res.Body))
		}
		if s.Server().Supports("etag") {
			s.Want(res, Header("ETag", after.Header.Get("ETag")))
			if res.Header.Get("ETag") == u.Response.Header.Get("ETag") {
				s.Fail("PUT %s: expected another ETag than before the change, got %s", u.Path, res.Header.Get("ETag"))
			}
		}
	}},
	{ID: "7644-3.5.1-11", Run: func(s *Session) {
		u, other := s.NewUser(nil), s.NewUser(nil)
		s.Refused(u, func() *Response {
			return s.Put(u.Path, s.Type("User").Body(Object{"userName": other.Response.Str("userName")}))
		}, Error(409, "uniqueness"))
	}},
	{ID: "7644-3.5.1-12", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.wait()
		before := s.moment(u.Response, "lastModified")
		res := s.Want(s.Put(u.Path, With(u.Response.Object, Object{"title": "T"})), Status(200), Attr(u.ID, "id"), Attr(u.Response.At("meta", "created"), "meta", "created"))
		if after := s.moment(res, "lastModified"); !after.After(before) {
			s.Fail("expected meta.lastModified to move on from %v, got %v", before, after)
		}
		if v := u.Response.At("meta", "version"); v != nil && Equal(res.At("meta", "version"), v) {
			s.Fail("expected another meta.version after the change, got the same, %s", JSON(v))
		}
	}},
	{ID: "7644-3.5.1-13", Run: func(s *Session) {
		s.enterprise()
		u := s.NewUser(Object{EnterpriseURN: Object{"department": "D"}})
		body := s.Type("User").Body(Object{"userName": u.Response.Str("userName")})
		s.Changed(u, func() *Response { return s.Put(u.Path, body) }, Absent(EnterpriseURN), Schemas(UserURN))
	}},
	{ID: "7644-3.5.1-14", Run: func(s *Session) {
		u := s.NewUser(nil)
		for _, members := range []Object{
			{"emails": []any{Object{"value": "a@example.com", "primary": true}, Object{"value": "b@example.com", "primary": true}}},
			{"active": "x"}, {"userName": Null}, {"name": "x"}, {"userName": ""},
		} {
			s.Refused(u, func() *Response { return s.Put(u.Path, With(u.Response.Object, members)) }, Error(400, "invalidValue"))
		}
	}},
	{ID: "7644-3.5.1-15", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		before := s.Need(s.Get(u.Path), Status(200), Attr(u.ID, "id"))
		res := s.Want(s.Put(u.Path, before.Body), Status(200), Attr(u.ID, "id"))
		for name, v := range before.Object {
			if name != "meta" && !Equal(res.Object[name], v) {
				s.Fail("PUT of what a GET showed: expected %s to stay %s, got %s", name, JSON(v), JSON(res.Object[name]))
			}
		}
	}},
}
