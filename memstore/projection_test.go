package memstore_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// excluding returns the projection that a request with excludedAttributes leads to.
func excluding(t testing.TB, typ *schema.ResourceType, names ...string) scim.Projection {
	t.Helper()
	var found *scim.Projection
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://example.com",
		Authenticate: func(*http.Request) (scim.Principal, error) { return scim.Principal{}, nil },
		Resources:    []scim.ResourceType{{Type: typ, Store: memstore.New(nil).Store(typ)}},
		Logger:       slog.New(slog.DiscardHandler),
		Interceptors: []scim.Interceptor{func(scim.Func) scim.Func {
			return func(_ context.Context, op *scim.Operation) (*scim.Result, error) {
				found = &op.Projection
				return nil, scim.ErrNotFound
			}
		}},
	})
	require.NoError(t, err)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, typ.Endpoint()+"/1?excludedAttributes="+strings.Join(names, ","), nil))
	require.NotNil(t, found)
	return *found
}
