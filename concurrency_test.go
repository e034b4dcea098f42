package scim_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

// TestParallelPatches changes 50 attributes of one user, and members of one group, at the same time: all changes survive.
func TestParallelPatches(t *testing.T) {
	t.Parallel()
	const n = 50
	eachStore(t, func(t *testing.T, s *service) {
		s = s.live(t)
		s.server.Config.SetKeepAlivesEnabled(true)
		var members []string
		for i := range n {
			members = append(members, s.create(t, "/Users", fmt.Sprintf(`{"userName":"m%d"}`, i)))
		}
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)

		// A client repeats what is answered with 503, as identity providers do.
		send := func(target, ops string) int {
			for {
				if status := request(s, "PATCH", target, patchBody(ops)); status != 503 {
					return status
				}
			}
		}
		singular := []string{"title", "nickName", "displayName", "profileUrl", "userType", "preferredLanguage", "locale", "timezone", "name.givenName", schema.EnterpriseUserURI + ":department"}
		statuses := make(chan int, 3*n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				op := fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":"e%d@x","type":"t%d"}]}`, i, i)
				if i < len(singular) {
					op = fmt.Sprintf(`{"op":"replace","path":"%s","value":"v%d"}`, singular[i], i)
				}
				statuses <- send(user, op)
			})
			wg.Go(func() {
				statuses <- send(group, `{"op":"add","path":"members","value":[{"value":"`+members[i]+`"}]}`)
			})
			wg.Go(func() {
				statuses <- request(s, "GET", "/Groups", "")
			})
		}
		wg.Wait()
		close(statuses)
		for code := range statuses {
			require.Less(t, code, 300)
			require.Positive(t, code)
		}
		body := s.ok(t, 200, "GET", user, "").body
		for i := range n {
			want := fmt.Sprintf(`"e%d@x"`, i)
			if i < len(singular) {
				want = fmt.Sprintf(`"v%d"`, i)
			}
			require.Contains(t, body, want, "a change is lost")
		}
		all := s.ok(t, 200, "GET", group, "").object(t)["members"].([]any)
		require.Len(t, all, n, "a member is lost")

		// And the other way round.
		for i := range n {
			wg.Go(func() { send(group, `{"op":"remove","path":"members[value eq \"`+members[i]+`\"]"}`) })
		}
		wg.Wait()
		require.NotContains(t, s.ok(t, 200, "GET", group, "").body, "members")
	})
}
