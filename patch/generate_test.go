package patch_test

import (
	"strings"
	"testing"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A source turns bytes into choices, so that a fuzzer can find its way by them.
type source []byte

// pick returns a number below n.
func (s *source) pick(n int) int {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return int(b) % n
}

func (s *source) one(of ...string) string { return of[s.pick(len(of))] }

// list returns up to n texts, joined by commas.
func (s *source) list(n int, text func() string) string {
	var out []string
	for range s.pick(n + 1) {
		out = append(out, text())
	}
	return strings.Join(out, ",")
}

// word returns a JSON string of few, so that values meet.
func (s *source) word() string { return s.one(`"a"`, `"b"`, `"A"`, `"c"`, `"d"`, `"work"`, `"home"`) }

// object returns an object with some of the given names and values.
func (s *source) object(names ...string) string {
	var out []string
	for i := 0; i < len(names); i += 2 {
		if s.pick(3) > 0 {
			v := names[i+1]
			if v == "" {
				v = s.word()
			}
			if s.pick(12) == 0 {
				v = "null"
			}
			out = append(out, `"`+names[i]+`":`+v)
		}
	}
	return "{" + strings.Join(out, ",") + "}"
}

func (s *source) email() string {
	return s.object("value", "", "type", s.one(`"work"`, `"home"`), "display", "", "primary", s.one("false", "false", "true"))
}

func (s *source) member() string {
	return s.object("value", "", "type", s.one(`"User"`, `"Group"`), "display", "")
}

func (s *source) linked() string {
	return s.object("value", "", "level", s.one("1", "2"), "kind", "", "shown", "")
}

func (s *source) item() string {
	return s.object("value", "", "type", "", "n", s.one("1", "2", "3"), "primary", s.one("false", "true"), "immSub", "", "roSub", "")
}

// resource returns a resource that may be stored.
func (s *source) resource(tb testing.TB) *schema.Resource {
	base := s.one(u1, g1, w1, s1, g1, w1)
	var more []string
	add := func(name string, n int, element func() string) {
		if s.pick(2) > 0 {
			more = append(more, `{"`+name+`":[`+s.list(n, element)+`]}`)
		}
	}
	switch base {
	case u1:
		add("emails", 3, s.email)
		switch s.pick(3) {
		case 0:
			more = append(more, `{"title":`+s.word()+`,"`+enterprise+`":null}`)
		case 1:
			more = append(more, `{"`+enterprise+`":{"manager":`+s.object("value", "", "$ref", "", "displayName", "")+`}}`)
		}
	case g1:
		add("members", 6, s.member)
	default:
		add("tags", 4, s.word)
		add("links", 4, s.linked)
		add("items", 3, s.item)
		add("ranks", 3, func() string { return s.object("value", "", "primary", s.one("false", "true")) })
		add("nums", 3, func() string { return s.one("1", "2", "3") })
		if s.pick(2) > 0 {
			more = append(more, `{"imm":`+s.word()+`,"spec":`+s.object("a", "", "b", "", "immSub", "", "roSub", "")+`}`)
		}
	}
	r := resource(tb, base, more...)
	// What is stored is in canonical form and passes the checks: elements are distinct, null parts are not there.
	r.Attributes = canonical(r.Attributes)
	if r.Attributes.Type().Check(r) != nil {
		return resource(tb, base)
	}
	return r
}

func canonical(o schema.Object) schema.Object {
	return o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		seen := map[string]bool{}
		v = v.Transform(func(e schema.Value) schema.Value {
			if e.Kind() == schema.KindComplex {
				if e = schema.Complex(canonical(e.Object())); e.IsUnassigned() {
					return schema.Value{}
				}
			}
			if k := a.ElementKey(e); a.MultiValued && seen[k] {
				return schema.Value{}
			} else {
				seen[k] = true
			}
			return e
		})
		if v.IsUnassigned() {
			return schema.Value{}
		}
		return v
	})
}

// targets are paths with values that suit them.
func (s *source) target() (path, value string) {
	element := func(name string, one func() string) (string, string) {
		switch s.pick(4) {
		case 0:
			return name, one()
		case 1:
			return name, s.one("null", "[]")
		}
		return name, `[` + s.list(3, one) + `]`
	}
	switch s.pick(25) {
	case 0, 1:
		return element("members", s.member)
	case 2, 3:
		return element("tags", s.word)
	case 4:
		return element("links", s.linked)
	case 5:
		return element("emails", s.email)
	case 6:
		return element("items", s.item)
	case 7:
		return element("nums", func() string { return s.one("1", "2", "3", "1.5") })
	case 8:
		return element(extURI+":es", s.word)
	case 9, 10:
		return s.one("members", "tags", "links", "emails", "items") + `[value eq ` + s.word() + `]`, s.one("null", s.word(), s.email())
	case 11:
		return s.one("members", "tags", "links") + `[value eq ` + s.word() + ` or value eq ` + s.word() + `]`, s.one("null", s.word(), s.member())
	case 12:
		return `emails[type eq ` + s.one(`"work"`, `"home"`) + `]`, s.email()
	case 13:
		return `emails[type eq ` + s.one(`"work"`, `"home"`) + ` and primary eq ` + s.one("true", "false") + `]` + s.one(".value", ".type", ".primary", ".display"), s.one("null", s.word(), "true")
	case 14:
		return `items[` + s.one("value", "type") + ` eq ` + s.word() + `]` + s.one(".value", ".immSub", ".roSub", ".n", ".primary"), s.one("null", s.word(), "1", "true")
	case 15:
		return s.one("emails.type", "items.primary", "members.type", "links.level"), s.one("null", s.word(), "1", "true", `"User"`)
	case 16:
		return s.one("title", "displayName", "userName", "color", "name", "externalId", "imm", "ro", "wo", "code"), s.one(s.word(), "null", "[]", "true", `" "`, "{}")
	case 17:
		return s.one("active", "flag", "qty", "ratio", "at"), s.one("true", "1", "1.50", `"2026-01-02T03:04:05Z"`, `"2026-01-02T03:04:05+00:00"`, "null")
	case 23:
		return s.one("ranks", `ranks[value eq `+s.word()+`]`), s.object("value", "", "primary", s.one("false", "true"))
	case 18:
		return s.one("name.givenName", "seal", "seal.x", "spec.a", "spec.immSub", "spec.roSub", "spec.list", "box.lid", "box.x", "box.secret"), s.one(s.word(), "null", `["a","b"]`)
	case 19:
		return "spec", s.object("a", "", "b", "", "immSub", "", "list", `["a"]`)
	case 20:
		return s.one("name", "box"), s.object("givenName", "", "lid", "")
	case 21:
		return s.one(enterprise, extURI, reqURI, "schemas", "schemas[value pr]"), s.one(s.object("department", "", "e", "", "r", ""), "null", `["`+extURI+`"]`)
	case 22:
		return s.one(enterprise+":department", enterprise+":manager", enterprise+":manager.value", extURI+":e", reqURI+":r", reqURI+":s"), s.one(s.word(), "null", s.object("value", ""))
	}
	return s.one("", "nope", "emails[", "members[value co "+s.word()+"]"), s.one("null", s.word(), "{}", s.object("title", "", "displayName", "", "active", "false", "tags", `["a","c"]`, "members", `[{"value":"a"}]`, "id", `"U1"`))
}

func (s *source) op() string {
	path, value := s.target()
	kind := s.one("add", "remove", "replace", "add", "replace")
	text := `{"op":"` + kind + `"`
	if path != "" {
		text += `,"path":"` + strings.ReplaceAll(path, `"`, `\"`) + `"`
	}
	if kind != "remove" || s.pick(16) == 1 {
		text += `,"value":` + value
	}
	return text + "}"
}

// ops returns operations, most of which suit a resource of type t.
func (s *source) ops(tb testing.TB, t *schema.ResourceType) []patch.Op {
	var texts []string
	for range 1 + s.pick(6) {
		text := s.op()
		for range 8 {
			// Most targets are of another type.
			ops, err := patch.Read(t, message(text), patch.Limits{})
			if err == nil && patch.Check(t, ops) == nil {
				break
			}
			text = s.op()
		}
		texts = append(texts, text)
	}
	ops, err := patch.Read(t, message(strings.Join(texts, ",")), patch.Limits{})
	if err != nil {
		tb.Fatalf("%v: %s", err, texts)
	}
	for i := range ops {
		ops[i].Create = s.pick(4) == 0
	}
	return ops
}
