package scimtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// words are values of which many are alike: in other letter cases, parts of each other, with what a pattern of LIKE or a
// quoted string treats as special.
var words = []string{
	"a", "A", "ab", "aB", "b", "B", "a b", " a", "a ", "", "z", "Z", "é", "É", "e\u0301", "ß", "ẞ", "ss", "K", "\u212A", "ſ", "s", "Σ", "ς", "σ", "İ", "i", "ı",
	"100%", "100", "a_b", "a%b", `a\b`, `a\%b`, `q"q`, "q'q", "[a]", "*", "?", "10", "9", "0010", "true", "null", "𝔘", "\ufffd", "日本",
}

// A population is a set of resources that have much in common, and filters for them.
type population struct {
	*trial
	rnd    *rand.Rand
	leaves []leaf
	ids    []string
	values map[string][]string // JSON texts of operands by path
}

// populate stores n resources.
func (t *trial) populate(seed uint64, n int) *population {
	p := &population{trial: t, rnd: rand.New(rand.NewPCG(seed, 7)), values: map[string][]string{}}
	p.leaves = t.leaves(t.full(t.subject, 0))
	for i := range n {
		r := t.full(t.subject, i)
		if p.rnd.IntN(2) == 0 {
			r.ExternalID = []string{"e1", "E1", "e2"}[p.rnd.IntN(3)] + words[p.rnd.IntN(len(words))]
		}
		worded := 0
		for _, l := range p.leaves {
			r.Attributes = p.vary(r.Attributes, l)
			if p.wordy(l) && worded < 2 {
				// Each word is there, however few resources there are with each attribute.
				worded++
				r.Attributes = r.Attributes.WithAt(l.Path, schema.String(words[(i+worded)%len(words)]))
			}
		}
		r.Attributes = p.shorten(r.Attributes)
		p.ids = append(p.ids, t.create(t.subject, t.fitted(r)).ID)
	}
	p.gather()
	all := t.list(t.subject)
	p.leaves = append(p.leaves, p.derived(all)...)
	for _, r := range all {
		for _, l := range p.leaves {
			p.learn(l.String(), r.At(l.Path))
		}
		for _, path := range []string{"id", "externalId", "meta.created", "meta.lastModified", "meta.resourceType"} {
			p.learn(path, r.At(t.path(path)))
		}
	}
	return p
}

// gather makes the resources members of some of another type, if one has members.
func (p *population) gather() {
	for _, r := range p.Resources {
		groups := p.of(p.provider, r.Type.Name(), p.tenant)
		for _, l := range groups.members() {
			if groups.name == p.name || !slices.Contains(l.to, p.name) {
				continue
			}
			for range 3 {
				some := slices.DeleteFunc(slices.Clone(p.ids), func(string) bool { return p.rnd.IntN(3) > 0 })
				groups.create(groups.subject, groups.withMembers(groups.minimal(groups.subject), l, some...))
			}
		}
	}
}

// wordy reports whether the leaf is one text, which may be any or none.
func (p *population) wordy(l leaf) bool {
	single := !l.Attribute.MultiValued && (l.Sub == nil || !l.Path.Attribute.MultiValued)
	return single && p.text(l) && l.shown() && !l.Attribute.Required && l.Attribute.Uniqueness == schema.UniqueNone
}

// derived returns the readOnly attributes that some of the resources have: filters may ask for them too.
func (p *population) derived(all []*scim.Resource) []leaf {
	var out []leaf
	for _, a := range attributesOf(p.Type) {
		if a.Mutability != schema.ReadOnly {
			continue
		}
		for _, sub := range append([]*schema.Attribute{a}, a.SubAttributes...) {
			l := leaf{sub.Path(), sub}
			if sub.Type != schema.TypeComplex && slices.ContainsFunc(all, func(r *scim.Resource) bool { return !r.At(l.Path).IsUnassigned() }) {
				out = append(out, l)
			}
		}
	}
	return out
}

// learn takes values as operands.
func (p *population) learn(path string, v schema.Value) {
	for e := range v.Values() {
		b, err := e.MarshalJSON()
		if err == nil && len(b) < 200 && !slices.Contains(p.values[path], string(b)) {
			p.values[path] = append(p.values[path], string(b))
		}
	}
}

// vary gives a leaf another value, or none.
func (p *population) vary(o schema.Object, l leaf) schema.Object {
	a := l.Attribute
	if a.Required || a.Uniqueness != schema.UniqueNone || p.link(a) != nil || a.Mutability != schema.ReadWrite {
		if a.Uniqueness != schema.UniqueNone && a.Type == schema.TypeString {
			return p.with(o, l, schema.String(words[p.rnd.IntN(4)]+p.newName()))
		}
		return o
	}
	single := !a.MultiValued && (l.Sub == nil || !l.Path.Attribute.MultiValued)
	if single && p.rnd.IntN(3) == 0 {
		return o.WithAt(l.Path, schema.Value{})
	}
	v := func() schema.Value {
		k := p.rnd.IntN(3)
		if p.text(l) {
			return schema.String(words[p.rnd.IntN(len(words))])
		}
		v := p.simple(p.subject, a, k, 0)
		if a.Type == schema.TypeString && !a.Exact() && p.rnd.IntN(3) == 0 {
			v = schema.String(swapCase(v.Text()))
		}
		return v
	}
	switch {
	case single:
		return o.WithAt(l.Path, v())
	case l.Sub != nil && l.Sub.Name != "primary":
		whole := schema.Path{Extension: l.Extension, Attribute: l.Path.Attribute}
		return o.WithAt(whole, o.At(whole).Transform(func(e schema.Value) schema.Value {
			sub := v()
			if p.rnd.IntN(4) == 0 && !l.Sub.Required {
				sub = schema.Value{}
			}
			return schema.ComplexOrNone(e.Object().With(l.Sub, sub))
		}))
	case a.MultiValued:
		return o.WithAt(l.Path, schema.List(v(), v()))
	}
	return o
}

// shorten leaves elements out, and those that count as the same as another.
func (p *population) shorten(o schema.Object) schema.Object {
	for _, a := range attributesOf(p.Type) {
		if !a.MultiValued || !writable(a) {
			continue
		}
		seen := map[string]bool{}
		v := o.At(a.Path()).Transform(func(e schema.Value) schema.Value {
			k := a.ElementKey(e)
			if seen[k] || p.rnd.IntN(4) == 0 && !a.Required {
				return schema.Value{}
			}
			seen[k] = true
			return e
		})
		o = o.WithAt(a.Path(), v)
	}
	return o
}

// operand returns a value to compare the attribute with, as JSON: mostly one that a resource has.
func (p *population) operand(path string, a *schema.Attribute) string {
	if known := p.values[path]; len(known) > 0 && p.rnd.IntN(3) > 0 {
		v := known[p.rnd.IntN(len(known))]
		switch {
		case p.rnd.IntN(2) == 0:
		case a.Type == schema.TypeString && !strings.Contains(v, `\`):
			v = strings.ToUpper(v)
		case a.Type == schema.TypeDateTime:
			v = elsewhere(v)
		}
		return v
	}
	switch a.Type {
	case schema.TypeBoolean:
		return []string{"true", "false"}[p.rnd.IntN(2)]
	case schema.TypeInteger, schema.TypeDecimal:
		number := []string{"0", "-7", "993", "1993", "1000000000000000000000"}
		if a.Type == schema.TypeDecimal {
			number = append(number, "0.25", "1.250", "1e-1", "-0.0")
		}
		return number[p.rnd.IntN(len(number))]
	case schema.TypeDateTime:
		return []string{`"2026-03-01T22:59:59.5Z"`, `"2026-03-02T00:00:00+14:00"`, `"1970-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`}[p.rnd.IntN(4)]
	case schema.TypeBinary:
		return `"AP8AJw=="`
	}
	return Quote(append(words, "nul\x00", "nope", p.ids[0])[p.rnd.IntN(len(words)+3)])
}

// elsewhere returns a date-time in another time zone, as JSON.
func elsewhere(v string) string {
	const layout = `"` + time.RFC3339Nano + `"`
	at, err := time.Parse(layout, v)
	if err != nil {
		return v
	}
	return at.In(time.FixedZone("", -(3*60+30)*60)).Format(layout)
}

var operators = []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}

// comparisons returns the operators that suit a type (RFC 7644 §3.4.2.2).
func comparisons(a *schema.Attribute) []string {
	switch a.Type {
	case schema.TypeBoolean, schema.TypeBinary:
		return operators[:2]
	case schema.TypeInteger, schema.TypeDecimal, schema.TypeDateTime:
		return append(slices.Clone(operators[:2]), operators[5:]...)
	}
	return operators
}

// terms returns filters of one comparison: each operator on each attribute.
func (p *population) terms() []string {
	var out []string
	each := func(path string, a *schema.Attribute) {
		for _, op := range comparisons(a) {
			out = append(out, fmt.Sprintf("%s %s %s", path, op, p.operand(path, a)))
		}
		out = append(out, path+" pr", path+" eq null", path+" ne null")
	}
	for _, path := range []string{"id", "externalId", "meta.created", "meta.lastModified", "meta.resourceType", "schemas"} {
		if path == "externalId" && len(p.values[path]) == 0 {
			continue // The store does not keep it.
		}
		each(path, p.path(path).Target())
	}
	for _, v := range p.values["meta.created"][:min(3, len(p.values["meta.created"]))] {
		for _, op := range comparisons(p.path("meta.created").Target()) {
			out = append(out, fmt.Sprintf("meta.created %s %s", op, elsewhere(v)))
		}
	}
	worded := 0
	for _, l := range p.leaves {
		if !l.shown() {
			continue
		}
		if p.wordy(l) && worded < 2 {
			worded++
			for i, word := range words {
				for _, op := range []string{"eq", operators[1+i%8]} {
					out = append(out, fmt.Sprintf("%s %s %s", l, op, Quote(word)))
				}
			}
			for _, op := range operators[2:] {
				for _, pattern := range []string{"%", "_", "a_b", "a%b", `\`, "", "A B", "É"} {
					out = append(out, fmt.Sprintf("%s %s %s", l, op, Quote(pattern)))
				}
			}
		}
		each(l.String(), l.Attribute)
		if l.Sub == nil || !l.Path.Attribute.MultiValued {
			continue
		}
		whole := schema.Path{Extension: l.Extension, Attribute: l.Path.Attribute}.String()
		if l.Sub.Name == "value" {
			out = append(out, fmt.Sprintf("%s eq %s", whole, p.operand(l.String(), l.Attribute)), whole+" pr")
		}
		inside := func() string { return p.inside(l) }
		out = append(out, fmt.Sprintf("%s[%s]", whole, inside()), fmt.Sprintf("%s[not (%s)]", whole, inside()), fmt.Sprintf("%s[%s pr]", whole, l.Sub.Name))
		for range 3 {
			other := p.sibling(l)
			out = append(out, fmt.Sprintf("%s[%s and %s]", whole, inside(), p.inside(other)), fmt.Sprintf("%s[%s or not (%s)]", whole, inside(), p.inside(other)))
		}
	}
	return out
}

// inside returns a comparison of a sub-attribute, as it stands in brackets.
func (p *population) inside(l leaf) string {
	ops := comparisons(l.Attribute)
	return fmt.Sprintf("%s %s %s", l.Sub.Name, ops[p.rnd.IntN(len(ops))], p.operand(l.String(), l.Attribute))
}

// sibling returns another sub-attribute of the same attribute, if there is one.
func (p *population) sibling(l leaf) leaf {
	var all []leaf
	for _, other := range p.leaves {
		if other.Path.Attribute == l.Path.Attribute && other.Sub != nil {
			all = append(all, other)
		}
	}
	return all[p.rnd.IntN(len(all))]
}

// joined returns terms joined at random.
func (p *population) joined(terms []string, depth int) string {
	if depth == 0 || p.rnd.IntN(4) == 0 {
		return terms[p.rnd.IntN(len(terms))]
	}
	left, right := p.joined(terms, depth-1), p.joined(terms, depth-1)
	switch p.rnd.IntN(5) {
	case 0:
		return "not (" + left + ")"
	case 1, 2:
		return "(" + left + ") or (" + right + ")"
	}
	return "(" + left + ") and (" + right + ")"
}

// brute returns what a query selects, by evaluating it on all resources, in any order of equals.
func (t *trial) brute(all []*scim.Resource, q *scim.Query) []*scim.Resource {
	var found []*scim.Resource
	for _, r := range all {
		if q.Filter == nil || q.Filter.Match(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, q.Compare)
	return found
}
