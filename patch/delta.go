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
		if err := conform(c.Path.Target(), c.New, false); err != nil {
			return nil, nil, err
		}
		old := s.get(c.Path)
		next, err := assigned(c.Path.Target(), old, c.New, false)
		if err == nil {
			err = s.set(c.Path, old, next)
		}
		if err != nil {
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

func (s *state) deltaElements(e ElementDelta) error {
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
