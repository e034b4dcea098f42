package scim

import (
	"context"
	"net/http"
)

// get answers GET of a resource (RFC 7644 §3.4.1).
func (q *request) get() (*response, error) {
	q.op.Kind = KindGet
	res, err := q.do(q.h.runGet(q.route.rs))
	if err != nil {
		return nil, err
	}
	out, err := q.respond(http.StatusOK, res)
	if err == nil && q.op.IfNoneMatch.IsSet() && q.op.IfNoneMatch.Matches(res.Resource.Meta.Version) {
		return &response{status: http.StatusNotModified, header: http.Header{"Etag": out.header["Etag"]}}, nil
	}
	return out, err
}

func (h *Handler) runGet(rs *resources) Func {
	return func(ctx context.Context, op *Operation) (*Result, error) {
		r, err := rs.config.Store.Get(ctx, op.ID, op.Projection)
		if err != nil {
			return nil, notFound(rs, op.ID, err)
		}
		if op.IfMatch.IsSet() && !op.IfMatch.Matches(r.Meta.Version) {
			return nil, ErrVersionMismatch
		}
		return &Result{Resource: r, Meta: r.Meta}, nil
	}
}

// list answers GET of a collection (RFC 7644 §3.4.2).
func (q *request) list() (*response, error) {
	q.op.Kind = KindQuery
	var err error
	q.op.Query, q.op.Rewrites, err = q.params.query(q.route.rs, q.profile, &q.h.cfg)
	if err != nil {
		return nil, err
	}
	q.op.Query.Projection = q.op.Projection
	res, err := q.do(q.h.runQuery(q.route.rs))
	if err != nil {
		return nil, err
	}
	out := &listing{startIndex: q.op.Query.StartIndex}
	if page := res.Page; page != nil {
		out.totalResults = page.TotalResults
		for _, r := range page.Resources {
			out.resources = append(out.resources, q.h.represent(q.route.rs, r, q.op.Projection))
		}
	}
	return &response{status: http.StatusOK, page: out}, nil
}
