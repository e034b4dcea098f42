package memstore

import (
	"context"
	"errors"
	"iter"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A Store has the resources of one type of a [Directory], see [Directory.Store]. It is safe for concurrent use.
type Store struct {
	d       *Directory
	number  int // position in Directory.stores and state.tables
	typ     *schema.ResourceType
	indexes []index
	links   []link
	derived derived
	labels  []schema.Path // attributes that name a resource, the best first
	secrets bool          // some attribute that is not a top-level one is writeOnly

	externalID schema.Path
}

func newStore(d *Directory, number int, t *schema.ResourceType) *Store {
	s := &Store{
		d: d, number: number, typ: t,
		indexes: indexesOf(t), links: linksOf(t), derived: derivedOf(t), secrets: hasSecrets(t),
		externalID: t.Attribute("externalId").Path(),
	}
	for _, name := range []string{"displayName", "userName"} {
		if a := t.Attribute(name); a != nil && a.Type == schema.TypeString && !a.MultiValued {
			s.labels = append(s.labels, a.Path())
		}
	}
	return s
}

// Type returns the resource type that the store is for. Resources that are stored must be made with it.
func (s *Store) Type() *schema.ResourceType { return s.typ }

// Get returns the resource with the given id, or [scim.ErrNotFound]. It has all attributes, except that members and groups
// are made only if p wants them.
func (s *Store) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	st := s.d.branch(ctx).head.Load()
	r := st.find(s, id)
	if r == nil {
		return nil, scim.ErrNotFound
	}
	return s.view(st, r, s.needs(p)), nil
}

// List returns an iterator over all resources in the order of their creation, as they are when it begins.
func (s *Store) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		st := s.d.branch(ctx).head.Load()
		n := s.needs(p)
		for _, r := range st.table(s).records.all(0) {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(s.view(st, r, n), nil) {
				return
			}
		}
	}
}

// Create stores r under a new id. A taken unique attribute is [scim.ErrUniqueness], a member that does not exist
// [scim.ErrInvalidValue].
func (s *Store) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	c, err := s.change(r, nil)
	if err != nil {
		return nil, err
	}
	var made *record
	st, err := s.d.branch(ctx).write(ctx, s.d, func(st *state) (err error) {
		made, _, err = s.put(ctx, st, nil, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.view(st, made, s.needs(scim.Projection{})), nil
}

// Replace stores r over the resource with its id; see [scim.ResourceStore].
func (s *Store) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	c, err := s.change(r, nil)
	if err != nil {
		return nil, err
	}
	id, version := r.ID, r.Meta.Version
	var made *record
	st, err := s.d.branch(ctx).write(ctx, s.d, func(st *state) error {
		old, err := s.current(st, id, version)
		if err != nil {
			return err
		}
		made, _, err = s.put(ctx, st, old, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.view(st, made, s.needs(scim.Projection{})), nil
}

// Update changes the resource with the given id by fn; see [scim.Updater]. No lock is held while fn runs: it may use the
// store, and runs again if another write to the resource has come first.
func (s *Store) Update(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	b, n := s.d.branch(ctx), s.needs(p)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		st := b.head.Load()
		old := st.find(s, id)
		if old == nil {
			return nil, scim.ErrNotFound
		}
		shown := s.hide(p, s.view(st, old, n))
		next := *shown
		if err := fn(&next); err != nil {
			return nil, err
		}
		c, err := s.change(s.keep(p, &old.resource, &next), func(link int) bool {
			a := s.links[link].attr
			return n.links[link].all && !a.Equal(shown.Attributes.Value(a), next.Attributes.Value(a))
		})
		if err != nil {
			return nil, err
		}
		var made *record
		st, err = b.write(ctx, s.d, func(st *state) (err error) {
			if st.find(s, id) != old {
				return errMoved
			}
			made, _, err = s.put(ctx, st, old, c)
			return err
		})
		switch {
		case errors.Is(err, errMoved):
			continue
		case err != nil:
			return nil, err
		}
		return s.hide(p, s.view(st, made, n)), nil
	}
}

// errMoved says that a resource was written since it was read.
var errMoved = errors.New("memstore: another write came first")

// DeltaAttributes returns the names of the attributes that are kept as members are.
func (s *Store) DeltaAttributes() []string {
	var out []string
	for i := range s.links {
		out = append(out, s.links[i].attr.Name)
	}
	return out
}

// PatchDelta carries out d; see [scim.DeltaPatcher]. Its cost does not depend on how many members there are.
func (s *Store) PatchDelta(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	var made *record
	var changes []patch.Change
	_, err := s.d.branch(ctx).write(ctx, s.d, func(st *state) error {
		old, err := s.current(st, id, d.IfMatch)
		if err != nil {
			return err
		}
		c, err := s.deltaChange(old, d)
		if err != nil {
			return err
		}
		made, changes, err = s.put(ctx, st, old, c)
		return err
	})
	if err != nil {
		return scim.DeltaResult{}, err
	}
	return scim.DeltaResult{Meta: made.resource.Meta, Changes: changes}, nil
}

// Delete removes the resource, also from the members of groups, whose version changes by that.
func (s *Store) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	_, err := s.d.branch(ctx).write(ctx, s.d, func(st *state) error {
		old, err := s.current(st, id, ifMatch)
		if err != nil {
			return err
		}
		return s.remove(st, old)
	})
	return err
}

// current returns the record with the given id and version; an empty version is any.
func (s *Store) current(st *state, id string, version scim.Version) (*record, error) {
	r := st.find(s, id)
	if r == nil {
		return nil, scim.ErrNotFound
	}
	if version != "" && version != r.resource.Meta.Version {
		return nil, scim.ErrVersionMismatch
	}
	return r, nil
}
