package scim

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// readResource reads the resource in the body of a POST or PUT: reads it against the schema, lets compat mend it, and checks it.
func (q *request) readResource() (*Resource, error) {
	data, err := q.body()
	if err != nil {
		return nil, err
	}
	rs, cfg := q.route.rs, &q.h.cfg
	o, err := rs.ReadObject(data, cfg.MaxDepth)
	if err != nil {
		return nil, err
	}
	done, err := compat.RewriteResource(rs.ResourceType, q.profile, &o)
	if err != nil {
		return nil, err
	}
	q.op.Rewrites = append(q.op.Rewrites, done...)
	r, err := rs.NewResource(o, cfg.RejectUnknown)
	if err != nil {
		return nil, err
	}
	q.name(r.Attributes)
	return r, nil
}

// name notes the attributes in what the client sent that are returned on request: it gets them back (RFC 7643 §7).
func (q *request) name(o schema.Object) {
	for a, v := range o.All() {
		q.nameValue(a, v)
	}
}

func (q *request) nameValue(a *schema.Attribute, v schema.Value) {
	if a.Returned == schema.ReturnedRequest {
		q.op.Projection.named = append(q.op.Projection.named, a.Path())
	}
	if !selective(a) {
		return
	}
	q.name(v.Object())
	for _, e := range v.Elements() {
		q.name(e.Object())
	}
}

// create answers POST to a collection (RFC 7644 §3.3).
func (q *request) create() (*response, error) {
	q.op.Kind = KindCreate
	var err error
	if q.op.Resource, err = q.readResource(); err != nil {
		return nil, err
	}
	res, err := q.do(q.h.runCreate(q.route.rs))
	if err != nil {
		return nil, err
	}
	return q.respond(http.StatusCreated, res)
}

func (h *Handler) runCreate(rs *resources) Func {
	return func(ctx context.Context, op *Operation) (*Result, error) {
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
}

// respond makes the response that shows the result's resource.
func (q *request) respond(status int, res *Result) (*response, error) {
	r := res.Resource
	if r == nil {
		return nil, fmt.Errorf("the result of the %s has no resource", q.op.Kind)
	}
	if !validVersion(r.Meta.Version) {
		return nil, fmt.Errorf("the store of %s made the version %q, which can't be an entity tag", q.route.rs.Name(), r.Meta.Version)
	}
	header := http.Header{}
	location := q.h.location(q.route.rs, r.ID)
	header.Set("Location", location)
	if q.op.Kind != KindCreate {
		header.Set("Content-Location", location)
	}
	if tag := etag(r.Meta.Version); tag != "" {
		header["Etag"] = []string{tag}
	}
	return &response{status: status, header: header, resource: q.h.represent(q.route.rs, r, q.op.Projection)}, nil
}
