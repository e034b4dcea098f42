package patch

import (
	"errors"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// Apply carries out operations on a copy of r, one after the other (RFC 7644 §3.5.2), and returns the copy and what really
// changed: nothing if operations repeat what is there or cancel each other out. r, which is in canonical form, stays as it
// is. Operations need not have passed [Check] before. The error is an [*Error]:
//   - mutability for a readOnly attribute, an immutable one that has a value, and a required one that would lose its value.
//     A value without a path may repeat readOnly values as they are;
//   - noTarget if the filter of an add or replace selects nothing, unless [Op.Create] helps. For a remove that is no error,
//     nor is a sub-attribute that is not there;
//   - invalidValue if the operations leave a resource that [schema.ResourceType.Check] refuses, or one makes several elements
//     primary;
//   - what [Check] reports.
//
// An element that comes in has no say on its readOnly sub-attributes, as in a request to create a resource. A complex
// value is merged into the one that is there, also if a filter selects it; but $ref and readOnly sub-attributes of a single
// value go with it when it changes.
func Apply(r *schema.Resource, ops []Op) (*schema.Resource, []Change, error) {
	s, err := newState(r)
	if err != nil {
		return nil, nil, err
	}
	for i := range ops {
		if err := s.apply(&ops[i]); err != nil {
			return nil, nil, wrap(i, &ops[i], err)
		}
	}
	return s.finish(ops)
}

// Resolve returns operations as they act on r: one with [Op.Create] whose filter selects nothing adds an element, and is
// left out if there is nothing to add; one with a filter on a single value acts on that, or is left out. The error is that of [Apply], except for what the resource comes to in the end.
func Resolve(r *schema.Resource, ops []Op) ([]Op, error) {
	s, err := newState(r)
	if err != nil {
		return nil, err
	}
	out := make([]Op, 0, len(ops))
	for i := range ops {
		s.created, s.selected, s.idle = schema.Value{}, schema.Path{}, false
		op := ops[i]
		if err := s.apply(&op); err != nil {
			return nil, wrap(i, &op, err)
		}
		op.Create = false
		if !s.created.IsUnassigned() {
			attr := op.Target.Attr
			op = Op{
				Op: Add, Path: attr.String(), HasPath: true, Target: &filter.Path{Attr: attr},
				Value: schema.List(s.created), Index: op.Index, at: op.at, depth: op.depth,
			}
		}
		if !s.selected.IsZero() {
			op.Path, op.Target = s.selected.String(), &filter.Path{Attr: s.selected}
		}
		if !s.idle {
			out = append(out, op)
		}
	}
	return out, nil
}

// A state is a resource in the middle of a request.
type state struct {
	t      *schema.ResourceType
	before *schema.Resource
	r      schema.Resource
	lists  map[schema.Path]*list // multi-valued attributes at work, newer than r

	created  schema.Value // the element that the last operation created
	selected schema.Path  // the single value that the filter of the last operation selected
	idle     bool         // the last operation had nothing to create, or nothing to remove from a single value
}

func newState(r *schema.Resource) (*state, error) {
	t := r.Attributes.Type()
	if t == nil {
		return nil, errors.New("patch: the resource belongs to no type: make its attributes with ResourceType.Object")
	}
	return &state{t: t, before: r, r: *r}, nil
}

func (s *state) apply(op *Op) error {
	if err := checkOp(s.t, op); err != nil {
		return err
	}
	add := op.Op == Add
	if op.Target == nil {
		return s.attributes(op.Value.Object(), add)
	}
	p := op.Target
	if p.Attr.Attribute == s.t.Attribute("schemas") {
		return s.schemas(op)
	}
	if p.Filter != nil && !p.Attr.Target().MultiValued {
		return s.singular(op)
	}
	if p.Filter != nil || p.Attr.Sub != nil && p.Attr.Attribute.MultiValued {
		l := s.list(schema.Path{Extension: p.Attr.Extension, Attribute: p.Attr.Attribute})
		return s.elements(l, op)
	}
	if op.Op == Remove {
		return s.remove(p.Attr)
	}
	return s.assign(p.Attr, op.Value, add)
}

// attributes adds or replaces the attributes of a value that has no path, or of an extension.
func (s *state) attributes(o schema.Object, add bool) error {
	for a, v := range o.All() {
		var err error
		switch {
		case a == s.t.Attribute("schemas"):
			err = s.label(v)
		case a.Mutability == schema.ReadOnly && !a.IsExtension():
			if !(add && nothing(v)) && !repeats(a, s.get(a.Path()), v) {
				err = readOnly(a.String())
			}
		default:
			err = s.assign(a.Path(), v, add)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repeats reports whether v says nothing that is not in cur, the value of a readOnly attribute (Checklist AMB-05).
func repeats(a *schema.Attribute, cur, v schema.Value) bool {
	if nothing(v) {
		return cur.IsUnassigned()
	}
	if v.Kind() != schema.KindComplex || cur.Kind() != schema.KindComplex {
		return a.Equal(cur, v)
	}
	o := cur.Object()
	for sub, sv := range v.Object().All() {
		if !sub.Equal(o.Value(sub), sv) {
			return false
		}
	}
	return true
}

// assign adds or replaces the value of an attribute as a whole.
func (s *state) assign(p schema.Path, v schema.Value, add bool) error {
	a := p.Target()
	switch {
	case a.IsExtension():
		switch {
		case !nothing(v):
			return s.attributes(v.Object(), add)
		case add:
			return nil
		}
		return s.removeExtension(a)
	case a.MultiValued && p.Sub == nil:
		l := s.list(p)
		if !add && nothing(v) && a.Required {
			return required(a.String())
		}
		if err := l.assign(v, add); err != nil {
			return err
		}
		return l.settle()
	}
	old := s.get(p)
	next, err := assigned(a, old, v, add)
	if err != nil {
		return err
	}
	return s.set(p, old, next)
}

// singular carries out an operation on a single complex value, or on a part of it, if the filter of the path selects it.
// No path in a request has such a filter (RFC 7644 §3.5.2): package compat makes it for identity providers that send one.
func (s *state) singular(op *Op) error {
	p := op.Target
	if !p.Filter.MatchElement(s.get(p.Attr)) {
		if s.idle = op.Op == Remove; s.idle {
			return nil
		}
		return noTarget(p.Attr.Target())
	}
	attr := p.Attr
	if p.Sub != nil {
		attr.Sub = p.Sub
	}
	s.selected = attr
	if op.Op == Remove {
		return s.remove(attr)
	}
	return s.assign(attr, op.Value, op.Op == Add)
}

// remove removes an attribute as a whole.
func (s *state) remove(p schema.Path) error {
	a := p.Target()
	switch {
	case a.IsExtension():
		return s.removeExtension(a)
	case a.MultiValued && p.Sub == nil:
		l := s.list(p)
		if a.Mutability == schema.Immutable && l.live > 0 {
			return immutable(a.String())
		}
		l.clear()
		return nil
	}
	old := s.get(p)
	next, err := unassigned(a, old)
	if err != nil {
		return err
	}
	return s.set(p, old, next)
}

// removeExtension removes all attributes of an extension, and so its URI from schemas.
func (s *state) removeExtension(c *schema.Attribute) error {
	if c.Required {
		return required(c.Name)
	}
	for _, a := range c.SubAttributes {
		if err := s.remove(a.Path()); err != nil {
			return err
		}
	}
	s.r.Attributes = s.r.Attributes.With(c, schema.Value{})
	return nil
}

// get returns the value that a path without elements on its way leads to.
func (s *state) get(p schema.Path) schema.Value { return s.r.At(p) }

// set puts next in the place of old.
func (s *state) set(p schema.Path, old, next schema.Value) error {
	if same(old, next) {
		return nil
	}
	if p.Sub != nil {
		whole := p
		whole.Sub = nil
		switch there := !s.get(whole).IsUnassigned(); {
		case there && p.Attribute.Mutability == schema.Immutable:
			return immutable(p.Attribute.String())
		case !there && next.IsUnassigned() && needsParts(p.Attribute):
			// If the attribute were there, what it requires would show.
			return nil
		}
	}
	if p.Target() == s.t.Attribute("externalId") {
		s.r.ExternalID = next.Text()
		return nil
	}
	s.r.Attributes = put(s.r.Attributes, p, next)
	return nil
}

// put is [schema.Object.WithAt], but keeps null, which asks the store to clear a writeOnly attribute.
func put(o schema.Object, p schema.Path, v schema.Value) schema.Object {
	switch {
	case p.Extension != nil:
		c := p.Extension.Object()
		if cur := o.Value(p.Extension); cur.Kind() == schema.KindComplex {
			c = cur.Object()
		}
		return o.With(p.Extension, complexOrNone(put(c, schema.Path{Attribute: p.Attribute, Sub: p.Sub}, v)))
	case p.Sub != nil:
		c := p.Attribute.Object()
		if cur := o.Value(p.Attribute); cur.Kind() == schema.KindComplex {
			c = cur.Object()
		}
		return o.With(p.Attribute, complexOrNone(c.With(p.Sub, v)))
	}
	return o.With(p.Attribute, v)
}

// list returns a multi-valued attribute to work on.
func (s *state) list(p schema.Path) *list {
	if l, ok := s.lists[p]; ok {
		return l
	}
	if s.lists == nil {
		s.lists = map[schema.Path]*list{}
	}
	l := newList(p.Attribute, s.get(p))
	s.lists[p] = l
	return l
}

// flush puts the lists back into the resource.
func (s *state) flush() {
	for p, l := range s.lists {
		if !l.touched {
			continue
		}
		old, next := s.before.At(p), l.result()
		// The order of elements does not count: the same ones in another order are no change.
		if !l.shuffled || !old.Equal(next) {
			old = next
		}
		s.r.Attributes = put(s.r.Attributes, p, old)
		l.touched = false
	}
}

// finish checks what the operations have come to.
func (s *state) finish(ops []Op) (*schema.Resource, []Change, error) {
	s.flush()
	s.dropStale()
	changes := Diff(s.before, &s.r)
	if len(changes) == 0 {
		s.r = *s.before
		return &s.r, nil, nil
	}
	if err := s.t.Check(&s.r); err != nil && !s.wrongBefore(err) {
		return nil, nil, s.blame(ops, err)
	}
	return &s.r, changes, nil
}

// wrongBefore reports whether err was the resource's already. An application may have made it so; then operations that
// have nothing to do with it, such as to disable the user, must not fail.
func (s *state) wrongBefore(err error) bool {
	var is, was *schema.Error
	return errors.As(err, &is) && errors.As(s.t.Check(s.before), &was) && is.Path == was.Path && is.Rule == was.Rule
}

// blame makes err the error of the last operation that had to do with the attribute that it is about.
func (s *state) blame(ops []Op, err error) error {
	var e *schema.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Offset = -1
	for i := len(ops) - 1; i >= 0; i-- {
		if ops[i].concerns(out.Path) {
			return wrap(i, &ops[i], &out)
		}
	}
	return &Error{Err: &out}
}

// concerns reports whether the operation changes the attribute of the resource that path starts with.
func (o *Op) concerns(path string) bool {
	starts := func(a *schema.Attribute) bool {
		rest, ok := strings.CutPrefix(path, a.Name)
		return ok && (rest == "" || strings.ContainsAny(rest[:1], ".[:"))
	}
	if o.Target != nil {
		return starts(o.Target.Attr.Top())
	}
	for a := range o.Value.Object().All() {
		if starts(a) {
			return true
		}
	}
	return false
}
