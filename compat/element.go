package compat

import (
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// refuseEmpty refuses a list with an element that has nothing in it, or a member without value: it would count as no
// element, and replacing members with a list of such would leave a group empty.
func refuseEmpty(c *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Op != patch.Add && op.Op != patch.Replace {
		return nil, false, nil
	}
	if op.Target != nil {
		if op.Target.Filter == nil {
			return nil, false, c.refuseEmptyIn(op, op.Target.Target(), op.Value)
		}
		return nil, false, nil
	}
	if op.Value.Kind() != schema.KindComplex {
		return nil, false, nil
	}
	for a, v := range op.Value.Object().All() {
		if err := c.refuseEmptyIn(op, a, v); err != nil {
			return nil, false, err
		}
	}
	return nil, false, nil
}

func (c *call) refuseEmptyIn(op patch.Op, a *schema.Attribute, v schema.Value) error {
	if a.IsExtension() && v.Kind() == schema.KindComplex {
		for sub, sv := range v.Object().All() {
			if err := c.refuseEmptyIn(op, sub, sv); err != nil {
				return err
			}
		}
		return nil
	}
	if !a.MultiValued || a.Type != schema.TypeComplex {
		return nil
	}
	empty := v.Kind() == schema.KindComplex && blank(a, v)
	for _, e := range v.Elements() {
		if empty = empty || e.Kind() == schema.KindComplex && blank(a, e); empty {
			break
		}
	}
	if !empty {
		return nil
	}
	return &patch.Error{Op: op.Index, Path: a.String(), Err: &schema.Error{
		Type: schema.InvalidValue, Path: a.String(), Rule: emptyElement, Offset: -1,
	}}
}

const emptyElement = "an element has no value: send its value, or an empty array to remove all"

// blank reports whether an element of a has nothing in it, or lacks what says which one it is.
func blank(a *schema.Attribute, v schema.Value) bool {
	o := v.Object()
	if value := a.SubAttribute("value"); value != nil && value.Mutability == schema.Immutable {
		return o.Value(value).IsUnassigned() || isEmpty(value, o.Value(value))
	}
	if len(o.Unknown()) > 0 {
		return false
	}
	for _, sv := range o.All() {
		if !sv.IsUnassigned() {
			return false
		}
	}
	return true
}
