package scimtest

import (
	"context"
	"errors"
	"fmt"
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
			nested := func(ctx context.Context) error {
				return w.types[len(w.types)-1].Store.(scim.Transactor).InTx(ctx, w.do)
			}
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
					return fmt.Errorf("reading in the transaction: %w", err)
				}
				if err := t.differs(t.subject, w.next, t.whole(r)); err != nil {
					return fmt.Errorf("reading in the transaction what it has written: %w", err)
				}
				// A store with one connection makes others wait, which shows them nothing either.
				outside, cancel := context.WithTimeout(t.ctx, 200*time.Millisecond)
				defer cancel()
				if r, err = t.Store.Get(outside, w.was.ID, scim.Projection{}); err != nil {
					return nil
				}
				if err := t.differs(t.subject, t.fitted(w.was), t.whole(r)); err != nil {
					return fmt.Errorf("reading outside of the transaction, before it commits: %w", err)
				}
				return nil
			})
			t.must(err, "InTx")
			w.there("InTx")
		},
	},
	{
		name: "goes on after what is not found",
		why:  "An operation that is refused with ErrNotFound or ErrVersionMismatch changes nothing, and what fn does after it is committed.",
		run: func(t *trial) {
			w := t.work()
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				_, err := t.Store.Get(ctx, "nope", scim.Projection{})
				t.wants(err, "Get in a transaction")(scim.ErrNotFound)
				t.wants(t.Store.Delete(ctx, "nope", ""), "Delete in a transaction")(scim.ErrNotFound)
				if !t.Unversioned {
					stale := *w.next
					stale.Meta.Version = "nope"
					_, err := t.Store.Replace(ctx, &stale)
					t.wants(err, "Replace with another Version in a transaction")(scim.ErrVersionMismatch)
				}
				return w.do(ctx)
			})
			t.must(err, "InTx in which operations are refused")
			w.there("InTx in which operations were refused")
		},
	},
	{
		name:    "tells what it takes back",
		why:     "If fn returns nil although an operation was refused with ErrUniqueness, which may end the transaction of a database, InTx commits all else and returns nil, or takes all back and returns an error.",
		applies: hasUnique,
		run: func(t *trial) {
			w := t.work()
			l := t.unique()[0]
			taken := t.named(t.full(t.subject, 1), l, w.next.At(l.Path).Text())
			err := t.inTx(t.ctx, func(ctx context.Context) error {
				if err := w.do(ctx); err != nil {
					return err
				}
				_, err := t.Store.Create(ctx, taken)
				t.wants(err, "Create in a transaction with a %s that is taken", l)(scim.ErrUniqueness)
				return nil
			})
			if err == nil {
				w.there("InTx that returned nil after an operation was refused")
			} else {
				w.gone("InTx that returned an error after an operation was refused")
			}
		},
	},
}

// work is what a transaction does: it creates, replaces and deletes resources of the type, and creates one of each other type.
type work struct {
	*trial
	types             []*subject // the type, and the others that have transactions
	created           []*scim.Resource
	was, next, doomed *scim.Resource
	made              []string // ids of what was created
	counts            map[string]int
}

func (t *trial) work() *work {
	w := &work{trial: t, types: []*subject{t.subject}, counts: map[string]int{}}
	for _, r := range t.Resources {
		if x := t.subjects[r.Type.Name()]; x != t.subject && x.caps.Has(scim.CanTransact) {
			w.types = append(w.types, x)
		}
	}
	w.was, w.doomed = t.create(t.subject, t.full(t.subject, 0)), t.create(t.subject, t.full(t.subject, 0))
	w.next = t.next(t.subject, w.was, 1)
	for _, x := range w.types {
		w.created = append(w.created, t.full(x, 2))
		t.defaults(x)
	}
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
	w.made = nil
	for i, x := range w.types {
		made, err := x.Store.Create(ctx, w.created[i])
		if err != nil {
			return fmt.Errorf("creating a %s: %w", x.name, err)
		}
		w.made = append(w.made, made.ID)
	}
	if _, err := w.Store.Replace(ctx, w.next); err != nil {
		return fmt.Errorf("replacing: %w", err)
	}
	if err := w.Store.Delete(ctx, w.doomed.ID, ""); err != nil {
		return fmt.Errorf("deleting: %w", err)
	}
	return nil
}

func (w *work) there(what string) {
	for i, x := range w.types {
		w.same(x, what+", Get of what was created", w.created[i], w.get(x, w.made[i]))
	}
	w.same(w.subject, what+", Get of what was replaced", w.next, w.get(w.subject, w.was.ID))
	w.notFound(w.ctx, w.doomed.ID)
}

func (w *work) gone(what string) {
	for i, x := range w.types {
		if _, err := x.Store.Get(w.ctx, w.made[i], scim.Projection{}); !errors.Is(err, scim.ErrNotFound) {
			w.fail("%s: expected the %s that was created in it not to be found, got: %v", what, x.name, err)
		}
	}
	w.unchanged(w.subject, what, w.was)
	w.unchanged(w.subject, what, w.doomed)
	counts := map[string]int{}
	w.count(counts)
	for name, n := range w.counts {
		if counts[name] != n {
			w.fail("%s: expected %d resources of type %s as before, got %d", what, n, name, counts[name])
		}
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
