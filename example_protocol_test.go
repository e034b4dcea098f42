package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

// answerTo sends a request to a handler and returns the body of the answer.
func answerTo(h http.Handler, method, target, body string) (answer struct {
	UserName     string
	NextCursor   string
	TotalResults int
}) {
	r := httptest.NewRequest(method, "/scim/v2"+target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer the-token-in-the-identity-provider")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		log.Fatal(err)
	}
	return answer
}

// directory returns a configuration with a new directory.
func directory() *scim.Config {
	n := 0
	d := memstore.New(&memstore.Options{NewID: func() string { n++; return fmt.Sprint(n) }})
	return &scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
	}
}

// A bulk request as one transaction: the second operation fails, and takes the first back.
func ExampleConfig_bulkTransaction() {
	bulk := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"POST","path":"/Users","bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana"}},
		{"method":"POST","path":"/Users","bulkId":"b","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"DANA"}}]}`
	for _, whole := range []bool{false, true} {
		cfg := directory()
		cfg.BulkTransaction = whole
		h, err := scim.NewHandler(cfg)
		if err != nil {
			log.Fatal(err)
		}
		answerTo(h, "POST", "/Bulk", bulk)
		fmt.Println(answerTo(h, "GET", "/Users", "").TotalResults)
	}
	// Output:
	// 1
	// 0
}

// Me says which resource a client is itself: here, tokens belong to users.
func ExampleConfig_me() {
	cfg := directory()
	cfg.Me = func(_ context.Context, p scim.Principal) (resourceType, id string, err error) {
		if p.Tenant != "contoso" {
			return "", "", scim.ErrNotFound
		}
		return "User", "1", nil
	}
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana"}`)
	fmt.Println(answerTo(h, "GET", "/Me", "").UserName)
	// Output:
	// 201 Created
	// dana
}

// A cursor that one replica hands out is good at the others if they share the key.
func ExampleConfig_cursorKey() {
	first, second := directory(), directory()
	second.Resources = first.Resources // the same database
	first.CursorKey = []byte("32 random bytes that are a secret")
	second.CursorKey = first.CursorKey
	a, err := scim.NewHandler(first)
	if err != nil {
		log.Fatal(err)
	}
	b, err := scim.NewHandler(second)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"ann", "bob", "cem"} {
		call(a, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`"}`)
	}
	next := answerTo(a, "GET", "/Users?cursor=&count=2", "").NextCursor
	call(b, "GET", "/Users?count=2&cursor="+url.QueryEscape(next), "")
	// Output:
	// 201 Created
	// 201 Created
	// 201 Created
	// 200 OK
}

// A service that ends TLS itself refuses what comes in clear. Behind a proxy, OverTLS looks at what the proxy says.
func ExampleDirectTLS() {
	cfg := directory()
	cfg.OverTLS = scim.DirectTLS
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	for _, base := range []string{"http://app.example.com", "https://app.example.com"} {
		r := httptest.NewRequest("GET", base+"/scim/v2/Users", nil)
		r.Header.Set("Authorization", "Bearer the-token-in-the-identity-provider")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 403
	// 200
}

// Each customer has a profile of its own: one uses Entra ID, another sends what the RFCs say and wants to hear of anything else.
func ExamplePrincipal() {
	cfg := directory()
	cfg.Authenticate = scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{
		"token-of-contoso":  {Tenant: "contoso", TokenID: "contoso-1", Compat: compat.EntraID},
		"token-of-fabrikam": {Tenant: "fabrikam", TokenID: "fabrikam-1", Compat: compat.Strict, Scopes: []string{"read"}},
	}))
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range []string{"token-of-contoso", "token-of-fabrikam"} {
		r := httptest.NewRequest("POST", "/scim/v2/Users", strings.NewReader(
			`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana","active":"True"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 201
	// 400
}

// The handler is an http.Handler: it is mounted below its base URL, or stripped of it.
func ExampleHandler() {
	h, err := scim.NewHandler(directory())
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", h)
	call(mux, "GET", "/ServiceProviderConfig", "")
	call(http.StripPrefix("/scim/v2", h), "GET", "/ServiceProviderConfig", "")
	// Output:
	// 200 OK
	// 200 OK
}
