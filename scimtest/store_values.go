package scimtest

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// texts are values that are easily mangled on their way to a table and back.
var texts = []string{
	`Robert'); DROP TABLE users; --`, `"quoted" and \ and \\ and \n`, `[brackets] {braces} (parens) <b>&amp;</b> $1 ?1 :a @b`,
	"007", "1e3", "0x1F", "true", "null", "NULL", "NaN", `""`, " leading and trailing ", "tab\tline\nreturn\r\n", "100% _under_ *star*",
	"\u0001\u001f\u007f", "Ünïcödé ÀÉÎ ß ẞ ſ K İı Σσς", "e\u0301 is not é", "日本語 한국어 العربية עברית", "👩‍👩‍👧‍👦 🇩🇪 𝔘𝔫𝔦", "\u200b\u202e\ufeff\ufffd",
	"2026-02-30T25:61:61Z", "a,b;c|d", "$.ref", "${jndi:ldap://x}", "%s %d %!v",
}

var valueLaws = []storeLaw{
	{
		name: "text",
		why:  "A string is stored as it is, whatever is in it: quotes, wildcards, leading zeros, characters beyond ASCII and beyond 16 bits.",
		run: func(t *trial) {
			var last *scim.Resource
			for _, text := range texts {
				sent := t.withText(t.full(t.subject, 0), text)
				made := t.create(t.subject, sent)
				t.same(t.subject, "what Create returns", sent, made)
				t.same(t.subject, "Get after Create", sent, t.get(t.subject, made.ID))
				if last == nil {
					last = made
				}
				// What updates a row may be another piece of code than what inserts it.
				next := t.withText(t.next(t.subject, last, 0), text)
				t.same(t.subject, "what Replace returns", next, t.replace(t.subject, next))
				t.same(t.subject, "Get after Replace", next, t.get(t.subject, last.ID))
			}
		},
	},
	{
		name: "long text",
		why:  "A string of 64 KiB, the most that the handler reads, is stored whole, or refused with an *Error: never cut off, and no failure of the service provider.",
		run: func(t *trial) {
			long := strings.Repeat("0123456789abcde ", 4<<10-1) + "the end"
			for _, l := range t.leaves(t.full(t.subject, 0)) {
				if t.text(l) {
					t.intact(l, long)
				}
			}
		},
	},
	{
		name: "NUL",
		why:  "A string with the character NUL, which databases may not take, is stored as it is or refused with an *Error: it is no failure of the service provider.",
		run: func(t *trial) {
			for _, l := range t.leaves(t.full(t.subject, 0)) {
				if t.text(l) {
					t.intact(l, "nul\x00nul")
				}
			}
		},
	},
	{
		name: "date-times",
		why:  "A date-time keeps the text it was sent with, since a client compares what it gets with what it sent.",
		applies: func(t *trial) bool {
			return slices.ContainsFunc(attributesOf(t.Type), func(a *schema.Attribute) bool { return a.Type == schema.TypeDateTime && writable(a) })
		},
		run: func(t *trial) {
			for _, text := range []string{"2026-02-28T23:59:60Z", "2026-02-28T23:59:59.123456789+05:30", "2026-02-28T00:00:00-00:00", "0001-01-01T00:00:00Z", "2026-02-28T24:00:00Z"} {
				for _, l := range t.leaves(t.full(t.subject, 0)) {
					if l.Attribute.Type != schema.TypeDateTime || l.Attribute.Parent() != nil && l.Attribute.Parent().MultiValued {
						continue
					}
					v, err := t.Type.ReadValue(l.Attribute, []byte(`"`+text+`"`), 0, 1)
					if err != nil || v.Err() != nil {
						continue
					}
					sent := t.full(t.subject, 0)
					sent.Attributes = sent.Attributes.WithAt(l.Path, v)
					got := t.get(t.subject, t.create(t.subject, sent).ID)
					if is := got.At(l.Path).Text(); is != text {
						t.fail("Create with %s %q, and Get: expected the same text, got %q", l, text, is)
					}
				}
			}
		},
	},
	{
		name: "what has no place",
		why:  "An attribute that the store has no place for is kept or refused with an *Error: to drop it in silence would answer success for what was not done.",
		applies: func(t *trial) bool {
			return t.subject.kept != nil
		},
		run: func(t *trial) {
			whole := *t.subject
			whole.kept = nil
			for _, a := range attributesOf(t.Type) {
				if !writable(a) || t.link(a) != nil {
					continue
				}
				v := t.value(&whole, a, 0)
				if a.MultiValued && a.Type == schema.TypeComplex {
					v = schema.List(v.Index(0))
				}
				r := t.minimal(t.subject)
				r.Attributes = r.Attributes.WithAt(a.Path(), v)
				made, err := t.Store.Create(t.ctx, r)
				if err != nil {
					t.refused(err, "Create with a value of %s", a)
					continue
				}
				if got := t.get(t.subject, made.ID); !t.clients(a, got).Equal(t.clients(a, r)) {
					t.fail("Create with %s %s, which the store has no place for, succeeded: expected an error, or Get with the value, got %s", a, shown(v), shown(t.clients(a, got)))
				}
			}
		},
	},
	{
		name:    "secrets are not returned",
		why:     "The value of a writeOnly attribute, such as password, is never part of a resource that a store returns (RFC 7643 §7).",
		applies: hasSecret,
		run: func(t *trial) {
			const secret = "t1meMa$heen-53cret"
			sent := t.full(t.subject, 0)
			for _, a := range attributesOf(t.Type) {
				if a.Mutability == schema.WriteOnly && a.Type == schema.TypeString {
					sent.Attributes = sent.Attributes.WithAt(a.Path(), schema.String(secret))
				}
			}
			made := t.create(t.subject, sent)
			hidden := func(op string, r *scim.Resource) {
				if b, err := r.MarshalJSON(); err == nil && strings.Contains(string(b), secret) {
					t.fail("%s: expected no value of a writeOnly attribute, got %s", op, show(r))
				}
			}
			hidden("Create", made)
			hidden("Get", t.get(t.subject, made.ID))
			for _, r := range t.list(t.subject) {
				hidden("List", r)
			}
			sent.ID = made.ID
			hidden("Replace", t.replace(t.subject, sent))
		},
	},
	{
		name: "secrets that are not sent stay",
		why:  "A writeOnly attribute that Replace is not given stays as it is, and null clears it (store.go, ResourceStore.Replace).",
		applies: func(t *trial) bool {
			a := t.Type.Attribute("password")
			return a != nil && a.Mutability == schema.WriteOnly
		},
		run: func(t *trial) {
			if t.Password == nil {
				t.skip("Stores.Password is not set: that a PUT without a password leaves the password alone is not examined")
			}
			a := t.Type.Attribute("password")
			has := func(op, id, password string, want bool) {
				got, err := t.Password(t.ctx, id, password)
				t.must(err, "Stores.Password")
				if got != want {
					t.fail("%s: expected that the resource has the password %q: %v, got %v", op, password, want, got)
				}
			}
			sent := t.full(t.subject, 0)
			sent.Attributes = sent.Attributes.With(a, schema.String("first-Pa55word"))
			made := t.create(t.subject, sent)
			has("Create", made.ID, "first-Pa55word", true)
			next := t.next(t.subject, made, 1)
			t.replace(t.subject, next)
			has("Replace without a password", made.ID, "first-Pa55word", true)
			next.Attributes = next.Attributes.With(a, schema.String("second-Pa55word"))
			t.replace(t.subject, next)
			has("Replace with another password", made.ID, "first-Pa55word", false)
			has("Replace with another password", made.ID, "second-Pa55word", true)
			next.Attributes = next.Attributes.With(a, schema.Null())
			t.replace(t.subject, next)
			has("Replace with null", made.ID, "second-Pa55word", false)
		},
	},
}

func hasSecret(t *trial) bool {
	return slices.ContainsFunc(attributesOf(t.Type), func(a *schema.Attribute) bool {
		return a.Mutability == schema.WriteOnly && a.Type == schema.TypeString
	})
}

// withText returns r with the text in each attribute that takes any text.
func (t *trial) withText(r *scim.Resource, text string) *scim.Resource {
	out := *r
	for _, l := range t.leaves(r) {
		if !t.text(l) {
			continue
		}
		v := schema.String(text)
		if l.Attribute.Uniqueness != schema.UniqueNone {
			v = schema.String(text + t.newName())
		}
		out.Attributes = t.with(out.Attributes, l, v)
	}
	if out.ExternalID != "" {
		out.ExternalID = text + t.newName()
	}
	return t.fitted(&out)
}

// with returns o with the value of a leaf; of a multi-valued attribute, in each element.
func (t *trial) with(o schema.Object, l leaf, v schema.Value) schema.Object {
	if l.Sub != nil && l.Path.Attribute.MultiValued {
		whole := schema.Path{Extension: l.Extension, Attribute: l.Path.Attribute}
		seen := map[string]bool{}
		return o.WithAt(whole, o.At(whole).Transform(func(e schema.Value) schema.Value {
			e = schema.Complex(e.Object().With(l.Sub, v))
			k := l.Path.Attribute.ElementKey(e)
			if seen[k] {
				return schema.Value{}
			}
			seen[k] = true
			return e
		}))
	}
	if l.Attribute.MultiValued {
		v = schema.List(v)
	}
	return o.WithAt(l.Path, v)
}

// intact creates a resource with the text as value of a leaf, and ends the law unless it is stored as it is or refused.
func (t *trial) intact(l leaf, text string) {
	sent := t.full(t.subject, 0)
	if l.Attribute.Uniqueness != schema.UniqueNone {
		text += t.newName()
	}
	sent.Attributes = t.with(sent.Attributes, l, schema.String(text))
	if l.Sub != nil && l.Path.Attribute.MultiValued {
		whole := schema.Path{Extension: l.Extension, Attribute: l.Path.Attribute}
		sent.Attributes = sent.Attributes.WithAt(whole, schema.List(sent.At(whole).Index(0)))
	}
	sent = t.fitted(sent)
	made, err := t.Store.Create(t.ctx, sent)
	if err != nil {
		t.refused(err, "Create with a %s of %d bytes that starts with %q", l, len(text), text[:4])
		return
	}
	t.same(t.subject, "Create with a special "+l.String()+", and Get", sent, t.get(t.subject, made.ID))
}

// refused ends the law unless err tells the client what is wrong with its request.
func (t *trial) refused(err error, format string, args ...any) {
	var e *scim.Error
	if errors.As(err, &e) && e.Status >= http.StatusBadRequest && e.Status < http.StatusInternalServerError {
		return
	}
	t.must(err, format, args...)
}
