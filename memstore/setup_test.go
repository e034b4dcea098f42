package memstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// tenant returns a context for a tenant.
func tenant(t testing.TB, name string) context.Context {
	return scim.WithPrincipal(t.Context(), scim.Principal{Tenant: name})
}

// resource makes a resource with the given attributes: path, value, path, value.
func resource(t testing.TB, s *memstore.Store, attrs ...any) *scim.Resource {
	t.Helper()
	r := &scim.Resource{Attributes: s.Type().Object()}
	for i := 0; i < len(attrs); i += 2 {
		if path := attrs[i].(string); path == "externalId" {
			r.ExternalID = attrs[i+1].(string)
		} else {
			require.NoError(t, r.Attributes.Set(path, attrs[i+1]))
		}
	}
	return r
}

// create stores a resource with the given attributes.
func create(t testing.TB, s *memstore.Store, ctx context.Context, attrs ...any) *scim.Resource {
	t.Helper()
	r, err := s.Create(ctx, resource(t, s, attrs...))
	require.NoError(t, err)
	return r
}

// refs makes the value of members with the given ids.
func refs(ids ...string) []map[string]any {
	out := []map[string]any{}
	for _, id := range ids {
		out = append(out, map[string]any{"value": id})
	}
	return out
}

func get(t testing.TB, s *memstore.Store, ctx context.Context, id string) *scim.Resource {
	t.Helper()
	r, err := s.Get(ctx, id, scim.Projection{})
	require.NoError(t, err)
	return r
}

func list(t testing.TB, s *memstore.Store, ctx context.Context) []*scim.Resource {
	t.Helper()
	var out []*scim.Resource
	for r, err := range s.List(ctx, scim.Projection{}) {
		require.NoError(t, err)
		out = append(out, r)
	}
	return out
}

// subs returns one sub-attribute of each element.
func subs(r *scim.Resource, path string) []string {
	var out []string
	for _, v := range r.Get(path).Elements() {
		out = append(out, v.Text())
	}
	return out
}

func ids(rs []*scim.Resource) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.ID)
	}
	return out
}

func json(t testing.TB, r *scim.Resource) string {
	t.Helper()
	b, err := r.MarshalJSON()
	require.NoError(t, err)
	return string(b)
}

func query(t testing.TB, s *memstore.Store, filterText, sortBy string, descending bool) *scim.Query {
	t.Helper()
	q := &scim.Query{StartIndex: 1, Count: 1 << 20, Descending: descending}
	if filterText != "" {
		x, err := filter.Parse(filterText)
		require.NoError(t, err, filterText)
		q.Filter, err = filter.Check(s.Type(), x)
		require.NoError(t, err, filterText)
	}
	if sortBy != "" {
		p, err := s.Type().Path(sortBy)
		require.NoError(t, err)
		q.SortBy = &p
	}
	return q
}

// search returns the ids that a filter finds.
func search(t testing.TB, s *memstore.Store, ctx context.Context, filterText string) []string {
	t.Helper()
	page, err := s.Search(ctx, query(t, s, filterText, "", false))
	require.NoError(t, err)
	require.Equal(t, len(page.Resources), page.TotalResults)
	return ids(page.Resources)
}

// bruteForce is what Search and SearchAfter must return in all.
func bruteForce(t testing.TB, s *memstore.Store, ctx context.Context, q *scim.Query) []*scim.Resource {
	t.Helper()
	found := slices.DeleteFunc(list(t, s, ctx), func(r *scim.Resource) bool {
		return q.Filter != nil && !q.Filter.Match(r)
	})
	slices.SortStableFunc(found, q.Compare)
	return found
}

// detail returns what the client is told.
func detail(t testing.TB, err error) string {
	t.Helper()
	var e *scim.Error
	require.True(t, errors.As(err, &e), "%v is no *scim.Error", err)
	return e.Detail
}

// widgets returns a store for a type with an attribute of each kind.
func widgets(t testing.TB, d *memstore.Directory) *memstore.Store {
	t.Helper()
	typ, err := schema.NewResourceType("Widget", "", "", &schema.Schema{
		ID: "urn:example:params:scim:schemas:test:2.0:Widget",
		Attributes: []*schema.Attribute{
			{Name: "name", Required: true, Uniqueness: schema.UniqueServer},
			{Name: "code", CaseExact: true, Uniqueness: schema.UniqueGlobal},
			{Name: "wo", Mutability: schema.WriteOnly, Returned: schema.ReturnedNever},
			{Name: "flag", Type: schema.TypeBoolean},
			{Name: "qty", Type: schema.TypeInteger},
			{Name: "ratio", Type: schema.TypeDecimal},
			{Name: "at", Type: schema.TypeDateTime},
			{Name: "link", Type: schema.TypeReference, ReferenceTypes: []string{"external"}},
			{Name: "tags", MultiValued: true},
			{Name: "serials", Type: schema.TypeInteger, MultiValued: true, Uniqueness: schema.UniqueServer},
			{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
				{Name: "a"},
				{Name: "part", Uniqueness: schema.UniqueServer},
				{Name: "pin", Mutability: schema.WriteOnly, Returned: schema.ReturnedNever},
			}},
		},
	}, schema.Extension{Schema: &schema.Schema{
		ID:         "urn:example:params:scim:schemas:test:2.0:Extra",
		Attributes: []*schema.Attribute{{Name: "badge", Uniqueness: schema.UniqueServer}, {Name: "note"}},
	}})
	require.NoError(t, err)
	return d.Store(typ)
}

// number makes distinct names in order.
func number(prefix string, i int) string { return fmt.Sprintf("%s%04d", prefix, i) }
