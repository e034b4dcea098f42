package scimtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/embedscim/scim"
)

var transactionLaws = []storeLaw{
	{
		name: "commits",
		why:  "What fn does through the context that it is given is there once InTx returns nil, in the stores of all types (store.go, Transactor).",
		run: func(t *trial) {
			w := t.work()
			t.must(t.inTx(t.ctx, w.do), "InTx")
			w.there("InTx that returned nil")
		},
	},
	{
		name: "rolls back",
		why:  "If fn fails, its error is returned and all that it did is taken back, in the stores of all types.",
		run: func(t *trial) {
			w := t.work()
			failed := errors.New("fn failed")
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				if err := w.do(ctx); err != nil {
					return err
				}
				return failed
			})
			t.wants(err, "InTx whose fn fails")(failed)
			w.gone("InTx whose fn failed")
		},
	},
	{
		name: "rolls back after a panic",
		why:  "If fn panics, all that it did is taken back, and the store goes on working: the handler answers the request with 500.",
		run: func(t *trial) {
			w := t.work()
			for range 3 {
				err := panics(func() error {
					return t.inTx(t.ctx, func(ctx context.Context) error {
						if err := w.do(ctx); err != nil {
							return err
						}
						panic(errPanic)
					})
				})
				if err == nil {
					t.fail("InTx whose fn panics: expected the panic or an error, got none")
				}
				if !errors.Is(err, errPanic) {
					t.must(err, "InTx whose fn panics")
				}
				w.gone("InTx whose fn panicked")
			}
		},
	},
	{
		name: "inside another",
		why:  "InTx in a transaction joins it: the outer one decides.",
		run: func(t *trial) {
			w := t.work()
			failed := errors.New("fn failed")
			nested := func(ctx context.Context) error { return w.group.Store.(scim.Transactor).InTx(ctx, w.do) }
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				if err := nested(ctx); err != nil {
					return err
				}
				return failed
			})
			t.wants(err, "InTx whose fn calls InTx, and fails")(failed)
			w.gone("InTx that succeeded in one that failed")
			t.must(t.inTx(t.ctx, nested), "InTx in InTx")
			w.there("InTx in InTx")
		},
	},
	{
		name: "is seen as a whole",
		why:  "What a transaction has written it reads, and others do not see before it commits.",
		run: func(t *trial) {
			w := t.work()
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				if err := w.do(ctx); err != nil {
					return err
				}
				r, err := t.Store.Get(ctx, w.was.ID, scim.Projection{})
				if err != nil {
					return fmt.Errorf("Get in the transaction: %w", err)
				}
				if err := t.differs(t.subject, w.next, t.whole(r)); err != nil {
					return fmt.Errorf("Get in the transaction of what it has written: %w", err)
				}
				// A store with one connection makes others wait, which shows them nothing either.
				outside, cancel := context.WithTimeout(t.ctx, 200*time.Millisecond)
				defer cancel()
				if r, err = t.Store.Get(outside, w.was.ID, scim.Projection{}); err != nil {
					return nil
				}
				if err := t.differs(t.subject, t.fitted(w.was), t.whole(r)); err != nil {
					return fmt.Errorf("Get outside of the transaction, before it commits: %w", err)
				}
				return nil
			})
			t.must(err, "InTx")
			w.there("InTx")
		},
	},
	{
		name: "a failure inside is no failure of all",
		why:  "An operation that is refused in a transaction changes nothing, and what fn does before and after it is committed if fn returns nil: a bulk request goes on after an operation that is refused.",
		run: func(t *trial) {
			w := t.work()
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				for _, l := range t.unique() {
					_, err := t.Store.Create(ctx, t.named(t.full(t.subject, 1), l, w.was.At(l.Path).Text()))
					if !errors.Is(err, scim.ErrUniqueness) {
						return fmt.Errorf("Create with a %s that is taken: expected an error that matches ErrUniqueness, got: %w", l, err)
					}
				}
				if _, err := t.Store.Get(ctx, "nope", scim.Projection{}); !errors.Is(err, scim.ErrNotFound) {
					return fmt.Errorf("Get: expected an error that matches ErrNotFound, got: %w", err)
				}
				if !t.Unversioned {
					stale := t.next(t.subject, w.was, 2)
					stale.Meta.Version = "nope"
					if _, err := t.Store.Replace(ctx, stale); !errors.Is(err, scim.ErrVersionMismatch) {
						return fmt.Errorf("Replace: expected an error that matches ErrVersionMismatch, got: %w", err)
					}
				}
				return w.do(ctx)
			})
			t.must(err, "InTx in which operations are refused")
			w.there("InTx in which operations were refused")
		},
	},
}

// work is what a transaction does: it creates, replaces and deletes resources of the type, and creates one of another type.
type work struct {
	*trial
	group             *subject // another type, if there is one with transactions
	was, next         *scim.Resource
	doomed            *scim.Resource
	made, other       string // ids
	created, createdB *scim.Resource
	counts            map[string]int
}

func (t *trial) work() *work {
	w := &work{trial: t, group: t.subject, counts: map[string]int{}}
	for _, x := range t.subjects {
		if x != t.subject && x.caps.Has(scim.CanTransact) {
			w.group = x
		}
	}
	w.was, w.doomed = t.create(t.subject, t.full(t.subject, 0)), t.create(t.subject, t.full(t.subject, 0))
	w.next = t.next(t.subject, w.was, 1)
	w.created, w.createdB = t.full(t.subject, 2), t.full(w.group, 3)
	t.defaults(t.subject)
	t.defaults(w.group)
	w.count(w.counts)
	return w
}

func (w *work) count(counts map[string]int) {
	for name, x := range w.subjects {
		counts[name] = len(w.list(x))
	}
}

// do may run again.
func (w *work) do(ctx context.Context) error {
	made, err := w.Store.Create(ctx, w.created)
	if err != nil {
		return fmt.Errorf("Create: %w", err)
	}
	other, err := w.group.Store.Create(ctx, w.createdB)
	if err != nil {
		return fmt.Errorf("Create of a %s: %w", w.group.name, err)
	}
	w.made, w.other = made.ID, other.ID
	if _, err := w.Store.Replace(ctx, w.next); err != nil {
		return fmt.Errorf("Replace: %w", err)
	}
	if err := w.Store.Delete(ctx, w.doomed.ID, ""); err != nil {
		return fmt.Errorf("Delete: %w", err)
	}
	return nil
}

func (w *work) there(what string) {
	w.same(w.subject, what+", Get of what was created", w.created, w.get(w.subject, w.made))
	w.same(w.group, what+", Get of what was created", w.createdB, w.get(w.group, w.other))
	w.same(w.subject, what+", Get of what was replaced", w.next, w.get(w.subject, w.was.ID))
	w.notFound(w.ctx, w.doomed.ID)
}

func (w *work) gone(what string) {
	w.notFound(w.ctx, w.made)
	w.unchanged(w.subject, what, w.was)
	w.unchanged(w.subject, what, w.doomed)
	counts := map[string]int{}
	w.count(counts)
	for name, n := range w.counts {
		if counts[name] != n {
			w.fail("%s: expected %d resources of type %s as before, got %d", what, n, name, counts[name])
		}
	}
	if _, err := w.group.Store.Get(w.ctx, w.other, scim.Projection{}); !errors.Is(err, scim.ErrNotFound) {
		w.fail("%s: expected the %s that was created in it not to be found, got: %v", what, w.group.name, err)
	}
	if slices.Contains(ids(w.list(w.subject)), w.made) {
		w.fail("%s: expected List without what was created in it, got it", what)
	}
}

func (t *trial) inTx(ctx context.Context, fn func(context.Context) error) error {
	err := t.Store.(scim.Transactor).InTx(ctx, fn)
	if errors.Is(err, errors.ErrUnsupported) {
		t.skip("InTx returned errors.ErrUnsupported")
	}
	return err
}

var errPanic = errors.New("the panic of fn")

// panics returns what f returns, or errPanic if f panics with it.
func panics(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != any(errPanic) {
				panic(p)
			}
			err = errPanic
		}
	}()
	return f()
}
