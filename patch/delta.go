package patch

import "github.com/embedscim/scim/schema"

// Apply carries out d on a copy of r and returns the copy and what really changed, as a store does with what it holds. A
// store that lacks a part of the resource, such as the members of a large group, does better to carry out d itself.
// The error is a [*schema.Error] or an [*Error] if d does not suit r's type, or leaves a resource that
// [schema.ResourceType.Check] refuses.
func (d *Delta) Apply(r *schema.Resource) (*schema.Resource, []Change, error) {
	s, err := newState(r)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range d.Set {
		if err := checkPath(c.Path, false); err != nil {
			return nil, nil, err
		}
		if err := conform(c.Path.Target(), c.New, false); err != nil {
			return nil, nil, err
		}
		if err := s.assign(c.Path, c.New, false); err != nil {
			return nil, nil, err
		}
	}
	for _, e := range d.Elements {
		if err := s.deltaElements(e); err != nil {
			return nil, nil, err
		}
	}
	return s.finish(nil)
}

// checkPath reports a path that leads to nothing that a delta may change, or not to a multi-valued attribute where one is
// wanted and the other way round.
func checkPath(p schema.Path, multi bool) error {
	a := p.Target()
	switch {
	case a == nil || p.Attribute == nil || p.Sub != nil && p.Attribute.MultiValued || multi != (a.MultiValued && p.Sub == nil):
		return fault(schema.InvalidPath, p.String(), "does not suit its place in the delta")
	case a.Mutability == schema.ReadOnly, p.Attribute.Mutability == schema.ReadOnly:
		return readOnly(p.String())
	}
	return nil
}

func (s *state) deltaElements(e ElementDelta) error {
	if err := checkPath(e.Path, true); err != nil {
		return err
	}
	l := s.list(e.Path)
	if e.Clear {
		l.clear()
	}
	for _, v := range e.Remove {
		l.withdraw(v)
	}
	if len(e.Add) == 0 {
		return l.settle()
	}
	add := schema.List(e.Add...)
	if err := conform(l.a, add, false); err != nil {
		return err
	}
	if err := l.assign(add, true); err != nil {
		return err
	}
	return l.settle()
}
