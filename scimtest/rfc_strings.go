package scimtest

import "strings"

// stringCases are about texts of all languages, and about tenants.
var stringCases = []Case{
	{ID: "7644-5-01", Run: func(s *Session) {
		// What any preparation does: case, beyond ASCII.
		name := s.Name("zoë-ω")
		s.NewUser(Object{"userName": name})
		t := s.Type("User")
		s.Want(s.Post(t.Endpoint, t.Body(Object{"userName": strings.ToUpper(name)})), Error(409, "uniqueness"))
	}},
	{ID: "7644-7.8-01", Run: func(s *Session) {
		s.Requires("filter")
		u := s.NewUser(Object{"displayName": "Zoë Ωmega"})
		scope := "id eq " + Quote(u.ID) + " and displayName eq "
		s.Want(s.Filter("User", scope+Quote("zoË ωMEGA")), List(1))
		s.Want(s.Filter("User", scope+Quote("Zoe Omega")), List(0))
	}},
	{ID: "7644-6-01", Run: func(s *Session) {
		// The client states no tenant.
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path), Status(200), Attr(u.ID, "id"))
	}},
	{ID: "7644-6.2-03", Run: func(s *Session) {
		u := s.NewUser(nil)
		g := s.NewGroup(Object{"members": []any{Object{"value": u.ID}}})
		base := s.Server().Base + "/"
		for _, res := range []*Response{u.Response, g.Response, s.Get(u.Path), s.Get(g.Path), s.Get("/Schemas/" + UserURN), s.Get("/ResourceTypes/User")} {
			s.Want(res, HasAttr("id"), HasAttr("meta", "location"))
			for _, uri := range urisIn(res.Object) {
				if !strings.HasPrefix(uri, base) {
					s.Fail("%s %s: expected a location or $ref below %s, got %s", res.Method, res.Target, base, uri)
				}
			}
			if location := res.Header.Get("Location"); location != "" && !strings.HasPrefix(location, base) {
				s.Fail("%s %s: expected a Location below %s, got %s", res.Method, res.Target, base, location)
			}
		}
	}},
}

// urisIn returns the values of location and $ref in v.
func urisIn(v any) []string {
	var out []string
	switch v := v.(type) {
	case Object:
		for name, w := range v {
			if uri, ok := w.(string); ok && (name == "location" || name == "$ref") {
				out = append(out, uri)
			}
			out = append(out, urisIn(w)...)
		}
	case []any:
		for _, w := range v {
			out = append(out, urisIn(w)...)
		}
	}
	return out
}
