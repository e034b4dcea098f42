package scim

import (
	"context"
	"net/http"
)

// get answers GET of a resource (RFC 7644 §3.4.1).
func (q *request) get() (*response, error) {
	q.op.Kind = KindGet
	res, err := q.do(q.route.rs.runGet)
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

func (rs *resources) runGet(ctx context.Context, op *Operation) (*Result, error) {
	r, err := rs.config.Store.Get(ctx, op.ID, op.Projection)
	if err != nil {
		return nil, notFound(rs, op.ID, err)
	}
	if err := op.precondition(r.Meta.Version); err != nil {
		return nil, err
	}
	return &Result{Resource: r, Meta: r.Meta}, nil
}
