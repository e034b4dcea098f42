package compat

import (
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// removeValues makes one operation for each value that a remove operation lists: by RFC 7644 §3.5.2.2 it would remove all.
// A value that does not say which element it means is an error, and so is null: too much is at stake to guess.
func removeValues(c *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Op != patch.Remove || !listsValues(op) {
		return nil, false, nil
	}
	a := op.Target.Target()
	var listed []schema.Value
	switch op.Value.Kind() {
	case schema.KindUnassigned:
		return nil, false, nil
	case schema.KindNull:
		return nil, false, c.refuse(op, "the value to remove is null: list the values to remove, or send no value to remove all")
	case schema.KindList:
		for _, v := range op.Value.Elements() {
			listed = append(listed, v)
		}
	default:
		listed = append(listed, op.Value)
	}
	made := make([]patch.Op, 0, len(listed))
	for _, v := range listed {
		x, err := c.identity(op, a, v)
		if err != nil {
			return nil, false, err
		}
		o := patch.NewOp(c.t, patch.Remove, op.Target.Attr.String()+"["+x.String()+"]", schema.Value{})
		if o.PathErr != nil {
			return nil, false, c.refuse(op, "the value to remove can't be looked for: remove it with a filter in the path")
		}
		o.Index = op.Index
		made = append(made, o)
	}
	return made, true, nil
}

// listsValues reports whether the value of a remove operation says which values of a multi-valued attribute to remove.
func listsValues(op patch.Op) bool {
	if op.Target == nil || op.Target.Filter != nil || !op.Target.Target().MultiValued {
		return false
	}
	p := op.Target.Attr
	return p.Sub == nil || !p.Attribute.MultiValued
}

// identity returns the filter that finds the element which is meant by v.
func (c *call) identity(op patch.Op, a *schema.Attribute, v schema.Value) (filter.Expr, error) {
	if err := v.Err(); err != nil {
		return nil, &patch.Error{Op: op.Index, Path: op.Target.Attr.String(), Err: err}
	}
	if a.Type != schema.TypeComplex {
		if v.Text() == "" {
			return nil, c.refuse(op, "a value to remove is empty")
		}
		return equal("value", v), nil
	}
	o := v.Object()
	value := a.SubAttribute("value")
	if value != nil && value.Mutability == schema.Immutable {
		// Only the value says which element it is: a display name that has changed must not keep a member in a group.
		if id := o.Value(value); id.Text() != "" {
			return equal(value.Name, id), nil
		}
		return nil, c.refuse(op, "a value to remove lacks "+value.Name+", which says which one is meant")
	}
	var x filter.Expr
	and := func(sub *schema.Attribute, v schema.Value) {
		switch y := equal(sub.Name, v); {
		case v.Text() == "" || sub.Name == "$ref":
		case x == nil:
			x = y
		default:
			x = &filter.Logical{Op: filter.And, Left: x, Right: y}
		}
	}
	hasValue := value != nil && o.Value(value).Text() != ""
	for sub, sv := range o.All() {
		// A name for humans may have changed since, and must not keep a role.
		if sub != value && !(hasValue && sub.Name == "display") {
			and(sub, sv)
		}
	}
	if value != nil {
		and(value, o.Value(value))
	}
	if x == nil {
		return nil, c.refuse(op, "a value to remove is empty")
	}
	return x, nil
}

func equal(name string, v schema.Value) filter.Expr {
	l := filter.Literal{Kind: filter.LiteralString, Text: v.Text()}
	switch v.Kind() {
	case schema.KindInteger, schema.KindDecimal:
		l.Kind = filter.LiteralNumber
	case schema.KindBoolean:
		if l.Kind = filter.LiteralFalse; v.Bool() {
			l.Kind = filter.LiteralTrue
		}
	}
	return &filter.Comparison{Attr: name, Op: filter.Equal, Value: l}
}

// dropRemoveValue drops the value of a remove operation, unless the path leads to more than the value says.
func dropRemoveValue(_ *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Op != patch.Remove || op.Target == nil || op.Value.Kind() == schema.KindUnassigned {
		return nil, false, nil
	}
	if op.Target.Filter == nil {
		p, a := op.Target.Attr, op.Target.Target()
		switch {
		case a.IsExtension(), a.MultiValued, p.Sub != nil && p.Attribute.MultiValued:
			return nil, false, nil
		case a.Type == schema.TypeComplex && a.SubAttribute("value") == nil:
			return nil, false, nil
		}
	}
	op.Value = schema.Value{}
	return []patch.Op{op}, true, nil
}
