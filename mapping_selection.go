package scim

import (
	"slices"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A selections is a multi-valued attribute of which some elements are mapped, each selected by its value of one
// sub-attribute, such as type.
type selections[T any] struct {
	at    schema.Path
	by    *schema.Attribute
	slots []slot[T]
}

// A slot is the first element that one comparison selects.
type slot[T any] struct {
	pick   *filter.Checked
	want   schema.Value
	fields []mapped[T] // without a Sub, of the element as a whole
}

// selection returns the comparison that selects an element for f.
func (f *mapped[T]) selection() (by *schema.Attribute, want schema.Value) {
	c := f.pick.Expr().(*filter.Comparison)
	return c.Path.Attribute, c.Operand
}

// take sets the fields of x to what the selected elements have, and returns o without it.
func (l *selections[T]) take(o schema.Object, x *T) (schema.Object, error) {
	var elements []schema.Value
	for _, e := range o.At(l.at).Elements() {
		elements = append(elements, e)
	}
	for i := range l.slots {
		s := &l.slots[i]
		at := slices.IndexFunc(elements, s.pick.MatchElement)
		var e schema.Object
		if at >= 0 {
			e = elements[at].Object()
		}
		for j := range s.fields {
			f := &s.fields[j]
			if err := f.set(x, s.part(f, e, l.by)); err != nil {
				return o, err
			}
			switch {
			case at < 0:
			case f.at.Sub == nil:
				e = l.at.Attribute.Object().With(l.by, e.Value(l.by))
			default:
				e = e.With(f.at.Sub, schema.Value{})
			}
		}
		if at < 0 {
			continue
		}
		e = e.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
			if isFalsePrimary(a, v) {
				return schema.Value{}
			}
			return v
		})
		if e.Len() > 1 || e.Len() == 1 && slices.ContainsFunc(elements[at+1:], s.pick.MatchElement) {
			// What is left of it keeps its place before others that the comparison selects too.
			elements[at] = schema.Complex(e)
		} else {
			elements = slices.Delete(elements, at, at+1)
		}
	}
	return o.WithAt(l.at, schema.List(elements...)), nil
}

// part returns what the field f holds of the element e. A whole element goes without what it was selected by, unless the
// struct has a field for that.
func (s *slot[T]) part(f *mapped[T], e schema.Object, by *schema.Attribute) schema.Value {
	switch {
	case f.at.Sub != nil:
		return e.Value(f.at.Sub)
	case e.Len() > 0 && !hasMember(f.codec.subs, by):
		e = e.With(by, schema.Value{})
	}
	return schema.ComplexOrNone(e)
}

// put adds what the fields of x hold to the elements of r.
func (l *selections[T]) put(r *Resource, x *T) error {
	var elements []schema.Value
	for _, e := range r.Attributes.At(l.at).Elements() {
		elements = append(elements, e)
	}
	for i := range l.slots {
		s := &l.slots[i]
		at := slices.IndexFunc(elements, s.pick.MatchElement)
		e := l.at.Attribute.Object()
		if at >= 0 {
			e = elements[at].Object()
		}
		some := false
		for j := range s.fields {
			f := &s.fields[j]
			v, err := f.value(x)
			if err != nil {
				return err
			}
			switch {
			case v.IsUnassigned() || isFalsePrimary(f.at.Target(), v):
				continue
			case f.at.Sub == nil && hasMember(f.codec.subs, l.by):
				e = v.Object()
			case f.at.Sub == nil:
				e = v.Object().With(l.by, e.Value(l.by))
			default:
				e = e.With(f.at.Sub, v)
			}
			some = true
		}
		if !some {
			continue
		}
		if !l.by.Equal(e.Value(l.by), s.want) {
			e = e.With(l.by, s.want)
		}
		if at >= 0 {
			elements[at] = schema.Complex(e)
		} else {
			elements = append(elements, schema.Complex(e))
		}
	}
	if len(elements) > 0 {
		r.Attributes = r.Attributes.WithAt(l.at, schema.List(elements...))
	}
	return nil
}
