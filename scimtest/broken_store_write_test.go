package scimtest_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// What stores do wrong when they replace, update and delete.
var writeFaults = []brokenStore{
	{name: "Replace returns what was stored before", law: "User/replace/what is stored is read", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			was, err := w.users.read(ctx, r.ID)
			if err == nil {
				_, err = w.users.Store.Replace(ctx, r)
			}
			return was, err
		}
	}},
	{name: "Replace loses the time of creation", law: "User/replace/meta is the store's", spoil: func(w *world) {
		var mu sync.Mutex
		created := map[string]time.Time{}
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			mu.Lock()
			created[r.ID] = r.Meta.Created
			mu.Unlock()
			return w.users.Store.Replace(ctx, r)
		}
		w.users.out = func(r *scim.Resource) {
			mu.Lock()
			defer mu.Unlock()
			if c, ok := created[r.ID]; ok {
				r.Meta.Created = c
			}
		}
	}},
	{name: "Replace merges", law: "User/replace/what is absent goes", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			was, err := w.users.read(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			c := *r
			for a, v := range was.Attributes.All() {
				if c.Attributes.Value(a).IsUnassigned() {
					c.Attributes = c.Attributes.With(a, v)
				}
			}
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "Replace does not set a column to NULL", law: "User/replace/what is absent goes", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			was, err := w.users.read(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			c := *r
			if c.Get("name.middleName").IsUnassigned() && !c.Get("name").IsUnassigned() && !was.Get("name.middleName").IsUnassigned() {
				_ = c.Attributes.Set("name.middleName", was.Get("name.middleName"))
			}
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "each Replace makes a version", law: "User/replace/the same changes nothing", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			c := *r
			c.ExternalID += "-"
			made, err := w.users.Store.Replace(ctx, &c)
			if err != nil {
				return nil, err
			}
			c = *r
			c.Meta.Version = made.Meta.Version
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "another letter case is no change", law: "User/replace/letter case counts", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			was, err := w.users.read(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			c := *r
			for a, v := range was.Attributes.All() {
				if a.Type == schema.TypeString && strings.EqualFold(v.Text(), c.Attributes.Value(a).Text()) {
					c.Attributes = c.Attributes.With(a, v)
				}
			}
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "a resource is in its own way", law: "User/replace/letter case counts", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			for _, other := range w.users.all(ctx) {
				if name, own := other.Get("userName").Text(), r.Get("userName").Text(); name != own && strings.EqualFold(name, own) {
					return nil, scim.ErrUniqueness
				}
			}
			return w.users.Store.Replace(ctx, r)
		}
	}},
	{name: "Replace does not look at the version", law: "User/replace/another version changes nothing", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			c := *r
			c.Meta.Version = ""
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "a version that is no number is no version", law: "User/replace/another version changes nothing", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			c := *r
			if c.Meta.Version == "nope" {
				c.Meta.Version = ""
			}
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "Delete of nothing succeeds", law: "User/delete/what is deleted is gone", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			_ = w.users.Store.Delete(ctx, id, ifMatch)
			return nil
		}
	}},
	{name: "a deleted resource is marked, and still found", law: "User/delete/what is deleted is gone", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, _ scim.Version) error {
			_, err := w.users.Store.Update(ctx, id, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("active", false) })
			return err
		}
	}},
	{name: "Delete does not look at ifMatch", law: "User/delete/another version changes nothing", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, _ scim.Version) error { return w.users.Store.Delete(ctx, id, "") }
	}},
	{name: "Delete checks ifMatch before the id", law: "User/delete/another version changes nothing", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			err := w.users.Store.Delete(ctx, id, ifMatch)
			if ifMatch != "" && err != nil {
				return scim.ErrVersionMismatch
			}
			return err
		}
	}},
	{name: "Update returns what was stored before", law: "User/update/what fn makes is stored", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			was, err := w.users.read(ctx, id)
			if err == nil {
				_, err = w.users.Store.Update(ctx, id, p, fn)
			}
			return was, err
		}
	}},
	{name: "Update saves although fn fails", law: "User/update/what changes nothing is not stored", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			var failed error
			r, err := w.users.Store.Update(ctx, id, p, func(r *scim.Resource) error {
				failed = fn(r)
				return nil
			})
			if failed != nil {
				return nil, failed
			}
			return r, err
		}
	}},
	{name: "the error of fn is hidden", law: "User/update/what changes nothing is not stored", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			r, err := w.users.Store.Update(ctx, id, p, fn)
			if err != nil {
				err = errPlain
			}
			return r, err
		}
	}},
	{name: "Update writes to the id that fn sets", law: "User/update/id and meta are the store's", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, _ scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			r, err := w.users.read(ctx, id)
			if err != nil {
				return nil, err
			}
			if err := fn(r); err != nil {
				return nil, err
			}
			r.Meta.Version = ""
			return w.users.Store.Replace(ctx, r)
		}
	}},
	{name: "the argument of fn is what is stored", law: "User/update/nothing is shared", spoil: func(w *world) {
		kept := map[string]*scim.Resource{}
		w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			return w.users.Store.Update(ctx, id, p, func(r *scim.Resource) error {
				kept[id] = r
				return fn(r)
			})
		}
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			r, err := w.users.read(ctx, id)
			if k := kept[id]; k != nil && err == nil {
				r.ExternalID, r.Attributes = k.ExternalID, k.Attributes
			}
			return r, err
		}
	}},
	{name: "Update saves what was not read", law: "User/update/what is not wanted stays", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, _ scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			return w.users.Store.Update(ctx, id, scim.Projection{}, fn)
		}
	}},
}
