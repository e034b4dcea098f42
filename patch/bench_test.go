package patch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// group returns a group with n members.
func group(tb testing.TB, n int) *schema.Resource {
	tb.Helper()
	r := resource(tb, g1, `{"members":null}`)
	a := schema.GroupType().Attribute("members")
	elements := make([]schema.Value, n)
	for i := range elements {
		elements[i] = schema.Complex(a.Object().With(a.SubAttribute("value"), schema.String(fmt.Sprintf("user-%08d", i))))
	}
	if n > 0 {
		r.Attributes = r.Attributes.With(a, schema.List(elements...))
	}
	return r
}

// members returns the message that adds n members, the first of them number from.
func members(from, n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,{"value":"user-%08d"}`, from+i)
	}
	return message(`{"op":"add","path":"members","value":[` + b.String()[1:] + `]}`)
}

// single returns n operations that each add or remove one member.
func single(kind string, from, n int) []byte {
	var b strings.Builder
	for i := range n {
		if kind == "remove" {
			fmt.Fprintf(&b, `,{"op":"remove","path":"members[value eq \"user-%08d\"]"}`, from+i)
		} else {
			fmt.Fprintf(&b, `,{"op":"add","path":"members","value":[{"value":"user-%08d"}]}`, from+i)
		}
	}
	return message(b.String()[1:])
}

func read(tb testing.TB, t *schema.ResourceType, body []byte) []patch.Op {
	tb.Helper()
	ops, err := patch.Read(t, body, patch.Limits{Operations: 10_000})
	require.NoError(tb, err)
	require.NoError(tb, patch.Check(t, ops))
	return ops
}

// TestLargeGroup is row 7644-3.5.2-22: the work grows with the number of members, not with its square.
func TestLargeGroup(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	for _, tt := range []struct {
		id   string
		body func(n int) []byte
		want int // members afterwards, in tenths of those before
	}{
		{"one operation adds a tenth", func(n int) []byte { return members(n, n/10) }, 11},
		{"a thousand operations add one each", func(n int) []byte { return single("add", n, min(n/10, 10_000)) }, 11},
		{"operations remove one each", func(n int) []byte { return single("remove", 0, n/10) }, 9},
	} {
		t.Run(tt.id, func(t *testing.T) {
			measure := func(n int) (allocs float64, took time.Duration) {
				r := group(t, n)
				ops := read(t, schema.GroupType(), tt.body(n))
				start := time.Now()
				got, changes, err := patch.Apply(r, ops)
				took = time.Since(start)
				require.NoError(t, err)
				require.Len(t, changes, n/10)
				require.Equal(t, n*tt.want/10, got.Get("members").Len())
				allocs = testing.AllocsPerRun(1, func() {
					if _, _, err := patch.Apply(r, ops); err != nil {
						t.Fatal(err)
					}
				})
				return allocs, took
			}
			small, _ := measure(10_000)
			double, _ := measure(20_000)
			require.Less(t, double/small, 2.5, "allocations: %v for 10,000 members, %v for 20,000", small, double)
			_, took := measure(100_000)
			require.Less(t, took, 5*time.Second)
		})
	}
}

func TestAllocations(t *testing.T) {
	r := resource(t, u1)
	ops := read(t, schema.UserType(), message(`{"op":"replace","path":"active","value":false}`))
	allocs := testing.AllocsPerRun(100, func() { _, _, _ = patch.Apply(r, ops) })
	require.LessOrEqual(t, allocs, 6.0)
	g := group(t, 1000)
	ops = read(t, schema.GroupType(), members(5000, 1))
	allocs = testing.AllocsPerRun(100, func() { _, _, _ = patch.Apply(g, ops) })
	require.LessOrEqual(t, allocs, 30.0, "one member added to many needs no index")
}

func benchmarkApply(b *testing.B, r *schema.Resource, body []byte) {
	ops := read(b, r.Attributes.Type(), body)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := patch.Apply(r, ops); err != nil {
			b.Fatal(err)
		}
	}
}

const sixOps = `{"op":"replace","path":"active","value":false},{"op":"add","path":"title","value":"VP"},
	{"op":"replace","path":"name.givenName","value":"Babs"},{"op":"replace","path":"emails[type eq \"work\"].value","value":"new@example.com"},
	{"op":"add","path":"` + enterprise + `:division","value":"X"},{"op":"remove","path":"emails[type eq \"home\"]"}`

func BenchmarkRead(b *testing.B) {
	for name, body := range map[string][]byte{
		"active":  message(`{"op":"replace","path":"active","value":false}`),
		"six":     message(sixOps),
		"members": members(0, 1000),
	} {
		t := schema.UserType()
		if name == "members" {
			t = schema.GroupType()
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := patch.Read(t, body, patch.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	b.Run("active", func(b *testing.B) {
		benchmarkApply(b, resource(b, u1), message(`{"op":"replace","path":"active","value":false}`))
	})
	b.Run("six", func(b *testing.B) { benchmarkApply(b, resource(b, u1), message(sixOps)) })
	for _, size := range []struct{ add, to int }{{1, 10}, {1, 100_000}, {10_000, 100_000}} {
		b.Run(fmt.Sprintf("members/%d_to_%d", size.add, size.to), func(b *testing.B) {
			benchmarkApply(b, group(b, size.to), members(size.to, size.add))
		})
	}
	// Hostile: as many operations as there may be, none of which can use an index.
	b.Run("hostile/filters", func(b *testing.B) {
		benchmarkApply(b, group(b, 10_000), message(strings.Repeat(`{"op":"remove","path":"members[value co \"nope\"]"},`, 999)+`{"op":"remove","path":"members[value co \"no\"]"}`))
	})
}

func BenchmarkReduce(b *testing.B) {
	for _, n := range []int{1, 1000} {
		ops := read(b, schema.GroupType(), members(0, n))
		b.Run(fmt.Sprintf("members/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := patch.Reduce(schema.GroupType(), ops, "members"); !ok {
					b.Fatal("not reduced")
				}
			}
		})
	}
}

func BenchmarkDeltaApply(b *testing.B) {
	for _, size := range []struct{ add, to int }{{1, 10}, {1, 100_000}, {10_000, 100_000}} {
		d, ok := patch.Reduce(schema.GroupType(), read(b, schema.GroupType(), members(size.to, size.add)), "members")
		require.True(b, ok)
		r := group(b, size.to)
		b.Run(fmt.Sprintf("members/%d_to_%d", size.add, size.to), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := d.Apply(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
