package scimtest

import (
	"fmt"
	"net/http"
	"strings"
)

// bulkCases are about Bulk (RFC 7644 §3.7): area V of the requirements.
var bulkCases = []Case{
	{ID: "7644-3.7-01", Run: func(s *Session) {
		if s.Server().Supports("bulk") {
			s.Skip("the service provider advertises bulk")
		}
		s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "Operations": []any{}}), Error(501))
	}},
	{ID: "7644-3.7-02", Run: func(s *Session) {
		op := s.bulkUser("a", nil)
		s.Want(s.Post("/Bulk", Object{"schemas": []string{PatchURN}, "Operations": []any{op}}), Error(400, "invalidSyntax", "invalidValue"))
		s.Want(s.Post("/Bulk", Object{"Operations": []any{op}}), Error(400, "invalidSyntax", "invalidValue"))
		s.Want(s.bulk(op), Status(200), Media(), Schemas(BulkResponseURN))
	}},
	{ID: "7644-3.7-03", Run: func(s *Session) {
		s.Requires("bulk")
		s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}}), Error(400, "invalidSyntax", "invalidValue"))
		s.bulkStatuses(s.bulk(Object{"method": "GET", "path": "/Users"}, s.bulkUser("a", nil)), "400", "201")
	}},
	{ID: "7644-3.7-04", Run: func(s *Session) {
		res := s.bulk(With(s.bulkUser("a", nil), Object{"bulkId": nil}))
		s.bulkStatuses(res, "400|201")
		s.Want(s.bulk(s.bulkUser("a", nil), s.bulkUser("a", nil)), Error(400, "invalidSyntax", "invalidValue"))
	}},
	{ID: "7644-3.7-05", Run: func(s *Session) {
		s.Requires("bulk", "patch")
		u := s.NewUser(nil)
		body := s.Type("User").Body(Object{"userName": s.Name("x")})
		s.bulkStatuses(s.bulk(
			Object{"method": "PUT", "path": s.Type("User").Endpoint, "data": body},
			Object{"method": "POST", "bulkId": "a", "path": "/Bulk", "data": body},
			Object{"method": "POST", "bulkId": "b", "path": "/Schemas", "data": body},
			Object{"method": "DELETE", "path": s.Type("User").Endpoint + "/../" + strings.TrimPrefix(u.Path, "/")},
			Object{"method": "PATCH", "path": u.Path, "data": PatchBody(Op("replace", "title", "T"))},
		), "4xx", "4xx", "4xx", "4xx", "200|204")
		s.Want(s.Get(u.Path), Attr("T", "title"))
	}},
	{ID: "7644-3.7-06", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.bulkStatuses(s.bulk(
			Object{"method": "POST", "bulkId": "a", "path": s.Type("User").Endpoint},
			Object{"method": "PUT", "path": u.Path},
			Object{"method": "PATCH", "path": u.Path},
		), "400", "400", "400")
	}},
	{ID: "7644-3.7-07", Run: func(s *Session) {
		s.Requires("bulk", "etag")
		u := s.NewUser(nil)
		stale := u.Response.Str("meta", "version")
		if stale == "" {
			s.Block("the user has no meta.version")
		}
		body := s.Type("User").Body(Object{"userName": u.Response.At("userName"), "title": "T"})
		current := s.Need(s.Put(u.Path, body), Status(200)).Str("meta", "version")
		s.bulkStatuses(s.bulk(
			Object{"method": "PUT", "path": u.Path, "version": stale, "data": With(body, Object{"title": "stale"})},
			Object{"method": "DELETE", "path": u.Path, "version": stale},
		), "412", "412")
		s.Want(s.Get(u.Path), Attr("T", "title"))
		s.bulkStatuses(s.bulk(Object{"method": "DELETE", "path": u.Path, "version": current}), "204|200")
	}},
	{ID: "7644-3.7-08", Run: func(s *Session) {
		u := s.NewUser(nil)
		res := s.bulk(
			Object{"method": "PUT", "path": s.Type("User").Endpoint + "/" + s.Name("none"), "data": s.Type("User").Body(Object{"userName": s.Name("x")})},
			With(s.bulkUser("a", nil), Object{"data": s.Type("User").Body(Object{"displayName": "no userName"})}),
			Object{"method": "DELETE", "path": u.Path},
			s.bulkUser("b", nil),
		)
		s.bulkStatuses(res, "404", "400", "204|200", "201")
		s.Want(res, HasAttr("Operations", 0, "location"), NoAttr("Operations", 1, "location"), HasAttr("Operations", 2, "location"), HasAttr("Operations", 3, "location"))
	}},
	{ID: "7644-3.7-09", Run: func(s *Session) {
		s.bulkMixed(func(res *Response) {
			failed := &Response{Method: "POST", Target: "/Bulk, operation 2", Status: 404, Header: mediaHeader(), Body: res.Body}
			failed.Object, _ = res.At("Operations", 1, "response").(Object)
			s.Want(failed, Schemas(ErrorURN), Attr("404", "status"), HasAttr("detail"))
		})
	}},
	{ID: "7644-3.7-10", Run: func(s *Session) {
		s.bulkMixed(func(res *Response) {
			for i := range 3 {
				if v, ok := res.At("Operations", i, "status").(string); !ok || len(v) != 3 {
					s.Fail("expected the status of operation %d to be a string such as \"201\", got %s", i+1, JSON(res.At("Operations", i, "status")))
				}
			}
		})
	}},
	{ID: "7644-3.7-11", Run: func(s *Session) {
		s.bulkMixed(func(res *Response) { s.Want(res, Status(200)); s.bulkStatuses(res, "201", "404", "204|200") })
	}},
	{ID: "7644-3.7-12", Run: func(s *Session) {
		s.bulkMixed(func(res *Response) { s.Want(res, Count(3, "Operations")) })
	}},
	{ID: "7644-3.7-13", Run: func(s *Session) {
		s.Requires("bulk")
		bad := With(s.bulkUser("b", nil), Object{"data": s.Type("User").Body(Object{"displayName": "no userName"})})
		a, c := s.bulkUser("a", nil), s.bulkUser("c", nil)
		res := s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "failOnErrors": 1, "Operations": []any{a, bad, c}})
		s.made(res)
		s.bulkStatuses(res, "201", "400")
		if !s.Server().Supports("filter") {
			return
		}
		s.Want(s.Query(s.Type("User").Endpoint, "filter", fmt.Sprintf(`userName eq %q`, At(c, "data", "userName"))), List(0))
	}},
	{ID: "7644-3.7-14", Run: func(s *Session) {
		bad := With(s.bulkUser("r", nil), Object{"data": s.Type("User").Body(Object{"displayName": "no userName"})})
		res := s.bulk(s.bulkUser("q", nil), bad)
		s.bulkStatuses(res, "201", "400")
		s.Want(res, Attr("q", "Operations", 0, "bulkId"), HasAttr("Operations", 0, "location"), Attr("r", "Operations", 1, "bulkId"))
		if s.Server().Supports("etag") {
			s.Want(res, HasAttr("Operations", 0, "version"))
		}
	}},
	{ID: "7644-3.7-15", Run: func(s *Session) {
		res := s.bulk(s.bulkGroup("g", "bulkId:u"), s.bulkUser("u", nil))
		s.bulkStatuses(res, "201", "201")
		s.Want(res, Attr("g", "Operations", 0, "bulkId"), Attr("u", "Operations", 1, "bulkId"))
		s.Want(s.Get(res.Str("Operations", 0, "location")), Attr(lastSegment(res.Str("Operations", 1, "location")), "members", 0, "value"))
	}},
	{ID: "7644-3.7.1-01", Run: func(s *Session) {
		res := s.bulk(s.bulkGroup("a", "bulkId:b"), s.bulkGroup("b", "bulkId:a"))
		s.bulkStatuses(res, "201|409", "201|409")
		a, b := res.Str("Operations", 0, "location"), res.Str("Operations", 1, "location")
		if a != "" && b != "" {
			s.Want(s.Get(a), Attr(lastSegment(b), "members", 0, "value"))
			s.Want(s.Get(b), Attr(lastSegment(a), "members", 0, "value"))
		}
	}},
	{ID: "7644-3.7.2-01", Run: func(s *Session) {
		s.Requires("bulk", "patch")
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		res := s.bulk(
			s.bulkUser("x", Object{"title": "bulkId:x"}),
			s.bulkGroup("g", "bulkId:x"),
			Object{"method": "PATCH", "path": g.Path, "data": PatchBody(Op("add", "members", []any{Object{"value": "bulkId:x"}}))},
			Object{"method": "PATCH", "path": s.Type("User").Endpoint + "/bulkId:x", "data": PatchBody(Op("replace", "nickName", "N"))},
		)
		s.bulkStatuses(res, "201", "201", "200|204", "200|204")
		user := s.Want(s.Get(res.Str("Operations", 0, "location")), Attr("N", "nickName"))
		if got := user.Str("title"); got != "bulkId:x" {
			s.Fail("expected the title bulkId:x, which is no reference, to stay, got %q", got)
		}
		s.Want(s.Get(res.Str("Operations", 1, "location")), Attr(user.At("id"), "members", 0, "value"))
		s.Want(s.Get(g.Path), Count(2, "members"))
		res = s.bulk(With(s.bulkUser("y", nil), nil), Object{"method": "PATCH", "path": g.Path, "data": PatchBody(Op("add", "members", []any{Object{"value": "bulkId:y"}}), Op("remove", `members[value eq "bulkId:y"]`, nil))})
		s.bulkStatuses(res, "201", "200|204")
		s.Want(s.Get(g.Path), Count(2, "members"))
	}},
	{ID: "7644-3.7.2-02", Run: func(s *Session) {
		s.Requires("bulk")
		if _, ok := s.Type("User").Extensions[EnterpriseURN]; !ok {
			s.Skip("users have no enterprise extension")
		}
		res := s.bulk(s.bulkUser("alice", nil), s.bulkUser("bob", Object{EnterpriseURN: Object{"manager": Object{"value": "bulkId:alice"}}}))
		s.bulkStatuses(res, "201", "201")
		s.Want(s.Get(res.Str("Operations", 1, "location")), Attr(lastSegment(res.Str("Operations", 0, "location")), EnterpriseURN, "manager", "value"))
	}},
	{ID: "7644-3.7.2-03", Run: func(s *Session) {
		s.bulkStatuses(s.bulk(s.bulkGroup("g", "bulkId:nope"), s.bulkUser("u", nil)), "409|400", "201")
	}},
	{ID: "7644-3.7.3-01", Run: func(s *Session) {
		var ops []Object
		for i := range 6 {
			ops = append(ops, s.bulkUser(fmt.Sprint("id", i), nil))
		}
		ops[2] = With(ops[2], Object{"data": s.Type("User").Body(Object{"displayName": "no userName"})})
		ops[4] = Object{"method": "DELETE", "path": s.Type("User").Endpoint + "/" + s.Name("none")}
		res := s.bulk(ops...)
		s.bulkStatuses(res, "201", "201", "400", "201", "404", "201")
		for i, op := range ops {
			s.Want(res, Attr(op["method"], "Operations", i, "method"))
			if op["bulkId"] != nil {
				s.Want(res, Attr(op["bulkId"], "Operations", i, "bulkId"))
			}
		}
	}},
	{ID: "7644-3.7.3-02", Run: func(s *Session) {
		bad := With(s.bulkUser("r", nil), Object{"data": s.Type("User").Body(Object{"displayName": "no userName"})})
		res := s.bulk(bad)
		s.bulkStatuses(res, "400")
		if d := res.Str("Operations", 0, "response", "detail"); !strings.Contains(d, "userName") {
			s.Fail("expected a detail that names userName, got %q", d)
		}
	}},
	{ID: "7644-3.7.3-03", Run: func(s *Session) {
		s.Requires("bulk", "patch")
		u := s.NewUser(nil)
		res := s.bulk(Object{"method": "PATCH", "path": u.Path, "data": PatchBody(Op("remove", "", nil))})
		s.bulkStatuses(res, "400")
		s.Want(res, Attr("noTarget", "Operations", 0, "response", "scimType"))
	}},
	{ID: "7644-3.7.4-01", Run: func(s *Session) {
		s.Requires("bulk")
		most := s.Server().Limit("bulk", "maxOperations")
		if most <= 0 || s.Server().Limit("bulk", "maxPayloadSize") <= 0 {
			s.Fail("expected bulk.maxOperations and bulk.maxPayloadSize to be positive, got %s", JSON(s.Server().Config["bulk"]))
		}
		if most > 20_000 {
			return
		}
		// Nothing that could be carried out: the limit must be seen first.
		ops := make([]any, most+1)
		for i := range ops {
			ops[i] = Object{"method": "DELETE", "path": "/Users/x"}
		}
		s.Want(s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "Operations": ops}), Status(413), ErrorBody())
		if size := s.Server().Limit("bulk", "maxPayloadSize"); size < 16<<20 {
			pad := `{"schemas":["` + BulkURN + `"],"Operations":[],"x":"` + strings.Repeat("x", size) + `"}`
			s.Want(s.Post("/Bulk", pad), Status(413), ErrorBody())
		}
	}},
}

func mediaHeader() http.Header { return http.Header{"Content-Type": {MediaType}} }

func lastSegment(location string) string { return location[strings.LastIndexByte(location, '/')+1:] }

// bulk makes a Bulk request of the operations. The case ends as [Skip] if bulk is not advertised.
func (s *Session) bulk(ops ...Object) *Response {
	s.Requires("bulk")
	res := s.Post("/Bulk", Object{"schemas": []string{BulkURN}, "Operations": ops})
	s.made(res)
	return res
}

// made lets the resources that a Bulk request created be deleted after the case.
func (s *Session) made(res *Response) {
	list, _ := res.At("Operations").([]any)
	for _, o := range list {
		if l, _ := At(o, "location").(string); l != "" && At(o, "status") == "201" {
			s.Cleanup(l)
		}
	}
}

// bulkUser returns the operation that creates a user.
func (s *Session) bulkUser(bulkID string, body Object) Object {
	s.Requires("bulk")
	t := s.Type("User")
	return Object{"method": "POST", "bulkId": bulkID, "path": t.Endpoint, "data": t.Body(With(Object{"userName": s.Name("bulk")}, body))}
}

// bulkGroup returns the operation that creates a group with a member.
func (s *Session) bulkGroup(bulkID, member string) Object {
	s.Requires("bulk")
	t := s.Type("Group")
	return Object{"method": "POST", "bulkId": bulkID, "path": t.Endpoint, "data": t.Body(Object{
		"displayName": s.Name("bulk"), "members": []any{Object{"value": member}},
	})}
}

// bulkMixed makes a request of three operations, of which the second fails with 404.
func (s *Session) bulkMixed(check func(*Response)) {
	u := s.NewUser(nil)
	check(s.bulk(
		s.bulkUser("a", nil),
		Object{"method": "PUT", "path": s.Type("User").Endpoint + "/" + s.Name("none"), "data": s.Type("User").Body(Object{"userName": s.Name("x")})},
		Object{"method": "DELETE", "path": u.Path},
	))
}

// bulkStatuses checks the status of each operation: one, several divided by |, or 4xx.
func (s *Session) bulkStatuses(res *Response, want ...string) {
	s.Want(res, Status(200), Body(), Count(len(want), "Operations"))
	for i, w := range want {
		got, _ := res.At("Operations", i, "status").(string)
		ok := w == "4xx" && strings.HasPrefix(got, "4")
		for _, one := range strings.Split(w, "|") {
			ok = ok || got == one
		}
		if !ok {
			s.Fail("expected the status %s of operation %d, got %s", w, i+1, JSON(res.At("Operations", i)))
		}
	}
}
