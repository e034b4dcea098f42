package scimtest

import (
	"context"
	"errors"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
)

var idLaws = []storeLaw{
	{
		name: "of no resource",
		why:  "An id that no resource of the type has, and one that the store could not have made, is ErrNotFound for every method, never another error (store.go, ResourceStore.Get).",
		run: func(t *trial) {
			r := t.create(t.subject, t.full(t.subject, 0))
			gone := t.create(t.subject, t.full(t.subject, 1))
			t.must(t.Store.Delete(t.ctx, gone.ID, ""), "Delete(%q)", gone.ID)
			unknown := append([]string{gone.ID}, foreign(r.ID)...)
			for _, other := range t.Resources {
				if other.Type.Name() != t.name {
					unknown = append(unknown, t.pool(other.Type.Name())...)
				}
			}
			for _, id := range unknown {
				t.notFound(t.ctx, id)
			}
			t.unchanged(t.subject, "all that with ids of no resource", r)
		},
	},
	{
		name: "are unique among all types",
		why:  "An id is unique among all resources of a service provider, and not .search, which ends an endpoint (RFC 7643 §3.1).",
		run: func(t *trial) {
			seen := map[string]string{}
			for name, x := range t.subjects {
				for range 5 {
					r := t.create(x, t.minimal(x))
					if other := seen[r.ID]; other != "" {
						t.fail("Create: expected an id of its own, got %q for a %s and for a %s", r.ID, other, name)
					}
					if r.ID == ".search" {
						t.fail("Create: expected another id than .search")
					}
					seen[r.ID] = name
				}
			}
		},
	},
	{
		name: "are not used again",
		why:  "The id of a resource that is gone is never that of another (RFC 7643 §3.1).",
		run: func(t *trial) {
			seen := map[string]bool{}
			for range 5 {
				r := t.create(t.subject, t.minimal(t.subject))
				if seen[r.ID] {
					t.fail("Create after Delete: expected a new id, got %q again", r.ID)
				}
				seen[r.ID] = true
				t.must(t.Store.Delete(t.ctx, r.ID, ""), "Delete(%q)", r.ID)
			}
		},
	},
}

// foreign returns ids that are none, given one that is.
func foreign(id string) []string {
	out := []string{
		"", "nope", " ", id + " ", " " + id, id + "\x00", "\x00", "'; DROP TABLE users; --", `"`, "%", "_", "*", "../" + id, id + "/", "ünïcödé", "\xff\xfe",
		"0", "-1", "1.5", "1e3", "NULL", "9223372036854775808", "99999999999999999999999999999999", strings.Repeat("9", 10_000), strings.Repeat(id, 1000),
		"00000000-0000-0000-0000-000000000000", "{" + id + "}", "urn:uuid:" + id,
	}
	for _, other := range []string{strings.ToUpper(id), strings.ToLower(id), zeroed(id)} {
		if other != id {
			out = append(out, other)
		}
	}
	return out
}

// zeroed returns an id that is the same number with a leading zero.
func zeroed(id string) string {
	if i := strings.IndexAny(id, "0123456789"); i >= 0 {
		return id[:i] + "0" + id[i:]
	}
	return id
}

// notFound ends the law unless the id is that of no resource, for every method.
func (t *trial) notFound(ctx context.Context, id string) {
	_, err := t.Store.Get(ctx, id, scim.Projection{})
	t.wants(err, "Get(%q)", short(id))(scim.ErrNotFound)
	r := t.minimal(t.subject)
	r.ID = id
	_, err = t.Store.Replace(ctx, r)
	t.wants(err, "Replace with the id %q", short(id))(scim.ErrNotFound)
	t.wants(t.Store.Delete(ctx, id, ""), "Delete(%q)", short(id))(scim.ErrNotFound)
	if t.caps.Has(scim.CanUpdate) {
		_, err = t.Store.(scim.Updater).Update(ctx, id, scim.Projection{}, func(*scim.Resource) error { return nil })
		t.wants(err, "Update(%q)", short(id))(scim.ErrNotFound, errors.ErrUnsupported)
	}
	if t.caps.Has(scim.CanPatchDelta) {
		_, err = t.Store.(scim.DeltaPatcher).PatchDelta(ctx, id, &patch.Delta{})
		t.wants(err, "PatchDelta(%q)", short(id))(scim.ErrNotFound, errors.ErrUnsupported)
	}
}

func short(id string) string {
	if len(id) > 100 {
		return id[:100] + "…"
	}
	return id
}
