package scim_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// typedKinds are the repositories that must not be told apart over HTTP.
var typedKinds = []struct {
	name string
	open func() (scim.Repository[person], *crowd)
	caps scim.Capability
}{
	{"five methods", func() (scim.Repository[person], *crowd) { c := newCrowd(); return c, c }, 0},
	{"update", func() (scim.Repository[person], *crowd) { c := newCrowd(); return lockingCrowd{c}, c }, scim.CanUpdate},
	{"all", func() (scim.Repository[person], *crowd) {
		c := newCrowd()
		return &ableCrowd{lockingCrowd: lockingCrowd{c}}, c
	}, scim.CanUpdate | scim.CanSearch | scim.CanTransact},
	{"masked", func() (scim.Repository[person], *crowd) {
		c := newCrowd()
		return maskedCrowd{&ableCrowd{lockingCrowd: lockingCrowd{c}}}, c
	}, scim.CanUpdate},
}

func eachTyped(t *testing.T, test func(t *testing.T, s *service, c *crowd)) {
	t.Helper()
	for _, k := range typedKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			repo, c := k.open()
			test(t, typedService(t, scim.Typed(repo, personMapping(t, personRest())), func(cfg *scim.Config) { cfg.Compat = compat.EntraID }), c)
		})
	}
}

// TestTypedEntra goes the way of a user that Microsoft Entra ID provisions: test of the connection, match, create, update,
// disable, delete.
func TestTypedEntra(t *testing.T) {
	t.Parallel()
	eachTyped(t, func(t *testing.T, s *service, c *crowd) {
		s = s.live(t)
		require.Empty(t, s.ok(t, 200, "GET", `/Users?filter=userName+eq+%22b0f1%22`, "").names(t, "userName"))
		a := s.ok(t, 201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
			"externalId":"babs","userName":"babs@contoso.com","active":true,"displayName":"Babs","emails":[{"primary":true,"type":"work","value":"babs@contoso.com"}],
			"meta":{"resourceType":"User"},"name":{"formatted":"B Jensen","familyName":"Jensen","givenName":"Barbara"},"roles":[]}`)
		id := a.object(t)["id"].(string)
		require.Equal(t, "1", id)
		etag := a.header.Get("ETag")
		require.NotEmpty(t, etag)
		require.Equal(t, []string{"babs@contoso.com"}, s.ok(t, 200, "GET", `/Users?filter=userName+eq+%22BABS@contoso.com%22`, "").names(t, "userName"))
		s.refused(t, 409, "uniqueness", "POST", "/Users", withSchema("/Users", `{"userName":"BABS@contoso.com"}`))

		a = s.ok(t, 200, "PATCH", "/Users/1", patchBody(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@contoso.com"},{"op":"Add","path":"displayName","value":"B."},
			{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber","value":"42"},{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"1"}`))
		require.NotEqual(t, etag, a.header.Get("ETag"))
		etag = a.header.Get("ETag")
		require.Equal(t, "new@contoso.com", c.rows[1].Email)
		require.Equal(t, int32(42), c.rows[1].Number)
		require.JSONEq(t, `{"displayName":"B.","name":{"formatted":"B Jensen"}}`, string(c.rows[1].Rest))
		require.Equal(t, "made by the application", c.rows[1].Note, "what is not mapped stays")
		stored := c.replaced
		require.Equal(t, etag, s.ok(t, 200, "PATCH", "/Users/1", patchBody(`{"op":"Add","path":"displayName","value":"B."}`)).header.Get("ETag"))
		require.Equal(t, stored, c.replaced, "a PATCH that changes nothing stores nothing (RFC 7644 §3.5.2.1)")

		s.refused(t, 412, "", "PATCH", "/Users/1", patchBody(`{"op":"Replace","path":"active","value":"False"}`), "If-Match", `W/"old"`)
		s.ok(t, 200, "PATCH", "/Users/1", patchBody(`{"op":"Replace","path":"active","value":"False"}`), "If-Match", etag)
		require.False(t, c.rows[1].Active)
		require.Equal(t, []string{"babs@contoso.com"}, s.ok(t, 200, "GET", `/Users?filter=active+eq+false`, "").names(t, "userName"))

		bad := s.refused(t, 400, "invalidValue", "PATCH", "/Users/1", patchBody(`{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber","value":"`+marker+`"}`))
		require.Contains(t, bad.object(t)["detail"], "employeeNumber must be a whole number")
		require.NotContains(t, bad.body, marker)

		a = s.ok(t, 200, "PUT", "/Users/1", withSchema("/Users", `{"userName":"babs@contoso.com","active":false}`))
		require.Equal(t, "", c.rows[1].Email)
		require.Nil(t, c.rows[1].Rest)
		s.refused(t, 412, "", "DELETE", "/Users/1", "", "If-Match", etag)
		s.ok(t, 204, "DELETE", "/Users/1", "", "If-Match", a.header.Get("ETag"))
		s.ok(t, 404, "GET", "/Users/1", "")
		s.ok(t, 404, "PATCH", "/Users/1", patchBody(`{"op":"Replace","path":"active","value":"False"}`))
		s.ok(t, 404, "PUT", "/Users/no-number", withSchema("/Users", `{"userName":"a"}`))
	})
}

// TestTypedRefuses: without an Extra, a write with what the application does not keep is refused, and stores nothing.
func TestTypedRefuses(t *testing.T) {
	t.Parallel()
	s := typedService(t, scim.Typed[person](newCrowd(), personMapping(t)), nil)
	id := s.create(t, "/Users", `{"userName":"a"}`)
	for _, a := range []answer{
		s.refused(t, 400, "invalidValue", "POST", "/Users", withSchema("/Users", `{"userName":"b","title":"`+marker+`"}`)),
		s.refused(t, 400, "invalidValue", "PUT", "/Users/"+id, withSchema("/Users", `{"userName":"a","title":"`+marker+`"}`)),
		s.refused(t, 400, "invalidValue", "PATCH", "/Users/"+id, patchBody(`{"op":"add","path":"title","value":"`+marker+`"}`)),
	} {
		require.Equal(t, "title is not stored by this application: take it out of the attribute mapping of the identity provider.", a.object(t)["detail"])
	}
}

// TestTypedActive: a user of whom nothing is said is active, and a PUT that says nothing leaves it as it is.
func TestTypedActive(t *testing.T) {
	t.Parallel()
	eachTyped(t, func(t *testing.T, s *service, c *crowd) {
		id := s.create(t, "/Users", `{"userName":"a"}`)
		require.True(t, c.rows[1].Active)
		s.ok(t, 200, "PUT", "/Users/"+id, withSchema("/Users", `{"userName":"a","active":false}`))
		s.ok(t, 200, "PUT", "/Users/"+id, withSchema("/Users", `{"userName":"b"}`))
		require.False(t, c.rows[1].Active)
		s.create(t, "/Users", `{"userName":"c","active":false}`)
		require.False(t, c.rows[2].Active)
	})
}

// TestTypedCapabilities: the handler finds what the repository has, no more and no less.
func TestTypedCapabilities(t *testing.T) {
	t.Parallel()
	for _, k := range typedKinds {
		repo, _ := k.open()
		store := scim.Typed(repo, personMapping(t))
		h, err := scim.NewHandler(&scim.Config{BaseURL: baseURL, Authenticate: scim.BearerTokens(verify), Resources: []scim.ResourceType{scim.Users(store)}})
		require.NoError(t, err)
		require.Equal(t, k.caps, h.Capabilities("User"), k.name)
		_, err = scim.NewHandler(&scim.Config{
			BaseURL: baseURL, Authenticate: scim.BearerTokens(verify), Resources: []scim.ResourceType{scim.Users(store)},
			TxInterceptors: []scim.Interceptor{func(next scim.Func) scim.Func { return next }},
		})
		require.Equal(t, k.caps.Has(scim.CanTransact), err == nil, "%s: %v", k.name, err)
	}
	plain := scim.Typed[person](newCrowd(), personMapping(t))
	_, err := plain.Search(t.Context(), &scim.Query{})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = plain.Update(t.Context(), "1", scim.Projection{}, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, plain.InTx(t.Context(), nil), errors.ErrUnsupported)

	c := newCrowd()
	able := &ableCrowd{lockingCrowd: lockingCrowd{c}}
	s := typedService(t, scim.Typed[person](able, personMapping(t)), func(cfg *scim.Config) {
		cfg.Resources = cfg.Resources[:1]
		cfg.TxInterceptors = []scim.Interceptor{func(next scim.Func) scim.Func { return next }}
	})
	s.create(t, "/Users", `{"userName":"a"}`)
	s.create(t, "/Users", `{"userName":"b"}`)
	page := s.ok(t, 200, "GET", "/Users?count=1", "")
	require.Equal(t, []string{"a"}, page.names(t, "userName"))
	require.EqualValues(t, 2, page.object(t)["totalResults"])
	require.Equal(t, 1, able.searched)
	require.Equal(t, 2, able.committed)

	require.PanicsWithValue(t, "scim: Typed needs a repository and a mapping", func() { scim.Typed[person](nil, personMapping(t)) })
	require.PanicsWithValue(t, "scim: Typed needs a repository and a mapping", func() { scim.Typed[person](c, nil) })
}

// A deltaCrowd adds a capability of its own to a typed store.
type deltaCrowd struct{ *scim.TypedStore[person] }

func (deltaCrowd) SearchAfter(context.Context, *scim.Query, string) (*scim.Page, error) {
	return &scim.Page{TotalResults: -1}, nil
}

func (d deltaCrowd) Capabilities() scim.Capability {
	return d.TypedStore.Capabilities() | scim.CanSearchAfter
}

func TestTypedEmbedded(t *testing.T) {
	t.Parallel()
	store := deltaCrowd{scim.Typed[person](newCrowd(), personMapping(t))}
	h, err := scim.NewHandler(&scim.Config{BaseURL: baseURL, Authenticate: scim.BearerTokens(verify), Resources: []scim.ResourceType{scim.Users(store)}})
	require.NoError(t, err)
	require.Equal(t, scim.CanSearchAfter, h.Capabilities("User"))
}

// TestTypedLostUpdates: changes of different attributes at the same time all survive, whether Replace compares or Update
// locks.
func TestTypedLostUpdates(t *testing.T) {
	t.Parallel()
	eachTyped(t, func(t *testing.T, s *service, c *crowd) {
		id := s.create(t, "/Users", `{"userName":"a"}`)
		paths := []string{"name.givenName", "name.familyName", "title", "nickName", "userType", "locale", "displayName", "timezone"}
		var wg sync.WaitGroup
		for _, path := range paths {
			wg.Go(func() {
				a := s.do(t, "PATCH", "/Users/"+id, patchBody(`{"op":"replace","path":"`+path+`","value":"`+path+`"}`))
				if a.status != 200 {
					t.Errorf("%s: %s", path, a.body)
				}
			})
		}
		wg.Wait()
		r, err := personMapping(t, personRest()).ToResource(c.rows[1])
		require.NoError(t, err)
		for _, path := range paths {
			require.Equal(t, path, r.Get(path).Text(), "lost")
		}
	})
}

// TestTypedCompare: a change that comes between Get and Replace is found by the version if it came before the store's own
// Get, by the repository if after it.
func TestTypedCompare(t *testing.T) {
	t.Parallel()
	c := newCrowd()
	store := scim.Typed[person](c, personMapping(t))
	made, err := store.Create(t.Context(), readUser(t, ""))
	require.NoError(t, err)
	r := *made
	require.NoError(t, r.Attributes.Set("name.givenName", "B"))

	stale := r
	stale.Meta.Version = "stale"
	_, err = store.Replace(t.Context(), &stale)
	require.ErrorIs(t, err, scim.ErrVersionMismatch)

	c.between = func() { c.rows[1].Note = "changed meanwhile" }
	_, err = store.Replace(t.Context(), &r)
	require.ErrorIs(t, err, scim.ErrVersionMismatch)
	require.Nil(t, c.rows[1].Given)
	c.between = nil
	stored, err := store.Replace(t.Context(), &r)
	require.NoError(t, err)
	require.NotEqual(t, made.Meta.Version, stored.Meta.Version)
	require.Equal(t, "B", *c.rows[1].Given)
	require.ErrorIs(t, store.Delete(t.Context(), "1", made.Meta.Version), scim.ErrVersionMismatch)
	require.ErrorIs(t, store.Delete(t.Context(), "2", made.Meta.Version), scim.ErrNotFound)
	r.Meta.Version = ""
	require.NoError(t, r.Attributes.Set("name.givenName", "C"))
	_, err = store.Replace(t.Context(), &r)
	require.NoError(t, err, "without a version nothing is compared with it")

	locked := scim.Typed[person](lockingCrowd{c}, personMapping(t))
	_, err = locked.Replace(t.Context(), &stale)
	require.ErrorIs(t, err, scim.ErrVersionMismatch)
	n := c.replaced
	for _, s := range []scim.ResourceStore{store, locked} {
		same, err := s.Replace(t.Context(), &r)
		require.NoError(t, err)
		require.Equal(t, "C", same.Get("name.givenName").Text())
		require.Equal(t, n, c.replaced, "what is stored already is not stored again")
	}

	// This is what the documentation of Replace warns of.
	c.careless, c.between = true, func() { c.rows[1].Note = "lost" }
	require.NoError(t, r.Attributes.Set("name.givenName", "D"))
	_, err = store.Replace(t.Context(), &r)
	require.NoError(t, err)
	require.NotEqual(t, "lost", c.rows[1].Note)
}

// A failing repository returns what no repository should.
type failing struct {
	*crowd
	x   *person
	err error
}

func (f failing) Get(context.Context, string) (*person, error)               { return f.x, f.err }
func (f failing) Create(context.Context, *person) (*person, error)           { return f.x, f.err }
func (f failing) Replace(context.Context, *person, *person) (*person, error) { return f.x, f.err }
func (f failing) List(context.Context) iter.Seq2[*person, error] {
	return func(yield func(*person, error) bool) {
		for yield(f.x, f.err) {
		}
	}
}

// TestTypedFailures: nil without an error, an error of the database, and a row that can't be a resource are 500, with
// nothing of it in the answer.
func TestTypedFailures(t *testing.T) {
	t.Parallel()
	for _, f := range []failing{
		{}, {err: errors.New("pq: " + marker)}, {x: &person{ID: 1, Login: "a", Rest: []byte(`{"title":"` + marker)}}, {x: &person{ID: 1, Created: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}},
	} {
		f.crowd = newCrowd()
		s := typedService(t, scim.Typed[person](f, personMapping(t, personRest())), nil)
		for _, a := range []answer{
			s.do(t, "GET", "/Users/1", ""), s.do(t, "GET", "/Users", ""), s.do(t, "POST", "/Users", withSchema("/Users", `{"userName":"a"}`)),
			s.do(t, "PUT", "/Users/1", withSchema("/Users", `{"userName":"a"}`)), s.do(t, "DELETE", "/Users/1", "", "If-Match", `W/"1"`),
		} {
			a.requireError(t, 500, "")
			require.NotContains(t, a.body, marker)
		}
		_, err := scim.Typed[person](f, personMapping(t, personRest())).Replace(t.Context(), readUser(t, ""))
		require.Error(t, err)
	}
	// A readOnly attribute that an interceptor makes is not the client's fault.
	c := newCrowd()
	r := readUser(t, "")
	groups := schema.UserType().Attribute("groups")
	r.Attributes = r.Attributes.With(groups, schema.List(schema.Complex(groups.Object().With(groups.SubAttribute("value"), schema.String("g")))))
	var e *scim.Error
	_, err := scim.Typed[person](c, personMapping(t)).Create(t.Context(), r)
	require.ErrorContains(t, err, "groups of a scim_test.person: an interceptor has set it, but it is not mapped")
	require.NotErrorAs(t, err, &e)
	_, err = scim.Typed[person](c, personMapping(t, personRest())).Create(t.Context(), r)
	require.NoError(t, err)
	require.JSONEq(t, `{"groups":[{"value":"g"}]}`, string(c.rows[1].Rest))
}

// TestTypedIterators: a list stops at the first error, and when it is told to.
func TestTypedIterators(t *testing.T) {
	t.Parallel()
	for _, f := range []failing{{err: errors.New("down")}, {x: &person{ID: 1}}} {
		n := 0
		for r, err := range scim.Typed[person](f, personMapping(t)).List(t.Context(), scim.Projection{}) {
			require.Equal(t, f.err, err)
			require.Equal(t, f.x == nil, r == nil)
			if n++; n == 3 {
				break
			}
		}
		require.Equal(t, map[bool]int{true: 1, false: 3}[f.err != nil], n)
	}
}

// TestTypedLikeMemstore plays PATCHes against a typed store that keeps everything and the reference, which must answer the
// same.
func TestTypedLikeMemstore(t *testing.T) {
	t.Parallel()
	members := []string{
		`{"op":"add","path":"emails","value":[{"value":"h","type":"home"},{"value":"w2","type":"work"}]}`, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}`,
		`{"op":"remove","path":"emails[type eq \"work\"]"}`, `{"op":"add","path":"emails[type eq \"work\"].primary","value":true}`, `{"op":"remove","path":"name"}`, `{"op":"add","value":{"name":{"givenName":"G","formatted":"F"},"nickName":"N"}}`,
		`{"op":"replace","path":"phoneNumbers","value":[{"value":"9","type":"fax"}]}`, `{"op":"add","path":"roles","value":[{"value":"r"}]}`, `{"op":"remove","path":"roles[value eq \"r\"]"}`, `{"op":"add","path":"addresses[type eq \"home\"].locality","value":"Bern"}`,
		`{"op":"remove","path":"addresses"}`, `{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"7"}}`, `{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}`, `{"op":"replace","path":"externalId","value":"e2"}`,
	}
	body := withSchema("/Users", `{"userName":"a","active":true,"emails":[{"value":"w","type":"work"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7"}}`)
	entra := func(cfg *scim.Config) { cfg.Compat = compat.EntraID }
	seen := func(a answer) any {
		if a.status != 200 && a.status != 201 {
			return a.status
		}
		m := a.object(t)
		delete(m, "meta")
		delete(m, "id")
		return normal(m)
	}
	for seed := range 40 {
		reference := typedService(t, memstore.New(&memstore.Options{NewID: func() string { return "1" }}).Users(), entra)
		typed := typedService(t, scim.Typed[person](newCrowd(), personMapping(t, personRest())), entra)
		require.Equal(t, seen(reference.do(t, "POST", "/Users", body)), seen(typed.do(t, "POST", "/Users", body)))
		for i := range 6 {
			ops := patchBody(members[(seed*7+i*i*3+i*seed)%len(members)])
			require.Equal(t, seen(reference.do(t, "PATCH", "/Users/1", ops)), seen(typed.do(t, "PATCH", "/Users/1", ops)), "%d/%d %s", seed, i, ops)
		}
	}
}

// normal returns v with the elements of lists in an order of their own.
func normal(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			x[k] = normal(e)
		}
	case []any:
		set := map[string]int{}
		for _, e := range x {
			set[fmt.Sprint(e)]++
		}
		return set
	}
	return v
}

// TestTypedKeepsNothingShared: the value before a change is as it was, whatever its fields lead to.
func TestTypedKeepsNothingShared(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	var old person
	require.NoError(t, m.FromResource(readUser(t, fullUser), &old))
	next, kept := old, *clone(&old)
	home := *old.Home
	kept.Home = &home
	require.NoError(t, m.FromResource(readUser(t, strings.NewReplacer("Jensen", "J", "Bern", "Zug", `"1"`, `"3"`, "guide", "x", "Tours", "T").Replace(fullUser)), &next))
	require.True(t, reflect.DeepEqual(kept, old))
	require.NotEqual(t, old, next)
}
