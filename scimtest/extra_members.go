package scimtest

import (
	"net/http"
)

// extraMemberCases are about groups and their members.
var extraMemberCases = []Case{
	extra("extra-group-duplicate-case", ByEntra, "groups", "Duplicate groups in another letter case", "A group whose displayName differs by letter case alone is refused with 409.",
		entraRef, "Let displayName of groups be unique, without regard to letter case: Entra ID finds groups by it.", func(s *Session) {
			t := s.entra("Group")
			name := s.Name("Group")
			body := With(t.minimal(""), Object{"displayName": name})
			s.Step("create the group")
			t.created(body, nil, s.send(http.MethodPost, t.endpoint, body), s.Need)
			s.Step("create it again in another letter case")
			s.blame(causeDuplicateGroup)
			s.Want(s.send(http.MethodPost, t.endpoint, With(t.minimal(""), Object{"displayName": swapCase(name)})), Status(http.StatusConflict))
		}),
	extra("extra-member-list", ByEntra, "members", "Remove with a list", `{"op":"Remove","path":"members","value":[{"value":"id"}]}, which default jobs send, removes just that member and never empties the group.`,
		entraRef, "Read value of a remove of members as the members to remove. By the letter of the RFC it would empty the group.", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			one, two, three := users.made("member"), users.made("member2"), users.made("member3")
			g.changeIn(Legacy, "add three members", members("add", one.id, two.id, three.id))
			g.wantMembers(one.id, two.id, three.id)
			g.changeIn(Legacy, "remove one", members("remove", one.id))
			g.wantMembers(two.id, three.id)
			g.changeIn(Legacy, "remove both others", members("remove", two.id, three.id))
			g.wantMembers()
		}),
	extra("extra-member-filter", ByEntra, "members", "Remove with a filter", "Two members are removed by filters on their value, in one PATCH; another stays.",
		entraRef, "Take remove with the path members[value eq \"id\"].", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			one, two, three := users.made("member"), users.made("member2"), users.made("member3")
			g.changeIn(Flag, "add three members", members("add", one.id, two.id, three.id))
			g.changeIn(Flag, "remove two", members("remove", one.id, two.id))
			g.wantMembers(three.id)
		}),
	extra("extra-member-again", ByEntra, "members", "Members twice", "Adding a member again, and removing one that is none, succeeds and changes nothing else: jobs repeat what they are not sure of.",
		entraRef, "Answer 200 or 204 to what is so already.", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			one, two := users.made("member"), users.made("member2")
			for _, d := range []Dialect{Legacy, Flag} {
				g.changeIn(d, "add a member", members("add", one.id))
				g.changeIn(d, "add it again", members("add", one.id))
				g.wantMembers(one.id)
				g.changeIn(d, "remove one that is no member", members("remove", two.id))
				g.wantMembers(one.id)
			}
		}),
	extra("extra-member-deleted", ByRFC, "members", "Members that are deleted", "A user that is deleted is no member of any group.",
		"RFC 7644 §3.6", "Delete memberships with the user, in one transaction.", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			one, two := users.made("member"), users.made("member2")
			g.changeIn(Flag, "add both", members("add", one.id, two.id))
			one.deleted()
			g.wantMembers(two.id)
		}),
	extra("extra-member-many", ByEntra, "members", "Many members", "A group takes 150 members in one request, and loses one of them in another.",
		entraRef, "Write what changes, not the whole group.", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			const n = 150
			ids := make([]string, n)
			bodies := make([]Object, n)
			for i := range bodies {
				bodies[i] = users.minimal("member")
			}
			s.Step("create the members")
			for from := 0; from < n; from += 10 {
				for i, res := range s.Parallel(10, func(i int) *Response { return s.send(http.MethodPost, users.endpoint, bodies[from+i]) }) {
					ids[from+i] = s.Need(res, Status(http.StatusCreated), HasAttr("id")).Str("id")
				}
			}
			g.changeIn(Legacy, "add them all", members("add", ids...))
			g.wantMembers(append([]string{}, ids...)...)
			g.changeIn(Legacy, "remove the first", members("remove", ids[0]))
			g.wantMembers(ids[1:]...)
		}),
	extra("extra-groups-of-user", ByRFC, "members", "Groups of a user", "A user says which groups it is in.",
		"RFC 7643 §4.1.2", "Derive groups of a user from the members of groups.", func(s *Session) {
			g, u := s.entra("Group").made("group"), s.entra("User").made("member")
			g.changeIn(Flag, "add the member", members("add", u.id))
			s.Step("read the user")
			res := s.Want(u.get(), Status(http.StatusOK))
			if Find(res.At("groups"), "value", g.id) == nil {
				s.Fail("GET %s: expected groups to have %s, got %s", u.path, g.id, JSON(res.At("groups")))
			}
		}),
}
