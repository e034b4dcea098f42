package scim_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"strconv"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// An employee is a row of a table that the application has had all along.
type employee struct {
	id             int
	tenant, login  string
	given, family  string
	enabled        bool
	changes        int
	numberAtClient string // externalId
}

// Employees is the table. An application has a database instead; its columns decide which attributes there are.
type employees struct {
	mu   sync.Mutex
	rows []*employee
	last int
}

// resource returns a row as SCIM has it.
func (e *employee) resource() (*scim.Resource, error) {
	r := &scim.Resource{ID: strconv.Itoa(e.id), ExternalID: e.numberAtClient, Attributes: schema.UserType().Object()}
	r.Meta.Version = scim.Version(strconv.Itoa(e.changes))
	for path, v := range map[string]any{"userName": e.login, "active": e.enabled, "name.givenName": e.given, "name.familyName": e.family} {
		if v == "" {
			continue
		}
		if err := r.Attributes.Set(path, v); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// set takes the columns from a resource.
func (e *employee) set(r *scim.Resource) {
	e.login, e.enabled, e.numberAtClient = r.Get("userName").Text(), r.Get("active").Bool(), r.ExternalID
	e.given, e.family = r.Get("name.givenName").Text(), r.Get("name.familyName").Text()
	e.changes++
}

// find returns the position of a row of the tenant that ctx identifies.
func (s *employees) find(ctx context.Context, id string) (int, error) {
	p, ok := scim.PrincipalFrom(ctx)
	for i, e := range s.rows {
		if ok && e.tenant == p.Tenant && strconv.Itoa(e.id) == id {
			return i, nil
		}
	}
	return 0, scim.ErrNotFound
}

// taken says whether another row of the tenant has the login: the unique index on lower(login).
func (s *employees) taken(tenant, login string, id int) bool {
	for _, e := range s.rows {
		if e.tenant == tenant && e.id != id && schema.Fold(e.login) == schema.Fold(login) {
			return true
		}
	}
	return false
}

func (s *employees) Get(ctx context.Context, id string, _ scim.Projection) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.rows[i].resource()
}

func (s *employees) List(ctx context.Context, _ scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		p, ok := scim.PrincipalFrom(ctx)
		for _, e := range s.rows {
			if ok && e.tenant == p.Tenant {
				if r, err := e.resource(); !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

func (s *employees) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := scim.PrincipalFrom(ctx)
	if !ok {
		return nil, scim.ErrForbidden
	}
	if s.taken(p.Tenant, r.Get("userName").Text(), 0) {
		return nil, scim.ErrUniqueness
	}
	s.last++
	e := &employee{id: s.last, tenant: p.Tenant}
	e.set(r)
	s.rows = append(s.rows, e)
	return e.resource()
}

func (s *employees) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	e := s.rows[i]
	if v := r.Meta.Version; v != "" && v != scim.Version(strconv.Itoa(e.changes)) {
		return nil, scim.ErrVersionMismatch
	}
	if s.taken(e.tenant, r.Get("userName").Text(), e.id) {
		return nil, scim.ErrUniqueness
	}
	before := *e
	e.set(r)
	if before.changes = e.changes; before == *e {
		e.changes-- // nothing changed, and so the version stays
	}
	return e.resource()
}

func (s *employees) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	if ifMatch != "" && ifMatch != scim.Version(strconv.Itoa(s.rows[i].changes)) {
		return scim.ErrVersionMismatch
	}
	s.rows = append(s.rows[:i:i], s.rows[i+1:]...)
	return nil
}

// A store over a table of the application: five methods, two translations between a row and a resource, and the tenant in each
// query. PATCH, filters, sorting and pages work without more.
func ExampleResourceStore() {
	table := &employees{}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(table)},
	})
	if err != nil {
		log.Fatal(err)
	}
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs","name":{"givenName":"Barbara"},"active":true}`
	call(h, "POST", "/Users", body)
	call(h, "POST", "/Users", body)
	call(h, "PATCH", "/Users/1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"add","path":"name.familyName","value":"Jensen"},{"op":"replace","path":"active","value":false}]}`)
	call(h, "GET", "/Users?filter=name.familyName+eq+%22jensen%22&sortBy=userName", "")
	fmt.Printf("%+v\n", *table.rows[0])
	// Output:
	// 201 Created
	// 409 Conflict
	// 200 OK
	// 200 OK
	// {id:1 tenant:contoso login:babs given:Barbara family:Jensen enabled:false changes:2 numberAtClient:}
}
