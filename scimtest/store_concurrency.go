package scimtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/embedscim/scim"
)

// patchers is how many clients PATCH one resource at the same time.
const patchers = 50

var concurrencyLaws = []storeLaw{
	{
		name: "no update is lost",
		why:  "Of many PATCH requests at once, to different attributes and members of one resource, each that is answered with success has its effect (RFC 7644 §3.5.2).",
		run: func(t *trial) {
			made := t.create(t.subject, t.minimal(t.subject))
			changes := t.disjoint(patchers)
			t.together(len(changes), func(i int) error {
				body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`, changes[i].op)
				// An identity provider that is told to come back does.
				for range 100 {
					w := t.request(t.ctx, http.MethodPatch, t.Type.Endpoint()+"/"+pathEscape(made.ID), body)
					if accepted(w) {
						return nil
					}
					if w.Code != http.StatusServiceUnavailable {
						return fmt.Errorf("PATCH %s: expected 200 or 204, got %d %s", body, w.Code, excerpt(w.Body.String()))
					}
				}
				return errors.New("expected PATCH to succeed at some time, got 503 a hundred times")
			})
			t.survive("PATCH", changes, made)
		},
	},
	{
		name:    "no replacement is lost",
		why:     "Writers who read, change and replace with the version they read, and begin anew on ErrVersionMismatch, lose nothing of each other's (RFC 7644 §3.14).",
		applies: hasVersions,
		run: func(t *trial) {
			made := t.create(t.subject, t.minimal(t.subject))
			changes := t.disjoint(10)
			t.together(len(changes), func(i int) error {
				for range 1000 {
					r, err := t.Store.Get(t.ctx, made.ID, scim.Projection{})
					if err != nil {
						return err
					}
					if _, err = t.Store.Replace(t.ctx, changes[i].apply(t.subject, t.whole(r))); !errors.Is(err, scim.ErrVersionMismatch) {
						return err
					}
				}
				return errors.New("expected Replace to succeed at some time, got ErrVersionMismatch a thousand times")
			})
			t.survive("Get and Replace", changes, made)
		},
	},
	{
		name:    "all ways to write at once",
		why:     "PatchDelta, Update, and Get with Replace of several writers on one resource lose nothing of each other's.",
		applies: func(t *trial) bool { return t.caps.Has(scim.CanUpdate) || t.caps.Has(scim.CanPatchDelta) },
		run: func(t *trial) {
			made := t.create(t.subject, t.minimal(t.subject))
			changes := t.disjoint(30)
			t.together(len(changes), func(i int) error {
				c := changes[i]
				if d := c.delta; d != nil && t.caps.Has(scim.CanPatchDelta) && i%3 != 0 {
					if _, err := t.Store.(scim.DeltaPatcher).PatchDelta(t.ctx, made.ID, d); !errors.Is(err, errors.ErrUnsupported) {
						return err
					}
				}
				if t.caps.Has(scim.CanUpdate) && i%3 != 2 {
					_, err := t.Store.(scim.Updater).Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
						*r = *c.apply(t.subject, t.whole(r))
						return nil
					})
					if !errors.Is(err, errors.ErrUnsupported) {
						return err
					}
				}
				if t.Unversioned {
					return nil
				}
				for {
					r, err := t.Store.Get(t.ctx, made.ID, scim.Projection{})
					if err != nil {
						return err
					}
					if _, err = t.Store.Replace(t.ctx, c.apply(t.subject, t.whole(r))); !errors.Is(err, scim.ErrVersionMismatch) {
						return err
					}
				}
			})
			if !t.Unversioned {
				t.survive("several ways to write", changes, made)
			}
		},
	},
	{
		name: "reading goes on",
		why:  "All methods are safe for concurrent use: who reads while others write sees whole resources.",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			var states []*scim.Resource
			for n := range 5 {
				states = append(states, t.next(t.subject, made, n))
			}
			t.replace(t.subject, states[0])
			t.defaults(t.subject)
			done := make(chan struct{})
			var wg sync.WaitGroup
			errs := make(chan error, 8)
			for range 3 {
				wg.Go(func() {
					for {
						select {
						case <-done:
							return
						default:
						}
						r, err := t.Store.Get(t.ctx, made.ID, scim.Projection{})
						// A Stream is read when it is sent, and may be of a later state.
						if err == nil && !r.Streams() {
							r = t.whole(r)
							if !slices.ContainsFunc(states, func(s *scim.Resource) bool { return t.differs(t.subject, s, r) == nil }) {
								err = fmt.Errorf("expected one of the states that were stored, got %s", show(r))
							}
						}
						if err != nil {
							errs <- fmt.Errorf("during Replace, Get: %w", err)
							return
						}
					}
				})
			}
			var err error
			for i := 0; i < 40 && err == nil && len(errs) == 0; i++ {
				_, err = t.Store.Replace(t.ctx, states[i%len(states)])
			}
			close(done)
			wg.Wait()
			close(errs)
			t.must(err, "Replace")
			t.must(<-errs, "reading")
		},
	},
}

// together calls do n times at once, and ends the law with the first error.
func (t *trial) together(n int, do func(i int) error) {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			if o := attempt(func() { errs[i] = do(i) }); o != nil {
				errs[i] = o.err
			}
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		t.must(err, "one of %d writers at once", n)
	}
}

// survive ends the law unless all the changes are there.
func (t *trial) survive(what string, changes []disjointChange, made *scim.Resource) {
	if len(changes) < 2 {
		t.skip("the store keeps too little for two changes that do not affect each other")
	}
	after := t.get(t.subject, made.ID)
	lost := 0
	var first error
	for _, c := range changes {
		if err := c.done(t.subject, after); err != nil {
			lost++
			if first == nil {
				first = err
			}
		}
	}
	if lost > 0 {
		t.fail("%s by %d writers at once, each of which succeeded: expected all changes to be there, got %d lost: %w", what, len(changes), lost, first)
	}
	t.changed(what, made.Meta, after.Meta)
}

// ended returns a context that has ended.
func ended(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}
