package scimtest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// A plainStore is what an application with a small table has: five methods, a column for a few attributes, one of them for the
// address at work, and one that is never NULL.
type plainStore struct {
	store *memstore.Store
	place func(a *schema.Attribute, v schema.Value) bool // nil: there is one for everything
	never string                                         // NULL
	asks  string                                         // for more than the schema does
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
	if s.asks != "" && r.Get(s.asks).IsUnassigned() {
		return nil, scim.Errorf(scim.ErrInvalidValue, "%s: each resource has to have one.", s.asks)
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
	case "userName", "active", "userType":
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
			scim.Users(&plainStore{store: d.Users(), place: userPlace, never: "active", asks: "userType"}),
			scim.Groups(&plainStore{store: d.Groups()}),
		},
		Keeps: map[string][]string{"User": {
			"userName", "active", "userType", "title", "name.givenName", "name.familyName", `emails[type eq "work"].value`, "externalId",
		}},
		Fit: func(r *scim.Resource) {
			if a := r.Attributes.Type().Attribute("userType"); a != nil && r.At(a.Path()).IsUnassigned() {
				r.Attributes = r.Attributes.With(a, schema.String("Employee"))
			}
		},
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

// TestUnversionedStores checks that stores without versions are left alone about them, if they say so.
func TestUnversionedStores(t *testing.T) {
	t.Parallel()
	unversioned := func() scimtest.Stores {
		w := newWorld()
		w.users.out = func(r *scim.Resource) { r.Meta.Version = "" }
		w.users.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			res, err := w.users.Store.PatchDelta(ctx, id, d)
			res.Meta.Version = ""
			return res, err
		}
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil {
				for _, r := range page.Resources {
					r.Meta.Version = ""
				}
			}
			return page, err
		}
		w.Unversioned = true
		return w.Stores
	}
	for _, r := range scimtest.ExamineStores(t.Context(), unversioned, func(law string) bool { return strings.HasPrefix(law, "User") }) {
		require.Equal(t, scimtest.Pass, r.Verdict, "%s: %s", r.Law, r.Text)
		require.NotContains(t, r.Law, "version")
	}
}

// TestContextOfStores checks that stores get the contexts that they ask for, from the suite and through the handler.
func TestContextOfStores(t *testing.T) {
	t.Parallel()
	type key struct{}
	examine := func(change func(w *world)) []scimtest.LawResult {
		return scimtest.ExamineStores(t.Context(), func() scimtest.Stores {
			w := newWorld()
			w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
				if tenant, ok := ctx.Value(key{}).(string); !ok || tenant == "" {
					return nil, errors.New("no tenant")
				}
				return w.users.read(ctx, id)
			}
			w.Tenants = [2]string{"one", "two"}
			change(w)
			return w.Stores
		}, func(law string) bool {
			return slices.ContainsFunc([]string{"User/create/what is stored is read", "User/concurrency/no update is lost", "tenants/answers do not depend on another"}, func(l string) bool {
				return l == law || strings.HasPrefix(l, law+"/")
			})
		})
	}
	for _, r := range examine(func(*world) {}) {
		require.Equal(t, scimtest.Fail, r.Verdict, r.Law)
	}
	var mu sync.Mutex
	tenants := map[string]bool{}
	results := examine(func(w *world) {
		w.Context = func(ctx context.Context, tenant string) context.Context {
			mu.Lock()
			defer mu.Unlock()
			tenants[tenant] = true
			return context.WithValue(ctx, key{}, tenant)
		}
	})
	require.Len(t, results, 3)
	for _, r := range results {
		require.Equal(t, scimtest.Pass, r.Verdict, "%s: %s", r.Law, r.Text)
	}
	require.Equal(t, map[string]bool{"one": true, "two": true}, tenants)
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
