package scimtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// entraMutants are for the validator's tests.
var entraMutants = []mutant{
	{name: "a query that finds nothing is 404", id: "entra-credentials entra-user-filter-none entra-group-filter-none okta-user-none okta-user-random", cause: "query-404", wrap: broke(func(x *exchange) {
		if strings.Contains(x.answer, `"totalResults":0`) {
			x.fail(http.StatusNotFound)
		}
	})},
	{name: "a new resource is answered with 200", id: "entra-user-create entra-group-create okta-user-create okta-assign", cause: "create-status", wrap: broke(answer200)},
	{name: "booleans as strings are refused", id: "entra-user-create extra-booleans", cause: "string-boolean", wrap: misread(refuseBooleans)},
	{name: "managers that do not exist are refused", id: "entra-user-create", cause: "dangling-manager", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPost && strings.Contains(x.body, `"manager":`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "phone numbers are normalised", id: "entra-user-create", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		list, _ := o["phoneNumbers"].([]any)
		for _, p := range list {
			m := p.(map[string]any)
			m["value"] = strings.ReplaceAll(m["value"].(string), "-", "")
		}
	})},
	{name: "middle names are not stored", id: "entra-user-create entra-user-replace-verbose entra-user-add-verbose", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if name, ok := o["name"].(map[string]any); ok {
			delete(name, "middleName")
		}
	})},
	{name: "a duplicate user is answered with the first one", id: "entra-user-duplicate okta-user-duplicate", cause: "duplicate User", wrap: broke(func(x *exchange) {
		if x.is("POST", "/Users") && x.status == http.StatusConflict {
			x.send("GET", x.URL.Path, "count=1", "")
			x.status = http.StatusCreated
		}
	})},
	{name: "filters are ignored", id: "entra-user-filter entra-user-filter-none entra-group-filter extra-filter-external-id", wrap: misread(func(x *exchange) { x.setParam("filter", "") })},
	{name: "userName is case sensitive in filters", id: "entra-user-filter-case okta-user-case", cause: "case-sensitive-filter", wrap: folding("userName")},
	{name: "displayName is case sensitive in filters", id: "entra-group-filter-case", cause: "case-sensitive-filter", wrap: folding("displayName")},
	{name: "userName can't be changed", id: "entra-user-rename", wrap: patching(func(_ *exchange, op map[string]any, _, _ string) {
		if v, ok := op["value"].(map[string]any); ok && v["userName"] != nil {
			delete(v, "userName")
			v["nickName"] = "x"
		}
	})},
	{name: "names with dots in values without a path are refused", id: "entra-user-replace extra-flag-names", cause: "pathless-keys", profile: without("path-keys")},
	{name: "names with URIs in values without a path are ignored", id: "entra-user-replace extra-flag-names", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if v, ok := op["value"].(map[string]any); ok && path == "" {
			for name := range v {
				if strings.HasPrefix(name, "urn:") {
					delete(v, name)
				}
			}
		}
	})},
	{name: "paths of the extension are refused", id: "entra-user-replace-verbose entra-user-add-verbose extra-legacy-attributes", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.body, `"path":"urn:`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "value filters that match nothing are refused", id: "entra-user-add-verbose extra-element", cause: "create-element", profile: without("create-element")},
	{name: "disabled users are 404", id: "entra-user-disable okta-deactivate okta-deactivate-put gallery-user-disable", cause: "disabled-hidden", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Users/") && strings.Contains(x.answer, `"active":false`) {
			x.fail(http.StatusNotFound)
		}
	})},
	{name: "disabled users are not listed", id: "entra-user-disable gallery-user-disable okta-unassign extra-filter-disabled", wrap: misread(func(x *exchange) {
		if f := x.param("filter"); f != "" && x.is("GET", "/Users") {
			x.setParam("filter", "("+f+") and not (active eq false)")
		}
	})},
	{name: "active is not changed", id: "entra-user-disable okta-reactivate gallery-user-restore extra-restore extra-legacy-disable", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if v, ok := op["value"].(map[string]any); ok && v["active"] != nil {
			v["active"] = true
		} else if path == "active" {
			op["value"] = true
		}
	})},
	{name: "a manager as a string is refused", id: "entra-user-manager-add extra-manager gallery-scim-manager gallery-user-manager", cause: "patch manager", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.body, `:manager","value":"`) && !strings.Contains(x.body, `"value":""`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "a manager that is there is not replaced", id: "entra-user-manager-replace", wrap: dropping(func(op map[string]any, path, value string) bool {
		return op["op"] == "replace" && strings.HasSuffix(path, ":manager") && value != `""`
	})},
	{name: "a manager is not taken away", id: "entra-user-manager-remove gallery-scim-manager extra-manager", wrap: dropping(func(_ map[string]any, path, value string) bool {
		return strings.HasSuffix(path, ":manager") && value == `""`
	})},
	{name: "deleted resources stay", id: "entra-user-delete entra-group-delete gallery-user-delete gallery-group-delete okta-group-delete extra-member-deleted", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodDelete {
			x.status, x.header = http.StatusNoContent, http.Header{}
		}
	})},
	{name: "DELETE is answered with 200", id: "entra-user-delete entra-group-delete", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodDelete && x.status == http.StatusNoContent {
			x.status = http.StatusOK
		}
	})},
	{name: "deleting what is not there is 204", id: "entra-user-delete-none entra-user-delete-twice entra-group-delete-none entra-group-delete-twice", cause: "delete", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodDelete && x.status == http.StatusNotFound {
			x.status, x.answer, x.header = http.StatusNoContent, "", http.Header{}
		}
	})},
	{name: "members can't be excluded from a group", id: "entra-group-get-excluding", cause: "excluded-members", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Groups/") && x.param("excludedAttributes") != "" {
			x.edit(func(o map[string]any) { o["members"] = []any{map[string]any{"value": "1"}} })
		}
	})},
	{name: "excluded members are an empty list", id: "entra-group-get-excluding entra-group-filter-excluding", cause: "excluded-members", wrap: showing("/Groups", func(x *exchange, o map[string]any) {
		if x.param("excludedAttributes") == "members" {
			o["members"] = []any{}
		}
	})},
	{name: "groups may have the same name", id: "entra-group-duplicate extra-group-duplicate-case", cause: "duplicate Group", names: true},
	{name: "externalId of groups is not stored", id: "entra-group-create entra-group-replace gallery-group-create", wrap: showing("/Groups", func(_ *exchange, o map[string]any) { delete(o, "externalId") })},
	{name: "groups can't be renamed", id: "entra-group-rename gallery-group-update gallery-scim-group-update okta-group-rename", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if v, ok := op["value"].(map[string]any); ok && v["displayName"] != nil {
			delete(v, "displayName")
			v["externalId"] = "x"
		} else if path == "displayName" {
			op["path"] = "externalId"
		}
	})},
	{name: "replace of members changes nothing", id: "entra-group-member-add entra-group-member-remove okta-group-replace", wrap: dropping(func(op map[string]any, path, _ string) bool { return path == "members" && op["op"] == "replace" })},
	{name: "removing a member empties the group", id: "entra-group-member-remove extra-member-filter", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if strings.HasPrefix(path, "members[") {
			op["path"] = "members"
		}
	})},
	{name: "members that are removed stay", id: "entra-group-member-remove gallery-group-member-remove okta-group-members entra-group-multiple-same", wrap: dropping(func(op map[string]any, path, _ string) bool {
		return strings.HasPrefix(path, "members") && strings.EqualFold(op["op"].(string), "remove")
	})},
	{name: "operations are applied last to first", id: "entra-user-multiple-same entra-group-multiple-same", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch {
			x.editBody(func(o map[string]any) {
				list, _ := o["Operations"].([]any)
				slices.Reverse(list)
			})
		}
	})},
	{name: "only the first operation is applied", id: "entra-user-multiple-different entra-user-replace-verbose", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch {
			x.editBody(func(o map[string]any) {
				if list, _ := o["Operations"].([]any); len(list) > 1 {
					o["Operations"] = list[:1]
				}
			})
		}
	})},
	{name: "PATCH is not implemented", id: "entra-user-rename entra-user-replace okta-deactivate", cause: "patch", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch {
			x.fail(http.StatusNotImplemented)
		}
	})},
}

// folding finds a value with eq only in its own letter case.
func folding(name string) func(http.Handler) http.Handler {
	return broke(func(x *exchange) {
		value, ok := strings.CutPrefix(x.param("filter"), name+" eq ")
		if !ok {
			return
		}
		if u, err := url.QueryUnescape(value); err == nil {
			value = u
		}
		var want string
		_ = json.Unmarshal([]byte(value), &want)
		x.edit(func(o map[string]any) {
			list, _ := o["Resources"].([]any)
			kept := slices.DeleteFunc(list, func(r any) bool { return r.(map[string]any)[name] != want })
			o["Resources"], o["totalResults"] = kept, len(kept)
		})
	})
}
