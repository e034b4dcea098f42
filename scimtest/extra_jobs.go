package scimtest

import (
	"net/http"
)

// extraJobCases are requests of provisioning jobs that the validator does not make: those in the dialect of jobs as they are set up by
// default, and those of clients that write them in other ways.
var extraJobCases = []Case{
	extra("extra-legacy-disable", ByEntra, "dialects", "Disable, as default jobs do", `{"op":"Replace","path":"active","value":"False"} disables a user, and "True" enables it again.`,
		entraRef, causeLegacy.Fix, func(s *Session) {
			u := s.entra("User").made("user")
			s.blame(causeLegacy)
			for _, active := range []bool{false, true} {
				u.changeIn(Legacy, "change active", activate(active))
				u.readAgain(map[string]any{"active": active})
			}
		}),
	extra("extra-legacy-attributes", ByEntra, "dialects", "Attributes, as default jobs do", "Add and Replace in capitals change simple attributes, sub-attributes, those of elements, and those of the extension.",
		entraRef, causeLegacy.Fix, func(s *Session) {
			t := s.entraFrom("User", false)
			u := t.made("user")
			for _, op := range []string{"add", "replace"} {
				values := map[string]any{"displayName": s.letters(), "name.givenName": s.letters(), `addresses[type eq "work"].locality`: s.letters(), EnterpriseURN + ":department": s.letters(),
					`phoneNumbers[type eq "mobile"].value`: "1-555-01" + s.letters()}
				var changes []change
				for _, c := range t.sets(values) {
					c.op = op
					changes = append(changes, c)
				}
				u.changeIn(Legacy, op+" attributes", changes...)
				u.readAgain(values)
			}
		}),
	extra("extra-flag-names", ByEntra, "dialects", "Names with dots and URIs", "One operation without a path changes sub-attributes and attributes of the extension by their full names.",
		entraRef, causeKeys.Fix, func(s *Session) {
			t := s.entraFrom("User", false)
			u := t.made("user")
			values := map[string]any{"displayName": s.letters(), "name.givenName": s.letters(), "name.familyName": s.letters(), EnterpriseURN + ":department": s.letters(), EnterpriseURN + ":division": s.letters()}
			u.changeIn(Flag, "change attributes by full names", t.sets(values)...)
			s.blame(causeKeys)
			u.readAgain(values)
		}),
	extra("extra-op-case", ByEntra, "dialects", "Letter case of operations", "op is taken in any letter case.",
		entraRef, "Compare op without regard to letter case.", func(s *Session) {
			u := s.entra("User").made("user")
			for _, op := range []string{"Replace", "REPLACE", "replace", "Add", "ADD"} {
				title := s.letters()
				s.Step("send op %s", op)
				s.Want(s.send(http.MethodPatch, u.path, PatchBody(Op(op, "title", title))), Status(http.StatusOK, http.StatusNoContent))
				s.Want(u.get(), Attr(title, "title"))
			}
			s.Step("send op Remove")
			s.Want(s.send(http.MethodPatch, u.path, PatchBody(Op("Remove", "title", nil))), Status(http.StatusOK, http.StatusNoContent))
			s.Want(u.get(), NoAttr("title"))
		}),
	extra("extra-roles", ByEntra, "dialects", "Application roles", "A role as Entra ID's mapping of application roles writes it, JSON in a string, is taken and read back.",
		entraRef, "Keep the value as it is, or read the JSON in it; don't refuse it.", func(s *Session) {
			u := s.entra("User").made("user")
			s.Step("add a role")
			value := `{"id":"` + s.uuid() + `","value":"Admin","displayName":"Administrator"}`
			s.Want(s.send(http.MethodPatch, u.path, PatchBody(Op("Add", "roles", []any{Object{"value": value}}))), Status(http.StatusOK, http.StatusNoContent))
			s.Step("read it by id")
			s.Want(u.get(), Status(http.StatusOK), Count(1, "roles"), HasAttr("roles", 0, "value"))
		}),
	extra("extra-group-schema", ByEntra, "dialects", "Schemas of groups", "A group whose schemas have a URI of Microsoft's is created.",
		entraRef, "Ignore URIs in schemas that you don't know, if nothing in the body needs them.", func(s *Session) { s.jobGroup() }),
	extra("extra-enterprise-undeclared", ByEntra, "dialects", "Extensions that schemas doesn't name", "Attributes of the enterprise extension are taken also if schemas does not have its URI.",
		entraRef, "Find extensions by their URI in the body, not by schemas.", func(s *Session) {
			u := s.entra("User").madeWith("user", Object{EnterpriseURN: Object{"department": "D"}})
			s.Want(u.get(), Status(http.StatusOK), Attr("D", EnterpriseURN, "department"))
		}),
	extra("extra-restore", ByEntra, "users", "Disable and restore", "A user that is disabled and enabled again has the same id and the same groups.",
		entraRef, "Don't take disabled users out of their groups: memberships are not sent again.", func(s *Session) {
			u, g := s.entra("User").made("user"), s.entra("Group").made("group")
			g.changeIn(Legacy, "add it to a group", members("add", u.id))
			u.changeIn(Legacy, "disable it", activate(false))
			u.readAgain(map[string]any{"active": false})
			g.wantMembers(u.id)
			u.changeIn(Legacy, "enable it", activate(true))
			u.readAgain(map[string]any{"active": true})
			g.wantMembers(u.id)
		}),
	extra("extra-recreate", ByEntra, "users", "Delete and create again", "The userName of a user that was deleted can be used again, by another user with another id.",
		entraRef, "Take deleted users out of the unique index, and don't use ids twice.", func(s *Session) {
			t := s.entra("User")
			u := t.made("user")
			u.deleted()
			s.Step("create it again")
			again := t.created(u.sent, nil, s.send(http.MethodPost, t.endpoint, u.sent), s.Want)
			if again.id == u.id {
				s.Fail("POST %s: expected another id than that of the deleted user, got the same", t.endpoint)
			}
			s.Step("ask for the one that was deleted")
			s.Want(u.get(), Status(http.StatusNotFound))
		}),
}
