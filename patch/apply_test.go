package patch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// TestGeneral goes through what areas Q, D and E of the checklist say about PATCH, RFC 7644 §3.5.2, RFC 7643 §2.2 to §2.5.
func TestGeneral(t *testing.T) {
	t.Parallel()
	coreURI := schema.UserURI
	runCases(t, []patchCase{
		{id: "7644-3.5.2-07 type mismatch", base: u1, ops: `{"op":"replace","path":"active","value":"no"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2-07 readOnly", base: u1, ops: `{"op":"replace","path":"groups","value":[{"value":"G1"}]}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2-07 unknown attribute", base: u1, ops: `{"op":"replace","path":"nosuch","value":1}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2-08 7643-2.2-mut-07 immutable without a value", base: w1, ops: `{"op":"add","path":"imm","value":"A"}`, want: `{"imm":"A"}`},
		{id: "7644-3.5.2-08 immutable, second add", base: w1, ops: `{"op":"add","path":"imm","value":"A"},{"op":"add","path":"imm","value":"B"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2-09 AMB-20 extension attribute without its URI", base: u1, ops: `{"op":"replace","path":"department","value":"X"}`, want: `{"` + enterprise + `":{"department":"X","manager":{"value":"U2"}}}`},
		{
			id: "7644-3.5.2-10 AMB-52 add an extension, then its attribute", base: u1, with: `{"` + enterprise + `":null}`,
			ops:  `{"op":"add","path":"schemas","value":["` + enterprise + `"]},{"op":"add","path":"` + enterprise + `:division","value":"X"}`,
			want: `{"` + enterprise + `":{"division":"X"}}`,
		},
		{id: "7644-3.5.2-10 AMB-19 an extension without attributes is not there", base: u1, with: `{"` + enterprise + `":null}`, ops: `{"op":"add","path":"schemas","value":"` + enterprise + `"}`, same: true},
		{id: "7644-3.5.2-10 AMB-52 without the base schema", base: u1, ops: `{"op":"replace","path":"schemas","value":["` + enterprise + `"]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2-10 AMB-52 the base schema alone", base: u1, ops: `{"op":"replace","path":"schemas","value":["` + coreURI + `"]}`, want: `{"` + enterprise + `":null}`},
		{id: "AMB-52 same schemas in another order", base: u1, ops: `{"op":"replace","path":"schemas","value":["` + enterprise + `","` + coreURI + `"]}`, same: true},
		{id: "AMB-52 remove an extension", base: u1, ops: `{"op":"remove","path":"schemas[value eq \"` + enterprise + `\"]"}`, want: `{"` + enterprise + `":null}`},
		{id: "AMB-52 remove the base schema", base: u1, ops: `{"op":"remove","path":"schemas[value eq \"` + coreURI + `\"]"}`, fail: schema.ViolatesMutability},
		{id: "AMB-52 unknown schema", base: u1, ops: `{"op":"add","path":"schemas","value":["urn:x:y"]}`, fail: schema.InvalidValue},
		{id: "AMB-52 name of an attribute", base: u1, ops: `{"op":"add","path":"schemas","value":["title"]}`, fail: schema.InvalidValue},
		{id: "AMB-52 remove a required extension", base: s1, ops: `{"op":"remove","path":"schemas[value eq \"` + reqURI + `\"]"}`, fail: schema.ViolatesMutability},
		{
			id: "AMB-52 remove an extension that this request has filled", base: w1, ops: `{"op":"add","path":"` + extURI + `","value":{"e":"x","es":["y"]}},{"op":"remove","path":"schemas[value eq \"` + extURI + `\"]"}`,
			same: true,
		},
		{
			id: "AMB-52 remove an extension that has values of this request only", base: w1, ops: `{"op":"add","path":"` + extURI + `:es","value":["y"]},{"op":"remove","path":"schemas[value eq \"` + extURI + `\"]"}`,
			same: true,
		},
		{id: "7644-3.5.2-11 qualified attribute brings its URI", base: u1, with: `{"` + enterprise + `":null}`, ops: `{"op":"add","path":"` + enterprise + `:employeeNumber","value":"1"}`, want: `{"` + enterprise + `":{"employeeNumber":"1"}}`},
		{
			id: "7644-3.5.2-12 one after the other", base: u1,
			ops:  `{"op":"add","path":"nickName","value":"A"},{"op":"replace","path":"nickName","value":"B"},{"op":"remove","path":"nickName"},{"op":"add","path":"nickName","value":"C"}`,
			want: `{"nickName":"C"}`,
		},
		{
			id: "7644-3.5.2-12 remove and add members", base: g1, ops: `{"op":"remove","path":"members[value eq \"U1\"]"},{"op":"add","path":"members","value":[{"value":"U2"}]}`,
			want: `{"members":[{"value":"U2"}]}`,
		},
		{
			id: "7644-3.5.2-12 an operation sees the element of the one before", base: u1,
			ops:  `{"op":"add","path":"emails","value":{"value":"x","type":"other"}},{"op":"replace","path":"emails[type eq \"other\"].value","value":"y"}`,
			want: `{"emails":[` + bj + `,` + babs + `,{"value":"y","type":"other"}]}`,
		},
		{
			id: "7644-3.5.2-13 primary by filter", base: u1, ops: `{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},{"value":"babs@jensen.org","type":"home","primary":true}]}`,
		},
		{
			id: "7644-3.5.2-13 primary in a value without a path", base: u1, ops: `{"op":"add","value":{"emails":[{"value":"x","primary":true}]}}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},` + babs + `,{"value":"x","primary":true}]}`,
		},
		{
			id: "entra-validator-swap-primary", base: u1, ops: `{"op":"add","path":"emails[type eq \"work\"].primary","value":false},{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},{"value":"babs@jensen.org","type":"home","primary":true}]}`,
		},
		{id: "7644-3.5.2-13 AMB-16 two primaries in an operation", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"x","primary":true},{"value":"y","primary":true}]}`, fail: schema.InvalidValue},
		{id: "7643-2.4-01 AMB-16 two primaries replace all", base: u1, ops: `{"op":"replace","path":"emails","value":[{"value":"x","primary":true},{"value":"y","primary":true}]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2-13 AMB-16 filter that makes two primary", base: u1, with: threeEmails, ops: `{"op":"replace","path":"emails[type eq \"work\"].primary","value":true}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2-13 AMB-16 filter with an object that makes two primary", base: u1, with: threeEmails, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"primary":true}}`, fail: schema.InvalidValue},
		{
			id: "7644-3.5.2-13 one after the other makes two primary", base: u1, with: threeEmails,
			ops:  `{"op":"replace","path":"emails[value sw \"a\"].primary","value":true},{"op":"replace","path":"emails[value sw \"b\"].primary","value":true}`,
			want: `{"emails":[{"value":"a@example.com","type":"work","primary":false},{"value":"b@x.org","type":"work","primary":true},{"value":"c@example.com","type":"home"}]}`,
		},
		{id: "7644-3.5.2-14 atomic", base: u1, ops: `{"op":"replace","path":"title","value":"ok"},{"op":"add","path":"emails","value":{"value":"x"}},{"op":"remove"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2-20 same value", base: u1, with: `{"title":"t"}`, ops: `{"op":"replace","path":"title","value":"t"}`, same: true},
		{id: "7644-3.5.2-20 there and back", base: u1, ops: `{"op":"replace","path":"active","value":false},{"op":"replace","path":"active","value":true}`, same: true},
		{id: "7644-3.5.2-20 come and gone", base: u1, ops: `{"op":"add","path":"emails","value":{"value":"x"}},{"op":"remove","path":"emails[value eq \"x\"]"}`, same: true},
		{id: "7644-3.5.2-20 gone and come", base: g1, ops: `{"op":"remove","path":"members[value eq \"U1\"]"},{"op":"add","path":"members","value":{"value":"U1"}}`, same: true},
		{
			id: "7644-3.5.2-12 a removed element leaves nothing", base: w1,
			ops:  `{"op":"add","path":"links","value":{"value":"a","kind":"k"}},{"op":"remove","path":"links[value eq \"a\"]"},{"op":"add","path":"links","value":{"value":"a"}}`,
			want: `{"links":[{"value":"a"}]}`,
		},
		{id: "7644-3.5.2-20 primary there and back", base: u1, ops: `{"op":"add","path":"emails[type eq \"home\"].primary","value":true},{"op":"add","path":"emails[type eq \"work\"].primary","value":true}`, same: true},

		{id: "7643-2.2-mut-03 readOnly", base: w1, ops: `{"op":"replace","path":"ro","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-03 readOnly, same value", base: w1, ops: `{"op":"replace","path":"ro","value":"RO"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-03 id", base: w1, ops: `{"op":"replace","path":"id","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-03 meta.created", base: w1, ops: `{"op":"replace","path":"meta.created","value":"2026-01-02T03:04:05Z"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-04 readOnly sub-attribute", base: w1, ops: `{"op":"replace","path":"spec.roSub","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-04 readOnly sub-attribute of elements", base: w1, with: `{"items":[{"value":"v"}]}`, ops: `{"op":"replace","path":"items[value eq \"v\"].roSub","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-09 immutable, other value", base: w1, with: `{"imm":"A"}`, ops: `{"op":"replace","path":"imm","value":"B"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-09 immutable, other value added", base: w1, with: `{"imm":"A"}`, ops: `{"op":"add","path":"imm","value":"B"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-09 immutable removed", base: w1, with: `{"imm":"A"}`, ops: `{"op":"remove","path":"imm"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-09 immutable, null", base: w1, with: `{"imm":"A"}`, ops: `{"op":"replace","path":"imm","value":null}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-09 AMB-06 immutable, same value", base: w1, with: `{"imm":"A"}`, ops: `{"op":"replace","path":"imm","value":"A"},{"op":"add","path":"imm","value":"a"}`, same: true},
		{id: "7643-2.2-mut-09 immutable there and back", base: w1, with: `{"imm":"A"}`, ops: `{"op":"replace","path":"imm","value":"B"},{"op":"replace","path":"imm","value":"A"}`, fail: schema.ViolatesMutability},
		{id: "immutable sub-attribute", base: w1, with: `{"spec":{"immSub":"A"}}`, ops: `{"op":"replace","path":"spec","value":{"a":"x","immSub":"B"}}`, fail: schema.ViolatesMutability},
		{id: "immutable sub-attribute, same value", base: w1, with: `{"spec":{"immSub":"A"}}`, ops: `{"op":"replace","path":"spec","value":{"a":"x","immSub":"A"}}`, want: `{"spec":{"a":"x","immSub":"A"}}`},
		{id: "immutable sub-attribute without a value", base: w1, ops: `{"op":"add","path":"spec.immSub","value":"A"}`, want: `{"spec":{"a":"1","b":"2","roSub":"S","immSub":"A"}}`},
		{id: "immutable multi-valued without a value", base: w1, ops: `{"op":"add","path":"marks","value":["a","b"]}`, want: `{"marks":["a","b"]}`},
		{id: "immutable multi-valued, same values", base: w1, with: `{"marks":["a","b"]}`, ops: `{"op":"replace","path":"marks","value":["B","a"]},{"op":"add","path":"marks","value":[]}`, same: true},
		{id: "immutable multi-valued, another value", base: w1, with: `{"marks":["a","b"]}`, ops: `{"op":"add","path":"marks","value":"c"}`, fail: schema.ViolatesMutability},
		{id: "immutable multi-valued, a value changed", base: w1, with: `{"marks":["a","b"]}`, ops: `{"op":"replace","path":"marks[value eq \"a\"]","value":"c"}`, fail: schema.ViolatesMutability},
		{id: "immutable complex without a value", base: w1, ops: `{"op":"add","path":"seal","value":{"x":"1","y":"2"}}`, want: `{"seal":{"x":"1","y":"2"}}`},
		{id: "immutable complex without a value, sub-attribute", base: w1, ops: `{"op":"add","path":"seal.x","value":"1"}`, want: `{"seal":{"x":"1"}}`},
		{id: "immutable complex, same value", base: w1, with: `{"seal":{"x":"1"}}`, ops: `{"op":"replace","path":"seal","value":{"x":"1"}},{"op":"replace","path":"seal.x","value":"1"}`, same: true},
		{id: "immutable complex, another value", base: w1, with: `{"seal":{"x":"1"}}`, ops: `{"op":"replace","path":"seal","value":{"x":"2"}}`, fail: schema.ViolatesMutability},
		{id: "immutable complex, one more sub-attribute", base: w1, with: `{"seal":{"x":"1"}}`, ops: `{"op":"add","path":"seal.y","value":"2"}`, fail: schema.ViolatesMutability},
		{id: "immutable complex, removed", base: w1, with: `{"seal":{"x":"1"}}`, ops: `{"op":"remove","path":"seal"}`, fail: schema.ViolatesMutability},
		{id: "immutable complex, sub-attribute removed", base: w1, with: `{"seal":{"x":"1"}}`, ops: `{"op":"remove","path":"seal.x"}`, fail: schema.ViolatesMutability},
		{id: "7643-2.2-mut-12 readWrite", base: w1, with: `{"color":"red"}`, ops: `{"op":"replace","path":"color","value":"green"}`, want: `{"color":"green"}`},
		{id: "7643-2.2-req-03 required sub-attribute of an element", base: w1, ops: `{"op":"add","path":"items","value":[{"type":"a"}]}`, fail: schema.InvalidValue},
		{id: "7643-2.2-req-03 required sub-attribute of a complex value", base: w1, ops: `{"op":"add","path":"box.x","value":"a"}`, fail: schema.InvalidValue},
		{id: "7643-2.2-uniq-03 unique value there and away", base: u1, ops: `{"op":"replace","path":"userName","value":"U2"},{"op":"replace","path":"userName","value":"free"}`, want: `{"userName":"free"}`},
		{id: "7643-2.4-08 AMB-21 order of output", base: u1, with: threeEmails, ops: `{"op":"add","path":"emails","value":{"value":"z"}},{"op":"remove","path":"emails[value sw \"b\"]"}`, want: `{"emails":[{"value":"a@example.com","type":"work"},{"value":"c@example.com","type":"home"},{"value":"z"}]}`},
		{id: "7643-2.5-01 unassigned, null and [] without a path", base: u1, ops: `{"op":"replace","value":{"nickName":null,"photos":[],"profileUrl":null}}`, same: true},
		{id: "AMB-48 email without a type is another", base: u1, ops: `{"op":"add","path":"emails","value":{"value":"babs@jensen.org"}}`, want: `{"emails":[` + bj + `,` + babs + `,{"value":"babs@jensen.org"}]}`},
		{id: "AMB-48 element without a value", base: u1, with: addresses, ops: `{"op":"add","path":"addresses","value":{"streetAddress":"2","type":"HOME"}}`, same: true},
	})
}

// TestWriteOnly covers rows 7643-2.2-mut-10 and -11: null is how a store learns that a value goes that it never shows.
func TestWriteOnly(t *testing.T) {
	t.Parallel()
	r := resource(t, w1)
	wo, err := widgetType().Path("wo")
	require.NoError(t, err)
	for _, ops := range []string{`{"op":"remove","path":"wo"}`, `{"op":"replace","path":"wo","value":null}`, `{"op":"replace","value":{"wo":null}}`} {
		got, changes, err := run(r, ops)
		require.NoError(t, err)
		require.Equal(t, schema.KindNull, got.At(wo).Kind(), ops)
		require.Equal(t, []patch.Change{{Path: wo}}, changes)
	}
	got, changes, err := run(r, `{"op":"add","path":"wo","value":"secret"}`)
	require.NoError(t, err)
	require.Equal(t, "secret", got.At(wo).Text())
	require.Equal(t, []patch.Change{{Path: wo}}, changes, "a change never shows a secret")
	_, changes, err = run(r, `{"op":"add","path":"wo","value":null}`)
	require.NoError(t, err)
	require.Empty(t, changes)
	got, changes, err = run(resource(t, w1, `{"box":{"lid":"l"}}`), `{"op":"remove","path":"box.secret"}`)
	require.NoError(t, err)
	require.Equal(t, schema.KindNull, got.Get("box.secret").Kind())
	require.Len(t, changes, 1)
	_, changes, err = run(r, `{"op":"remove","path":"box.secret"}`)
	require.NoError(t, err)
	require.Empty(t, changes, "what is not there has no parts")
	got, changes, err = run(resource(t, w1, `{"ranks":[{"value":"a"}]}`), `{"op":"remove","path":"ranks[value eq \"a\"].key"}`)
	require.NoError(t, err)
	require.Equal(t, schema.KindNull, got.Get(`ranks[value eq "a"].key`).Kind())
	require.Len(t, changes, 1)
	got, changes, err = run(resource(t, w1, `{"box":{"lid":"l"}}`), `{"op":"remove","path":"box"}`)
	require.NoError(t, err)
	require.True(t, got.Get("box").IsUnassigned())
	require.Len(t, changes, 1)
}

// TestCreate covers AMB-10 with the option that package compat sets, rows 7644-3.5.2.1-17 and -19 and 7644-3.5.2.3-08.
func TestCreate(t *testing.T) {
	t.Parallel()
	const none = `{"emails":null,"phoneNumbers":null,"roles":null}`
	cases := []struct {
		patchCase
		resolved string
	}{
		{patchCase{id: "7644-3.5.2.1-17 object", base: u1, with: none, ops: `{"op":"add","path":"emails[type eq \"work\"]","value":{"value":"x"}}`, want: `{"emails":[{"value":"x","type":"work"}]}`}, `[{"op":"add","path":"emails","value":[{"value":"x","type":"work"}]}]`},
		{patchCase{id: "7644-3.5.2.1-19 sub-attribute", base: u1, with: none, ops: `{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}`, want: `{"emails":[{"value":"x","type":"work"}]}`}, `[{"op":"add","path":"emails","value":[{"value":"x","type":"work"}]}]`},
		{patchCase{id: "7644-3.5.2.3-08 replace", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}`, want: `{"emails":[{"value":"x","type":"work"}]}`}, `[{"op":"add","path":"emails","value":[{"value":"x","type":"work"}]}]`},
		{
			patchCase{
				id: "another element is there", base: u1, with: `{"phoneNumbers":[{"value":"1","type":"work"}]}`, ops: `{"op":"add","path":"phoneNumbers[type eq \"fax\"].value","value":"2"}`,
				want: `{"phoneNumbers":[{"value":"1","type":"work"},{"value":"2","type":"fax"}]}`,
			}, `[{"op":"add","path":"phoneNumbers","value":[{"value":"2","type":"fax"}]}]`,
		},
		{
			patchCase{
				id: "several terms", base: u1, with: `{"emails":[` + bj + `]}`, ops: `{"op":"add","path":"emails[type eq \"home\" and primary eq true].value","value":"x"}`,
				want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},{"value":"x","type":"home","primary":true}]}`,
			}, `[{"op":"add","path":"emails","value":[{"value":"x","type":"home","primary":true}]}]`,
		},
		{
			patchCase{
				id: "several operations make one element", base: u1, with: `{"addresses":null}`,
				ops:  `{"op":"add","path":"addresses[type eq \"work\"].locality","value":"L"},{"op":"replace","path":"addresses[type eq \"work\"].region","value":"R"}`,
				want: `{"addresses":[{"locality":"L","region":"R","type":"work"}]}`,
			}, `[{"op":"add","path":"addresses","value":[{"locality":"L","type":"work"}]},{"op":"replace","path":"addresses[type eq \"work\"].region","value":"R"}]`,
		},
		{
			patchCase{
				id: "entra-create-after-remove-in-request", base: u1, with: `{"emails":[` + bj + `]}`,
				ops:  `{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"add","path":"emails[type eq \"work\"].value","value":"new"}`,
				want: `{"emails":[{"value":"new","type":"work"}]}`,
			}, `[{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"add","path":"emails","value":[{"value":"new","type":"work"}]}]`,
		},
		{
			patchCase{
				id: "element is there", base: u1, with: `{"emails":[{"type":"work"}]}`, ops: `{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}`, want: `{"emails":[{"value":"x","type":"work"}]}`,
			}, `[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}]`,
		},
		{patchCase{id: "entra-empty-string-element-only", base: u1, with: none, ops: `{"op":"add","path":"emails[type eq \"work\"].value","value":""}`, same: true}, `[]`},
		{patchCase{id: "nothing to create, null", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"].value","value":null}`, same: true}, `[]`},
		{patchCase{id: "nothing to create, object", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":null}}`, same: true}, `[]`},
		{patchCase{id: "nothing to create, object that repeats the filter", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"type":"work"}}`, same: true}, `[]`},
		{patchCase{id: "nothing to remove", base: u1, with: none, ops: `{"op":"remove","path":"emails[type eq \"work\"].value"}`, same: true}, `[]`},
		{patchCase: patchCase{id: "neg-entra-create-by-value", base: u1, with: none, ops: `{"op":"replace","path":"phoneNumbers[value eq \"1\"].type","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "neg-entra-create-co", base: u1, with: none, ops: `{"op":"replace","path":"phoneNumbers[type co \"mob\"].value","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "neg-entra-create-not", base: u1, with: none, ops: `{"op":"replace","path":"phoneNumbers[not (type eq \"work\")].value","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "neg-entra-create-or", base: u1, with: none, ops: `{"op":"replace","path":"phoneNumbers[type eq \"mobile\" or type eq \"work\"].value","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "7644-3.5.2.1-19 ne", base: u1, with: none, ops: `{"op":"add","path":"phoneNumbers[type ne \"mobile\"].value","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "null is no term", base: u1, with: none, ops: `{"op":"add","path":"phoneNumbers[type eq null].value","value":"x"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "neg-entra-create-member-display", base: g1, ops: `{"op":"replace","path":"members[value eq \"U66\"].type","value":"User"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "display does not identify", base: u1, with: none, ops: `{"op":"replace","path":"roles[display eq \"x\"].value","value":"y"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "terms that contradict each other", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\" and type eq \"home\"].value","value":"y"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "value that contradicts the filter", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"].type","value":"home"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "object that contradicts the filter", base: u1, with: none, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"x","type":"home"}}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "simple value", base: w1, ops: `{"op":"replace","path":"tags[value eq \"a\"]","value":"a"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "no filter", base: u1, with: none, ops: `{"op":"replace","path":"emails.type","value":"a"}`, fail: schema.NoTarget}},
		{patchCase: patchCase{id: "readOnly term", base: w1, ops: `{"op":"replace","path":"items[roSub eq \"a\"].value","value":"a"}`, fail: schema.NoTarget}},
	}
	for _, c := range cases {
		t.Run(c.id, func(t *testing.T) {
			r := resource(t, c.base, c.with)
			typ := r.Attributes.Type()
			ops, err := patch.Read(typ, message(c.ops), patch.Limits{})
			require.NoError(t, err)
			for i := range ops {
				ops[i].Create = true
			}
			require.NoError(t, patch.Check(typ, ops))
			_, reduced := patch.Reduce(typ, ops, "emails", "members", "tags")
			require.False(t, reduced)
			before := snapshot(t, r)
			got, changes, err := patch.Apply(r, ops)
			resolved, resolveErr := patch.Resolve(r, ops)
			require.Equal(t, before, snapshot(t, r))
			if c.fail != "" {
				require.Equal(t, c.fail, errorType(t, err))
				require.Equal(t, c.fail, errorType(t, resolveErr))
				return
			}
			require.NoError(t, err)
			require.NoError(t, resolveErr)
			require.Equal(t, c.same, len(changes) == 0)
			want := snapshot(t, resource(t, c.base, c.with, c.want))
			require.Equal(t, want, snapshot(t, got))
			require.JSONEq(t, c.resolved, marshal(t, resolved))
			// Operations as they act need no help any more.
			got, _, err = patch.Apply(r, resolved)
			require.NoError(t, err)
			require.Equal(t, want, snapshot(t, got))
		})
	}
}

func marshal(t *testing.T, ops []patch.Op) string {
	out := "["
	for i, op := range ops {
		text, err := op.MarshalJSON()
		require.NoError(t, err)
		if i > 0 {
			out += ","
		}
		out += string(text)
	}
	return out + "]"
}

func TestChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id, base, with, ops string
		want                []string
	}{
		{"singular", u1, "", `{"op":"replace","path":"active","value":false}`, []string{"active: true -> false"}},
		{"added", u1, "", `{"op":"add","path":"title","value":"x"}`, []string{"title:  -> x"}},
		{"removed", u1, "", `{"op":"remove","path":"name"}`, []string{"name.familyName: Jensen -> ", "name.givenName: Barbara -> "}},
		{"externalId", u1, "", `{"op":"replace","path":"externalId","value":"E2"}`, []string{"externalId: E1 -> E2"}},
		{"sub-attribute", u1, "", `{"op":"replace","path":"` + enterprise + `:manager.value","value":"U3"}`, []string{enterprise + ":manager.value: U2 -> U3"}},
		{"member", g1, "", `{"op":"add","path":"members","value":[{"value":"U1"},{"value":"U2"}]}`, []string{`members:  -> {"value":"U2"}`}},
		{"members", g1, "", `{"op":"replace","path":"members","value":[{"value":"U3","type":"User"}]}`, []string{`members:  -> {"value":"U3","type":"User"}`, `members: {"value":"U1","type":"User","display":"Babs"} -> `}},
		{"one element", u1, threeEmails, `{"op":"replace","path":"emails[value sw \"b\"].display","value":"d"}`, []string{`emails: {"value":"b@x.org","type":"work"} -> {"value":"b@x.org","display":"d","type":"work"}`}},
		{"value of an element", u1, threeEmails, `{"op":"replace","path":"emails[type eq \"home\"].value","value":"d"}`, []string{`emails: {"value":"c@example.com","type":"home"} -> {"value":"d","type":"home"}`}},
		{
			"values of elements of a type", u1, threeEmails, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"d"}`,
			[]string{`emails:  -> {"value":"d","type":"work"}`, `emails: {"value":"a@example.com","type":"work"} -> `, `emails: {"value":"b@x.org","type":"work"} -> `},
		},
		{
			"primary", u1, "", `{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`,
			[]string{`emails: {"value":"babs@jensen.org","type":"home"} -> {"value":"babs@jensen.org","type":"home","primary":true}`, `emails: {"value":"bj@example.com","type":"work","primary":true} -> {"value":"bj@example.com","type":"work","primary":false}`},
		},
		{"multi-valued sub-attribute", w1, "", `{"op":"add","path":"spec.list","value":["x"]}`, []string{`spec.list:  -> ["x"]`}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			r := resource(t, tt.base, tt.with)
			got, changes, err := run(r, tt.ops)
			require.NoError(t, err)
			require.Equal(t, tt.want, describe(changes))
			require.Equal(t, changes, patch.Diff(r, got))
			require.Empty(t, patch.Diff(got, got))
		})
	}
	twice, once := resource(t, g1, `{"members":[{"value":"a"},{"value":"a"}]}`), resource(t, g1, `{"members":[{"value":"a"}]}`)
	require.Equal(t, []string{`members: {"value":"a"} -> `}, describe(patch.Diff(twice, once)), "an element that the store held twice")
	require.Equal(t, []string{`members:  -> {"value":"a"}`}, describe(patch.Diff(once, twice)))
	require.Empty(t, patch.Diff(&schema.Resource{}, &schema.Resource{}))
}

// TestInvalidBefore: an application may have stored what SCIM does not allow. To disable such a user must still work.
func TestInvalidBefore(t *testing.T) {
	t.Parallel()
	r := resource(t, u1, `{"userName":null}`)
	got, _, err := run(r, `{"op":"replace","path":"active","value":false}`)
	require.NoError(t, err)
	require.False(t, got.Get("active").Bool())
	_, _, err = run(r, `{"op":"replace","path":"userName","value":" "}`)
	require.Equal(t, schema.InvalidValue, errorType(t, err))
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	typ := schema.UserType()
	name := typ.Attribute("name")
	given := schema.Complex(name.Object().With(name.SubAttribute("givenName"), schema.String("x")))
	for _, tt := range []struct {
		op   patch.Op
		fail schema.ErrorType
	}{
		{patch.NewOp(typ, "replace", "active", schema.Boolean(false)), ""},
		{patch.NewOp(typ, "replace", "name", given), ""},
		{patch.NewOp(typ, "replace", "active", schema.String("no")), schema.InvalidValue},
		{patch.NewOp(typ, "replace", "active", schema.List(schema.Boolean(true))), schema.InvalidValue},
		{patch.NewOp(typ, "add", "emails", schema.List(schema.List())), schema.InvalidValue},
		{patch.NewOp(typ, "add", "emails", schema.List(schema.Null())), schema.InvalidValue},
		{patch.NewOp(typ, "add", "emails", given), schema.InvalidValue},
		{patch.NewOp(typ, "add", "title", given), schema.InvalidValue},
		{patch.NewOp(typ, "add", "name", schema.Complex(typ.Object())), ""}, // an empty object of any attribute says nothing
		{patch.NewOp(typ, "add", "", given), schema.InvalidValue},
		{patch.NewOp(typ, "add", "", schema.Complex(widgetType().Object())), schema.InvalidValue},
		{patch.NewOp(typ, "add", "emails", schema.Stream(nil)), schema.InvalidValue},
		{patch.Op{Op: "add", HasPath: true, Path: "title", Value: schema.String("x")}, schema.InvalidPath},
	} {
		_, _, err := patch.Apply(resource(t, u1), []patch.Op{tt.op})
		if tt.fail == "" {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, tt.fail, errorType(t, err), "%+v", tt.op)
	}
	_, _, err := patch.Apply(&schema.Resource{}, nil)
	require.ErrorContains(t, err, "no type")
	_, err = patch.Resolve(&schema.Resource{}, nil)
	require.ErrorContains(t, err, "no type")
}
