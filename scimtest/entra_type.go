package scimtest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An entraType is a resource type as the suites of Entra ID see it. They know the endpoints, and read nothing of discovery but
// /Schemas, and that only if asked to.
type entraType struct {
	s                             *Session
	name, endpoint, core, joining string
	attrs                         []entraAttr
	schemas                       map[string]Object // nil: not asked to discover
	number                        string
}

// entra returns the resource type with the name, User or Group. The case ends as [Skip] if it is Group and there is none.
func (s *Session) entra(name string) *entraType { return s.entraFrom(name, s.client.Options.Discover) }

// entraFrom is entra with the attributes of the schemas, or those of the validator's list.
func (s *Session) entraFrom(name string, discover bool) *entraType {
	c := s.client
	c.init()
	t := &entraType{s: s, name: name, endpoint: "/Users", core: UserURN, joining: c.Options.joining(name)}
	paths := defaultUser
	if name == "Group" {
		t.endpoint, t.core, paths = "/Groups", GroupURN, defaultGroup
		s.needGroups()
	}
	if discover {
		t.schemas = s.discovered()
		paths = flatten(t.schemas[t.core], true)
		for uri, schema := range t.schemas {
			if uri != t.core && strings.HasSuffix(uri, ":"+name) {
				paths = append(paths, flatten(schema, false)...)
			}
		}
	}
	if !slices.Contains(paths, t.joining) {
		paths = append([]string{t.joining}, paths...)
	}
	for _, p := range paths {
		t.attrs = append(t.attrs, parseAttr(p))
	}
	return t
}

// needGroups ends the case as [Skip] if the service provider has no groups, which is found out once. A query that is answered with
// 404 may be one that finds nothing, so what is advertised counts too.
func (s *Session) needGroups() {
	c := s.client
	c.groups.Do(func() {
		probe := &Session{client: c, ctx: context.WithoutCancel(s.ctx), test: s.test}
		// If there is no answer, the case finds that out by itself.
		_ = attempt(func() {
			res := probe.send(http.MethodGet, "/Groups?filter="+url.QueryEscape(`displayName eq "`+s.Name("nobody")+`"`), nil)
			if res.Status == http.StatusNotImplemented || res.Status == http.StatusNotFound {
				c.noGroups = !strings.Contains(probe.send(http.MethodGet, "/ResourceTypes", nil).Body, GroupURN)
			}
		})
	})
	if c.noGroups {
		s.Skip("the service provider has no groups: GET /Groups is not found")
	}
}

// discovered returns the schemas by URI, read once.
func (s *Session) discovered() map[string]Object {
	c := s.client
	c.readSchemas.Do(func() {
		probe := &Session{client: c, ctx: context.WithoutCancel(s.ctx), test: s.test}
		if o := attempt(func() {
			res := probe.send(http.MethodGet, "/Schemas", nil)
			probe.Need(res, Status(200), Body())
			c.schemas = map[string]Object{}
			for _, o := range res.Resources() {
				id, _ := At(o, "id").(string)
				c.schemas[id] = o
			}
			if c.schemas[UserURN] == nil {
				probe.Block("GET /Schemas: expected a list response with the schema %s, got %s", UserURN, excerpt(res.Body))
			}
		}); o != nil {
			c.schemaProblem = o.err
		}
	})
	if c.schemaProblem != nil {
		s.blame(causeSchemas)
		s.Block("the attributes can't be discovered: %w", c.schemaProblem)
	}
	return c.schemas
}

// definition returns the type of an attribute in the schemas that were discovered, or "string".
func (t *entraType) definition(a entraAttr) string {
	uri := a.uri
	if uri == "" {
		uri = t.core
	}
	path := []string{a.name}
	if a.sub != "" {
		path = append(path, a.sub)
	}
	kind, _ := (&Server{Schemas: t.schemas}).Attribute(uri, path...)["type"].(string)
	return kind
}

// send makes a request as the validator does: without Accept, with a charset in the media type.
func (s *Session) send(method, target string, body any) *Response {
	h := []string{"Accept", ""}
	if body != nil {
		h = append(h, "Content-Type", MediaType+"; charset=utf-8")
	}
	return s.Request(method, target, body, h...)
}

// body makes a resource with a value for each attribute, and says what they are.
func (t *entraType) body() (Object, map[string]any) {
	o, values := Object{}, map[string]any{}
	uris := []string{t.core}
	for _, a := range t.attrs {
		if a.name == "members" {
			continue // The validator makes groups without.
		}
		v := t.value(a)
		if a.name == "manager" {
			a.sub = "value"
			v = t.s.letters()
		}
		a.put(o, v)
		values[a.path] = v
		if a.uri != "" && !slices.Contains(uris, a.uri) {
			uris = append(uris, a.uri)
		}
	}
	o["schemas"] = uris
	return o, values
}

// minimal makes a resource with nothing but the joining attribute, and userName or displayName, which the schema requires.
func (t *entraType) minimal(prefix string) Object {
	o := Object{"schemas": []string{t.core}}
	for _, a := range t.attrs {
		if a.path == t.joining || a.path == t.must() {
			v := t.value(a)
			if text, ok := v.(string); ok && prefix != "" {
				v = text + "." + prefix
			}
			a.put(o, v)
		}
	}
	return o
}

func (t *entraType) must() string {
	if t.name == "Group" {
		return "displayName"
	}
	return "userName"
}

func (t *entraType) has(path string) bool {
	return slices.ContainsFunc(t.attrs, func(a entraAttr) bool { return a.path == path })
}

// An entraResource is one that a case made.
type entraResource struct {
	t      *entraType
	id     string
	path   string
	values map[string]any // by path
	sent   Object
}

// make creates a resource with all attributes. The case ends as [Blocked] if that is impossible.
func (t *entraType) make() *entraResource {
	t.s.Step("create the %s", strings.ToLower(t.name))
	body, values := t.body()
	return t.created(body, values, t.s.send(http.MethodPost, t.endpoint, body), t.s.Need)
}

// made creates a resource with what it takes at least.
func (t *entraType) made(what string) *entraResource {
	t.s.Step("create the %s", what)
	body := t.minimal(what)
	return t.created(body, nil, t.s.send(http.MethodPost, t.endpoint, body), t.s.Need)
}

// created checks the answer to a creation with want, which is Want or Need.
func (t *entraType) created(body Object, values map[string]any, res *Response, want func(*Response, ...Expectation) *Response) *entraResource {
	if res.Status != http.StatusCreated {
		t.blameCreate(body, res)
	}
	want(res, Status(http.StatusCreated), Body(), HasAttr("id"))
	r := &entraResource{t: t, id: res.Str("id"), values: values, sent: body}
	r.path = t.endpoint + "/" + pathEscape(r.id)
	t.s.Cleanup(r.path)
	return r
}

// find asks for the resources whose joining attribute has the value, with the encoding that the validator uses.
func (t *entraType) find(value any, params ...string) *Response {
	q := "filter=" + url.QueryEscape(t.joining+" eq "+Quote(fmt.Sprint(value)))
	for _, p := range params {
		q = p + "&" + q
	}
	return t.s.send(http.MethodGet, t.endpoint+"?"+q, nil)
}

// key is the value of the joining attribute.
func (r *entraResource) key() any { return parseAttr(r.t.joining).in(r.sent) }

func (r *entraResource) get() *Response { return r.t.s.send(http.MethodGet, r.path, nil) }

// remove deletes the resource, which is part of the case and not only of the cleaning up.
func (r *entraResource) remove() *Response { return r.t.s.send(http.MethodDelete, r.path, nil) }
