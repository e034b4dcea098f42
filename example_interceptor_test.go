package scim_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/embedscim/scim"
)

// An interceptor that refuses: the owner of the account must not be deleted. The identity provider's administrator reads why.
func ExampleInterceptor_veto() {
	keepOwner := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			if op.Kind == scim.KindDelete && op.ResourceType.Name() == "User" && op.ID == "1" {
				return nil, scim.Errorf(scim.ErrForbidden, "This user owns the account: transfer it to somebody else first.")
			}
			return next(ctx, op)
		}
	}
	cfg := directory()
	cfg.Interceptors = []scim.Interceptor{keepOwner}
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"owner", "dana"} {
		call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`"}`)
	}
	call(h, "DELETE", "/Users/1", "")
	call(h, "DELETE", "/Users/2", "")
	// Output:
	// 201 Created
	// 201 Created
	// 403 Forbidden
	// 204 No Content
}

// Tokens whose scopes do not say "write" may only read.
func ExampleKind_Writes() {
	scopes := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			if op.Kind.Writes() && !slices.Contains(op.Principal.Scopes, "write") {
				return nil, scim.Errorf(scim.ErrForbidden, "This token may only read: make one with the scope write.")
			}
			return next(ctx, op)
		}
	}
	cfg := directory()
	cfg.Interceptors = []scim.Interceptor{scopes}
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	call(h, "GET", "/Users", "")
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana"}`)
	// Output:
	// 200 OK
	// 403 Forbidden
}

// An operation has what a metric or an audit trail wants to know, and no values unless they are asked for.
func ExampleOperation() {
	audit := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			changes := 0
			if err == nil {
				changes = len(res.Changes)
			}
			fmt.Println(op.Principal.Tenant, op.Kind, op.ResourceType.Name(), op.ID, changes, err)
			return res, err
		}
	}
	cfg := directory()
	cfg.Interceptors = []scim.Interceptor{audit}
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana","title":"Buyer"}`)
	call(h, "GET", "/Users/2", "")
	// Output:
	// contoso create User  2 <nil>
	// 201 Created
	// contoso get User 2 0 There is no User with the id 2: it was deleted, or never existed.
	// 404 Not Found
}

// An interceptor may complete what the client sent.
func ExampleInterceptor_complete() {
	complete := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			if op.Kind == scim.KindCreate && op.Resource.Get("displayName").IsUnassigned() {
				if err := op.Resource.Attributes.Set("displayName", op.Resource.Get("userName")); err != nil {
					return nil, err
				}
			}
			res, err := next(ctx, op)
			if err == nil {
				fmt.Println(res.Resource.Get("displayName"))
			}
			return res, err
		}
	}
	cfg := directory()
	cfg.Interceptors = []scim.Interceptor{complete}
	h, err := scim.NewHandler(cfg)
	if err != nil {
		log.Fatal(err)
	}
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana"}`)
	// Output:
	// dana
	// 201 Created
}
