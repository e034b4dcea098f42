package entstore

import (
	"reflect"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// isZero reports whether p is the zero Projection, which wants everything: the caller may change and store it.
func isZero(p scim.Projection) bool { return reflect.ValueOf(p).IsZero() }

// hide returns r without what p does not want, for Update, which reads nothing else.
func (s *Store[T]) hide(p scim.Projection, r *scim.Resource) *scim.Resource {
	out := *r
	if isZero(p) {
		return &out
	}
	if !p.Wants(s.typ.Attribute("externalId").Path()) {
		out.ExternalID = ""
	}
	for _, path := range s.unwanted(p) {
		out.Attributes = out.Attributes.WithAt(path, schema.Value{})
	}
	return &out
}

// keep returns next with what p does not want as it is in old, for Update, which writes nothing else.
func (s *Store[T]) keep(p scim.Projection, old, next *scim.Resource) *scim.Resource {
	out := *next
	if isZero(p) {
		return &out
	}
	if !p.Wants(s.typ.Attribute("externalId").Path()) {
		out.ExternalID = old.ExternalID
	}
	for _, path := range s.unwanted(p) {
		out.Attributes = out.Attributes.WithAt(path, old.Attributes.At(path))
	}
	return &out
}

// unwanted returns the attributes, in extensions too, that p does not want.
func (s *Store[T]) unwanted(p scim.Projection) []schema.Path {
	var out []schema.Path
	add := func(a *schema.Attribute) {
		if !p.Wants(a.Path()) {
			out = append(out, a.Path())
		}
	}
	for _, a := range s.typ.Attributes() {
		switch {
		case a.IsCommon():
		case a.IsExtension():
			for _, sub := range a.SubAttributes {
				add(sub)
			}
		default:
			add(a)
		}
	}
	return out
}
