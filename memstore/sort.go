package memstore

import (
	"cmp"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A sortKey is what a record is sorted by: a value, folded if letter case does not count, then the insertion number.
type sortKey struct {
	value schema.Value
	seq   uint64
}

// order compares by insertion number alone.
func order(a, b sortKey) int { return cmp.Compare(a.seq, b.seq) }

// A sorter orders records as a query asks for, the way [scim.Query.Compare] does (RFC 7644 §3.4.2.3).
type sorter struct {
	path       schema.Path
	target     *schema.Attribute
	primary    *schema.Attribute
	fold       bool
	descending bool
}

func newSorter(q *scim.Query) *sorter {
	if q.SortBy == nil {
		return &sorter{}
	}
	o := &sorter{path: *q.SortBy, target: q.SortBy.Target(), descending: q.Descending}
	if o.path.Sub != nil && o.path.Attribute.MultiValued {
		o.primary = o.path.Attribute.SubAttribute("primary")
	}
	o.fold = o.target.Type == schema.TypeString && !o.target.Exact()
	return o
}

func (o *sorter) key(r *schema.Resource, seq uint64) sortKey {
	v := o.value(r)
	if o.fold && v.Kind() == schema.KindString {
		// Once per record instead of once per comparison.
		v = schema.String(schema.Fold(v.Text()))
	}
	return sortKey{v, seq}
}

// value returns the value that r is sorted by: of several the primary one, or else the first.
func (o *sorter) value(r *schema.Resource) schema.Value {
	if o.path.Sub == nil || !o.path.Attribute.MultiValued {
		v := r.At(o.path)
		if v.Len() > 0 {
			return v.Index(0)
		}
		return v
	}
	var chosen schema.Value
	for _, e := range r.At(schema.Path{Extension: o.path.Extension, Attribute: o.path.Attribute}).Elements() {
		v := e.Object().Value(o.path.Sub)
		if chosen.IsUnassigned() {
			chosen = v
		}
		if o.primary != nil && e.Object().Value(o.primary).Bool() {
			return v
		}
	}
	return chosen
}

// order compares two keys. Without a value comes last, or first in descending order; equals are in the order of creation.
func (o *sorter) order(a, b sortKey) int {
	c := 0
	switch none, other := a.value.IsUnassigned(), b.value.IsUnassigned(); {
	case none && other:
	case none:
		c = 1
	case other:
		c = -1
	case o.fold:
		c = cmp.Compare(a.value.Text(), b.value.Text())
	default:
		c = o.target.Compare(a.value, b.value)
	}
	if o.descending {
		c = -c
	}
	return cmp.Or(c, order(a, b))
}
