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
	q      *scim.Query
	target *schema.Attribute
	fold   bool
}

func newSorter(q *scim.Query) *sorter {
	if q.SortBy == nil {
		return &sorter{q: q}
	}
	target := q.SortBy.Target()
	return &sorter{q, target, target.Type == schema.TypeString && !target.Exact()}
}

func (o *sorter) key(r *schema.Resource, seq uint64) sortKey {
	v := o.q.SortValue(r)
	if o.fold && v.Kind() == schema.KindString {
		// Once per record instead of once per comparison.
		v = schema.String(schema.Fold(v.Text()))
	}
	return sortKey{v, seq}
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
	if o.q.Descending {
		c = -c
	}
	return cmp.Or(c, order(a, b))
}
