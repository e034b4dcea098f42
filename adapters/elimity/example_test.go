package elimity_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/compat"
)

// A handler that the application has had all along, and a PATCH as Microsoft Entra ID sends it.
func ExampleNew() {
	users := newUsers().typ // an elimity ResourceType with its Handler
	store, err := elimity.New(users, &elimity.Options{Filters: []string{"userName", "externalId"}})
	if err != nil {
		log.Fatal(err)
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "acme"}})),
		Resources:    []scim.ResourceType{scim.Users(store)},
		Compat:       compat.EntraID,
	})
	if err != nil {
		log.Fatal(err)
	}
	send := func(method, path, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/scim+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Get("ETag"))
	}
	send("POST", "/scim/v2/Users", user("ann"))
	send("PATCH", "/scim/v2/Users/u1", `{"schemas":["`+patchURN+`"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
	// Output:
	// 201 W/"v1"
	// 200 W/"v2"
}

// Handlers that read a header keep working with the client's request at hand.
func ExampleKeepRequest() {
	mux := http.NewServeMux()
	var h *scim.Handler // made with NewHandler
	mux.Handle("/scim/v2/", elimity.KeepRequest(h))
}
