package scimtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

var updateLaws = []storeLaw{
	{
		name: "what fn makes is stored",
		why:  "Update calls fn with the resource, stores what fn makes of it, and returns that (store.go, Updater).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			t.defaults(t.subject) // which asks the store: in fn that could wait for itself
			for n := 1; n < 4; n++ {
				next := t.next(t.subject, made, n)
				got := t.update(made.ID, func(r *scim.Resource) error {
					t.identical(t.subject, "the argument of fn", made, t.whole(r))
					r.ExternalID, r.Attributes = next.ExternalID, next.Attributes
					return nil
				})
				t.same(t.subject, "what Update returns", next, got)
				t.changed("Update", made.Meta, got.Meta)
				t.identical(t.subject, "Get after Update", got, t.get(t.subject, made.ID))
				made = got
			}
			least := t.minimal(t.subject)
			got := t.update(made.ID, func(r *scim.Resource) error {
				r.ExternalID, r.Attributes = least.ExternalID, least.Attributes
				return nil
			})
			t.same(t.subject, "what Update to the least returns", least, got)
			t.identical(t.subject, "Get after Update to the least", got, t.get(t.subject, made.ID))
		},
	},
	{
		name: "what changes nothing is not stored",
		why:  "If fn fails, its error is returned as it is and nothing is stored; if it changes nothing, Version and LastModified stay (store.go, Updater).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			got := t.update(made.ID, func(*scim.Resource) error { return nil })
			t.identical(t.subject, "Update that changes nothing", made, got)
			t.unchanged(t.subject, "Update that changes nothing", made)
			failed := errors.New("fn failed")
			_, err := t.updater().Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
				r.Attributes = t.next(t.subject, made, 1).Attributes
				return failed
			})
			t.wants(err, "Update whose fn fails")(failed)
			t.unchanged(t.subject, "Update whose fn fails", made)
		},
	},
	{
		name: "id and meta are the store's",
		why:  "What fn does to ID and Meta has no effect (RFC 7643 §3.1).",
		run: func(t *trial) {
			made, other := t.create(t.subject, t.full(t.subject, 0)), t.create(t.subject, t.full(t.subject, 2))
			got := t.update(made.ID, func(r *scim.Resource) error {
				r.Attributes = t.next(t.subject, made, 1).Attributes
				r.ID, r.Meta = other.ID, scim.Meta{Created: time.Unix(0, 0), LastModified: time.Unix(0, 0)}
				return nil
			})
			if got.ID != made.ID {
				t.fail("Update whose fn sets another ID: expected %q, got %q", made.ID, got.ID)
			}
			t.changed("Update whose fn sets Meta", made.Meta, got.Meta)
			t.unchanged(t.subject, "Update whose fn sets the ID of another resource", other)
		},
	},
	{
		name: "nothing is shared",
		why:  "fn has its argument to itself, and the caller what Update returns.",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			var kept *scim.Resource
			got, err := t.updater().Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
				r.Attributes = t.next(t.subject, made, 1).Attributes
				kept = r
				return nil
			})
			t.must(err, "Update(%q)", made.ID)
			was := t.get(t.subject, made.ID)
			spoil(kept)
			spoil(got)
			t.unchanged(t.subject, "changing the argument of fn and what Update returned", was)
			_, err = t.updater().Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
				spoil(r)
				return errors.New("no")
			})
			if err == nil {
				t.fail("Update whose fn fails: expected its error, got none")
			}
			t.unchanged(t.subject, "changing the argument of a fn that fails", was)
		},
	},
	{
		name: "what is not wanted stays",
		why:  "Attributes that the Projection does not want are neither read nor written (store.go, Updater).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			for _, a := range attributesOf(t.Type) {
				if !writable(a) || a.Required || a.Returned == schema.ReturnedAlways || made.At(a.Path()).IsUnassigned() || t.clients(a, made).IsUnassigned() {
					continue
				}
				p := t.excluding(a.Path().String())
				_, err := t.updater().Update(t.ctx, made.ID, p, func(r *scim.Resource) error {
					r.ExternalID = ""
					r.Attributes = r.Attributes.WithAt(a.Path(), schema.Value{})
					return nil
				})
				t.must(err, "Update(%q) without %s", made.ID, a)
				if got := t.get(t.subject, made.ID); !t.clients(a, got).Equal(t.clients(a, made)) {
					t.fail("Update with a Projection without %s: expected it to stay %s, got %s", a, shown(t.clients(a, made)), shown(t.clients(a, got)))
				}
			}
		},
	},
	{
		name: "no update is lost",
		why:  "No other write comes in between reading the resource for fn and storing what fn makes of it.",
		run: func(t *trial) {
			made := t.create(t.subject, t.minimal(t.subject))
			changes := t.disjoint(patchers)
			t.together(len(changes), func(i int) error {
				_, err := t.updater().Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
					*r = *changes[i].apply(t.subject, t.whole(r))
					return nil
				})
				return err
			})
			t.survive("Update", changes, made)
		},
	},
}

func (t *trial) updater() scim.Updater { return t.Store.(scim.Updater) }

// update calls Update, which has to succeed.
func (t *trial) update(id string, fn func(r *scim.Resource) error) *scim.Resource {
	r, err := t.updater().Update(t.ctx, id, scim.Projection{}, fn)
	if errors.Is(err, errors.ErrUnsupported) {
		t.skip("Update returned errors.ErrUnsupported: the handler reads and replaces instead")
	}
	t.must(err, "Update(%q)", id)
	if r == nil || r.ID != id {
		t.fail("Update(%q): expected what is stored, got %s", id, show(r))
	}
	return t.whole(r)
}

// excluding returns the Projection of a request with excludedAttributes.
func (t *trial) excluding(names string) scim.Projection {
	var found *scim.Projection
	h, err := scim.NewHandler(&scim.Config{
		BaseURL: storeBase, Resources: t.Resources, Authenticate: scim.AuthenticatedByMiddleware, Logger: slog.New(slog.DiscardHandler),
		Interceptors: []scim.Interceptor{func(scim.Func) scim.Func {
			return func(_ context.Context, op *scim.Operation) (*scim.Result, error) {
				found = &op.Projection
				return nil, scim.ErrNotFound
			}
		}},
	})
	t.must(err, "NewHandler")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.ctx, http.MethodGet, storeBase+t.Type.Endpoint()+"/1?excludedAttributes="+names, nil))
	if found == nil {
		panic(fmt.Sprintf("scimtest: no projection without %s: %d %s", names, w.Code, w.Body))
	}
	return *found
}
