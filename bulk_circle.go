package scim

import (
	"context"
	"net/http"
	"slices"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// runCircle carries out creates that refer to each other in circles (RFC 7644 §3.7.1). Each is created without the references to
// those that don't exist yet, which a PATCH adds when all do; interceptors see both. None of them means what the client
// meant without all others, so if one fails, those created before are deleted again, and are answered with 409.
func (j *bulkJob) runCircle(ctx context.Context, unit bulkUnit) {
	pending := map[string]bool{}
	for _, o := range unit {
		pending[o.bulkID] = true
	}
	left := map[*bulkOp][]leftOut{}
	var made []*bulkOp
	for rest := slices.Clone(unit); len(rest) > 0; {
		// The first that can do without those to come: a required reference can't be added later.
		var r *Resource
		next := slices.IndexFunc(rest, func(o *bulkOp) bool {
			r, left[o] = without(o.req.op.Resource, pending)
			return len(left[o]) == 0 || o.req.op.ResourceType.Check(r) == nil
		})
		o := rest[max(next, 0)]
		res, q, err := j.attempt(ctx, o, func(op *Operation) error {
			if next < 0 {
				return &Error{Status: http.StatusConflict, Type: "invalidValue", Detail: "The operation is in a circle of references (" +
					left[o][0].path.String() + ") of which one is required, so that none of the resources can be created first: make it optional, or create one in a request of its own."}
			}
			op.Resource = r
			return nil
		})
		rest = slices.DeleteFunc(rest, func(x *bulkOp) bool { return x == o })
		if j.done(o, q, res, err); j.results[o.index].err != nil {
			j.breakCircle(ctx, unit, made, o)
			return
		}
		delete(pending, o.bulkID)
		made = append(made, o)
	}
	for _, o := range unit {
		if len(left[o]) == 0 {
			continue
		}
		if err := j.close(ctx, o, left[o]); err != nil {
			j.results[o.index].err = err
			j.errors++
			j.breakCircle(ctx, unit, made, o)
			return
		}
	}
}

// without returns r without the references to what is pending, and those.
func without(r *Resource, pending map[string]bool) (*Resource, []leftOut) {
	out := *r
	attrs, left := leaveOut(r.Attributes, func(id string) bool { return pending[id] })
	out.Attributes = attrs
	return &out, left
}

// close adds to what o created the references that were left out.
func (j *bulkJob) close(ctx context.Context, o *bulkOp, left []leftOut) error {
	created := j.results[o.index]
	ops, err := patchOf(o.req.op.ResourceType, left)
	if err != nil {
		return err
	}
	res, _, err := j.attempt(ctx, o, func(op *Operation) error {
		*op = Operation{Kind: KindPatch, ResourceType: op.ResourceType, Principal: op.Principal, ID: created.id, Patch: ops, Projection: op.Projection}
		return nil
	})
	if err != nil {
		return err
	}
	header, err := o.req.route.rs.tagged(res.Meta.Version)
	if err != nil {
		return err
	}
	created.version = header.Get("ETag")
	return nil
}

// breakCircle deletes what the unit has made, unless a transaction takes it back, and notes why its operations failed.
func (j *bulkJob) breakCircle(ctx context.Context, unit bulkUnit, made []*bulkOp, culprit *bulkOp) {
	if j.tx {
		return
	}
	stays := map[*bulkOp]string{}
	for i := len(made) - 1; i >= 0; i-- {
		o := made[i]
		id := j.results[o.index].id
		// A client that has gone away must not leave half a circle behind.
		_, _, err := j.attempt(context.WithoutCancel(ctx), o, func(op *Operation) error {
			*op = Operation{Kind: KindDelete, ResourceType: op.ResourceType, Principal: op.Principal, ID: id, Projection: op.Projection}
			return nil
		})
		if err != nil {
			stays[o] = j.results[o.index].location
		}
	}
	failed := j.results[culprit.index]
	failed.id, failed.location, failed.version = "", "", ""
	for _, o := range unit {
		if o != culprit {
			j.failed(o, j.unresolved(culprit.bulkID, "The operation", "in a circle of references, and it failed"))
		}
	}
	for o, location := range stays {
		res := j.results[o.index]
		e := *describe(res.err)
		e.Detail += " What it had created could not be deleted again, and lacks references."
		res.err, res.location = &e, location
	}
}

// A leftOut is what was left out of a resource because it refers to one that does not exist yet: an attribute, or some of
// its elements.
type leftOut struct {
	path  schema.Path
	value schema.Value
}

// leaveOut returns o without the values that refer to a bulkId for which pending holds, and those values: whole attributes, or
// elements of multi-valued ones.
func leaveOut(o schema.Object, pending func(id string) bool) (schema.Object, []leftOut) {
	var out []leftOut
	var strip func(a *schema.Attribute, v schema.Value) schema.Value
	strip = func(a *schema.Attribute, v schema.Value) schema.Value {
		if a.IsExtension() {
			// An extension without attributes is none (RFC 7643 §2.5).
			return schema.ComplexOrNone(v.Object().Transform(strip))
		}
		var gone []schema.Value
		rest := v.Transform(func(e schema.Value) schema.Value {
			refers := false
			m := refMapper{func(id, _ string) (string, string) {
				refers = refers || pending(id)
				return "", ""
			}}
			if m.value(a, e); !refers {
				return e
			}
			gone = append(gone, e)
			return schema.Value{}
		})
		switch {
		case len(gone) == 0:
			return v
		case a.MultiValued:
			out = append(out, leftOut{a.Path(), schema.List(gone...)})
		default:
			out = append(out, leftOut{a.Path(), gone[0]})
		}
		if rest.IsUnassigned() {
			return schema.Value{}
		}
		return rest
	}
	return o.Transform(strip), out
}

// patchOf makes the PATCH operations that add what was left out.
func patchOf(t *schema.ResourceType, left []leftOut) ([]patch.Op, error) {
	var ops []patch.Op
	for _, l := range left {
		ops = append(ops, patch.NewOp(t, patch.Add, l.path.String(), l.value))
	}
	return ops, patch.Check(t, ops)
}
