package report

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// A trait is something about a request that service providers are known to stumble over.
type trait struct {
	key, title, fix string
	has             func(r *traits) bool
}

// knownTraits are tried in this order where several explain as much. Their keys are those that the package scimtest has for the same
// faults.
var knownTraits = []trait{
	{"string-boolean", `Booleans that are sent as strings, such as "True", are refused`,
		`Read "true" and "false", in any case, as booleans where the schema has one. Entra ID sends them for active, primary and in roles.`,
		func(r *traits) bool { return r.stringBoolean }},
	{"legacy-operations", "Operations in capitals, such as Replace, are refused",
		"Compare op without regard to case: Entra ID sends Add, Replace and Remove in its default dialect.", func(r *traits) bool { return r.opCase }},
	{"pathless-keys", "Names with a dot or a URI in an operation without path, such as name.givenName, are refused",
		"Read each member of the value as an operation of its own, with its name as the path: Entra ID writes its changes so.", func(r *traits) bool { return r.names }},
	{"no-path", "PATCH operations without a path are refused",
		"The value of an operation without path is an object of attributes (RFC 7644 §3.5.2.1, §3.5.2.3). Entra ID and Okta send them.", func(r *traits) bool { return r.noPath }},
	{"bare-manager", "A manager that is a string is refused",
		`Read "manager": "id" as "manager": {"value": "id"}: Entra ID sends it so.`, func(r *traits) bool { return r.bareManager }},
	{"empty-value", `An operation that sets "" is refused`,
		`Read a replace with "" as a remove: Entra ID clears attributes so.`, func(r *traits) bool { return r.emptyValue }},
	{"remove-members-list", "A remove of members that lists them in value is refused",
		"Remove the members that the value lists: Entra ID sends them so in its default dialect.", func(r *traits) bool { return r.removeList }},
	{"create-element", "A path with a filter in brackets is refused",
		`Support paths such as emails[type eq "work"].value; where nothing matches, make an element that does, as Entra ID expects.`, func(r *traits) bool { return r.valuePath }},
	{"enterprise", "Attributes of the enterprise extension are refused",
		"Support urn:ietf:params:scim:schemas:extension:enterprise:2.0:User (RFC 7643 §4.3), or ignore what is not in the schema.", func(r *traits) bool { return r.enterprise }},
	{"excluded-attributes", "Requests with excludedAttributes are refused",
		"Support excludedAttributes (RFC 7644 §3.9) on single resources and lists.", func(r *traits) bool { return r.excluded }},
	{"filter", "Requests with a filter are refused",
		"Support filters (RFC 7644 §3.4.2.2), at least eq on userName, externalId and displayName, and answer 200 with an empty list if nothing matches.", func(r *traits) bool { return r.filter }},
	{"charset", "A Content-Type with a charset is refused",
		"Take application/scim+json; charset=utf-8, which Entra ID and Okta send.", func(r *traits) bool { return r.charset }},
}

// byTrait finds traits that no accepted request had and refused ones did, gives the checks that they explain to add, those that
// explain most first, and returns the other checks.
func byTrait(open, all []*Check, add func(c *Check, key, title, fix string)) []*Check {
	accepted := map[string]bool{} // key and method
	methods := map[string]bool{}
	for _, c := range all {
		for _, x := range c.result.Trace {
			if x.Status/100 != 2 {
				continue
			}
			methods[x.Method] = true
			t := newTraits(x)
			for _, k := range knownTraits {
				if k.has(t) {
					accepted[k.key] = true
				}
			}
		}
	}
	for {
		var best *trait
		var most []*Check
		for i, k := range knownTraits {
			if accepted[k.key] {
				continue
			}
			var explained []*Check
			for _, c := range open {
				// Where nothing of a method works, a trait explains nothing.
				if x := refused(c); x != nil && x.Status != http.StatusUnauthorized && methods[x.Method] && k.has(newTraits(*x)) {
					explained = append(explained, c)
				}
			}
			if len(explained) > len(most) {
				best, most = &knownTraits[i], explained
			}
		}
		if best == nil {
			return open
		}
		var rest []*Check
		for _, c := range open {
			if x := refused(c); x != nil && best.has(newTraits(*x)) && methods[x.Method] && x.Status != http.StatusUnauthorized {
				add(c, best.key, best.title, best.fix)
			} else {
				rest = append(rest, c)
			}
		}
		open = rest
	}
}

// traits are what a request has of what service providers stumble over.
type traits struct {
	stringBoolean, opCase, names, noPath, bareManager, emptyValue, removeList, valuePath, enterprise bool
	excluded, filter, charset                                                                        bool
}

func newTraits(x scimtest.Exchange) *traits {
	t := &traits{
		excluded: strings.Contains(x.URL, "excludedAttributes="), filter: strings.Contains(x.URL, "filter="),
		charset: strings.Contains(x.RequestHeader.Get("Content-Type"), "charset"),
	}
	var body map[string]any
	if json.Unmarshal([]byte(x.RequestBody), &body) != nil {
		return t
	}
	t.value(body)
	ops, _ := body["Operations"].([]any)
	if x.Method != http.MethodPatch {
		ops = nil
	}
	for _, v := range ops {
		if op, ok := v.(map[string]any); ok {
			t.operation(op)
		}
	}
	return t
}

func (t *traits) operation(op map[string]any) {
	name, _ := op["op"].(string)
	path, _ := op["path"].(string)
	if name != strings.ToLower(name) {
		t.opCase = true
	}
	if strings.ContainsRune(path, '[') {
		t.valuePath = true
	}
	value, ok := op["value"]
	if s, isString := value.(string); isString {
		t.leaf(path[strings.LastIndexAny(path, ".:")+1:], s)
		if s == "" {
			t.emptyValue = true
		}
	}
	if list, isList := value.([]any); isList && strings.EqualFold(name, "remove") && strings.EqualFold(path, "members") && len(list) > 0 {
		t.removeList = true
	}
	if path == "" && ok {
		t.noPath = true
		object, _ := value.(map[string]any)
		for member := range object {
			// The whole URI of an extension is valid.
			if strings.ContainsRune(member, '.') && member != scimtest.EnterpriseURN {
				t.names = true
			}
		}
	}
	if strings.HasPrefix(path, scimtest.EnterpriseURN) {
		t.enterprise = true
	}
}

func (t *traits) value(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			if s, ok := e.(string); ok {
				t.leaf(name, s)
			}
			if strings.HasPrefix(name, scimtest.EnterpriseURN) {
				t.enterprise = true
			}
			t.value(e)
		}
	case []any:
		for _, e := range v {
			t.value(e)
		}
	}
}

func (t *traits) leaf(name, value string) {
	if (strings.EqualFold(name, "active") || strings.EqualFold(name, "primary")) && (strings.EqualFold(value, "true") || strings.EqualFold(value, "false")) {
		t.stringBoolean = true
	}
	if strings.EqualFold(name, "manager") {
		t.bareManager = true
	}
}
