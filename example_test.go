package scim_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// call sends a request to a handler, as an identity provider would.
func call(h http.Handler, method, target, body string) {
	r := httptest.NewRequest(method, "/scim/v2"+target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer the-token-in-the-identity-provider")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, http.StatusText(w.Code))
}

var verify = scim.StaticTokens(map[string]scim.Principal{"the-token-in-the-identity-provider": {Tenant: "contoso"}})

// A store with the five methods of ResourceStore is enough for everything that identity providers do; the file minimal_test.go
// has one over a map.
func ExampleNewHandler() {
	users, groups := newMinimal(schema.UserType()), newMinimal(schema.GroupType())
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		Compat:       compat.EntraID,
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", h)

	call(mux, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs@contoso.com"}`)
	call(mux, "PATCH", "/Users/User-1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
	call(mux, "GET", "/Users?filter=active+eq+false", "")
	// Output:
	// 201 Created
	// 200 OK
	// 200 OK
}

// An interceptor sees every operation, however the request was written, and what really changed.
func ExampleInterceptor() {
	disabled := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			if err != nil {
				return nil, err
			}
			for _, c := range res.Changes {
				if c.Path.String() == "active" && !c.New.Bool() {
					fmt.Println("end the sessions of", res.Resource.Get("userName"))
				}
			}
			return res, nil
		}
	}
	d := memstore.New(&memstore.Options{NewID: func() string { return "1" }})
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(d.Users())},
		Interceptors: []scim.Interceptor{disabled},
	})
	if err != nil {
		log.Fatal(err)
	}
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs@contoso.com","active":true}`)
	off := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`
	call(h, "PATCH", "/Users/1", off)
	call(h, "PATCH", "/Users/1", off)
	// Output:
	// 201 Created
	// end the sessions of babs@contoso.com
	// 200 OK
	// 200 OK
}

// Resources other than users and groups need a schema only.
func ExampleResourceType() {
	device, err := schema.NewResourceType("Device", "/Devices", "A device of an employee", &schema.Schema{
		ID: "urn:contoso:params:scim:schemas:Device", Name: "Device", Description: "Device",
		Attributes: []*schema.Attribute{
			{Name: "serialNumber", Required: true, CaseExact: true, Uniqueness: schema.UniqueServer},
			{Name: "lost", Type: schema.TypeBoolean},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{{Type: device, Store: memstore.New(nil).Store(device)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	body := `{"schemas":["urn:contoso:params:scim:schemas:Device"],"serialNumber":"C02","lost":false}`
	call(h, "POST", "/Devices", body)
	call(h, "POST", "/Devices", body)
	// Output:
	// 201 Created
	// 409 Conflict
}

// A store says what the client is told; the cause goes to the log only.
func ExampleErrorf() {
	cause := fmt.Errorf("pq: duplicate key value violates unique constraint")
	err := scim.Errorf(scim.ErrUniqueness, "Another user has this employeeNumber.%w", cause)

	w := httptest.NewRecorder()
	scim.WriteError(w, scim.Errorf(scim.ErrUniqueness, "Another user has this employeeNumber."))
	fmt.Println(w.Code, w.Body)
	fmt.Println(strings.Contains(err.Error(), "duplicate key"))
	// Output:
	// 409 {"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"Another user has this employeeNumber."}
	// true
}
