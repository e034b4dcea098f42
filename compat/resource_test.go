package compat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

func TestRewriteResource(t *testing.T) {
	for _, test := range []struct{ name, body, want, rules string }{
		{
			"E03 boolean string", `{"schemas":["` + user + `"],"userName":"a","active":"True"}`,
			`{"schemas":["` + user + `"],"userName":"a","active":true}`, "boolean-string",
		},
		{
			"E04 paths as names", `{"schemas":["` + user + `"],"userName":"a","name.givenName":"G","` + enterprise + `:department":"D"}`,
			`{"schemas":["` + user + `"],"userName":"a","name":{"givenName":"G"},"` + enterprise + `":{"department":"D"}}`, "path-keys",
		},
		{
			"E11 no SCIM URI left", `{"schemas":["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"],"userName":"a"}`,
			`{"schemas":["` + user + `"],"userName":"a"}`, "schema-uris",
		},
		{
			"E12 one value", `{"schemas":["` + user + `"],"userName":"a","emails":{"value":"x","primary":"true"}}`,
			`{"schemas":["` + user + `"],"userName":"a","emails":[{"value":"x","primary":true}]}`, "one-value boolean-string",
		},
		{
			"E33 at the top, but the extension wins", `{"schemas":["` + user + `"],"userName":"a","manager":"u-1","department":"X","` + enterprise + `":{"department":"D"}}`,
			`{"schemas":["` + user + `"],"userName":"a","department":"X","` + enterprise + `":{"department":"D","manager":{"value":"u-1"}}}`, "path-keys bare-value",
		},
		{
			"E33 misspelt extension", `{"schemas":["` + user + `","urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0User":{"department":"D","manager":"u-1"}}`,
			`{"schemas":["` + user + `"],"userName":"a","` + enterprise + `":{"department":"D","manager":{"value":"u-1"}}}`, "uri-typo path-keys bare-value schema-uris",
		},
		{
			"E40 empty strings", `{"schemas":["` + user + `"],"userName":"","title":"","name":{"givenName":"","familyName":"F"},"manager":""}`,
			`{"schemas":["` + user + `"],"userName":"","name":{"familyName":"F"},"` + enterprise + `":{"manager":null}}`, "path-keys bare-value clear",
		},
		{
			"E40 elements of nothing but a type", `{"schemas":["` + user + `"],"userName":"a","emails":[{"type":"work","value":null,"primary":null},{"type":"home","value":"h","display":null}],"phoneNumbers":[{"type":"work","value":""}]}`,
			`{"schemas":["` + user + `"],"userName":"a","emails":[{"type":"home","value":"h"}],"phoneNumbers":[]}`, "null-members clear",
		},
		{
			"E42 app role", `{"schemas":["` + user + `"],"userName":"a","roles":["{\"value\":\"25\",\"displayName\":\"D\"}"]}`,
			`{"schemas":["` + user + `"],"userName":"a","roles":[{"value":"25","display":"D"}]}`, "bare-value role-json",
		},
		{
			"N1 strings", `{"schemas":["` + user + `"],"userName":"True","title":"{\"value\":\"x\"}","favourite":"True"}`,
			`{"schemas":["` + user + `"],"userName":"True","title":"{\"value\":\"x\"}","favourite":"True"}`, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			typ := userType(t)
			o, err := typ.ReadObject([]byte(test.body), 32)
			require.NoError(t, err)
			received := o
			applied, err := compat.RewriteResource(typ, compat.EntraID, &o)
			require.NoError(t, err)
			require.JSONEq(t, test.want, object(t, o))
			require.Subset(t, append(ids(applied), ""), append(strings.Fields(test.rules), ""))
			require.Subset(t, append(strings.Fields(test.rules), ""), append(ids(applied), ""))
			applied, err = compat.RewriteResource(typ, compat.EntraID, &o)
			require.NoError(t, err)
			require.Empty(t, applied, "twice is as once")
			applied, err = compat.RewriteResource(typ, compat.Strict, &received)
			require.NoError(t, err)
			require.Empty(t, applied)
			require.JSONEq(t, test.body, object(t, received))
		})
	}
	for _, member := range []string{`{"value":null}`, `{}`, `{"$ref":null,"value":null}`, `{"display":"Dana"}`, `{"valeu":"u-1"}`} {
		for _, p := range compat.Profiles() {
			_, err := create(groupType(t), p, []byte(`{"schemas":["`+group+`"],"displayName":"G","members":[`+member+`]}`))
			require.ErrorContains(t, err, "an element has no value", "N7: a group is not replaced by an empty one: %s %s", p.Name(), member)
			r := resource(t, groupType(t), []byte(`{"schemas":["`+group+`"],"id":"g-7","displayName":"G","members":[{"value":"u-1"}]}`))
			for _, op := range []string{`{"op":"replace","path":"members","value":[%]}`, `{"op":"replace","path":"members","value":%}`, `{"op":"replace","value":{"members":[%]}}`} {
				_, _, err := run(groupType(t), p, r, message(`[`+strings.ReplaceAll(op, "%", member)+`]`))
				require.Error(t, err, "%s %s", p.Name(), op)
			}
		}
	}
}

func object(t testing.TB, o schema.Object) string {
	data, err := o.MarshalJSON()
	require.NoError(t, err)
	return string(data)
}

// TestRewriteResourceManyNames takes minutes if a name costs as much as there are names.
func TestRewriteResourceManyNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"schemas":["` + user + `"],"name.givenName":"Dana"`)
	for i := range 50_000 {
		fmt.Fprintf(&b, `,"x%d":1`, i)
	}
	b.WriteString("," + `"` + strings.Repeat("a.", 200_000) + `":1}`)
	typ := userType(t)
	o, err := typ.ReadObject([]byte(b.String()), 32)
	require.NoError(t, err)
	start := time.Now()
	applied, err := compat.RewriteResource(typ, compat.EntraID, &o)
	require.NoError(t, err)
	require.Less(t, time.Since(start), 10*time.Second)
	require.Equal(t, []string{"path-keys"}, ids(applied))
	require.Len(t, o.Unknown(), 50_001)
}

// TestRewritePatchManyNames does the same for a value without a path, whose names may be many but not too many.
func TestRewritePatchManyNames(t *testing.T) {
	t.Parallel()
	typ := userType(t)
	many := func(n int) []patch.Op {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"emails[type eq \"%d\"].value":"x",`, i)
		}
		return read(t, typ, `[{"op":"replace","value":{`+b.String()+`"title":"T"}}]`)
	}
	ops, _, err := compat.RewritePatch(typ, compat.EntraID, many(1000))
	require.NoError(t, err)
	require.Len(t, ops, 1001)
	require.Equal(t, "title", ops[1000].Path, "in the order in which they were sent")
	start := time.Now()
	_, _, err = compat.RewritePatch(typ, compat.EntraID, many(25_000))
	require.ErrorContains(t, err, "operation 1: has more than 1000 names that are paths")
	require.Less(t, time.Since(start), 5*time.Second)
}

// E04: names with filters make the elements they describe in a resource too; what the attribute's own name says comes first.
func TestElementNames(t *testing.T) {
	typ := userType(t)
	const work, home = `"emails[type eq \"work\"].value":"w"`, `"emails[type eq \"home\"].value":"h","emails[type eq \"home\"].primary":"True"`
	for in, want := range map[string]string{
		work:                               `[{"type":"work","value":"w"}]`,
		work + "," + home:                  `[{"type":"work","value":"w"},{"type":"home","value":"h","primary":true}]`,
		work + `,"emails":[{"value":"e"}]`: `[{"value":"e"}]`,
	} {
		r, err := create(typ, compat.EntraID, []byte(`{"schemas":["`+user+`"],"userName":"a",`+in+`}`))
		require.NoError(t, err, in)
		require.JSONEq(t, want, r.Get("emails").String(), in)
	}
	r, err := create(groupType(t), compat.EntraID, []byte(`{"schemas":["`+group+`"],"displayName":"a","members[value eq \"u-1\"].type":"User"}`))
	require.NoError(t, err)
	require.True(t, r.Get("members").IsUnassigned(), "N4: no member is made up")
}

// A5: PingOne sends two primary addresses of which one may be empty.
func TestFirstPrimary(t *testing.T) {
	typ := userType(t)
	for in, want := range map[string]string{
		`[{"value":"a","primary":true},{"value":"b","primary":true},{"value":"c"}]`:                 `[{"value":"a","primary":true},{"value":"b","primary":false},{"value":"c"}]`,
		`[{"value":"","primary":true},{"value":"b","primary":true},{"value":"c","primary":"True"}]`: `[{"value":"","primary":false},{"value":"b","primary":true},{"value":"c","primary":false}]`,
		`[{"type":"work","primary":true},{"type":"home","primary":true}]`:                           `[{"type":"work","primary":true},{"type":"home","primary":false}]`,
		`[{"value":"a","primary":true},{"value":"b","primary":false}]`:                              `[{"value":"a","primary":true},{"value":"b","primary":false}]`,
	} {
		for _, p := range []*compat.Profile{compat.PingOne, compat.Lenient} {
			r, err := create(typ, p, []byte(`{"schemas":["`+user+`"],"userName":"a","emails":`+in+`}`))
			require.NoError(t, err, in)
			require.JSONEq(t, want, r.Get("emails").String(), in)
		}
	}
}
