package scimtest

import (
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

var deltaLaws = []storeLaw{
	{
		name: "equals reading and writing",
		why:  "PatchDelta does what applying the operations to the resource and storing it does, and reports what really changed (store.go, DeltaPatcher).",
		run: func(t *trial) {
			rnd := rand.New(rand.NewPCG(1, 2))
			for range 4 {
				t.twins(rnd)
			}
		},
	},
	{
		name: "elements",
		why:  "All elements go if Clear is set, those in Remove go if they are there, those in Add come if they are not, in this order; Changes has only what really changed (patch.ElementDelta).",
		applies: func(t *trial) bool {
			return slices.ContainsFunc(t.members(), func(l storeLink) bool { return slices.Contains(t.delta, l.path.Attribute.Name) })
		},
		run: func(t *trial) {
			for _, l := range t.members() {
				if slices.Contains(t.delta, l.path.Attribute.Name) {
					t.elements(l)
				}
			}
		},
	},
	{
		name: "nothing changes nothing",
		why:  "If nothing changes by a delta, Version and LastModified stay and Changes is empty (store.go, DeltaPatcher).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			same := &patch.Delta{}
			for _, l := range t.settable(made) {
				same.Set = append(same.Set, patch.Change{Path: l.Path, New: made.At(l.Path)})
			}
			for what, d := range map[string]*patch.Delta{"an empty delta": {}, "a delta that sets what is there": same} {
				res := t.patchDelta(made.ID, d)
				if len(res.Changes) > 0 {
					t.fail("PatchDelta with %s: expected no Changes, got %s", what, changeTexts(res.Changes))
				}
				if err := sameMeta(made.Meta, res.Meta); err != nil {
					t.fail("PatchDelta with %s: %w", what, err)
				}
				t.unchanged(t.subject, "PatchDelta with "+what, made)
			}
		},
	},
	{
		name:    "another version changes nothing",
		why:     "If IfMatch is not the stored version, PatchDelta changes nothing and returns ErrVersionMismatch (RFC 7644 §3.14).",
		applies: hasVersions,
		run: func(t *trial) {
			first := t.create(t.subject, t.full(t.subject, 0))
			second := t.replace(t.subject, t.next(t.subject, first, 1))
			set := []patch.Change{{Path: t.path("externalId"), New: schema.String("by delta")}}
			if leaves := t.settable(first); len(leaves) > 0 {
				set = []patch.Change{{Path: leaves[0].Path, New: first.At(leaves[0].Path)}}
			}
			for _, v := range []scim.Version{first.Meta.Version, "nope", second.Meta.Version + "0"} {
				for _, d := range []*patch.Delta{{IfMatch: v, Set: set}, {IfMatch: v}} {
					_, err := t.deltaPatcher().PatchDelta(t.ctx, first.ID, d)
					t.wants(err, "PatchDelta with IfMatch %q, while %q is stored", v, second.Meta.Version)(scim.ErrVersionMismatch, errors.ErrUnsupported)
					t.unchanged(t.subject, "PatchDelta with another version", second)
				}
			}
			d := &patch.Delta{IfMatch: second.Meta.Version, Set: set}
			t.changed("PatchDelta with the stored version", second.Meta, t.patchDelta(first.ID, d).Meta)
		},
	},
	{
		name: "all or nothing",
		why:  "A delta of which one part is refused changes nothing.",
		applies: func(t *trial) bool {
			return hasUnique(t) && slices.ContainsFunc(t.members(), func(l storeLink) bool { return slices.Contains(t.delta, l.path.Attribute.Name) })
		},
		run: func(t *trial) {
			unique := t.unique()[0]
			for _, l := range t.members() {
				taken := t.create(t.subject, t.minimal(t.subject))
				made := t.create(t.subject, t.full(t.subject, 0))
				d := &patch.Delta{
					Set:      []patch.Change{{Path: unique.Path, New: taken.At(unique.Path)}},
					Elements: []patch.ElementDelta{{Path: l.path, Clear: true, Add: l.elements(t.pool(l.to[0])[2])}},
				}
				_, err := t.deltaPatcher().PatchDelta(t.ctx, made.ID, d)
				t.wants(err, "PatchDelta with a %s that is taken", unique)(scim.ErrUniqueness, errors.ErrUnsupported)
				t.unchanged(t.subject, "PatchDelta with a value that is taken", made)
			}
		},
	},
}

func (t *trial) deltaPatcher() scim.DeltaPatcher { return t.Store.(scim.DeltaPatcher) }

// patchDelta calls PatchDelta, which has to succeed.
func (t *trial) patchDelta(id string, d *patch.Delta) scim.DeltaResult {
	res, err := t.deltaPatcher().PatchDelta(t.ctx, id, d)
	if errors.Is(err, errors.ErrUnsupported) {
		t.skip("PatchDelta returned errors.ErrUnsupported: the handler reads the resource instead")
	}
	t.must(err, "PatchDelta(%q)", id)
	return res
}

func (t *trial) path(text string) schema.Path {
	p, err := t.Type.Path(text)
	t.must(err, "the path %s", text)
	return p
}

// settable returns the singular leaves that a delta may set to any text.
func (t *trial) settable(r *scim.Resource) []leaf {
	var out []leaf
	for _, l := range t.leaves(r) {
		single := !l.Attribute.MultiValued && (l.Sub == nil || !l.Path.Attribute.MultiValued)
		if single && t.text(l) && l.Attribute.Uniqueness == schema.UniqueNone {
			out = append(out, l)
		}
	}
	return out
}

// elements tries single deltas of a link's elements.
func (t *trial) elements(l storeLink) {
	x := t.subjects[l.to[0]]
	var u []string
	for range 5 {
		u = append(u, t.create(x, t.minimal(x)).ID)
	}
	for _, c := range []struct {
		name        string
		clear       bool
		remove, add []string
		want        []string
		gone, come  []string
	}{
		{"add", false, nil, u[3:4], u[:4], nil, u[3:4]},
		{"add what is there", false, nil, []string{u[2], u[0]}, u[:3], nil, nil},
		{"remove", false, u[1:2], nil, []string{u[0], u[2]}, u[1:2], nil},
		{"remove what is not there", false, []string{u[4], "nope"}, nil, u[:3], nil, nil},
		{"clear", true, nil, nil, nil, u[:3], nil},
		{"clear and add", true, nil, []string{u[4], u[1]}, []string{u[1], u[4]}, []string{u[0], u[2]}, u[4:5]},
		{"clear and add the same", true, nil, u[:3], u[:3], nil, nil},
		{"remove and add", false, []string{u[0], u[1]}, []string{u[1], u[3]}, []string{u[1], u[2], u[3]}, u[:1], u[3:4]},
	} {
		g := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, u[:3]...))
		what := "PatchDelta, " + c.name
		res := t.patchDelta(g.ID, &patch.Delta{Elements: []patch.ElementDelta{{Path: l.path, Clear: c.clear, Remove: l.elements(c.remove...), Add: l.elements(c.add...)}}})
		after := t.get(t.subject, g.ID)
		t.has(l, what, after, slices.Clone(c.want)...)
		if err := sameMeta(after.Meta, res.Meta); err != nil {
			t.fail("%s, Meta of the result: %w", what, err)
		}
		var gone, come []string
		for _, ch := range res.Changes {
			if ch.Path != l.path || ch.Old.IsUnassigned() == ch.New.IsUnassigned() {
				t.fail("%s: expected Changes that add or remove an element of %s, got %q", what, l.path, changeTexts(res.Changes))
			}
			if !ch.Old.IsUnassigned() {
				gone = append(gone, ch.Old.Object().Value(l.value).Text())
			} else {
				come = append(come, ch.New.Object().Value(l.value).Text())
			}
		}
		slices.Sort(gone)
		slices.Sort(come)
		wantGone, wantCome := slices.Sorted(slices.Values(c.gone)), slices.Sorted(slices.Values(c.come))
		if !slices.Equal(gone, wantGone) || !slices.Equal(come, wantCome) {
			t.fail("%s: expected Changes with %q removed and %q added, got %q and %q", what, wantGone, wantCome, gone, come)
		}
		if len(gone)+len(come) == 0 {
			t.identical(t.subject, what, g, after)
		} else {
			t.changed(what, g.Meta, after.Meta)
		}
	}
}

// changeTexts makes changes comparable; of an element its value counts.
func changeTexts(changes []patch.Change) []string {
	out := []string{}
	for _, c := range changes {
		text := c.Path.String()
		for _, v := range []schema.Value{c.Old, c.New} {
			if v.Kind() == schema.KindComplex {
				v = v.Object().Get("value")
			}
			text += "|" + v.Text()
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func opTexts(ops []patch.Op) string {
	out := "["
	for i, op := range ops {
		if i > 0 {
			out += ","
		}
		b, err := op.MarshalJSON()
		if err != nil {
			return err.Error()
		}
		out += string(b)
	}
	return out + "]"
}
