package scim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

func TestGet(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Users", `{"userName":"u","nickName":"n"}`)
		group := s.create(t, "/Groups", `{"displayName":"g"}`)
		a := s.ok(t, 200, "GET", "/Users/"+id+"?filter=nickName+pr&sortBy=x&count=y", "")
		m := a.object(t)
		require.Equal(t, id, m["id"], "7644-3.4.1-01, AMB-47")
		require.Equal(t, a.header.Get("ETag"), m["meta"].(map[string]any)["version"], "7644-3.14-03")
		require.Equal(t, a.header.Get("Content-Location"), m["meta"].(map[string]any)["location"], "7643-3.1-09")
		require.Equal(t, "no-store", a.header.Get("Cache-Control"))
		require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))

		head := s.ok(t, 200, "HEAD", "/Users/"+id, "")
		require.Empty(t, head.body, "7644-3.2-06")
		plain := s.ok(t, 200, "GET", "/Users/"+id, "")
		require.Equal(t, plain.header, head.header, "7644-3.2-06: HEAD has the header fields of GET")
		s.ok(t, 404, "HEAD", "/Users/none", "")

		for _, target := range []string{"/Users/none", "/Users/" + group, "/Groups/" + id, "/Users/" + strings.ToUpper(id), "/Users/" + id + ".scim"} {
			s.refused(t, 404, "", "GET", target, "")    // 7644-3.4.1-02, 7644-3.4.1-04, 7643-3.1-04, 7644-3.8-07
			s.refused(t, 404, "", "DELETE", target, "") // 7644-3.4.1-04
		}
		s.ok(t, 200, "GET", "/Groups/"+group, "")
	})
}

// TestIDs makes resources whose ids need escaping, and follows their Location.
func TestIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a b", "a/b", "ü", "x.y", "a.scim", "..a", "%2F", "a%b", "a+b", "a?b#c", "a;b", "urn:x:1", "𝒳", `q"uote`, "v2", "Me"} {
		t.Run("7644-3.4.1-03 "+id, func(t *testing.T) {
			t.Parallel()
			d := memstore.New(&memstore.Options{NewID: func() string { return id }})
			s := newService(t, storeSet{users: d.Users(), groups: d.Groups()}, nil).live(t)
			a := s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
			location := a.header.Get("Location")
			require.Equal(t, location, a.object(t)["meta"].(map[string]any)["location"])
			target, ok := strings.CutPrefix(location, baseURL)
			require.True(t, ok, location)
			require.NotContains(t, target, " ")
			require.Equal(t, id, s.ok(t, 200, "GET", target, "").object(t)["id"])
			s.ok(t, 200, "PATCH", target, patchBody(`{"op":"add","path":"nickName","value":"n"}`))
			s.ok(t, 204, "DELETE", target, "")
			s.ok(t, 404, "GET", target, "")
		})
	}
}

// TestReferences checks that $ref follows from value (RFC 7643 §2.3.7), and leads to the resource.
func TestReferences(t *testing.T) {
	t.Parallel()
	n := 0
	d := memstore.New(&memstore.Options{NewID: func() string { n++; return fmt.Sprintf("ü %d/%%2F", n) }})
	s := newService(t, storeSet{d.Users(), d.Groups(), d.Store(widgetType())}, nil)
	at := url.PathEscape
	boss := s.create(t, "/Users", `{"userName":"boss"}`)
	user := s.create(t, "/Users", `{"userName":"u","`+schema.EnterpriseUserURI+`":{"manager":{"value":"`+boss+`","$ref":"https://evil.example/","displayName":"x"}}}`)
	inner := s.create(t, "/Groups", `{"displayName":"inner","members":[{"value":"`+user+`"}]}`)
	outer := s.create(t, "/Groups", `{"displayName":"outer","members":[{"value":"`+inner+`"}]}`)
	widget := s.create(t, "/Widgets", `{"name":"w","owner":{"value":"`+user+`"}}`)

	element := func(target, attribute string, i int) map[string]any {
		return s.ok(t, 200, "GET", target, "").object(t)[attribute].([]any)[i].(map[string]any)
	}
	refs := map[string]string{} // by id
	add := func(m map[string]any) {
		id, _ := m["value"].(string)
		refs[id], _ = m["$ref"].(string)
	}
	m := s.ok(t, 200, "GET", "/Users/"+at(user), "").object(t)
	manager := m[schema.EnterpriseUserURI].(map[string]any)["manager"].(map[string]any)
	require.NotContains(t, manager, "displayName", "7643-4.3-01: readOnly")
	add(manager)
	add(element("/Groups/"+at(inner), "members", 0)) // 7643-4.2-03
	add(element("/Groups/"+at(outer), "members", 0))
	add(element("/Users/"+at(user), "groups", 1)) // 7643-4.1.2-05
	add(s.ok(t, 200, "GET", "/Widgets/"+at(widget), "").object(t)["owner"].(map[string]any))
	require.Len(t, refs, 4)
	for id, ref := range refs {
		target, ok := strings.CutPrefix(ref, baseURL)
		require.True(t, ok, "7643-2.3.7-03: %s has the reference %q", id, ref)
		require.Equal(t, id, s.ok(t, 200, "GET", target, "").object(t)["id"], "7643-2.3.7-03")
	}
	require.Equal(t, "User", element("/Groups/"+at(inner), "members", 0)["type"], "7643-4.2-03")
}

func TestIDsOfAllTypesDiffer(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	seen := map[string]bool{}
	for range 100 {
		for endpoint, body := range map[string]string{"/Users": `{"userName":"u"}`, "/Groups": `{"displayName":"g"}`} {
			id := s.create(t, endpoint, body)
			require.False(t, seen[id], "7643-3.1-01")
			seen[id] = true
			s.ok(t, 204, "DELETE", endpoint+"/"+id, "")
		}
	}
}

// TestReservedID checks that an id that RFC 7643 §3.1 forbids never gets out.
func TestReservedID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"bulkId", "bulkId:1", ""} {
		s := newService(t, storeSet{users: fixedID{newMinimal(schema.UserType()), id}, groups: newMinimal(schema.GroupType())}, nil)
		s.do(t, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`)).requireError(t, 500, "") // 7643-3.1-03
	}
}

var _ scim.ResourceStore = fixedID{}
