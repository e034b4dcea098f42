package scimtest

import (
	"net/http"
	"net/url"
	"strings"
)

// galleryUserCases are the tests of users that go through the provisioning service.
var galleryUserCases = []Case{
	gallery("gallery-user-create", "Create_User", "users",
		"A new user in scope is looked for, created, and found.",
		"Take what the service sends for a new user: meta, an empty list of roles, and the enterprise extension in schemas.",
		func(s *Session) { s.job().create() }),
	gallery("gallery-user-update", "Update_User", "users",
		"A change of attributes arrives, and what was not changed stays.",
		"Change just what the operations name.", func(s *Session) {
			u := s.job().create()
			values := map[string]any{"displayName": s.letters(), "title": s.letters(), "name.familyName": s.pick(familyNames...), EnterpriseURN + ":department": s.letters(),
				`emails[type eq "work"].value`: s.email()}
			delete(values, u.t.joining)
			u.expect(http.StatusOK, "read it")
			u.changeIn(s.jobDialect(), "change five attributes", u.t.sets(values)...)
			u.readAgain(values)
			u.foundAgain(u.key(), map[string]any{"active": true, "name.givenName": u.values["name.givenName"]})
		}),
	gallery("gallery-user-disable", "Disable_User", "users",
		"A user that loses its assignment is disabled, and stays.",
		"Take \"False\" and false for active, and return disabled users.", func(s *Session) {
			u := s.job().create()
			u.changeIn(s.jobDialect(), "disable the user", activate(false))
			s.blame(causeDisabled)
			u.readAgain(map[string]any{"active": false})
			s.blame(causeDisabled)
			u.foundAgain(u.key(), map[string]any{"active": false})
		}),
	{ID: "gallery-user-delete", Name: "Delete_User", Ref: galleryRef, Level: "SHOULD", Severity: ByEntra, Area: "users",
		Why: "A user that is deleted for good is gone.", Fix: "Answer DELETE with 204, and what is gone with 404.", Run: func(s *Session) {
			u := s.job().create()
			u.changeIn(s.jobDialect(), "disable the user", activate(false))
			u.deleted()
		}},
	gallery("gallery-user-manager", "User_Update_Manager", "managers",
		"A manager is set once both users are there.",
		"Read a string for manager as its value, and return an object: {\"value\":…}.", func(s *Session) {
			j := s.job()
			u, boss := j.create(), j.create()
			u.changeIn(s.jobDialect(), "set the manager", change{op: "add", attr: parseAttr(managerPath), value: boss.id})
			u.wantManager(boss)
		}),
	gallery("gallery-user-restore", "Restore_User", "users",
		"A user that was disabled and comes back is the same one, enabled.",
		"Let active be changed back, and keep the id.", func(s *Session) {
			u := s.job().create()
			u.changeIn(s.jobDialect(), "disable the user", activate(false))
			u.readAgain(map[string]any{"active": false})
			title := s.letters()
			u.changeIn(s.jobDialect(), "enable the user with another title", activate(true), set("title", title))
			u.readAgain(map[string]any{"active": true, "title": title})
		}),
	gallery("gallery-user-demand", "POD_User", "users",
		"Provisioning on demand finds the user that is there and changes it, in the dialect of default jobs.",
		causeLegacy.Fix, func(s *Session) {
			u := s.job().create()
			s.Step("look for it")
			s.Want(u.t.lookup(u.key()), u.listing())
			u.expect(http.StatusOK, "read it")
			values := map[string]any{"displayName": s.letters(), `phoneNumbers[type eq "mobile"].value`: "1-555-0100"}
			u.changeIn(Legacy, "change it", u.t.sets(values)...)
			u.readAgain(values)
		}),
}

// galleryGroupCases are the tests of groups that go through the provisioning service.
var galleryGroupCases = []Case{
	gallery("gallery-group-create", "Create_Group", "groups",
		"A new group in scope is looked for without members, created, and found.",
		"Take a schema URI that you don't know in schemas: the service sends one of its own for groups.",
		func(s *Session) { s.jobGroup() }),
	gallery("gallery-group-update", "Update_Group", "groups",
		"A group is renamed.",
		"Take replace of displayName.", func(s *Session) {
			g := s.jobGroup()
			name := s.Name("renamed")
			s.Step("read it without members")
			s.Want(s.send(http.MethodGet, g.path+"?excludedAttributes=members", nil), Status(http.StatusOK), Attr(g.id, "id"))
			g.changeIn(s.jobDialect(), "rename it", set("displayName", name))
			key := g.key()
			if g.t.joining == "displayName" {
				key = name
			}
			g.foundAgain(key, map[string]any{"externalId": g.values["externalId"], "displayName": name})
		}),
	gallery("gallery-group-delete", "Delete_Group", "groups",
		"A group that leaves the scope is deleted.",
		"Answer DELETE with 204, and what is gone with 404.", func(s *Session) { s.jobGroup().deleted() }),
	gallery("gallery-group-member-add", "Group_Update_Add_Member", "members",
		"Members are added, and those that were there stay.",
		"Add what the operation has to the members, once each.", func(s *Session) {
			g, users := s.jobGroup(), s.entra("User")
			one, two := users.made("member"), users.made("member2")
			g.changeIn(s.jobDialect(), "add a member", members("add", one.id))
			g.changeIn(s.jobDialect(), "add another", members("add", two.id))
			g.wantMembers(one.id, two.id)
		}),
	gallery("gallery-group-member-remove", "Group_Update_Remove_Member", "members",
		"A member is removed, and the others stay.",
		"Remove just the members that the value or the filter of the path names; a remove with a value never empties the group.", func(s *Session) {
			g, users := s.jobGroup(), s.entra("User")
			one, two := users.made("member"), users.made("member2")
			g.changeIn(s.jobDialect(), "add both", members("add", one.id, two.id))
			g.changeIn(s.jobDialect(), "remove the first", members("remove", one.id))
			g.wantMembers(two.id)
		}),
	gallery("gallery-group-demand", "POD_Group", "members",
		"Provisioning on demand finds the group that is there, and adds members in the dialect of default jobs.",
		causeLegacy.Fix, func(s *Session) {
			g, u := s.jobGroup(), s.entra("User").made("member")
			s.Step("look for it without members")
			s.Want(g.t.lookup(g.key()), g.listing())
			g.changeIn(Legacy, "add a member", members("add", u.id))
			g.wantMembers(u.id)
		}),
	gallery("gallery-group-restore", "Restore_Group", "groups",
		"A group that was deleted can be created again with the same name, and is another one.",
		"Let the name of a deleted group be used again.", func(s *Session) {
			g := s.jobGroup()
			g.deleted()
			s.Step("create it again")
			again := g.t.created(g.sent, g.values, s.send(http.MethodPost, g.t.endpoint, g.sent), s.Want)
			again.foundAgain(again.key(), map[string]any{"externalId": g.values["externalId"]})
			again.wantMembers()
		}),
}

// A jobType is a resource type as the provisioning service knows it by its default mapping.
type jobType struct{ *entraType }

func (s *Session) job() jobType { return jobType{s.entraFrom("User", false)} }

// lookup asks for what may be there already, as the service does: blanks are %20, members are left out.
func (t *entraType) lookup(value any) *Response {
	target := t.endpoint + "?filter=" + percent(t.joining+" eq "+Quote(textOf(value)))
	if t.name == "Group" {
		target = t.endpoint + "?excludedAttributes=members&filter=" + percent(t.joining+" eq "+Quote(textOf(value)))
	}
	return t.s.send(http.MethodGet, target, nil)
}

// create provisions a new user.
func (j jobType) create() *entraResource {
	t, s := j.entraType, j.s
	body, values := Object{"meta": Object{"resourceType": "User"}, "roles": []any{}}, map[string]any{}
	for _, path := range []string{"externalId", "userName", "active", "displayName", `emails[type eq "work"].value`, `emails[type eq "work"].primary`,
		"name.formatted", "name.familyName", "name.givenName"} {
		a := parseAttr(path)
		values[path] = t.value(a)
		a.put(body, values[path])
	}
	body["schemas"] = []string{UserURN, EnterpriseURN}
	j.provide(body)
	s.Step("look for it")
	s.Want(t.lookup(parseAttr(t.joining).in(body)), listOf(0))
	s.Step("create the user")
	u := t.created(body, values, s.send(http.MethodPost, t.endpoint, body), s.Want)
	u.foundAgain(u.key(), values)
	return u
}

// provide sets the joining attribute, if the default mapping has none such.
func (t *entraType) provide(body Object) {
	if a := parseAttr(t.joining); a.in(body) == nil {
		a.put(body, t.value(a))
	}
}

// jobGroup provisions a new group.
func (s *Session) jobGroup() *entraResource {
	t := s.entraFrom("Group", false)
	values := map[string]any{"externalId": t.value(parseAttr("externalId")), "displayName": s.Name(s.letters())}
	body := Object{"externalId": values["externalId"], "displayName": values["displayName"], "meta": Object{"resourceType": "Group"},
		"schemas": []string{GroupURN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"}}
	t.provide(body)
	s.Step("look for it without members")
	s.Want(t.lookup(parseAttr(t.joining).in(body)), listOf(0))
	s.Step("create the group")
	g := t.created(body, values, s.send(http.MethodPost, t.endpoint, body), s.Want)
	g.foundAgain(g.key(), values)
	return g
}

// sets makes replace operations of values by path, in the order of the mapping.
func (t *entraType) sets(values map[string]any) (out []change) {
	for _, a := range t.attrs {
		if v, ok := values[a.path]; ok {
			out = append(out, set(a.path, v))
		}
	}
	return out
}

// expect reads the resource, as the service does before it changes it.
func (r *entraResource) expect(status int, step string) *Response {
	r.t.s.Step("%s", step)
	return r.t.s.Want(r.get(), Status(status))
}

func percent(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
