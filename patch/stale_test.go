package patch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

const boss = `{"` + enterprise + `":{"manager":{"value":"U2","$ref":"../Users/U2","displayName":"Bo"}}}`

// TestStale: what is known of a manager does not stay when there is another one.
func TestStale(t *testing.T) {
	t.Parallel()
	manager := func(v string) string { return `{"` + enterprise + `":{"manager":` + v + `}}` }
	runCases(t, []patchCase{
		{id: "other manager by sub-attribute", base: u1, with: boss, ops: `{"op":"replace","path":"` + enterprise + `:manager.value","value":"U3"}`, want: manager(`{"value":"U3"}`)},
		{id: "other manager by object", base: u1, with: boss, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"U3"}}`, want: manager(`{"value":"U3"}`)},
		{id: "other manager with a reference", base: u1, with: boss, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"U3","$ref":"../Users/U3"}}`, want: manager(`{"value":"U3","$ref":"../Users/U3"}`)},
		{id: "same manager", base: u1, with: boss, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"U2"}}`, same: true},
		{id: "there and back", base: u1, with: boss, ops: `{"op":"replace","path":"` + enterprise + `:manager.value","value":"U3"},{"op":"replace","path":"` + enterprise + `:manager.value","value":"U2"}`, same: true},
		{id: "first manager", base: u1, with: manager("null"), ops: `{"op":"replace","path":"` + enterprise + `:manager.value","value":"U3"}`, want: manager(`{"value":"U3"}`)},
		{id: "no manager", base: u1, with: boss, ops: `{"op":"remove","path":"` + enterprise + `:manager"}`, want: `{"` + enterprise + `":null}`},
		{id: "something else of the extension", base: u1, with: boss, ops: `{"op":"add","path":"` + enterprise + `:division","value":"X"}`, want: `{"` + enterprise + `":{"division":"X","manager":{"value":"U2","$ref":"../Users/U2","displayName":"Bo"}}}`},
	})
}

// TestSingularFilter is about paths that no request can have: package compat makes them.
func TestSingularFilter(t *testing.T) {
	t.Parallel()
	typ := schema.UserType()
	p, err := typ.Path(enterprise + ":manager")
	require.NoError(t, err)
	op := func(kind, expr, sub string, v schema.Value) patch.Op {
		x, err := filter.Parse(expr)
		require.NoError(t, err)
		f, err := filter.CheckElement(typ, p.Attribute, x)
		require.NoError(t, err)
		target := &filter.Path{Attr: p, Filter: f, Sub: p.Attribute.SubAttribute(sub)}
		return patch.Op{Op: kind, Path: target.String(), HasPath: true, Target: target, Value: v}
	}
	for _, tt := range []struct {
		id       string
		op       patch.Op
		want     string
		resolved string
		fail     schema.ErrorType
	}{
		{"remove", op("remove", `value eq "U2"`, "", schema.Value{}), `{"` + enterprise + `":null}`, `[{"op":"remove","path":"` + enterprise + `:manager"}]`, ""},
		{"entra-manager-valuepath-nomatch remove", op("remove", `value eq "U9"`, "", schema.Value{}), `{}`, `[]`, ""},
		{"remove a part", op("remove", `value eq "U2"`, "$ref", schema.Value{}), `{"` + enterprise + `":{"manager":{"value":"U2","displayName":"Bo"}}}`, `[{"op":"remove","path":"` + enterprise + `:manager.$ref"}]`, ""},
		{"replace a part", op("replace", `value eq "U2"`, "value", schema.String("U3")), `{"` + enterprise + `":{"manager":{"value":"U3"}}}`, `[{"op":"replace","path":"` + enterprise + `:manager.value","value":"U3"}]`, ""},
		{"replace, no match", op("replace", `value eq "U9"`, "value", schema.String("U3")), ``, ``, schema.NoTarget},
		{"add nothing, no match", op("add", `value eq "U9"`, "value", schema.Null()), `{}`, `[{"op":"add","path":"` + enterprise + `:manager[value eq \"U9\"].value","value":null}]`, ""},
		{"readOnly part", op("replace", `value eq "U2"`, "displayName", schema.String("x")), ``, ``, schema.ViolatesMutability},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			r := resource(t, u1, boss)
			ops := []patch.Op{tt.op}
			got, _, err := patch.Apply(r, ops)
			resolved, resolveErr := patch.Resolve(r, ops)
			_, reduced := patch.Reduce(typ, ops)
			require.False(t, reduced)
			if tt.fail != "" {
				require.Equal(t, tt.fail, errorType(t, err))
				require.Equal(t, tt.fail, errorType(t, resolveErr))
				return
			}
			require.NoError(t, err)
			require.NoError(t, resolveErr)
			require.Equal(t, snapshot(t, resource(t, u1, boss, tt.want)), snapshot(t, got))
			require.JSONEq(t, tt.resolved, marshal(t, resolved))
		})
	}
}
