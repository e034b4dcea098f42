package scimtest

import (
	"slices"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

var createLaws = []storeLaw{
	{
		name: "what is stored is read",
		why:  "Create stores the resource and returns it with ID and Meta set; Get returns the same (RFC 7644 §3.3).",
		run: func(t *trial) {
			for n := range 3 {
				sent := t.full(t.subject, n)
				made := t.create(t.subject, sent)
				t.same(t.subject, "what Create returns", sent, made)
				m := made.Meta
				switch {
				case m.ResourceType != t.name:
					t.fail("Create: expected Meta.ResourceType %q or none, got %q", t.name, m.ResourceType)
				case m.Created.IsZero() || m.LastModified.IsZero():
					t.fail("Create: expected Meta.Created and Meta.LastModified to be set, got %v and %v", m.Created, m.LastModified)
				case m.LastModified.Before(m.Created):
					t.fail("Create: expected LastModified not before Created, got %v and %v", m.LastModified, m.Created)
				case m.Version == "" && !t.Unversioned:
					t.fail("Create: expected Meta.Version to be set: without it clients can't use If-Match, and a store that is no Updater loses updates. Stores.Unversioned says that it is meant so")
				}
				t.identical(t.subject, "Get after Create", made, t.get(t.subject, made.ID))
			}
		},
	},
	{
		name: "the least is enough",
		why:  "What a resource does not have, it does not get: unassigned attributes stay absent (RFC 7643 §2.5).",
		run: func(t *trial) {
			sent := t.minimal(t.subject)
			made := t.create(t.subject, sent)
			t.same(t.subject, "what Create returns", sent, made)
			t.identical(t.subject, "Get after Create", made, t.get(t.subject, made.ID))
		},
	},
	{
		name: "it is listed once",
		why:  "List yields all resources, each once, as Get returns them, and in an order that does not change between calls.",
		run: func(t *trial) {
			var made []*scim.Resource
			for n := range 5 {
				made = append(made, t.create(t.subject, t.full(t.subject, n)))
			}
			first, second := t.list(t.subject), t.list(t.subject)
			if !slices.Equal(ids(first), ids(second)) {
				t.fail("List, twice: expected one order, got %v and %v", ids(first), ids(second))
			}
			for _, r := range made {
				found := 0
				for _, l := range first {
					if l.ID == r.ID {
						found++
						t.identical(t.subject, "List", r, l)
					}
				}
				if found != 1 {
					t.fail("List: expected the resource %q once, got it %d times", r.ID, found)
				}
			}
		},
	},
	{
		name: "id and meta are the store's",
		why:  "The service provider assigns id and meta, whatever the client sends (RFC 7643 §3.1).",
		run: func(t *trial) {
			old := t.create(t.subject, t.full(t.subject, 0))
			sent := t.full(t.subject, 1)
			long := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
			sent.ID = old.ID
			sent.Meta = scim.Meta{ResourceType: "Nothing", Location: "nowhere", Created: long, LastModified: long, Version: "mine"}
			made := t.create(t.subject, sent)
			m := made.Meta
			if made.ID == old.ID || m.ResourceType != t.name || m.Version == "mine" || m.Created.Equal(long) || m.LastModified.Equal(long) {
				t.fail("Create with an ID and Meta: expected new ones, got ID %q and %+v", made.ID, m)
			}
			t.unchanged(t.subject, "Create with the ID of another resource", old)
		},
	},
	{
		name: "the argument is only read",
		why:  "A store neither keeps nor changes a resource that it is given: the caller may go on using it.",
		run: func(t *trial) {
			check := func(op string, do func(r *scim.Resource) *scim.Resource, sent *scim.Resource) *scim.Resource {
				before := *sent
				made := do(sent)
				if sent.ID != before.ID || sent.ExternalID != before.ExternalID || sent.Meta != before.Meta ||
					!schema.Complex(sent.Attributes).Equal(schema.Complex(before.Attributes)) {
					t.fail("%s: expected its argument to stay %s, got %s", op, show(&before), show(sent))
				}
				spoil(sent)
				t.unchanged(t.subject, "changing the argument of "+op, made)
				return made
			}
			made := check("Create", func(r *scim.Resource) *scim.Resource { return t.create(t.subject, r) }, t.full(t.subject, 0))
			check("Replace", func(r *scim.Resource) *scim.Resource { return t.replace(t.subject, r) }, t.next(t.subject, made, 1))
		},
	},
	{
		name: "results are the caller's",
		why:  "A store returns a resource that the caller may change.",
		run: func(t *trial) {
			r, err := t.Store.Create(t.ctx, t.full(t.subject, 0))
			t.must(err, "Create")
			id := r.ID
			was := t.get(t.subject, id)
			spoil(r)
			t.unchanged(t.subject, "changing what Create returned", was)
			r, err = t.Store.Get(t.ctx, id, scim.Projection{})
			t.must(err, "Get(%q)", id)
			spoil(r)
			t.unchanged(t.subject, "changing what Get returned", was)
			for r, err := range t.Store.List(t.ctx, scim.Projection{}) {
				t.must(err, "List")
				spoil(r)
			}
			t.unchanged(t.subject, "changing what List yielded", was)
			r, err = t.Store.Replace(t.ctx, t.next(t.subject, was, 1))
			t.must(err, "Replace")
			was = t.get(t.subject, id)
			spoil(r)
			t.unchanged(t.subject, "changing what Replace returned", was)
		},
	},
}

// next returns a resource to replace r with, which differs from it in what a client may change.
func (t *trial) next(x *subject, r *scim.Resource, n int) *scim.Resource {
	out := t.full(x, n)
	out.ID = r.ID
	for _, a := range attributesOf(x.Type) {
		if a.Mutability == schema.Immutable {
			out.Attributes = out.Attributes.WithAt(a.Path(), r.At(a.Path()))
		}
	}
	return x.fitted(out)
}

// spoil changes all that a caller can change in a resource.
func spoil(r *scim.Resource) {
	r.ID, r.ExternalID, r.Meta = "spoilt", "spoilt", scim.Meta{ResourceType: "spoilt", Version: "spoilt"}
	for a := range r.Attributes.All() {
		r.Attributes = r.Attributes.With(a, schema.Value{})
	}
}

func ids(rs []*scim.Resource) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.ID)
	}
	return out
}
