package scim_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDelete(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Users", `{"userName":"u"}`)
		s.create(t, "/Users", `{"userName":"other"}`)
		target := "/Users/" + id
		a := s.live(t).ok(t, 204, "DELETE", target, "")
		require.Empty(t, a.body, "7644-3.6-01")
		require.Empty(t, a.header.Get("Content-Type"), "7644-3.6-01")
		for method, body := range map[string]string{
			"GET": "", "DELETE": "", "PUT": withSchema("/Users", `{"userName":"u"}`), "PATCH": patchBody(`{"op":"add","path":"title","value":"x"}`),
		} {
			s.refused(t, 404, "", method, target, body) // 7644-3.6-02
		}
		require.Equal(t, []string{"other"}, s.ok(t, 200, "GET", "/Users", "").names(t, "userName"), "7644-3.6-03")
		require.Contains(t, s.ok(t, 200, "GET", "/Users?filter=id+eq+%22"+id+"%22", "").body, `"totalResults":0`, "7644-3.6-03")
		require.NotEqual(t, id, s.create(t, "/Users", `{"userName":"u"}`), "7644-3.6-04")
	})
}

// TestDeleteMember checks that a deleted user leaves its groups (7644-3.6-06).
func TestDeleteMember(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	user := s.create(t, "/Users", `{"userName":"u"}`)
	group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g","members":[{"value":"`+user+`"}]}`)
	require.Contains(t, s.ok(t, 200, "GET", group, "").body, user)
	s.ok(t, 204, "DELETE", "/Users/"+user, "")
	require.NotContains(t, s.ok(t, 200, "GET", group, "").body, user)
}
