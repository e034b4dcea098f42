package scim

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/embedscim/scim/schema"
)

// prepareBulk reads and checks one operation by the rules of a single request, but for the references that nobody knows yet.
func (q *request) prepareBulk(o *bulkOp) {
	o.req = &request{h: q.h, Request: q.WithContext(q.Context()), media: q.media, principal: q.principal, profile: q.profile, trace: q.trace, bulk: o.index + 1}
	o.req.Method, o.req.route.name = o.method, "Bulk"
	if o.err != nil {
		return
	}
	if o.err = o.req.prepareIn(o); o.err == nil {
		o.refs = refsOf(o)
	}
}

var bulkKinds = map[string]Kind{
	http.MethodPost: KindCreate, http.MethodPut: KindReplace, http.MethodPatch: KindPatch, http.MethodDelete: KindDelete,
}

// prepareIn prepares the request that o stands for.
func (q *request) prepareIn(o *bulkOp) error {
	kind, ok := bulkKinds[o.method]
	if !ok {
		return bulkFault("method", "must be POST, PUT, PATCH or DELETE (RFC 7644 §3.7)", -1)
	}
	if kind == KindCreate && o.bulkID == "" {
		return bulkFault("bulkId", "is required for POST: any text that is unique in the request (RFC 7644 §3.7)", -1)
	}
	rt, err := q.h.bulkRoute(kind, o.path)
	if err != nil {
		return err
	}
	q.route = rt
	q.op = &Operation{Kind: kind, ResourceType: rt.rs.ResourceType, Principal: q.principal, ID: rt.id}
	if q.op.Projection, err = q.projection("", ""); err != nil {
		return err
	}
	if o.hasVersion && kind != KindCreate {
		if q.op.IfMatch, err = readCondition(o.version, "version"); err != nil {
			return err
		}
		if !q.op.IfMatch.IsSet() {
			return badCondition("version")
		}
	}
	if kind == KindDelete {
		return nil
	}
	if o.data == nil {
		return bulkFault("data", "is required for "+o.method+": the body of the single request (RFC 7644 §3.7)", -1)
	}
	if limit := q.h.cfg.MaxBody; int64(len(o.data)) > limit {
		return &http.MaxBytesError{Limit: limit}
	}
	return shift(q.prepare(o.data), o.at)
}

// shift makes the position in an error about a part of the request one in the whole.
func shift(err error, at int64) error {
	var in *schema.Error
	if errors.As(err, &in) && in.Offset >= 0 {
		in.Offset += at
	}
	return err
}

// bulkRoute finds out where the path of an operation leads, which may be a collection for POST and a resource for the other
// methods only: nothing else can be reached through a bulk request.
func (h *Handler) bulkRoute(kind Kind, path string) (route, error) {
	const rule = "must be relative to the base URL: the endpoint of a resource type, such as /Users, for POST, and that of a resource, such as /Users/2819c223, for other methods (RFC 7644 §3.7)"
	if path == "" {
		return route{}, bulkFault("path", "is required, and "+rule, -1)
	}
	rest := strings.TrimPrefix(path, "/")
	if strings.ContainsAny(rest, `?#\`) {
		return route{}, bulkFault("path", rule, -1)
	}
	for s := range strings.SplitSeq(rest, "/") {
		if s, err := url.PathUnescape(s); err != nil || s == "" || s == "." || s == ".." {
			return route{}, bulkFault("path", rule, -1)
		}
	}
	first, _, _ := strings.Cut(rest, "/")
	if strings.HasSuffix(first, ":") {
		return route{}, bulkFault("path", rule, -1)
	}
	// Not what h.route makes of a path with the base: this one is relative to it.
	rt, err := h.route(h.path + "/" + rest)
	if err != nil {
		return route{}, err
	}
	switch {
	case kind == KindCreate && rt.kind == routeCollection, kind != KindCreate && rt.kind == routeResource:
		return rt, nil
	}
	return route{}, bulkFault("path", rule, -1)
}
