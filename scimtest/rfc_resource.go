package scimtest

import (
	"strings"
	"time"
)

// resourceCases are about the structure of resources: schemas, id, externalId, meta, extensions.
var resourceCases = []Case{
	{ID: "7643-3-01", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path), Status(200), Schemas(UserURN))
		s.Want(s.Get(u.Path+"?attributes=userName"), Status(200), HasAttr("schemas"))
		list := s.Want(s.Get(s.Type("User").Endpoint+"?count=1&attributes=userName"), List(-1))
		for _, o := range list.Resources() {
			if unassigned(At(o, "schemas")) {
				s.Fail("expected schemas in each resource of a list, got %s", JSON(o))
			}
		}
		s.Requires("patch")
		if res := s.Want(s.Patch(u.Path, Op("replace", "title", "T")), Status(200, 204)); res.Status == 200 {
			s.Want(res, Schemas(UserURN))
		}
	}},
	{ID: "7643-3-02", Run: func(s *Session) {
		s.NewUser(nil)
		res := s.Post(s.Type("User").Endpoint, Object{"schemas": []string{UserURN, "urn:example:nope"}, "userName": s.Name("u")})
		if res.Status == 201 {
			s.Want(res, Schemas(UserURN))
			return
		}
		s.Want(res, Error(400, "invalidSyntax", "invalidValue"))
	}},
	{ID: "7643-3-03", Run: func(s *Session) {
		s.Want(s.Post(s.Type("User").Endpoint, Object{"schemas": []string{UserURN, UserURN}, "userName": s.Name("u")}), Status(201), Schemas(UserURN))
	}},
	{ID: "7643-3-04", Run: func(s *Session) {
		s.enterprise()
		res := s.Post(s.Type("User").Endpoint, Object{"schemas": []string{EnterpriseURN, UserURN}, "userName": s.Name("u"), EnterpriseURN: Object{"department": "D"}})
		s.Want(res, Status(201), Schemas(UserURN, EnterpriseURN), Attr("User", "meta", "resourceType"), Attr("D", EnterpriseURN, "department"))
	}},
	{ID: "7643-3-05", Run: func(s *Session) {
		name := s.Name("ext")
		w := s.NewWidget(Object{"externalId": name})
		s.Want(s.Get(w.Path), Attr(name, "externalId"))
		s.Requires("filter")
		s.Want(s.Filter("Widget", "externalId eq "+Quote(name)), List(1))
	}},
	{ID: "7643-3-06", Run: func(s *Session) {
		s.enterprise()
		s.Want(s.NewUser(nil).Response, Schemas(UserURN), Absent(EnterpriseURN))
		u := s.NewUser(Object{EnterpriseURN: Object{"department": "D"}})
		for _, res := range []*Response{u.Response, s.Get(u.Path)} {
			s.Want(res, Schemas(UserURN, EnterpriseURN), Attr("D", EnterpriseURN, "department"))
		}
	}},
	{ID: "7643-3.1-01", Run: func(s *Session) {
		seen := map[string]bool{}
		unseen := func(r *Resource) {
			if seen[r.ID] {
				s.Fail("expected ids that are unique over all types and never used again, got %s twice", r.ID)
			}
			seen[r.ID] = true
		}
		for range 5 {
			unseen(s.NewUser(nil))
			unseen(s.NewGroup(nil))
		}
		u := s.NewUser(nil)
		unseen(u)
		s.Need(s.Delete(u.Path), Status(204))
		unseen(s.NewUser(nil))
	}},
	{ID: "7643-3.1-02", Run: func(s *Session) {
		id := s.Name("mine")
		if u := s.NewUser(Object{"id": id}); u.ID == id {
			s.Fail("expected an id of the service provider, got the one that the client sent")
		}
	}},
	{ID: "7643-3.1-03", Run: func(s *Session) {
		if u := s.NewUser(nil); strings.Contains(u.ID, "bulkId") {
			s.Fail("expected an id without the reserved word bulkId, got %s", u.ID)
		}
	}},
	{ID: "7643-3.1-04", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path+"?excludedAttributes=id"), Status(200), Attr(u.ID, "id"))
		other := swapCase(u.ID)
		if other == u.ID {
			s.Skip("the ids have no letters")
		}
		s.Want(s.Get(s.Type("User").Endpoint+"/"+pathEscape(other)), Error(404))
		s.Requires("filter")
		s.Want(s.Filter("User", "id eq "+Quote(u.ID)), List(1))
		s.Want(s.Filter("User", "id eq "+Quote(other)), List(0))
	}},
	{ID: "7643-3.1-05", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path), Status(200), Attr(u.ID, "id"), NoAttr("externalId"))
		name := s.Name("ext")
		s.NewUser(Object{"externalId": name})
		s.NewGroup(Object{"externalId": name})
	}},
	{ID: "7643-3.1-06", Run: func(s *Session) {
		external := s.Name("E1")
		u := s.NewUser(Object{"externalId": external})
		s.Want(s.Get(u.Path), Attr(external, "externalId"))
		s.Want(s.Put(u.Path, With(u.Response.Object, Object{"externalId": external + "2"})), Status(200), Attr(external+"2", "externalId"))
		s.Requires("filter")
		s.Want(s.Filter("User", "externalId eq "+Quote(external+"2")), List(1))
		s.Want(s.Filter("User", "externalId eq "+Quote(strings.ToLower(external)+"2")), List(0))
	}},
	{ID: "7643-3.1-07", Run: func(s *Session) {
		hack := Object{"created": "1999-01-01T00:00:00Z", "lastModified": "1999-01-01T00:00:00Z", "resourceType": "Group", "location": "https://example.com/x", "version": "x"}
		u := s.NewUser(Object{"meta": hack})
		put := s.Want(s.Put(u.Path, With(u.Response.Object, Object{"meta": hack})), Status(200), Attr(u.Response.At("meta", "created"), "meta", "created"))
		for _, res := range []*Response{u.Response, put} {
			s.Want(res, Attr("User", "meta", "resourceType"), Attr(s.Server().Base+u.Path, "meta", "location"))
			if strings.HasPrefix(res.Str("meta", "created"), "1999") || strings.HasPrefix(res.Str("meta", "lastModified"), "1999") || res.Str("meta", "version") == "x" {
				s.Fail("expected meta of the service provider, got that of the client: %s", JSON(res.At("meta")))
			}
		}
	}},
	{ID: "7643-3.1-08", Run: func(s *Session) {
		u := s.NewUser(nil)
		created := s.moment(u.Response, "created")
		s.Want(u.Response, Attr(u.Response.At("meta", "created"), "meta", "lastModified"))
		s.Want(s.Get(u.Path), Attr(u.Response.At("meta", "lastModified"), "meta", "lastModified"))
		s.wait()
		res := s.Need(s.Put(u.Path, With(u.Response.Object, Object{"title": "T"})), Status(200))
		if modified := s.moment(res, "lastModified"); !modified.After(created) {
			s.Fail("expected meta.lastModified after the creation, %v, got %v", created, modified)
		}
	}},
	{ID: "7643-3.1-09", Run: func(s *Session) {
		u := s.NewUser(nil)
		res := s.Want(s.Get(u.Path), Attr(s.Server().Base+u.Path, "meta", "location"))
		for _, name := range []string{"Content-Location", "Location"} {
			if v := res.Header.Get(name); v != "" && v != res.Str("meta", "location") {
				s.Fail("expected %s to be meta.location, %s, got %s", name, res.Str("meta", "location"), v)
			}
		}
	}},
	{ID: "7643-3.1-10", Run: func(s *Session) {
		s.Requires("etag")
		u := s.NewUser(nil)
		res := s.Get(u.Path)
		s.Want(res, HasHeader("ETag"), Attr(res.Header.Get("ETag"), "meta", "version"))
	}},
	{ID: "7643-3.1-11", Run: func(s *Session) {
		s.Requires("etag")
		if tag := s.NewUser(nil).Response.Header.Get("ETag"); !strings.HasPrefix(tag, `W/"`) && !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			s.Fail(`expected an ETag such as W/"x" or "x", got %s`, tag)
		}
	}},
	{ID: "7643-3.1-12", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(u.Response, Attr("User", "meta", "resourceType"))
		s.Want(s.NewGroup(nil).Response, Attr("Group", "meta", "resourceType"))
		s.Requires("filter")
		scope := "id eq " + Quote(u.ID) + " and meta.resourceType eq "
		s.Want(s.Filter("User", scope+`"User"`), List(1))
		s.Want(s.Filter("User", scope+`"user"`), List(0))
	}},
	{ID: "7643-3.1-13", Run: func(s *Session) {
		s.Requires("filter")
		for name, r := range map[string]*Resource{"User": s.NewUser(nil), "Group": s.NewGroup(nil)} {
			scope := "id eq " + Quote(r.ID) + " and "
			s.Want(s.Filter(name, scope+`meta.lastModified gt "2000-01-01T00:00:00Z"`), List(1))
			s.Want(s.Filter(name, scope+`meta.created lt "2000-01-01T00:00:00Z"`), List(0))
		}
	}},
	{ID: "7643-3.1-14", Run: func(s *Session) {
		u := s.NewUser(nil)
		s.Want(s.Get(u.Path), HasAttr("meta", "created"))
		s.Want(s.Get(u.Path+"?attributes=userName"), Status(200), Absent("meta"))
		s.Want(s.Get(u.Path+"?attributes=meta.location"), Status(200), Attr(Object{"location": u.Response.Str("meta", "location")}, "meta"))
	}},
	{ID: "7643-3.3-01", Run: func(s *Session) {
		s.enterprise()
		s.NewUser(nil)
		s.Want(s.Post(s.Type("User").Endpoint, Object{"schemas": []string{EnterpriseURN}, "userName": s.Name("u")}), Error(400, "invalidSyntax", "invalidValue"))
	}},
	{ID: "7643-3.3-02", Run: func(s *Session) {
		s.enterprise()
		t := s.Type("User")
		res := s.Post(t.Endpoint, t.Body(Object{"userName": s.Name("u"), "department": "D"}))
		if res.Status == 201 {
			s.Want(res, Absent(EnterpriseURN), Schemas(UserURN), Absent("department"))
		} else {
			s.Want(res, Error(400, "invalidValue", "invalidSyntax"))
		}
		u := s.NewUser(Object{EnterpriseURN: Object{"department": "D"}})
		s.Want(s.Get(u.Path), Attr("D", EnterpriseURN, "department"), Absent("department"))
	}},
	{ID: "7643-3.3-03", Run: func(s *Session) {
		s.Requires("filter")
		w := s.NewWidget(Object{WidgetExtURN: Object{"name": "of the extension"}})
		scope := "id eq " + Quote(w.ID) + " and "
		s.Want(s.Filter("Widget", scope+"name eq "+Quote(w.Response.Str("name"))), List(1))
		s.Want(s.Filter("Widget", scope+`name eq "of the extension"`), List(0))
		s.Want(s.Filter("Widget", scope+WidgetExtURN+`:name eq "of the extension"`), List(1))
	}},
	{ID: "7643-3.3-04", Run: func(s *Session) {
		s.enterprise()
		u := s.NewUser(Object{"schemas": []string{UserURN, EnterpriseURN}, "URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user": Object{"department": "D"}})
		if o, _ := s.Get(u.Path).Object[EnterpriseURN].(Object); At(o, "department") != "D" {
			s.Fail("expected the data of the extension under %s, got %s", EnterpriseURN, excerpt(s.Get(u.Path).Body))
		}
	}},
}

func swapCase(v string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, v)
}

// moment returns an attribute of meta as a time.
func (s *Session) moment(res *Response, name string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, res.Str("meta", name))
	if err != nil {
		s.Fail("expected meta.%s to be a date and time, got %s", name, JSON(res.At("meta", name)))
	}
	return t
}

// wait lets time pass, so that a change gets another time than what was before. Some service providers tell whole seconds only.
func (s *Session) wait() {
	pause := 5 * time.Millisecond
	if u := s.NewUser(nil); !strings.Contains(u.Response.Str("meta", "created"), ".") {
		pause = 1100 * time.Millisecond
	}
	time.Sleep(pause)
}
