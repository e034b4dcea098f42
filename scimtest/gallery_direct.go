package scimtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// galleryDirectCases are the requests that the open validator makes itself. Two of its tests get a token from the service
// provider, which is no SCIM.
var galleryDirectCases = []Case{
	gallery("gallery-schemas", "Schema_Discoverability", "discovery",
		"/Schemas has every attribute that is mapped: multi-valued ones with canonical values for their type.",
		"Publish schemas for users and groups, with subAttributes, and canonicalValues for each type.",
		func(s *Session) {
			schemas := s.discovered()
			var found []string
			for uri, schema := range schemas {
				found = append(found, flatten(schema, uri == UserURN || uri == GroupURN)...)
			}
			var missing []string
			for _, path := range append(slices.Clone(defaultUser), "members") {
				a := parseAttr(path)
				// What is made of the primary element has no type that a schema could tell.
				if a.sub == "primary" || a.key == "primary" || a.path == "members" && s.client.noGroups {
					continue
				}
				if !slices.ContainsFunc(found, func(f string) bool { return strings.EqualFold(f, path) }) {
					missing = append(missing, path)
				}
			}
			if len(missing) > 0 {
				s.Fail("GET /Schemas: expected attributes for %s, got none", strings.Join(missing, ", "))
			}
		}),
	gallery("gallery-credentials", "Validate_Credentials", "users",
		"The token gives access to the list of users.",
		"Let the token of a job read users.", func(s *Session) {
			s.Want(s.send(http.MethodGet, "/Users?startIndex=1&count=1", nil), Status(http.StatusOK), HasAttr("totalResults"))
		}),
	gallery("gallery-scim-user-create", "SCIM_User_Create", "users",
		"A user is created with an id, and its userName is as it was sent.",
		"Don't change userName.", func(s *Session) {
			t := s.entra("User")
			s.Step("create the user")
			body := With(t.minimal("lascuser"), Object{"externalId": s.uuid()})
			res := s.send(http.MethodPost, t.endpoint, body)
			s.Want(res, Status(http.StatusOK, http.StatusCreated), HasAttr("id"), Attr(body["userName"], "userName"))
			s.Cleanup(t.endpoint + "/" + pathEscape(res.Str("id")))
		}),
	gallery("gallery-scim-user-update", "SCIM_User_Update", "users",
		"PATCH replaces every attribute with a single value that the schemas have.",
		"Keep what /Schemas says can be written, or don't publish it.", func(s *Session) {
			t := s.entraFrom("User", true)
			u := t.made("lasupduser")
			var changes []change
			values := map[string]any{}
			for _, a := range t.attrs {
				if a.key != "" || a.sub != "" || a.path == t.joining || slices.Contains([]string{"active", "groups", "roles", "manager"}, a.name) || t.multiValued(a) {
					continue
				}
				v := t.update(a)
				values[a.path] = v
				changes = append(changes, set(a.path, v))
			}
			u.changeIn(Verbose, "replace all attributes with a single value", changes...)
			u.readAgain(values)
		}),
	gallery("gallery-scim-null", "SCIM_Null_Update", "users",
		"PATCH clears attributes, first with the empty string, then with null.",
		"Read \"\" and null as no value (RFC 7643 §2.5), for whole attributes, sub-attributes and those of elements.",
		func(s *Session) {
			t := s.entra("User")
			u := t.make()
			var paths []entraAttr
			for _, a := range t.attrs {
				if a.path != t.joining && !slices.Contains([]string{"userName", "active", "externalId", "roles", "manager"}, a.name) && !a.boolean {
					paths = append(paths, a)
				}
			}
			for _, empty := range []any{"", Null} {
				var changes []change
				for _, a := range paths {
					changes = append(changes, set(a.path, empty))
				}
				u.change(fmt.Sprintf("replace everything with %s", JSON(empty)), changes...)
				s.Step("read it by id")
				res := s.Want(u.get(), Status(http.StatusOK), Attr(u.id, "id"))
				for _, a := range paths {
					if got := a.in(res.Object); got != nil && got != "" {
						s.Fail("GET %s: expected no %s after it was replaced with %s, got %s", u.path, a.path, JSON(empty), JSON(got))
					}
				}
			}
		}),
	gallery("gallery-scim-manager", "SCIM_Update_Manager_Test", "managers",
		"PATCH adds a manager as a string, replaces it, and takes it away with the empty string.",
		"Read a string for manager as its value, and the empty string as none.", func(s *Session) {
			t := s.entra("User")
			if !t.has(managerPath) {
				s.Skip("users have no manager")
			}
			u, first, second := t.made("user"), t.made("manager"), t.made("manager2")
			u.setManager("add", first)
			u.setManager("replace", second)
			u.change("take the manager away", set(managerPath, ""))
			s.Step("read it by id")
			if got := managerOf(s.Want(u.get(), Status(http.StatusOK), Attr(u.id, "id")).Object); got != nil && got != "" {
				s.Fail("GET %s: expected no manager, got %s", u.path, JSON(got))
			}
		}),
	gallery("gallery-scim-group-create", "SCIM_Group_Create", "groups",
		"A group is created with an id, and its displayName is as it was sent.",
		"Don't change displayName.", func(s *Session) {
			t := s.entra("Group")
			s.Step("create the group")
			body := t.minimal("LASCDirectGroup")
			res := s.send(http.MethodPost, t.endpoint, body)
			s.Want(res, Status(http.StatusOK, http.StatusCreated), HasAttr("id"), Attr(body["displayName"], "displayName"))
			s.Cleanup(t.endpoint + "/" + pathEscape(res.Str("id")))
		}),
	gallery("gallery-scim-group-update", "SCIM_Group_Update", "groups",
		"PATCH renames a group.",
		"Take replace of displayName.", func(s *Session) {
			g := s.entra("Group").made("LASUpdGroup")
			name := s.Name("LASUpdGroup-2")
			g.changeIn(Verbose, "rename it", set("displayName", name))
			g.readAgain(map[string]any{"displayName": name})
		}),
	gallery("gallery-scim-user-pages", "SCIM_User_Pagination", "paging",
		"Pages of five users have the startIndex that was asked for, and are full while there are more.",
		"Honour startIndex and count, and say in startIndex where the page begins.",
		func(s *Session) { s.entra("User").pages() }),
	gallery("gallery-scim-group-pages", "SCIM_Group_Pagination", "paging",
		"Pages of five groups have the startIndex that was asked for, and are full while there are more.",
		"Honour startIndex and count, and say in startIndex where the page begins.",
		func(s *Session) { s.entra("Group").pages() }),
}

// multiValued reports whether the schema says so of an attribute without a filter.
func (t *entraType) multiValued(a entraAttr) bool {
	uri := a.uri
	if uri == "" {
		uri = t.core
	}
	multi, _ := (&Server{Schemas: t.schemas}).Attribute(uri, a.name)["multiValued"].(bool)
	return multi
}

// update makes up the value that the open validator gives an attribute.
func (t *entraType) update(a entraAttr) any {
	switch t.definition(a) {
	case "boolean":
		return true
	case "integer", "decimal":
		return 1 + t.s.random().IntN(99999)
	case "dateTime":
		return time.Now().UTC().Format("2006-01-02T15:04:05.0000000Z")
	}
	if a.leaf() == "userName" || a.leaf() == "displayName" {
		return t.s.Name("upd")
	}
	return "upd-" + t.s.letters()[:8]
}

// pages reads the resources in pages of five, at most ten of them, after there are eleven.
func (t *entraType) pages() {
	const count = 5
	s := t.s
	s.Step("create eleven")
	for range 2 {
		bodies := make([]Object, count)
		for i := range bodies {
			bodies[i] = t.minimal("paguser")
		}
		for _, res := range s.Parallel(count, func(i int) *Response { return s.send(http.MethodPost, t.endpoint, bodies[i]) }) {
			s.Need(res, Status(http.StatusCreated))
		}
	}
	t.made("paguser")
	for page, start := 0, 1; page < 10; page++ {
		s.Step("read page %d", page+1)
		s.blame(causePaging)
		res := s.Want(s.send(http.MethodGet, fmt.Sprintf("%s?startIndex=%d&count=%d", t.endpoint, start, count), nil), Status(http.StatusOK),
			integers("totalResults"), Attr(page*count+1, "startIndex"))
		n, total := len(res.Resources()), 0
		if _, err := fmt.Sscan(JSON(res.At("totalResults")), &total); err != nil {
			s.Fail("%s %s: expected totalResults to be an integer, got %s", res.Method, res.Target, JSON(res.At("totalResults")))
		}
		if n > count || n < count && start+n <= total {
			s.Fail("%s %s: expected %d resources of %d from %d on, got %d", res.Method, res.Target, count, total, start, n)
		}
		if start += n; start > total {
			return
		}
	}
}
