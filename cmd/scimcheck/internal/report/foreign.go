package report

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// learn notes what the run made up and which resources it created.
func (m *mask) learn(x scimtest.Exchange) {
	var body any
	if json.Unmarshal([]byte(x.RequestBody), &body) == nil {
		leaves(body, func(s string) { m.sent[s] = true })
	}
	m.learnMails(x.RequestBody)
	if u, err := url.Parse(x.URL); err == nil {
		for _, values := range u.Query() {
			for _, v := range values {
				for _, quoted := range quotes.FindAllStringSubmatch(v, -1) {
					m.sent[quoted[1]] = true
				}
				m.learnMails(v)
			}
		}
	}
	if x.Method != http.MethodPost || x.Status/100 != 2 || strings.HasSuffix(x.URL, "/.search") {
		return
	}
	m.createdAt(x.ResponseHeader.Get("Location"))
	m.created[idOf(x.ResponseBody)] = true
	var response struct{ Operations []struct{ Location string } }
	if json.Unmarshal([]byte(x.ResponseBody), &response) == nil {
		for _, op := range response.Operations {
			m.createdAt(op.Location)
		}
	}
}

// idOf returns the member id of a JSON object, or "".
func idOf(body string) string {
	var o struct{ ID string }
	_ = json.Unmarshal([]byte(body), &o)
	return o.ID
}

func (m *mask) createdAt(location string) {
	if i := strings.LastIndexByte(location, '/'); i >= 0 {
		if id, err := url.PathUnescape(location[i+1:]); err == nil {
			m.created[id] = true
		}
	}
}

// quotes are the strings of a filter.
var quotes = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

func (m *mask) learnMails(s string) {
	for from, to := range mails(s) {
		m.sent[strings.ToLower(s[from:to])] = true
	}
}

// leaves calls found with each string in v that is a value.
func leaves(v any, found func(string)) {
	switch v := v.(type) {
	case string:
		found(v)
	case json.Number:
		found(v.String())
	case []any:
		for _, e := range v {
			leaves(e, found)
		}
	case map[string]any:
		for _, e := range v {
			leaves(e, found)
		}
	}
}

// protocol has words that say nothing about anybody, and that messages are made of.
var protocol = map[string]bool{
	"user": true, "group": true, "work": true, "home": true, "other": true, "mobile": true, "fax": true, "direct": true, "indirect": true,
	"true": true, "false": true, "null": true, "none": true, "expected": true, "got": true, "status": true, "schemas": true,
}

// walk hides the values of the foreign resources in a response body, notes them, and returns the body without.
func (m *mask) walk(body string, status int) (string, bool) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	if status/100 != 2 || d.Decode(&v) != nil {
		return body, false
	}
	found := false
	var hide func(v any, key string) any
	hide = func(v any, key string) any {
		switch v := v.(type) {
		case map[string]any:
			for name, e := range v {
				v[name] = hide(e, name)
			}
		case []any:
			for i, e := range v {
				v[i] = hide(e, key)
			}
		case string, json.Number:
			if key == "schemas" || key == "resourceType" {
				return v
			}
			leaves(v, func(s string) {
				// Of a location just the id is foreign, and is found by itself.
				if !m.sent[s] && !strings.HasPrefix(s, m.target) && !protocol[strings.ToLower(s)] && len(s) > 1 {
					m.foreign[s] = true
					m.foreign[strings.Trim(jsonText(s), `"`)] = true
				}
			})
			return hiddenValue
		}
		return v
	}
	var visit func(v any) any
	visit = func(v any) any {
		o, ok := v.(map[string]any)
		if !ok {
			return v
		}
		if kind := kindOf(o); kind == message {
			for name, e := range o {
				if list, ok := e.([]any); ok && strings.EqualFold(name, "Resources") {
					for i, r := range list {
						list[i] = visit(r)
					}
				}
				if list, ok := e.([]any); ok && name == "Operations" {
					for _, op := range list {
						if op, ok := op.(map[string]any); ok && op["response"] != nil {
							op["response"] = visit(op["response"])
						}
					}
				}
			}
			return o
		} else if kind == discovery {
			return o
		}
		if id, _ := o["id"].(string); m.created[id] && id != "" {
			return o
		}
		found = true
		return hide(o, "")
	}
	if list, ok := v.([]any); ok {
		for i, r := range list {
			list[i] = visit(r)
		}
	} else {
		v = visit(v)
	}
	if !found {
		return body, false
	}
	return jsonText(v), true
}

type kind int

const (
	resource kind = iota
	message
	discovery
)

// kindOf tells resources, whose values may be anybody's, from what the protocol itself has.
func kindOf(o map[string]any) kind {
	list, _ := o["schemas"].([]any)
	for _, v := range list {
		switch uri, _ := v.(string); {
		case strings.HasPrefix(uri, "urn:ietf:params:scim:api:messages:"):
			return message
		case uri == scimtest.ConfigURN || uri == scimtest.TypeURN || uri == scimtest.SchemaURN:
			return discovery
		}
	}
	for name := range o {
		if strings.EqualFold(name, "Resources") || name == "totalResults" {
			return message
		}
	}
	// Some leave the schemas out of their schemas.
	if _, ok := o["attributes"].([]any); ok && o["name"] != nil {
		return discovery
	}
	return resource
}
