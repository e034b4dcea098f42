package elimity_test

import (
	"strings"
	"testing"

	theirs "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"
)

func thing(version string, attributes theirs.ResourceAttributes) theirs.Resource {
	return theirs.Resource{ID: "t1", Attributes: attributes, Meta: theirs.Meta{Version: version}}
}

// TestVersion checks the entity tags that versions of handlers become (RFC 7644 §3.14; RFC 9110 §8.8.3).
func TestVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{`7`: `W/"7"`, `"7"`: `W/"7"`, `W/"7"`: `W/"7"`, `<nil>`: `W/"<nil>"`} {
		a, _ := get(t, thing(version, nil), nil)
		require.Equal(t, want, a.header.Get("ETag"), version)
	}
	seen := map[string]bool{}
	for _, version := range []string{`7 8`, `7"8`, "7\n", `"`} {
		a, _ := get(t, thing(version, nil), nil)
		tag := a.header.Get("ETag")
		require.Regexp(t, `^W/"[-\w]{22}"$`, tag, version)
		require.False(t, seen[tag], "two versions have one tag")
		seen[tag] = true
	}
}

// TestNoVersion checks the version of a resource whose handler gives none: it tells contents apart, and nothing else.
func TestNoVersion(t *testing.T) {
	t.Parallel()
	tag := func(attributes theirs.ResourceAttributes) string {
		a, _ := get(t, thing("", attributes), nil)
		require.Equal(t, 200, a.status, a.text)
		require.Regexp(t, `^W/"[-\w]{22}"$`, a.header.Get("ETag"))
		return a.header.Get("ETag")
	}
	parts := func(p ...interface{}) theirs.ResourceAttributes { return theirs.ResourceAttributes{"parts": p} }
	p, q := map[string]interface{}{"value": "p", "count": 1}, map[string]interface{}{"value": "q"}
	require.Equal(t, tag(parts(p, q)), tag(parts(q, p)), "the order of elements counts")
	require.Equal(t, tag(theirs.ResourceAttributes{"name": "a"}), tag(theirs.ResourceAttributes{"name": "a", "on": nil, "other": 1}))

	seen := map[string]theirs.ResourceAttributes{}
	for _, m := range []theirs.ResourceAttributes{
		{}, {"name": "a"}, {"name": "a\n"}, {"externalId": "a"}, {"on": true}, {"on": false}, {"tags": []string{"a"}}, {"tags": []string{"a", "b"}},
		{"tags": []string{"ab"}}, {"tags": []string{"a\nb"}}, parts(p), parts(q), parts(p, q), parts(p, p), {"place": map[string]interface{}{"room": "a"}},
		{extraURN: map[string]interface{}{"level": 1}}, {extraURN: map[string]interface{}{"notes": []string{"1"}}},
	} {
		got := tag(m)
		require.NotContains(t, seen, got, "%v and %v have one version", m, seen[got])
		seen[got] = m
	}
}

// TestNoVersionPassword checks that a version says nothing about a password.
func TestNoVersionPassword(t *testing.T) {
	t.Parallel()
	users := newUsers()
	users.typ.Handler = unversioned{users}
	s := newService(t, nil, users.typ)
	body := func(password string) string {
		return strings.Replace(user("ann"), `"userName"`, `"password":"`+password+`","userName"`, 1)
	}
	first := s.must(t, 201, "POST", "/Users", body("one")).header.Get("ETag")
	require.Equal(t, first, s.must(t, 200, "PUT", "/Users/u1", body("two")).header.Get("ETag"))
	require.Equal(t, "two", users.stored(t, "u1")["password"])
	s.must(t, 412, "PUT", "/Users/u1", user("bob"), "If-Match", `W/"other"`)
	second := s.must(t, 200, "PUT", "/Users/u1", user("bob"), "If-Match", first).header.Get("ETag")
	require.Equal(t, second, s.must(t, 200, "GET", "/Users/u1", "").header.Get("ETag"))
	require.NotEqual(t, first, second)
}
