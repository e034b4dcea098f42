package scimtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Resource is one that a case created.
type Resource struct {
	ID string
	// Path is its target for requests.
	Path string
	// Response is the one to its creation.
	Response *Response
}

// Create makes a resource of the type with the name from a body, to which it adds the member schemas if it has none. The case
// ends as [Skip] if there is no such type, as [Blocked] if the creation fails.
func (s *Session) Create(typeName string, body Object) *Resource {
	t := s.Type(typeName)
	res := s.Post(t.Endpoint, t.Body(body))
	s.Need(res, Status(201), Body(), HasAttr("id"))
	r := &Resource{ID: res.Str("id"), Response: res}
	r.Path = t.Endpoint + "/" + pathEscape(r.ID)
	s.Cleanup(r.Path)
	return r
}

// Body returns the body with the member schemas, if it has none: the URI of the type, and of the extensions in it.
func (t *Type) Body(body Object) Object {
	if _, ok := body["schemas"]; ok {
		return body
	}
	uris := []string{t.Schema}
	for uri := range t.Extensions {
		if _, ok := body[uri]; ok {
			uris = append(uris, uri)
		}
	}
	return With(body, Object{"schemas": uris})
}

// NewUser creates a user with a name of its own, and the attributes in body.
func (s *Session) NewUser(body Object) *Resource {
	return s.Create("User", With(Object{"userName": s.Name("user")}, body))
}

// NewGroup creates a group with a name of its own, and the attributes in body.
func (s *Session) NewGroup(body Object) *Resource {
	return s.Create("Group", With(Object{"displayName": s.Name("group")}, body))
}

// NewWidget creates a widget with a name of its own, and the attributes in body. The case ends as [Skip] if there is no
// resource type with the schema [WidgetURN].
func (s *Session) NewWidget(body Object) *Resource {
	return s.Create(s.Widget().Name, With(Object{"name": s.Name("widget")}, body))
}

// Widget returns the resource type with the schema [WidgetURN] and no required extension. The case ends as [Skip] if there
// is none.
func (s *Session) Widget() *Type {
	for _, t := range s.Server().Types {
		if t.Schema == WidgetURN && !slices.Contains(slices.Collect(maps.Values(t.Extensions)), true) {
			return t
		}
	}
	s.Skip("the service provider has no resource type with the schema %s", WidgetURN)
	return nil
}

// Bjensen returns the attributes of the user that most cases use: a name, two e-mail addresses, of which that at work is
// primary, and active.
func (s *Session) Bjensen() Object {
	name := s.Name("bjensen")
	return Object{
		"userName": name, "externalId": name + "-ext", "displayName": "Babs Jensen", "title": "Tour Guide", "active": true,
		"name": Object{"givenName": "Barbara", "familyName": "Jensen"},
		"emails": []any{
			Object{"value": name + "@example.com", "type": "work", "primary": true},
			Object{"value": name + "@jensen.org", "type": "home"},
		},
	}
}

// Refused checks that a request is refused as expected, and that the resource is the same before and after.
func (s *Session) Refused(r *Resource, request func() *Response, expected ...Expectation) {
	before := s.Need(s.Get(r.Path), Status(200), Attr(r.ID, "id"))
	s.Want(request(), expected...)
	after := s.Get(r.Path)
	if err := after.Check(Same(before)); err != nil {
		s.Fail("the request was refused and changed something: %w", err)
	}
}

// Changed checks that a request to change a resource succeeds, and that a GET afterwards is as expected, and returns it. A
// body in the answer has to be the same as that of the GET, unless the target has parameters.
func (s *Session) Changed(r *Resource, request func() *Response, expected ...Expectation) *Response {
	res := s.Want(request(), Status(200, 204))
	after := s.Want(s.Get(r.Path), Status(200), Attr(r.ID, "id"))
	s.Want(after, expected...)
	if res.Status == 200 && !strings.Contains(res.Target, "?") {
		s.Want(res, Body(), Media())
		for name, v := range after.Object {
			if !Equal(res.Object[name], v) {
				s.failed(fmt.Errorf("%s %s: expected %s in the answer as in the GET afterwards, %s, got %s", res.Method, res.Target, name, JSON(v), JSON(res.Object[name])))
			}
		}
	}
	return after
}

// Filter asks the endpoint of the type with the name for the resources that a filter selects.
func (s *Session) Filter(typeName, filter string) *Response {
	return s.Query(s.Type(typeName).Endpoint, "filter", filter)
}

// Quote returns v as it is written in a filter.
func Quote(v string) string {
	data, _ := json.Marshal(v) // A string is always JSON.
	return string(data)
}
