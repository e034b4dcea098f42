package compat

import (
	"strings"

	"github.com/embedscim/scim/schema"
)

// firstPrimary makes the first of several primary values the only one (RFC 7643 §2.4).
func firstPrimary(_ *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if where != whole || primaries(a, v) < 2 {
		return v, false
	}
	primary, found := a.SubAttribute("primary"), false
	return v.Transform(func(e schema.Value) schema.Value {
		switch {
		case !isPrimary(primary, e):
			return e
		case !found:
			found = true
			return e
		}
		return schema.Complex(e.Object().With(primary, schema.Boolean(false)))
	}), true
}

// primaries counts the values of a that are primary, or will be once the string "True" has become a boolean.
func primaries(a *schema.Attribute, v schema.Value) int {
	if a == nil || v.Len() < 2 {
		return 0
	}
	primary := a.SubAttribute("primary")
	if primary == nil || primary.Type != schema.TypeBoolean {
		return 0
	}
	n := 0
	for _, e := range v.Elements() {
		if isPrimary(primary, e) {
			n++
		}
	}
	return n
}

func isPrimary(primary *schema.Attribute, e schema.Value) bool {
	if e.Kind() != schema.KindComplex {
		return false
	}
	v := e.Object().Value(primary)
	s, ok := text(v)
	return v.Bool() || ok && strings.EqualFold(s, "true")
}
