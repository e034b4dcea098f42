package scimtest

import "fmt"

// versionCases are about ETags and preconditions.
var versionCases = []Case{
	{ID: "7644-3.14-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		if s.Server().Supports("etag") {
			s.Want(s.Get(u.Path), HasHeader("ETag"), HasAttr("meta", "version"))
			return
		}
		s.Want(s.Get(u.Path), Header("ETag", ""), NoAttr("meta", "version"))
		s.Want(s.Put(u.Path, With(u.Response.Object, Object{"title": "T"}), "If-Match", `W/"old"`), Status(200))
	}},
	{ID: "7644-3.14-02", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		s.Want(u.Response, HasHeader("ETag"))
		s.Want(s.Get(u.Path), HasHeader("ETag"))
		s.Want(s.Put(u.Path, With(u.Response.Object, Object{"title": "T"})), Status(200), HasHeader("ETag"))
		if s.Server().Supports("patch") {
			s.Want(s.Patch(u.Path, Op("replace", "title", "U")), Status(200, 204), HasHeader("ETag"))
			g := s.NewGroup(nil)
			s.Want(s.Patch(g.Path, Op("add", "members", []any{Object{"value": u.ID}})), Status(200, 204), HasHeader("ETag"))
		}
		if s.Server().Supports("filter") {
			s.Want(s.Filter("User", "id eq "+Quote(u.ID)), List(1), Attr(s.Get(u.Path).Header.Get("ETag"), "Resources", 0, "meta", "version"))
		}
	}},
	{ID: "7644-3.14-03", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		tag := u.Response.Header.Get("ETag")
		s.Want(u.Response, Attr(tag, "meta", "version"))
		s.Want(s.Get(u.Path), Header("ETag", tag), Attr(tag, "meta", "version"))
		s.Want(s.Get(u.Path+"?attributes=userName"), Header("ETag", tag), Absent("meta"))
	}},
	{ID: "7644-3.14-04", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		tag := u.Response.Header.Get("ETag")
		for _, v := range []string{tag, `"a", ` + tag, "*"} {
			s.Want(s.Get(u.Path, "If-None-Match", v), Status(304), Empty(), Header("ETag", tag))
		}
		s.Want(s.Get(u.Path, "If-None-Match", `W/"other"`), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.14-05", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		put := func(title, tag string) *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"title": title}), "If-Match", tag)
		}
		patch := func(title, tag string) *Response {
			return s.Request("PATCH", u.Path, PatchBody(Op("replace", "title", title)), "If-Match", tag)
		}
		current := func() string { return s.Get(u.Path).Header.Get("ETag") }
		stale := current()
		s.Want(put("A", stale), Status(200))
		s.Refused(u, func() *Response { return put("B", stale) }, Error(412))
		s.Refused(u, func() *Response { return s.Delete(u.Path, "If-Match", stale) }, Error(412))
		s.Want(put("C", "*"), Status(200))
		s.Want(put("D", `"x", `+current()), Status(200))
		if s.Server().Supports("patch") {
			s.Refused(u, func() *Response { return patch("E", stale) }, Error(412))
			s.Want(patch("F", current()), Status(200, 204))
		}
		s.Want(s.Delete(u.Path, "If-Match", current()), Status(204))
	}},
	{ID: "7644-3.14-06", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(s.Bjensen())
		tag := u.Response.Header.Get("ETag")
		s.Want(s.Get(u.Path), Header("ETag", tag))
		s.Want(s.Get(u.Path), Header("ETag", tag))
		s.Want(s.Get(u.Path+"?attributes=userName"), Header("ETag", tag))
		s.Requires("patch")
		s.Want(s.Patch(u.Path, Op("replace", "title", "Tour Guide")), Status(200, 204))
		s.Want(s.Get(u.Path), Header("ETag", tag))
		s.Want(s.Patch(u.Path, Op("replace", "title", "T")), Status(200, 204))
		if after := s.Get(u.Path).Header.Get("ETag"); after == tag {
			s.Fail("expected another ETag after a change, got the same, %s", after)
		}
	}},
	{ID: "7644-3.14-07", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		tag := u.Response.Header.Get("ETag")
		statuses := s.statuses(s.Parallel(10, func(i int) *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"title": fmt.Sprint("T", i)}), "If-Match", tag)
		}))
		if statuses[200] != 1 || statuses[412] != 9 {
			s.Fail("10 PUT with the same If-Match at once: expected 200 once and 412 else, got %v", statuses)
		}
	}},
	{ID: "7644-3.14-08", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		body := With(u.Response.Object, Object{"title": "T"})
		s.Refused(u, func() *Response { return s.Put(u.Path, body, "If-None-Match", "*") }, Error(412))
		for _, v := range []string{"x", `"x`, `W/x`, `"a" "b"`} {
			res := s.Put(u.Path, body, "If-Match", v)
			if res.Status != 400 && res.Status != 412 {
				s.Fail("PUT with the malformed If-Match %s: expected status 400, got %d", v, res.Status)
			}
			s.Want(res, ErrorBody())
		}
		s.Want(s.Get(u.Path), NoAttr("title"))
	}},
}
