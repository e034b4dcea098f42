package scimtest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// everywhere sets a fault of all transactions.
func everywhere(w *world, inTx func(s *faultyStore) func(ctx context.Context, fn func(context.Context) error) error) {
	w.users.inTx, w.groups.inTx, w.widgets.inTx = inTx(w.users), inTx(w.groups), inTx(w.widgets)
}

type nestedKey struct{}

// A counter is in the context of a transaction.
type counter struct{ n atomic.Int64 }

// What stores do wrong with transactions.
var transactionFaults = []brokenStore{
	{name: "nothing is committed", law: "User/transaction/commits", spoil: func(w *world) {
		everywhere(w, func(s *faultyStore) func(context.Context, func(context.Context) error) error {
			return func(ctx context.Context, fn func(context.Context) error) error {
				lost := errors.New("lost")
				err := s.Store.InTx(ctx, func(ctx context.Context) error {
					if err := fn(ctx); err != nil {
						return err
					}
					return lost
				})
				if errors.Is(err, lost) {
					return nil
				}
				return err
			}
		})
	}},
	{name: "there is no transaction", law: "User/transaction/rolls back|User/transaction/is seen as a whole", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
	}},
	{name: "groups are in another database", law: "User/transaction/rolls back", spoil: func(w *world) {
		w.groups.Store = memstore.New(&memstore.Options{SkipUnknownMembers: true, UniqueGroupNames: true}).Groups()
		w.Resources[1] = scim.Groups(w.groups)
	}},
	{name: "the error of fn is hidden from who called", law: "User/transaction/rolls back", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			if err := w.users.Store.InTx(ctx, fn); err != nil {
				return errPlain
			}
			return nil
		}
	}},
	{name: "a panic commits", law: "User/transaction/rolls back after a panic", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			var p any
			err := w.users.Store.InTx(ctx, func(ctx context.Context) error {
				defer func() { p = recover() }()
				return fn(ctx)
			})
			if p != nil {
				panic(p)
			}
			return err
		}
	}},
	{name: "a panic is swallowed", law: "User/transaction/rolls back after a panic", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			defer func() { _ = recover() }()
			return w.users.Store.InTx(ctx, fn)
		}
	}},
	{name: "a transaction inside commits all", law: "User/transaction/inside another", spoil: func(w *world) {
		everywhere(w, func(s *faultyStore) func(context.Context, func(context.Context) error) error {
			return func(ctx context.Context, fn func(context.Context) error) error {
				if c, ok := ctx.Value(nestedKey{}).(*counter); ok {
					err := fn(ctx)
					if err == nil {
						c.n.Add(1)
					}
					return err
				}
				c := new(counter)
				var failed error
				err := s.Store.InTx(context.WithValue(ctx, nestedKey{}, c), func(ctx context.Context) error {
					if failed = fn(ctx); failed != nil && c.n.Load() > 0 {
						return nil
					}
					return failed
				})
				if failed != nil {
					return failed
				}
				return err
			}
		})
	}},
	{name: "a transaction inside is not allowed", law: "User/transaction/inside another", spoil: func(w *world) {
		everywhere(w, func(s *faultyStore) func(context.Context, func(context.Context) error) error {
			return func(ctx context.Context, fn func(context.Context) error) error {
				if ctx.Value(nestedKey{}) != nil {
					return errors.New("cannot start a transaction within a transaction")
				}
				return s.Store.InTx(context.WithValue(ctx, nestedKey{}, true), fn)
			}
		})
	}},
	{name: "reads are outside of the transaction", law: "User/transaction/is seen as a whole", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			return w.users.Store.InTx(ctx, func(tx context.Context) error { return fn(context.WithValue(tx, nestedKey{}, ctx)) })
		}
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			if outside, ok := ctx.Value(nestedKey{}).(context.Context); ok {
				ctx = outside
			}
			return w.users.read(ctx, id)
		}
	}},
	{name: "the first error aborts the transaction", law: "User/transaction/goes on after what is not found", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			return w.users.Store.InTx(context.WithValue(ctx, nestedKey{}, new(counter)), fn)
		}
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			c, ok := ctx.Value(nestedKey{}).(*counter)
			if ok && c.n.Load() > 0 {
				return nil, errors.New("current transaction is aborted")
			}
			made, err := w.users.Store.Replace(ctx, r)
			if ok && err != nil {
				c.n.Add(1)
			}
			return made, err
		}
	}},
	{name: "the commit of an aborted transaction succeeds", law: "User/transaction/tells what it takes back", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			aborted := errors.New("aborted")
			c := new(counter)
			err := w.users.Store.InTx(context.WithValue(ctx, nestedKey{}, c), func(ctx context.Context) error {
				if err := fn(ctx); err != nil || c.n.Load() == 0 {
					return err
				}
				return aborted
			})
			if errors.Is(err, aborted) {
				return nil
			}
			return err
		}
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if c, ok := ctx.Value(nestedKey{}).(*counter); ok && err != nil {
				c.n.Add(1)
			}
			return made, err
		}
	}},
	{name: "an aborted transaction commits half", law: "User/transaction/tells what it takes back", spoil: func(w *world) {
		w.users.inTx = func(ctx context.Context, fn func(context.Context) error) error {
			c := new(counter)
			err := w.users.Store.InTx(context.WithValue(ctx, nestedKey{}, c), fn)
			if err == nil && c.n.Load() > 0 {
				return errors.New("the transaction was aborted")
			}
			return err
		}
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if c, ok := ctx.Value(nestedKey{}).(*counter); ok && err != nil {
				c.n.Add(1)
			}
			return made, err
		}
	}},
}

// beside returns ctx for each tenant.
func beside(ctx context.Context) []context.Context {
	var out []context.Context
	for _, tenant := range []string{"acme", "globex"} {
		out = append(out, scim.WithPrincipal(ctx, scim.Principal{Tenant: tenant}))
	}
	return out
}

// What stores do wrong with tenants.
var tenantFaults = []brokenStore{
	{name: "Get by id does not look at the tenant", law: "tenants/a resource of another is not there|tenants/answers do not depend on another", spoil: func(w *world) {
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			r, err := w.users.read(ctx, id)
			for _, ctx := range beside(ctx) {
				if err != nil {
					r, err = w.users.read(ctx, id)
				}
			}
			return r, err
		}
	}},
	{name: "Delete does not look at the tenant", law: "tenants/a resource of another is not there|tenants/answers do not depend on another", spoil: func(w *world) {
		w.groups.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			err := w.groups.Store.Delete(ctx, id, ifMatch)
			for _, ctx := range beside(ctx) {
				if errors.Is(err, scim.ErrNotFound) {
					err = w.groups.Store.Delete(ctx, id, ifMatch)
				}
			}
			return err
		}
	}},
	{name: "List does not look at the tenant", law: "tenants/a resource of another is not there", spoil: func(w *world) {
		w.users.list = func(ctx context.Context) iter.Seq2[*scim.Resource, error] {
			return func(yield func(*scim.Resource, error) bool) {
				for _, ctx := range beside(ctx) {
					for _, r := range w.users.all(ctx) {
						if !yield(r, nil) {
							return
						}
					}
				}
			}
		}
	}},
	{name: "what is another's is forbidden", law: "tenants/a resource of another is not there|tenants/answers do not depend on another", spoil: func(w *world) {
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			r, err := w.users.read(ctx, id)
			for _, ctx := range beside(ctx) {
				if _, other := w.users.read(ctx, id); err != nil && other == nil {
					return nil, scim.ErrForbidden
				}
			}
			return r, err
		}
	}},
	{name: "TotalResults counts all tenants", law: "tenants/answers do not depend on another", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err != nil {
				return nil, err
			}
			page.TotalResults = 0
			for _, ctx := range beside(ctx) {
				p, err := w.users.Store.Search(ctx, q)
				if err != nil {
					return nil, err
				}
				page.TotalResults += p.TotalResults
			}
			return page, nil
		}
	}},
	{name: "a member of another tenant is left out, an unknown one refused", law: "tenants/a member of another is unknown|tenants/answers do not depend on another", spoil: func(w *world) {
		own := memberFilter(w)
		w.groups.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			return w.groups.Store.Create(ctx, own(ctx, r))
		}
		w.groups.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			return w.groups.Store.Replace(ctx, own(ctx, r))
		}
		w.groups.update = func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
			return w.groups.Store.Update(ctx, id, p, func(r *scim.Resource) error {
				err := fn(r)
				*r = *own(ctx, r)
				return err
			})
		}
		w.groups.delta = deltaFilter(w)
	}},
}

// elsewhere reports whether v is a member that another tenant has.
func elsewhere(ctx context.Context, w *world, v schema.Value) bool {
	id := v.Object().Get("value").Text()
	if _, err := w.users.read(ctx, id); err == nil {
		return false
	}
	for _, ctx := range beside(ctx) {
		if _, err := w.users.read(ctx, id); err == nil {
			return true
		}
	}
	return false
}

// memberFilter returns a function that leaves members of another tenant out.
func memberFilter(w *world) func(ctx context.Context, r *scim.Resource) *scim.Resource {
	members := w.groups.Type().Attribute("members")
	return func(ctx context.Context, r *scim.Resource) *scim.Resource {
		c := *r
		c.Attributes = c.Attributes.WithAt(members.Path(), c.At(members.Path()).Transform(func(v schema.Value) schema.Value {
			if elsewhere(ctx, w, v) {
				return schema.Value{}
			}
			return v
		}))
		return &c
	}
}

// deltaFilter returns a PatchDelta of groups that leaves them out.
func deltaFilter(w *world) func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	return func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
		c := *d
		c.Elements = slices.Clone(d.Elements)
		for i, e := range c.Elements {
			c.Elements[i].Add = slices.DeleteFunc(slices.Clone(e.Add), func(v schema.Value) bool { return elsewhere(ctx, w, v) })
		}
		return w.groups.Store.PatchDelta(ctx, id, &c)
	}
}
