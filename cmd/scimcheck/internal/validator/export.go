// Package validator reads the results that Microsoft's SCIM validator (scimvalidator.microsoft.com) exports, and explains them.
package validator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// An Export is the file that the validator exports, as far as it is of use.
type Export struct {
	InvalidCredentials bool
	Message            string
	WarningMessage     string
	ErrorTrace         string
	PassedTests        list[Test]
	FailedTests        list[Test]
	PreviewTests       list[Test]
	Warnings           list[json.RawMessage]
}

// A Test is one of its tests. The GETs by which the validator looks at what became of a change are not in the file.
type Test struct {
	Name, Description       string
	Results                 list[Outcome]
	ResponseStatus          string
	ResponseBody            string
	InitialRequestBodies    list[string]
	InitialResponseStatuses list[string]
	InitialResponses        list[string]
	RequestBody             string
	SFComplianceOptional    bool
	HasTestPassed           bool
	Category                int // 1 is preview
}

// An Outcome is one of the things that a test looks at.
type Outcome struct {
	Message, MoreInformation string
	Outcome                  int // 1 is bad
}

// A list is an array, or the object with $values that the validator's JSON library makes of one.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(data []byte) error {
	var array []T
	if json.Unmarshal(data, &array) == nil {
		*l = array
		return nil
	}
	var o struct {
		Values []T `json:"$values"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return err
	}
	*l = o.Values
	return nil
}

// maxExport bounds the size of a file.
const maxExport = 64 << 20

// Read reads an exported file.
func Read(data []byte) (*Export, error) {
	if len(data) > maxExport {
		return nil, errors.New("the file is too large for a result of the validator")
	}
	data = []byte(strings.TrimPrefix(string(data), "\uFEFF"))
	var file struct {
		Results struct {
			Data    *Export
			Message string
		}
		Data *Export
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("the file is no result of the validator: %w", describe(err))
	}
	e := file.Results.Data
	if e == nil {
		e = file.Data
	}
	if e == nil {
		// Some saved the inner object only.
		e = &Export{}
		if err := json.Unmarshal(data, e); err != nil {
			return nil, fmt.Errorf("the file is no result of the validator: %w", describe(err))
		}
	}
	if e.Message == "" {
		e.Message = file.Results.Message
	}
	if len(e.PassedTests)+len(e.FailedTests)+len(e.PreviewTests) == 0 && e.Message == "" && e.ErrorTrace == "" && !e.InvalidCredentials {
		return nil, errors.New("the file is no result of the validator: it has no tests; expected results.data.FailedTests")
	}
	return e, nil
}

// describe leaves out of an error of JSON what names types of this program.
func describe(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s has the wrong type at offset %d", e.Field, e.Offset)
	}
	return err
}

// A call is a request that a test made, with its answer as far as the file has it.
type call struct {
	method, path, body string
	status             int
	answer             string
}

// calls returns the requests of a test in their order: those that prepare it, and the one that it is about.
func (t *Test) calls() []call {
	var out []call
	for i, text := range t.InitialRequestBodies {
		c := parseCall(text)
		if i < len(t.InitialResponseStatuses) {
			c.status = status(t.InitialResponseStatuses[i])
		}
		if i < len(t.InitialResponses) {
			c.answer = t.InitialResponses[i]
		}
		out = append(out, c)
	}
	if t.RequestBody != "" || t.ResponseStatus != "" {
		c := parseCall(t.RequestBody)
		if c.method == "" {
			// Name says which request it is, such as PATCH /Users/Id.
			method, path, _ := strings.Cut(t.Name, " ")
			c.method, c.path, c.body = strings.ToUpper(method), path, t.RequestBody
		}
		c.status, c.answer = status(t.ResponseStatus), t.ResponseBody
		out = append(out, c)
	}
	return out
}

// parseCall reads a request as the file has it: its line, its headers, and its body.
func parseCall(text string) call {
	line, rest, _ := strings.Cut(strings.TrimLeft(text, "\r\n "), "\n")
	method, target, ok := strings.Cut(strings.TrimSpace(line), " ")
	if !ok || method != strings.ToUpper(method) || strings.ContainsAny(method, "{}\"") {
		return call{}
	}
	target, _, _ = strings.Cut(target, " ")
	c := call{method: method, path: target}
	// Some have no empty line before the body.
	if i := strings.IndexByte(rest, '{'); i >= 0 {
		c.body = strings.TrimSpace(rest[i:])
	}
	if _, after, ok := strings.Cut(target, "://"); ok {
		if i := strings.IndexByte(after, '/'); i >= 0 {
			c.path = after[i:]
		} else {
			c.path = "/"
		}
	}
	return c
}

// status reads "200 OK", "BadRequest" or 200.
func status(text string) int {
	var n int
	if _, err := fmt.Sscanf(text, "%d", &n); err == nil {
		return n
	}
	return names[strings.ToLower(strings.ReplaceAll(text, " ", ""))]
}

var names = map[string]int{
	"ok": 200, "created": 201, "accepted": 202, "nocontent": 204, "badrequest": 400, "unauthorized": 401, "forbidden": 403, "notfound": 404,
	"methodnotallowed": 405, "conflict": 409, "preconditionfailed": 412, "unsupportedmediatype": 415, "toomanyrequests": 429,
	"internalservererror": 500, "notimplemented": 501, "badgateway": 502, "serviceunavailable": 503, "gatewaytimeout": 504,
}
