package scimtest

import (
	"encoding/json"
	"slices"
	"strings"
)

// discoveryCases are about what a service provider tells about itself.
var discoveryCases = []Case{
	{ID: "7643-5-01", Run: func(s *Session) {
		res := s.Want(s.Get("/ServiceProviderConfig"), Status(200), Body())
		for _, f := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
			if _, ok := res.At(f, "supported").(bool); !ok {
				s.Fail("expected %s.supported to be true or false, got %s", f, JSON(res.At(f)))
			}
		}
		for _, path := range [][]any{{"bulk", "maxOperations"}, {"bulk", "maxPayloadSize"}, {"filter", "maxResults"}} {
			n, ok := res.At(path...).(json.Number)
			if _, err := n.Int64(); !ok || err != nil {
				s.Fail("expected %s to be an integer, got %s", pathName(path), JSON(res.At(path...)))
			}
		}
		schemes, ok := res.At("authenticationSchemes").([]any)
		if !ok {
			s.Fail("expected a list of authenticationSchemes, got %s", JSON(res.At("authenticationSchemes")))
		}
		for i := range schemes {
			for _, name := range []string{"type", "name", "description"} {
				s.Want(res, HasAttr("authenticationSchemes", i, name))
			}
		}
	}},
	{ID: "7643-5-02", Run: func(s *Session) {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			s.Want(s.Request(method, "/ServiceProviderConfig", nil), Error(405))
		}
	}},
	{ID: "7643-5-03", Run: func(s *Session) {
		res := withoutCredentials(s, "GET", "/ServiceProviderConfig", nil)
		if res.Status == 401 {
			s.Skip("discovery needs credentials (AMB-54)")
		}
		s.Want(res, Status(200), HasAttr("authenticationSchemes"))
	}},
	{ID: "7643-5-04", Run: func(s *Session) {
		schemes, _ := s.Server().Config["authenticationSchemes"].([]any)
		for _, v := range schemes {
			kind, _ := At(v, "type").(string)
			if !slices.Contains([]string{"oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"}, kind) {
				s.Fail("expected the type of an authentication scheme to be oauth, oauth2, oauthbearertoken, httpbasic or httpdigest, got %q", kind)
			}
		}
	}},
	{ID: "7643-5-05", Run: func(s *Session) {
		limit := s.Server().Limit("filter", "maxResults")
		if limit <= 0 || limit > 50 {
			s.Skip("filter.maxResults is %d: too many resources would have to be made to see it", limit)
		}
		for range limit + 1 {
			s.NewUser(nil)
		}
		res := s.Want(s.Get(s.Type("User").Endpoint), List(-1))
		if n := len(res.Resources()); n > limit {
			s.Fail("expected %d resources at most, got %d", limit, n)
		}
	}},
	{ID: "7643-6-01", Run: func(s *Session) {
		for name, t := range s.Server().Types {
			res := s.Want(s.Get("/ResourceTypes/"+pathEscape(name)), Status(200), Media(), Schemas(TypeURN), Attr(name, "name"), HasAttr("endpoint"), HasAttr("schema"),
				Attr("ResourceType", "meta", "resourceType"), Attr(s.Server().Base+"/ResourceTypes/"+pathEscape(name), "meta", "location"))
			if e := res.Str("endpoint"); !strings.HasPrefix(e, "/") {
				s.Fail("expected the endpoint of %s to be relative to the base URL, such as %s, got %s", name, t.Endpoint, e)
			}
			if id := res.At("id"); id != nil && id != name {
				s.Fail("expected the id of the resource type %s to be its name, got %v", name, id)
			}
		}
	}},
	{ID: "7643-6-02", Run: func(s *Session) {
		for _, t := range s.Server().Types {
			s.Want(s.Get("/Schemas/"+t.Schema), Status(200), Attr(t.Schema, "id"))
			for uri := range t.Extensions {
				s.Want(s.Get("/Schemas/"+uri), Status(200), Attr(uri, "id"))
			}
		}
	}},
	{ID: "7643-6-03", Run: func(s *Session) {
		t := s.Type("StrictWidget")
		if !t.Extensions[StrictExtURN] {
			s.Fail("expected the extension %s of %s to be required, got %v", StrictExtURN, t.Name, t.Extensions)
		}
		without := t.Body(Object{"name": s.Name("w")})
		s.Want(s.Post(t.Endpoint, without), Error(400, "invalidValue"))
		s.Want(s.Post(t.Endpoint, With(without, Object{StrictExtURN: Object{}})), Error(400, "invalidValue"))
		w := s.Create(t.Name, With(without, Object{StrictExtURN: Object{"r": "1"}}))
		s.Want(w.Response, Schemas(WidgetURN, StrictExtURN))
		s.Refused(w, func() *Response { return s.Put(w.Path, without) }, Error(400, "invalidValue"))
		s.Requires("patch")
		s.Refused(w, func() *Response { return s.Patch(w.Path, Op("remove", StrictExtURN, nil)) }, Error(400, "mutability"))
	}},
	{ID: "7643-6-04", Run: func(s *Session) {
		for _, must := range s.Type("User").Extensions {
			if must {
				s.Skip("users have a required extension")
			}
		}
		s.Want(s.NewUser(nil).Response, Schemas(UserURN))
	}},
	{ID: "7643-6-05", Run: func(s *Session) {
		s.Want(s.Post("/ResourceTypes", Object{"name": "X"}), Error(405))
		s.Want(s.Delete("/ResourceTypes/User"), Error(405))
	}},
	{ID: "7643-7-disc-01", Run: func(s *Session) {
		body := s.Bjensen()
		if _, ok := s.Type("User").Extensions[EnterpriseURN]; ok {
			body[EnterpriseURN] = Object{"department": "D"}
		}
		resources := []*Resource{s.NewUser(body), s.NewGroup(nil)}
		for _, r := range resources {
			uris, _ := r.Response.At("schemas").([]any)
			for name := range r.Response.Object {
				if strings.Contains(name, ":") {
					uris = append(uris, name)
				}
			}
			for _, uri := range uris {
				name, _ := uri.(string)
				s.Want(s.Get("/Schemas/"+name), Status(200))
			}
		}
	}},
	{ID: "7643-7-disc-02", Run: func(s *Session) {
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			s.Want(s.Request(method, "/Schemas/"+UserURN, nil), Error(405))
		}
		s.Want(s.Post("/Schemas", Object{"id": "urn:example:x"}), Error(405))
	}},
	{ID: "7643-7-disc-03", Run: func(s *Session) {
		for uri, o := range s.Server().Schemas {
			if !strings.HasPrefix(strings.ToLower(uri), "urn:") {
				s.Fail("expected the id of a schema to be its URI, got %q", uri)
			}
			for _, member := range []string{"name", "description"} {
				if v, _ := At(o, member).(string); v == "" {
					s.Fail("expected a %s of the schema %s, got none", member, uri)
				}
			}
			if at := At(o, "meta", "location"); at != s.Server().Base+"/Schemas/"+uri {
				s.Fail("expected meta.location of the schema to be %s, got %v", s.Server().Base+"/Schemas/"+uri, at)
			}
		}
	}},
	{ID: "7643-7-disc-04", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			members := []string{"name", "type", "multiValued", "required", "mutability", "returned"}
			switch At(a, "type") {
			case "string":
				members = append(members, "caseExact", "uniqueness")
			case "reference":
				members = append(members, "referenceTypes")
			case "complex":
				members = append(members, "subAttributes")
			}
			for _, m := range members {
				if unassigned(At(a, m)) {
					s.Fail("expected %s of the attribute %s, of type %v, got none", m, name, At(a, "type"))
				}
			}
			for m, allowed := range map[string][]string{
				"mutability": {"readOnly", "readWrite", "immutable", "writeOnly"}, "returned": {"always", "never", "default", "request"}, "uniqueness": {"none", "server", "global"},
			} {
				if v, ok := At(a, m).(string); ok && !slices.Contains(allowed, v) {
					s.Fail("expected %s of the attribute %s to be one of %s, got %s", m, name, strings.Join(allowed, ", "), v)
				}
			}
		})
	}},
	{ID: "7644-4-01", Run: func(s *Session) {
		s.Want(s.Get("/ServiceProviderConfig"), Status(200), Media(), Schemas(ConfigURN))
		s.Want(s.Get("/ServiceProviderConfig"), Attr("ServiceProviderConfig", "meta", "resourceType"),
			Attr(s.Server().Base+"/ServiceProviderConfig", "meta", "location"), Absent("Resources"))
	}},
	{ID: "7644-4-02", Run: func(s *Session) {
		s.Want(s.Get("/Schemas"), List(-1))
		res := s.Want(s.Get("/Schemas"), List(len(s.Server().Schemas)))
		s.Want(res, Count(len(s.Server().Schemas), "Resources"))
	}},
	{ID: "7644-4-03", Run: func(s *Session) {
		for _, uri := range []string{UserURN, strings.ReplaceAll(UserURN, ":", "%3A"), strings.ToLower(UserURN), strings.ToUpper(UserURN[:30]) + UserURN[30:]} {
			s.Want(s.Get("/Schemas/"+uri), Status(200), Schemas(SchemaURN), Attr(UserURN, "id"))
		}
		s.Want(s.Get("/Schemas/urn:example:nope"), Error(404))
	}},
	{ID: "7644-4-04", Run: func(s *Session) {
		s.Want(s.Get("/ResourceTypes"), List(-1)) // before what needs it
		s.Want(s.Get("/ResourceTypes"), List(-1))
		n := len(s.Server().Types)
		s.Want(s.Get("/ResourceTypes"), List(n), Count(n, "Resources"))
		s.Want(s.Get("/ResourceTypes/User"), Status(200), Schemas(TypeURN), Absent("Resources"))
		s.Want(s.Get("/ResourceTypes/Nope"), Error(404))
	}},
	{ID: "7644-4-05", Run: func(s *Session) {
		for _, target := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
			plain := s.Need(s.Get(target), Status(200))
			s.Want(s.Get(target+"?count=1&startIndex=5&sortBy=id"), Same(plain))
		}
	}},
	{ID: "7644-4-06", Run: func(s *Session) {
		for _, target := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
			s.Want(s.Query(target, "filter", `name eq "User"`), Error(403))
		}
	}},
	{ID: "7644-4-07", Run: func(s *Session) {
		for _, target := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
			plain := s.Need(s.Get(target), Status(200))
			s.Want(s.Get(target+"?attributes=name"), Same(plain))
			s.Want(s.Get(target+"?excludedAttributes=name"), Same(plain))
		}
	}},
}
