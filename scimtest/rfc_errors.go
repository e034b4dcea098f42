package scimtest

import (
	"encoding/json"
	"slices"
	"strings"
)

// scimTypes are those of RFC 7644 §3.12 and RFC 9865 §2.
var scimTypes = []string{
	"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive",
	"invalidCursor", "expiredCursor", "invalidCount",
}

// errorCases are about error responses.
var errorCases = []Case{
	{ID: "7644-3.12-01", Run: func(s *Session) {
		All(s, s.someErrors(), func(res *Response) string { return res.Method }, func(res *Response) { s.Want(res, ErrorBody()) })
	}},
	{ID: "7644-3.12-02", Run: func(s *Session) {
		for _, res := range s.someErrors() {
			s.Want(res, HasAttr("detail"))
			if v, ok := res.Object["scimType"]; ok {
				if name, _ := v.(string); !slices.Contains(scimTypes, name) {
					s.Fail("%s %s: expected no scimType or one of %s, got %s", res.Method, res.Target, strings.Join(scimTypes, ", "), JSON(v))
				}
			}
		}
	}},
	{ID: "7644-3.12-04", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, `{"userName":`), Error(400, "invalidSyntax"))
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "name": 5})), Error(400, "invalidValue"))
	}},
	{ID: "7644-3.12-05", Run: func(s *Session) {
		endpoint := s.Type("User").Endpoint
		s.Want(withoutCredentials(s, "GET", endpoint, nil), Error(401), HasHeader("WWW-Authenticate"))
		for _, v := range []string{"Bearer " + s.Name("bad"), "Bearer", "Nonsense"} {
			s.Want(s.Get(endpoint, "Authorization", v), Error(401), HasHeader("WWW-Authenticate"))
		}
	}},
	{ID: "7644-3.12-07", Run: func(s *Session) {
		s.Want(s.Get("/Nope"), Error(404))
		s.Want(s.Post("/Nope", Object{}), Error(404))
		s.Want(s.Get(s.Type("User").Endpoint+"/a/b/c"), Error(404))
	}},
	{ID: "7644-3.12-08", Run: func(s *Session) {
		u, t := s.NewUser(nil), s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": u.Response.Str("userName")})), Error(409, "uniqueness"))
	}},
	{ID: "7644-3.12-09", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		s.Refused(u, func() *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"title": "T"}), "If-Match", `W/"stale"`)
		}, Error(412))
	}},
	{ID: "7644-3.12-10", Run: func(s *Session) {
		const size = 16 << 20
		t := s.Type("User")
		res := s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "displayName": strings.Repeat("x", size)}))
		if res.Status == 201 {
			s.Skip("the service provider takes bodies of 16 MiB")
		}
		s.Want(res, Error(413))
		if !strings.ContainsAny(res.Str("detail"), "0123456789") {
			s.Fail("expected a detail that tells the limit, got %q", res.Str("detail"))
		}
		s.Want(s.Get(t.Endpoint+"?count=1"), List(-1))
	}},
	{ID: "7644-3.12-12", Run: func(s *Session) {
		missing := 0
		if !s.Server().Supports("patch") {
			missing++
			s.Want(s.Patch(s.NewUser(nil).Path, Op("replace", "title", "T")), Error(501))
		}
		if !s.Server().Supports("bulk") {
			missing++
			s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "Operations": []any{}}), Error(501))
		}
		if missing == 0 {
			s.Skip("the service provider supports PATCH and Bulk")
		}
	}},
	{ID: "7644-3.12-13", Run: func(s *Session) {
		s.Requires("filter")
		s.Want(s.Filter("User", "a b c"), Error(400, "invalidFilter"))
		if s.Server().Supports("patch") {
			u := s.NewUser(s.Bjensen())
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", `emails[type xx "w"].value`, "x")) }, Error(400, "invalidFilter"))
		}
	}},
	{ID: "7644-3.12-15", Run: func(s *Session) {
		u, other, t := s.NewUser(nil), s.NewUser(nil), s.Type("User")
		name := other.Response.Str("userName")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": name})), Error(409, "uniqueness"))
		s.Refused(u, func() *Response { return s.Put(u.Path, t.Body(Object{"userName": name})) }, Error(409, "uniqueness"))
		if s.Server().Supports("patch") {
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", "userName", name)) }, Error(409, "uniqueness"))
		}
	}},
	{ID: "7644-3.12-16", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(nil)
		s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", "id", "x")) }, Error(400, "mutability"))
		w := s.NewWidget(Object{"imm": "A"})
		s.Refused(w, func() *Response { return s.Put(w.Path, With(w.Response.Object, Object{"imm": "B"})) }, Error(400, "mutability"))
	}},
	{ID: "7644-3.12-17", Run: func(s *Session) {
		s.Want(s.Post(s.Type("User").Endpoint, "[]"), Error(400, "invalidSyntax"))
		if s.Server().Supports("patch") {
			u := s.NewUser(nil)
			for _, body := range []string{"{}", `{"schemas":["` + PatchURN + `"]}`, `{"schemas":["` + PatchURN + `"],"Operations":5}`, "[]"} {
				s.Refused(u, func() *Response { return s.Request("PATCH", u.Path, body) }, Error(400, "invalidSyntax"))
			}
		}
		if s.Server().Supports("bulk") {
			s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}}), Error(400, "invalidSyntax"))
		}
	}},
	{ID: "7644-3.12-18", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(nil)
		for _, path := range []string{"name..x", "nosuch", "name.nosuch", "1x", "emails[type eq \"work\"", "urn:example:nope:x"} {
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", path, "x")) }, Error(400, "invalidPath", "invalidFilter"))
		}
		for _, path := range []string{"nosuch", "name.nosuch"} {
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", path, "x")) }, Error(400, "invalidPath"))
		}
	}},
	{ID: "7644-3.12-19", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(s.Bjensen())
		s.Refused(u, func() *Response { return s.Patch(u.Path, Op("remove", "", nil)) }, Error(400, "noTarget"))
		s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", `emails[type sw "zz"].value`, "x")) }, Error(400, "noTarget"))
	}},
	{ID: "7644-3.12-20", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"displayName": "x"})), Error(400, "invalidValue"))
		s.Want(s.Get(t.Endpoint+"?count=abc"), Error(400, "invalidValue"))
		if s.Server().Supports("patch") {
			u := s.NewUser(nil)
			s.Refused(u, func() *Response { return s.Patch(u.Path, Op("replace", "active", "maybe")) }, Error(400, "invalidValue"))
		}
	}},
	{ID: "7644-3.12-21", Run: func(s *Session) {
		if versioned(s) {
			s.Skip("the base URL has the version already")
		}
		s.Want(s.Get("/v1"+s.Type("User").Endpoint), Error(400, "invalidVers"))
	}},
	{ID: "7644-3.12-23", Run: func(s *Session) {
		s.Requires("bulk")
		u := s.NewUser(nil)
		t := s.Type("User")
		res := s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "Operations": []any{
			Object{"method": "POST", "path": t.Endpoint, "bulkId": "a", "data": t.Body(Object{"userName": u.Response.Str("userName")})},
			Object{"method": "PATCH", "path": u.Path, "data": PatchBody(Op("replace", "id", "x"))},
		}}), Status(200), Schemas(BulkResponseURN), Count(2, "Operations"))
		s.Want(res, Attr("409", "Operations", 0, "status"), Attr("uniqueness", "Operations", 0, "response", "scimType"),
			Attr("400", "Operations", 1, "status"), Attr("mutability", "Operations", 1, "response", "scimType"))
	}},
}

// someErrors makes requests that fail, each in another way.
func (s *Session) someErrors() []*Response {
	u, t := s.NewUser(nil), s.Type("User")
	out := []*Response{
		s.Post(t.Endpoint, "{"), s.Post(t.Endpoint, t.Body(Object{"displayName": "x"})), s.Get(t.Endpoint + "/" + s.Name("none")), s.Get("/Nope"),
		s.Delete(t.Endpoint), s.Post(t.Endpoint, t.Body(Object{"userName": u.Response.Str("userName")})),
		s.Post(t.Endpoint, "x", "Content-Type", "text/xml"), s.Query("/Schemas", "filter", "id pr"), s.Get(t.Endpoint + "?count=abc"),
	}
	if s.client.Token != "" {
		out = append(out, s.Get(u.Path, "Authorization", "Bearer "+s.Name("bad")))
	}
	if s.Server().Supports("etag") {
		out = append(out, s.Delete(u.Path, "If-Match", `W/"old"`))
	}
	if s.Server().Supports("filter") {
		out = append(out, s.Filter("User", "a b c"))
	}
	if s.Server().Supports("patch") {
		out = append(out, s.Patch(u.Path, Op("replace", "id", "x")), s.Patch(u.Path, Op("replace", "nosuch", "x")))
	}
	for _, res := range out {
		if res.Status < 400 {
			s.Fail("%s %s: expected an error, got status %d", res.Method, res.Target, res.Status)
		}
		if n, ok := res.Object["status"].(json.Number); ok {
			s.Fail(`%s %s: expected the member "status" to be a string, got the number %s`, res.Method, res.Target, n)
		}
	}
	return out
}
