package scim

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/embedscim/scim/compat"
)

// A Principal is the client that a request comes from.
type Principal struct {
	// Tenant identifies the customer whose resources the client sees. To this package it is an opaque key; stores read it with
	// [PrincipalFrom].
	Tenant string
	// TokenID names the credential, for logs. It is not the credential.
	TokenID string
	// Scopes are what the client may do, for interceptors to check.
	Scopes []string
	// Compat is the profile of the client's identity provider; nil means [Config.Compat].
	Compat *compat.Profile
}

// An Authenticator finds out which client a request comes from. It returns [ErrUnauthorized] if the request has no valid
// credentials; any other error that is no [*Error] is answered with 500.
type Authenticator func(*http.Request) (Principal, error)

// BearerTokens returns an [Authenticator] for OAuth 2 bearer tokens (RFC 6750), as all identity providers send them. verify
// returns the principal of a token, or [ErrUnauthorized], which is answered with the challenge of RFC 6750 §3; see
// [StaticTokens] for a fixed set of tokens.
func BearerTokens(verify func(ctx context.Context, token string) (Principal, error)) Authenticator {
	return func(r *http.Request) (Principal, error) {
		header := r.Header.Values("Authorization")
		if len(header) == 0 {
			return Principal{}, challenge("", "The request has no Authorization header: send one with a bearer token.", nil)
		}
		scheme, token, _ := strings.Cut(header[0], " ")
		token = strings.TrimLeft(token, " ")
		if len(header) > 1 || !strings.EqualFold(scheme, "Bearer") || !validToken(token) {
			return Principal{}, challenge("invalid_request", "The Authorization header must be the word Bearer and a token.", nil)
		}
		p, err := verify(r.Context(), token)
		if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrUnauthorized) && e.Header == nil {
			detail := e.Detail
			if e == ErrUnauthorized {
				detail = "The token is unknown, revoked or expired: put a new one into the identity provider's configuration."
			}
			return Principal{}, challenge("invalid_token", detail, e.Err)
		}
		return p, err
	}
}

// challenge returns a 401 with the header of RFC 6750 §3.
func challenge(code, detail string, cause error) error {
	value := `Bearer realm="scim"`
	if code != "" {
		value += `, error="` + code + `"`
	}
	return &Error{Status: http.StatusUnauthorized, Detail: detail, Header: http.Header{"Www-Authenticate": {value}}, Err: cause}
}

// validToken reports whether s has the form of RFC 6750 §2.1.
func validToken(s string) bool {
	body := strings.TrimRight(s, "=")
	for _, c := range []byte(body) {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~+/", c) >= 0) {
			return false
		}
	}
	return body != ""
}

// StaticTokens returns a function for [BearerTokens] that knows the given tokens and no others. It keeps their digests only,
// and compares in the same time whether a token is known or not. Make tokens of at least
// 128 random bits, with [crypto/rand.Text].
func StaticTokens(tokens map[string]Principal) func(context.Context, string) (Principal, error) {
	type known struct {
		digest    [sha256.Size]byte
		principal Principal
	}
	all := make([]known, 0, len(tokens))
	for token, p := range tokens {
		all = append(all, known{sha256.Sum256([]byte(token)), p})
	}
	return func(_ context.Context, token string) (Principal, error) {
		digest := sha256.Sum256([]byte(token))
		found := -1
		for i := range all {
			if subtle.ConstantTimeCompare(digest[:], all[i].digest[:]) == 1 {
				found = i
			}
		}
		if found < 0 {
			return Principal{}, ErrUnauthorized
		}
		return all[found].principal, nil
	}
}

type principalKey struct{}

// WithPrincipal returns a context that carries p. The handler does it for every request; middleware does it for
// [AuthenticatedByMiddleware], programs that call a store themselves do it to say for which tenant.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalFrom returns the principal that ctx carries, and whether there is one.
func PrincipalFrom(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}

// AuthenticatedByMiddleware is an [Authenticator] for handlers behind middleware that authenticates: it takes the principal
// that [WithPrincipal] put into the request's context, and refuses requests without one.
func AuthenticatedByMiddleware(r *http.Request) (Principal, error) {
	p, ok := PrincipalFrom(r.Context())
	if !ok {
		return Principal{}, ErrUnauthorized
	}
	return p, nil
}
