package scimtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// oktaMutants are for Okta's test and for what Okta does.
var oktaMutants = []mutant{
	{name: "numbers of lists are strings", id: "okta-users okta-import okta-entitlements extra-paging", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodGet {
			x.edit(func(o map[string]any) {
				for _, name := range []string{"totalResults", "startIndex", "itemsPerPage"} {
					if n, ok := o[name].(json.Number); ok {
						o[name] = n.String()
					}
				}
			})
		}
	})},
	{name: "the first user has no address", id: "okta-first-user", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if name, _ := o["userName"].(string); !strings.HasPrefix(name, "scimtest-") {
			delete(o, "emails")
		}
	})},
	{name: "users are shown without family names", id: "okta-users okta-user okta-user-created okta-user-create okta-assign", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if name, ok := o["name"].(map[string]any); ok {
			delete(name, "familyName")
		}
	})},
	{name: "application/json is refused", id: "okta-user-create", wrap: misread(func(x *exchange) {
		if x.Header.Get("Content-Type") == "application/json" {
			x.fail(http.StatusUnsupportedMediaType)
		}
	})},
	{name: "an id that does not exist is 400", id: "okta-user-unknown-id okta-not-found entra-user-delete-none extra-id-form", wrap: broke(func(x *exchange) {
		if x.status == http.StatusNotFound {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "errors have no detail", id: "okta-user-unknown-id okta-not-found okta-unauthorized extra-errors", wrap: broke(func(x *exchange) {
		if x.status >= 400 {
			x.edit(func(o map[string]any) { delete(o, "detail") })
		}
	})},
	{name: "status of errors is a number", id: "okta-unauthorized okta-not-found extra-errors", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if s, ok := o["status"].(string); ok {
				o["status"] = json.Number(s)
			}
		})
	})},
	{name: "a token that nobody issued is forbidden", id: "okta-unauthorized extra-unauthorized", wrap: broke(func(x *exchange) {
		if x.status == http.StatusUnauthorized {
			x.fail(http.StatusForbidden)
		}
	})},
	{name: "groups are slow", id: "okta-groups", wrap: misread(func(x *exchange) {
		if x.is("GET", "/Groups") && x.param("filter") == "" {
			time.Sleep(650 * time.Millisecond)
		}
	})},
	{name: "PUT with readOnly attributes is refused", id: "okta-update okta-deactivate-put extra-put", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPut && strings.Contains(x.body, `"id":`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "PUT changes nothing", id: "okta-update okta-deactivate-put extra-put", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPut {
			x.send("GET", x.URL.Path, "", "")
		}
	})},
	{name: "PUT loses the members", id: "okta-group-put", wrap: misread(func(x *exchange) {
		if x.is(http.MethodPut, "/Groups") {
			x.editBody(func(o map[string]any) { delete(o, "members") })
		}
	})},
	{name: "active without a path is ignored", id: "okta-deactivate okta-reactivate okta-unassign", wrap: dropping(func(_ map[string]any, path, value string) bool {
		return path == "" && strings.Contains(value, `"active"`)
	})},
	{name: "inactive users are not found", id: "okta-unassign", wrap: misread(func(x *exchange) {
		if f := x.param("filter"); strings.HasPrefix(f, "userName eq") {
			x.setParam("filter", f+" and active eq true")
		}
	})},
	{name: "passwords are returned", id: "okta-assign okta-password extra-password", wrap: broke(func(x *exchange) {
		if x.is("", "/Users") && x.status < 300 && strings.Contains(x.body, "password") {
			x.status = max(x.status, http.StatusOK)
			if x.answer == "" || x.status == http.StatusNoContent {
				x.status, x.answer = http.StatusOK, "{}"
			}
			x.edit(func(o map[string]any) { o["password"] = x.body })
		}
	})},
	{name: "pages leave the last user out", id: "okta-import", wrap: misread(func(x *exchange) {
		if x.is("GET", "/Users") && x.param("count") == "100" && x.param("filter") == "" {
			x.send(x.Method, x.URL.Path, x.URL.RawQuery, "")
			x.edit(func(o map[string]any) {
				if list, _ := o["Resources"].([]any); len(list) > 0 {
					o["Resources"] = list[:len(list)-1]
				}
			})
		}
	})},
	{name: "itemsPerPage is the limit", id: "okta-entitlements extra-paging", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if o["itemsPerPage"] != nil {
				o["itemsPerPage"] = 1000
			}
		})
	})},
	{name: "members of new groups are lost", id: "okta-group-push", wrap: misread(func(x *exchange) {
		if x.is("POST", "/Groups") {
			x.editBody(func(o map[string]any) { delete(o, "members") })
		}
	})},
	{name: "an id in a value without a path is refused", id: "okta-group-rename", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.body, `"id":`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "removing what is no member is refused", id: "okta-group-members extra-member-again", wrap: misread(func(x *exchange) {
		if x.is("PATCH", "/Groups/") && strings.Contains(strings.ToLower(x.body), `"remove"`) {
			before := x.ask("GET", x.URL.Path, "", "").Body.String()
			if x.send(x.Method, x.URL.Path, x.URL.RawQuery, x.body); x.ask("GET", x.URL.Path, "", "").Body.String() == before {
				x.fail(http.StatusNotFound)
			}
		}
	})},
	{name: "an empty list of members is ignored", id: "okta-group-replace", wrap: dropping(func(_ map[string]any, path, value string) bool { return path == "members" && value == "[]" })},
	{name: "users are deleted with their group", id: "okta-group-delete", wrap: misread(func(x *exchange) {
		if x.is(http.MethodDelete, "/Groups/") {
			var g struct{ Members []struct{ Value string } }
			_ = json.Unmarshal(x.ask("GET", x.URL.Path, "", "").Body.Bytes(), &g)
			x.send(x.Method, x.URL.Path, "", "")
			for _, m := range g.Members {
				x.ask(http.MethodDelete, "/scim/v2/Users/"+m.Value, "", "")
			}
		}
	})},
}
