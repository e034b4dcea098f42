package elimity

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	theirs "github.com/elimity-com/scim"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Options say how a [Store] uses its handler. All are optional.
type Options struct {
	// Type is what to serve instead of a type made from the schemas of the elimity resource type: [schema.UserType] and
	// [schema.GroupType] are those of RFC 7643 with their errata. What the handler returns under other names is left out.
	Type *schema.ResourceType
	// Filters are names of singular string attributes by which the handler's GetAll finds resources itself, such as userName
	// and externalId: given a FilterValidator for attribute eq "value" it must return every match, compared as the schema
	// says, which for a userName is in any letter case. More than the matches does no harm: what it returns is filtered again.
	// Defaults to none: then each query with a filter reads all resources.
	Filters []string
	// PageSize is how many resources GetAll is asked for at a time when all are read. Defaults to 1000.
	PageSize int
}

// A Store is a [scim.ResourceStore] over a ResourceHandler of elimity-com/scim. Make it with [New].
//
// The handler gets attributes in the Go types that elimity's server gives it: string, bool, int64, float64,
// []interface{} and map[string]interface{}, date-times and binary values as strings, readOnly attributes left out, externalId
// and extensions under their names. It may return any that encoding/json can write. Its Patch method is never called. The
// request that it gets has the context, method and URL of the single operation, and no body; for more see [KeepRequest].
//
// An error that is or wraps elimity's ScimError is answered with its status, type and detail.
type Store struct {
	handler  theirs.ResourceHandler
	typ      *schema.ResourceType
	filters  filters
	pageSize int
	writes   locks
}

var (
	_ scim.Searcher = (*Store)(nil)
	_ scim.Updater  = (*Store)(nil)
)

// New returns a store over the handler of t, with a resource type made from the schemas of t. It reports every mistake in t
// and o, which may be nil.
func New(t theirs.ResourceType, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	s := &Store{handler: t.Handler, typ: o.Type, pageSize: o.PageSize}
	if s.pageSize == 0 {
		s.pageSize = 1000
	}
	var errs []error
	if s.handler == nil {
		errs = append(errs, errors.New("the resource type has no Handler"))
	}
	if s.pageSize < 0 {
		errs = append(errs, errors.New("Options.PageSize must not be negative"))
	}
	if s.typ == nil {
		var err error
		if s.typ, err = typeOf(t); err != nil {
			errs = append(errs, err)
		}
	}
	if s.typ != nil {
		var err error
		if s.filters, err = newFilters(s.typ, t, o.Filters); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("elimity: resource type %s: %w", t.Name, err)
	}
	return s, nil
}

// Type returns the resource type, for [scim.ResourceType], [scim.Users] and [scim.Groups].
func (s *Store) Type() *schema.ResourceType { return s.typ }

// Get returns the resource with the given id.
func (s *Store) Get(ctx context.Context, id string, _ scim.Projection) (*scim.Resource, error) {
	r, err := s.handler.Get(s.request(ctx, http.MethodGet, id), id)
	if err != nil {
		return nil, failure(err)
	}
	return s.resource(r, id)
}

// Create stores r. Whether unique attributes are free is the handler's to check.
func (s *Store) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	attributes, err := attributesOf(r)
	if err != nil {
		return nil, err
	}
	created, err := s.handler.Create(s.request(ctx, http.MethodPost, ""), attributes)
	if err != nil {
		return nil, failure(err)
	}
	return s.resource(created, "")
}

// Replace stores r over the resource with its ID. Other writes to it through s wait.
func (s *Store) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	return s.Update(ctx, r.ID, scim.Projection{}, func(cur *scim.Resource) error {
		if r.Meta.Version != "" && r.Meta.Version != cur.Meta.Version {
			return scim.ErrVersionMismatch
		}
		cur.ExternalID, cur.Attributes = r.ExternalID, keepWriteOnly(r.Attributes, cur.Attributes)
		return nil
	})
}

// Update changes the resource with the given id by fn. Other writes to it through s wait, those through another process do not.
func (s *Store) Update(ctx context.Context, id string, _ scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	release, err := s.writes.acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	defer release()
	cur, err := s.Get(ctx, id, scim.Projection{})
	if err != nil {
		return nil, err
	}
	next := *cur
	if err := fn(&next); err != nil {
		return nil, err
	}
	if len(patch.Diff(cur, &next)) == 0 {
		return cur, nil
	}
	attributes, err := attributesOf(&next)
	if err != nil {
		return nil, err
	}
	stored, err := s.handler.Replace(s.request(ctx, http.MethodPut, id), id, attributes)
	if err != nil {
		return nil, failure(err)
	}
	return s.resource(stored, id)
}

// Delete removes the resource with the given id. Other writes to it through s wait.
func (s *Store) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	release, err := s.writes.acquire(ctx, id)
	if err != nil {
		return err
	}
	defer release()
	if ifMatch != "" {
		cur, err := s.Get(ctx, id, scim.Projection{})
		if err != nil {
			return err
		}
		if cur.Meta.Version != ifMatch {
			return scim.ErrVersionMismatch
		}
	}
	return failure(s.handler.Delete(s.request(ctx, http.MethodDelete, id), id))
}
