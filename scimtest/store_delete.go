package scimtest

import (
	"slices"

	"github.com/embedscim/scim"
)

var deleteLaws = []storeLaw{
	{
		name: "what is deleted is gone",
		why:  "After Delete the resource is not found by any method, also by another Delete, and others stay (RFC 7644 §3.6).",
		run: func(t *trial) {
			r, other := t.create(t.subject, t.full(t.subject, 0)), t.create(t.subject, t.full(t.subject, 1))
			t.must(t.Store.Delete(t.ctx, r.ID, ""), "Delete(%q)", r.ID)
			t.notFound(t.ctx, r.ID)
			if slices.Contains(ids(t.list(t.subject)), r.ID) {
				t.fail("List after Delete(%q): expected it not to be there, got it", r.ID)
			}
			t.unchanged(t.subject, "deleting another resource", other)
		},
	},
	{
		name:    "another version changes nothing",
		why:     "If ifMatch is not the stored version, Delete changes nothing and returns ErrVersionMismatch (RFC 7644 §3.14).",
		applies: hasVersions,
		run: func(t *trial) {
			first := t.create(t.subject, t.full(t.subject, 0))
			second := t.replace(t.subject, t.next(t.subject, first, 1))
			for _, v := range []scim.Version{first.Meta.Version, "nope", "0", second.Meta.Version + "0"} {
				t.wants(t.Store.Delete(t.ctx, first.ID, v), "Delete with ifMatch %q, while %q is stored", v, second.Meta.Version)(scim.ErrVersionMismatch)
				t.unchanged(t.subject, "Delete with another version", second)
			}
			t.wants(t.Store.Delete(t.ctx, "nope", second.Meta.Version), "Delete of an unknown id with ifMatch")(scim.ErrNotFound)
			t.must(t.Store.Delete(t.ctx, first.ID, second.Meta.Version), "Delete with ifMatch %q, which is stored", second.Meta.Version)
			t.notFound(t.ctx, first.ID)
		},
	},
}
