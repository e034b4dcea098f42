package scim_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

var update = flag.Bool("update", false, "write testdata/errors.golden anew")

// marker is a value in the requests that no error may repeat.
const marker = "m4rk3r"

// TestErrorSentences keeps the sentences that the administrator of an identity provider reads. testdata/errors.golden holds them all, to be
// read as a whole; -update writes it.
func TestErrorSentences(t *testing.T) {
	t.Parallel()
	user := func(members string) string { return withSchema("/Users", `{"userName":"x"`+members+`}`) }
	group := func(members string) string { return withSchema("/Groups", `{"displayName":"x"`+members+`}`) }
	const u, g, one = "/Users", "/Groups", "/Users/id-1"
	type call struct {
		method, target, body string
		header               []string
	}
	patched := func(target, ops string) call { return call{"PATCH", target, patchBody(ops), nil} }
	get := func(target string) call { return call{"GET", target, "", nil} }
	filtered := func(f string) call {
		return get(u + "?filter=" + url.QueryEscape(f))
	}
	post := func(target, body string) call { return call{"POST", target, body, nil} }
	bulk := func(ops string) call {
		return post("/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":`+ops+`}`)
	}
	search := func(members string) call {
		return post(u+"/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]`+members+`}`)
	}
	calls := []call{
		// Authentication, routes, media types, methods.
		{"GET", u, "", []string{"Authorization", ""}}, {"GET", u, "", []string{"Authorization", "", "Authorization", "Basic " + marker}}, {"GET", u, "", []string{"Authorization", "", "Authorization", "Bearer " + marker}},
		get("/Userz"), get("/Users/"), get("/v9/Users"), get("/Users/nope"), get("/Schemas/urn:nope"), get("/ResourceTypes/Nope"), get("/Schemas?filter=id+pr"), get("/Me"),
		{"DELETE", u, "", nil}, {"PUT", "/Schemas", "{}", nil}, post(one, "{}"), {"GET", u, "", []string{"Accept", "text/html"}},
		{"POST", u, user(""), []string{"Content-Type", "", "Content-Type", "text/xml"}}, {"POST", u, user(""), []string{"Content-Encoding", "gzip"}},
		post(u, user(`,"title":"`+strings.Repeat(marker, 20_000)+`"`)),
		get("/v1/Users"), get("/.search"), get("/Users/.search"), {"PATCH", u, patchBody(""), nil}, {"GET", u, "", []string{"If-None-Match", "1"}}, {"GET", one, "", []string{"If-Match", `W/"0"`}}, {"GET", u, "", []string{"Authorization", "Bearer " + marker}},
		// Bodies of resources.
		post(u, ""), post(u, "null"), post(u, "[]"), post(u, `{"userName":"`+marker), post(u, user("")+"{}"), post(u, user(`,"a\xff":1`)), post(u, user(`,"title":"a","title":"b"`)), post(u, user(`,"title":"a","TITLE":"b"`)),
		post(u, user(`,"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40))), post(u, `{"userName":"`+marker+`"}`), post(u, `{"schemas":["urn:x:`+marker+`"],"userName":"x"}`),
		post(u, withSchema(u, `{"title":"`+marker+`"}`)), post(u, withSchema(u, `{"userName":" "}`)), post(u, user(`,"active":"`+marker+`"`)), post(u, user(`,"name":"`+marker+`"`)), post(u, user(`,"emails":"`+marker+`"`)),
		post(u, user(`,"emails":[null]`)), post(u, user(`,"emails":[{"value":"`+marker+`","primary":true},{"value":"b","primary":true}]`)), post(u, user(`,"title":5`)), post(u, user(`,"x509Certificates":[{"value":"`+marker+`!"}]`)),
		post(u, user(`,"title":"`+strings.Repeat("t", 70_000)+`"`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","qty":1.5}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","ratio":"`+marker+`"}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","at":"`+marker+`"}`)),
		post(u, withSchema(u, `{"userName":"TAKEN"}`)), post(g, group(`,"members":[{"value":"no-such-id"}]`)),
		{"PUT", "/Users/nope", user(""), nil}, {"PUT", one, user(""), []string{"If-Match", `W/"0"`}}, {"PUT", one, user(""), []string{"If-Match", "0"}}, {"PUT", "/Widgets/id-4", withSchema("/Widgets", `{"name":"w","imm":"`+marker+`"}`), nil},
		{"DELETE", "/Users/nope", "", nil}, {"DELETE", one, "", []string{"If-Match", `W/"0"`}}, {"PUT", one, user(""), []string{"If-None-Match", "*"}},
		post("/Widgets", withSchema("/Widgets", `{"name":"w2","ratio":1e999}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","qty":true}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","nums":["`+marker+`"]}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","spec":["`+marker+`"]}`)),
		post("/Widgets", withSchema("/Widgets", `{"name":"w2","items":[{"type":"`+marker+`"}]}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","`+widgetExtURI+`":"`+marker+`"}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","link":5}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","at":5}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w2","blob":5}`)),
		post(u, `{"schemas":"`+marker+`","userName":"x"}`), post(u, `{"userName" "`+marker+`"}`), post(u, `{"userName":`+marker+`}`), post(u, "{\"userName\":\"\xff"+marker+`"}`), post(u, `{"userName":"\ud800`+marker+`"}`), post(u, `{"userName":"\u`+marker+`"}`),
		post("/Widgets", withSchema("/Widgets", `{"name":"W"}`)),
		// PATCH.
		{"PATCH", one, `{"Operations":[]}`, nil}, {"PATCH", one, patchBody(""), nil}, {"PATCH", one, `{"schemas":["` + patchURN + `"]}`, nil}, {"PATCH", one, `{"schemas":["` + patchURN + `"],"Operations":["` + marker + `"]}`, nil},
		patched(one, `{"path":"title"}`), patched(one, `{"op":"Replace","path":"title","value":"`+marker+`"}`), patched(one, `{"op":"move","path":"title"}`), patched(one, `{"op":5}`), patched(one, `{"op":"add","path":5}`),
		patched(one, `{"op":"remove"}`), patched(one, `{"op":"add","path":"title"}`), patched(one, `{"op":"add","path":"","value":1}`), patched(one, `{"op":"add","path":"nosuch","value":"`+marker+`"}`), patched(one, `{"op":"add","path":"emails[0]","value":{}}`),
		patched(one, `{"op":"add","path":"emails[type eq \"work\".value","value":"x"}`), patched(one, `{"op":"add","path":"emails[kind eq \"`+marker+`\"].value","value":"x"}`), patched(one, `{"op":"add","path":"name[givenName pr]","value":{}}`), patched(one, `{"op":"add","path":"urn:x:y","value":1}`),
		patched(one, `{"op":"replace","path":"emails[value eq \"`+marker+`\"].display","value":"x"}`), patched(one, `{"op":"replace","path":"emails.display","value":"x"}`), patched(one, `{"op":"replace","path":"active","value":"`+marker+`"}`),
		patched(one, `{"op":"replace","path":"id","value":"`+marker+`"}`), patched(one, `{"op":"remove","path":"userName"}`), patched(one, `{"op":"replace","path":"userName","value":null}`), patched(one, `{"op":"replace","path":"userName","value":" "}`),
		patched(one, `{"op":"replace","value":"`+marker+`"}`), patched(one, `{"op":"replace","value":{"nosuch":"`+marker+`"}}`), patched(one, `{"op":"replace","value":{"name.givenName":"`+marker+`"}}`), patched(one, `{"op":"replace","value":{"id":"`+marker+`"}}`), patched(one, `{"op":"add","path":"emails","value":[{"kind":"`+marker+`"}]}`),
		patched(one, `{"op":"add","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}`), patched(one, `{"op":"replace","path":"schemas","value":["urn:x:`+marker+`"]}`), patched(one, `{"op":"replace","path":"userName","value":"taken"}`),
		patched("/Groups/id-3", `{"op":"remove","path":"members","value":[{"value":"id-1"}]}`), patched("/Groups/id-3", `{"op":"add","path":"members","value":[{"value":"no-such-id"}]}`), patched("/Groups/id-3", `{"op":"replace","path":"members[value eq \"id-1\"].value","value":"id-2"}`),
		patched("/Widgets/id-4", `{"op":"replace","path":"imm","value":"`+marker+`"}`), patched("/Users/nope", `{"op":"add","path":"title","value":"x"}`), patched(one, strings.TrimSuffix(strings.Repeat(`{"op":"add","path":"title","value":"x"},`, 11), ",")),
		{"PATCH", one, `[]`, nil}, {"PATCH", one, `{"schemas":["urn:x:` + marker + `"],"Operations":[{"op":"remove","path":"title"}]}`, nil}, {"PATCH", one, `{"schemas":["` + patchURN + `"],"Operations":[],"operations":[]}`, nil}, {"PATCH", one, `{"schemas":["` + patchURN + `"],"schemas":[]}`, nil},
		{"PATCH", one, `{"schemas":["` + patchURN + `"],"SCHEMAS":["` + patchURN + `"]}`, nil}, patched(one, `{"op":"add","OP":"add"}`), patched(one, `{"op":"add","path":"title","PATH":"title"}`), patched(one, `{"op":"add","path":"title","value":"`+marker+`","VALUE":"b"}`), patched(one, `{"op":"add","path":"title","value":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`),
		patched(one, `{"op":"add","value":"`+marker+`"}`), patched(one, `{"op":"add","value":[]}`), patched(one, `{"op":"add","path":"emails","value":[null]}`), patched(one, `{"op":"add","path":"emails","value":"`+marker+`"}`), patched(one, `{"op":"add","path":"name","value":"`+marker+`"}`), patched(one, `{"op":"add","path":"`+strings.Repeat("a", 9000)+`","value":1}`),
		patched(one, `{"op":"add","path":"title;","value":1}`), patched(one, `{"op":"add","path":"5","value":1}`), patched(one, `{"op":"add","path":"name.5","value":1}`), patched(one, `{"op":"add","path":"name.","value":1}`), patched(one, `{"op":"add","path":"a.b.c","value":1}`), patched(one, `{"op":"add","path":"name.nosuch","value":1}`), patched(one, `{"op":"add","path":"emails[]","value":{}}`),
		patched(one, `{"op":"add","path":"emails[type eq \"work\"]x","value":{}}`), patched(one, `{"op":"add","path":"emails[type eq \"work\"].value.x","value":"x"}`), patched(one, `{"op":"add","path":"emails[type eq \"work\"].nosuch","value":"x"}`), patched(one, `{"op":"add","path":"emails[type zz \"`+marker+`\"]","value":{}}`), patched(one, `{"op":"add","path":"emails[type eq `+marker+`]","value":{}}`),
		patched(one, `{"op":"replace","path":"emails[type eq \"work\"]","value":[{"value":"a"},{"value":"b"}]}`), patched(one, `{"op":"remove","path":"schemas"}`), patched(one, `{"op":"replace","path":"schemas","value":["`+schema.EnterpriseUserURI+`"]}`), patched(one, `{"op":"replace","value":{"schemas":["urn:x:`+marker+`"]}}`), patched(one, `{"op":"replace","path":"meta.created","value":"`+marker+`"}`),
		patched("/Widgets/id-4", `{"op":"add","path":"items","value":[{"type":"`+marker+`"}]}`), patched("/Widgets/id-4", `{"op":"remove","path":"imm"}`), patched("/Widgets/id-4", `{"op":"replace","path":"qty","value":1.5}`), patched("/Widgets/id-4", `{"op":"add","path":"tags","value":[5]}`), patched("/Widgets/id-4", `{"op":"add","path":"tags[nosuch eq \"`+marker+`\"]","value":"x"}`), patched("/Widgets/id-4", `{"op":"replace","path":"spec.roSub","value":"`+marker+`"}`), patched("/Widgets/id-4", `{"op":"replace","path":"`+widgetExtURI+`:nosuch","value":"`+marker+`"}`), patched("/Widgets/id-4", `{"op":"replace","path":"`+widgetURI+`","value":"`+marker+`"}`),
		{"PATCH", one, patchBody(`{"op":"replace","path":"title","value":"x"}`), []string{"If-Match", `W/"0"`}},
		// Queries.
		filtered(``), filtered(`userName`), filtered(`userName zz "` + marker + `"`), filtered(`userName eq ` + marker), filtered(`userName eq "` + marker), filtered(`(userName pr`), filtered(`not userName pr`), filtered(`emails[type eq "a"`), filtered(`userName eq "\q"`), filtered(`userName eq 01`),
		filtered(`nosuch eq "` + marker + `"`), filtered(`active eq "` + marker + `"`), filtered(`active gt true`), filtered(`meta.created gt "` + marker + `"`), filtered(`name co "` + marker + `"`), filtered(`title gt null`), filtered(`password eq "` + marker + `"`), filtered(`emails[userName eq "` + marker + `"]`),
		filtered(strings.Repeat("(", 40) + "userName pr" + strings.Repeat(")", 40)), filtered(`emails[type eq "work"].value eq "` + marker + `"`), get(u + "?filter=id+pr&filter=id+pr"), get(u + "?count=x"), get(u + "?startIndex=1.5"), get(u + "?sortBy=nosuch"), get(u + "?sortBy=name"), get(u + "?sortBy=password"), get(u + "?sortOrder=up"),
		filtered(`5 eq 1`), filtered(`userName.5 eq "x"`), filtered(`name. eq "x"`), filtered(`a.b.c eq "x"`), filtered(`name..a pr`), filtered(`userName eq`), filtered(`userName eq `), filtered(`title eq 1e9999`), filtered(`title eq ;`), filtered(`active eq TRUE`), filtered("title eq \"a\tb\""), filtered("title eq \"\xff\""), filtered(`title eq "\ud800"`), filtered(`title eq "\u12"`),
		filtered(`title eq "` + marker + `" and`), filtered(`title pr)`), filtered(`title pr "` + marker + `"`), filtered(`(title pr)and active pr`), filtered(`title pr and(active pr)`), filtered(`title=` + marker), filtered(`title éq "` + marker + `"`), filtered(`emails[addresses[a pr]]`), filtered(`title[value pr]`), filtered(`emails.value[type pr]`), filtered(schema.UserURI + `:[title pr]`), filtered(schema.UserURI + ` eq "x"`), filtered(schema.EnterpriseUserURI + ` eq "x"`), filtered(schema.EnterpriseUserURI + `[department pr]`), filtered(`urn:x:y pr`), filtered(schema.UserURI + `:nosuch pr`),
		filtered(`title co 5`), filtered(`title eq 5`), filtered(`title eq "a" title pr`), filtered(`title eq "` + strings.Repeat("a", 9000) + `"`), get("/Widgets?filter=tags%5Bnosuch+eq+%22x%22%5D"), get("/Widgets?filter=flag+co+%22x%22"), get("/Widgets?filter=blob+gt+%22x%22"), get("/Widgets?filter=wo+pr"), get("/Widgets?filter=r+pr%20and"),
		get(u + "?excludedAttributes=%5B"), get(u + "?sortBy=emails%5Btype+pr%5D"), get(u + "?count=99999999999999999999"), get("/Widgets?sortBy=wo"),
		get(u + "?attributes=a&excludedAttributes=b"), get(u + "?attributes=a..b"), get(u + "?filter=%zz"), get(u + "?cursor=" + marker), get(u + "?cursor=&startIndex=2"), get(u + "?cursor=&count=x"), get("/?sortBy=nosuch"), get("/Widgets?filter=spec+eq+%22" + marker + "%22"),
		search(`,"attributes":"userName"`), search(`,"count":"5"`), search(`,"filter":5`), post(u+"/.search", "{}"), post(u+"/.search", "[]"),
		search(`,"attributes":[5]`), search(`,"attributes":["userName,title"]`), search(`,"Count":5,"count":5`), search(`,"startIndex":1.5`), search(`,"cursor":"","startIndex":2`), search(`,"cursor":"` + marker + `"`), search(`,"filter":"nosuch eq \"` + marker + `\""`), search(`,"filter":"title zz"`), search(`,"attributes":["a"],"excludedAttributes":["b"]`), search(`,"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40)), search(`,"sortOrder":"up"`), post(u+"/.search", ""), post("/.search", "{}"),
		// Bulk.
		{"GET", "/Bulk", "", nil}, post("/Bulk", "[]"), post("/Bulk", ""), post("/Bulk", `{"schemas":["urn:x:`+marker+`"],"Operations":[{"method":"DELETE","path":"/Users/x"}]}`), post("/Bulk", `{"schemas":["`+bulkURN+`"]}`), post("/Bulk", bulkBody(`"failOnErrors":0`, `{"method":"DELETE","path":"/Users/x"}`)), post("/Bulk", bulkBody(`"Schemas":[]`, `{"method":"DELETE","path":"/Users/x"}`)), post("/Bulk", bulkBody("", `{"method":"POST","path":"/Users","bulkId":"b","data":{}}`, `{"method":"POST","path":"/Users","bulkId":"b","data":{}}`)),
		post("/Bulk", bulkBody("", `{"bulkId":"`+marker+`","method":5}`, `"`+marker+`"`, `{}`)), post("/Bulk", bulkBody("", `{"method":"GET","path":"/Users"}`, `{"method":"DELETE"}`, `{"method":"DELETE","METHOD":"DELETE"}`, `{"method":"POST","path":"/Users","data":{}}`, `{"method":"PUT","path":"/Users/id-1"}`)),
		post("/Bulk", bulkBody("", `{"method":"DELETE","path":"/Users"}`, `{"method":"DELETE","path":"https://x/Users/1"}`, `{"method":"DELETE","path":"/Userz/1"}`, `{"method":"DELETE","path":"/Users/nope"}`, `{"method":"DELETE","path":"/Users/id-1","version":"0"}`)),
		post("/Bulk", bulkBody("", `{"method":"DELETE","path":"/Users/id-1","version":"W/\"0\""}`, `{"method":"POST","path":"/Users","bulkId":"b","data":`+withSchema(u, `{"userName":5}`)+`}`, patchOp("/Users/id-1", `{"op":"add","path":"nosuch","value":"`+marker+`"}`), patchOp("/Groups/id-3", `{"op":"add","path":"members","value":[{"value":"bulkId:c"}]}`), patchOp("/Groups/id-3", `{"op":"add","path":"members","value":[{"value":"bulkId:b"}]}`))),
		post("/Bulk", bulkBody("", `{"method":"POST","path":"/Users","bulkId":"b","data":[]}`, `{"method":"PATCH","path":"/Users/bulkId:b","data":`+patchBody(`{"op":"remove","path":"title"}`)+`}`)),
		bulk(`{}`), bulk(`[]`), post("/Bulk", `{"Operations":[]}`), bulk(`[` + strings.TrimSuffix(strings.Repeat(`{"method":"DELETE","path":"/Users/x"},`, 6), ",") + `]`),
	}

	d := memstore.New(&memstore.Options{NewID: counter("id-")})
	stores := storeSet{d.Users(), d.Groups(), d.Store(widgetType())}
	s := newService(t, stores, func(c *scim.Config) {
		c.MaxBody, c.MaxOperations, c.MaxBulkOperations = 100_000, 10, 5
	})
	s.create(t, u, `{"userName":"first"}`)
	s.create(t, u, `{"userName":"taken"}`)
	s.create(t, g, `{"displayName":"g","members":[{"value":"id-1"}]}`)
	s.create(t, "/Widgets", `{"name":"w","imm":"A"}`)
	before := s.everything(t)

	var b strings.Builder
	say := func(c call, a answer) {
		t.Helper()
		target, err := url.QueryUnescape(c.target)
		if err != nil {
			target = c.target
		}
		request := c.method + " " + target
		if c.body != "" {
			request += " " + c.body
		}
		if len(c.header) > 0 {
			request += fmt.Sprintf(" %q", c.header)
		}
		if len(request) > 240 {
			request = request[:200] + fmt.Sprintf("… (%d bytes)", len(request))
		}
		request = strings.ToValidUTF8(strings.ReplaceAll(request, patchBody(""), ""), "?")
		refusals := []map[string]any{a.object(t)}
		if list, ok := refusals[0]["Operations"].([]any); ok {
			// A bulk request succeeds, with an error in each operation that does not.
			refusals = nil
			for _, o := range list {
				if e, ok := o.(map[string]any)["response"].(map[string]any); ok {
					refusals = append(refusals, e)
				}
			}
		} else {
			require.GreaterOrEqual(t, a.status, 400, request)
		}
		require.NotEmpty(t, refusals, request)
		fmt.Fprintln(&b, request)
		for _, e := range refusals {
			detail, _ := e["detail"].(string)
			require.NotContains(t, detail, marker, request)
			require.Greater(t, len(strings.Fields(detail)), 2, "%s: %q says too little", request, detail)
			scimType := e["scimType"]
			if scimType == nil {
				scimType = "-"
			}
			fmt.Fprintf(&b, "%v %v\n%s\n", e["status"], scimType, detail)
		}
		fmt.Fprintln(&b)
	}
	for _, c := range calls {
		say(c, s.do(t, c.method, c.target, c.body, c.header...))
	}
	require.Equal(t, before, s.everything(t), "a request that was refused changed something")

	// What the profile of Entra ID refuses, and what Strict says about requests that it would take.
	entra := newService(t, stores, func(c *scim.Config) { c.Compat = compat.EntraID })
	for _, c := range []call{
		patched("/Groups/id-3", `{"op":"Remove","path":"members","value":null}`), patched("/Groups/id-3", `{"op":"Remove","path":"members","value":[{"display":"`+marker+`"}]}`), patched(one, `{"op":"Replace","path":"active","value":""}`),
		patched(one, `{"op":"Replace","path":"active","value":"`+marker+`"}`), patched(one, `{"op":"replace","value":{"meta.location":"`+marker+`"}}`), patched(one, `{"op":"Replace","path":"phoneNumbers[type ne \"work\"].value","value":"`+marker+`"}`),
	} {
		say(c, entra.do(t, c.method, c.target, c.body))
	}
	helpful := newService(t, stores, func(c *scim.Config) { c.ExplainCompat = true })
	c := patched(one, `{"op":"Replace","path":"active","value":"False"}`)
	say(c, helpful.do(t, c.method, c.target, c.body))
	require.Equal(t, before, entra.everything(t), "a request that was refused changed something")

	// What depends on the configuration.
	other := newService(t, stores, func(c *scim.Config) {
		c.Resources[0].Sensitive, c.MaxBulkPayload = []string{"title"}, 1000
		c.Me = func(context.Context, scim.Principal) (string, string, error) { return "", "", scim.ErrNotFound }
	})
	say(filtered(`title eq "`+marker+`"`), other.do(t, "GET", u+"?filter=title+eq+%22"+marker+"%22", ""))
	say(get("/Me"), other.do(t, "GET", "/Me", ""))
	say(post("/Me", "{}"), other.do(t, "POST", "/Me", "{}"))
	c = post("/Bulk", bulkBody(`"x":"`+strings.Repeat(marker, 200)+`"`))
	say(c, other.do(t, c.method, c.target, c.body))
	off := newService(t, stores, func(c *scim.Config) { c.DisableBulk, c.OverTLS = true, nil })
	c = post("/Bulk", bulkBody("", `{"method":"DELETE","path":"/Users/x"}`))
	say(c, off.do(t, c.method, c.target, c.body))
	plain := newService(t, stores, func(c *scim.Config) { c.OverTLS = scim.DirectTLS })
	say(get(u), plain.do(t, "GET", u, ""))
	scanning := newService(t, openMinimal(), func(c *scim.Config) { c.MaxScan = 1 })
	scanning.create(t, g, `{"displayName":"a"}`)
	scanning.create(t, g, `{"displayName":"b"}`)
	c = get(g + "?filter=displayName+pr")
	say(c, scanning.do(t, c.method, c.target, c.body))
	c = get("/?sortBy=id&count=5")
	searching := newService(t, openMemstore(), func(c *scim.Config) { c.MaxScan = 1 })
	say(c, searching.do(t, c.method, c.target, c.body))

	const golden = "testdata/errors.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "a sentence has changed: run go test . -run '^TestErrorSentences$' -update, and read it as an administrator would")
}

// counter returns a function that returns prefix1, prefix2 and so on.
func counter(prefix string) func() string {
	n := 0
	return func() string { n++; return fmt.Sprint(prefix, n) }
}
