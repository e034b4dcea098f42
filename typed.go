package scim

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A Repository holds values of the application's own type T, such as the users in a table. It is what [Typed] makes a
// [ResourceStore] of. What that interface says about concurrency, tenants and errors goes for a Repository too. The other
// interfaces named Typed... are optional.
//
// A *T that a Repository returns belongs to the caller; one that it is given it neither changes nor keeps.
type Repository[T any] interface {
	// Get returns the value with the given id, or [ErrNotFound].
	Get(ctx context.Context, id string) (*T, error)
	// List returns an iterator over all values, in an order that does not change between calls. It stops at the first error,
	// and when it is told to.
	List(ctx context.Context) iter.Seq2[*T, error]
	// Create stores x and returns it with its id, or [ErrUniqueness].
	Create(ctx context.Context, x *T) (*T, error)
	// Replace stores next over old, which Get has returned, and returns what is stored, with its new version if T has one;
	// or [ErrNotFound] or [ErrUniqueness]. next is a copy of old with other values in the mapped fields. If what is stored
	// is not old any more, it changes nothing and returns [ErrVersionMismatch]: then the handler tries again. A statement
	// whose WHERE compares the version, or all that may change, does so atomically; see [TypedUpdater] too. A Repository
	// that does not compare loses one of two changes made at the same time, and nothing here can prevent that.
	Replace(ctx context.Context, old, next *T) (*T, error)
	// Delete removes the value with the given id, or returns [ErrNotFound]. If old is not nil, it must still be what is stored,
	// or [ErrVersionMismatch], as in Replace.
	Delete(ctx context.Context, id string, old *T) error
}

// A TypedSearcher is a [Repository] that can filter, sort and page by itself; see [Searcher] for the rules and for what
// happens without it.
type TypedSearcher[T any] interface {
	Repository[T]
	// Search returns the values on the page that q asks for, and how many match in all.
	Search(ctx context.Context, q *Query) (found []*T, total int, err error)
}

// A TypedUpdater is a [Repository] that can change a value atomically, such as in a transaction that locks the row. It is
// used in place of Get and Replace, and is the simplest way never to lose an update if T has no version.
type TypedUpdater[T any] interface {
	Repository[T]
	// Update calls fn with a copy of the value, stores what fn makes of it, with a new version if T has one, and returns
	// that; it stores nothing if fn fails. See [Updater]. An error of fn is returned as it is or wrapped.
	Update(ctx context.Context, id string, fn func(x *T) error) (*T, error)
}

// A TypedTransactor is a [Repository] that can run several operations in one transaction; see [Transactor].
type TypedTransactor[T any] interface {
	Repository[T]
	InTx(ctx context.Context, fn func(context.Context) error) error
}

// A TypedStore is the [ResourceStore] that [Typed] makes of a [Repository]. It has the methods of all capabilities that it
// can pass on, and reports those that the repository has. A type that embeds it may add others, such as those of a
// [DeltaPatcher].
type TypedStore[T any] struct {
	repo Repository[T]
	m    *Mapping[T]
	caps Capability
}

// Typed returns a store over repo, whose values m translates. The capabilities of the store are those of repo: see
// [TypedSearcher], [TypedUpdater] and [TypedTransactor]. A method Capabilities() [Capability] of repo masks them. Typed
// panics if repo or m is nil.
func Typed[T any](repo Repository[T], m *Mapping[T]) *TypedStore[T] {
	if repo == nil || m == nil {
		panic("scim: Typed needs a repository and a mapping")
	}
	s := &TypedStore[T]{repo: repo, m: m}
	if _, ok := repo.(TypedSearcher[T]); ok {
		s.caps |= CanSearch
	}
	if _, ok := repo.(TypedUpdater[T]); ok {
		s.caps |= CanUpdate
	}
	if _, ok := repo.(TypedTransactor[T]); ok {
		s.caps |= CanTransact
	}
	if r, ok := repo.(interface{ Capabilities() Capability }); ok {
		s.caps &= r.Capabilities()
	}
	return s
}

var (
	_ Searcher           = (*TypedStore[struct{}])(nil)
	_ Updater            = (*TypedStore[struct{}])(nil)
	_ Transactor         = (*TypedStore[struct{}])(nil)
	_ CapabilityReporter = (*TypedStore[struct{}])(nil)
)

// Type returns the resource type of the mapping.
func (s *TypedStore[T]) Type() *schema.ResourceType { return s.m.typ }

// Capabilities returns what the repository can do.
func (s *TypedStore[T]) Capabilities() Capability { return s.caps }

// resource returns what the repository has returned as a resource.
func (s *TypedStore[T]) resource(x *T, err error) (*Resource, error) {
	if err != nil {
		return nil, err
	}
	return s.m.ToResource(x)
}

// Get implements [ResourceStore].
func (s *TypedStore[T]) Get(ctx context.Context, id string, _ Projection) (*Resource, error) {
	return s.resource(s.repo.Get(ctx, id))
}

// List implements [ResourceStore].
func (s *TypedStore[T]) List(ctx context.Context, _ Projection) iter.Seq2[*Resource, error] {
	return func(yield func(*Resource, error) bool) {
		for x, err := range s.repo.List(ctx) {
			if r, err := s.resource(x, err); !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Create implements [ResourceStore].
func (s *TypedStore[T]) Create(ctx context.Context, r *Resource) (*Resource, error) {
	x := new(T)
	if active := s.m.typ.Attribute("active"); s.m.activeByDefault && r.Attributes.Value(active).IsUnassigned() {
		c := *r
		c.Attributes = r.Attributes.With(active, schema.Boolean(true))
		r = &c
	}
	if err := s.m.FromResource(r, x); err != nil {
		return nil, err
	}
	return s.resource(s.repo.Create(ctx, x))
}

// Replace implements [ResourceStore]: by [TypedUpdater] if the repository is one, else by Get and Replace.
func (s *TypedStore[T]) Replace(ctx context.Context, r *Resource) (*Resource, error) {
	over := func(cur *Resource) error {
		if v := r.Meta.Version; v != "" && v != cur.Meta.Version {
			return ErrVersionMismatch
		}
		*cur = *r
		return nil
	}
	if s.caps.Has(CanUpdate) {
		out, err := s.Update(ctx, r.ID, Projection{}, over)
		if !errors.Is(err, errors.ErrUnsupported) {
			return out, err
		}
	}
	old, err := s.repo.Get(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if old == nil {
		return s.m.ToResource(old)
	}
	next := *old
	if stored, err := s.change(&next, over); err != nil {
		return stored, unlessUnchanged(err)
	}
	return s.resource(s.repo.Replace(ctx, old, &next))
}

// change changes x by fn. If that changes nothing, it returns x as a resource, and errUnchanged.
func (s *TypedStore[T]) change(x *T, fn func(*Resource) error) (*Resource, error) {
	before, err := s.m.ToResource(x)
	if err != nil {
		return nil, err
	}
	r := *before
	if err := fn(&r); err != nil {
		return nil, err
	}
	if len(patch.Diff(before, &r)) == 0 {
		return before, errUnchanged
	}
	return nil, s.m.FromResource(&r, x)
}

func unlessUnchanged(err error) error {
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// Delete implements [ResourceStore].
func (s *TypedStore[T]) Delete(ctx context.Context, id string, ifMatch Version) error {
	var old *T
	if ifMatch != "" {
		var err error
		if old, err = s.repo.Get(ctx, id); err != nil {
			return err
		}
		r, err := s.m.ToResource(old)
		if err != nil {
			return err
		}
		if r.Meta.Version != ifMatch {
			return ErrVersionMismatch
		}
	}
	return s.repo.Delete(ctx, id, old)
}

// Search implements [Searcher] for a [TypedSearcher].
func (s *TypedStore[T]) Search(ctx context.Context, q *Query) (*Page, error) {
	repo, ok := s.repo.(TypedSearcher[T])
	if !ok {
		return nil, s.unsupported("Search")
	}
	found, total, err := repo.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	page := &Page{TotalResults: total}
	for _, x := range found {
		r, err := s.m.ToResource(x)
		if err != nil {
			return nil, err
		}
		page.Resources = append(page.Resources, r)
	}
	return page, nil
}

// Update implements [Updater] for a [TypedUpdater].
func (s *TypedStore[T]) Update(ctx context.Context, id string, _ Projection, fn func(*Resource) error) (*Resource, error) {
	repo, ok := s.repo.(TypedUpdater[T])
	if !ok {
		return nil, s.unsupported("Update")
	}
	var unchanged *Resource
	x, err := repo.Update(ctx, id, func(x *T) error {
		var err error
		unchanged, err = s.change(x, fn)
		return err
	})
	if errors.Is(err, errUnchanged) && unchanged != nil {
		return unchanged, nil
	}
	return s.resource(x, err)
}

// InTx implements [Transactor] for a [TypedTransactor].
func (s *TypedStore[T]) InTx(ctx context.Context, fn func(context.Context) error) error {
	repo, ok := s.repo.(TypedTransactor[T])
	if !ok {
		return s.unsupported("InTx")
	}
	return repo.InTx(ctx, fn)
}

func (s *TypedStore[T]) unsupported(method string) error {
	return fmt.Errorf("scim: a %v has no method %s: %w", reflect.TypeOf(s.repo), method, errors.ErrUnsupported)
}
