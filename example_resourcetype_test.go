package scim_test

import (
	"context"
	"fmt"
	"log"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// An application's own attributes are an extension of User, which the store of users then has to be for.
func ExampleResourceType_extension() {
	user, err := schema.NewResourceType("User", "/Users", "User", schema.User(),
		schema.Extension{Schema: schema.EnterpriseUser()},
		schema.Extension{Schema: &schema.Schema{
			ID: "urn:contoso:params:scim:schemas:extension:Desk:User", Name: "Desk", Description: "Where somebody sits",
			Attributes: []*schema.Attribute{{Name: "floor", Type: schema.TypeInteger}, {Name: "desk", CaseExact: true}},
		}})
	if err != nil {
		log.Fatal(err)
	}
	store := memstore.New(&memstore.Options{NewID: func() string { return "1" }}).Store(user)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(store)},
	})
	if err != nil {
		log.Fatal(err)
	}
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:contoso:params:scim:schemas:extension:Desk:User"],
		"userName":"dana","urn:contoso:params:scim:schemas:extension:Desk:User":{"floor":3}}`)
	r, err := store.Get(scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "contoso"}), "1", scim.Projection{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Get("urn:contoso:params:scim:schemas:extension:Desk:User:floor"))
	// Output:
	// 201 Created
	// 3
}
