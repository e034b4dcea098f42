package elimity_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	theirs "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/schema"
)

// TestEntra provisions a user and a group as Microsoft Entra ID does, over HTTP, into a handler that has never heard of it.
func TestEntra(t *testing.T) {
	t.Parallel()
	users, groups := newUsers(), newGroups()
	s := newService(t, nil, users.typ, groups.typ)

	lookup := "/Users?filter=" + url.QueryEscape(`userName eq "Ann@example.com"`)
	require.EqualValues(t, 0, s.must(t, 200, "GET", lookup, "").body["totalResults"])
	made := s.must(t, 201, "POST", "/Users", `{"schemas":["`+userURN+`","`+enterURN+`"],"userName":"ann@example.com","externalId":"x-1","active":"True",
		"emails":[{"primary":true,"type":"work","value":"ann@example.com"}],"`+enterURN+`":{"department":"Sales"}}`)
	id := made.body["id"].(string)
	require.Equal(t, "https://app.example.com/scim/v2/Users/"+id, made.header.Get("Location"))
	require.EqualValues(t, 1, s.must(t, 200, "GET", lookup, "").body["totalResults"])

	users.callsSince()
	off := s.patch(t, 200, "/Users/"+id, `{"op":"Replace","path":"active","value":"False"}`)
	require.Equal(t, false, off.body["active"])
	require.Equal(t, []string{"Get", "Replace"}, users.callsSince())
	s.patch(t, 200, "/Users/"+id, `{"op":"Replace","path":"active","value":"False"}`)
	require.Equal(t, []string{"Get"}, users.callsSince(), "a PATCH that changes nothing wrote")

	s.patch(t, 200, "/Users/"+id, `
		{"op":"Add","path":"name.givenName","value":"Ann"},
		{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ann@example.org"},
		{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+1 555 0100"},
		{"op":"Add","path":"`+enterURN+`:manager","value":"u9"},
		{"op":"Remove","path":"externalId"},
		{"op":"Add","value":{"name.familyName":"Lee","`+enterURN+`:costCenter":"7"}}`)
	require.Equal(t, theirs.ResourceAttributes{
		"userName": "ann@example.com",
		"active":   false,
		"name":     map[string]interface{}{"givenName": "Ann", "familyName": "Lee"},
		"emails":   []interface{}{map[string]interface{}{"primary": true, "type": "work", "value": "ann@example.org"}},
		"phoneNumbers": []interface{}{
			map[string]interface{}{"type": "mobile", "value": "+1 555 0100"},
		},
		enterURN: map[string]interface{}{"department": "Sales", "costCenter": "7", "manager": map[string]interface{}{"value": "u9"}},
	}, users.stored(t, id))

	group := s.must(t, 201, "POST", "/Groups", `{"schemas":["`+groupURN+`"],"displayName":"all"}`).body["id"].(string)
	s.patch(t, 204, "/Groups/"+group, `{"op":"Add","path":"members","value":[{"value":"`+id+`"},{"value":"u9"}]}`)
	s.patch(t, 204, "/Groups/"+group, `{"op":"Remove","path":"members","value":[{"value":"`+id+`"}]}`)
	require.Len(t, s.must(t, 200, "GET", "/Groups/"+group, "").body["members"], 1)
	require.Equal(t, []interface{}{map[string]interface{}{"value": "u9"}}, groups.stored(t, group)["members"])

	put := s.must(t, 200, "PUT", "/Users/"+id, user("bob@example.com"))
	require.NotContains(t, put.body, "name")
	require.Equal(t, theirs.ResourceAttributes{"userName": "bob@example.com"}, users.stored(t, id))

	s.must(t, 204, "DELETE", "/Users/"+id, "")
	s.must(t, 404, "GET", "/Users/"+id, "")
	s.must(t, 404, "DELETE", "/Users/"+id, "")
	require.NotContains(t, append(users.callsSince(), groups.callsSince()...), "Patch")
}

// TestReadOnly checks that what the handler fills in itself is shown, and not given back to it: elimity's server leaves
// readOnly attributes out of what it validates.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	users := newUsers()
	s := newService(t, nil, users.typ)
	s.must(t, 201, "POST", "/Users", user("ann"))
	users.rows[0].attributes["groups"] = []interface{}{map[string]interface{}{"value": "g1"}}
	require.Len(t, s.must(t, 200, "GET", "/Users/u1", "").body["groups"], 1)
	s.patch(t, 200, "/Users/u1", `{"op":"add","path":"title","value":"Dr"}`)
	require.Equal(t, theirs.ResourceAttributes{"userName": "ann", "title": "Dr"}, users.stored(t, "u1"))
}

// TestWriteOnly checks that a password which the handler returns is neither shown nor lost (RFC 7643 §7).
func TestWriteOnly(t *testing.T) {
	t.Parallel()
	users := newUsers()
	store, err := elimity.New(users.typ, nil)
	require.NoError(t, err)
	s := serve(t, []scim.ResourceType{scim.Users(store)}, nil)
	made := s.must(t, 201, "POST", "/Users", `{"schemas":["`+userURN+`"],"userName":"ann","password":"t0p"}`)
	require.NotContains(t, made.text, "t0p")
	s.patch(t, 200, "/Users/u1", `{"op":"add","path":"title","value":"Dr"}`)
	s.must(t, 200, "PUT", "/Users/u1", user("bob"))
	require.Equal(t, "t0p", users.stored(t, "u1")["password"])

	r := &scim.Resource{ID: "u1", Attributes: store.Type().Object()}
	require.NoError(t, r.Attributes.Set("userName", "eve"))
	_, err = store.Replace(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "t0p", users.stored(t, "u1")["password"])
	r.Attributes = r.Attributes.With(store.Type().Attribute("password"), schema.Null())
	_, err = store.Replace(t.Context(), r)
	require.NoError(t, err)
	require.NotContains(t, users.stored(t, "u1"), "password")
}

// TestConditions checks If-Match and If-None-Match, of which a handler knows nothing (RFC 7644 §3.14).
func TestConditions(t *testing.T) {
	t.Parallel()
	s := newService(t, nil, newUsers().typ)
	first := s.must(t, 201, "POST", "/Users", user("ann")).header.Get("ETag")
	require.Equal(t, `W/"v1"`, first)
	second := s.must(t, 200, "PUT", "/Users/u1", user("bob"), "If-Match", first).header.Get("ETag")
	require.NotEqual(t, first, second)
	s.must(t, 412, "PUT", "/Users/u1", user("eve"), "If-Match", first)
	s.must(t, 412, "DELETE", "/Users/u1", "", "If-Match", first)
	s.must(t, 304, "GET", "/Users/u1", "", "If-None-Match", second)
	s.must(t, 204, "DELETE", "/Users/u1", "", "If-Match", second)
}

// TestStoreConditions checks the versions that a store is given by other callers than the handler.
func TestStoreConditions(t *testing.T) {
	t.Parallel()
	users := newUsers()
	store, err := elimity.New(users.typ, nil)
	require.NoError(t, err)
	r := &scim.Resource{Attributes: store.Type().Object()}
	require.NoError(t, r.Attributes.Set("userName", "ann"))
	made, err := store.Create(t.Context(), r)
	require.NoError(t, err)

	stale := *made
	require.NoError(t, stale.Attributes.Set("title", "Dr"))
	stale.Meta.Version = "v0"
	_, err = store.Replace(t.Context(), &stale)
	require.ErrorIs(t, err, scim.ErrVersionMismatch)
	require.ErrorIs(t, store.Delete(t.Context(), made.ID, "v0"), scim.ErrVersionMismatch)
	require.Equal(t, theirs.ResourceAttributes{"userName": "ann"}, users.stored(t, made.ID))

	same, err := store.Replace(t.Context(), made)
	require.NoError(t, err)
	require.Equal(t, made.Meta, same.Meta, "a write that changes nothing made a version")
	require.NoError(t, store.Delete(t.Context(), made.ID, made.Meta.Version))
	_, err = store.Replace(t.Context(), made)
	require.ErrorIs(t, err, scim.ErrNotFound)
}

// TestWaiting checks that a writer waits for another of the same resource only, and not longer than its context lasts.
func TestWaiting(t *testing.T) {
	t.Parallel()
	users := newUsers()
	store, err := elimity.New(users.typ, nil)
	require.NoError(t, err)
	for _, name := range []string{"ann", "bob"} {
		r := &scim.Resource{Attributes: store.Type().Object()}
		require.NoError(t, r.Attributes.Set("userName", name))
		_, err := store.Create(t.Context(), r)
		require.NoError(t, err)
	}
	inside, stop, done := make(chan struct{}), make(chan struct{}), make(chan error)
	failed := errors.New("stopped")
	go func() {
		_, err := store.Update(context.Background(), "u1", scim.Projection{}, func(*scim.Resource) error {
			close(inside)
			<-stop
			return failed
		})
		done <- err
	}()
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, store.Delete(ctx, "u1", ""), context.DeadlineExceeded)
	require.NoError(t, store.Delete(t.Context(), "u2", ""))
	close(stop)
	require.ErrorIs(t, <-done, failed)
	require.NoError(t, store.Delete(t.Context(), "u1", ""))
}

// TestKeepRequest checks what a handler sees of the request.
func TestKeepRequest(t *testing.T) {
	t.Parallel()
	users := newUsers()
	s := newService(t, nil, users.typ)
	s.must(t, 201, "POST", "/Users", user("ann"))

	s.must(t, 200, "PUT", "/Users/u1", user("bob"), "X-Tenant", "acme", "If-Match", "*")
	r := users.request
	require.Equal(t, []string{"PUT", "/Users/u1", "acme", ""}, []string{r.Method, r.URL.String(), r.Header.Get("X-Tenant"), r.Header.Get("If-Match")})
	require.Equal(t, http.NoBody, r.Body)
	p, ok := scim.PrincipalFrom(r.Context())
	require.True(t, ok)
	require.Equal(t, "t", p.Tenant)

	s.must(t, 200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/u1"}]}`, "X-Tenant", "acme")
	r = users.request
	require.Equal(t, []string{"DELETE", "/Users/u1", "acme"}, []string{r.Method, r.URL.String(), r.Header.Get("X-Tenant")})

	s.must(t, 200, "GET", "/Users?count=7&attributes=userName", "")
	require.Equal(t, "/Users?count=7&startIndex=1", users.request.URL.String())
	s.must(t, 404, "GET", "/Users/a%2Fb%3Fc", "")
	require.Equal(t, "/Users/a%2Fb%3Fc", users.request.URL.String())

	// Without it a handler gets a request all the same.
	store, err := elimity.New(users.typ, nil)
	require.NoError(t, err)
	_, err = store.Get(t.Context(), "u1", scim.Projection{})
	require.ErrorIs(t, err, scim.ErrNotFound)
	require.Equal(t, []string{"GET", "/Users/u1", ""}, []string{users.request.Method, users.request.URL.String(), users.request.Header.Get("X-Tenant")})
}
