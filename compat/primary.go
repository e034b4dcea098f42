package compat

import (
	"strings"

	"github.com/embedscim/scim/schema"
)

// firstPrimary makes the first of several primary values the only one (RFC 7643 §2.4), but for one that is empty if another is not.
func firstPrimary(_ *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if where != whole || primaries(a, v) < 2 {
		return v, false
	}
	primary, value := a.SubAttribute("primary"), a.SubAttribute("value")
	first, chosen, i := -1, -1, -1
	for i, e := range v.Elements() {
		if !isPrimary(primary, e) {
			continue
		}
		if first < 0 {
			first = i
		}
		if value != nil && chosen < 0 && !isEmpty(value, e.Object().Value(value)) && !e.Object().Value(value).IsUnassigned() {
			chosen = i
		}
	}
	if chosen < 0 {
		chosen = first
	}
	key := a.ElementKey(v.Index(chosen))
	return v.Transform(func(e schema.Value) schema.Value {
		// An element that is there again says nothing new, and the last of them stays.
		if i++; i == chosen || !isPrimary(primary, e) || a.ElementKey(e) == key {
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
	n, first := 0, ""
	for _, e := range v.Elements() {
		if !isPrimary(primary, e) {
			continue
		}
		// An element that is there twice counts once.
		if key := a.ElementKey(e); n == 0 || key != first {
			first = key
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
