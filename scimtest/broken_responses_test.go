package scimtest_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// Faults in how answers look.
var brokenResponses = []broken{
	{name: "create answers 200", id: "7644-3.3-05", wrap: broke(func(x *exchange) {
		if x.status == http.StatusCreated {
			x.status = http.StatusOK
		}
	})},
	{name: "create without Location", id: "7644-3.3-07", wrap: broke(func(x *exchange) {
		if x.status == http.StatusCreated {
			x.header.Del("Location")
		}
	})},
	{name: "create with a relative Location", id: "7644-3.3-07", wrap: broke(func(x *exchange) {
		if l := x.header.Get("Location"); l != "" {
			x.header.Set("Location", l[strings.Index(l, "/scim"):])
		}
	})},
	{name: "meta without location", id: "7644-3.3-07", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && x.is("", "/Users") {
				delete(meta, "location")
			}
		})
	})},
	{name: "create echoes what the client sent", id: "7644-3.1-03", wrap: broke(func(x *exchange) {
		if x.status != http.StatusCreated {
			return
		}
		var sent map[string]any
		_ = json.Unmarshal([]byte(x.body), &sent)
		x.edit(func(o map[string]any) {
			for name, v := range sent {
				if o[name] == nil {
					o[name] = v
				}
			}
		})
	})},
	{name: "status of errors is a number", id: "7644-3.12-01", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if s, ok := o["status"].(string); ok {
				n, _ := strconv.Atoi(s)
				o["status"] = n
			}
		})
	})},
	{name: "errors without scimType", id: "7644-3.3-08", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) { delete(o, "scimType") })
	})},
	{name: "errors are plain text", id: "7644-3.12-01", wrap: broke(func(x *exchange) {
		if x.status >= 400 {
			x.answer = http.StatusText(x.status)
			x.header.Set("Content-Type", "text/plain")
		}
	})},
	{name: "errors have the status 200", id: "7644-3.2-03", wrap: broke(func(x *exchange) {
		if x.status >= 400 && x.status != http.StatusUnauthorized {
			x.status = http.StatusOK
		}
	})},
	{name: "answers are application/json", id: "7644-3.8-04", wrap: broke(func(x *exchange) {
		if x.answer != "" {
			x.header.Set("Content-Type", "application/json")
		}
	})},
	{name: "401 without WWW-Authenticate", id: "7644-2-01", wrap: broke(func(x *exchange) { x.header.Del("WWW-Authenticate") })},
	{name: "an impossible method answers 404", id: "7644-3.2-04", wrap: broke(func(x *exchange) {
		if x.status == http.StatusMethodNotAllowed {
			x.status = http.StatusNotFound
		}
	})},
	{name: "an unknown id answers 400", id: "7644-3.4.1-02", wrap: broke(func(x *exchange) {
		if x.status == http.StatusNotFound {
			x.status = http.StatusBadRequest
			x.edit(func(o map[string]any) { o["status"] = "400" })
		}
	})},
	{name: "resources without schemas", id: "7643-3-01", wrap: broke(func(x *exchange) {
		if x.is("", "/Users") {
			x.resources(func(o map[string]any) { delete(o, "schemas") })
		}
	})},
	{name: "schemas without the extension", id: "7643-3-06", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if list, ok := o["schemas"].([]any); ok && len(list) > 1 && x.is("", "/Users") {
				o["schemas"] = list[:1]
			}
		})
	})},
	{name: "a password is returned", id: "7643-4.1.1-08", wrap: broke(func(x *exchange) {
		var sent map[string]any
		if _ = json.Unmarshal([]byte(x.body), &sent); sent["password"] != nil && x.status < 300 {
			x.edit(func(o map[string]any) { o["password"] = sent["password"] })
		}
	})},
	{name: "a list with one value is an object", id: "7644-3.8-08", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if list, ok := o["emails"].([]any); ok && len(list) == 1 {
				o["emails"] = list[0]
			}
		})
	})},
	{name: "groups of users are not derived", id: "7643-4.1.2-05", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) { delete(o, "groups") })
	})},
	{name: "created changes with each answer", id: "7644-3.5.1-12", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && meta["lastModified"] != nil {
				meta["created"] = meta["lastModified"]
			}
		})
	})},
	{name: "no ETag", id: "7644-3.14-02", wrap: broke(func(x *exchange) { x.header.Del("ETag") })},
	{name: "an ETag that never changes", id: "7644-3.14-06", wrap: broke(func(x *exchange) {
		if x.header.Get("ETag") != "" {
			x.header.Set("ETag", `W/"1"`)
		}
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && meta["version"] != nil {
				meta["version"] = `W/"1"`
			}
		})
	})},
	{name: "meta.version is not the ETag", id: "7644-3.14-03", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && meta["version"] != nil {
				meta["version"] = strings.Trim(meta["version"].(string), `W/"`)
			}
		})
	})},
	{name: "text is not in UTF-8", id: "7644-3.8-01", wrap: broke(func(x *exchange) {
		x.answer = strings.Map(func(r rune) rune {
			if r > 255 {
				return '?'
			}
			return r
		}, x.answer)
	})},
	{name: "resourceType is the URI of the schema", id: "7644-3.3.1-01", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && x.is("", "/Users") {
				meta["resourceType"] = "urn:ietf:params:scim:schemas:core:2.0:User"
			}
		})
	})},
	{name: "created is no date", id: "7643-3.1-08", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && x.is("", "/Users") {
				meta["created"] = "yesterday"
			}
		})
	})},
	{name: "$ref of members leads nowhere", id: "7643-4.2-03", wrap: broke(func(x *exchange) {
		if x.is("", "/Groups") {
			x.resources(func(o map[string]any) {
				list, _ := o["members"].([]any)
				for _, m := range list {
					m.(map[string]any)["$ref"] = "Users/none"
				}
			})
		}
	})},
	{name: "the configuration has no sort", id: "7643-5-01", wrap: broke(func(x *exchange) {
		if x.is("", "/ServiceProviderConfig") {
			x.edit(func(o map[string]any) { delete(o, "sort") })
		}
	})},
	{name: "an authentication scheme of a type of its own", id: "7643-5-04", wrap: broke(func(x *exchange) {
		if x.is("", "/ServiceProviderConfig") {
			x.edit(func(o map[string]any) {
				o["authenticationSchemes"] = []any{map[string]any{"type": "bearer", "name": "B", "description": "B"}}
			})
		}
	})},
	{name: "a resource type names a schema that does not exist", id: "7643-6-02", wrap: broke(func(x *exchange) {
		if x.is("", "/ResourceTypes") {
			x.resources(func(o map[string]any) {
				if o["name"] == "Group" {
					o["schema"] = "urn:example:none"
				}
			})
		}
	})},
	{name: "discovery gives an array", id: "7644-4-04", wrap: broke(func(x *exchange) {
		if x.is("GET", "/ResourceTypes") && !x.single() {
			x.edit(func(o map[string]any) {
				list, _ := json.Marshal(o["Resources"])
				x.header.Set("X-List", string(list))
			})
			x.answer = x.header.Get("X-List")
		}
	})},
	{name: "definitions of schemas have null", id: "7643-7-disc-04", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.resources(func(o map[string]any) {
				list, _ := o["attributes"].([]any)
				for _, a := range list {
					a.(map[string]any)["mutability"] = nil
				}
			})
		}
	})},
	{name: "messages are among the schemas", id: "7644-3.1-02", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") && !x.single() {
			x.edit(func(o map[string]any) {
				list, _ := o["Resources"].([]any)
				o["Resources"] = append(list, map[string]any{"id": "urn:ietf:params:scim:api:messages:2.0:PatchOp", "name": "PatchOp", "attributes": []any{}})
				o["totalResults"] = len(list) + 1
			})
		}
	})},
	{name: "HEAD is refused", id: "7644-3.2-06", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodHead {
			x.status = http.StatusMethodNotAllowed
		}
	})},
	{name: "unassigned attributes are null", id: "7643-2.5-03", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if o["userName"] != nil && o["nickName"] == nil {
				o["nickName"] = nil
			}
		})
	})},
}
