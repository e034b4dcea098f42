package scimtest

import (
	"net/http"
	"strings"
)

// entraPreviewCases are the validator's tests that it does not require to pass.
var entraPreviewCases = []Case{
	preview("entra-user-multiple-different", "Patch User - Multiple Operations on different attributes", "users",
		"The operations of one PATCH remove an attribute, add another and replace a third.",
		"Apply the operations of a PATCH in order, and all or none of them (RFC 7644 §3.5.2).",
		func(s *Session) {
			t := s.entra("User")
			// A text that no other test needs, as the validator takes one.
			gone := t.first("nickName", "preferredLanguage", "title", "userType")
			if gone == "" || !t.has("displayName") || t.joining == "displayName" {
				s.Skip("users have too few attributes")
			}
			u := t.make()
			u.change("remove what is added later", unset("externalId"))
			u.get()
			ext, name := s.uuid(), s.letters()
			u.change("remove, add and replace", unset(gone), add("externalId", ext), set("displayName", name))
			res := u.readAgain(map[string]any{"displayName": name})
			s.Want(res, Attr(ext, "externalId"))
			if got := parseAttr(gone).in(res.Object); got != nil && got != "" {
				s.Fail("GET %s: expected no %s after it was removed, got %s", u.path, gone, JSON(got))
			}
		}),
	preview("entra-user-multiple-same", "Patch User - Multiple Operations on same attribute", "users",
		"Operations on one attribute are applied in their order: the last one wins.",
		"Apply the operations of a PATCH in order, each to what the one before left (RFC 7644 §3.5.2).",
		func(s *Session) {
			u := s.entra("User").make()
			first, last := s.uuid(), s.uuid()
			u.change("remove, add and replace externalId", unset("externalId"), add("externalId", first), set("externalId", last))
			s.Step("read it by id")
			s.Want(u.get(), Status(http.StatusOK), Attr(last, "externalId"))
		}),
	preview("entra-user-delete-none", "Delete a non-existent User", "users",
		"Deleting a user that does not exist is answered with 404.",
		"Answer 404 for an id that does not exist (RFC 7644 §3.6).",
		func(s *Session) { s.entra("User").deleteNone() }),
	preview("entra-user-delete-twice", "Delete the same User twice", "users",
		"Deleting a user for the second time is answered with 404.",
		"Answer 404 for an id that does not exist any more (RFC 7644 §3.6).",
		func(s *Session) { s.entra("User").make().deleteTwice() }),
	preview("entra-group-multiple-same", "Patch Group - Multiple Operations on same attribute", "members",
		"One PATCH adds a member and removes it again.",
		"Apply the operations of a PATCH in order, each to what the one before left (RFC 7644 §3.5.2).",
		func(s *Session) {
			g := s.entra("Group").make()
			u := s.entra("User").made("member")
			g.change("add the member and remove it", members("add", u.id), members("remove", u.id))
			g.wantMembers()
		}),
	preview("entra-group-delete-none", "Delete a non-existent Group", "groups",
		"Deleting a group that does not exist is answered with 404.",
		"Answer 404 for an id that does not exist (RFC 7644 §3.6).",
		func(s *Session) { s.entra("Group").deleteNone() }),
	preview("entra-group-delete-twice", "Delete the same Group twice", "groups",
		"Deleting a group for the second time is answered with 404.",
		"Answer 404 for an id that does not exist any more (RFC 7644 §3.6).",
		func(s *Session) { s.entra("Group").make().deleteTwice() }),
}

// first returns the first of the attributes that the type has, or "".
func (t *entraType) first(paths ...string) string {
	for _, p := range paths {
		if t.has(p) && p != t.joining {
			return p
		}
	}
	return ""
}

func (t *entraType) deleteNone() {
	t.s.blame(causeGone)
	t.s.Step("delete a %s that does not exist", strings.ToLower(t.name))
	t.s.Want(t.s.send(http.MethodDelete, t.endpoint+"/"+t.s.uuid(), nil), Status(http.StatusNotFound))
}

func (r *entraResource) deleteTwice() {
	r.t.s.blame(causeGone)
	r.t.s.Step("delete it")
	r.t.s.Want(r.remove(), Status(http.StatusNoContent))
	r.t.s.Step("delete it again")
	r.t.s.Want(r.remove(), Status(http.StatusNotFound))
}
