package schema

import (
	"iter"
	"slices"
)

// An Object is a complex value or the attributes of a resource: values in the order of the schema, under names spelled as
// in the schema, the attributes of each extension under its container, unassigned attributes absent. An Object is a value:
// copying it is cheap, and setting an attribute of a copy leaves the original as it was.
type Object struct {
	def     *definition
	entries []entry // sorted by order; what the schema does not know comes last
	pos     int64   // 1 + the position of its first byte in the text it was read from, or 0; for NewResource
}

// An entry is one attribute of an object; attr is nil and the value raw if the schema has no attribute of the name.
type entry struct {
	attr  *Attribute
	value Value
}

// Object returns an empty Object for the attributes of a resource of type t.
func (t *ResourceType) Object() Object { return Object{def: t.root} }

// Object returns an empty Object for a value of the complex attribute a.
func (a *Attribute) Object() Object { return Object{def: a.def} }

// Len returns the number of assigned attributes.
func (o Object) Len() int { return len(o.entries) }

// All returns an iterator over the assigned attributes in schema order. What the schema does not know is left out; see
// [Object.Unknown].
func (o Object) All() iter.Seq2[*Attribute, Value] {
	return func(yield func(*Attribute, Value) bool) {
		for i := range o.entries {
			if e := &o.entries[i]; e.attr != nil && !yield(e.attr, e.value) {
				return
			}
		}
	}
}

// Value returns the value of an attribute of o itself, or the zero Value.
func (o Object) Value(a *Attribute) Value {
	if i := o.find(a); i >= 0 {
		return o.entries[i].value
	}
	return Value{}
}

// find returns the position of a's entry, or -1. Objects have few attributes: a linear search beats a binary one.
func (o Object) find(a *Attribute) int {
	if a == nil {
		return -1
	}
	for i := range o.entries {
		if o.entries[i].attr == a {
			return i
		}
	}
	return -1
}

// With returns a copy of o with the attribute a of o itself set to v, or unassigned if v is. It does not check v.
func (o Object) With(a *Attribute, v Value) Object {
	i := o.find(a)
	switch {
	case i < 0 && v.data == nil:
		return o
	case i < 0:
		at := 0
		for at < len(o.entries) && o.entries[at].attr != nil && o.entries[at].attr.order < a.order {
			at++
		}
		next := make([]entry, 0, len(o.entries)+1)
		next = append(next, o.entries[:at]...)
		next = append(next, entry{a, v})
		o.entries = append(next, o.entries[at:]...)
	case v.data == nil:
		o.entries = slices.Delete(slices.Clone(o.entries), i, i+1)
	default:
		o.entries = slices.Clone(o.entries)
		o.entries[i].value = v
	}
	return o
}

// At returns the value that p leads to: o itself for the zero Path, the list of what the elements have for a sub-attribute
// of a multi-valued attribute.
func (o Object) At(p Path) Value {
	if p.IsZero() {
		return Complex(o)
	}
	if p.Extension != nil {
		v := o.Value(p.Extension)
		if p.Attribute == nil {
			return v
		}
		o = v.Object()
	}
	v := o.Value(p.Attribute)
	if p.Sub == nil {
		return v
	}
	if !p.Attribute.MultiValued {
		return v.Object().Value(p.Sub)
	}
	var out []Value
	for _, e := range v.Elements() {
		if s := e.Object().Value(p.Sub); s.data != nil {
			out = append(out, s)
		}
	}
	if out == nil {
		return Value{}
	}
	return listOf(out)
}

// WithAt returns a copy of o with the value that p leads to set to v, or unassigned if v is; what is left empty by that
// becomes unassigned too (RFC 7643 §2.5). It does not check v. The zero Path and one into the elements of a multi-valued attribute make it panic.
func (o Object) WithAt(p Path, v Value) Object {
	if p.IsZero() {
		panic("schema: WithAt: the path is empty")
	}
	if v.IsUnassigned() {
		v = Value{}
	}
	if p.Extension != nil {
		if p.Attribute == nil {
			return o.With(p.Extension, v)
		}
		c := p.Extension.Object()
		if cur, ok := o.Value(p.Extension).data.(*Object); ok {
			c = *cur
		}
		return o.With(p.Extension, ComplexOrNone(c.WithAt(Path{Attribute: p.Attribute, Sub: p.Sub}, v)))
	}
	if p.Sub == nil {
		return o.With(p.Attribute, v)
	}
	if p.Attribute.MultiValued {
		panic("schema: WithAt: " + p.String() + " leads into every element: change the elements with Transform")
	}
	c := p.Attribute.Object()
	if cur, ok := o.Value(p.Attribute).data.(*Object); ok {
		c = *cur
	}
	return o.With(p.Attribute, ComplexOrNone(c.With(p.Sub, v)))
}
