package compat_test

import (
	"fmt"
	"log"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

func ExampleRewritePatch() {
	groups, err := schema.NewResourceType("Group", "/Groups", "Group", schema.Group())
	if err != nil {
		log.Fatal(err)
	}
	received, err := patch.Read(groups, []byte(`{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "2819c223"}]}]
	}`), patch.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	ops, applied, err := compat.RewritePatch(groups, compat.EntraID, received)
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range applied {
		fmt.Println(a.Rule)
	}
	for _, op := range ops {
		fmt.Println(op.Op, op.Path)
	}
	// Output:
	// op-case
	// null-members
	// remove-values
	// remove members[value eq "2819c223"]
}
