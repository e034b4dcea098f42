package memstore

import (
	"slices"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// candidates returns the insertion numbers of all records that x can hold for, in order, and perhaps of others. ok is false
// if no index helps: then all records are candidates.
func (s *Store) candidates(st *state, x filter.Expr) (found []uint64, ok bool) {
	switch x := x.(type) {
	case *filter.Logical:
		left, ok := s.candidates(st, x.Left)
		if x.Op == filter.And && ok && len(left) == 0 {
			return left, true
		}
		right, too := s.candidates(st, x.Right)
		if x.Op == filter.Or {
			if !ok || !too {
				return nil, false
			}
			left = append(left, right...)
			slices.Sort(left)
			return slices.Compact(left), true
		}
		if !ok || too && len(right) < len(left) {
			return right, too
		}
		return left, true
	case *filter.Comparison:
		if x.Op == filter.Equal && !x.Operand.IsUnassigned() {
			return s.lookup(st, x.Path, x.Operand)
		}
	case *filter.ValuePath:
		value := x.Path.Attribute.SubAttribute("value")
		if v, ok := required(x.Filter, value); ok {
			return s.lookup(st, schema.Path{Extension: x.Path.Extension, Attribute: x.Path.Attribute, Sub: value}, v)
		}
	}
	return nil, false
}

// required returns the value that a filter for elements asks the sub-attribute to have, if it asks for one.
func required(x filter.Expr, sub *schema.Attribute) (schema.Value, bool) {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op == filter.And {
			if v, ok := required(x.Left, sub); ok {
				return v, true
			}
			return required(x.Right, sub)
		}
	case *filter.Comparison:
		if x.Op == filter.Equal && sub != nil && x.Path.Attribute == sub && !x.Operand.IsUnassigned() {
			return x.Operand, true
		}
	}
	return schema.Value{}, false
}

// lookup returns the records in which the attribute that p leads to is v, or has it among its values.
func (s *Store) lookup(st *state, p schema.Path, v schema.Value) (found []uint64, ok bool) {
	t := st.table(s)
	if a := p.Attribute; a != nil && a.IsCommon() && a.Name == "id" {
		if r := st.find(s, v.Text()); r != nil {
			found = append(found, r.seq)
		}
		return found, true
	}
	if p.Sub != nil && p.Sub.Exact() {
		for n := range s.links {
			if s.links[n].attr == p.Attribute && s.links[n].value == p.Sub {
				for k := range t.edges[n].withText(v.Text()) {
					found = append(found, k.seq)
				}
				return found, true
			}
		}
		if s.derived.attr != nil && s.derived.attr == p.Attribute && s.derived.value == p.Sub {
			return s.below(st, v.Text()), true
		}
	}
	for n := range s.indexes {
		i := &s.indexes[n]
		if i.path != p || i.target.Type != schema.TypeString && i.target.Type != schema.TypeReference {
			continue
		}
		for k := range t.indexes[n].withText(i.target.ElementKey(v)) {
			found = append(found, k.seq)
		}
		return found, true
	}
	return nil, false
}

// require adds what x has to see to n. Of the members of a group, a filter that asks for certain ids has to see those only:
// it holds for these elements, or fails for them, whatever the others are.
func (s *Store) require(n *needs, x filter.Expr) {
	switch x := x.(type) {
	case *filter.Logical:
		s.require(n, x.Left)
		s.require(n, x.Right)
	case *filter.Not:
		s.require(n, x.X)
	case *filter.Comparison:
		plain := (x.Op == filter.Equal || x.Op == filter.NotEqual) && x.Path.Sub != nil && !x.Operand.IsUnassigned()
		s.requirePart(n, x.Path, x.Path.Sub, x.Operand, plain)
	case *filter.ValuePath:
		value := x.Path.Attribute.SubAttribute("value")
		v, ok := required(x.Filter, value)
		s.requirePart(n, x.Path, value, v, ok)
	}
}

func (s *Store) requirePart(n *needs, p schema.Path, sub *schema.Attribute, v schema.Value, plain bool) {
	if p.Attribute == nil {
		return
	}
	if p.Attribute == s.derived.attr {
		n.groups = true
	}
	for i := range s.links {
		switch l := &s.links[i]; {
		case l.attr != p.Attribute:
		case plain && l.value == sub && l.value.Exact():
			n.links[i].ids = append(n.links[i].ids, v.Text())
		default:
			n.links[i].all = true
		}
	}
}
