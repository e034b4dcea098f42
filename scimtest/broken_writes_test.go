package scimtest_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// Faults in POST, PUT and DELETE.
var brokenWrites = []broken{
	{name: "two users may have one userName", id: "7644-3.3-08", wrap: broke(takeTwice(func(string, string) bool { return true }))},
	{name: "userName is unique in its letter case only", id: "7643-2.2-uniq-01", wrap: broke(takeTwice(func(wanted, detail string) bool {
		return wanted != strings.ToLower(wanted)
	}))},
	{name: "PUT merges", id: "7644-3.5.1-05", wrap: misread(func(x *exchange) {
		if x.is(http.MethodPut, "/Users") {
			old := x.ask("GET", x.URL.Path, "", "")
			x.editBody(func(o map[string]any) {
				var was map[string]any
				_ = json.Unmarshal(old.Body.Bytes(), &was)
				merge(o, was)
			})
		}
	})},
	{name: "PUT is not implemented", id: "7644-3.5-01", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPut {
			x.Method = http.MethodTrace
		}
	})},
	{name: "PUT with readOnly attributes is refused", id: "7643-2.2-mut-02 7644-3.1-04", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPut && (strings.Contains(x.body, `"meta"`) || strings.Contains(x.body, `"ro"`)) {
			x.body = "{}"
		}
	})},
	{name: "a resource conflicts with itself", id: "7643-2.2-uniq-02", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodPut && x.status == http.StatusOK {
			x.status = http.StatusConflict
		}
	})},
	{name: "the id is that of the client", id: "7643-3.1-02", wrap: broke(func(x *exchange) {
		var sent map[string]any
		if _ = json.Unmarshal([]byte(x.body), &sent); x.Method == http.MethodPost && sent["id"] != nil && x.status == http.StatusCreated {
			x.edit(func(o map[string]any) { o["id"] = sent["id"] })
		}
	})},
	{name: "PUT creates", id: "7644-3.5.1-01", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodPut && x.status == http.StatusNotFound {
			x.send("POST", x.URL.Path[:strings.LastIndexByte(x.URL.Path, '/')], "", x.body)
		}
	})},
	{name: "a required attribute may be missing", id: "7643-2.2-req-01", wrap: misread(func(x *exchange) {
		if x.is(http.MethodPost, "/Users") {
			x.editBody(func(o map[string]any) {
				if s, _ := o["userName"].(string); s == "" {
					o["userName"] = "anybody" + strings.Trim(x.body, "{}")
				}
			})
		}
	})},
	{name: "a value of the wrong type is dropped", id: "7643-2.3-02", wrap: misread(func(x *exchange) {
		if x.is(http.MethodPost, "/Users") {
			x.editBody(func(o map[string]any) {
				if _, ok := o["name"].(string); ok {
					delete(o, "name")
				}
			})
		}
	})},
	{name: "DELETE keeps the resource", id: "7644-3.6-02", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodDelete {
			x.status, x.header = http.StatusNoContent, http.Header{}
		}
	})},
	{name: "DELETE is 204 twice", id: "7644-3.6-02", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodDelete && x.status == http.StatusNotFound {
			x.status, x.answer, x.header = http.StatusNoContent, "", http.Header{}
		}
	})},
	{name: "DELETE answers 200 with a body", id: "7644-3.6-01", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodDelete && x.status == http.StatusNoContent {
			x.status, x.answer = http.StatusOK, "{}"
		}
	})},
	{name: "If-Match is ignored", id: "7644-3.14-05", wrap: misread(func(x *exchange) { x.Header.Del("If-Match") })},
	{name: "If-Match is ignored on DELETE", id: "7644-3.6-05", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodDelete {
			x.Header.Del("If-Match")
		}
	})},
	{name: "If-None-Match is ignored", id: "7644-3.14-04", wrap: misread(func(x *exchange) { x.Header.Del("If-None-Match") })},
	{name: "X-HTTP-Method-Override is honoured", id: "7644-3.2-05", wrap: misread(func(x *exchange) {
		if m := x.Header.Get("X-HTTP-Method-Override"); m != "" {
			x.Method = m
		}
	})},
	{name: "an immutable attribute can be replaced with PUT", id: "7644-3.5.1-06", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodPut && x.status == http.StatusBadRequest {
			x.send("GET", x.URL.Path, "", "")
		}
	})},
	{name: "a deleted user stays in lists", id: "7644-3.6-03", wrap: func(h http.Handler) http.Handler {
		var deleted sync.Map
		return broke(func(x *exchange) {
			if x.is(http.MethodDelete, "/Users") && x.status == http.StatusNoContent {
				deleted.Store(x.URL.Path[strings.LastIndexByte(x.URL.Path, '/')+1:], true)
			}
			if id := regexp.MustCompile(`^id eq "(.*)"$`).FindStringSubmatch(x.param("filter")); id != nil && x.is(http.MethodGet, "/Users") {
				if _, ok := deleted.Load(id[1]); ok {
					x.edit(func(o map[string]any) {
						o["totalResults"], o["Resources"] = 1, []any{map[string]any{"id": id[1], "userName": "gone"}}
					})
				}
			}
		})(h)
	}},
}

// takeTwice lets a user be created although its userName is taken, if may says so: under another name, and the answer has that
// which the client wanted.
func takeTwice(may func(wanted, detail string) bool) func(*exchange) {
	return func(x *exchange) {
		if !x.is(http.MethodPost, "/Users") || x.status != http.StatusConflict {
			return
		}
		var name string
		sent := edited(x.body, func(o map[string]any) {
			name, _ = o["userName"].(string)
			o["userName"] = name + "\u200b"
		})
		if may(name, x.answer) {
			x.send("POST", x.URL.Path, x.URL.RawQuery, sent)
			x.edit(func(o map[string]any) { o["userName"] = name })
		}
	}
}

// merge adds to o what only was has.
func merge(o, was map[string]any) {
	for name, v := range was {
		sub, ok := o[name].(map[string]any)
		if old, complex := v.(map[string]any); ok && complex {
			merge(sub, old)
		} else if _, ok := o[name]; !ok {
			o[name] = v
		}
	}
}
