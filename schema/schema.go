package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Schema is a named set of attributes (RFC 7643 §7), the base of a resource type or an extension.
type Schema struct {
	// ID is the schema's URI, such as urn:ietf:params:scim:schemas:core:2.0:User.
	ID          string
	Name        string
	Description string
	Attributes  []*Attribute
}

// compile returns a checked copy of the schema's attributes.
func (s *Schema) compile(parent *Attribute) (*definition, error) {
	if !validURI(s.ID) {
		return nil, fmt.Errorf("schema %q: the id must be a URI without quotes, brackets and commas", s.ID)
	}
	if strings.HasPrefix(lower(s.ID), "urn:ietf:params:scim:api:") {
		return nil, fmt.Errorf("schema %q: ids below urn:ietf:params:scim:api: are for messages (RFC 7644 §3.1)", s.ID)
	}
	if len(s.Attributes) == 0 {
		return nil, fmt.Errorf("schema %q has no attributes", s.ID)
	}
	def, err := compileAll(s.Attributes, parent, s.ID, ordinary)
	if err != nil {
		return nil, err
	}
	for _, a := range def.attrs {
		if p, ok := splitDotted(def.lookup, a.Name); ok {
			return nil, fmt.Errorf("schema %q: attribute %q has the path of sub-attribute %s of %s", s.ID, a.Name, p.Sub.Name, p.Attribute.Name)
		}
	}
	return def, nil
}

// with returns a copy of s with the attributes of def.
func (s *Schema) with(def *definition) *Schema {
	return &Schema{ID: s.ID, Name: s.Name, Description: s.Description, Attributes: def.attrs}
}

// validURI reports whether id is a URI that can stand in paths, filters and lists of attributes.
func validURI(id string) bool {
	scheme, rest, ok := strings.Cut(id, ":")
	if !ok || rest == "" || !validName(scheme, false) {
		return false
	}
	for _, c := range []byte(rest) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"\\[](){}<>^`|,", c) >= 0 {
			return false
		}
	}
	return true
}

func compileAll(attrs []*Attribute, parent *Attribute, schema string, kind role) (*definition, error) {
	var errs []error
	seen := make(map[string]bool, len(attrs))
	out := make([]*Attribute, 0, len(attrs))
	for _, a := range attrs {
		if a == nil {
			errs = append(errs, fmt.Errorf("schema %q: a nil attribute", schema))
			continue
		}
		c := *a
		c.parent, c.schema, c.kind = parent, schema, kind
		c.key = `"` + c.Name + `":`
		if seen[lower(c.Name)] {
			errs = append(errs, fmt.Errorf("schema %q: attribute %q is defined twice", schema, c.Name))
		}
		seen[lower(c.Name)] = true
		if err := c.check(); err != nil {
			errs = append(errs, fmt.Errorf("schema %q: attribute %q: %w", schema, c.Name, err))
			continue
		}
		if c.Type == TypeComplex {
			def, err := compileAll(c.SubAttributes, &c, schema, kind)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			c.def, c.SubAttributes = def, def.attrs
		}
		c.CanonicalValues = slices.Clone(c.CanonicalValues)
		c.ReferenceTypes = slices.Clone(c.ReferenceTypes)
		out = append(out, &c)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return newDefinition(out), nil
}

// check reports what RFC 7643 does not allow in the definition of a.
func (a *Attribute) check() error {
	nested := a.parent != nil && a.parent.kind != extension
	switch {
	case !validName(a.Name, a.parent != nil && a.parent.kind == extension):
		return errors.New("the name must be a letter followed by letters, digits, '-', '_' or '$' (RFC 7643 §2.1)")
	case a.kind == ordinary && a.parent == nil && isCommonName(a.Name):
		return errors.New("the name is that of a common attribute (RFC 7643 §3.1)")
	case int(a.Type) >= len(dataTypeNames):
		return errors.New("no such data type (RFC 7643 §2.3)")
	case int(a.Mutability) >= len(mutabilityNames), int(a.Returned) >= len(returnedNames), int(a.Uniqueness) >= len(uniquenessNames):
		return errors.New("no such characteristic (RFC 7643 §7)")
	case a.Type == TypeComplex && nested:
		return errors.New("a complex attribute has no complex sub-attributes (RFC 7643 §2.3.8)")
	case a.Type == TypeComplex && len(a.SubAttributes) == 0:
		return errors.New("a complex attribute needs sub-attributes (RFC 7643 §7)")
	case a.Type != TypeComplex && len(a.SubAttributes) > 0:
		return errors.New("only complex attributes have sub-attributes (RFC 7643 §1.2)")
	case a.Type != TypeReference && len(a.ReferenceTypes) > 0:
		return errors.New("only references have reference types (RFC 7643 §7)")
	case a.Mutability == ReadOnly && a.Returned == ReturnedNever:
		return errors.New("a value that is neither written nor returned has no use")
	case a.Mutability == WriteOnly && a.Returned == ReturnedAlways:
		return errors.New("a writeOnly value is never returned (RFC 7643 §7)")
	case a.Uniqueness != UniqueNone && !a.Type.hasUniqueness():
		return errors.New("values of type " + a.Type.String() + " have no uniqueness (RFC 7643 §2.3)")
	case nested && a.parent.MultiValued && strings.EqualFold(a.Name, "primary") && (a.Type != TypeBoolean || a.MultiValued):
		return errors.New("primary is a boolean (RFC 7643 §2.4)")
	}
	a.Returned = a.returned()
	return nil
}

// returned returns when values of a are returned: §7 leaves that to the author, but a writeOnly value is never in a response.
func (a *Attribute) returned() Returned {
	if a.Mutability == WriteOnly {
		return ReturnedNever
	}
	return a.Returned
}

func isCommonName(name string) bool {
	switch lower(name) {
	case "schemas", "id", "externalid", "meta":
		return true
	}
	return false
}
