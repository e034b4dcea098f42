package filter_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// The oracle is a second implementation of RFC 7644 §3.4.2.2 that shares nothing with the package: it makes filters together
// with a function that says, over the decoded JSON of a resource, whether they hold.

// A kind says how the oracle compares the values of an attribute.
type kind int

const (
	text  kind = iota // without regard to letter case
	exact             // strings and references
	number
	integer
	instant
	boolean
	octets
	whole // a complex attribute, for pr and null only
)

// operand is an attribute a filter may name, relative to the resource or the element.
type operand struct {
	name string
	kind kind
	get  func(doc map[string]any) []any // its values; false for a missing primary
	pres func(doc map[string]any) []any // its values as pr sees them, if other than get
}

func at(keys ...string) func(map[string]any) []any {
	return func(doc map[string]any) []any {
		vals := []any{doc}
		for _, k := range keys {
			var next []any
			for _, v := range vals {
				if m, ok := v.(map[string]any); ok {
					next = append(next, flat(m[k])...)
				}
			}
			vals = next
		}
		return vals
	}
}

func flat(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// primaries returns primary of each element, false where it is missing.
func primaries(list func(map[string]any) []any) func(map[string]any) []any {
	return func(doc map[string]any) []any {
		var out []any
		for _, e := range list(doc) {
			p, ok := e.(map[string]any)["primary"]
			out = append(out, ok && p.(bool))
		}
		return out
	}
}

func self(doc map[string]any) []any { return []any{doc[""]} }

var itemOperands = []operand{
	{"value", text, at("value"), nil},
	{"type", text, at("type"), nil},
	{"primary", boolean, func(e map[string]any) []any { p, ok := e["primary"]; return []any{ok && p.(bool)} }, at("primary")},
	{"$ref", exact, at("$ref"), nil},
	{"n", integer, at("n"), nil},
	{"note", exact, at("note"), nil},
}

var rootOperands = []operand{
	{"name", text, at("name"), nil},
	{widgetURN + ":name", text, at("name"), nil},
	{"code", exact, at("code"), nil},
	{"flag", boolean, at("flag"), nil},
	{"qty", integer, at("qty"), nil},
	{"ratio", number, at("ratio"), nil},
	{"at", instant, at("at"), nil},
	{"blob", octets, at("blob"), nil},
	{"link", exact, at("link"), nil},
	{"tags", text, at("tags"), nil},
	{"nums", integer, at("nums"), nil},
	{"spec", whole, at("spec"), nil},
	{"spec.a", text, at("spec", "a"), nil},
	{"spec.labels", text, at("spec", "labels"), nil},
	{"items", text, at("items", "value"), at("items")},
	{"items.value", text, at("items", "value"), nil},
	{"items.type", text, at("items", "type"), nil},
	{"items.primary", boolean, primaries(at("items")), at("items", "primary")},
	{"items.n", integer, at("items", "n"), nil},
	{"items.note", exact, at("items", "note"), nil},
	{"places", whole, at("places"), nil},
	{"places.aliases", text, at("places", "aliases"), nil},
	{extURN, whole, at(extURN), nil},
	{extURN + ":name", text, at(extURN, "name"), nil},
	{"level", integer, at(extURN, "level"), nil},
	{extURN + ":boss.value", exact, at(extURN, "boss", "value"), nil},
	{extURN + ":marks.n", integer, at(extURN, "marks", "n"), nil},
	{"id", exact, at("id"), nil},
	{"externalId", exact, at("externalId"), nil},
	{"meta.created", instant, at("meta", "created"), nil},
	{"meta.resourceType", exact, at("meta", "resourceType"), nil},
	{"schemas", text, at("schemas"), nil},
}

var valuePaths = []struct {
	name     string
	elements func(map[string]any) []any
	operands []operand
}{
	{"items", at("items"), itemOperands},
	{extURN + ":marks", at(extURN, "marks"), []operand{{"value", text, at("value"), nil}, {"n", integer, at("n"), nil}}},
	{"tags", at("tags"), []operand{{"value", text, self, nil}}},
	{"nums", at("nums"), []operand{{"value", integer, self, nil}}},
	{"spec", at("spec"), []operand{{"a", text, at("a"), nil}, {"labels", text, at("labels"), nil}}},
	{"places", at("places"), []operand{{"street", text, at("street"), nil}, {"aliases", text, at("aliases"), nil}}},
}

var (
	texts    = []string{"", "a", "A", "ab", "aB", "b", "é", "É", "k", "\u212a", `x"y\z`, "] and (", "urn:example:ext", "50% _x"}
	numbers  = []string{"0", "-0", "1", "2", "9", "10", "-3", "1.5", "1.50", "15e-1", "100000000000000000000001", "100000000000000000000000"}
	integers = []string{"0", "1", "2", "9", "10", "-3", "100000000000000000000001", "100000000000000000000000"}
	instants = []string{"2024-01-01T10:00:00Z", "2024-01-01T12:00:00+02:00", "2024-01-01T10:00:00", "2024-01-01T10:00:00.001Z", "2023-12-31T23:59:59-01:00"}
	blobs    = []string{"", "QQ==", "QQ", "qq==", "QUI="}
)

// A node is a generated filter: its text, how tightly it binds, and what it means.
type node struct {
	text  string
	rank  int // 0 or, 1 and, 2 otherwise
	holds func(doc map[string]any) bool
}

type generator struct{ *rand.Rand }

func (g generator) pick(list []string) string { return list[g.IntN(len(list))] }

// anyCase spells s in random letters.
func (g generator) anyCase(s string) string {
	if g.IntN(3) > 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if g.IntN(2) == 0 {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func (g generator) expr(depth int, operands []operand, inBrackets bool) node {
	switch n := g.IntN(10); {
	case depth == 0 || n < 3:
		return g.comparison(operands[g.IntN(len(operands))])
	case n < 5 && !inBrackets:
		return g.valuePath(depth - 1)
	case n < 6:
		x := g.expr(depth-1, operands, inBrackets)
		return node{g.anyCase("not") + g.pick([]string{"", " "}) + "(" + x.text + ")", 2, func(d map[string]any) bool { return !x.holds(d) }}
	case n < 7:
		x := g.expr(depth-1, operands, inBrackets)
		return node{"(" + x.text + ")", 2, x.holds}
	default:
		l, r := g.expr(depth-1, operands, inBrackets), g.expr(depth-1, operands, inBrackets)
		rank := g.IntN(2)
		text := wrap(l, rank) + " " + g.anyCase([]string{"or", "and"}[rank]) + " " + wrap(r, rank)
		return node{text, rank, func(d map[string]any) bool {
			if rank == 0 {
				return l.holds(d) || r.holds(d)
			}
			return l.holds(d) && r.holds(d)
		}}
	}
}

func wrap(n node, rank int) string {
	if n.rank < rank {
		return "(" + n.text + ")"
	}
	return n.text
}

func (g generator) valuePath(depth int) node {
	v := valuePaths[g.IntN(len(valuePaths))]
	x := g.expr(depth, v.operands, true)
	return node{g.anyCase(v.name) + "[" + x.text + "]", 2, func(doc map[string]any) bool {
		return slices.ContainsFunc(v.elements(doc), func(e any) bool {
			m, ok := e.(map[string]any)
			if !ok {
				m = map[string]any{"": e}
			}
			return x.holds(m)
		})
	}}
}

func (g generator) comparison(o operand) node {
	pres := o.pres
	if pres == nil {
		pres = o.get
	}
	present := func(d map[string]any) bool { return slices.ContainsFunc(pres(d), filled) }
	attr := g.anyCase(o.name) + " "
	switch n := g.IntN(8); {
	case n == 0 || o.kind == whole && n < 4:
		return node{attr + g.anyCase("pr"), 2, present}
	case n == 1 || o.kind == whole && n < 6:
		return node{attr + "eq null", 2, func(d map[string]any) bool { return !present(d) }}
	case n == 2 || o.kind == whole:
		return node{attr + "ne null", 2, present}
	}
	ops := []string{"eq", "ne", "eq", "ne"}
	switch o.kind {
	case text, exact:
		ops = []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}
	case number, integer, instant:
		ops = []string{"eq", "ne", "gt", "ge", "lt", "le"}
	}
	op := g.pick(ops)
	var want any
	var literal string
	switch o.kind {
	case text, exact:
		want = g.pick(texts)
	case number:
		want = json.Number(g.pick(numbers))
	case integer:
		want = json.Number(g.pick(integers))
	case instant:
		want = g.pick(instants)
	case octets:
		want = g.pick(blobs[1:])
	case boolean:
		want = g.IntN(2) == 0
	}
	b, err := json.Marshal(want)
	if err != nil {
		panic(err)
	}
	literal = string(b)
	return node{attr + g.anyCase(op) + " " + literal, 2, func(d map[string]any) bool {
		if op == "ne" {
			return !slices.ContainsFunc(o.get(d), func(v any) bool { return compare(o.kind, "eq", v, want) })
		}
		return slices.ContainsFunc(o.get(d), func(v any) bool { return compare(o.kind, op, v, want) })
	}}
}

func filled(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return slices.ContainsFunc(v, filled)
	case map[string]any:
		for _, e := range v {
			if filled(e) {
				return true
			}
		}
		return false
	}
	return true
}

func compare(k kind, op string, v, want any) bool {
	var c int
	switch k {
	case text, exact:
		a, b := v.(string), want.(string)
		if k == text {
			a, b = canonicalCase(a), canonicalCase(b)
		}
		switch op {
		case "co":
			return strings.Contains(a, b)
		case "sw":
			return strings.HasPrefix(a, b)
		case "ew":
			return strings.HasSuffix(a, b)
		}
		c = slices.Compare([]rune(a), []rune(b))
	case number, integer:
		a, _ := new(big.Rat).SetString(string(v.(json.Number)))
		b, _ := new(big.Rat).SetString(string(want.(json.Number)))
		c = a.Cmp(b)
	case instant:
		c = parseInstant(v.(string)).Compare(parseInstant(want.(string)))
	case octets:
		return string(decode64(v.(string))) == string(decode64(want.(string)))
	default:
		return v == want
	}
	return map[string]bool{"eq": c == 0, "gt": c > 0, "ge": c >= 0, "lt": c < 0, "le": c <= 0}[op]
}

// canonicalCase maps each rune to its smallest equivalent, ASCII letters to lower case.
func canonicalCase(s string) string {
	return strings.Map(func(r rune) rune {
		orbit := []rune{r}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			orbit = append(orbit, f)
		}
		if least := slices.Min(orbit); least < 'A' || least > 'Z' {
			return least
		}
		return unicode.ToLower(slices.Min(orbit))
	}, s)
}

func parseInstant(s string) time.Time {
	if !strings.HasSuffix(s, "Z") && !strings.ContainsAny(s[11:], "+-") {
		s += "Z"
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func decode64(s string) []byte {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		panic(err)
	}
	return b
}

// document makes a random resource as decoded JSON, much of it unassigned.
func (g generator) document(id int) map[string]any {
	doc := map[string]any{}
	empty := func(v any) bool { m, ok := v.(map[string]any); return ok && len(m) == 0 }
	maybe := func(m map[string]any, key string, f func() any) {
		if g.IntN(2) == 0 {
			// An empty object is unassigned and never part of a resource in canonical form.
			if v := f(); !empty(v) {
				m[key] = v
			}
		}
	}
	str := func() any { return g.pick(texts) }
	integer := func() any { return json.Number(g.pick(integers)) }
	list := func(f func() any) func() any {
		return func() any {
			out := []any{}
			for range g.IntN(4) {
				if v := f(); !empty(v) {
					out = append(out, v)
				}
			}
			return out
		}
	}
	object := func(keys map[string]func() any) func() any {
		return func() any {
			m := map[string]any{}
			for _, k := range slices.Sorted(mapKeys(keys)) {
				maybe(m, k, keys[k])
			}
			return m
		}
	}
	yesNo := func() any { return g.IntN(2) == 0 }
	attrs := map[string]func() any{
		"name": str, "code": str, "flag": yesNo, "qty": integer, "link": str, "tags": list(str), "nums": list(integer),
		"ratio":  func() any { return json.Number(g.pick(numbers)) },
		"at":     func() any { return g.pick(instants) },
		"blob":   func() any { return g.pick(blobs) },
		"spec":   object(map[string]func() any{"a": str, "labels": list(str)}),
		"items":  list(object(map[string]func() any{"value": str, "type": str, "primary": yesNo, "$ref": str, "n": integer, "note": str})),
		"places": list(object(map[string]func() any{"street": str, "aliases": list(str)})),
		extURN: object(map[string]func() any{
			"name": str, "level": integer, "boss": object(map[string]func() any{"value": str}),
			"marks": list(object(map[string]func() any{"value": str, "n": integer})),
		}),
	}
	for _, k := range slices.Sorted(mapKeys(attrs)) {
		maybe(doc, k, attrs[k])
	}
	doc["id"] = fmt.Sprint("w", id%3)
	maybe(doc, "externalId", func() any { return g.pick(texts[1:]) })
	doc["meta"] = map[string]any{"resourceType": "Widget", "created": g.pick(instants)}
	doc["schemas"] = []any{widgetURN}
	if m, ok := doc[extURN].(map[string]any); ok && len(m) > 0 {
		doc["schemas"] = append(doc["schemas"].([]any), extURN)
	}
	return doc
}

func mapKeys(m map[string]func() any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// resourceOf reads a document into a resource.
func resourceOf(t testing.TB, doc map[string]any) *schema.Resource {
	t.Helper()
	attrs := map[string]any{}
	for k, v := range doc {
		if k != "id" && k != "externalId" && k != "meta" && k != "schemas" {
			attrs[k] = v
		}
	}
	b, err := json.Marshal(attrs)
	require.NoError(t, err)
	r := resource(t, widgetType(), doc["id"].(string), string(b))
	if ext, ok := doc["externalId"]; ok {
		r.ExternalID = ext.(string)
	}
	r.Meta.Created = parseInstant(doc["meta"].(map[string]any)["created"].(string))
	return r
}

// TestMatchOracle compares 200 random resources × 800 random filters with the oracle (7644-3.4.2.2-01).
func TestMatchOracle(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(7644, 3422))}
	docs := make([]map[string]any, 200)
	resources := make([]*schema.Resource, len(docs))
	for i := range docs {
		docs[i] = g.document(i)
		resources[i] = resourceOf(t, docs[i])
	}
	matched, all := 0, 0
	for range 800 {
		n := g.expr(g.IntN(5), rootOperands, false)
		c := checked(t, widgetType(), n.text)
		canonical := checked(t, widgetType(), c.String())
		for i, r := range resources {
			want := n.holds(docs[i])
			if got := c.Match(r); got != want {
				b, _ := json.Marshal(docs[i])
				t.Fatalf("7644-3.4.2.2-01: %s\nfor %s\n= %v, want %v", n.text, b, got, want)
			}
			require.Equal(t, want, canonical.Match(r), "the canonical text means something else: %s and %s", n.text, c)
			all++
			if want {
				matched++
			}
		}
	}
	share := float64(matched) / float64(all)
	require.InDelta(t, 0.5, share, 0.35, "the filters decide nothing")
}

// TestMatchElementOracle does the same for the elements that PATCH paths select.
func TestMatchElementOracle(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(7644, 352))}
	selected := 0
	for i := range 1000 {
		doc := g.document(i)
		r := resourceOf(t, doc)
		x := g.expr(g.IntN(4), itemOperands, true)
		p, err := filter.ParsePath(widgetType(), "items["+x.text+"]")
		require.NoError(t, err, x.text)
		for j, e := range r.At(p.Attr).Elements() {
			want := x.holds(doc["items"].([]any)[j].(map[string]any))
			require.Equal(t, want, p.Filter.MatchElement(e), "%s for %s", x.text, e)
			if want {
				selected++
			}
		}
	}
	require.Positive(t, selected)
}
