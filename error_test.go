package scim_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// TestSentinels checks what each of the package's errors is answered with (7644-3.12-01).
func TestSentinels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err      error
		status   int
		scimType string
	}{
		{scim.ErrInvalidSyntax, 400, "invalidSyntax"}, {scim.ErrInvalidValue, 400, "invalidValue"}, {scim.ErrInvalidPath, 400, "invalidPath"},
		{scim.ErrInvalidFilter, 400, "invalidFilter"}, {scim.ErrMutability, 400, "mutability"}, {scim.ErrNoTarget, 400, "noTarget"},
		{scim.ErrTooMany, 400, "tooMany"}, {scim.ErrUnauthorized, 401, ""}, {scim.ErrForbidden, 403, ""}, {scim.ErrNotFound, 404, ""},
		{scim.ErrUniqueness, 409, "uniqueness"}, {scim.ErrVersionMismatch, 412, ""}, {scim.ErrTooLarge, 413, ""}, {scim.ErrTooManyRequests, 429, ""},
		{scim.ErrNotImplemented, 501, ""}, {scim.ErrUnavailable, 503, ""},
	} {
		for _, err := range []error{tt.err, fmt.Errorf("secret: %w", tt.err), errors.Join(errors.New("secret"), tt.err), scim.Errorf(tt.err, "Another detail.")} {
			w := httptest.NewRecorder()
			scim.WriteError(w, err)
			a := answer{w.Code, w.Header(), w.Body.String()}
			a.requireError(t, tt.status, tt.scimType)
			require.NotContains(t, a.body, "secret")
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.status == 401, w.Header().Get("WWW-Authenticate") != "", "7644-2-01")
		}
		for _, other := range []error{scim.ErrInvalidSyntax, scim.ErrNotFound} {
			require.Equal(t, other == tt.err, errors.Is(tt.err, other))
		}
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"plain": errors.New("secret"), "nil": nil, "no error status": &scim.Error{Status: 204, Detail: "secret"},
		"of schema": &schema.Error{Type: schema.InvalidValue, Rule: "secret"}, "too large": &http.MaxBytesError{Limit: 42},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			scim.WriteError(w, err)
			answer{w.Code, w.Header(), w.Body.String()}.requireError(t, 500, "")
			require.NotContains(t, w.Body.String(), "secret")
		})
	}
	w := httptest.NewRecorder()
	scim.WriteError(w, &scim.Error{Status: 418, Header: http.Header{"retry-after": {"7"}}, Detail: "a \"quoted\"\n<detail>\xff"})
	require.Equal(t, "7", w.Header().Get("Retry-After"))
	require.Equal(t, "a \"quoted\"\n<detail>\ufffd", answer{body: w.Body.String()}.object(t)["detail"])
	w = httptest.NewRecorder()
	scim.WriteError(w, &scim.Error{Status: 409})
	require.Equal(t, "Conflict", answer{body: w.Body.String()}.object(t)["detail"])
}

func TestErrorf(t *testing.T) {
	t.Parallel()
	cause := errors.New("secret cause")
	for _, verb := range []string{"%w", "%v", "%s", "%q", "%+v"} {
		err := scim.Errorf(scim.ErrUniqueness, "The value is taken: "+verb, cause)
		var e *scim.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 409, e.Status)
		require.Equal(t, "uniqueness", e.Type)
		require.NotContains(t, e.Detail, "secret", verb)
		require.ErrorIs(t, err, cause, verb)
		require.Contains(t, err.Error(), "secret cause", "for the log")
	}
	err := scim.Errorf(scim.ErrNotFound, "There is no %s %d.", "row", 7)
	require.EqualError(t, err, "There is no row 7.")
	require.NoError(t, errors.Unwrap(err))
	require.Equal(t, "There is no such resource.", scim.ErrNotFound.Error(), "the sentinel stays")
	var e *scim.Error
	require.ErrorAs(t, scim.Errorf(errors.New("no *Error"), "detail"), &e)
	require.Equal(t, 500, e.Status)
	require.ErrorAs(t, scim.Errorf(fmt.Errorf("x: %w", &scim.Error{Status: 503, Header: http.Header{"Retry-After": {"1"}}}), "detail"), &e)
	require.Equal(t, "1", e.Header.Get("Retry-After"))
	require.Equal(t, "Conflict", (&scim.Error{Status: 409}).Error())
}
