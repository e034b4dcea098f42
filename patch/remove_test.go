package patch_test

import (
	"testing"

	"github.com/embedscim/scim/schema"
)

const threeEmails = `{"emails":[{"value":"a@example.com","type":"work"},{"value":"b@x.org","type":"work"},{"value":"c@example.com","type":"home"}]}`

// TestRemove goes through area S of the checklist, RFC 7644 §3.5.2.2.
func TestRemove(t *testing.T) {
	t.Parallel()
	runCases(t, []patchCase{
		{id: "7644-3.5.2.2-01 no path", base: u1, ops: `{"op":"remove"}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.2-01 null path", base: u1, ops: `{"op":"remove","path":null}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.2-01 empty path", base: u1, ops: `{"op":"remove","path":""}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.2-01 no path, a value", base: u1, ops: `{"op":"remove","value":{"title":"x"}}`, fail: schema.NoTarget},
		{id: "7644-3.5.2.2-02 single-valued", base: u1, with: `{"title":"x"}`, ops: `{"op":"remove","path":"title"}`, want: `{"title":null}`},
		{id: "7644-3.5.2.2-02 externalId", base: u1, ops: `{"op":"remove","path":"externalId"}`, want: `{"externalId":null}`},
		{id: "7644-3.5.2.2-03 all values", base: g1, ops: `{"op":"remove","path":"members"}`, want: `{"members":null}`},
		{id: "7644-3.5.2.2-04 simple value", base: w1, with: `{"tags":["a","b"]}`, ops: `{"op":"remove","path":"tags[value eq \"A\"]"}`, want: `{"tags":["b"]}`},
		{id: "7644-3.5.2.2-04 last simple value", base: w1, with: `{"tags":["a"]}`, ops: `{"op":"remove","path":"tags[value eq \"a\"]"}`, want: `{"tags":null}`},
		{
			id: "7644-3.5.2.2-05 records", base: u1, with: threeEmails, ops: `{"op":"remove","path":"emails[type eq \"work\" and value ew \"example.com\"]"}`,
			want: `{"emails":[{"value":"b@x.org","type":"work"},{"value":"c@example.com","type":"home"}]}`,
		},
		{
			id: "7644-3.5.2.2-05 all records", base: u1, with: threeEmails,
			ops:  `{"op":"remove","path":"emails[type eq \"work\" and value ew \"example.com\"]"},{"op":"remove","path":"emails[type eq \"work\" or type eq \"home\"]"}`,
			want: `{"emails":null}`,
		},
		{
			id: "7644-3.5.2.2-06 sub-attribute", base: u1, with: `{"emails":[{"value":"a","type":"work","display":"d"},{"value":"b","type":"home","display":"e"}]}`,
			ops: `{"op":"remove","path":"emails[type eq \"work\"].display"}`, want: `{"emails":[{"value":"a","type":"work"},{"value":"b","type":"home","display":"e"}]}`,
		},
		{id: "7644-3.5.2.2-07 required", base: u1, ops: `{"op":"remove","path":"userName"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 id", base: u1, ops: `{"op":"remove","path":"id"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 meta", base: u1, ops: `{"op":"remove","path":"meta"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 groups", base: u1, ops: `{"op":"remove","path":"groups"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 some groups", base: u1, ops: `{"op":"remove","path":"groups[value eq \"G1\"]"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 schemas", base: u1, ops: `{"op":"remove","path":"schemas"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 required multi-valued", base: w1, ops: `{"op":"remove","path":"must"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 last value of a required attribute", base: w1, ops: `{"op":"remove","path":"must[value eq \"m\"]"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-07 one value of a required attribute", base: w1, with: `{"must":["m","n"]}`, ops: `{"op":"remove","path":"must[value eq \"m\"]"}`, want: `{"must":["n"]}`},
		{id: "7644-3.5.2.2-08 required sub-attribute of elements", base: w1, with: `{"items":[{"value":"v","type":"t"}]}`, ops: `{"op":"remove","path":"items[type eq \"t\"].value"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-08 required sub-attribute", base: w1, with: `{"box":{"lid":"l","x":"y"}}`, ops: `{"op":"remove","path":"box.lid"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-08 complex with a required sub-attribute", base: w1, with: `{"box":{"lid":"l"}}`, ops: `{"op":"remove","path":"box"}`, want: `{"box":null}`},
		{id: "7644-3.5.2.2-08 required extension", base: s1, ops: `{"op":"remove","path":"` + reqURI + `"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-08 last required attribute of a required extension", base: s1, ops: `{"op":"remove","path":"` + reqURI + `:r"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-08 other attribute of a required extension", base: s1, ops: `{"op":"remove","path":"` + reqURI + `:s"}`, want: `{"` + reqURI + `":{"r":"R"}}`},
		{id: "7644-3.5.2.2-09 AMB-11b no such member", base: g1, ops: `{"op":"remove","path":"members[value eq \"nope\"]"}`, same: true},
		{id: "7644-3.5.2.2-10 AMB-11b unassigned", base: u1, ops: `{"op":"remove","path":"title"},{"op":"remove","path":"photos"},{"op":"remove","path":"name.middleName"},{"op":"remove","path":"photos[type eq \"x\"].display"}`, same: true},
		{id: "7644-3.5.2.2-11 complex", base: u1, ops: `{"op":"remove","path":"name"}`, want: `{"name":null}`},
		{id: "7644-3.5.2.2-11 sub-attribute", base: u1, ops: `{"op":"remove","path":"name.givenName"}`, want: `{"name":{"familyName":"Jensen"}}`},
		{id: "7644-3.5.2.2-11 7643-2.5-04 last sub-attribute", base: u1, ops: `{"op":"remove","path":"name.givenName"},{"op":"remove","path":"name.familyName"}`, want: `{"name":null}`},
		{
			id: "7644-3.5.2.2-12 AMB-22 sub-attribute of all", base: u1, with: `{"emails":[{"value":"a","display":"d"},{"value":"b","display":"e"}]}`,
			ops: `{"op":"remove","path":"emails.display"}`, want: `{"emails":[{"value":"a"},{"value":"b"}]}`,
		},
		{id: "7644-3.5.2.2-12 AMB-22 sub-attribute of none", base: u1, with: `{"emails":null}`, ops: `{"op":"remove","path":"emails.display"}`, same: true},
		{id: "7644-3.5.2.2-13 AMB-23 element left empty", base: u1, with: `{"emails":[{"value":"a"},{"value":"b","type":"x"}]}`, ops: `{"op":"remove","path":"emails[value pr].value"}`, want: `{"emails":[{"type":"x"}]}`},
		{id: "7644-3.5.2.2-13 AMB-23 all elements left empty", base: u1, with: `{"emails":[{"value":"a"},{"value":"b"}]}`, ops: `{"op":"remove","path":"emails.value"}`, want: `{"emails":null}`},
		{id: "7644-3.5.2.2-14 AMB-20 extension", base: u1, ops: `{"op":"remove","path":"` + enterprise + `"}`, want: `{"` + enterprise + `":null}`},
		{id: "7644-3.5.2.2-14 extension in any letter case", base: u1, ops: `{"op":"remove","path":"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user"}`, want: `{"` + enterprise + `":null}`},
		{id: "7643-2.5-05 last attribute of an extension", base: u1, ops: `{"op":"remove","path":"` + enterprise + `:department"},{"op":"remove","path":"` + enterprise + `:manager.value"}`, want: `{"` + enterprise + `":null}`},
		{id: "7644-3.5.2.2-14 extension with an immutable value", base: w1, with: `{"` + extURI + `":{"e":"x","eimm":"y"}}`, ops: `{"op":"remove","path":"` + extURI + `"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-15 AMB-15 value", base: g1, ops: `{"op":"remove","path":"members","value":[{"value":"U1"}]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.2-15 AMB-15 null value", base: g1, ops: `{"op":"remove","path":"members","value":null}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.2-15 AMB-15 empty value", base: g1, ops: `{"op":"remove","path":"members","value":[]}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.2-15 AMB-15 value and filter", base: g1, ops: `{"op":"remove","path":"members[value eq \"U1\"]","value":"x"}`, fail: schema.InvalidValue},
		{id: "7644-3.5.2.2-16 primary element", base: u1, ops: `{"op":"remove","path":"emails[primary eq true]"}`, want: `{"emails":[` + babs + `]}`},
		{id: "7644-3.5.2.2-16 AMB-14 elements that are not primary", base: u1, ops: `{"op":"remove","path":"emails[primary eq false]"}`, want: `{"emails":[` + bj + `]}`},
		{id: "7644-3.5.2.2-17 immutable with a value", base: w1, with: `{"imm":"A"}`, ops: `{"op":"remove","path":"imm"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-17 immutable without a value", base: w1, ops: `{"op":"remove","path":"imm"}`, same: true},
		{id: "7644-3.5.2.2-17 whole element", base: g1, ops: `{"op":"remove","path":"members[value eq \"U1\"]"}`, want: `{"members":null}`},
		{id: "7644-3.5.2.2-17 immutable part of an element", base: g1, ops: `{"op":"remove","path":"members[value eq \"U1\"].type"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-17 immutable part of all elements", base: g1, ops: `{"op":"remove","path":"members.value"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-17 complex with an immutable value", base: w1, with: `{"spec":{"a":"x","immSub":"y"}}`, ops: `{"op":"remove","path":"spec"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-17 immutable multi-valued", base: w1, with: `{"marks":["a","b"]}`, ops: `{"op":"remove","path":"marks"}`, fail: schema.ViolatesMutability},
		{id: "7644-3.5.2.2-17 element of an immutable multi-valued", base: w1, with: `{"marks":["a","b"]}`, ops: `{"op":"remove","path":"marks[value eq \"a\"]"}`, fail: schema.ViolatesMutability},
		{id: "complex with a readOnly value", base: w1, ops: `{"op":"remove","path":"spec"}`, want: `{"spec":null}`},
		{id: "several members in one filter", base: g1, with: `{"members":[{"value":"a"},{"value":"b"},{"value":"c"}]}`, ops: `{"op":"remove","path":"members[value eq \"a\" or value eq \"c\"]"}`, want: `{"members":[{"value":"b"}]}`},
		{
			id: "members one by one, more than are looked up without an index", base: g1, with: `{"members":[{"value":"a"},{"value":"b"},{"value":"c"},{"value":"d"},{"value":"e"},{"value":"f"}]}`,
			ops: `{"op":"remove","path":"members[value eq \"a\"]"},{"op":"remove","path":"members[value eq \"b\"]"},{"op":"remove","path":"members[value eq \"c\"]"},
				{"op":"remove","path":"members[value eq \"d\" or value eq \"nope\" or value eq \"e\"]"},{"op":"remove","path":"members[value eq \"A\"]"},{"op":"remove","path":"members[value eq \"f\" and value eq \"a\"]"},{"op":"remove","path":"members[value ne \"f\"]"}`,
			want: `{"members":[{"value":"f"}]}`,
		},
		{
			id: "a member whom the store holds twice is gone for good", base: g1, with: `{"members":[{"value":"a"},{"value":"b"},{"value":"c"},{"value":"a"}]}`,
			ops:  `{"op":"remove","path":"members[value eq \"x\"]"},{"op":"remove","path":"members[value eq \"b\"]"},{"op":"remove","path":"members[value eq \"y\"]"},{"op":"remove","path":"members[value eq \"a\"]"}`,
			want: `{"members":[{"value":"c"}]}`,
		},
	})
}
