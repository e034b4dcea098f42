package entstore

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
)

// Predicate is what the generated predicate types are.
type Predicate interface{ ~func(*sql.Selector) }

// Client is what the generated client of an entity is, such as *ent.UserClient, for [New]. What its builders do goes through
// the application's hooks, interceptors and privacy policy. An application that wants a say in each query or write embeds the
// generated client in a type of its own, and overrides one of the methods.
type Client[Q, C, O, U, D, K any] interface {
	Query() Q
	Create() C
	UpdateOneID(K) O
	Update() U
	DeleteOneID(K) D
}

// Query is what a generated query builder is, such as *ent.UserQuery.
type Query[Q, T, P any] interface {
	Where(...P) Q
	All(context.Context) ([]*T, error)
	Count(context.Context) (int, error)
}

// Save is what generated builders are that save one entity, such as *ent.UserCreate and *ent.UserUpdateOne.
type Save[M, T any] interface {
	Mutation() M
	Save(context.Context) (*T, error)
}

// SaveAll is what a generated builder is that updates several entities, such as *ent.UserUpdate.
type SaveAll[U, P, M any] interface {
	Where(...P) U
	Mutation() M
	Save(context.Context) (int, error)
}

// Exec is what a generated builder is that deletes, such as *ent.UserDeleteOne.
type Exec interface{ Exec(context.Context) error }

// A predicate restricts, orders or locks what a query selects, which ent's predicates are free to do.
type predicate = func(*sql.Selector)

// entities is what a store does through the generated client of an entity.
type entities[T any] struct {
	all     func(ctx context.Context, where predicate, with ...func(query any)) ([]*T, error)
	count   func(ctx context.Context, where predicate) (int, error)
	create  func(ctx context.Context, set func(ent.Mutation) error) (*T, error)
	update  func(ctx context.Context, key any, set func(ent.Mutation) error) error
	updates func(ctx context.Context, where predicate, set func(ent.Mutation) error) error
	remove  func(ctx context.Context, key any) error

	query, mutation, key reflect.Type
}

func entitiesOf[C any, E Client[Q, CR, O, U, D, K], Q Query[Q, T, P], CR, O Save[M, T], U SaveAll[U, P, M], D Exec, K comparable, T any, M ent.Mutation, P Predicate](
	db *DB[C], of func(C) E,
) entities[T] {
	at := func(ctx context.Context) E { return of(db.Client(ctx)) }
	return entities[T]{
		all: func(ctx context.Context, where predicate, with ...func(query any)) ([]*T, error) {
			q := at(ctx).Query().Where(P(where))
			for _, w := range with {
				w(q)
			}
			return q.All(ctx)
		},
		count: func(ctx context.Context, where predicate) (int, error) {
			return at(ctx).Query().Where(P(where)).Count(ctx)
		},
		create: func(ctx context.Context, set func(ent.Mutation) error) (*T, error) {
			b := at(ctx).Create()
			if err := set(b.Mutation()); err != nil {
				return nil, err
			}
			return b.Save(ctx)
		},
		update: func(ctx context.Context, key any, set func(ent.Mutation) error) error {
			b := at(ctx).UpdateOneID(key.(K))
			if err := set(b.Mutation()); err != nil {
				return err
			}
			_, err := b.Save(ctx)
			return gone(err)
		},
		updates: func(ctx context.Context, where predicate, set func(ent.Mutation) error) error {
			b := at(ctx).Update().Where(P(where))
			if err := set(b.Mutation()); err != nil {
				return err
			}
			_, err := b.Save(ctx)
			return err
		},
		remove: func(ctx context.Context, key any) error { return gone(at(ctx).DeleteOneID(key.(K)).Exec(ctx)) },
		query:  reflect.TypeFor[Q](), mutation: reflect.TypeFor[M](), key: reflect.TypeFor[K](),
	}
}

// set gives a field of a mutation a value; what is unset is null if the field may be.
func set(m ent.Mutation, column string, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return named(column, m.ClearField(column))
		}
		v = v.Elem()
	} else if emptiable(v.Kind(), v.Type()) && v.IsZero() && m.ClearField(column) == nil {
		return nil
	}
	if t, ok := v.Interface().(time.Time); ok {
		// Drivers write zones in ways that not all of them read again.
		return named(column, m.SetField(column, t.UTC()))
	}
	return named(column, m.SetField(column, v.Interface()))
}

func named(column string, err error) error {
	if err != nil {
		return fmt.Errorf("entstore: the field %s: %w", column, err)
	}
	return nil
}
