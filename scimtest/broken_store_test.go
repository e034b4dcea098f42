package scimtest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// A world is a set of stores, sound until something is put into the fields of a faultyStore.
type world struct {
	scimtest.Stores
	users, groups, widgets *faultyStore
}

func newWorld() *world {
	v := &passwords{}
	d := memstore.New(&memstore.Options{WriteOnly: v.put, UniqueGroupNames: true})
	w := &world{users: &faultyStore{Store: d.Users()}, groups: &faultyStore{Store: d.Groups()}, widgets: &faultyStore{Store: d.Store(widgetType())}}
	w.Resources = []scim.ResourceType{scim.Users(w.users), scim.Groups(w.groups), {Type: widgetType(), Store: w.widgets}}
	w.Password = v.has
	return w
}

// passwords keeps the passwords of users.
type passwords struct {
	mu     sync.Mutex
	values map[string]string
}

func (v *passwords) put(_ context.Context, id string, p schema.Path, value schema.Value) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.values == nil {
		v.values = map[string]string{}
	}
	v.values[id+" "+p.String()] = value.Text()
	return nil
}

func (v *passwords) has(_ context.Context, id, password string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.values[id+" password"] == password, nil
}

// A faultyStore is a sound store, some of whose methods can be replaced.
type faultyStore struct {
	*memstore.Store

	in     func(r *scim.Resource) // changes what is stored
	out    func(r *scim.Resource) // changes what is returned
	get    func(ctx context.Context, id string) (*scim.Resource, error)
	list   func(ctx context.Context) iter.Seq2[*scim.Resource, error]
	create func(ctx context.Context, r *scim.Resource) (*scim.Resource, error)
	put    func(ctx context.Context, r *scim.Resource) (*scim.Resource, error)
	remove func(ctx context.Context, id string, ifMatch scim.Version) error
	find   func(ctx context.Context, q *scim.Query) (*scim.Page, error)
	after  func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error)
	update func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error)
	delta  func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error)
	inTx   func(ctx context.Context, fn func(context.Context) error) error
}

// sent returns what is stored of r.
func (s *faultyStore) sent(r *scim.Resource) *scim.Resource {
	if s.in == nil {
		return r
	}
	c := *r
	s.in(&c)
	return &c
}

// shown returns what a client sees of r.
func (s *faultyStore) shown(r *scim.Resource, err error) (*scim.Resource, error) {
	if err == nil && s.out != nil {
		s.out(r)
	}
	return r, err
}

func (s *faultyStore) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	if s.get != nil {
		return s.shown(s.get(ctx, id))
	}
	return s.shown(s.Store.Get(ctx, id, p))
}

func (s *faultyStore) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	all := s.Store.List(ctx, p)
	if s.list != nil {
		all = s.list(ctx)
	}
	return func(yield func(*scim.Resource, error) bool) {
		for r, err := range all {
			if !yield(s.shown(r, err)) {
				return
			}
		}
	}
}

func (s *faultyStore) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	if s.create != nil {
		return s.shown(s.create(ctx, s.sent(r)))
	}
	return s.shown(s.Store.Create(ctx, s.sent(r)))
}

func (s *faultyStore) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	if s.put != nil {
		return s.shown(s.put(ctx, s.sent(r)))
	}
	return s.shown(s.Store.Replace(ctx, s.sent(r)))
}

func (s *faultyStore) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	if s.remove != nil {
		return s.remove(ctx, id, ifMatch)
	}
	return s.Store.Delete(ctx, id, ifMatch)
}

func (s *faultyStore) Search(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	if s.find != nil {
		return s.find(ctx, q)
	}
	return s.Store.Search(ctx, q)
}

func (s *faultyStore) SearchAfter(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
	if s.after != nil {
		return s.after(ctx, q, cursor)
	}
	return s.Store.SearchAfter(ctx, q, cursor)
}

func (s *faultyStore) Update(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	if s.update != nil {
		return s.shown(s.update(ctx, id, p, fn))
	}
	return s.shown(s.Store.Update(ctx, id, p, func(r *scim.Resource) error {
		if s.out != nil {
			s.out(r)
		}
		err := fn(r)
		if err == nil && s.in != nil {
			s.in(r)
		}
		return err
	}))
}

func (s *faultyStore) PatchDelta(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	if s.delta != nil {
		return s.delta(ctx, id, d)
	}
	return s.Store.PatchDelta(ctx, id, d)
}

func (s *faultyStore) InTx(ctx context.Context, fn func(context.Context) error) error {
	if s.inTx != nil {
		return s.inTx(ctx, fn)
	}
	return s.Store.InTx(ctx, fn)
}

// read returns the resource as it is stored.
func (s *faultyStore) read(ctx context.Context, id string) (*scim.Resource, error) {
	return s.Store.Get(ctx, id, scim.Projection{})
}

// all returns the resources as they are stored.
func (s *faultyStore) all(ctx context.Context) []*scim.Resource {
	var out []*scim.Resource
	for r, err := range s.Store.List(ctx, scim.Projection{}) {
		if err != nil {
			return nil
		}
		out = append(out, r)
	}
	return out
}

// A brokenStore has one fault, for which laws must fail.
type brokenStore struct {
	name  string
	law   string         // that must fail, with the type, or several divided by |
	sound func(w *world) // what is done before, without breaking anything, if there is something
	spoil func(w *world)
}

// TestBrokenStores shows that the laws can fail: for each of many faults there is a law that a sound store keeps, and that
// fails once the fault is put in. The failure names the law.
func TestBrokenStores(t *testing.T) {
	t.Parallel()
	all := slices.Concat(readFaults, writeFaults, uniqueFaults, concurrencyFaults, filterFaults, pageFaults, deltaFaults, transactionFaults, tenantFaults)
	require.GreaterOrEqual(t, len(all), 25)
	names, covered := map[string]bool{}, map[string]bool{}
	var sound sync.Map // by law: what it comes to on sound stores, once
	for _, b := range all {
		require.False(t, names[b.name], "two faults are named %q", b.name)
		names[b.name] = true
		laws := strings.Split(b.law, "|")
		for _, l := range laws {
			covered[l], covered[l[strings.Index(l, "/")+1:]] = true, true
		}
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			examine := func(law string, changes ...func(*world)) scimtest.LawResult {
				found := scimtest.ExamineStores(t.Context(), func() scimtest.Stores {
					w := newWorld()
					for _, change := range changes {
						if change != nil {
							change(w)
						}
					}
					return w.Stores
				}, func(path string) bool { return law == path || strings.HasPrefix(law, path+"/") })
				require.Len(t, found, 1, "there is no law %q", law)
				return found[0]
			}
			for _, law := range laws {
				once, _ := sound.LoadOrStore(fmt.Sprintf("%s with %p", law, b.sound), sync.OnceValue(func() scimtest.LawResult { return examine(law, b.sound) }))
				r := once.(func() scimtest.LawResult)()
				require.Equal(t, scimtest.Pass, r.Verdict, "on the sound stores: %s: %s", law, r.Text)
				r = examine(law, b.sound, b.spoil)
				require.Equal(t, scimtest.Fail, r.Verdict, "%s does not catch the fault: %s", law, r.Text)
				require.Contains(t, r.Text, "The law: ")
				t.Log(law + ": " + r.Text)
			}
		})
	}
	for _, law := range scimtest.Laws("User") {
		short := law[strings.Index(law, "/")+1:]
		require.True(t, covered[law] || covered[short], "no fault shows that the law %q can fail", law)
	}
}

var errPlain = errors.New("pq: relation does not exist")
