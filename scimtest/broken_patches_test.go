package scimtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Faults in PATCH.
var brokenPatches = []broken{
	{
		name: "PATCH does nothing and says 200", wrap: misread(func(x *exchange) {
			if x.Method == http.MethodPatch {
				x.send("GET", x.URL.Path, "", "")
			}
		}),
		id: "7644-3.5.2-09 7644-3.5.2.1-03 7644-3.5.2.1-06 7644-3.5.2.1-07 7644-3.5.2.1-12 7644-3.5.2.2-02 7644-3.5.2.2-11 7644-3.5.2.3-02",
	},
	{name: "PATCH is advertised and not implemented", id: "7644-3.5-02", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch {
			x.Method = http.MethodTrace
		}
	})},
	{name: "names in operations are case sensitive", id: "7644-3.5.2-21", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) { delete(op, "Op") })
	})},
	{name: "only the first element that matches is changed", id: "7644-3.5.2.1-18 7644-3.5.2.3-06 7644-3.5.2.3-07", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			path, _ := op["path"].(string)
			path = strings.Replace(path, `phoneNumbers[`, `phoneNumbers[value eq "1" and `, 1)
			if op["path"] != nil {
				op["path"] = strings.Replace(path, `addresses[`, `addresses[streetAddress eq "A" and `, 1)
			}
		})
	})},
	{name: "remove with values empties the group", id: "7644-3.5.2.2-15", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			if op["op"] == "remove" {
				delete(op, "value")
			}
		})
	})},
	{name: "replace appends to multi-valued attributes", id: "7644-3.5.2.3-03", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			if op["op"] == "replace" {
				op["op"] = "add"
			}
		})
	})},
	{name: "replace of a complex attribute erases what is not in the value", id: "7644-3.5.2.3-05", wrap: misread(eraseFirst("replace", "name"))},
	{name: "add to a complex attribute erases what is not in the value", id: "7644-3.5.2.1-04", wrap: misread(eraseFirst("add", "name"))},
	{name: "add replaces multi-valued attributes", id: "7644-3.5.2.1-05", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			if op["op"] == "add" {
				op["op"] = "replace"
			}
		})
	})},
	{name: "add appends what is there already", id: "7644-3.5.2.1-08", wrap: afterPatch(func(x *exchange, _ time.Time) {
		x.edit(func(o map[string]any) {
			for _, name := range []string{"emails", "members"} {
				if list, ok := o[name].([]any); ok {
					o[name] = append(list, list[len(list)-1])
				}
			}
		})
	})},
	{name: "lastModified moves although nothing changes", id: "7644-3.5.2-20", wrap: afterPatch(touch)},
	{name: "adding a member that is there moves lastModified", id: "7644-3.5.2.1-09", wrap: afterPatch(touch)},
	{name: "primary stays with two values", id: "7644-3.5.2-13", wrap: afterPatch(func(x *exchange, _ time.Time) {
		x.edit(func(o map[string]any) {
			list, _ := o["emails"].([]any)
			for _, e := range list {
				e.(map[string]any)["primary"] = true
			}
		})
	})},
	{name: "operations before the one that fails are kept", id: "7644-3.5.2-14", wrap: misread(func(x *exchange) {
		var body struct{ Operations []json.RawMessage }
		if x.Method != http.MethodPatch || json.Unmarshal([]byte(x.body), &body) != nil {
			return
		}
		for _, op := range body.Operations {
			if x.send("PATCH", x.URL.Path, x.URL.RawQuery, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+string(op)+`]}`); x.status >= 400 {
				return
			}
		}
	})},
	{name: "operations are done in the order of their kinds", id: "7644-3.5.2-12", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch {
			x.editBody(func(o map[string]any) {
				var first, last []any
				list, _ := o["Operations"].([]any)
				for _, op := range list {
					if m, ok := op.(map[string]any); ok && m["op"] == "remove" {
						last = append(last, op)
					} else {
						first = append(first, op)
					}
				}
				o["Operations"] = append(first, last...)
			})
		}
	})},
	{name: "readOnly attributes are ignored in silence", id: "7644-3.5.2-07", wrap: forgive("mutability")},
	{name: "unknown attributes are ignored in silence", id: "7644-3.5.2-15", wrap: forgive("invalidPath")},
	{name: "immutable attributes can be replaced", id: "7644-3.5.2-08", wrap: forgive("mutability")},
	{name: "an immutable attribute can be removed", id: "7644-3.5.2.2-17", wrap: forgive("mutability")},
	{name: "a required attribute can be removed", id: "7644-3.5.2.2-07", wrap: forgive("mutability")},
	{name: "remove without a path does nothing", id: "7644-3.5.2.2-01", wrap: forgive("noTarget")},
	{name: "replace of an element that is not there does nothing", id: "7644-3.5.2.3-08", wrap: forgive("noTarget")},
	{name: "no operations are fine", id: "7644-3.5.2-02", wrap: forgive("invalidSyntax")},
	{name: "add without a value does nothing", id: "7644-3.5.2.1-01", wrap: forgive("invalidValue")},
	{name: "removing a sub-attribute removes its element", id: "7644-3.5.2.2-06", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			if path, _ := op["path"].(string); op["op"] == "remove" && strings.Contains(path, "].") {
				op["path"] = path[:strings.Index(path, "].")+1]
			}
		})
	})},
	{name: "a filter in a path is ignored", id: "7644-3.5.2.2-04", wrap: misread(func(x *exchange) {
		x.ops(func(op map[string]any) {
			if path, _ := op["path"].(string); op["op"] == "remove" && strings.HasSuffix(path, "]") {
				op["path"] = path[:strings.Index(path, "[")]
			}
		})
	})},
	{name: "null is no change", id: "7644-3.5.2.3-09", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.body, `"value":null`) {
			x.send("GET", x.URL.Path, "", "")
		}
	})},
	{name: "success without a body is 200", id: "7644-3.5.2-16", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodPatch && x.status == http.StatusNoContent {
			x.status = http.StatusOK
		}
	})},
	{name: "a taken userName is fine in PATCH", id: "7644-3.5.2-19", wrap: forgive("uniqueness")},
	{name: "elements that are replaced move to the end", id: "7644-3.5.2.3-20", wrap: afterPatch(func(x *exchange, _ time.Time) {
		x.edit(func(o map[string]any) {
			if list, ok := o["emails"].([]any); ok && len(list) > 1 {
				o["emails"] = append(append([]any{}, list[1:]...), list[0])
			}
		})
	})},
	{name: "removing the last attribute leaves an empty extension", id: "7644-3.5.2.2-14", wrap: afterPatch(func(x *exchange, _ time.Time) {
		x.edit(func(o map[string]any) {
			if o["userName"] != nil {
				o["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = map[string]any{"costCenter": "left"}
			}
		})
	})},
	{name: "the URI of an extension is not added to schemas", id: "7644-3.5.2-11", wrap: broke(func(x *exchange) {
		x.resources(func(o map[string]any) {
			if list, ok := o["schemas"].([]any); ok {
				o["schemas"] = list[:1]
			}
		})
	})},
}

// forgive answers with the resource as it is where the sound answer is an error of a type.
func forgive(scimType string) func(http.Handler) http.Handler {
	return broke(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.answer, `"scimType":"`+scimType+`"`) {
			x.send("GET", x.URL.Path, x.URL.RawQuery, "")
		}
	})
}

// eraseFirst lets an attribute be removed before an operation on it.
func eraseFirst(op, path string) func(*exchange) {
	return func(x *exchange) {
		x.editBody(func(o map[string]any) {
			list, _ := o["Operations"].([]any)
			for _, e := range list {
				if m, ok := e.(map[string]any); ok && m["op"] == op && m["path"] == path {
					if _, ok := m["value"].(map[string]any); ok {
						o["Operations"] = append([]any{map[string]any{"op": "remove", "path": path}}, list...)
						return
					}
				}
			}
		})
	}
}

// afterPatch changes all answers with a resource once it has been patched, as if it were stored that way; change gets the time of
// the patch.
func afterPatch(change func(x *exchange, at time.Time)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		var patched sync.Map
		return broke(func(x *exchange) {
			if x.Method == http.MethodPatch && x.status < 300 {
				patched.Store(x.URL.Path, time.Now())
			}
			if at, ok := patched.Load(x.URL.Path); ok && x.status == http.StatusOK {
				change(x, at.(time.Time))
			}
		})(h)
	}
}

func touch(x *exchange, at time.Time) {
	x.edit(func(o map[string]any) {
		if meta, ok := o["meta"].(map[string]any); ok {
			meta["lastModified"] = at.Add(time.Second).UTC().Format(time.RFC3339)
		}
	})
}
