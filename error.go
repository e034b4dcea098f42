package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// An Error is an error response (RFC 7644 §3.12). Stores, interceptors and authenticators return one, or an error that wraps
// one, to say what the client is told; see [Errorf].
type Error struct {
	// Status is the HTTP status code.
	Status int
	// Type is the detail error keyword of RFC 7644 §3.12, such as "uniqueness", or "".
	Type string
	// Detail is sent to the client, where an administrator of the customer reads it: it says what is wrong and what to do,
	// and holds no secrets, no SQL and no data of others.
	Detail string
	// Header is added to the response: Retry-After, WWW-Authenticate, Allow.
	Header http.Header
	// Err is the cause, for the log only.
	Err error
}

// Error returns the detail, and the cause if there is one.
func (e *Error) Error() string {
	s := e.Detail
	if s == "" {
		s = http.StatusText(e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an [*Error] of the same status and type.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Status == e.Status && t.Type == e.Type
}

// The errors that stores, interceptors and authenticators return, alone, wrapped, or through [Errorf].
var (
	ErrInvalidSyntax   error = &Error{Status: 400, Type: "invalidSyntax", Detail: "The request body is not what the SCIM protocol asks for."}
	ErrInvalidValue    error = &Error{Status: 400, Type: "invalidValue", Detail: "A value is missing or not allowed."}
	ErrInvalidPath     error = &Error{Status: 400, Type: "invalidPath", Detail: "The path leads to no attribute."}
	ErrInvalidFilter   error = &Error{Status: 400, Type: "invalidFilter", Detail: "The filter is not valid."}
	ErrMutability      error = &Error{Status: 400, Type: "mutability", Detail: "The attribute can't be changed."}
	ErrNoTarget        error = &Error{Status: 400, Type: "noTarget", Detail: "The path selects no value."}
	ErrTooMany         error = &Error{Status: 400, Type: "tooMany", Detail: "There are too many results: use a narrower filter."}
	ErrUnauthorized    error = &Error{Status: 401, Detail: "Authentication is required: check the token in the identity provider's configuration."}
	ErrForbidden       error = &Error{Status: 403, Detail: "The operation is not allowed."}
	ErrNotFound        error = &Error{Status: 404, Detail: "There is no such resource."}
	ErrUniqueness      error = &Error{Status: 409, Type: "uniqueness", Detail: "A value that must be unique is taken."}
	ErrVersionMismatch error = &Error{Status: 412, Detail: "The resource has changed since the version in If-Match: read it again."}
	ErrTooLarge        error = &Error{Status: 413, Detail: "The request is too large."}
	ErrTooManyRequests error = &Error{Status: 429, Detail: "There are too many requests: try again later."}
	ErrNotImplemented  error = &Error{Status: 501, Detail: "The service provider does not support this."}
	ErrUnavailable     error = &Error{Status: 503, Detail: "The service is not available: try again later."}
)

// Errorf returns an error like sentinel, which is one of the package's errors or any [*Error], with another detail. The detail
// is sent to the client. An operand that is an error becomes the cause, which is logged; its text is not in the detail,
// whatever the verb.
func Errorf(sentinel error, format string, args ...any) error {
	e := Error{Status: http.StatusInternalServerError}
	var s *Error
	if errors.As(sentinel, &s) {
		e = *s
	}
	var causes []error
	shown := make([]any, len(args))
	for i, a := range args {
		shown[i] = a
		if err, ok := a.(error); ok {
			causes = append(causes, err)
			shown[i] = concealed{err}
		}
	}
	e.Detail = fmt.Errorf(format, shown...).Error()
	e.Err = errors.Join(causes...)
	return &e
}

// concealed keeps the text of a cause out of a detail.
type concealed struct{ error }

func (c concealed) Error() string { return "see the server's log" }

// failure returns what the client is told about an error of a store, an interceptor or an authenticator. What is no [*Error]
// says nothing (500): it may hold anything, and not even an error of schema need be about the request.
func failure(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e) && e.Status >= 400 && e.Status < 600:
		return e
	case e == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		return &Error{Status: http.StatusServiceUnavailable, Detail: "The request took too long: try again later.", Err: err}
	}
	return &Error{Status: http.StatusInternalServerError, Detail: internalDetail, Err: err}
}

// describe returns what the client is told about err, which may be about the request.
func describe(err error) *Error {
	var (
		e        *Error
		inPatch  *patch.Error
		inSchema *schema.Error
		inFilter *filter.SyntaxError
		tooLarge *http.MaxBytesError
	)
	switch {
	case errors.As(err, &e):
	case errors.Is(err, patch.ErrTooManyOperations):
		return &Error{Status: http.StatusRequestEntityTooLarge, Detail: err.Error()}
	case errors.As(err, &inSchema):
		detail := inSchema.Error()
		if errors.As(err, &inPatch) {
			detail = inPatch.Error()
		}
		return &Error{Status: http.StatusBadRequest, Type: string(inSchema.Type), Detail: detail}
	case errors.As(err, &inFilter):
		return &Error{Status: http.StatusBadRequest, Type: "invalidFilter", Detail: inFilter.Error()}
	case errors.As(err, &tooLarge):
		return &Error{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("The request body is larger than %d bytes: send fewer values in one request.", tooLarge.Limit)}
	}
	return failure(err)
}

// notFound gives a 404 the text that helps: which type and what to do.
func notFound(rs *resources, id string, err error) error {
	var e *Error
	if errors.Is(err, ErrNotFound) && errors.As(err, &e) && e.Detail == ErrNotFound.(*Error).Detail {
		return &Error{Status: http.StatusNotFound, Detail: "There is no " + rs.Name() + " with the id " + id + ": it was deleted, or never existed.", Err: e.Err}
	}
	return err
}

const internalDetail = "The service provider failed. Its log has the reason."

// errorURI is the schema of error responses (RFC 7644 §3.12).
const errorURI = "urn:ietf:params:scim:api:messages:2.0:Error"

// appendError appends the body of an error response.
func appendError(dst []byte, e *Error) []byte {
	dst = append(dst, `{"schemas":["`+errorURI+`"],"status":"`...)
	dst = strconv.AppendInt(dst, int64(e.Status), 10)
	dst = append(dst, '"')
	if e.Type != "" {
		dst = wire.AppendString(append(dst, `,"scimType":`...), e.Type)
	}
	detail := e.Detail
	if detail == "" {
		detail = http.StatusText(e.Status)
	}
	dst = wire.AppendString(append(dst, `,"detail":`...), detail)
	return append(dst, '}')
}

// WriteError writes err as a SCIM error response, for middleware in front of the handler. Errors that are no [*Error] are
// answered with 500 and no detail; log them.
func WriteError(w http.ResponseWriter, err error) {
	writeError(w, failure(err), mediaSCIM, false)
}

func writeError(w http.ResponseWriter, e *Error, media string, head bool) {
	h := w.Header()
	for name, values := range e.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if e.Status == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	writeBody(w, e.Status, media, appendError(nil, e), head)
}
