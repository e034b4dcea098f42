package compat_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

const (
	user       = schema.UserURI
	group      = schema.GroupURI
	enterprise = schema.EnterpriseUserURI
)

// message makes a PATCH message of operations in JSON.
func message(ops string) []byte {
	return []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":` + ops + `}`)
}

func read(t testing.TB, typ *schema.ResourceType, ops string) []patch.Op {
	out, err := patch.Read(typ, message(ops), patch.Limits{})
	require.NoError(t, err)
	return out
}

// written returns operations as JSON, a line each; one that may create an element ends in "+".
func written(t testing.TB, ops []patch.Op) string {
	var lines []string
	for _, op := range ops {
		line := canonical(t, op)
		if op.Create {
			line += "+"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func ids(applied []compat.Applied) []string {
	out := []string{}
	for _, a := range applied {
		out = append(out, a.Rule)
	}
	return out
}

func TestRewritePatch(t *testing.T) {
	for _, test := range []struct {
		name  string
		group bool
		ops   string
		want  string
		rules string
	}{
		{
			name: "E01 letter case of op", ops: `[{"op":"REPLACE","path":"title","value":"x"}]`,
			want: `{"op":"replace","path":"title","value":"x"}`, rules: "op-case",
		},
		{
			name: "E03 boolean in an element, by its type", ops: `[{"op":"add","path":"emails","value":[{"value":"a","primary":"tRUE","display":"true"}]}]`,
			want: `{"op":"add","path":"emails","value":[{"display":"true","primary":true,"value":"a"}]}`, rules: "boolean-string",
		},
		{
			name: "E04 in the order sent", ops: `[{"op":"add","value":{"name.givenName":"G","title":"T","` + enterprise + `:department":"D","externalId":"e"}}]`,
			want: `{"op":"add","path":"name.givenName","value":"G"}` + "\n" +
				`{"op":"add","path":"title","value":"T"}` + "\n" +
				`{"op":"add","path":"` + enterprise + `:department","value":"D"}` + "\n" +
				`{"op":"add","path":"externalId","value":"e"}`,
			rules: "path-keys",
		},
		{
			name: "E04 what repeats the resource stays without path", ops: `[{"op":"replace","value":{"id":"u","schemas":["` + user + `"],"name.givenName":"G"}}]`,
			want: `{"op":"replace","value":{"id":"u","schemas":["` + user + `"]}}` + "\n" +
				`{"op":"replace","path":"name.givenName","value":"G"}`,
			rules: "path-keys",
		},
		{
			name: "E04 a path in an extension", ops: `[{"op":"replace","value":{"` + enterprise + `":{"manager.value":"u-9","department":"D"}}}]`,
			want: `{"op":"replace","value":{"` + enterprise + `":{"department":"D"}}}` + "\n" +
				`{"op":"replace","path":"` + enterprise + `:manager.value","value":"u-9"}`,
			rules: "path-keys",
		},
		{
			name: "E04, E34 a key with a dot after the URI", ops: `[{"op":"replace","value":{"` + enterprise + `.department":"D"}}]`,
			want:  `{"op":"replace","path":"` + enterprise + `:department","value":"D"}`,
			rules: "urn-dot path-keys",
		},
		{
			name: "E04, E22 a filter key", ops: `[{"op":"add","value":{"roles[primary eq \"True\"].value":"admin"}}]`,
			want:  `{"op":"add","path":"roles[primary eq true].value","value":"admin"}+`,
			rules: "boolean-literal path-keys create-element",
		},
		{
			name: "E04 an extension attribute without URI", ops: `[{"op":"add","value":{"department":"D"}}]`,
			want: `{"op":"add","path":"` + enterprise + `:department","value":"D"}`, rules: "path-keys",
		},
		{
			name: "E12 one value for members", group: true, ops: `[{"op":"add","value":{"members":{"value":"u-1"}}}]`,
			want: `{"op":"add","value":{"members":[{"value":"u-1"}]}}`, rules: "one-value",
		},
		{
			name: "E12 bare strings", group: true, ops: `[{"op":"replace","path":"members","value":["u-1","u-2"]}]`,
			want: `{"op":"replace","path":"members","value":[{"value":"u-1"},{"value":"u-2"}]}`, rules: "bare-value",
		},
		{
			name: "E13 several values", group: true, ops: `[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u-1"},"u-2",{"value":"u-3","display":"D"}]}]`,
			want: `{"op":"remove","path":"members[value eq \"u-1\"]"}` + "\n" +
				`{"op":"remove","path":"members[value eq \"u-2\"]"}` + "\n" +
				`{"op":"remove","path":"members[value eq \"u-3\"]"}`,
			rules: "op-case null-members bare-value remove-values",
		},
		{
			name: "E13 an id is data", group: true, ops: `[{"op":"remove","path":"members","value":["x\" or value pr or value eq \"","a]b[\\","\u0001"]}]`,
			want: `{"op":"remove","path":"members[value eq \"x\\\" or value pr or value eq \\\"\"]"}` + "\n" +
				`{"op":"remove","path":"members[value eq \"a]b[\\\\\"]"}` + "\n" +
				`{"op":"remove","path":"members[value eq \"\\u0001\"]"}`,
			rules: "bare-value remove-values",
		},
		{
			name: "E13 all that an element says, where its value alone does not identify it", ops: `[{"op":"remove","path":"phoneNumbers","value":[{"type":"work","value":"1","primary":true}]}]`,
			want: `{"op":"remove","path":"phoneNumbers[type eq \"work\" and primary eq true and value eq \"1\"]"}`, rules: "remove-values",
		},
		{
			name: "A7 values in an object of the attribute's name", group: true, ops: `[{"op":"remove","path":"members","value":{"members":["u-1"]}}]`,
			want: `{"op":"remove","path":"members[value eq \"u-1\"]"}`, rules: "nested-values bare-value remove-values",
		},
		{
			name: "E21 elements by a conjunction", ops: `[{"op":"replace","path":"addresses[type eq \"work\" and primary eq true].locality","value":"B"}]`,
			want: `{"op":"replace","path":"addresses[type eq \"work\" and primary eq true].locality","value":"B"}+`, rules: "create-element",
		},
		{
			name: "E21 not what fulfils the filter no more", ops: `[{"op":"replace","path":"emails[type eq \"work\"].type","value":"home"}]`,
			want: `{"op":"replace","path":"emails[type eq \"work\"].type","value":"home"}`,
		},
		{
			name: "E21 not a member", group: true, ops: `[{"op":"add","path":"members[type eq \"User\"].value","value":"u-66"}]`,
			want: `{"op":"add","path":"members[type eq \"User\"].value","value":"u-66"}`,
		},
		{
			name: "E21 not what is looked for by its value", ops: `[{"op":"add","path":"phoneNumbers[type eq \"work\" and value eq \"1\"].display","value":"d"}]`,
			want: `{"op":"add","path":"phoneNumbers[type eq \"work\" and value eq \"1\"].display","value":"d"}`,
		},
		{
			name: "E28 value of a filtered remove", ops: `[{"op":"remove","path":"emails[type eq \"work\"]","value":[{"value":"x"}]}]`,
			want: `{"op":"remove","path":"emails[type eq \"work\"]"}`, rules: "remove-value",
		},
		{
			name: "E30 manager as it was read, with another id", ops: `[{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"m9","displayName":"Boss"}},{"op":"replace","value":{"` + enterprise + `":{"manager":{"value":"m8","displayName":"Boss"}}}}]`,
			want: `{"op":"replace","path":"` + enterprise + `:manager","value":{"value":"m9"}}` + "\n" +
				`{"op":"replace","value":{"` + enterprise + `":{"manager":{"value":"m8"}}}}`,
			rules: "read-only-parts read-only-parts",
		},
		{
			name: "E30 manager in the extension as a whole", ops: `[{"op":"add","path":"` + enterprise + `","value":{"manager":"u-9","department":""}}]`,
			want: `{"op":"add","path":"` + enterprise + `","value":{"manager":{"value":"u-9"}}}`, rules: "bare-value clear",
		},
		{
			name: "E31 manager with nothing in it", ops: `[{"op":"replace","path":"manager","value":{"value":"","$ref":null}}]`,
			want: `{"op":"remove","path":"` + enterprise + `:manager"}`, rules: "clear",
		},
		{
			name: "E31 manager with something else in it", ops: `[{"op":"replace","path":"manager","value":{"value":"","$ref":"x"}}]`,
			want:  `{"op":"replace","path":"` + enterprise + `:manager","value":{"$ref":"x"}}` + "\n" + `{"op":"remove","path":"` + enterprise + `:manager.value"}`,
			rules: "clear",
		},
		{
			name: "E32 sub-attribute of a filtered single value", ops: `[{"op":"replace","path":"` + enterprise + `:manager[value eq \"u-9\"].value","value":"u-10"}]`,
			want: `{"op":"replace","path":"` + enterprise + `:manager[value eq \"u-9\"].value","value":"u-10"}`, rules: "single-filter",
		},
		{
			name: "E33 manager in an array with more", ops: `[{"op":"add","path":"manager","value":[{"$ref":"/Users/u-9","value":"u-9"}]}]`,
			want: `{"op":"add","path":"` + enterprise + `:manager","value":{"$ref":"/Users/u-9","value":"u-9"}}`, rules: "wrapped-value",
		},
		{
			name: "E33 misspelt URI", ops: `[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department","value":"D"}]`,
			want: `{"op":"add","path":"` + enterprise + `:department","value":"D"}`, rules: "uri-typo",
		},
		{
			name: "E40 parts of a complex value", ops: `[{"op":"replace","path":"name","value":{"givenName":"G","familyName":"","middleName":null}}]`,
			want: `{"op":"replace","path":"name","value":{"givenName":"G"}}` + "\n" +
				`{"op":"remove","path":"name.familyName"}` + "\n" + `{"op":"remove","path":"name.middleName"}`,
			rules: "clear",
		},
		{
			name: "E40 parts of a selected element", ops: `[{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"a","display":null}}]`,
			want: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"a"}}+` + "\n" +
				`{"op":"remove","path":"emails[type eq \"work\"].display"}`,
			rules: "clear create-element",
		},
		{
			name: "E40 parts of an extension", ops: `[{"op":"replace","value":{"` + enterprise + `":{"department":"","manager":"","division":"V"}}}]`,
			want: `{"op":"replace","value":{"` + enterprise + `":{"division":"V"}}}` + "\n" +
				`{"op":"remove","path":"` + enterprise + `:department"}` + "\n" + `{"op":"remove","path":"` + enterprise + `:manager"}`,
			rules: "bare-value clear",
		},
		{
			name: "E40 add of nothing", ops: `[{"op":"add","value":{"title":"","nickName":null}},{"op":"add","path":"name","value":{"givenName":""}}]`,
			want: ``, rules: "clear clear",
		},
		{
			name: "E40 the empty string in an element", ops: `[{"op":"add","path":"emails","value":[{"type":"work","value":"a","display":""}]}]`,
			want: `{"op":"add","path":"emails","value":[{"type":"work","value":"a"}]}`, rules: "clear",
		},
		{
			name: "E40 an element of the empty string alone", ops: `[{"op":"add","path":"emails","value":[{"value":""}]}]`,
			want: `{"op":"add","path":"emails","value":[{"value":""}]}`,
		},
		{
			name: "E42 app role in a selected role", ops: `[{"op":"add","path":"roles[primary eq \"True\"].value","value":"{\"id\":\"1\",\"value\":\"25\",\"displayName\":\"Agent\"}"}]`,
			want:  `{"op":"add","path":"roles[primary eq true]","value":{"display":"Agent","value":"25"}}+`,
			rules: "boolean-literal role-json create-element",
		},
		{
			name: "E42 app role as the only value", ops: `[{"op":"add","path":"roles","value":"{\"id\":\"1\",\"value\":\"25\"}"}]`,
			want: `{"op":"add","path":"roles","value":{"value":"25"}}`, rules: "bare-value role-json",
		},
		{
			name: "E42 JSON that is no app role", ops: `[{"op":"add","path":"roles","value":[{"value":"{\"value\":5}"},{"value":"{x"},{"value":"[\"value\"]"}]}]`,
			want: `{"op":"add","path":"roles","value":[{"value":"{\"value\":5}"},{"value":"{x"},{"value":"[\"value\"]"}]}`,
		},
		{
			name: "E46 wrapped, and a boolean string", ops: `[{"op":"Add","path":"emails[type eq \"work\"].primary","value":[{"value":"True"}]}]`,
			want:  `{"op":"add","path":"emails[type eq \"work\"].primary","value":true}+`,
			rules: "op-case wrapped-value boolean-string create-element",
		},
		{
			name: "E46 wrapped nothing", ops: `[{"op":"replace","path":"title","value":[{"$ref":null,"value":null}]}]`,
			want: `{"op":"remove","path":"title"}`, rules: "wrapped-value clear",
		},
		{
			name: "E47 literals without quotes, and in single ones", ops: `[{"op":"add","path":"emails[type eq work].value","value":"a"},{"op":"add","path":"emails[type eq 'work' and primary eq 'True'].value","value":"a"}]`,
			want: `{"op":"add","path":"emails[type eq \"work\"].value","value":"a"}+` + "\n" +
				`{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"a"}+`,
			rules: "unquoted-literal create-element unquoted-literal boolean-literal create-element",
		},
		{
			name: "N7 an empty list removes nothing", group: true, ops: `[{"op":"remove","path":"members","value":[]},{"op":"replace","path":"members","value":[]}]`,
			want: `{"op":"replace","path":"members","value":[]}`, rules: "remove-values",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			typ := userType(t)
			if test.group {
				typ = groupType(t)
			}
			ops := read(t, typ, test.ops)
			before := written(t, ops)
			got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
			require.NoError(t, err)
			require.Equal(t, test.want, written(t, got))
			require.Equal(t, strings.Fields(test.rules), ids(applied))
			require.NoError(t, patch.Check(typ, got))
			require.Equal(t, before, written(t, ops), "the argument stays as it is")

			again, applied, err := compat.RewritePatch(typ, compat.EntraID, got)
			require.NoError(t, err)
			require.Empty(t, ids(applied), "twice is as once")
			require.Equal(t, written(t, got), written(t, again))

			same, applied, err := compat.RewritePatch(typ, compat.Strict, ops)
			require.NoError(t, err)
			require.Empty(t, applied)
			require.Equal(t, before, written(t, same))
		})
	}
}
