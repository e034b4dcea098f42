package elimity

import (
	"fmt"

	theirs "github.com/elimity-com/scim"
	theirfilter "github.com/elimity-com/scim/filter"
	theirschema "github.com/elimity-com/scim/schema"
	filterparser "github.com/scim2/filter-parser/v2"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// filters are the attributes by which a handler finds resources itself, and the schemas that its validators need.
type filters struct {
	paths      []schema.Path
	base       theirschema.Schema
	extensions []theirschema.Schema
}

// A term is the part of a filter that a handler is given: attribute eq "value".
type term struct {
	path  schema.Path
	value string
	text  string
}

func newFilters(t *schema.ResourceType, of theirs.ResourceType, names []string) (filters, error) {
	f := filters{base: of.Schema}
	// Elimity's server adds them too, so that id and externalId can be filtered by.
	f.base.Attributes = append(append(theirschema.Attributes{}, of.Schema.Attributes...), theirschema.CommonAttributes()...)
	for _, e := range of.SchemaExtensions {
		f.extensions = append(f.extensions, e.Schema)
	}
	for _, name := range names {
		p, err := t.Path(name)
		if err != nil {
			return f, fmt.Errorf("Options.Filters: %w", err)
		}
		if a := p.Attribute; a == nil || p.Sub != nil || a.MultiValued || a.Type != schema.TypeString || a.Returned == schema.ReturnedNever {
			return f, fmt.Errorf("Options.Filters: %s is not a singular string attribute", name)
		}
		if err := f.validator(&term{path: p}).Validate(); err != nil {
			return f, fmt.Errorf("Options.Filters: the schemas of the elimity resource type do not have %s", name)
		}
		f.paths = append(f.paths, p)
	}
	return f, nil
}

// find returns a term that every match of x fulfils and that the handler can find, or nil.
func (f *filters) find(x filter.Expr) *term {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op != filter.And {
			return nil
		}
		if t := f.find(x.Left); t != nil {
			return t
		}
		return f.find(x.Right)
	case *filter.Comparison:
		if x.Op != filter.Equal || x.Value.Kind != filter.LiteralString {
			return nil
		}
		for _, p := range f.paths {
			if p == x.Path {
				return &term{p, x.Value.Text, x.String()}
			}
		}
	}
	return nil
}

// validator returns what elimity's server makes of a filter with x alone. It is made from parts, since that parser leaves the
// escapes of JSON in a string.
func (f *filters) validator(x *term) *theirfilter.Validator {
	path := filterparser.AttributePath{AttributeName: x.path.Attribute.Name}
	if x.path.Extension != nil {
		path.URIPrefix = &x.path.Extension.Name
	}
	v := theirfilter.NewFilterValidator(&filterparser.AttributeExpression{
		AttributePath: path, Operator: filterparser.EQ, CompareValue: x.value,
	}, f.base, f.extensions...)
	return &v
}
