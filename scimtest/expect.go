package scimtest

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// The media type and the schema URIs of the protocol.
const (
	MediaType = "application/scim+json"

	ListURN         = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	SearchURN       = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	PatchURN        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	BulkURN         = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	BulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	ErrorURN        = "urn:ietf:params:scim:api:messages:2.0:Error"

	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	ConfigURN     = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	TypeURN       = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	SchemaURN     = "urn:ietf:params:scim:schemas:core:2.0:Schema"
)

// An Expectation checks one thing about a response, and says what was expected and what came.
type Expectation func(*Response) error

// Check returns what of the expectations is not met first, or nil.
func (r *Response) Check(expected ...Expectation) error {
	for _, e := range expected {
		if err := e(r); err != nil {
			return fmt.Errorf("%s %s: %w", r.Method, r.Target, err)
		}
	}
	return nil
}

// excerpt shortens a body for messages.
func excerpt(body string) string {
	if len(body) > 400 {
		body = body[:400] + "…"
	}
	if body == "" {
		return "no body"
	}
	return body
}

// summary is the body, but for lists of resources: what a filter that is ignored or a wrong token brings to light are people's data.
func (r *Response) summary() string {
	if list := r.Resources(); len(list) > 0 {
		return fmt.Sprintf("a list of %d resources", len(list))
	}
	return excerpt(r.Body)
}

// Status expects one of the HTTP statuses.
func Status(want ...int) Expectation {
	return func(r *Response) error {
		if slices.Contains(want, r.Status) {
			return nil
		}
		var names []string
		for _, w := range want {
			names = append(names, fmt.Sprintf("%d %s", w, http.StatusText(w)))
		}
		return fmt.Errorf("expected status %s, got %d: %s", strings.Join(names, " or "), r.Status, r.summary())
	}
}

// Media expects a body of the media type of SCIM, in UTF-8.
func Media() Expectation {
	return func(r *Response) error {
		t, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || t != MediaType || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
			return fmt.Errorf("expected the content type %s, got %q", MediaType, r.Header.Get("Content-Type"))
		}
		return nil
	}
}

// Body expects a JSON object.
func Body() Expectation {
	return func(r *Response) error {
		if r.Object == nil {
			return fmt.Errorf("expected a JSON object, got status %d with %s", r.Status, excerpt(r.Body))
		}
		return nil
	}
}

// Empty expects no body.
func Empty() Expectation {
	return func(r *Response) error {
		if r.Body != "" {
			return fmt.Errorf("expected no body, got %s", excerpt(r.Body))
		}
		return nil
	}
}

// Error expects a SCIM error (RFC 7644 §3.12) with one of the scimTypes, or without one if none is given.
func Error(status int, scimTypes ...string) Expectation {
	return func(r *Response) error {
		if err := Status(status)(r); err != nil {
			return err
		}
		if err := ErrorBody()(r); err != nil {
			return err
		}
		got := r.At("scimType")
		if len(scimTypes) == 0 {
			if got != nil {
				return fmt.Errorf("expected an error without scimType, got %v: %s", got, excerpt(r.Body))
			}
			return nil
		}
		if s, _ := got.(string); !slices.Contains(scimTypes, s) {
			return fmt.Errorf("expected scimType %s, got %v: %s", strings.Join(scimTypes, " or "), got, excerpt(r.Body))
		}
		return nil
	}
}

// ErrorBody expects the body of a SCIM error (RFC 7644 §3.12): its schema URI, the status as a string and equal to that of HTTP,
// a detail that is not empty.
func ErrorBody() Expectation {
	return func(r *Response) error {
		if err := Media()(r); err != nil {
			return fmt.Errorf("an error of status %d: %w", r.Status, err)
		}
		if err := Schemas(ErrorURN)(r); err != nil {
			return err
		}
		if s, ok := r.At("status").(string); !ok || s != fmt.Sprint(r.Status) {
			return fmt.Errorf(`expected the member "status" to be the string %q, got %s`, fmt.Sprint(r.Status), JSON(r.At("status")))
		}
		if r.Str("detail") == "" {
			return fmt.Errorf("expected a detail, got %s", excerpt(r.Body))
		}
		return nil
	}
}

// Schemas expects the member schemas to hold just these URIs, in any order.
func Schemas(want ...string) Expectation {
	return func(r *Response) error {
		list, ok := r.At("schemas").([]any)
		var got []string
		for _, v := range list {
			s, _ := v.(string)
			got = append(got, s)
		}
		w := slices.Clone(want)
		slices.Sort(w)
		slices.Sort(got)
		if !ok || !slices.Equal(got, w) {
			return fmt.Errorf("expected schemas %v, got %s", want, JSON(r.At("schemas")))
		}
		return nil
	}
}

// Header expects a header with the value; with "", that there is none.
func Header(name, want string) Expectation {
	return func(r *Response) error {
		if got := r.Header.Get(name); got != want {
			return fmt.Errorf("expected the header %s to be %q, got %q", name, want, got)
		}
		return nil
	}
}

// HasHeader expects a header.
func HasHeader(name string) Expectation {
	return func(r *Response) error {
		if r.Header.Get(name) == "" {
			return fmt.Errorf("expected the header %s, got none", name)
		}
		return nil
	}
}

// Attr expects the value at a path.
func Attr(want any, path ...any) Expectation {
	return func(r *Response) error {
		if got := r.At(path...); !Equal(got, want) {
			return fmt.Errorf("expected %s to be %s, got %s", pathName(path), JSON(want), JSON(got))
		}
		return nil
	}
}

// HasAttr expects a value at a path, which is neither null nor [] nor "".
func HasAttr(path ...any) Expectation {
	return func(r *Response) error {
		if got := r.At(path...); unassigned(got) || got == "" {
			return fmt.Errorf("expected a value of %s, got %s", pathName(path), JSON(got))
		}
		return nil
	}
}

// NoAttr expects no value at a path: absent, null or [] (RFC 7643 §2.5).
func NoAttr(path ...any) Expectation {
	return func(r *Response) error {
		if err := Body()(r); err != nil {
			return err
		}
		if got := r.At(path...); !unassigned(got) {
			return fmt.Errorf("expected no value of %s, got %s", pathName(path), JSON(got))
		}
		return nil
	}
}

// Absent expects that there is no member at a path, not even null.
func Absent(path ...any) Expectation {
	return func(r *Response) error {
		if err := Body()(r); err != nil {
			return err
		}
		parent, _ := r.At(path[:len(path)-1]...).(Object)
		for name, v := range parent {
			if last, _ := path[len(path)-1].(string); strings.EqualFold(name, last) {
				return fmt.Errorf("expected no member %s, got %s", pathName(path), JSON(v))
			}
		}
		return nil
	}
}

// Count expects a list of n values at a path.
func Count(n int, path ...any) Expectation {
	return func(r *Response) error {
		a, _ := r.At(path...).([]any)
		if len(a) != n && pathName(path) == "Resources" {
			return fmt.Errorf("expected %d resources, got %s", n, r.summary())
		}
		if len(a) != n {
			return fmt.Errorf("expected %d values of %s, got %s", n, pathName(path), JSON(r.At(path...)))
		}
		return nil
	}
}

// List expects a list response (RFC 7644 §3.4.2) of n results in all; -1 is any number.
func List(n int) Expectation {
	return func(r *Response) error {
		if err := r.check(Status(http.StatusOK), Media(), Schemas(ListURN)); err != nil {
			return err
		}
		total, ok := r.At("totalResults").(json.Number)
		if !ok {
			return fmt.Errorf("expected totalResults to be a number, got %s", JSON(r.At("totalResults")))
		}
		if n >= 0 && total.String() != fmt.Sprint(n) {
			return fmt.Errorf("expected %d results, got %s: %s", n, total, r.summary())
		}
		return nil
	}
}

// check is Check without the request in front, for expectations made of others.
func (r *Response) check(expected ...Expectation) error {
	for _, e := range expected {
		if err := e(r); err != nil {
			return err
		}
	}
	return nil
}

// Same expects the body and the ETag to be those of another response.
func Same(other *Response) Expectation {
	return func(r *Response) error {
		if r.Status != other.Status || r.Body != other.Body || r.Header.Get("ETag") != other.Header.Get("ETag") {
			return fmt.Errorf("expected what %s %s gave before, status %d, ETag %s, %s; got status %d, ETag %s, %s", other.Method, other.Target,
				other.Status, other.Header.Get("ETag"), excerpt(other.Body), r.Status, r.Header.Get("ETag"), excerpt(r.Body))
		}
		return nil
	}
}
