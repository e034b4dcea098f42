package sqlstore

import (
	"slices"
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
func (s *translator) elements(p schema.Path, f func(e element) cond) cond {
	a := p.Attribute
	for _, c := range s.children {
		if c.attr == a {
			e := rowElement{s, c}
			return e.any(f(e))
		}
	}
	for _, l := range s.links {
		if l.attr == a {
			out := constant(false)
			for n := range l.tables {
				e := linkElement{s, l, n}
				out = out.or(e.any(f(e)))
			}
			return out
		}
	}
	if a == s.groups || s.fieldAt(p) != nil || !a.MultiValued {
		return unknown
	}
	out := constant(false)
	for _, sel := range s.selections {
		if sel.attr == a {
			e := columnElement{s, sel}
			c := f(e)
			out = out.or(cond{allOf(e.exists(), c.may), allOf(e.exists(), c.unsure)})
		}
	}
	if s.keeps() {
		// Other elements are in the companion, and their sub-attributes: only rows that have any have to be looked at.
		some := sqlf("(c.extra IS NOT NULL AND c.extra LIKE ?)", `%"`+a.Name+`"%`)
		out = cond{anyOf(out.may, some), anyOf(out.unsure, some)}
	}
	return out
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

// isPrimary reports whether a is the sub-attribute primary, which is false where it is missing (RFC 7643 §2.4).
func isPrimary(a *schema.Attribute) bool {
	return a.Name == "primary" && a.Type == schema.TypeBoolean && a.Parent() != nil && a.Parent().MultiValued
}

// A rowElement is a row e of a table of elements.
type rowElement struct {
	s *translator
	c *child
}

func (e rowElement) exists() frag { return always }

func (e rowElement) leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond {
	i := slices.IndexFunc(e.c.fields, func(f field) bool { return f.target == a })
	switch {
	case isPrimary(a) && op == filter.Equal && !v.Bool():
		if i < 0 {
			return known(always)
		}
		return e.leaf(a, op, schema.Boolean(true)).not()
	case i < 0:
		return constant(false)
	}
	return e.s.column(&e.c.fields[i], "e.", op, v)
}

// any returns the cond that a row fulfils c. An element that is empty is none, which takes a look.
func (e rowElement) any(c cond) cond {
	exists := func(f frag) frag {
		if f.is(never) {
			return never
		}
		return sqlf("t."+e.s.key+" IN (SELECT e."+e.c.owner+" FROM "+e.c.table+" e WHERE %s)", allOf(frag{text: "e." + e.c.owner + " IS NOT NULL"}, f))
	}
	own := e.c.own(e.s.Store, e.s.t)
	return cond{exists(allOf(own, c.may)), exists(allOf(own, c.may, c.unsure))}
}

// A linkElement is a row l of a table of members.
type linkElement struct {
	s *translator
	l *link
	n int
}

func (e linkElement) exists() frag { return always }

func (e linkElement) leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond {
	lt := &e.l.tables[e.n]
	switch {
	case a == e.l.value && op == filter.Present:
		return known(always)
	case a == e.l.value && op == filter.Equal:
		key, ok := lt.of.cfg.Key.parse(v.Text())
		if !ok {
			return known(never)
		}
		c := known(sqlf("l."+lt.element+" = ?", key))
		if lt.of.cfg.Key.Kind == KeyText && e.s.d != Postgres {
			c.unsure = always
		}
		return c
	case a == e.l.typ && op == filter.Present:
		return known(always)
	case a == e.l.typ && op == filter.Equal:
		return constant(strings.EqualFold(v.Text(), lt.of.typ.Name()))
	case a == e.l.ref && op != filter.Present:
		// The handler fills it.
		return known(never)
	}
	return unknown
}

// any returns the cond that a member fulfils c: one that exists for the tenant.
func (e linkElement) any(c cond) cond {
	lt := &e.l.tables[e.n]
	of, inner := lt.of, e.s.inner[lt.of]
	exists := func(f frag) frag {
		if f.is(never) {
			return never
		}
		where := allOf(frag{text: "l." + lt.owner + " IS NOT NULL"}, lt.own(e.s.t), of.visibleAs("o", "oc", inner), f)
		join := sqlf(" JOIN " + of.table + " o ON o." + of.key + " = l." + lt.element)
		if of.companion != "" {
			join = sqlf("%s LEFT JOIN "+of.companion+" oc ON oc.tenant = ? AND oc.row_key = o."+of.key, join, inner.text)
		}
		return sqlf("t."+e.s.key+" IN (SELECT l."+lt.owner+" FROM "+lt.table+" l%s WHERE %s)", join, where)
	}
	return cond{exists(c.may), exists(allOf(c.may, c.unsure))}
}

// A columnElement is the element of which columns of the table have parts. It is there if one of them has a value. What else
// it has is in the companion.
type columnElement struct {
	s   *translator
	sel *selection
}

func (e columnElement) exists() frag {
	var parts []frag
	for _, n := range e.sel.fields {
		f := &e.s.fields[n]
		if f.col.Convert != nil {
			return always
		}
		there := frag{text: "t." + f.column + " IS NOT NULL"}
		if f.col.Empty != nil {
			there = sqlf("(%s AND t."+f.column+" <> ?)", there, f.col.Empty)
		}
		parts = append(parts, there)
	}
	return anyOf(parts...)
}

func (e columnElement) leaf(a *schema.Attribute, op filter.Operator, v schema.Value) cond {
	for _, n := range e.sel.fields {
		if e.s.fields[n].path.Sub == a {
			return e.s.column(&e.s.fields[n], "t.", op, v)
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
	// The rest of the element is in the companion, if at all.
	return unknown
}
