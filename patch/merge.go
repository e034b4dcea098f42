package patch

import "github.com/embedscim/scim/schema"

// assigned returns the value of attribute a after v was added to old or replaces it, for an attribute without elements to
// keep apart: a singular one, or a sub-attribute. It is old itself if nothing changes.
func assigned(a *schema.Attribute, old, v schema.Value, add bool) (schema.Value, error) {
	switch {
	case nothing(v):
		if add {
			return old, nil
		}
		if a.Required {
			return old, required(a.String())
		}
		return unassigned(a, old)
	case a.MultiValued:
		return assignedList(a, old, v, add)
	case a.Type == schema.TypeComplex:
		o := old.Object()
		if old.Kind() != schema.KindComplex {
			o = a.Object()
		}
		next, changed, err := merge(o, v.Object(), add, refuseReadOnly)
		if err != nil || !changed {
			return old, err
		}
		if a.Mutability == schema.Immutable && !old.IsUnassigned() {
			return old, immutable(a.String())
		}
		return schema.ComplexOrNone(next), nil
	}
	if !old.IsUnassigned() {
		if a.Mutability == schema.Immutable {
			// To repeat an immutable value is no change, in letter case neither (RFC 7644 §3.5.1 says so for PUT).
			if a.Equal(old, v) {
				return old, nil
			}
			return old, immutable(a.String())
		}
		if old.Equal(v) {
			return old, nil
		}
	}
	return v, nil
}

// assignedList is assigned for a multi-valued sub-attribute.
func assignedList(a *schema.Attribute, old, v schema.Value, add bool) (schema.Value, error) {
	l := newList(a, old, new(budget))
	if err := l.assign(v, add); err != nil {
		return old, err
	}
	if next := l.result(); !old.Equal(next) {
		return next, nil
	}
	return old, nil
}

// unassigned returns what is left of old, the value of a, when it is removed: nothing, or null where that asks the store to
// clear what it does not show. What is part of a removed value goes with it, unless it is immutable.
func unassigned(a *schema.Attribute, old schema.Value) (schema.Value, error) {
	if old.IsUnassigned() {
		if a.Mutability == schema.WriteOnly {
			return schema.Null(), nil
		}
		return schema.Value{}, nil
	}
	if a.Mutability == schema.Immutable {
		return old, immutable(a.String())
	}
	if !a.MultiValued {
		for sub := range old.Object().All() {
			if sub.Mutability == schema.Immutable {
				return old, immutable(sub.String())
			}
		}
	}
	if a.Mutability == schema.WriteOnly {
		return schema.Null(), nil
	}
	return schema.Value{}, nil
}

// What merge does with values of readOnly sub-attributes.
const (
	refuseReadOnly = false // unless they repeat what is there (AMB-05)
	ignoreReadOnly = true  // as when a resource is created: a new element is as the client read it elsewhere
)

// merge returns o with the sub-attributes of v added or replaced; the others stay (RFC 7644 §3.5.2.3). It reports whether
// something changed.
func merge(o, v schema.Object, add, ignore bool) (schema.Object, bool, error) {
	changed := false
	for sub, sv := range v.All() {
		old := o.Value(sub)
		if sub.Mutability == schema.ReadOnly {
			if !ignore && !nothing(sv) && !sub.Equal(old, sv) {
				return o, false, readOnly(sub.String())
			}
			continue
		}
		next, err := assigned(sub, old, sv, add)
		if err != nil {
			return o, false, err
		}
		if !same(old, next) {
			o = o.With(sub, next)
			changed = true
		}
	}
	return o, changed, nil
}

// same reports whether v and w are the same value in the same spelling, with the same parts explicitly null.
func same(v, w schema.Value) bool {
	return v.Equal(w) && nulls(v) == nulls(w)
}

func nulls(v schema.Value) int {
	if v.Kind() == schema.KindNull {
		return 1
	}
	n := 0
	for _, sub := range v.Object().All() {
		n += nulls(sub)
	}
	return n
}
