package scimtest

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// httpCases are about HTTP: media types, routes, methods, versions of the protocol.
var httpCases = []Case{
	{ID: "7644-1.2-01", Run: func(s *Session) {
		s.Requires("filter")
		name := s.Name("a+b%c")
		s.NewUser(Object{"userName": name})
		endpoint := s.Type("User").Endpoint
		escaped := strings.NewReplacer("%", "%25", "+", "%2B").Replace(name)
		s.Want(s.Get(endpoint+"?filter=userName%20eq%20%22"+escaped+"%22"), List(1))
		s.Want(s.Get(endpoint+"?filter=userName+eq+%22"+escaped+"%22"), List(1))
	}},
	{ID: "7644-1.3-01", Run: func(s *Session) {
		base := s.Server().Base
		if !strings.Contains(base, "://") || strings.ContainsAny(base, "?#") {
			s.Fail("expected locations below an absolute base URL without a query, got %q", base)
		}
		u := s.NewUser(nil)
		location := base + u.Path
		s.Want(u.Response, Attr(location, "meta", "location"), Header("Location", location))
		s.Want(s.Get(location), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.1-01", Run: func(s *Session) {
		s.Want(s.Get(s.Type("User").Endpoint+"?count=1"), List(-1))
		s.Want(s.Get("/ResourceTypes"), List(-1))
		s.Want(s.Get(s.Type("User").Endpoint+"/"+s.Name("none")), Status(404), Schemas(ErrorURN))
	}},
	{ID: "7644-3.1-02", Run: func(s *Session) {
		for uri := range s.Server().Schemas {
			if strings.HasPrefix(uri, "urn:ietf:params:scim:api:") {
				s.Fail("expected no schema of a message at /Schemas, got %s", uri)
			}
		}
		s.Want(s.Get("/Schemas/"+PatchURN), Error(404))
	}},
	{ID: "7644-3.1-03", Run: func(s *Session) {
		u := s.NewUser(Object{"id": "mine", "meta": Object{"resourceType": "Group"}, "groups": []any{Object{"value": "none"}}, "nickName": Null})
		s.Want(u.Response, NoAttr("groups"), Attr("User", "meta", "resourceType"))
		got := s.Want(s.Get(u.Path), Status(200))
		if !Equal(got.Object, u.Response.Object) {
			s.Fail("expected a GET to show what the POST answered, %s, got %s", excerpt(u.Response.Body), excerpt(got.Body))
		}
	}},
	{ID: "7644-3.1-04", Run: func(s *Session) {
		u := s.NewUser(s.Bjensen())
		s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		read := s.Need(s.Get(u.Path), Status(200))
		s.Want(s.Put(u.Path, read.Body), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.2-01", Run: func(s *Session) {
		for _, name := range []string{"User", "Group"} {
			t := s.Server().Types[name]
			if t == nil {
				continue
			}
			if t.Endpoint != "/"+name+"s" {
				s.Fail("expected the endpoint /%ss for the type %s, got %s", name, name, t.Endpoint)
			}
			body := t.Body(Object{"userName": s.Name("u")})
			if name == "Group" {
				body = t.Body(Object{"displayName": s.Name("g")})
			}
			created := s.Want(s.Post(t.Endpoint, body), Status(201), HasAttr("id"))
			path := t.Endpoint + "/" + pathEscape(created.Str("id"))
			s.Want(s.Get(t.Endpoint), List(-1))
			s.Want(s.Get(path), Status(200), Attr(created.Str("id"), "id"))
			s.Want(s.Put(path, body), Status(200))
			if s.Server().Supports("patch") {
				s.Want(s.Patch(path, Op("replace", "externalId", s.Name("e"))), Status(200, 204))
			}
			s.Want(s.Delete(path), Status(204))
		}
	}},
	{ID: "7644-3.2-02", Run: func(s *Session) {
		if t := s.Widget(); t.Endpoint != "/Widgets" {
			s.Fail("expected the endpoint /Widgets for the type Widget, got %s", t.Endpoint)
		}
	}},
	{ID: "7644-3.2-03", Run: func(s *Session) {
		u := s.NewUser(nil)
		for _, res := range []*Response{
			s.Get("/Nope"), s.Get(u.Path + "-none"), s.Post(s.Type("User").Endpoint, "{"), s.Delete("/ServiceProviderConfig"),
			s.Patch(u.Path, Op("replace", "id", "x")), s.Request("PUT", u.Path, "x", "Content-Type", "text/xml"),
		} {
			if res.Status < 400 {
				s.Fail("%s %s: expected an error, got status %d", res.Method, res.Target, res.Status)
			}
			s.Want(res, ErrorBody())
		}
	}},
	{ID: "7644-3.2-04", Run: func(s *Session) {
		requests := []struct{ method, target string }{
			{"DELETE", s.Type("User").Endpoint}, {"PUT", "/Schemas/" + UserURN}, {"POST", "/ServiceProviderConfig"}, {"PATCH", "/ResourceTypes"},
		}
		All(s, requests, func(r struct{ method, target string }) string { return r.method }, func(r struct{ method, target string }) {
			s.Want(s.Request(r.method, r.target, nil), Error(405), HasHeader("Allow"))
		})
	}},
	{ID: "7644-3.2-05", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Request("POST", u.Path, nil, "X-HTTP-Method-Override", "DELETE"), Error(405))
		s.Want(s.Get(u.Path), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-3.2-06", Run: func(s *Session) {
		u := s.NewUser(nil)
		for _, target := range []string{u.Path, s.Type("User").Endpoint + "?count=1", "/Schemas"} {
			get, head := s.Need(s.Get(target), Status(200), HasAttr("schemas")), s.Request("HEAD", target, nil)
			s.Want(head, Status(get.Status), Empty(), Header("Content-Type", get.Header.Get("Content-Type")), Header("ETag", get.Header.Get("ETag")))
		}
	}},
	{ID: "7644-3.8-01", Run: func(s *Session) {
		const text = "Zoë 李 𝒳"
		t := s.Type("User")
		raw := func(display string) *Response {
			return s.Need(s.Post(t.Endpoint, `{"schemas":["`+t.Schema+`"],"userName":`+Quote(s.Name("u"))+`,"displayName":"`+display+`"}`), Status(201))
		}
		for _, res := range []*Response{raw(text), raw(`Zo\u00eb \u674e \ud835\udcb3`)} {
			s.Want(res, Attr(text, "displayName"))
			got := s.Want(s.Get(t.Endpoint+"/"+res.Str("id")), Attr(text, "displayName"))
			if !utf8.ValidString(got.Body) {
				s.Fail("expected a response in UTF-8, got %q", excerpt(got.Body))
			}
		}
	}},
	{ID: "7644-3.8-02", Run: func(s *Session) {
		for _, accept := range []string{MediaType, MediaType + ";q=0.9, */*;q=0.1", "Application/SCIM+json; charset=utf-8"} {
			s.Want(s.Get("/ServiceProviderConfig", "Accept", accept), Status(200), Media())
		}
	}},
	{ID: "7644-3.8-03", Run: func(s *Session) {
		res := s.Want(s.Get("/ServiceProviderConfig", "Accept", "application/json"), Status(200), Body())
		if media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); media != "application/json" && media != MediaType {
			s.Fail("expected the content type application/json or %s, got %q", MediaType, media)
		}
	}},
	{ID: "7644-3.8-04", Run: func(s *Session) {
		for _, accept := range []string{"", "*/*"} {
			s.Want(s.Get("/ServiceProviderConfig", "Accept", accept), Status(200), Media())
			s.Want(s.Get(s.Type("User").Endpoint+"?count=1", "Accept", accept), List(-1))
		}
	}},
	{ID: "7644-3.8-05", Run: func(s *Session) {
		s.Want(s.Get("/ServiceProviderConfig", "Accept", "text/html"), Error(406))
		for _, accept := range []string{"application/*", "*/*;q=0.1", "text/html, application/json;q=0.5"} {
			s.Want(s.Get("/ServiceProviderConfig", "Accept", accept), Status(200), Body())
		}
	}},
	{ID: "7644-3.8-06", Run: func(s *Session) {
		t := s.Type("User")
		for _, media := range []string{MediaType, MediaType + "; charset=utf-8", "application/json", "application/json; charset=UTF-8"} {
			s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u")}), "Content-Type", media), Status(201))
		}
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u")}), "Content-Type", "text/xml"), Error(415))
	}},
	{ID: "7644-3.8-07", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path+".scim"), Error(404))
	}},
	{ID: "7644-3.8-08", Run: func(s *Session) {
		u := s.NewUser(Object{"name": Object{"givenName": "B"}, "emails": []any{Object{"value": "b@example.com"}}})
		for _, res := range []*Response{u.Response, s.Get(u.Path)} {
			s.Want(res, Attr("B", "name", "givenName"), Count(1, "emails"), Attr("b@example.com", "emails", 0, "value"))
		}
	}},
	{ID: "7644-3.13-01", Run: func(s *Session) {
		endpoint := s.Type("User").Endpoint
		if !versioned(s) {
			s.Want(s.Get("/v2"+endpoint+"?count=0"), List(-1))
		}
		s.Want(s.Get(endpoint+"/v2"), Error(404))
	}},
	{ID: "7644-3.13-02", Run: func(s *Session) {
		if versioned(s) {
			s.Skip("the base URL has the version already")
		}
		s.Want(s.Get("/v9"+s.Type("User").Endpoint), Error(400, "invalidVers"))
	}},
	{ID: "7644-3.13-03", Run: func(s *Session) {
		if versioned(s) {
			s.Skip("the base URL has the version already")
		}
		u := s.NewUser(nil)
		without, with := s.Want(s.Get(u.Path), Status(200)), s.Get("/v2"+u.Path)
		s.Want(with, Same(without))
	}},
}

// versioned reports whether the base URL ends in a version of the protocol.
func versioned(s *Session) bool {
	base := s.Base()
	last := base[strings.LastIndexByte(base, '/')+1:]
	var n int
	_, err := fmt.Sscanf(last, "v%d", &n)
	return err == nil
}

// withoutCredentials makes a request without the Authorization header. The case ends as [Skip] if there is nothing to leave out.
func withoutCredentials(s *Session, method, target string, body any) *Response {
	if s.client.Token == "" && http.Header.Get(s.client.Header, "Authorization") == "" {
		s.Skip("the client has no token to leave out")
	}
	return s.Request(method, target, body, "Authorization", "")
}
