package entstore

import (
	"context"
	"reflect"

	"entgo.io/ent"
	"github.com/embedscim/scim/schema"
)

// An owner is an edge of a store that says of which of its resources those of another store are members.
type owner struct {
	s holder
	n int // position in Config.Members
}

// A holder is the store that an edge comes from.
type holder interface {
	node
	holders(ctx context.Context, edge int, ids []any, fn func(member string, group any, label schema.Value)) error
	bump(ctx context.Context, edge int, id any) error
}

func (s *Store[T]) addOwner(o owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owners = append(append([]owner(nil), s.owners...), o)
}

func (s *Store[T]) ownersOf() []owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owners
}

// A step is a resource on the way up from members to the groups that they are in.
type step struct {
	of node
	id string // as text, without the prefix
}

// readGroups returns the groups that the resources with the given ids are in: the direct ones, then those that they are in, and
// so on, each once, however groups contain each other (RFC 7643 §4.1.2). It takes two queries for each level and edge.
func (s *Store[T]) readGroups(ctx context.Context, ids []any) (map[string][]schema.Value, error) {
	out := map[string][]schema.Value{}
	reached := map[string]map[step]bool{} // by the id of the resource
	at := map[step][]string{}             // which resources a step leads back to
	var self node = s
	level := map[node][]any{self: ids}
	for _, id := range ids {
		text := s.key.raw(id)
		reached[text] = map[step]bool{}
		at[step{self, text}] = []string{text}
	}
	for kind := "direct"; len(level) > 0; kind = "indirect" {
		above := map[node][]any{}
		next := map[step][]string{}
		for from, some := range level {
			for _, o := range from.(interface{ ownersOf() []owner }).ownersOf() {
				for start := 0; start < len(some); start += chunk {
					err := o.s.holders(ctx, o.n, some[start:min(start+chunk, len(some))], func(member string, group any, label schema.Value) {
						g := step{o.s, o.s.keys().raw(group)}
						for _, resource := range at[step{from, member}] {
							if reached[resource][g] {
								continue
							}
							reached[resource][g] = true
							if len(next[g]) == 0 {
								above[o.s] = append(above[o.s], group)
							}
							next[g] = append(next[g], resource)
							out[resource] = append(out[resource], s.group(o.s.keys().format(group), label, kind))
						}
					})
					if err != nil {
						return nil, err
					}
				}
			}
		}
		level, at = above, next
	}
	return out, nil
}

// group returns an element of the derived attribute groups.
func (s *Store[T]) group(id string, label schema.Value, kind string) schema.Value {
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

// holders calls fn with each resource of s that has one of those with the given ids as a member by an edge.
func (s *Store[T]) holders(ctx context.Context, edge int, ids []any, fn func(member string, group any, label schema.Value)) error {
	e := &s.cfg.Members[edge]
	scope, err := s.scope(ctx)
	if err != nil {
		return err
	}
	some := in(e.of.keys().column, ids)
	found, err := s.data.all(ctx, choice{where: allOf(scope, e.holds(some)), order: sqlf(s.key.column)}.apply, func(q any) { e.load(q, some.apply) })
	if err != nil {
		return err
	}
	for _, x := range found {
		label, err := s.label(x)
		if err != nil {
			return err
		}
		for _, y := range e.loaded(x) {
			fn(e.of.keys().raw(e.of.idOfAny(y)), s.idOf(x), label)
		}
	}
	return nil
}

// bump counts up the version of the resources of s that have the one with the given id as a member by an edge.
func (s *Store[T]) bump(ctx context.Context, edge int, id any) error {
	scope, err := s.scope(ctx)
	if err != nil {
		return err
	}
	e := &s.cfg.Members[edge]
	where := allOf(scope, e.holds(sqlf(e.of.keys().column+" = ?", id)))
	// An update runs hooks and rules even if there is nothing to update.
	n, err := s.data.count(ctx, where.apply)
	if err != nil || n == 0 {
		return err
	}
	return s.data.updates(ctx, where.apply, func(m ent.Mutation) error {
		one := reflect.New(s.version.load(new(T)).Type()).Elem()
		one.SetInt(1)
		return named(s.version.name, m.AddField(s.version.name, one.Interface()))
	})
}
