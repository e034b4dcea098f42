package scim

import (
	"context"
	"net/http"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// replace answers PUT (RFC 7644 §3.5.1).
func (q *request) replace() (*response, error) {
	res, err := q.carryOut(KindReplace)
	if err != nil {
		return nil, err
	}
	return q.respond(http.StatusOK, res)
}

func (rs *resources) runReplace(ctx context.Context, op *Operation) (*Result, error) {
	var changes []patch.Change
	r, err := rs.update(ctx, op.ID, func(cur *Resource) error {
		if err := op.precondition(cur.Meta.Version); err != nil {
			return err
		}
		next, err := merge(op.Resource, cur)
		if err != nil {
			return err
		}
		if changes = patch.Diff(cur, next); len(changes) == 0 {
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

// merge makes the resource that a PUT of sent over cur leads to: it keeps what the client can't set, which is readOnly, and
// what it left out if that is immutable or writeOnly (RFC 7644 §3.5.1).
func merge(sent, cur *Resource) (*Resource, error) {
	next := *cur
	next.ExternalID = sent.ExternalID
	t := cur.Attributes.Type()
	attrs := t.Object()
	for _, a := range t.Attributes() {
		if a.IsCommon() {
			continue
		}
		v, err := mergeValue(a, sent.Attributes.Value(a), cur.Attributes.Value(a))
		if err != nil {
			return nil, err
		}
		attrs = attrs.With(a, v)
	}
	next.Attributes = attrs
	return &next, nil
}

func mergeValue(a *schema.Attribute, sent, cur schema.Value) (schema.Value, error) {
	switch {
	case a.Mutability == schema.ReadOnly && !a.IsExtension():
		return cur, nil
	case a.Mutability == schema.Immutable && !cur.IsUnassigned():
		if !sent.IsUnassigned() && !a.Equal(sent, cur) {
			return cur, Errorf(ErrMutability, "%s is immutable and has a value already: leave it out, or send the value it has.", a)
		}
		return cur, nil
	case a.Mutability == schema.WriteOnly && sent.Kind() == schema.KindUnassigned:
		return cur, nil
	case a.Type != schema.TypeComplex || a.MultiValued && a.Mutability != schema.ReadOnly:
		return sent, nil
	}
	// A singular complex value may have sub-attributes that the client can't set.
	o := a.Object()
	for _, s := range a.SubAttributes {
		v, err := mergeValue(s, sent.Object().Value(s), cur.Object().Value(s))
		if err != nil {
			return cur, err
		}
		if s.Mutability == schema.ReadOnly && !s.IsExtension() && sent.IsUnassigned() && a.Mutability == schema.ReadWrite && !a.IsExtension() {
			// What the service provider says about a value goes with the value.
			continue
		}
		o = o.With(s, v)
	}
	return schema.ComplexOrNone(o), nil
}
