package elimity

import (
	"fmt"

	theirs "github.com/elimity-com/scim"
	theirschema "github.com/elimity-com/scim/schema"

	"github.com/embedscim/scim/schema"
)

// typeOf makes our resource type from theirs.
func typeOf(t theirs.ResourceType) (*schema.ResourceType, error) {
	base, err := schemaOf(t.Schema)
	if err != nil {
		return nil, err
	}
	var extensions []schema.Extension
	for _, e := range t.SchemaExtensions {
		s, err := schemaOf(e.Schema)
		if err != nil {
			return nil, err
		}
		extensions = append(extensions, schema.Extension{Schema: s, Required: e.Required})
	}
	return schema.NewResourceType(t.Name, t.Endpoint, t.Description.Value(), base, extensions...)
}

func schemaOf(s theirschema.Schema) (*schema.Schema, error) {
	attributes, err := attributesIn(s.Attributes, true)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", s.ID, err)
	}
	return &schema.Schema{ID: s.ID, Name: s.Name.Value(), Description: s.Description.Value(), Attributes: attributes}, nil
}

func attributesIn(list theirschema.Attributes, top bool) ([]*schema.Attribute, error) {
	var out []*schema.Attribute
	for _, a := range list {
		if top && isCommon(a.Name()) {
			// Some schemas list them; every resource has them (RFC 7643 §3.1).
			continue
		}
		one := &schema.Attribute{
			Name: a.Name(), Description: a.Description(), MultiValued: a.MultiValued(), Required: a.Required(),
			CanonicalValues: a.CanonicalValues(), CaseExact: a.CaseExact(),
		}
		for _, r := range a.ReferenceTypes() {
			one.ReferenceTypes = append(one.ReferenceTypes, string(r))
		}
		var err error
		if one.SubAttributes, err = attributesIn(a.SubAttributes(), false); err != nil {
			return nil, err
		}
		ok := named(&one.Type, a.AttributeType(), schema.TypeString, schema.TypeComplex) &&
			named(&one.Mutability, a.Mutability(), schema.ReadWrite, schema.WriteOnly) &&
			named(&one.Returned, a.Returned(), schema.ReturnedDefault, schema.ReturnedRequest) &&
			named(&one.Uniqueness, a.Uniqueness(), schema.UniqueNone, schema.UniqueGlobal)
		if !ok {
			return nil, fmt.Errorf("attribute %s has a type, mutability, returned or uniqueness that RFC 7643 §7 does not know", a.Name())
		}
		out = append(out, one)
	}
	return out, nil
}

// named sets v to that of the values from first to last which has the given name, and reports whether there is one.
func named[T interface {
	~uint8
	fmt.Stringer
}](v *T, name string, first, last T) bool {
	for *v = first; *v <= last; *v++ {
		if (*v).String() == name {
			return true
		}
	}
	return false
}

func isCommon(name string) bool {
	a := schema.UserType().Attribute(name)
	return a != nil && a.IsCommon()
}
