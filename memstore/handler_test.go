package memstore_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
)

// TestHandler sends requests through the handler, to see that it finds the capabilities and that texts reach the client.
func TestHandler(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://example.com/scim/v2",
		Authenticate: func(*http.Request) (scim.Principal, error) { return scim.Principal{Tenant: "acme"}, nil },
		Resources:    []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
		Logger:       slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	send := func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/scim+json")
		h.ServeHTTP(w, r)
		return w
	}
	ctx := tenant(t, "acme")
	w := send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen","password":"t1meMa$heen"}`)
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	user := list(t, d.Users(), ctx)[0]
	w = send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"BJENSEN"}`)
	require.Equal(t, http.StatusConflict, w.Code, w.Body)
	require.Contains(t, w.Body.String(), "userName is taken")

	group := create(t, d.Groups(), ctx, "displayName", "Tour Guides")
	patch := func(id string) *httptest.ResponseRecorder {
		return send("PATCH", "/Groups/"+group.ID, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
			{"op":"add","path":"members","value":[{"value":"`+id+`"}]}]}`)
	}
	w = patch(user.ID)
	require.Equal(t, http.StatusNoContent, w.Code, w.Body)
	require.Equal(t, `W/"`+string(get(t, d.Groups(), ctx, group.ID).Meta.Version)+`"`, w.Header().Get("ETag"))
	w = patch("nope")
	require.Equal(t, http.StatusBadRequest, w.Code, w.Body)
	require.Contains(t, w.Body.String(), `members: there is no user or group with id \"nope\" in this tenant`)

	w = send("GET", "/Groups/"+group.ID, "")
	require.Contains(t, w.Body.String(), `"$ref":"https://example.com/scim/v2/Users/`+user.ID+`"`)
	w = send("GET", "/Users/"+user.ID, "")
	require.Contains(t, w.Body.String(), `"type":"direct"`)
	require.NotContains(t, w.Body.String(), "t1me")
	w = send("GET", "/Groups?filter="+strings.ReplaceAll(`id eq "`+group.ID+`" and members eq "`+user.ID+`"`, " ", "%20"), "")
	require.Contains(t, w.Body.String(), `"totalResults":1`)
}
