package patch

import (
	"errors"

	"github.com/embedscim/scim/schema"
)

// A state is a resource in the middle of a request.
type state struct {
	t      *schema.ResourceType
	before *schema.Resource
	r      schema.Resource
	lists  map[schema.Path]*list // multi-valued attributes at work, newer than r
	work   budget

	created  schema.Value // the element that the last operation created
	selected schema.Path  // the single value that the filter of the last operation selected
	idle     bool         // the filter of the last operation selected nothing, and there was nothing to create or remove
}

func newState(r *schema.Resource) (*state, error) {
	t := r.Attributes.Type()
	if t == nil {
		return nil, errors.New("patch: the resource belongs to no type: make its attributes with ResourceType.Object")
	}
	return &state{t: t, before: r, r: *r}, nil
}

// get returns the value that a path without elements on its way leads to.
func (s *state) get(p schema.Path) schema.Value { return s.r.At(p) }

// set puts next in the place of old.
func (s *state) set(p schema.Path, old, next schema.Value) error {
	if same(old, next) {
		return nil
	}
	if p.Sub != nil {
		whole := p
		whole.Sub = nil
		switch there := !s.get(whole).IsUnassigned(); {
		case there && p.Attribute.Mutability == schema.Immutable:
			return immutable(p.Attribute.String())
		case !there && next.IsUnassigned() && needsParts(p.Attribute):
			// If the attribute were there, what it requires would show.
			return nil
		}
	}
	if p.Target() == s.t.Attribute("externalId") {
		s.r.ExternalID = next.Text()
		return nil
	}
	s.r.Attributes = put(s.r.Attributes, p, next)
	return nil
}

// put is [schema.Object.WithAt], but keeps null, which asks the store to clear a writeOnly attribute.
func put(o schema.Object, p schema.Path, v schema.Value) schema.Object {
	switch {
	case p.Extension != nil:
		c := p.Extension.Object()
		if cur := o.Value(p.Extension); cur.Kind() == schema.KindComplex {
			c = cur.Object()
		}
		return o.With(p.Extension, schema.ComplexOrNone(put(c, schema.Path{Attribute: p.Attribute, Sub: p.Sub}, v)))
	case p.Sub != nil:
		c := p.Attribute.Object()
		if cur := o.Value(p.Attribute); cur.Kind() == schema.KindComplex {
			c = cur.Object()
		}
		return o.With(p.Attribute, schema.ComplexOrNone(c.With(p.Sub, v)))
	}
	return o.With(p.Attribute, v)
}

// list returns a multi-valued attribute to work on.
func (s *state) list(p schema.Path) *list {
	if l, ok := s.lists[p]; ok {
		return l
	}
	if s.lists == nil {
		s.lists = map[schema.Path]*list{}
	}
	l := newList(p.Attribute, s.get(p), &s.work)
	s.lists[p] = l
	return l
}

// flush puts the lists back into the resource.
func (s *state) flush() {
	for p, l := range s.lists {
		if !l.touched {
			continue
		}
		s.work.spend(changeCost * len(l.elems))
		old, next := s.before.At(p), l.result()
		// The order of elements does not count: the same ones in another order are no change.
		if l.shuffled {
			var d differ
			if d.elements(l.a, old, next); len(d.changes) == 0 {
				next = old
			}
		}
		s.r.Attributes = put(s.r.Attributes, p, next)
		l.touched = false
	}
}
