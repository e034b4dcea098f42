package scim_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A minimal is a store with the five methods of [scim.ResourceStore] and no others, over a map.
type minimal struct {
	t  *schema.ResourceType
	mu sync.Mutex
	m  map[string]*scim.Resource
	// order holds the keys in the order of creation.
	order []string
	made  int
	// secrets asks for values of writeOnly attributes to be kept as they are.
	secrets bool
}

func newMinimal(t *schema.ResourceType) *minimal {
	return &minimal{t: t, m: map[string]*scim.Resource{}}
}

func openMinimal() storeSet {
	return storeSet{newMinimal(schema.UserType()), newMinimal(schema.GroupType()), newMinimal(widgetType())}
}

var _ scim.ResourceStore = (*minimal)(nil)

func key(ctx context.Context, id string) string {
	p, _ := scim.PrincipalFrom(ctx)
	return p.Tenant + "/" + id
}

func (s *minimal) Get(ctx context.Context, id string, _ scim.Projection) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.m[key(ctx, id)]
	if !ok {
		return nil, scim.ErrNotFound
	}
	c := *r
	return &c, nil
}

// List leaves out what p does not want, as stores over slow tables do.
func (s *minimal) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		s.mu.Lock()
		var all []*scim.Resource
		for _, k := range s.order {
			if r := s.m[k]; k == key(ctx, r.ID) {
				c := *r
				c.Attributes = r.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
					if !p.Wants(a.Path()) {
						return schema.Value{}
					}
					return v
				})
				all = append(all, &c)
			}
		}
		s.mu.Unlock()
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *minimal) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.unique(ctx, "", r); err != nil {
		return nil, err
	}
	s.made++
	c := s.stored(r)
	c.ID = fmt.Sprintf("%s-%d", s.t.Name(), s.made)
	now := time.Now()
	c.Meta = scim.Meta{Created: now, LastModified: now, Version: "1"}
	s.m[key(ctx, c.ID)] = c
	s.order = append(s.order, key(ctx, c.ID))
	out := *c
	return &out, nil
}

func (s *minimal) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cur, ok := s.m[key(ctx, r.ID)]
	switch {
	case !ok:
		return nil, scim.ErrNotFound
	case r.Meta.Version != "" && r.Meta.Version != cur.Meta.Version:
		return nil, scim.ErrVersionMismatch
	}
	if err := s.unique(ctx, r.ID, r); err != nil {
		return nil, err
	}
	if len(patch.Diff(cur, r)) > 0 {
		s.made++
		c := s.stored(r)
		c.Meta = cur.Meta
		c.Meta.LastModified, c.Meta.Version = time.Now(), scim.Version(fmt.Sprint(s.made, "r"))
		s.m[key(ctx, r.ID)], cur = c, c
	}
	out := *cur
	return &out, nil
}

func (s *minimal) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.m[key(ctx, id)]
	switch {
	case !ok:
		return scim.ErrNotFound
	case ifMatch != "" && ifMatch != r.Meta.Version:
		return scim.ErrVersionMismatch
	}
	delete(s.m, key(ctx, id))
	s.order = slices.DeleteFunc(s.order, func(k string) bool { return k == key(ctx, id) })
	return nil
}

// stored returns what is kept of r: all but secrets.
func (s *minimal) stored(r *scim.Resource) *scim.Resource {
	c := *r
	c.Attributes = r.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if a.Mutability == schema.WriteOnly && !s.secrets {
			return schema.Value{}
		}
		return v
	})
	return &c
}

func (s *minimal) unique(ctx context.Context, id string, r *scim.Resource) error {
	for _, other := range s.m {
		if other.ID == id || s.m[key(ctx, other.ID)] != other {
			continue
		}
		for a, v := range r.Attributes.All() {
			if a.Uniqueness != schema.UniqueNone && a.Equal(v, other.Attributes.Value(a)) {
				return scim.Errorf(scim.ErrUniqueness, "%s is taken.", a)
			}
		}
	}
	return nil
}

// masked is a store whose configuration allows some of its capabilities only.
type masked struct {
	*memstore.Store
	allowed scim.Capability
}

func (m masked) Capabilities() scim.Capability { return m.allowed }

// unsupported is a store whose optional methods exist, and do nothing.
type unsupported struct{ *memstore.Store }

func (unsupported) Search(context.Context, *scim.Query) (*scim.Page, error) {
	return nil, errUnsupported
}

func (unsupported) SearchAfter(context.Context, *scim.Query, string) (*scim.Page, error) {
	return nil, errUnsupported
}

func (unsupported) Update(context.Context, string, scim.Projection, func(*scim.Resource) error) (*scim.Resource, error) {
	return nil, errUnsupported
}

func (unsupported) PatchDelta(context.Context, string, *patch.Delta) (scim.DeltaResult, error) {
	return scim.DeltaResult{}, errUnsupported
}

var errUnsupported = fmt.Errorf("this database: %w", errors.ErrUnsupported)

// fixedID is a store that gives every resource the same id.
type fixedID struct {
	*minimal
	id string
}

func (f fixedID) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	made, err := f.minimal.Create(ctx, r)
	if err == nil {
		made.ID = f.id
	}
	return made, err
}

// versioned is a store whose resources all have the same version.
type versioned struct {
	*minimal
	v scim.Version
}

func (f versioned) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	made, err := f.minimal.Create(ctx, r)
	if err == nil {
		made.Meta.Version = f.v
	}
	return made, err
}

func (f versioned) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	r, err := f.minimal.Get(ctx, id, p)
	if err == nil {
		r.Meta.Version = f.v
	}
	return r, err
}

// deleted is a store that remembers which version was to be deleted.
type deleted struct {
	*minimal
	ifMatch scim.Version
}

func (d *deleted) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	d.ifMatch = ifMatch
	return d.minimal.Delete(ctx, id, ifMatch)
}
