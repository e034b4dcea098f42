package scim_test

import (
	"context"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A Widget has an attribute for each characteristic.
const (
	widgetURI    = "urn:example:params:scim:schemas:test:2.0:Widget"
	widgetExtURI = "urn:example:ext"
)

var widgetType = sync.OnceValue(func() *schema.ResourceType { return newWidgetType("Widget", false) })

// newWidgetType returns a type with the Widget schema and its extension.
func newWidgetType(name string, extRequired bool) *schema.ResourceType {
	t, err := schema.NewResourceType(name, "", "A widget", widgetSchema(), schema.Extension{Schema: &schema.Schema{
		ID: widgetExtURI, Name: "WidgetExtension", Description: "More of a widget",
		Attributes: []*schema.Attribute{
			{Name: "r", Required: extRequired},
			{Name: "x"},
			{Name: "name", Description: "Not the name of the core schema."},
			{Name: "extRequest", Returned: schema.ReturnedRequest},
			{Name: "extRO", Mutability: schema.ReadOnly},
		},
	}, Required: extRequired})
	if err != nil {
		panic(err)
	}
	return t
}

func widgetSchema() *schema.Schema {
	return &schema.Schema{
		ID: widgetURI, Name: "Widget", Description: "A widget",
		Attributes: []*schema.Attribute{
			{Name: "name", Required: true, Uniqueness: schema.UniqueServer},
			{Name: "code", CaseExact: true, Uniqueness: schema.UniqueServer},
			{Name: "imm", Mutability: schema.Immutable},
			{Name: "ro", Mutability: schema.ReadOnly},
			{Name: "wo", Mutability: schema.WriteOnly, Returned: schema.ReturnedNever},
			{Name: "always", Returned: schema.ReturnedAlways},
			{Name: "onreq", Returned: schema.ReturnedRequest},
			{Name: "color", CanonicalValues: []string{"red", "green"}},
			{Name: "flag", Type: schema.TypeBoolean},
			{Name: "qty", Type: schema.TypeInteger},
			{Name: "ratio", Type: schema.TypeDecimal},
			{Name: "at", Type: schema.TypeDateTime},
			{Name: "blob", Type: schema.TypeBinary},
			{Name: "link", Type: schema.TypeReference, ReferenceTypes: []string{"external"}},
			{Name: "tags", MultiValued: true},
			{Name: "nums", Type: schema.TypeInteger, MultiValued: true},
			{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
				{Name: "a"},
				{Name: "b"},
				{Name: "immSub", Mutability: schema.Immutable},
				{Name: "roSub", Mutability: schema.ReadOnly},
				{Name: "neverSub", Returned: schema.ReturnedNever},
				{Name: "reqSub", Returned: schema.ReturnedRequest},
				{Name: "alwaysSub", Returned: schema.ReturnedAlways},
			}},
			{Name: "owner", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
				{Name: "value", CaseExact: true},
				{Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"User"}},
				{Name: "display", Mutability: schema.ReadOnly},
			}},
			{Name: "items", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
				{Name: "value", Required: true},
				{Name: "type"},
				{Name: "display"},
				{Name: "primary", Type: schema.TypeBoolean},
				{Name: "n", Type: schema.TypeInteger},
				{Name: "note", CaseExact: true},
			}},
		},
	}
}

// setReadOnly is an interceptor that does what a service provider does: it sets the readOnly attributes of new widgets.
func setReadOnly(next scim.Func) scim.Func {
	return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
		if op.Kind == scim.KindCreate && op.ResourceType.Base().ID == widgetURI {
			if err := op.Resource.Attributes.Set("ro", "RO"); err != nil {
				return nil, err
			}
			if err := op.Resource.Attributes.Set("spec.roSub", "RS"); err != nil {
				return nil, err
			}
		}
		return next(ctx, op)
	}
}
