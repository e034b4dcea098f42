package validator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// stringBoolean is a boolean as the validator writes one.
var stringBoolean = regexp.MustCompile(`"(?:primary|active)"\s*:\s*"(?i:true|false)"|primary eq \\?"?True\\?"?`)

// emptyOperations is a bug of the validator: if no attribute is left to replace, it sends a PATCH that has no operations.
func emptyOperations(t *Test) (Finding, bool) {
	for _, c := range t.calls() {
		var body struct{ Operations *[]any }
		if c.method == http.MethodPatch && json.Unmarshal([]byte(c.body), &body) == nil && body.Operations != nil && len(*body.Operations) == 0 {
			return Finding{Blame: Validator, Cause: "empty-operations", Title: "The validator sent a PATCH without operations, which may be refused.",
				Fix: "Nothing. With more attributes than the matching one in the group schema it has something to send."}, true
		}
	}
	return Finding{}, false
}

// brokenStep finds the first request of a test that was not answered as it should be. The validator says nothing of it.
func brokenStep(t *Test) (Finding, bool) {
	calls := t.calls()
	for i, c := range calls {
		f, ok := t.judge(c, i == len(calls)-1, calls[:i])
		if !ok {
			continue
		}
		f.Detail = fmt.Sprintf("step %d of %d: %s %s was answered with %d", i+1, len(calls), c.method, pathOf(c.path), c.status)
		if c.status < 400 {
			return f, true
		}
		if detail := detailOf(c.answer); detail != "" {
			f.Detail += ": " + detail
		}
		if i < len(calls)-1 {
			f.Detail += "; what the test is about was not looked at"
		}
		return f, true
	}
	return Finding{}, false
}

// judge says what is wrong with the answer to a request, if something is. The last request is the one that the test is about.
func (t *Test) judge(c call, last bool, before []call) (Finding, bool) {
	about := strings.ToLower(t.Description + " " + t.Name)
	switch {
	case c.status == 0:
		return Finding{}, false
	// Where just one request is there, it is the creation that the test did not come past.
	case last && strings.Contains(about, "duplicate") && len(before) > 0:
		if c.status == http.StatusConflict {
			return Finding{}, false
		}
		return Finding{Blame: Server, Cause: "duplicate", Title: "What exists already is not refused with 409.",
			Fix: "Let userName of users and displayName of groups be unique, without regard to letter case, and answer 409 with the scimType uniqueness (RFC 7644 §3.3)."}, true
	case last && c.method != http.MethodPost && strings.Contains(about, "delete"):
		if c.status == http.StatusNotFound || c.status/100 == 2 && strings.Contains(about, "delete a ") {
			return Finding{}, false
		}
		return Finding{Blame: Server, Cause: "deleted", Title: "What is deleted, or never was, is not answered with 404.",
			Fix: "Answer GET, PATCH and DELETE of an unknown id with 404 (RFC 7644 §3.6), also the second DELETE."}, true
	case c.method == http.MethodPost && c.status/100 == 2 && c.status != http.StatusCreated:
		return Finding{Blame: Server, Cause: "create-status", Title: fmt.Sprintf("POST creates the resource and answers with %d instead of 201.", c.status),
			Fix: "Answer a successful POST with 201 Created and the resource (RFC 7644 §3.3). Entra ID depends on it."}, true
	case c.status < 400:
		return Finding{}, false
	}
	return refused(c, before), true
}

// refused says why a request was refused, by what is known to be refused in it.
func refused(c call, before []call) Finding {
	detail := strings.ToLower(c.answer)
	switch {
	case c.status >= 500:
		return Finding{Blame: Server, Cause: "server-error", Title: fmt.Sprintf("The service provider answers with %d.", c.status),
			Fix: "See its log. The validator sends several requests at once: look for locks and for requests that read and write back."}
	case c.status == http.StatusUnauthorized || c.status == http.StatusForbidden:
		return Finding{Blame: Setup, Cause: "credentials", Title: "A request was refused for its credentials.", Fix: "See what the token may do, and whether it expired in between."}
	case c.status == http.StatusTooManyRequests:
		return Finding{Blame: Server, Cause: "rate-limit", Title: "The service provider answers 429.", Fix: "Allow at least 25 requests per second and tenant."}
	case c.status == http.StatusConflict && c.method == http.MethodPost:
		return Finding{Blame: Server, Cause: "conflict", Title: "A resource with new values is refused as if it existed.",
			Fix: "Only the matching attributes may be unique: others, such as e-mail addresses, may occur twice. If it is gone in the next run, it was left over from a run before."}
	case c.status == http.StatusNotFound && len(before) > 0:
		return Finding{Blame: Server, Cause: "stale-read", Title: "What was created a moment before is not found.",
			Fix: "Serve reads after writes from the primary, without a cache: identity providers read back at once."}
	case stringBoolean.MatchString(c.body):
		return Finding{Blame: Server, Cause: "string-boolean", Title: `A request with a boolean as a string, such as "primary":"True", is refused.`,
			Fix: "The validator breaks the schema here, and so does Entra ID: where the schema says boolean, take true and false as strings in any letter case."}
	case c.method == http.MethodPatch && (strings.Contains(detail, "notarget") || strings.Contains(detail, "no target")):
		return Finding{Blame: Server, Cause: "create-element", Title: "A PATCH with a value filter that matches no element is refused.",
			Fix: "RFC 7644 §3.5.2.3 asks for 400 noTarget; Entra ID depends on the contrary: make an element with what the filter says."}
	case c.method == http.MethodPatch && pathless.MatchString(c.body):
		return Finding{Blame: Server, Cause: "pathless-keys", Title: "A PATCH operation without a path, whose names have dots or URIs, is refused.",
			Fix: `Read {"op":"replace","value":{"name.givenName":…}} as one operation for each name, which is taken as a path: Entra ID sends it.`}
	case c.method == http.MethodPatch && strings.Contains(c.body, ":User:manager"):
		return Finding{Blame: Server, Cause: "manager", Title: "A change of the manager is refused.",
			Fix: `Take a string for manager as its value, and "" as its removal (RFC 7643 §4.3 has an object; Entra ID sends strings).`}
	}
	return Finding{Blame: Server, Cause: fmt.Sprintf("refused %s %d", c.method, c.status), Title: fmt.Sprintf("%s is refused with %d.", c.method, c.status),
		Fix: "The values are random: twelve letters for most strings, also for dates, countries by their name, any time zone. Take any value of the right type, or take the attribute out of the mapping."}
}

// pathless matches a value of an operation whose names are paths.
var pathless = regexp.MustCompile(`"(?:name|addresses|emails)\.\w+"\s*:|"urn:[^"]+:User:\w+"\s*:`)

// pathOf returns the path of a request below the base, without the query, which has random values.
func pathOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	for _, endpoint := range []string{"/Users", "/Groups", "/Schemas"} {
		if i := strings.LastIndex(path, endpoint); i >= 0 {
			return path[i:]
		}
	}
	return path
}

// detailOf returns what a SCIM error says.
func detailOf(body string) string {
	var e struct{ Detail string }
	if json.Unmarshal([]byte(body), &e) != nil {
		return ""
	}
	return excerpt(e.Detail)
}
