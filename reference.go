package scim

import (
	"net/url"

	"github.com/embedscim/scim/schema"
)

// A link is a complex attribute that refers to other resources: its $ref follows from its value (RFC 7643 §2.4).
type link struct {
	path            schema.Path
	value, ref, typ *schema.Attribute
	endpoints       map[string]string // by name of the resource type
	only            string            // the endpoint, if there is just one
}

// linksOf finds the attributes of t that refer to resources of the handler's types.
func linksOf(t *schema.ResourceType, endpoints map[string]string) []link {
	var out []link
	consider := func(a *schema.Attribute) {
		l := link{path: a.Path(), value: a.SubAttribute("value"), ref: a.SubAttribute("$ref"), typ: a.SubAttribute("type")}
		if l.value == nil || l.ref == nil {
			return
		}
		l.endpoints = map[string]string{}
		for _, name := range l.ref.ReferenceTypes {
			if e, ok := endpoints[name]; ok {
				l.endpoints[name], l.only = e, e
			}
		}
		if len(l.endpoints) > 1 {
			l.only = ""
		}
		if len(l.endpoints) > 0 {
			out = append(out, l)
		}
	}
	for _, a := range t.Attributes() {
		if !a.IsExtension() {
			consider(a)
			continue
		}
		for _, s := range a.SubAttributes {
			consider(s)
		}
	}
	return out
}

// resolve returns v, one value of the link or all, with $ref filled in.
func (l *link) resolve(base string, v schema.Value) schema.Value {
	return v.Transform(func(e schema.Value) schema.Value {
		o := e.Object()
		id := o.Value(l.value).Text()
		endpoint := l.only
		if l.typ != nil {
			if e, ok := l.endpoints[o.Value(l.typ).Text()]; ok {
				endpoint = e
			}
		}
		if id == "" || endpoint == "" {
			return e
		}
		return schema.Complex(o.With(l.ref, schema.Reference(base+endpoint+"/"+url.PathEscape(id))))
	})
}

// represent returns r as it is sent: with its location, its version as an entity tag and all references, and without what the
// projection does not want, or the client's profile.
func (q *request) represent(r *Resource) *Resource {
	h, rs, j := q.h, q.route.rs, q.op.Projection
	out := *r
	out.Meta.ResourceType = rs.Name()
	out.Meta.Location = h.location(rs, r.ID)
	if q.profile.Responses().OmitEmpty {
		out.Attributes = omitEmpty(out.Attributes)
	}
	out.Meta.Version = Version(etag(r.Meta.Version))
	for i := range rs.links {
		l := &rs.links[i]
		if v := out.Attributes.At(l.path); v.Kind() != schema.KindUnassigned && j.Wants(l.ref.Path()) {
			out.Attributes = out.Attributes.WithAt(l.path, l.resolve(h.base, v))
		}
	}
	return j.trim(rs.ResourceType, &out)
}

// location returns the URI of a resource.
func (h *Handler) location(rs *resources, id string) string {
	return h.base + rs.Endpoint() + "/" + url.PathEscape(id)
}
