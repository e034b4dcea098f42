package entstore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/device"
	"github.com/embedscim/scim/filter"
	"github.com/stretchr/testify/require"
)

// Entities that the application made hold what a store does not write: null where the Go type has none, empty texts. Queries
// see them as reading does.
func TestRowsOfTheApplication(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		client, s := newDevices(t, e)
		ctx := t.Context()
		add := func(serial string) *ent.DeviceCreate { return client.Device.Create().SetSerial(serial) }
		add("defaults").ExecX(ctx)
		add("empty").SetLabel("").SetLevel(0).SetEnabled(false).SetQuota(0).SetTags([]string{}).ExecX(ctx)
		add("full").SetLabel("Ärger").SetLevel(-2).SetQuota(5).SetTags([]string{"a"}).SetMore([]byte(`{"note":"x","weight":2.5}`)).ExecX(ctx)
		add("ascii").SetLabel("anger").SetLevel(7).SetMore([]byte(`null`)).ExecX(ctx)
		add("null").ExecX(ctx)
		client.Device.Update().Where(device.Serial("null")).ClearLabel().ClearLevel().ClearEnabled().ClearMore().ExecX(ctx)

		var all []*scim.Resource
		for r, err := range s.List(ctx, scim.Projection{}) {
			require.NoError(t, err)
			all = append(all, r)
		}
		require.Len(t, all, 5)
		var filters []string
		for _, x := range []string{"label", "serial", "note"} {
			for _, op := range []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"} {
				for _, v := range []string{"", "a", "ä", "anger", "ÄRGER", "x"} {
					filters = append(filters, fmt.Sprintf("%s %s %q", x, op, v))
				}
			}
		}
		for _, x := range []string{"level", rackURN + ":quota", "weight"} {
			for _, op := range []string{"eq", "ne", "gt", "ge", "lt", "le"} {
				for _, v := range []string{"-2", "-1", "0", "5", "7", "2.5"} {
					filters = append(filters, fmt.Sprintf("%s %s %s", x, op, v))
				}
			}
		}
		for _, x := range []string{"label", "level", "enabled", "tags", "note", "weight", "madeAt", "ports", rackURN + ":quota", rackURN + ":row"} {
			filters = append(filters, x+" pr", x+" eq null")
		}
		filters = append(filters, "enabled eq true", "enabled eq false", "enabled ne true", `tags eq "a"`, `meta.created gt "2001-01-01T00:00:00Z"`, `meta.created lt "2001-01-01T00:00:00Z"`)
		for _, text := range filters {
			for _, text := range []string{text, "not (" + text + ")"} {
				x, err := filter.Parse(text)
				require.NoError(t, err, text)
				checked, err := filter.Check(s.Type(), x)
				if err != nil {
					require.Contains(t, text, ".5", "only an integer that is none does not suit")
					continue
				}
				var want []string
				for _, r := range all {
					if checked.Match(r) {
						want = append(want, r.ID)
					}
				}
				for _, count := range []int{100, 1} {
					page, err := s.Search(ctx, &scim.Query{Filter: checked, StartIndex: 1, Count: count})
					require.NoError(t, err, text)
					require.Equal(t, len(want), page.TotalResults, text)
					if count > 1 {
						require.Equal(t, want, idsOf(page.Resources), text)
					}
				}
			}
		}
		for _, by := range []string{"label", "level", rackURN + ":quota", "serial", "meta.created", "enabled", "note"} {
			for _, descending := range []bool{false, true} {
				p, err := s.Type().Path(by)
				require.NoError(t, err)
				q := &scim.Query{SortBy: &p, Descending: descending, StartIndex: 1, Count: 100}
				want := slices.Clone(all)
				slices.SortStableFunc(want, q.Compare)
				page, err := s.Search(ctx, q)
				require.NoError(t, err)
				if by == "meta.created" {
					// The database tells apart what is in one millisecond.
					require.True(t, slices.IsSortedFunc(page.Resources, q.Compare))
					require.ElementsMatch(t, idsOf(want), idsOf(page.Resources))
					continue
				}
				require.Equal(t, idsOf(want), idsOf(page.Resources), "sorted by %s, descending: %v", by, descending)
			}
		}
	})
}

func idsOf(rs []*scim.Resource) []string {
	var out []string
	for _, r := range rs {
		out = append(out, r.ID)
	}
	return out
}

// A member of another tenant, which the application's own data may have, is none for any query.
func TestMembersOfOtherTenants(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a := newApp(t, e)
		ctx := as(t, "acme")
		mine := a.client.User.Create().SetOrg("acme").SetLogin("mine").SetLoginKey("mine").SaveX(ctx)
		other := a.client.User.Create().SetOrg("globex").SetLogin("other").SetLoginKey("other").SaveX(ctx)
		theirs := a.client.Team.Create().SetOrg("globex").SetName("theirs").AddMembers(mine).SaveX(ctx)
		g := a.client.Team.Create().SetOrg("acme").SetName("g").AddMembers(mine, other).AddChildren(theirs).SaveX(ctx)
		for text, want := range map[string]int{
			fmt.Sprintf(`members.value eq "u_%d"`, mine.ID):                              1,
			fmt.Sprintf(`members.value eq "u_%d"`, other.ID):                             0,
			fmt.Sprintf(`members[value eq "u_%d" and type eq "User"]`, mine.ID):          1,
			fmt.Sprintf(`members[value eq "u_%d" and type eq "Group"]`, mine.ID):         0,
			fmt.Sprintf(`members[value eq "u_%d"]`, other.ID):                            0,
			fmt.Sprintf(`members.value eq "g_%d"`, theirs.ID):                            0,
			fmt.Sprintf(`not (members.value eq "u_%d")`, other.ID):                       1,
			`members.display eq "mine"`:                                                  1,
			`members.display eq "other"`:                                                 0,
			`members pr`:                                                                 1,
			fmt.Sprintf(`id eq "g_%d" and members[value eq "u_%d"]`, g.ID, mine.ID):      1,
			fmt.Sprintf(`id eq "g_%d" and members[value eq "u_%d"]`, theirs.ID, mine.ID): 0,
		} {
			require.Equal(t, want, search(t, a.groups, a.groups.Type(), ctx, text, scim.Query{StartIndex: 1, Count: 10}).TotalResults, text)
		}
		r, err := a.groups.Get(ctx, fmt.Sprint("g_", g.ID), scim.Projection{})
		require.NoError(t, err)
		require.Equal(t, 1, r.Attributes.Get("members").Len())
		u, err := a.users.Get(ctx, fmt.Sprint("u_", mine.ID), scim.Projection{})
		require.NoError(t, err)
		groups := u.Attributes.Get("groups")
		require.Equal(t, 1, groups.Len(), "the group of another tenant does not show")
		require.Equal(t, fmt.Sprint("g_", g.ID), groups.Index(0).Object().Get("value").Text())
		_, err = a.groups.Create(ctx, a.newGroup(t, "new", fmt.Sprint("u_", other.ID)))
		require.ErrorIs(t, err, scim.ErrInvalidValue)
	})
}

// Groups that a member is in by way of others are indirect, each once, also if groups contain each other (RFC 7643 §4.1.2).
func TestIndirectGroups(t *testing.T) {
	a := newApp(t, engine{"sqlite3", openSQLite})
	ctx := as(t, "acme")
	u := a.client.User.Create().SetOrg("acme").SetLogin("u").SetLoginKey("u").SaveX(ctx)
	inner := a.client.Team.Create().SetOrg("acme").SetName("inner").AddMembers(u).SaveX(ctx)
	outer := a.client.Team.Create().SetOrg("acme").SetName("outer").AddChildren(inner).AddMembers(u).SaveX(ctx)
	top := a.client.Team.Create().SetOrg("acme").SetName("top").AddChildren(outer).SaveX(ctx)
	inner.Update().AddChildren(top).ExecX(ctx)
	r, err := a.users.Get(ctx, fmt.Sprint("u_", u.ID), scim.Projection{})
	require.NoError(t, err)
	var got []string
	for _, v := range r.Attributes.Get("groups").Elements() {
		got = append(got, v.Object().Get("display").Text()+" "+v.Object().Get("type").Text())
	}
	require.Equal(t, []string{"inner direct", "outer direct", "top indirect"}, got)
}

// SkipUnknownMembers leaves out who does not exist, and MaxScan bounds what is looked at.
func TestOptions(t *testing.T) {
	e := engine{"sqlite3", openSQLite}
	a := newApp(t, e)
	ctx := as(t, "acme")
	cfg := groupConfig(a.users)
	cfg.SkipUnknownMembers = true
	cfg.MaxScan = 2
	var err error
	a.groups, err = entstore.New(a.db, func(c *ent.Client) *ent.TeamClient { return c.Team }, cfg)
	require.NoError(t, err)
	r := a.create(t, ctx, "bjensen")
	made, err := a.groups.Create(ctx, a.newGroup(t, "g", "u_999", r.ID, "nope"))
	require.NoError(t, err)
	require.Equal(t, 1, made.Attributes.Get("members").Len())
	for _, name := range []string{"h", "i"} {
		_, err := a.groups.Create(ctx, a.newGroup(t, name))
		require.NoError(t, err)
	}
	x, err := filter.Parse(`not (members.display co "jensen")`)
	require.NoError(t, err)
	checked, err := filter.Check(a.groups.Type(), x)
	require.NoError(t, err)
	_, err = a.groups.Search(ctx, &scim.Query{Filter: checked, StartIndex: 2, Count: 10})
	require.ErrorIs(t, err, scim.ErrTooMany)
}
