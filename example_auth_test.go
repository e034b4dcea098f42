package scim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

// Each customer has a token of its own, and with it the tenant and the profile of its identity provider.
func ExampleBearerTokens() {
	authenticate := scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{
		"PHV6Q2Z3N5YV7K2D3XH4T6WJ4A": {Tenant: "contoso", TokenID: "contoso-1", Compat: compat.EntraID},
	}))
	r := httptest.NewRequest("GET", "/scim/v2/Users", nil)
	_, err := authenticate(r)
	fmt.Println(err)
	r.Header.Set("Authorization", "Bearer PHV6Q2Z3N5YV7K2D3XH4T6WJ4A")
	p, err := authenticate(r)
	fmt.Println(p.Tenant, p.Compat.Name(), err)
	// Output:
	// The request has no Authorization header: send one with a bearer token.
	// contoso EntraID <nil>
}

// The application's own middleware authenticates, and tells the handler who it is.
func ExampleAuthenticatedByMiddleware() {
	d := memstore.New(nil)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.AuthenticatedByMiddleware,
		Resources:    []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	middleware := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "of contoso" {
			scim.WriteError(w, scim.ErrUnauthorized)
			return
		}
		h.ServeHTTP(w, r.WithContext(scim.WithPrincipal(r.Context(), scim.Principal{Tenant: "contoso"})))
	})
	for _, key := range []string{"", "of contoso"} {
		r := httptest.NewRequest("GET", "/scim/v2/Users", nil)
		r.Header.Set("X-Api-Key", key)
		w := httptest.NewRecorder()
		middleware.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 401
	// 200
}

// A store reads the tenant from the context, and fails closed.
func ExamplePrincipalFrom() {
	tenantOf := func(ctx context.Context) (string, error) {
		p, ok := scim.PrincipalFrom(ctx)
		if !ok || p.Tenant == "" {
			return "", scim.ErrForbidden
		}
		return p.Tenant, nil
	}
	fmt.Println(tenantOf(context.Background()))
	fmt.Println(tenantOf(scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "contoso"})))
	// Output:
	//  The operation is not allowed.
	// contoso <nil>
}

// Tokens from a configuration file. Who makes tokens for customers keeps digests of them in a table instead, and looks
// them up in the function for BearerTokens.
func ExampleStaticTokens() {
	verify := scim.StaticTokens(map[string]scim.Principal{"PHV6Q2Z3N5YV7K2D3XH4T6WJ4A": {Tenant: "contoso"}})
	p, err := verify(context.Background(), "PHV6Q2Z3N5YV7K2D3XH4T6WJ4A")
	fmt.Println(p.Tenant, err)
	_, err = verify(context.Background(), "PHV6Q2Z3N5YV7K2D3XH4T6WJ4B")
	fmt.Println(err == scim.ErrUnauthorized)
	// Output:
	// contoso <nil>
	// true
}

// A program that uses a store without a request says for which tenant.
func ExampleWithPrincipal() {
	users := memstore.New(nil).Users()
	ctx := scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "contoso"})
	for r, err := range users.List(ctx, scim.Projection{}) {
		fmt.Println(r, err)
	}
	p, ok := scim.PrincipalFrom(ctx)
	fmt.Println(p.Tenant, ok)
	// Output: contoso true
}
