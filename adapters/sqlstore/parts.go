package sqlstore

import (
	"context"
	"reflect"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// needs says which attributes that other tables have are wanted.
type needs struct {
	children, links []bool // by position in Store.children and Store.links
	groups          bool
	// later is the context in which the rest of a long list of members may be read; nil if it must be read at once.
	later context.Context
}

func (s *Store) needs(p scim.Projection) needs {
	n := needs{children: make([]bool, len(s.children)), links: make([]bool, len(s.links))}
	for i, c := range s.children {
		n.children[i] = p.Wants(c.path)
	}
	for i, l := range s.links {
		n.links[i] = p.Wants(l.path)
	}
	n.groups = s.groups != nil && p.Wants(s.groups.Path())
	return n
}

// isZero reports whether p is the zero Projection, which wants everything: the caller may change and store it.
func isZero(p scim.Projection) bool { return reflect.ValueOf(p).IsZero() }

// parts are the values of a resource that other tables have.
type parts struct {
	children [][]schema.Value // by position in Store.children
	links    []schema.Value   // by position in Store.links
	groups   schema.Value
}

// resources returns the resources that rows are. It takes a number of queries that does not depend on how many there are.
func (s *Store) resources(ctx context.Context, t tenant, rows []*row, n needs) ([]*scim.Resource, error) {
	found, err := s.parts(ctx, t, rows, n)
	if err != nil {
		return nil, err
	}
	out := make([]*scim.Resource, len(rows))
	for i, r := range rows {
		out[i] = s.resource(r, found[i])
	}
	return out, nil
}

// parts returns what other tables have of each of the rows.
func (s *Store) parts(ctx context.Context, t tenant, rows []*row, n needs) ([]*parts, error) {
	out := make([]*parts, len(rows))
	byKey := make(map[string]*parts, len(rows))
	keys := make([]any, len(rows))
	for i, r := range rows {
		out[i] = &parts{children: make([][]schema.Value, len(s.children)), links: make([]schema.Value, len(s.links))}
		byKey[keyText(r.key)], keys[i] = out[i], r.key
	}
	for start := 0; start < len(keys); start += chunk {
		some := keys[start:min(start+chunk, len(keys))]
		for i, c := range s.children {
			if !n.children[i] {
				continue
			}
			if err := s.readChildren(ctx, t, c, some, func(key string, v schema.Value) {
				if p := byKey[key]; p != nil {
					p.children[i] = append(p.children[i], v)
				}
			}); err != nil {
				return nil, err
			}
		}
		for i, l := range s.links {
			if !n.links[i] {
				continue
			}
			if n.later != nil && len(rows) == 1 {
				v, err := s.memberList(ctx, n.later, t, l, rows[0].key)
				if err != nil {
					return nil, err
				}
				out[0].links[i] = v
				continue
			}
			lists := map[string][]schema.Value{}
			for n := range l.tables {
				if err := s.readMembers(ctx, t, l, n, in("l."+l.tables[n].owner, some), frag{}, func(owner string, m member) {
					lists[owner] = append(lists[owner], s.element(l, m))
				}); err != nil {
					return nil, err
				}
			}
			for key, list := range lists {
				if p := byKey[key]; p != nil {
					p.links[i] = schema.List(list...)
				}
			}
		}
		if n.groups {
			lists, err := s.readGroups(ctx, some)
			if err != nil {
				return nil, err
			}
			for key, list := range lists {
				if p := byKey[key]; p != nil {
					p.groups = schema.List(list...)
				}
			}
		}
	}
	return out, nil
}
