package scim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
)

func replaceAll(s, old, replacement string) string { return strings.ReplaceAll(s, old, replacement) }

func TestInterceptorOrder(t *testing.T) {
	t.Parallel()
	var trace []string
	note := func(name string) scim.Interceptor {
		return func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				trace = append(trace, name+"("+string(op.Kind))
				res, err := next(ctx, op)
				trace = append(trace, name+")")
				return res, err
			}
		}
	}
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = []scim.Interceptor{note("a"), note("b")}
		c.TxInterceptors = []scim.Interceptor{note("c"), note("d")}
	})
	for _, r := range requests {
		trace = nil
		s.do(t, r.method, r.target, r.body)
		kind := map[string]string{"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}[r.method]
		want := strings.ReplaceAll("a(K b(K c(K d(K d) c) b) a)", "K", kind)
		if r.method == "GET" {
			if r.target == "/Groups" {
				kind = "query"
			}
			want = strings.ReplaceAll("a(K b(K b) a)", "K", kind)
		}
		require.Equal(t, want, strings.Join(trace, " "))
		require.Equal(t, r.method != "GET", scim.Kind(kind).Writes())
	}
	trace = nil
	s.do(t, "POST", "/Groups", "{")
	s.do(t, "GET", "/Schemas", "")
	s.as("").do(t, "GET", "/Users", "")
	require.Empty(t, trace, "an interceptor saw a request that has no operation")
}

// TestInterceptorSees checks what operations and results tell.
func TestInterceptorSees(t *testing.T) {
	t.Parallel()
	for _, k := range storeKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			var op scim.Operation
			var res scim.Result
			s := newService(t, k.open(), func(c *scim.Config) {
				c.Compat = compat.EntraID
				c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
					return func(ctx context.Context, o *scim.Operation) (*scim.Result, error) {
						r, err := next(ctx, o)
						op, res = *o, scim.Result{}
						if r != nil {
							res = *r
						}
						return r, err
					}
				}}
			})
			member := s.create(t, "/Users", `{"userName":"u","title":"T"}`)
			require.Equal(t, "title:→T userName:→u", changes(res.Changes))
			require.Equal(t, "u", op.Resource.Attributes.Get("userName").Text())
			s.ok(t, 200, "PATCH", "/Users/"+member, patchBody(`{"op":"Replace","path":"active","value":"False"},{"op":"remove","path":"title"}`))
			require.Equal(t, "active:→false title:T→", changes(res.Changes))
			require.Equal(t, member, op.ID)
			require.Len(t, op.Patch, 2)
			require.NotEmpty(t, op.Rewrites)
			s.ok(t, 200, "PATCH", "/Users/"+member, patchBody(`{"op":"replace","path":"active","value":false}`))
			require.Empty(t, res.Changes)
			require.Empty(t, op.Rewrites)
			s.ok(t, 200, "PUT", "/Users/"+member, withSchema("/Users", `{"userName":"v"}`))
			require.Equal(t, "active:false→ userName:u→v", changes(res.Changes))

			group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
			add := patchBody(`{"op":"Add","path":"members","value":[{"value":"` + member + `"}]}`)
			s.ok(t, 204, "PATCH", group, add)
			require.Len(t, res.Changes, 1)
			require.Equal(t, member, res.Changes[0].New.Object().Map()["value"])
			require.NotEmpty(t, res.Meta.Version)
			s.ok(t, 204, "PATCH", group, add)
			require.Empty(t, res.Changes)
			s.ok(t, 200, "GET", `/Users?filter=active+eq+%22False%22&count=3&sortBy=userName`, "")
			require.Equal(t, 3, op.Query.Count)
			require.Equal(t, "userName", op.Query.SortBy.String())
			require.NotEmpty(t, op.Rewrites)
			require.NotNil(t, res.Page)
			s.ok(t, 200, "GET", "/Users/"+member, "", "If-None-Match", `"x"`, "If-Match", "*")
			require.True(t, op.IfNoneMatch.IsSet() && op.IfMatch.IsSet())
			require.True(t, op.IfNoneMatch.Matches("x") && op.IfMatch.Matches("y") && !op.IfNoneMatch.Matches("y"))
		})
	}
}

func changes(list []patch.Change) string {
	var out []string
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s:%s→%s", c.Path, c.Old.Text(), c.New.Text()))
	}
	if len(out) == 2 && out[0] > out[1] {
		out[0], out[1] = out[1], out[0]
	}
	return strings.Join(out, " ")
}

// TestVeto checks interceptors of both kinds that refuse, before and after the operation.
func TestVeto(t *testing.T) {
	t.Parallel()
	refuse := func(after bool) scim.Interceptor {
		return func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				if after {
					if _, err := next(ctx, op); err != nil {
						return nil, err
					}
				}
				if op.Kind.Writes() && op.Principal.TokenID == "token-1" {
					return nil, scim.Errorf(scim.ErrForbidden, "Refused.")
				}
				return next(ctx, op)
			}
		}
	}
	for _, tt := range []struct{ tx, after bool }{{false, false}, {true, false}, {true, true}} {
		d := memstore.New(nil)
		seed := newService(t, storeSet{users: d.Users(), groups: d.Groups()}, nil)
		id := seed.create(t, "/Groups", `{"displayName":"g"}`)
		user := seed.create(t, "/Users", `{"userName":"u"}`)
		s := newService(t, storeSet{users: d.Users(), groups: d.Groups()}, func(c *scim.Config) {
			if tt.tx {
				c.TxInterceptors = []scim.Interceptor{refuse(tt.after)}
			} else {
				c.Interceptors = []scim.Interceptor{refuse(tt.after)}
			}
		})
		for _, r := range requests {
			if r.method != "GET" {
				target := replaceAll(r.target, "/x", "/"+id)
				s.refused(t, 403, "", r.method, target, replaceAll(r.body, `[{"value":"x"}]`, `[{"value":"`+user+`"}]`)) // rolled back
			}
		}
	}
}

// TestTransaction writes a second resource in the transaction of the first: both are there, or none.
func TestTransaction(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	var fail error
	s := newService(t, storeSet{users: d.Users(), groups: d.Groups()}, func(c *scim.Config) {
		c.TxInterceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				res, err := next(ctx, op)
				if err != nil {
					return nil, err
				}
				audit := &scim.Resource{Attributes: d.Groups().Type().Object()}
				if err := audit.Attributes.Set("displayName", "audit of "+string(op.Kind)); err != nil {
					return nil, err
				}
				if _, err := d.Groups().Create(ctx, audit); err != nil {
					return nil, err
				}
				return res, fail
			}
		}}
	})
	s.create(t, "/Users", `{"userName":"u"}`)
	require.Equal(t, []string{"audit of create"}, s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"))
	for _, fail = range []error{errors.New("secret"), scim.ErrForbidden} {
		a := s.do(t, "POST", "/Users", withSchema("/Users", `{"userName":"v"}`))
		require.GreaterOrEqual(t, a.status, 400)
		require.NotContains(t, a.body, "secret")
		require.Equal(t, []string{"u"}, s.ok(t, 200, "GET", "/Users", "").names(t, "userName"), "rolled back")
		require.Equal(t, []string{"audit of create"}, s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"), "rolled back")
	}
}

// TestOwnResource checks that an interceptor can tell a client's own resource from others (7644-2-03), in single requests and
// in Bulk, and hide that others exist.
func TestOwnResource(t *testing.T) {
	t.Parallel()
	var own string
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				switch {
				case own == "" || op.ID == own:
					return next(ctx, op)
				case op.Kind == scim.KindGet:
					return nil, scim.ErrNotFound
				}
				return nil, scim.Errorf(scim.ErrForbidden, "The credentials are for a user's own account.")
			}
		}}
	})
	mine, other := s.create(t, "/Users", `{"userName":"u"}`), s.create(t, "/Users", `{"userName":"v"}`)
	own = mine
	change := patchBody(`{"op":"replace","path":"title","value":"T"}`)
	s.ok(t, 200, "PATCH", "/Users/"+mine, change)
	s.ok(t, 200, "GET", "/Users/"+mine, "")
	s.do(t, "PATCH", "/Users/"+other, change).requireError(t, 403, "")
	s.do(t, "DELETE", "/Users/"+other, "").requireError(t, 403, "")
	s.do(t, "GET", "/Users/"+other, "").requireError(t, 404, "")
	s.do(t, "GET", "/Users/none", "").requireError(t, 404, "")
	res := s.ok(t, 200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"PATCH","path":"/Users/`+mine+`","data":`+change+`},{"method":"DELETE","path":"/Users/`+other+`"}]}`).object(t)
	var statuses []any
	for _, op := range res["Operations"].([]any) {
		statuses = append(statuses, op.(map[string]any)["status"])
	}
	require.Equal(t, []any{"200", "403"}, statuses)
}

// TestInterceptorChanges checks that an interceptor may change the operation, such as to assign what a client has left out
// (7644-3.3-03), and the result.
func TestInterceptorChanges(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				if op.Kind == scim.KindCreate {
					if err := op.Resource.Attributes.Set("title", "set by the interceptor"); err != nil {
						return nil, err
					}
				}
				return next(ctx, op)
			}
		}, func(scim.Func) scim.Func {
			return func(_ context.Context, op *scim.Operation) (*scim.Result, error) {
				r := &scim.Resource{ID: "made-up", Attributes: op.Resource.Attributes}
				return &scim.Result{Resource: r}, nil
			}
		}}
	})
	a := s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
	require.Equal(t, "set by the interceptor", a.object(t)["title"])
	require.Equal(t, baseURL+"/Users/made-up", a.header.Get("Location"))
}
