package patch_test

import (
	"errors"
	"fmt"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// user returns a resource with the attributes of m.
func user(m map[string]any) *schema.Resource {
	o, err := schema.UserType().FromMap(m)
	if err != nil {
		panic(err)
	}
	return &schema.Resource{ID: "1", Attributes: o}
}

// Apply is all or nothing, and says what really changed: here, the title had the value already.
func ExampleApply() {
	t := schema.UserType()
	before := user(map[string]any{"userName": "dana", "title": "Buyer", "emails": []any{map[string]any{"value": "d@example.com", "type": "work"}}})
	after, changes, err := patch.Apply(before, []patch.Op{
		patch.NewOp(t, patch.Replace, "title", schema.String("Buyer")),
		patch.NewOp(t, patch.Replace, `emails[type eq "work"].value`, schema.String("dana@example.com")),
	})
	fmt.Println(after.Get("emails"), err)
	for _, c := range changes {
		fmt.Println(c.Path, c.Old, "->", c.New)
	}
	_, _, err = patch.Apply(before, []patch.Op{patch.NewOp(t, patch.Replace, `emails[type eq "home"].value`, schema.String("x@example.com"))})
	fmt.Println(err)
	e, ok := errors.AsType[*schema.Error](err)
	fmt.Println(ok, e.Type)
	// Output:
	// [{"value":"dana@example.com","type":"work"}] <nil>
	// emails {"value":"d@example.com","type":"work"} -> {"value":"dana@example.com","type":"work"}
	// operation 1 (replace emails[type eq "home"].value): the filter selects no value of emails: add a value with the path emails first
	// true noTarget
}

// Read keeps what does not conform, for package compat to mend, and refuses what is no message, or too large a one.
func ExampleRead() {
	t := schema.UserType()
	ops, err := patch.Read(t, []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"Replace","path":"nick","value":"D"},{"op":"remove","path":"title"}]}`), patch.Limits{Operations: 2})
	for _, op := range ops {
		fmt.Println(op.Index, op.Op, op.Path, op.PathErr)
	}
	fmt.Println(err, patch.Check(t, ops))
	_, err = patch.Read(t, []byte(`{"Operations":[]}`), patch.Limits{})
	fmt.Println(err)
	// Output:
	// 1 Replace nick nick: no such attribute in the schemas of User (at byte 0)
	// 2 remove title <nil>
	// <nil> operation 1 (nick): op: must be "add", "remove" or "replace", in lower case (RFC 7644 §3.5.2)
	// Operations: must be an array with at least one operation (RFC 7644 §3.5.2) (at byte 14)
}

// NewOp makes operations in a program, such as an import that speaks the same language as the protocol.
func ExampleNewOp() {
	t := schema.UserType()
	op := patch.NewOp(t, patch.Add, "name.givenName", schema.String("Dana"))
	text, err := op.MarshalJSON()
	fmt.Println(string(text), err)
	op = patch.NewOp(t, patch.Add, "givenName", schema.String("Dana"))
	fmt.Println(patch.Check(t, []patch.Op{op}))
	// Output:
	// {"op":"add","path":"name.givenName","value":"Dana"} <nil>
	// operation 1 (add givenName): no such attribute in the schemas of User
}

// A store that has the resource at hand lets the delta do the work.
func ExampleDelta_Apply() {
	t := schema.UserType()
	d, ok := patch.Reduce(t, []patch.Op{
		patch.NewOp(t, patch.Replace, "active", schema.Boolean(false)),
		patch.NewOp(t, patch.Remove, "title", schema.Value{}),
	})
	fmt.Println(ok)
	_, changes, err := d.Apply(user(map[string]any{"userName": "dana", "active": false, "title": "Buyer"}))
	for _, c := range changes {
		fmt.Printf("%s: %q\n", c.Path, c.Old.Text())
	}
	fmt.Println(err)
	// Output:
	// true
	// title: "Buyer"
	// <nil>
}

// One budget for all PATCH requests of a bulk request.
func ExampleBudget() {
	t := schema.UserType()
	r := user(map[string]any{"userName": "dana"})
	var work patch.Budget
	for _, title := range []string{"Buyer", "Head of Buying"} {
		var err error
		if r, _, err = work.Apply(r, []patch.Op{patch.NewOp(t, patch.Replace, "title", schema.String(title))}); err != nil {
			fmt.Println(err) // errors.Is(err, patch.ErrTooManyOperations)
		}
	}
	fmt.Println(r.Get("title"))
	// Output: Head of Buying
}
