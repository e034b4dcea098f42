package scimtest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
)

var contextLaws = []storeLaw{
	{
		name: "a context that has ended",
		why:  "With a context that has ended, each method returns its error, which is answered with 503, and changes nothing (store.go, ResourceStore).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			ctx := ended(t.ctx)
			before := len(t.list(t.subject))
			over := func(op string, err error) {
				var e *scim.Error
				if !errors.Is(err, context.Canceled) && (!errors.As(err, &e) || e.Status != http.StatusServiceUnavailable) && !errors.Is(err, errors.ErrUnsupported) {
					t.fail("%s with a context that has ended: expected an error that matches context.Canceled, got: %v", op, err)
				}
				t.unchanged(t.subject, op+" with a context that has ended", made)
				if n := len(t.list(t.subject)); n != before {
					t.fail("%s with a context that has ended: expected %d resources as before, got %d", op, before, n)
				}
			}
			_, err := t.Store.Get(ctx, made.ID, scim.Projection{})
			over("Get", err)
			_, err = t.Store.Create(ctx, t.full(t.subject, 1))
			over("Create", err)
			_, err = t.Store.Replace(ctx, t.next(t.subject, made, 1))
			over("Replace", err)
			over("Delete", t.Store.Delete(ctx, made.ID, ""))
			err = nil
			for _, e := range t.Store.List(ctx, scim.Projection{}) {
				err = e
			}
			over("List", err)
			if t.caps.Has(scim.CanSearch) {
				_, err = t.Store.(scim.Searcher).Search(ctx, &scim.Query{StartIndex: 1, Count: 10})
				over("Search", err)
			}
			if t.caps.Has(scim.CanSearchAfter) {
				_, err = t.Store.(scim.CursorSearcher).SearchAfter(ctx, &scim.Query{Count: 10}, "")
				over("SearchAfter", err)
			}
			if t.caps.Has(scim.CanUpdate) {
				_, err = t.Store.(scim.Updater).Update(ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
					*r = *t.next(t.subject, made, 1)
					return nil
				})
				over("Update", err)
			}
			if t.caps.Has(scim.CanPatchDelta) {
				_, err = t.Store.(scim.DeltaPatcher).PatchDelta(ctx, made.ID, &patch.Delta{})
				over("PatchDelta", err)
			}
			if t.caps.Has(scim.CanTransact) {
				err = t.Store.(scim.Transactor).InTx(ctx, func(ctx context.Context) error {
					_, err := t.Store.Create(ctx, t.full(t.subject, 1))
					return err
				})
				over("InTx", err)
			}
		},
	},
	{
		name: "an iterator that is stopped",
		why:  "List stops when it is told to, or when the context ends, and holds nothing then: a connection that is not given back is missing for good after a few requests.",
		run: func(t *trial) {
			for n := range 3 {
				t.create(t.subject, t.full(t.subject, n))
			}
			made := t.create(t.subject, t.full(t.subject, 3))
			all := len(t.list(t.subject))
			// A pool of connections may be large: what leaks must use it up.
			for i := range 200 {
				ctx, cancel := context.WithTimeout(t.ctx, 20*time.Second)
				seen := 0
				for r, err := range t.Store.List(ctx, scim.Projection{}) {
					t.must(err, "List, number %d, of which the others were stopped after the first resource", i+1)
					if seen++; r == nil || seen > 1 {
						t.fail("List that is told to stop after the first resource: expected it to stop, got %d", seen)
					}
					break
				}
				if i%20 == 0 {
					_, err := t.Store.Replace(ctx, t.next(t.subject, made, i/20))
					t.must(err, "Replace after %d Lists that were stopped", i+1)
				}
				cancel()
			}
			for range 20 {
				ctx, cancel := context.WithCancel(t.ctx)
				seen := 0
				for _, err := range t.Store.List(ctx, scim.Projection{}) {
					if seen++; seen > all+1 {
						t.fail("List: expected at most %d resources and an error, got more", all)
					}
					cancel()
					if err != nil {
						seen += all + 1
					}
				}
				cancel()
			}
			ctx, cancel := context.WithTimeout(t.ctx, 20*time.Second)
			defer cancel()
			_, err := t.Store.Replace(ctx, t.next(t.subject, made, 7))
			t.must(err, "Replace after Lists whose contexts ended")
		},
	},
}
