package elimity_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	theirs "github.com/elimity-com/scim"
	theirerrors "github.com/elimity-com/scim/errors"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
)

// TestErrors checks what a client is told about the errors of a handler.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		err          error
		status       int
		typ, detail  string
		logged, hide string
	}{
		{name: "not found", err: theirerrors.ScimErrorResourceNotFound("t1"), status: 404, detail: "Resource t1 not found."},
		{name: "uniqueness", err: theirerrors.ScimErrorUniqueness, status: 409, typ: "uniqueness", detail: theirerrors.ScimErrorUniqueness.Detail},
		{name: "mutability", err: theirerrors.ScimErrorMutability, status: 400, typ: "mutability", detail: theirerrors.ScimErrorMutability.Detail},
		{name: "own", err: theirerrors.ScimError{Status: 429, Detail: "Slow down."}, status: 429, detail: "Slow down."},
		{name: "pointer", err: &theirerrors.ScimError{Status: 403, Detail: "No."}, status: 403, detail: "No."},
		{
			name: "wrapped", err: fmt.Errorf("row 7: %w", theirerrors.ScimErrorInvalidValue), status: 400, typ: "invalidValue",
			detail: theirerrors.ScimErrorInvalidValue.Detail, logged: "row 7", hide: "row 7",
		},
		{name: "redirect", err: theirerrors.ScimError{Status: 307, Detail: "elsewhere"}, status: 500, logged: "elsewhere", hide: "elsewhere"},
		{name: "no status", err: theirerrors.ScimError{Detail: "what"}, status: 500, logged: "what", hide: "what"},
		{name: "of a database", err: errors.New("pq: relation users"), status: 500, logged: "pq: relation users", hide: "pq"},
		{name: "of a context", err: context.DeadlineExceeded, status: 503},
		{name: "ours", err: scim.Errorf(scim.ErrForbidden, "Not you."), status: 403, detail: "Not you."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, logged := get(t, theirs.Resource{}, tt.err)
			require.Equal(t, tt.status, a.status, a.text)
			if tt.typ != "" {
				require.Equal(t, tt.typ, a.body["scimType"])
			}
			if tt.detail != "" {
				require.Equal(t, tt.detail, a.body["detail"])
			}
			require.Contains(t, logged, tt.logged)
			if tt.hide != "" {
				require.NotContains(t, a.text, tt.hide)
			}
		})
	}
}

// failing is a handler whose methods all fail.
type failing struct{ err error }

func (f failing) Create(*http.Request, theirs.ResourceAttributes) (theirs.Resource, error) {
	return theirs.Resource{}, f.err
}
func (f failing) Get(_ *http.Request, id string) (theirs.Resource, error) {
	return theirs.Resource{ID: id, Attributes: theirs.ResourceAttributes{"userName": "ann"}}, nil
}
func (f failing) GetAll(*http.Request, theirs.ListRequestParams) (theirs.Page, error) {
	return theirs.Page{}, f.err
}
func (f failing) Replace(*http.Request, string, theirs.ResourceAttributes) (theirs.Resource, error) {
	return theirs.Resource{}, f.err
}
func (f failing) Delete(*http.Request, string) error { return f.err }
func (f failing) Patch(*http.Request, string, []theirs.PatchOperation) (theirs.Resource, error) {
	panic("not called")
}

// TestEveryMethodFails checks that the error of each method reaches the client as what it is.
func TestEveryMethodFails(t *testing.T) {
	t.Parallel()
	typ := newUsers().typ
	typ.Handler = failing{theirerrors.ScimErrorMutability}
	s := newService(t, &elimity.Options{Filters: []string{"userName"}}, typ)
	for _, tt := range [][3]string{
		{"POST", "/Users", user("bob")},
		{"GET", "/Users", ""},
		{"GET", "/Users?sortBy=userName", ""},
		{"GET", "/Users?filter=userName%20eq%20%22ann%22", ""},
		{"PUT", "/Users/u1", user("bob")},
		{"PATCH", "/Users/u1", `{"schemas":["` + patchURN + `"],"Operations":[{"op":"add","path":"title","value":"Dr"}]}`},
		{"DELETE", "/Users/u1", ""},
	} {
		a := s.do(t, tt[0], tt[1], tt[2])
		require.Equal(t, []any{400, "mutability"}, []any{a.status, a.body["scimType"]}, "%s %s: %s", tt[0], tt[1], a.text)
	}
}
