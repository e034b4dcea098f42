package scimtest

import (
	"fmt"
	"strings"
)

// patchCases are about PATCH (RFC 7644 §3.5.2): areas Q to T of the requirements.
var patchCases = append(patchTable(append(append(append(patchRows, patchAddRows...), patchRemoveRows...), patchReplaceRows...)...), []Case{
	{ID: "7644-3.5.2-16", Run: func(s *Session) {
		s.Requires("patch")
		for _, r := range s.userAndGroup(Object{"displayName": "D"}) {
			res := s.Patch(r.Path, Op("replace", "displayName", s.Name("other")))
			s.Want(res, Status(200, 204))
			if res.Status == 204 {
				s.Want(res, Empty(), Header("Content-Type", ""))
			} else {
				after := s.Get(r.Path)
				s.Want(res, Media(), Body(), Attr(r.ID, "id"), Attr(after.At("userName"), "userName"), Attr(after.At("displayName"), "displayName"))
			}
			if s.Server().Supports("etag") {
				s.Want(res, HasHeader("ETag"))
			}
		}
	}},
	{ID: "7644-3.5.2-14", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(Object{"title": "old"})
		for _, bad := range []Object{Op("remove", "", nil), Op("replace", "userName", 5), Op("remove", "userName", nil)} {
			s.Refused(u, func() *Response {
				return s.Patch(u.Path, Op("replace", "title", "new"), Op("add", "nickName", "N"), bad)
			}, Status(400))
		}
	}},
	{ID: "7644-3.5.2-15", Run: func(s *Session) {
		s.Requires("patch")
		u := s.NewUser(nil)
		res := s.Patch(u.Path, Op("replace", "title", "T"), Op("replace", "nosuch", 1))
		s.Want(res, Error(400, "invalidPath", "invalidValue", "noTarget", "invalidSyntax"))
		if !strings.Contains(res.Str("detail"), "nosuch") {
			s.Fail("expected a detail that names the path nosuch, got %q", res.Str("detail"))
		}
	}},
	{ID: "7644-3.5.2-17", Run: func(s *Session) {
		s.Requires("patch")
		for _, r := range s.userAndGroup(Object{"displayName": "D"}) {
			res := s.Patch(r.Path+"?attributes=displayName", Op("replace", "displayName", s.Name("d")))
			s.Want(res, Status(200), Body(), HasAttr("displayName"), HasAttr("id"), Absent("userName"), Absent("members"), Absent("meta"))
		}
	}},
	{ID: "7644-3.5.2-18", Run: func(s *Session) {
		s.Requires("patch")
		s.Want(s.Patch(s.Type("User").Endpoint+"/"+s.Name("none"), Op("replace", "title", "T")), Error(404))
	}},
	{ID: "7644-3.5.2-19", Run: func(s *Session) {
		s.Requires("patch")
		a, b := s.NewUser(nil), s.NewUser(nil)
		s.Refused(b, func() *Response {
			return s.Patch(b.Path, Op("replace", "userName", a.Response.At("userName")))
		}, anyOf(Error(409, "uniqueness"), Error(400, "uniqueness")))
	}},
	{ID: "7644-3.5.2-22", Run: func(s *Session) {
		s.Requires("patch")
		s.Type("Group")
		const n = 30
		var members []any
		for i := range n {
			members = append(members, Object{"value": s.NewUser(Object{"displayName": fmt.Sprint(i)}).ID})
		}
		g := s.NewGroup(Object{"members": members[:n/2]})
		s.Changed(g, func() *Response { return s.Patch(g.Path, Op("add", "members", members)) }, Count(n, "members"))
	}},
}...)

// Area Q of the requirements: PATCH in general (RFC 7644 §3.5.2).
var patchRows = []patchRow{
	{id: "7644-3.5.2-01", why: "schemas are missing", body: `{"Operations":[{"op":"replace","path":"title","value":"T"}]}`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-01", why: "schemas are those of a user", body: `{"schemas":["{CORE}"],"Operations":[{"op":"replace","path":"title","value":"T"}]}`,
		want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-02", why: "Operations are missing", body: `{"schemas":["` + PatchURN + `"]}`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-02", why: "Operations are empty", body: `{"schemas":["` + PatchURN + `"],"Operations":[]}`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-02", why: "Operations are null", body: `{"schemas":["` + PatchURN + `"],"Operations":null}`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-02", why: "Operations are an object", body: `{"schemas":["` + PatchURN + `"],"Operations":{"op":"replace","path":"title","value":"T"}}`,
		want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-02", why: "names of members are not case sensitive", body: `{"schemas":["` + PatchURN + `"],"operations":[{"op":"replace","path":"title","value":"T"}]}`,
		want: becomes(`{"title":"T"}`)},
	{id: "7644-3.5.2-03", why: "op is missing", ops: `[{"path":"title","value":"T"}]`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-03", why: "there is no op move", ops: `[{"op":"move","path":"title","value":"T"}]`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-03", why: "op is a number", ops: `[{"op":5,"path":"title","value":"T"}]`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-04", why: "a path has no position", has: `"emails":[{"value":"a@example.com"}]`, ops: `[{"op":"remove","path":"emails[0]"}]`,
		want: refused("invalidPath", "invalidFilter")},
	{id: "7644-3.5.2-04", why: "a path is no JSON pointer", has: `"title":"T"`, ops: `[{"op":"replace","path":"/title","value":"x"}]`,
		want: refused("invalidPath")},
	{id: "7644-3.5.2-04", why: "there is no op test", has: `"title":"T"`, ops: `[{"op":"test","path":"title","value":"T"}]`, want: refused("invalidSyntax", "invalidValue")},
	{id: "7644-3.5.2-05", why: "add without a path", ops: `[{"op":"add","value":{"title":"T"}}]`, want: becomes(`{"title":"T"}`)},
	{id: "7644-3.5.2-05", why: "replace without a path", has: `"title":"S"`, ops: `[{"op":"replace","value":{"title":"T"}}]`, want: becomes(`{"title":"T"}`)},
	{id: "7644-3.5.2-05", why: "a null path is none", ops: `[{"op":"add","path":null,"value":{"title":"T"}}]`, want: becomesOr(`{"title":"T"}`, "invalidPath", "invalidSyntax")},
	{id: "7644-3.5.2-05", why: "remove without a path", has: `"title":"S"`, ops: `[{"op":"remove"}]`, want: refused("noTarget")},
	{id: "7644-3.5.2-06", why: "an attribute and a sub-attribute", has: `"name":{"familyName":"F"}`, ops: `[{"op":"replace","path":"name.familyName","value":"G"}]`,
		want: becomes(`{"name":{"familyName":"G"}}`)},
	{id: "7644-3.5.2-06", why: "a value filter and a sub-attribute, with dots and brackets in the text", has: `"emails":[{"type":"work","value":"a.b]@example.com"},{"type":"home","value":"c@example.com"}]`,
		ops:  `[{"op":"replace","path":"emails[value eq \"a.b]@example.com\"].display","value":"d"}]`,
		want: becomes(`{"emails":[{"type":"work","value":"a.b]@example.com","display":"d"},{"type":"home","value":"c@example.com","display":null}]}`)},
	{id: "7644-3.5.2-06", why: "the URI of the schema in front", has: `"name":{"familyName":"F"}`, ops: `[{"op":"replace","path":"{CORE}:name.familyName","value":"G"}]`,
		want: becomes(`{"name":{"familyName":"G"}}`)},
	{id: "7644-3.5.2-06", why: "a dot at the end", has: `"name":{"familyName":"F"}`, ops: `[{"op":"replace","path":"name.","value":"G"}]`, want: refused("invalidPath")},
	{id: "7644-3.5.2-06", why: "a bracket that is not closed", has: `"emails":[{"value":"a@example.com"}]`, ops: `[{"op":"remove","path":"emails["}]`, want: refused("invalidPath", "invalidFilter")},
	{id: "7644-3.5.2-06", why: "brackets without a filter", has: `"emails":[{"value":"a@example.com"}]`, ops: `[{"op":"remove","path":"emails[]"}]`, want: refused("invalidPath", "invalidFilter")},
	{id: "7644-3.5.2-06", why: "no dot after the bracket", has: `"emails":[{"value":"a@example.com"}]`, ops: `[{"op":"remove","path":"emails[value pr]display"}]`, want: refused("invalidPath", "invalidFilter")},
	{id: "7644-3.5.2-06", why: "three names", has: `"name":{"familyName":"F"}`, ops: `[{"op":"replace","path":"name.familyName.x","value":"G"}]`, want: refused("invalidPath")},
	{id: "7644-3.5.2-06", why: "a filter with an operator that does not exist", has: `"emails":[{"type":"work","value":"a@example.com"}]`,
		ops: `[{"op":"remove","path":"emails[type zz \"work\"]"}]`, want: refused("invalidFilter", "invalidPath")},
	{id: "7644-3.5.2-07", why: "the type of the value is wrong", ops: `[{"op":"replace","path":"title","value":5}]`, want: refused("invalidValue", "invalidSyntax")},
	{id: "7644-3.5.2-07", why: "the attribute is readOnly", ops: `[{"op":"replace","path":"id","value":"x"}]`, want: refused("mutability")},
	{id: "7644-3.5.2-07", why: "the attribute is readOnly", ops: `[{"op":"replace","path":"meta.created","value":"2011-05-13T04:42:34Z"}]`, want: refused("mutability")},
	{id: "7644-3.5.2-07", why: "the attribute does not exist", ops: `[{"op":"replace","path":"nosuch","value":"x"}]`, want: refused("invalidPath", "noTarget", "invalidValue")},
	{id: "7644-3.5.2-08", why: "an immutable attribute without a value can be added", on: "Widget", ops: `[{"op":"add","path":"imm","value":"A"}]`, want: becomes(`{"imm":"A"}`)},
	{id: "7644-3.5.2-08", why: "an immutable attribute with a value can't be replaced", on: "Widget", has: `"imm":"A"`, ops: `[{"op":"replace","path":"imm","value":"B"}]`, want: refused("mutability")},
	{id: "7644-3.5.2-09", why: "attributes of the core schema need no URI", ops: `[{"op":"add","path":"nickName","value":"N"}]`, want: becomes(`{"nickName":"N"}`)},
	{id: "7644-3.5.2-10", why: "an extension is added to schemas, then an attribute of it", ops: `[{"op":"add","path":"schemas","value":["{ENT}"]},{"op":"add","path":"{ENT}:department","value":"D"}]`,
		want: becomesOr(`{"schemas":["{CORE}","{ENT}"],"{ENT}":{"department":"D"}}`, "mutability", "invalidPath")},
	{id: "7644-3.5.2-10", why: "the base schema can't go", ops: `[{"op":"replace","path":"schemas","value":["{ENT}"]}]`,
		want: refused("invalidValue", "mutability", "invalidSyntax", "invalidPath")},
	{id: "7644-3.5.2-11", why: "an attribute of an extension takes its URI to schemas", ops: `[{"op":"add","path":"{ENT}:employeeNumber","value":"7"}]`,
		want: becomes(`{"schemas":["{CORE}","{ENT}"],"{ENT}":{"employeeNumber":"7"}}`)},
	{id: "7644-3.5.2-12", why: "each operation sees what the one before left", ops: `[{"op":"add","path":"nickName","value":"A"},{"op":"replace","path":"nickName","value":"B"},{"op":"remove","path":"nickName"},{"op":"add","path":"nickName","value":"C"}]`,
		want: becomes(`{"nickName":"C"}`)},
	{id: "7644-3.5.2-12", why: "members go before others come", on: "Group", has: `"members":[{"value":"{U1}"}]`, ops: `[{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"{U2}"}]}]`,
		want: becomes(`{"members":[{"value":"{U2}"}]}`)},
	{id: "7644-3.5.2-13", why: "a sub-attribute primary that becomes true takes it from the other",
		has:  `"emails":[{"type":"work","value":"a@example.com","primary":true},{"type":"home","value":"b@example.com"}]`,
		ops:  `[{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}]`,
		want: becomes(`{"emails":[{"type":"work","value":"a@example.com","primary":false},{"type":"home","value":"b@example.com","primary":true}]}`)},
	{id: "7644-3.5.2-13", why: "an added primary value takes it from the other, without a path too",
		has:  `"emails":[{"type":"work","value":"a@example.com","primary":true}]`,
		ops:  `[{"op":"add","value":{"emails":[{"type":"home","value":"b@example.com","primary":true}]}}]`,
		want: becomes(`{"emails":[{"type":"work","value":"a@example.com","primary":false},{"type":"home","value":"b@example.com","primary":true}]}`)},
	{id: "7644-3.5.2-20", why: "the value that is there", has: `"title":"T"`, ops: `[{"op":"replace","path":"title","value":"T"}]`, want: stays()},
	{id: "7644-3.5.2-20", why: "a change that is taken back", has: `"title":"T"`, ops: `[{"op":"replace","path":"title","value":"U"},{"op":"replace","path":"title","value":"T"}]`, want: stays()},
	{id: "7644-3.5.2-21", why: "names of members are not case sensitive", ops: `[{"Op":"add","Path":"title","Value":"T"}]`, want: becomes(`{"title":"T"}`)},
	{id: "7644-3.5.2-21", why: "other members are ignored", ops: `[{"op":"add","path":"title","value":"T","name":"addTitle"}]`, want: becomes(`{"title":"T"}`)},
}

// userAndGroup creates a user with the attributes, and a group if there are groups.
func (s *Session) userAndGroup(user Object) []*Resource {
	out := []*Resource{s.NewUser(user)}
	if s.Server().Types["Group"] != nil {
		out = append(out, s.NewGroup(nil))
	}
	return out
}

// anyOf expects what one of the expectations expects.
func anyOf(expected ...Expectation) Expectation {
	return func(r *Response) error {
		var err error
		for _, e := range expected {
			if err = e(r); err == nil {
				return nil
			}
		}
		return err
	}
}
