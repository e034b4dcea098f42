package memstore

import (
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// An index finds resources by the values of one attribute, which may have several.
type index struct {
	path   schema.Path
	target *schema.Attribute
	unique bool
}

// indexesOf returns the indexes that resources of type t get: one per unique attribute, wherever it is, and those that
// identity providers search by.
func indexesOf(t *schema.ResourceType) []index {
	var out []index
	var consider func(a *schema.Attribute)
	consider = func(a *schema.Attribute) {
		i := index{path: a.Path(), target: a, unique: a.Uniqueness != schema.UniqueNone}
		searched := a.Type == schema.TypeString && (i.path.String() == "externalId" || i.path.String() == "displayName" || i.path.String() == "emails.value")
		if !a.IsExtension() && (i.unique || searched) {
			out = append(out, i)
		}
		for _, s := range a.SubAttributes {
			consider(s)
		}
	}
	for _, a := range t.Attributes() {
		if !a.IsCommon() || a.Name == "externalId" {
			consider(a)
		}
	}
	return out
}

// keys returns what the index has r under. Two values have the same key exactly if they are equal by the rules of the
// attribute.
func (i *index) keys(r *schema.Resource) []string {
	v := r.At(i.path)
	if v.IsUnassigned() {
		return nil
	}
	if v.Kind() != schema.KindList {
		return []string{i.target.ElementKey(v)}
	}
	out := make([]string, 0, v.Len())
	for _, e := range v.Elements() {
		out = append(out, i.target.ElementKey(e))
	}
	return out
}

// reindex brings the indexes from the state old of a resource, which may be nil, to next, which may be nil too, unless a
// unique value is taken.
func (s *Store) reindex(t *table, old, next *record) error {
	for n := range s.indexes {
		i := &s.indexes[n]
		var before, after []string
		if old != nil {
			before = i.keys(&old.resource)
		}
		if next != nil {
			after = i.keys(&next.resource)
		}
		if len(before) == 1 && len(after) == 1 && before[0] == after[0] {
			continue
		}
		tree := t.indexes[n]
		for _, k := range before {
			k := key{k, old.seq}
			// A value that is there twice has one entry.
			if _, ok := tree.get(k); ok {
				tree = tree.without(k)
			}
		}
		for _, k := range after {
			if i.unique {
				for other := range tree.withText(k) {
					if other.seq != next.seq {
						return scim.Errorf(scim.ErrUniqueness, "%s is taken: another %s has the same value, and it must be unique.", i.path, s.typ.Name())
					}
				}
			}
			tree = tree.with(key{k, next.seq}, struct{}{})
		}
		t.indexes[n] = tree
	}
	return nil
}
