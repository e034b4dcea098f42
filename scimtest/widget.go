package scimtest

import (
	"net/url"

	"github.com/embedscim/scim/schema"
)

// The schema of a resource type that has an attribute of each characteristic, and its extensions: of widgets, and of strict
// widgets.
const (
	WidgetURN    = "urn:example:params:scim:schemas:test:2.0:Widget"
	WidgetExtURN = "urn:example:ext"
	StrictExtURN = "urn:example:req"
)

// NewWidgetType returns the resource type Widget, at /Widgets. A service provider that has it besides its own types lets the
// suite check what can't be seen with users and groups. The attribute ro and the sub-attribute spec.roSub are to be set by
// the service provider, to "RO" and "RS".
func NewWidgetType() *schema.ResourceType {
	t, err := schema.NewResourceType("Widget", "/Widgets", "A widget", widgetSchema(), schema.Extension{Schema: &schema.Schema{
		ID: WidgetExtURN, Name: "WidgetExtension", Description: "More of a widget",
		Attributes: []*schema.Attribute{
			{Name: "r"},
			{Name: "x"},
			{Name: "name", Description: "Not the name of the core schema."},
			{Name: "extRequest", Returned: schema.ReturnedRequest},
			{Name: "extRO", Mutability: schema.ReadOnly},
		},
	}})
	if err != nil {
		panic(err) // The schema is valid.
	}
	return t
}

// NewStrictWidgetType returns the resource type StrictWidget, at /StrictWidgets: widgets whose extension [StrictExtURN] is
// required, with its attribute r.
func NewStrictWidgetType() *schema.ResourceType {
	t, err := schema.NewResourceType("StrictWidget", "/StrictWidgets", "A widget with a required extension", widgetSchema(), schema.Extension{
		Schema: &schema.Schema{
			ID: StrictExtURN, Name: "StrictExtension", Description: "What a strict widget needs",
			Attributes: []*schema.Attribute{{Name: "r", Required: true}},
		},
		Required: true,
	})
	if err != nil {
		panic(err) // The schema is valid.
	}
	return t
}

func widgetSchema() *schema.Schema {
	return &schema.Schema{
		ID: WidgetURN, Name: "Widget", Description: "A widget",
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

func pathEscape(id string) string { return url.PathEscape(id) }
