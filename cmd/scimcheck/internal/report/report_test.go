package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
	"github.com/embedscim/scim/scimtest"
)

const target = "https://scim.example.com/scim/v2"

// exchange makes an exchange with the client's credentials.
func exchange(method, path, body string, status int, answer string) scimtest.Exchange {
	x := scimtest.Exchange{
		Method: method, URL: target + path, Credentials: scimtest.OwnCredentials, RequestHeader: http.Header{"Accept": {scimtest.MediaType}},
		RequestBody: body, Status: status, ResponseHeader: http.Header{"Content-Type": {scimtest.MediaType}}, ResponseBody: answer,
	}
	if body != "" {
		x.RequestHeader.Set("Content-Type", scimtest.MediaType)
	}
	return x
}

func result(id string, severity scimtest.Severity, v scimtest.Verdict, message string, trace ...scimtest.Exchange) *scimtest.Result {
	r := &scimtest.Result{Case: scimtest.Case{ID: id, Severity: severity, Area: "users", Why: "Why " + id + "."}, Verdict: v, Trace: trace, Duration: 3 * time.Millisecond}
	if message != "" {
		r.Err = errors.New(message)
	}
	return r
}

func alone(results ...*scimtest.Result) report.Run {
	run := report.Run{Tool: "scimcheck", Target: target, Parallel: 1}
	for _, r := range results {
		run.Outcomes = append(run.Outcomes, report.Outcome{Suite: report.SuiteEntra, Alone: r})
	}
	return run
}

const created = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1001","userName":"it's new"}`

// TestScript shows that the requests can be repeated by a shell: ids are read from the answers, quotes are quoted, what was created is
// deleted, and the token is a variable.
func TestScript(t *testing.T) {
	t.Parallel()
	other := exchange("GET", "/Users", "", 401, "")
	other.Credentials = scimtest.OtherCredentials
	none := exchange("GET", "/Users", "", 401, "")
	none.Credentials = scimtest.NoCredentials
	r := report.New(alone(result("x", scimtest.ByRFC, scimtest.Pass, "",
		exchange("POST", "/Users", `{"userName":"it's new"}`, 201, created),
		exchange("POST", "/Groups", `{"members":[{"value":"u-1001"}]}`, 201, `{"id":"g-2002"}`),
		exchange("PATCH", "/Users/u-1001", `{"a":"$(rm) u-1001"}`, 200, created),
		exchange("DELETE", "/Groups/g-2002", "", 204, ""),
		other, none)))
	require.Equal(t, strings.TrimSpace(`
ID1=$(curl -sS -X POST -H "Authorization: Bearer $SCIM_TOKEN" -H 'Accept: application/scim+json' -H 'Content-Type: application/scim+json' --data-binary '{"userName":"it'\''s new"}' 'https://scim.example.com/scim/v2/Users' | jq -r .id)
ID2=$(curl -sS -X POST -H "Authorization: Bearer $SCIM_TOKEN" -H 'Accept: application/scim+json' -H 'Content-Type: application/scim+json' --data-binary '{"members":[{"value":"'"$ID1"'"}]}' 'https://scim.example.com/scim/v2/Groups' | jq -r .id)
curl -sS -i -w '\n' -X PATCH -H "Authorization: Bearer $SCIM_TOKEN" -H 'Accept: application/scim+json' -H 'Content-Type: application/scim+json' --data-binary '{"a":"$(rm) '"$ID1"'"}' 'https://scim.example.com/scim/v2/Users/'"$ID1"''
curl -sS -i -w '\n' -X DELETE -H "Authorization: Bearer $SCIM_TOKEN" -H 'Accept: application/scim+json' 'https://scim.example.com/scim/v2/Groups/'"$ID2"''
curl -sS -i -w '\n' -H 'Authorization: Bearer wrong' -H 'Accept: application/scim+json' 'https://scim.example.com/scim/v2/Users'
curl -sS -i -w '\n' -H 'Accept: application/scim+json' 'https://scim.example.com/scim/v2/Users'
curl -sS -X DELETE -H "Authorization: Bearer $SCIM_TOKEN" 'https://scim.example.com/scim/v2/Users/'"$ID1"''
`), r.Checks[0].Script)
}

// TestMask has answers with data of others, and texts with secrets, and what must be left of them.
func TestMask(t *testing.T) {
	t.Parallel()
	own := exchange("POST", "/Users", `{"userName":"made-up@example.com","title":"Nightwatch"}`, 201, created)
	tests := []struct {
		name    string
		x       scimtest.Exchange
		message string
		gone    []string
		left    []string
	}{
		{name: "a resource by id", x: exchange("GET", "/Users/77", "", 200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"77-abc","name":{"givenName":"Ottoline"},"employeeNumber":4711,"active":true}`),
			gone: []string{"Ottoline", "77-abc", "4711"}, left: []string{"givenName", "core:2.0:User", "true"}},
		{name: "in a list, beside one of ours", x: exchange("GET", "/Users", "", 200, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[`+created+`,{"id":"77-abc","userName":"Ottoline"}]}`),
			gone: []string{"Ottoline", "77-abc"}, left: []string{"it's new", "u-1001", `"totalResults":2`}},
		{name: "in an array", x: exchange("GET", "/Users", "", 200, `[{"userName":"Ottoline"}]`), gone: []string{"Ottoline"}},
		{name: "without schemas", x: exchange("GET", "/Users", "", 200, `{"resources":[{"userName":"Ottoline"}]}`), gone: []string{"Ottoline"}},
		{name: "quoted in a message", x: exchange("GET", "/Users/77", "", 200, `{"id":"77-abc","nickName":"Al","title":"Nightwatch"}`),
			message: `expected id, got {"id":"77-abc","nickName":"Al","title":"Nightwatch"}: Al and Alison`, gone: []string{`"Al"`, ": Al and", "77-abc"}, left: []string{"Alison"}},
		{name: "cut off in a message", x: exchange("GET", "/Users/77", "", 200, `{"userName":"Ottoline Fairweather"}`), message: "expected x, got Ottoline Fai…", gone: []string{"Ottoline"}},
		{name: "an address in a text", x: exchange("GET", "/Users", "", 500, "user ottoline@example.org is made-up@example.com's boss, <q.x+y@a-b.example.net>"),
			gone: []string{"ottoline@", "q.x+y", "a-b.example"}, left: []string{"made-up@example.com's boss"}},
		{name: "a secret", x: exchange("GET", "/Users", "", 500, `tok/en+1234 tok%2Fen%2B1234 dG9rL2VuKzEyMzQ= pin pinned tok/en`),
			message: "the token was tok/en+12…", gone: []string{"tok/en+1234", "tok%2Fen", "dG9rL2V", " pin ", "tok/en+12"}, left: []string{"pinned"}},
		{name: "a schema", x: exchange("GET", "/Schemas", "", 200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:x","name":"Gadget"}`), left: []string{"Gadget"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			message := tt.message
			if message == "" {
				message = "GET /Users: expected x, got y"
			}
			run := alone(result("x", scimtest.ByRFC, scimtest.Fail, message, own, tt.x))
			run.Secrets = []string{"tok/en+1234", "pin"}
			r := report.New(run)
			c := r.Checks[0]
			text := c.Message + "\n" + c.Expected + c.Got + "\n" + c.Trace[1].GotBody + c.Script + fmt.Sprint(r.Causes[0])
			for _, s := range tt.gone {
				require.NotContains(t, text, s)
			}
			for _, s := range tt.left {
				require.Contains(t, text, s)
			}
			require.Contains(t, c.Trace[0].Body, "Nightwatch", "what is made up is shown")
		})
	}
}

// TestHeaders shows that only headers are shown that say something about SCIM.
func TestHeaders(t *testing.T) {
	t.Parallel()
	x := exchange("GET", "/Users", "", 200, created)
	x.RequestHeader.Set("X-Api-Key", "key")
	x.ResponseHeader.Set("Set-Cookie", "session")
	x.ResponseHeader.Set("ETag", `W/"1"`)
	s := report.New(alone(result("x", scimtest.ByRFC, scimtest.Pass, "", x))).Checks[0].Trace[0]
	require.Equal(t, []string{"Authorization: the client's", "Accept: application/scim+json", "X-Api-Key: (not shown)"}, s.Headers)
	require.Equal(t, []string{"Content-Type: application/scim+json", `Etag: W/"1"`, "Set-Cookie: (not shown)"}, s.GotHeaders)
}

// TestTraits shows that refusals are traced to what all refused requests have and no accepted one, whatever their details say.
func TestTraits(t *testing.T) {
	t.Parallel()
	const ok = `{"Operations":[{"op":"replace","path":"title","value":"x"}]}`
	tests := []struct{ title, body string }{
		{"Booleans that are sent as strings", `{"Operations":[{"op":"replace","path":"active","value":"False"}]}`},
		{"Operations in capitals", `{"Operations":[{"op":"Replace","path":"title","value":"x"}]}`},
		{"Names with a dot or a URI", `{"Operations":[{"op":"replace","value":{"name.givenName":"x"}}]}`},
		{"PATCH operations without a path", `{"Operations":[{"op":"replace","value":{"title":"x"}}]}`},
		{"A manager that is a string", `{"Operations":[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"17"}]}`},
		{`sets ""`, `{"Operations":[{"op":"replace","path":"title","value":""}]}`},
		{"A remove of members", `{"Operations":[{"op":"remove","path":"members","value":[{"value":"17"}]}]}`},
		{"A path with a filter", `{"Operations":[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}]}`},
		{"enterprise extension", `{"Operations":[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"x"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			t.Parallel()
			fails := func(id string) *scimtest.Result {
				detail := fmt.Sprintf(`{"detail":"%s is wrong"}`, id)
				return result(id, scimtest.ByRFC, scimtest.Fail, "PATCH /Users/1: expected status 200 OK, got 400: "+detail, exchange("PATCH", "/Users/1", tt.body, 400, detail))
			}
			accepted := result("ok", scimtest.ByRFC, scimtest.Pass, "", exchange("PATCH", "/Users/1", ok, 200, created))
			r := report.New(alone(fails("one"), fails("two"), accepted))
			require.Len(t, r.Causes, 1)
			require.Contains(t, r.Causes[0].Title, tt.title)
			require.Equal(t, []string{"one", "two"}, r.Causes[0].Checks)

			// What is accepted elsewhere is not what is refused.
			also := result("also", scimtest.ByRFC, scimtest.Pass, "", exchange("PATCH", "/Users/1", tt.body, 200, created))
			for _, c := range report.New(alone(fails("one"), fails("two"), accepted, also)).Causes {
				require.NotContains(t, c.Title, tt.title)
			}
		})
	}
}

// TestProviders has what the first screen answers.
func TestProviders(t *testing.T) {
	t.Parallel()
	pass := func(s scimtest.Severity) *scimtest.Result { return result("p", s, scimtest.Pass, "") }
	fail := func(s scimtest.Severity) *scimtest.Result {
		return result("f", s, scimtest.Fail, "GET /Users: expected x, got y", exchange("GET", "/Users", "", 200, "{}"))
	}
	tests := []struct {
		name    string
		suite   string
		results []*scimtest.Result
		want    []report.Answer // Entra, Okta, RFC
		failed  bool
	}{
		{"all pass", report.SuiteEntra, []*scimtest.Result{pass(scimtest.ByEntra)}, []report.Answer{"yes", "not checked", "not checked"}, false},
		{"what Entra needs fails", report.SuiteEntra, []*scimtest.Result{pass(scimtest.ByEntra), fail(scimtest.ByEntra)}, []report.Answer{"no", "not checked", "not checked"}, true},
		{"what any client needs fails in its suite", report.SuiteOkta, []*scimtest.Result{pass(scimtest.ByOkta), fail(scimtest.ByRFC)}, []report.Answer{"not checked", "no", "not checked"}, true},
		{"what Okta needs fails elsewhere", report.SuiteExtra, []*scimtest.Result{fail(scimtest.ByOkta), pass(scimtest.ByRFC)}, []report.Answer{"not checked", "no", "yes"}, true},
		{"a validator's quirk", report.SuiteEntra, []*scimtest.Result{pass(scimtest.ByEntra), fail(scimtest.ByValidator)}, []report.Answer{"yes", "not checked", "not checked"}, false},
		{"advice", report.SuiteRFC, []*scimtest.Result{pass(scimtest.ByRFC), fail(scimtest.Advice)}, []report.Answer{"not checked", "not checked", "yes"}, false},
		{"all skipped", report.SuiteOkta, []*scimtest.Result{result("s", scimtest.ByOkta, scimtest.Skip, "not here")}, []report.Answer{"not checked", "not checked", "not checked"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run := alone(tt.results...)
			for i := range run.Outcomes {
				run.Outcomes[i].Suite = tt.suite
			}
			r := report.New(run)
			var got []report.Answer
			for _, p := range r.Providers {
				got = append(got, p.Answer)
			}
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.failed, r.Failed())
			var b strings.Builder
			require.NoError(t, r.WriteJUnit(&b))
			require.Equal(t, tt.failed, strings.Contains(b.String(), "<failure"), "a build is red if the exit code is 1")

			run.Interrupted = true
			for _, p := range report.New(run).Providers {
				require.NotEqual(t, report.Yes, p.Answer, "a part of the checks is no yes")
			}
		})
	}
}

// TestHostileAnswer shows that what a service provider answers can't become part of the page, of XML, or of the terminal.
func TestHostileAnswer(t *testing.T) {
	t.Parallel()
	const evil = "</pre><script>alert(1)</script>\x1b[2J\x00\ufffe"
	body, err := json.Marshal(map[string]string{"detail": evil})
	require.NoError(t, err)
	r := report.New(alone(result("x", scimtest.ByRFC, scimtest.Fail, "GET /Users: expected status 200 OK, got 400: "+evil, exchange("GET", "/Users", "", 400, string(body)))))
	var html, junit, text strings.Builder
	require.NoError(t, r.WriteHTML(&html))
	require.NotContains(t, html.String(), "<script")
	require.NoError(t, r.WriteJUnit(&junit))
	require.NotContains(t, junit.String(), "\x1b")
	require.NoError(t, r.WriteText(&text))
	require.NotContains(t, text.String(), "\x1b")
}
