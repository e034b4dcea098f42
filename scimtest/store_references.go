package scimtest

import (
	"errors"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

var referenceLaws = []storeLaw{
	{
		name:    "unknown members",
		why:     "A member that does not exist is refused with an *Error, and nothing is stored then, or left out, or kept as it is: by each way to write alike.",
		applies: hasMembers,
		run: func(t *trial) {
			for _, l := range t.members() {
				deleted := t.subjects[l.to[0]]
				gone := t.create(deleted, t.minimal(deleted))
				t.must(deleted.Store.Delete(t.ctx, gone.ID, ""), "Delete(%q)", gone.ID)
				for _, id := range []string{"nope", gone.ID} {
					t.alike(l, id)
				}
			}
		},
	},
	{
		name:    "deleted members",
		why:     "A resource that is deleted is no longer a member of any (RFC 7644 §3.6).",
		applies: hasMembers,
		run: func(t *trial) {
			for _, l := range t.members() {
				x := t.subjects[l.to[0]]
				stays, goes := t.create(x, t.minimal(x)), t.create(x, t.minimal(x))
				both := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, stays.ID, goes.ID))
				one := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, stays.ID))
				last := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, goes.ID))
				t.must(x.Store.Delete(t.ctx, goes.ID, ""), "Delete(%q)", goes.ID)
				t.has(l, "Get after a member was deleted", t.get(t.subject, both.ID), stays.ID)
				t.unchanged(t.subject, "deleting what is no member", one)
				t.has(l, "Get after the only member was deleted", t.get(t.subject, last.ID))
				if got := t.get(t.subject, both.ID); !t.Unversioned && got.Meta.Version == both.Meta.Version {
					t.fail("Get after a member was deleted: expected another Version, since %s has changed, got %q again", l.path, got.Meta.Version)
				}
			}
		},
	},
	{
		name:    "each member once",
		why:     "A member that is given twice is there once, and it is of the type that it has (RFC 7643 §2.4, §4.2).",
		applies: hasMembers,
		run: func(t *trial) {
			for _, l := range t.members() {
				for _, name := range l.to {
					pool := t.pool(name)
					r := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, pool[1], pool[0], pool[1]))
					t.has(l, "Create with a member twice, and Get", t.get(t.subject, r.ID), pool[0], pool[1])
					typ := l.path.Attribute.SubAttribute("type")
					for _, e := range t.get(t.subject, r.ID).At(l.path).Elements() {
						if got := e.Object().Value(typ).Text(); got != "" && got != name {
							t.fail("Get of a resource with a %s among its %s: expected the type %s or none, got %s", name, l.path, name, got)
						}
					}
				}
			}
		},
	},
	{
		name: "groups of a member",
		why:  "The groups that a resource shows are those that have it as a member, by id (RFC 7643 §4.1.2).",
		applies: func(t *trial) bool {
			return hasMembers(t) && slices.ContainsFunc(t.members(), func(l storeLink) bool { return l.path.Attribute.Name == "members" && t.groupsOf(l) != nil })
		},
		run: func(t *trial) {
			for _, l := range t.members() {
				x, groups := t.subjects[l.to[0]], t.groupsOf(l)
				if groups == nil || l.path.Attribute.Name != "members" {
					continue
				}
				u := t.create(x, t.minimal(x))
				shown := func(op string, want ...string) {
					var got []string
					for _, e := range t.get(x, u.ID).At(groups.Path()).Elements() {
						got = append(got, e.Object().Value(groups.SubAttribute("value")).Text())
					}
					slices.Sort(got)
					slices.Sort(want)
					if !slices.Equal(got, want) {
						t.fail("%s: expected the member to show groups %q, got %q", op, want, got)
					}
				}
				shown("Create")
				a := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, u.ID))
				if t.get(x, u.ID).At(groups.Path()).IsUnassigned() {
					t.skip("the store of %s does not derive groups: a client that looks there finds none", x.name)
				}
				b := t.create(t.subject, t.withMembers(t.minimal(t.subject), l, u.ID))
				shown("Create of two groups with the member", a.ID, b.ID)
				next := t.withMembers(t.next(t.subject, a, 0), l)
				t.replace(t.subject, next)
				shown("Replace of one without it", b.ID)
				t.must(t.Store.Delete(t.ctx, b.ID, ""), "Delete(%q)", b.ID)
				shown("Delete of the other")
			}
		},
	},
}

func hasMembers(t *trial) bool { return len(t.members()) > 0 }

// members returns the multi-valued links that the store keeps.
func (t *trial) members() []storeLink {
	var out []storeLink
	for _, l := range t.links {
		if l.path.Attribute.MultiValued && len(l.to) > 0 && (t.kept == nil || slices.ContainsFunc(t.subject.kept, func(p *filter.Path) bool { return p.Attr.Contains(l.path) })) {
			out = append(out, l)
		}
	}
	return out
}

// groupsOf returns the attribute that tells of what a link's resources are members, or nil.
func (t *trial) groupsOf(l storeLink) *schema.Attribute {
	a := t.subjects[l.to[0]].Type.Attribute("groups")
	if a == nil || a.Mutability != schema.ReadOnly || a.SubAttribute("value") == nil {
		return nil
	}
	return a
}

// withMembers returns r with the resources with the given ids as the value of a link.
func (t *trial) withMembers(r *scim.Resource, l storeLink, ids ...string) *scim.Resource {
	out := *r
	out.Attributes = out.Attributes.WithAt(l.path, l.list(ids...))
	return &out
}

func (l *storeLink) list(ids ...string) schema.Value {
	if len(ids) == 0 {
		return schema.Value{}
	}
	return schema.List(l.elements(ids...)...)
}

func (l *storeLink) elements(ids ...string) []schema.Value {
	var out []schema.Value
	for _, id := range ids {
		out = append(out, schema.Complex(l.path.Attribute.Object().With(l.value, schema.String(id))))
	}
	return out
}

// idsOf returns the ids that r refers to, in order.
func (l *storeLink) idsOf(r *scim.Resource) []string {
	out := []string{}
	for _, e := range r.At(l.path).Elements() {
		out = append(out, e.Object().Value(l.value).Text())
	}
	slices.Sort(out)
	return out
}

// has ends the law unless r refers to the given ids and no others.
func (t *trial) has(l storeLink, what string, r *scim.Resource, want ...string) {
	slices.Sort(want)
	if got := l.idsOf(r); !slices.Equal(got, want) {
		t.fail("%s: expected %s %q, got %q", what, l.path, want, got)
	}
}

// alike ends the law unless each way to write treats a member that does not exist in the same way, which it returns.
func (t *trial) alike(l storeLink, id string) string {
	known := t.pool(l.to[0])[0]
	var first, how string
	decide := func(op string, err error, before *scim.Resource, after func() *scim.Resource) {
		verdict := ""
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return
		case errors.Is(err, scim.ErrInvalidValue):
			verdict = "refused"
			if before != nil {
				t.unchanged(t.subject, op+" with an unknown member, which was refused", before)
			}
		case err != nil:
			t.wants(err, "%s with an unknown member", op)(scim.ErrInvalidValue)
		default:
			switch got := l.idsOf(t.whole(after())); {
			case slices.Equal(got, []string{known}):
				verdict = "left out"
			case len(got) == 2 && slices.Contains(got, id) && slices.Contains(got, known):
				verdict = "kept"
			default:
				t.fail("%s with the members %q and %q, of which the second does not exist: expected an error, the first or both, got %q", op, known, id, got)
			}
		}
		if first == "" {
			first, how = verdict, op
		}
		if verdict != first {
			t.fail("a member that does not exist: expected %s to treat it like %s, where it is %s, got that it is %s", op, how, first, verdict)
		}
	}
	before := len(t.list(t.subject))
	made, err := t.Store.Create(t.ctx, t.withMembers(t.minimal(t.subject), l, known, id))
	decide("Create", err, nil, func() *scim.Resource { return made })
	if n := len(t.list(t.subject)); err != nil && n != before {
		t.fail("Create with an unknown member, which was refused: expected nothing to be stored, got %d resources after %d", n, before)
	}
	group := func() *scim.Resource { return t.create(t.subject, t.withMembers(t.minimal(t.subject), l, known)) }
	g := group()
	next, err := t.Store.Replace(t.ctx, t.withMembers(t.next(t.subject, g, 1), l, known, id))
	decide("Replace", err, g, func() *scim.Resource { return next })
	if t.caps.Has(scim.CanUpdate) {
		g := group()
		next, err := t.Store.(scim.Updater).Update(t.ctx, g.ID, scim.Projection{}, func(r *scim.Resource) error {
			*r = *t.withMembers(r, l, known, id)
			return nil
		})
		decide("Update", err, g, func() *scim.Resource { return next })
	}
	if t.caps.Has(scim.CanPatchDelta) && slices.Contains(t.delta, l.path.Attribute.Name) {
		g := group()
		d := &patch.Delta{Elements: []patch.ElementDelta{{Path: l.path, Add: l.elements(id)}}}
		_, err := t.Store.(scim.DeltaPatcher).PatchDelta(t.ctx, g.ID, d)
		decide("PatchDelta", err, g, func() *scim.Resource { return t.get(t.subject, g.ID) })
	}
	return first
}
