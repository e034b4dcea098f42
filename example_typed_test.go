package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log"
	"strconv"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// An Account is what the application has had all along: a row of its table of users.
type Account struct {
	ID         int64
	Login      string
	First      *string
	Last       *string
	Email      *string
	DisabledAt *time.Time
	Hash       []byte // of the password: none of SCIM's business
	ExternalID *string
	Extra      json.RawMessage // what the table has no column for
	Changes    int
}

// accountMapping says which attribute of a SCIM user is which column.
func accountMapping() (*scim.Mapping[Account], error) {
	return scim.Map(schema.UserType(),
		scim.Attr("id", func(a *Account) *int64 { return &a.ID }),
		scim.Attr("meta.version", func(a *Account) *int { return &a.Changes }),
		scim.Attr("externalId", func(a *Account) **string { return &a.ExternalID }),
		scim.Attr("userName", func(a *Account) *string { return &a.Login }),
		scim.Attr("name.givenName", func(a *Account) **string { return &a.First }),
		scim.Attr("name.familyName", func(a *Account) **string { return &a.Last }),
		scim.Attr(`emails[type eq "work"].value`, func(a *Account) **string { return &a.Email }),
		scim.AttrFunc("active", func(a *Account) bool { return a.DisabledAt == nil }, setActive),
		scim.Extra(func(a *Account) *json.RawMessage { return &a.Extra }),
	)
}

// setActive keeps the time of the first of two requests that disable an account.
func setActive(a *Account, active bool) error {
	switch {
	case active:
		a.DisabledAt = nil
	case a.DisabledAt == nil:
		now := time.Now()
		a.DisabledAt = &now
	}
	return nil
}

// Accounts is the table. An application has a database instead.
type accounts struct {
	mu   sync.Mutex
	rows []*Account
	last int64
}

// find returns the position of a row: SELECT ... WHERE id = ?
func (t *accounts) find(id string) (int, error) {
	for i, a := range t.rows {
		if strconv.FormatInt(a.ID, 10) == id {
			return i, nil
		}
	}
	return 0, scim.ErrNotFound
}

// free says whether no other row has the login: the unique index on lower(login).
func (t *accounts) free(x *Account) error {
	for _, a := range t.rows {
		if a.ID != x.ID && schema.Fold(a.Login) == schema.Fold(x.Login) {
			return scim.Errorf(scim.ErrUniqueness, "Another user has this userName: choose another, or delete that user first.")
		}
	}
	return nil
}

func (t *accounts) Get(_ context.Context, id string) (*Account, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(id)
	if err != nil {
		return nil, err
	}
	a := *t.rows[i]
	return &a, nil
}

func (t *accounts) List(context.Context) iter.Seq2[*Account, error] {
	return func(yield func(*Account, error) bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, row := range t.rows {
			if a := *row; !yield(&a, nil) {
				return
			}
		}
	}
}

func (t *accounts) Create(_ context.Context, x *Account) (*Account, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.free(x); err != nil {
		return nil, err
	}
	t.last++
	row := *x
	row.ID, row.Changes = t.last, 1
	t.rows = append(t.rows, &row)
	a := row
	return &a, nil
}

// Replace is UPDATE ... SET changes = changes + 1, ... WHERE id = ? AND changes = ?
func (t *accounts) Replace(_ context.Context, old, next *Account) (*Account, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(strconv.FormatInt(old.ID, 10))
	if err != nil {
		return nil, err
	}
	if t.rows[i].Changes != old.Changes {
		return nil, scim.ErrVersionMismatch
	}
	if err := t.free(next); err != nil {
		return nil, err
	}
	row := *next
	row.Changes++
	t.rows[i] = &row
	a := row
	return &a, nil
}

func (t *accounts) Delete(_ context.Context, id string, old *Account) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(id)
	if err != nil {
		return err
	}
	if old != nil && t.rows[i].Changes != old.Changes {
		return scim.ErrVersionMismatch
	}
	t.rows = append(t.rows[:i:i], t.rows[i+1:]...)
	return nil
}

// The users of an application behind SCIM: a mapping of the struct that it has, and five methods over its table.
func ExampleTyped() {
	m, err := accountMapping()
	if err != nil {
		log.Fatal(err)
	}
	table := &accounts{}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(scim.Typed(table, m))},
		Compat:       compat.EntraID,
	})
	if err != nil {
		log.Fatal(err)
	}
	call(h, "GET", "/Users?filter=userName+eq+%22babs@contoso.com%22", "")
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs@contoso.com","active":true,
		"displayName":"Babs","emails":[{"type":"work","value":"babs@contoso.com"}],"externalId":"b0f1"}`)
	call(h, "PATCH", "/Users/1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"Replace","path":"active","value":"False"},{"op":"Add","path":"name.givenName","value":"Barbara"}]}`)
	a := table.rows[0]
	fmt.Println(a.Login, *a.First, *a.Email, a.DisabledAt != nil, string(a.Extra), a.Changes)
	call(h, "DELETE", "/Users/1", "")
	fmt.Println(len(table.rows))
	// Output:
	// 200 OK
	// 201 Created
	// 200 OK
	// babs@contoso.com Barbara babs@contoso.com true {"displayName":"Babs"} 2
	// 204 No Content
	// 0
}

// The tags of a struct in place of a list.
func ExampleStructMapping() {
	type User struct {
		ID     string  `scim:"id"`
		Login  string  `scim:"userName"`
		Email  *string `scim:"emails[type eq \"work\"].value"`
		Active bool    `scim:"active"`
		Secret string
	}
	m, err := scim.StructMapping[User](schema.UserType())
	if err != nil {
		log.Fatal(err)
	}
	email := "babs@contoso.com"
	r, err := m.ToResource(&User{ID: "1", Login: "babs", Email: &email, Secret: "s"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.ID, r.Get("userName"), r.Get(`emails[type eq "work"].value`), r.Get("active"))
	// Output: 1 babs babs@contoso.com false
}

// Each mistake is found when the mapping is made.
func ExampleMap_mistakes() {
	_, err := scim.Map(schema.UserType(),
		scim.Attr("id", func(a *Account) *int64 { return &a.ID }),
		scim.Attr("username", func(a *Account) *string { return &a.Login }),
		scim.Attr("name.surname", func(a *Account) **string { return &a.Last }),
		scim.Attr("active", func(a *Account) **time.Time { return &a.DisabledAt }),
		scim.Attr("displayName", func(a *Account) *string { return &a.Login }),
	)
	fmt.Println(err)
	// Output:
	// scim: mapping of scim_test.Account: name.surname: no such attribute in the schemas of User
	// scim: mapping of scim_test.Account: active: time.Time does not fit an attribute of type boolean: use a bool, a pointer to it, or AttrFunc
	// scim: mapping of scim_test.Account: displayName: it is mapped to the same field as username: clients send each by itself, and the later would overwrite the earlier. Give one of them a field of its own, or leave it to Extra
}

// An error of FromResource says which attribute, for whom reads the log of the identity provider.
func ExampleMapping_FromResource() {
	type User struct {
		ID     string `scim:"id"`
		Login  string `scim:"userName"`
		Number int16  `scim:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"`
	}
	m, err := scim.StructMapping[User](schema.UserType())
	if err != nil {
		log.Fatal(err)
	}
	o, err := m.Type().FromMap(map[string]any{"userName": "babs", "title": "Guide"})
	if err != nil {
		log.Fatal(err)
	}
	var u User
	fmt.Println(m.FromResource(&scim.Resource{Attributes: o}, &u))
	// Output: title is not stored by this application: take it out of the attribute mapping of the identity provider.
}
