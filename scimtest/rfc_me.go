package scimtest

import "strings"

// meCases are about /Me (RFC 7644 §3.11): area W of the requirements.
var meCases = []Case{
	{ID: "7644-3.11-01", Run: func(s *Session) {
		switch res := s.Get("/Me"); res.Status {
		case 501:
			s.Want(res, Error(501))
			s.Want(s.Delete("/Me"), Error(501))
		case 200, 308:
			s.Skip("the service provider has /Me")
		case 404:
			s.Want(res, Error(404))
			s.Skip("GET /Me is answered with 404: the credentials may belong to no user")
		default:
			s.Want(res, Status(200, 308, 404, 501))
		}
	}},
	{ID: "7644-3.11-02", Run: func(s *Session) {
		res := s.needMe()
		if res.Status != 308 {
			s.Skip("/Me is not redirected")
		}
		if l := res.Header.Get("Location"); !strings.Contains(l, "://") || strings.HasSuffix(l, "/Me") {
			s.Fail("expected the URI of the resource as Location, got %q", l)
		}
	}},
	{ID: "7644-3.11-03", Run: func(s *Session) {
		res := s.needMe()
		if res.Status == 308 {
			s.Skip("/Me is redirected")
		}
		want := res.Str("meta", "location")
		s.Want(res, HasAttr("id"), Header("Location", want))
		if !strings.HasSuffix(want, "/"+res.Str("id")) {
			s.Fail("expected the location of the resource itself, got %q", want)
		}
	}},
	{ID: "7644-3.11-04", Run: func(s *Session) {
		res := s.Get("/Me")
		if res.Status == 501 {
			s.Skip("the service provider has no /Me")
		}
		if res.Status == 404 {
			s.Want(res, Error(404))
		}
		if s.client.Token != "" {
			s.Want(s.Get("/Me", "Authorization", ""), Error(401), HasHeader("WWW-Authenticate"))
		}
	}},
	{ID: "7644-3.11-05", Run: func(s *Session) {
		body := s.Type("User").Body(Object{"userName": s.Name("me")})
		res := s.Want(s.Post("/Me", body), Status(201, 400, 403, 404, 409, 501, 308))
		if res.Status == 201 {
			s.Want(res, HasHeader("Location"), HasAttr("id"))
		} else if res.Status != 308 {
			s.Want(res, ErrorBody())
		}
	}},
	{ID: "7644-3.11-06", Run: func(s *Session) {
		res := s.needMe()
		if res.Status == 308 {
			s.Skip("/Me is redirected")
		}
		s.Want(s.Get("/Me?attributes=userName"), Status(200), HasAttr("userName"), HasAttr("id"), Absent("meta"), Absent("name"))
		if s.Server().Supports("etag") && s.Server().Supports("patch") {
			body := PatchBody(Op("replace", "nickName", "N"))
			s.Want(s.Request("PATCH", "/Me", body, "If-Match", `W/"stale"`), Error(412))
		}
	}},
}

// needMe returns the answer to GET /Me. The case ends as [Skip] if that leads to no resource.
func (s *Session) needMe() *Response {
	res := s.Get("/Me")
	if res.Status != 200 && res.Status != 308 {
		s.Skip("GET /Me leads to no resource here: %d", res.Status)
	}
	return res
}
