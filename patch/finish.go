package patch

import (
	"errors"
	"strings"

	"github.com/embedscim/scim/schema"
)

// finish checks what the operations have come to.
func (s *state) finish(ops []Op) (*schema.Resource, []Change, error) {
	s.flush()
	s.dropStale()
	changes := diff(s.before, &s.r, func(p schema.Path) bool { return s.lists[p] != nil })
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
