package patch

import (
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// Resolve returns operations as they act on r, for people and tests to see what a request comes to:
//   - one with [Op.Create] whose filter selects nothing adds an element;
//   - one with a filter on a single value acts on that;
//   - one that adds or sets a multi-valued attribute has a list as its value;
//   - a value without a path has none of the attributes that a client may only repeat;
//   - what has nothing to create, to remove or to set is left out;
//   - paths are in canonical notation.
//
// The error is that of [Apply], except for what the resource comes to in the end.
func Resolve(r *schema.Resource, ops []Op) ([]Op, error) {
	s, err := newState(r)
	if err != nil {
		return nil, err
	}
	out := make([]Op, 0, len(ops))
	for i := range ops {
		s.created, s.selected, s.idle = schema.Value{}, schema.Path{}, false
		if err := s.apply(&ops[i]); err != nil {
			return nil, wrap(i, &ops[i], err)
		}
		if op, ok := s.resolved(ops[i]); ok {
			out = append(out, op)
		}
	}
	return out, nil
}

// resolved returns op as it has just been carried out, and whether there was anything to do.
func (s *state) resolved(op Op) (Op, bool) {
	if s.idle {
		return op, false
	}
	op.Create = false
	switch {
	case op.Target == nil:
		o := op.Value.Object()
		for a := range o.All() {
			if a.Mutability == schema.ReadOnly && !a.IsExtension() || a == s.t.Attribute("schemas") {
				o = o.With(a, schema.Value{})
			}
		}
		op.Value = schema.Complex(o)
		return op, o.Len() > 0
	case !s.created.IsUnassigned():
		op.Op, op.Target, op.Value = Add, &filter.Path{Attr: op.Target.Attr}, schema.List(s.created)
	case !s.selected.IsZero():
		op.Target = &filter.Path{Attr: s.selected}
	case op.Op != Remove && op.Target.Filter == nil && op.Target.Target().MultiValued && op.Value.Kind() != schema.KindList && !nothing(op.Value):
		op.Value = schema.List(op.Value)
	}
	op.Path = op.Target.String()
	return op, true
}
