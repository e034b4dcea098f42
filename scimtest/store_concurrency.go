package scimtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
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
				return errors.New("PATCH: expected success at some time, got 503 a hundred times")
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
				return errors.New("Replace: expected success at some time, got ErrVersionMismatch a thousand times")
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
							errs <- fmt.Errorf("Get during Replace: %w", err)
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

// A disjointChange is a change to a resource that no other of the same set affects.
type disjointChange struct {
	op    string // as an operation of a PATCH request
	apply func(x *subject, r *scim.Resource) *scim.Resource
	done  func(x *subject, r *scim.Resource) error
	delta *patch.Delta // nil if there is none for it
}

// disjoint returns changes to a minimal resource: to each of its attributes that is not there, and new elements, up to n of them.
func (t *trial) disjoint(n int) []disjointChange {
	var out []disjointChange
	full, minimal := t.full(t.subject, 1), t.minimal(t.subject)
	elements := 0
	for _, a := range attributesOf(t.Type) {
		if a.MultiValued && t.grows(a) {
			elements++
		}
	}
	for _, l := range t.leaves(full) {
		if l.Attribute.MultiValued || l.Path.Attribute.MultiValued || l.Attribute.Mutability != schema.ReadWrite || t.link(l.Attribute) != nil || l.Attribute.Required {
			continue
		}
		v := full.At(l.Path)
		if minimal.At(l.Path).Equal(v) || l.Attribute.Type == schema.TypeBoolean {
			continue
		}
		out = append(out, disjointChange{
			op: operation("replace", l.String(), v),
			apply: func(_ *subject, r *scim.Resource) *scim.Resource {
				r.Attributes = r.Attributes.WithAt(l.Path, v)
				return r
			},
			done: func(_ *subject, r *scim.Resource) error {
				if got := r.At(l.Path); !got.Equal(v) {
					return fmt.Errorf("%s: expected %s, got %s", l, shown(v), shown(got))
				}
				return nil
			},
			delta: &patch.Delta{Set: []patch.Change{{Path: l.Path, New: v}}},
		})
		if len(out) == n/2 && elements > 0 {
			break
		}
	}
	for _, a := range attributesOf(t.Type) {
		if !a.MultiValued || !t.grows(a) {
			continue
		}
		for range (n - len(out)) / elements {
			e, delta := t.fresh(a)
			out = append(out, disjointChange{
				op: operation("add", a.Path().String(), schema.List(e)),
				apply: func(_ *subject, r *scim.Resource) *scim.Resource {
					var all []schema.Value
					for _, old := range r.At(a.Path()).Elements() {
						all = append(all, old)
					}
					r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(append(all, e)...))
					return r
				},
				done: func(x *subject, r *scim.Resource) error {
					for _, got := range r.At(a.Path()).Elements() {
						if a.ElementKey(got) == a.ElementKey(e) {
							return nil
						}
					}
					return fmt.Errorf("%s: expected the element %s among the others, got %s", a, shown(e), shown(r.At(a.Path())))
				},
				delta: delta,
			})
		}
		if elements--; elements == 0 {
			break
		}
	}
	return out
}

// grows reports whether the store keeps any number of elements of the multi-valued attribute a.
func (t *trial) grows(a *schema.Attribute) bool {
	if !writable(a) || a.Type != schema.TypeComplex || a.SubAttribute("value") == nil {
		return false
	}
	if l := t.link(a); l != nil && len(l.to) == 0 {
		return false
	}
	r := t.minimal(t.subject)
	list := []schema.Value{}
	for range 3 {
		e, _ := t.fresh(a)
		list = append(list, e)
	}
	r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(list...))
	return t.fitted(r).At(a.Path()).Len() == len(list)
}

// fresh returns a new element of a, and the delta that adds it if the store knows deltas of a.
func (t *trial) fresh(a *schema.Attribute) (schema.Value, *patch.Delta) {
	var e schema.Value
	if l := t.link(a); l != nil {
		to := t.subjects[l.to[0]]
		e = l.elements(t.create(to, t.minimal(to)).ID)[0]
	} else {
		o := t.element(t.subject, a, 0, 1).Object()
		value := a.SubAttribute("value")
		switch text := t.newName(); value.Type {
		case schema.TypeReference:
			o = o.With(value, schema.Reference("https://example.com/"+text))
		case schema.TypeBinary:
			o = o.With(value, schema.Binary([]byte(text)))
		case schema.TypeString:
			if a.Name == "emails" {
				text += "@example.com"
			}
			o = o.With(value, schema.String(text))
		}
		e = schema.Complex(o)
	}
	r := t.minimal(t.subject)
	r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(e))
	if fitted := t.fitted(r).At(a.Path()); fitted.Len() == 1 {
		e = fitted.Index(0)
	}
	if !t.caps.Has(scim.CanPatchDelta) || !slices.Contains(t.delta, a.Name) {
		return e, nil
	}
	return e, &patch.Delta{Elements: []patch.ElementDelta{{Path: a.Path(), Add: []schema.Value{e}}}}
}

// operation returns an operation of a PATCH request.
func operation(op, path string, v schema.Value) string {
	value, _ := v.MarshalJSON() // None of the suite's values is a stream.
	b, _ := json.Marshal(map[string]any{"op": op, "path": path, "value": json.RawMessage(value)})
	return string(b)
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
