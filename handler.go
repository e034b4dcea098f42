package scim

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

// A Handler serves the SCIM protocol (RFC 7644) over the stores of its [Config]. Make it with [NewHandler]; it is safe for
// concurrent use.
type Handler struct {
	cfg       Config
	base      string // BaseURL without a slash at the end
	path      string // its escaped path
	types     []*resources
	endpoints map[string]*resources // by endpoint without the slash
	discovery discovery
	cursors   cursors
}

// NewHandler returns a handler for cfg, which it copies. It reports every mistake in cfg, so that none shows up with the first
// request.
func NewHandler(cfg *Config) (*Handler, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	c := cfg.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return nil, err
	}
	h := &Handler{
		cfg:       c,
		base:      strings.TrimRight(c.BaseURL, "/"),
		path:      strings.TrimRight(u.EscapedPath(), "/"),
		endpoints: map[string]*resources{},
	}
	names := map[string]string{}
	for _, r := range c.Resources {
		names[r.Type.Name()] = r.Type.Endpoint()
	}
	for _, r := range c.Resources {
		rs := newResources(r)
		rs.links, rs.maxScan = linksOf(r.Type, names), c.MaxScan
		h.types = append(h.types, rs)
		h.endpoints[strings.TrimPrefix(r.Type.Endpoint(), "/")] = rs
	}
	h.cursors = newCursors(&c)
	h.discovery = newDiscovery(h)
	return h, nil
}

// Capabilities returns what was found out about the store of the resource type with the given name, such as "User".
func (h *Handler) Capabilities(resourceType string) Capability {
	for _, rs := range h.types {
		if strings.EqualFold(rs.Name(), resourceType) {
			return rs.caps
		}
	}
	return 0
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := &request{h: h, w: w, Request: r, media: mediaSCIM}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			q.fail(&Error{Status: http.StatusInternalServerError, Detail: internalDetail, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())})
		}
	}()
	if h.cfg.ShowRewrites {
		q.trace = &trace{}
	}
	res, err := q.serve()
	q.trace.setHeader(w.Header())
	if err != nil {
		q.fail(err)
		return
	}
	q.write(res)
}

// A request is one HTTP request on its way through the handler.
type request struct {
	h *Handler
	w http.ResponseWriter
	*http.Request
	route     route
	media     string // of the response
	principal Principal
	profile   *compat.Profile
	params    queryParams
	op        *Operation
	selects   bool // whether the client asked for attributes, or for all but some
	wrote     bool
	trace     *trace        // what compat has rewritten, to be shown; nil if it is not
	sent      []patch.Op    // the operations of a PATCH before compat
	hint      []string      // which profiles would have accepted the request
	bulk      int           // position among the operations of a bulk request, from 1; 0 for other requests
	work      *patch.Budget // of the PATCHes in a bulk request; nil for other requests
}

// serve does everything but writing the response.
func (q *request) serve() (*response, error) {
	h := q.h
	rt, routeErr := h.route(q.URL.EscapedPath())
	q.route = rt
	if h.cfg.OverTLS != nil && !h.cfg.OverTLS(q.Request) {
		// Before the credentials are looked at, and never with a redirect: they have been seen on the way (RFC 7644 §7.2).
		return nil, Errorf(ErrForbidden, "The request came without TLS: use https, and a new token, since this one could be read on the way.")
	}
	public := h.cfg.PublicDiscovery && routeErr == nil && rt.discovery() && (q.Method == http.MethodGet || q.Method == http.MethodHead)
	if !public {
		p, err := h.cfg.Authenticate(q.Request)
		if err != nil {
			return nil, failure(err)
		}
		q.principal = p
	}
	q.profile = h.cfg.Compat
	if q.principal.Compat != nil {
		q.profile = q.principal.Compat
	}
	if p := compat.ProfileFrom(q.Context()); p != nil {
		q.profile = p
	}
	media, acceptErr := negotiate(q.Header, q.profile.Responses().PlainJSON)
	if acceptErr == nil {
		q.media = media
	}
	if routeErr != nil {
		return nil, routeErr
	}
	if rt.kind == routeMe {
		var err error
		if rt, err = q.me(); err != nil {
			return nil, err
		}
		q.route = rt
	}
	if q.Method == http.MethodOptions {
		return &response{status: http.StatusNoContent, header: http.Header{"Allow": {rt.allow()}}}, nil
	}
	if acceptErr != nil {
		return nil, acceptErr
	}
	if rt.discovery() {
		return h.discovery.serve(q)
	}
	if rt.kind == routeBulk {
		return q.serveBulk()
	}
	if rt.kind == routeOff {
		return nil, Errorf(ErrNotImplemented, "The service provider does not support %s.", rt.name)
	}
	var err error
	if rt.kind != routeSearch {
		if q.params, err = readParams(q.URL.RawQuery); err != nil {
			return nil, err
		}
		if rt.rs != nil {
			if err = q.begin(rt.rs); err != nil {
				return nil, err
			}
		}
	}
	method := q.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	serve := rt.method(method)
	if serve == nil {
		return nil, methodNotAllowed(rt)
	}
	return serve(q)
}

// begin starts the operation on resources of a type, once the parameters are known.
func (q *request) begin(rs *resources) error {
	q.route.rs = rs
	q.op = &Operation{ResourceType: rs.ResourceType, Principal: q.principal, ID: q.route.id}
	var err error
	if q.op.Projection, err = q.projection(q.params.attributes, q.params.excluded); err != nil {
		return err
	}
	if q.op.IfMatch, err = parseCondition(q.Header, "If-Match"); err != nil {
		return err
	}
	q.op.IfNoneMatch, err = parseCondition(q.Header, "If-None-Match")
	return err
}

// projection makes the projection of the two parameters, once compat has mended them.
func (q *request) projection(attributes, excluded string) (Projection, error) {
	t := q.route.rs.ResourceType
	var names [2][]string
	for i, s := range []string{attributes, excluded} {
		text, done, err := compat.RewriteAttributes(t, q.profile, s)
		if err != nil {
			return Projection{}, err
		}
		q.rewrote(done)
		names[i] = splitNames(text)
	}
	q.selects = len(names[0])+len(names[1]) > 0
	return newProjection(t, names[0], names[1])
}

// do runs the operation through the interceptors and, if it writes and there are interceptors for that, in a transaction.
func (q *request) do(f Func) (*Result, error) {
	rs, cfg := q.route.rs, &q.h.cfg
	if q.op.Kind.Writes() && len(cfg.TxInterceptors) > 0 {
		inner := chain(cfg.TxInterceptors, f)
		f = func(ctx context.Context, op *Operation) (*Result, error) {
			var res *Result
			err := rs.inTx(ctx, func(ctx context.Context) error {
				var err error
				res, err = inner(ctx, op)
				return err
			})
			return res, err
		}
	}
	ctx := WithPrincipal(q.Context(), q.principal)
	res, err := chain(cfg.Interceptors, f)(ctx, q.op)
	if err == nil && res == nil {
		err = fmt.Errorf("an interceptor or store returned neither a result nor an error")
	}
	if err != nil {
		return nil, failure(err)
	}
	return res, nil
}

// fail answers with an error, and logs it.
func (q *request) fail(err error) {
	e := q.report(err)
	if q.wrote {
		// Half a response is on its way: only a broken connection tells the client.
		panic(http.ErrAbortHandler)
	}
	writeError(q.w, e, q.media, q.Method == http.MethodHead)
}

// report logs an error, and returns what the client is told.
func (q *request) report(err error) *Error {
	e := describe(err)
	level := slog.LevelInfo
	if e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented {
		level = slog.LevelError
	}
	attrs := q.logAttrs(e.Status)
	if e.Type != "" {
		attrs = append(attrs, slog.String("scimType", e.Type))
	}
	attrs = append(attrs, slog.String("detail", e.Detail))
	if cause := e.Err; cause != nil {
		attrs = append(attrs, slog.String("error", cause.Error()))
	}
	if len(q.hint) > 0 {
		attrs = append(attrs, slog.String("accepted_by", strings.Join(q.hint, ", ")))
	}
	q.h.cfg.Logger.LogAttrs(q.Context(), level, "scim request", attrs...)
	if len(q.hint) > 0 && q.h.cfg.ExplainCompat && e.Status == http.StatusBadRequest {
		explained := *e
		explained.Detail = strings.TrimSuffix(e.Detail, ".") + ". " + q.explanation()
		e = &explained
	}
	return e
}

// explanation says which profiles would have accepted a refused request.
func (q *request) explanation() string {
	which := "profile " + q.hint[0]
	if last := len(q.hint) - 1; last > 0 {
		which = "profiles " + strings.Join(q.hint[:last], ", ") + " and " + q.hint[last]
	}
	return "The compatibility " + which + " would have accepted this request; the service provider uses " + q.profile.Name() + "."
}

func (q *request) logAttrs(status int) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("method", q.Method), slog.String("route", q.route.name), slog.Int("status", status),
	}
	if q.bulk > 0 {
		attrs = append(attrs, slog.Int("bulk_operation", q.bulk))
	}
	if q.route.id != "" {
		attrs = append(attrs, slog.String("id", q.route.id))
	}
	if q.principal.Tenant != "" {
		attrs = append(attrs, slog.String("tenant", q.principal.Tenant))
	}
	if q.principal.TokenID != "" {
		attrs = append(attrs, slog.String("token", q.principal.TokenID))
	}
	if q.profile != nil {
		attrs = append(attrs, slog.String("profile", q.profile.Name()))
	}
	return attrs
}
