package schema

import "time"

// metaTime is how the date-times of meta are written.
const metaTime = "2006-01-02T15:04:05.000Z"

// A Version identifies one state of a resource, as in its ETag (RFC 7644 §3.14). It is opaque; "" means that none is known.
type Version string

// Meta is the metadata of a resource (RFC 7643 §3.1).
type Meta struct {
	ResourceType string
	// Location is the URI of the resource; the handler sets it.
	Location     string
	Created      time.Time
	LastModified time.Time
	Version      Version
}

// A Resource is one user, group or other resource (RFC 7643 §3). Copying the struct makes an independent resource.
type Resource struct {
	// ID is assigned by the store when it creates the resource.
	ID string
	// ExternalID is the provisioning client's own identifier.
	ExternalID string
	Meta       Meta
	// Attributes holds all other attributes, in canonical form.
	Attributes Object
}

// At returns the value that p leads to, among the common attributes too.
func (r *Resource) At(p Path) Value {
	a := p.Attribute
	if a == nil || a.kind != common {
		return r.Attributes.At(p)
	}
	t := r.Attributes.Type()
	switch {
	case a.Name == "id":
		return optional(KindString, r.ID)
	case a.Name == "externalId":
		return optional(KindString, r.ExternalID)
	case t == nil:
		return Value{}
	case a.Name == "schemas":
		return listOf(r.schemas(t))
	case p.Sub == nil:
		return r.meta(t)
	default:
		return r.meta(t).Object().Value(p.Sub)
	}
}

// Get returns the value at a path, in the notation of [Object.Get]; id, externalId and the parts of meta are known too.
func (r *Resource) Get(path string) Value {
	if t := r.Attributes.Type(); t != nil {
		if p, err := t.Path(path); err == nil {
			return r.At(p)
		}
	}
	return r.Attributes.Get(path)
}

// Schemas returns the URIs of the schemas whose attributes r has: the base schema, and the extensions that are present or
// required (RFC 7643 §3).
func (r *Resource) Schemas() []string {
	t := r.Attributes.Type()
	if t == nil {
		return nil
	}
	var out []string
	for _, v := range r.schemas(t) {
		out = append(out, v.text)
	}
	return out
}

func (r *Resource) schemas(t *ResourceType) []Value {
	out := []Value{String(t.base.ID)}
	for _, a := range t.root.attrs[len(t.root.attrs)-len(t.extensions):] {
		if a.Required || !r.Attributes.Value(a).IsUnassigned() {
			out = append(out, String(a.Name))
		}
	}
	return out
}

func (r *Resource) meta(t *ResourceType) Value {
	o := t.meta.Object()
	for i, v := range [...]Value{
		optional(KindString, r.Meta.ResourceType),
		optionalTime(r.Meta.Created),
		optionalTime(r.Meta.LastModified),
		optional(KindReference, r.Meta.Location),
		optional(KindString, string(r.Meta.Version)),
	} {
		if v.data != nil {
			o.entries = append(o.entries, entry{t.metaSubs[i], v})
		}
	}
	return ComplexOrNone(o)
}

func optional(k Kind, s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{text: s, data: k}
}

func optionalTime(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	t = t.UTC().Truncate(time.Millisecond)
	return Value{text: t.Format(metaTime), data: &dateTime{t}}
}

// Type returns the resource type whose attributes o holds, or nil if o is a complex value.
func (o Object) Type() *ResourceType {
	if o.def == nil {
		return nil
	}
	return o.def.typ
}
