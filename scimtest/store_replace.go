package scimtest

import (
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

var replaceLaws = []storeLaw{
	{
		name: "what is stored is read",
		why:  "Replace stores the resource over the one with its ID and returns what is stored; Created stays, Version changes (RFC 7644 §3.5.1).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			other := t.create(t.subject, t.full(t.subject, 0))
			for n := 1; n < 4; n++ {
				next := t.next(t.subject, made, n)
				got := t.replace(t.subject, next)
				t.same(t.subject, "what Replace returns", next, got)
				t.changed("Replace", made.Meta, got.Meta)
				t.identical(t.subject, "Get after Replace", got, t.get(t.subject, made.ID))
				made = got
			}
			t.unchanged(t.subject, "replacing another resource", other)
		},
	},
	{
		name: "what is absent goes",
		why:  "Attributes that the replacement does not have are cleared (RFC 7644 §3.5.1).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			next := t.minimal(t.subject)
			next.ID = made.ID
			got := t.replace(t.subject, next)
			t.same(t.subject, "what Replace returns", next, got)
			t.identical(t.subject, "Get after Replace with the least", got, t.get(t.subject, made.ID))
			again := t.next(t.subject, made, 0)
			t.replace(t.subject, again)
			t.same(t.subject, "Get after setting all attributes again", again, t.get(t.subject, made.ID))
			// One at a time: a store may know whether a whole child table is empty, but not that one column is.
			for _, l := range t.leaves(made) {
				if l.Attribute.Required || l.Path.Attribute.Required || l.Sub != nil && l.Path.Attribute.MultiValued || t.link(l.Attribute) != nil {
					continue
				}
				next := t.next(t.subject, made, 0)
				next.Attributes = next.Attributes.WithAt(l.Path, schema.Value{})
				next = t.fitted(next)
				t.replace(t.subject, next)
				t.same(t.subject, "Get after Replace without "+l.String(), next, t.get(t.subject, made.ID))
			}
		},
	},
	{
		name: "the same changes nothing",
		why:  "If the replacement is what is stored already, Version and LastModified stay (store.go, ResourceStore.Replace; RFC 7644 §3.5.1).",
		run: func(t *trial) {
			for n := range 3 {
				made := t.create(t.subject, t.full(t.subject, n))
				read := t.get(t.subject, made.ID)
				t.identical(t.subject, "Replace with what Get returned", read, t.replace(t.subject, read))
				read.Meta.Version = ""
				t.replace(t.subject, read)
				t.unchanged(t.subject, "Replace with what Get returned, without a version", made)
			}
		},
	},
	{
		name: "letter case counts",
		why:  "A value whose letter case alone differs is another value: it is stored, and a unique one is not in its own way.",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			for _, l := range t.leaves(made) {
				v := made.At(l.Path)
				if l.Attribute.Type != schema.TypeString || v.Kind() != schema.KindString || l.Attribute.Mutability != schema.ReadWrite ||
					len(l.Attribute.CanonicalValues) > 0 || formats[l.Attribute.Name] != nil || t.link(l.Attribute) != nil {
					continue
				}
				next := t.get(t.subject, made.ID)
				next.Attributes = next.Attributes.WithAt(l.Path, schema.String(swapCase(v.Text())))
				next = t.fitted(next)
				before := t.get(t.subject, made.ID)
				got := t.replace(t.subject, next)
				t.same(t.subject, "Replace with "+l.String()+" in another letter case", next, got)
				t.same(t.subject, "Replace with "+l.String()+" in another letter case, and Get", next, t.get(t.subject, made.ID))
				t.changed("Replace with "+l.String()+" in another letter case", before.Meta, got.Meta)
			}
		},
	},
	{
		name: "meta is the store's",
		why:  "Of the metadata in the replacement only Version counts (RFC 7643 §3.1).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			next := t.next(t.subject, made, 1)
			next.Meta = scim.Meta{ResourceType: "Nothing", Location: "nowhere", Version: made.Meta.Version}
			got := t.replace(t.subject, next)
			t.changed("Replace without Created", made.Meta, got.Meta)
			t.identical(t.subject, "Get after Replace", got, t.get(t.subject, made.ID))
		},
	},
	{
		name:    "another version changes nothing",
		why:     "If the replacement has a Version that is no longer the stored one, Replace changes nothing and returns ErrVersionMismatch (RFC 7644 §3.14).",
		applies: hasVersions,
		run: func(t *trial) {
			first := t.create(t.subject, t.full(t.subject, 0))
			second := t.replace(t.subject, t.next(t.subject, first, 1))
			for _, v := range []scim.Version{first.Meta.Version, "nope", "0", "'", second.Meta.Version + "0", "99999999999999999999999", "\x00"} {
				next := t.next(t.subject, first, 2)
				next.Meta.Version = v
				_, err := t.Store.Replace(t.ctx, next)
				t.wants(err, "Replace with Version %q, while %q is stored", v, second.Meta.Version)(scim.ErrVersionMismatch)
				t.unchanged(t.subject, "Replace with another Version", second)
			}
			next := t.next(t.subject, first, 3)
			next.Meta.Version = second.Meta.Version
			t.replace(t.subject, next)
		},
	},
}

func hasVersions(t *trial) bool { return !t.Unversioned }
