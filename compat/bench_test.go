package compat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
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

// pathless is an update of 36 attributes as Entra's validator sends it: one operation without path, whose names are paths.
func pathless() string {
	var keys []string
	for _, k := range []string{"displayName", "title", "nickName", "userType", "preferredLanguage", "locale", "timezone", "externalId", "profileUrl", "name.formatted",
		"name.familyName", "name.givenName", "name.middleName", "name.honorificPrefix", "name.honorificSuffix"} {
		keys = append(keys, `"`+k+`":"v"`)
	}
	for _, k := range []string{"employeeNumber", "costCenter", "organization", "division", "department", "manager.value"} {
		keys = append(keys, `"`+enterprise+`:`+k+`":"v"`)
	}
	for _, sub := range []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"} {
		keys = append(keys, `"addresses[type eq \"work\"].`+sub+`":"v"`)
	}
	for _, typ := range []string{"work", "mobile", "fax", "home", "other", "pager"} {
		keys = append(keys, `"phoneNumbers[type eq \"`+typ+`\"].value":"1"`)
	}
	keys = append(keys, `"emails[type eq \"work\"].value":"a@x.example"`, `"emails[type eq \"other\"].value":"b@x.example"`, `"active":"True"`)
	return `[{"op":"replace","value":{` + strings.Join(keys, ",") + `}}]`
}

func BenchmarkPathless(b *testing.B) {
	typ := userType(b)
	ops := read(b, typ, pathless())
	b.ReportAllocs()
	for b.Loop() {
		made, _, err := compat.RewritePatch(typ, compat.EntraID, ops)
		if err != nil || len(made) != 36 {
			b.Fatal(len(made), err)
		}
	}
}

// To read the same operations, as a scale for what rewriting costs.
func BenchmarkPathlessRead(b *testing.B) {
	typ := userType(b)
	body := message(pathless())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := patch.Read(typ, body, patch.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConformingRead(b *testing.B) {
	typ := userType(b)
	body := message(conforming)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := patch.Read(typ, body, patch.Limits{}); err != nil {
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
