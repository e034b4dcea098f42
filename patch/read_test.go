package patch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

const patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// TestMessage goes through the rows of area Q of the checklist that are about the message, RFC 7644 §3.5.2.
func TestMessage(t *testing.T) {
	t.Parallel()
	const op = `{"op":"add","path":"title","value":"x"}`
	tests := []struct {
		id   string
		body string
		fail schema.ErrorType
		text string // part of the error
	}{
		{id: "7644-3.5.2-01 schemas in any letter case", body: `{"schemas":["URN:ietf:params:scim:api:messages:2.0:patchop"],"Operations":[` + op + `]}`},
		{id: "7644-3.5.2-01 among others", body: `{"schemas":["urn:x:y","` + patchURN + `"],"Operations":[` + op + `]}`},
		{id: "7644-3.5.2-01 schemas last", body: `{"Operations":[` + op + `],"schemas":["` + patchURN + `"]}`},
		{id: "7644-3.5.2-01 missing", body: `{"Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: "schemas"},
		{id: "7644-3.5.2-01 other", body: `{"schemas":["urn:x:y"],"Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: patchURN},
		{id: "7644-3.5.2-01 a string", body: `{"schemas":"` + patchURN + `","Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: patchURN},
		{id: "7644-3.5.2-01 empty", body: `{"schemas":[],"Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: patchURN},
		{id: "7644-3.5.2-01 null", body: `{"schemas":null,"Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: patchURN},
		{id: "7644-3.5.2-01 with a number", body: `{"schemas":["` + patchURN + `",1],"Operations":[` + op + `]}`, fail: schema.InvalidSyntax, text: patchURN},
		{id: "7644-3.5.2-02 missing", body: `{"schemas":["` + patchURN + `"]}`, fail: schema.InvalidSyntax, text: "Operations"},
		{id: "7644-3.5.2-02 empty", body: `{"schemas":["` + patchURN + `"],"Operations":[]}`, fail: schema.InvalidSyntax, text: "at least one"},
		{id: "7644-3.5.2-02 an object", body: `{"schemas":["` + patchURN + `"],"Operations":` + op + `}`, fail: schema.InvalidSyntax, text: "array"},
		{id: "7644-3.5.2-02 null", body: `{"schemas":["` + patchURN + `"],"Operations":null}`, fail: schema.InvalidSyntax, text: "array"},
		{id: "7644-3.5.2-02 an operation that is a string", body: `{"schemas":["` + patchURN + `"],"Operations":[` + op + `,"add"]}`, fail: schema.InvalidSyntax, text: "operation 2"},
		{id: "7644-3.5.2-02 in any letter case", body: `{"SCHEMAS":["` + patchURN + `"],"operations":[` + op + `]}`},
		{id: "7644-3.5.2-03 no op", body: string(message(`{"path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: `operation 1: op: is missing`},
		{id: "7644-3.5.2-03 op is a number", body: string(message(`{"op":5,"path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: `must be "add"`},
		{id: "7644-3.5.2-03 op is null", body: string(message(`{"op":null,"path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: `must be "add"`},
		{id: "7644-3.5.2-03 op twice", body: string(message(`{"op":"add","op":"add","path":"title","value":"x"}`)), fail: schema.InvalidSyntax},
		{id: "7644-3.5.2-03 op twice in another case", body: string(message(`{"op":"add","OP":"add","path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: "twice"},
		{id: "7644-3.5.2-03 path twice in another case", body: string(message(`{"op":"add","path":"title","Path":null,"value":"x"}`)), fail: schema.InvalidSyntax, text: "twice"},
		{id: "7644-3.5.2-03 value twice in another case", body: string(message(`{"op":"add","path":"title","value":null,"Value":"x"}`)), fail: schema.InvalidSyntax, text: "twice"},
		{id: "7644-3.5.2-02 Operations twice in another case", body: `{"schemas":["` + patchURN + `"],"Operations":[` + op + `],"operations":[]}`, fail: schema.InvalidSyntax, text: "twice"},
		{id: "7644-3.5.2-01 schemas twice in another case", body: `{"schemas":["` + patchURN + `"],"Operations":[` + op + `],"Schemas":[]}`, fail: schema.InvalidSyntax, text: "twice"},
		{id: "7644-3.5.2-03 move", body: string(message(`{"op":"move","path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: `"remove"`},
		{id: "7644-3.5.2-03 neg-strict-capital-op", body: string(message(`{"op":"Replace","path":"title","value":"x"}`)), fail: schema.InvalidSyntax, text: "lower case"},
		{id: "7644-3.5.2-04 test", body: string(message(`{"op":"test","path":"title","value":"x"}`)), fail: schema.InvalidSyntax},
		{id: "7644-3.5.2-04 an index", body: string(message(`{"op":"add","path":"emails[0]","value":{"value":"x"}}`)), fail: schema.InvalidPath},
		{id: "7644-3.5.2-04 a JSON Pointer", body: string(message(`{"op":"add","path":"/emails/0","value":{"value":"x"}}`)), fail: schema.InvalidPath},
		{id: "7644-3.5.2-05 null path", body: string(message(`{"op":"add","path":null,"value":{"title":"x"}}`))},
		{id: "7644-3.5.2-05 no path", body: string(message(`{"op":"replace","value":{"title":"x"}}`))},
		{id: "7644-3.5.2-05 empty path", body: string(message(`{"op":"replace","path":"","value":{"title":"x"}}`)), fail: schema.InvalidPath},
		{id: "7644-3.5.2-05 empty path of a remove", body: string(message(`{"op":"remove","path":""}`)), fail: schema.NoTarget},
		{id: "7644-3.5.2-05 path is a number", body: string(message(`{"op":"add","path":5,"value":"x"}`)), fail: schema.InvalidPath},
		{id: "7644-3.5.2-05 path is an array", body: string(message(`{"op":"add","path":["title"],"value":"x"}`)), fail: schema.InvalidPath},
		{id: "7644-3.5.2-21 names in any letter case", body: string(message(`{"OP":"add","Path":"title","VALUE":"x"}`))},
		{id: "7644-3.5.2-21 unknown names", body: `{"x":{"y":[1]},"schemas":["` + patchURN + `"],"Operations":[{"name":"addMember","op":"add","path":"title","value":"x"}],"failOnErrors":1}`},
		{id: "RFC 8259 no JSON", body: ``, fail: schema.InvalidSyntax, text: "empty"},
		{id: "RFC 8259 an array", body: `[]`, fail: schema.InvalidSyntax, text: "object"},
		{id: "RFC 8259 ends early", body: string(message(op))[:110], fail: schema.InvalidSyntax, text: "ends too early"},
		{id: "RFC 8259 more after it", body: string(message(op)) + "{}", fail: schema.InvalidSyntax, text: "more follows"},
		{id: "RFC 8259 a name twice in a value", body: string(message(`{"op":"add","value":{"title":"x","TITLE":"y"}}`)), fail: schema.InvalidSyntax, text: "twice"},
		{id: "RFC 8259 invalid UTF-8", body: string(message(`{"op":"add","path":"title","value":"` + "\xff" + `"}`)), fail: schema.InvalidSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			typ := schema.UserType()
			ops, err := patch.Read(typ, []byte(tt.body), patch.Limits{})
			if err == nil {
				err = patch.Check(typ, ops)
			}
			if tt.fail == "" {
				require.NoError(t, err)
				r, _, err := patch.Apply(resource(t, u1), ops)
				require.NoError(t, err)
				require.Equal(t, "x", r.Get("title").Text())
				return
			}
			require.Equal(t, tt.fail, errorType(t, err), "%v", err)
			require.ErrorContains(t, err, tt.text)
		})
	}
}

// TestPaths goes through row 7644-3.5.2-06; the grammar itself is tested in package filter.
func TestPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]schema.ErrorType{
		`members`:         schema.InvalidPath, // of Group
		`name.familyName`: "", `addresses[type eq "work"]`: "", `addresses[type eq "work"].streetAddress`: "",
		`emails[value eq "a.b"].type`: "", `emails[value eq "a]b"].type`: "",
		`urn:ietf:params:scim:schemas:core:2.0:User:name.familyName`: "",
		enterprise + `:department`:                                   "", enterprise + `:manager.value`: "", enterprise: "",
		`department`:      "", // AMB-20
		`NAME.FAMILYNAME`: "",
		`name.`:           schema.InvalidPath, `emails[`: schema.InvalidPath, `emails[]`: schema.InvalidPath, `emails[type eq "x"]b`: schema.InvalidPath,
		`name.familyName.x`: schema.InvalidPath, `[x]`: schema.InvalidPath, `urn:x:`: schema.InvalidPath, ` `: schema.InvalidPath, `title `: schema.InvalidPath,
		`nosuch`: schema.InvalidPath, `emails.nosuch`: schema.InvalidPath, `emails[type eq "x"].nosuch`: schema.InvalidPath, // AMB-27
		`emails[type zz "w"]`: schema.InvalidFilter, `emails[nosuch eq "w"]`: schema.InvalidFilter, `emails[primary eq "true"]`: schema.InvalidFilter,
		`title[value eq "x"]`: schema.InvalidPath, `name[givenName eq "x"]`: schema.InvalidPath, // AMB-34
	} {
		op := patch.NewOp(schema.UserType(), patch.Remove, path, schema.Value{})
		err := patch.Check(schema.UserType(), []patch.Op{op})
		if want == "" {
			require.NoError(t, err, path)
			continue
		}
		require.Equal(t, want, errorType(t, err), "%s: %v", path, err)
	}
}

func TestAmbiguousName(t *testing.T) {
	t.Parallel()
	// AMB-20: both extensions of StrictWidget have an attribute e.
	op := patch.NewOp(strictWidgetType(), patch.Add, "e", schema.String("x"))
	require.Equal(t, schema.InvalidPath, errorType(t, patch.Check(strictWidgetType(), []patch.Op{op})))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	typ := schema.UserType()
	many := func(n int) []byte {
		return message(strings.TrimSuffix(strings.Repeat(`{"op":"add","path":"title","value":"x"},`, n), ","))
	}
	ops, err := patch.Read(typ, many(1000), patch.Limits{})
	require.NoError(t, err)
	require.Len(t, ops, 1000)
	_, err = patch.Read(typ, many(1001), patch.Limits{})
	require.ErrorIs(t, err, patch.ErrTooManyOperations)
	require.Equal(t, schema.InvalidSyntax, errorType(t, err))
	require.ErrorContains(t, err, "more than 1000 operations")
	_, err = patch.Read(typ, many(3), patch.Limits{Operations: 2})
	require.ErrorIs(t, err, patch.ErrTooManyOperations)
	_, err = patch.Read(typ, many(2), patch.Limits{Operations: 2})
	require.NoError(t, err)
	// The limit counts while reading: what comes after it is not even looked at.
	_, err = patch.Read(typ, append(many(3)[:len(many(3))-2], "garbage"...), patch.Limits{Operations: 2})
	require.ErrorIs(t, err, patch.ErrTooManyOperations)

	deep := func(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }
	for _, ops := range []string{
		`{"op":"add","path":"title","value":` + deep(30) + `}`,
		`{"op":"add","value":{"nope":` + deep(29) + `}}`,
		`{"op":"add","path":"emails","value":[{"value":` + deep(28) + `}]}`,
		`{"op":"add","x":` + deep(30) + `,"path":"title","value":"x"}`,
		`{"op":"add","path":"` + `title","value":"x"}],"y":` + deep(32) + `,"z":[{"op":"add"}`,
	} {
		_, err := patch.Read(typ, message(ops), patch.Limits{})
		require.Equal(t, schema.InvalidSyntax, errorType(t, err), ops)
		require.ErrorContains(t, err, "nest deeper than")
		_, err = patch.Read(typ, message(ops), patch.Limits{Depth: 40})
		require.NoError(t, err, ops)
	}
	_, err = patch.Read(typ, message(`{"op":"add","path":"title","value":`+deep(29)+`}`), patch.Limits{})
	require.NoError(t, err)
}

func TestReadPositions(t *testing.T) {
	t.Parallel()
	body := message(`{"op":"add","path":"title","value":"x"},{"op":"add","path":"name","value":{"givenName":true}}`)
	ops, err := patch.Read(schema.UserType(), body, patch.Limits{})
	require.NoError(t, err)
	err = patch.Check(schema.UserType(), ops)
	var e *schema.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "true", string(body[e.Offset:e.Offset+4]))
	require.ErrorContains(t, err, fmt.Sprintf("operation 2 (add name): name.givenName: must be a string, got a boolean (at byte %d)", e.Offset))
}

// TestWithPath proves what package compat relies on: an operation that can't be carried out keeps its value.
func TestWithPath(t *testing.T) {
	t.Parallel()
	typ := schema.UserType()
	for _, tt := range []struct{ sent, path, want string }{
		{`{"op":"Add","path":"` + enterprise + `.department","value":"D2"}`, enterprise + ":department", `{"op":"Add","path":"` + enterprise + `:department","value":"D2"}`},
		{`{"op":"replace","path":"mail","value":[{"value":"x","type":null,"primary":true}]}`, "emails", `{"op":"replace","path":"emails","value":[{"value":"x","type":null,"primary":true}]}`},
		{`{"op":"replace","path":"nope","value":{"givenName":"x","Title":1}}`, "name", `{"op":"replace","path":"name","value":{"givenName":"x","title":1}}`},
		{`{"op":"replace","path":"nope","value":null}`, "title", `{"op":"replace","path":"title","value":null}`},
		{`{"op":"remove","path":"nope"}`, "title", `{"op":"remove","path":"title"}`},
		{`{"op":"add","path":"nope","value":{"title":"x"}}`, "", `{"op":"add","value":{"title":"x"}}`},
	} {
		ops, err := patch.Read(typ, message(tt.sent), patch.Limits{})
		require.NoError(t, err)
		require.Error(t, patch.Check(typ, ops))
		require.Error(t, ops[0].PathErr)
		require.Equal(t, 1, ops[0].Index)
		moved := ops[0].WithPath(typ, tt.path)
		require.NoError(t, moved.PathErr)
		text, err := moved.MarshalJSON()
		require.NoError(t, err)
		require.JSONEq(t, tt.want, string(text))
		require.Error(t, ops[0].PathErr, "the original stays")
	}
	// The value is typed by its new attribute.
	ops, err := patch.Read(typ, message(`{"op":"add","path":"nope","value":{"value":"x","nope":1}}`), patch.Limits{})
	require.NoError(t, err)
	moved := ops[0].WithPath(typ, "emails")
	require.Equal(t, "x", moved.Value.Object().Get("value").Text())
	require.Len(t, moved.Value.Object().Unknown(), 1)
	// A raw value finds its type in NewOp.
	raw := ops[0].Value.Object().Unknown()[0]
	require.Equal(t, "value", raw.Name)
	ops, err = patch.Read(typ, message(`{"op":"add","path":"title","value":true}`), patch.Limits{})
	require.NoError(t, err)
	require.Equal(t, schema.KindRaw, ops[0].Value.Kind())
	require.Equal(t, schema.KindBoolean, patch.NewOp(typ, "add", "active", ops[0].Value).Value.Kind())
}

func TestErrorIndex(t *testing.T) {
	t.Parallel()
	op := patch.NewOp(schema.UserType(), patch.Remove, "", schema.Value{})
	op.Index = 7
	require.ErrorContains(t, patch.Check(schema.UserType(), []patch.Op{op}), "operation 7 (remove)")
	op.Index = 0
	require.ErrorContains(t, patch.Check(schema.UserType(), []patch.Op{op}), "operation 1 (remove)")
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	tests := []struct {
		id, base, ops, want string
	}{
		{"7644-3.5.2-15 unknown attribute", u1, `{"op":"replace","path":"nosuch","value":1}`, `operation 1 (replace nosuch): no such attribute in the schemas of User`},
		{"position of the operation", u1, `{"op":"add","path":"title","value":"x"},{"op":"remove"}`, `operation 2 (remove): a remove needs a path (RFC 7644 §3.5.2.2)`},
		{"type of an element", u1, `{"op":"replace","path":"emails[type eq \"other\"].value","value":"x"}`, `operation 1 (replace emails[type eq "other"].value): the filter selects no value of emails: add a value with the path emails first`},
		{"id of a member", g1, `{"op":"replace","path":"members[value eq \"U9\"].type","value":"User"}`, `operation 1 (replace members[value eq "U9"].type): the filter selects no value of members: add a value with the path members first`},
		{"no address", u1, `{"op":"replace","path":"emails[not (value eq \"s3cret\") and (type eq \"x\" or display co \"s3cret\") and primary eq true].value","value":"x"}`, `operation 1 (replace emails[not (value eq …) and (type eq "x" or display co …) and primary eq true].value): the filter`},
		{"no value with pr", u1, `{"op":"replace","path":"emails[display pr].value","value":"x"}`, `operation 1 (replace emails[display pr].value): the filter`},
		{"no filter that can't be read", u1, `{"op":"replace","path":"emails[value eq s3cret].value","value":"x"}`, `operation 1 (replace emails[…].value): `},
		{"no filter without an end", u1, `{"op":"replace","path":"emails[value eq \"s3cret","value":"x"}`, `operation 1 (replace emails[…): `},
		{"no value of the wrong type", u1, `{"op":"replace","path":"name","value":"s3cret"}`, `operation 1 (replace name): must be an object, got a string`},
		{"no filter as a key", u1, `{"op":"replace","value":{"emails[value eq \"s3cret\"].value":"s3cret"}}`, `operation 1 (replace): emails[…].value: no such attribute`},
		{"unknown sub-attribute", u1, `{"op":"replace","path":"name","value":{"givenName":"s3cret","nope":"s3cret"}}`, `operation 1 (replace name): name.nope: no such sub-attribute`},
		{"readOnly", u1, `{"op":"replace","path":"id","value":"s3cret"}`, `operation 1 (replace id): is read-only: leave it out`},
		{"required", u1, `{"op":"remove","path":"userName"}`, `operation 1 (remove userName): is required and can't be removed`},
		{"immutable", w1, `{"op":"add","path":"imm","value":"a"},{"op":"replace","path":"imm","value":"s3cret"}`, `operation 2 (replace imm): is immutable and has a value already`},
		{"value of a remove", g1, `{"op":"remove","path":"members","value":[{"value":"s3cret"}]}`, `operation 1 (remove members): value: a remove has no value: say what to remove in the path, as in members[value eq "id"]`},
		{"final state", w1, `{"op":"add","path":"items","value":{"type":"s3cret"}},{"op":"add","path":"color","value":"red"}`, `operation 1 (add items): items[0].value: is required`},
		{"final state without a path", u1, `{"op":"add","path":"title","value":"t"},{"op":"replace","value":{"userName":" ","title":"x"}}`, `operation 2 (replace): userName: is required and must not be blank`},
		{"two primaries", u1, `{"op":"add","path":"emails","value":[{"value":"s3cret","primary":true},{"value":"y","primary":true}]}`, `operation 1 (add emails): emails.primary: only one value may be primary`},
		{"a name sent by a client is cut", u1, `{"op":"add","path":"` + strings.Repeat("x", 500) + `","value":1}`, `operation 1 (add ` + strings.Repeat("x", 200) + `…): no such`},
		{"an op sent by a client is not repeated", u1, `{"op":"s3cret","path":"title","value":1}`, `operation 1 (title): op: must be "add", "remove" or "replace", in lower case`},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			_, _, err := run(resource(t, tt.base), tt.ops)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), secret)
			var e *patch.Error
			require.True(t, errors.As(err, &e))
			require.Positive(t, e.Op)
		})
	}
}
