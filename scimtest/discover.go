package scimtest

import (
	"context"
	"encoding/json"
	"strings"
)

// A Server is what a service provider advertises about itself (RFC 7644 §4).
type Server struct {
	// Base is the base URL in the locations that the service provider sends.
	Base string
	// Config is the service provider's configuration.
	Config Object
	// Types are the resource types by name, Schemas the schemas by URI.
	Types   map[string]*Type
	Schemas map[string]Object
}

// A Type is a resource type.
type Type struct {
	Name, Endpoint, Schema string
	// Extensions are the URIs of the extensions with whether they are required.
	Extensions map[string]bool
}

// Server returns what the service provider advertises, which is read once for all cases. The case ends as [Blocked] if that
// is impossible.
func (s *Session) Server() *Server {
	c := s.client
	c.init()
	c.discover.Do(func() {
		probe := &Session{client: c, ctx: context.WithoutCancel(s.ctx)}
		if o := attempt(func() { c.server = probe.readServer() }); o != nil {
			c.problem = o.err
		}
	})
	if c.problem != nil {
		s.Block("discovery failed: %w", c.problem)
	}
	return c.server
}

func (s *Session) readServer() *Server {
	out := &Server{Types: map[string]*Type{}, Schemas: map[string]Object{}}
	config := s.Need(s.Get("/ServiceProviderConfig"), Status(200), Body())
	out.Config = config.Object
	if base, ok := strings.CutSuffix(config.Str("meta", "location"), "/ServiceProviderConfig"); ok {
		out.Base = base
	} else {
		out.Base = s.Base()
	}
	s.client.advertised.Store(&out.Base)
	for _, o := range s.Need(s.Get("/ResourceTypes"), List(-1)).Resources() {
		t := &Type{Extensions: map[string]bool{}}
		t.Name, _ = At(o, "name").(string)
		t.Endpoint, _ = At(o, "endpoint").(string)
		t.Schema, _ = At(o, "schema").(string)
		extensions, _ := At(o, "schemaExtensions").([]any)
		for _, e := range extensions {
			uri, _ := At(e, "schema").(string)
			t.Extensions[uri], _ = At(e, "required").(bool)
		}
		// The endpoint is relative to the base URL (RFC 7643 §6); some give all of it.
		t.Endpoint = "/" + strings.Trim(strings.TrimPrefix(t.Endpoint, out.Base), "/")
		out.Types[t.Name] = t
	}
	for _, o := range s.Need(s.Get("/Schemas"), List(-1)).Resources() {
		id, _ := At(o, "id").(string)
		out.Schemas[id] = o
	}
	return out
}

// Supports reports whether the configuration says that a feature is supported: patch, bulk, filter, sort, etag,
// changePassword, or pagination, of which it takes cursor.
func (v *Server) Supports(feature string) bool {
	name := "supported"
	if feature == "pagination" {
		name = "cursor"
	}
	yes, _ := At(v.Config, feature, name).(bool)
	return yes
}

// Limit returns a number of the configuration, such as Limit("filter", "maxResults"), or 0.
func (v *Server) Limit(path ...any) int {
	n, _ := At(v.Config, path...).(json.Number)
	i, _ := n.Int64()
	return int(i)
}

// Attribute returns the definition of an attribute or sub-attribute in a schema, or nil.
func (v *Server) Attribute(uri string, path ...string) Object {
	o, name := v.Schemas[uri], "attributes"
	for _, p := range path {
		list, _ := At(o, name).([]any)
		var found Object
		for _, a := range list {
			if n, _ := At(a, "name").(string); strings.EqualFold(n, p) {
				found, _ = a.(Object)
			}
		}
		o, name = found, "subAttributes"
	}
	return o
}

// Requires ends the case as [Skip] if the service provider does not advertise one of the features; see [Server.Supports].
func (s *Session) Requires(features ...string) {
	for _, f := range features {
		if !s.Server().Supports(f) {
			s.Skip("the service provider does not advertise %s", f)
		}
	}
}

// Type returns the resource type with the name, such as User. The case ends as [Skip] if there is none.
func (s *Session) Type(name string) *Type {
	t := s.Server().Types[name]
	if t == nil {
		s.Skip("the service provider has no resource type %s", name)
	}
	return t
}
