package memstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// fn may use the store, and sees what came in between.
func TestUpdateRunsAgain(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	u := create(t, users, ctx, "userName", "u")
	runs := 0
	r, err := users.Update(ctx, u.ID, scim.Projection{}, func(r *scim.Resource) error {
		if runs++; runs == 1 {
			_, err := users.Update(ctx, u.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("title", "T") })
			require.NoError(t, err)
		}
		return r.Attributes.Set("nickName", "N")
	})
	require.NoError(t, err)
	require.Equal(t, 2, runs)
	require.Equal(t, "T", r.Get("title").Text(), "the change in between is lost")
	_, err = users.Update(ctx, u.ID, scim.Projection{}, func(r *scim.Resource) error {
		require.NoError(t, users.Delete(ctx, u.ID, ""))
		return r.Attributes.Set("nickName", "M")
	})
	require.ErrorIs(t, err, scim.ErrNotFound)
}

func TestPatchDelta(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	var u []string
	for i := range 5 {
		u = append(u, create(t, users, ctx, "userName", number("u", i)).ID)
	}
	tests := []struct {
		name        string
		clear       bool
		remove, add []string
		want        []string
		gone, come  []string
	}{
		{"7644-3.5.2.1: add", false, nil, []string{u[3], u[1]}, []string{u[0], u[1], u[2], u[3]}, nil, []string{u[3]}},
		{"7644-3.5.2.1: add what is there", false, nil, []string{u[2], u[0]}, u[:3], nil, nil},
		{"7644-3.5.2.2: remove", false, []string{u[1], u[4]}, nil, []string{u[0], u[2]}, []string{u[1]}, nil},
		{"7644-3.5.2.2-09: remove what is not there", false, []string{"nope"}, nil, u[:3], nil, nil},
		{"7644-3.5.2.2: remove all", true, nil, nil, nil, u[:3], nil},
		{"7644-3.5.2.3-03: replace", true, nil, []string{u[4], u[1]}, []string{u[1], u[4]}, []string{u[0], u[2]}, []string{u[4]}},
		{"replace by the same", true, nil, []string{u[2], u[1], u[0]}, u[:3], nil, nil},
		{"remove and add", false, []string{u[0], u[1]}, []string{u[1], u[3]}, []string{u[1], u[2], u[3]}, []string{u[0]}, []string{u[3]}},
		{"each once", false, []string{u[0], u[0]}, []string{u[3], u[3]}, []string{u[1], u[2], u[3]}, []string{u[0]}, []string{u[3]}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := create(t, groups, ctx, "displayName", "G", "members", refs(u[:3]...))
			res, err := groups.PatchDelta(ctx, g.ID, membersDelta(t, groups, tt.clear, tt.remove, tt.add))
			require.NoError(t, err)
			after := get(t, groups, ctx, g.ID)
			require.Equal(t, tt.want, subs(after, "members.value"))
			require.Equal(t, after.Meta, res.Meta)
			var gone, come []string
			for _, c := range res.Changes {
				require.Equal(t, "members", c.Path.String())
				require.NotEqual(t, c.Old.IsUnassigned(), c.New.IsUnassigned())
				for to, v := range map[*[]string]schema.Value{&gone: c.Old, &come: c.New} {
					if !v.IsUnassigned() {
						*to = append(*to, v.Object().Get("value").Text())
						require.Equal(t, "User", v.Object().Get("type").Text())
					}
				}
			}
			require.Equal(t, tt.gone, gone)
			require.Equal(t, tt.come, come)
			require.Equal(t, len(gone)+len(come) > 0, res.Meta.Version != g.Meta.Version, "the version")
			require.Equal(t, len(gone)+len(come) > 0, res.Meta.LastModified.After(g.Meta.LastModified), "lastModified")
			require.NoError(t, groups.Delete(ctx, g.ID, ""))
		})
	}
}

func TestPatchDeltaSet(t *testing.T) {
	t.Parallel()
	d := memstore.New(&memstore.Options{UniqueGroupNames: true})
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u := create(t, users, ctx, "userName", "u")
	g := create(t, groups, ctx, "displayName", "G", "externalId", "E")
	create(t, groups, ctx, "displayName", "taken")
	path := func(name string) schema.Path {
		p, err := groups.Type().Path(name)
		require.NoError(t, err)
		return p
	}
	delta := membersDelta(t, groups, false, nil, []string{u.ID})
	delta.IfMatch = "old"
	_, err := groups.PatchDelta(ctx, g.ID, delta)
	require.ErrorIs(t, err, scim.ErrVersionMismatch)
	delta.IfMatch = g.Meta.Version
	delta.Set = []patch.Change{{Path: path("displayName"), New: schema.String("TAKEN")}}
	_, err = groups.PatchDelta(ctx, g.ID, delta)
	require.ErrorIs(t, err, scim.ErrUniqueness)
	require.Equal(t, json(t, g), json(t, get(t, groups, ctx, g.ID)), "all or nothing")
	require.Empty(t, membership(get(t, users, ctx, u.ID)), "all or nothing")

	delta.Set = []patch.Change{{Path: path("displayName"), New: schema.String("H")}, {Path: path("externalId"), New: schema.String("F")}}
	res, err := groups.PatchDelta(ctx, g.ID, delta)
	require.NoError(t, err)
	require.Len(t, res.Changes, 3)
	require.Equal(t, []string{"H direct"}, membership(get(t, users, ctx, u.ID)))
	require.Equal(t, []string{g.ID}, search(t, groups, ctx, `displayName eq "h" and externalId eq "F"`))
	require.Empty(t, search(t, groups, ctx, `displayName eq "g"`))
	require.Empty(t, search(t, groups, ctx, `externalId eq "E"`))

	delta.IfMatch = ""
	again, err := groups.PatchDelta(ctx, g.ID, delta)
	require.NoError(t, err)
	require.Empty(t, again.Changes)
	require.Equal(t, res.Meta, again.Meta)

	w := widgets(t, d)
	wp := func(name string) schema.Path {
		p, err := w.Type().Path(name)
		require.NoError(t, err)
		return p
	}
	x := create(t, w, ctx, "name", "x", "spec.part", "p", "spec.a", "a")
	_, err = w.PatchDelta(ctx, x.ID, &patch.Delta{Set: []patch.Change{{Path: wp("spec.part")}, {Path: wp("spec.a")}, {Path: wp("qty"), New: schema.Integer(3)}}})
	require.NoError(t, err)
	r := get(t, w, ctx, x.ID)
	require.True(t, r.Get("spec").IsUnassigned(), "7643-2.5: nothing is left of it")
	require.Equal(t, "3", r.Get("qty").Text())
	create(t, w, ctx, "name", "y", "spec.part", "p")
}

// TestWriteOnly checks that writeOnly values are nowhere to be found, and go to the hook (7643-9.2-01).
func TestWriteOnly(t *testing.T) {
	t.Parallel()
	type call struct{ path, value string }
	var calls []call
	var refuse error
	hook := func(_ context.Context, id string, p schema.Path, v schema.Value) error {
		require.NotEmpty(t, id)
		if v.IsUnassigned() {
			require.Equal(t, schema.KindUnassigned, v.Kind())
		}
		calls = append(calls, call{p.String(), v.Text()})
		return refuse
	}
	for _, hooked := range []bool{false, true} {
		opts := &memstore.Options{}
		if hooked {
			opts.WriteOnly = hook
		}
		d := memstore.New(opts)
		w, ctx := widgets(t, d), t.Context()
		told := func(op string, want ...call) {
			t.Helper()
			if !hooked {
				want = nil
			}
			require.Equal(t, want, calls, op)
			calls = nil
		}
		r := create(t, w, ctx, "name", "n", "wo", "secret1", "spec.pin", "secret2")
		told("Create", call{"wo", "secret1"}, call{"spec.pin", "secret2"})
		require.NotContains(t, json(t, r)+json(t, get(t, w, ctx, r.ID)), "secret")
		require.True(t, r.Get("spec").IsUnassigned())

		next, err := w.Replace(ctx, r)
		require.NoError(t, err)
		told("Replace without: AMB-07, it stays as it is")
		require.Equal(t, r.Meta, next.Meta)

		next, err = w.Update(ctx, r.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("wo", "secret3") })
		require.NoError(t, err)
		told("Update", call{"wo", "secret3"})
		require.Equal(t, hooked, next.Meta.Version != r.Meta.Version, "what is dropped is no change, what is kept is one")
		require.NotContains(t, json(t, next), "secret")

		wo := w.Type().Attribute("wo")
		cleared := *r
		cleared.Meta.Version = ""
		cleared.Attributes = cleared.Attributes.With(wo, schema.Null())
		_, err = w.Replace(ctx, &cleared)
		require.NoError(t, err)
		told("Replace with null", call{"wo", ""})
		_, err = w.PatchDelta(ctx, r.ID, &patch.Delta{Set: []patch.Change{{Path: wo.Path(), New: schema.String("secret4")}}})
		require.NoError(t, err)
		told("PatchDelta", call{"wo", "secret4"})
		res, err := w.PatchDelta(ctx, r.ID, &patch.Delta{Set: []patch.Change{{Path: wo.Path()}}})
		require.NoError(t, err)
		told("PatchDelta that clears", call{"wo", ""})
		if hooked {
			require.Equal(t, []patch.Change{{Path: wo.Path()}}, res.Changes, "what changed, but not the value")
		} else {
			require.Empty(t, res.Changes)
		}

		if hooked {
			refuse = scim.Errorf(scim.ErrInvalidValue, "wo is too short")
			_, err = w.Create(ctx, resource(t, w, "name", "m", "wo", "x"))
			require.ErrorIs(t, err, scim.ErrInvalidValue)
			require.Len(t, list(t, w, ctx), 1, "a refused secret fails the write")
			calls = nil
		}
	}
}
