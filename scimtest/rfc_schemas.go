package scimtest

import (
	"strings"
)

// schemaCases are about users, groups and the enterprise extension.
var schemaCases = []Case{
	{ID: "7643-4.1.1-01", Run: func(s *Session) {
		s.refuseUsers(`"userName":""`, `"userName":null`)
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"displayName": "x"})), Error(400, "invalidValue"))
		name := s.Name("bjensen")
		s.NewUser(Object{"userName": name})
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": strings.ToUpper(name)})), Error(409, "uniqueness"))
	}},
	{ID: "7643-4.1.1-02", Run: func(s *Session) {
		u := s.NewUser(Object{"name": Object{"givenName": "Barbara", "familyName": "Jensen", "formatted": "Ms. Barbara J Jensen III"}})
		s.Want(s.Get(u.Path), Attr("Barbara", "name", "givenName"), Attr("Jensen", "name", "familyName"), Attr("Ms. Barbara J Jensen III", "name", "formatted"))
	}},
	{ID: "7643-4.1.1-03", Run: func(s *Session) {
		u := s.NewUser(Object{"displayName": "Babs Jensen", "name": Object{"formatted": "Ms. Barbara J Jensen III"}})
		s.Want(s.Get(u.Path), Attr("Babs Jensen", "displayName"))
	}},
	{ID: "7643-4.1.1-04", Run: func(s *Session) {
		s.Want(s.NewUser(Object{"profileUrl": "https://example.com/b"}).Response, Attr("https://example.com/b", "profileUrl"))
		t := s.Type("User")
		if res := s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "profileUrl": "not a url"})); res.Status != 201 {
			s.Want(res, Error(400, "invalidValue"))
		}
	}},
	{ID: "7643-4.1.1-05", Run: func(s *Session) {
		for _, locale := range []string{"en-US", "en_US"} {
			s.Want(s.NewUser(Object{"locale": locale, "preferredLanguage": "en-US"}).Response, Attr(locale, "locale"), Attr("en-US", "preferredLanguage"))
		}
	}},
	{ID: "7643-4.1.1-06", Run: func(s *Session) {
		s.Want(s.NewUser(Object{"timezone": "America/Los_Angeles"}).Response, Attr("America/Los_Angeles", "timezone"))
	}},
	{ID: "7643-4.1.1-07", Run: func(s *Session) {
		s.Want(s.Get(s.NewUser(Object{"active": false}).Path), Status(200), Attr(false, "active"))
		u := s.NewUser(Object{"active": true})
		s.Want(s.Get(u.Path), Status(200), Attr(true, "active"))
		s.Changed(u, func() *Response { return s.Put(u.Path, With(u.Response.Object, Object{"active": false})) }, Attr(false, "active"))
		s.Requires("patch")
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("replace", "active", true)) }, Attr(true, "active"))
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("replace", "", Object{"active": false})) }, Attr(false, "active"))
	}},
	{ID: "7643-4.1.1-08", Run: func(s *Session) {
		u := s.NewUser(Object{"password": s.Name("t1meMa$heen")})
		s.noPassword(u.Response)
		s.noPassword(s.Get(u.Path))
		t := s.Type("User")
		bad := s.Post(t.Endpoint, t.Body(Object{"userName": u.Response.Str("userName"), "password": s.Name("t2meMa$heen")}))
		s.Need(bad, Status(409))
		if strings.Contains(bad.Body, "meMa$heen") {
			s.Fail("expected no password in an error, got it")
		}
	}},
	{ID: "7643-4.1.1-10", Run: func(s *Session) {
		s.Requires("filter")
		s.NewUser(Object{"password": s.Name("t1meMa$heen")})
		for _, f := range []string{`password sw "s"`, `password co "meMa"`, `password gt "a"`, `password pr`} {
			s.Want(s.Filter("User", f), Error(400, "invalidFilter"))
		}
	}},
	{ID: "7643-4.1.2-01", Run: func(s *Session) {
		u := s.NewUser(Object{"phoneNumbers": []any{Object{"value": "+1 201 555 0123", "type": "work"}}})
		got := u.Response.Str("phoneNumbers", 0, "value")
		if digits := strings.NewReplacer("tel:", "", " ", "", "-", "").Replace(got); digits != "+12015550123" {
			s.Fail("expected the phone number +1 201 555 0123, in whatever form, got %q", got)
		}
	}},
	{ID: "7643-4.1.2-02", Run: func(s *Session) {
		u := s.NewUser(Object{"photos": []any{Object{"value": "http://127.0.0.1:1/x.png", "type": "photo"}}})
		s.Want(s.Get(u.Path), Attr("http://127.0.0.1:1/x.png", "photos", 0, "value"))
	}},
	{ID: "7643-4.1.2-03", Run: func(s *Session) {
		u := s.NewUser(Object{"addresses": []any{Object{"type": "work", "country": "US", "locality": "Hollywood"}}})
		s.Want(s.Get(u.Path), Attr("US", "addresses", 0, "country"))
	}},
	{ID: "7643-4.1.2-04", Run: func(s *Session) {
		g := s.NewGroup(nil)
		groups := []any{Object{"value": g.ID}}
		u := s.NewUser(Object{"groups": groups})
		s.Want(u.Response, NoAttr("groups"))
		s.Want(s.Put(u.Path, With(u.Response.Object, Object{"groups": groups})), Status(200), NoAttr("groups"))
		s.Want(s.Get(g.Path), NoAttr("members"))
		s.Requires("patch")
		s.Refused(u, func() *Response { return s.Patch(u.Path, Op("add", "groups", groups)) }, Error(400, "mutability"))
	}},
	{ID: "7643-4.1.2-05", Run: func(s *Session) {
		u := s.NewUser(nil)
		direct := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		got := s.Need(s.Get(u.Path), Status(200))
		if s.Server().Attribute(UserURN, "groups") == nil {
			s.Skip("the schema of users has no groups")
		}
		g := Find(got.At("groups"), "value", direct.ID)
		if g == nil {
			s.Fail("expected the group %s in groups, got %s", direct.ID, JSON(got.At("groups")))
		}
		if ref := At(g, "$ref"); ref != nil && ref != s.Server().Base+direct.Path {
			s.Fail("expected $ref of a group to be %s, got %v", s.Server().Base+direct.Path, ref)
		}
		if kind := At(g, "type"); kind != nil && kind != "direct" {
			s.Fail("expected the type of a group to be direct, got %v", kind)
		}
		s.Need(s.Put(direct.Path, s.Type("Group").Body(Object{"displayName": direct.Response.Str("displayName")})), Status(200))
		s.Want(s.Get(u.Path), NoAttr("groups"))
	}},
	{ID: "7643-4.1.2-06", Run: func(s *Session) {
		s.Want(s.NewUser(Object{"x509Certificates": []any{Object{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJ"}}}).Response, Count(1, "x509Certificates"))
		s.refuseUsers(`"x509Certificates":[{"value":"-----BEGIN CERTIFICATE-----"}]`, `"x509Certificates":[{"value":"@@"}]`)
	}},
	{ID: "7643-4.2-01", Run: func(s *Session) {
		t := s.Type("Group")
		s.NewGroup(nil)
		s.Want(s.Post(t.Endpoint, t.Body(Object{"externalId": s.Name("e")})), Error(400, "invalidValue"))
		if a := s.Server().Attribute(GroupURN, "displayName"); At(a, "required") != true {
			s.Fail("expected displayName of groups to be required at /Schemas (erratum 5368), got %s", JSON(a))
		}
	}},
	{ID: "7643-4.2-02", Run: func(s *Session) {
		s.Requires("patch")
		u, other := s.NewUser(nil), s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		element := "members[value eq " + Quote(u.ID) + "]"
		s.Refused(g, func() *Response { return s.Patch(g.Path, Op("replace", element+".value", other.ID)) }, Error(400, "mutability"))
		s.Changed(g, func() *Response {
			return s.Patch(g.Path, Op("remove", element, nil), Op("add", "members", []any{Object{"value": other.ID}}))
		}, Count(1, "members"), Attr(other.ID, "members", 0, "value"))
	}},
	{ID: "7643-4.2-03", Run: func(s *Session) {
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID, "display": "Babs"}}})
		s.Want(s.Get(g.Path), Count(1, "members"), Attr(u.ID, "members", 0, "value"), Attr(s.Server().Base+u.Path, "members", 0, "$ref"))
		if kind := s.Get(g.Path).At("members", 0, "type"); kind != nil && kind != "User" {
			s.Fail("expected the type of the member to be User, got %v", kind)
		}
	}},
	{ID: "7643-4.2-04", Run: func(s *Session) {
		t := s.Type("Group")
		if At(s.Server().Attribute(GroupURN, "members", "value"), "required") == true {
			s.Want(s.Post(t.Endpoint, t.Body(Object{"displayName": s.Name("g"), "members": []any{Object{"display": "x"}}})), Error(400, "invalidValue"))
			return
		}
		s.Skip("members.value is not declared required")
	}},
	{ID: "7643-4.3-01", Run: func(s *Session) {
		s.enterprise()
		boss := s.NewUser(nil)
		u := s.NewUser(Object{EnterpriseURN: Object{"employeeNumber": "1", "manager": Object{"value": boss.ID, "displayName": "hack"}}})
		s.Want(s.Get(u.Path), Attr(boss.ID, EnterpriseURN, "manager", "value"))
		if u.Response.At(EnterpriseURN, "manager", "displayName") == "hack" {
			s.Fail("expected manager.displayName of the service provider, got that of the client")
		}
		if ref := u.Response.At(EnterpriseURN, "manager", "$ref"); ref != nil {
			s.Want(s.Get(u.Response.Str(EnterpriseURN, "manager", "$ref")), Status(200), Attr(boss.ID, "id"))
		}
	}},
	{ID: "7643-8.7.1-01", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			t := At(a, "type")
			if t != "complex" && t != "boolean" {
				return
			}
			for _, member := range []string{"caseExact", "uniqueness"} {
				if v := At(a, member); v != nil && (t == "complex" || member == "caseExact") {
					s.Fail("expected no %s of %s, of type %v (erratum 6004), got %v", member, name, t, v)
				}
			}
		})
	}},
	{ID: "7643-8.7.1-02", Run: func(s *Session) {
		s.Type("User")
		if a := s.Server().Attribute(UserURN, "groups", "$ref"); !Equal(At(a, "referenceTypes"), []string{"Group"}) && a != nil {
			s.Fail(`expected referenceTypes of groups.$ref to be ["Group"] (erratum 8471), got %s`, JSON(At(a, "referenceTypes")))
		}
		if s.Server().Schemas[TypeURN] != nil {
			if At(s.Server().Attribute(TypeURN, "schemaExtensions"), "multiValued") != true {
				s.Fail("expected schemaExtensions of the resource types to be multi-valued (erratum 7522)")
			}
		}
	}},
}
