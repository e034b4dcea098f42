package scimtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

var uniqueLaws = []storeLaw{
	{
		name:    "a taken value is refused",
		why:     "A value of an attribute that the schema calls unique, which another resource has, is ErrUniqueness and changes nothing; letter case counts only if the attribute is case exact (RFC 7643 §7).",
		applies: hasUnique,
		run: func(t *trial) {
			for _, l := range t.unique() {
				base := "Übung-" + t.newName()
				first := t.create(t.subject, t.named(t.full(t.subject, 0), l, base))
				second := t.create(t.subject, t.full(t.subject, 1))
				for _, other := range variants(base) {
					if other != base && l.Exact() {
						made := t.create(t.subject, t.named(t.full(t.subject, 2), l, other))
						t.must(t.Store.Delete(t.ctx, made.ID, ""), "Delete(%q)", made.ID)
						continue
					}
					what := fmt.Sprintf("%s %q, while another resource has %q", l, other, base)
					before := len(t.list(t.subject))
					_, err := t.Store.Create(t.ctx, t.named(t.full(t.subject, 2), l, other))
					t.taken(err, l, other, "Create with "+what)
					if n := len(t.list(t.subject)); n != before {
						t.fail("Create with %s: expected nothing to be stored, got %d resources after %d", what, n, before)
					}
					next := t.named(t.next(t.subject, second, 3), l, other)
					_, err = t.Store.Replace(t.ctx, next)
					t.taken(err, l, other, "Replace with "+what)
					t.unchanged(t.subject, "Replace with "+what, second)
					if t.caps.Has(scim.CanUpdate) {
						_, err = t.Store.(scim.Updater).Update(t.ctx, second.ID, scim.Projection{}, func(r *scim.Resource) error {
							*r = *t.named(r, l, other)
							return nil
						})
						t.taken(err, l, other, "Update with "+what)
						t.unchanged(t.subject, "Update with "+what, second)
					}
					if t.caps.Has(scim.CanPatchDelta) {
						d := &patch.Delta{Set: []patch.Change{{Path: l.Path, New: schema.String(other)}}}
						_, err = t.Store.(scim.DeltaPatcher).PatchDelta(t.ctx, second.ID, d)
						t.taken(err, l, other, "PatchDelta with "+what)
						t.unchanged(t.subject, "PatchDelta with "+what, second)
					}
				}
				t.unchanged(t.subject, "all that", first)
			}
		},
	},
	{
		name:    "a value that was given up is free",
		why:     "A unique value is free again once its resource has another or is deleted: an identity provider looks for a resource with it, finds none, and creates one.",
		applies: hasUnique,
		run: func(t *trial) {
			for _, l := range t.unique() {
				name := t.newName()
				first := t.create(t.subject, t.named(t.full(t.subject, 0), l, name))
				t.replace(t.subject, t.next(t.subject, first, 1))
				second := t.create(t.subject, t.named(t.full(t.subject, 2), l, name))
				t.must(t.Store.Delete(t.ctx, second.ID, ""), "Delete(%q)", second.ID)
				third := t.create(t.subject, t.named(t.full(t.subject, 3), l, strings.ToUpper(name)))
				t.must(t.Store.Delete(t.ctx, third.ID, ""), "Delete(%q)", third.ID)
				back := t.named(t.next(t.subject, first, 4), l, name)
				t.same(t.subject, "what Replace returns", back, t.replace(t.subject, back))
			}
		},
	},
	{
		name:    "one of many wins",
		why:     "Of several writers who want one unique value at the same time exactly one gets it, and the others ErrUniqueness: it takes a constraint of the database, not a look before the write.",
		applies: hasUnique,
		run: func(t *trial) {
			for _, l := range t.unique() {
				for round := range 3 {
					t.race(l, round)
				}
			}
		},
	},
	{
		name:    "another tenant may have the same",
		why:     "A value is unique within a tenant: otherwise a client is told that a value is taken by a resource that it can't see (RFC 7644 §6.1).",
		applies: func(t *trial) bool { return !t.OneTenant && hasUnique(t) },
		run: func(t *trial) {
			for _, l := range t.unique() {
				if l.Attribute.Uniqueness == schema.UniqueGlobal {
					continue
				}
				name := t.newName()
				mine := t.create(t.subject, t.named(t.minimal(t.subject), l, name))
				theirs, err := t.Store.Create(t.as(t.root, t.Tenants[1]), t.named(t.minimal(t.subject), l, name))
				t.must(err, "Create in tenant %s with %s %q, which a resource of tenant %s has", t.Tenants[1], l, name, t.Tenants[0])
				t.unchanged(t.subject, "Create in another tenant", mine)
				t.must(t.Store.Delete(t.as(t.root, t.Tenants[1]), theirs.ID, ""), "Delete(%q) in tenant %s", theirs.ID, t.Tenants[1])
				t.unchanged(t.subject, "Delete in another tenant", mine)
			}
		},
	},
}

func hasUnique(t *trial) bool {
	return slices.ContainsFunc(attributesOf(t.Type), func(a *schema.Attribute) bool {
		return a.Uniqueness != schema.UniqueNone && a.Type == schema.TypeString
	})
}

// unique returns the unique attributes that have one text.
func (t *trial) unique() []leaf {
	var out []leaf
	for _, l := range t.leaves(t.full(t.subject, 0)) {
		multi := l.Attribute.MultiValued || l.Path.Attribute.MultiValued
		if l.Attribute.Uniqueness != schema.UniqueNone && l.Attribute.Type == schema.TypeString && !multi {
			out = append(out, l)
		}
	}
	return out
}

// named returns r with another value of a unique attribute.
func (t *trial) named(r *scim.Resource, l leaf, name string) *scim.Resource {
	out := *r
	out.Attributes = out.Attributes.WithAt(l.Path, schema.String(name))
	return &out
}

// variants returns a name in several letter cases.
func variants(name string) []string {
	return []string{name, strings.ToUpper(name), strings.ToLower(name), swapCase(name)}
}

// taken ends the law unless err says that the value of l is taken, without telling it.
func (t *trial) taken(err error, l leaf, value, what string) {
	t.wants(err, "%s", what)(scim.ErrUniqueness, errors.ErrUnsupported)
	var e *scim.Error
	if errors.As(err, &e) && strings.Contains(strings.ToLower(e.Detail), strings.ToLower(value)) {
		t.fail("%s: expected a detail without the value, got %q", what, e.Detail)
	}
}

// race has many create and rename to the same value of l.
func (t *trial) race(l leaf, round int) {
	const writers = 12
	name := t.newName()
	spellings := variants(name)
	if l.Exact() {
		spellings = spellings[:1]
	}
	type write struct {
		what string
		do   func(context.Context) error
	}
	var writes []write
	for i := range writers {
		r := t.named(t.full(t.subject, i), l, spellings[i%len(spellings)])
		what := "Create"
		do := func(ctx context.Context) error {
			_, err := t.Store.Create(ctx, r)
			return err
		}
		if i%3 == round {
			made := t.create(t.subject, t.full(t.subject, i))
			r.ID, what = made.ID, "Replace"
			do = func(ctx context.Context) error {
				_, err := t.Store.Replace(ctx, r)
				return err
			}
		}
		writes = append(writes, write{what, do})
	}
	errs := make([]error, writers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, w := range writes {
		wg.Go(func() {
			<-start
			errs[i] = w.do(t.ctx)
		})
	}
	close(start)
	wg.Wait()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		t.wants(err, "%s with %s %q, at the same time as others", writes[i].what, l, name)(scim.ErrUniqueness)
	}
	holders := 0
	for _, r := range t.list(t.subject) {
		if l.Attribute.Equal(r.At(l.Path), schema.String(name)) {
			holders++
		}
	}
	if won != 1 || holders != 1 {
		t.fail("%d writers at once want %s %q: expected one to succeed and one resource with it, got %d and %d", writers, l, name, won, holders)
	}
}
