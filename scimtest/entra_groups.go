package scimtest

import (
	"net/http"
	"slices"
	"strings"
)

// entraGroupCases are the validator's tests of groups.
var entraGroupCases = []Case{
	required("entra-group-get-excluding", "Get group by id excluding members", "groups",
		"A group is read without its members, so that large groups can be matched.",
		causeMembers.Fix, func(s *Session) {
			g := s.entra("Group").make()
			s.Step("read it without members")
			s.blame(causeMembers)
			res := s.send(http.MethodGet, g.path+"?excludedAttributes=members", nil)
			s.Want(res, Status(http.StatusOK), Attr(g.id, "id"), Absent("members"))
		}),
	required("entra-group-filter-excluding", "Filter for an existing group by displayName excluding members", "groups",
		"A filter finds the group without its members.",
		causeMembers.Fix, func(s *Session) {
			g := s.entra("Group").make()
			s.Step("filter for it, without members")
			res := s.Want(g.t.find(g.key(), "excludedAttributes=members"), g.listing())
			s.blame(causeMembers)
			s.Want(res, absentFrom("members", "Resources", 0))
		}),
	required("entra-group-filter", "Filter for an existing group", "groups",
		"A filter on displayName finds the group, and no other.",
		"Evaluate eq filters on displayName and on whatever else groups are matched by.",
		func(s *Session) {
			g := s.entra("Group").make()
			g.t.made("other")
			s.Step("filter for it")
			s.Want(g.t.find(g.key()), g.listing())
		}),
	required("entra-group-filter-none", "Filter for a non-existing group", "groups",
		"A filter that selects no group is answered with an empty list, beside groups that exist.",
		"Answer 200 with totalResults 0; 404 for a query quarantines the provisioning job.",
		func(s *Session) {
			g := s.entra("Group").make()
			s.Step("filter for a group that does not exist")
			s.Want(g.t.find(nobody+textOf(g.key())), listOf(0))
		}),
	required("entra-group-filter-case", "Filter for an existing group with a different case", "groups",
		"A filter on displayName finds the group whatever the letter case.",
		causeCase.Fix, func(s *Session) {
			t := s.entra("Group")
			t.needFolding()
			g := t.make()
			s.Step("filter for it in small letters")
			s.blame(causeCase)
			s.Want(t.find(strings.ToLower(textOf(g.key()))), g.listing())
		}),
	required("entra-group-create", "Create a new Group", "groups",
		"A new group without members is answered with 201 and found by a query at once, with every attribute as it was sent.",
		"Take groups without members, and keep externalId.",
		func(s *Session) {
			t := s.entra("Group")
			s.Step("create the group")
			body, values := t.body()
			g := t.created(body, values, s.send(http.MethodPost, t.endpoint, body), s.Want)
			g.foundAgain(g.key(), values)
		}),
	required("entra-group-duplicate", "Create a duplicate Group", "groups",
		"A second group with the same displayName is refused with 409.",
		"Let displayName of groups be unique, without regard to letter case: Entra ID finds groups by it.",
		func(s *Session) {
			g := s.entra("Group").make()
			s.Step("create it again")
			s.blame(causeDuplicateGroup)
			s.Want(s.send(http.MethodPost, g.t.endpoint, g.sent), Status(http.StatusConflict))
		}),
	required("entra-group-replace", "Patch Group - Replace Attributes", "groups",
		"PATCH changes all attributes of a group but its name and members.",
		causeKeys.Fix, func(s *Session) { s.entra("Group").replaceAll(s.dialect()) }),
	required("entra-group-rename", "Update Group displayName", "groups",
		"PATCH changes the joining attribute, and a GET shows it.",
		"Take replace operations without a path, whose value has the attributes (RFC 7644 §3.5.2.3).",
		func(s *Session) {
			t := s.entra("Group")
			g := t.make()
			name := t.value(parseAttr(t.joining))
			g.change("change "+t.joining, set(t.joining, name))
			g.readAgain(map[string]any{t.joining: name})
		}),
	// Microsoft's test looks at the status alone; a member that was not added is what people want to know about.
	required("entra-group-member-add", "Patch Group - Add Member", "members",
		"PATCH replaces the members of a group with a user, who is a member then.",
		"Take members as a list of objects with value, and store the membership before answering.",
		func(s *Session) {
			g := s.entra("Group").make()
			u := s.entra("User").made("member")
			g.change("make the user its member", members("replace", u.id))
			g.wantMembers(u.id)
		}),
	required("entra-group-member-remove", "Patch Group - Remove Member", "members",
		"PATCH removes one of two members by its value; the other one stays.",
		"Take remove with the path members[value eq \"id\"], and remove just that member.",
		func(s *Session) {
			g := s.entra("Group").make()
			users := s.entra("User")
			one, two := users.made("member"), users.made("member2")
			g.change("make both users members", members("replace", one.id, two.id))
			g.wantMembers(one.id, two.id)
			g.change("remove the first", members("remove", one.id))
			g.wantMembers(two.id)
		}),
	required("entra-group-delete", "Delete a Group", "groups",
		"A group that is deleted is gone, by id and by filter.",
		"Answer DELETE with 204, and everything about the id with 404 afterwards (RFC 7644 §3.6).",
		func(s *Session) { s.entra("Group").make().deleted() }),
}

// absentFrom expects that an object in the answer has no such member.
func absentFrom(name string, path ...any) Expectation {
	return func(r *Response) error {
		return (&Response{Object: asObject(r.At(path...))}).check(Absent(name))
	}
}

func asObject(v any) Object {
	o, _ := v.(Object)
	return o
}

// wantMembers reads the group, whose members must be these.
func (r *entraResource) wantMembers(ids ...string) {
	s := r.t.s
	s.Step("read its members")
	s.blame(causeMembership)
	res := s.Want(r.get(), Status(http.StatusOK), Attr(r.id, "id"))
	var got []string
	list, _ := res.At("members").([]any)
	for _, m := range list {
		v, _ := At(m, "value").(string)
		got = append(got, v)
	}
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		s.Fail("GET %s: expected the members %q, got %q", r.path, ids, got)
	}
}
