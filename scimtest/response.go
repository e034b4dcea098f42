package scimtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// A Response is what the service provider answered.
type Response struct {
	// Method and Target are of the request.
	Method, Target string
	Status         int
	Header         http.Header
	Body           string
	// Object is the body, if it is a JSON object, or nil.
	Object Object
	sent   string
}

func newResponse(x Exchange, target string) *Response {
	r := &Response{Method: x.Method, Target: target, Status: x.Status, Header: x.ResponseHeader, Body: x.ResponseBody, sent: x.RequestBody}
	d := json.NewDecoder(strings.NewReader(x.ResponseBody))
	d.UseNumber()
	var o Object
	if d.Decode(&o) == nil && !d.More() {
		r.Object = o
	}
	return r
}

// At returns the value at a path, of attribute names (in any case) and positions, or nil: At("emails", 0, "value").
func (r *Response) At(path ...any) any { return At(r.Object, path...) }

// Str returns the string at a path, or "".
func (r *Response) Str(path ...any) string {
	s, _ := r.At(path...).(string)
	return s
}

// Resources returns the resources of a list response.
func (r *Response) Resources() []Object {
	var out []Object
	list, _ := r.At("Resources").([]any)
	for _, v := range list {
		o, _ := v.(Object)
		out = append(out, o)
	}
	return out
}

// Strings returns the value of an attribute of each resource of a list response.
func (r *Response) Strings(path ...any) []string {
	out := []string{}
	for _, o := range r.Resources() {
		s, _ := At(o, path...).(string)
		out = append(out, s)
	}
	return out
}

// At returns the value at a path in v, of attribute names (in any case) and positions, or nil.
func At(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, ok := v.(Object)
			if !ok {
				return nil
			}
			v, ok = o[step]
			if !ok {
				for name, w := range o {
					if strings.EqualFold(name, step) {
						v = w
					}
				}
			}
		case int:
			a, ok := v.([]any)
			if !ok || step >= len(a) {
				return nil
			}
			v = a[step]
		}
	}
	return v
}

// Find returns the object in a list whose member has the value, or nil.
func Find(list any, name string, value any) Object {
	a, _ := list.([]any)
	for _, v := range a {
		if o, ok := v.(Object); ok && Equal(At(o, name), value) {
			return o
		}
	}
	return nil
}

func unassigned(v any) bool {
	a, ok := v.([]any)
	return v == nil || ok && len(a) == 0
}

// Equal reports whether two values are the same JSON. Numbers are compared as written.
func Equal(a, b any) bool { return reflect.DeepEqual(normal(a), normal(b)) }

func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return v
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var out any
	if d.Decode(&out) != nil {
		return v
	}
	return out
}

// JSON returns v as JSON, for messages.
func JSON(v any) string {
	if v == nil {
		return "nothing"
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return excerpt(string(data))
}

func pathName(path []any) string {
	var b strings.Builder
	for i, p := range path {
		switch p := p.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", p)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, p)
		}
	}
	return b.String()
}
