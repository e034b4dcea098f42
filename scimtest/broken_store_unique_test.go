package scimtest_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// uniqueBy lets a look before each write take the place of the index that keeps names of users unique: equal says which
// names are the same. The store keeps a mark at the end of each name, which is not shown.
func uniqueBy(w *world, pause time.Duration, equal func(a, b string) bool) {
	const mark = "\u2060"
	var n atomic.Int64
	w.users.out = func(r *scim.Resource) {
		if name, _, ok := strings.Cut(r.Get("userName").Text(), mark); ok {
			_ = r.Attributes.Set("userName", name)
		}
	}
	marked := func(ctx context.Context, id, name string) (string, error) {
		for _, r := range w.users.all(ctx) {
			w.users.out(r)
			if r.ID != id && equal(r.Get("userName").Text(), name) {
				return "", scim.ErrUniqueness
			}
		}
		time.Sleep(pause)
		return name + mark + strconv.FormatInt(n.Add(1), 10), nil
	}
	check := func(ctx context.Context, id string, r *scim.Resource) (*scim.Resource, error) {
		name, err := marked(ctx, id, r.Get("userName").Text())
		if err != nil {
			return nil, err
		}
		c := *r
		return &c, c.Attributes.Set("userName", name)
	}
	w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
		c, err := check(ctx, "", r)
		if err != nil {
			return nil, err
		}
		return w.users.Store.Create(ctx, c)
	}
	w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
		c, err := check(ctx, r.ID, r)
		if err != nil {
			return nil, err
		}
		return w.users.Store.Replace(ctx, c)
	}
	w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
		return w.users.Store.Update(ctx, id, p, func(r *scim.Resource) error {
			w.users.out(r)
			if err := fn(r); err != nil {
				return err
			}
			c, err := check(ctx, id, r)
			if err == nil {
				*r = *c
			}
			return err
		})
	}
	w.users.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
		c := *d
		c.Set = slices.Clone(d.Set)
		for i, set := range c.Set {
			if set.Path.String() == "userName" {
				name, err := marked(ctx, id, set.New.Text())
				if err != nil {
					return scim.DeltaResult{}, err
				}
				c.Set[i].New = schema.String(name)
			}
		}
		return w.users.Store.PatchDelta(ctx, id, &c)
	}
}

// foldASCII folds as a database does that knows the letters of ASCII only.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r | 0x20
		}
		return r
	}, s)
}

// What stores do wrong with values that must be unique, and with members.
var uniqueFaults = []brokenStore{
	{name: "unique values are compared with letter case", law: "User/uniqueness/a taken value is refused", spoil: func(w *world) {
		uniqueBy(w, 0, func(a, b string) bool { return a == b })
	}},
	{name: "unique values are folded as ASCII", law: "User/uniqueness/a taken value is refused", spoil: func(w *world) {
		uniqueBy(w, 0, func(a, b string) bool { return foldASCII(a) == foldASCII(b) })
	}},
	{name: "Update takes a taken name", law: "User/uniqueness/a taken value is refused", spoil: func(w *world) {
		w.users.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			r, err := w.users.Store.Update(ctx, id, p, fn)
			if errors.Is(err, scim.ErrUniqueness) {
				return w.users.read(ctx, id)
			}
			return r, err
		}
	}},
	{name: "PatchDelta does not tell that a name is taken", law: "User/uniqueness/a taken value is refused", spoil: func(w *world) {
		w.users.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			res, err := w.users.Store.PatchDelta(ctx, id, d)
			if errors.Is(err, scim.ErrUniqueness) {
				return scim.DeltaResult{}, errPlain
			}
			return res, err
		}
	}},
	{name: "the error tells the value", law: "User/uniqueness/a taken value is refused", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if errors.Is(err, scim.ErrUniqueness) {
				return nil, scim.Errorf(scim.ErrUniqueness, "Key (user_name)=(%s) already exists.", r.Get("userName").Text())
			}
			return made, err
		}
	}},
	{name: "a deleted user keeps the name", law: "User/uniqueness/a value that was given up is free", spoil: func(w *world) {
		var used sync.Map
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if _, taken := used.LoadOrStore(strings.ToLower(r.Get("userName").Text()), true); taken {
				return nil, scim.ErrUniqueness
			}
			return w.users.Store.Create(ctx, r)
		}
	}},
	{name: "a look before the write", law: "User/uniqueness/one of many wins", spoil: func(w *world) { uniqueBy(w, 5*time.Millisecond, strings.EqualFold) }},
	{name: "who loses a race gets a failure", law: "User/uniqueness/one of many wins", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err != nil {
				err = errPlain
			}
			return made, err
		}
	}},
	{name: "names are unique among all tenants", law: "User/uniqueness/another tenant may have the same|tenants/answers do not depend on another", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			for _, tenant := range []string{"acme", "globex"} {
				for _, other := range w.users.all(scim.WithPrincipal(ctx, scim.Principal{Tenant: tenant})) {
					if strings.EqualFold(other.Get("userName").Text(), r.Get("userName").Text()) {
						return nil, scim.ErrUniqueness
					}
				}
			}
			return w.users.Store.Create(ctx, r)
		}
	}},
	{name: "PatchDelta leaves unknown members out", law: "Group/references/unknown members", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			c := *d
			c.Elements = nil
			for _, e := range d.Elements {
				e.Add = slices.DeleteFunc(slices.Clone(e.Add), func(v schema.Value) bool {
					_, err := w.users.read(ctx, v.Object().Get("value").Text())
					return err != nil
				})
				c.Elements = append(c.Elements, e)
			}
			return w.groups.Store.PatchDelta(ctx, id, &c)
		}
	}},
	{name: "a group that is refused stays", law: "Group/references/unknown members", spoil: func(w *world) {
		w.groups.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.groups.Store.Create(ctx, r)
			if err != nil {
				c := *r
				_ = c.Attributes.Set("members", nil)
				_, _ = w.groups.Store.Create(ctx, &c)
			}
			return made, err
		}
	}},
	{name: "a foreign key is a failure", law: "Group/references/unknown members", spoil: func(w *world) {
		w.groups.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.groups.Store.Replace(ctx, r)
			if errors.Is(err, scim.ErrInvalidValue) {
				err = errPlain
			}
			return made, err
		}
	}},
	{name: "deleted users stay members", law: "Group/references/deleted members", spoil: func(w *world) {
		var gone sync.Map
		w.users.remove = func(ctx context.Context, id string, _ scim.Version) error {
			gone.Store(id, true)
			return nil
		}
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			if _, ok := gone.Load(id); ok {
				return nil, scim.ErrNotFound
			}
			return w.users.read(ctx, id)
		}
	}},
	{name: "a member is there twice", law: "Group/references/each member once", spoil: func(w *world) {
		w.groups.out = func(r *scim.Resource) {
			if m := r.Get("members"); m.Len() > 0 {
				var all []schema.Value
				for _, v := range m.Elements() {
					all = append(all, v)
				}
				_ = r.Attributes.Set("members", schema.List(append(all, m.Index(0))...))
			}
		}
	}},
	{name: "groups of former members are shown", law: "Group/references/groups of a member", spoil: func(w *world) {
		var mu sync.Mutex
		seen := map[string]schema.Value{}
		groups := w.users.Type().Attribute("groups")
		w.users.out = func(r *scim.Resource) {
			mu.Lock()
			defer mu.Unlock()
			if v := r.At(groups.Path()); v.Len() > seen[r.ID].Len() {
				seen[r.ID] = v
			}
			r.Attributes = r.Attributes.With(groups, seen[r.ID])
		}
	}},
}
