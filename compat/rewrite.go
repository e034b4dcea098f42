package compat

import (
	"slices"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// readDepth is how deep a value may nest that is read again, against another attribute. It was no deeper when it was read
// first.
const readDepth = 64

// A call is one request being rewritten.
type call struct {
	t       *schema.ResourceType
	p       *Profile
	applied []Applied
	index   int   // of the operation, or 0
	mended  int   // how many values have been rewritten
	split   int   // how many names have become operations
	err     error // a rule refuses the operation
	seen    map[recorded]bool
	buf     [2][]byte // for records
	body    bool      // the value is a resource, or a part of one, and no operation is around it
}

// RewritePatch returns the operations of a PATCH request as the rules of p rewrite them, with a record of what they did. ops
// comes from [patch.Read] and is not changed; it is returned as it is if there is nothing to rewrite. An operation may become
// several or, when nothing is left to do, none: a request whose operations are all dropped succeeds without effect.
//
// What no rule knows stays for [patch.Check] to refuse. An error is a [*patch.Error]; it stands for input that RFC 7644 would
// carry out but that is too likely to be an accident, such as removing members with null as their list.
func RewritePatch(t *schema.ResourceType, p *Profile, ops []patch.Op) ([]patch.Op, []Applied, error) {
	if p == nil || len(p.rules) == 0 {
		return ops, nil, nil
	}
	first := 0
	for first < len(ops) && settled(&ops[first]) {
		first++
	}
	if first == len(ops) {
		return ops, nil, nil
	}
	c := call{t: t, p: p}
	out := make([]patch.Op, 0, len(ops))
	for i := range ops {
		op := ops[i]
		if op.Index == 0 {
			op.Index = i + 1
		}
		if i < first || settled(&ops[i]) {
			out = append(out, op)
			continue
		}
		c.index = op.Index
		var err error
		if out, err = c.operation(out, op); err != nil {
			return nil, c.applied, err
		}
	}
	if len(c.applied) == 0 {
		return ops, nil, nil
	}
	return out, c.applied, nil
}

// settled reports whether certainly no rule applies to op.
func settled(op *patch.Op) bool {
	switch {
	case op.PathErr != nil, op.HasPath && op.Target == nil:
		return false
	case op.Op == patch.Remove:
		return op.Value.Kind() == schema.KindUnassigned
	case op.Op != patch.Add && op.Op != patch.Replace:
		return false
	case op.Target == nil:
		return op.Value.Kind() == schema.KindComplex && plain(nil, op.Value)
	case op.Target.Filter != nil && !op.Create:
		return false
	}
	a := op.Target.Target()
	return plain(a, op.Value) && !(a.MultiValued && op.Value.Kind() == schema.KindComplex && blank(a, op.Value))
}

// plain reports whether no rule applies to v, a value or element of a: it conforms, and holds neither null, nor the
// empty string, nor an element without value, nor an app role as JSON, nor two primary values.
func plain(a *schema.Attribute, v schema.Value) bool {
	switch v.Kind() {
	case schema.KindNull, schema.KindRaw:
		return false
	case schema.KindString, schema.KindReference, schema.KindBinary:
		text := v.Text()
		return text != "" && (text[0] != '{' || a == nil || a.Parent() == nil || !isRoles(a.Parent()))
	case schema.KindComplex:
		o := v.Object()
		if !o.Conforms() || hasReadOnly(a, v) {
			return false
		}
		for sub, sv := range o.All() {
			if !plain(sub, sv) {
				return false
			}
		}
	case schema.KindList:
		if primaries(a, v) > 1 {
			return false
		}
		for _, e := range v.Elements() {
			if !plain(a, e) || e.Kind() == schema.KindComplex && blank(a, e) {
				return false
			}
		}
	}
	return true
}

// operation applies the rules to one operation, and appends what they make of it to out.
func (c *call) operation(out []patch.Op, op patch.Op) ([]patch.Op, error) {
	for _, r := range c.p.rules {
		if r.shape == nil {
			continue
		}
		made, ok := r.shape(c, op)
		if c.err != nil {
			return nil, c.err
		}
		if !ok {
			continue
		}
		c.recordOps(r, op, made)
		out = slices.Grow(out, len(made))
		for _, m := range made {
			var err error
			if out, err = c.operation(out, m); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if op.HasPath && op.Target == nil {
		mended, ok := c.path(op)
		if !ok {
			return append(out, op), nil
		}
		return c.operation(out, mended)
	}
	if op.Op == patch.Remove && !listsValues(op) {
		// What a remove has as its value is dropped or refused as it is.
	} else if op.Target != nil {
		op.Value = c.value(op.Target.Target(), op.Value, placeOf(op))
	} else if op.Value.Kind() == schema.KindComplex {
		n := c.mended
		if o := c.object(op.Value.Object()); c.mended > n {
			op.Value = schema.Complex(o)
		}
	}
	start := len(out)
	out = append(out, op)
	for _, r := range c.p.rules {
		if r.op == nil {
			continue
		}
		for i := start; i < len(out); i++ {
			made, ok, err := r.op(c, out[i])
			if err != nil {
				return nil, err
			}
			if ok {
				c.recordOps(r, out[i], made)
				out = slices.Replace(out, i, i+1, made...)
				i += len(made) - 1
			}
		}
	}
	return out, nil
}

func placeOf(op patch.Op) place {
	switch {
	case op.Target.Filter != nil && op.Target.Sub == nil:
		return selected
	case op.Target.Target().MultiValued && op.Value.Kind() != schema.KindList:
		return lone
	}
	return whole
}

// value applies the rules to a value of a, and to its parts.
func (c *call) value(a *schema.Attribute, v schema.Value, where place) schema.Value {
	// What one rule makes another may mend, as a string in a wrapping. Each takes something away, so this ends; the bound is for a
	// rule that does not.
	for range 16 {
		n := c.mended
		if v = c.valueOnce(a, v, where); c.mended == n {
			break
		}
	}
	return v
}

// valueOnce applies each rule once.
func (c *call) valueOnce(a *schema.Attribute, v schema.Value, where place) schema.Value {
	for _, r := range c.p.rules {
		if r.value == nil {
			continue
		}
		if mended, ok := r.value(c, a, v, where); ok {
			c.recordValue(r, a, v, mended)
			c.mended++
			v = mended
		}
	}
	switch v.Kind() {
	case schema.KindComplex:
		n := c.mended
		if o := c.object(v.Object()); c.mended > n {
			return schema.Complex(o)
		}
	case schema.KindList:
		return v.Transform(func(e schema.Value) schema.Value { return c.value(a, e, element) })
	}
	return v
}

// object applies the rules to the attributes of an object.
func (c *call) object(o schema.Object) schema.Object {
	return o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value { return c.value(a, v, whole) })
}

// path mends the path of an operation, and reads the value against the attribute it now leads to.
func (c *call) path(op patch.Op) (patch.Op, bool) {
	text, ok := c.mendPath(op.Path)
	if !ok {
		return op, false
	}
	return c.at(op, text, op.Value), true
}

// at returns op with another path, and v read against the attribute that it leads to.
func (c *call) at(op patch.Op, path string, v schema.Value) patch.Op {
	op.Value = v
	return op.WithPath(c.t, path)
}

// on returns op on another path, which leads to what v is a value of already.
func (c *call) on(op patch.Op, path string, v schema.Value) patch.Op {
	made := patch.NewOp(c.t, op.Op, path, schema.Value{})
	made.Value, made.Index = v, op.Index
	return made
}

// reread reads a value against another attribute than it was read first. What does not suit stays raw.
func (c *call) reread(a *schema.Attribute, v schema.Value) schema.Value {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		return v
	}
	text, err := v.MarshalJSON()
	if err != nil {
		return v
	}
	return c.read(a, text, v)
}

// read reads JSON against a; it returns instead if that fails, which well-formed input of limited depth can't.
func (c *call) read(a *schema.Attribute, text []byte, instead schema.Value) schema.Value {
	offset := int64(0)
	if r := instead.Raw(); r != nil && r.Err != nil {
		offset = max(r.Err.Offset, 0)
	}
	v, err := c.t.ReadValue(a, text, offset, readDepth)
	if err != nil {
		return instead
	}
	return v
}

// refuse returns the error for an operation that RFC 7644 would carry out, or that no rule can make sense of.
func (c *call) refuse(op patch.Op, why string) error {
	path := ""
	if op.Target != nil {
		path = op.Target.Attr.String()
	}
	return &patch.Error{Op: op.Index, Path: path, Err: &schema.Error{Type: schema.InvalidValue, Path: path, Rule: why, Offset: -1}}
}
