package memstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
)

const many = 100_000

// crowd is a directory of 100,000 users, of whom a small group has 10 and a large one all but one.
var crowd = sync.OnceValue(func() (c struct {
	d            *memstore.Directory
	users        []string
	small, large string
	err          error
}) {
	c.d = memstore.New(nil)
	add := func(s *memstore.Store, attrs ...any) string {
		r := &scim.Resource{Attributes: s.Type().Object()}
		for i := 0; i < len(attrs); i += 2 {
			if err := r.Attributes.Set(attrs[i].(string), attrs[i+1]); err != nil {
				c.err = err
			}
		}
		made, err := s.Create(context.Background(), r)
		if err != nil {
			c.err = err
			return ""
		}
		return made.ID
	}
	for i := range many {
		c.users = append(c.users, add(c.d.Users(), "userName", fmt.Sprintf("user%06d@example.com", i), "displayName", "User", "active", true,
			"emails", []map[string]any{{"value": fmt.Sprintf("user%06d@example.com", i), "type": "work"}}))
	}
	c.small = add(c.d.Groups(), "displayName", "small", "members", refs(c.users[:10]...))
	c.large = add(c.d.Groups(), "displayName", "large", "members", refs(c.users[:many-1]...))
	return c
})

// BenchmarkOneMember adds one member to a group and takes it out again: it costs the same in a large group.
func BenchmarkOneMember(b *testing.B) {
	c := crowd()
	require.NoError(b, c.err)
	groups, last := c.d.Groups(), c.users[many-1:]
	add, remove := membersDelta(b, groups, false, nil, last), membersDelta(b, groups, false, last, nil)
	for _, g := range []struct{ name, id string }{{"Of10", c.small}, {"Of100000", c.large}} {
		b.Run(g.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := groups.PatchDelta(b.Context(), g.id, add); err != nil {
					b.Fatal(err)
				}
				if _, err := groups.PatchDelta(b.Context(), g.id, remove); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	c := crowd()
	require.NoError(b, c.err)
	for _, g := range []struct {
		name, id string
		s        *memstore.Store
	}{{"User", c.users[many/2], c.d.Users()}, {"GroupOf10", c.small, c.d.Groups()}, {"GroupOf100000", c.large, c.d.Groups()}} {
		b.Run(g.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.s.Get(b.Context(), g.id, scim.Projection{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	c := crowd()
	require.NoError(b, c.err)
	for _, q := range []struct {
		name, filter, sortBy string
		start, count, total  int
		s                    *memstore.Store
	}{
		{"UserName", `userName eq "USER050000@example.com"`, "", 1, 100, 1, c.d.Users()},
		{"Email", `emails[type eq "work" and value eq "user050000@example.com"]`, "", 1, 100, 1, c.d.Users()},
		{"Member", `displayName pr and members.value eq "` + c.users[50_000] + `"`, "", 1, 100, 1, c.d.Groups()},
		{"PageAt50000", "", "", 50_001, 100, many, c.d.Users()},
		{"Scan", `userName co "99999"`, "", 1, 100, 1, c.d.Users()},
		{"Sort", "", "userName", 50_001, 100, many, c.d.Users()},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			query := query(b, q.s, q.filter, q.sortBy, false)
			query.StartIndex, query.Count = q.start, q.count
			for b.Loop() {
				page, err := q.s.Search(b.Context(), query)
				if err != nil || page.TotalResults != q.total {
					b.Fatal(err, page)
				}
			}
		})
	}
}

func BenchmarkCreate(b *testing.B) {
	b.ReportAllocs()
	d := memstore.New(nil)
	i := 0
	for b.Loop() {
		i++
		r := &scim.Resource{Attributes: d.Users().Type().Object()}
		if err := r.Attributes.Set("userName", number("u", i)); err != nil {
			b.Fatal(err)
		}
		if _, err := d.Users().Create(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
