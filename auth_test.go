package scim_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// TestAuthenticationFirst checks that without a valid token nothing can be learned: every path and method is answered alike.
func TestAuthenticationFirst(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	id := s.create(t, "/Users", `{"userName":"u"}`)
	for name, header := range map[string][]string{
		"none": {}, "unknown": {"Authorization", "Bearer nonsense"}, "malformed": {"Authorization", "Basic dTpw"},
	} {
		t.Run(name, func(t *testing.T) {
			anonymous := s.as("")
			want := anonymous.do(t, "GET", "/Users", "", header...)
			want.requireError(t, 401, "")
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
				for _, target := range []string{
					"/Users", "/Users/" + id, "/Users/none", "/Nope", "", "/", "//Users", "/Users/../Groups", "/Users/%00", "/Schemas", "/Schemas/x", "/v9/Users",
					"/ServiceProviderConfig", "/ResourceTypes", "/Bulk", "/Me", "/.search", "/Users?filter=(", "/Users?count=x",
				} {
					h := append([]string{"Accept", "text/html", "Content-Type", "text/xml", "If-Match", "nonsense"}, header...)
					got := anonymous.do(t, method, target, "{", h...)
					require.Equal(t, want, got, "%s %s", method, target)
				}
			}
		})
	}
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil).as("")
	const none, malformed, invalid = `Bearer realm="scim"`, `Bearer realm="scim", error="invalid_request"`, `Bearer realm="scim", error="invalid_token"`
	for _, tt := range []struct {
		name, challenge string
		values          []string
	}{
		{"7644-2-01 no header", none, nil},
		{"7644-2-01 empty", malformed, []string{""}},
		{"7644-3.12-05 unknown", invalid, []string{"Bearer bad"}},
		{"7644-2-06 Basic", malformed, []string{"Basic " + tokenA}},
		{"no scheme", malformed, []string{tokenA}},
		{"no token", malformed, []string{"Bearer"}},
		{"blank token", malformed, []string{"Bearer  "}},
		{"two tokens", malformed, []string{"Bearer " + tokenA + " " + tokenA}},
		{"two headers", malformed, []string{"Bearer " + tokenA, "Bearer " + tokenA}},
		{"comma", malformed, []string{"Bearer " + tokenA + ",x"}},
		{"quoted", malformed, []string{`Bearer "` + tokenA + `"`}},
		{"only padding", malformed, []string{"Bearer =="}},
		{"padding inside", malformed, []string{"Bearer a=b"}},
		{"not ASCII", malformed, []string{"Bearer tökén"}},
		{"tab", malformed, []string{"Bearer\t" + tokenA}},
		{"one byte less", invalid, []string{"Bearer " + tokenA[1:]}},
		{"other case", invalid, []string{"Bearer " + strings.ToUpper(tokenA)}},
		{"padded", invalid, []string{"Bearer " + tokenA + "="}},
		{"longer", invalid, []string{"Bearer " + strings.Repeat("a", 1<<16)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", basePath+"/Users", nil)
			r.Header["Authorization"] = tt.values
			if tt.values == nil {
				r.Header.Del("Authorization")
			}
			a := s.send(t, r)
			a.requireError(t, 401, "")
			require.Equal(t, tt.challenge, a.header.Get("WWW-Authenticate"))
		})
	}
	for _, value := range []string{"Bearer " + tokenA, "bearer " + tokenA, "BEARER  " + tokenA} {
		s.ok(t, 200, "GET", "/Users", "", "Authorization", value)
	}
}

// TestVerifyErrors checks what becomes of the errors of an application's verify function.
func TestVerifyErrors(t *testing.T) {
	t.Parallel()
	secret := errors.New("redis://user:pass@db is down")
	for _, tt := range []struct {
		name   string
		err    error
		status int
	}{
		{"unauthorized", scim.ErrUnauthorized, 401},
		{"7644-7.4-03 expired", scim.Errorf(scim.ErrUnauthorized, "expired: %w", secret), 401},
		{"7644-2.1-01 scope", scim.ErrForbidden, 403},
		{"7644-7.6-01 rate", scim.ErrTooManyRequests, 429},
		{"down", secret, 500},
		{"canceled", context.DeadlineExceeded, 503},
		{"of schema", &schema.Error{Type: schema.InvalidValue, Rule: "redis", Offset: -1}, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			log := &recorder{}
			s := newService(t, openMemstore(), func(c *scim.Config) {
				c.Logger = log.logger()
				c.Authenticate = scim.BearerTokens(func(context.Context, string) (scim.Principal, error) { return scim.Principal{}, tt.err })
			})
			a := s.do(t, "GET", "/Users", "")
			a.requireError(t, tt.status, "")
			require.NotContains(t, a.body, "redis")
			if strings.Contains(tt.name, "expired") {
				require.Contains(t, a.body, "expired", "the detail is verify's to choose")
				require.Contains(t, a.header.Get("WWW-Authenticate"), "invalid_token")
			}
			if errors.Is(tt.err, secret) {
				require.Contains(t, log.String(), "redis", "the cause is in the log")
			}
		})
	}
}

// TestClientCertificate checks that an Authenticator may use whatever a request has (7644-2-05).
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Authenticate = func(r *http.Request) (scim.Principal, error) {
			if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
				return scim.Principal{}, &scim.Error{Status: 401, Header: http.Header{"Www-Authenticate": {`Mutual realm="x"`}}}
			}
			return scim.Principal{Tenant: r.TLS.PeerCertificates[0].DNSNames[0]}, nil
		}
	})
	a := s.do(t, "GET", "/Users", "")
	a.requireError(t, 401, "")
	require.Equal(t, []string{`Mutual realm="x"`}, a.header.Values("WWW-Authenticate"))
	r := httptest.NewRequest("GET", basePath+"/Users", nil)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{DNSNames: []string{"idp"}}}}
	require.Equal(t, 200, s.send(t, r).status)
}

func TestPublicDiscovery(t *testing.T) {
	t.Parallel()
	for _, public := range []bool{false, true} {
		s := newService(t, openMemstore(), func(c *scim.Config) { c.PublicDiscovery = public }).as("")
		for _, target := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"} {
			status := map[bool]int{false: 401, true: 200}[public]
			s.ok(t, status, "GET", target, "") // 7643-5-03, AMB-54
			s.ok(t, status, "HEAD", target, "")
			s.ok(t, 401, "POST", target, "{}")
			s.ok(t, 401, "OPTIONS", target, "")
		}
		for _, target := range []string{"/Users", "/Users/x", "/Nope", "/Bulk", "/Me", "/", "/ServiceProviderConfig/x"} {
			s.ok(t, 401, "GET", target, "")
		}
	}
}
