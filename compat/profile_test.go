package compat_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

func TestProfiles(t *testing.T) {
	require.Empty(t, compat.Strict.Rules())
	require.Equal(t, "Strict", compat.Strict.Name())
	var none *compat.Profile
	require.Equal(t, "Strict", none.Name())
	require.False(t, none.Has("op-case"))
	require.Zero(t, none.Responses())

	p := compat.EntraID.Without("op-case", "scim11-schemas")
	require.Equal(t, "EntraID -op-case", p.Name())
	require.False(t, p.Has("op-case"))
	require.True(t, p.Has("clear"))
	require.Equal(t, compat.EntraID.Responses(), p.Responses())
	require.True(t, compat.EntraID.Has("op-case"), "a profile does not change")
	require.Equal(t, compat.EntraID.Rules()[0].ID, p.With("op-case").Rules()[0].ID, "the order is that of Rules")
	require.PanicsWithError(t, `compat: there is no rule "op-cases": see Rules`, func() { compat.EntraID.Without("op-cases") })
	require.PanicsWithError(t, `compat: there is no rule "": see Rules`, func() { compat.EntraID.With("") })

	q := none.With("op-case")
	require.Equal(t, "Strict +op-case", q.Name())
	typ := userType(t)
	ops := read(t, typ, `[{"op":"Replace","path":"active","value":"True"}]`)
	got, applied, err := compat.RewritePatch(typ, q, ops)
	require.NoError(t, err)
	require.Equal(t, []string{"op-case"}, ids(applied))
	require.Error(t, patch.Check(typ, got))

	plain := q.WithResponses(compat.Responses{PlainJSON: true})
	require.True(t, plain.Has("op-case"))
	require.True(t, plain.Responses().PlainJSON)
	require.False(t, q.Responses().PlainJSON)

	require.Nil(t, compat.ProfileFrom(t.Context()))
	require.Same(t, q, compat.ProfileFrom(compat.WithProfile(t.Context(), q)))
}

func TestParse(t *testing.T) {
	for _, p := range compat.Profiles() {
		got, err := compat.Parse(p.Name())
		require.NoError(t, err)
		require.Same(t, p, got)
	}
	for _, p := range []*compat.Profile{compat.EntraID.Without("clear", "role-json"), compat.Okta.With("first-primary").Without("null-members"), compat.PingOne.With("op-case")} {
		got, err := compat.Parse(p.Name())
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
	for _, test := range []struct{ in, want string }{
		{"", "is empty"},
		{" ", "is empty"},
		{"Azure", `no profile "Azure": it is one of Strict, EntraID`},
		{"Okta first-primary", "must be a rule with + or - before it"},
		{"Okta +first", `no rule "first"`},
		{"Okta -", `no rule ""`},
	} {
		_, err := compat.Parse(test.in)
		require.ErrorContains(t, err, test.want, test.in)
	}
}

// Which profiles there are, and which have the rules that are not for all.
func TestMembership(t *testing.T) {
	for _, r := range compat.Rules() {
		in := map[string]bool{}
		for _, p := range compat.Profiles() {
			in[p.Name()] = p.Has(r.ID)
		}
		require.False(t, in["Strict"], r.ID)
		require.False(t, in["EntraLegacy"] && !in["EntraID"], "EntraID has what the older jobs send: %s", r.ID)
	}
	for _, id := range []string{"clear", "role-json", "create-element", "no-empty-elements", "read-only-parts"} {
		require.False(t, compat.Lenient.Has(id), "%s changes what is valid, or what is refused for a reason", id)
	}
	for _, p := range compat.Profiles() {
		require.False(t, p.Has("filter-members"), "it is for those who ask for it: %s", p.Name())
		require.Equal(t, p == compat.OneLogin || p == compat.Google, p.Has("scim11-schemas"), p.Name())
	}
}

// Every rule says what it is about, for the documentation made of it.
func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range compat.Rules() {
		require.NotEmpty(t, r.ID)
		require.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		require.NotEmpty(t, r.Client, r.ID)
		require.True(t, strings.HasSuffix(r.Reason, "."), r.ID)
		u, err := url.Parse(r.Doc)
		require.NoError(t, err)
		require.Equal(t, "https", u.Scheme, r.ID)
	}
}

// Every rule can be left out, and is what mends its input: without it, that is refused or means something else.
func TestEachRuleIsNeeded(t *testing.T) {
	used := map[string]bool{}
	for _, c := range readCases(t) {
		typ := c.resourceType(t)
		if c.Request.Method != "PATCH" || c.Expect.Status >= 400 {
			continue
		}
		ops, err := patch.Read(typ, c.Request.Body, patch.Limits{})
		require.NoError(t, err)
		with, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
		require.NoError(t, err, c.ID)
		for _, a := range applied {
			if used[a.Rule] = true; a.Rule == "null-members" {
				continue // a null is no value without the rule too
			}
			require.Equal(t, a.Rule, ruleOf(t, a.Rule).ID)
			without, rest, err := compat.RewritePatch(typ, compat.EntraID.Without(a.Rule), ops)
			if err == nil {
				require.NotContains(t, ids(rest), a.Rule)
				if patch.Check(typ, without) == nil {
					require.NotEqual(t, written(t, with), written(t, without), "%s: %s", c.ID, a.Rule)
				}
			}
		}
	}
	for _, id := range []string{"op-case", "urn-dot", "boolean-literal", "single-filter", "path-keys", "wrapped-value", "nested-values", "bare-value",
		"role-json", "member-display-name", "null-members", "boolean-string", "remove-values", "remove-value", "clear", "create-element"} {
		require.True(t, used[id], "no case needs %s", id)
	}
}

func ruleOf(t *testing.T, id string) compat.Rule {
	for _, r := range compat.Rules() {
		if r.ID == id {
			return r
		}
	}
	require.Fail(t, "no rule "+id)
	return compat.Rule{}
}

// Values are personal data: a log gets none of them.
func TestRedacted(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`{"op":"Replace","path":"active","value":"False"}`, `{"op":"Replace","path":"active","value":"…"}`},
		{`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u-1"},true,5]}`, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"…"},"…","…"]}`},
		{`[{"op":"remove","path":"members[value eq \"u-1\"]"}]`, `[{"op":"remove","path":"members[…]"}]`},
		{`{"op":"replace","value":{"emails[value eq \"a@x\"].type":"work"}}`, `{"op":"replace","value":{"emails[…].type":"…"}}`},
		{`{"op":"secret","path":"x[y","value":{"op":"secret"}}`, `{"op":"…","path":"x[…","value":{"op":"…"}}`},
		{`{"op":"add","path":"title","value":"sec…`, `{"op":"add","path":"title","value":"…"`},
		{`{"op":"add","path":"emails[value eq \"secr…`, `{"op":"add","path":"emails[…`},
		{`userName eq secret and emails[type eq "work"].value eq "sec\"ret"`, `userName eq "…" and emails[type eq "…"].value eq "…"`},
		{`urn:a.b`, `urn:a.b`},
		{``, ``},
	} {
		a := compat.Applied{Rule: "r", Before: test.in, After: test.in}
		require.Equal(t, compat.Applied{Rule: "r", Before: test.want, After: test.want}, a.Redacted())
	}
	typ := userType(t)
	long := strings.Repeat("x", 5000)
	_, applied, err := compat.RewritePatch(typ, compat.EntraID, read(t, typ, `[{"op":"Replace","path":"title","value":"`+long+`"}]`))
	require.NoError(t, err)
	require.Less(t, len(applied[0].Before), 600)
	require.NotContains(t, applied[0].Redacted().Before, "xx")
}
