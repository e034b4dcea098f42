package elimity_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	theirs "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"
)

// slow is a handler that takes its time after reading, as a database does.
type slow struct{ *table }

func (s slow) Get(r *http.Request, id string) (theirs.Resource, error) {
	defer time.Sleep(time.Millisecond)
	return s.table.Get(r, id)
}

// TestConcurrentPatch checks that PATCHes of one resource at the same time all survive within one process.
func TestConcurrentPatch(t *testing.T) {
	t.Parallel()
	users, groups := newUsers(), newGroups()
	users.typ.Handler, groups.typ.Handler = slow{users}, slow{groups}
	s := newService(t, nil, users.typ, groups.typ)
	s.must(t, 201, "POST", "/Users", user("ann"))
	s.must(t, 201, "POST", "/Groups", `{"schemas":["`+groupURN+`"],"displayName":"all"}`)

	attributes := []string{"title", "nickName", "userType", "locale", "timezone", "displayName", "name.givenName", "name.familyName", "name.middleName", "preferredLanguage"}
	const members = 40
	var wg sync.WaitGroup
	for i := range members {
		wg.Go(func() {
			s.patch(t, 204, "/Groups/g1", fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":"m%d"}]}`, i))
		})
		wg.Go(func() {
			s.patch(t, 200, "/Users/u1", fmt.Sprintf(`{"op":"replace","path":"%s","value":"v"}`, attributes[i%len(attributes)]))
		})
		wg.Go(func() { s.must(t, 200, "GET", "/Groups", "") })
	}
	wg.Wait()
	require.Len(t, groups.stored(t, "g1")["members"], members)
	got := s.must(t, 200, "GET", "/Users/u1", "").body
	require.Equal(t, map[string]any{"givenName": "v", "familyName": "v", "middleName": "v"}, got["name"])
	for _, name := range []string{"title", "nickName", "userType", "locale", "timezone", "displayName", "preferredLanguage"} {
		require.Equal(t, "v", got[name], name)
	}
}
