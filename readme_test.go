package scim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

// The function below is the example of the README, to the letter.

func mount(mux *http.ServeMux, users, groups scim.ResourceStore, verify func(context.Context, string) (scim.Principal, error)) error {
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		Compat:       compat.EntraID,
	})
	if err != nil {
		return err
	}
	mux.Handle("/scim/v2/", h)
	return nil
}

// TestReadme keeps the README's example compiling and working.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found, "README.md has no Go example")
	example, _, _ = strings.Cut(example, "```")
	require.Contains(t, string(source), example, "the README's example is not the one that is tested")

	d := memstore.New(nil)
	mux := http.NewServeMux()
	verify := scim.StaticTokens(map[string]scim.Principal{"a-token-of-the-readme": {Tenant: "t"}})
	require.NoError(t, mount(mux, d.Users(), d.Groups(), verify))
	for token, want := range map[string]int{"a-token-of-the-readme": 200, "another": 401} {
		r := httptest.NewRequest("GET", "/scim/v2/Users", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		require.Equal(t, want, w.Code, w.Body.String())
	}
}
