package patch_test

import (
	"fmt"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A program that has the body of a PATCH request and the resource, and no handler of ours.
func Example() {
	t := schema.UserType()
	r := &schema.Resource{ID: "1", Attributes: t.Object()}
	if err := r.Attributes.Set("userName", "dana"); err != nil {
		fmt.Println(err)
	}
	ops, err := patch.Read(t, []byte(`{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [
			{"op": "add", "path": "name.givenName", "value": "Dana"},
			{"op": "replace", "value": {"active": false}}
		]
	}`), patch.Limits{})
	if err == nil {
		err = patch.Check(t, ops)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	_, changes, err := patch.Apply(r, ops)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range changes {
		fmt.Println(c.Path, c.New)
	}
	// Output:
	// name.givenName Dana
	// active false
}

func ExampleCheck() {
	t := schema.UserType()
	err := patch.Check(t, []patch.Op{patch.NewOp(t, patch.Remove, "userName", schema.Value{})})
	fmt.Println(err)
	// Output: operation 1 (remove userName): is required and can't be removed: replace it with another value
}

// A store that can add members without reading the group asks for the delta.
func ExampleReduce() {
	t := schema.GroupType()
	members := t.Attribute("members")
	dana := schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String("dana")))
	d, ok := patch.Reduce(t, []patch.Op{
		patch.NewOp(t, patch.Add, "members", schema.List(dana)),
		patch.NewOp(t, patch.Remove, `members[value eq "kit"]`, schema.Value{}),
	}, "members")
	fmt.Println(ok)
	for _, e := range d.Elements {
		fmt.Println(e.Path, "add", e.Add, "remove", e.Remove)
	}
	// Output:
	// true
	// members add [{"value":"dana"}] remove [{"value":"kit"}]
}

func ExampleDiff() {
	t := schema.UserType()
	before, after := &schema.Resource{Attributes: t.Object()}, &schema.Resource{Attributes: t.Object()}
	if err := after.Attributes.Set("title", "Buyer"); err != nil {
		fmt.Println(err)
	}
	for _, c := range patch.Diff(before, after) {
		fmt.Printf("%s: %q, was %q\n", c.Path, c.New.Text(), c.Old.Text())
	}
	// Output: title: "Buyer", was ""
}

// Resolve shows what an operation comes to that asks for an element if there is none.
func ExampleResolve() {
	t := schema.UserType()
	op := patch.NewOp(t, patch.Add, `phoneNumbers[type eq "mobile"].value`, schema.String("+1 206 555 0100"))
	op.Create = op.Creatable()
	ops, err := patch.Resolve(&schema.Resource{Attributes: t.Object()}, []patch.Op{op})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := ops[0].MarshalJSON()
	fmt.Println(string(text), err)
	// Output: {"op":"add","path":"phoneNumbers","value":[{"value":"+1 206 555 0100","type":"mobile"}]} <nil>
}
