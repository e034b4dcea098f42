package compat

import (
	"bytes"
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A member is one name and value of a JSON object.
type member struct {
	name  string
	value []byte
}

// members returns the members of a JSON object, or false if text is something else.
func members(text []byte) ([]member, bool) {
	r := wire.NewReader(text, 0)
	defer r.Close()
	if r.Kind() != wire.KindBeginObject || r.Next() != nil {
		return nil, false
	}
	var out []member
	for r.Kind() == wire.KindString {
		name, _, err := r.Raw()
		if err != nil {
			return nil, false
		}
		value, _, err := r.Raw()
		if err != nil {
			return nil, false
		}
		out = append(out, member{wire.Unquote(name), value})
	}
	return out, r.Kind() == wire.KindEndObject && r.Next() == nil && r.End() == nil
}

// only returns the element of a JSON array that has one.
func only(text []byte) ([]byte, bool) {
	r := wire.NewReader(text, 0)
	defer r.Close()
	if r.Kind() != wire.KindBeginArray || r.Next() != nil || r.Kind() == wire.KindEndArray {
		return nil, false
	}
	e, _, err := r.Raw()
	return e, err == nil && r.Kind() == wire.KindEndArray
}

func isNull(text []byte) bool { return string(text) == "null" }

// isNone reports whether text is null or the empty array, which would remove all.
func isNone(text []byte) bool { return isNull(text) || wire.IsEmptyArray(text) }

// text returns the string that raw input is.
func text(v schema.Value) (string, bool) {
	r := v.Raw()
	if r == nil {
		return "", false
	}
	j := bytes.TrimSpace(r.JSON)
	if len(j) == 0 || j[0] != '"' {
		return "", false
	}
	return wire.Unquote(j), true
}

// unwrapped takes [{"$ref":null,"value":x}] apart: x, and the object around it. value is nil if the object has no value, and
// alone is false if it has more than that. ok is false if j has another form.
func unwrapped(j []byte) (value, object []byte, alone, ok bool) {
	if object, ok = only(j); !ok {
		return nil, nil, false, false
	}
	ms, ok := members(object)
	alone = true
	for _, m := range ms {
		switch {
		case strings.EqualFold(m.name, "value"):
			value = m.value
		case !strings.EqualFold(m.name, "$ref") || !isNull(m.value):
			alone = false
		}
	}
	return value, object, alone, ok
}

func unwrap(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	r := v.Raw()
	if r == nil || a.MultiValued && where != selected || a.IsExtension() {
		return v, false
	}
	value, object, alone, ok := unwrapped(r.JSON)
	switch {
	case !ok || value == nil:
		return v, false
	case a.Type != schema.TypeComplex:
		if !alone {
			return v, false // a simple value has no place for the rest
		}
		return c.read(a, value, v), true
	case a.SubAttribute("value") == nil:
		return v, false
	}
	mended := c.read(a, object, v)
	if mended.Kind() != schema.KindComplex {
		return v, false
	}
	return schema.Complex(withoutNull(mended.Object(), true)), true
}

// unnest takes the value of members out of {"members":[...]}.
func unnest(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if !a.MultiValued || where == selected || where == element {
		return v, false // a list within a list is none
	}
	if r := v.Raw(); r != nil {
		if ms, ok := members(r.JSON); ok && len(ms) == 1 && strings.EqualFold(ms[0].name, a.Name) && !isNone(ms[0].value) {
			return c.read(a, ms[0].value, v), true
		}
		return v, false
	}
	if v.Kind() != schema.KindComplex || v.Object().Len() != 1 {
		return v, false
	}
	for _, r := range v.Object().Unknown() {
		if strings.EqualFold(r.Name, a.Name) && !isNone(r.JSON) {
			return c.read(a, r.JSON, v), true
		}
	}
	return v, false
}

func listOfOne(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	r := v.Raw()
	if r == nil || !a.MultiValued || where != whole || len(r.JSON) == 0 || r.JSON[0] == '[' {
		return v, false
	}
	if s, ok := text(v); ok && s == "" {
		return v, false
	}
	one := c.read(a, r.JSON, v)
	if one.Kind() == schema.KindRaw && a.Type != schema.TypeComplex && a.Type != schema.TypeBoolean {
		return v, false
	}
	if one.Kind() == schema.KindComplex && len(one.Object().Unknown()) == one.Object().Len() {
		return v, false // nothing in it is known: as an element it would be dropped
	}
	return schema.List(one), true
}

// valueOf returns the sub-attribute that a string for the complex attribute a stands for, or nil.
func valueOf(a *schema.Attribute) *schema.Attribute {
	if a.Type != schema.TypeComplex || a.IsExtension() {
		return nil
	}
	sub := a.SubAttribute("value")
	if sub == nil || sub.MultiValued || sub.Type != schema.TypeString && sub.Type != schema.TypeReference {
		return nil
	}
	return sub
}

func bareValue(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	sub := valueOf(a)
	if sub == nil || a.MultiValued && where == whole {
		return v, false
	}
	s, ok := text(v)
	switch {
	case !ok:
		return v, false
	case s != "":
		return schema.Complex(a.Object().With(sub, c.read(sub, v.Raw().JSON, v))), true
	case a.MultiValued:
		return v, false // an element without a value is no element, and a list of none would remove all
	}
	return schema.Null(), true
}

// The path of an operation that selects elements and has a string for them is that of their value.

func bareSelected(c *call, op patch.Op) ([]patch.Op, bool) {
	if !selectsElements(op) {
		return nil, false
	}
	if _, ok := text(op.Value); !ok {
		return nil, false
	}
	return []patch.Op{c.at(op, op.Target.String()+".value", op.Value)}, true
}

func unwrapSelected(c *call, op patch.Op) ([]patch.Op, bool) {
	if !selectsElements(op) || op.Value.Kind() != schema.KindList {
		return nil, false
	}
	j, err := op.Value.MarshalJSON()
	if err != nil {
		return nil, false
	}
	value, _, alone, ok := unwrapped(j)
	if !ok || !alone || value == nil {
		return nil, false
	}
	sub := op.Target.Attr.Target().SubAttribute("value")
	return []patch.Op{c.at(op, op.Target.String()+".value", c.read(sub, value, op.Value))}, true
}

func selectsElements(op patch.Op) bool {
	return op.Op != patch.Remove && op.Target != nil && op.Target.Filter != nil && op.Target.Sub == nil &&
		op.Target.Attr.Target().MultiValued && valueOf(op.Target.Attr.Target()) != nil
}

func isRoles(a *schema.Attribute) bool {
	return a.Name == "roles" && a.MultiValued && a.Schema() == schema.UserURI
}

// appRole reads an app role as JSON text. It is one only if it has a string as its value.
func appRole(s string) (value, display string, ok bool) {
	if s == "" || s[0] != '{' {
		return "", "", false
	}
	ms, ok := members([]byte(s))
	if !ok {
		return "", "", false
	}
	for _, m := range ms {
		if len(m.value) == 0 || m.value[0] != '"' {
			continue
		}
		switch m.name {
		case "value":
			value = wire.Unquote(m.value)
		case "displayName":
			display = wire.Unquote(m.value)
		}
	}
	return value, display, value != ""
}

func roleValue(_ *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if !isRoles(a) || v.Kind() != schema.KindComplex {
		return v, false
	}
	sub, display := a.SubAttribute("value"), a.SubAttribute("display")
	o := v.Object()
	value, name, ok := appRole(o.Value(sub).Text())
	if !ok {
		return v, false
	}
	o = o.With(sub, schema.String(value))
	if display != nil && name != "" && o.Value(display).IsUnassigned() {
		o = o.With(display, schema.String(name))
	}
	return schema.Complex(o), true
}

func roleSelected(c *call, op patch.Op) ([]patch.Op, bool) {
	if op.Op == patch.Remove || op.Target == nil || op.Target.Filter == nil || op.Target.Sub == nil || op.Target.Sub.Name != "value" {
		return nil, false
	}
	a := op.Target.Attr.Target()
	if !isRoles(a) {
		return nil, false
	}
	o := a.Object().With(op.Target.Sub, op.Value)
	v, ok := roleValue(c, a, schema.Complex(o), selected)
	if !ok {
		return nil, false
	}
	path := strings.TrimSuffix(op.Target.String(), "."+op.Target.Sub.Name)
	return []patch.Op{c.at(op, path, v)}, true
}

func displayName(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if !a.MultiValued || v.Kind() != schema.KindComplex {
		return v, false
	}
	display := a.SubAttribute("display")
	o := v.Object()
	if display == nil || !o.Value(display).IsUnassigned() {
		return v, false
	}
	for _, r := range o.Unknown() {
		if strings.EqualFold(r.Name, "displayName") {
			return schema.Complex(o.WithoutUnknown(r.Name).With(display, c.read(display, r.JSON, schema.Null()))), true
		}
	}
	return v, false
}

// withoutNull drops null under $ref if the schema has no such sub-attribute, and if all is set null everywhere.
func withoutNull(o schema.Object, all bool) schema.Object {
	for _, r := range o.Unknown() {
		if strings.EqualFold(r.Name, "$ref") && isNull(r.JSON) {
			o = o.WithoutUnknown(r.Name)
		}
	}
	if !all {
		return o
	}
	return o.Transform(func(_ *schema.Attribute, v schema.Value) schema.Value {
		if v.Kind() == schema.KindNull {
			return schema.Value{}
		}
		return v
	})
}

// dropNull leaves an element alone that would be nothing without its nulls: a list of nothing would remove all. So it does with
// one that clear knows for a shell, by the null that is its value.
func dropNull(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if v.Kind() != schema.KindComplex {
		return v, false
	}
	o := v.Object()
	if c.body && where == element && c.p.Has("clear") && isShell(a, o) {
		return v, false
	}
	kept := withoutNull(o, where == element || where == lone)
	if kept.Len() == o.Len() || kept.Len() == 0 {
		return v, false
	}
	return schema.Complex(kept), true
}

func booleanString(_ *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if a.Type != schema.TypeBoolean {
		return v, false
	}
	s, ok := text(v)
	switch {
	case ok && strings.EqualFold(s, "true"):
		return schema.Boolean(true), true
	case ok && strings.EqualFold(s, "false"):
		return schema.Boolean(false), true
	}
	return v, false
}
