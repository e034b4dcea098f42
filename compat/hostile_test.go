package compat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

const aGroup = `{"schemas":["` + group + `"],"id":"g-7","displayName":"G","members":[{"value":"u-1"},{"value":"u-2"}]}`

// An empty array as the value of a member is none: it must not empty the group, under any profile.
func TestHostileEmptyArrayMember(t *testing.T) {
	typ := groupType(t)
	r := resource(t, typ, []byte(aGroup))
	for _, p := range compat.Profiles() {
		for _, op := range []string{
			`{"op":"replace","path":"members","value":[{"value":[]}]}`, `{"op":"replace","path":"members","value":{"value":[]}}`,
			`{"op":"replace","value":{"members":[{"value":[]}]}}`, `{"op":"replace","path":"members","value":[{"$ref":null,"value":[]}]}`,
		} {
			_, _, err := run(typ, p, r, message("["+op+"]"))
			require.Error(t, err, "%s %s", p.Name(), op)
		}
	}
}

// What nested-values makes is a list, and no list within a list.
func TestHostileNestedList(t *testing.T) {
	typ := groupType(t)
	for _, p := range []*compat.Profile{compat.EntraID, compat.Lenient} {
		r, err := create(typ, p, []byte(`{"schemas":["`+group+`"],"displayName":"G","members":{"members":[{"value":"u-1"}]}}`))
		require.NoError(t, err)
		require.Contains(t, text(t, r), `"members":[{"value":"u-1"}]`, p.Name())
		for _, members := range []string{`[{"members":[]}]`, `[{"members":[{"value":"u-1"}]}]`} {
			_, err = create(typ, p, []byte(`{"schemas":["`+group+`"],"displayName":"G","members":`+members+`}`))
			require.Error(t, err, "%s %s", p.Name(), members)
		}
		_, next, err := run(typ, p, resource(t, typ, []byte(aGroup)), message(`[{"op":"add","value":{"members":{"members":[{"value":"u-7"}]}}}]`))
		require.NoError(t, err, p.Name())
		require.Contains(t, text(t, next), "u-7")
	}
}

// An element that is there twice is primary once: Strict takes it, and Lenient does the same.
func TestHostilePrimaryTwice(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"dana"}`))
	body := message(`[{"op":"replace","path":"emails","value":[{"type":"work","value":"a","primary":true},{"type":"work","value":"a","primary":true}]}]`)
	_, strict, err := run(typ, compat.Strict, r, body)
	require.NoError(t, err)
	for _, p := range []*compat.Profile{compat.Lenient, compat.PingOne} {
		_, next, err := run(typ, p, r, body)
		require.NoError(t, err)
		require.Equal(t, text(t, strict), text(t, next), p.Name())
	}
}

func TestHostileTwice(t *testing.T) {
	typ := userType(t)
	for _, op := range []string{
		`{"op":"add","path":"roles","value":[{"value":[{"$ref":null,"value":"{\"value\":\"25\"}"}]}]}`,
		`{"op":"replace","path":"emails","value":[{"display":"x","value":[{"$ref":null,"value":null}]}]}`,
		`{"op":"replace","path":"addresses","value":[{"postalCode":"v","country":[{"$ref":null,"value":[]}]}]}`,
		`{"op":"replace","path":"emails","value":[{"value":"x","display":"","displayName":"n"}]}`,
		`{"op":"add","path":"emails","value":{"emails":{"emails":[{"value":"x"}]}}}`,
	} {
		for _, p := range compat.Profiles() {
			once, _, err := compat.RewritePatch(typ, p, read(t, typ, "["+op+"]"))
			require.NoError(t, err)
			twice, again, err := compat.RewritePatch(typ, p, once)
			require.NoError(t, err)
			require.Empty(t, ids(again), "%s %s", p.Name(), op)
			require.Equal(t, written(t, once), written(t, twice))
		}
	}
}

func TestHostileRedacted(t *testing.T) {
	typ := userType(t)
	check := func(applied []compat.Applied) {
		require.NotEmpty(t, applied)
		for _, a := range applied {
			require.NotContains(t, a.Redacted().Before+a.Redacted().After, "s3cret", a.Rule)
		}
	}
	for _, s := range []string{`displayName eq 'Dana s3cret'`, `userName eq 'a]s3cret'`, `userName eq 'a(s3cret)'`} {
		_, applied, _ := compat.RewriteFilter(typ, compat.EntraID, s)
		check(applied)
	}
	for _, op := range []string{
		`{"op":"Replace","value":{"path":"s3cret"}}`, `{"op":"Replace","path":"roles","value":[{"path":"s3cret"}]}`,
		`{"op":"Replace","path":"userName eq \"s3cret\"","value":"x"}`, `{"op":"Replace","path":"emails[value eq 'a s3cret'].value","value":"x"}`,
	} {
		_, applied, _ := compat.RewritePatch(typ, compat.EntraID, read(t, typ, "["+op+"]"))
		check(applied)
	}
}

// A request of 1 MiB, in one operation or in many, is refused before it costs much, by Accepts too.
func TestHostileCost(t *testing.T) {
	typ := userType(t)
	for _, perOp := range []int{1 << 20, 500} {
		var b strings.Builder
		for i := 0; b.Len() < 1<<20-500; i++ {
			switch {
			case i == 0:
				b.WriteString(`[{"op":"add","value":{`)
			case i%perOp == 0:
				b.WriteString(`}},{"op":"add","value":{`)
			default:
				b.WriteString(",")
			}
			fmt.Fprintf(&b, `"manager[value eq %d]":"a"`, i)
		}
		ops, err := patch.Read(typ, message(b.String()+`}}]`), patch.Limits{})
		require.NoError(t, err)
		start := time.Now()
		_, _, err = compat.RewritePatch(typ, compat.EntraID, ops)
		require.ErrorContains(t, err, "names that are paths")
		require.Empty(t, compat.Accepts(typ, compat.Strict, nil, ops, nil))
		// Without the bound it is 20 s; with it, a tenth of a second, but machines and race detectors differ.
		require.Less(t, time.Since(start), 8*time.Second)
	}
}

// A list of attribute names may hold values too; and so may a path that is none.
func TestHostileNames(t *testing.T) {
	typ := userType(t)
	for _, s := range []string{`emails[value=s3cret]`, `emails[s3cret]`, `userName,emails[type eq "a]s3cret"].value`} {
		_, applied, err := compat.RewriteAttributes(typ, compat.EntraID, s)
		require.NoError(t, err)
		require.NotEmpty(t, applied)
		require.NotContains(t, applied[0].Redacted().Before, "s3cret")
		require.Contains(t, applied[0].Redacted().Before, "emails[…]")
	}
	_, _, err := run(typ, compat.EntraID, resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"dana"}`)), message(`[{"op":"replace","path":"userName eq \"s3cret\"","value":"x"}]`))
	require.ErrorContains(t, err, "replace userName…")
	require.NotContains(t, err.Error(), "s3cret")
}

// A role that was renamed since is removed all the same: only its value says which one it is.
func TestHostileRenamedRole(t *testing.T) {
	typ := userType(t)
	r := resource(t, typ, []byte(`{"schemas":["`+user+`"],"id":"u","userName":"dana","roles":[{"value":"25","display":"Old"}]}`))
	for _, v := range []string{`{"value":"{\"value\":\"25\",\"displayName\":\"New\"}"}`, `{"value":"25","display":"New"}`} {
		_, next, err := run(typ, compat.EntraID, r, message(`[{"op":"Remove","path":"roles","value":[`+v+`]}]`))
		require.NoError(t, err)
		require.True(t, next.Get("roles").IsUnassigned(), text(t, next))
	}
}
