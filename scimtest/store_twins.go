package scimtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// twins carries out the same operations on two resources that are alike: on one with PatchDelta, on the other by reading,
// applying and writing.
func (t *trial) twins(rnd *rand.Rand) {
	start := t.full(t.subject, 0)
	alike := func() *scim.Resource {
		r := *start
		for _, l := range t.unique() {
			r.Attributes = r.Attributes.WithAt(l.Path, schema.String(t.newName()))
		}
		return t.create(t.subject, &r)
	}
	one, two := alike(), alike()
	leaves := t.settable(start)
	for range 12 {
		ops := t.randomOps(rnd, leaves, start.ExternalID != "")
		if len(ops) == 0 {
			continue
		}
		d, ok := patch.Reduce(t.Type, ops, t.delta...)
		if !ok {
			t.fail("the suite's operations %s do not reduce to a delta", opTexts(ops))
		}
		res := t.patchDelta(one.ID, d)
		next, _, err := patch.Apply(two, ops)
		t.must(err, "applying %s", opTexts(ops))
		replaced := t.replace(t.subject, next)
		got, want := t.get(t.subject, one.ID), t.get(t.subject, two.ID)
		what := "PatchDelta for " + opTexts(ops)
		expected := *want
		for _, l := range t.unique() {
			expected.Attributes = expected.Attributes.WithAt(l.Path, got.At(l.Path))
		}
		t.same(t.subject, what+", compared with applying it to a twin", t.fitted(&expected), got)
		if err := sameMeta(got.Meta, res.Meta); err != nil {
			t.fail("%s, Meta of the result: %w", what, err)
		}
		changes := patch.Diff(one, got)
		if a, b := changeTexts(changes), changeTexts(res.Changes); !slices.Equal(a, b) {
			t.fail("%s: expected Changes %q, got %q", what, a, b)
		}
		switch {
		case len(changes) == 0:
			t.identical(t.subject, what+", which changes nothing", one, got)
		default:
			t.changed(what, one.Meta, got.Meta)
		}
		if a, b := one.Meta.Version == got.Meta.Version, two.Meta.Version == replaced.Meta.Version; a != b && !t.Unversioned {
			t.fail("%s: expected that the Version stays: %v, as with Replace, got %v", what, b, a)
		}
		one, two = got, want
	}
}

// randomOps returns operations that reduce to a delta.
func (t *trial) randomOps(rnd *rand.Rand, leaves []leaf, keepsExternalID bool) []patch.Op {
	var out []patch.Op
	add := func(op, path string, v schema.Value) { out = append(out, patch.NewOp(t.Type, op, path, v)) }
	for _, l := range leaves {
		if rnd.IntN(4) == 0 {
			switch n := rnd.IntN(4); {
			case n == 0 && !l.Attribute.Required:
				add(patch.Remove, l.String(), schema.Value{})
			default:
				add(patch.Replace, l.String(), schema.String([]string{"a", "A", "b", "c"}[n]))
			}
		}
	}
	if keepsExternalID && rnd.IntN(3) == 0 {
		if n := rnd.IntN(4); n == 0 {
			add(patch.Remove, "externalId", schema.Value{})
		} else {
			add(patch.Replace, "externalId", schema.String([]string{"a", "A", "b", "c"}[n]))
		}
	}
	for _, l := range t.members() {
		if !slices.Contains(t.delta, l.path.Attribute.Name) {
			continue
		}
		pool := t.pool(l.to[0])
		some := func() []string {
			var ids []string
			for range 1 + rnd.IntN(3) {
				if id := pool[rnd.IntN(len(pool))]; !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
			return ids
		}
		for range rnd.IntN(3) {
			switch rnd.IntN(5) {
			case 0:
				add(patch.Remove, l.path.String(), schema.Value{})
			case 1:
				add(patch.Replace, l.path.String(), l.list(some()...))
			case 2:
				id := append(some(), "nope")[rnd.IntN(2)]
				add(patch.Remove, fmt.Sprintf("%s[value eq %s]", l.path, Quote(id)), schema.Value{})
			default:
				add(patch.Add, l.path.String(), l.list(some()...))
			}
		}
	}
	return out
}
