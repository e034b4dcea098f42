package compat_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A received operation that has become several keeps its position for errors (RFC 7644 §3.12).
func TestPositions(t *testing.T) {
	typ := userType(t)
	removals, _, err := compat.RewritePatch(groupType(t), compat.EntraID, read(t, groupType(t), `[{"op":"add","path":"displayName","value":"x"},{"op":"remove","path":"members","value":["u-1","u-2"]}]`))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 2}, []int{removals[0].Index, removals[1].Index, removals[2].Index})

	ops := read(t, typ, `[{"op":"Replace","value":{"name.givenName":"a","name.familyName":"b"}},{"op":"replace","path":"title","value":"c"},{"op":"Replace","path":"active","value":"maybe"}]`)
	got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
	require.NoError(t, err)
	require.Len(t, got, 4)
	require.Equal(t, []int{1, 1, 2, 3}, []int{got[0].Index, got[1].Index, got[2].Index, got[3].Index})
	require.Equal(t, 3, applied[len(applied)-1].Op)
	err = patch.Check(typ, got)
	var e *patch.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 3, e.Op)
}

// Operations that a program has made have the position that they are at.
func TestPositionsOfPrograms(t *testing.T) {
	typ := userType(t)
	value, err := typ.ReadValue(nil, []byte(`{"name.givenName":"a","name.familyName":"b"}`), 0, 32)
	require.NoError(t, err)
	ops := []patch.Op{patch.NewOp(typ, patch.Replace, "", value), patch.NewOp(typ, patch.Remove, "title", schema.Value{})}
	got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 2}, []int{got[0].Index, got[1].Index, got[2].Index})
	require.Equal(t, 1, applied[0].Op)
	require.Zero(t, ops[0].Index)
}

// Schemas that applications add may have what the standard ones lack.
func TestOtherSchemas(t *testing.T) {
	inner := extraSchema{ID: "urn:example:a:1", Attributes: []extraAttribute{{Name: "x", Type: "string"}, {Name: "value", Type: "string"}}}
	outer := extraSchema{ID: "urn:example:a:1.1:User", Attributes: []extraAttribute{
		{Name: "x", Type: "string"}, {Name: "tags", Type: "string", MultiValued: true}, {Name: "flag", Type: "boolean"}, {Name: "when", Type: "dateTime"}, {Name: "size", Type: "integer"}, {Name: "a.b", Type: "string"},
	}}
	typ := userType(t, outer, inner)
	for _, test := range []struct{ name, op, want string }{
		{"E34 the longest URI", `{"op":"replace","path":"urn:example:a:1.1:User.x","value":"v"}`, `{"op":"replace","path":"urn:example:a:1.1:User:x","value":"v"}`},
		{"N7 simple values", `{"op":"remove","path":"tags","value":["a","b\"c"]}`, `{"op":"remove","path":"urn:example:a:1.1:User:tags[value eq \"a\"]"}` + "\n" + `{"op":"remove","path":"urn:example:a:1.1:User:tags[value eq \"b\\\"c\"]"}`},
		{"N7 one simple value", `{"op":"remove","path":"tags","value":"a"}`, `{"op":"remove","path":"urn:example:a:1.1:User:tags[value eq \"a\"]"}`},
		{"E40 a list of simple values of the empty string", `{"op":"replace","path":"tags","value":""}`, `{"op":"remove","path":"urn:example:a:1.1:User:tags"}`},
		{"E40 a date of the empty string", `{"op":"replace","path":"when","value":""}`, `{"op":"remove","path":"urn:example:a:1.1:User:when"}`},
		{"E40 a number of the empty string", `{"op":"replace","path":"size","value":""}`, `{"op":"remove","path":"urn:example:a:1.1:User:size"}`},
		{"E40 a boolean of the empty string", `{"op":"replace","path":"flag","value":""}`, `{"op":"remove","path":"urn:example:a:1.1:User:flag"}`},
		{"E40 a boolean of null", `{"op":"replace","path":"flag","value":null}`, `{"op":"remove","path":"urn:example:a:1.1:User:flag"}`},
		{"E40 null under a name with a dot", `{"op":"replace","value":{"urn:example:a:1.1:User:a.b":null}}`, `{"op":"remove","path":"urn:example:a:1.1:User:a.b"}`},
		{"E12 one simple value without path", `{"op":"add","value":{"urn:example:a:1.1:User":{"tags":"a"}}}`, `{"op":"add","value":{"urn:example:a:1.1:User":{"tags":["a"]}}}`},
	} {
		got, _, err := compat.RewritePatch(typ, compat.EntraID, read(t, typ, `[`+test.op+`]`))
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, written(t, got), test.name)
		require.NoError(t, patch.Check(typ, got), test.name)
	}
	for _, op := range []string{
		`{"op":"remove","path":"tags","value":""}`,
		`{"op":"remove","path":"urn:example:a:1","value":{"value":"x"}}`,
		`{"op":"replace","path":"flag","value":" "}`,
	} {
		got, _, err := compat.RewritePatch(typ, compat.EntraID, read(t, typ, `[`+op+`]`))
		if err == nil {
			err = patch.Check(typ, got)
		}
		require.Error(t, err, op)
	}
	got, applied, err := compat.RewriteFilter(typ, compat.EntraID, `urn:example:a:1.1:User:x eq "a"`)
	require.NoError(t, err)
	require.Empty(t, applied, got)
}

// E21, E70: several sub-attributes of one missing element make one element, each operation seeing what the one before has
// left (RFC 7644 §3.5.2).
func TestOneElement(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"a","emails":[{"type":"home","value":"h","primary":true}]}`))
	want := `{"schemas":["` + user + `","` + enterprise + `"],"id":"u","meta":{"resourceType":"User"},"userName":"a","name":{"givenName":"G"},"active":true,
		"emails":[{"type":"home","value":"h","primary":false},{"type":"work","value":"w","primary":true}],
		"addresses":[{"type":"work","formatted":"F","country":"C"}],
		"roles":[{"primary":true,"display":"D","value":"V","type":"T"}],
		"` + enterprise + `":{"employeeNumber":"1"}}`
	keys := []string{
		`active|"True"`, `emails[type eq \"work\"].value|"w"`, `emails[type eq \"work\"].primary|true`, `name.givenName|"G"`,
		`addresses[type eq \"work\"].formatted|"F"`, `addresses[type eq \"work\"].country|"C"`,
		`roles[primary eq \"True\"].display|"D"`, `roles[primary eq \"True\"].value|"V"`, `roles[primary eq \"True\"].type|"T"`,
		enterprise + `:employeeNumber|"1"`,
	}
	for _, op := range []string{"Add", "replace"} {
		var verbose, plain []string
		for _, k := range keys {
			path, value, _ := strings.Cut(k, "|")
			verbose = append(verbose, `{"op":"`+op+`","path":"`+path+`","value":`+value+`}`)
			plain = append(plain, `"`+path+`":`+value)
		}
		for _, ops := range []string{`[` + strings.Join(verbose, ",") + `]`, `[{"op":"` + op + `","value":{` + strings.Join(plain, ",") + `}}]`} {
			_, next, err := run(typ, compat.EntraID, r, message(ops))
			require.NoError(t, err)
			var got, wanted map[string]any
			require.NoError(t, json.Unmarshal([]byte(text(t, next)), &got))
			require.NoError(t, json.Unmarshal([]byte(want), &wanted))
			require.NoError(t, subset("", wanted, got), text(t, next))
		}
	}
}

// E30: nothing of the former manager stays with the new one, whichever way it is sent.
func TestNewManager(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"a","`+enterprise+`":{"department":"D","manager":{"value":"u-9","$ref":"../Users/u-9","displayName":"Old"}}}`))
	for _, op := range []string{
		`{"op":"replace","path":"` + enterprise + `:manager","value":"u-10"}`,
		`{"op":"Add","path":"` + enterprise + `:manager","value":[{"$ref":null,"value":"u-10"}]}`,
		`{"op":"replace","value":{"` + enterprise + `:manager.value":"u-10"}}`,
		`{"op":"replace","value":{"` + enterprise + `":{"manager":"u-10"}}}`,
	} {
		_, next, err := run(typ, compat.EntraID, r, message(`[`+op+`]`))
		require.NoError(t, err)
		require.JSONEq(t, `{"department":"D","manager":{"value":"u-10"}}`, next.Get(enterprise).String(), op)
	}
	_, next, err := run(typ, compat.EntraID, r, message(`[{"op":"replace","path":"manager","value":"u-9"}]`))
	require.NoError(t, err)
	require.Equal(t, text(t, r), text(t, next), "the same manager is no change")
}
