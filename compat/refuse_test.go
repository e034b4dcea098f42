package compat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

// What no rule mends is refused, by RewritePatch where RFC 7644 would carry it out, by Check otherwise.
func TestRewritePatchRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		group bool
		op    string
		why   string
	}{
		{"N2 boolean 1", false, `{"op":"replace","path":"active","value":"1"}`, "true or false"},
		{"N2 boolean with blanks", false, `{"op":"replace","path":"active","value":" true"}`, "true or false"},
		{"N2 empty boolean", false, `{"op":"replace","path":"active","value":""}`, "can't be cleared"},
		{"N2 boolean null", false, `{"op":"replace","path":"active","value":null}`, "can't be cleared"},
		{"N2 boolean empty array", false, `{"op":"replace","path":"active","value":[]}`, "can't be cleared"},
		{"N2 boolean null without path", false, `{"op":"replace","value":{"active":null,"title":"x"}}`, "can't be cleared"},
		{"N5 unknown parent", false, `{"op":"replace","value":{"foo.bar":"x"}}`, "no such attribute"},
		{"N5 unknown beside a path", false, `{"op":"replace","value":{"foo.bar":"x","name.givenName":"x"}}`, "no such attribute"},
		{"N7 members null", true, `{"op":"remove","path":"members","value":null}`, "null"},
		{"N7 element null", true, `{"op":"remove","path":"members","value":[null]}`, "null"},
		{"N7 no value", true, `{"op":"remove","path":"members","value":[{"display":"D"}]}`, "lacks value"},
		{"N7 value null", true, `{"op":"remove","path":"members","value":{"value":null}}`, "lacks value"},
		{"N7 value empty", true, `{"op":"remove","path":"members","value":[{"value":""}]}`, "lacks value"},
		{"N7 empty string", true, `{"op":"remove","path":"members","value":""}`, "must be an object"},
		{"N7 number", true, `{"op":"remove","path":"members","value":[5]}`, "must be an object"},
		{"N7 unknown part", true, `{"op":"remove","path":"members","value":[{"value":"u-1","x":1}]}`, "no such attribute"},
		{"N7 replace with an empty string", true, `{"op":"replace","path":"members","value":""}`, "must be an object"},
		{"N7 replace with empty strings", true, `{"op":"replace","path":"members","value":[""]}`, "must be an object"},
		{"N7 replace with nothing", true, `{"op":"replace","path":"members","value":[{}]}`, "an element has no value"},
		{"N7 replace with null", true, `{"op":"replace","path":"members","value":[{"value":null,"type":"User"}]}`, "an element has no value"},
		{"N7 replace with null without path", true, `{"op":"replace","value":{"members":[{"value":null}]}}`, "an element has no value"},
		{"N7 the value of all sub-attributes", false, `{"op":"remove","path":"emails.type","value":"work"}`, "a remove has no value"},
		{"N7 the value of an extension", false, `{"op":"remove","path":"` + enterprise + `","value":{"department":"D"}}`, "a remove has no value"},
		{"N7 the parts of a complex value", false, `{"op":"remove","path":"name","value":{"givenName":"G"}}`, "a remove has no value"},
		{"N8 two wrapped values", false, `{"op":"replace","path":"title","value":[{"value":"A"},{"value":"B"}]}`, "must be a string"},
		{"N8 wrapped with more", false, `{"op":"replace","path":"title","value":[{"value":"A","$ref":"x"}]}`, "must be a string"},
		{"N8 two managers", false, `{"op":"replace","path":"manager","value":[{"value":"A"},{"value":"B"}]}`, "must be an object"},
		{"N9 required", false, `{"op":"replace","path":"userName","value":null}`, "can't be cleared"},
		{"N9 required and empty", true, `{"op":"replace","path":"displayName","value":""}`, "can't be cleared"},
		{"N9 read-only", false, `{"op":"replace","value":{"meta.location":"x"}}`, "read-only"},
		{"N10 unknown op", false, `{"op":"Move","path":"title","value":"x"}`, "op"},
		{"N10 remove without path", false, `{"op":"Remove","value":{"title":"x"}}`, "needs a path"},
		{"E27 text for primary", false, `{"op":"replace","path":"phoneNumbers[type eq \"work\"].primary","value":"(974)693"}`, "true or false"},
		{"E32 filter on a simple value", false, `{"op":"remove","path":"title[value eq \"x\"]"}`, "filter"},
	} {
		t.Run(test.name, func(t *testing.T) {
			typ := userType(t)
			if test.group {
				typ = groupType(t)
			}
			ops := read(t, typ, `[`+test.op+`]`)
			got, _, err := compat.RewritePatch(typ, compat.EntraID, ops)
			if err == nil {
				err = patch.Check(typ, got)
			}
			require.Error(t, err)
			require.Contains(t, err.Error(), test.why)
			var e *patch.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, 1, e.Op)
		})
	}
}

// The rules that Strict input meets are those that say so in their reason; all others mend what Strict refuses.
func TestStrictRefusesWhatIsMended(t *testing.T) {
	kept := map[string]bool{"clear": true, "null-members": true, "role-json": true, "create-element": true}
	for _, c := range readCases(t) {
		if c.Request.Method != "PATCH" || string(c.Initial) == "null" {
			continue
		}
		typ := c.resourceType(t)
		received, err := patch.Read(typ, c.Request.Body, patch.Limits{})
		if err != nil {
			continue
		}
		_, applied, err := compat.RewritePatch(typ, compat.EntraID, received)
		if err != nil {
			continue
		}
		mended := ""
		for _, a := range applied {
			if !kept[a.Rule] {
				mended = a.Rule
			}
		}
		if mended == "" {
			continue
		}
		_, _, err = run(typ, compat.Strict, resource(t, typ, c.Initial), c.Request.Body)
		require.Error(t, err, "%s: %s", c.ID, mended)
	}
}

// A rule that does not help has not been applied.
func TestNothingAppliedInVain(t *testing.T) {
	typ := userType(t)
	for _, op := range []string{
		`{"op":"replace","path":"` + enterprise + `.nothing","value":"x"}`,
		`{"op":"replace","path":"emails[primary eq \"True\" and nothing eq \"x\"].value","value":"x"}`,
		`{"op":"remove","path":"` + enterprise + `.manager[active eq \"True\"]"}`,
	} {
		ops := read(t, typ, `[`+op+`]`)
		got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
		require.NoError(t, err)
		require.Empty(t, ids(applied), op)
		require.Same(t, &ops[0], &got[0])
	}
}

func TestAccepts(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"a"}`))
	created := read(t, typ, `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}]`)
	require.Equal(t, []string{"EntraID", "EntraLegacy"}, compat.Accepts(typ, compat.Strict, r, created, nil))
	require.Empty(t, compat.Accepts(typ, compat.EntraID, r, created, nil), "it is the state that Strict refuses")
	present := read(t, typ, `[{"op":"replace","path":"title","value":"x"}]`)
	require.Empty(t, compat.Accepts(typ, nil, nil, present, nil), "no profile changes what is as RFC 7644 wants it")
	capital := read(t, typ, `[{"op":"Replace","path":"title","value":"x"}]`)
	require.Equal(t, []string{"EntraID", "EntraLegacy", "Lenient"}, compat.Accepts(typ, nil, nil, capital, nil))
	require.Empty(t, compat.Accepts(typ, nil, nil, read(t, typ, `[{"op":"Replace","path":"nothing","value":"x"}]`), nil))
}

// No profile is advised for what a rule refuses on purpose, or what none would store.
func TestAcceptsNoBadAdvice(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"a","active":true}`))
	for _, op := range []string{`{"op":"replace","path":"active","value":null}`, `{"op":"Replace","path":"userName","value":""}`, `{"op":"replace","path":"userName","value":" "}`} {
		require.Empty(t, compat.Accepts(typ, compat.EntraID, r, read(t, typ, `[`+op+`]`), nil), op)
		require.NotContains(t, compat.Accepts(typ, compat.Google, r, read(t, typ, `[`+op+`]`), nil), "EntraID", op)
	}
}

// All that can be refused says which profile would take it: bodies and filters too.
func TestAcceptsBodiesAndFilters(t *testing.T) {
	typ := userType(t)
	for _, test := range []struct {
		body   string
		reject bool
		want   []string
	}{
		{`{"schemas":["` + user + `"],"userName":"a","active":"True"}`, false, []string{"EntraID", "EntraLegacy", "OneLogin", "Lenient"}},
		{`{"schemas":["` + user + `"],"userName":"a","name.givenName":"G"}`, true, []string{"EntraID", "EntraLegacy", "Google", "Lenient"}},
		{`{"schemas":["` + user + `"],"userName":"a","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, false, []string{"PingOne", "Lenient"}},
		{`{"schemas":["` + user + `"],"active":"True"}`, false, nil},
		{`{"schemas":["` + user + `"],"userName":"a","active":"maybe"}`, false, nil},
	} {
		o, err := typ.ReadObject([]byte(test.body), 32)
		require.NoError(t, err)
		before := object(t, o)
		require.Equal(t, test.want, compat.AcceptsResource(typ, compat.Strict, o, test.reject), test.body)
		require.Equal(t, before, object(t, o))
	}
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{`userName eq dana`, []string{"EntraID", "EntraLegacy", "Lenient"}},
		{`active eq "True"`, []string{"EntraID", "EntraLegacy", "Lenient"}},
		{enterprise + `.department eq "x"`, []string{"EntraID", "EntraLegacy", "Google", "Lenient"}},
		{`nothing eq "x"`, nil},
		{`userName eq`, nil},
	} {
		require.Equal(t, test.want, compat.AcceptsFilter(typ, compat.Strict, test.filter), test.filter)
	}
	require.Empty(t, compat.AcceptsFilter(typ, compat.EntraID, `userName eq`))
	require.NotContains(t, compat.AcceptsFilter(typ, compat.Google, `active eq "True"`), "Google")
}
