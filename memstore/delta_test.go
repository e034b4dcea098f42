package memstore_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// FuzzDelta carries out random deltas on one group with PatchDelta, and on its twin by reading it, applying the delta and
// writing it: both must have the same members and attributes then, and must have changed, or not, alike.
func FuzzDelta(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		d := memstore.New(nil)
		users, groups, ctx := d.Users(), d.Groups(), t.Context()
		var known []string
		for i := range 6 {
			known = append(known, create(t, users, ctx, "userName", number("u", i)).ID)
		}
		some := func(from []string) (out []string) {
			for range rnd.IntN(4) {
				out = append(out, from[rnd.IntN(len(from))])
			}
			return out
		}
		first := some(known)
		one := create(t, groups, ctx, "displayName", "G", "members", refs(first...))
		two := create(t, groups, ctx, "displayName", "G", "members", refs(first...))
		for range 20 {
			delta := membersDelta(t, groups, rnd.IntN(4) == 0, some(append([]string{"nope"}, known...)), some(known))
			for name, values := range map[string][]schema.Value{
				"displayName": {schema.String("G"), schema.String("g"), schema.String("H")},
				"externalId":  {schema.String("E"), {}},
			} {
				if p, err := groups.Type().Path(name); err == nil && rnd.IntN(3) == 0 {
					delta.Set = append(delta.Set, patch.Change{Path: p, New: values[rnd.IntN(len(values))]})
				}
			}
			if rnd.IntN(4) == 0 {
				delta.Elements = nil
			}
			done, err := groups.PatchDelta(ctx, one.ID, delta)
			require.NoError(t, err)
			var changes []patch.Change
			next, err := groups.Update(ctx, two.ID, scim.Projection{}, func(r *scim.Resource) error {
				applied, _, err := delta.Apply(r)
				if err == nil {
					changes = patch.Diff(r, applied)
					*r = *applied
				}
				return err
			})
			require.NoError(t, err)

			a, b := get(t, groups, ctx, one.ID), get(t, groups, ctx, two.ID)
			require.Equal(t, a.ExternalID, b.ExternalID)
			require.Equal(t, a.Get("displayName").Text(), b.Get("displayName").Text())
			require.ElementsMatch(t, subs(a, "members.value"), subs(b, "members.value"))
			require.Equal(t, one.Meta.Version == a.Meta.Version, two.Meta.Version == next.Meta.Version, "one has changed, the other has not")
			require.Equal(t, a.Meta.Version == one.Meta.Version, len(done.Changes) == 0, "a change without a version, or the reverse")
			require.ElementsMatch(t, texts(changes), texts(done.Changes))
			for _, id := range known {
				in := slices.Contains(subs(a, "members.value"), id)
				require.Equal(t, in, slices.Contains(subs(get(t, users, ctx, id), "groups.value"), one.ID))
				require.Equal(t, in, slices.Contains(search(t, groups, ctx, `members.value eq "`+id+`"`), one.ID))
			}
			one, two = a, next
		}
	})
}

// texts makes changes comparable; of elements their value counts.
func texts(changes []patch.Change) []string {
	out := []string{}
	for _, c := range changes {
		var text strings.Builder
		text.WriteString(c.Path.String())
		for _, v := range []schema.Value{c.Old, c.New} {
			if v.Kind() == schema.KindComplex {
				v = v.Object().Get("value")
			}
			text.WriteString("|" + v.Text())
		}
		out = append(out, text.String())
	}
	return out
}
