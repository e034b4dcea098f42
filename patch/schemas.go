package patch

import (
	"strings"

	"github.com/embedscim/scim/schema"
)

// schemas carries out an operation on the schemas attribute (AMB-52). What it lists follows from the attributes
// that a resource has, so that to add an extension changes nothing yet, and to remove one removes its attributes.
func (s *state) schemas(op *Op) error {
	s.flush()
	if err := s.work.exceeded(); err != nil {
		return err
	}
	a := op.Target.Attr.Attribute
	l := newList(a, s.r.At(a.Path()), &s.work)
	var err error
	switch {
	case op.Target.Filter != nil:
		err = s.elements(l, op)
	default:
		err = l.assign(op.Value, op.Op == Add)
	}
	if err != nil {
		return err
	}
	list := l.current()
	if err := s.label(list); err != nil {
		return err
	}
	has := func(uri string) bool {
		for i := range list.Len() {
			if strings.EqualFold(list.Index(i).Text(), uri) {
				return true
			}
		}
		return false
	}
	if base := s.t.Base().ID; !has(base) {
		typ := schema.InvalidValue
		if op.Op == Remove {
			typ = schema.ViolatesMutability
		}
		return fault(typ, a.Name, "must keep "+base+", the base schema")
	}
	for _, c := range s.t.Attributes() {
		if c.IsExtension() && !has(c.Name) && !s.r.Attributes.Value(c).IsUnassigned() {
			if err := s.removeExtension(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// label checks the schemas attribute of a value without a path: there it only says what the value holds.
func (s *state) label(v schema.Value) error {
	for i := range v.Len() {
		uri := v.Index(i).Text()
		if c := s.t.Attribute(uri); !strings.EqualFold(uri, s.t.Base().ID) && (c == nil || !c.IsExtension()) {
			return fault(schema.InvalidValue, "schemas", "has a URI that is no schema of "+s.t.Name())
		}
	}
	return nil
}
