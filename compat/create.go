package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// createElement asks for an element if the filter of the path finds none, provided that the filter describes one by what
// kind of element it is. An element that is looked for by its value, and a member, can't be made up: that would give access.
func createElement(_ *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Create || op.Op != patch.Add && op.Op != patch.Replace || op.Target == nil || op.Target.Filter == nil {
		return nil, false, nil
	}
	a := op.Target.Attr.Target()
	if !a.MultiValued || a.Type != schema.TypeComplex || op.Value.IsUnassigned() {
		return nil, false, nil
	}
	if v := a.SubAttribute("value"); v != nil && v.Mutability == schema.Immutable {
		return nil, false, nil
	}
	if !describes(op.Target.Filter.Expr(), op.Target.Sub, op.Value) {
		return nil, false, nil
	}
	op.Create = true
	return []patch.Op{op}, true, nil
}

// describes reports whether x says what kind of element it looks for, and setting sub to v leaves that true.
func describes(x filter.Expr, sub *schema.Attribute, v schema.Value) bool {
	switch x := x.(type) {
	case *filter.Logical:
		return x.Op == filter.And && describes(x.Left, sub, v) && describes(x.Right, sub, v)
	case *filter.Comparison:
		switch strings.ToLower(x.Attr) {
		case "value", "$ref", "display":
			return false
		}
		if sub != nil && strings.EqualFold(sub.Name, x.Attr) && !sub.Equal(v, x.Operand) {
			return false
		}
		return x.Op == filter.Equal && x.Value.Kind != filter.LiteralNull
	}
	return false
}
