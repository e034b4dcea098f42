package scimtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim/schema"
)

// words are values of which many are alike: in other letter cases, parts of each other, with what a pattern of LIKE or a
// quoted string treats as special.
var words = []string{
	"a", "A", "ab", "aB", "b", "B", "a b", " a", "a ", "", "z", "Z", "é", "É", "e\u0301", "ß", "ẞ", "ss", "K", "\u212A", "ſ", "s", "Σ", "ς", "σ", "İ", "i", "ı",
	"100%", "100", "a_b", "a%b", `a\b`, `a\%b`, `q"q`, "q'q", "[a]", "*", "?", "10", "9", "0010", "true", "null", "𝔘", "\ufffd", "日本",
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
