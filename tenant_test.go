package scim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

func TestTenants(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, a *service) {
		b := a.as(tokenB)
		id := a.create(t, "/Users", `{"userName":"u","externalId":"E"}`)
		b.create(t, "/Users", `{"userName":"u","externalId":"E"}`) // 7643-7-06, 7644-6.2-02
		b.create(t, "/Users", `{"userName":"v"}`)
		require.Contains(t, a.ok(t, 200, "GET", "/Users", "").body, `"totalResults":1`, "7644-3.4.2.4-08")
		require.Contains(t, b.ok(t, 200, "GET", "/Users?filter=userName+pr", "").body, `"totalResults":2`, "7644-3.4.2.4-08")
		for method, body := range map[string]string{
			"GET": "", "DELETE": "", "PUT": withSchema("/Users", `{"userName":"x"}`), "PATCH": patchBody(`{"op":"add","path":"title","value":"x"}`),
		} {
			own := strings.ReplaceAll(b.refused(t, 404, "", method, "/Users/"+id, body).body, id, "X")
			none := strings.ReplaceAll(b.refused(t, 404, "", method, "/Users/nonexistent", body).body, "nonexistent", "X")
			require.Equal(t, none, own, "7644-6.2-01: another tenant's resource is answered as none")
		}
		a.ok(t, 200, "GET", "/Users/"+id, "")
	})
}

// TestMiddlewareTenants takes the tenant from the URL (7644-6.1-01), with a handler for each base (7644-6.2-03).
func TestMiddlewareTenants(t *testing.T) {
	t.Parallel()
	stores := openMemstore()
	mux := http.NewServeMux()
	for _, tenant := range []string{"a", "b"} {
		base := "/t/" + tenant + "/scim/v2"
		h := newService(t, stores, func(c *scim.Config) {
			c.BaseURL = "https://app.example.com" + base + "/"
			c.Authenticate = scim.AuthenticatedByMiddleware
		}).h
		mux.HandleFunc(base+"/", func(w http.ResponseWriter, r *http.Request) {
			p, ok := map[string]scim.Principal{tokenA: {Tenant: "a"}, tokenB: {Tenant: "b"}}[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
			switch {
			case !ok:
				h.ServeHTTP(w, r)
			case p.Tenant != tenant:
				scim.WriteError(w, scim.ErrForbidden)
			default:
				h.ServeHTTP(w, r.WithContext(scim.WithPrincipal(r.Context(), p)))
			}
		})
	}
	a := &service{h: mux, path: "/t/a/scim/v2", token: tokenA}
	b := &service{h: mux, path: "/t/b/scim/v2", token: tokenB}
	for _, s := range []*service{a, b} {
		res := s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
		require.True(t, strings.HasPrefix(res.header.Get("Location"), "https://app.example.com"+s.path+"/Users/"), "7644-6.2-03")
		require.Contains(t, s.ok(t, 200, "GET", "/Schemas", "").body, "https://app.example.com"+s.path+"/Schemas/", "7644-6.2-03")
		require.Len(t, s.ok(t, 200, "GET", "/Users", "").names(t, "id"), 1)
	}
	a.as(tokenB).do(t, "GET", "/Users", "").requireError(t, 403, "") // 7644-6.1-02
	a.as("").do(t, "GET", "/Users", "").requireError(t, 401, "")     // no principal in the context
}

// TestPrincipal checks what stores and interceptors learn about the client.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	want := scim.Principal{Tenant: "t", TokenID: "id", Scopes: []string{"users:read"}}
	var got []scim.Principal
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Authenticate = func(*http.Request) (scim.Principal, error) { return want, nil }
		c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				p, ok := scim.PrincipalFrom(ctx)
				require.True(t, ok)
				got = append(got, p, op.Principal)
				if len(op.Principal.Scopes) < 2 && op.Kind.Writes() {
					return nil, scim.Errorf(scim.ErrForbidden, "The scope users:write is missing.")
				}
				return next(ctx, op)
			}
		}}
	})
	s.ok(t, 200, "GET", "/Users", "")
	s.refused(t, 403, "", "POST", "/Users", withSchema("/Users", `{"userName":"u"}`)) // 7644-2-02, 7644-7.7-02, 7644-3.12-06
	for _, p := range got {
		require.Equal(t, want, p)
	}
	_, ok := scim.PrincipalFrom(t.Context())
	require.False(t, ok)
}

// TestProfileOf checks where the compat profile of a request comes from.
func TestProfileOf(t *testing.T) {
	t.Parallel()
	strict := func(op string) string { return patchBody(`{"op":"` + op + `","path":"title","value":"x"}`) }
	var principal *compat.Profile
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Authenticate = func(*http.Request) (scim.Principal, error) {
			return scim.Principal{Tenant: "a", Compat: principal}, nil
		}
	})
	target := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
	s.ok(t, 400, "PATCH", target, strict("Replace"))
	principal = compat.EntraID
	s.ok(t, 200, "PATCH", target, strict("Replace"))
	r := httptest.NewRequest("PATCH", basePath+target, strings.NewReader(strict("Replace")))
	require.Equal(t, 400, s.send(t, r.WithContext(compat.WithProfile(r.Context(), compat.Strict))).status, "the context decides first")
}
