package scim

import (
	"context"
	"errors"
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
		// RFC 9110 §15.4.5 wants the header that a 200 would have.
		out.status, out.resource = http.StatusNotModified, nil
	}
	return out, err
}

func (h *Handler) runGet(rs *resources) Func {
	return func(ctx context.Context, op *Operation) (*Result, error) {
		r, err := rs.config.Store.Get(ctx, op.ID, op.Projection)
		if err != nil {
			return nil, notFound(rs, op.ID, err)
		}
		if err := op.precondition(r.Meta.Version); err != nil {
			return nil, err
		}
		return &Result{Resource: r, Meta: r.Meta}, nil
	}
}

// list answers GET of a collection (RFC 7644 §3.4.2).
func (q *request) list() (*response, error) {
	q.op.Kind = KindQuery
	query, done, err := q.params.query(q.route.rs, q.profile, &q.h.cfg)
	if err != nil {
		return nil, err
	}
	q.op.Query, q.op.Rewrites = query, append(q.op.Rewrites, done...)
	q.op.Query.Projection = q.op.Projection
	res, err := q.do(q.h.runQuery(q.route.rs))
	if err != nil {
		return nil, err
	}
	if res.Page == nil {
		// An empty list would make the client create what is there already.
		return nil, errors.New("the result of the query has no page")
	}
	out := &listing{startIndex: q.op.Query.StartIndex, totalResults: res.Page.TotalResults}
	for _, r := range res.Page.Resources {
		out.resources = append(out.resources, q.h.represent(q.route.rs, r, q.op.Projection))
	}
	return &response{status: http.StatusOK, page: out}, nil
}
