package scim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// A Config says how a [Handler] works. BaseURL, Authenticate and Resources are required.
type Config struct {
	// BaseURL is the URI below which the handler is mounted, as clients see it, such as
	// https://app.example.com/scim/v2. It is the start of meta.location and $ref. Its path is stripped from requests that have
	// it, so that both mux.Handle("/scim/v2/", h) and http.StripPrefix work.
	BaseURL string
	// Authenticate finds out which client a request comes from. See [BearerTokens] and [AuthenticatedByMiddleware].
	Authenticate Authenticator
	// Resources are the resource types with their stores. See [Users] and [Groups].
	Resources []ResourceType
	// Compat is the profile of the identity provider, for clients whose [Principal] has none. Defaults to [compat.Strict].
	Compat *compat.Profile
	// Interceptors wrap each operation, the first being the outermost. They run outside of the store's transaction and its
	// retries, and see the final outcome. Defaults to none.
	Interceptors []Interceptor
	// TxInterceptors wrap each operation that writes, inside the store's transaction, which ctx carries: what they store through
	// it is committed or rolled back with the change. They may run again. All stores must be [Transactor]. Defaults to none.
	TxInterceptors []Interceptor
	// Logger gets a record of each request: errors of the service provider at level Error, refused requests at Info, others,
	// and what compat rewrote, with values left out, at Debug. Defaults to [slog.Default].
	Logger *slog.Logger

	// MaxBody is the size of the largest request body, in bytes. Defaults to 1 MiB.
	MaxBody int64
	// MaxDepth is how deep objects and arrays of a request body may nest. Defaults to 32.
	MaxDepth int
	// MaxOperations is how many operations a PATCH request may have, as received. Defaults to 1000.
	MaxOperations int
	// MaxBulkOperations is how many operations a bulk request may have (RFC 7644 §3.7.4). Defaults to 1000.
	MaxBulkOperations int
	// MaxBulkPayload is the size of the largest bulk request, in bytes; the data of each of its operations may have MaxBody
	// bytes. Defaults to 8 MiB.
	MaxBulkPayload int64
	// BulkTimeout is how long a bulk request may take. The context of its operations ends then, and those that have not been
	// carried out are answered with 503, each by itself. Defaults to a minute.
	BulkTimeout time.Duration
	// PageSize is how many resources a page has if the client does not say, but no more than MaxPageSize. Defaults to 100.
	PageSize int
	// MaxPageSize is how many resources a page has at most, whatever the client says. Defaults to 1000.
	MaxPageSize int
	// MaxScan is how many resources are looked through for a query if the store is no [Searcher]; more are answered with 400
	// tooMany. Defaults to 100,000.
	MaxScan int

	// DisableBulk answers 501 to bulk requests, which are served otherwise. Defaults to false.
	DisableBulk bool
	// BulkTransaction runs all operations of a bulk request in one transaction: the first that fails ends it and takes back
	// all others, whatever failOnErrors says. RFC 7644 §3.7 wants what can be done to be done, and so the default is false: the
	// operations that succeed stay. All stores must be [Transactor]; unless they share one database, the commit is not atomic
	// across them. Interceptors then run inside the transaction: they see operations that may still be taken back, and may run
	// again.
	BulkTransaction bool
	// Me finds the resource that /Me stands for: the name of its type, such as "User", and its id. [ErrNotFound] says that
	// the client is nobody's alias (404). Defaults to none, and 501 (RFC 7644 §3.11).
	Me func(ctx context.Context, p Principal) (resourceType, id string, err error)
	// OverTLS says whether a request came over TLS; others are answered with 403, before their credentials are looked at
	// (RFC 7644 §7.2). See [DirectTLS]. Defaults to accepting all requests, since TLS mostly ends in front of the handler.
	OverTLS func(*http.Request) bool
	// CursorKey encrypts the cursors of pages (RFC 9865), at least 32 random bytes. All replicas of a service need the same;
	// a client whose cursor another key has made starts again. Defaults to a key of this handler's own.
	CursorKey []byte
	// CursorTimeout is how long a cursor is good, in whole seconds. Defaults to an hour.
	CursorTimeout time.Duration

	// RejectUnknown answers 400 to POST and PUT with attributes or schemas that the resource type does not have, which are
	// ignored otherwise (RFC 7644 §3.3). Defaults to false.
	RejectUnknown bool
	// PublicDiscovery answers /ServiceProviderConfig, /ResourceTypes and /Schemas to clients without credentials too
	// (RFC 7643 §5). Defaults to false.
	PublicDiscovery bool
	// ExplainCompat adds to the detail of a refused request which other profiles would have accepted it. The log says it
	// always. Defaults to false.
	ExplainCompat bool
	// ShowRewrites adds to each response the header Scim-Rewrites, which lists the rules that compat has applied, with the position of
	// the operation and without any value, such as "op-case;op=1, boolean-string;op=1". For debugging. Defaults to false.
	ShowRewrites bool
	// ChangePassword says in the service provider's configuration that the store of users keeps the passwords it is given
	// (RFC 7643 §5). Defaults to false.
	ChangePassword bool
	// DocumentationURI is published in the service provider's configuration. Defaults to none.
	DocumentationURI string
	// AuthenticationSchemes are published in the service provider's configuration (RFC 7643 §5). Defaults to bearer tokens.
	AuthenticationSchemes []AuthenticationScheme
}

// An AuthenticationScheme tells clients how to authenticate (RFC 7643 §5).
type AuthenticationScheme struct {
	// Type is oauth, oauth2, oauthbearertoken, httpbasic or httpdigest.
	Type             string
	Name             string
	Description      string
	SpecURI          string
	DocumentationURI string
}

// A ResourceType is a type of resources that a [Handler] serves, and the store that holds them.
type ResourceType struct {
	// Type has the schemas. The resources that the store returns must be of the same value: see [schema.UserType] and
	// [schema.GroupType].
	Type  *schema.ResourceType
	Store ResourceStore
	// NoContent answers PATCH with 204 and no body instead of 200 and the resource, unless the client asks for attributes
	// (RFC 7644 §3.5.2): the better choice for large groups.
	NoContent bool
	// Sensitive are names of attributes whose values must not be in URLs, where they are logged: filters by them, and by
	// their parts, are answered with 403 sensitive, except in a POST to /.search (RFC 7644 §7.5.2). Defaults to none.
	Sensitive []string
}

// Users returns the resource type of the store, if it has a method Type that tells it, or [schema.UserType]: User with the
// enterprise extension, at /Users.
func Users(s ResourceStore) ResourceType {
	return ResourceType{Type: typeOf(s, schema.UserType), Store: s}
}

// Groups returns the resource type of the store, if it has a method Type that tells it, or [schema.GroupType]: Group at /Groups.
// PATCH answers 204.
func Groups(s ResourceStore) ResourceType {
	return ResourceType{Type: typeOf(s, schema.GroupType), Store: s, NoContent: true}
}

// withDefaults returns a copy of c with the defaults filled in.
func (c Config) withDefaults() Config {
	c.Resources, c.AuthenticationSchemes = slices.Clone(c.Resources), slices.Clone(c.AuthenticationSchemes)
	c.Interceptors, c.TxInterceptors = slices.Clone(c.Interceptors), slices.Clone(c.TxInterceptors)
	if c.Compat == nil {
		c.Compat = compat.Strict
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	for _, d := range []struct {
		field *int
		value int
	}{
		{&c.MaxDepth, 32}, {&c.MaxOperations, 1000}, {&c.PageSize, 100}, {&c.MaxPageSize, 1000}, {&c.MaxScan, 100_000},
		{&c.MaxBulkOperations, 1000},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.CursorTimeout == 0 {
		c.CursorTimeout = time.Hour
	}
	c.CursorKey = slices.Clone(c.CursorKey)
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.BulkTimeout == 0 {
		c.BulkTimeout = time.Minute
	}
	if c.MaxBulkPayload == 0 {
		c.MaxBulkPayload = 8 << 20
	}
	c.PageSize = min(c.PageSize, c.MaxPageSize)
	if len(c.AuthenticationSchemes) == 0 {
		c.AuthenticationSchemes = []AuthenticationScheme{{
			Type: "oauthbearertoken", Name: "OAuth Bearer Token",
			Description: "Authentication with a bearer token in the Authorization header.",
			SpecURI:     "https://www.rfc-editor.org/info/rfc6750",
		}}
	}
	return c
}

// validate reports every mistake in c.
func (c *Config) validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("scim: Config."+format, args...)) }
	if u, err := url.Parse(c.BaseURL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(c.BaseURL, "?# ") {
		fail("BaseURL must be an absolute http or https URL without a query or credentials, such as https://app.example.com/scim/v2")
	}
	if c.Authenticate == nil {
		fail("Authenticate is missing: use BearerTokens, or AuthenticatedByMiddleware if something in front of the handler authenticates")
	}
	if len(c.Resources) == 0 {
		fail("Resources is empty: give it Users(store) and Groups(store)")
	}
	if c.MaxBody < 0 || c.MaxDepth < 0 || c.MaxOperations < 0 || c.PageSize < 0 || c.MaxPageSize < 0 || c.MaxScan < 0 || c.MaxBulkOperations < 0 || c.MaxBulkPayload < 0 || c.BulkTimeout < 0 {
		fail("limits must not be negative")
	}
	if c.CursorKey != nil && len(c.CursorKey) < minCursorKey {
		fail("CursorKey must have at least %d bytes: make them with crypto/rand.Read", minCursorKey)
	}
	if c.CursorTimeout < time.Second {
		fail("CursorTimeout must be a second or more")
	}
	for _, i := range slices.Concat(c.Interceptors, c.TxInterceptors) {
		if i == nil {
			fail("Interceptors and TxInterceptors must not hold nil")
		}
	}
	names, endpoints, uris := map[string]bool{}, map[string]bool{}, map[string]*schema.Schema{}
	for i, r := range c.Resources {
		if r.Type == nil || r.Store == nil {
			fail("Resources[%d] needs a Type and a Store", i)
			continue
		}
		name, endpoint := strings.ToLower(r.Type.Name()), strings.ToLower(r.Type.Endpoint())
		if names[name] || endpoints[endpoint] {
			fail("Resources[%d]: another resource type has the name %s or the endpoint %s", i, r.Type.Name(), r.Type.Endpoint())
		}
		names[name], endpoints[endpoint] = true, true
		switch endpoint {
		case "/schemas", "/resourcetypes", "/serviceproviderconfig", "/bulk", "/me", "/.search":
			fail("Resources[%d]: the endpoint %s is the protocol's own", i, r.Type.Endpoint())
		}
		for _, name := range r.Sensitive {
			if _, err := r.Type.Path(name); err != nil {
				fail("Resources[%d].Sensitive: %w", i, err)
			}
		}
		for _, s := range schemasOf(r.Type) {
			if other := uris[strings.ToLower(s.ID)]; other != nil && !bytes.Equal(other.AppendJSON(nil, ""), s.AppendJSON(nil, "")) {
				fail("Resources[%d]: schema %s differs from that of another resource type", i, s.ID)
			}
			uris[strings.ToLower(s.ID)] = s
		}
		if t := typeOf(r.Store, func() *schema.ResourceType { return r.Type }); t != r.Type {
			fail("Resources[%d]: the store is for another type %s: give both the same *schema.ResourceType", i, t.Name())
		}
		if len(c.TxInterceptors) > 0 && !newResources(r).caps.Has(CanTransact) {
			fail("TxInterceptors need a Transactor, which the store of %s is not", r.Type.Name())
		}
		if c.BulkTransaction && !newResources(r).caps.Has(CanTransact) {
			fail("BulkTransaction needs a Transactor, which the store of %s is not", r.Type.Name())
		}
	}
	for i, s := range c.AuthenticationSchemes {
		switch s.Type {
		case "oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest":
		default:
			fail("AuthenticationSchemes[%d].Type must be oauth, oauth2, oauthbearertoken, httpbasic or httpdigest (RFC 7643 §5)", i)
		}
		if s.Name == "" || s.Description == "" {
			fail("AuthenticationSchemes[%d] needs a Name and a Description (RFC 7643 §5)", i)
		}
	}
	return errors.Join(errs...)
}

// schemasOf returns the schemas of a type, the base schema first.
func schemasOf(t *schema.ResourceType) []*schema.Schema {
	out := []*schema.Schema{t.Base()}
	for _, e := range t.Extensions() {
		out = append(out, e.Schema)
	}
	return out
}

// DirectTLS is a [Config.OverTLS] for services that end TLS themselves: it looks at the connection, and at no header, which a
// client could send too.
func DirectTLS(r *http.Request) bool { return r.TLS != nil }
