package filter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

func TestMatchUser(t *testing.T) {
	t.Parallel()
	r := user1(t)
	tests := []struct {
		name, in string
		want     bool
	}{
		{"7644-3.4.2.2-02", `USERNAME EQ "bjensen"`, true},
		{"7644-3.4.2.2-08 AMB-13 ne on unassigned", `title ne "x"`, true},
		{"7644-3.4.2.2-08 ne", `userType ne "employee"`, false},
		{"7644-3.4.2.2-08 AMB-13 ne: no value is equal", `emails.type ne "work"`, false},
		{"7644-3.4.2.2-08 AMB-13 ne: no value is equal", `emails.type ne "other"`, true},
		{"7644-3.4.2.2-08 AMB-13 ne per element in brackets", `emails[type ne "work"]`, true},
		{"7644-3.4.2.2-08 ne is not eq", `not (emails.type eq "work")`, false},
		{"7644-3.4.2.2-09 sw", `userName sw "BJ"`, true},
		{"7644-3.4.2.2-09 sw, identical", `userName sw "bjensen"`, true},
		{"7644-3.4.2.2-09 sw, longer", `userName sw "bjensenx"`, false},
		{"7644-3.4.2.2-09 ew, identical", `userName ew "BJENSEN"`, true},
		{"7644-3.4.2.2-09 ew, longer", `userName ew "xbjensen"`, false},
		{"7644-3.4.2.2-09 ew", `userName ew "Sen"`, true},
		{"7644-3.4.2.2-09 co", `userName co "ENS"`, true},
		{"7644-3.4.2.2-09 co empty, assigned", `userName co ""`, true},
		{"7644-3.4.2.2-09 co empty, unassigned", `title co ""`, false},
		{"7644-3.4.2.2-10 pr", `userName pr`, true},
		{"7644-3.4.2.2-10 pr of unassigned", `title pr`, false},
		{"7644-3.4.2.2-10 pr of multi-valued", `emails pr`, true},
		{"7644-3.4.2.2-10 pr of complex", `name pr`, true},
		{"7644-3.4.2.2-10 pr of sub-attribute", `name.givenName pr`, true},
		{"7644-3.4.2.2-10 pr of missing sub-attribute", `name.middleName pr`, false},
		{"7644-3.4.2.2-10 pr of extension attribute", enterprise + `:department pr`, true},
		{"7644-3.4.2.2-10 AMB-20 pr of extension", enterprise + ` pr`, true},
		{"7644-3.4.2.2-11 gt with an offset", `meta.lastModified gt "2011-05-13T06:42:34+02:00"`, true},
		{"7644-3.4.2.2-11 gt with milliseconds", `meta.lastModified gt "2011-05-13T04:42:34.123Z"`, false},
		{"7644-3.4.2.2-11 ge with milliseconds", `meta.lastModified ge "2011-05-13T04:42:34.123Z"`, true},
		{"7644-3.4.2.2-11 the value clients see", `meta.lastModified eq "2011-05-13T04:42:34.123Z"`, true},
		{"7644-3.4.2.2-11 lt", `meta.created lt "2011-05-13T04:42:34Z"`, true},
		{"7644-3.4.2.2-11 AMB-50 no zone", `meta.created le "2010-01-23T04:56:22"`, true},
		{"7644-3.4.2.2-11 gt of strings", `userName gt "BJ"`, true},
		{"7644-3.4.2.2-11 gt of strings folded", `userName gt "BK"`, false},
		{"7644-3.4.2.2-11 ge boundary", `userName ge "BJENSEN"`, true},
		{"7644-3.4.2.2-15 any value", `emails.value eq "babs@jensen.org"`, true},
		{"7644-3.4.2.2-16 AMB-51 multi-valued complex", `emails co "JENSEN.org"`, true},
		{"7644-3.4.2.2-17 same element", `emails[type eq "work" and value co "jensen.org"]`, false},
		{"7644-3.4.2.2-17 any elements", `emails.type eq "work" and emails.value co "jensen.org"`, true},
		{"7644-3.4.2.2-17 not in brackets", `emails[not (type eq "work" or type eq "home")]`, false},
		{"7644-3.4.2.2-17 not around brackets", `not (emails[type eq "other"])`, true},
		{"7644-3.4.2.2-17 brackets on unassigned", `phoneNumbers[not (type eq "work")]`, false},
		{"7644-3.4.2.2-21 brackets on a complex attribute", `name[givenName eq "Barbara" and familyName sw "J"]`, true},
		{"7644-3.4.2.2-21 brackets on an unassigned complex attribute", enterprise + `:manager[displayName pr]`, false},
		{"7644-3.4.2.2-22 core URN", coreUser + `:userName sw "B"`, true},
		{"7644-3.4.2.2-22 extension URN", enterprise + `:manager.value eq "u-2"`, true},
		{"7644-3.4.2.2-22 7644-3.10-04 upper-case URN", strings.ToUpper(enterprise) + `:MANAGER.VALUE eq "u-2"`, true},
		{"7644-3.4.2.2-26 id is exact", `id eq "U-1"`, false},
		{"7644-3.4.2.2-26 manager.value is exact (AMB-46)", enterprise + `:manager.value eq "U-2"`, false},
		{"7644-3.4.2.2-27 base schema", `schemas eq "` + coreUser + `"`, true},
		{"7644-3.4.2.2-27 extension", `schemas eq "` + enterprise + `"`, true},
		{"7644-3.4.2.2-27 case", `schemas eq "` + strings.ToUpper(enterprise) + `"`, true},
		{"7644-3.4.2.2-27 other", `schemas eq "urn:x"`, false},
		{"7644-3.4.2.2-27 ne", `schemas ne "urn:x"`, true},
		{"7644-3.4.2.2-27 ne of one it has", `schemas ne "` + enterprise + `"`, false},
		{"7644-3.4.2.2-27 co", `schemas co ":enterprise:"`, true},
		{"7644-3.4.2.2-27 pr", `schemas pr`, true},
		{"7644-3.4.2.2-27 null", `schemas eq null`, false},
		{"7644-3.4.2.2-27 brackets", `schemas[value ew ":user" and value co "enterprise"]`, true},
		{"7644-3.4.2.2-29 id", `id eq "u-1"`, true},
		{"7644-3.4.2.2-29 externalId", `externalId eq "E1"`, true},
		{"7644-3.4.2.2-29 externalId is exact", `externalId eq "e1"`, false},
		{"7644-3.4.2.2-29 meta", `meta.created ge "2000-01-01T00:00:00Z" and id eq "u-1"`, true},
		{"7644-3.4.2.2-29 meta.resourceType", `meta.resourceType eq "User" and id eq "u-1"`, true},
		{"7644-3.4.2.2-29 meta.version", `meta.version eq "W/\"3694e05e9dff590\""`, true},
		{"7644-3.4.2.2-29 meta.location", `meta.location ew "/Users/u-1"`, true},
		{"7644-3.4.2.2-29 meta pr", `meta pr and not (meta eq null)`, true},
		{"7644-3.4.2.2-29 meta.created pr", `meta.created pr and meta.created ne null`, true},
		{"7644-3.4.2.2-29 brackets", `meta[resourceType eq "User" and created lt "2011-01-01T00:00:00Z"]`, true},
		{"7644-3.4.2.2-30 eq null", `title eq null`, true},
		{"7644-3.4.2.2-30 ne null", `title ne null`, false},
		{"7644-3.4.2.2-30 eq null of assigned", `emails eq null`, false},
		{"7644-3.4.2.2-30 ne null of assigned", `emails ne null`, true},
		{"7643-2.4-02 AMB-14 missing primary", `emails[type eq "home" and primary eq false]`, true},
		{"7643-2.4-02 AMB-14 missing primary ne true", `emails[type eq "home" and primary ne true]`, true},
		{"7643-2.4-02 AMB-14 missing primary ne false", `emails[type eq "home" and primary ne false]`, false},
		{"7643-2.4-02 AMB-14 without brackets", `emails.primary eq false`, true},
		{"7643-2.4-02 AMB-14 missing primary is not present", `emails[type eq "home" and primary pr]`, false},
		{"7643-2.4-02 AMB-14 without elements", `phoneNumbers.primary eq false`, false},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, checked(t, schema.UserType(), tt.in).Match(r), "%s: %s", tt.name, tt.in)
	}

	require.False(t, checked(t, schema.UserType(), `id eq ""`).Match(&schema.Resource{Attributes: r.Attributes}))

	plain := resource(t, schema.UserType(), "u-2", `{"userName": "x"}`)
	for in, want := range map[string]bool{
		`schemas eq "` + enterprise + `"`:        false, // 7644-3.4.2.2-27
		`schemas eq "` + coreUser + `"`:          true,
		`schemas co "enterprise"`:                false,
		`externalId pr`:                          false,
		`externalId ne "x"`:                      true,
		`externalId eq null`:                     true,
		`meta.created pr`:                        false,
		`meta.created gt "2000-01-01T00:00:00Z"`: false,
		`meta.version eq ""`:                     false,
		`active eq false`:                        false, // AMB-14: only primary has a default
		`emails.value ne "x"`:                    true,
	} {
		require.Equal(t, want, checked(t, schema.UserType(), in).Match(plain), in)
	}
}

func TestMatchTypes(t *testing.T) {
	t.Parallel()
	r := resource(t, widgetType(), "w", `{
		"name": "Straße", "code": "AbC", "flag": false, "qty": 0, "ratio": 1.50, "at": "2024-01-01T10:00:00Z", "blob": "QQ==",
		"link": "https://Example.com/x", "tags": ["a", "B"], "nums": [9, 10], "color": "", "onreq": null,
		"spec": {"a": "", "labels": ["x"]}, "places": [], "items": [{"value": "", "n": 0}],
		"urn:example:ext": {"name": "y", "level": 3, "marks": [{"value": "m", "n": 1}, {"value": "k", "n": 2}], "on.prem.name": "z"}}`)
	tests := []struct {
		name, in string
		want     bool
	}{
		{"7644-3.4.2.2-07 boolean", `flag eq false`, true},
		{"7644-3.4.2.2-07 integer", `qty eq 0`, true},
		{"7644-3.4.2.2-07 negative zero", `qty eq -0`, true},
		{"7644-3.4.2.2-07 decimal", `ratio eq 1.5`, true},
		{"7644-3.4.2.2-07 decimal with more digits", `ratio eq 1.500`, true},
		{"7644-3.4.2.2-07 decimal with an exponent", `ratio eq 15e-1`, true},
		{"7644-3.4.2.2-07 decimals exactly", `ratio eq 1.50000000000000000000000000001`, false},
		{"7644-3.4.2.2-07 date-time by instant", `at eq "2024-01-01T12:00:00+02:00"`, true},
		{"7644-3.4.2.2-07 reference is exact", `link eq "https://example.com/x"`, false},
		{"7644-3.4.2.2-07 reference", `link eq "https://Example.com/x"`, true},
		{"7644-3.4.2.2-07 binary", `blob eq "QQ=="`, true},
		{"7644-3.4.2.2-07 binary without padding", `blob eq "QQ"`, true},
		{"7644-3.4.2.2-07 binary is exact", `blob eq "qq=="`, false},
		{"7644-3.4.2.2-08 ne", `qty ne 0 or flag ne false or ratio ne 1.5 or blob ne "QQ==" or at ne "2024-01-01T10:00:00.000Z"`, false},
		{"7644-3.4.2.2-09 folding beyond ASCII", `name co "STRASS"`, false},
		{"7644-3.4.2.2-09 folding beyond ASCII", `name sw "STRAß"`, true},
		{"7644-3.4.2.2-09 folding beyond ASCII", `name ew "ẞE"`, true},
		{"7644-3.4.2.2-09 reference", `link sw "https:" and link co "Example" and link ew "/x"`, true},
		{"7644-3.4.2.2-10 false is present", `flag pr`, true},
		{"7644-3.4.2.2-10 0 is present", `qty pr`, true},
		{"7644-3.4.2.2-10 an empty string is not", `color pr`, false},
		{"7644-3.4.2.2-10 null is not", `onreq pr`, false},
		{"7644-3.4.2.2-10 an empty list is not", `places pr`, false},
		{"7644-3.4.2.2-10 unassigned is not", `owner pr`, false},
		{"7644-3.4.2.2-10 a node that is not empty", `spec pr`, true},
		{"7644-3.4.2.2-10 an empty node", `spec.a pr`, false},
		{"7644-3.4.2.2-10 a list in a complex value", `spec.labels pr`, true},
		{"7644-3.4.2.2-10 no element has a value", `items.value pr`, false},
		{"7644-3.4.2.2-10 an element has 0", `items pr and items.n pr`, true},
		{"7644-3.4.2.2-10 an empty string is a value (AMB-12)", `color eq "" and color co "" and color le "a"`, true},
		{"7644-3.4.2.2-11 numbers by value", `nums gt 9`, true},
		{"7644-3.4.2.2-11 numbers by value", `nums gt 10`, false},
		{"7644-3.4.2.2-11 AMB-51 any value", `nums lt 10 and nums ge 10`, true},
		{"7644-3.4.2.2-11 great integers exactly", `nums lt 100000000000000000000000000`, true},
		{"7644-3.4.2.2-11 ge boundary", `ratio ge 1.50 and ratio le 1.5`, true},
		{"7644-3.4.2.2-11 code points", `code gt "AB"`, true},
		{"7644-3.4.2.2-11 code points", `code lt "Abc"`, true},
		{"7644-3.4.2.2-11 date-times", `at gt "2024-01-01T11:59:59.999+02:00" and at lt "2024-01-01T10:00:00.001Z"`, true},
		{"7644-3.4.2.2-15 simple multi-valued", `tags eq "b"`, true},
		{"7644-3.4.2.2-15 AMB-13 ne", `tags ne "b"`, false},
		{"7644-3.4.2.2-15 list in a complex value", `spec.labels eq "X"`, true},
		{"7644-3.4.2.2-20 value of simple elements", `tags[value eq "A"]`, true},
		{"7644-3.4.2.2-20 same element", `tags[value eq "a" and value eq "b"]`, false},
		{"7644-3.4.2.2-20 numbers", `nums[value gt 9 and value lt 11]`, true},
		{"7644-3.4.2.2-26 caseExact eq", `code eq "abc"`, false},
		{"7644-3.4.2.2-26 caseExact co", `code co "bc"`, false},
		{"7644-3.4.2.2-26 caseExact sw", `code sw "ab"`, false},
		{"7644-3.4.2.2-26 caseExact ew", `code ew "c"`, false},
		{"7644-3.4.2.2-26 caseExact", `code eq "AbC" and code co "bC" and code sw "Ab" and code ew "C"`, true},
		{"7644-3.10-03 core attribute of the same name", `name eq "y"`, false},
		{"7644-3.10-03 extension attribute of the same name", extURN + `:name eq "Y"`, true},
		{"7644-3.10-01 sub-attribute in an extension", extURN + `:marks.n eq 2`, true},
		{"7644-3.10-01 brackets in an extension", extURN + `:marks[n eq 2 and value eq "k"]`, true},
		{"7644-3.10-01 same element in an extension", extURN + `:marks[n eq 1 and value eq "k"]`, false},
		{"AMB-14 primary of a singular attribute has no default", `spec.primary eq false or spec[primary eq false]`, false},
		{"AMB-20 unqualified", `level eq 3`, true},
		{"a dotted name", extURN + `:on.prem.name eq "Z"`, true},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, checked(t, widgetType(), tt.in).Match(r), "%s: %s", tt.name, tt.in)
	}
}

// TestMatchFold compares strings of one, two and three bytes that fold into each other with what package schema says.
func TestMatchFold(t *testing.T) {
	t.Parallel()
	name := widgetType().Attribute("name")
	long := strings.Repeat("x", 300)
	words := []string{
		"", "a", "A", "k", "K", "\u212a", "s", "ſ", "S", "É", "é", "ß", "ẞ", "Σ", "ς", "aK", "A\u212a", "kA", "\u212aa", "xyz", "XyZé", "éxyz",
		long, long + "K", long + "\u212a", strings.ToUpper(long), "\U00010400", "\U00010428", "~", "[", "_", "@",
	}
	for _, s := range words {
		r := &schema.Resource{Attributes: widgetType().Object().With(name, schema.String(s))}
		for _, w := range words {
			folded, want := schema.Fold(s), schema.Fold(w)
			order := name.Compare(schema.String(s), schema.String(w))
			for op, holds := range map[filter.Operator]bool{
				filter.Equal: folded == want, filter.NotEqual: folded != want, filter.Contains: strings.Contains(folded, want),
				filter.StartsWith: strings.HasPrefix(folded, want), filter.EndsWith: strings.HasSuffix(folded, want),
				filter.Greater: order > 0, filter.GreaterOrEqual: order >= 0, filter.Less: order < 0, filter.LessOrEqual: order <= 0,
			} {
				c, err := filter.Check(widgetType(), cmp("name", 0, op, lit(filter.LiteralString, 0, w)))
				require.NoError(t, err)
				require.Equal(t, holds, c.Match(r), "%q %v %q", s, op, w)
			}
		}
	}
}

// TestMatchAllocations keeps a scan over many resources free of garbage.
func TestMatchAllocations(t *testing.T) {
	r := user1(t)
	for _, in := range []string{
		`userName eq "BJENSEN"`, `userName co "ENS"`, `userName sw "BJ" or userName ew "X" or userName gt "A"`, `id eq "u-1"`,
		`emails[type eq "home" and value co "ORG"]`, `emails.primary eq false`, `not (title pr) and name pr`, `emails ne null`,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`, `schemas eq "` + enterprise + `"`, enterprise + `:department eq "d"`,
	} {
		c := checked(t, schema.UserType(), in)
		require.True(t, c.Match(r), in)
		require.Zero(t, testing.AllocsPerRun(100, func() { c.Match(r) }), in)
	}
}

func TestMatchStream(t *testing.T) {
	t.Parallel()
	// A stream can be read only once, by the encoder: a filter sees that it is there.
	members := schema.GroupType().Attribute("members")
	r := &schema.Resource{Attributes: schema.GroupType().Object().With(members, schema.Stream(nil))}
	require.True(t, checked(t, schema.GroupType(), `members pr`).Match(r))
	require.False(t, checked(t, schema.GroupType(), `members.value eq "x"`).Match(r))
}

func TestMatchManyElements(t *testing.T) {
	t.Parallel()
	members := schema.GroupType().Attribute("members")
	var list []schema.Value
	for range 100_000 {
		list = append(list, schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String("x"))))
	}
	r := &schema.Resource{Attributes: schema.GroupType().Object().With(members, schema.List(list...))}
	c := checked(t, schema.GroupType(), `members pr`)
	start := time.Now()
	require.True(t, c.Match(r))
	require.Less(t, time.Since(start), 50*time.Millisecond, "pr looks at more than the first element")
}
