package compat

import "github.com/embedscim/scim/schema"

// dropReadOnly drops the readOnly sub-attributes of a single value: a client sends back what it has read, with another id. POST
// and PUT ignore them (RFC 7644 §3.3, §3.5.1), and so do elements of multi-valued attributes.
func dropReadOnly(_ *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) {
	if where != whole || !hasReadOnly(a, v) {
		return v, false
	}
	return schema.Complex(v.Object().Transform(func(sub *schema.Attribute, sv schema.Value) schema.Value {
		if sub.Mutability == schema.ReadOnly {
			return schema.Value{}
		}
		return sv
	})), true
}

// hasReadOnly reports whether v is a single value of a with readOnly sub-attributes beside others.
func hasReadOnly(a *schema.Attribute, v schema.Value) bool {
	if a == nil || a.Type != schema.TypeComplex || a.MultiValued || a.IsExtension() || a.Mutability == schema.ReadOnly || v.Kind() != schema.KindComplex {
		return false
	}
	readOnly, others := 0, 0
	for sub := range v.Object().All() {
		if sub.Mutability == schema.ReadOnly {
			readOnly++
		} else {
			others++
		}
	}
	return readOnly > 0 && others > 0
}
