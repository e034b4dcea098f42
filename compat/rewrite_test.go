package compat_test

import (
	"fmt"
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
			name: "E04 names first, then paths", ops: `[{"op":"add","value":{"name.givenName":"G","title":"T","` + enterprise + `:department":"D","externalId":"e"}}]`,
			want: `{"op":"add","path":"externalId","value":"e"}` + "\n" +
				`{"op":"add","path":"title","value":"T"}` + "\n" +
				`{"op":"add","path":"name.givenName","value":"G"}` + "\n" +
				`{"op":"add","path":"` + enterprise + `:department","value":"D"}`,
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
			name: "E28 value of a filtered remove", ops: `[{"op":"remove","path":"emails[type eq \"work\"]","value":[{"value":"x"}]}]`,
			want: `{"op":"remove","path":"emails[type eq \"work\"]"}`, rules: "remove-value",
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
		{"N2 empty boolean", false, `{"op":"replace","path":"active","value":""}`, "true or false"},
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

// A received operation that has become several keeps its position for errors (RFC 7644 §3.12).
func TestPositions(t *testing.T) {
	typ := userType(t)
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

func TestRewriteResource(t *testing.T) {
	for _, test := range []struct{ name, body, want, rules string }{
		{
			"E03 boolean string", `{"schemas":["` + user + `"],"userName":"a","active":"True"}`,
			`{"schemas":["` + user + `"],"userName":"a","active":true}`, "boolean-string",
		},
		{
			"E04 paths as names", `{"schemas":["` + user + `"],"userName":"a","name.givenName":"G","` + enterprise + `:department":"D"}`,
			`{"schemas":["` + user + `"],"userName":"a","name":{"givenName":"G"},"` + enterprise + `":{"department":"D"}}`, "path-keys",
		},
		{
			"E11 no SCIM URI left", `{"schemas":["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"],"userName":"a"}`,
			`{"schemas":["` + user + `"],"userName":"a"}`, "schema-uris",
		},
		{
			"E12 one value", `{"schemas":["` + user + `"],"userName":"a","emails":{"value":"x","primary":"true"}}`,
			`{"schemas":["` + user + `"],"userName":"a","emails":[{"value":"x","primary":true}]}`, "one-value boolean-string",
		},
		{
			"E33 at the top, but the extension wins", `{"schemas":["` + user + `"],"userName":"a","manager":"u-1","department":"X","` + enterprise + `":{"department":"D"}}`,
			`{"schemas":["` + user + `"],"userName":"a","department":"X","` + enterprise + `":{"department":"D","manager":{"value":"u-1"}}}`, "path-keys bare-value",
		},
		{
			"E40 empty strings", `{"schemas":["` + user + `"],"userName":"","title":"","name":{"givenName":"","familyName":"F"},"manager":""}`,
			`{"schemas":["` + user + `"],"userName":"","name":{"familyName":"F"},"` + enterprise + `":{"manager":null}}`, "path-keys bare-value clear",
		},
		{
			"E42 app role", `{"schemas":["` + user + `"],"userName":"a","roles":["{\"value\":\"25\",\"displayName\":\"D\"}"]}`,
			`{"schemas":["` + user + `"],"userName":"a","roles":[{"value":"25","display":"D"}]}`, "bare-value role-json",
		},
		{
			"N1 strings", `{"schemas":["` + user + `"],"userName":"True","title":"{\"value\":\"x\"}","favourite":"True"}`,
			`{"schemas":["` + user + `"],"userName":"True","title":"{\"value\":\"x\"}","favourite":"True"}`, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			typ := userType(t)
			o, err := typ.ReadObject([]byte(test.body), 32)
			require.NoError(t, err)
			received := o
			applied, err := compat.RewriteResource(typ, compat.EntraID, &o)
			require.NoError(t, err)
			require.JSONEq(t, test.want, object(t, o))
			require.Subset(t, append(ids(applied), ""), append(strings.Fields(test.rules), ""))
			require.Subset(t, append(strings.Fields(test.rules), ""), append(ids(applied), ""))
			applied, err = compat.RewriteResource(typ, compat.EntraID, &o)
			require.NoError(t, err)
			require.Empty(t, applied, "twice is as once")
			applied, err = compat.RewriteResource(typ, compat.Strict, &received)
			require.NoError(t, err)
			require.Empty(t, applied)
			require.JSONEq(t, test.body, object(t, received))
		})
	}
	o, err := groupType(t).ReadObject([]byte(`{"schemas":["`+group+`"],"displayName":"G","members":[{"value":null}]}`), 32)
	require.NoError(t, err)
	_, err = compat.RewriteResource(groupType(t), compat.EntraID, &o)
	require.ErrorContains(t, err, "an element has no value", "N7: a group is not replaced by an empty one")
}

func object(t testing.TB, o schema.Object) string {
	data, err := o.MarshalJSON()
	require.NoError(t, err)
	return string(data)
}

func TestRewriteFilter(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`emails[type eq "work"].value eq "a\"b"`, `emails[type eq "work" and value eq "a\"b"]`},
		{`emails[type eq "work" or type eq "home"].display pr`, `emails[(type eq "work" or type eq "home") and display pr]`},
		{`not (emails[type eq "work"] eq x) and active eq "TRUE"`, `not (emails[type eq "work" and value eq "x"]) and active eq true`},
		{`emails[type eq "work"].primary eq "False"`, `emails[type eq "work" and primary eq false]`},
		{`externalId eq 12345`, `externalId eq "12345"`},
		{`userName eq 'a b'`, `userName eq "a b"`},
		{enterprise + `.employeeNumber eq "44"`, enterprise + `:employeeNumber eq "44"`},
		{`userName eq "True"`, `userName eq "True"`},
		{`userName   eq   "x"`, `userName   eq   "x"`},
		{`userName eq`, `userName eq`},
		{`emails[value.x`, `emails[value.x`},
		{``, ``},
	} {
		t.Run(test.in, func(t *testing.T) {
			got, applied, err := compat.RewriteFilter(userType(t), compat.EntraID, test.in)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, test.in != test.want, len(applied) > 0)
			got, applied, err = compat.RewriteFilter(userType(t), compat.Strict, test.in)
			require.NoError(t, err)
			require.Equal(t, test.in, got)
			require.Empty(t, applied)
		})
	}
}

func TestRewriteAttributes(t *testing.T) {
	for in, want := range map[string]string{
		`emails[type eq "work"]`:                        `emails`,
		`userName,emails[type eq "a]b"].value,name`:     `userName,emails.value,name`,
		`userName,name`:                                 `userName,name`,
		`emails[type`:                                   `emails[type`,
		enterprise + `:manager,emails[primary eq true]`: enterprise + `:manager,emails`,
	} {
		got, applied, err := compat.RewriteAttributes(userType(t), compat.EntraID, in)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, in != want, len(applied) > 0)
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

func TestAccepts(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"a"}`))
	created := read(t, typ, `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}]`)
	require.Equal(t, []string{"EntraID"}, compat.Accepts(typ, compat.Strict, r, created))
	require.Empty(t, compat.Accepts(typ, compat.EntraID, r, created), "it is the state that Strict refuses")
	capital := read(t, typ, `[{"op":"Replace","path":"title","value":"x"}]`)
	require.Equal(t, []string{"EntraID"}, compat.Accepts(typ, nil, nil, capital))
	require.Empty(t, compat.Accepts(typ, nil, nil, read(t, typ, `[{"op":"Replace","path":"nothing","value":"x"}]`)))
}

// A group of many members is changed without a look at all of them for each.
func BenchmarkRemoveMembers(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			typ := groupType(b)
			var values []string
			for i := range n {
				values = append(values, fmt.Sprintf(`{"$ref":null,"value":"u-%d"}`, i))
			}
			ops := read(b, typ, `[{"op":"Remove","path":"members","value":[`+strings.Join(values, ",")+`]}]`)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var conforming = `[
	{"op":"replace","path":"displayName","value":"Dana"},
	{"op":"add","path":"emails","value":[{"type":"work","value":"a@x.example","primary":true}]},
	{"op":"replace","value":{"active":false,"name":{"givenName":"D"},"` + enterprise + `":{"department":"S"}}},
	{"op":"remove","path":"phoneNumbers[type eq \"fax\"]"}]`

func BenchmarkConforming(b *testing.B) {
	typ := userType(b)
	ops := read(b, typ, conforming)
	b.ReportAllocs()
	for b.Loop() {
		if _, applied, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil || applied != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntra(b *testing.B) {
	typ := userType(b)
	ops := read(b, typ, `[{"op":"Replace","path":"displayName","value":"Dana"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@x.example"},{"op":"Replace","path":"active","value":"False"}]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil {
			b.Fatal(err)
		}
	}
}

func TestConformingCostsNothing(t *testing.T) {
	typ := userType(t)
	ops := read(t, typ, conforming)
	got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
	require.NoError(t, err)
	require.Nil(t, applied)
	require.Same(t, &ops[0], &got[0], "the slice is the same")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _, _ = compat.RewritePatch(typ, compat.EntraID, ops)
	}))
}
