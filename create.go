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
	res, err := q.carryOut(KindCreate)
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
