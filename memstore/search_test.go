package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
)

// population fills a directory with resources that have much in common.
func population(t testing.TB, seed uint64, size int) (*memstore.Directory, *rand.Rand) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d := memstore.New(&memstore.Options{Now: func() time.Time {
		now = now.Add(time.Duration(rnd.IntN(3)) * time.Second)
		return now
	}})
	ctx := t.Context()
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	var all []string
	for i := range size {
		attrs := []any{"userName", number(pick("Ann", "bob", "ÉVE"), i)}
		for name, values := range map[string][]string{
			"externalId": {"e1", "E1", "e2"}, "displayName": {"Ann", "ANN", "Bob", ""}, "title": {"a", "B", "é", "É"},
			"name.familyName": {"x", "X", "y"}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {"d", "D"},
		} {
			if rnd.IntN(3) > 0 {
				attrs = append(attrs, name, pick(values...))
			}
		}
		if rnd.IntN(3) > 0 {
			attrs = append(attrs, "active", rnd.IntN(2) == 0)
		}
		var emails []map[string]any
		for range rnd.IntN(3) {
			e := map[string]any{"value": pick("a@x", "A@X", "b@x", "c@x"), "type": pick("work", "home")}
			if len(emails) == 0 || emails[0]["primary"] != true {
				e["primary"] = rnd.IntN(2) == 0
			}
			emails = append(emails, e)
		}
		attrs = append(attrs, "emails", emails)
		all = append(all, create(t, d.Users(), ctx, attrs...).ID)
	}
	for range size {
		attrs := []any{"displayName", pick("Ann", "bob", "Bob")}
		var members []string
		for range rnd.IntN(4) {
			members = append(members, pick(all...))
		}
		all = append(all, create(t, d.Groups(), ctx, append(attrs, "members", refs(members...))...).ID)
	}
	for range size / 4 {
		id := pick(all...)
		if d.Users().Delete(ctx, id, "") != nil {
			_ = d.Groups().Delete(ctx, id, "")
		}
	}
	return d, rnd
}

// operands are comparisons to make filters of; a $ stands for an id.
var operands = map[string][]string{
	"User": {
		`userName eq "ANN0001"`, `userName sw "b"`, `id eq "$"`, `id ne "$"`, `externalId eq "e1"`, `externalId eq "E1"`, `displayName eq "ann"`,
		`displayName pr`, `displayName eq null`, `title gt "b"`, `name.familyName eq "x"`, `active eq true`, `emails.value eq "a@x"`,
		`emails eq "A@x"`, `emails[value eq "a@x" and type eq "work"]`, `emails[type eq "home" and (value eq "b@x" or primary eq true)]`,
		`emails.value ne "a@x"`, `emails[not (value eq "a@x")]`, `groups.value eq "$"`, `groups[value eq "$" and type eq "direct"]`, `groups pr`,
		`groups.type eq "indirect"`, `meta.created gt "2026-01-01T00:00:09Z"`, `department eq "d"`, `meta.resourceType eq "User"`, `schemas co "enterprise"`,
		`groups.value ne "$"`, `groups.display eq "bob"`,
	},
	"Group": {
		`displayName eq "BOB"`, `id eq "$"`, `members.value eq "$"`, `members eq "$"`, `members.value ne "$"`, `members[value eq "$"]`, `members pr`,
		`members[value eq "$" and type eq "User"]`, `members[type eq "Group"]`, `members.display co "ann"`, `members.value eq null`,
		`members[value eq "$" or type eq "Group"]`, `members[not (value eq "$")]`, `members.value sw "a"`, `displayName sw "a"`,
	},
}

var sorts = map[string][]string{
	"User": {
		"", "", "userName", "displayName", "title", "name.familyName", "emails.value", "active", "meta.created", "externalId", "id", "groups.display",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "meta.lastModified",
	},
	"Group": {"", "displayName", "members.display", "members.value", "meta.lastModified"},
}

// randomFilter joins comparisons at random.
func randomFilter(rnd *rand.Rand, typ string, ids []string, depth int) string {
	if depth > 0 && rnd.IntN(3) > 0 {
		left, right := randomFilter(rnd, typ, ids, depth-1), randomFilter(rnd, typ, ids, depth-1)
		switch rnd.IntN(5) {
		case 0:
			return "not (" + left + ")"
		case 1, 2:
			return "(" + left + ") or (" + right + ")"
		default:
			return "(" + left + ") and (" + right + ")"
		}
	}
	f := operands[typ][rnd.IntN(len(operands[typ]))]
	return strings.ReplaceAll(f, "$", ids[rnd.IntN(len(ids))])
}

// TestSearchIsBruteForce compares Search with evaluating the filter on every resource and sorting them all, page by page.
func TestSearchIsBruteForce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		searchIsBruteForce(t, seed, 24, 150, true)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add(uint64(99), uint8(9))
	f.Fuzz(func(t *testing.T, seed uint64, size uint8) { searchIsBruteForce(t, seed, 1+int(size%16), 10, false) })
}

// searchIsBruteForce uses filters that are joined at random, after each comparison with each id if all is set.
func searchIsBruteForce(t *testing.T, seed uint64, size, filters int, all bool) {
	d, rnd := population(t, seed, size)
	ctx := t.Context()
	known := append(append([]string{"nope"}, ids(list(t, d.Users(), ctx))...), ids(list(t, d.Groups(), ctx))...)
	found := 0
	for _, s := range []*memstore.Store{d.Users(), d.Groups()} {
		typ := s.Type().Name()
		filterTexts := []string{""}
		for _, o := range operands[typ] {
			for _, id := range known {
				if !all {
					break
				}
				if filterTexts = append(filterTexts, strings.ReplaceAll(o, "$", id)); !strings.Contains(o, "$") {
					break
				}
			}
		}
		for range filters {
			filterTexts = append(filterTexts, randomFilter(rnd, typ, known, 3))
		}
		for _, f := range filterTexts {
			q := query(t, s, f, sorts[typ][rnd.IntN(len(sorts[typ]))], rnd.IntN(2) == 0)
			want := bruteForce(t, s, ctx, q)
			name := fmt.Sprintf("seed %d: %s sorted by %v, descending %v", seed, f, q.SortBy, q.Descending)
			page, err := s.Search(ctx, q)
			require.NoError(t, err, name)
			require.Equal(t, ids(want), ids(page.Resources), name)
			require.Equal(t, len(want), page.TotalResults, name)
			for i := range want {
				require.Equal(t, json(t, want[i]), json(t, page.Resources[i]), name)
			}
			found += len(want)

			// In pages, by index and by cursor, forwards and back.
			q.Count = 1 + rnd.IntN(7)
			var byIndex []string
			for q.StartIndex = 1; q.StartIndex <= len(want); q.StartIndex += q.Count {
				page, err := s.Search(ctx, q)
				require.NoError(t, err, name)
				require.Equal(t, len(want), page.TotalResults, name)
				byIndex = append(byIndex, ids(page.Resources)...)
			}
			require.Equal(t, ids(want), append([]string{}, byIndex...), "7644-3.4.2.4: %s", name)
			require.Equal(t, ids(want), walk(t, s, ctx, q), "9865-2-02: %s", name)
		}
	}
	require.True(t, found > 0 || size < 8)
}

// walk follows the cursors to the last page and back to the first.
func walk(t testing.TB, s *memstore.Store, ctx context.Context, q *scim.Query) []string {
	t.Helper()
	out := []string{}
	var pages [][]string
	cursor := ""
	for {
		page, err := s.SearchAfter(ctx, q, cursor)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Resources), q.Count)
		require.Equal(t, cursor == "", page.Prev == "", "9865-2-03: no previous cursor on the first page, and on no other")
		out, pages = append(out, ids(page.Resources)...), append(pages, ids(page.Resources))
		if page.Next == "" {
			cursor = page.Prev
			break
		}
		require.Regexp(t, `^[A-Za-z0-9._~-]+$`, page.Next, "9865-2-04")
		require.NotEmpty(t, page.Resources, "9865-2-02: a cursor leads to an empty page")
		cursor = page.Next
	}
	for i := len(pages) - 2; i >= 0; i-- {
		page, err := s.SearchAfter(ctx, q, cursor)
		require.NoError(t, err)
		require.Equal(t, pages[i], ids(page.Resources), "back to page %d", i)
		cursor = page.Prev
	}
	require.Empty(t, cursor)
	return out
}

func TestPages(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	var want []string
	for i := range 25 {
		want = append(want, create(t, users, ctx, "userName", number("u", i)).ID)
	}
	for _, f := range []string{"", `userName sw "U"`} {
		for _, tt := range []struct {
			name         string
			start, count int
			want         []string
		}{
			{"7644-3.4.2.4-03: totals only", 1, 0, []string{}},
			{"first", 1, 10, want[:10]},
			{"last", 21, 10, want[20:]},
			{"7644-3.4.2.4-06: beyond the end", 1000, 10, []string{}},
			{"one", 25, 1, want[24:]},
			{"7644-3.4.2.4-07: no overflow", 2, 1<<63 - 1, want[1:]},
			{"7644-3.4.2.4-01: below 1", -5, 2, want[:2]},
			{"7644-3.4.2.4-02: negative", 1, -3, []string{}},
		} {
			q := query(t, users, f, "", false)
			q.StartIndex, q.Count = tt.start, tt.count
			page, err := users.Search(ctx, q)
			require.NoError(t, err)
			require.Equal(t, tt.want, ids(page.Resources), "%s, %q", tt.name, f)
			require.Equal(t, 25, page.TotalResults, "%s, %q", tt.name, f)
		}
	}
	page, err := users.SearchAfter(ctx, &scim.Query{Count: 0}, "")
	require.NoError(t, err)
	require.Equal(t, &scim.Page{Resources: []*scim.Resource{}, TotalResults: 25}, page, "9865-2-05")
}

func TestCursorErrors(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	for i := range 3 {
		create(t, users, ctx, "userName", number("u", i), "active", true)
	}
	cursorOf := func(q *scim.Query) string {
		q.Count = 1
		page, err := users.SearchAfter(ctx, q, "")
		require.NoError(t, err)
		require.NotEmpty(t, page.Next)
		return page.Next
	}
	unsorted, byName, byActive := query(t, users, "", "", false), query(t, users, "", "userName", false), query(t, users, "", "active", false)
	for _, tt := range []struct {
		name, cursor string
		q            *scim.Query
	}{
		{"no base64", "!", unsorted},
		{"padding", cursorOf(unsorted) + "=", unsorted},
		{"no cursor", "AAAA", unsorted},
		{"cut off", "Pg", unsorted},
		{"of a sorted query", cursorOf(byName), unsorted},
		{"of another order", cursorOf(byName), byActive},
	} {
		_, err := users.SearchAfter(ctx, tt.q, tt.cursor)
		var e *scim.Error
		require.ErrorAs(t, err, &e, tt.name)
		require.Equal(t, 400, e.Status, tt.name)
		require.Equal(t, "invalidCursor", e.Type, "9865-2.1-01: %s", tt.name)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("", "userName")
	f.Add("PgE", "")
	f.Add("PgEidTAwMDEi", "userName")
	d := memstore.New(nil)
	users := d.Users()
	for i := range 20 {
		create(f, users, f.Context(), "userName", number("u", i))
	}
	f.Fuzz(func(t *testing.T, cursor, sortBy string) {
		if p, err := users.Type().Path(sortBy); err != nil || p.Target().IsExtension() {
			sortBy = ""
		}
		q := query(t, users, "", sortBy, false)
		q.Count = 5
		page, err := users.SearchAfter(t.Context(), q, cursor)
		if err == nil {
			require.Equal(t, 20, page.TotalResults)
			require.LessOrEqual(t, len(page.Resources), 5)
		}
	})
}
