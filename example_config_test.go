package scim_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

// What happens in a TxInterceptor is committed or rolled back with the change: an audit row, an event to send.
func ExampleConfig_txInterceptors() {
	d := memstore.New(nil)
	audit := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			if err == nil {
				for _, c := range res.Changes {
					fmt.Println(op.Kind, c.Path) // an INSERT through the transaction that ctx carries
				}
			}
			return res, err
		}
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:        "https://app.example.com/scim/v2",
		Authenticate:   scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{"token-of-the-example": {Tenant: "contoso"}})),
		Resources:      []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
		TxInterceptors: []scim.Interceptor{audit},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("POST", "/scim/v2/Users", strings.NewReader(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana"}`))
	r.Header.Set("Authorization", "Bearer token-of-the-example")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output:
	// create userName
	// 201
}

// A handler with everything the protocol leaves to the application: bulk requests as one transaction, /Me, cursors that all replicas
// understand, and no request that came in clear.
func ExampleConfig() {
	d := memstore.New(nil)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:         "https://app.example.com/scim/v2",
		Authenticate:    scim.AuthenticatedByMiddleware,
		Resources:       []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
		Compat:          compat.EntraID.Without("role-json"),
		ExplainCompat:   true,
		BulkTransaction: true,
		Me: func(_ context.Context, p scim.Principal) (resourceType, id string, err error) {
			return "User", "id-of-" + p.TokenID, nil
		},
		CursorKey:     []byte("32 random bytes, for all replicas"),
		CursorTimeout: 10 * time.Minute,
		OverTLS:       scim.DirectTLS,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(h.Capabilities("User"))
	// Output: search cursor update delta transaction
}
