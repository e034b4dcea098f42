package validator

import (
	"encoding/json"
	"regexp"
	"strings"
)

var (
	primaryPath = regexp.MustCompile(`([A-Za-z]+)\[primary eq "?(?i:true)"?\]\.(\w+)`)
	emptyValue  = regexp.MustCompile(`should be\s+instead of`)
	valueOf     = regexp.MustCompile(`The value of (\S+)`)
)

// message says what a message of the validator means for a test whose requests were all answered as they should be.
func (t *Test) message(r Outcome) Finding {
	text := r.Message + " " + r.MoreInformation
	about := strings.ToLower(t.Description + " " + t.Name)
	var attr string
	if m := valueOf.FindStringSubmatch(text); m != nil {
		attr = m[1]
	}
	switch {
	case primaryPath.MatchString(text):
		return t.primary(primaryPath.FindStringSubmatch(text))
	case emptyValue.MatchString(text):
		return Finding{Blame: Validator, Cause: "empty-expectation", Title: "The validator expects nothing where it sent a value itself.",
			Fix: "Nothing. The next run, with other values, mostly passes."}
	case strings.EqualFold(attr, "password") || strings.Contains(text, "writeOnly"):
		return Finding{Blame: Validator, Cause: "write-only", Title: "The validator expects an attribute back that must not be returned (RFC 7643 §7).",
			Fix: "Nothing. Take the attribute out of the list of the run, and never return it."}
	case strings.Contains(text, "should exclude the attribute: members"):
		return Finding{Blame: Server, Cause: "excluded-members", Title: "excludedAttributes=members is not honoured.",
			Fix: "Leave members out altogether, not as an empty list, for one group and for lists (RFC 7644 §3.9)."}
	case strings.Contains(text, "disabled User"):
		return Finding{Blame: Server, Cause: "disabled", Title: "A disabled user can't be read, can't be found, or is not shown as inactive.",
			Fix: "A user with active false stays readable by id and by filter, with active as the JSON boolean false. Leave it out when the user is deleted, not before."}
	case strings.Contains(about, "different case"):
		return Finding{Blame: Server, Cause: "case-sensitive-filter", Title: "userName or displayName is compared with regard to letter case.",
			Fix: "Compare attributes with caseExact false without regard to case (RFC 7643 §2.2), with an index on the folded value."}
	case strings.Contains(text, "201 Created"):
		return Finding{Blame: Server, Cause: "create-status", Title: "POST is not answered with 201.", Fix: "Answer a successful POST with 201 Created and the resource (RFC 7644 §3.3)."}
	case strings.Contains(text, "list response") || strings.Contains(text, "Resources attribute"):
		return Finding{Blame: Server, Cause: "list-response", Title: "The answer to a filter is no list response.",
			Fix: "Answer with the schema of a list response, totalResults as a number, and Resources (RFC 7644 §3.4.2), also if nothing is found."}
	case strings.Contains(text, "Total Results") || strings.Contains(text, "match the filter") || strings.Contains(text, "match the created resource"):
		return Finding{Blame: Server, Cause: "filter", Title: "A filter finds something else than what was created.",
			Fix: "Support eq on the matching attributes; decode the query once (+ is a space); find nothing with status 200 and an empty list; and read what was written at once."}
	case strings.Contains(text, "required fields") || strings.Contains(text, "serialized"):
		return Finding{Blame: Server, Cause: "representation", Title: "A resource in a list can't be read as a user or group.",
			Fix: "Return id, schemas, meta and the attributes with the types of RFC 7643 §4; manager as an object, booleans as booleans, no null."}
	case strings.Contains(about, "manager"):
		return Finding{Blame: Server, Cause: "manager", Title: "The manager is not what was set.",
			Fix: `Take a string for manager as its value, and "" as its removal; return an object with value.`}
	case strings.Contains(text, "should not be in the fetched Resource"):
		return Finding{Blame: Server, Cause: "remove", Title: "What was removed is still there.", Fix: `Support remove (RFC 7644 §3.5.2.2), and read a replace with "" as a remove.`}
	case (strings.Contains(text, "is Missing from") || strings.Contains(text, "instead of")) && t.pathlessSent():
		return Finding{Blame: Server, Cause: "pathless-keys", Title: "A PATCH operation without a path is accepted and not done.",
			Fix: `Read {"op":"replace","value":{"userName":…,"name.givenName":…}} as one operation for each name, which is taken as a path.`}
	case strings.Contains(text, "is Missing from") || strings.Contains(text, "instead of"):
		return Finding{Blame: Server, Cause: "attribute " + attr, Title: "What was sent as " + attr + " is not what was read back.",
			Fix: "Store the attribute as it is sent, or take it out of the mapping and out of /Schemas. If it differs from run to run, see whether reads come from a cache or a replica."}
	}
	return Finding{Blame: Unclear, Cause: "other", Title: "A message that is not known."}
}

// primary explains a message about a path with [primary eq true], which the validator can't follow even if the answer is right.
func (t *Test) primary(m []string) Finding {
	f := Finding{Blame: Validator, Cause: "primary-filter", Title: "The validator does not find the element that [primary eq true] selects, whatever is returned.",
		Fix: "Nothing in how PATCH works. With canonicalValues for type in /Schemas, or with the default attributes, the validator uses [type eq \"work\"] instead, which it can follow."}
	sent, ok := t.sent(m[1], m[2])
	switch got, has := primaryOf(t.ResponseBody, m[1], m[2]); {
	case !ok || !has:
		f.Detail = m[0] + ": the file does not have the answer; seen in each run whose schema has no canonicalValues, with right answers too"
	case got == sent:
		f.Detail = m[0] + ": the answer has the value that was sent"
	default:
		f.Blame, f.Cause, f.Title = Server, "create-element", "A PATCH with a value filter does not change the element."
		f.Fix = `Compare booleans in a value filter as booleans, also if they are strings; make an element if none matches.`
		f.Detail = m[0] + ": the answer has not the value that was sent"
	}
	return f
}

// sent returns what the test's PATCH sent for a sub-attribute of the primary element.
func (t *Test) sent(attr, sub string) (string, bool) {
	calls := t.calls()
	if len(calls) == 0 {
		return "", false
	}
	var body struct {
		Operations []struct {
			Path  string
			Value any
		}
	}
	if json.Unmarshal([]byte(calls[len(calls)-1].body), &body) != nil {
		return "", false
	}
	for _, op := range body.Operations {
		if m := primaryPath.FindStringSubmatch(op.Path); m != nil && m[1] == attr && m[2] == sub {
			v, ok := op.Value.(string)
			return v, ok
		}
	}
	return "", false
}

// pathlessSent reports whether the test's PATCH has an operation without a path.
func (t *Test) pathlessSent() bool {
	calls := t.calls()
	if len(calls) == 0 {
		return false
	}
	var body struct {
		Operations []struct{ Path string }
	}
	if json.Unmarshal([]byte(calls[len(calls)-1].body), &body) != nil {
		return false
	}
	for _, op := range body.Operations {
		if op.Path == "" {
			return true
		}
	}
	return false
}

// primaryOf returns a sub-attribute of the primary element in a resource, or in the first of a list.
func primaryOf(body, attr, sub string) (string, bool) {
	var o map[string]any
	if json.Unmarshal([]byte(body), &o) != nil {
		return "", false
	}
	if list, ok := o["Resources"].([]any); ok && len(list) > 0 {
		o, _ = list[0].(map[string]any)
	}
	elements, ok := o[attr].([]any)
	for _, v := range elements {
		e, _ := v.(map[string]any)
		if p := e["primary"]; p == true || p == "true" || p == "True" {
			s, _ := e[sub].(string)
			return s, true
		}
	}
	return "", ok
}
