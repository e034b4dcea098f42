package scim

import (
	"context"
	"net/http"

	"github.com/embedscim/scim/schema"
)

// delete answers DELETE (RFC 7644 §3.6).
func (q *request) delete() (*response, error) {
	q.op.Kind = KindDelete
	if _, err := q.run(); err != nil {
		return nil, err
	}
	return &response{status: http.StatusNoContent}, nil
}

func (rs *resources) runDelete(ctx context.Context, op *Operation) (*Result, error) {
	var version Version
	if op.IfMatch.IsSet() && !op.IfMatch.any || op.IfNoneMatch.IsSet() {
		r, err := rs.config.Store.Get(ctx, op.ID, Projection{response: true, include: []schema.Path{op.ResourceType.Attribute("meta").Path()}})
		if err != nil {
			return nil, notFound(rs, op.ID, err)
		}
		if err := op.precondition(r.Meta.Version); err != nil {
			return nil, err
		}
		version = r.Meta.Version
	}
	if err := rs.config.Store.Delete(ctx, op.ID, version); err != nil {
		return nil, notFound(rs, op.ID, err)
	}
	return &Result{}, nil
}
