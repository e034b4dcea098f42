package entstore

import (
	"context"
	"iter"
	"reflect"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

var (
	_ scim.CursorSearcher     = (*Store[struct{}])(nil)
	_ scim.Updater            = (*Store[struct{}])(nil)
	_ scim.DeltaPatcher       = (*Store[struct{}])(nil)
	_ scim.Transactor         = (*Store[struct{}])(nil)
	_ scim.CapabilityReporter = (*Store[struct{}])(nil)
)

// The methods of a node.

func (s *Store[T]) base() *core                             { return s.core }
func (s *Store[T]) typeName() string                        { return s.typ.Name() }
func (s *Store[T]) keys() *key                              { return &s.key }
func (s *Store[T]) entity() reflect.Type                    { return reflect.TypeFor[T]() }
func (s *Store[T]) types() (query, mutation reflect.Type)   { return s.data.query, s.data.mutation }
func (s *Store[T]) scope(ctx context.Context) (frag, error) { return s.cfg.Scope.where(ctx) }
func (s *Store[T]) idOfAny(x any) any                       { return s.idOf(x.(*T)) }

// needs says what is wanted besides the entity itself.
type needs struct {
	members, groups bool
	// later is the context in which the rest of a long list of members may be read; nil if it must be read at once.
	later context.Context
}

func (s *Store[T]) needs(p scim.Projection) needs {
	return needs{members: s.members != nil && p.Wants(s.members.Path()), groups: s.groups != nil && p.Wants(s.groups.Path())}
}

// snapshot runs fn in a transaction if resources have parts in several tables: who reads while others write must see whole
// resources.
func (s *Store[T]) snapshot(ctx context.Context, fn func(context.Context) error) error {
	if s.members == nil && (s.groups == nil || len(s.ownersOf()) == 0) {
		return fn(ctx)
	}
	return s.core.snapshot(ctx, fn)
}

// read returns the entities that c selects, with their members loaded if they are needed.
func (s *Store[T]) read(ctx context.Context, c choice, n needs) ([]*T, error) {
	if !n.members || n.later != nil {
		return s.data.all(ctx, c.apply)
	}
	with, err := s.loads(ctx)
	if err != nil {
		return nil, err
	}
	return s.data.all(ctx, c.apply, with...)
}

// resources returns the resources that entities are, which read has returned.
func (s *Store[T]) resources(ctx context.Context, found []*T, n needs) ([]*scim.Resource, error) {
	out := make([]*scim.Resource, len(found))
	for i, x := range found {
		r, err := s.mapping.ToResource(x)
		if err != nil {
			return nil, err
		}
		if n.members {
			var list schema.Value
			if n.later != nil {
				list, err = s.stream(ctx, n.later, s.idOf(x))
			} else {
				list, err = s.listed(x)
			}
			if err != nil {
				return nil, err
			}
			r.Attributes = r.Attributes.With(s.members, list)
		}
		out[i] = r
	}
	if !n.groups || len(found) == 0 {
		return out, nil
	}
	ids := make([]any, len(found))
	for i, x := range found {
		ids[i] = s.idOf(x)
	}
	groups, err := s.readGroups(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if list := groups[s.key.raw(id)]; len(list) > 0 {
			out[i].Attributes = out[i].Attributes.With(s.groups, schema.List(list...))
		}
	}
	return out, nil
}

// find returns the entity with the given id of a resource, or [scim.ErrNotFound].
func (s *Store[T]) find(ctx context.Context, id string, lock bool, n needs) (*T, error) {
	v, ok := s.key.parse(id)
	if !ok {
		return nil, scim.ErrNotFound
	}
	scope, err := s.scope(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.read(ctx, choice{where: allOf(scope, sqlf(s.key.column+" = ?", v)), lock: lock}, n)
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		// Collations find others too.
		if s.idOf(x) == v {
			return x, nil
		}
	}
	return nil, scim.ErrNotFound
}

// Get returns the resource with the given id, or [scim.ErrNotFound]. Members and groups are read only if p wants them. More than
// a thousand members are a [schema.Stream], unless p is the zero Projection or ctx carries a transaction.
func (s *Store[T]) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	n := s.needs(p)
	if !isZero(p) && !s.inTx(ctx) {
		n.later = ctx
	}
	var out *scim.Resource
	err := s.snapshot(ctx, func(ctx context.Context) error {
		x, err := s.find(ctx, id, false, n)
		if err != nil {
			return err
		}
		found, err := s.resources(ctx, []*T{x}, n)
		if err == nil {
			out = found[0]
		}
		return err
	})
	return out, s.describe(ctx, err)
}

// batch is how many entities are read at a time.
const batch = 500

// List returns an iterator over all resources in the order of their ids. No rows are held open while the caller has a resource:
// what comes and goes meanwhile may be seen or not.
func (s *Store[T]) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		scope, err := s.scope(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		n := s.needs(p)
		where := scope
		for {
			var found []*scim.Resource
			err := s.snapshot(ctx, func(ctx context.Context) error {
				xs, err := s.read(ctx, choice{where: where, order: sqlf(s.key.column), limit: batch}, n)
				if err != nil {
					return err
				}
				if found, err = s.resources(ctx, xs, n); err == nil && len(xs) > 0 {
					where = allOf(scope, sqlf(s.key.column+" > ?", s.idOf(xs[len(xs)-1])))
				}
				return err
			})
			if err != nil {
				yield(nil, s.describe(ctx, err))
				return
			}
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
			if len(found) < batch {
				return
			}
		}
	}
}

// scan returns an iterator over the entities that fulfil a condition, a number at a time, in the order of their ids.
func (s *Store[T]) scan(ctx context.Context, where frag, n needs) iter.Seq2[[]*T, error] {
	return func(yield func([]*T, error) bool) {
		cond := where
		for {
			found, err := s.read(ctx, choice{where: cond, order: sqlf(s.key.column), limit: batch}, n)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(found) > 0 && !yield(found, nil) || len(found) < batch {
				return
			}
			cond = allOf(where, sqlf(s.key.column+" > ?", s.idOf(found[len(found)-1])))
		}
	}
}
