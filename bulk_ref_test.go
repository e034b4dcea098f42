package scim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

const enterpriseURN = schema.EnterpriseUserURI

func memberOf(ids ...string) string {
	var out []string
	for _, id := range ids {
		out = append(out, `{"value":"`+id+`"}`)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// members returns the ids of the members of a group.
func (s *service) members(t testing.TB, id string) []string {
	t.Helper()
	out := []string{}
	list, _ := s.ok(t, 200, "GET", "/Groups/"+id, "").object(t)["members"].([]any)
	for _, m := range list {
		out = append(out, m.(map[string]any)["value"].(string))
	}
	return out
}

// TestBulkReferences refers to bulkIds wherever that is allowed (AMB-40).
func TestBulkReferences(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		res := s.bulk(t, bulkBody("",
			post("/Groups", "before", `{"displayName":"before","members":`+memberOf("bulkId:alice")+`}`), // 7644-3.7-15
			post("/Users", "alice", `{"userName":"Alice"}`),
			post("/Users", "bob", `{"userName":"bulkId:alice","displayName":"bulkId:nope","emails":[{"value":"bulkId:nope"}],"`+enterpriseURN+`":{"employeeNumber":"bulkId:alice","manager":{"value":"bulkId:alice"}}}`),
			patchOp("/Users/bulkId:alice", `{"op":"add","path":"`+enterpriseURN+`:manager.value","value":"bulkId:bob"},{"op":"add","path":"title","value":"bulkId:bob"}`),
			post("/Groups", "g", `{"displayName":"bulkId:bob","members":`+memberOf("bulkId:alice", "bulkId:before")+`}`),
			patchOp("/Groups/bulkId:g", `{"op":"add","value":{"members":`+memberOf("bulkId:bob")+`}}`),
			patchOp("/Groups/bulkId:g", `{"op":"remove","path":"members[value eq \"bulkId:alice\"]"}`),
			`{"method":"PUT","path":"/Groups/bulkId:before","data":`+withSchema("/Groups", `{"displayName":"after","members":`+memberOf("bulkId:bob", "\\u0062ulkId:alice")+`}`)+`}`,
			post("/Users", "gone", `{"userName":"gone"}`),
			`{"method":"DELETE","path":"/Users/bulkId:gone"}`,
			post("/Groups", "escaped", `{"displayName":"e","members":`+memberOf("\\u0062ulkId:alice")+`}`),
		))
		require.Equal(t, "201, 201, 201, 200, 201, 204, 204, 200, 201, 204, 201", statuses(res))
		require.Equal(t, []string{res[1].id()}, s.members(t, res[10].id()), "7644-3.7.2-01: whatever the notation")
		before, alice, bob, g := res[0].id(), res[1].id(), res[2].id(), res[4].id()
		require.Equal(t, res[0].Location, res[7].Location, "7644-3.7-08: the path with the id in it")
		require.Equal(t, []string{bob, before}, sortedAs(s.members(t, g), bob, before), "7644-3.7.2-01")
		require.Equal(t, []string{bob, alice}, sortedAs(s.members(t, before), bob, alice), "7644-3.7.2-01")
		u := s.ok(t, 200, "GET", "/Users/"+bob, "").object(t)
		require.Equal(t, []any{"bulkId:alice", "bulkId:nope"}, []any{u["userName"], u["displayName"]}, "AMB-40: no reference")
		ext := u[enterpriseURN].(map[string]any)
		require.Equal(t, "bulkId:alice", ext["employeeNumber"])
		require.Equal(t, alice, ext["manager"].(map[string]any)["value"], "7644-3.7.2-02")
		u = s.ok(t, 200, "GET", "/Users/"+alice, "").object(t)
		require.Equal(t, bob, u[enterpriseURN].(map[string]any)["manager"].(map[string]any)["value"], "7644-3.7.2-01: PATCH values")
		require.Equal(t, "bulkId:bob", u["title"], "AMB-40")
	})
}

// sortedAs returns list, in the order given if it holds the same.
func sortedAs(list []string, order ...string) []string {
	if len(list) == len(order) && strings.Join(list, " ") != strings.Join(order, " ") && list[0] == order[1] {
		return []string{list[1], list[0]}
	}
	return list
}

// TestBulkReferencesOfProviders checks references in what compat rewrites.
func TestBulkReferencesOfProviders(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Compat = compat.EntraID })
	res := s.bulk(t, bulkBody("",
		post("/Users", "a", `{"userName":"a"}`),
		post("/Users", "b", `{"userName":"b"}`),
		patchOp("/Users/bulkId:b", `{"op":"Add","path":"`+enterpriseURN+`:manager","value":"bulkId:a"}`),
		post("/Groups", "g", `{"displayName":"g","members":`+memberOf("bulkId:a", "bulkId:b")+`}`),
		patchOp("/Groups/bulkId:g", `{"op":"Remove","path":"members","value":[{"value":"bulkId:a"}]}`),
	))
	require.Equal(t, "201, 201, 200, 201, 204", statuses(res))
	require.Equal(t, []string{res[1].id()}, s.members(t, res[3].id()))
	u := s.ok(t, 200, "GET", "/Users/"+res[1].id(), "").object(t)
	require.Equal(t, res[0].id(), u[enterpriseURN].(map[string]any)["manager"].(map[string]any)["value"])
}

// TestBulkUnresolved refers to bulkIds that nobody has, or whose operation failed: 409, and the rest goes on.
func TestBulkUnresolved(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		res := s.bulk(t, bulkBody("",
			post("/Groups", "g", `{"displayName":"g","members":`+memberOf("bulkId:nope")+`}`),
			post("/Groups", "h", `{"displayName":"h","members":`+memberOf("bulkId:bad")+`}`),
			post("/Users", "bad", `{"title":"no name"}`),
			`{"method":"DELETE","path":"/Users/bulkId:nope"}`,
			`{"method":"DELETE","path":"/Users/bulkId:bad"}`,
			patchOp("/Groups/bulkId:g", `{"op":"add","path":"displayName","value":"x"}`),
			post("/Users", "ok", `{"userName":"ok"}`),
		))
		require.Equal(t, "409 invalidValue, 409 invalidValue, 400 invalidValue, 409 invalidValue, 409 invalidValue, 409 invalidValue, 201", statuses(res), "7644-3.7.2-03, AMB-40")
		require.Contains(t, res[0].Response.Detail, `members.value refers to the bulkId "nope"`, "7644-3.7.3-02")
		require.Contains(t, res[1].Response.Detail, `operation 3, failed`)
		require.Contains(t, res[3].Response.Detail, `path refers to the bulkId "nope"`)
		require.Empty(t, res[3].Location)
		require.Empty(t, s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"), "nothing with a literal bulkId stays")
	})
}

// TestBulkCircles resolves the circles of RFC 7644 §3.7.1.
func TestBulkCircles(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		manager := func(id string) string { return `"` + enterpriseURN + `":{"manager":{"value":"bulkId:` + id + `"}}` }
		res := s.bulk(t, bulkBody("",
			`{"method":"POST","path":"/Groups","bulkId":"qwerty","data":`+withSchema("/Groups", `{"displayName":"Group A","members":[{"type":"Group","value":"bulkId:ytrewq"},{"value":"bulkId:u"}]}`)+`}`,
			`{"method":"POST","path":"/Groups","bulkId":"ytrewq","data":`+withSchema("/Groups", `{"displayName":"Group B","members":[{"type":"Group","value":"bulkId:qwerty"}]}`)+`}`,
			post("/Users", "u", `{"userName":"u",`+manager("u")+`}`), // its own manager
			post("/Users", "x", `{"userName":"x",`+manager("y")+`}`),
			post("/Users", "y", `{"userName":"y",`+manager("z")+`}`),
			post("/Users", "z", `{"userName":"z",`+manager("x")+`}`),
			patchOp("/Users/bulkId:x", `{"op":"add","path":"title","value":"T"}`),
		))
		require.Equal(t, "201, 201, 201, 201, 201, 201, 200", statuses(res), "7644-3.7.1-01")
		a, b, u := res[0].id(), res[1].id(), res[2].id()
		require.Equal(t, []string{u, b}, sortedAs(s.members(t, a), u, b), "7644-3.7.1-01")
		require.Equal(t, []string{a}, s.members(t, b), "7644-3.7.1-01")
		for i, want := range []int{2: 2, 3: 4, 4: 5, 5: 3} {
			if i < 2 {
				continue
			}
			r := s.ok(t, 200, "GET", "/Users/"+res[i].id(), "")
			require.Equal(t, res[want].id(), r.object(t)[enterpriseURN].(map[string]any)["manager"].(map[string]any)["value"], "7644-3.7.1-01")
			if i != 3 {
				require.Equal(t, r.header.Get("ETag"), res[i].Version, "the version with the reference")
			}
		}
		require.Equal(t, s.ok(t, 200, "GET", "/Groups/"+a, "").header.Get("ETag"), res[0].Version)
	})
}

// TestBulkBrokenCircle lets a circle fail in each of its steps: nothing of it stays, and what is outside does.
func TestBulkBrokenCircle(t *testing.T) {
	t.Parallel()
	var refuse func(op *scim.Operation) bool
	service := func(t *testing.T, s storeSet) *service {
		return newService(t, s, func(c *scim.Config) {
			c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
				return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
					if refuse(op) {
						return nil, scim.Errorf(scim.ErrForbidden, "Refused.")
					}
					return next(ctx, op)
				}
			}}
		})
	}
	group := func(name, member string) string {
		return post("/Groups", name, `{"displayName":"`+name+`","members":`+memberOf("bulkId:"+member)+`}`)
	}
	body := bulkBody("", post("/Users", "u", `{"userName":"u"}`), group("a", "b"), group("b", "c"), group("c", "a"), group("d", "a"), post("/Users", "v", `{"userName":"v"}`))
	named := func(op *scim.Operation, name string) bool {
		return op.Kind == scim.KindCreate && op.Resource.Attributes.Get("displayName").Text() == name
	}
	for _, open := range []func() storeSet{openMemstore, openMinimal} {
		s := service(t, open())
		for _, tt := range []struct {
			name, want string
			refuse     func(op *scim.Operation) bool
		}{
			{"the first", "409 invalidValue, 409 invalidValue, 403", func(op *scim.Operation) bool { return named(op, "c") }},
			{"the last", "403, 409 invalidValue, 409 invalidValue", func(op *scim.Operation) bool { return named(op, "a") }},
			{"the reference", "409 invalidValue, 409 invalidValue, 403", func(op *scim.Operation) bool { return op.Kind == scim.KindPatch }},
		} {
			refuse = tt.refuse
			res := s.bulk(t, bulkBody("", strings.Split(body[strings.Index(body, `[{"method`)+1:len(body)-2], `,{"method"`)[0], "0"))
			require.Equal(t, "201, 400 invalidSyntax", statuses(res))
			refuse = func(*scim.Operation) bool { return false }
			s.bulk(t, bulkBody("", `{"method":"DELETE","path":"/Users/`+res[0].id()+`"}`))
			refuse = tt.refuse
			res = s.bulk(t, body)
			require.Equal(t, "201, "+tt.want+", 409 invalidValue, 201", statuses(res), "%s: 7644-3.7.1-01", tt.name)
			refuse = func(*scim.Operation) bool { return false }
			require.Empty(t, s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"), "%s: an orphan stays", tt.name)
			s.bulk(t, bulkBody("", `{"method":"DELETE","path":"/Users/`+res[0].id()+`"}`, `{"method":"DELETE","path":"/Users/`+res[5].id()+`"}`))
		}
		// What can't be deleted again is told.
		refuse = func(op *scim.Operation) bool { return op.Kind == scim.KindPatch || op.Kind == scim.KindDelete }
		a := s.ok(t, 200, "POST", "/Bulk", body)
		require.Equal(t, 3, strings.Count(a.body, "could not be deleted again"), a.body)
		require.Equal(t, 5, strings.Count(a.body, `"location"`), "the two users and the three groups that stay")
	}
}

// TestBulkRequiredCircle has a circle that can't be: each needs the other to exist.
func TestBulkRequiredCircle(t *testing.T) {
	t.Parallel()
	typ, err := schema.NewResourceType("Node", "", "A node", &schema.Schema{
		ID: "urn:example:Node", Name: "Node", Description: "A node", Attributes: []*schema.Attribute{
			{Name: "next", Type: schema.TypeReference, ReferenceTypes: []string{"Node"}, Required: true},
			{Name: "others", Type: schema.TypeReference, MultiValued: true, ReferenceTypes: []string{"Node"}},
			{Name: "page", Type: schema.TypeReference, ReferenceTypes: []string{"external"}},
		},
	})
	require.NoError(t, err)
	s := newService(t, storeSet{}, func(c *scim.Config) {
		c.Resources = []scim.ResourceType{{Type: typ, Store: newMinimal(typ)}}
	})
	node := func(id, data string) string {
		return `{"method":"POST","path":"/Nodes","bulkId":"` + id + `","data":{"schemas":["urn:example:Node"],` + data + `}}`
	}
	res := s.bulk(t, bulkBody("", node("a", `"next":"bulkId:b"`), node("b", `"next":"bulkId:a"`),
		node("c", `"next":"../Nodes/x","others":["bulkId:d","../Nodes/bulkId:d","urn:y"],"page":"bulkId:a"`),
		node("d", `"next":"../Nodes/bulkId:c"`)))
	require.Equal(t, "409 invalidValue, 409 invalidValue, 201, 201", statuses(res), "7644-3.7.1-01")
	require.Contains(t, res[0].Response.Detail+res[1].Response.Detail, "(next) of which one is required")
	c := s.ok(t, 200, "GET", "/Nodes/"+res[2].id(), "").object(t)
	d := s.ok(t, 200, "GET", "/Nodes/"+res[3].id(), "").object(t)
	require.Equal(t, "bulkId:a", c["page"], "AMB-40: an external reference is no reference to a resource")
	require.ElementsMatch(t, []any{res[3].Location, "../Nodes/" + res[3].id(), "urn:y"}, c["others"])
	require.Equal(t, "../Nodes/"+res[2].id(), d["next"])
}

// TestBulkOrder checks that what waits for a later create does not overtake, and is not overtaken by, what it depends on.
func TestBulkOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		old := s.create(t, "/Users", `{"userName":"bob"}`)
		g := s.create(t, "/Groups", `{"displayName":"g"}`)
		res := s.bulk(t, bulkBody("",
			patchOp("/Groups/"+g, `{"op":"replace","path":"displayName","value":"first"},{"op":"add","path":"members","value":`+memberOf(old, "bulkId:new")+`}`),
			patchOp("/Groups/"+g, `{"op":"replace","path":"displayName","value":"second"}`),
			`{"method":"PUT","path":"/Users/`+old+`","data":`+withSchema("/Users", `{"userName":"old bob"}`)+`}`,
			`{"method":"DELETE","path":"/Users/`+old+`"}`,
			post("/Users", "new", `{"userName":"bob"}`),
		))
		require.Equal(t, "204, 204, 200, 204, 201", statuses(res), "7644-3.7-15")
		require.Contains(t, s.members(t, g), res[4].id(), "7644-3.7-15")
		name := s.ok(t, 200, "GET", "/Groups/"+g, "").object(t)["displayName"]
		require.Equal(t, "second", name, "7644-3.7-15: the second PATCH comes after the first")
	})
}

// TestBulkTransaction takes back everything when an operation fails.
func TestBulkTransaction(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	s := newService(t, storeSet{users: d.Users(), groups: d.Groups()}, func(c *scim.Config) { c.BulkTransaction = true })
	id := s.create(t, "/Users", `{"userName":"a"}`)
	before := s.everything(t)
	circle := func(last string) []string {
		return []string{
			post("/Groups", "g", `{"displayName":"g","members":`+memberOf("bulkId:h", last)+`}`),
			post("/Groups", "h", `{"displayName":"h","members":`+memberOf("bulkId:g")+`}`),
		}
	}
	for _, tt := range []struct {
		want string
		ops  []string
	}{
		{"424, 409 uniqueness", []string{post("/Users", "q", `{"userName":"b"}`), post("/Users", "r", `{"userName":"a"}`), post("/Users", "s", `{"userName":"c"}`)}},
		{"424, 424, 404", []string{patchOp("/Users/"+id, `{"op":"add","path":"title","value":"T"}`), `{"method":"DELETE","path":"/Users/` + id + `"}`, `{"method":"DELETE","path":"/Users/` + id + `"}`}},
		{"400 invalidValue, 424", circle("nobody")},
	} {
		res := s.bulk(t, bulkBody(`"failOnErrors":5`, tt.ops...))
		require.Equal(t, tt.want, statuses(res))
		require.Equal(t, before, s.everything(t), "taken back")
		for _, o := range res {
			if o.Status == "424" {
				require.Contains(t, o.Response.Detail, "was taken back")
			}
		}
	}
	require.Equal(t, "201, 201", statuses(s.bulk(t, bulkBody("", circle(id)...))))
	require.Equal(t, []string{"g", "h"}, sortedAs(s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"), "g", "h"))

	_, err := scim.NewHandler(&scim.Config{
		BaseURL: baseURL, Authenticate: scim.AuthenticatedByMiddleware, BulkTransaction: true,
		Resources: []scim.ResourceType{scim.Users(newMinimal(schema.UserType()))},
	})
	require.ErrorContains(t, err, "BulkTransaction needs a Transactor, which the store of User is not")
}

// TestBulkTransactionRepeats checks a store that has to start a transaction anew: the results are those of the last time.
func TestBulkTransactionRepeats(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	runs := 0
	s := newService(t, storeSet{users: d.Users(), groups: again{d.Groups()}}, func(c *scim.Config) {
		c.BulkTransaction = true
		c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				if runs++; runs == 2 {
					return nil, scim.ErrUnavailable
				}
				return next(ctx, op)
			}
		}}
	})
	res := s.bulk(t, bulkBody("",
		post("/Groups", "g", `{"displayName":"g","members":`+memberOf("bulkId:u")+`}`),
		post("/Users", "u", `{"userName":"u"}`)))
	require.Equal(t, "201, 201", statuses(res))
	require.Equal(t, []string{res[1].id()}, s.members(t, res[0].id()))
	require.Equal(t, []string{"u"}, s.ok(t, 200, "GET", "/Users", "").names(t, "userName"))
}

// again is a store whose transactions fail the first time.
type again struct{ *memstore.Store }

func (a again) InTx(ctx context.Context, fn func(context.Context) error) error {
	if err := a.Store.InTx(ctx, fn); err == nil {
		return fmt.Errorf("the first run was to fail")
	}
	return a.Store.InTx(ctx, fn)
}

// TestBulkTransactionConflict checks that a store sees its own error when an operation fails by it, and can start anew.
func TestBulkTransactionConflict(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	groups := &conflicting{Store: d.Groups()}
	s := newService(t, storeSet{users: d.Users(), groups: groups}, func(c *scim.Config) { c.BulkTransaction = true })
	res := s.bulk(t, bulkBody("", post("/Groups", "a", `{"displayName":"a"}`), post("/Groups", "b", `{"displayName":"b"}`)))
	require.Equal(t, "201, 201", statuses(res))
	require.Equal(t, []string{"a", "b"}, s.ok(t, 200, "GET", "/Groups", "").names(t, "displayName"))
}

// conflicting is a store whose second create fails as in a database that can't serialise the transaction.
type conflicting struct {
	*memstore.Store
	creates int
}

var errConflict = errors.New("could not serialize access")

func (c *conflicting) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	if c.creates++; c.creates == 2 {
		return nil, fmt.Errorf("create: %w", errConflict)
	}
	return c.Store.Create(ctx, r)
}

func (c *conflicting) InTx(ctx context.Context, fn func(context.Context) error) error {
	for {
		if err := c.Store.InTx(ctx, fn); !errors.Is(err, errConflict) {
			return err
		}
	}
}

// BenchmarkBulkCreate makes 1,000 users with one request.
func BenchmarkBulkCreate(b *testing.B) {
	var ops []string
	for i := range 1000 {
		ops = append(ops, post("/Users", fmt.Sprint("u", i), fmt.Sprintf(`{"userName":"u%d","name":{"givenName":"G","familyName":"F"},"active":true,"emails":[{"value":"u%d@example.com","type":"work"}]}`, i, i)))
	}
	body := bulkBody("", ops...)
	require.True(b, json.Valid([]byte(body)))
	b.ReportAllocs()
	for b.Loop() {
		s := newService(b, openMemstore(), nil)
		require.Equal(b, 200, s.do(b, "POST", "/Bulk", body).status)
	}
}
