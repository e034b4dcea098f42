package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/embedscim/scim/schema"
)

// Get reads by the same paths that Set writes: of sub-attributes, of extensions, of an element with a condition.
func ExampleObject_Get() {
	o := schema.UserType().Object()
	for path, v := range map[string]any{
		"name.givenName":                         "Barbara",
		`emails[type eq "work"].value`:           "bjensen@example.com",
		schema.EnterpriseUserURI + ":department": "Tour Operations",
	} {
		if err := o.Set(path, v); err != nil {
			panic(err)
		}
	}
	fmt.Println(o.Get("name.givenName"))
	fmt.Println(o.Get(`emails[type eq "work"].value`))
	fmt.Println(o.Get("department"))
	fmt.Println(o.Get("title").IsUnassigned())
	// Output:
	// Barbara
	// bjensen@example.com
	// Tour Operations
	// true
}

// A JSON column: Map is what to store, FromMap the way back.
func ExampleObject_Map() {
	t := schema.UserType()
	o := t.Object()
	if err := o.Set("name.familyName", "Jensen"); err != nil {
		panic(err)
	}
	column, err := json.Marshal(o.Map())
	if err != nil {
		panic(err)
	}
	fmt.Println(string(column))

	var m map[string]any
	if err := json.Unmarshal(column, &m); err != nil {
		panic(err)
	}
	o, err = t.FromMap(m)
	fmt.Println(o.Get("name.familyName"), err)
	// Output:
	// {"name":{"familyName":"Jensen"}}
	// Jensen <nil>
}

func ExampleObject_All() {
	o, err := schema.UserType().FromMap(map[string]any{"active": true, "userName": "bjensen", "title": "Tour Guide"})
	if err != nil {
		panic(err)
	}
	for a, v := range o.All() {
		fmt.Println(a, a.Type, v)
	}
	// Output:
	// userName string bjensen
	// title string Tour Guide
	// active boolean true
}

// With, which checks nothing, is for attributes that are looked up once.
func ExampleObject_With() {
	t := schema.UserType()
	title := t.Attribute("title")
	before := t.Object()
	after := before.With(title, schema.String("Tour Guide"))
	fmt.Println(before.Len(), after.Value(title))
	// Output: 0 Tour Guide
}

// The constructors make values for With; Set takes Go values itself.
func ExampleValue() {
	for _, v := range []schema.Value{
		schema.String("a"), schema.Boolean(true), schema.Integer(42), schema.Decimal(0.5), schema.Binary([]byte("x")),
		schema.DateTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), schema.Reference("https://example.com"),
		schema.List(schema.Integer(1), schema.Integer(2)), schema.Null(),
	} {
		fmt.Println(v.Kind(), v)
	}
	i, ok := schema.Integer(42).Int()
	fmt.Println(i, ok, schema.Boolean(true).Bool(), schema.Integer(42).Equal(schema.Decimal(42)))
	// Output:
	// string a
	// boolean true
	// integer 42
	// decimal 0.5
	// binary eA==
	// dateTime 2026-01-02T03:04:05Z
	// reference https://example.com
	// list [1,2]
	// null null
	// 42 true true false
}

func ExampleValue_Elements() {
	o := schema.UserType().Object()
	if err := o.Set("emails", []map[string]any{{"value": "a@example.com", "type": "work"}, {"value": "b@example.com"}}); err != nil {
		panic(err)
	}
	for i, e := range o.Get("emails").Elements() {
		fmt.Println(i, e.Object().Get("value"), e.Object().Get("type"))
	}
	// Output:
	// 0 a@example.com work
	// 1 b@example.com
}

// A group whose members do not fit into memory: they are written as the rows come.
func ExampleStream() {
	t := schema.GroupType()
	members := t.Attribute("members")
	value := members.SubAttribute("value")
	var rows iter.Seq2[schema.Value, error] = func(yield func(schema.Value, error) bool) {
		for id := range 3 { // rows.Next()
			if !yield(schema.Complex(members.Object().With(value, schema.String(strconv.Itoa(id)))), nil) {
				return
			}
		}
	}
	r := &schema.Resource{ID: "7", Attributes: t.Object().With(members, schema.Stream(rows))}
	fmt.Println(r.Streams())
	if err := r.WriteJSON(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// true
	// {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"7","members":[{"value":"0"},{"value":"1"},{"value":"2"}]}
}

func ExampleResource() {
	r := &schema.Resource{ID: "2819c223", ExternalID: "bjensen", Attributes: schema.UserType().Object()}
	if err := r.Attributes.Set("userName", "bjensen@example.com"); err != nil {
		panic(err)
	}
	fmt.Println(r.Get("id"), r.Get("externalId"), r.Get("userName"))
	text, err := r.MarshalJSON()
	fmt.Println(string(text), err)
	// Output:
	// 2819c223 bjensen bjensen@example.com
	// {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819c223","externalId":"bjensen","userName":"bjensen@example.com"} <nil>
}

// Check finds what is missing before a resource is stored.
func ExampleResourceType_Check() {
	err := schema.UserType().Check(&schema.Resource{Attributes: schema.UserType().Object()})
	fmt.Println(err)
	e, ok := errors.AsType[*schema.Error](err)
	fmt.Println(ok, e.Type, e.Path)
	// Output:
	// userName: is required (RFC 7643 §2.2)
	// true invalidValue userName
}

// What POST and PUT do with a body: read it, drop what is not the client's, check it.
func ExampleResourceType_NewResource() {
	t := schema.UserType()
	o, err := t.ReadObject([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"7","userName":"bjensen","shoeSize":37}`), 32)
	if err != nil {
		panic(err)
	}
	r, err := t.NewResource(o, false)
	fmt.Println(r.Attributes.Map(), err)
	_, err = t.NewResource(o, true)
	fmt.Println(err)
	// Output:
	// map[userName:bjensen] <nil>
	// shoeSize: no such attribute (at byte 88)
}

// The characteristics of attributes decide how values compare: letter case, order, kinds of equality.
func ExampleAttribute_Equal() {
	t := schema.UserType()
	a, b := schema.String("BJensen"), schema.String("bjensen")
	fmt.Println(t.Attribute("userName").Equal(a, b), t.Attribute("externalId").Equal(a, b))
	fmt.Println(slices.MaxFunc([]schema.Value{a, schema.String("adams")}, t.Attribute("userName").Compare))
	// Output:
	// true false
	// BJensen
}

// A unique index over an attribute without regard to letter case is over the folded text.
func ExampleFold() {
	fmt.Println(schema.Fold("BJensen") == schema.Fold("bjensen"), schema.Fold("K") == schema.Fold("\u212a"))
	// Output: true true
}

func ExampleCompareNumbers() {
	fmt.Println(schema.CompareNumbers("1e2", "100.0"), schema.CompareNumbers("9007199254740993", "9007199254740992"))
	// Output: 0 1
}

// The schemas may be changed before they become part of a resource type: here, users must have an e-mail address.
func ExampleUser() {
	s := schema.User()
	for _, a := range s.Attributes {
		if a.Name == "emails" {
			a.Required = true
		}
	}
	t, err := schema.NewResourceType("User", "", "User", s, schema.Extension{Schema: schema.EnterpriseUser()})
	if err != nil {
		panic(err)
	}
	fmt.Println(t.Endpoint(), t.Attribute("emails").Required, schema.UserType().Attribute("emails").Required)
	// Output: /Users true false
}

func ExampleResourceType_Path() {
	t := schema.UserType()
	for _, text := range []string{"NAME.givenname", "manager.value", "nick"} {
		p, err := t.Path(text)
		fmt.Println(p, err)
	}
	// Output:
	// name.givenName <nil>
	// urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value <nil>
	//  nick: no such attribute in the schemas of User
}
