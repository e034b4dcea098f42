package memstore_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
)

// A program may use the stores of a directory without any HTTP: to fill them, or to look things up.
func Example() {
	n := 0
	d := memstore.New(&memstore.Options{NewID: func() string { n++; return strconv.Itoa(n) }})
	ctx := scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "acme"})

	user := &scim.Resource{Attributes: d.Users().Type().Object()}
	if err := user.Attributes.Set("userName", "bjensen"); err != nil {
		panic(err)
	}
	user, err := d.Users().Create(ctx, user)
	if err != nil {
		panic(err)
	}

	group := &scim.Resource{Attributes: d.Groups().Type().Object()}
	if err := group.Attributes.Set("displayName", "Tour Guides"); err != nil {
		panic(err)
	}
	if err := group.Attributes.Set("members", []map[string]any{{"value": user.ID}}); err != nil {
		panic(err)
	}
	if group, err = d.Groups().Create(ctx, group); err != nil {
		panic(err)
	}
	fmt.Println(group.Get("members"))

	user, err = d.Users().Get(ctx, user.ID, scim.Projection{})
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Get("groups"))

	// Output:
	// [{"value":"1","type":"User","display":"bjensen"}]
	// [{"value":"2","display":"Tour Guides","type":"direct"}]
}

// In a transaction all changes are made, or none.
func ExampleDirectory_InTx() {
	d := memstore.New(nil)
	ctx := context.Background()
	err := d.InTx(ctx, func(ctx context.Context) error {
		for _, name := range []string{"ann", "bob", "ANN"} {
			r := &scim.Resource{Attributes: d.Users().Type().Object()}
			if err := r.Attributes.Set("userName", name); err != nil {
				return err
			}
			if _, err := d.Users().Create(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	fmt.Println(err)
	page, err := d.Users().Search(ctx, &scim.Query{StartIndex: 1, Count: 10})
	if err != nil {
		panic(err)
	}
	fmt.Println(page.TotalResults)

	// Output:
	// userName is taken: another User has the same value, and it must be unique.
	// 0
}
