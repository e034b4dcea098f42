package scimtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A Cause is a fault behind results that did not pass. Results with the same Key have the same fault behind them, as far as can be
// told: a service provider that refuses "primary":"true" fails or blocks most cases, but has one fault.
type Cause struct {
	// Key names the fault, such as string-boolean.
	Key string
	// Title says in a sentence what is wrong, Fix how it is mended.
	Title, Fix string
}

// blame says what a failure from here on comes from; the zero value that it is not known.
func (s *Session) blame(c Cause) { s.cause = &c }

// diagnosis returns what a case that did not pass comes from.
func (s *Session) diagnosis() Cause {
	denied := func(x Exchange) bool { return x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden }
	if len(s.trace) > 0 && s.test.Area != "security" && !slices.ContainsFunc(s.trace, func(x Exchange) bool { return !denied(x) }) {
		return causeCredentials
	}
	x := s.wrong
	if x == nil && len(s.trace) > 0 {
		x = &s.trace[len(s.trace)-1]
	}
	if x != nil {
		if c, ok := refusal(*x, s.endpoint(*x)); ok {
			return c
		}
	}
	if s.cause != nil && s.cause.Key != "" {
		return *s.cause
	}
	title := s.test.Why
	if title == "" {
		title = s.test.Name
	}
	return Cause{Key: s.test.ID, Title: title, Fix: s.test.Fix}
}

// endpoint returns the first segment of the path of a request, such as /Users.
func (s *Session) endpoint(x Exchange) string {
	path := strings.TrimPrefix(x.URL, s.client.base)
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + first
}

// refusal returns what an answer says about the whole service provider, whatever was asked.
func refusal(x Exchange, endpoint string) (Cause, bool) {
	switch {
	case x.Status == 0:
		return Cause{"no-response", "The service provider does not answer, or breaks off the connection.",
			"See whether the URL is right, whether the certificate is one that clients trust, and what the log of the service provider says."}, true
	case x.Status == http.StatusTooManyRequests:
		return Cause{"rate-limit", "The service provider answers 429 Too Many Requests.",
			"Allow at least 25 requests per second and tenant, and send Retry-After above that."}, true
	case x.Method == http.MethodGet && x.Status == http.StatusNotFound && strings.Contains(x.URL, "filter="):
		return causeQuery, true
	case x.Method == http.MethodPost && (x.Status == http.StatusOK || x.Status == http.StatusAccepted || x.Status == http.StatusNoContent):
		return causeStatus, true
	case x.Method == http.MethodPatch && (x.Status == http.StatusNotImplemented || x.Status == http.StatusMethodNotAllowed):
		return causePatch, true
	case x.Status >= 500 && x.Status != http.StatusNotImplemented:
		return Cause{fmt.Sprintf("server-error %s %s", x.Method, endpoint), fmt.Sprintf("%s %s answers with status %d.", x.Method, endpoint, x.Status),
			"The log of the service provider says why: a client that sends something wrong is answered with 400 and a detail."}, true
	}
	return Cause{}, false
}

// Causes that several cases come upon.
var (
	causeCredentials = Cause{"credentials", "The token is not accepted, or does not allow what provisioning takes.",
		"Check the token; it needs access to read and write users and groups."}
	causeSchemas = Cause{"schemas", "/Schemas is no list response of schemas.",
		"Answer GET /Schemas with a ListResponse whose Resources are the schemas (RFC 7644 §4), camelCase names and no null."}
	causeQuery = Cause{"query-404", "A query that finds nothing is answered with 404.",
		"Answer 200 and a list response with totalResults 0: for Entra ID, 404 is the end of the provisioning job."}
	causeDisabled = Cause{"disabled-hidden", "Users that are not active are not found, by id or by filter, or stay active.",
		"Keep disabled users, and return them with active false like all others: only DELETE removes."}
	causeDuplicate = Cause{"duplicate User", "A second user with the same userName is not refused with 409.",
		"Let a unique index on the folded userName refuse it, and answer 409 with scimType uniqueness (RFC 7644 §3.3)."}
	causeDuplicateGroup = Cause{"duplicate Group", "A second group with the same displayName is not refused with 409.",
		"Let displayName of groups be unique, without regard to letter case: Entra ID finds groups by it."}
	causeMembership = Cause{"members", "The members of a group are not what was written.",
		"Add what an operation has, once each, remove just what it names, and read memberships from where they are written."}
	causeGone = Cause{"delete", "What was deleted is still there, or what is gone is not answered with 404.",
		"Answer DELETE with 204, and everything about the id with 404 afterwards (RFC 7644 §3.6)."}
	causePaging = Cause{"paging", "Lists are not paged as they should be.",
		"Honour startIndex, which counts from 1, and count, and tell totalResults, startIndex and itemsPerPage as numbers (RFC 7644 §3.4.2.4)."}
	causeErrors = Cause{"error-body", "Errors have no SCIM error as their body.",
		`Answer every error with {"schemas":["…:Error"],"status":"404","detail":"…"}, status as a string (RFC 7644 §3.12).`}
	causeBooleans = Cause{"string-boolean", `Booleans that are sent as strings, such as "primary":"True" or "active":"False", are refused or kept as strings.`,
		"Where the schema says boolean, take true and false as strings in any letter case, and store and return JSON booleans."}
	causeStatus = Cause{"create-status", "POST creates the resource and answers with another status than 201 Created.",
		"Answer a successful POST with 201 Created and the resource (RFC 7644 §3.3)."}
	causeDangling = Cause{"dangling-manager", "A user whose manager does not exist is refused.",
		"Keep manager.value as it is sent, or leave it out: Entra ID's validator makes up managers, and its service may send the manager before it exists."}
	causeKeys = Cause{"pathless-keys", "A PATCH operation without a path is refused or misread if names in its value have dots or URIs.",
		`Read {"op":"replace","value":{"name.givenName":…,"urn:…:User:department":…}} as one operation for each name, which is taken as a path.`}
	causeLegacy = Cause{"legacy-operations", "PATCH operations as Entra ID's default jobs write them are refused.",
		`Take Add, Replace and Remove in any letter case, "True" and "False" for booleans, and members to remove as a list of values.`}
	causePatch = Cause{"patch", "PATCH does not change a single attribute.",
		"Support PATCH (RFC 7644 §3.5.2): Entra ID and Okta change resources with nothing else."}
	causeCase = Cause{"case-sensitive-filter", "userName and displayName are compared with regard to letter case in filters.",
		"Compare attributes with caseExact false without regard to case (RFC 7643 §2.2), with an index on the folded value."}
	causeStale = Cause{"stale-read", "A read soon after a write does not show it.",
		"Serve reads after writes from the primary, and take caches out of the way: identity providers read back at once."}
	causeMembers = Cause{"excluded-members", "excludedAttributes=members is not honoured.",
		"Leave members out altogether, not as an empty list, for one group and for lists (RFC 7644 §3.9)."}
	causeElement = Cause{"create-element", "A PATCH with a value filter that matches no element does not make one.",
		`For add and replace of emails[type eq "work"].value without such an element, make one with what the filter says: Entra ID depends on it.`}
)

// causeOf says why an attribute is not what was sent.
func (t *entraType) causeOf(a entraAttr, got, want any) Cause {
	_, boolean := want.(bool)
	if _, text := got.(string); boolean && text {
		return causeBooleans
	}
	name := a.name
	if a.uri != "" {
		name = a.uri + ":" + name
	}
	return Cause{"attribute " + name, fmt.Sprintf("What is sent as %s is not what is read back.", name),
		"Store the attribute as it is sent, or take it out of the mapping and out of /Schemas."}
}

// blameCreate finds out, once, why a type's resources are not created: it tries again with less, and with proper booleans.
func (t *entraType) blameCreate(body Object, res *Response) {
	switch {
	case res.Status/100 == 2:
		t.s.blame(causeStatus)
		return
	case res.Status >= 500 || res.Status == http.StatusTooManyRequests:
		return // The answer is the cause.
	}
	c := t.s.client
	c.faults.Lock()
	defer c.faults.Unlock()
	key := fmt.Sprint(t.name, len(body) > 3)
	cause, ok := c.creation[key]
	if !ok {
		step := t.s.step
		t.s.Step("find out why it is refused")
		cause = t.refusedFor(body)
		t.s.Step("%s", step)
		if c.creation == nil {
			c.creation = map[string]Cause{}
		}
		c.creation[key] = cause
	}
	t.s.blame(cause)
}

func (t *entraType) refusedFor(body Object) Cause {
	accepted := func(o Object) bool {
		o = With(o, nil)
		j := parseAttr(t.joining)
		j.put(o, t.value(j))
		return t.s.send(http.MethodPost, t.endpoint, o).Status/100 == 2
	}
	if !accepted(t.minimal("")) {
		return Cause{"create " + t.name, fmt.Sprintf("POST %s is refused, even with nothing but %s.", t.endpoint, t.must()),
			"The answer and its detail say why."}
	}
	if typed, changed := withBooleans(body); changed {
		if accepted(typed.(Object)) {
			return causeBooleans
		}
		body = typed.(Object)
	}
	for name := range body {
		if name == "schemas" || name == t.joining || !accepted(With(body, Object{name: nil})) {
			continue
		}
		if ext, ok := body[name].(Object); ok && ext["manager"] != nil && accepted(With(body, Object{name: With(ext, Object{"manager": nil})})) {
			return causeDangling
		}
		return Cause{"attribute " + name, fmt.Sprintf("A %s with %s is refused.", strings.ToLower(t.name), name),
			"Take the attribute with any value of its type, or take it out of the mapping and out of /Schemas."}
	}
	return Cause{"attributes of " + t.name, fmt.Sprintf("A %s with all attributes is refused, and more than one is in the way.", strings.ToLower(t.name)),
		"The detail of the answer says which is the first."}
}

// withBooleans returns v with booleans where it had their text, for primary and active.
func withBooleans(v any) (out any, changed bool) {
	switch v := v.(type) {
	case Object:
		o := Object{}
		for name, e := range v {
			w, c := withBooleans(e)
			if text, ok := e.(string); ok && (name == "primary" || name == "active") {
				w, c = strings.EqualFold(text, "true"), true
			}
			o[name], changed = w, changed || c
		}
		return o, changed
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			w, c := withBooleans(e)
			list[i], changed = w, changed || c
		}
		return list, changed
	}
	return v, false
}

// blamePatch finds out why changes are refused: it makes them one by one, by the letter of the RFC.
func (r *entraResource) blamePatch(res *Response, changes []change) {
	s := r.t.s
	if res.Status >= 500 && res.Status != http.StatusNotImplemented || res.Status == http.StatusTooManyRequests {
		return
	}
	step := s.step
	s.Step("find out why it is refused")
	defer s.Step("%s", step)
	refused := 0
	for _, c := range changes {
		if one := s.send(http.MethodPatch, r.path, PatchBody(Verbose.ops([]change{c})...)); one.Status/100 == 2 {
			continue
		}
		refused++
		if c.attr.key != "" && refused == 1 {
			if text, ok := strings.CutSuffix(c.attr.literal, "rue"); ok && text == "T" {
				s.blame(causeBooleans)
			} else {
				s.blame(causeElement)
			}
			return
		}
		s.blame(Cause{"patch " + c.attr.name, fmt.Sprintf("PATCH of %s is refused.", c.attr.path), "The detail of the answer says why."})
	}
	switch {
	case refused == len(changes):
		if s.send(http.MethodPatch, r.path, PatchBody(Op("replace", "displayName", s.Name("x")))).Status/100 != 2 {
			s.blame(causePatch)
		}
	case refused == 0 && strings.Contains(res.sent, `"op":"Re`), refused == 0 && strings.Contains(res.sent, `"op":"Add`):
		s.blame(causeLegacy)
	case refused == 0:
		s.blame(causeKeys)
	}
}
