package patch

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// elements carries out an operation on elements that a filter selects, or on a sub-attribute of all (RFC 7644 §3.5.2.1 to
// §3.5.2.3, AMB-10, AMB-10b, AMB-22).
func (s *state) elements(l *list, op *Op) error {
	p, v := op.Target, op.Value
	sub := p.Sub
	if p.Filter == nil {
		sub = p.Attr.Sub
	}
	if sub == nil && v.Len() == 1 {
		v = v.Index(0)
	}
	if op.Op == Add && nothing(v) {
		return nil
	}
	selected := l.positions(p.Filter)
	s.work.spend(changeCost * len(selected))
	if err := s.work.exceeded(); err != nil {
		return err
	}
	if len(selected) == 0 {
		switch {
		case op.Op == Remove: // AMB-11b
			s.idle = true
			return nil
		case op.Create && p.Filter != nil:
			return s.create(l, op, v)
		case p.Filter == nil:
			return fault(schema.NoTarget, "", "the attribute has no values: add one with the path "+l.a.String())
		}
		return noTarget(l.a)
	}
	for _, i := range selected {
		if !l.isLive(i) {
			continue
		}
		was := l.elems[i]
		if err := l.change(i, sub, v, op.Op); err != nil {
			return err
		}
		if l.a.Mutability == schema.Immutable && !same(was, l.elems[i]) {
			return immutable(l.a.String())
		}
	}
	return l.settle()
}

func noTarget(a *schema.Attribute) error {
	return fault(schema.NoTarget, "", "the filter selects no value of "+a.String()+": add a value with the path "+a.String()+" first")
}

// change carries out an operation on the element at position i, or on its sub-attribute.
func (l *list) change(i int, sub *schema.Attribute, v schema.Value, op string) error {
	o := l.elems[i].Object()
	switch {
	case sub == nil && (op == Remove || nothing(v)):
		l.drop(i)
	case sub == nil && l.a.Type != schema.TypeComplex:
		l.set(i, v)
	case sub == nil:
		next, changed, err := merge(o, v.Object(), op == Add, refuseReadOnly)
		if err != nil {
			return err
		}
		if changed {
			i = l.set(i, schema.ComplexOrNone(next))
		}
		l.assert(i, v)
	default:
		next := schema.Value{}
		var err error
		if op == Remove {
			next, err = unassigned(sub, o.Value(sub))
		} else {
			next, err = assigned(sub, o.Value(sub), v, op == Add)
		}
		if err != nil {
			return err
		}
		i = l.set(i, schema.ComplexOrNone(o.With(sub, next)))
		if i >= 0 {
			l.assert(i, schema.Complex(l.a.Object().With(sub, v)))
		}
	}
	return nil
}

// create makes the element that the filter of an operation does not find; see [Op.Create].
func (s *state) create(l *list, op *Op, v schema.Value) error {
	if !op.Creatable() {
		return noTarget(l.a)
	}
	o, _ := described(op.Target.Filter.Expr(), l.a.Object())
	sub := op.Target.Sub
	if sub == nil {
		next, changed, err := merge(o, v.Object(), true, ignoreReadOnly)
		if err != nil {
			return err
		}
		if !changed {
			s.idle = true
			return nil
		}
		o = next
	} else {
		// An identity provider that has no value says so with an empty string. That is no reason for an element.
		if nothing(v) || v.Kind() == schema.KindString && strings.TrimSpace(v.Text()) == "" {
			s.idle = true
			return nil
		}
		next, err := assigned(sub, schema.Value{}, v, true)
		if err != nil {
			return err
		}
		o = o.With(sub, next)
	}
	e := schema.Complex(o)
	if !op.Target.Filter.MatchElement(e) {
		return noTarget(l.a)
	}
	if err := l.insert(e); err != nil {
		return err
	}
	s.created = e
	return l.settle()
}

// Creatable reports whether [Op.Create] may help the operation: an add or replace, through a filter, of elements of a complex
// attribute that are told apart by what kind they are, where the filter says which kind and the value leaves that true. An element
// that is looked for by its identity, and a member, can't be made up: an operation on a detail, such as a member's name, would
// admit a member.
func (o *Op) Creatable() bool {
	if o.Op != Add && o.Op != Replace || o.Target == nil || o.Target.Filter == nil || o.Value.Kind() == schema.KindUnassigned {
		return false
	}
	a := o.Target.Attr.Target()
	if !a.MultiValued || a.Type != schema.TypeComplex {
		return false
	}
	if value := a.SubAttribute("value"); value != nil && value.Mutability == schema.Immutable {
		return false
	}
	e, ok := described(o.Target.Filter.Expr(), a.Object())
	if sub := o.Target.Sub; ok && sub != nil && !e.Value(sub).IsUnassigned() {
		return sub.Equal(e.Value(sub), o.Value)
	}
	return ok
}

// described adds to o the sub-attributes that x compares with eq. It reports false if x is anything but such comparisons,
// joined by "and", of sub-attributes that describe an element.
func described(x filter.Expr, o schema.Object) (schema.Object, bool) {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op != filter.And {
			return o, false
		}
		o, ok := described(x.Left, o)
		if !ok {
			return o, false
		}
		return described(x.Right, o)
	case *filter.Comparison:
		sub := x.Path.Target()
		switch {
		case x.Op != filter.Equal, x.Operand.IsUnassigned(), sub.Mutability == schema.ReadOnly, sub.MultiValued:
			return o, false
		case sub.Name == "value", sub.Name == "$ref", sub.Name == "display":
			return o, false
		}
		return o.With(sub, x.Operand), true
	}
	return o, false
}

// singular carries out an operation on a single complex value, or on a part of it, if the filter of the path selects it.
// No path in a request has such a filter (RFC 7644 §3.5.2): package compat makes it for identity providers that send one.
func (s *state) singular(op *Op) error {
	p := op.Target
	if op.Op == Add && nothing(op.Value) {
		return nil
	}
	if !p.Filter.MatchElement(s.get(p.Attr)) {
		if s.idle = op.Op == Remove; s.idle {
			return nil
		}
		return noTarget(p.Attr.Target())
	}
	attr := p.Attr
	if p.Sub != nil {
		attr.Sub = p.Sub
	}
	s.selected = attr
	if op.Op == Remove {
		if a := attr.Target(); a.Required {
			return required(a.String())
		}
		return s.remove(attr)
	}
	return s.assign(attr, op.Value, op.Op == Add)
}
