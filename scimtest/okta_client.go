package scimtest

import (
	"fmt"
	"net/http"
	"strings"
)

// oktaUserCases are what Okta asks of a service provider in the life of a user, in the order of its test of the operations.
var oktaUserCases = []Case{
	okta("okta-assign", "Assign a user", "users", "Okta looks for the user, creates it, and finds it with its names and its address.",
		"Ignore groups, which is readOnly, keep the rest, and never return the password.", func(s *Session) {
			body := With(s.oktaUser(), Object{"groups": []any{}, "password": "Not-A-Real-1"})
			name := textOf(body["userName"])
			s.Step("look for the user")
			s.Want(s.oktaFind(name), listOf(0))
			s.Step("create the user")
			res := s.Want(s.okta(http.MethodPost, "/Users", body), Status(http.StatusCreated), HasAttr("id"), Attr(true, "active"), Absent("password"))
			s.Step("look for it again")
			s.Want(s.oktaFind(name), listOf(1), Attr(res.Str("id"), "Resources", 0, "id"), Attr(name, "Resources", 0, "userName"), Attr(name, "Resources", 0, "emails", 0, "value"),
				Attr("Runscope", "Resources", 0, "name", "givenName"), Attr(At(body, "name", "familyName"), "Resources", 0, "name", "familyName"),
				Attr(body["externalId"], "Resources", 0, "externalId"))
		}),
	okta("okta-update", "Push a profile", "users", "Okta reads the user and puts it back with another name, readOnly attributes included.",
		"Take PUT with what a GET gave, ignore id, meta and groups, and answer 200 with the user.", func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			u.push(s, Object{"name": Object{"givenName": "Renamed", "familyName": "Person"}})
			s.Step("read it")
			s.Want(s.okta(http.MethodGet, u.path, nil), Status(http.StatusOK), Attr("Renamed", "name", "givenName"), Attr(true, "active"), Attr(u.sent["userName"], "userName"))
		}),
	okta("okta-deactivate", "Deactivate a user", "users", "PATCH without a path makes a user inactive, who stays readable.",
		`Take {"op":"replace","value":{"active":false}}, and keep the user.`, func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			u.activate(s, false)
		}),
	okta("okta-deactivate-put", "Deactivate a user with PUT", "users", "Applications made with Okta's wizard deactivate users with PUT.",
		"Take PUT with active false, and keep the user.", func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			u.push(s, Object{"active": false})
			s.Step("read it")
			s.blame(causeDisabled)
			s.Want(s.okta(http.MethodGet, u.path, nil), Status(http.StatusOK), Attr(false, "active"))
		}),
	okta("okta-reactivate", "Reactivate a user", "users", "A user that was deactivated becomes active again, with the same id.",
		"Let active be changed back.", func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			u.activate(s, false)
			u.activate(s, true)
		}),
	okta("okta-unassign", "Take an assignment away", "users", "A user whose assignment ends is inactive and never gone, by id and by filter.",
		"Return inactive users: 404 makes Okta create them again.", func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			for _, active := range []bool{false, true, false} {
				u.activate(s, active)
			}
			s.Step("look for it")
			s.blame(causeDisabled)
			s.Want(s.oktaFind(textOf(u.sent["userName"])), listOf(1), Attr(u.id, "Resources", 0, "id"), Attr(false, "Resources", 0, "active"))
		}),
	okta("okta-password", "Push a password", "users", "PATCH without a path sets a password, which no answer has.",
		"Take password in PATCH and PUT, and never return it.", func(s *Session) {
			u := s.oktaCreate("/Users", s.oktaUser())
			s.Step("set the password")
			res := s.okta(http.MethodPatch, u.path, PatchBody(Op("replace", "", Object{"password": "Not-A-Real-2"})))
			s.Want(res, Status(http.StatusOK, http.StatusNoContent))
			if strings.Contains(res.Body, "Not-A-Real") {
				s.Fail("%s %s: expected no password in the answer, got it", res.Method, res.Target)
			}
			s.Want(s.okta(http.MethodGet, u.path, nil), Status(http.StatusOK), Attr(u.id, "id"), Absent("password"))
		}),
	okta("okta-import", "Import users", "paging", "Okta reads all users page by page, and finds each.",
		"Order lists by something that does not change, and count from startIndex 1.", func(s *Session) {
			want := map[string]bool{}
			for range 3 {
				want[s.oktaCreate("/Users", s.oktaUser()).id] = true
			}
			s.Step("read all pages")
			s.blame(causePaging)
			const count = 100
			// Beside this case others create and delete users; what was there all the time is found nevertheless.
			for start := 1; start <= 20*count; {
				res := s.Want(s.okta(http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=%d", start, count), nil), Status(http.StatusOK), Schemas(ListURN),
					integers("totalResults"))
				page := res.Resources()
				for _, u := range page {
					delete(want, textOf(u["id"]))
				}
				if start += len(page); len(page) == 0 || len(want) == 0 {
					break
				}
				if start > 20*count {
					s.Skip("there are more than %d users", 20*count)
				}
			}
			if len(want) > 0 {
				s.Fail("GET /Users page by page: expected all users, %d of the 3 that were created are missing", len(want))
			}
		}),
	okta("okta-entitlements", "Entitlements endpoint", "entitlements", "The endpoint of entitlements gives a page of one, if there is one.",
		"Honour count, and answer with numbers.", func(s *Session) {
			res := s.okta(http.MethodGet, "/Entitlements?count=1&startIndex=1", nil)
			if res.Status == http.StatusNotFound || res.Status == http.StatusNotImplemented || Equal(res.At("totalResults"), 0) {
				s.Skip("the service provider has no entitlements")
			}
			s.Want(res, Status(http.StatusOK), Schemas(ListURN), HasAttr("Resources"), integers("startIndex", "totalResults"), Attr(1, "itemsPerPage"))
		}),
}

// oktaGroupCases are what Okta asks of a service provider when it pushes groups.
var oktaGroupCases = []Case{
	okta("okta-group-push", "Push a group", "groups", "A group is created with its members, and found by its name.",
		"Take members in POST, and answer 201 with id and displayName.", func(s *Session) {
			g, u := s.oktaGroup()
			g.wantMembers(s, u.id)
			s.Step("look for the group")
			q := "filter=" + percent("displayName eq "+Quote(textOf(g.sent["displayName"])))
			s.Want(s.okta(http.MethodGet, "/Groups?"+q+"&startIndex=1&count=100", nil), listOf(1), Attr(g.id, "Resources", 0, "id"))
		}),
	okta("okta-group-rename", "Rename a group", "groups", "PATCH without a path renames a group, whose id is in the value.",
		"Ignore id in the value if it is that of the group.", func(s *Session) {
			g, u := s.oktaGroup()
			name := s.Name("renamed")
			s.Step("rename it")
			s.Want(s.okta(http.MethodPatch, g.path, PatchBody(Op("replace", "", Object{"id": g.id, "displayName": name}))), Status(http.StatusOK, http.StatusNoContent))
			s.Step("read it")
			s.Want(s.okta(http.MethodGet, g.path, nil), Status(http.StatusOK), Attr(name, "displayName"))
			g.wantMembers(s, u.id)
		}),
	okta("okta-group-members", "Add and remove members", "members", "One PATCH removes a member and adds another, with display.",
		"Take several operations on members, and ignore display.", func(s *Session) {
			g, u := s.oktaGroup()
			next := s.oktaCreate("/Users", s.oktaUser())
			s.Step("remove one member and add another")
			s.Want(s.okta(http.MethodPatch, g.path, PatchBody(Op("remove", "members[value eq "+Quote(u.id)+"]", nil),
				Op("add", "members", []any{Object{"value": next.id, "display": next.sent["userName"]}}))), Status(http.StatusOK, http.StatusNoContent))
			g.wantMembers(s, next.id)
			s.Step("remove one that is no member")
			s.Want(s.okta(http.MethodPatch, g.path, PatchBody(Op("remove", "members[value eq "+Quote(u.id)+"]", nil))), Status(http.StatusOK, http.StatusNoContent))
			g.wantMembers(s, next.id)
		}),
	okta("okta-group-replace", "Push all members", "members", "PATCH replaces the members of a group, also with none.",
		"Let replace of members with a list set just these; an empty list empties the group.", func(s *Session) {
			g, u := s.oktaGroup()
			next := s.oktaCreate("/Users", s.oktaUser())
			s.Step("replace the members")
			s.Want(s.okta(http.MethodPatch, g.path, PatchBody(Op("replace", "members", []any{Object{"value": next.id}, Object{"value": u.id}}))), Status(http.StatusOK, http.StatusNoContent))
			g.wantMembers(s, next.id, u.id)
			s.Step("empty the group")
			s.Want(s.okta(http.MethodPatch, g.path, PatchBody(Op("replace", "members", []any{}))), Status(http.StatusOK, http.StatusNoContent))
			g.wantMembers(s)
		}),
	okta("okta-group-put", "Push a group with PUT", "groups", "Applications made with Okta's wizard replace groups with PUT, display of members null.",
		"Read null as unassigned (RFC 7643 §2.5).", func(s *Session) {
			g, u := s.oktaGroup()
			s.Step("replace the group")
			body := With(g.sent, Object{"id": g.id, "members": []any{Object{"value": u.id, "display": Null}}})
			s.Want(s.okta(http.MethodPut, g.path, body), Status(http.StatusOK), Attr(g.id, "id"))
			g.wantMembers(s, u.id)
		}),
	okta("okta-group-delete", "Unlink and delete a group", "groups", "A group is deleted, and its members stay.",
		"Answer DELETE with 204, and keep the users.", func(s *Session) {
			g, u := s.oktaGroup()
			s.Step("delete it")
			s.Want(s.okta(http.MethodDelete, g.path, nil), Status(http.StatusNoContent))
			s.Want(s.okta(http.MethodGet, g.path, nil), Status(http.StatusNotFound))
			s.Want(s.okta(http.MethodGet, u.path, nil), Status(http.StatusOK), Attr(u.id, "id"))
		}),
}

// push reads the resource and puts it back with other members.
func (r *oktaResource) push(s *Session, change Object) {
	s.Step("read it")
	res := s.Need(s.okta(http.MethodGet, r.path, nil), Status(http.StatusOK), Body())
	s.Step("put it back")
	s.Want(s.okta(http.MethodPut, r.path, With(With(res.Object, Object{"groups": []any{}}), change)), Status(http.StatusOK), Attr(r.id, "id"))
}

// activate changes active and looks whether it is.
func (r *oktaResource) activate(s *Session, active bool) {
	s.Step("make active %v", active)
	s.blame(causeDisabled)
	res := s.Want(s.okta(http.MethodPatch, r.path, PatchBody(Op("replace", "", Object{"active": active}))), Status(http.StatusOK, http.StatusNoContent))
	if res.Status == http.StatusOK && res.Body != "" {
		s.Want(res, Attr(active, "active"))
	}
	s.Step("read it")
	s.Want(s.okta(http.MethodGet, r.path, nil), Status(http.StatusOK), Attr(r.id, "id"), Attr(active, "active"))
}

// oktaGroup pushes a group with a member.
func (s *Session) oktaGroup() (group, member *oktaResource) {
	s.needGroups()
	member = s.oktaCreate("/Users", s.oktaUser())
	return s.oktaCreate("/Groups", Object{"schemas": []string{GroupURN}, "displayName": s.Name("Field Sales"),
		"members": []any{Object{"value": member.id, "display": member.sent["userName"]}}}), member
}

func (r *oktaResource) wantMembers(s *Session, ids ...string) {
	(&entraResource{t: &entraType{s: s}, id: r.id, path: r.path}).wantMembers(ids...)
}
