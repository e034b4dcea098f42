package patch_test

import (
	"testing"

	"github.com/embedscim/scim/schema"
)

const (
	bj   = `{"value":"bj@example.com","type":"work","primary":true}`
	babs = `{"value":"babs@jensen.org","type":"home"}`
)

// TestAdd goes through area R of the checklist, RFC 7644 §3.5.2.1.
func TestAdd(t *testing.T) {
	t.Parallel()
	runCases(t, []patchCase{
		{id: "7644-3.5.2.1-01 no value", base: u1, ops: `{"op":"add","path":"title"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-01 AMB-25 no path and no value", base: u1, ops: `{"op":"add"}`, fail: schema.InvalidValue},
		{
			id: "7644-3.5.2.1-02 no path", base: u1, ops: `{"op":"add","value":{"emails":[{"value":"c","type":"other"}],"nickName":"B"}}`,
			want: `{"emails":[` + bj + `,` + babs + `,{"value":"c","type":"other"}],"nickName":"B"}`,
		},
		{id: "7644-3.5.2.1-02 no path, a string", base: u1, ops: `{"op":"add","value":"B"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-02 no path, an array", base: u1, ops: `{"op":"add","value":[{"nickName":"B"}]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-02 no path, null", base: u1, ops: `{"op":"add","value":null}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-02 no path, empty", base: u1, ops: `{"op":"add","value":{}}`, same: true},
		{id: "7644-3.5.2.1-03 target missing", base: u1, ops: `{"op":"add","path":"title","value":"VP"}`, want: `{"title":"VP"}`},
		{
			id: "7644-3.5.2.1-04 complex is merged", base: u1, ops: `{"op":"add","path":"name","value":{"givenName":"Babs"}}`,
			want: `{"name":{"givenName":"Babs","familyName":"Jensen"}}`,
		},
		{id: "7644-3.5.2.1-04 complex, a string", base: u1, ops: `{"op":"add","path":"name","value":"x"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-04 complex, an empty object", base: u1, ops: `{"op":"add","path":"name","value":{}}`, same: true},
		{
			id: "7644-3.5.2.1-05 AMB-25b one value is appended", base: u1, ops: `{"op":"add","path":"emails","value":{"value":"c"}}`,
			want: `{"emails":[` + bj + `,` + babs + `,{"value":"c"}]}`,
		},
		{
			id: "7644-3.5.2.1-05 several values are appended", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"c"},{"value":"d"}]}`,
			want: `{"emails":[` + bj + `,` + babs + `,{"value":"c"},{"value":"d"}]}`,
		},
		{id: "7644-3.5.2.1-05 an array in an array", base: u1, ops: `{"op":"add","path":"emails","value":[[{"value":"c"}]]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-05 null in an array", base: u1, ops: `{"op":"add","path":"emails","value":[null]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-05 nothing in an array", base: u1, ops: `{"op":"add","path":"emails","value":[{}]}`, same: true},
		{id: "7644-3.5.2.1-06 single-valued is replaced", base: u1, with: `{"title":"old"}`, ops: `{"op":"add","path":"title","value":"new"}`, want: `{"title":"new"}`},
		{id: "7644-3.5.2.1-06 in letter case too", base: u1, with: `{"title":"old"}`, ops: `{"op":"add","path":"title","value":"OLD"}`, want: `{"title":"OLD"}`},
		{
			id: "7644-3.5.2.1-07 sub-attribute is replaced", base: u1, ops: `{"op":"add","path":"name.givenName","value":"B"}`,
			want: `{"name":{"givenName":"B","familyName":"Jensen"}}`,
		},
		{id: "7644-3.5.2.1-08 7643-2.4-05 email is there", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"BJ@example.com","type":"Work"}]}`, same: true},
		{id: "7644-3.5.2.1-08 AMB-48 member is there", base: g1, ops: `{"op":"add","path":"members","value":[{"value":"U1"}]}`, same: true},
		{id: "7644-3.5.2.1-08 AMB-48 member is there with other details", base: g1, ops: `{"op":"add","path":"members","value":[{"value":"U1","type":"Group","display":"x"}]}`, same: true},
		{
			id: "7643-2.4-07 member by another $ref", base: g1, with: `{"members":[{"value":"U1","$ref":"https://h/scim/v2/Users/U1"}]}`,
			ops: `{"op":"add","path":"members","value":[{"value":"U1","$ref":"https://h/scim/Users/U1"}]}`, same: true,
		},
		{
			id: "7643-2.4-06 7644-3.5.2.1-08 same value, other type", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"bj@example.com","type":"home"}]}`,
			want: `{"emails":[` + bj + `,` + babs + `,{"value":"bj@example.com","type":"home"}]}`,
		},
		{
			id: "7644-3.5.2.1-08 more is known of an email that is there", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"babs@jensen.org","type":"home","display":"B"}]}`,
			want: `{"emails":[` + bj + `,{"value":"babs@jensen.org","type":"home","display":"B"}]}`,
		},
		{id: "7644-3.5.2.1-09 title is there", base: u1, with: `{"title":"x"}`, ops: `{"op":"add","path":"title","value":"x"}`, same: true},
		{id: "7644-3.5.2.1-09 explicit primary false is no change", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"babs@jensen.org","type":"home","primary":false}]}`, same: true},
		{id: "7644-3.5.2.1-10 singular, scalar", base: u1, ops: `{"op":"add","path":"active","value":false}`, want: `{"active":false}`},
		{id: "7644-3.5.2.1-10 AMB-12 singular, null", base: u1, ops: `{"op":"add","path":"active","value":null}`, same: true},
		{id: "7644-3.5.2.1-10 singular, empty array", base: u1, ops: `{"op":"add","path":"active","value":[ ]}`, same: true},
		{id: "7644-3.5.2.1-10 required singular, null", base: u1, ops: `{"op":"add","path":"userName","value":null}`, same: true},
		{id: "7644-3.5.2.1-10 singular, object", base: u1, ops: `{"op":"add","path":"active","value":{"value":true}}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-10 singular, array", base: u1, ops: `{"op":"add","path":"active","value":[true]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-10 AMB-31 boolean, string", base: u1, ops: `{"op":"add","path":"active","value":"true"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-10 string, number", base: u1, ops: `{"op":"add","path":"title","value":5}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-10 AMB-12 empty string is a value", base: u1, ops: `{"op":"add","path":"title","value":""}`, want: `{"title":""}`},
		{id: "7644-3.5.2.1-10 AMB-12 blank required string", base: u1, ops: `{"op":"add","path":"userName","value":" "}`, fail: schema.InvalidValue},
		{
			id: "7644-3.5.2.1-11 AMB-12 complex, null sub-attribute", base: u1, ops: `{"op":"add","path":"name","value":{"givenName":"X","familyName":null}}`,
			want: `{"name":{"givenName":"X","familyName":"Jensen"}}`,
		},
		{id: "7644-3.5.2.1-11 AMB-28 complex, unknown sub-attribute", base: u1, ops: `{"op":"add","path":"name","value":{"givenName":"X","nope":1}}`, fail: schema.InvalidSyntax},
		{id: "7644-3.5.2.1-11 unknown sub-attribute of an element", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"x","nope":1}]}`, fail: schema.InvalidSyntax},
		{id: "7644-3.5.2.1-11 complex, null", base: u1, ops: `{"op":"add","path":"name","value":null}`, same: true},
		{id: "7644-3.5.2.1-11 complex, array", base: u1, ops: `{"op":"add","path":"name","value":[]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-12 parent absent", base: u1, with: `{"name":null}`, ops: `{"op":"add","path":"name.givenName","value":"B"}`, want: `{"name":{"givenName":"B"}}`},
		{id: "7644-3.5.2.1-13 simple, scalar", base: w1, with: `{"tags":["a"]}`, ops: `{"op":"add","path":"tags","value":"c"}`, want: `{"tags":["a","c"]}`},
		{id: "7644-3.5.2.1-13 simple, array", base: w1, with: `{"tags":["a"]}`, ops: `{"op":"add","path":"tags","value":["c","d","C"]}`, want: `{"tags":["a","c","d"]}`},
		{id: "7644-3.5.2.1-13 7643-2.4-09 simple, there", base: w1, with: `{"tags":["a"]}`, ops: `{"op":"add","path":"tags","value":"A"}`, same: true},
		{id: "7644-3.5.2.1-13 7643-2.4-09 simple and exact", base: w1, with: `{"codes":["a"]}`, ops: `{"op":"add","path":"codes","value":"A"}`, want: `{"codes":["a","A"]}`},
		{id: "7644-3.5.2.1-13 numbers by value", base: w1, with: `{"nums":[1]}`, ops: `{"op":"add","path":"nums","value":[1,2,0,-0]}`, want: `{"nums":[1,2,0]}`},
		{id: "7644-3.5.2.1-13 simple, wrong type", base: w1, ops: `{"op":"add","path":"nums","value":["1"]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-14 complex, empty array", base: u1, ops: `{"op":"add","path":"emails","value":[]}`, same: true},
		{id: "7644-3.5.2.1-14 complex, null", base: u1, ops: `{"op":"add","path":"emails","value":null}`, same: true},
		{
			id: "7644-3.5.2.1-14 3.5.2-13 array with primary", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"c","primary":true},{"value":"d"}]}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},` + babs + `,{"value":"c","primary":true},{"value":"d"}]}`,
		},
		{
			id: "3.5.2-13 email that is there becomes primary", base: u1, ops: `{"op":"add","path":"emails","value":[{"value":"babs@jensen.org","type":"home","primary":true}]}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},{"value":"babs@jensen.org","type":"home","primary":true}]}`,
		},
		{
			id: "7644-3.5.2.1-15 null parts of a member", base: g1, ops: `{"op":"add","path":"members","value":[{"$ref":null,"value":"U2"},{"value":"U2"}]},{"op":"add","path":"members","value":[{"$ref":null,"value":"U2"}]}`,
			want: `{"members":[{"value":"U1","type":"User","display":"Babs"},{"value":"U2"}]}`,
		},
		{id: "7644-3.5.2.1-15 all parts null", base: g1, ops: `{"op":"add","path":"members","value":[{"$ref":null,"value":null}]}`, same: true},
		{
			id: "7644-3.5.2.1-16 AMB-10 filter matches", base: u1, ops: `{"op":"add","path":"emails[type eq \"work\"]","value":{"display":"d"}}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":true,"display":"d"},` + babs + `]}`,
		},
		{id: "7644-3.5.2.1-16 filter matches, null", base: u1, ops: `{"op":"add","path":"emails[type eq \"work\"]","value":null}`, same: true},
		{id: "7644-3.5.2.1-17 AMB-10 no match in Strict", base: u1, with: `{"emails":null}`, ops: `{"op":"add","path":"emails[type eq \"work\"]","value":{"value":"x"}}`, fail: schema.NoTarget},
		{
			id: "7644-3.5.2.1-18 several matches", base: u1, with: `{"phoneNumbers":[{"value":"1","type":"work"},{"value":"2","type":"home"},{"value":"3","type":"work"}]}`,
			ops:  `{"op":"add","path":"phoneNumbers[type eq \"work\"].display","value":"d"}`,
			want: `{"phoneNumbers":[{"value":"1","type":"work","display":"d"},{"value":"2","type":"home"},{"value":"3","type":"work","display":"d"}]}`,
		},
		{id: "7644-3.5.2.1-19 sub-attribute, no match in Strict", base: u1, with: `{"emails":null}`, ops: `{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.1-19 no match and null", base: u1, with: `{"emails":null}`, ops: `{"op":"add","path":"emails[type eq \"work\"].value","value":null}`, same: true},
		{
			id: "7644-3.5.2.1-20 AMB-22 sub-attribute of all", base: u1, ops: `{"op":"add","path":"emails.type","value":"other"}`,
			want: `{"emails":[{"value":"bj@example.com","type":"other","primary":true},{"value":"babs@jensen.org","type":"other"}]}`,
		},
		{id: "7644-3.5.2.1-20 AMB-22 sub-attribute of none", base: u1, with: `{"emails":null}`, ops: `{"op":"add","path":"emails.type","value":"other"}`, fail: schema.NoTarget},
		{
			id: "7644-3.5.2.1-21 AMB-20 extension", base: u1, ops: `{"op":"add","path":"` + enterprise + `","value":{"department":"D2"}}`,
			want: `{"` + enterprise + `":{"department":"D2","manager":{"value":"U2"}}}`,
		},
		{
			id: "7644-3.5.2.1-21 extension attribute", base: u1, with: `{"` + enterprise + `":null}`, ops: `{"op":"add","path":"` + enterprise + `:department","value":"D3"}`,
			want: `{"` + enterprise + `":{"department":"D3"}}`,
		},
		{
			id: "7644-3.5.2.1-21 extension sub-attribute", base: u1, with: `{"` + enterprise + `":null}`, ops: `{"op":"add","path":"` + enterprise + `:manager.value","value":"U3"}`,
			want: `{"` + enterprise + `":{"manager":{"value":"U3"}}}`,
		},
		{id: "7644-3.5.2.1-21 extension, null", base: u1, ops: `{"op":"add","path":"` + enterprise + `","value":null}`, same: true},
		{id: "7644-3.5.2.1-21 extension, string", base: u1, ops: `{"op":"add","path":"` + enterprise + `","value":"x"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.1-21 extension, unknown attribute", base: u1, ops: `{"op":"add","path":"` + enterprise + `","value":{"nope":1}}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2.1-22 dotted key", base: u1, ops: `{"op":"add","value":{"name.givenName":"x"}}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2.1-22 qualified key", base: u1, ops: `{"op":"add","value":{"` + enterprise + `:department":"d"}}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2.1-22 filter as a key", base: u1, ops: `{"op":"add","value":{"emails[type eq \"work\"].value":"w"}}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2.1-22 unknown key", base: u1, ops: `{"op":"add","value":{"title":"x","nope":"w"}}`, fail: schema.InvalidPath},
		{id: "7644-3.5.2.1-23 readOnly", base: w1, ops: `{"op":"add","path":"ro","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.1-23 immutable with a value", base: w1, with: `{"imm":"A"}`, ops: `{"op":"add","path":"imm","value":"B"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.1-23 writeOnly", base: w1, ops: `{"op":"add","path":"wo","value":"s"}`, want: `{"wo":"s"}`},
		{id: "multi-valued sub-attribute", base: w1, ops: `{"op":"add","path":"spec.list","value":["x","y","X"]},{"op":"add","path":"spec.list","value":"Y"}`, want: `{"spec":{"a":"1","b":"2","roSub":"S","list":["x","y"]}}`},
		{id: "multi-valued extension attribute", base: w1, ops: `{"op":"add","path":"` + extURI + `:es","value":"x"}`, want: `{"` + extURI + `":{"es":["x"]}}`},
		{id: "externalId", base: u1, ops: `{"op":"add","path":"externalId","value":"E2"}`, want: `{"externalId":"E2"}`},
		{id: "externalId of an object without a path", base: u1, ops: `{"op":"add","value":{"externalId":"E2"}}`, want: `{"externalId":"E2"}`},
		{id: "simple value by filter", base: w1, with: `{"tags":["a","b"]}`, ops: `{"op":"add","path":"tags[value eq \"a\"]","value":"c"}`, want: `{"tags":["c","b"]}`},
		{id: "simple value by filter becomes one that is there", base: w1, with: `{"tags":["a","b"]}`, ops: `{"op":"add","path":"tags[value eq \"b\"]","value":"A"}`, want: `{"tags":["a"]}`},
	})
}
