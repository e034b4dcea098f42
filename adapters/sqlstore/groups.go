package sqlstore

import (
	"context"

	"github.com/embedscim/scim/schema"
)

// An owner is a table that says of which resources of another store those of this one are members.
type owner struct {
	s    *Store
	link *link
	n    int // position in link.tables
}

func (s *Store) addOwner(o owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owners = append(append([]owner(nil), s.owners...), o)
}

func (s *Store) ownersOf() []owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owners
}

// A node is a resource on the way up from members to the groups that they are in.
type node struct {
	s   *Store
	key string
}

// readGroups returns the groups that the resources with the given keys are in: the direct ones, then those that they are in,
// and so on, each once, however groups contain each other (RFC 7643 §4.1.2). There is a query for each level and table.
func (s *Store) readGroups(ctx context.Context, keys []any) (map[string][]schema.Value, error) {
	out := map[string][]schema.Value{}
	reached := map[string]map[node]bool{} // by the key of the resource
	at := map[node][]string{}             // which resources a node leads back to
	level := map[*Store][]any{s: keys}
	for _, key := range keys {
		text := keyText(key)
		reached[text] = map[node]bool{}
		at[node{s, text}] = []string{text}
	}
	for kind := "direct"; len(level) > 0; kind = "indirect" {
		above := map[*Store][]any{}
		next := map[node][]string{}
		for from, some := range level {
			for _, o := range from.ownersOf() {
				if o.link.attr.Name != "members" {
					continue
				}
				err := o.read(ctx, some, func(member string, key any, id string, label schema.Value) {
					group := node{o.s, keyText(key)}
					for _, resource := range at[node{from, member}] {
						if reached[resource][group] {
							continue
						}
						reached[resource][group] = true
						if len(next[group]) == 0 {
							above[o.s] = append(above[o.s], key)
						}
						next[group] = append(next[group], resource)
						out[resource] = append(out[resource], s.group(id, label, kind))
					}
				})
				if err != nil {
					return nil, err
				}
			}
		}
		level, at = above, next
	}
	return out, nil
}

// group returns an element of the derived attribute groups.
func (s *Store) group(id string, label schema.Value, kind string) schema.Value {
	a := s.groups
	o := a.Object().With(a.SubAttribute("value"), schema.String(id))
	if display := a.SubAttribute("display"); display != nil {
		o = o.With(display, label)
	}
	if typ := a.SubAttribute("type"); typ != nil {
		o = o.With(typ, schema.String(kind))
	}
	return schema.Complex(o)
}

// read calls fn with each group that has one of the resources with the given keys as a member.
func (o *owner) read(ctx context.Context, members []any, fn func(member string, key any, id string, label schema.Value)) error {
	lt := &o.link.tables[o.n]
	t, err := o.s.tenant(ctx)
	if err != nil {
		return err
	}
	names := o.s.labels("")
	for start := 0; start < len(members); start += chunk {
		some := members[start:min(start+chunk, len(members))]
		f := sqlf("SELECT l."+lt.element+", t."+o.s.key+names.columns+"%s JOIN "+lt.table+" l ON l."+lt.owner+" = t."+o.s.key+" WHERE %s AND %s AND %s ORDER BY t."+o.s.key,
			o.s.from(t), in("l."+lt.element, some), lt.own(t), o.s.visible(t))
		if err := o.s.query(ctx, f, func(v []any) error {
			member, _, err := lt.of.cfg.Key.read(v[0])
			if err != nil {
				return err
			}
			key, id, err := o.s.cfg.Key.read(v[1])
			if err != nil {
				return err
			}
			label, err := names.read(v[2:])
			if err != nil {
				return err
			}
			fn(keyText(member), key, id, label)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
