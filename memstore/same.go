package memstore

import "github.com/embedscim/scim/schema"

// same reports whether a write that makes w of v changes nothing: letter case counts, the order of elements does not.
func same(v, w schema.Value) bool {
	if v.IsUnassigned() || w.IsUnassigned() {
		return v.IsUnassigned() && w.IsUnassigned()
	}
	if v.Kind() != w.Kind() {
		return false
	}
	switch v.Kind() {
	case schema.KindComplex:
		o, p := v.Object(), w.Object()
		if o.Len() != p.Len() {
			return false
		}
		for a, x := range o.All() {
			if !same(x, p.Value(a)) {
				return false
			}
		}
		return true
	case schema.KindList:
		if v.Len() != w.Len() {
			return false
		}
		sameOrder := true
		for i, e := range v.Elements() {
			sameOrder = sameOrder && same(e, w.Index(i))
		}
		if sameOrder {
			return true
		}
		counts := map[string]int{}
		for _, e := range v.Elements() {
			counts[e.String()]++
		}
		for _, e := range w.Elements() {
			counts[e.String()]--
		}
		for _, n := range counts {
			if n != 0 {
				return false
			}
		}
		return true
	}
	return v.Equal(w)
}
