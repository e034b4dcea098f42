package scimtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// extraAnswerCases are about the form of answers.
var extraAnswerCases = []Case{
	extra("extra-location", ByRFC, "answers", "Location of a new resource", "A new user is answered with its URL in Location and meta.location, and is found there.",
		"RFC 7644 §3.3", "Set Location and meta.location to the absolute URL as clients reach it, also behind a proxy.", func(s *Session) {
			u := s.entra("User").made("user")
			res := s.Want(u.get(), HasAttr("meta", "location"))
			location := res.Str("meta", "location")
			if !strings.Contains(location, "://") || !strings.HasSuffix(location, u.path) {
				s.Fail("GET %s: expected meta.location to be the absolute URL of the user, got %s", u.path, JSON(location))
			}
			again := s.send(http.MethodPost, u.t.endpoint, u.t.minimal("user"))
			s.Want(again, Status(http.StatusCreated), HasHeader("Location"), Header("Location", again.Str("meta", "location")))
			s.Want(s.Get(location), Status(http.StatusOK), Attr(u.id, "id"))
		}),
	extra("extra-media", ByRFC, "answers", "Media type of answers", "Answers are application/scim+json, those with errors too.",
		"RFC 7644 §3.1", "Set Content-Type to application/scim+json for everything with a body: Entra ID asks for it.", func(s *Session) {
			u := s.entra("User").made("user")
			s.Want(u.get(), Status(http.StatusOK), Media())
			s.Want(u.t.find(u.key()), Status(http.StatusOK), Media())
			s.Want(s.send(http.MethodGet, "/Users/"+s.uuid(), nil), Status(http.StatusNotFound), Media())
		}),
	extra("extra-errors", ByRFC, "errors", "Error bodies", "Errors have their schema, the status as a string and a detail: administrators read it in the log of their identity provider.",
		"RFC 7644 §3.12", `Answer every error with {"schemas":["…:Error"],"status":"404","detail":"…"}.`, func(s *Session) {
			t := s.entra("User")
			u := t.made("user")
			s.Want(s.send(http.MethodGet, "/Users/"+s.uuid(), nil), Status(http.StatusNotFound), ErrorBody())
			s.Want(s.send(http.MethodDelete, "/Users/"+s.uuid(), nil), Status(http.StatusNotFound), ErrorBody())
			s.Want(s.send(http.MethodPatch, "/Users/"+s.uuid(), PatchBody(Op("replace", "title", "x"))), Status(http.StatusNotFound), ErrorBody())
			s.Want(s.send(http.MethodPost, t.endpoint, u.sent), Status(http.StatusConflict), ErrorBody())
			s.Want(s.send(http.MethodGet, t.endpoint+"?filter="+percent(`userName eq`), nil), Status(http.StatusBadRequest), ErrorBody())
		}),
	extra("extra-conflict-type", ByRFC, "errors", "scimType of conflicts", "A duplicate is answered with scimType uniqueness.",
		"RFC 7644 §3.12", "Add scimType uniqueness to 409 for duplicates, and use 409 for nothing else.", func(s *Session) {
			u := s.entra("User").made("user")
			s.Want(s.send(http.MethodPost, u.t.endpoint, u.sent), Error(http.StatusConflict, "uniqueness"))
		}),
	extra("extra-json", ByRFC, "errors", "Malformed requests", "A body that is no JSON, or no user, is answered with 400 and not with 500.",
		"RFC 7644 §3.12", "Catch what the JSON reader and the checks report, and answer 400 with a detail.", func(s *Session) {
			t := s.entra("User")
			for _, body := range []string{`{"userName":`, `[]`, `"user"`, `{"schemas":["` + UserURN + `"],"userName":{"a":1}}`} {
				s.Step("send %s", body)
				s.Want(s.send(http.MethodPost, t.endpoint, body), Status(http.StatusBadRequest), ErrorBody())
			}
		}),
	extra("extra-id-form", ByEntra, "errors", "Ids of any form", "An id that can't be one of the service provider's is answered with 404, not with 400 or 500.",
		entraRef, "Take ids as opaque text, and answer 404 for what does not have the form of yours.", func(s *Session) {
			for _, id := range []string{"0", "abc", "00000000-0000-0000-0000-000000000000", "a%20b", strings.Repeat("9", 200), "%27", "..%2FUsers"} {
				s.Want(s.send(http.MethodGet, "/Users/"+id, nil), Status(http.StatusNotFound))
			}
		}),
	extra("extra-unauthorized", ByRFC, "security", "Requests without a valid token", "Requests without a token or with a wrong one are answered with 401, for reading and for writing.",
		"RFC 7644 §2", "Check the token before anything else.", func(s *Session) {
			if s.client.Token == "" {
				s.Skip("the client has no token")
			}
			u := s.entra("User").made("user")
			for _, token := range []string{"", "Bearer", "Bearer " + s.Name("wrong"), "Basic dXNlcjpwYXNz"} {
				s.Want(s.Get(u.path, "Authorization", token), Status(http.StatusUnauthorized))
				s.Want(s.Request(http.MethodDelete, u.path, nil, "Authorization", token), Status(http.StatusUnauthorized))
				s.Want(s.Request(http.MethodPatch, u.path, PatchBody(Op("replace", "title", "x")), "Authorization", token), Status(http.StatusUnauthorized))
				s.Want(s.Post("/Users", u.t.minimal("user"), "Authorization", token), Status(http.StatusUnauthorized))
			}
			s.Want(u.get(), Status(http.StatusOK), NoAttr("title"))
		}),
	extra("extra-token-leak", ByRFC, "security", "No token in answers", "No answer repeats a token.",
		"RFC 7644 §7", "Don't put headers of the request in details.", func(s *Session) {
			if s.client.Token == "" {
				s.Skip("the client has no token")
			}
			token := s.Name("secret")
			if res := s.Want(s.Get("/Users", "Authorization", "Bearer "+token), Status(http.StatusUnauthorized)); strings.Contains(res.Body, token) {
				s.Fail("GET /Users: expected no token in the answer, got it")
			}
		}),
	extra("extra-unknown-parameter", ByEntra, "queries", "Unknown query parameters", "Query parameters that mean nothing here are ignored: tenant URLs have ?aadOptscim062020.",
		entraRef, "Ignore query parameters that you don't know, for all methods.", func(s *Session) {
			t := s.entra("User")
			res := s.Want(s.send(http.MethodPost, t.endpoint+"?aadOptscim062020", t.minimal("user")), Status(http.StatusCreated), HasAttr("id"))
			path := t.endpoint + "/" + pathEscape(res.Str("id"))
			s.Want(s.send(http.MethodGet, path+"?aadOptscim062020", nil), Status(http.StatusOK), Attr(res.Str("id"), "id"))
			s.Want(s.send(http.MethodGet, t.endpoint+"?aadOptscim062020&filter="+percent("userName eq "+Quote(res.Str("userName"))), nil), listOf(1))
			s.Want(s.send(http.MethodPatch, path+"?aadOptscim062020", PatchBody(Op("replace", "displayName", "X"))), Status(http.StatusOK, http.StatusNoContent))
			s.Want(s.send(http.MethodDelete, path+"?aadOptscim062020", nil), Status(http.StatusNoContent))
		}),
	extra("extra-meta", ByRFC, "answers", "Times of changes", "meta.lastModified moves when a user changes, meta.created does not.",
		"RFC 7643 §3.1", "Keep both times with the resource, in UTC.", func(s *Session) {
			u := s.entra("User").made("user")
			before := s.Want(u.get(), HasAttr("meta", "created"), HasAttr("meta", "lastModified"), Attr("User", "meta", "resourceType"))
			u.changeIn(Verbose, "change it", set("displayName", s.letters()))
			after := s.Want(u.get(), Attr(before.At("meta", "created"), "meta", "created"))
			if a, b := before.Str("meta", "lastModified"), after.Str("meta", "lastModified"); b < a {
				s.Fail("GET %s: expected meta.lastModified not to go back from %s, got %s", u.path, a, b)
			}
		}),
	extra("extra-no-change", Advice, "answers", "Changes that change nothing", "A PATCH with the value that is there is answered like any other, and leaves meta.lastModified alone.",
		"RFC 7644 §3.5.2.1", "Compare before you write.", func(s *Session) {
			u := s.entra("User").made("user")
			name := s.letters()
			u.changeIn(Verbose, "change it", set("displayName", name))
			before := s.Want(u.get(), Status(http.StatusOK), HasAttr("meta", "lastModified"))
			u.changeIn(Verbose, "change it to the same", set("displayName", name))
			s.Want(u.get(), Status(http.StatusOK), Attr(before.At("meta", "lastModified"), "meta", "lastModified"))
		}),
	extra("extra-password", ByRFC, "security", "Passwords", "A password is never returned.",
		"RFC 7643 §4.1.1", "Leave password out of all answers, whatever the client asks for.", func(s *Session) {
			t := s.entra("User")
			const secret = "Not-A-Real-Passw0rd-9f"
			s.Step("create a user with a password")
			res := s.send(http.MethodPost, t.endpoint, With(t.minimal("user"), Object{"password": secret}))
			if res.Status != http.StatusCreated {
				s.Skip("the service provider takes no passwords")
			}
			path := t.endpoint + "/" + pathEscape(res.Str("id"))
			s.Want(s.send(http.MethodGet, path, nil), Status(http.StatusOK), Attr(res.Str("id"), "id"))
			for _, r := range []*Response{res, s.send(http.MethodGet, path, nil), s.send(http.MethodGet, path+"?attributes=password", nil)} {
				if strings.Contains(r.Body, secret) || At(r.Object, "password") != nil {
					s.Fail("%s %s: expected no password in the answer, got one", r.Method, r.Target)
				}
			}
		}),
	extra("extra-schemas", Advice, "discovery", "Schemas that tools can read", "/Schemas has types for mappings: no null, canonical values for type, and no members.$ref of the kind that aborts the validator.",
		entraRef, "Leave out what has no value, give canonicalValues for each type, and leave $ref of members out of the schema.", func(s *Session) {
			res := s.Want(s.send(http.MethodGet, "/Schemas", nil), listOf(len(s.discovered())))
			if strings.Contains(strings.ReplaceAll(res.Body, " ", ""), ":null") {
				s.Fail("GET /Schemas: expected no null, got one")
			}
			for uri, schema := range s.discovered() {
				list, _ := At(schema, "attributes").([]any)
				for _, a := range list {
					subs, _ := At(a, "subAttributes").([]any)
					if t := Find(subs, "name", "type"); t != nil && At(a, "multiValued") == true && At(a, "name") != "members" && unassigned(t["canonicalValues"]) {
						s.Fail("GET /Schemas: expected canonicalValues for the type of %s in %s, got none", At(a, "name"), uri)
					}
					if At(a, "name") == "members" && Find(subs, "name", "$ref") != nil {
						s.Fail("GET /Schemas: expected no $ref of members in %s, got one", uri)
					}
				}
			}
		}),
	extra("extra-config", Advice, "discovery", "The configuration", "/ServiceProviderConfig says that PATCH and filters are supported: some clients read it first.",
		"RFC 7643 §5", "Answer GET /ServiceProviderConfig with what is supported.", func(s *Session) {
			s.Want(s.send(http.MethodGet, "/ServiceProviderConfig", nil), Status(http.StatusOK), Attr(true, "patch", "supported"), Attr(true, "filter", "supported"))
		}),
}

// extraQueryCases are about filters and pages.
var extraQueryCases = []Case{
	extra("extra-paging", ByRFC, "paging", "Pages", "startIndex, itemsPerPage and totalResults are numbers, count is honoured, and a page behind the end is empty with the right total.",
		"RFC 7644 §3.4.2.4", "Count from 1, honour count, say how many there are in all, and don't answer 404 behind the end.", func(s *Session) {
			t := s.entra("User")
			for range 3 {
				t.made("user")
			}
			s.blame(causePaging)
			res := s.Want(s.send(http.MethodGet, t.endpoint+"?startIndex=1&count=2", nil), Status(http.StatusOK), integers("totalResults", "startIndex", "itemsPerPage"), Count(2, "Resources"),
				Attr(1, "startIndex"), Attr(2, "itemsPerPage"))
			second := s.Want(s.send(http.MethodGet, t.endpoint+"?startIndex=2&count=2", nil), Status(http.StatusOK), Attr(2, "startIndex"))
			if n, _ := res.At("totalResults").(json.Number); n == "2" || n == "0" {
				s.Fail("GET %s: expected totalResults to count all users, at least 3, got %s", res.Target, n)
			}
			if ids := append(res.Strings("id"), second.Strings("id")...); len(ids) > 1 && ids[0] == ids[1] {
				s.Fail("GET %s: expected two users, got one twice", res.Target)
			}
			end := s.Want(s.send(http.MethodGet, t.endpoint+"?startIndex=10000000&count=2", nil), Status(http.StatusOK), integers("totalResults"))
			if len(end.Resources()) > 0 || Equal(end.At("totalResults"), 0) {
				s.Fail("GET %s: expected no users and the total, got %d and the total %s", end.Target, len(end.Resources()), JSON(end.At("totalResults")))
			}
		}),
	extra("extra-paging-count-zero", ByRFC, "paging", "Counting", "count=0 gives the total and no resources.",
		"RFC 7644 §3.4.2.4", "Read count=0 as no resources, not as no limit.", func(s *Session) {
			t := s.entra("User")
			t.made("user")
			s.blame(causePaging)
			res := s.Want(s.send(http.MethodGet, t.endpoint+"?count=0", nil), Status(http.StatusOK), integers("totalResults"))
			if len(res.Resources()) > 0 || Equal(res.At("totalResults"), 0) {
				s.Fail("GET %s: expected no users and the total, got %d and the total %s", res.Target, len(res.Resources()), JSON(res.At("totalResults")))
			}
		}),
	extra("extra-filter-special", ByEntra, "filters", "Values with special characters", "Filters find values with apostrophes, quotes, plus signs, percent signs and letters of any language, whether blanks are + or %20.",
		entraRef, "Decode the query once, unescape strings as JSON, and never build SQL of them.", func(s *Session) {
			t := s.entra("User")
			t.needSimple()
			for _, name := range []string{`o'hara@a.example`, `zoë.núñez@a.example`, `a+b@a.example`, `quo"te@a.example`, `100%25@a.example`, `back\slash@a.example`, `*@a.example`, `a b@a.example`, `x') or ('1'='1`} {
				name = s.Name(name)
				body := t.minimal("")
				parseAttr(t.joining).put(body, name)
				s.Step("create a user named %s", name)
				u := t.created(body, nil, s.send(http.MethodPost, t.endpoint, body), s.Want)
				s.Step("filter for it")
				s.Want(t.find(name), u.listing())
				s.Want(t.lookup(name), u.listing())
			}
		}),
	extra("extra-filter-external-id", ByEntra, "filters", "Filters on externalId", "A filter on externalId finds a user, with regard to letter case.",
		entraRef, "Keep an index on externalId; it is caseExact (RFC 7643 §3.1).", func(s *Session) {
			t := s.entra("User")
			ext := s.Name("Ext-ABC")
			body := With(t.minimal("user"), Object{"externalId": ext})
			res := s.Need(s.send(http.MethodPost, t.endpoint, body), Status(http.StatusCreated))
			ask := func(v string) *Response {
				return s.send(http.MethodGet, t.endpoint+"?filter="+percent("externalId eq "+Quote(v)), nil)
			}
			s.Want(ask(ext), listOf(1), Attr(res.Str("id"), "Resources", 0, "id"))
			s.Want(ask(strings.ToLower(ext)), listOf(0))
		}),
	extra("extra-filter-email", ByEntra, "filters", "Filters on e-mail addresses", "A filter on the address at work finds a user, as Entra ID writes it if addresses are what users are matched by.",
		entraRef, `Take emails[type eq "work"].value eq "x", which the grammar of the RFC does not have, as emails[type eq "work" and value eq "x"].`, func(s *Session) {
			t := s.entra("User")
			mail := s.Name(s.email())
			body := t.minimal("user")
			body["emails"] = []any{Object{"type": "work", "value": mail, "primary": true}, Object{"type": "home", "value": "home-" + mail}}
			res := s.Need(s.send(http.MethodPost, t.endpoint, body), Status(http.StatusCreated))
			for value, n := range map[string]int{mail: 1, "home-" + mail: 0} {
				found := s.Want(s.send(http.MethodGet, t.endpoint+"?filter="+percent(`emails[type eq "work"].value eq `+Quote(value)), nil), listOf(n))
				if n == 1 {
					s.Want(found, Attr(res.Str("id"), "Resources", 0, "id"))
				}
			}
		}),
	extra("extra-filter-manager", ByEntra, "filters", "Filters on references", "Filters on id and manager, and on id and members, say whether a reference is set, as Entra ID asks.",
		entraRef, "Evaluate eq and and, on id, manager and members too; without a sub-attribute, value is meant.", func(s *Session) {
			t := s.entra("User")
			u, boss := t.made("user"), t.made("manager")
			u.setManagerIn(Verbose, boss.id)
			q := func(endpoint, filter string) *Response {
				return s.send(http.MethodGet, endpoint+"?filter="+percent(filter)+"&attributes=id", nil)
			}
			s.Step("ask for the manager")
			s.Want(q("/Users", "id eq "+Quote(u.id)+" and "+EnterpriseURN+":manager.value eq "+Quote(boss.id)), listOf(1), Attr(u.id, "Resources", 0, "id"))
			s.Want(q("/Users", "id eq "+Quote(boss.id)+" and "+EnterpriseURN+":manager.value eq "+Quote(boss.id)), listOf(0))
			g := s.entra("Group").made("group")
			g.changeIn(Flag, "add a member", members("add", u.id))
			s.Step("ask for the member")
			s.Want(q("/Groups", "id eq "+Quote(g.id)+" and members.value eq "+Quote(u.id)), listOf(1), Attr(g.id, "Resources", 0, "id"))
			s.Want(q("/Groups", "id eq "+Quote(g.id)+" and members.value eq "+Quote(boss.id)), listOf(0))
		}),
	extra("extra-filter-disabled", ByEntra, "filters", "Disabled users in queries", "Users that are not active are found like others, and counted.",
		entraRef, "Don't hide inactive users from SCIM.", func(s *Session) {
			t := s.entra("User")
			body := With(t.minimal("user"), Object{"active": false})
			s.Step("create a user that is not active")
			u := t.created(body, nil, s.send(http.MethodPost, t.endpoint, body), s.Need)
			s.Step("filter for it")
			s.Want(t.find(u.key()), u.listing(), Attr(false, "Resources", 0, "active"))
		}),
	extra("extra-filter-wrong", ByRFC, "filters", "Filters that make no sense", "A filter that is not one is answered with 400 and invalidFilter, not with all users.",
		"RFC 7644 §3.4.2.2", "Never ignore a filter: a client that gets everything takes it for matches.", func(s *Session) {
			s.entra("User").made("user")
			for _, f := range []string{"userName", "userName eq", `userName like "a"`, `(userName eq "a"`, `userName eq "a" and`} {
				s.Want(s.send(http.MethodGet, "/Users?filter="+percent(f), nil), Error(http.StatusBadRequest, "invalidFilter"))
			}
		}),
	extra("extra-attributes", ByRFC, "queries", "Attributes that are asked for", "attributes limits what is returned; id is always there.",
		"RFC 7644 §3.9", "Honour attributes and excludedAttributes for single resources and lists.", func(s *Session) {
			t := s.entra("User")
			body := With(t.minimal("user"), Object{"displayName": "D", "title": "T"})
			res := s.Need(s.send(http.MethodPost, t.endpoint, body), Status(http.StatusCreated))
			path := t.endpoint + "/" + pathEscape(res.Str("id"))
			s.Want(s.send(http.MethodGet, path+"?attributes=userName", nil), Status(http.StatusOK), Attr(res.Str("id"), "id"), HasAttr("userName"), Absent("title"), Absent("displayName"))
			s.Want(s.send(http.MethodGet, path+"?excludedAttributes=title,id", nil), Status(http.StatusOK), Attr(res.Str("id"), "id"), Attr("D", "displayName"), Absent("title"))
		}),
}

// needSimple ends the case as [Skip] if the joining attribute is not one that a filter names as it is.
func (t *entraType) needSimple() {
	if slices.Contains([]string{"userName", "externalId", "displayName"}, t.joining) {
		return
	}
	t.s.Skip("users are matched by %s", t.joining)
}

func (r *entraResource) setManagerIn(d Dialect, id any) {
	r.changeIn(d, fmt.Sprintf("set the manager, %s", d), change{op: "add", attr: parseAttr(managerPath), value: id})
}
