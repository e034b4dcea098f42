package entstore

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// An element translates a filter for the elements of a multi-valued attribute that one place has.
type element interface {
	// leaf translates a comparison of a sub-attribute, or of the element itself if it is simple.
	leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond
	// exists returns the condition that there is an element.
	exists() frag
}

// elements translates that one of the elements of a multi-valued attribute fulfils what f translates.
func (s *translator[T]) elements(p schema.Path, f func(e element) cond) cond {
	a := p.Attribute
	switch {
	case a == s.members && s.members != nil:
		out := constant(false)
		for i := range s.cfg.Members {
			e := linkElement{&s.cfg.Members[i], s.scopes[i], s.members}
			out = out.or(e.any(f(e)))
		}
		return out
	case a == s.groups, s.columnAt(p) != nil, a.IsCommon():
		return unknown
	}
	out := constant(false)
	for _, sel := range s.selections {
		if sel.attr == a {
			e := columnElement[T]{s.Store, sel}
			c := f(e)
			out = out.or(cond{allOf(e.exists(), c.may), allOf(e.exists(), c.unsure)})
		}
	}
	// Other elements are in Extra, and other sub-attributes.
	return out.or(s.inExtra(a))
}

// inBrackets translates a filter in brackets for an element.
func inBrackets(e element, x filter.Expr) cond {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op == filter.And {
			return inBrackets(e, x.Left).and(inBrackets(e, x.Right))
		}
		return inBrackets(e, x.Left).or(inBrackets(e, x.Right))
	case *filter.Not:
		return inBrackets(e, x.X).not()
	case *filter.Comparison:
		return withOperator(x, func(op filter.Operator) cond { return e.leaf(x.Path.Attribute, op, x.Operand) })
	}
	return unknown
}

// A linkElement is an entity at the other end of an edge.
type linkElement struct {
	e     linked
	scope frag
	a     *schema.Attribute
}

// linked is what a linkElement needs of an edge.
type linked interface {
	target() node
	holds(where frag) frag
}

func (e linkElement) exists() frag { return always }

func (e linkElement) leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond {
	of := e.e.target()
	switch {
	case a == e.a.SubAttribute("value") && op == filter.Present:
		return known(always)
	case a == e.a.SubAttribute("value") && op == filter.Equal:
		return sameKey(of.keys(), v.Text())
	case a == e.a.SubAttribute("type") && op == filter.Present:
		return known(always)
	case a == e.a.SubAttribute("type") && op == filter.Equal:
		return constant(strings.EqualFold(v.Text(), of.typeName()))
	case a == e.a.SubAttribute("$ref") && op != filter.Present:
		// The handler fills it.
		return known(never)
	}
	return unknown
}

// any returns the cond that a member fulfils c: one that exists for the tenant.
func (e linkElement) any(c cond) cond {
	exists := func(f frag) frag {
		if f.is(never) {
			return never
		}
		return e.e.holds(allOf(e.scope, f))
	}
	return cond{exists(c.may), exists(allOf(c.may, c.unsure))}
}

// A columnElement is the element of which columns have parts. It is there if one of them has a value. What else it has is in
// Extra.
type columnElement[T any] struct {
	s   *Store[T]
	sel *selection
}

func (e columnElement[T]) exists() frag {
	var parts []frag
	for _, n := range e.sel.fields {
		f := &e.s.columns[n]
		x := "{" + f.column + "}"
		switch {
		case f.column == "" || f.null || f.plain && !f.empty || f.empty && f.kind != kindText:
			return always
		case f.empty:
			parts = append(parts, sqlf("("+x+" IS NOT NULL AND "+x+" <> '')"))
		default:
			parts = append(parts, sqlf(x+" IS NOT NULL"))
		}
	}
	return anyOf(parts...)
}

func (e columnElement[T]) leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond {
	for _, n := range e.sel.fields {
		if e.s.columns[n].path.Sub == a {
			return e.s.compare(&e.s.columns[n], op, v)
		}
	}
	if want := e.sel.template.Value(a); !want.IsUnassigned() {
		switch op {
		case filter.Equal:
			return constant(a.Equal(want, v))
		case filter.Present:
			return constant(true)
		}
	}
	return unknown
}
