package compat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
)

// A group of many members is changed without a look at all of them for each.
func BenchmarkRemoveMembers(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			typ := groupType(b)
			var values []string
			for i := range n {
				values = append(values, fmt.Sprintf(`{"$ref":null,"value":"u-%d"}`, i))
			}
			ops := read(b, typ, `[{"op":"Remove","path":"members","value":[`+strings.Join(values, ",")+`]}]`)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var conforming = `[
	{"op":"replace","path":"displayName","value":"Dana"},
	{"op":"add","path":"emails","value":[{"type":"work","value":"a@x.example","primary":true}]},
	{"op":"replace","value":{"active":false,"name":{"givenName":"D"},"` + enterprise + `":{"department":"S"}}},
	{"op":"remove","path":"phoneNumbers[type eq \"fax\"]"}]`

func BenchmarkConforming(b *testing.B) {
	typ := userType(b)
	ops := read(b, typ, conforming)
	b.ReportAllocs()
	for b.Loop() {
		if _, applied, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil || applied != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntra(b *testing.B) {
	typ := userType(b)
	ops := read(b, typ, `[{"op":"Replace","path":"displayName","value":"Dana"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@x.example"},{"op":"Replace","path":"active","value":"False"}]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := compat.RewritePatch(typ, compat.EntraID, ops); err != nil {
			b.Fatal(err)
		}
	}
}

func TestConformingCostsNothing(t *testing.T) {
	typ := userType(t)
	ops := read(t, typ, conforming)
	got, applied, err := compat.RewritePatch(typ, compat.EntraID, ops)
	require.NoError(t, err)
	require.Nil(t, applied)
	require.Same(t, &ops[0], &got[0], "the slice is the same")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _, _ = compat.RewritePatch(typ, compat.EntraID, ops)
	}))
}
