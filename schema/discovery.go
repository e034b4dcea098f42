package schema

import "github.com/embedscim/scim/internal/wire"

// AppendJSON appends s as the Schema resource that discovery returns at the given location (RFC 7643 §7): every attribute
// with the characteristics that its type has. s should be part of a [ResourceType], which checks it.
func (s *Schema) AppendJSON(dst []byte, location string) []byte {
	e := encoder{buf: append(dst, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"]`...)}
	e.member(`"id":`, s.ID)
	e.member(`"name":`, s.Name)
	e.member(`"description":`, s.Description)
	e.attributes(`,"attributes":[`, s.Attributes)
	e.buf = append(e.buf, `,"meta":{"resourceType":"Schema"`...)
	e.member(`"location":`, location)
	return append(e.buf, '}', '}')
}

func (e *encoder) attributes(key string, attrs []*Attribute) {
	e.buf = append(e.buf, key...)
	for _, a := range attrs {
		e.separate()
		e.buf = append(e.buf, '{')
		e.attribute(a)
		e.buf = append(e.buf, '}')
	}
	e.buf = append(e.buf, ']')
}

// attribute writes the members of an attribute's definition in the order of RFC 7643 §7. What does not apply is left out:
// clients read a null or an empty list as a definition.
func (e *encoder) attribute(a *Attribute) {
	e.member(`"name":`, a.Name)
	e.member(`"type":`, a.Type.String())
	e.bool(`,"multiValued":`, a.MultiValued)
	e.member(`"description":`, a.Description)
	e.bool(`,"required":`, a.Required)
	e.strings(`,"canonicalValues":[`, a.CanonicalValues)
	// The types that have case sensitivity and uniqueness are those of RFC 7643 §2.3 (erratum 6004).
	switch a.Type {
	case TypeString, TypeReference, TypeBinary:
		e.bool(`,"caseExact":`, a.Exact())
	}
	e.member(`"mutability":`, a.Mutability.String())
	e.member(`"returned":`, a.returned().String())
	if a.Type.hasUniqueness() {
		e.member(`"uniqueness":`, a.Uniqueness.String())
	}
	e.strings(`,"referenceTypes":[`, a.ReferenceTypes)
	if len(a.SubAttributes) > 0 {
		e.attributes(`,"subAttributes":[`, a.SubAttributes)
	}
}

func (e *encoder) bool(key string, b bool) {
	e.buf = append(e.buf, key...)
	if b {
		e.buf = append(e.buf, "true"...)
	} else {
		e.buf = append(e.buf, "false"...)
	}
}

func (e *encoder) strings(key string, list []string) {
	if len(list) == 0 {
		return
	}
	e.buf = append(e.buf, key...)
	for _, s := range list {
		e.separate()
		e.buf = wire.AppendString(e.buf, s)
	}
	e.buf = append(e.buf, ']')
}
