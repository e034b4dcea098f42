package scim_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
)

// TestMe uses /Me as the resource that it stands for (7644-3.11-03, -04, -05, -06).
func TestMe(t *testing.T) {
	t.Parallel()
	var typ, id string
	var fails error
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Me = func(ctx context.Context, p scim.Principal) (string, string, error) {
			if from, _ := scim.PrincipalFrom(ctx); from.TokenID != p.TokenID || p.TokenID != "token-1" {
				return "", "", scim.ErrNotFound
			}
			return typ, id, fails
		}
	})
	group := s.create(t, "/Groups", `{"displayName":"g"}`)
	typ, id = "User", s.create(t, "/Users", `{"userName":"u"}`)
	location := baseURL + "/Users/" + id
	at := func(status int, method, target, body string, header ...string) answer {
		a := s.ok(t, status, method, target, body, header...)
		require.Equal(t, location, a.header.Get("Location"), "7644-3.11-03")
		return a
	}
	get := at(200, "GET", "/Me", "")
	require.Equal(t, s.ok(t, 200, "GET", "/Users/"+id, "").body, get.body, "7644-3.11-03")
	require.Equal(t, location, get.object(t)["meta"].(map[string]any)["location"], "7644-3.11-03")
	require.Empty(t, at(200, "HEAD", "/Me", "").body)
	require.Len(t, at(200, "GET", "/Me?attributes=userName", "").object(t), 3, "7644-3.11-06")
	at(304, "GET", "/Me", "", "If-None-Match", get.header.Get("ETag"))
	at(200, "PATCH", "/Me", patchBody(`{"op":"add","path":"title","value":"T"}`))
	at(412, "PATCH", "/Me", patchBody(`{"op":"add","path":"title","value":"U"}`), "If-Match", get.header.Get("ETag")).requireError(t, 412, "") // 7644-3.11-06
	at(400, "PUT", "/Me", "{").requireError(t, 400, "invalidSyntax")
	require.Equal(t, "v", at(200, "PUT", "/Me", withSchema("/Users", `{"userName":"v"}`)).object(t)["userName"])
	s.refused(t, 501, "", "POST", "/Me", withSchema("/Users", `{"userName":"w"}`)) // 7644-3.11-05
	s.refused(t, 405, "", "TRACE", "/Me", "")
	s.refused(t, 404, "", "GET", "/Me/x", "")
	require.Equal(t, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS", s.ok(t, 204, "OPTIONS", "/Me", "").header.Get("Allow"))
	s.as(tokenB).do(t, "GET", "/Me", "").requireError(t, 404, "") // 7644-3.11-04
	a := s.as("").do(t, "GET", "/Me", "")
	a.requireError(t, 401, "") // 7644-3.11-04
	require.NotEmpty(t, a.header.Get("WWW-Authenticate"), "7644-3.11-04")
	at(204, "DELETE", "/Me", "")
	s.do(t, "GET", "/Me", "").requireError(t, 404, "")

	typ, id = "group", group
	require.Equal(t, "g", s.ok(t, 200, "GET", "/Me", "").object(t)["displayName"])
	for status, set := range map[int]func(){
		404: func() { id = "" }, 403: func() { fails = scim.ErrForbidden }, 500: func() { typ, id, fails = "Nope", group, nil },
	} {
		typ, id, fails = "Group", group, nil
		set()
		s.do(t, "GET", "/Me", "").requireError(t, status, "")
	}
	typ, id, fails = "Group", group, errors.New("secret")
	require.NotContains(t, s.do(t, "GET", "/Me", "").body, "secret")
}

// TestMeUnset checks /Me without Config.Me (7644-3.11-01).
func TestMeUnset(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		a := s.do(t, method, "/Me", "")
		require.Equal(t, 501, a.status, "7644-3.11-01")
	}
}
