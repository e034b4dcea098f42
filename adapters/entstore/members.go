package entstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"entgo.io/ent"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// An Edge leads from entities of type T to those that are their members. [Members] makes it.
type Edge[T any] struct {
	of     node // nil for the store itself
	loaded func(*T) []any
	load   func(query any, where predicate)
	has    func(where predicate) predicate
	change func(m ent.Mutation, add, remove []any)

	query, mutation, key, entity reflect.Type
	err                          error
}

// A node is the store of the entities that an edge leads to.
type node interface {
	base() *core
	typeName() string
	keys() *key
	entity() reflect.Type
	scope(ctx context.Context) (frag, error)
	idOfAny(x any) any
	label(x any) (schema.Value, error)
	known(ctx context.Context, ids []any) ([]any, error)
	addOwner(o owner)
}

// Members returns the edge to the members of one type. users is the store of their entities, nil for members of the same type
// as T. The functions are those that ent generates for the edge, which is one of many to many:
//
//	entstore.Members(users, func(t *ent.Team) []*ent.User { return t.Edges.Members }, (*ent.TeamQuery).WithMembers,
//		team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs)
//
// Members are added and removed one by one, whatever their number, and those that stay are not read. They are seen and looked
// for by the entity's own query, so privacy rules apply to them. The attribute groups of the members is derived from the edge.
func Members[T, U, Q any, W interface{ Where(...PU) W }, M ent.Mutation, K comparable, PU, PT Predicate](
	users *Store[U], loaded func(*T) []*U, with func(Q, ...func(W)) Q, has func(...PU) PT, add, remove func(M, ...K),
) Edge[T] {
	e := Edge[T]{query: reflect.TypeFor[Q](), mutation: reflect.TypeFor[M](), key: reflect.TypeFor[K](), entity: reflect.TypeFor[U]()}
	if loaded == nil || with == nil || has == nil || add == nil || remove == nil {
		e.err = errors.New("one of the functions of an edge is missing")
		return e
	}
	if users != nil {
		e.of = users
	}
	e.loaded = func(x *T) []any {
		found := loaded(x)
		out := make([]any, len(found))
		for i, u := range found {
			out[i] = u
		}
		return out
	}
	e.load = func(query any, where predicate) {
		with(query.(Q), func(q W) { q.Where(PU(where)) })
	}
	e.has = func(where predicate) predicate { return predicate(has(PU(where))) }
	e.change = func(m ent.Mutation, added, removed []any) {
		if len(added) > 0 {
			add(m.(M), typed[K](added)...)
		}
		if len(removed) > 0 {
			remove(m.(M), typed[K](removed)...)
		}
	}
	return e
}

func typed[K any](ids []any) []K {
	out := make([]K, len(ids))
	for i, id := range ids {
		out[i] = id.(K)
	}
	return out
}

// check reports functions of other entities than those of s and of the members.
func (e *Edge[T]) check(s interface {
	node
	types() (query, mutation reflect.Type)
}) error {
	if e.err != nil {
		return e.err
	}
	of := e.of
	if of == nil {
		of = s
	}
	query, mutation := s.types()
	switch {
	case of.base() != s.base():
		return errors.New("the store of the members has another DB")
	case e.query != query:
		return fmt.Errorf("the function that loads the edge is of %v: it must be of %v", e.query, query)
	case e.mutation != mutation:
		return fmt.Errorf("the functions that add and remove are of %v: they must be of %v", e.mutation, mutation)
	case e.entity != of.entity():
		return fmt.Errorf("the edge leads to %v, and the store of the members has %v", e.entity, of.entity())
	case e.key != of.keys().typ:
		return fmt.Errorf("the functions that add and remove take ids of type %v: those of the members are %v", e.key, of.keys().typ)
	}
	return nil
}

func (e *Edge[T]) target() node { return e.of }

// holds returns the condition that one of the members fulfils where.
func (e *Edge[T]) holds(where frag) frag { return holds(e.has(where.apply)) }

// A member is an element of the attribute members.
type member struct {
	id    any
	text  string // the id of the resource
	label schema.Value
}

func memberOf(of node, x any) (member, error) {
	m := member{id: of.idOfAny(x)}
	m.text = of.keys().format(m.id)
	var err error
	m.label, err = of.label(x)
	return m, err
}

// element returns the value of the attribute that a member is.
func (s *Store[T]) element(of node, m member) schema.Value {
	o := s.members.Object().With(s.members.SubAttribute("value"), schema.String(m.text))
	if typ := s.members.SubAttribute("type"); typ != nil {
		o = o.With(typ, schema.String(of.typeName()))
	}
	if display := s.members.SubAttribute("display"); display != nil {
		o = o.With(display, m.label)
	}
	return schema.Complex(o)
}

// loads returns what makes a query load the members that each edge leads to.
func (s *Store[T]) loads(ctx context.Context) ([]func(query any), error) {
	var out []func(any)
	for i := range s.cfg.Members {
		e := &s.cfg.Members[i]
		scope, err := e.of.scope(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, func(q any) { e.load(q, choice{where: scope, order: sqlf(e.of.keys().column)}.apply) })
	}
	return out, nil
}

// listed returns the members of an entity that loads has loaded.
func (s *Store[T]) listed(x *T) (schema.Value, error) {
	var list []schema.Value
	for i := range s.cfg.Members {
		e := &s.cfg.Members[i]
		for _, y := range e.loaded(x) {
			m, err := memberOf(e.of, y)
			if err != nil {
				return schema.Value{}, err
			}
			list = append(list, s.element(e.of, m))
		}
	}
	return schema.List(list...), nil
}

// some returns members of the entity with the given id that fulfil a condition, up to limit in the order of their ids, if it is
// not 0.
func (s *Store[T]) some(ctx context.Context, e *Edge[T], id any, where frag, limit int) ([]member, error) {
	scope, err := e.of.scope(ctx)
	if err != nil {
		return nil, err
	}
	c := choice{where: allOf(scope, where), order: sqlf(e.of.keys().column), limit: limit}
	found, err := s.data.all(ctx, sqlf(s.key.column+" = ?", id).apply, func(q any) { e.load(q, c.apply) })
	if err != nil {
		return nil, err
	}
	var out []member
	for _, x := range found {
		for _, y := range e.loaded(x) {
			m, err := memberOf(e.of, y)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// streamed is how many members are read at a time, and how many make a stream.
const streamed = 1000

// stream returns the members of one entity. If they are many, the rest is read with later, a number at a time, while the
// response is written.
func (s *Store[T]) stream(ctx, later context.Context, id any) (schema.Value, error) {
	edge, last := 0, any(nil)
	next := func(ctx context.Context) ([]schema.Value, error) {
		var out []schema.Value
		for edge < len(s.cfg.Members) && len(out) < streamed {
			e := &s.cfg.Members[edge]
			where := always
			if last != nil {
				where = sqlf(e.of.keys().column+" > ?", last)
			}
			limit := streamed - len(out)
			found, err := s.some(ctx, e, id, where, limit)
			if err != nil {
				return nil, s.describe(ctx, err)
			}
			for _, m := range found {
				out, last = append(out, s.element(e.of, m)), m.id
			}
			if len(found) < limit {
				edge, last = edge+1, nil
			}
		}
		return out, nil
	}
	first, err := next(ctx)
	if err != nil || len(first) < streamed {
		return schema.List(first...), err
	}
	return schema.Stream(func(yield func(schema.Value, error) bool) {
		for len(first) > 0 {
			for _, v := range first {
				if !yield(v, nil) {
					return
				}
			}
			if first, err = next(later); err != nil {
				yield(schema.Value{}, err)
				return
			}
		}
	}), nil
}

// A linkChange is what a write does to the members: all go, those in remove go, those in add come, in this order.
type linkChange struct {
	clear       bool
	remove, add []string
}

// A relinked is what a linkChange comes to for one edge.
type relinked struct{ added, removed []member }

// relink finds out what c changes for the entity with the given id, nil for one that is yet to be. Except for clear, what it
// reads does not depend on how many members there are.
func (s *Store[T]) relink(ctx context.Context, id any, c *linkChange) ([]relinked, []patch.Change, error) {
	out := make([]relinked, len(s.cfg.Members))
	wanted := map[string]bool{}
	for _, text := range c.add {
		wanted[text] = true
	}
	left := len(wanted)
	var changes []patch.Change
	for i := range s.cfg.Members {
		e := &s.cfg.Members[i]
		r := &out[i]
		if id != nil {
			if err := s.unlinked(ctx, e, id, c, wanted, r); err != nil {
				return nil, nil, err
			}
		}
		var ids []any
		for text := range wanted {
			if v, ok := e.of.keys().parse(text); ok {
				ids = append(ids, v)
			}
		}
		for start := 0; start < len(ids); start += chunk {
			some := ids[start:min(start+chunk, len(ids))]
			there := map[string]bool{}
			if id != nil {
				members, err := s.some(ctx, e, id, in(e.of.keys().column, some), 0)
				if err != nil {
					return nil, nil, err
				}
				for _, m := range members {
					there[m.text] = true
				}
			}
			known, err := e.of.known(ctx, some)
			if err != nil {
				return nil, nil, err
			}
			for _, y := range known {
				m, err := memberOf(e.of, y)
				if err != nil {
					return nil, nil, err
				}
				if !wanted[m.text] {
					// A collation has found another id.
					continue
				}
				delete(wanted, m.text)
				left--
				if !there[m.text] {
					r.added = append(r.added, m)
				}
			}
		}
		for _, m := range r.removed {
			changes = append(changes, patch.Change{Path: s.members.Path(), Old: s.element(e.of, m)})
		}
		for _, m := range r.added {
			changes = append(changes, patch.Change{Path: s.members.Path(), New: s.element(e.of, m)})
		}
	}
	if left > 0 && !s.cfg.SkipUnknownMembers {
		for _, text := range c.add {
			if wanted[text] {
				return nil, nil, s.unknown(text)
			}
		}
	}
	return out, changes, nil
}

// unlinked finds out which members go by c.
func (s *Store[T]) unlinked(ctx context.Context, e *Edge[T], id any, c *linkChange, wanted map[string]bool, r *relinked) error {
	if c.clear {
		var last any
		for {
			where := always
			if last != nil {
				where = sqlf(e.of.keys().column+" > ?", last)
			}
			found, err := s.some(ctx, e, id, where, streamed)
			if err != nil {
				return err
			}
			for _, m := range found {
				last = m.id
				if !wanted[m.text] {
					r.removed = append(r.removed, m)
				}
			}
			if len(found) < streamed {
				return nil
			}
		}
	}
	var ids []any
	for _, text := range c.remove {
		if v, ok := e.of.keys().parse(text); ok && !wanted[text] {
			ids = append(ids, v)
		}
	}
	for start := 0; start < len(ids); start += chunk {
		found, err := s.some(ctx, e, id, in(e.of.keys().column, ids[start:min(start+chunk, len(ids))]), 0)
		if err != nil {
			return err
		}
		r.removed = append(r.removed, found...)
	}
	return nil
}

// unknown is the error for a member that is no resource of the tenant.
func (s *Store[T]) unknown(id string) error {
	var kinds []string
	for i := range s.cfg.Members {
		kinds = append(kinds, strings.ToLower(s.cfg.Members[i].of.typeName()))
	}
	kind := strings.Join(kinds, " or ")
	if id == "" {
		return scim.Errorf(scim.ErrInvalidValue, "members: an element has no value: it must be the id of a %s.", kind)
	}
	return scim.Errorf(scim.ErrInvalidValue, "members: there is no %s with id %q in this tenant: create it first, or leave it out.", kind, id)
}

// known returns the entities with the given ids that exist for the tenant.
func (s *Store[T]) known(ctx context.Context, ids []any) ([]any, error) {
	scope, err := s.scope(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.data.all(ctx, allOf(scope, in(s.key.column, ids)).apply)
	out := make([]any, len(found))
	for i, x := range found {
		out[i] = x
	}
	return out, err
}

// label returns the name of an entity for display: displayName, or else userName.
func (s *Store[T]) label(x any) (schema.Value, error) {
	r, err := s.mapping.ToResource(x.(*T))
	if err != nil {
		return schema.Value{}, err
	}
	for _, name := range []string{"displayName", "userName"} {
		if a := s.typ.Attribute(name); a != nil && a.Type == schema.TypeString && !a.MultiValued {
			if v := r.Attributes.Value(a); !v.IsUnassigned() {
				return v, nil
			}
		}
	}
	return schema.Value{}, nil
}
