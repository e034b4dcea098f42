package scimtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
)

// extraMutants are for what the validators and Okta's test do not look at.
var extraMutants = []mutant{
	{name: "a new resource has no Location", id: "extra-location", wrap: broke(func(x *exchange) { x.header.Del("Location") })},
	{name: "meta.location is relative", id: "extra-location", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if meta, ok := o["meta"].(map[string]any); ok {
			l := meta["location"].(string)
			meta["location"] = l[strings.Index(l, "/scim"):]
		}
	})},
	{name: "answers are application/json", id: "extra-media", wrap: broke(func(x *exchange) {
		if x.answer != "" {
			x.header.Set("Content-Type", "application/json")
		}
	})},
	{name: "errors are plain text", id: "extra-errors extra-json okta-not-found", wrap: broke(func(x *exchange) {
		if x.status >= 400 {
			x.answer = "Not today"
			x.header.Set("Content-Type", "text/plain")
		}
	})},
	{name: "conflicts have no scimType", id: "extra-conflict-type", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) { delete(o, "scimType") })
	})},
	{name: "a body that is no JSON makes the server fail", id: "extra-json", wrap: misread(func(x *exchange) {
		if x.body != "" && !json.Valid([]byte(x.body)) {
			x.fail(http.StatusInternalServerError)
		}
	})},
	{name: "an id that is no UUID makes the server fail", id: "extra-id-form", wrap: broke(func(x *exchange) {
		if x.status == http.StatusNotFound && len(x.URL.Path) > 100 {
			x.fail(http.StatusInternalServerError)
		}
	})},
	{name: "a wrong token may write", id: "extra-unauthorized", config: func(c *scim.Config) {
		check := c.Authenticate
		c.Authenticate = func(r *http.Request) (scim.Principal, error) {
			if r.Method == http.MethodPatch {
				return scim.Principal{TokenID: "1"}, nil
			}
			return check(r)
		}
	}},
	{name: "errors repeat the token", id: "extra-token-leak", wrap: broke(func(x *exchange) {
		if x.status == http.StatusUnauthorized {
			x.edit(func(o map[string]any) { o["detail"] = "Wrong: " + x.Header.Get("Authorization") })
		}
	})},
	{name: "unknown parameters are refused", id: "extra-unknown-parameter", wrap: misread(func(x *exchange) {
		if x.URL.Query().Has("aadOptscim062020") {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "created moves with every change", id: "extra-meta", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if meta, ok := o["meta"].(map[string]any); ok {
			meta["created"] = meta["version"]
		}
	})},
	{name: "lastModified moves although nothing changes", id: "extra-no-change", wrap: func(h http.Handler) http.Handler {
		var n atomic.Int64
		return showing("/Users", func(_ *exchange, o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok {
				meta["lastModified"] = time.Unix(n.Add(1), 0).UTC().Format(time.RFC3339)
			}
		})(h)
	}},
	{name: "/Schemas has null", id: "extra-schemas", wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.answer = strings.Replace(x.answer, `"type":"string"`, `"type":"string","referenceTypes":null`, 1)
		}
	})},
	{name: "/Schemas has $ref of members", id: "extra-schemas", profile: nil, wrap: broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.resources(func(o map[string]any) {
				list, _ := o["attributes"].([]any)
				for _, a := range list {
					if m := a.(map[string]any); m["name"] == "members" {
						m["subAttributes"] = append(m["subAttributes"].([]any), map[string]any{"name": "$ref", "type": "reference"})
					}
				}
			})
		}
	})},
	{name: "the configuration says that there is no PATCH", id: "extra-config", wrap: broke(func(x *exchange) {
		if x.is("GET", "/ServiceProviderConfig") {
			x.edit(func(o map[string]any) { o["patch"] = map[string]any{"supported": false} })
		}
	})},
	{name: "there is no configuration", id: "extra-config", wrap: misread(func(x *exchange) {
		if x.is("GET", "/ServiceProviderConfig") {
			x.fail(http.StatusNotFound)
		}
	})},
	{name: "a page behind the end is 404", id: "extra-paging", wrap: misread(func(x *exchange) {
		if len(x.param("startIndex")) > 6 {
			x.fail(http.StatusNotFound)
		}
	})},
	{name: "totalResults is the length of the page", id: "extra-paging", wrap: broke(func(x *exchange) {
		x.edit(func(o map[string]any) {
			if list, ok := o["Resources"].([]any); ok {
				o["totalResults"] = len(list)
			}
		})
	})},
	{name: "count=0 is no limit", id: "extra-paging-count-zero", wrap: misread(func(x *exchange) {
		if x.param("count") == "0" {
			x.setParam("count", "")
		}
	})},
	{name: "filters are decoded twice", id: "extra-filter-special", wrap: misread(func(x *exchange) {
		if f := x.param("filter"); strings.Contains(f, "+") || strings.Contains(f, "%") {
			x.setParam("filter", strings.NewReplacer("+", " ", "%25", "%").Replace(f))
		}
	})},
	{name: "apostrophes in filters make the server fail", id: "extra-filter-special", wrap: misread(func(x *exchange) {
		if strings.Contains(x.param("filter"), "'") {
			x.fail(http.StatusInternalServerError)
		}
	})},
	{name: "externalId is folded in filters", id: "extra-filter-external-id", wrap: broke(func(x *exchange) {
		if f := x.param("filter"); strings.HasPrefix(f, "externalId eq") && strings.Contains(x.answer, `"totalResults":0`) {
			x.setParam("filter", strings.Replace(f, "ext-abc", "Ext-ABC", 1))
			x.send("GET", x.URL.Path, x.URL.RawQuery, "")
		}
	})},
	{name: "value filters that go on are refused", id: "extra-filter-email", profile: without("value-path-comparison")},
	{name: "value filters match all elements", id: "extra-filter-email", wrap: rewrite(`emails\[type eq "work"\]\.value`, `emails.value`)},
	{name: "filters with and take the first part", id: "extra-filter-manager", wrap: rewrite(` and .*`, ``)},
	{name: "filters that make no sense are ignored", id: "extra-filter-wrong extra-errors", wrap: refilter(http.StatusBadRequest, "")},
	{name: "attributes is ignored", id: "extra-attributes", wrap: misread(func(x *exchange) { x.setParam("attributes", "") })},
	{name: "booleans are returned as strings", id: "extra-booleans", cause: "string-boolean", wrap: broke(func(x *exchange) {
		if x.is("", "/Users") {
			x.answer = strings.NewReplacer(`"primary":true`, `"primary":"True"`, `"active":true`, `"active":"True"`).Replace(x.answer)
		}
	})},
	{name: "a manager is returned as a string", id: "extra-manager", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if e, ok := o[enterpriseURN].(map[string]any); ok {
			if m, ok := e["manager"].(map[string]any); ok {
				e["manager"] = m["value"]
			}
		}
	})},
	{name: "a manager that was taken away is an empty string", id: "extra-manager", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		e, ok := o[enterpriseURN].(map[string]any)
		if !ok {
			e = map[string]any{}
			o[enterpriseURN] = e
		}
		if e["manager"] == nil {
			e["manager"] = map[string]any{"value": ""}
		}
	})},
	{name: "what is cleared is an empty string", id: "extra-cleared", wrap: showing("/Users", func(_ *exchange, o map[string]any) {
		if o["title"] == nil {
			o["title"] = ""
		}
	})},
	{name: "an address at work is added each time", id: "extra-element", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if path == `emails[type eq "work"].value` && op["op"] == "add" {
			op["path"], op["value"] = "emails", []any{map[string]any{"type": "work", "value": op["value"]}}
		}
	})},
	{name: "an address that a filter makes has no type", id: "extra-element entra-user-add-verbose", wrap: broke(func(x *exchange) {
		if x.is("", "/Users") {
			x.answer = strings.ReplaceAll(x.answer, `"type":"work"`, `"kind":"work"`)
		}
	})},
	{name: "text is Latin-1", id: "extra-unicode", wrap: broke(func(x *exchange) {
		x.answer = strings.Map(func(r rune) rune {
			if r > 255 {
				return '?'
			}
			return r
		}, x.answer)
	})},
	{name: "userName is unique with regard to letter case", id: "extra-duplicate-case", wrap: broke(takeTwice(func(wanted, _ string) bool { return strings.Contains(wanted, "SCIMTEST") }))},
	{name: "PATCH does not look at uniqueness", id: "extra-rename-conflict", wrap: broke(func(x *exchange) {
		if x.Method == http.MethodPatch && x.status == http.StatusConflict {
			x.send("PATCH", x.URL.Path, "", strings.ReplaceAll(x.body, `.example`, `.elsewhere`))
		}
	})},
	{name: "operations before the one that fails are kept", id: "extra-atomic", wrap: misread(func(x *exchange) {
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
	{name: "PUT keeps what is not sent", id: "extra-put", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPut {
			var was map[string]any
			_ = json.Unmarshal(x.ask("GET", x.URL.Path, "", "").Body.Bytes(), &was)
			x.editBody(func(o map[string]any) { merge(o, was) })
		}
	})},
	{name: "roles of applications are refused", id: "extra-roles", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Contains(x.body, `"roles"`) {
			x.fail(http.StatusBadRequest)
		}
	})},
	{name: "extensions that schemas doesn't name are ignored", id: "extra-enterprise-undeclared", wrap: misread(func(x *exchange) {
		x.editBody(func(o map[string]any) {
			if list, ok := o["schemas"].([]any); ok && !slices.Contains(list, any(enterpriseURN)) {
				delete(o, enterpriseURN)
			}
		})
	})},
	{name: "disabled users leave their groups", id: "extra-restore", wrap: broke(func(x *exchange) {
		if x.is("PATCH", "/Users/") && strings.Contains(x.body, `"False"`) {
			leaveGroups(x)
		}
	})},
	{name: "the name of a deleted user stays taken", id: "extra-recreate", store: func(users, _ *faultyStore) { keepNames(users, "userName") }},
	{name: "a remove with a list empties the group", id: "extra-member-list gallery-group-member-remove", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if path == "members" && op["op"] == "Remove" {
			delete(op, "value")
		}
	})},
	{name: "of a list of members to remove only the first goes", id: "extra-member-list", wrap: patching(func(_ *exchange, op map[string]any, path, _ string) {
		if list, ok := op["value"].([]any); ok && path == "members" && op["op"] == "Remove" {
			op["value"] = list[:1]
		}
	})},
	{name: "adding a member again is a conflict", id: "extra-member-again", wrap: misread(func(x *exchange) {
		if x.is("PATCH", "/Groups/") && strings.Contains(strings.ToLower(x.body), `"add"`) {
			before := x.ask("GET", x.URL.Path, "", "").Body.String()
			if x.send(x.Method, x.URL.Path, x.URL.RawQuery, x.body); x.ask("GET", x.URL.Path, "", "").Body.String() == before {
				x.fail(http.StatusConflict)
			}
		}
	})},
	{name: "members that are deleted stay members", id: "extra-member-deleted", wrap: func(h http.Handler) http.Handler {
		var gone sync.Map
		return broke(func(x *exchange) {
			if x.is(http.MethodDelete, "/Users/") {
				gone.Store(x.URL.Path[strings.LastIndexByte(x.URL.Path, '/')+1:], true)
			}
			if x.is("GET", "/Groups/") {
				x.edit(func(o map[string]any) {
					list, _ := o["members"].([]any)
					gone.Range(func(id, _ any) bool {
						list = append(list, map[string]any{"value": id})
						return true
					})
					o["members"] = list
				})
			}
		})(h)
	}},
	{name: "a PATCH may have 100 members", id: "extra-member-many", cause: "patch members", wrap: misread(func(x *exchange) {
		if x.Method == http.MethodPatch && strings.Count(x.body, `"value":`) > 100 {
			x.fail(http.StatusRequestEntityTooLarge)
		}
	})},
	{name: "users do not say their groups", id: "extra-groups-of-user", wrap: showing("/Users", func(_ *exchange, o map[string]any) { delete(o, "groups") })},
	{name: "reads come from a cache", id: "extra-read-your-writes", wrap: cached, cause: "stale-read"},
	{name: "queries come from a copy that is behind", id: "extra-read-your-writes entra-user-create gallery-user-create", cause: "stale-read", store: func(users, _ *faultyStore) {
		var mu sync.Mutex
		asked := map[scim.Version]int{}
		users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := users.Store.Search(ctx, q)
			if err != nil || len(page.Resources) != 1 {
				return page, err
			}
			mu.Lock()
			defer mu.Unlock()
			version := page.Resources[0].Meta.Version
			// The copy is there after the second look.
			if asked[version]++; asked[version] <= 2 {
				return &scim.Page{}, nil
			}
			return page, nil
		}
	}},
	{name: "uniqueness is looked at before the insert", id: "extra-create-race", wrap: func(h http.Handler) http.Handler {
		var creating atomic.Int64
		return misread(func(x *exchange) {
			if !x.is("POST", "/Users") {
				return
			}
			defer creating.Add(-1)
			if creating.Add(1) > 1 {
				time.Sleep(20 * time.Millisecond)
				takeLate(x)
				return
			}
			time.Sleep(20 * time.Millisecond)
		})(h)
	}},
	{name: "users are read, changed and written back", id: "extra-update-race", wrap: lost("/Users/")},
	{name: "groups are read, changed and written back", id: "extra-member-race", store: func(_, groups *faultyStore) {
		groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			before, err := groups.read(ctx, id)
			if err != nil {
				return scim.DeltaResult{}, err
			}
			time.Sleep(5 * time.Millisecond)
			next, _, err := d.Apply(before)
			if err != nil {
				return scim.DeltaResult{}, err
			}
			next.Meta.Version = ""
			after, err := groups.Store.Replace(ctx, next)
			if err != nil {
				return scim.DeltaResult{}, err
			}
			return scim.DeltaResult{Meta: after.Meta}, nil
		}
	}},
	{name: "the database is locked", id: "extra-group-race", wrap: func(h http.Handler) http.Handler {
		var writing atomic.Int64
		return misread(func(x *exchange) {
			defer writing.Add(-1)
			if writing.Add(1) > 1 && x.is("POST", "/Groups") {
				x.fail(http.StatusInternalServerError)
				return
			}
			time.Sleep(20 * time.Millisecond)
		})(h)
	}},
	{name: "ten requests at once are the limit", id: "extra-rate", cause: "rate-limit", wrap: func(h http.Handler) http.Handler {
		var running atomic.Int64
		return misread(func(x *exchange) {
			defer running.Add(-1)
			if running.Add(1) > 10 {
				x.fail(http.StatusTooManyRequests)
				return
			}
			time.Sleep(20 * time.Millisecond)
		})(h)
	}},
}

const enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// leaveGroups takes a user out of the groups that it is in.
func leaveGroups(x *exchange) {
	id := x.URL.Path[strings.LastIndexByte(x.URL.Path, '/')+1:]
	var u struct{ Groups []struct{ Value string } }
	_ = json.Unmarshal(x.ask("GET", x.URL.Path, "", "").Body.Bytes(), &u)
	for _, g := range u.Groups {
		x.ask("PATCH", "/scim/v2/Groups/"+g.Value, "", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"%s\"]"}]}`, id))
	}
}

// cached answers the next two reads with what the one before gave.
func cached(h http.Handler) http.Handler {
	type entry struct {
		left   int
		status int
		header http.Header
		answer string
	}
	var entries sync.Map
	return misread(func(x *exchange) {
		if x.Method != http.MethodGet {
			return
		}
		if v, ok := entries.Load(x.URL.String()); ok {
			if e := v.(entry); e.left > 0 {
				x.status, x.header, x.answer = e.status, e.header.Clone(), e.answer
				e.left--
				entries.Store(x.URL.String(), e)
				return
			}
		}
		x.send(x.Method, x.URL.Path, x.URL.RawQuery, "")
		entries.Store(x.URL.String(), entry{2, x.status, x.header.Clone(), x.answer})
	})(h)
}

// takeLate creates a user as if it had been looked for before another request created it.
func takeLate(x *exchange) {
	x.send(x.Method, x.URL.Path, x.URL.RawQuery, x.body)
	if x.status == http.StatusConflict {
		takeTwice(func(string, string) bool { return true })(x)
	}
}

// lost lets one of several changes at once be lost: what was read before the others is written after them.
func lost(prefix string) func(http.Handler) http.Handler {
	return misread(func(x *exchange) {
		if !x.is("PATCH", prefix) {
			return
		}
		before := x.ask("GET", x.URL.Path, "", "").Body.Bytes()
		time.Sleep(10 * time.Millisecond)
		x.send("PATCH", x.URL.Path, x.URL.RawQuery, x.body)
		time.Sleep(10 * time.Millisecond)
		var was, is map[string]any
		_ = json.Unmarshal(before, &was)
		_ = json.Unmarshal(x.ask("GET", x.URL.Path, "", "").Body.Bytes(), &is)
		var sent struct {
			Operations []struct {
				Path  string
				Value any
			}
		}
		_ = json.NewDecoder(bytes.NewReader([]byte(x.body))).Decode(&sent)
		for _, op := range sent.Operations {
			was[op.Path] = op.Value
		}
		data, _ := json.Marshal(was)
		x.ask("PUT", x.URL.Path, "", string(data))
	})
}
