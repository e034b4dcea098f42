package scimtest

import (
	"net/http"
	"strings"
)

// nobody begins the values that the validator expects not to be found.
const nobody = "nonexistente997dccbd8b7_"

// entraUserCases are the validator's tests of users.
var entraUserCases = []Case{
	required("entra-credentials", "Credentials and endpoint", "users",
		"A query for a user that does not exist finds nothing, with status 200: Entra ID tests the connection so, and again before each cycle.",
		"Answer a filter that selects nothing with 200 and a list response of 0 results, never with 404.",
		func(s *Session) {
			t := s.entra("User")
			s.Step("query for a user that does not exist")
			s.Want(t.find(s.Name(s.email())), listOf(0))
		}),
	required("entra-user-create", "Create a new User", "users",
		"A new user is answered with 201 and found by a query at once, with every attribute as it was sent.",
		"Store what is sent without changing its form, and answer 201 Created.",
		func(s *Session) {
			t := s.entra("User")
			s.Step("create the user")
			body, values := t.body()
			u := t.created(body, values, s.send(http.MethodPost, t.endpoint, body), s.Want)
			u.foundAgain(u.key(), values)
		}),
	required("entra-user-duplicate", "Create a duplicate User", "users",
		"A second user with the same userName is refused with 409.",
		"Let a unique index on the folded userName refuse it, and answer 409 with scimType uniqueness (RFC 7644 §3.3).",
		func(s *Session) {
			u := s.entra("User").make()
			s.Step("create it again")
			s.blame(causeDuplicate)
			s.Want(s.send(http.MethodPost, u.t.endpoint, u.sent), Status(http.StatusConflict))
		}),
	required("entra-user-filter", "Filter for an existing user", "users",
		"A filter on the joining attribute finds the user, and no other.",
		"Evaluate eq filters on userName and on whatever else users are matched by.",
		func(s *Session) {
			u := s.entra("User").make()
			u.t.made("other")
			s.Step("filter for it")
			s.Want(u.t.find(u.key()), u.listing())
		}),
	required("entra-user-filter-none", "Filter for a non-existing user", "users",
		"A filter that selects no user is answered with an empty list, beside users that exist.",
		"Answer 200 with totalResults 0; 404 for a query quarantines the provisioning job.",
		func(s *Session) {
			u := s.entra("User").make()
			s.Step("filter for a user that does not exist")
			s.Want(u.t.find(nobody+textOf(u.key())), listOf(0))
		}),
	required("entra-user-filter-case", "Filter for an existing user with a different case", "users",
		"A filter on userName finds the user whatever the letter case.",
		causeCase.Fix, func(s *Session) {
			t := s.entra("User")
			t.needFolding()
			u := t.make()
			s.Step("filter for it in capitals")
			s.blame(causeCase)
			s.Want(t.find(strings.ToUpper(textOf(u.key()))), u.listing())
		}),
	required("entra-user-rename", "Update User userName", "users",
		"PATCH changes the joining attribute, and a GET shows it.",
		"Take replace operations without a path, whose value has the attributes (RFC 7644 §3.5.2.3).",
		func(s *Session) {
			t := s.entra("User")
			u := t.make()
			name := t.value(parseAttr(t.joining))
			u.change("change "+t.joining, set(t.joining, name))
			u.readAgain(map[string]any{t.joining: name})
		}),
	required("entra-user-replace", "Patch User - Replace Attributes", "users",
		"PATCH changes all attributes at once: elements by a filter on their type, all others in one operation without a path, whose names have dots and URIs.",
		causeKeys.Fix, func(s *Session) { s.entra("User").replaceAll(s.dialect()) }),
	required("entra-user-replace-verbose", "Patch User - Replace Attributes Verbose Request", "users",
		"PATCH changes all attributes at once, with an operation for each.",
		"Take a path for each attribute: simple, of a sub-attribute, with a value filter, and of an extension with its URI.",
		func(s *Session) { s.entra("User").replaceAll(Verbose) }),
	required("entra-user-add-verbose", "Patch User - Add Attributes Verbose Request", "users",
		"PATCH gives a user that has just a userName all attributes, with an operation for each; elements are made of what their filter says.",
		causeElement.Fix, func(s *Session) {
			t := s.entra("User")
			u := t.made("user")
			values := t.patchable()
			var changes []change
			for _, a := range t.attrs {
				if v, ok := values[a.path]; ok {
					changes = append(changes, add(a.path, v))
				}
			}
			u.changeIn(Verbose, "add all attributes", changes...)
			u.readAgain(values)
		}),
	required("entra-user-disable", "Patch User - Disable User", "users",
		"A user whose active becomes false is still there, by id and by filter, with active false.",
		"Keep disabled users, and return them with active false: only DELETE removes.",
		func(s *Session) {
			u := s.entra("User").make()
			u.change("disable the user", activate(false))
			s.blame(causeDisabled)
			u.readAgain(map[string]any{"active": false})
			s.blame(causeDisabled)
			u.foundAgain(u.key(), map[string]any{"active": false})
		}),
	required("entra-user-manager-add", "Patch User - Add Manager", "managers",
		"PATCH adds a manager, whose value is the id, as a string.",
		"Read a string for manager as its value, and return an object: {\"value\":…}.",
		func(s *Session) {
			u := s.entra("User").withManager()
			boss := u.t.made("member")
			u.setManager("add", boss)
		}),
	required("entra-user-manager-replace", "Patch User - Replace Manager", "managers",
		"PATCH replaces a manager, whose value is the id, as a string.",
		"Read a string for manager as its value, and return an object: {\"value\":…}.",
		func(s *Session) {
			u := s.entra("User").withManager()
			first, second := u.t.made("member"), u.t.made("member2")
			u.setManager("add", first)
			u.setManager("replace", second)
		}),
	required("entra-user-manager-remove", "Patch User - Remove Manager", "managers",
		"PATCH with the empty string takes the manager away.",
		"Read the empty string for manager as no manager.",
		func(s *Session) {
			u := s.entra("User").withManager()
			u.change("take the manager away", set(managerPath, ""))
			s.Step("read it by id")
			res := s.Want(u.get(), Status(http.StatusOK), Attr(u.id, "id"))
			if got := managerOf(res.Object); got != nil && got != "" {
				s.Fail("GET %s: expected no manager, got %s", u.path, JSON(got))
			}
		}),
	required("entra-user-delete", "Delete a User", "users",
		"A user that is deleted is gone, by id and by filter.",
		"Answer DELETE with 204, and everything about the id with 404 afterwards (RFC 7644 §3.6).",
		func(s *Session) { s.entra("User").make().deleted() }),
}

const managerPath = EnterpriseURN + ":manager"

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// needFolding ends the case as [Skip] if the joining attribute is one whose values differ by letter case.
func (t *entraType) needFolding() {
	if t.joining == "externalId" || t.joining == "id" {
		t.s.Skip("%s is compared with regard to letter case", t.joining)
	}
}

// patchable makes new values for what the validator changes: all but the joining attribute and references.
func (t *entraType) patchable() map[string]any {
	values := map[string]any{}
	t.number = ""
	for _, a := range t.attrs {
		if a.path != t.joining && a.name != "manager" && a.name != "members" {
			values[a.path] = t.value(a)
		}
	}
	return values
}

// replaceAll changes all attributes of a new resource and looks for them.
func (t *entraType) replaceAll(d Dialect) {
	u, values := t.make(), t.patchable()
	var changes []change
	for _, a := range t.attrs {
		if v, ok := values[a.path]; ok {
			changes = append(changes, set(a.path, v))
		}
	}
	u.changeIn(d, "replace all attributes", changes...)
	if d == Verbose {
		u.readAgain(values)
		return
	}
	u.foundAgain(u.key(), values)
}

// withManager creates a user, or ends the case as [Skip] if users have no managers.
func (t *entraType) withManager() *entraResource {
	if !t.has(managerPath) {
		t.s.Skip("users have no manager")
	}
	return t.make()
}

// setManager changes the manager to boss, and looks for it.
func (r *entraResource) setManager(op string, boss *entraResource) {
	r.change(op+" the manager", change{op: op, attr: parseAttr(managerPath), value: boss.id})
	r.wantManager(boss)
}

func (r *entraResource) wantManager(boss *entraResource) {
	s := r.t.s
	s.Step("read it by id")
	res := s.Want(r.get(), Status(http.StatusOK), Attr(r.id, "id"))
	if got := managerOf(res.Object); got != boss.id {
		s.Fail("GET %s: expected manager.value to be %s, got %s", r.path, JSON(boss.id), JSON(At(res.Object, EnterpriseURN, "manager")))
	}
}

// managerOf returns the id of a user's manager, whether it is an object or a string.
func managerOf(user Object) any {
	v := At(user, EnterpriseURN, "manager")
	if o, ok := v.(Object); ok {
		return At(o, "value")
	}
	return v
}

// deleted deletes the resource and looks whether it is gone.
func (r *entraResource) deleted() {
	s := r.t.s
	s.Step("delete it")
	s.blame(causeGone)
	s.Want(r.remove(), Status(http.StatusNoContent))
	s.Step("read it by id")
	s.Want(r.get(), Status(http.StatusNotFound))
	s.Step("read it with a filter")
	s.Want(r.t.find(r.key()), listOf(0))
}
