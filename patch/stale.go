package patch

import "github.com/embedscim/scim/schema"

// dropStale drops what belongs to the former value of a single complex attribute that now has another: its $ref, and what
// only the service provider writes, such as the display name of a manager. RFC 7644 §3.5.2.3 leaves sub-attributes as they
// are that an operation does not name, but these say who or what the value is.
func (s *state) dropStale() {
	for a, v := range s.before.Attributes.All() {
		if !a.IsExtension() {
			s.dropStaleOf(a, v)
			continue
		}
		for sub, sv := range v.Object().All() {
			s.dropStaleOf(sub, sv)
		}
	}
}

func (s *state) dropStaleOf(a *schema.Attribute, before schema.Value) {
	if a.MultiValued || before.Kind() != schema.KindComplex {
		return
	}
	value := a.SubAttribute("value")
	now := s.r.Attributes.At(a.Path())
	if value == nil || now.IsUnassigned() {
		return
	}
	was, o := before.Object(), now.Object()
	if was.Value(value).IsUnassigned() || value.Equal(was.Value(value), o.Value(value)) {
		return
	}
	next := o.Transform(func(sub *schema.Attribute, v schema.Value) schema.Value {
		if stale(sub) && same(v, was.Value(sub)) {
			return schema.Value{}
		}
		return v
	})
	s.r.Attributes = put(s.r.Attributes, a.Path(), schema.ComplexOrNone(next))
}

// stale reports whether sub says something about the sub-attribute value beside it.
func stale(sub *schema.Attribute) bool {
	return sub.Name == "$ref" || sub.Mutability == schema.ReadOnly
}
