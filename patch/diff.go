package patch

import (
	"slices"

	"github.com/embedscim/scim/schema"
)

// Diff returns what the change from before to after consists of, in the order of the schema: see [Change]. Elements count
// as the same as [schema.Attribute.ElementKey] says; one whose value has changed is the same if it is the only one of its
// type. The order of elements does not count. id and meta, which are not the client's, are left out.
func Diff(before, after *schema.Resource) []Change { return diff(before, after, nil) }

// diff is Diff; if worked is not nil, multi-valued attributes that are not in it have not changed.
func diff(before, after *schema.Resource, worked func(schema.Path) bool) []Change {
	d := differ{worked: worked}
	t := after.Attributes.Type()
	if t == nil {
		return nil
	}
	for _, a := range t.Attributes() {
		switch {
		case a.IsExtension():
			x, y := before.Attributes.Value(a).Object(), after.Attributes.Value(a).Object()
			if x.Len()+y.Len() > 0 {
				for _, sub := range a.SubAttributes {
					d.attribute(sub, x.Value(sub), y.Value(sub))
				}
			}
		case !a.IsCommon():
			d.attribute(a, before.Attributes.Value(a), after.Attributes.Value(a))
		case a.Name == "externalId" && before.ExternalID != after.ExternalID:
			d.add(a.Path(), before.At(a.Path()), after.At(a.Path()))
		}
	}
	return d.changes
}

type differ struct {
	changes []Change
	worked  func(schema.Path) bool
}

func (d *differ) add(p schema.Path, old, new schema.Value) {
	for _, a := range [...]*schema.Attribute{p.Attribute, p.Sub} {
		if a != nil && a.Mutability == schema.WriteOnly {
			old, new = schema.Value{}, schema.Value{}
		}
	}
	if new.IsUnassigned() {
		new = schema.Value{}
	}
	if old.IsUnassigned() {
		old = schema.Value{}
	}
	d.changes = append(d.changes, Change{p, old, new})
}

func (d *differ) attribute(a *schema.Attribute, x, y schema.Value) {
	p := a.Path()
	switch {
	case a.MultiValued && p.Sub == nil:
		if d.worked == nil || d.worked(p) {
			d.elements(a, x, y)
		}
	case same(x, y):
	case a.Type == schema.TypeComplex:
		for _, sub := range a.SubAttributes {
			d.attribute(sub, x.Object().Value(sub), y.Object().Value(sub))
		}
	default:
		d.add(p, x, y)
	}
}

func (d *differ) elements(a *schema.Attribute, x, y schema.Value) {
	lo, m, n := 0, x.Len(), y.Len()
	secrets := slices.ContainsFunc(a.SubAttributes, func(sub *schema.Attribute) bool { return sub.Mutability == schema.WriteOnly })
	same := func(v, w schema.Value) bool { return v.Equal(w) && (!secrets || nulls(v) == nulls(w)) }
	// Most elements stay: those before and after the changed ones need no keys.
	for lo < m && lo < n && same(x.Index(lo), y.Index(lo)) {
		lo++
	}
	for m > lo && n > lo && same(x.Index(m-1), y.Index(n-1)) {
		m--
		n--
	}
	if lo == m && lo == n {
		return
	}
	p := a.Path()
	known := make(map[string][]schema.Value, m-lo)
	for i := lo; i < m; i++ {
		k := a.ElementKey(x.Index(i))
		known[k] = append(known[k], x.Index(i))
	}
	var added []schema.Value
	for i := lo; i < n; i++ {
		e := y.Index(i)
		k := a.ElementKey(e)
		if old := known[k]; len(old) > 0 {
			known[k] = old[1:]
			if !same(old[0], e) {
				d.add(p, old[0], e)
			}
			continue
		}
		added = append(added, e)
	}
	var removed []schema.Value
	for i := lo; i < m; i++ {
		k := a.ElementKey(x.Index(i))
		if old := known[k]; len(old) > 0 {
			known[k] = old[1:]
			removed = append(removed, old[0])
		}
	}
	d.pair(a, removed, added)
}

// pair adds the changes of elements without a counterpart, but takes a removed and an added one that are the only ones of
// their type for the same.
func (d *differ) pair(a *schema.Attribute, removed, added []schema.Value) {
	p := a.Path()
	partner := make([]int, len(removed)) // 1 + position in added
	paired := make([]bool, len(added))
	typ, value := a.SubAttribute("type"), a.SubAttribute("value")
	if typ != nil && (value == nil || value.Mutability != schema.Immutable) && len(removed) > 0 && len(added) > 0 {
		was, is := byType(typ, removed), byType(typ, added)
		for name, i := range was {
			if j := is[name]; i > 0 && j > 0 {
				partner[i-1], paired[j-1] = j, true
			}
		}
	}
	for i, e := range removed {
		if j := partner[i]; j > 0 {
			d.add(p, e, added[j-1])
		} else {
			d.add(p, e, schema.Value{})
		}
	}
	for j, e := range added {
		if !paired[j] {
			d.add(p, schema.Value{}, e)
		}
	}
}

// byType returns 1 + the position of each type's only element, and a negative number for a type of several.
func byType(typ *schema.Attribute, elements []schema.Value) map[string]int {
	out := make(map[string]int, len(elements))
	for i, e := range elements {
		name := schema.Fold(e.Object().Value(typ).Text())
		if _, ok := out[name]; ok {
			out[name] = -1
			continue
		}
		out[name] = i + 1
	}
	return out
}
