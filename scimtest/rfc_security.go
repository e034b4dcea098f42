package scimtest

import (
	"strings"
)

// securityCases are about authentication and about what a hostile client sends.
var securityCases = []Case{
	{ID: "7644-2-01", Run: func(s *Session) {
		endpoint := s.Type("User").Endpoint
		s.Want(withoutCredentials(s, "GET", endpoint, nil), Error(401), HasHeader("WWW-Authenticate"))
		s.Want(s.Get(endpoint, "Authorization", "Bearer "+s.Name("wrong")), Error(401), HasHeader("WWW-Authenticate"))
		res := s.Get(endpoint, "Authorization", "Bearer "+s.Name("wrong"))
		if challenge := res.Header.Get("WWW-Authenticate"); strings.HasPrefix(challenge, "Bearer") && !strings.Contains(challenge, `error="invalid_token"`) {
			s.Fail(`expected WWW-Authenticate with error="invalid_token" (RFC 6750 §3), got %s`, challenge)
		}
	}},
	{ID: "7644-2-04", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(withoutCredentials(s, "POST", t.Endpoint, t.Body(Object{"userName": s.Name("anonymous")})), Error(401))
	}},
	{ID: "7644-2-06", Run: func(s *Session) {
		schemes, _ := At(s.Server().Config, "authenticationSchemes").([]any)
		if Find(schemes, "type", "httpbasic") != nil {
			s.Skip("the service provider advertises httpbasic")
		}
		if s.client.Token == "" {
			s.Skip("the client has no token")
		}
		s.Want(s.Get(s.Type("User").Endpoint, "Authorization", "Basic dXNlcjpwYXNz"), Error(401))
	}},
	{ID: "7644-7.3-01", Run: func(s *Session) {
		token := s.Name("secret-token")
		endpoint := s.Type("User").Endpoint
		for _, res := range []*Response{s.Get(endpoint, "Authorization", "Bearer "+token), s.Get("/Nope", "Authorization", "Bearer "+token)} {
			s.Want(res, HasAttr("schemas"))
			if strings.Contains(res.Body, token) {
				s.Fail("%s %s: expected no token in a response, got it: %s", res.Method, res.Target, excerpt(res.Body))
			}
		}
		if real := s.client.Token; real != "" {
			if res := s.Get("/Nope"); strings.Contains(res.Body, real) {
				s.Fail("expected no token in a response, got it")
			}
		}
	}},
	{ID: "7642-4-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		requests := []struct {
			method, target string
			body           any
		}{
			{"GET", u.Path, nil}, {"GET", s.Type("User").Endpoint, nil}, {"PUT", u.Path, s.Type("User").Body(Object{"userName": s.Name("u")})},
			{"PATCH", u.Path, PatchBody(Op("replace", "displayName", "x"))}, {"DELETE", u.Path, nil},
		}
		for _, r := range requests {
			s.Want(withoutCredentials(s, r.method, r.target, r.body), Error(401))
		}
		s.Want(s.Get(u.Path), Status(200))
	}},
	{ID: "7644-7.5.1-01", Run: func(s *Session) {
		t := s.Type("User")
		s.NewUser(nil)
		for _, body := range []Object{
			{"emails": []any{Object{"value": "private@example.com", "primary": "private-flag"}}, "password": "private-s3cret"},
			{"active": []any{"private-list"}, "password": "private-s3cret"},
		} {
			res := s.Post(t.Endpoint, t.Body(With(body, Object{"userName": s.Name("u")})))
			s.Want(res, Error(400, "invalidValue", "invalidSyntax"))
			if strings.Contains(res.Body, "private") {
				s.Fail("expected an error without values of attributes, got %s", excerpt(res.Body))
			}
		}
	}},
	{ID: "7644-7.7-01", Run: func(s *Session) {
		s.Requires("filter")
		u := s.NewUser(Object{"displayName": s.Name("plain")})
		scope := "userName eq " + Quote(u.Response.Str("userName")) + " and "
		s.Need(s.Filter("User", scope+"displayName pr"), List(1))
		for _, f := range []string{
			`displayName eq "x' OR 1=1 --"`, `displayName eq "x\" or userName pr or displayName eq \""`, `displayName co "%"`, `displayName co "_"`, `displayName co "\\"`,
			`displayName sw "%"`,
		} {
			s.Want(s.Filter("User", scope+f), List(0))
		}
		odd := s.NewUser(Object{"displayName": s.Name(`100%_\ O'Hara`)})
		s.Want(s.Filter("User", "userName eq "+Quote(odd.Response.Str("userName"))+` and displayName co "00%_\\ O'H"`), List(1))
	}},
	{ID: "7644-7.1-01", Run: func(s *Session) {
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, strings.Repeat("[", 10_000)), Error(400, "invalidSyntax"))
		s.Want(s.Post(t.Endpoint, strings.Repeat(`{"name":`, 10_000)), Error(400, "invalidSyntax"))
		if s.Server().Supports("filter") {
			deep := strings.Repeat("(", 2_000)
			s.Want(s.Filter("User", deep+"userName pr"+strings.Repeat(")", 2_000)), Error(400, "invalidFilter"))
		}
	}},
	{ID: "7644-7.1-02", Run: func(s *Session) {
		t := s.Type("User")
		a, b := Quote(s.Name("a")), Quote(s.Name("b"))
		for _, second := range []string{"userName", "username"} {
			s.Want(s.Post(t.Endpoint, `{"schemas":["`+t.Schema+`"],"userName":`+a+`,"`+second+`":`+b+`}`), Error(400, "invalidSyntax"))
		}
	}},
	{ID: "7644-7.1-03", Run: func(s *Session) {
		t := s.Type("User")
		valid := `{"schemas":["` + t.Schema + `"],"userName":` + Quote(s.Name("u")) + `}`
		for _, body := range []string{valid + "{}", valid + "x", "[]", "null", `"x"`, "1", ""} {
			s.Want(s.Post(t.Endpoint, body), Error(400, "invalidSyntax"))
		}
	}},
}
