package memstore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// membership returns the groups of a user as "display type".
func membership(r *scim.Resource) []string {
	out := []string{}
	for _, v := range r.Get("groups").Elements() {
		o := v.Object()
		out = append(out, o.Get("display").Text()+" "+o.Get("type").Text())
	}
	return out
}

// membersDelta makes a delta that changes the members of a group.
func membersDelta(t testing.TB, groups *memstore.Store, clear bool, remove, add []string) *patch.Delta {
	t.Helper()
	values := func(ids []string) []schema.Value {
		r := resource(t, groups, "members", refs(ids...))
		var out []schema.Value
		for _, v := range r.Get("members").Elements() {
			out = append(out, v)
		}
		return out
	}
	p, err := groups.Type().Path("members")
	require.NoError(t, err)
	return &patch.Delta{Elements: []patch.ElementDelta{{Path: p, Clear: clear, Remove: values(remove), Add: values(add)}}}
}

func TestMembersAreDescribed(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u := create(t, users, ctx, "userName", "u")
	v := create(t, users, ctx, "userName", "v", "displayName", "Vee")
	h := create(t, groups, ctx, "displayName", "H")
	sent := []map[string]any{{"value": v.ID, "display": "lie", "type": "Group"}, {"value": u.ID}, {"value": h.ID}, {"value": u.ID}}
	g := create(t, groups, ctx, "displayName", "G", "members", sent)
	for _, r := range []*scim.Resource{g, get(t, groups, ctx, g.ID), get(t, groups, ctx, g.ID), list(t, groups, ctx)[1]} {
		require.Equal(t, []string{v.ID, u.ID, h.ID}, subs(r, "members.value"), "order, and each once")
		require.Equal(t, []string{"Vee", "u", "H"}, subs(r, "members.display"), "AMB-57: the store says how a member is called")
		require.Equal(t, []string{"User", "User", "Group"}, subs(r, "members.type"))
	}

	next := get(t, users, ctx, u.ID)
	require.NoError(t, next.Attributes.Set("displayName", "You"))
	_, err := users.Replace(ctx, next)
	require.NoError(t, err)
	after := get(t, groups, ctx, g.ID)
	require.Equal(t, []string{"Vee", "You", "H"}, subs(after, "members.display"), "a member was renamed")
	require.Equal(t, g.Meta, after.Meta, "a renamed member does not change the group")
}

func TestGroupsOfAUser(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u, v := create(t, users, ctx, "userName", "u"), create(t, users, ctx, "userName", "v")
	a := create(t, groups, ctx, "displayName", "A", "members", refs(u.ID))
	b := create(t, groups, ctx, "displayName", "B", "members", refs(a.ID))
	c := create(t, groups, ctx, "displayName", "C", "members", refs(b.ID, u.ID, v.ID))
	require.Equal(t, []string{"A direct", "C direct", "B indirect"}, membership(get(t, users, ctx, u.ID)), "7643-4.1.2: a group is listed once")
	require.Equal(t, []string{a.ID, c.ID, b.ID}, subs(get(t, users, ctx, u.ID), "groups.value"))
	require.Equal(t, []string{"C direct"}, membership(get(t, users, ctx, v.ID)))
	require.Equal(t, u.Meta, get(t, users, ctx, u.ID).Meta, "AMB-53: membership does not change the user")

	// Cycles end: A > C > B > A, and a group in itself.
	_, err := groups.PatchDelta(ctx, a.ID, membersDelta(t, groups, false, nil, []string{c.ID, a.ID}))
	require.NoError(t, err)
	require.Equal(t, []string{"C direct", "A indirect", "B indirect"}, membership(get(t, users, ctx, v.ID)))
	require.Equal(t, []string{v.ID}, search(t, users, ctx, `userName eq "v" and groups.value eq "`+b.ID+`"`))
	require.ElementsMatch(t, []string{u.ID, v.ID}, search(t, users, ctx, `groups.value eq "`+a.ID+`"`))

	require.NoError(t, groups.Delete(ctx, c.ID, ""))
	require.Equal(t, []string{"A direct", "B indirect"}, membership(get(t, users, ctx, u.ID)))
	require.Empty(t, membership(get(t, users, ctx, v.ID)))
	require.Equal(t, []string{u.ID, a.ID}, subs(get(t, groups, ctx, a.ID), "members.value"))
	require.NoError(t, groups.Delete(ctx, a.ID, ""), "a group in itself can be deleted")
	require.Empty(t, membership(get(t, users, ctx, u.ID)))
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, w, ctx := d.Users(), d.Groups(), widgets(t, d), t.Context()
	u := create(t, users, ctx, "userName", "u")
	gone := create(t, users, ctx, "userName", "gone")
	require.NoError(t, users.Delete(ctx, gone.ID, ""))
	g := create(t, groups, ctx, "displayName", "G")
	tests := []struct{ name, id, want string }{
		{"an id that never was", "nope", `members: there is no user or group with id "nope" in this tenant`},
		{"one that was deleted", gone.ID, `members: there is no user or group with id "` + gone.ID + `"`},
		{"a resource of a type that can't be a member", create(t, w, ctx, "name", "w").ID, `members: there is no user or group with id`},
		{"one of another tenant", create(t, users, tenant(t, "other"), "userName", "u").ID, `members: there is no user or group with id`},
		{"none", "", "members: an element has no value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			members := refs(u.ID, tt.id)
			if tt.id == "" {
				members[1] = map[string]any{"type": "User"}
			}
			check := func(op string, err error) {
				t.Helper()
				require.ErrorIs(t, err, scim.ErrInvalidValue, op)
				require.Contains(t, detail(t, err), tt.want, op)
			}
			_, err := groups.Create(ctx, resource(t, groups, "displayName", "H", "members", members))
			check("Create", err)
			next := resource(t, groups, "displayName", "G", "members", members)
			next.ID = g.ID
			_, err = groups.Replace(ctx, next)
			check("Replace", err)
			_, err = groups.Update(ctx, g.ID, scim.Projection{}, func(r *scim.Resource) error {
				return r.Attributes.Set("members", members)
			})
			check("Update", err)
			delta := membersDelta(t, groups, false, nil, []string{u.ID})
			delta.Elements[0].Add = append(delta.Elements[0].Add, next.Get("members").Index(1))
			_, err = groups.PatchDelta(ctx, g.ID, delta)
			check("PatchDelta", err)
			require.Equal(t, []string{g.ID}, ids(list(t, groups, ctx)))
			require.Equal(t, json(t, g), json(t, get(t, groups, ctx, g.ID)), "all or nothing")
			require.Empty(t, membership(get(t, users, ctx, u.ID)))
		})
	}
}

func TestSkipUnknownMembers(t *testing.T) {
	t.Parallel()
	d := memstore.New(&memstore.Options{SkipUnknownMembers: true})
	u := create(t, d.Users(), t.Context(), "userName", "u")
	g := create(t, d.Groups(), t.Context(), "displayName", "G", "members", refs("nope", u.ID))
	require.Equal(t, []string{u.ID}, subs(g, "members.value"))
	res, err := d.Groups().PatchDelta(t.Context(), g.ID, membersDelta(t, d.Groups(), false, nil, []string{"nope"}))
	require.NoError(t, err)
	require.Empty(t, res.Changes)
	require.Equal(t, g.Meta, res.Meta)
}

func TestDeletedMembers(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u, v := create(t, users, ctx, "userName", "u"), create(t, users, ctx, "userName", "v")
	both := create(t, groups, ctx, "displayName", "both", "members", refs(u.ID, v.ID))
	one := create(t, groups, ctx, "displayName", "one", "members", refs(v.ID))
	last := create(t, groups, ctx, "displayName", "last", "members", refs(u.ID))
	get(t, groups, ctx, both.ID)
	require.NoError(t, users.Delete(ctx, u.ID, ""))

	after := get(t, groups, ctx, both.ID)
	require.Equal(t, []string{v.ID}, subs(after, "members.value"), "7644-3.6-06")
	require.NotEqual(t, both.Meta.Version, after.Meta.Version, "the group has changed")
	require.Greater(t, after.Meta.LastModified, both.Meta.LastModified)
	require.Equal(t, json(t, one), json(t, get(t, groups, ctx, one.ID)), "this group has not changed")
	require.True(t, get(t, groups, ctx, last.ID).Get("members").IsUnassigned())
	require.Empty(t, search(t, groups, ctx, `members.value eq "`+u.ID+`"`))
	require.Equal(t, []string{both.ID, one.ID, last.ID}, ids(list(t, groups, ctx)))
}

// A projection without members must not make them, and Update must leave them alone.
func TestProjection(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u, v := create(t, users, ctx, "userName", "u"), create(t, users, ctx, "userName", "v")
	g := create(t, groups, ctx, "displayName", "G", "externalId", "E", "members", refs(u.ID))
	without := excluding(t, groups.Type(), "members")
	r, err := groups.Get(ctx, g.ID, without)
	require.NoError(t, err)
	require.True(t, r.Get("members").IsUnassigned())
	r, err = users.Get(ctx, u.ID, excluding(t, users.Type(), "groups"))
	require.NoError(t, err)
	require.True(t, r.Get("groups").IsUnassigned())

	r, err = groups.Update(ctx, g.ID, without, func(r *scim.Resource) error {
		require.True(t, r.Get("members").IsUnassigned(), "not read")
		return errors.Join(r.Attributes.Set("displayName", "H"), r.Attributes.Set("members", refs(v.ID)))
	})
	require.NoError(t, err)
	require.True(t, r.Get("members").IsUnassigned(), "not returned")
	r = get(t, groups, ctx, g.ID)
	require.Equal(t, "H", r.Get("displayName").Text())
	require.Equal(t, []string{u.ID}, subs(r, "members.value"), "not written")

	r, err = groups.Update(ctx, g.ID, excluding(t, groups.Type(), "displayName", "externalId"), func(r *scim.Resource) error {
		require.True(t, r.Get("displayName").IsUnassigned(), "not read")
		require.Empty(t, r.ExternalID, "not read")
		r.ExternalID = "F"
		return errors.Join(r.Attributes.Set("displayName", "I"), r.Attributes.Set("members", refs(v.ID, u.ID)))
	})
	require.NoError(t, err)
	require.True(t, r.Get("displayName").IsUnassigned(), "not returned")
	r = get(t, groups, ctx, g.ID)
	require.Equal(t, "H", r.Get("displayName").Text(), "not written")
	require.Equal(t, "E", r.ExternalID, "not written")
	require.Equal(t, []string{u.ID, v.ID}, subs(r, "members.value"), "who stays keeps the place")
	require.Equal(t, []string{g.ID}, search(t, groups, ctx, `externalId eq "E" and displayName eq "h"`))
}

// A type may have several links, of any name; the groups of a user come from members alone.
func TestOtherLinks(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	group := schema.Group()
	group.Attributes = append(group.Attributes, &schema.Attribute{
		Name: "owners", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", CaseExact: true, Mutability: schema.Immutable},
			{Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"User"}},
		},
	})
	typ, err := schema.NewResourceType("Group", "", "", group)
	require.NoError(t, err)
	groups := d.Store(typ)
	require.Equal(t, []string{"members", "owners"}, groups.DeltaAttributes())
	require.Empty(t, users.DeltaAttributes())
	u, v := create(t, users, ctx, "userName", "u"), create(t, users, ctx, "userName", "v")
	g := create(t, groups, ctx, "displayName", "G", "owners", refs(u.ID), "members", refs(v.ID))
	require.Equal(t, []string{u.ID}, subs(g, "owners.value"))
	require.Equal(t, []string{v.ID}, subs(g, "members.value"))
	require.Empty(t, membership(get(t, users, ctx, u.ID)))
	require.Equal(t, []string{"G direct"}, membership(get(t, users, ctx, v.ID)))
	require.Empty(t, search(t, users, ctx, `groups.value eq "`+g.ID+`" and userName eq "u"`))
	require.Equal(t, []string{v.ID}, search(t, users, ctx, `groups.value eq "`+g.ID+`"`))
	require.Equal(t, []string{g.ID}, search(t, groups, ctx, `owners[value eq "`+u.ID+`"]`))
	require.Empty(t, search(t, groups, ctx, `members[value eq "`+u.ID+`"]`))
	_, err = groups.Create(ctx, resource(t, groups, "displayName", "H", "owners", refs(g.ID)))
	require.Contains(t, detail(t, err), "owners: there is no user with id")
	require.NoError(t, users.Delete(ctx, u.ID, ""))
	require.True(t, get(t, groups, ctx, g.ID).Get("owners").IsUnassigned())
	require.NoError(t, groups.Delete(ctx, g.ID, ""))
	require.Empty(t, membership(get(t, users, ctx, v.ID)))
}
