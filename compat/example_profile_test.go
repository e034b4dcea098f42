package compat_test

import (
	"context"
	"fmt"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A profile is changed by making another: this one takes roles as they are sent.
func ExampleProfile_Without() {
	own := compat.EntraID.Without("role-json", "nested-values")
	fmt.Println(own.Name(), own.Has("role-json"), compat.EntraID.Has("role-json"))
	// Output: EntraID -role-json -nested-values false true
}

// By the letter of the RFCs, but for two rules.
func ExampleProfile_With() {
	fmt.Println(compat.Strict.With("op-case", "boolean-string").Name())
	// Output: Strict +op-case +boolean-string
}

// A customer's settings hold the name of a profile.
func ExampleParse() {
	p, err := compat.Parse("onelogin +filter-members")
	fmt.Println(p.Name(), p.Has("filter-members"), compat.OneLogin.Has("filter-members"), err)
	_, err = compat.Parse("Entra")
	fmt.Println(err)
	// Output:
	// OneLogin +filter-members true false <nil>
	// compat: there is no profile "Entra": it is one of Strict, EntraID, EntraLegacy, Okta, OneLogin, Google, JumpCloud, PingOne, Lenient
}

// An application whose client wants no content after a PATCH of a group, and is otherwise as Okta.
func ExampleProfile_WithResponses() {
	own := compat.Okta.WithResponses(compat.Responses{GroupNoContent: true})
	fmt.Println(own.Name(), own.Responses().GroupNoContent, compat.Okta.Responses().GroupNoContent)
	// Output: Okta true false
}

func ExampleRules() {
	for _, r := range compat.Rules()[:1] {
		fmt.Println(r.ID, r.Client)
		fmt.Println(r.Reason)
		fmt.Println(r.Doc)
	}
	// Output:
	// op-case Microsoft Entra ID
	// Operation names such as "Replace" become lower-case.
	// https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
}

// Every rewriting is on record; Redacted is for logs.
func ExampleRewriteResource() {
	t := schema.UserType()
	o, err := t.ReadObject([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"dana","active":"True"}`), 32)
	if err != nil {
		panic(err)
	}
	applied, err := compat.RewriteResource(t, compat.EntraID, &o)
	fmt.Println(o.Get("active").Bool(), err)
	for _, a := range applied {
		fmt.Println(a.Rule, a.Before, a.After)
		a = a.Redacted()
		fmt.Println(a.Rule, a.Before, a.After)
	}
	// Output:
	// true <nil>
	// boolean-string {"active":"True"} {"active":true}
	// boolean-string {"active":"…"} {"active":"…"}
}

func ExampleRewriteFilter() {
	s, applied, err := compat.RewriteFilter(schema.UserType(), compat.EntraID, `emails[type eq "work"].value eq "dana@example.com"`)
	fmt.Println(s, err)
	for _, a := range applied {
		fmt.Println(a.Rule)
	}
	// Output:
	// emails[type eq "work" and value eq "dana@example.com"] <nil>
	// value-path-comparison
}

// Names are all that the parameters attributes and excludedAttributes may hold: brackets go.
func ExampleRewriteAttributes() {
	s, applied, err := compat.RewriteAttributes(schema.UserType(), compat.EntraID, `userName,emails[type eq "work"].value`)
	fmt.Println(s, err)
	for _, a := range applied {
		fmt.Println(a.Rule)
	}
	// Output:
	// userName,emails.value <nil>
	// value-path-name
}

// Which profile would have accepted a request that was refused?
func ExampleAccepts() {
	t := schema.UserType()
	ops, err := patch.Read(t, []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"Replace","path":"active","value":"False"}]}`), patch.Limits{})
	if err != nil {
		panic(err)
	}
	fmt.Println(patch.Check(t, ops))
	fmt.Println(compat.Accepts(t, compat.Strict, nil, ops, nil))
	// Output:
	// operation 1 (active): op: must be "add", "remove" or "replace", in lower case (RFC 7644 §3.5.2)
	// [EntraID EntraLegacy Lenient]
}

// Middleware may choose the profile by whatever it knows of the request.
func ExampleWithProfile() {
	ctx := compat.WithProfile(context.Background(), compat.EntraID)
	fmt.Println(compat.ProfileFrom(ctx).Name(), compat.ProfileFrom(context.Background()) == nil)
	// Output: EntraID true
}
