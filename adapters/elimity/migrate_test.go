package elimity_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	elimityscim "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/compat"
)

// The two functions below are those of docs/migrating-from-elimity.md, to the letter.

func before(mux *http.ServeMux, users, groups elimityscim.ResourceType, authenticated func(http.Handler) http.Handler) error {
	server, err := elimityscim.NewServer(&elimityscim.ServerArgs{
		ServiceProviderConfig: &elimityscim.ServiceProviderConfig{},
		ResourceTypes:         []elimityscim.ResourceType{users, groups},
	})
	if err != nil {
		return err
	}
	mux.Handle("/scim/", authenticated(http.StripPrefix("/scim", server)))
	return nil
}

func after(mux *http.ServeMux, users, groups elimityscim.ResourceType, verify func(context.Context, string) (scim.Principal, error)) error {
	userStore, err := elimity.New(users, &elimity.Options{Filters: []string{"userName", "externalId"}})
	if err != nil {
		return err
	}
	groupStore, err := elimity.New(groups, nil)
	if err != nil {
		return err
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(userStore), scim.Groups(groupStore)},
		Compat:       compat.EntraID,
	})
	if err != nil {
		return err
	}
	mux.Handle("/scim/v2/", h)
	return nil
}

// TestMigration keeps the examples of the guide compiling and working, at the same URL.
func TestMigration(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/migrating-from-elimity.md")
	require.NoError(t, err)
	source, err := os.ReadFile("migrate_test.go")
	require.NoError(t, err)
	blocks := strings.Split(string(guide), "```go\n")[1:]
	require.Len(t, blocks, 2, "the guide has not two examples in Go")
	for _, b := range blocks {
		example, _, _ := strings.Cut(b, "```")
		require.Contains(t, string(source), example, "an example of the guide is not one that is tested")
	}

	verify := scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "t"}})
	authenticated := func(next http.Handler) http.Handler { return next }
	for name, mount := range map[string]func(mux *http.ServeMux, users, groups elimityscim.ResourceType) error{
		"before": func(mux *http.ServeMux, users, groups elimityscim.ResourceType) error {
			return before(mux, users, groups, authenticated)
		},
		"after": func(mux *http.ServeMux, users, groups elimityscim.ResourceType) error {
			return after(mux, users, groups, verify)
		},
	} {
		users, groups, mux := newUsers(), newGroups(), http.NewServeMux()
		require.NoError(t, mount(mux, users.typ, groups.typ), name)
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		s := service{server.URL + "/scim/v2"}
		s.must(t, 201, "POST", "/Users", user("ann"))
		s.must(t, 200, "GET", "/Users/u1", "")
		s.must(t, 201, "POST", "/Groups", `{"schemas":["`+groupURN+`"],"displayName":"all"}`)
		s.patch(t, map[string]int{"before": 200, "after": 204}[name], "/Groups/g1", `{"op":"add","path":"members","value":[{"value":"u1"}]}`)
	}
}

// TestGuide keeps what the guide says about both servers true: the status of each request, sent to the same handlers.
func TestGuide(t *testing.T) {
	t.Parallel()
	patch := func(op string) string { return `{"schemas":["` + patchURN + `"],"Operations":[` + op + `]}` }
	rows := []struct {
		row                string // of the guide's table
		method, path, body string
		header             []string
		before, after      int
	}{
		{"`\"active\": \"False\"` in a PATCH", "PATCH", "/Users/u1", patch(`{"op":"Replace","path":"active","value":"False"}`), nil, 400, 200},
		{"manager as a bare string in a PATCH", "PATCH", "/Users/u1", patch(`{"op":"Add","path":"` + enterURN + `:manager","value":"u2"}`), nil, 400, 200},
		{"`emails[type eq \"work\"].value eq ...` as a filter", "GET", "/Users?filter=" + url.QueryEscape(`emails[type eq "work"].value eq "ann@example.com"`), "", nil, 400, 200},
		{"PUT with an `If-Match` that is out of date", "PUT", "/Users/u1", user("ann"), []string{"If-Match", `W/"v0"`}, 200, 412},
		{"POST to `/Users/.search`", "POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName eq \"ann\""}`, nil, 501, 200},
		{"POST to `/Bulk`", "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"GET","path":"/Users/u1"}]}`, nil, 404, 200},
		{"a request without credentials, no middleware in front", "GET", "/Users/u1", "", []string{"Authorization", ""}, 200, 401},
		{"a second user of the same name", "POST", "/Users", user("ANN"), nil, 409, 409},
		{"GET of an id that does not exist", "GET", "/Users/u9", "", nil, 404, 404},
	}
	guide, err := os.ReadFile("../../docs/migrating-from-elimity.md")
	require.NoError(t, err)
	for i, s := range []service{newTheirs(t, newUsers().typ), newService(t, nil, newUsers().typ)} {
		s.must(t, 201, "POST", "/Users", user("ann"))
		for _, r := range rows {
			want := [2]int{r.before, r.after}[i]
			s.must(t, want, r.method, r.path, r.body, r.header...)
		}
	}
	for _, r := range rows {
		require.Contains(t, string(guide), "| "+r.row+" | "+strconv.Itoa(r.before)+" | "+strconv.Itoa(r.after)+" |")
	}
}

// TestGuideResponses keeps what the guide says about responses true.
func TestGuideResponses(t *testing.T) {
	t.Parallel()
	old, now := newTheirs(t, newUsers().typ), newService(t, nil, newUsers().typ)
	for _, s := range []service{old, now} {
		for _, name := range []string{"bob", "ann"} {
			s.must(t, 201, "POST", "/Users", user(name))
		}
	}
	a, b := old.must(t, 200, "GET", "/Users/u1", ""), now.must(t, 200, "GET", "/Users/u1", "")
	require.Equal(t, []string{"v1", `W/"v1"`}, []string{a.header.Get("ETag"), b.header.Get("ETag")})
	location := func(a answer) any { return a.body["meta"].(map[string]any)["location"] }
	require.Equal(t, []any{"Users/u1", "https://app.example.com/scim/v2/Users/u1"}, []any{location(a), location(b)})
	require.Equal(t, []any{userURN, enterURN}, a.body["schemas"])
	require.Equal(t, []any{userURN}, b.body["schemas"])

	for path, want := range map[string][2][]string{
		"/Users?sortBy=userName":  {{"bob", "ann"}, {"ann", "bob"}},
		"/Users?count=1":          {{"bob"}, {"bob"}},
		"/Users?startIndex=2":     {{"ann"}, {"ann"}},
		"/Users?attributes=title": {{"bob", "ann"}, nil},
	} {
		if want[1] == nil {
			require.Contains(t, old.must(t, 200, "GET", path, "").text, `"userName"`)
			require.NotContains(t, now.must(t, 200, "GET", path, "").text, `"userName"`)
			continue
		}
		require.Equal(t, want[0], names(old.must(t, 200, "GET", path, "")), path)
		require.Equal(t, want[1], names(now.must(t, 200, "GET", path, "")), path)
	}
	list := func(s service) any { return s.must(t, 200, "GET", "/Users", "").body["itemsPerPage"] }
	require.Equal(t, []any{100.0, 2.0}, []any{list(old), list(now)})

	typ := newUsers().typ
	typ.Handler = canned{err: os.ErrPermission}
	require.Contains(t, newTheirs(t, typ).must(t, 500, "GET", "/Users/u1", "").text, os.ErrPermission.Error())
	require.NotContains(t, newService(t, nil, typ).must(t, 500, "GET", "/Users/u1", "").text, os.ErrPermission.Error())
}
