package scimtest

import "strings"

// characteristicCases are about mutability, returned, required and uniqueness.
var characteristicCases = []Case{
	{ID: "7643-2.2-mut-01", Run: func(s *Session) {
		u := s.NewUser(Object{"groups": []any{Object{"value": "hack"}}, "meta": Object{"created": "1999-01-01T00:00:00Z"}})
		s.Want(u.Response, NoAttr("groups"))
		if u.Response.Str("meta", "created") == "1999-01-01T00:00:00Z" {
			s.Fail("expected meta.created of the service provider, got that of the client")
		}
		s.Want(s.NewWidget(Object{"ro": "hack"}).Response, Attr("RO", "ro"))
	}},
	{ID: "7643-2.2-mut-02", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		body := s.Type("User").Body(With(u.Response.Object, Object{"id": "other", "meta": Object{"created": "1999-01-01T00:00:00Z"}, "groups": []any{Object{"value": "x"}}}))
		s.Want(s.Put(u.Path, body), Status(200), Attr(u.ID, "id"), Attr(u.Response.At("meta", "created"), "meta", "created"), NoAttr("groups"))
		w := s.NewWidget(nil)
		s.Want(s.Put(w.Path, With(w.Response.Object, Object{"ro": "hack", "id": "other"})), Status(200), Attr(w.ID, "id"), Attr("RO", "ro"))
	}},
	{ID: "7643-2.2-mut-03", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(nil)
		for _, path := range []string{"id", "meta.created", "groups"} {
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", path, "x")) }, Error(400, "mutability"))
		}
		w := s.NewWidget(nil)
		s.Refused(w, func() *Response { return s.Patch(w.Path, Op("replace", "ro", "x")) }, Error(400, "mutability"))
	}},
	{ID: "7643-2.2-mut-04", Run: func(s *Session) {
		w := s.NewWidget(Object{"spec": Object{"a": "0", "roSub": "hack"}})
		s.Want(w.Response, Attr("RS", "spec", "roSub"))
		s.Want(s.Put(w.Path, With(w.Response.Object, Object{"spec": Object{"a": "1", "roSub": "x"}})), Status(200), Attr("1", "spec", "a"), Attr("RS", "spec", "roSub"))
		s.Requires("patch")
		s.Refused(w, func() *Response { return s.Patch(w.Path, Op("replace", "spec.roSub", "x")) }, Error(400, "mutability"))
	}},
	{ID: "7643-2.2-mut-05", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		groups := s.Need(s.Get(u.Path), Status(200)).At("groups")
		s.Want(s.Put(u.Path, s.Type("User").Body(Object{"userName": u.Response.Str("userName")})), Status(200), Attr(groups, "groups"))
		w := s.NewWidget(nil)
		s.Want(s.Put(w.Path, s.Widget().Body(Object{"name": w.Response.Str("name")})), Status(200), Attr("RO", "ro"))
	}},
	{ID: "7643-2.2-mut-06", Run: func(s *Session) {
		s.Want(s.NewWidget(Object{"imm": "A"}).Response, Attr("A", "imm"))
	}},
	{ID: "7643-2.2-mut-07", Run: func(s *Session) {
		w := s.NewWidget(nil)
		s.Want(s.Put(w.Path, With(w.Response.Object, Object{"imm": "A"})), Status(200), Attr("A", "imm"))
		s.Requires("patch")
		w = s.NewWidget(nil)
		s.Changed(w, func() *Response { return s.Patch(w.Path, Op("add", "imm", "A")) }, Attr("A", "imm"))
	}},
	{ID: "7643-2.2-mut-08", Run: func(s *Session) {
		w := s.NewWidget(Object{"imm": "A"})
		put := func(imm any) *Response { return s.Put(w.Path, With(w.Response.Object, Object{"imm": imm})) }
		s.Want(put("A"), Status(200))
		s.Refused(w, func() *Response { return put("B") }, Error(400, "mutability"))
		s.Want(put(nil), Status(200), Attr("A", "imm"))
	}},
	{ID: "7643-2.2-mut-09", Run: func(s *Session) {
		s.Requires("patch")
		w := s.NewWidget(Object{"imm": "A"})
		for _, op := range []Object{Op("replace", "imm", "B"), Op("add", "imm", "B"), Op("remove", "imm", nil)} {
			s.Refused(w, func() *Response { return s.Patch(w.Path, op) }, Error(400, "mutability"))
		}
		s.Changed(w, func() *Response { return s.Patch(w.Path, Op("replace", "imm", "A")) }, Attr("A", "imm"))
	}},
	{ID: "7643-2.2-mut-10", Run: func(s *Session) {
		u := s.NewUser(Object{"password": s.Name("t1meMa$heen")})
		name := Quote(u.Response.Str("userName"))
		answers := []*Response{
			u.Response, s.Get(u.Path), s.Get(u.Path + "?attributes=password"), s.Get(u.Path + "?attributes=password,userName"),
			s.Put(u.Path, s.Type("User").Body(Object{"userName": u.Response.Str("userName"), "password": s.Name("t2meMa$heen")})),
		}
		if s.Server().Supports("filter") {
			answers = append(answers, s.Query(s.Type("User").Endpoint, "filter", "userName eq "+name, "attributes", "password"))
		}
		if s.Server().Supports("patch") {
			answers = append(answers, s.Patch(u.Path, Op("replace", "password", s.Name("t3meMa$heen"))), s.Patch(u.Path+"?attributes=password", Op("replace", "password", "t4meMa$heen")))
		}
		for _, res := range answers {
			s.noPassword(res)
		}
	}},
	{ID: "7643-2.2-mut-12", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.Changed(u, func() *Response { return s.Put(u.Path, With(u.Response.Object, Object{"title": "One"})) }, Attr("One", "title"))
		s.Requires("patch")
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("replace", "title", "Two")) }, Attr("Two", "title"))
	}},
	{ID: "7643-2.2-ret-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		for _, query := range []string{"?attributes=userName", "?excludedAttributes=id", "?excludedAttributes=id,userName"} {
			s.Want(s.Get(u.Path+query), Status(200), Attr(u.ID, "id"))
		}
		w := s.NewWidget(Object{"always": "y", "color": "red"})
		for _, query := range []string{"?attributes=color", "?excludedAttributes=always,id"} {
			s.Want(s.Get(w.Path+query), Status(200), Attr(w.ID, "id"), Attr("y", "always"))
		}
	}},
	{ID: "7643-2.2-ret-02", Run: func(s *Session) {
		u := s.NewUser(Object{"password": s.Name("t1meMa$heen")})
		s.noPassword(s.Get(u.Path + "?attributes=password"))
		w := s.NewWidget(Object{"wo": "secret", "spec": Object{"a": "1", "neverSub": "secret"}})
		for _, query := range []string{"", "?attributes=wo", "?attributes=spec.neverSub", "?attributes=spec"} {
			s.Want(s.Get(w.Path+query), Status(200), Attr(w.ID, "id"), Absent("wo"), NoAttr("spec", "neverSub"))
		}
	}},
	{ID: "7643-2.2-ret-03", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.Want(s.Get(u.Path), Status(200), HasAttr("title"))
		s.Want(s.Get(u.Path+"?attributes=userName"), Status(200), HasAttr("userName"), Absent("title"), Absent("emails"))
		s.Want(s.Get(u.Path+"?attributes=title"), Status(200), HasAttr("title"), Absent("userName"))
		s.Want(s.Get(u.Path+"?excludedAttributes=title"), Status(200), Absent("title"), HasAttr("userName"))
	}},
	{ID: "7643-2.2-ret-04", Run: func(s *Session) {
		w := s.NewWidget(Object{"onreq": "q"})
		s.Want(w.Response, Attr("q", "onreq"))
		s.Want(s.Get(w.Path), Status(200), Absent("onreq"))
		s.Want(s.Get(w.Path+"?attributes=onreq"), Status(200), Attr("q", "onreq"))
		body := s.Widget().Body(Object{"name": w.Response.Str("name")})
		s.Want(s.Put(w.Path, With(body, Object{"onreq": "r"})), Status(200), Attr("r", "onreq"))
		s.Want(s.Put(w.Path, body), Status(200), Absent("onreq"))
		s.Requires("patch")
		if res := s.Want(s.Patch(w.Path, Op("add", "onreq", "t")), Status(200, 204)); res.Status == 200 {
			s.Want(res, Attr("t", "onreq"))
		}
	}},
	{ID: "7643-2.2-ret-05", Run: func(s *Session) {
		w := s.NewWidget(Object{"spec": Object{"a": "1", "b": "2", "neverSub": "n", "reqSub": "q", "alwaysSub": "l"}})
		s.Want(s.Get(w.Path), Attr("1", "spec", "a"), Attr("l", "spec", "alwaysSub"), NoAttr("spec", "neverSub"), NoAttr("spec", "reqSub"))
		s.Want(s.Get(w.Path+"?attributes=spec"), Attr("1", "spec", "a"), NoAttr("spec", "neverSub"), NoAttr("spec", "reqSub"))
		s.Want(s.Get(w.Path+"?attributes=spec.reqSub"), Attr("q", "spec", "reqSub"), Attr("l", "spec", "alwaysSub"), NoAttr("spec", "a"))
		s.Want(s.Get(w.Path+"?excludedAttributes=spec.a"), NoAttr("spec", "a"), Attr("2", "spec", "b"))
	}},
	{ID: "7643-2.2-req-01", Run: func(s *Session) {
		s.refuseUsers(`"userName":null`, `"userName":""`, `"userName":[]`)
		u := s.NewUser(nil)
		s.Refused(u, func() *Response { return s.Put(u.Path, s.Type("User").Body(Object{"displayName": "x"})) }, Error(400, "invalidValue"))
	}},
	{ID: "7643-2.2-req-02", Run: func(s *Session) {
		// The id is required of each resource and assigned by the service provider.
		s.Want(s.NewUser(nil).Response, HasAttr("id"))
	}},
	{ID: "7643-2.2-req-03", Run: func(s *Session) {
		s.refuseWidgets(`"items":[{"type":"a"}]`, `"items":[{"value":"1"},{"display":"x"}]`)
		s.NewWidget(nil)
		s.NewWidget(Object{"items": []any{}})
	}},
	{ID: "7643-2.2-uniq-01", Run: func(s *Session) {
		name := s.Name("bjensen")
		s.NewUser(Object{"userName": name})
		t := s.Type("User")
		for _, n := range []string{name, strings.ToUpper(name)} {
			s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": n})), Error(409, "uniqueness"))
		}
	}},
	{ID: "7643-2.2-uniq-02", Run: func(s *Session) {
		name := s.Name("bjensen")
		u := s.NewUser(Object{"userName": name})
		for _, n := range []string{name, strings.ToUpper(name)} {
			s.Want(s.Put(u.Path, s.Type("User").Body(Object{"userName": n})), Status(200), Attr(u.ID, "id"))
		}
	}},
	{ID: "7643-2.2-uniq-03", Run: func(s *Session) {
		s.Requires("patch")
		u, other, free := s.NewUser(nil), s.NewUser(nil), s.Name("free")
		s.Changed(u, func() *Response {
			return s.Patch(u.Path, Op("replace", "userName", other.Response.Str("userName")), Op("replace", "userName", free))
		}, Attr(free, "userName"))
	}},
}

// noPassword checks that there is no password in a response, which all passwords of this suite are recognised by.
func (s *Session) noPassword(res *Response) {
	if res.Status >= 400 {
		s.Block("%s %s: status %d: %s", res.Method, res.Target, res.Status, excerpt(res.Body))
	}
	if res.Status == 204 {
		return
	}
	s.Want(res, HasAttr("schemas"))
	if strings.Contains(res.Body, "meMa$heen") {
		s.Fail("%s %s: expected no password in the response, got it", res.Method, res.Target)
	}
	s.Want(res, Absent("password"))
	for _, o := range res.Resources() {
		if v := At(o, "password"); v != nil {
			s.Fail("%s %s: expected no password in the response, got a value", res.Method, res.Target)
		}
	}
}
