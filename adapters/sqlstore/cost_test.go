package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/stretchr/testify/require"
)

// serve returns a handler over stores.
func serve(tb testing.TB, users, groups *sqlstore.Store) http.Handler {
	tb.Helper()
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{"secret": {Tenant: "acme"}})),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
	})
	require.NoError(tb, err)
	return h
}

// call sends a request and returns the response, which must have the given status.
func call(tb testing.TB, h http.Handler, status int, method, path, body string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequest(method, "https://app.example.com/scim/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(tb, status, w.Code, "%s %s: %s", method, path, w.Body)
	return w
}

// patchMembers is a PATCH that does op to members.
func patchMembers(op string, ids ...string) string {
	type value struct {
		Value string `json:"value"`
	}
	var values []value
	for _, id := range ids {
		values = append(values, value{id})
	}
	operation := map[string]any{"op": op, "path": "members", "value": values}
	if op == "remove" {
		var parts []string
		for _, id := range ids {
			parts = append(parts, fmt.Sprintf("value eq %q", id))
		}
		operation = map[string]any{"op": op, "path": "members[" + strings.Join(parts, " or ") + "]"}
	}
	data, _ := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{operation}})
	return string(data)
}

// TestMemberCost shows that adding and removing members costs the same in a large group as in a small one, and takes as many
// statements for a thousand members as for one.
func TestMemberCost(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db, r := e.record(t)
		users, groups := appOver(t, db, e.dialect)
		populate(t, db, e.dialect, 4000)
		h := serve(t, users, groups)
		fill := func(group string, n int) {
			var ids []string
			for i := range n {
				ids = append(ids, fmt.Sprintf("u_%d", 1000+i))
			}
			call(t, h, http.StatusNoContent, "PATCH", "/Groups/"+group, patchMembers("add", ids...))
		}
		fill("g_1", 10)
		fill("g_2", 2500)
		costs := map[string][2]int{}
		for name, body := range map[string]string{
			"add one":            patchMembers("add", "u_100"),
			"add one again":      patchMembers("add", "u_100"),
			"remove one":         patchMembers("remove", "u_1005"),
			"remove one unknown": patchMembers("remove", "u_nobody"),
		} {
			for i, group := range []string{"g_1", "g_2"} {
				statements := r.during(func() { call(t, h, http.StatusNoContent, "PATCH", "/Groups/"+group, body) })
				require.LessOrEqual(t, read(statements), int64(10), "%s in %s reads: %v", name, group, statements)
				c := costs[name]
				c[i] = len(statements)
				costs[name] = c
			}
			require.Equal(t, costs[name][0], costs[name][1], "statements to %s in a small and a large group", name)
			require.LessOrEqual(t, costs[name][0], 12, "statements to %s", name)
		}
		var ids []string
		for i := range 1000 {
			ids = append(ids, fmt.Sprintf("u_%d", i+1))
		}
		one := r.during(func() { call(t, h, http.StatusNoContent, "PATCH", "/Groups/g_3", patchMembers("add", "u_2000")) })
		thousand := r.during(func() { call(t, h, http.StatusNoContent, "PATCH", "/Groups/g_3", patchMembers("add", ids...)) })
		require.Len(t, thousand, len(one), "statements to add 1000 members instead of one")
		require.Equal(t, 1001, len(members(t, h, "g_3")))
	})
}

// members returns the ids of the members that a group shows.
func members(tb testing.TB, h http.Handler, group string) map[string]bool {
	tb.Helper()
	w := call(tb, h, http.StatusOK, "GET", "/Groups/"+group, "")
	var body struct {
		Members []struct{ Value, Type, Display, Ref string }
	}
	data, err := io.ReadAll(w.Body)
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(data, &body))
	out := map[string]bool{}
	for _, m := range body.Members {
		require.False(tb, out[m.Value], "%s appears twice", m.Value)
		require.NotEmpty(tb, m.Type)
		require.NotEmpty(tb, m.Display)
		out[m.Value] = true
	}
	return out
}

// TestReadingCost shows that a list without members does not look at them, that a large group is read a part at a time, and
// that a page takes as many queries however long it is.
func TestReadingCost(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db, r := e.record(t)
		users, groups := appOver(t, db, e.dialect)
		populate(t, db, e.dialect, 4000)
		h := serve(t, users, groups)
		for _, path := range []string{"/Groups?excludedAttributes=members", "/Groups/g_2?excludedAttributes=members", "/Groups?attributes=displayName"} {
			statements := r.during(func() { call(t, h, http.StatusOK, "GET", path, "") })
			require.NotEmpty(t, statements)
			require.Empty(t, naming(statements, "team_users"), path)
			require.Empty(t, naming(statements, "team_teams"), path)
		}

		var ids []string
		for i := range 3500 {
			ids = append(ids, fmt.Sprintf("u_%d", i+1))
		}
		call(t, h, http.StatusNoContent, "PATCH", "/Groups/g_2", patchMembers("add", ids...))
		statements := naming(r.during(func() { require.Equal(t, 3500, len(members(t, h, "g_2"))) }), "team_users")
		require.Len(t, statements, 4)
		for _, s := range statements {
			require.LessOrEqual(t, s.rows.Load(), int64(1000), "members are read a part at a time")
		}

		pages := map[int]int{}
		for _, count := range []int{3, 300} {
			statements := r.during(func() { call(t, h, http.StatusOK, "GET", fmt.Sprintf("/Users?startIndex=2&count=%d", count), "") })
			pages[count] = len(statements)
		}
		require.Equal(t, pages[3], pages[300], "queries for a page")
	})
}
