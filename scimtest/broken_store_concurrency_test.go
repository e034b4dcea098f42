package scimtest_test

import (
	"context"
	"iter"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
)

// aMoment is long enough for another writer to come in between.
const aMoment = 2 * time.Millisecond

// readThenWrite is an Update that is not atomic.
func readThenWrite(s *faultyStore) func(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	return func(ctx context.Context, id string, _ scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
		r, err := s.read(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := fn(r); err != nil {
			return nil, err
		}
		time.Sleep(aMoment)
		r.Meta.Version = ""
		return s.Store.Replace(ctx, r)
	}
}

// What stores do wrong when several clients use them, or one goes away.
var concurrencyFaults = []brokenStore{
	{name: "Update reads, then writes", law: "User/concurrency/no update is lost|User/update/no update is lost|User/concurrency/all ways to write at once", spoil: func(w *world) {
		w.users.update = readThenWrite(w.users)
	}},
	{name: "PatchDelta reads all members, then writes them", law: "Group/concurrency/no update is lost|Group/concurrency/all ways to write at once", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			r, err := readThenWrite(w.groups)(ctx, id, scim.Projection{}, func(r *scim.Resource) error {
				next, _, err := d.Apply(r)
				if err == nil {
					*r = *next
				}
				return err
			})
			if err != nil {
				return scim.DeltaResult{}, err
			}
			return scim.DeltaResult{Meta: r.Meta}, nil
		}
	}},
	{name: "Replace looks at the version, then writes", law: "User/concurrency/no replacement is lost", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			was, err := w.users.read(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			if r.Meta.Version != "" && r.Meta.Version != was.Meta.Version {
				return nil, scim.ErrVersionMismatch
			}
			time.Sleep(aMoment)
			c := *r
			c.Meta.Version = ""
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "Replace writes the row, then its children", law: "User/concurrency/reading goes on", spoil: func(w *world) {
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			half := *r
			_ = half.Attributes.Set("emails", nil)
			if _, err := w.users.Store.Replace(ctx, &half); err != nil {
				return nil, err
			}
			time.Sleep(aMoment)
			return w.users.Store.Replace(ctx, r)
		}
	}},
	{name: "Create goes on without its client", law: "User/contexts/a context that has ended", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(context.WithoutCancel(ctx), r)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return made, err
		}
	}},
	{name: "the error of a context is hidden", law: "User/contexts/a context that has ended", spoil: func(w *world) {
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			if ctx.Err() != nil {
				return nil, errPlain
			}
			return w.users.read(ctx, id)
		}
	}},
	{name: "List ends early without an error", law: "User/contexts/a context that has ended", spoil: func(w *world) {
		w.users.list = func(ctx context.Context) iter.Seq2[*scim.Resource, error] {
			return func(yield func(*scim.Resource, error) bool) {
				for r, err := range w.users.Store.List(ctx, scim.Projection{}) {
					if err != nil || !yield(r, nil) {
						return
					}
				}
			}
		}
	}},
	{name: "List keeps its connection when it is stopped", law: "User/contexts/an iterator that is stopped", spoil: func(w *world) {
		pool := make(chan struct{}, 20)
		take := func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			select {
			case pool <- struct{}{}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if err := take(ctx); err != nil {
				return nil, err
			}
			defer func() { <-pool }()
			return w.users.Store.Replace(ctx, r)
		}
		w.users.list = func(ctx context.Context) iter.Seq2[*scim.Resource, error] {
			return func(yield func(*scim.Resource, error) bool) {
				if err := take(ctx); err != nil {
					yield(nil, err)
					return
				}
				for r, err := range w.users.Store.List(ctx, scim.Projection{}) {
					if !yield(r, err) {
						return
					}
				}
				<-pool
			}
		}
	}},
}
