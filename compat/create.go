package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// createElement asks for an element if the filter of the path finds none, where [patch.Op.Creatable] allows that.
func createElement(_ *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Create || !op.Creatable() {
		return nil, false, nil
	}
	op.Create = true
	return []patch.Op{op}, true, nil
}

// addFiltered adds the member that a filter looks for, where the operation has no value that could say what to add.
func addFiltered(c *call, op patch.Op) ([]patch.Op, bool) {
	if op.Op != patch.Add || op.Target == nil || op.Target.Filter == nil || op.Target.Sub != nil || op.Value.Kind() != schema.KindUnassigned {
		return nil, false
	}
	a := op.Target.Attr.Target()
	value := a.SubAttribute("value")
	x, ok := op.Target.Filter.Expr().(*filter.Comparison)
	if !ok || value == nil || value.Mutability != schema.Immutable || x.Op != filter.Equal || x.Value.Kind != filter.LiteralString || !strings.EqualFold(x.Attr, value.Name) {
		return nil, false
	}
	element := schema.Complex(a.Object().With(value, schema.String(x.Value.Text)))
	return []patch.Op{c.on(op, op.Target.Attr.String(), schema.List(element))}, true
}
