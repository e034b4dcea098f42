package filter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
)

func cmp(attr string, offset int, op filter.Operator, v filter.Literal) *filter.Comparison {
	return &filter.Comparison{Attr: attr, Offset: offset, Op: op, Value: v}
}

func pr(attr string, offset int) *filter.Comparison {
	return cmp(attr, offset, filter.Present, filter.Literal{})
}

func lit(kind filter.LiteralKind, offset int, text string) filter.Literal {
	return filter.Literal{Kind: kind, Text: text, Offset: offset}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     filter.Expr
	}{
		{"7644-3.4.2.2-02 operators in any case", `USERNAME Eq "bjensen"`, cmp("USERNAME", 0, filter.Equal, lit(filter.LiteralString, 12, "bjensen"))},
		{"7644-3.4.2.2-02 keywords in any case", `Not (x PR) AND y pr Or z pR`, &filter.Logical{
			Op:    filter.Or,
			Left:  &filter.Logical{Op: filter.And, Left: &filter.Not{X: pr("x", 5)}, Right: pr("y", 15)},
			Right: pr("z", 23),
		}},
		{"7644-3.4.2.2-04 not without a blank (erratum 7319)", `not(title pr)`, &filter.Not{X: pr("title", 4)}},
		{"7644-3.4.2.2-04 nested groups", `((userName pr))`, pr("userName", 2)},
		{"7644-3.4.2.2-04 value path", `emails[type eq "work" and not (value pr)]`, &filter.ValuePath{
			Attr: "emails",
			Filter: &filter.Logical{
				Op: filter.And, Left: cmp("type", 7, filter.Equal, lit(filter.LiteralString, 15, "work")),
				Right: &filter.Not{X: pr("value", 31)},
			},
		}},
		{"7644-3.4.2.2-04 an attribute named not", `not pr`, pr("not", 0)},
		{"7644-3.4.2.2-04 attributes named and, or", `and pr or or pr`, &filter.Logical{Op: filter.Or, Left: pr("and", 0), Right: pr("or", 10)}},
		{"7644-3.4.2.2-14 escapes", `a eq "a\"b\\c\u00e9\/\b\f\n\r\t"`, cmp("a", 0, filter.Equal, lit(filter.LiteralString, 5, "a\"b\\cé/\b\f\n\r\t"))},
		{"7644-3.4.2.2-14 surrogate pair", `a eq "\ud83D\uDE00x"`, cmp("a", 0, filter.Equal, lit(filter.LiteralString, 5, "😀x"))},
		{"7644-3.4.2.2-14 UTF-8", `a eq "日本"`, cmp("a", 0, filter.Equal, lit(filter.LiteralString, 5, "日本"))},
		{"7644-3.4.2.2-14 syntax inside a string", `a eq "] and (b pr) \" eq"`, cmp("a", 0, filter.Equal, lit(filter.LiteralString, 5, `] and (b pr) " eq`))},
		{"7644-3.4.2.2-14 empty string", `a eq ""`, cmp("a", 0, filter.Equal, lit(filter.LiteralString, 5, ""))},
		{"7644-3.4.2.2-14 true", `a eq true`, cmp("a", 0, filter.Equal, lit(filter.LiteralTrue, 5, "true"))},
		{"7644-3.4.2.2-14 false", `(a ne false)`, cmp("a", 1, filter.NotEqual, lit(filter.LiteralFalse, 6, "false"))},
		{"7644-3.4.2.2-14 null", `a eq null`, cmp("a", 0, filter.Equal, lit(filter.LiteralNull, 5, "null"))},
		{"7644-3.4.2.2-14 integer", `a gt 12345678901234567890`, cmp("a", 0, filter.Greater, lit(filter.LiteralNumber, 5, "12345678901234567890"))},
		{"7644-3.4.2.2-14 decimal", `a le -0.50e+2`, cmp("a", 0, filter.LessOrEqual, lit(filter.LiteralNumber, 5, "-0.50e+2"))},
		{"7644-3.4.2.2-22 dots, colons and digits of a URN", coreUser + `:name.familyName sw "J"`, cmp(coreUser+":name.familyName", 0, filter.StartsWith, lit(filter.LiteralString, 62, "J"))},
		{"AMB-20 a URN that ends in a number", `urn:example:ext:2.0 pr`, pr("urn:example:ext:2.0", 0)},
		{"AMB-20 a URN with hyphens and underscores", `urn:ex-ample:a_b:c pr`, pr("urn:ex-ample:a_b:c", 0)},
		{"AMB-29 $ref", `members.$ref co "x"`, cmp("members.$ref", 0, filter.Contains, lit(filter.LiteralString, 16, "x"))},
		{"7643-2.1-02 $ inside a name", `a$b-c_d1 pr`, pr("a$b-c_d1", 0)},
		{"several blanks", ` ( a  eq   1 )  and  b[ c pr ] `, &filter.Logical{
			Op: filter.And, Left: cmp("a", 3, filter.Equal, lit(filter.LiteralNumber, 11, "1")),
			Right: &filter.ValuePath{Attr: "b", Offset: 21, Filter: pr("c", 24)},
		}},
	}
	for op, name := range map[filter.Operator]string{
		filter.Equal: "eq", filter.NotEqual: "ne", filter.Contains: "co", filter.StartsWith: "sw", filter.EndsWith: "ew",
		filter.Greater: "gt", filter.GreaterOrEqual: "ge", filter.Less: "lt", filter.LessOrEqual: "le",
	} {
		tests = append(tests, struct {
			name, in string
			want     filter.Expr
		}{"Table 3 " + name, "a " + name + " 1", cmp("a", 0, op, lit(filter.LiteralNumber, 5, "1"))})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := filter.Parse(tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)

			extended, err := filter.ParseExtended(tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, extended, "ParseExtended reads a standard filter differently")
		})
	}
}

// TestParseRFCExamples reads every filter of RFC 7644 §3.4.2.2, Figure 2.
func TestParseRFCExamples(t *testing.T) {
	t.Parallel()
	for _, in := range rfcExamples {
		x, err := filter.Parse(in)
		require.NoError(t, err, in)
		require.Equal(t, strings.TrimSpace(strings.Join(strings.Fields(in), " ")), x.String())
	}
}

var rfcExamples = []string{
	`userName eq "bjensen"`,
	`name.familyName co "O'Malley"`,
	`userName sw "J"`,
	`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`,
	`title pr`,
	`meta.lastModified gt "2011-05-13T04:42:34Z"`,
	`meta.lastModified ge "2011-05-13T04:42:34Z"`,
	`meta.lastModified lt "2011-05-13T04:42:34Z"`,
	`meta.lastModified le "2011-05-13T04:42:34Z"`,
	`title pr and userType eq "Employee"`,
	`title pr or userType eq "Intern"`,
	`schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`,
	`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`,
	`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`,
	`userType eq "Employee" and emails.type eq "work"`,
	`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`,
	`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`,
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		offset   int
		msg      string
	}{
		{"7644-3.4.2.2-03 empty", ``, 0, "the filter is empty"},
		{"7644-3.4.2.2-03 blanks", `   `, 3, "the filter is empty"},
		{"7644-3.4.2.2-03 no operator", `userName`, 8, "want an operator after the attribute: eq, ne, co, sw, ew, pr, gt, ge, lt or le"},
		{"7644-3.4.2.2-03 no operator after a blank", `userName `, 9, "want an operator after the attribute"},
		{"7644-3.4.2.2-03 no value", `userName eq`, 11, "want a blank and a value after eq"},
		{"7644-3.4.2.2-03 no value after a blank", `userName eq `, 12, "want a value after the operator"},
		{"7644-3.4.2.2-03 no attribute", `eq "x"`, 3, "want an operator"},
		{"7644-3.4.2.2-03 a string for an attribute", `"x" eq userName`, 0, `want an attribute name, got "\""`},
		{"7644-3.4.2.2-03 nothing after and", `userName eq "a" and`, 19, "want an attribute name, got the end"},
		{"7644-3.4.2.2-03 nothing after or", `userName eq "a" or `, 19, "want an attribute name, got the end"},
		{"7644-3.4.2.2-03 no connective", `a pr b pr`, 5, `want "and", "or" or the end`},
		{"7644-3.4.2.2-03 half a connective", `a pr an b pr`, 5, `want "and", "or" or the end`},
		{"7644-3.4.2.2-03 no blank before and", `(a pr)and b pr`, 6, `want a blank before "and"`},
		{"7644-3.4.2.2-03 no blank after or", `a pr or(b pr)`, 7, `want a blank after "or"`},
		{"7644-3.4.2.2-03 string runs into and", `a eq "x"and b pr`, 8, `want a blank before "and"`},
		{"7644-3.4.2.2-03 pr with a value", `a pr "x"`, 5, `want "and", "or" or the end`},
		{"7644-3.4.2.2-03 pr runs into something", `a pr"x"`, 4, "pr takes no value"},
		{"7644-3.4.2.2-03 operator runs into the value", `a eq"x"`, 4, "want a blank and a value after eq"},
		{"7644-3.4.2.2-03 tab", "a\teq 1", 1, `"\t" is not part of an attribute name`},
		{"7644-3.4.2.2-03 plus for a blank", `a+eq+1`, 1, `"+" is not part of an attribute name`},
		{"7644-3.4.2.2-04 brackets in brackets (erratum 4690)", `a[b[c eq 1]]`, 3, "brackets inside brackets are not allowed"},
		{"7644-3.4.2.2-04 brackets in a group in brackets", `a[(b[c eq 1])]`, 4, "brackets inside brackets are not allowed"},
		{"7644-3.4.2.2-04 unbalanced (", `(a pr`, 5, `want ")" for the "(" at byte 0`},
		{"7644-3.4.2.2-04 unbalanced )", `a pr)`, 4, `")" closes nothing`},
		{"7644-3.4.2.2-04 unbalanced [", `x pr and a[b pr`, 15, `want "]" for the "[" at byte 10`},
		{"7644-3.4.2.2-04 unbalanced ]", `a pr]`, 4, `"]" closes nothing`},
		{"7644-3.4.2.2-04 crossed", `(a[b pr)]`, 7, `want "]" for the "[" at byte 2`},
		{"7644-3.4.2.2-04 crossed the other way", `a[(b pr])`, 7, `want ")" for the "(" at byte 2`},
		{"7644-3.4.2.2-04 empty group", `()`, 1, `want an attribute name, got ")"`},
		{"7644-3.4.2.2-04 empty brackets", `a[]`, 2, `want an attribute name, got "]"`},
		{"7644-3.4.2.2-04 a group is no operand", `(a) eq 1`, 2, "want a blank and an operator"},
		{"7644-3.4.2.2-06 not without parentheses", `not title pr`, 4, `want "(" after not`},
		{"7644-3.4.2.2-14 single quotes (AMB-32)", `a eq 'x'`, 5, "strings must be in double quotes"},
		{"7644-3.4.2.2-14 no quotes (AMB-32)", `a eq bjensen`, 5, "strings must be in double quotes"},
		{"7644-3.4.2.2-14 TRUE", `a eq TRUE`, 5, "true, false and null must be in lower case"},
		{"7644-3.4.2.2-14 Null", `a eq Null`, 5, "true, false and null must be in lower case"},
		{"7644-3.4.2.2-14 False", `a eq False`, 5, "true, false and null must be in lower case"},
		{"7644-3.4.2.2-14 number ends in a point", `a eq 1.`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 number starts with a point", `a eq .5`, 5, "want a value"},
		{"7644-3.4.2.2-14 leading zero", `a eq 01`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 plus", `a eq +1`, 5, "want a value"},
		{"7644-3.4.2.2-14 minus alone", `a eq -`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 exponent without digits", `a eq 1e`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 exponent sign without digits", `a eq 1e+`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 hexadecimal", `a eq 0x10`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 underscore", `a eq 1_0`, 5, "want a number as in JSON"},
		{"7644-3.4.2.2-14 two numbers", `a eq 1 2`, 7, `want "and", "or" or the end`},
		{"7644-3.4.2.2-14 number too large", `a eq 1e999`, 5, "too large"},
		{"7644-3.4.2.2-14 number too close to zero", `a eq 1e-999999999`, 5, "too close to zero"},
		{"7644-3.4.2.2-14 exponent with zeros", `a eq 0e00000000000000001`, 5, "too close to zero"},
		{"7644-3.4.2.2-14 number too long", `a eq ` + strings.Repeat("1", 401), 5, "too long"},
		{"7644-3.4.2.2-14 object", `a eq {}`, 5, "want a value"},
		{"7644-3.4.2.2-14 array", `a eq []`, 5, "want a value"},
		{"7644-3.4.2.2-14 open string", `a eq "x`, 5, "the string has no closing double quote"},
		{"7644-3.4.2.2-14 string ends in a backslash", `a eq "x\`, 7, "want one of"},
		{"7644-3.4.2.2-14 escaped closing quote", `a eq "x\"`, 5, "the string has no closing double quote"},
		{"7644-3.4.2.2-14 unknown escape", `a eq "x\q"`, 7, "want one of"},
		{"7644-3.4.2.2-14 short \\u", `a eq "\u12"`, 6, `want four hexadecimal digits after \u`},
		{"7644-3.4.2.2-14 \\u with a sign", `a eq "\u+123"`, 6, `want four hexadecimal digits after \u`},
		{"7644-3.4.2.2-14 lone high surrogate", `a eq "\ud800"`, 6, "half of a surrogate pair"},
		{"7644-3.4.2.2-14 lone low surrogate", `a eq "\udc00"`, 6, "half of a surrogate pair"},
		{"7644-3.4.2.2-14 high surrogate twice", `a eq "\ud800\ud800"`, 6, "half of a surrogate pair"},
		{"7644-3.4.2.2-14 control character", "a eq \"x\x01\"", 7, "control characters"},
		{"7644-3.4.2.2-14 invalid UTF-8", "a eq \"x\xff\"", 7, "the string is not UTF-8"},
		{"7644-3.4.2.2-14 encoded surrogate", "a eq \"\xed\xa0\x80\"", 6, "the string is not UTF-8"},
		{"7644-3.4.2.2-24 unknown operator", `userName xx "a"`, 9, `the operator "xx" is not supported: want eq, ne, co, sw, ew, pr, gt, ge, lt or le`},
		{"7644-3.4.2.2-25 regex", `userName regex "x"`, 9, `the operator "regex" is not supported`},
		{"7644-3.4.2.2-25 a sign for an operator", `userName = "x"`, 9, "want an operator: eq"},
		{"7644-3.4.2.2-25 a long operator is not repeated", `userName ` + strings.Repeat("x", 100) + ` "x"`, 9, "want an operator: eq"},
		{"AMB-29 a name starts with a letter", `1a pr`, 0, `want an attribute name, which starts with a letter, got "1"`},
		{"AMB-29 a sub-attribute starts with a letter", `a.1 pr`, 2, "want the name of a sub-attribute"},
		{"AMB-29 percent", `a%62 pr`, 1, `"%" is not part of an attribute name`},
		{"AMB-29 percent in a URN", `urn:x%3aa pr`, 5, `"%" is not part of an attribute name`},
		{"AMB-29 other letters", `näme pr`, 1, "a character outside ASCII is not part of an attribute name"},
		{"AMB-29 slash", `/name pr`, 0, `got "/"`},
		{"AMB-29 dot at the end", `a. pr`, 2, "want a name before and after each colon and dot"},
		{"AMB-29 dot at the start", `.a pr`, 0, `want an attribute name, which starts with a letter, got "."`},
		{"AMB-29 colon at the start", `:a pr`, 0, `want an attribute name, which starts with a letter, got ":"`},
		{"AMB-29 colon at the end", `urn:x: pr`, 6, "want a name before and after each colon and dot"},
		{"AMB-29 two colons", `urn::a pr`, 4, "want a name before and after each colon and dot"},
		{"AMB-29 dot after a colon", `urn:x:.a pr`, 6, "want a name before and after each colon and dot"},
		{"AMB-29 two dots", `urn:x:a..b pr`, 8, "want a name before and after each colon and dot"},
		{"7643-2.3.8 three names", `a.b.c eq 1`, 5, "sub-attributes have no sub-attributes"},
		{"E52 comparison after brackets", `emails[type eq "work"] eq "x"`, 23, `put all conditions on one element into the brackets`},
		{"E52 sub-attribute after brackets", `emails[type eq "work"].value eq "x"`, 22, `put all conditions on one element into the brackets`},
		{"NUL", "a\x00 pr", 1, `"\x00" is not part of an attribute name`},
		{"NUL at the end", "a pr\x00", 4, `pr takes no value`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := filter.Parse(tt.in)
			require.Nil(t, x)
			var syn *filter.SyntaxError
			require.ErrorAs(t, err, &syn)
			require.Contains(t, syn.Msg, tt.msg)
			require.Equal(t, tt.offset, syn.Offset, syn.Msg)
			require.Contains(t, err.Error(), "at byte")
			require.NotContains(t, err.Error(), "bjensen", "the message holds the value")
		})
	}
}

func TestParseExtended(t *testing.T) {
	t.Parallel()
	work := cmp("type", 7, filter.Equal, lit(filter.LiteralString, 15, "work"))
	bare := func(offset int, text string) filter.Literal {
		return filter.Literal{Kind: filter.LiteralString, Text: text, Offset: offset, Unquoted: true}
	}
	tests := []struct {
		name, in string
		want     filter.Expr
	}{
		{"E52 sub-attribute", `emails[type eq "work"].value eq "x"`, &filter.ValuePath{Attr: "emails", Filter: work, Sub: "value", Op: filter.Equal, Value: lit(filter.LiteralString, 32, "x")}},
		{"E52 no sub-attribute", `emails[type eq "work"] eq "x"`, &filter.ValuePath{Attr: "emails", Filter: work, Op: filter.Equal, Value: lit(filter.LiteralString, 26, "x")}},
		{"E52 pr", `emails[type eq "work"].value pr`, &filter.ValuePath{Attr: "emails", Filter: work, Sub: "value", Op: filter.Present}},
		{"E52 among others", `(emails[type eq "work"].value eq "x" and b pr)`, &filter.Logical{
			Op:    filter.And,
			Left:  &filter.ValuePath{Attr: "emails", Offset: 1, Filter: cmp("type", 8, filter.Equal, lit(filter.LiteralString, 16, "work")), Sub: "value", Op: filter.Equal, Value: lit(filter.LiteralString, 33, "x")},
			Right: pr("b", 41),
		}},
		{"E52 standard", `emails[type eq "work"] and b pr`, &filter.Logical{Op: filter.And, Left: &filter.ValuePath{Attr: "emails", Filter: work}, Right: pr("b", 27)}},
		{"E51 unquoted", `externalId eq dpark`, cmp("externalId", 0, filter.Equal, bare(14, "dpark"))},
		{"E51 unquoted in a group", `name.familyName eq Park and (emails.value co fabrikam)`, &filter.Logical{
			Op:    filter.And,
			Left:  cmp("name.familyName", 0, filter.Equal, bare(19, "Park")),
			Right: cmp("emails.value", 29, filter.Contains, bare(45, "fabrikam")),
		}},
		{"E51 unquoted in brackets", `emails[type eq work]`, &filter.ValuePath{Attr: "emails", Filter: cmp("type", 7, filter.Equal, bare(15, "work"))}},
		{"E51 starts with a digit", `a eq 3d9bbf62-6f5e`, cmp("a", 0, filter.Equal, bare(5, "3d9bbf62-6f5e"))},
		{"E51 other letters", `a eq O'Maſley@x`, cmp("a", 0, filter.Equal, bare(5, "O'Maſley@x"))},
		{"E51 a number stays a number", `a eq 01 or a eq 10`, &filter.Logical{Op: filter.Or, Left: cmp("a", 0, filter.Equal, bare(5, "01")), Right: cmp("a", 11, filter.Equal, lit(filter.LiteralNumber, 16, "10"))}},
		{"E51 True is no boolean", `a eq True`, cmp("a", 0, filter.Equal, bare(5, "True"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := filter.ParseExtended(tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}

	for in, offset := range map[string]int{
		`a eq 'x y'`:                  5,
		`a eq x"y`:                    5,
		`a eq x\y`:                    5,
		"a eq x\xff":                  5,
		`a eq x(y)`:                   5,
		`a eq )`:                      5,
		`a[b pr].`:                    8,
		`a[b pr].c`:                   9,
		`a[b pr].1 eq 1`:              8,
		`a[b pr].c.d eq 1`:            9,
		`a[b pr] .c eq 1`:             8,
		`a[b pr]eq 1`:                 7,
		`a[b[c pr].d eq 1]`:           3,
		`emails[type eq "work"] xx 1`: 23,
	} {
		_, err := filter.ParseExtended(in)
		var syn *filter.SyntaxError
		require.ErrorAs(t, err, &syn, in)
		require.Equal(t, offset, syn.Offset, "%s: %s", in, syn.Msg)
	}
}

// TestParsePrecedence evaluates each shape for every assignment of three terms (7644-3.4.2.2-05): grouping before not before
// and before or.
func TestParsePrecedence(t *testing.T) {
	t.Parallel()
	shapes := []struct {
		in   string
		want func(a, b, c bool) bool
	}{
		{`a pr or b pr and c pr`, func(a, b, c bool) bool { return a || (b && c) }},
		{`a pr and b pr or c pr`, func(a, b, c bool) bool { return (a && b) || c }},
		{`not (a pr) and b pr or c pr`, func(a, b, c bool) bool { return (!a && b) || c }},
		{`(a pr or b pr) and c pr`, func(a, b, c bool) bool { return (a || b) && c }},
		{`not (a pr or b pr) and c pr`, func(a, b, c bool) bool { return !(a || b) && c }},
		{`a pr and (b pr or not (c pr))`, func(a, b, c bool) bool { return a && (b || !c) }},
		{`not (not (a pr) or b pr and not (c pr))`, func(a, b, c bool) bool { return a && !(b && !c) }},
		{`a pr or b pr and c pr or a pr and c pr`, func(a, b, c bool) bool { return a || b && c }},
	}
	for _, s := range shapes {
		x, err := filter.Parse(s.in)
		require.NoError(t, err)
		for bits := range 8 {
			val := map[string]bool{"a": bits&1 != 0, "b": bits&2 != 0, "c": bits&4 != 0}
			require.Equal(t, s.want(val["a"], val["b"], val["c"]), truth(x, val), "7644-3.4.2.2-05 %s with %v", s.in, val)
		}
	}
}

func truth(x filter.Expr, val map[string]bool) bool {
	switch x := x.(type) {
	case *filter.Logical:
		l, r := truth(x.Left, val), truth(x.Right, val)
		if x.Op == filter.And {
			return l && r
		}
		return l || r
	case *filter.Not:
		return !truth(x.X, val)
	}
	return val[x.(*filter.Comparison).Attr]
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int, open, closing string) string {
		return strings.Repeat(open, n) + "a pr" + strings.Repeat(closing, n)
	}
	accepted := map[string]string{
		"depth":                nested(filter.MaxDepth, "(", ")"),
		"depth of not":         nested(filter.MaxDepth, "not (", ")"),
		"depth with brackets":  nested(filter.MaxDepth-1, "(", ")")[:filter.MaxDepth-1] + "a[b pr]" + strings.Repeat(")", filter.MaxDepth-1),
		"depth one by one":     strings.Repeat("(a pr) and ", 700) + "a pr",
		"length":               `a eq "` + strings.Repeat("x", filter.MaxLength-7) + `"`,
		"length of many terms": strings.Repeat("a pr or ", 1000) + "a pr",
	}
	for name, in := range accepted {
		_, err := filter.Parse(in)
		require.NoError(t, err, name)
	}
	refused := map[string]struct {
		in     string
		offset int
	}{
		"depth":               {nested(filter.MaxDepth+1, "(", ")"), filter.MaxDepth},
		"depth of not":        {nested(filter.MaxDepth+1, "not(", ")"), 4*filter.MaxDepth + 3},
		"depth with brackets": {strings.Repeat("(", filter.MaxDepth) + "a[b pr]", filter.MaxDepth + 1},
		"length":              {`a eq "` + strings.Repeat("x", filter.MaxLength-6) + `"`, filter.MaxLength},
	}
	for name, tt := range refused {
		_, err := filter.Parse(tt.in)
		var syn *filter.SyntaxError
		require.ErrorAs(t, err, &syn, name)
		require.Equal(t, tt.offset, syn.Offset, name)
		require.Regexp(t, "more than 32|longer than 8192", syn.Msg, name)
	}
}

// hostile holds texts made to be expensive.
func hostile() map[string]string {
	full := filter.MaxLength
	return map[string]string{
		"100,000 parentheses":           strings.Repeat("(", 100_000),
		"1,000,000 brackets":            strings.Repeat("[", 1_000_000),
		"1,000,000 a[":                  strings.Repeat("a[", 500_000),
		"parentheses up to the limit":   strings.Repeat("(", full),
		"not up to the limit":           strings.Repeat("not ", full/4),
		"not( up to the limit":          strings.Repeat("not(", full/4),
		"blanks up to the limit":        strings.Repeat(" ", full),
		"blanks inside":                 "a" + strings.Repeat(" ", full-5) + "pr",
		"dots":                          "a" + strings.Repeat(".a", full/2-4) + " pr",
		"colons":                        "a" + strings.Repeat(":a", full/2-4) + " pr",
		"terms":                         strings.Repeat("a pr or ", full/8-1) + "a pr",
		"terms in both":                 strings.Repeat("a pr or b pr and ", full/17-1) + "a pr",
		"open strings":                  `a eq "` + strings.Repeat(`\"`, full/2-4),
		"escapes":                       `a eq "` + strings.Repeat(`\u0041`, full/6-2) + `"`,
		"digits":                        "a eq " + strings.Repeat("9", full-5),
		"an operator without an end":    "a " + strings.Repeat("x", full-2),
		"a connective without an end":   "a pr " + strings.Repeat("x", full-5),
		"brackets without a closing":    "emails[" + strings.Repeat(`value eq "]" and `, full/18),
		"an exponent":                   "a eq 1e-" + strings.Repeat("9", 300),
		"groups one after another":      strings.Repeat("(a pr) and ", full/11-1) + "a pr",
		"value paths one after another": strings.Repeat("a[b pr] or ", full/11-1) + "a pr",
	}
}

// TestParseHostile bounds the time that any input can cost. The target is 10 ms; the bound leaves room for a busy machine.
func TestParseHostile(t *testing.T) {
	for name, in := range hostile() {
		for _, f := range []func(){
			func() { _, _ = filter.Parse(in) },
			func() { _, _ = filter.ParseExtended(in) },
			func() { _, _ = filter.ParsePath(widgetType(), in) },
			func() {
				if x, err := filter.Parse(in); err == nil {
					_ = x.String()
					_, _ = filter.Check(widgetType(), x)
				}
			},
		} {
			best := time.Hour
			for try := 0; try < 5 && best > 10*time.Millisecond; try++ {
				start := time.Now()
				f()
				best = min(best, time.Since(start))
			}
			if best > 10*time.Millisecond {
				t.Logf("%s took %v", name, best)
			}
			require.Less(t, best, 100*time.Millisecond, name)
		}
	}
}

// TestParseAllocations keeps the cost of the filter that every identity provider sends.
func TestParseAllocations(t *testing.T) {
	for in, limit := range map[string]float64{
		`userName eq "bjensen@example.com"`:               2,
		`userName eq "bj\u00e9nsen@example.com"`:          4,
		`emails[type eq "work" and value co "@x"]`:        6,
		`title pr and userType eq "Employee" or x gt 1e3`: 8,
	} {
		got := testing.AllocsPerRun(100, func() {
			if _, err := filter.Parse(in); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, got, limit, in)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{`((a pr))`, `a pr`},
		{`A  EQ  "x"`, `A eq "x"`},
		{`not(a pr)`, `not (a pr)`},
		{`a pr and b pr and c pr`, `a pr and b pr and c pr`},
		{`a pr and (b pr and c pr)`, `a pr and (b pr and c pr)`},
		{`(a pr and b pr) and c pr`, `a pr and b pr and c pr`},
		{`a pr or (b pr and c pr)`, `a pr or b pr and c pr`},
		{`(a pr or b pr) and c pr`, `(a pr or b pr) and c pr`},
		{`a pr and (b pr or c pr)`, `a pr and (b pr or c pr)`},
		{`not ((a pr or b pr))`, `not (a pr or b pr)`},
		{`a[ b eq "x"  or (c pr) ]`, `a[b eq "x" or c pr]`},
		{`a eq "\u0041\/\"\\\n\u0001"`, `a eq "A/\"\\\n\u0001"`},
		{`a eq 1.50e3`, `a eq 1.50e3`},
	}
	for _, tt := range tests {
		x, err := filter.Parse(tt.in)
		require.NoError(t, err, tt.in)
		require.Equal(t, tt.want, x.String())
	}

	x, err := filter.ParseExtended(`a[b eq x].c ne y and d[e pr] eq 1 and f[g pr].h pr`)
	require.NoError(t, err)
	require.Equal(t, `a[b eq x].c ne y and d[e pr] eq 1 and f[g pr].h pr`, x.String())
}

func TestSyntaxErrorText(t *testing.T) {
	t.Parallel()
	_, err := filter.Parse(`a eq`)
	require.EqualError(t, err, "want a blank and a value after eq (at byte 4)")
	var syn *filter.SyntaxError
	require.True(t, errors.As(err, &syn))
}
