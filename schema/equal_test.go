package schema_test

import (
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

// value reads one value of an attribute.
func value(tb testing.TB, t *schema.ResourceType, p, text string) (*schema.Attribute, schema.Value) {
	tb.Helper()
	a := path(tb, t, p).Target()
	v, err := t.ReadValue(a, []byte(text), 0, 32)
	require.NoError(tb, err)
	return a, v
}

func TestEqual(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	tests := []struct {
		name, attr, v, w string
		byRule, exactly  bool
	}{
		{"7643-7-04 case", "color", `"Red"`, `"rED"`, true, false},
		{"case of Straße", "color", `"STRAßE"`, `"straße"`, true, false},
		{"different", "color", `"red"`, `"green"`, false, false},
		{"7643-7-04 exact", "code", `"Red"`, `"red"`, false, false},
		{"7643-2.3.7-02 reference", "link", `"https://h/X"`, `"https://h/x"`, false, false},
		{"7643-2.3.6-02 binary", "blob", `"aGk="`, `"AGK="`, false, false},
		{"binary without padding", "blob", `"aGk="`, `"aGk"`, true, true},
		{"AMB-12 empty and null", "color", `""`, `null`, false, false},
		{"7643-2.5-01 null and empty list", "tags", `null`, `[]`, true, true},
		{"7643-2.5-01 null and empty complex", "spec", `null`, `{}`, true, true},
		{"null and complex", "spec", `null`, `{"a":"1"}`, false, false},
		{"empty and complex", "spec", `{}`, `{"a":"1"}`, false, false},
		{"7643-2.5-04 empty complex", "spec", `{}`, `{"a":null}`, true, true},
		{"null and list", "tags", `null`, `["a"]`, false, false},
		{"empty and list", "tags", `[]`, `["a"]`, false, false},
		{"boolean", "flag", `true`, `false`, false, false},
		{"integers", "qty", `-0`, `0`, true, true},
		{"decimals", "ratio", `1.50`, `15e-1`, true, true},
		{"decimals beyond float64", "ratio", `0.1234567890123456789`, `0.1234567890123456788`, false, false},
		{"times in two zones", "at", `"2011-05-13T04:42:34Z"`, `"2011-05-13T05:42:34.000+01:00"`, true, true},
		{"AMB-50 time without zone", "at", `"2011-05-13T04:42:34Z"`, `"2011-05-13T04:42:34"`, true, true},
		{"7643-2.3.8-01 order of sub-attributes", "spec", `{"a":"1","b":"2"}`, `{"b":"2","a":"1"}`, true, true},
		{"case in a complex", "spec", `{"a":"x"}`, `{"a":"X"}`, true, false},
		{"null in a complex", "spec", `{"a":"x","b":null}`, `{"a":"x"}`, true, true},
		{"unknown in a complex", "spec", `{"a":"x","foo":1}`, `{"a":"x"}`, true, false},
		{"parts that read alike", "spec", `{"a":"1b\u00012"}`, `{"a":"1","b":"2"}`, false, false},
		{"AMB-21 order of elements", "tags", `["a","b"]`, `["b","a"]`, true, true},
		{"elements as often", "tags", `["a","b","b"]`, `["a","a","b"]`, false, false},
		{"case in a list", "tags", `["a"]`, `["A"]`, true, false},
		{"length of lists", "tags", `["a"]`, `["a","a"]`, false, false},
		{"order in an element's list", "items", `[{"labels":["a","b"]}]`, `[{"labels":["b","a"]}]`, true, true},
		{"elements that read alike", "items", `[{"labels":["a,b"]}]`, `[{"labels":["a","b"]}]`, false, false},
		{"7643-2.4-02 missing primary", "items", `[{"value":"a","primary":false}]`, `[{"value":"a"}]`, true, true},
		{"primary", "items", `[{"value":"a","primary":true}]`, `[{"value":"a"}]`, false, false},
		{"primary alone", "items.primary", `false`, `null`, true, false},
		{"AMB-14 other boolean", "flag", `false`, `null`, false, false},
		{"raw", "flag", `"x"`, `"x"`, true, true},
		{"raw and raw", "flag", `"x"`, `"y"`, false, false},
		{"raw and boolean", "flag", `"true"`, `true`, false, false},
		{"list and complex", "items", `[{"value":"a"}]`, `{"value":"a"}`, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, v := value(t, typ, tt.attr, tt.v)
			_, w := value(t, typ, tt.attr, tt.w)
			require.Equal(t, tt.byRule, a.Equal(v, w), "Attribute.Equal")
			require.Equal(t, tt.byRule, a.Equal(w, v), "Attribute.Equal, swapped")
			require.Equal(t, tt.exactly, v.Equal(w), "Value.Equal")
			require.Equal(t, tt.exactly, w.Equal(v), "Value.Equal, swapped")
			require.True(t, a.Equal(v, v))
			require.True(t, v.Equal(v))
		})
	}
	s := schema.Stream(nil)
	require.False(t, s.Equal(s), "a stream can't be compared")
	require.False(t, schema.String("x").Equal(schema.Reference("x")))
	require.False(t, schema.Integer(1).Equal(schema.Decimal(1)))
}

func TestElementKey(t *testing.T) {
	t.Parallel()
	user, group, w := schema.UserType(), schema.GroupType(), widgetType(t)
	tests := []struct {
		name string
		typ  *schema.ResourceType
		attr string
		v, w string
		want bool
	}{
		{"AMB-48 value and type", user, "emails", `{"value":"A@b","type":"Work"}`, `{"value":"a@b","type":"work","display":"d","primary":true}`, true},
		{"AMB-48 other type", user, "emails", `{"value":"a@b","type":"work"}`, `{"value":"a@b","type":"home"}`, false},
		{"AMB-48 no type", user, "emails", `{"value":"a@b","type":"work"}`, `{"value":"a@b"}`, false},
		{"AMB-48 member by value alone", group, "members", `{"value":"u1","type":"User"}`, `{"value":"u1","$ref":"/Users/u1"}`, true},
		{"AMB-46 member ids are exact", group, "members", `{"value":"u1"}`, `{"value":"U1"}`, false},
		{"AMB-48 no value: all there is", user, "addresses", `{"type":"work","locality":"X"}`, `{"type":"work","locality":"x"}`, true},
		{"no value: different", user, "addresses", `{"type":"work","locality":"X"}`, `{"type":"work"}`, false},
		{"value missing here", user, "emails", `{"type":"work"}`, `{"type":"work","display":"d"}`, false},
		{"simple", w, "tags", `"a"`, `"A"`, true},
		{"integers", w, "nums", `10`, `1`, false},
		{"negative", w, "nums", `-1`, `1`, false},
		{"raw", w, "nums", `1`, `"1"`, false},
		{"value that reads like value and type", user, "emails", `{"value":"a\u0000b"}`, `{"value":"a","type":"b"}`, false},
		{"value that reads like a length", user, "emails", `{"value":"a","type":"\u0001b"}`, `{"value":"a\u0001","type":"b"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, v := value(t, tt.typ, tt.attr, tt.v)
			_, w := value(t, tt.typ, tt.attr, tt.w)
			require.Equal(t, tt.want, a.ElementKey(v) == a.ElementKey(w))
		})
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	tests := []struct {
		attr, v, w string
		want       int
	}{
		{"color", `"a"`, `"B"`, -1},
		{"color", `"b"`, `"A"`, 1},
		{"color", `"A"`, `"a"`, 0},
		{"code", `"a"`, `"B"`, 1},
		{"code", `"a"`, `"a"`, 0},
		{"link", `"a"`, `"A"`, 1},
		{"flag", `false`, `true`, -1},
		{"flag", `true`, `false`, 1},
		{"flag", `true`, `true`, 0},
		{"qty", `9`, `10`, -1},
		{"qty", `9007199254740993`, `9007199254740992`, 1},
		{"ratio", `-1.5`, `-1.50`, 0},
		{"ratio", `-1.5`, `-1.6`, 1},
		{"at", `"2011-05-13T04:42:34Z"`, `"2011-05-13T05:42:33+01:00"`, 1},
		{"spec", `{"a":"1"}`, `{"a":"2"}`, 0},
	}
	for _, tt := range tests {
		a, v := value(t, typ, tt.attr, tt.v)
		_, w := value(t, typ, tt.attr, tt.w)
		require.Equal(t, tt.want, a.Compare(v, w), "%s: %s and %s", tt.attr, tt.v, tt.w)
		require.Equal(t, -tt.want, a.Compare(w, v), "%s: %s and %s", tt.attr, tt.w, tt.v)
	}
}

func TestCompareNumbers(t *testing.T) {
	t.Parallel()
	// Each is less than the next.
	ordered := []string{
		"no number", "-1e999999999999999999999", "-1e400", "-12", "-11.5", "-2", "-1.5", "-1e-400", "0", "1e-1000", "1e-5", "0.00123", "1", "1.00000000000000000001",
		"9", "10", "99", "1e2", "101", "9007199254740992", "9007199254740993", "1e400", "1e999999999999999999999",
	}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i != j {
				want = 1
				if i < j {
					want = -1
				}
			}
			require.Equal(t, want, schema.CompareNumbers(a, b), "%s and %s", a, b)
		}
	}
	for _, same := range [][]string{{"0", "-0", "0.0", "0e5", "-0.00E-7"}, {"100", "1e2", "1E+2", "1.00e2", "1000e-1", "100.0"}, {"-0.5", "-5e-1"}} {
		for _, b := range same {
			require.Zero(t, schema.CompareNumbers(same[0], b), "%s and %s", same[0], b)
		}
	}
	require.Negative(t, schema.CompareNumbers("a", "b"))
	for _, bad := range []string{"", "-", "01", "+1", ".5", "5.", "1e", "1e+", "1x", "0x1", "1e5x", "--1", " 1"} {
		require.Negative(t, schema.CompareNumbers(bad, "-1e9"), "%q is no number", bad)
	}
}

// FuzzCompareNumbers compares with math/big.
func FuzzCompareNumbers(f *testing.F) {
	f.Add("1.5", "15e-1")
	f.Add("-0", "0.0")
	f.Add("1e10", "9999999999.9")
	f.Fuzz(func(t *testing.T, a, b string) {
		typ := widgetType(t)
		x, y := read2(t, typ, a), read2(t, typ, b)
		if x.Kind() != schema.KindDecimal || y.Kind() != schema.KindDecimal {
			return
		}
		r, ok := new(big.Rat).SetString(x.Text())
		require.True(t, ok)
		s, ok := new(big.Rat).SetString(y.Text())
		require.True(t, ok)
		require.Equal(t, r.Cmp(s), schema.CompareNumbers(x.Text(), y.Text()), "%s and %s", a, b)
		require.Equal(t, r.Cmp(s) == 0, typ.Attribute("ratio").ElementKey(x) == typ.Attribute("ratio").ElementKey(y))
	})
}

// read2 reads a decimal, if text is one.
func read2(t *testing.T, typ *schema.ResourceType, text string) schema.Value {
	v, err := typ.ReadValue(typ.Attribute("ratio"), []byte(text), 0, 4)
	if err != nil {
		return schema.Value{}
	}
	return v
}

func TestFold(t *testing.T) {
	t.Parallel()
	// The last of the k's is the Kelvin sign, the last of the s's the long s.
	for _, same := range [][]string{
		{"", ""}, {"abc", "ABC", "aBc"}, {"straße", "STRAßE"}, {"k", "K", "\u212a"}, {"s", "S", "\u017f"}, {"σ", "ς", "Σ"}, {"ǆ", "ǅ", "Ǆ"},
	} {
		for _, s := range same {
			require.Equal(t, same[0] != "", strings.EqualFold(s, same[0]) && s != "")
			require.Equal(t, schema.Fold(same[0]), schema.Fold(s), "%q", s)
		}
	}
	require.Equal(t, "bjensen@example.com", schema.Fold("BJensen@Example.COM"))
	require.NotEqual(t, schema.Fold("ı"), schema.Fold("i"), "the dotless i is another letter")

	// All runes, each with its whole orbit.
	for r := rune(0); r <= utf8.MaxRune; r++ {
		s := string(r)
		for _, o := range []string{strings.ToLower(s), strings.ToUpper(s), strings.ToTitle(s)} {
			if strings.EqualFold(s, o) != (schema.Fold(s) == schema.Fold(o)) {
				t.Errorf("Fold(%q) = %q, Fold(%q) = %q", s, schema.Fold(s), o, schema.Fold(o))
			}
		}
	}
}

// FuzzFold checks that two strings fold to the same one exactly if strings.EqualFold says so.
func FuzzFold(f *testing.F) {
	f.Add("Straße", "STRASSE")
	f.Add("k", "\u212a")
	f.Add("\xff", "\xfe")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, s := range []string{b, strings.ToUpper(a), strings.ToLower(a)} {
			require.Equal(t, strings.EqualFold(a, s), schema.Fold(a) == schema.Fold(s), "%q and %q", a, s)
		}
		require.Equal(t, schema.Fold(a), schema.Fold(schema.Fold(a)))
	})
}
