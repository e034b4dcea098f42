package scim

import (
	"context"
	"net/http"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

// patch answers PATCH (RFC 7644 §3.5.2).
func (q *request) patch() (*response, error) {
	res, err := q.carryOut(KindPatch)
	if err != nil {
		return nil, err
	}
	rs := q.route.rs
	if !q.showsPatched(res) {
		header, err := rs.tagged(res.Meta.Version)
		if err != nil {
			return nil, err
		}
		return &response{status: http.StatusNoContent, header: header}, nil
	}
	if res.Resource == nil {
		ctx := WithPrincipal(q.Context(), q.principal)
		r, err := rs.config.Store.Get(ctx, q.op.ID, q.op.Projection)
		if err != nil {
			return nil, notFound(rs, q.op.ID, err)
		}
		res.Resource = r
	}
	return q.respond(http.StatusOK, res)
}

// showsPatched reports whether the response to a PATCH is 200 with the resource, and not 204.
func (q *request) showsPatched(res *Result) bool {
	return q.selects || !q.noContent() && res.Resource != nil
}

// noContent reports whether a PATCH is answered without the resource: by configuration of the type, or by the client's need.
func (q *request) noContent() bool {
	rs := q.route.rs
	return rs.config.NoContent || q.profile.Responses().GroupNoContent && rs.Attribute("members") != nil
}

// preparePatch reads the operations that a PATCH sends, lets compat mend them, and checks them.
func (q *request) preparePatch(data []byte) error {
	t, cfg := q.route.rs.ResourceType, &q.h.cfg
	sent, err := patch.Read(t, data, patch.Limits{Operations: cfg.MaxOperations, Depth: cfg.MaxDepth})
	if err != nil {
		return err
	}
	q.sent = sent
	ops, done, err := compat.RewritePatch(t, q.profile, sent)
	q.rewrote(done)
	if err == nil {
		err = patch.Check(t, ops)
	}
	if err != nil {
		q.explain(err, nil, sent)
		return err
	}
	q.op.Patch = ops
	for _, op := range ops {
		q.nameAll(op)
	}
	return nil
}

// runPatch carries out a PATCH.
func (q *request) runPatch() (*Result, error) {
	rs := q.route.rs
	res, err := q.do(func(ctx context.Context, op *Operation) (*Result, error) {
		return rs.runPatch(ctx, op, q.work)
	})
	if err == nil {
		return res, nil
	}
	if q.explain(err, nil, q.sent); len(q.hint) > 0 {
		// What another profile would make of the operations may depend on the resource.
		r, getErr := rs.config.Store.Get(WithPrincipal(q.Context(), q.principal), q.op.ID, Projection{})
		if q.hint = nil; getErr == nil {
			q.explain(err, r, q.sent)
		}
	}
	return nil, err
}

// explain finds out whether another profile would have accepted a refused PATCH, for the log and the detail.
func (q *request) explain(err error, r *Resource, sent []patch.Op) {
	if len(sent) > 0 && describe(err).Status == http.StatusBadRequest {
		q.hint = compat.Accepts(q.route.rs.ResourceType, q.profile, r, sent, q.work)
	}
}

// nameAll notes the attributes that an operation sets.
func (q *request) nameAll(op patch.Op) {
	if op.Target != nil {
		q.nameValue(op.Target.Target(), op.Value)
		return
	}
	q.name(op.Value.Object())
}

func (rs *resources) runPatch(ctx context.Context, op *Operation, work *patch.Budget) (*Result, error) {
	if res, ok, err := rs.tryDelta(ctx, op); ok || err != nil {
		return res, notFound(rs, op.ID, err)
	}
	var changes []patch.Change
	r, err := rs.update(ctx, op.ID, func(cur *Resource) error {
		if err := op.precondition(cur.Meta.Version); err != nil {
			return err
		}
		next, done, err := work.Apply(cur, op.Patch)
		if err != nil {
			return describe(err)
		}
		if changes = done; len(changes) == 0 {
			return errUnchanged
		}
		*cur = *next
		return nil
	})
	if err != nil {
		return nil, notFound(rs, op.ID, err)
	}
	return &Result{Resource: r, Meta: r.Meta, Changes: changes}, nil
}

// tryDelta carries out a PATCH without reading the resource, if the store can and the operations allow it.
func (rs *resources) tryDelta(ctx context.Context, op *Operation) (res *Result, ok bool, err error) {
	version, simple := op.IfMatch.single()
	if !rs.caps.Has(CanPatchDelta) || !simple || op.IfNoneMatch.IsSet() {
		return nil, false, nil
	}
	d, ok := patch.Reduce(rs.ResourceType, op.Patch, rs.keyed...)
	if !ok || len(d.Elements) == 0 {
		// Without elements there is nothing to save, and the client gets the resource for the same price.
		return nil, false, nil
	}
	d.IfMatch = version
	done, ok, err := rs.patchDelta(ctx, op.ID, d)
	if err != nil || !ok {
		return nil, ok, err
	}
	return &Result{Meta: done.Meta, Changes: done.Changes}, true, nil
}
