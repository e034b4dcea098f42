package scimtest_test

import (
	"context"
	"iter"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// A plainStore is what an application with a small table has: five methods, a column for a few attributes, one of them for the
// address at work, and one that is never NULL.
type plainStore struct {
	store *memstore.Store
	place func(a *schema.Attribute, v schema.Value) bool // nil: there is one for everything
	never string                                         // NULL
}

func (s *plainStore) Type() *schema.ResourceType { return s.store.Type() }

// row returns what is stored of r.
func (s *plainStore) row(r *scim.Resource) (*scim.Resource, error) {
	c := *r
	for a, v := range r.Attributes.All() {
		if s.place != nil && a.Mutability == schema.ReadWrite && !s.place(a, v) {
			return nil, scim.Errorf(scim.ErrInvalidValue, "%s: there is no place for it: take it out of the mapping.", a)
		}
	}
	if s.never != "" && c.Get(s.never).IsUnassigned() {
		return &c, c.Attributes.Set(s.never, true)
	}
	return &c, nil
}

func (s *plainStore) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	return s.store.Get(ctx, id, p)
}

func (s *plainStore) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	return s.store.List(ctx, p)
}

func (s *plainStore) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	row, err := s.row(r)
	if err != nil {
		return nil, err
	}
	return s.store.Create(ctx, row)
}

func (s *plainStore) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	row, err := s.row(r)
	if err != nil {
		return nil, err
	}
	return s.store.Replace(ctx, row)
}

func (s *plainStore) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	return s.store.Delete(ctx, id, ifMatch)
}

// userPlace is the place of a column for each of some attributes of users.
func userPlace(a *schema.Attribute, v schema.Value) bool {
	switch a.Name {
	case "userName", "active":
		return true
	case "title":
		return len(v.Text()) <= 80
	case "name":
		o := v.Object()
		for sub := range o.All() {
			if sub.Name != "givenName" && sub.Name != "familyName" {
				return false
			}
		}
		return true
	case "emails":
		e := v.Index(0).Object()
		return v.Len() == 1 && e.Len() == 2 && e.Get("type").Text() == "work" && e.Get("value").Text() != ""
	}
	return false
}

func plainStores() scimtest.Stores {
	var n atomic.Int64
	d := memstore.New(&memstore.Options{NewID: func() string { return strconv.FormatInt(n.Add(1), 10) }})
	return scimtest.Stores{
		Resources: []scim.ResourceType{
			scim.Users(&plainStore{store: d.Users(), place: userPlace, never: "active"}),
			scim.Groups(&plainStore{store: d.Groups()}),
		},
		Keeps:     map[string][]string{"User": {"userName", "active", "title", "name.givenName", "name.familyName", `emails[type eq "work"].value`, "externalId"}},
		OneTenant: true,
	}
}

// TestPlainStores runs the laws on stores that have a place for few attributes and no capability.
func TestPlainStores(t *testing.T) {
	t.Parallel()
	scimtest.TestStore(t, func(*testing.T) scimtest.Stores { return plainStores() })
}

// TestMissingCapabilities checks that what a store lacks is one skipped law each, which says what follows.
func TestMissingCapabilities(t *testing.T) {
	t.Parallel()
	skipped := map[string]string{}
	for _, r := range scimtest.ExamineStores(t.Context(), plainStores, func(string) bool { return true }) {
		require.NotEqual(t, scimtest.Fail, r.Verdict, "%s: %s", r.Law, r.Text)
		if r.Verdict == scimtest.Skip {
			skipped[r.Law] = r.Text
		}
	}
	want := map[string]string{
		"tenants": "all clients see all resources",
		"User/values/secrets that are not sent stay": "Stores.Password is not set",
	}
	for _, name := range []string{"User", "Group"} {
		want[name+"/search"] = "reads all resources for each filter"
		want[name+"/cursor"] = "misses resources, or sees them twice"
		want[name+"/update"] = "starts again when another write came first"
		want[name+"/delta"] = "reads and writes all members"
		want[name+"/transaction"] = "can't be used"
	}
	require.Len(t, skipped, len(want), "%v", skipped)
	for law, consequence := range want {
		require.Contains(t, skipped[law], consequence, law)
	}
}

// TestWrongStores checks that mistakes in what TestStore is given are told.
func TestWrongStores(t *testing.T) {
	t.Parallel()
	users := memstore.New(nil).Users()
	for name, tt := range map[string]struct {
		stores scimtest.Stores
		want   string
	}{
		"no stores":      {scimtest.Stores{}, "Stores.Resources is empty"},
		"no such type":   {scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users)}, Keeps: map[string][]string{"Users": nil}}, "which no resource type has"},
		"no such path":   {scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users)}, Keeps: map[string][]string{"User": {"nickname.x"}}}, "Stores.Keeps, User"},
		"the type twice": {scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users), scim.Users(users)}}, "another resource type has the name"},
	} {
		found := scimtest.ExamineStores(t.Context(), func() scimtest.Stores { return tt.stores }, func(string) bool { return true })
		require.Len(t, found, 1, name)
		require.Equal(t, scimtest.Fail, found[0].Verdict, name)
		require.Contains(t, found[0].Text, tt.want, name)
	}
}
