package compat

import (
	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// isEmpty reports whether v, the value or a sub-attribute of a, stands for no value: null, the empty array for a simple
// value (RFC 7643 §2.5), or the empty string, but not for a list of complex values: it would remove all, members too.
func isEmpty(a *schema.Attribute, v schema.Value) bool {
	switch v.Kind() {
	case schema.KindNull:
		return true
	case schema.KindString, schema.KindReference, schema.KindBinary:
		return v.Text() == "" && (!a.MultiValued || a.Type != schema.TypeComplex)
	case schema.KindRaw:
		if a.Type == schema.TypeComplex {
			return false
		}
		if s, ok := text(v); ok {
			return s == ""
		}
		return !a.MultiValued && wire.IsEmptyArray(v.Raw().JSON)
	}
	return false
}

// mustStay reports whether a can't be cleared: a user without active is neither allowed nor forbidden to sign in.
func mustStay(a *schema.Attribute) bool {
	return a.Required || a.Name == "active" && a.Type == schema.TypeBoolean && a.Parent() == nil
}

// dropEmpty drops the empty string where a resource or an element is sent as a whole. What the value of an element says is
// never dropped alone: it is what the element is.
func dropEmpty(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if c.body && where == whole && v.Kind() != schema.KindNull && isEmpty(a, v) && !mustStay(a) {
		return schema.Value{}, true
	}
	if where != element && where != lone || v.Kind() != schema.KindComplex {
		return v, false
	}
	o := v.Object()
	if c.body && where == element && isShell(a, o) {
		return schema.Value{}, true
	}
	kept := o.Transform(func(sub *schema.Attribute, sv schema.Value) schema.Value {
		if sv.Kind() == schema.KindNull || !isEmpty(sub, sv) || sub.Required || sub.Mutability == schema.Immutable {
			return sv
		}
		return schema.Value{}
	})
	if kept.Len() == o.Len() || kept.Len() == 0 {
		return v, false
	}
	return schema.Complex(kept), true
}

// isShell reports whether an element says of what type a value is that it then sends as null or as the empty string: there is
// none.
func isShell(a *schema.Attribute, o schema.Object) bool {
	value := a.SubAttribute("value")
	if value == nil || value.Mutability == schema.Immutable || !isEmpty(value, o.Value(value)) {
		return false
	}
	for sub, v := range o.All() {
		if sub != value && sub.Name != "type" && sub.Name != "primary" && !isEmpty(sub, v) {
			return false
		}
	}
	return true
}

// clearValue makes a remove operation of one that replaces a value by none, and nothing of one that adds none. Parts of a
// complex value go one by one.
func clearValue(c *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Op != patch.Add && op.Op != patch.Replace {
		return nil, false, nil
	}
	w := clearing{c: c, op: op}
	if op.Target == nil {
		if op.HasPath || op.Value.Kind() != schema.KindComplex {
			return nil, false, nil
		}
		rest := w.object(op.Value.Object(), "")
		if w.err != nil || !w.found {
			return nil, false, w.err
		}
		return append(w.separate(rest), w.removals...), true, nil
	}
	a := op.Target.Target()
	if isEmpty(a, op.Value) {
		if err := w.empty(a, op.Target.String()); err != nil {
			return nil, false, err
		}
		return w.removals, true, nil
	}
	if a.Type != schema.TypeComplex || op.Value.Kind() != schema.KindComplex || a.MultiValued && op.Target.Filter == nil {
		return nil, false, nil
	}
	if op.Target.Filter == nil && !a.IsExtension() && w.cleared(a, op.Value.Object()) {
		if err := w.empty(a, op.Target.String()); err != nil {
			return nil, false, err
		}
		return w.removals, true, nil
	}
	sep := "."
	if a.IsExtension() {
		sep = ":"
	}
	rest := w.object(op.Value.Object(), op.Target.String()+sep)
	if w.err != nil || !w.found {
		return nil, false, w.err
	}
	var made []patch.Op
	if rest.Len() > 0 {
		op.Value = schema.Complex(rest)
		made = append(made, op)
	}
	return append(made, w.removals...), true, nil
}

// A clearing is the search for empty values in one operation.
type clearing struct {
	c        *call
	op       patch.Op
	removals []patch.Op
	found    bool
	err      error
}

// empty notes that the attribute a, which path leads to, has no value.
func (w *clearing) empty(a *schema.Attribute, path string) error {
	w.found = true
	if mustStay(a) {
		return w.c.refuse(w.op, a.Name+" can't be cleared: send a value")
	}
	if w.op.Op == patch.Replace {
		o := patch.NewOp(w.c.t, patch.Remove, path, schema.Value{})
		switch {
		case o.PathErr == nil:
		case w.op.Target != nil && path == w.op.Target.String(): // it has no notation
			o = w.op
			o.Op, o.Value, o.Create = patch.Remove, schema.Value{}, false
		default:
			return w.c.refuse(w.op, a.Name+" can't be cleared through a filter on a single value: leave the filter out")
		}
		o.Index = w.op.Index
		w.removals = append(w.removals, o)
	}
	return nil
}

// object returns o without its empty values, which it notes. prefix is what comes before the names of o in a path.
func (w *clearing) object(o schema.Object, prefix string) schema.Object {
	return o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		switch {
		case w.err != nil, a.IsCommon() && a.Name != "externalId", a.Mutability == schema.ReadOnly:
			return v
		case isEmpty(a, v), !a.MultiValued && v.Kind() == schema.KindComplex && !a.IsExtension() && w.cleared(a, v.Object()):
			w.err = w.empty(a, prefix+a.Name)
			return schema.Value{}
		case a.MultiValued || v.Kind() != schema.KindComplex:
			return v
		}
		found := w.found
		w.found = false
		sep := "."
		if a.IsExtension() {
			sep = ":"
		}
		rest := w.object(v.Object(), prefix+a.Name+sep)
		changed := w.found
		w.found = w.found || found
		if !changed {
			return v
		}
		return schema.ComplexOrNone(rest)
	})
}

// cleared reports whether an object for the complex attribute a says that a has no value: what it gives for the sub-attribute
// value is empty, and so is all else.
func (w *clearing) cleared(a *schema.Attribute, o schema.Object) bool {
	value := a.SubAttribute("value")
	if value == nil || o.Value(value).Kind() == schema.KindUnassigned || len(o.Unknown()) > 0 {
		return false
	}
	for sub, v := range o.All() {
		if !isEmpty(sub, v) {
			return false
		}
	}
	return true
}

// separate returns an operation for each attribute of a value without path.
func (w *clearing) separate(rest schema.Object) []patch.Op {
	var made []patch.Op
	whole := rest
	for a, v := range rest.All() {
		if a.IsExtension() || a.IsCommon() && a.Name != "externalId" {
			continue
		}
		o := patch.NewOp(w.c.t, w.op.Op, a.Name, v)
		o.Index = w.op.Index
		made = append(made, o)
		whole = whole.With(a, schema.Value{})
	}
	if whole.Len() > 0 {
		o := w.op
		o.Value = schema.Complex(whole)
		made = append([]patch.Op{o}, made...)
	}
	return made
}
