package scimtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Faults in Bulk, .search, cursors and /Me, which a service provider may do without.
var brokenOptional = []broken{
	{name: "the status of bulk operations is a number", id: "7644-3.7-10", wrap: bulkResult(func(op map[string]any) {
		if s, ok := op["status"].(string); ok {
			op["status"] = json.Number(s)
		}
	})},
	{name: "the status of bulk operations is an object", id: "7644-3.7-11", wrap: bulkResult(func(op map[string]any) {
		op["status"] = map[string]any{"code": op["status"]}
	})},
	{name: "bulk operations without bulkId", id: "7644-3.7-14", wrap: bulkResult(func(op map[string]any) { delete(op, "bulkId") })},
	{name: "bulk operations without location", id: "7644-3.7-08", wrap: bulkResult(func(op map[string]any) { delete(op, "location") })},
	{name: "failed bulk operations without an error", id: "7644-3.7-09", wrap: bulkResult(func(op map[string]any) { delete(op, "response") })},
	{name: "bulk gives the results of successes only", id: "7644-3.7.3-01", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			var kept []any
			list, _ := o["Operations"].([]any)
			for _, op := range list {
				if s, _ := op.(map[string]any)["status"].(string); strings.HasPrefix(s, "2") {
					kept = append(kept, op)
				}
			}
			o["Operations"] = kept
		})
	})},
	{name: "failOnErrors is ignored", id: "7644-3.7-13", wrap: misread(func(x *exchange) {
		if x.is("POST", "/Bulk") {
			x.editBody(func(o map[string]any) { delete(o, "failOnErrors") })
		}
	})},
	{name: "bulk with an error is 400 as a whole", id: "7644-3.7-11", wrap: broke(func(x *exchange) {
		if x.is("POST", "/Bulk") && strings.Contains(x.answer, `"404"`) {
			x.status = http.StatusBadRequest
		}
	})},
	{name: "versions in bulk are ignored", id: "7644-3.7-07", wrap: misread(func(x *exchange) {
		if x.is("POST", "/Bulk") {
			x.ops(func(op map[string]any) { delete(op, "version") })
		}
	})},
	{name: "bulk ids are replaced in free text", id: "7644-3.7.2-01", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if o["title"] == "bulkId:x" {
				o["title"] = o["id"]
			}
		})
	})},
	{name: "search with POST creates", id: "7644-3.4.3-01", wrap: broke(func(x *exchange) {
		if strings.HasSuffix(x.URL.Path, "/.search") && x.status == http.StatusOK {
			x.status = http.StatusCreated
		}
	})},
	{name: "search with POST ignores count", id: "7644-3.4.3-04", wrap: misread(func(x *exchange) {
		if strings.HasSuffix(x.URL.Path, "/.search") {
			x.editBody(func(o map[string]any) { delete(o, "count") })
		}
	})},
	{name: "search with POST takes any schemas", id: "7644-3.4.3-02", wrap: misread(func(x *exchange) {
		if strings.HasSuffix(x.URL.Path, "/.search") {
			x.editBody(func(o map[string]any) { o["schemas"] = []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"} })
		}
	})},
	{name: "search with POST ignores wrong filters", id: "7644-3.4.3-05", wrap: broke(func(x *exchange) {
		if strings.HasSuffix(x.URL.Path, "/.search") && x.status == http.StatusBadRequest {
			x.editBody(func(o map[string]any) { delete(o, "filter") })
			x.send(x.Method, x.URL.Path, "", x.body)
		}
	})},
	{name: "queries of all types give users only", id: "7644-3.4.2.1-01", wrap: misread(func(x *exchange) {
		if x.URL.Path == "/scim/v2/" {
			x.URL.Path = "/scim/v2/Users"
		}
	})},
	{name: "an attribute that not all types have is refused at the root", id: "7644-3.4.2.1-03", wrap: misread(func(x *exchange) {
		if x.URL.Path == "/scim/v2/" && strings.Contains(x.param("filter"), "not (userName pr)") {
			x.setParam("filter", "userName")
		}
	})},
	{name: "/Me is its own location", id: "7644-3.11-03", config: withMe, wrap: broke(func(x *exchange) {
		if x.is("GET", "/Me") {
			x.header.Set("Location", baseURL+"/Me")
		}
	})},
	{name: "/Me takes no attributes", id: "7644-3.11-06", config: withMe, wrap: misread(func(x *exchange) {
		if x.is("GET", "/Me") {
			x.setParam("attributes", "")
		}
	})},
	{name: "/Me needs no credentials", id: "7644-3.11-04", config: withMe, wrap: misread(func(x *exchange) {
		if x.is("GET", "/Me") {
			x.Header.Set("Authorization", "Bearer "+token)
		}
	})},
	{name: "/Me that is not supported is 405", id: "7644-3.11-01", wrap: broke(func(x *exchange) {
		if x.is("", "/Me") {
			x.status = http.StatusMethodNotAllowed
		}
	})},
	{name: "cursors are taken with any filter", id: "9865-2-06", wrap: cursorAnyway},
	{name: "forged cursors are taken", id: "9865-5.2-03", wrap: cursorAnyway},
	{name: "cursor pages count from an index", id: "9865-2-08", wrap: broke(func(x *exchange) {
		if x.URL.Query().Has("cursor") {
			x.edit(func(o map[string]any) { o["startIndex"] = 1 })
		}
	})},
	{name: "the first page has a previous one", id: "9865-2-03", wrap: broke(func(x *exchange) {
		if x.URL.Query().Has("cursor") && x.param("cursor") == "" {
			x.edit(func(o map[string]any) { o["previousCursor"] = "first" })
		}
	})},
	{name: "cursors without pagination.index", id: "9865-4-01", wrap: broke(func(x *exchange) {
		if x.is("", "/ServiceProviderConfig") {
			x.edit(func(o map[string]any) { delete(o["pagination"].(map[string]any), "index") })
		}
	})},
	{name: "cursors are padded", id: "9865-2-04", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if c, ok := o["nextCursor"].(string); ok {
				o["nextCursor"] = c + "=="
			}
		})
	})},
	{name: "the last page has a cursor", id: "9865-2-02", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if x.URL.Query().Has("cursor") && o["nextCursor"] == nil {
				o["nextCursor"] = "last"
			}
		})
	})},
	{name: "an empty cursor is none", id: "9865-2-01", wrap: misread(func(x *exchange) {
		if x.URL.Query().Has("cursor") && x.param("cursor") == "" {
			x.setParam("cursor", "")
		}
	})},
	{name: "a wrong cursor is the first page", id: "9865-2.1-01", wrap: cursorAnyway},
}

// bulkResult changes the result of each operation.
func bulkResult(change func(op map[string]any)) func(http.Handler) http.Handler {
	return broke(func(x *exchange) {
		if !x.is("POST", "/Bulk") {
			return
		}
		x.edit(func(o map[string]any) {
			list, _ := o["Operations"].([]any)
			for _, op := range list {
				change(op.(map[string]any))
			}
		})
	})
}

// cursorAnyway answers with the first page where the sound answer is that the cursor is wrong.
func cursorAnyway(h http.Handler) http.Handler {
	return broke(func(x *exchange) {
		if x.status == http.StatusBadRequest && x.param("cursor") != "" {
			q := x.URL.Query()
			q.Set("cursor", "")
			x.send(x.Method, x.URL.Path, q.Encode(), "")
		}
	})(h)
}
