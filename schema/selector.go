package schema

import (
	"fmt"
	"strings"

	"github.com/embedscim/scim/internal/wire"
)

// Get returns the value at a path such as name.givenName, a URN-qualified name, or one with a selection such as
// emails[type eq "work"].value, for which the first matching element counts. It is the zero Value if there is none, or
// nothing is known by the path.
func (o Object) Get(path string) Value {
	s, err := o.parseSelector(path)
	if err != nil {
		return Value{}
	}
	if !s.selects {
		return o.At(s.path)
	}
	for _, e := range o.At(Path{Extension: s.path.Extension, Attribute: s.path.Attribute}).Elements() {
		if s.matches(e) {
			if s.path.Sub == nil {
				return e
			}
			return e.Object().Value(s.path.Sub)
		}
	}
	return Value{}
}

// Set sets the value at a path, in the notation of [Object.Get]; a selection that no element matches makes one. v is a
// [Value], or a string, bool, integer, float, time.Time, []byte, map[string]any, a slice of these, or nil to unassign the
// attribute.
// An unknown path and a value that does not conform to the schema are errors and change nothing.
func (o *Object) Set(path string, v any) error {
	s, err := o.parseSelector(path)
	if err != nil {
		return err
	}
	target := s.path.Target()
	single := s.selects && s.path.Sub == nil
	val, err := valueOf(target, v, single)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !s.selects {
		if s.path.Sub != nil && s.path.Attribute.MultiValued {
			return pathError(path, `the attribute has several values: select one, as in emails[type eq "work"].value`)
		}
		*o = o.WithAt(s.path, val)
		return nil
	}
	whole := Path{Extension: s.path.Extension, Attribute: s.path.Attribute}
	var elements []Value
	found := false
	for _, e := range o.At(whole).Elements() {
		if s.matches(e) {
			found = true
			e = s.change(e.Object(), val)
		}
		if e.data != nil {
			elements = append(elements, e)
		}
	}
	if !found && !val.IsUnassigned() {
		elements = append(elements, s.change(s.path.Attribute.Object().With(s.sub, s.want), val))
	}
	*o = o.WithAt(whole, listOf(elements))
	return nil
}

// A selector is a path that may select elements of a multi-valued attribute by one sub-attribute: the part of the PATCH
// path grammar (RFC 7644 §3.5.2) that mappings to single columns and fields use.
type selector struct {
	path    Path // Sub is what follows the brackets
	selects bool
	sub     *Attribute
	want    Value
}

func (o Object) parseSelector(text string) (selector, error) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		p, err := o.resolve(text)
		if err == nil && p.Target().IsCommon() {
			err = pathError(text, "it is a field of the resource, not one of its attributes")
		}
		return selector{path: p}, err
	}
	end := strings.LastIndexByte(text, ']')
	p, err := o.resolve(text[:open])
	if err != nil {
		return selector{}, err
	}
	a := p.Attribute
	if end < open || a == nil || p.Sub != nil || !a.MultiValued || a.Type != TypeComplex {
		return selector{}, pathError(text[:open], "only elements of a multi-valued complex attribute can be selected")
	}
	s := selector{path: p, selects: true}
	name, literal, _ := strings.Cut(strings.TrimSpace(text[open+1:end]), " ")
	op, literal, _ := strings.Cut(strings.TrimSpace(literal), " ")
	literal = strings.TrimSpace(literal)
	if s.sub = a.SubAttribute(name); s.sub == nil || !strings.EqualFold(op, "eq") {
		return selector{}, pathError(text[:open], `the selection must be one comparison with eq, as in [type eq "work"]`)
	}
	if unquoted, err := wire.AppendUnquote(nil, literal); err == nil {
		literal = string(unquoted)
	} else if s.sub.Type != TypeBoolean && s.sub.Type != TypeInteger && s.sub.Type != TypeDecimal {
		return selector{}, pathError(text[:open], "the value to compare with must be in double quotes")
	}
	var rule string
	if s.sub.Type == TypeBoolean && (literal == "true" || literal == "false") {
		s.want = Boolean(literal == "true")
	} else if s.want, rule = readText(s.sub.Type, literal); rule != "" {
		return selector{}, pathError(text[:open], "the value to compare with "+rule)
	}
	if rest := text[end+1:]; rest != "" {
		sub, ok := strings.CutPrefix(rest, ".")
		if s.path.Sub = a.SubAttribute(sub); !ok || s.path.Sub == nil {
			return selector{}, pathError(text[:open], "no such sub-attribute of "+a.Name)
		}
	}
	return s, nil
}

// resolve resolves a path relative to o: with schema URIs if o holds the attributes of a resource.
func (o Object) resolve(text string) (Path, error) {
	switch {
	case o.def == nil:
		return Path{}, pathError(text, "the object belongs to no schema: make it with ResourceType.Object or Attribute.Object")
	case o.def.typ != nil:
		return o.def.typ.Path(text)
	}
	if p, ok := splitPath(o.def.lookup, text); ok {
		return p, nil
	}
	return Path{}, pathError(text, "no such sub-attribute")
}

func (s selector) matches(e Value) bool { return s.sub.Equal(e.Object().Value(s.sub), s.want) }

// change returns the selected element o with the sub-attribute set to v, or v itself if whole elements are selected.
func (s selector) change(o Object, v Value) Value {
	if s.path.Sub != nil {
		return ComplexOrNone(o.With(s.path.Sub, v))
	}
	if v.IsUnassigned() {
		return Value{}
	}
	return Complex(v.Object().With(s.sub, s.want))
}
