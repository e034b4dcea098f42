package scimtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// typeCases are about the schema model and the types of values.
var typeCases = []Case{
	{ID: "7643-1.2-01", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			if At(a, "type") != "complex" && !unassigned(At(a, "subAttributes")) {
				s.Fail("expected no sub-attributes of %s, which is not complex, got %s", name, JSON(At(a, "subAttributes")))
			}
		})
	}},
	{ID: "7643-2.1-01", Run: func(s *Session) {
		s.Want(s.Post(s.Type("User").Endpoint, Object{"userName": s.Name("u")}), Error(400, "invalidSyntax", "invalidValue"))
		s.Want(s.NewUser(nil).Response, Schemas(UserURN))
	}},
	{ID: "7643-2.1-02", Run: func(s *Session) {
		valid := regexp.MustCompile(`^(\$ref|[A-Za-z][A-Za-z0-9$_-]*)$`)
		s.eachAttribute(func(name string, a Object) {
			if n, _ := At(a, "name").(string); !valid.MatchString(n) {
				s.Fail("expected a valid name of an attribute, got %q (%s)", n, name)
			}
		})
	}},
	{ID: "7643-2.1-03", Run: func(s *Session) {
		t, name := s.Type("User"), s.Name("u")
		res := s.Want(s.Post(t.Endpoint, Object{"SCHEMAS": []string{t.Schema}, "USERNAME": name, "Emails": []any{Object{"VALUE": "a@example.com", "Type": "work"}}}), Status(201))
		o := res.Object
		emails, _ := o["emails"].([]any)
		if o["userName"] != name || len(emails) != 1 || emails[0].(Object)["value"] != "a@example.com" {
			s.Fail("expected userName and emails.value under the names of the schema, got %s", excerpt(res.Body))
		}
		path := t.Endpoint + "/" + res.Str("id")
		s.Want(s.Get(path+"?attributes=USERNAME"), Status(200), Attr(name, "userName"), NoAttr("emails"))
		if s.Server().Supports("filter") {
			s.Want(s.Filter("User", "USERNAME eq "+Quote(name)+` and EMAILS[Type eq "work"]`), List(1))
		}
		if s.Server().Supports("patch") {
			s.Want(s.Patch(path, Op("add", "NAME.GIVENNAME", "B")), Status(200, 204))
			s.Want(s.Get(path), Attr("B", "name", "givenName"))
		}
	}},
	{ID: "7643-2.2-01", Run: func(s *Session) {
		s.Widget()
		a := s.Server().Attribute(WidgetURN, "spec", "a")
		for name, want := range map[string]any{
			"type": "string", "multiValued": false, "required": false, "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
		} {
			if !Equal(At(a, name), want) {
				s.Fail("expected %s of an attribute that states none to be %s, got %s", name, JSON(want), JSON(At(a, name)))
			}
		}
	}},
	{ID: "7643-2.3-01", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			if t, _ := At(a, "type").(string); !slices.Contains(attributeTypes, t) {
				s.Fail("expected the type of %s to be one of %s, got %q", name, strings.Join(attributeTypes, ", "), t)
			}
		})
	}},
	{ID: "7643-2.3-02", Run: func(s *Session) {
		s.refuseUsers(`"name":"x"`, `"name":{"givenName":{"x":1}}`, `"emails":5`, `"userName":["a","b"]`, `"displayName":1`, `"displayName":{"a":"b"}`)
		if t := s.Server().Types["Widget"]; t != nil && t.Schema == WidgetURN {
			s.refuseWidgets(`"qty":"5"`, `"flag":"yes"`, `"spec":[]`, `"spec":"x"`, `"tags":{"a":1}`, `"nums":["x"]`, `"items":5`, `"at":5`)
		}
	}},
	{ID: "7643-2.3.1-01", Run: func(s *Session) {
		u := s.NewUser(Object{"emails": []any{Object{"value": "a@example.com", "type": "Work"}}})
		if s.Server().Supports("filter") {
			s.Want(s.Filter("User", "userName eq "+Quote(u.Response.Str("userName"))+` and emails[type eq "work"]`), List(1))
		}
		t := s.Widget()
		res := s.Post(t.Endpoint, t.Body(Object{"name": s.Name("w"), "color": "blue"}))
		if res.Status == 201 {
			s.Want(res, Attr("blue", "color"))
			return
		}
		s.Want(res, Error(400, "invalidValue"))
	}},
	{ID: "7643-2.3.1-02", Run: func(s *Session) {
		u := s.NewUser(Object{"displayName": ""})
		s.Want(s.Get(u.Path), Status(200), Attr("", "displayName"))
		t := s.Type("User")
		res := s.Post(t.Endpoint, `{"schemas":["`+t.Schema+`"],"userName":`+Quote(s.Name("u"))+`,"displayName":"a\u0000b"}`)
		if res.Status == 201 {
			s.Want(res, Attr("a\x00b", "displayName"))
			return
		}
		s.Want(res, Error(400, "invalidValue"))
	}},
	{ID: "7643-2.3.2-01", Run: func(s *Session) {
		s.refuseUsers(`"active":"yes"`, `"active":1`, `"active":0`, `"active":[true]`, `"active":{}`, `"active":""`)
		t := s.Type("User")
		// Some identity providers send strings, and some service providers take them: then "False" has to be false.
		for _, text := range []string{"False", "false"} {
			res := s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "active": text}))
			if res.Status == 201 {
				s.Want(res, Attr(false, "active"))
				continue
			}
			s.Want(res, Error(400, "invalidValue"))
		}
	}},
	{ID: "7643-2.3.3-01", Run: func(s *Session) {
		w := s.NewWidget(Object{"ratio": json.Number("1.50")})
		n, _ := s.Get(w.Path).At("ratio").(json.Number)
		if f, err := n.Float64(); err != nil || f != 1.5 {
			s.Fail("expected the decimal 1.5, got %q", n)
		}
		s.refuseWidgets(`"ratio":"1.5"`, `"ratio":true`, `"ratio":[1.5,2]`)
	}},
	{ID: "7643-2.3.4-01", Run: func(s *Session) {
		w := s.NewWidget(Object{"qty": json.Number("9007199254740993")})
		s.Want(s.Get(w.Path), Status(200), Attr(json.Number("9007199254740993"), "qty"))
		s.refuseWidgets(`"qty":5.0`, `"qty":5e1`, `"qty":5.5`)
	}},
	{ID: "7643-2.3.5-01", Run: func(s *Session) {
		for _, at := range []string{"2011-05-13T04:42:34Z", "2011-05-13T04:42:34.123456789+05:30", "2011-05-13T04:42:34"} {
			s.Want(s.NewWidget(Object{"at": at}).Response, HasAttr("at"))
		}
		s.refuseWidgets(`"at":"2011-05-13"`, `"at":"13/05/2011"`, `"at":"2011-05-13 04:42:34Z"`, `"at":"2011-13-01T00:00:00Z"`)
	}},
	{ID: "7643-2.3.6-01", Run: func(s *Session) {
		for _, blob := range []string{"aGk=", "aGk"} {
			s.Want(s.NewWidget(Object{"blob": blob}).Response, HasAttr("blob"))
		}
		s.refuseWidgets(`"blob":"a-_k"`, `"blob":"@@"`)
	}},
	{ID: "7643-2.3.6-02", Run: func(s *Session) {
		w := s.NewWidget(Object{"blob": "aGk="})
		s.NewWidget(Object{"blob": "aGk="}) // not unique
		s.Requires("filter")
		scope := "id eq " + Quote(w.ID) + " and "
		s.Want(s.Filter("Widget", scope+`blob eq "aGk="`), List(1))
		s.Want(s.Filter("Widget", scope+`blob eq "AGK="`), List(0))
	}},
	{ID: "7643-2.3.7-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID, "$ref": strings.TrimPrefix(u.Path, "/")}}})
		s.Want(s.Get(g.Path), Count(1, "members"), Attr(u.ID, "members", 0, "value"))
		ref, _ := s.Get(g.Path).At("members", 0, "$ref").(string)
		if ref == "" {
			return
		}
		if ref != s.Server().Base+u.Path && "/"+strings.TrimPrefix(ref, "../") != u.Path {
			s.Fail("expected $ref to be %s or a URI relative to the base, got %s", s.Server().Base+u.Path, ref)
		}
	}},
	{ID: "7643-2.3.7-02", Run: func(s *Session) {
		w := s.NewWidget(Object{"link": "https://h/X"})
		s.Want(w.Response, Attr("https://h/X", "link"))
		s.Requires("filter")
		scope := "id eq " + Quote(w.ID) + " and "
		s.Want(s.Filter("Widget", scope+`link eq "https://h/X"`), List(1))
		s.Want(s.Filter("Widget", scope+`link eq "https://h/x"`), List(0))
	}},
	{ID: "7643-2.3.7-03", Run: func(s *Session) {
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		s.Need(s.Get(g.Path), Count(1, "members"))
		for _, at := range []struct {
			path, attribute string
		}{{g.Path, "members"}, {u.Path, "groups"}} {
			values, _ := s.Need(s.Get(at.path), Status(200)).At(at.attribute).([]any)
			for _, v := range values {
				if ref, _ := At(v, "$ref").(string); ref != "" {
					s.Want(s.Get(ref), Status(200), Attr(At(v, "value"), "id"))
				}
			}
		}
	}},
	{ID: "7643-2.3.7-04", Run: func(s *Session) {
		t, none := s.Type("Group"), s.Name("none")
		s.NewGroup(Object{"members": []any{Object{"value": s.NewUser(nil).ID}}})
		res := s.Post(t.Endpoint, t.Body(Object{"displayName": s.Name("g"), "members": []any{Object{"value": none}}}))
		if res.Status == 201 {
			s.Want(res, Attr(none, "members", 0, "value"))
			return
		}
		s.Want(res, Error(400, "invalidValue"))
	}},
	{ID: "7643-2.3.8-01", Run: func(s *Session) {
		t, name := s.Type("User"), s.Name("u")
		u := s.NewUser(Object{"userName": name, "name": Object{"givenName": "B", "familyName": "J"}})
		before := s.Get(u.Path)
		s.Want(s.Put(u.Path, `{"name":{"familyName":"J","givenName":"B"},"userName":`+Quote(name)+`,"schemas":["`+t.Schema+`"]}`), Status(200))
		s.Want(s.Get(u.Path), Attr(u.ID, "id"), Attr(before.At("name"), "name"), Attr(before.At("meta", "version"), "meta", "version"))
	}},
	{ID: "7643-2.3.8-02", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			if strings.Count(name, " ") == 2 && At(a, "type") == "complex" {
				s.Fail("expected no complex attribute in a complex one, got %s", name)
			}
		})
		s.refuseUsers(`"name":{"givenName":{"x":1}}`, `"emails":[{"value":{"x":"a"}}]`)
	}},
	{ID: "7643-7-01", Run: func(s *Session) {
		s.Widget()
		for name, want := range map[string]string{
			"name": "string", "flag": "boolean", "ratio": "decimal", "qty": "integer", "at": "dateTime", "blob": "binary", "link": "reference", "spec": "complex",
		} {
			if got := At(s.Server().Attribute(WidgetURN, name), "type"); got != want {
				s.Fail("expected the type of %s to be %s, got %v", name, want, got)
			}
		}
	}},
	{ID: "7643-7-02", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			if At(a, "type") == "complex" && unassigned(At(a, "subAttributes")) {
				s.Fail("expected sub-attributes of %s, which is complex, got none", name)
			}
		})
	}},
	{ID: "7643-7-03", Run: func(s *Session) {
		u := s.NewUser(Object{"userName": s.Name("BJensen2"), "externalId": s.Name("AbC")})
		got := s.Want(s.Get(u.Path), Attr(u.Response.At("externalId"), "externalId"))
		if !strings.HasSuffix(got.Str("externalId"), "-AbC") || !strings.HasSuffix(strings.ToLower(got.Str("userName")), "-bjensen2") {
			s.Fail("expected the externalId that was sent, and the userName but for case, got %s", excerpt(got.Body))
		}
		if s.Server().Supports("filter") {
			s.Want(s.Filter("User", "userName eq "+Quote(strings.ToLower(got.Str("userName")))), List(1))
		}
		w := s.NewWidget(Object{"code": s.Name("AbC")})
		s.Want(s.Get(w.Path), Attr(w.Response.At("code"), "code"))
	}},
	{ID: "7643-7-04", Run: func(s *Session) {
		s.Requires("filter")
		u := s.NewUser(Object{"userName": s.Name("BJensen"), "externalId": s.Name("AbC")})
		name, external := u.Response.Str("userName"), u.Response.Str("externalId")
		s.Want(s.Filter("User", "userName eq "+Quote(strings.ToUpper(name))), List(1))
		s.Want(s.Filter("User", "externalId eq "+Quote(external)), List(1))
		s.Want(s.Filter("User", "externalId eq "+Quote(strings.ToLower(external))), List(0))
	}},
	{ID: "7643-7-05", Run: func(s *Session) {
		a, b := s.NewUser(nil), s.NewUser(nil)
		t, name := s.Type("User"), a.Response.Str("userName")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": name})), Error(409, "uniqueness"))
		s.Refused(b, func() *Response { return s.Put(b.Path, t.Body(Object{"userName": name})) }, Error(409, "uniqueness"))
		if s.Server().Supports("patch") {
			s.Refused(b, func() *Response { return s.Patch(b.Path, Op("replace", "userName", name)) }, Error(409, "uniqueness"))
		}
	}},
	{ID: "7643-7-06", Run: func(s *Session) {
		w := s.NewWidget(Object{"code": s.Name("AbC")})
		t, code := s.Widget(), w.Response.Str("code")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"name": s.Name("w"), "code": code})), Error(409, "uniqueness"))
		s.Want(s.Post(t.Endpoint, t.Body(Object{"name": s.Name("w"), "code": strings.ToLower(code)})), Status(201))
	}},
	{ID: "7643-7-07", Run: func(s *Session) {
		s.eachAttribute(func(name string, a Object) {
			list, ok := At(a, "referenceTypes").([]any)
			if At(a, "type") != "reference" && len(list) > 0 || At(a, "type") == "reference" && (!ok || len(list) == 0) {
				s.Fail("expected referenceTypes of references only, got %s of %s, of type %v", JSON(At(a, "referenceTypes")), name, At(a, "type"))
			}
		})
	}},
}

var attributeTypes = []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}

// eachAttribute calls fn with each attribute and sub-attribute at /Schemas: its schema and names, separated by blanks, and its
// definition.
func (s *Session) eachAttribute(fn func(name string, a Object)) {
	for uri, o := range s.Server().Schemas {
		eachAttribute(uri, At(o, "attributes"), fn)
	}
}

func eachAttribute(prefix string, list any, fn func(name string, a Object)) {
	attributes, _ := list.([]any)
	for _, v := range attributes {
		a, _ := v.(Object)
		n, _ := At(a, "name").(string)
		fn(prefix+" "+n, a)
		eachAttribute(prefix+" "+n, At(a, "subAttributes"), fn)
	}
}

// refuseUsers checks that users with one of the members, as JSON, are refused as invalidValue.
func (s *Session) refuseUsers(members ...string) { s.refuseEach(s.Type("User"), "userName", members) }

// refuseWidgets is refuseUsers for widgets.
func (s *Session) refuseWidgets(members ...string) { s.refuseEach(s.Widget(), "name", members) }

func (s *Session) refuseEach(t *Type, key string, members []string) {
	// Without the members, the same is accepted.
	s.Create(t.Name, Object{key: s.Name("x")})
	All(s, members, func(m string) string { return m }, func(m string) {
		body := `{"schemas":["` + t.Schema + `"],` + m
		if !strings.HasPrefix(m, `"`+key+`"`) {
			body += `,"` + key + `":` + Quote(s.Name("x"))
		}
		s.Want(s.Post(t.Endpoint, body+"}"), Error(400, "invalidValue"))
	})
}
