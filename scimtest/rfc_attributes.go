package scimtest

import (
	"net/url"
	"slices"
	"strings"
)

// An attributesRow is the parameters attributes and excludedAttributes of a request, and which members they leave.
type attributesRow struct {
	id, why string
	params  []string
	has     []string // paths that must have a value
	hasNot  []string // paths that must have none
	only    []string // if not nil, the members there may be besides schemas, id and those in has
}

// attributesRows are tried on a GET of the user, on a list, and where the case says so on writes. The user has all of
// [Session.Bjensen], and department and costCenter of the enterprise extension.
var attributesRows = []attributesRow{
	{id: "7644-3.4.2.5-01", why: "only the attribute", params: []string{"attributes", "userName"}, has: []string{"userName", "id", "schemas"}, only: []string{}},
	{id: "7644-3.4.2.5-01", why: "all but the attribute", params: []string{"excludedAttributes", "emails"}, has: []string{"userName", "id", "schemas", "name.givenName", "title"}, hasNot: []string{"emails"}},
	{id: "7644-3.4.2.5-02", why: "id and schemas are always returned", params: []string{"excludedAttributes", "id,schemas,userName"}, has: []string{"id", "schemas"}, hasNot: []string{"userName"}},
	{id: "7644-3.9-02", why: "a sub-attribute without its siblings", params: []string{"attributes", "name.givenName"}, has: []string{"id", "schemas", "name.givenName"}, hasNot: []string{"name.familyName"}, only: []string{"name"}},
	{id: "7644-3.9-02", why: "a sub-attribute of each element", params: []string{"attributes", "emails.value"}, has: []string{"id", "emails.value"}, hasNot: []string{"emails.type", "emails.primary"}, only: []string{"emails"}},
	{id: "7644-3.9-02", why: "two attributes", params: []string{"attributes", "title,active"}, has: []string{"title", "active"}, only: []string{}},
	{id: "7644-3.9-03", why: "a sub-attribute goes, its siblings stay", params: []string{"excludedAttributes", "name.givenName"}, has: []string{"name.familyName", "userName", "emails"}, hasNot: []string{"name.givenName"}},
	{id: "7644-3.9-03", why: "a sub-attribute of each element goes", params: []string{"excludedAttributes", "emails.type"}, has: []string{"emails.value", "userName"}, hasNot: []string{"emails.type"}},
	{id: "7644-3.9-05", why: "names are not case sensitive, and blanks are no part of them", params: []string{"attributes", "USERNAME, {ENT}:department"}, has: []string{"userName", "{ENT}.department"}, hasNot: []string{"{ENT}.costCenter"}, only: []string{"{ENT}"}},
	{id: "7644-3.9-06", why: "the URI of an extension is all of it", params: []string{"attributes", "{ENT}"}, has: []string{"{ENT}.department", "{ENT}.costCenter"}, hasNot: []string{"userName"}, only: []string{"{ENT}"}},
	{id: "7644-3.9-06", why: "the URI of an extension excludes all of it", params: []string{"excludedAttributes", "{ENT}"}, has: []string{"userName"}, hasNot: []string{"{ENT}"}},
	{id: "7644-3.9-07", why: "an unknown name is ignored", params: []string{"attributes", "nosuch"}, has: []string{"id", "schemas"}, hasNot: []string{"userName"}, only: []string{}},
	{id: "7644-3.9-07", why: "an unknown name beside a known one", params: []string{"attributes", "title,nosuch"}, has: []string{"id", "title"}, hasNot: []string{"userName"}, only: []string{}},
	{id: "7644-3.9-08", why: "no names are as good as no parameter", params: []string{"attributes", ""}, has: []string{"userName", "title", "name.givenName"}},
	{id: "7644-3.9-08", why: "no names are as good as no parameter", params: []string{"excludedAttributes", ""}, has: []string{"userName", "title", "name.givenName"}},
	{id: "7644-3.10-02", why: "attributes of the core schema need no URI", params: []string{"attributes", "displayName"}, has: []string{"displayName"}, only: []string{}},
	{id: "7644-3.10-04", why: "URIs are not case sensitive", params: []string{"attributes", "URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:DEPARTMENT"}, has: []string{"{ENT}.department"}, hasNot: []string{"{ENT}.costCenter"}, only: []string{"{ENT}"}},
}

// attributesCases are about attributes and excludedAttributes (RFC 7644 §3.4.2.5, §3.9) and notation (§3.10): area N of the
// requirements.
var attributesCases = slices.Concat(attributesTable(attributesRows), []Case{
	{ID: "7644-3.4.2.5-03", Run: func(s *Session) {
		s.Requires("filter")
		x := s.Name("full")
		for _, t := range []string{"b", "a"} {
			s.NewUser(Object{"displayName": x, "title": t})
		}
		s.NewUser(Object{"displayName": x})
		params := []string{"filter", `displayName eq "` + x + `" and title pr`, "attributes", "userName"}
		res := s.Want(s.Query(s.Type("User").Endpoint, params...), List(2))
		for _, o := range res.Resources() {
			if At(o, "title") != nil || At(o, "userName") == nil {
				s.Fail("expected resources with userName and without title, got %s", excerpt(res.Body))
			}
		}
		if s.Server().Supports("sort") {
			sorted := s.Query(s.Type("User").Endpoint, append(params, "sortBy", "title")...)
			whole := s.Query(s.Type("User").Endpoint, "filter", params[1], "sortBy", "title")
			if got := whole.Strings("title"); !slices.Equal(got, []string{"a", "b"}) || !slices.Equal(sorted.Strings("id"), whole.Strings("id")) {
				s.Fail("expected the order by title whatever is returned, got %v and %v", sorted.Strings("id"), whole.Strings("id"))
			}
		}
	}},
	{ID: "7644-3.9-01", Run: func(s *Session) {
		t := s.Type("User")
		r := attributesRow{has: []string{"schemas", "id", "userName"}, only: []string{}}
		body := t.Body(Object{"userName": s.Name("user"), "displayName": "D", "title": "T"})
		created := s.Want(s.Post(t.Endpoint+"?attributes=userName", body), Status(201), Body())
		r.check(s, created, created.Object, nil)
		u := s.NewUser(Object{"title": "T"})
		put := s.Want(s.Put(u.Path+"?attributes=userName", t.Body(Object{"userName": u.Response.Str("userName"), "title": "U"})), Status(200), Body())
		r.check(s, put, put.Object, nil)
		if s.Server().Supports("patch") {
			patched := s.Want(s.Patch(u.Path+"?attributes=userName", Op("replace", "title", "V")), Status(200), Body())
			r.check(s, patched, patched.Object, nil)
		}
		without := s.Want(s.Put(u.Path+"?excludedAttributes=title", t.Body(Object{"userName": u.Response.Str("userName"), "title": "W", "nickName": "N"})), Status(200))
		s.Want(without, HasAttr("nickName"), Absent("title"))
	}},
	{ID: "7644-3.9-04", Run: func(s *Session) {
		u := s.NewUser(nil)
		for _, target := range []string{u.Path, s.Type("User").Endpoint} {
			s.Want(s.Query(target, "attributes", "userName", "excludedAttributes", "title"), Error(400, "invalidValue", "invalidSyntax"))
		}
	}},
	{ID: "7644-3.9-09", Run: func(s *Session) {
		s.Type("Group")
		g := s.NewGroup(Object{"members": []any{Object{"value": s.NewUser(nil).ID}}})
		s.Want(s.Get(g.Path), Count(1, "members"))
		s.Want(s.Get(g.Path+"?excludedAttributes=members"), Status(200), Absent("members"), HasAttr("displayName"), HasAttr("id"))
	}},
	{ID: "7644-3.10-01", Run: func(s *Session) {
		s.Requires("filter")
		x := s.Name("x")
		u := s.NewUser(Object{"name": Object{"givenName": x, "familyName": "F"}})
		path := UserURN + ":name.givenName"
		s.Want(s.Query(s.Type("User").Endpoint, "filter", path+` eq "`+x+`"`), List(1))
		if s.Server().Supports("sort") {
			s.Want(s.Query(s.Type("User").Endpoint, "filter", path+` eq "`+x+`"`, "sortBy", path), List(1))
		}
		s.Want(s.Query(u.Path, "attributes", path), Attr(x, "name", "givenName"), Absent("name", "familyName"), Absent("userName"))
		s.Want(s.Query(u.Path, "excludedAttributes", path), Absent("name", "givenName"), Attr("F", "name", "familyName"))
		if s.Server().Supports("patch") {
			s.Changed(u, func() *Response { return s.Patch(u.Path, Op("replace", path, "G")) }, Attr("G", "name", "givenName"), Attr("F", "name", "familyName"))
		}
	}},
	{ID: "7644-3.10-03", Run: func(s *Session) {
		s.Requires("filter")
		w := s.NewWidget(Object{"name": s.Name("core"), WidgetExtURN: Object{"name": s.Name("ext")}})
		core, ext := w.Response.Str("name"), w.Response.Str(WidgetExtURN, "name")
		for f, n := range map[string]int{
			`name eq "` + core + `"`: 1, `name eq "` + ext + `"`: 0, WidgetExtURN + `:name eq "` + core + `"`: 0, WidgetExtURN + `:name eq "` + ext + `"`: 1,
		} {
			s.Want(s.Query(s.Widget().Endpoint, "filter", f), List(n))
		}
	}},
})

func attributesTable(rows []attributesRow) []Case {
	byID := map[string][]attributesRow{}
	var ids []string
	for _, r := range rows {
		if byID[r.id] == nil {
			ids = append(ids, r.id)
		}
		byID[r.id] = append(byID[r.id], r)
	}
	var out []Case
	for _, id := range ids {
		out = append(out, Case{ID: id, Run: func(s *Session) {
			body := s.Bjensen()
			if _, ok := s.Type("User").Extensions[EnterpriseURN]; ok {
				body[EnterpriseURN] = Object{"department": "D", "costCenter": "C"}
			}
			u := s.NewUser(body)
			every(s, byID[id], func(r attributesRow) string { return r.why }, func(r attributesRow) { r.run(s, u) })
		}})
	}
	return out
}

// run asks for the user, alone and in a list.
func (r attributesRow) run(s *Session, u *Resource) {
	if _, ok := s.Type("User").Extensions[EnterpriseURN]; !ok && strings.Contains(strings.Join(append(r.params, r.has...), " "), "{ENT}") {
		s.Skip("users have no enterprise extension")
	}
	fill := func(t string) string { return strings.ReplaceAll(t, "{ENT}", EnterpriseURN) }
	q := r.params[0] + "=" + url.QueryEscape(fill(r.params[1]))
	res := s.Want(s.Get(u.Path+"?"+q), Status(200), Body())
	r.check(s, res, res.Object, fill)
	if !s.Server().Supports("filter") {
		return
	}
	list := s.Want(s.Get(s.Type("User").Endpoint+"?"+q+"&filter="+url.QueryEscape(`userName eq "`+u.Response.Str("userName")+`"`)), List(1))
	r.check(s, list, list.Resources()[0], fill)
}

func (r attributesRow) check(s *Session, res *Response, o Object, fill func(string) string) {
	if fill == nil {
		fill = func(t string) string { return t }
	}
	// values are those at a path, of all elements.
	values := func(path string) []any {
		head, sub := fill(path), ""
		if i := strings.LastIndex(path, "."); i >= 0 {
			head, sub = fill(path[:i]), path[i+1:]
		}
		v := o[head]
		if sub == "" {
			return []any{v}
		}
		if list, ok := v.([]any); ok {
			var out []any
			for _, e := range list {
				out = append(out, At(e, sub))
			}
			return out
		}
		return []any{At(v, sub)}
	}
	has := func(path string) bool {
		return slices.ContainsFunc(values(path), func(v any) bool { return !unassigned(v) })
	}
	for _, p := range r.has {
		if !has(p) {
			s.Fail("%s %s: expected a value of %s, got %s", res.Method, res.Target, fill(p), JSON(o))
		}
	}
	for _, p := range r.hasNot {
		if has(p) {
			s.Fail("%s %s: expected no %s, got %s", res.Method, res.Target, fill(p), JSON(o))
		}
	}
	if r.only == nil {
		return
	}
	for name := range o {
		ok := name == "schemas" || name == "id" || slices.Contains(r.has, name)
		for _, p := range r.only {
			ok = ok || name == fill(p)
		}
		if !ok {
			s.Fail("%s %s: expected no %s, got %s", res.Method, res.Target, name, JSON(o))
		}
	}
}
