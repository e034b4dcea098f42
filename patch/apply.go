package patch

import "github.com/embedscim/scim/schema"

// Apply carries out operations on a copy of r, one after the other (RFC 7644 §3.5.2), and returns the copy and what really
// changed: nothing if operations repeat what is there or cancel each other out. r, which is in canonical form, stays as it
// is. Operations need not have passed [Check] before. The error is an [*Error]:
//   - mutability for a readOnly attribute, an immutable one that has a value, and a required one that would lose its value.
//     A value without a path may repeat readOnly values as they are;
//   - noTarget if the filter of an add or replace selects nothing, unless [Op.Create] helps. For a remove that is no error,
//     nor is a sub-attribute that is not there;
//   - invalidValue if the operations leave a resource that [schema.ResourceType.Check] refuses, or one makes several elements
//     primary;
//   - what [Check] reports;
//   - what wraps [ErrTooManyOperations], if filters would have to look at too many values.
//
// An element that comes in has no say on its readOnly sub-attributes, as in a request to create a resource. A complex
// value is merged into the one that is there, also if a filter selects it; but $ref and readOnly sub-attributes of a single
// value go with it when it changes.
func Apply(r *schema.Resource, ops []Op) (*schema.Resource, []Change, error) {
	return (*Budget)(nil).Apply(r, ops)
}

func (s *state) apply(op *Op) error {
	if err := s.work.exceeded(); err != nil {
		return err
	}
	if err := checkOp(s.t, op); err != nil {
		return err
	}
	add := op.Op == Add
	if op.Target == nil {
		return s.attributes(op.Value.Object(), add)
	}
	p := op.Target
	if p.Attr.Attribute == s.t.Attribute("schemas") {
		return s.schemas(op)
	}
	if p.Filter != nil && !p.Attr.Target().MultiValued {
		return s.singular(op)
	}
	if p.Filter != nil || p.Attr.Sub != nil && p.Attr.Attribute.MultiValued {
		l := s.list(schema.Path{Extension: p.Attr.Extension, Attribute: p.Attr.Attribute})
		return s.elements(l, op)
	}
	if op.Op == Remove {
		return s.remove(p.Attr)
	}
	return s.assign(p.Attr, op.Value, add)
}

// attributes adds or replaces the attributes of a value that has no path, or of an extension.
func (s *state) attributes(o schema.Object, add bool) error {
	for a, v := range o.All() {
		var err error
		switch {
		case a == s.t.Attribute("schemas"):
			err = s.label(v)
		case a == s.t.Attribute("meta"):
			// Clients send back what they have read, from another replica or in another notation.
		case a.Mutability == schema.ReadOnly && !a.IsExtension():
			if !(add && nothing(v)) && !repeats(a, s.get(a.Path()), v) {
				err = readOnly(a.String())
			}
		default:
			err = s.assign(a.Path(), v, add)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repeats reports whether v says nothing that is not in cur, the value of a readOnly attribute (AMB-05).
func repeats(a *schema.Attribute, cur, v schema.Value) bool {
	if nothing(v) {
		return cur.IsUnassigned()
	}
	if v.Kind() != schema.KindComplex || cur.Kind() != schema.KindComplex {
		return a.Equal(cur, v)
	}
	o := cur.Object()
	for sub, sv := range v.Object().All() {
		if !sub.Equal(o.Value(sub), sv) {
			return false
		}
	}
	return true
}

// assign adds or replaces the value of an attribute as a whole.
func (s *state) assign(p schema.Path, v schema.Value, add bool) error {
	a := p.Target()
	switch {
	case a.IsExtension():
		switch {
		case !nothing(v):
			return s.attributes(v.Object(), add)
		case add:
			return nil
		}
		return s.removeExtension(a)
	case a.MultiValued && p.Sub == nil:
		l := s.list(p)
		if !add && nothing(v) && a.Required {
			return required(a.String())
		}
		if err := l.assign(v, add); err != nil {
			return err
		}
		return l.settle()
	}
	old := s.get(p)
	next, err := assigned(a, old, v, add)
	if err != nil {
		return err
	}
	return s.set(p, old, next)
}

// remove removes an attribute as a whole.
func (s *state) remove(p schema.Path) error {
	a := p.Target()
	switch {
	case a.IsExtension():
		return s.removeExtension(a)
	case a.MultiValued && p.Sub == nil:
		l := s.list(p)
		if a.Mutability == schema.Immutable && l.live > 0 {
			return immutable(a.String())
		}
		l.clear()
		return nil
	}
	old := s.get(p)
	next, err := unassigned(a, old)
	if err != nil {
		return err
	}
	return s.set(p, old, next)
}

// removeExtension removes all attributes of an extension, and so its URI from schemas.
func (s *state) removeExtension(c *schema.Attribute) error {
	if c.Required {
		return required(c.Name)
	}
	for _, a := range c.SubAttributes {
		if err := s.remove(a.Path()); err != nil {
			return err
		}
	}
	s.r.Attributes = s.r.Attributes.With(c, schema.Value{})
	return nil
}
