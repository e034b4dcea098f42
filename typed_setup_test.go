package scim_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"database/sql"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A person is a row of an application, with a field of every kind that a mapping can have.
type person struct {
	ID      int64
	Login   string
	Number  int32
	Given   *string
	Family  sql.NullString
	Email   string
	Main    *bool
	Active  bool
	Manager sql.Null[string]
	Phones  []phone
	Roles   []string
	Home    *address
	Client  string // externalId
	Rest    json.RawMessage
	Created time.Time
	Hash    string // of the password
	Note    string // the application's own
}

type phone struct {
	Row   int    // the application's own
	Value string `scim:"value"`
	Type  string `scim:"type"`
}

type address struct {
	City    string  `scim:"locality"`
	Country *string `scim:"country"`
}

func personFields() []scim.Field[person] {
	return []scim.Field[person]{
		scim.Attr("id", func(p *person) *int64 { return &p.ID }),
		scim.Attr("externalId", func(p *person) *string { return &p.Client }),
		scim.Attr("meta.created", func(p *person) *time.Time { return &p.Created }),
		scim.Attr("userName", func(p *person) *string { return &p.Login }),
		scim.Attr("NAME.givenname", func(p *person) **string { return &p.Given }),
		scim.Attr("name.familyName", func(p *person) *sql.NullString { return &p.Family }),
		scim.Attr("active", func(p *person) *bool { return &p.Active }),
		scim.Attr(`emails[type eq "work"].value`, func(p *person) *string { return &p.Email }),
		scim.Attr(`emails[type eq "work"].primary`, func(p *person) **bool { return &p.Main }),
		scim.Attr("phoneNumbers", func(p *person) *[]phone { return &p.Phones }),
		scim.Attr("roles", func(p *person) *[]string { return &p.Roles }),
		scim.Attr(`addresses[type eq "home"]`, func(p *person) **address { return &p.Home }),
		scim.Attr(schema.EnterpriseUserURI+":employeeNumber", func(p *person) *int32 { return &p.Number }),
		scim.Attr("manager.value", func(p *person) *sql.Null[string] { return &p.Manager }),
		scim.AttrFunc("password", nil, func(p *person, s string) error {
			if s == "refuse" {
				return errors.New("the password refuse is too short")
			}
			p.Hash = "hash of " + s
			return nil
		}),
	}
}

func personMapping(t testing.TB, more ...scim.Field[person]) *scim.Mapping[person] {
	t.Helper()
	m, err := scim.Map(schema.UserType(), append(personFields(), more...)...)
	require.NoError(t, err)
	return m
}

func personRest() scim.Field[person] {
	return scim.Extra(func(p *person) *json.RawMessage { return &p.Rest })
}

// A crowd is a repository of persons that have no version: Replace compares the rows, unless careless is set.
type crowd struct {
	mu       sync.Mutex
	rows     map[int64]*person
	order    []int64
	last     int64
	careless bool
	replaced int
	between  func() // runs before Replace
}

var _ scim.Repository[person] = (*crowd)(nil)

func newCrowd() *crowd { return &crowd{rows: map[int64]*person{}} }

func (r *crowd) at(id string) (*person, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if p := r.rows[n]; err == nil && p != nil {
		return p, nil
	}
	return nil, scim.ErrNotFound
}

func clone(p *person) *person {
	c := *p
	c.Phones, c.Roles, c.Rest = slices.Clone(p.Phones), slices.Clone(p.Roles), slices.Clone(p.Rest)
	return &c
}

func (r *crowd) Get(_ context.Context, id string) (*person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.at(id)
	if err != nil {
		return nil, err
	}
	return clone(p), nil
}

func (r *crowd) List(context.Context) iter.Seq2[*person, error] {
	return func(yield func(*person, error) bool) {
		r.mu.Lock()
		var all []*person
		for _, id := range r.order {
			if p := r.rows[id]; p != nil {
				all = append(all, clone(p))
			}
		}
		r.mu.Unlock()
		for _, p := range all {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (r *crowd) unique(x *person) error {
	for _, p := range r.rows {
		if p.ID != x.ID && schema.Fold(p.Login) == schema.Fold(x.Login) {
			return scim.ErrUniqueness
		}
	}
	return nil
}

func (r *crowd) Create(_ context.Context, x *person) (*person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.unique(x); err != nil {
		return nil, err
	}
	r.last++
	c := clone(x)
	c.ID, c.Note = r.last, "made by the application"
	for i := range c.Phones {
		c.Phones[i].Row = 100 + i
	}
	r.rows[c.ID] = c
	r.order = append(r.order, c.ID)
	return clone(c), nil
}

func (r *crowd) Replace(_ context.Context, old, next *person) (*person, error) {
	if r.between != nil {
		r.between()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	cur := r.rows[old.ID]
	switch {
	case cur == nil:
		return nil, scim.ErrNotFound
	case !r.careless && !reflect.DeepEqual(cur, old):
		return nil, scim.ErrVersionMismatch
	}
	if err := r.unique(next); err != nil {
		return nil, err
	}
	r.replaced++
	r.rows[old.ID] = clone(next)
	return clone(next), nil
}

func (r *crowd) Delete(_ context.Context, id string, old *person) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	cur, err := r.at(id)
	if err != nil {
		return err
	}
	if old != nil && !reflect.DeepEqual(cur, old) {
		return scim.ErrVersionMismatch
	}
	delete(r.rows, cur.ID)
	return nil
}

// A lockingCrowd changes rows under a lock, and compares nothing.
type lockingCrowd struct{ *crowd }

var _ scim.TypedUpdater[person] = lockingCrowd{}

func (r lockingCrowd) Update(_ context.Context, id string, fn func(*person) error) (*person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.at(id)
	if err != nil {
		return nil, err
	}
	next := clone(p)
	if err := fn(next); err != nil {
		return nil, err
	}
	if err := r.unique(next); err != nil {
		return nil, err
	}
	r.replaced++
	r.rows[p.ID] = next
	return clone(next), nil
}

// An ableCrowd has all the capabilities.
type ableCrowd struct {
	lockingCrowd
	searched, committed int
}

var (
	_ scim.TypedSearcher[person]   = (*ableCrowd)(nil)
	_ scim.TypedTransactor[person] = (*ableCrowd)(nil)
)

// Search knows the one filter that identity providers match by.
func (r *ableCrowd) Search(ctx context.Context, q *scim.Query) ([]*person, int, error) {
	r.searched++
	m, err := scim.Map(schema.UserType(), personFields()...)
	if err != nil {
		return nil, 0, err
	}
	var found []*person
	for p, err := range r.List(ctx) {
		if err != nil {
			return nil, 0, err
		}
		res, err := m.ToResource(p)
		if err != nil {
			return nil, 0, err
		}
		if q.Filter == nil || q.Filter.Match(res) {
			found = append(found, p)
		}
	}
	return found[:min(len(found), q.Count)], len(found), nil
}

func (r *ableCrowd) InTx(ctx context.Context, fn func(context.Context) error) error {
	err := fn(ctx)
	if err == nil {
		r.committed++
	}
	return err
}

// maskedCrowd has a configuration that switches off all but Update.
type maskedCrowd struct{ *ableCrowd }

func (maskedCrowd) Capabilities() scim.Capability { return scim.CanUpdate }

func typedService(t testing.TB, s scim.ResourceStore, change func(*scim.Config)) *service {
	t.Helper()
	return newService(t, storeSet{users: s, groups: newMinimal(schema.GroupType())}, change)
}
