package memstore

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/embedscim/scim/schema"
)

// A state is everything one tenant has at one moment. It is never changed once it is published, so reading needs no lock,
// and what is read belongs together.
type state struct {
	ids    tree[place] // by id
	stores []*Store    // those that have a table
	tables []table     // by the number of the Store
	seq    uint64      // the last number given out: of a resource, or of a position in a list
	// names is replaced when a resource is renamed: lists of members that were made before show the old name.
	names *token
}

// A token is equal to itself only. It is no struct{}, pointers to which may be equal.
type token struct{ _ byte }

// A place tells where a resource is: its store and its insertion number.
type place struct {
	table int
	seq   uint64
}

// A table is what one Store has of a state.
type table struct {
	records tree[*record]    // by insertion number
	indexes []tree[struct{}] // by the position in Store.indexes: value, insertion number
	// What the links of all resources hold is in two trees per link, by the position in Store.links: so the cost of a
	// change does not depend on how much one of them has.
	lists []tree[string] // id of the owner, position in its list: id of the member
	edges []tree[uint64] // id of the member, insertion number of the owner: position in its list
}

// A record is one state of a resource.
type record struct {
	seq      uint64
	resource schema.Resource // without links and derived attributes
	links    []atomic.Pointer[listing]
}

// A listing is the value of a link as it was made last. It holds as long as no resource is renamed.
type listing struct {
	names *token
	value schema.Value
}

// newRecord returns a record with the values that the links of old have, if that is not nil.
func (s *Store) newRecord(old *record) *record {
	r := &record{links: make([]atomic.Pointer[listing], len(s.links))}
	if old != nil {
		r.seq, r.resource = old.seq, old.resource
		for n := range r.links {
			r.links[n].Store(old.links[n].Load())
		}
	}
	return r
}

// find returns the record with the given id, or nil.
func (st *state) find(s *Store, id string) *record {
	p, ok := st.ids.get(key{text: id})
	if !ok || p.table != s.number {
		return nil
	}
	return st.at(p)
}

// at returns the record at a place that is in use.
func (st *state) at(p place) *record {
	r, _ := st.tables[p.table].records.get(key{seq: p.seq})
	return r
}

// table returns what s has; a Store that is younger than the state has nothing.
func (st *state) table(s *Store) *table {
	if s.number >= len(st.tables) {
		return &table{indexes: make([]tree[struct{}], len(s.indexes)), lists: make([]tree[string], len(s.links)), edges: make([]tree[uint64], len(s.links))}
	}
	return &st.tables[s.number]
}

// edit returns a copy of st that may be changed until it is published, with a table for each of the stores.
func (st *state) edit(stores []*Store) *state {
	c := *st
	c.stores, c.tables = stores, slices.Clone(st.tables)
	for _, s := range stores[len(c.tables):] {
		c.tables = append(c.tables, *st.table(s))
	}
	for i := range c.tables {
		t := &c.tables[i]
		t.indexes, t.lists, t.edges = slices.Clone(t.indexes), slices.Clone(t.lists), slices.Clone(t.edges)
	}
	return &c
}

// A branch is a line of states: that of a tenant, or of a transaction.
type branch struct {
	head  atomic.Pointer[state]
	lock  chan struct{} // held by the writer; a channel, since waiting for it must end with the context
	ended bool          // guarded by lock
}

func newBranch(head *state) *branch {
	b := &branch{lock: make(chan struct{}, 1)}
	b.head.Store(head)
	return b
}

func (b *branch) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case b.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *branch) release() { <-b.lock }

// write publishes what f makes of the latest state, and nothing if f fails. It is all that changes a branch.
func (b *branch) write(ctx context.Context, d *Directory, f func(*state) error) (*state, error) {
	if err := b.acquire(ctx); err != nil {
		return nil, err
	}
	defer b.release()
	if b.ended {
		return nil, errors.New("memstore: the transaction that the context carries has ended")
	}
	next := b.head.Load().edit(d.all())
	if err := f(next); err != nil {
		return nil, err
	}
	b.head.Store(next)
	return next, nil
}
