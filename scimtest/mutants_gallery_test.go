package scimtest_test

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/embedscim/scim"
)

// galleryMutants are for the tests of the open validator.
var galleryMutants = []mutant{
	{name: "types have no canonical values in /Schemas", id: "gallery-schemas extra-schemas", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.answer = strings.ReplaceAll(x.answer, `"canonicalValues"`, `"values"`)
		}
	})},
	{name: "/Schemas has no departments", id: "gallery-schemas", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.answer = strings.ReplaceAll(x.answer, `"name":"department"`, `"name":"unit"`)
		}
	})},
	{name: "the list of users is forbidden", id: "gallery-credentials", wrap: misread(func(x *exchange) {
		if x.is("GET", "/Users") && x.param("filter") == "" {
			x.fail(http.StatusForbidden)
		}
	})},
	{name: "names get a domain", id: "gallery-scim-user-create gallery-user-create", store: func(users, _ *faultyStore) {
		users.in = func(r *scim.Resource) {
			if name := r.Attributes.Get("userName").Text(); !strings.HasSuffix(name, ".local") {
				_ = r.Attributes.Set("userName", name+".local")
			}
		}
	}},
	{name: "names of groups are folded", id: "gallery-scim-group-create entra-group-create", wrap: showing("/Groups", func(_ *exchange, o map[string]any) {
		if name, ok := o["displayName"].(string); ok {
			o["displayName"] = strings.ToLower(name)
		}
	})},
	{name: "an attribute in /Schemas is not stored", id: "gallery-scim-user-update", wrap: showing("/Users", func(_ *exchange, o map[string]any) { delete(o, "userType") })},
	{name: "the empty string clears nothing", id: "gallery-scim-null extra-cleared", wrap: dropping(func(_ map[string]any, _, value string) bool { return value == `""` })},
	{name: "null clears nothing in values without a path", id: "gallery-scim-null", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if v, ok := op["value"].(map[string]any); ok && path == "" {
			for name, w := range v {
				if w == nil || w == "" {
					v[name] = "kept"
				}
			}
		}
	})},
	{name: "startIndex is not told", id: "gallery-scim-user-pages extra-paging", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Users") {
			x.edit(func(o map[string]any) {
				if o["startIndex"] != nil {
					o["startIndex"] = 1
				}
			})
		}
	})},
	{name: "count is ignored", id: "gallery-scim-group-pages gallery-scim-user-pages extra-paging", cause: "paging", wrap: misread(func(x *exchange) { x.setParam("count", "") })},
	{name: "pages are not full", id: "gallery-scim-user-pages", wrap: misread(func(x *exchange) {
		if x.param("count") == "5" {
			x.setParam("count", "4")
		}
	})},
	{name: "PATCH clears what it does not name", id: "gallery-user-update", wrap: func(h http.Handler) http.Handler {
		return broke(func(x *exchange) {
			if x.is("PATCH", "/Users/") && x.status < 300 {
				x.ask("PATCH", x.URL.Path, "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"name.givenName"}]}`)
			}
		})(h)
	}},
	{name: "operations in capitals are refused", id: "gallery-user-demand gallery-group-demand gallery-user-update gallery-group-member-add extra-op-case extra-legacy-attributes", profile: without("op-case")},
	{name: `"False" is no boolean`, id: "gallery-user-disable gallery-user-restore extra-legacy-disable", profile: without("boolean-string")},
	{name: "a URI of Microsoft's in schemas is refused", id: "gallery-group-create extra-group-schema gallery-group-restore", wrap: misread(func(x *exchange) {
		if strings.Contains(x.body, "schemas.microsoft.com") {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "added members replace the others", id: "gallery-group-member-add", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if path == "members" && strings.EqualFold(op["op"].(string), "add") {
			op["op"] = "replace"
		}
	})},
	{name: "memberships are not stored", id: "gallery-group-member-add gallery-group-demand entra-group-member-add extra-member-many okta-group-push", cause: "members", wrap: showing("/Groups", func(_ *exchange, o map[string]any) { delete(o, "members") })},
	{name: "the name of a deleted group stays taken", id: "gallery-group-restore", store: func(_, groups *faultyStore) { keepNames(groups, "displayName") }},
	{name: "managers are not stored", id: "gallery-user-manager gallery-scim-manager entra-user-manager-add", wrap: dropping(func(_ map[string]any, path, value string) bool {
		return strings.HasSuffix(path, ":manager") && value != `""`
	})},
}

// keepNames lets the name of a resource that is deleted never be used again.
func keepNames(s *faultyStore, name string) {
	var taken sync.Map
	s.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
		r, err := s.read(ctx, id)
		if err != nil {
			return err
		}
		taken.Store(r.Attributes.Get(name).Text(), true)
		return s.Store.Delete(ctx, id, ifMatch)
	}
	s.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
		if _, ok := taken.Load(r.Attributes.Get(name).Text()); ok {
			return nil, scim.Errorf(scim.ErrUniqueness, "%s is taken", name)
		}
		return s.Store.Create(ctx, r)
	}
}
