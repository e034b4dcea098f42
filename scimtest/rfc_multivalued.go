package scimtest

import (
	"encoding/json"
	"strings"
)

// multiValuedCases are about attributes of several values, and about null.
var multiValuedCases = []Case{
	{ID: "7643-2.4-01", Run: func(s *Session) {
		s.refuseUsers(`"emails":[{"value":"a@example.com","primary":true},{"value":"b@example.com","primary":true}]`)
	}},
	{ID: "7643-2.4-02", Run: func(s *Session) {
		s.Requires("filter")
		u := s.NewUser(s.Bjensen())
		scope := "userName eq " + Quote(u.Response.Str("userName")) + " and "
		s.Want(s.Filter("User", scope+`emails[type eq "home" and primary eq false]`), List(1))
		s.Want(s.Filter("User", scope+`emails[type eq "work" and primary eq false]`), List(0))
	}},
	{ID: "7643-2.4-03", Run: func(s *Session) {
		types := map[string][]string{"primary": {"boolean"}, "$ref": {"reference"}, "display": {"string"}, "type": {"string"}}
		s.eachAttribute(func(name string, a Object) {
			if At(a, "multiValued") != true {
				return
			}
			subs, _ := At(a, "subAttributes").([]any)
			for _, sub := range subs {
				n, _ := At(sub, "name").(string)
				if want := types[n]; want != nil && At(sub, "type") != want[0] {
					s.Fail("expected the type of %s.%s to be %s, got %v", name, n, want[0], At(sub, "type"))
				}
			}
		})
	}},
	{ID: "7643-2.4-04", Run: func(s *Session) {
		u := s.NewUser(Object{"emails": []any{Object{"value": "b@EXAMPLE.COM", "type": "work"}}})
		if got := u.Response.Str("emails", 0, "value"); !strings.EqualFold(got, "b@example.com") {
			s.Fail("expected the address b@EXAMPLE.COM but for case, got %q", got)
		}
		s.Requires("filter")
		s.Want(s.Filter("User", "userName eq "+Quote(u.Response.Str("userName"))+` and emails.value eq "b@example.com"`), List(1))
	}},
	{ID: "7643-2.4-05", Run: func(s *Session) {
		work := Object{"value": "a@example.com", "type": "work"}
		u := s.NewUser(Object{"emails": []any{work, work}})
		s.Want(u.Response, Count(1, "emails"))
		s.Requires("patch")
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("add", "emails", []any{work})) }, Count(1, "emails"))
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		s.Changed(g, func() *Response { return s.Patch(g.Path, Op("add", "members", []any{Object{"value": u.ID}})) }, Count(1, "members"))
	}},
	{ID: "7643-2.4-06", Run: func(s *Session) {
		u := s.NewUser(Object{"emails": []any{Object{"value": "a@example.com", "type": "work"}, Object{"value": "a@example.com", "type": "home"}}})
		s.Want(s.Get(u.Path), Count(2, "emails"))
	}},
	{ID: "7643-2.4-07", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		other := strings.Replace(s.Server().Base, "/v2", "", 1) + u.Path
		s.Changed(g, func() *Response {
			return s.Patch(g.Path, Op("add", "members", []any{Object{"value": u.ID, "$ref": other}}))
		}, Count(1, "members"))
	}},
	{ID: "7643-2.4-08", Run: func(s *Session) {
		emails := []any{Object{"value": "c@example.com", "type": "c"}, Object{"value": "a@example.com", "type": "a"}, Object{"value": "b@example.com", "type": "b"}}
		u := s.NewUser(Object{"emails": emails})
		first := s.Want(s.Get(u.Path), Attr(emails, "emails"))
		for range 10 {
			s.Want(s.Get(u.Path), Same(first))
		}
		turned := []any{emails[1], emails[2], emails[0]}
		s.Want(s.Put(u.Path, With(first.Object, Object{"emails": turned})), Status(200), Count(3, "emails"))
	}},
	{ID: "7643-2.4-09", Run: func(s *Session) {
		w := s.NewWidget(Object{"tags": []any{"a", "a", "b"}, "nums": []any{1, 1}})
		s.Want(s.Get(w.Path), Attr([]any{"a", "b"}, "tags"), Attr([]any{1}, "nums"))
	}},
	{ID: "7643-2.5-01", Run: func(s *Session) {
		u := s.NewUser(Object{"nickName": Null, "emails": []any{}})
		s.Want(s.Get(u.Path), Status(200), Attr(u.ID, "id"), NoAttr("nickName"), NoAttr("emails"))
		s.Requires("filter")
		for _, name := range []string{"nickName", "emails"} {
			s.Want(s.Filter("User", "userName eq "+Quote(u.Response.Str("userName"))+" and "+name+" pr"), List(0))
		}
	}},
	{ID: "7643-2.5-02", Run: func(s *Session) {
		body := func() Object { return With(s.Bjensen(), Object{"nickName": "B"}) }
		u := s.NewUser(body())
		s.Changed(u, func() *Response {
			return s.Put(u.Path, With(u.Response.Object, Object{"nickName": Null, "emails": []any{}}))
		}, NoAttr("nickName"), NoAttr("emails"))
		s.Requires("patch")
		u = s.NewUser(body())
		s.Changed(u, func() *Response {
			return s.Patch(u.Path, Op("replace", "nickName", Null), Op("replace", "emails", []any{}))
		}, NoAttr("nickName"), NoAttr("emails"))
	}},
	{ID: "7643-2.5-03", Run: func(s *Session) {
		u := s.NewUser(Object{"nickName": Null, "emails": []any{}, "name": Object{}})
		for _, res := range []*Response{u.Response, s.Get(u.Path)} {
			if what := emptyIn(res.Object, ""); what != "" {
				s.Fail("expected unassigned attributes to be left out, got %s: %s", what, excerpt(res.Body))
			}
		}
	}},
	{ID: "7643-2.5-04", Run: func(s *Session) {
		s.Want(s.NewUser(Object{"name": Object{}}).Response, Absent("name"))
		s.Requires("patch")
		u := s.NewUser(Object{"name": Object{"givenName": "B"}})
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("remove", "name.givenName", nil)) }, Absent("name"))
		if s.Server().Supports("filter") {
			s.Want(s.Filter("User", "userName eq "+Quote(u.Response.Str("userName"))+" and name pr"), List(0))
		}
	}},
	{ID: "7643-2.5-05", Run: func(s *Session) {
		s.Requires("patch")
		s.enterprise()
		u := s.NewUser(Object{EnterpriseURN: Object{"department": "D"}})
		s.Need(u.Response, Schemas(UserURN, EnterpriseURN))
		s.Changed(u, func() *Response { return s.Patch(u.Path, Op("remove", EnterpriseURN+":department", nil)) }, Absent(EnterpriseURN), Schemas(UserURN))
	}},
}

// enterprise ends the case as [Skip] if users do not have the enterprise extension.
func (s *Session) enterprise() {
	if _, ok := s.Type("User").Extensions[EnterpriseURN]; !ok {
		s.Skip("users do not have the extension %s", EnterpriseURN)
	}
}

// emptyIn returns the path of a null, an empty list or an empty object in v, or "".
func emptyIn(v any, path string) string {
	switch v := v.(type) {
	case nil:
		return path + " null"
	case Object:
		for name, w := range v {
			if found := emptyIn(w, path+"."+name); found != "" {
				return found
			}
		}
		if len(v) == 0 {
			return path + " {}"
		}
	case []any:
		for _, w := range v {
			if found := emptyIn(w, path+"[]"); found != "" {
				return found
			}
		}
		if len(v) == 0 {
			return path + " []"
		}
	case string, bool, json.Number:
	}
	return ""
}
