package patch_test

import (
	"testing"

	"github.com/embedscim/scim/schema"
)

const addresses = `{"addresses":[{"streetAddress":"1","type":"work","locality":"X"},{"streetAddress":"2","type":"home"},{"streetAddress":"3","type":"work"}]}`

// TestReplace goes through area T of the checklist, RFC 7644 §3.5.2.3.
func TestReplace(t *testing.T) {
	t.Parallel()
	runCases(t, []patchCase{
		{id: "7644-3.5.2.3-01 no path", base: u1, ops: `{"op":"replace","value":{"active":false}}`, want: `{"active":false}`},
		{id: "7644-3.5.2.3-01 no path, an array", base: u1, ops: `{"op":"replace","value":[{"active":false}]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-01 no path, a string", base: u1, ops: `{"op":"replace","value":"x"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-01 no path, list replaced", base: u1, ops: `{"op":"replace","value":{"emails":[{"value":"x"}]}}`, want: `{"emails":[{"value":"x"}]}`},
		{id: "7644-3.5.2.3-02 single-valued", base: u1, with: `{"title":"old"}`, ops: `{"op":"replace","path":"title","value":"new"}`, want: `{"title":"new"}`},
		{id: "7644-3.5.2.3-02 false", base: u1, ops: `{"op":"replace","path":"active","value":false}`, want: `{"active":false}`},
		{id: "7644-3.5.2.3-03 multi-valued", base: g1, with: `{"members":[{"value":"A"},{"value":"B"}]}`, ops: `{"op":"replace","path":"members","value":[{"value":"C"}]}`, want: `{"members":[{"value":"C"}]}`},
		{id: "7644-3.5.2.3-03 AMB-25b one object", base: g1, ops: `{"op":"replace","path":"members","value":{"value":"C"}}`, want: `{"members":[{"value":"C"}]}`},
		{id: "7644-3.5.2.3-03 repeated values", base: g1, ops: `{"op":"replace","path":"members","value":[{"value":"C"},{"value":"D"},{"value":"C"}]}`, want: `{"members":[{"value":"C"},{"value":"D"}]}`},
		{
			id: "7644-3.5.2.3-03 who stays a member keeps what is known", base: g1, ops: `{"op":"replace","path":"members","value":[{"value":"C"},{"value":"U1"}]}`,
			want: `{"members":[{"value":"C"},{"value":"U1","type":"User","display":"Babs"}]}`,
		},
		{id: "7644-3.5.2-20 same members", base: g1, ops: `{"op":"replace","path":"members","value":[{"value":"U1"}]}`, same: true},
		{id: "7644-3.5.2-20 AMB-21 same members in another order", base: g1, with: `{"members":[{"value":"A"},{"value":"B"}]}`, ops: `{"op":"replace","path":"members","value":[{"value":"B"},{"value":"A"}]}`, same: true},
		{
			id: "AMB-21 order stays while something else changes", base: g1, with: `{"members":[{"value":"A"},{"value":"B"}]}`,
			ops: `{"op":"replace","value":{"displayName":"N","members":[{"value":"B"},{"value":"A"}]}}`, want: `{"displayName":"N"}`,
		},
		{
			id: "part of an element that is not sent goes", base: w1, with: `{"links":[{"value":"a","level":1,"kind":"k","shown":"s"}]}`, ops: `{"op":"replace","path":"links","value":[{"value":"a"}]}`,
			want: `{"links":[{"value":"a","kind":"k","shown":"s"}]}`,
		},
		{
			id: "immutable part of an element that is sent anew", base: w1, with: `{"links":[{"value":"a","kind":"k","shown":"s"}]}`, ops: `{"op":"replace","path":"links","value":[{"value":"a","kind":"other"}]}`,
			want: `{"links":[{"value":"a","kind":"other","shown":"s"}]}`,
		},
		{
			id: "7643-2.4-05 selected elements become one", base: u1, with: `{"emails":[{"value":"a","type":"work"},{"value":"a","type":"home"},{"value":"b","type":"x"}]}`,
			ops: `{"op":"replace","path":"emails[value eq \"a\"].type","value":"home"}`, want: `{"emails":[{"value":"a","type":"home"},{"value":"b","type":"x"}]}`,
		},
		{
			id: "7643-2.4-05 7644-3.5.2-13 selected elements become one that is primary", base: u1, with: `{"emails":[{"value":"a","type":"work"},{"value":"a","type":"home"},{"value":"b","primary":true}]}`,
			ops: `{"op":"replace","path":"emails[value eq \"a\"]","value":{"type":"home","primary":true}}`, want: `{"emails":[{"value":"a","type":"home","primary":true},{"value":"b","primary":false}]}`,
		},
		{
			id: "7644-3.5.2-13 primary of elements that are identified by value alone", base: w1, with: `{"ranks":[{"value":"a","primary":true},{"value":"b"}]}`, ops: `{"op":"add","path":"ranks","value":{"value":"b","primary":true}}`,
			want: `{"ranks":[{"value":"a","primary":false},{"value":"b","primary":true}]}`,
		},
		{id: "7644-3.5.2.3-04 not there", base: u1, ops: `{"op":"replace","path":"title","value":"T"}`, want: `{"title":"T"}`},
		{id: "7644-3.5.2.3-04 sub-attribute not there", base: u1, with: `{"name":null}`, ops: `{"op":"replace","path":"name.givenName","value":"T"}`, want: `{"name":{"givenName":"T"}}`},
		{id: "7644-3.5.2.3-04 extension not there", base: u1, with: `{"` + enterprise + `":null}`, ops: `{"op":"replace","path":"` + enterprise + `:division","value":"T"}`, want: `{"` + enterprise + `":{"division":"T"}}`},
		{id: "7644-3.5.2.3-04 multi-valued not there", base: u1, with: `{"emails":null}`, ops: `{"op":"replace","path":"emails","value":[{"value":"x"}]}`, want: `{"emails":[{"value":"x"}]}`},
		{id: "7644-3.5.2.3-05 AMB-18b complex is merged", base: u1, ops: `{"op":"replace","path":"name","value":{"givenName":"X"}}`, want: `{"name":{"givenName":"X","familyName":"Jensen"}}`},
		{id: "AMB-12 null sub-attribute", base: u1, ops: `{"op":"replace","path":"name","value":{"givenName":"X","familyName":null}}`, want: `{"name":{"givenName":"X"}}`},
		{id: "AMB-12 all sub-attributes null", base: u1, ops: `{"op":"replace","path":"name","value":{"givenName":null,"familyName":null}}`, want: `{"name":null}`},
		{id: "empty object names nothing", base: u1, ops: `{"op":"replace","path":"name","value":{}}`, same: true},
		{
			id: "7644-3.5.2.3-06 AMB-10b all matching records are merged", base: u1, with: addresses, ops: `{"op":"replace","path":"addresses[type eq \"work\"]","value":{"region":"R"}}`,
			want: `{"addresses":[{"streetAddress":"1","type":"work","locality":"X","region":"R"},{"streetAddress":"2","type":"home"},{"streetAddress":"3","type":"work","region":"R"}]}`,
		},
		{
			id: "7644-3.5.2.3-07 sub-attribute of all matching records", base: u1, with: addresses, ops: `{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"S"}`,
			want: `{"addresses":[{"streetAddress":"S","type":"work","locality":"X"},{"streetAddress":"2","type":"home"},{"streetAddress":"S","type":"work"}]}`,
		},
		{id: "7644-3.5.2.3-08 no match", base: u1, ops: `{"op":"replace","path":"emails[type eq \"x\"]","value":{"value":"x"}}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.3-08 no match for a sub-attribute", base: u1, ops: `{"op":"replace","path":"emails[type eq \"x\"].value","value":"x"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.3-08 unassigned", base: u1, with: `{"emails":null}`, ops: `{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.3-08 no match and null", base: u1, ops: `{"op":"replace","path":"emails[type eq \"x\"]","value":null}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.3-09 singular, null", base: u1, with: `{"title":"x"}`, ops: `{"op":"replace","path":"title","value":null}`, want: `{"title":null}`},
		{id: "7644-3.5.2.3-09 singular, empty array", base: u1, with: `{"title":"x"}`, ops: `{"op":"replace","path":"title","value":[]}`, want: `{"title":null}`},
		{id: "7644-3.5.2.3-09 AMB-25c required, null", base: u1, ops: `{"op":"replace","path":"userName","value":null}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-09 AMB-25c required, empty array", base: u1, ops: `{"op":"replace","path":"userName","value":[]}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-09 AMB-25c required, null without a path", base: u1, ops: `{"op":"replace","value":{"userName":null}}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-09 AMB-25c required sub-attribute, null", base: w1, with: `{"box":{"lid":"l","x":"x"}}`, ops: `{"op":"replace","path":"box","value":{"lid":null}}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-09 AMB-25c required multi-valued", base: w1, ops: `{"op":"replace","path":"must","value":[]}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-09 AMB-25c required multi-valued without a path", base: w1, ops: `{"op":"replace","value":{"must":null}}`, fail: schema.ViolatesMutability},
		{id: "AMB-12 blank required string", base: u1, ops: `{"op":"replace","path":"userName","value":""}`, fail: schema.InvalidValue},
		{id: "neg-manager-array-empty complex, empty array", base: u1, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":[]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-09 complex, null", base: u1, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":null}`, want: `{"` + enterprise + `":{"department":"D"}}`},
		{id: "7644-3.5.2.3-10 multi-valued, empty array", base: u1, ops: `{"op":"replace","path":"emails","value":[]}`, want: `{"emails":null}`},
		{id: "7644-3.5.2.3-10 multi-valued, null", base: u1, ops: `{"op":"replace","path":"emails","value":null}`, want: `{"emails":null}`},
		{id: "7644-3.5.2.3-10 7643-2.5-02 without a path", base: u1, with: `{"nickName":"n"}`, ops: `{"op":"replace","value":{"emails":[],"nickName":null}}`, want: `{"emails":null,"nickName":null}`},
		{id: "7644-3.5.2.3-11 filter, empty array", base: u1, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":[]}`, want: `{"emails":[` + babs + `]}`},
		{id: "7644-3.5.2.3-11 filter, null", base: u1, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":null}`, want: `{"emails":[` + babs + `]}`},
		{id: "filter and sub-attribute, null", base: u1, ops: `{"op":"replace","path":"emails[type eq \"work\"].primary","value":null}`, want: `{"emails":[{"value":"bj@example.com","type":"work"},` + babs + `]}`},
		{
			id: "7644-3.5.2.3-12 filter, array of one", base: u1, ops: `{"op":"replace","path":"emails[type eq \"home\"]","value":[{"value":"h"}]}`,
			want: `{"emails":[` + bj + `,{"value":"h","type":"home"}]}`,
		},
		{id: "7644-3.5.2.3-12 filter, array of two", base: u1, ops: `{"op":"replace","path":"emails[type eq \"home\"]","value":[{"value":"h"},{"value":"i"}]}`, fail: schema.InvalidValue},
		{
			id: "7644-3.5.2.3-13 3.5.2-13 filter, object with primary", base: u1, ops: `{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"h","primary":true}}`,
			want: `{"emails":[{"value":"bj@example.com","type":"work","primary":false},{"value":"h","type":"home","primary":true}]}`,
		},
		{
			id: "7644-3.5.2.3-14 AMB-22 sub-attribute of all", base: u1, ops: `{"op":"replace","path":"emails.type","value":"other"}`,
			want: `{"emails":[{"value":"bj@example.com","type":"other","primary":true},{"value":"babs@jensen.org","type":"other"}]}`,
		},
		{id: "7644-3.5.2.3-14 AMB-22 sub-attribute of none", base: u1, with: `{"emails":null}`, ops: `{"op":"replace","path":"emails.type","value":"other"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.3-15 sub-attribute of the wrong type", base: u1, ops: `{"op":"replace","path":"name.givenName","value":{}}`, fail: schema.InvalidValue},
		{
			id: "7644-3.5.2.3-16 AMB-18b extension is merged", base: u1, with: `{"` + enterprise + `":{"department":"D","costCenter":"C"}}`, ops: `{"op":"replace","path":"` + enterprise + `","value":{"department":"X"}}`,
			want: `{"` + enterprise + `":{"department":"X","costCenter":"C"}}`,
		},
		{id: "7644-3.5.2.3-16 extension, null", base: u1, ops: `{"op":"replace","path":"` + enterprise + `","value":null}`, want: `{"` + enterprise + `":null}`},
		{id: "7644-3.5.2.3-17 AMB-05 same id", base: g1, ops: `{"op":"replace","value":{"id":"G1","displayName":"N"}}`, want: `{"displayName":"N"}`},
		{id: "7644-3.5.2.3-17 AMB-05 other id", base: g1, ops: `{"op":"replace","value":{"id":"other","displayName":"N"}}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.3-17 AMB-05 id in another case", base: g1, ops: `{"op":"replace","value":{"id":"g1"}}`, fail: schema.ViolatesMutability},
		{id: "AMB-05 same meta", base: g1, ops: `{"op":"replace","value":{"meta":{"resourceType":"Group"},"displayName":"N"}}`, want: `{"displayName":"N"}`},
		{id: "AMB-05 other meta changes nothing", base: g1, ops: `{"op":"replace","value":{"meta":{"location":"https://evil.example"},"displayName":"N"}}`, want: `{"displayName":"N"}`},
		{id: "AMB-05 meta by path", base: g1, ops: `{"op":"replace","path":"meta","value":{"location":"https://evil.example"}}`, fail: schema.ViolatesMutability},
		{id: "AMB-05 same schemas", base: g1, ops: `{"op":"replace","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:group"],"displayName":"N"}}`, want: `{"displayName":"N"}`},
		{id: "AMB-05 schemas of the value do not remove an extension", base: u1, ops: `{"op":"replace","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"N"}}`, want: `{"title":"N"}`},
		{id: "AMB-05 unknown schemas", base: g1, ops: `{"op":"replace","value":{"schemas":["urn:x:y"],"displayName":"N"}}`, fail: schema.InvalidValue},
		{id: "AMB-05 same readOnly attribute", base: w1, ops: `{"op":"replace","value":{"ro":"RO","color":"red"}}`, want: `{"color":"red"}`},
		{id: "AMB-05 other readOnly attribute", base: w1, ops: `{"op":"replace","value":{"ro":"x","color":"red"}}`, fail: schema.ViolatesMutability},
		{id: "AMB-05 readOnly attribute, null", base: w1, ops: `{"op":"replace","value":{"ro":null}}`, fail: schema.ViolatesMutability},
		{id: "AMB-05 readOnly attribute, null for what is not there", base: w1, with: `{"ro":null}`, ops: `{"op":"replace","value":{"ro":null,"color":"red"}}`, want: `{"color":"red"}`},
		{
			id: "AMB-05 same readOnly groups", base: u1, with: `{"groups":[{"value":"G1"},{"value":"G2"}]}`, ops: `{"op":"replace","value":{"groups":[{"value":"G2"},{"value":"G1"}],"title":"t"}}`,
			want: `{"title":"t"}`,
		},
		{id: "AMB-05 other readOnly groups", base: u1, with: `{"groups":[{"value":"G1"},{"value":"G2"}]}`, ops: `{"op":"replace","value":{"groups":[{"value":"G2"}]}}`, fail: schema.ViolatesMutability},
		{id: "AMB-05 same readOnly sub-attribute", base: w1, ops: `{"op":"replace","path":"spec","value":{"a":"x","roSub":"s"}}`, want: `{"spec":{"a":"x","b":"2","roSub":"S"}}`},
		{id: "AMB-05 other readOnly sub-attribute", base: w1, ops: `{"op":"replace","path":"spec","value":{"a":"x","roSub":"t"}}`, fail: schema.ViolatesMutability},
		{
			id: "AMB-57 members are sent with their names", base: g1, ops: `{"op":"replace","path":"members","value":[{"value":"U1","display":"other"},{"value":"U3","display":"new"}]}`,
			want: `{"members":[{"value":"U1","type":"User","display":"Babs"},{"value":"U3"}]}`,
		},
		{id: "7644-3.5.2.3-18 AMB-25 no value", base: u1, with: `{"title":"x"}`, ops: `{"op":"replace","path":"title"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-19 string for a complex attribute", base: u1, ops: `{"op":"replace","path":"` + enterprise + `:manager","value":"U3"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-19 string for elements", base: u1, ops: `{"op":"replace","path":"roles","value":"admin"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.3-20 elements keep their place", base: u1, with: threeEmails, ops: `{"op":"replace","path":"emails[value eq \"a@example.com\"].value","value":"z"}`, want: `{"emails":[{"value":"z","type":"work"},{"value":"b@x.org","type":"work"},{"value":"c@example.com","type":"home"}]}`},
		{
			id: "7643-2.4-05 element becomes the same as another", base: u1, with: threeEmails, ops: `{"op":"replace","path":"emails[type eq \"home\"]","value":{"type":"work","value":"A@example.com","display":"d"}}`,
			want: `{"emails":[{"value":"A@example.com","type":"work","display":"d"},{"value":"b@x.org","type":"work"}]}`,
		},
		{id: "immutable part of an element", base: g1, ops: `{"op":"replace","path":"members[value eq \"U1\"].value","value":"U9"}`, fail: schema.ViolatesMutability},
		{id: "same immutable part of an element", base: g1, ops: `{"op":"replace","path":"members[value eq \"U1\"].type","value":"user"}`, same: true},
		{id: "immutable part of an element that lacks it", base: g1, with: `{"members":[{"value":"U1"}]}`, ops: `{"op":"replace","path":"members[value eq \"U1\"].type","value":"User"}`, want: `{"members":[{"value":"U1","type":"User"}]}`},
		{id: "readOnly part of an element", base: g1, ops: `{"op":"replace","path":"members[value eq \"U1\"].display","value":"x"}`, fail: schema.ViolatesMutability},
		{id: "readOnly part of a selected element", base: w1, with: `{"items":[{"value":"v","roSub":"s"}]}`, ops: `{"op":"replace","path":"items[value eq \"v\"]","value":{"roSub":"x"}}`, fail: schema.ViolatesMutability},
		{id: "element that lacks what is required", base: w1, ops: `{"op":"add","path":"items","value":[{"type":"t"}]}`, fail: schema.InvalidValue},
		{id: "element that gets what is required later", base: w1, ops: `{"op":"add","path":"items","value":[{"type":"t"}]},{"op":"add","path":"items[type eq \"t\"].value","value":"v"}`, want: `{"items":[{"value":"v","type":"t"}]}`},
		{id: "date-time in another zone is no change", base: w1, with: `{"at":"2026-01-02T03:04:05Z"}`, ops: `{"op":"replace","path":"at","value":"2026-01-02T04:04:05+01:00"}`, same: true},
		{id: "decimal in another spelling is no change", base: w1, with: `{"ratio":1.5}`, ops: `{"op":"replace","path":"ratio","value":15e-1}`, same: true},
	})
}
