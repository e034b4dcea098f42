package schema_test

import (
	"fmt"

	"github.com/embedscim/scim/schema"
)

// An application adds attributes of its own by an extension.
func ExampleNewResourceType() {
	badge := &schema.Schema{
		ID:   "urn:example:params:scim:schemas:extension:badge:2.0:User",
		Name: "Badge",
		Attributes: []*schema.Attribute{
			{Name: "number", Uniqueness: schema.UniqueServer, Description: "Number on the badge."},
			{Name: "floors", Type: schema.TypeInteger, MultiValued: true, Description: "Floors that the badge opens."},
		},
	}
	user, err := schema.NewResourceType("User", "/Users", "User Account", schema.User(),
		schema.Extension{Schema: schema.EnterpriseUser()}, schema.Extension{Schema: badge})
	if err != nil {
		panic(err)
	}
	p, err := user.Path("floors")
	fmt.Println(p, err)
	// Output: urn:example:params:scim:schemas:extension:badge:2.0:User:floors <nil>
}

func ExampleObject_Set() {
	o := schema.UserType().Object()
	for path, v := range map[string]any{
		"userName":                     "bjensen",
		"name.familyName":              "Jensen",
		`emails[type eq "work"].value`: "bjensen@example.com",
		"active":                       true,
	} {
		if err := o.Set(path, v); err != nil {
			panic(err)
		}
	}
	fmt.Println(schema.Complex(o))
	fmt.Println(o.Set("active", "yes"))
	// Output:
	// {"userName":"bjensen","name":{"familyName":"Jensen"},"active":true,"emails":[{"value":"bjensen@example.com","type":"work"}]}
	// active: must be true or false without quotes, got a string
}

// Reading keeps what does not conform, and checking reports it.
func ExampleResourceType_ReadObject() {
	t := schema.UserType()
	o, err := t.ReadObject([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"USERNAME":"bjensen","active":"True"}`), 32)
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Conforms(), string(o.Get("active").Raw().JSON))
	_, err = t.NewResource(o, false)
	fmt.Println(err)
	// Output:
	// false "True"
	// active: must be true or false without quotes, got a string (at byte 88)
}
