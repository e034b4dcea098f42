package scimtest

import (
	"net/http"
	"slices"
	"strings"
)

// Okta is Okta's test of service providers, request by request, and then the requests that Okta makes in the life of users and
// of groups that are pushed. It reads nothing of discovery.
var Okta = Suite(slices.Concat(oktaSpecCases, oktaUserCases, oktaGroupCases))

// okta makes a case.
func okta(id, name, area, why, fix string, run func(s *Session)) Case {
	return Case{ID: id, Name: name, Ref: "Okta SCIM 2.0 test and reference", Level: "MUST", Severity: ByOkta, Area: area, Why: why, Fix: fix, Run: run}
}

// okta makes a request with the headers that Okta sends; those in header take their place.
func (s *Session) okta(method, target string, body any, header ...string) *Response {
	h := append([]string{"Accept", MediaType, "Accept-Charset", "utf-8", "Content-Type", MediaType + "; charset=utf-8", "User-Agent", "OKTA SCIM Integration"}, header...)
	return s.Request(method, target, body, h...)
}

// oktaUser makes a user as Okta does when it is assigned.
func (s *Session) oktaUser() Object {
	email := s.Name(s.email())
	return Object{
		"schemas": []string{UserURN}, "userName": email, "externalId": "00u" + strings.ToLower(s.letters()), "displayName": "Dana " + s.letters(),
		"name":   Object{"givenName": "Runscope", "familyName": s.letters()},
		"emails": []any{Object{"primary": true, "value": email, "type": "work"}},
		"locale": "en-US", "active": true,
	}
}

// An oktaResource is one that a case made, at its path.
type oktaResource struct {
	id, path string
	sent     Object
	answer   *Response
}

// oktaCreate creates a resource, or ends the case as [Blocked].
func (s *Session) oktaCreate(endpoint string, body Object) *oktaResource {
	s.Step("create %s", strings.ToLower(strings.TrimPrefix(endpoint, "/")))
	res := s.okta(http.MethodPost, endpoint, body)
	if res.Status != http.StatusCreated {
		s.blame(Cause{"create " + strings.TrimSuffix(endpoint[1:], "s"), "POST " + endpoint + " does not create what Okta sends.",
			"Answer 201 Created with the resource and its id; readOnly attributes such as groups are ignored (RFC 7644 §3.3)."})
	}
	s.Need(res, Status(http.StatusCreated), HasAttr("id"))
	id := res.Str("id")
	return &oktaResource{id, endpoint + "/" + pathEscape(id), body, res}
}

// oktaFind asks for users by name, as Okta does before it creates one.
func (s *Session) oktaFind(userName string) *Response {
	q := "filter=" + percent("userName eq "+Quote(userName))
	return s.okta(http.MethodGet, "/Users?"+q+"&startIndex=1&count=100", nil)
}

// integers expects integers.
func integers(names ...string) Expectation {
	return func(r *Response) error {
		for _, name := range names {
			if err := r.check(integer(name)); err != nil {
				return err
			}
		}
		return nil
	}
}
