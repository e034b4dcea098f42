package scimtest

import (
	"net/http"
	"strings"
)

// extraValueCases are about values that come back.
var extraValueCases = []Case{
	extra("extra-booleans", ByEntra, "values", "Booleans in answers", "Booleans that were sent as strings are returned as JSON booleans.",
		entraRef, causeBooleans.Fix, func(s *Session) {
			t := s.entra("User")
			body := With(t.minimal("user"), Object{"active": "True", "emails": []any{Object{"type": "work", "value": s.email(), "primary": "true"}}, "roles": []any{Object{"value": "r", "primary": "True"}}})
			if t.joining != "userName" && t.joining != "externalId" {
				t.needSimple()
			}
			s.Step("create a user with booleans as strings")
			u := t.created(body, nil, s.send(http.MethodPost, t.endpoint, body), s.Want)
			s.blame(causeBooleans)
			s.Step("read it by id")
			s.Want(u.get(), Attr(true, "active"), Attr(true, "emails", 0, "primary"), Attr(true, "roles", 0, "primary"))
			u.changeIn(Legacy, "disable it", activate(false))
			s.Want(u.get(), Attr(false, "active"))
		}),
	extra("extra-manager", ByEntra, "managers", "Managers in answers", "A manager that was sent as a string is returned as an object with value, and is absent once it was taken away.",
		experience, "Return {\"value\":…} under the URI of the enterprise extension, and nothing for no manager: a string makes the next cycle fail.", func(s *Session) {
			t := s.entra("User")
			u, boss := t.made("user"), t.made("manager")
			for _, value := range []any{boss.id, Object{"value": boss.id}, []any{Object{"$ref": Null, "value": boss.id}}} {
				u.setManagerIn(Legacy, value)
				s.Step("read it by id")
				s.Want(u.get(), Status(http.StatusOK), Attr(boss.id, EnterpriseURN, "manager", "value"))
				u.changeIn(Flag, "take the manager away", set(managerPath, ""))
				s.Step("read it by id")
				s.Want(u.get(), Status(http.StatusOK), NoAttr(EnterpriseURN, "manager"))
			}
		}),
	extra("extra-cleared", ByEntra, "values", "Values that were cleared", "An attribute that was cleared is not returned as an empty string: Entra ID would add to it instead of replacing it.",
		experience, "Leave out what has no value.", func(s *Session) {
			t := s.entra("User")
			u := t.madeWith("user", Object{"title": "T", "phoneNumbers": []any{Object{"type": "work", "value": "1-555-0100"}}})
			u.changeIn(Verbose, "clear two attributes", set("title", ""), set(`phoneNumbers[type eq "work"].value`, ""))
			s.Step("read it by id")
			res := s.Want(u.get(), Status(http.StatusOK), Attr(u.id, "id"), NoAttr("title"))
			if phone := Find(res.At("phoneNumbers"), "value", ""); phone != nil {
				s.Fail("GET %s: expected no phone number without a value, got %s", u.path, JSON(phone))
			}
		}),
	extra("extra-element", ByEntra, "values", "Elements that a filter makes", "An address that a value filter does not find is made, with its type; the same request again changes it, and makes no second one.",
		entraRef, causeElement.Fix, func(s *Session) {
			u := s.entra("User").madeWith("user", Object{"emails": []any{Object{"type": "home", "value": "home@a.example"}}})
			for _, op := range []string{"add", "replace", "add"} {
				mail := s.email()
				u.changeIn(Verbose, op+" the address at work", change{op: op, attr: parseAttr(`emails[type eq "work"].value`), value: mail})
				s.Step("read it by id")
				res := s.Want(u.get(), Status(http.StatusOK), Count(2, "emails"))
				if got := At(Find(res.At("emails"), "type", "work"), "value"); got != mail {
					s.Fail("GET %s: expected the address at work to be %s, got %s", u.path, mail, JSON(res.At("emails")))
				}
				if Find(res.At("emails"), "value", "home@a.example") == nil {
					s.Fail("GET %s: expected the other address to stay, got %s", u.path, JSON(res.At("emails")))
				}
			}
		}),
	extra("extra-unicode", ByRFC, "values", "Letters of any language", "Text is returned as it was sent, whatever the language.",
		"RFC 7644 §3.8", "Store and send UTF-8.", func(s *Session) {
			const name = "Zoë Núñez-Łukasz 山田 🙂 e\u0301"
			u := s.entra("User").madeWith("user", Object{"displayName": name})
			s.Want(u.get(), Status(http.StatusOK), Attr(name, "displayName"))
		}),
	extra("extra-duplicate-case", ByRFC, "users", "Duplicates in another letter case", "A user whose userName differs by letter case alone is refused with 409.",
		"RFC 7643 §4.1.1", "Let a unique index on the folded userName refuse it.", func(s *Session) {
			t := s.entra("User")
			u := t.made("user")
			s.Step("create it again in capitals")
			body := With(u.sent, Object{"userName": strings.ToUpper(textOf(u.sent["userName"]))})
			if t.joining != "userName" {
				t.needSimple()
			}
			s.blame(causeDuplicate)
			s.Want(s.send(http.MethodPost, t.endpoint, body), Status(http.StatusConflict))
		}),
	extra("extra-rename-conflict", ByRFC, "users", "Renaming to a name that is taken", "PATCH with the userName of another user is refused with 409, and changes nothing.",
		"RFC 7644 §3.12", "Check uniqueness for PATCH and PUT as for POST.", func(s *Session) {
			t := s.entra("User")
			one, two := t.made("user"), t.made("user2")
			s.Step("rename one to the other")
			s.Want(s.send(http.MethodPatch, two.path, PatchBody(Op("replace", "", Object{"userName": one.sent["userName"], "title": "T"}))), Status(http.StatusConflict))
			s.Step("read it by id")
			s.Want(two.get(), Status(http.StatusOK), Attr(two.sent["userName"], "userName"), NoAttr("title"))
		}),
	extra("extra-atomic", ByRFC, "patch", "All operations or none", "A PATCH one of whose operations is refused changes nothing.",
		"RFC 7644 §3.5.2", "Apply the operations to a copy, and store it once all of them went well.", func(s *Session) {
			u := s.entra("User").madeWith("user", Object{"title": "T"})
			s.Step("send an operation that is right and one that is wrong")
			res := s.send(http.MethodPatch, u.path, PatchBody(Op("replace", "title", "U"), Op("replace", "name", "wrong")))
			s.Want(res, Status(http.StatusBadRequest))
			s.Step("read it by id")
			s.Want(u.get(), Status(http.StatusOK), Attr("T", "title"))
		}),
	extra("extra-put", ByRFC, "users", "PUT", "PUT replaces a user: what is not in it is gone, id and meta are the service provider's.",
		"RFC 7644 §3.5.1", "Take PUT with what a GET gave, ignore readOnly attributes, and clear what is missing.", func(s *Session) {
			u := s.entra("User").madeWith("user", Object{"title": "T", "displayName": "D"})
			s.Step("put it back without title")
			body := With(s.Need(u.get(), Status(http.StatusOK)).Object, Object{"title": nil, "displayName": "E", "id": "other"})
			s.Want(s.send(http.MethodPut, u.path, body), Status(http.StatusOK), Attr(u.id, "id"), Attr("E", "displayName"))
			s.Step("read it by id")
			s.Want(u.get(), Status(http.StatusOK), Attr("E", "displayName"), NoAttr("title"))
		}),
}

// madeWith creates a resource with what it takes at least, and more.
func (t *entraType) madeWith(what string, more Object) *entraResource {
	if key := parseAttr(t.joining); key.key != "" {
		t.needSimple() // Its elements are what the case is about.
	}
	t.s.Step("create the %s", what)
	body := With(t.minimal(what), more)
	return t.created(body, nil, t.s.send(http.MethodPost, t.endpoint, body), t.s.Need)
}
