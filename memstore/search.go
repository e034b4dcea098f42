package memstore

import (
	"context"
	"sort"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// Search returns the page that q asks for; see [scim.Searcher]. Without SortBy, and among equals, resources are in the order
// of their creation.
func (s *Store) Search(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	st := s.d.branch(ctx).head.Load()
	found, err := s.matches(ctx, st, q)
	if err != nil {
		return nil, err
	}
	from := min(max(0, q.StartIndex-1), found.len())
	return s.page(st, q, found, from, from+min(max(0, q.Count), found.len()-from)), nil
}

func (s *Store) page(st *state, q *scim.Query, found *matches, from, to int) *scim.Page {
	p := &scim.Page{TotalResults: found.len(), Resources: make([]*scim.Resource, 0, to-from)}
	n := s.needs(q.Projection)
	for _, r := range found.part(from, to) {
		p.Resources = append(p.Resources, s.view(st, r, n))
	}
	return p
}

// matches are the records that a query selects, in its order.
type matches struct {
	every   *tree[*record] // if the query selects all in their own order; then the rest is unused
	records []*record
	keys    []sortKey // of the records, if they are sorted
	order   func(a, b sortKey) int
}

func (m *matches) len() int {
	if m.every != nil {
		return m.every.len()
	}
	return len(m.records)
}

func (m *matches) part(from, to int) []*record {
	if m.every == nil {
		return m.records[from:to]
	}
	out := make([]*record, 0, to-from)
	if from == to {
		return out
	}
	for _, r := range m.every.all(from) {
		if out = append(out, r); len(out) == to-from {
			break
		}
	}
	return out
}

// position returns how many matches come before k, or with it, if it is one of them.
func (m *matches) position(k sortKey, with bool) int {
	if m.every != nil {
		if with {
			k.seq++
		}
		return m.every.rank(key{seq: k.seq})
	}
	return sort.Search(len(m.records), func(i int) bool {
		c := 0
		if m.keys != nil {
			c = m.order(m.keys[i], k)
		} else {
			c = order(sortKey{seq: m.records[i].seq}, k)
		}
		return c > 0 || c == 0 && !with
	})
}

// checkEvery is how many records are looked at between two looks at the context.
const checkEvery = 256

// matches finds the records that q selects and puts them into its order.
func (s *Store) matches(ctx context.Context, st *state, q *scim.Query) (*matches, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := st.table(s)
	if q.Filter == nil && q.SortBy == nil {
		return &matches{every: &t.records}, nil
	}
	n := needs{links: make([]part, len(s.links))}
	var seqs []uint64
	indexed := false
	if q.Filter != nil {
		s.require(&n, q.Filter.Expr())
		seqs, indexed = s.candidates(st, q.Filter.Expr())
	}
	if q.SortBy != nil {
		s.requirePart(&n, *q.SortBy, nil, schema.Value{}, false)
	}
	m := &matches{}
	sorter := newSorter(q)
	asItIs := n.none()
	consider := func(r *record) {
		seen := &r.resource
		if !asItIs {
			seen = s.view(st, r, n)
		}
		if q.Filter != nil && !q.Filter.Match(seen) {
			return
		}
		m.records = append(m.records, r)
		if q.SortBy != nil {
			m.keys = append(m.keys, sorter.key(seen, r.seq))
		}
	}
	if indexed {
		for i, seq := range seqs {
			if i%checkEvery == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			r, _ := t.records.get(key{seq: seq})
			consider(r)
		}
	} else {
		i := 0
		for _, r := range t.records.all(0) {
			if i++; i%checkEvery == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			consider(r)
		}
	}
	if q.SortBy != nil {
		m.order = sorter.order
		sort.Sort((*byKey)(m))
	}
	return m, ctx.Err()
}

// byKey sorts matches by their keys, of which no two are equal.
type byKey matches

func (b *byKey) Len() int           { return len(b.keys) }
func (b *byKey) Less(i, j int) bool { return b.order(b.keys[i], b.keys[j]) < 0 }
func (b *byKey) Swap(i, j int) {
	b.keys[i], b.keys[j] = b.keys[j], b.keys[i]
	b.records[i], b.records[j] = b.records[j], b.records[i]
}
