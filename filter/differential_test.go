package filter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	reference "github.com/scim2/filter-parser/v2"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
)

// The tests of this file compare the parser with github.com/scim2/filter-parser, the best-known one for Go: what both accept
// must mean the same, and whatever only one of them accepts must be in this list, with the line that decides it.

// A divergence is a known difference from the reference.
type divergence struct {
	name    string
	decided string // by which text
	ours    bool   // whether we accept it
	example string
	in      func(in string) bool // whether in shows the difference
}

var divergences = []divergence{
	{"more than one connective, and groups, in brackets", "RFC 7644 §3.4.2.2, valFilter and logExp: FILTER SP (and / or) SP FILTER is recursive", true,
		`a[b pr and c pr and not (d pr)]`, func(in string) bool {
			for _, m := range bracketsRE.FindAllStringSubmatch(withoutStrings(in), -1) {
				inner := m[1]
				if n := notRE.FindStringSubmatch(inner); n != nil {
					inner = n[1]
				}
				if strings.Contains(inner, "(") || len(connectiveRE.FindAllString(inner, -1)) > 1 {
					return true
				}
			}
			return false
		}},
	{"lower-case hexadecimal digits after \\u", "RFC 8259 §7 with RFC 5234 §2.3: ABNF letters stand for both cases", true,
		`a eq "\u00e9"`, matches(`\\u[0-9a-fA-F]{0,3}[a-f]`)},
	{"_ in a schema URI", "RFC 3986 §2.3: an unreserved character", true,
		`urn:a_b:c pr`, matches(`_[^ ]*:`)},
	{"$ after the first byte of a name", "RFC 7643 §2.1: nameChar has it", true,
		`a$b pr`, matches(`[\w.-]\$|\$[^A-Za-z]`)},
	{"dots in the name of an extension attribute", "RFC 7643 §2.1 does not allow them, directories export them (see Parse)", true,
		`urn:a:b.c.d pr`, matches(`:[^ :]*\.[^ :]*\.`)},
	{"digits at the start of a name after a URI", "AMB-20: the URI of an extension may end like that and stand alone", true,
		`urn:a:2.0 pr`, matches(`:[^ :]*[:.][\d_-]|:[\d_-]`)},
	{"blanks around the filter", "leniency: RFC 7644 Figure 2 has a line break there", true,
		` a pr `, func(in string) bool { return strings.Trim(in, " ") != in }},

	{"no blank next to and, or in brackets", "RFC 7644 §3.4.2.2, logExp: SP on both sides", false,
		`a[b eq "x"and c pr]`, matches(`(?i)\[[^\]]*([^ ](and|or) | (and|or)[^ ])`)},
	{"TRUE, False, NULL", "RFC 8259 §3: the literals are lower case", false,
		`a eq TRUE`, func(in string) bool {
			for _, m := range literalRE.FindAllString(withoutStrings(in), -1) {
				if m != strings.ToLower(m) {
					return true
				}
			}
			return false
		}},
	{"half of a surrogate pair", "RFC 7493 §2.1: no surrogates; there is no such text in UTF-8", false,
		`a eq "\uD800"`, matches(`\\u[dD][89a-fA-F]`)},
	{"strings that are not UTF-8", "RFC 8259 §8.1", false,
		"a eq \"\xff\"", func(in string) bool { return !utf8.ValidString(in) }},
	{"a schema URI that starts with a digit, a dot or a hyphen", "RFC 3986 §3.1: a scheme starts with a letter", false,
		`1:a pr`, matches(`(^|[ (\[])[\d.-][^ ]*:`)},
	{"numbers beyond any use", "security: comparing 1e-400000000 exactly takes the memory of the server", false,
		`a eq 1e-400000000`, matches(`\d[eE][+-]?\d{3}|\d{401}`)},
	{"depth", "RFC 7644 §7.7 leaves limits to the server: MaxDepth", false,
		strings.Repeat("(", 33) + "a pr" + strings.Repeat(")", 33), func(in string) bool { return strings.Count(in, "(") > filter.MaxDepth }},
	{"length", "RFC 7644 §7.7 leaves limits to the server: MaxLength", false,
		`a eq "` + strings.Repeat("x", filter.MaxLength) + `"`, func(in string) bool { return len(in) > filter.MaxLength }},
}

var (
	stringRE     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	bracketsRE   = regexp.MustCompile(`\[([^\]]*)\]`)
	notRE        = regexp.MustCompile(`(?i)^ *not *\(([^()]*)\) *$`)
	connectiveRE = regexp.MustCompile(`(?i) (and|or) `)
	literalRE    = regexp.MustCompile(`(?i) (true|false|null)`)
)

func withoutStrings(in string) string { return stringRE.ReplaceAllString(in, `""`) }

func matches(pattern string) func(string) bool {
	re := regexp.MustCompile(pattern)
	return func(in string) bool {
		// Escapes are looked for inside strings, everything else outside.
		if strings.HasPrefix(pattern, `\\`) {
			return re.MatchString(in)
		}
		return re.MatchString(withoutStrings(in))
	}
}

// TestDifferentialList shows that each known difference is there, and is one: if the reference changes, the list does.
func TestDifferentialList(t *testing.T) {
	t.Parallel()
	for _, d := range divergences {
		_, err := filter.Parse(d.example)
		_, theirErr := reference.ParseFilterNumber([]byte(d.example))
		require.Equal(t, d.ours, err == nil, "%s: %v", d.name, err)
		require.Equal(t, !d.ours, theirErr == nil, "%s: %v", d.name, theirErr)
		require.True(t, d.in(d.example), "%s: the example does not show it", d.name)
	}

	// Two differences of meaning, which oursTree and theirTree level out.
	theirs, err := reference.ParseFilter([]byte(`a eq "\"\u00E9"`))
	require.NoError(t, err)
	require.Equal(t, `\"\u00E9`, theirs.(*reference.AttributeExpression).CompareValue, "RFC 8259 §7: strings are unescaped")
	theirs, err = reference.ParseFilter([]byte(`a eq 9007199254740993`))
	require.NoError(t, err)
	require.Equal(t, 9007199254740992, theirs.(*reference.AttributeExpression).CompareValue, "RFC 7643 §2.3.4: integers are exact")
}

// TestDifferential compares the parsers on the examples of the RFC, generated filters and mutations of both.
func TestDifferential(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(7644, 26))}
	corpus := append([]string{
		`a eq "\"" and b eq "\\"`, `a eq "\u00E9\/"`, `a eq -0.5e+3`, `a eq null or b ne true`, `not(a pr)`, `not  (a pr)`, `( a pr )`,
		`a[ b pr ]`, `a [b pr]`, `a.$ref pr`, `a  eq  1`, `not pr`, `and pr and or pr`, `a[not (b pr or c eq 1)]`, `a.b[c pr]`,
		`a eq 9007199254740993`, `a eq 1E5`, `a eq 0`, `a eq -0`, `a eq 00`, `a eq 1.`, `a eq .1`, `a eq "é日😀"`, `a eq ""`,
		`a`, ``, `()`, `a pr)`, `(a pr`, `a[b pr`, `a eq 'x'`, `a eq x`, `a xx 1`, `a[b[c pr]]`, `a.b.c pr`, `a pr b pr`,
	}, rfcExamples...)
	for range 1000 {
		corpus = append(corpus, g.expr(g.IntN(4), rootOperands, false).text)
	}
	for range 1000 {
		corpus = append(corpus, mutate(g, g.expr(g.IntN(3), rootOperands, false).text))
	}
	for range 2000 {
		corpus = append(corpus, mutate(g, rfcExamples[g.IntN(len(rfcExamples))]))
	}
	both := 0
	for _, in := range corpus {
		if compareWithReference(t, in) {
			both++
		}
	}
	require.Greater(t, both, 1500, "few filters are accepted by both")
}

// compareWithReference fails on a difference that is not listed. It reports whether both parsers accept in.
func compareWithReference(t *testing.T, in string) bool {
	t.Helper()
	ours, err := filter.Parse(in)
	theirs, theirErr := reference.ParseFilterNumber([]byte(in))
	if (err == nil) != (theirErr == nil) {
		for _, d := range divergences {
			if d.ours == (err == nil) && d.in(in) {
				return false
			}
		}
		t.Fatalf("a difference that is not listed: %q\nours: %v\ntheirs: %v", in, err, theirErr)
	}
	if err != nil {
		return false
	}
	require.Equal(t, theirTree(theirs), oursTree(ours), "%q means something else", in)
	return true
}

// TestDifferentialPath does the same for PATCH paths, which we resolve while reading: only what leads to an attribute compares.
func TestDifferentialPath(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(7644, 352))}
	corpus := []string{
		`name`, `spec.a`, `items`, `items.value`, `items[type eq "work"]`, `items[type eq "work"].value`, `tags[value eq "a.b"]`,
		widgetURN + `:spec.a`, extURN + `:marks[n eq 1].value`, extURN + `:level`, `items[value eq "a]b"].$ref`, `items[not (n gt 1)].n`,
		`items[`, `items[]`, `items[0]`, `items.`, `/items`, `items[type eq "x"]b`, `a.b.c`, `[x]`, ` `,
	}
	for range 1000 {
		corpus = append(corpus, "items["+g.comparison(itemOperands[g.IntN(len(itemOperands))]).text+"]"+g.pick([]string{"", ".value", ".$ref", ".x", "."}))
	}
	for range 2000 {
		corpus = append(corpus, mutate(g, corpus[g.IntN(len(corpus))]))
	}
	both := 0
	for _, in := range corpus {
		ours, err := filter.ParsePath(widgetType(), in)
		theirs, theirErr := reference.ParsePathNumber([]byte(in))
		if err != nil {
			continue
		}
		if theirErr != nil {
			listed := false
			for _, d := range divergences {
				listed = listed || d.ours && d.in(in)
			}
			require.True(t, listed, "a difference that is not listed: %q: %v", in, theirErr)
			continue
		}
		both++
		attr := theirs.AttributePath.String()
		p, err := widgetType().Path(attr)
		require.NoError(t, err)
		require.Equal(t, p, ours.Attr, in)
		if theirs.SubAttribute != nil {
			require.Equal(t, ours.Sub, p.Attribute.SubAttribute(*theirs.SubAttribute), in)
		} else {
			require.Nil(t, ours.Sub, in)
		}
		if theirs.ValueExpression != nil {
			require.Equal(t, strings.ToLower(theirTree(theirs.ValueExpression)), strings.ToLower(oursTree(ours.Filter.Expr())), in)
		} else {
			require.Nil(t, ours.Filter, in)
		}
	}
	require.Greater(t, both, 500)
}

func oursTree(x filter.Expr) string {
	switch x := x.(type) {
	case *filter.Logical:
		return "(" + x.Op.String() + " " + oursTree(x.Left) + " " + oursTree(x.Right) + ")"
	case *filter.Not:
		return "(not " + oursTree(x.X) + ")"
	case *filter.Comparison:
		if x.Op == filter.Present {
			return "(pr " + x.Attr + ")"
		}
		value := x.Value.String()
		if x.Value.Kind == filter.LiteralNumber {
			value = strings.ToLower(value) // the reference writes every exponent with e
		}
		return "(" + x.Op.String() + " " + x.Attr + " " + value + ")"
	case *filter.ValuePath:
		return "(in " + x.Attr + " " + oursTree(x.Filter) + ")"
	}
	return "?"
}

func theirTree(x reference.Expression) string {
	switch x := x.(type) {
	case *reference.LogicalExpression:
		return "(" + string(x.Operator) + " " + theirTree(x.Left) + " " + theirTree(x.Right) + ")"
	case *reference.NotExpression:
		return "(not " + theirTree(x.Expression) + ")"
	case *reference.AttributeExpression:
		if x.Operator == reference.PR {
			return "(pr " + x.AttributePath.String() + ")"
		}
		value := fmt.Sprint(x.CompareValue)
		switch v := x.CompareValue.(type) {
		case nil:
			value = "null"
		case string:
			// It keeps escapes as they are.
			var s string
			if json.Unmarshal([]byte(`"`+v+`"`), &s) == nil {
				v = s
			}
			value = filter.Literal{Kind: filter.LiteralString, Text: v}.String()
		}
		return "(" + string(x.Operator) + " " + x.AttributePath.String() + " " + value + ")"
	case *reference.ValuePath:
		return "(in " + x.AttributePath.String() + " " + theirTree(x.ValueFilter) + ")"
	}
	return "?"
}

// mutate changes one or two bytes of s.
func mutate(g generator, s string) string {
	b := []byte(s)
	for range 1 + g.IntN(2) {
		if len(b) == 0 {
			break
		}
		i := g.IntN(len(b))
		alphabet := ` ()[]".:$-_019eE\aZnu'` + "\t"
		switch g.IntN(3) {
		case 0:
			b = append(b[:i], b[i+1:]...)
		case 1:
			b[i] = alphabet[g.IntN(len(alphabet))]
		default:
			b = append(b[:i], append([]byte{alphabet[g.IntN(len(alphabet))]}, b[i:]...)...)
		}
	}
	return string(b)
}
