package scim_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

func TestCapabilities(t *testing.T) {
	t.Parallel()
	const all = scim.CanSearch | scim.CanSearchAfter | scim.CanUpdate | scim.CanPatchDelta | scim.CanTransact
	store := openMemstore()
	for name, tt := range map[string]struct {
		users scim.ResourceStore
		want  scim.Capability
	}{
		"all": {store.users, all}, "none": {newMinimal(schema.UserType()), 0}, "masked": {masked{mem(store.users), scim.CanUpdate}, scim.CanUpdate},
		"more than there is": {claiming{newMinimal(schema.UserType())}, 0},
	} {
		s := newService(t, storeSet{users: tt.users, groups: store.groups}, nil)
		h := s.h.(*scim.Handler)
		require.Equal(t, tt.want, h.Capabilities("user"), name)
		require.Equal(t, all, h.Capabilities("Group"))
		require.Zero(t, h.Capabilities("Nope"))
	}
	require.Equal(t, "search cursor update delta transaction", all.String())
	require.Empty(t, scim.Capability(0).String())
	require.True(t, all.Has(scim.CanUpdate|scim.CanSearch))
	require.False(t, scim.CanUpdate.Has(all))
}

type claiming struct{ *minimal }

func (claiming) Capabilities() scim.Capability { return 255 }

// A counting store counts the calls of each method, and what it was asked for.
type counting struct {
	*memstore.Store
	allowed scim.Capability
	calls   map[string]int
	members bool // whether a call wanted the members
}

func newCounting(s *memstore.Store, allowed scim.Capability) *counting {
	return &counting{Store: s, allowed: allowed, calls: map[string]int{}}
}

func (c *counting) count(method string, p scim.Projection) {
	c.calls[method]++
	if m := c.Type().Attribute("members"); m != nil && p.Wants(m.Path()) {
		c.members = true
	}
}

func (c *counting) Capabilities() scim.Capability { return c.allowed }

func (c *counting) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	c.count("Get", p)
	return c.Store.Get(ctx, id, p)
}

func (c *counting) Search(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	c.count("Search", q.Projection)
	return c.Store.Search(ctx, q)
}

func (c *counting) Update(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	c.count("Update", p)
	return c.Store.Update(ctx, id, p, fn)
}

func (c *counting) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	c.calls["Replace"]++
	return c.Store.Replace(ctx, r)
}

func (c *counting) PatchDelta(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	c.calls["PatchDelta"]++
	return c.Store.PatchDelta(ctx, id, d)
}

// TestWays checks which method of a store carries out what.
func TestWays(t *testing.T) {
	t.Parallel()
	const delta, update, search = scim.CanPatchDelta, scim.CanUpdate, scim.CanSearch
	for _, tt := range []struct {
		name         string
		method, body string
		allowed      scim.Capability
		want         map[string]int
	}{
		{"members by delta", "PATCH", `{"op":"add","path":"members","value":[{"value":"%"}]}`, delta | update, map[string]int{"PatchDelta": 1}},
		{"members and name by delta", "PATCH", `{"op":"add","path":"members","value":[{"value":"%"}]},{"op":"replace","path":"displayName","value":"x"}`, delta | update, map[string]int{"PatchDelta": 1}},
		{"name by update", "PATCH", `{"op":"replace","path":"displayName","value":"x"}`, delta | update, map[string]int{"Update": 1}},
		{"members by update", "PATCH", `{"op":"add","path":"members","value":[{"value":"%"}]}`, update, map[string]int{"Update": 1}},
		{"members by replace", "PATCH", `{"op":"add","path":"members","value":[{"value":"%"}]}`, 0, map[string]int{"Get": 1, "Replace": 1}},
		{"no change by replace", "PATCH", `{"op":"replace","path":"displayName","value":"g"}`, 0, map[string]int{"Get": 1}},
		{"put by update", "PUT", `{"schemas":["` + schema.GroupURI + `"],"displayName":"x"}`, update, map[string]int{"Update": 1}},
		{"put by replace", "PUT", `{"schemas":["` + schema.GroupURI + `"],"displayName":"x"}`, 0, map[string]int{"Get": 1, "Replace": 1}},
		{"list by search", "GET", "", search, map[string]int{"Search": 1}},
		{"list by list", "GET", "", 0, map[string]int{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := memstore.New(nil)
			groups := newCounting(d.Groups(), tt.allowed)
			s := newService(t, storeSet{users: d.Users(), groups: groups}, nil)
			user := s.create(t, "/Users", `{"userName":"u"}`)
			target := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
			body := tt.body
			switch tt.method {
			case "PATCH":
				body = patchBody(replaceAll(body, "%", user))
			case "GET":
				target = "/Groups"
			}
			a := s.do(t, tt.method, target, body)
			require.Less(t, a.status, 300, a.body)
			require.Equal(t, tt.want, groups.calls)
		})
	}
}

// TestLargeGroup adds one member to a group of 100,000, which must not read them (7644-3.9-09, 7644-3.5.2-22).
func TestLargeGroup(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	groups := newCounting(d.Groups(), 255)
	s := newService(t, storeSet{users: d.Users(), groups: groups}, func(c *scim.Config) { c.MaxBody = 64 << 20 })
	target, last := createGroup(t, d, createUsers(t, d, 100_000))

	a := s.ok(t, 204, "PATCH", target, patchBody(`{"op":"remove","path":"members[value eq \"`+last+`\"]"}`))
	b := s.ok(t, 204, "PATCH", target, patchBody(`{"op":"add","path":"members","value":[{"value":"`+last+`"}]}`))
	require.NotEmpty(t, b.header.Get("ETag"))
	require.NotEqual(t, a.header.Get("ETag"), b.header.Get("ETag"))
	require.Equal(t, map[string]int{"PatchDelta": 2}, groups.calls, "the members were read")
	s.refused(t, 400, "invalidValue", "PATCH", target, patchBody(`{"op":"add","path":"members","value":[{"value":"none"}]}`))
	require.Zero(t, groups.calls["Get"], "the members were read to explain an error that every profile leads to")
	s.refused(t, 412, "", "PATCH", target+"?excludedAttributes=members", patchBody(`{"op":"add","path":"members","value":[{"value":"`+last+`"}]}`), "If-Match", a.header.Get("ETag"))

	groups.members = false
	for _, query := range []string{"?excludedAttributes=members", "?attributes=displayName", "?excludedAttributes=MEMBERS,meta", "?excludedAttributes=" + schema.GroupURI + ":members"} {
		require.NotContains(t, s.ok(t, 200, "GET", target+query, "").body, "members")
		require.NotContains(t, s.ok(t, 200, "GET", "/Groups"+query, "").body, "members")
	}
	s.ok(t, 200, "PATCH", target+"?excludedAttributes=members", patchBody(`{"op":"add","path":"members","value":[{"value":"`+last+`"}]}`))
	require.False(t, groups.members, "7644-3.9-09: the store was asked for the members")
	require.Len(t, s.ok(t, 200, "GET", target, "").object(t)["members"], 100_000)
	require.True(t, groups.members)
}

// TestScanLeavesOut checks that a store without Search is told which attributes nobody looks at: members of groups, above all.
func TestScanLeavesOut(t *testing.T) {
	t.Parallel()
	groups := newMinimal(schema.GroupType())
	watched := &watchedList{minimal: groups}
	s := newService(t, storeSet{newMinimal(schema.UserType()), watched, newMinimal(widgetType())}, nil)
	s.create(t, "/Groups", `{"displayName":"G","members":[{"value":"u"}]}`)
	for query, want := range map[string]bool{
		"?filter=displayName+eq+%22g%22&excludedAttributes=members": false,
		"?attributes=displayName":                                   false,
		"?attributes=id&filter=members.value+eq+%22u%22":            true,
		"?excludedAttributes=members&filter=members+pr":             true,
		"?attributes=id&filter=schemas+pr":                          true,
		"":                                                          true,
	} {
		a := s.ok(t, 200, "GET", "/Groups"+query, "")
		require.EqualValues(t, 1, a.object(t)["totalResults"], query)
		require.Equal(t, want, watched.wanted, query)
	}
}

// A watchedList notes whether members were wanted in a list.
type watchedList struct {
	*minimal
	wanted bool
}

func (s *watchedList) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	s.wanted = p.Wants(s.t.Attribute("members").Path())
	return s.minimal.List(ctx, p)
}
