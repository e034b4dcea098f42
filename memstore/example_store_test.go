package memstore_test

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// counted returns a directory whose ids are numbers.
func counted() *memstore.Directory {
	n := 0
	return memstore.New(&memstore.Options{NewID: func() string { n++; return strconv.Itoa(n) }})
}

// add creates a resource with the attributes of m.
func add(ctx context.Context, s *memstore.Store, m map[string]any) *scim.Resource {
	o, err := s.Type().FromMap(m)
	if err != nil {
		log.Fatal(err)
	}
	r, err := s.Create(ctx, &scim.Resource{Attributes: o})
	if err != nil {
		log.Fatal(err)
	}
	return r
}

// A directory for tests: ids and times that are known beforehand, and passwords in the hands of the application.
func ExampleNew() {
	d := memstore.New(&memstore.Options{
		NewID: func() string { return "1" },
		Now:   func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		WriteOnly: func(_ context.Context, id string, path schema.Path, v schema.Value) error {
			fmt.Println("hash and keep the", path, "of user", id, "unless it is cleared:", v.IsUnassigned())
			return nil
		},
	})
	r := add(context.Background(), d.Users(), map[string]any{"userName": "dana", "password": "correct horse"})
	fmt.Println(r.ID, r.Meta.Created, r.Get("password").IsUnassigned())
	// Output:
	// hash and keep the password of user 1 unless it is cleared: false
	// 1 2026-01-02 03:04:05 +0000 UTC true
}

// Resources of an application's own type are in the directory of the users they refer to.
func ExampleDirectory_Store() {
	team, err := schema.NewResourceType("Team", "/Teams", "A team", &schema.Schema{
		ID: "urn:contoso:params:scim:schemas:Team", Name: "Team", Description: "Team",
		Attributes: []*schema.Attribute{
			{Name: "name", Required: true, Uniqueness: schema.UniqueServer},
			{Name: "people", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
				{Name: "value", Mutability: schema.Immutable, CaseExact: true},
				{Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"User"}, Mutability: schema.Immutable},
				{Name: "type", Mutability: schema.Immutable},
				{Name: "display", Mutability: schema.ReadOnly},
			}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	d, ctx := counted(), context.Background()
	dana := add(ctx, d.Users(), map[string]any{"userName": "dana"})
	r := add(ctx, d.Store(team), map[string]any{"name": "Buying", "people": []any{map[string]any{"value": dana.ID}}})
	fmt.Println(r.Get("people"), d.Store(team).DeltaAttributes())
	// Output:
	// [{"value":"1","type":"User","display":"dana"}] [people]
}

func ExampleStore_Search() {
	d, ctx := counted(), context.Background()
	for _, name := range []string{"cem", "ann", "bob"} {
		add(ctx, d.Users(), map[string]any{"userName": name, "active": name != "bob"})
	}
	x, err := filter.Parse(`active eq true`)
	if err != nil {
		log.Fatal(err)
	}
	c, err := filter.Check(d.Users().Type(), x)
	if err != nil {
		log.Fatal(err)
	}
	byName, err := d.Users().Type().Path("userName")
	if err != nil {
		log.Fatal(err)
	}
	page, err := d.Users().Search(ctx, &scim.Query{Filter: c, SortBy: &byName, StartIndex: 1, Count: 10})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range page.Resources {
		fmt.Println(r.ID, r.Get("userName"))
	}
	// Output:
	// 2 ann
	// 1 cem
}

// Pages by cursor do not shift when a resource goes.
func ExampleStore_SearchAfter() {
	d, ctx := counted(), context.Background()
	for _, name := range []string{"ann", "bob", "cem"} {
		add(ctx, d.Users(), map[string]any{"userName": name})
	}
	q := &scim.Query{Count: 2}
	for cursor := ""; ; {
		page, err := d.Users().SearchAfter(ctx, q, cursor)
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range page.Resources {
			fmt.Println(r.Get("userName"))
		}
		if cursor = page.Next; cursor == "" {
			break
		}
		if err := d.Users().Delete(ctx, page.Resources[0].ID, ""); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// ann
	// bob
	// cem
}

func ExampleStore_Update() {
	d, ctx := counted(), context.Background()
	dana := add(ctx, d.Users(), map[string]any{"userName": "dana"})
	r, err := d.Users().Update(ctx, dana.ID, scim.Projection{}, func(r *scim.Resource) error {
		return r.Attributes.Set("title", "Buyer")
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Get("title"), r.Meta.Version != dana.Meta.Version)
	// Output: Buyer true
}

// A version that is no longer the stored one changes nothing.
func ExampleStore_Replace() {
	d, ctx := counted(), context.Background()
	first := add(ctx, d.Users(), map[string]any{"userName": "dana"})
	second := *first
	if err := second.Attributes.Set("title", "Buyer"); err != nil {
		log.Fatal(err)
	}
	_, err := d.Users().Replace(ctx, &second)
	fmt.Println(err)
	_, err = d.Users().Replace(ctx, first)
	fmt.Println(err)
	// Output:
	// <nil>
	// The resource has changed since the version in If-Match: read it again.
}

// Members come and go without the group being read.
func ExampleStore_PatchDelta() {
	d, ctx := counted(), context.Background()
	dana := add(ctx, d.Users(), map[string]any{"userName": "dana"})
	group := add(ctx, d.Groups(), map[string]any{"displayName": "Buyers"})
	t := d.Groups().Type()
	members := t.Attribute("members")
	member := schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String(dana.ID)))
	delta, ok := patch.Reduce(t, []patch.Op{patch.NewOp(t, patch.Add, "members", schema.List(member))}, d.Groups().DeltaAttributes()...)
	if !ok {
		log.Fatal("these operations need the group: use Update and patch.Apply")
	}
	for range 2 {
		res, err := d.Groups().PatchDelta(ctx, group.ID, delta)
		fmt.Println(len(res.Changes), err)
	}
	// Output:
	// 1 <nil>
	// 0 <nil>
}

// Tenants do not see each other.
func ExampleStore_List() {
	d := counted()
	contoso := scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "contoso"})
	fabrikam := scim.WithPrincipal(context.Background(), scim.Principal{Tenant: "fabrikam"})
	add(contoso, d.Users(), map[string]any{"userName": "dana"})
	add(fabrikam, d.Users(), map[string]any{"userName": "dana"})
	for r, err := range d.Users().List(contoso, scim.Projection{}) {
		fmt.Println(r.ID, r.Get("userName"), err)
	}
	// Output: 1 dana <nil>
}
