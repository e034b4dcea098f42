package scim

import (
	"strings"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// A shape is what the schemas of /Schemas have or lack for the client's profile; see [compat.Responses].
type shape int

const (
	hideMemberRef shape = 1 << iota
	workTypes

	shapes = 1 << iota
)

func shapeOf(p *compat.Profile) shape {
	var out shape
	r := p.Responses()
	if r.HideMemberRef {
		out |= hideMemberRef
	}
	if r.WorkTypes {
		out |= workTypes
	}
	return out
}

// schema returns s in this shape, to be written.
func (sh shape) schema(s *schema.Schema) *schema.Schema {
	if sh == 0 {
		return s
	}
	out := *s
	out.Attributes = make([]*schema.Attribute, len(s.Attributes))
	for i, a := range s.Attributes {
		out.Attributes[i] = sh.attribute(a)
	}
	return &out
}

func (sh shape) attribute(a *schema.Attribute) *schema.Attribute {
	if !a.MultiValued || a.Type != schema.TypeComplex {
		return a
	}
	out := *a
	out.SubAttributes = nil
	for _, s := range a.SubAttributes {
		switch {
		case sh&hideMemberRef != 0 && strings.EqualFold(a.Name, "members") && s.Name == "$ref":
			continue
		case sh&workTypes != 0 && strings.EqualFold(s.Name, "type") && s.Type == schema.TypeString && s.Mutability == schema.ReadWrite &&
			len(s.CanonicalValues) == 0 && !strings.EqualFold(a.Name, "roles"):
			c := *s
			c.CanonicalValues = []string{"work"}
			s = &c
		}
		out.SubAttributes = append(out.SubAttributes, s)
	}
	return &out
}

// omitEmpty returns o without what is the empty string, and what is nothing without it.
func omitEmpty(o schema.Object) schema.Object {
	return o.Transform(func(_ *schema.Attribute, v schema.Value) schema.Value { return withoutEmpty(v) })
}

func withoutEmpty(v schema.Value) schema.Value {
	switch {
	case emptyText(v):
		return schema.Value{}
	case v.Kind() == schema.KindComplex && hasEmpty(v.Object()):
		return schema.ComplexOrNone(omitEmpty(v.Object()))
	case v.Kind() == schema.KindList, v.Kind() == schema.KindStream:
		kept := v.Transform(withoutEmpty)
		if kept.Len() == 0 && v.Len() > 0 { // a stream has no length
			return schema.Value{}
		}
		return kept
	}
	return v
}

func emptyText(v schema.Value) bool {
	switch v.Kind() {
	case schema.KindString, schema.KindReference, schema.KindBinary:
		return v.Text() == ""
	}
	return false
}

// hasEmpty reports whether omitEmpty would change o, so that it is copied only then.
func hasEmpty(o schema.Object) bool {
	for _, v := range o.All() {
		if emptyText(v) || v.Kind() == schema.KindComplex && hasEmpty(v.Object()) {
			return true
		}
		for _, e := range v.Elements() {
			if emptyText(e) || e.Kind() == schema.KindComplex && hasEmpty(e.Object()) {
				return true
			}
		}
	}
	return false
}
