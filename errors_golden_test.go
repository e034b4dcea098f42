package scim_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
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
		return get(u + "?filter=" + strings.NewReplacer(" ", "%20", `"`, "%22", "+", "%2B").Replace(f))
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
		// Bodies of resources.
		post(u, ""), post(u, "null"), post(u, "[]"), post(u, `{"userName":"`+marker), post(u, user("")+"{}"), post(u, user(`,"a\xff":1`)), post(u, user(`,"title":"a","title":"b"`)), post(u, user(`,"title":"a","TITLE":"b"`)),
		post(u, user(`,"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40))), post(u, `{"userName":"`+marker+`"}`), post(u, `{"schemas":["urn:x:`+marker+`"],"userName":"x"}`),
		post(u, withSchema(u, `{"title":"`+marker+`"}`)), post(u, withSchema(u, `{"userName":" "}`)), post(u, user(`,"active":"`+marker+`"`)), post(u, user(`,"name":"`+marker+`"`)), post(u, user(`,"emails":"`+marker+`"`)),
		post(u, user(`,"emails":[null]`)), post(u, user(`,"emails":[{"value":"`+marker+`","primary":true},{"value":"b","primary":true}]`)), post(u, user(`,"title":5`)), post(u, user(`,"x509Certificates":[{"value":"`+marker+`!"}]`)),
		post(u, user(`,"title":"`+strings.Repeat("t", 70_000)+`"`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","qty":1.5}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","ratio":"`+marker+`"}`)), post("/Widgets", withSchema("/Widgets", `{"name":"w","at":"`+marker+`"}`)),
		post(u, withSchema(u, `{"userName":"TAKEN"}`)), post(g, group(`,"members":[{"value":"no-such-id"}]`)),
		{"PUT", "/Users/nope", user(""), nil}, {"PUT", one, user(""), []string{"If-Match", `W/"0"`}}, {"PUT", one, user(""), []string{"If-Match", "0"}}, {"PUT", "/Widgets/id-4", withSchema("/Widgets", `{"name":"w","imm":"`+marker+`"}`), nil},
		{"DELETE", "/Users/nope", "", nil},
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
		// Queries.
		filtered(``), filtered(`userName`), filtered(`userName zz "` + marker + `"`), filtered(`userName eq ` + marker), filtered(`userName eq "` + marker), filtered(`(userName pr`), filtered(`not userName pr`), filtered(`emails[type eq "a"`), filtered(`userName eq "\q"`), filtered(`userName eq 01`),
		filtered(`nosuch eq "` + marker + `"`), filtered(`active eq "` + marker + `"`), filtered(`active gt true`), filtered(`meta.created gt "` + marker + `"`), filtered(`name co "` + marker + `"`), filtered(`title gt null`), filtered(`password eq "` + marker + `"`), filtered(`emails[userName eq "` + marker + `"]`),
		filtered(strings.Repeat("(", 40) + "userName pr" + strings.Repeat(")", 40)), filtered(`emails[type eq "work"].value eq "` + marker + `"`), get(u + "?filter=id+pr&filter=id+pr"), get(u + "?count=x"), get(u + "?startIndex=1.5"), get(u + "?sortBy=nosuch"), get(u + "?sortBy=name"), get(u + "?sortBy=password"), get(u + "?sortOrder=up"),
		get(u + "?attributes=a&excludedAttributes=b"), get(u + "?attributes=a..b"), get(u + "?filter=%zz"), get(u + "?cursor=" + marker), get(u + "?cursor=&startIndex=2"), get(u + "?cursor=&count=x"), get("/?sortBy=nosuch"), get("/Widgets?filter=spec+eq+%22" + marker + "%22"),
		search(`,"attributes":"userName"`), search(`,"count":"5"`), search(`,"filter":5`), post(u+"/.search", "{}"), post(u+"/.search", "[]"),
		// Bulk.
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
		request := c.method + " " + c.target
		if c.body != "" {
			request += " " + c.body
		}
		if len(c.header) > 0 {
			request += fmt.Sprintf(" %q", c.header)
		}
		if len(request) > 240 {
			request = request[:200] + fmt.Sprintf("… (%d bytes)", len(request))
		}
		require.GreaterOrEqual(t, a.status, 400, request)
		e := a.object(t)
		require.NotContains(t, e["detail"], marker, request)
		require.NotEmpty(t, e["detail"], request)
		fmt.Fprintf(&b, "%s\n%d %v\n%s\n\n", strings.ToValidUTF8(strings.ReplaceAll(request, patchBody(""), ""), "?"), a.status, e["scimType"], e["detail"])
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
