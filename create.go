package scim

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/embedscim/scim/patch"
)

// create answers POST to a collection (RFC 7644 §3.3).
func (q *request) create() (*response, error) {
	q.op.Kind = KindCreate
	var err error
	if q.op.Resource, err = q.readResource(); err != nil {
		return nil, err
	}
	res, err := q.do(q.route.rs.runCreate)
	if err != nil {
		return nil, err
	}
	return q.respond(http.StatusCreated, res)
}

func (rs *resources) runCreate(ctx context.Context, op *Operation) (*Result, error) {
	r, err := rs.config.Store.Create(ctx, op.Resource)
	if err != nil {
		return nil, err
	}
	if r == nil || r.ID == "" || strings.Contains(r.ID, "bulkId") {
		// RFC 7643 §3.1 forbids both, and clients would be led astray.
		return nil, fmt.Errorf("the store of %s made a resource without an id, or with one that holds bulkId", rs.Name())
	}
	return &Result{Resource: r, Meta: r.Meta, Changes: patch.Diff(&Resource{Attributes: rs.Object()}, r)}, nil
}
