package entstore_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/viewer"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	scimschema "github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// A trace records the statements that ent sends.
type trace struct {
	mu    sync.Mutex
	lines []string
}

// take returns the statements since the last call, without their arguments.
func (tr *trace) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	out := tr.lines
	tr.lines = nil
	return out
}

func (tr *trace) log(_ context.Context, v ...any) {
	_, text, ok := strings.Cut(fmt.Sprint(v...), "query=")
	if !ok {
		return
	}
	text, _, _ = strings.Cut(text, " args=")
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.lines = append(tr.lines, text)
}

// traced returns the application with a record of the statements it sends.
func traced(tb testing.TB, e engine) (*app, *trace) {
	tr := &trace{}
	drv := sql.OpenDB(e.dialect, e.open(tb))
	client := ent.NewClient(ent.Driver(dialect.DebugWithContext(drv, tr.log)))
	require.NoError(tb, client.Schema.Create(tb.Context()))
	a := &app{client: client}
	a.stores(tb, e)
	tr.take()
	return a, tr
}

func search(tb testing.TB, s scim.Searcher, t *scimschema.ResourceType, ctx context.Context, text string, q scim.Query) *scim.Page {
	tb.Helper()
	if text != "" {
		x, err := filter.Parse(text)
		require.NoError(tb, err)
		q.Filter, err = filter.Check(t, x)
		require.NoError(tb, err)
	}
	page, err := s.Search(ctx, &q)
	require.NoError(tb, err)
	return page
}

// Filters, order and pages are those of the database: a query takes a number of statements that does not depend on how many
// resources there are.
func TestPushdown(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a, tr := traced(t, e)
		ctx := as(t, "acme")
		make := func(from, to int) {
			var all []*ent.UserCreate
			for i := from; i < to; i++ {
				login := fmt.Sprintf("user%04d", i)
				c := a.client.User.Create().SetOrg("acme").SetLogin(login).SetLoginKey(login).SetFirstName(fmt.Sprint("First", i%10)).SetExternalID(fmt.Sprint("e", i))
				if i%2 == 0 {
					c.SetEmail(login + "@example.com")
				}
				all = append(all, c)
			}
			for start := 0; start < len(all); start += 100 {
				a.client.User.CreateBulk(all[start:min(start+100, len(all))]...).ExecX(ctx)
			}
			tr.take()
		}
		cases := []struct {
			filter, sort string
			start        int
			total        func(n int) int
		}{
			{`userName eq "USER0007"`, "", 1, func(int) int { return 1 }},
			{`externalId eq "e7"`, "", 1, func(int) int { return 1 }},
			{`id eq "u_3"`, "", 1, func(int) int { return 1 }},
			{`id eq "g_3"`, "", 1, func(int) int { return 0 }},
			{`userName sw "user000" and externalId pr`, "", 1, func(int) int { return 10 }},
			{`name.givenName eq "first3"`, "", 1, func(n int) int { return n / 10 }},
			{`emails.value ew "2@example.com"`, "", 1, func(n int) int { return n / 10 }},
			{`emails[type eq "work" and value co "@example.com"]`, "", 1, func(n int) int { return n / 2 }},
			{`not (emails pr)`, "", 1, func(n int) int { return n / 2 }},
			{`active eq false`, "", 1, func(int) int { return 0 }},
			{`title eq "x"`, "", 1, func(int) int { return 0 }},
			{`groups.value eq "g_1" and userName eq "user0001"`, "", 1, func(int) int { return 0 }},
			{"", "userName", 11, func(n int) int { return n }},
			{"", "name.givenName", 11, func(n int) int { return n }},
			{`userName gt "user0003"`, "externalId", 1, func(n int) int { return n - 4 }},
		}
		counts := map[int][]int{}
		n := 0
		for _, size := range []int{500, 1600} {
			make(n, size)
			n = size
			for _, c := range cases {
				q := scim.Query{StartIndex: c.start, Count: 10}
				if c.sort != "" {
					p, err := a.users.Type().Path(c.sort)
					require.NoError(t, err)
					q.SortBy = &p
				}
				page := search(t, a.users, a.users.Type(), ctx, c.filter, q)
				require.Equal(t, c.total(n), page.TotalResults, "%s sorted by %s", c.filter, c.sort)
				require.Len(t, page.Resources, min(10, c.total(n)))
				counts[size] = append(counts[size], len(tr.take()))
			}
		}
		require.Equal(t, counts[500], counts[1600], "statements for 500 and 1600 users")
		for i, count := range counts[500] {
			require.LessOrEqual(t, count, 10, cases[i].filter)
		}
	})
}

// No byte of a value that a client sends becomes a part of a statement.
func TestValuesAreParameters(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a, tr := traced(t, e)
		ctx := as(t, "acme")
		for _, evil := range []string{"zqx'--", `zqx"; DROP TABLE users`, "zqx%_!", "zqx?", "zqx$1", `zqx\`, "zqx{login}", "zqx`"} {
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(evil) + `"`
			r := a.newUser(t, evil)
			require.NoError(t, r.Attributes.Set("name.familyName", evil))
			r.ExternalID = evil
			made, err := a.users.Create(ctx, r)
			require.NoError(t, err)
			for _, op := range []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"} {
				for _, attr := range []string{"userName", "externalId", "name.familyName", "name.givenName", "emails.value", "title", "id", "groups.value", "meta.version"} {
					if attr == "id" && op != "eq" && op != "ne" {
						continue
					}
					page := search(t, a.users, a.users.Type(), ctx, attr+" "+op+" "+quoted, scim.Query{StartIndex: 1, Count: 100})
					if attr == "userName" && (op == "eq" || op == "co" || op == "sw" || op == "ew" || op == "ge" || op == "le") {
						found := false
						for _, r := range page.Resources {
							found = found || r.ID == made.ID
						}
						require.True(t, found, "%s %s", op, evil)
					}
					if attr == "userName" && op == "eq" {
						require.Equal(t, 1, page.TotalResults)
					}
				}
			}
			search(t, a.groups, a.groups.Type(), ctx, `members.value eq `+quoted, scim.Query{StartIndex: 1, Count: 100})
			_, err = a.groups.Get(ctx, evil, scim.Projection{})
			require.ErrorIs(t, err, scim.ErrNotFound)
			_, err = a.users.SearchAfter(ctx, &scim.Query{Count: 1}, evil)
			require.Error(t, err)
		}
		for _, line := range tr.take() {
			require.NotContains(t, strings.ToLower(line), "zqx")
		}
	})
}

// Adding and removing a few members takes the same statements, whatever the number of members that stay.
func TestDeltaDoesNotReadMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a, tr := traced(t, e)
		ctx := as(t, "acme")
		var ids []int
		for start := 0; start < 2600; start += 100 {
			var all []*ent.UserCreate
			for i := start; i < start+100; i++ {
				login := fmt.Sprintf("user%04d", i)
				all = append(all, a.client.User.Create().SetOrg("acme").SetLogin(login).SetLoginKey(login))
			}
			for _, u := range a.client.User.CreateBulk(all...).SaveX(ctx) {
				ids = append(ids, u.ID)
			}
		}
		value := func(ids ...int) []scimschema.Value {
			m := a.groups.Type().Attribute("members")
			var out []scimschema.Value
			for _, id := range ids {
				out = append(out, scimschema.Complex(m.Object().With(m.SubAttribute("value"), scimschema.String(fmt.Sprint("u_", id)))))
			}
			return out
		}
		path := a.groups.Type().Attribute("members").Path()
		var statements [][]string
		for _, size := range []int{3, 2500} {
			g := a.client.Team.Create().SetOrg("acme").SetName("g").AddMemberIDs(ids[:size]...).SaveX(ctx)
			tr.take()
			res, err := a.groups.PatchDelta(ctx, fmt.Sprint("g_", g.ID), &patch.Delta{Elements: []patch.ElementDelta{{
				Path: path, Add: value(ids[0], ids[2500], ids[2501]), Remove: value(ids[1], ids[2510]),
			}}})
			require.NoError(t, err)
			require.Len(t, res.Changes, 3, "one is there already, and one is not there")
			lines := tr.take()
			for i := range lines {
				// The column lists are ent's.
				lines[i] = strings.Join(strings.Fields(lines[i])[:2], " ")
			}
			statements = append(statements, lines)
			require.Equal(t, size+1, g.QueryMembers().CountX(ctx))
			require.Equal(t, int64(2), a.client.Team.GetX(ctx, g.ID).Version)

			tr.take()
			res, err = a.groups.PatchDelta(ctx, fmt.Sprint("g_", g.ID), &patch.Delta{Elements: []patch.ElementDelta{{Path: path, Add: value(ids[0]), Remove: value(ids[1])}}})
			require.NoError(t, err)
			require.Empty(t, res.Changes)
			for _, line := range tr.take() {
				require.True(t, strings.HasPrefix(line, "SELECT"), "nothing changes: %s", line)
			}
			require.Equal(t, int64(2), a.client.Team.GetX(ctx, g.ID).Version)
		}
		require.Equal(t, statements[0], statements[1])
		require.LessOrEqual(t, len(statements[0]), 24)
	})
}

// Many members are read a number at a time, and not at all if they are not wanted.
func TestManyMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a, tr := traced(t, e)
		ctx := as(t, "acme")
		const many = 2300
		for start := 0; start < many; start += 100 {
			var all []*ent.UserCreate
			for i := start; i < start+100; i++ {
				login := fmt.Sprintf("user%04d", i)
				all = append(all, a.client.User.Create().SetOrg("acme").SetLogin(login).SetLoginKey(login))
			}
			a.client.User.CreateBulk(all...).ExecX(ctx)
		}
		ids := a.client.User.Query().IDsX(ctx)
		// One of another tenant is no member that this one sees.
		other := a.client.User.Create().SetOrg("globex").SetLogin("x").SetLoginKey("x").SaveX(ctx)
		child := a.client.Team.Create().SetOrg("acme").SetName("child").SaveX(ctx)
		g := a.client.Team.Create().SetOrg("acme").SetName("g").AddMemberIDs(ids...).AddMembers(other).AddChildren(child).SaveX(ctx)
		id := fmt.Sprint("g_", g.ID)

		var seen []string
		h := a.handler(t, viewer.Any)
		code, body := send(h, "GET", "/Groups/"+id+"?excludedAttributes=members", "")
		require.Equal(t, 200, code)
		require.NotContains(t, body, `"members"`)
		tr.take()
		code, _ = send(h, "GET", "/Groups?excludedAttributes=members", "")
		require.Equal(t, 200, code)
		for _, line := range tr.take() {
			require.NotContains(t, line, "team_members", "members that are not wanted are not read")
		}

		p := scim.Projection{}
		r, err := a.groups.Get(ctx, id, p)
		require.NoError(t, err)
		require.False(t, r.Streams(), "the zero Projection may be stored again")
		require.Equal(t, many+1, r.Attributes.Get("members").Len())
		for _, v := range r.Attributes.Get("members").Elements() {
			seen = append(seen, v.Object().Get("value").Text())
		}
		require.Contains(t, seen, fmt.Sprint("g_", child.ID))
		require.NotContains(t, seen, fmt.Sprint("u_", other.ID))

		tr.take()
		code, body = send(h, "GET", "/Groups/"+id, "")
		require.Equal(t, 200, code)
		require.Equal(t, many+1, strings.Count(body, `"$ref"`))
		limited := 0
		for _, line := range tr.take() {
			if strings.Contains(line, "team_members") {
				require.Contains(t, line, "LIMIT")
				limited++
			}
		}
		require.Equal(t, 3, limited, "1000 at a time")
	})
}
