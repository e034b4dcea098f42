package schema_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func TestDefinitionRefused(t *testing.T) {
	t.Parallel()
	attr := func(a schema.Attribute) *schema.Schema {
		return &schema.Schema{ID: "urn:example:x", Attributes: []*schema.Attribute{&a}}
	}
	sub := func(multi bool, a schema.Attribute) *schema.Schema {
		return attr(schema.Attribute{Name: "c", Type: schema.TypeComplex, MultiValued: multi, SubAttributes: []*schema.Attribute{&a}})
	}
	id := func(uri string) *schema.Schema {
		return &schema.Schema{ID: uri, Attributes: []*schema.Attribute{{Name: "a"}}}
	}
	tests := []struct {
		name string
		base *schema.Schema
		want string
	}{
		{"nil schema", nil, "no base schema"},
		{"nil attribute", &schema.Schema{ID: "urn:x:y", Attributes: []*schema.Attribute{nil}}, "nil attribute"},
		{"7643-7 no attributes", &schema.Schema{ID: "urn:x:y"}, "no attributes"},
		{"id without scheme", id("User"), "must be a URI"},
		{"id empty after the scheme", id("urn:"), "must be a URI"},
		{"id with a blank", id("urn:x y"), "must be a URI"},
		{"id with a quote", id(`urn:x"y`), "must be a URI"},
		{"id with a backslash", id(`urn:x\y`), "must be a URI"},
		{"id with a control character", id("urn:x\ty"), "must be a URI"},
		{"id with DEL", id("urn:x\x7f"), "must be a URI"},
		{"id outside ASCII", id("urn:xä"), "must be a URI"},
		{"id with a comma", id("urn:x,y"), "must be a URI"},
		{"id with a bracket", id("urn:x[y"), "must be a URI"},
		{"7644-3.1 id of a message", id("URN:ietf:params:scim:api:messages:2.0:Error"), "for messages"},
		{"7643-2.1-02 1a", attr(schema.Attribute{Name: "1a"}), "§2.1"},
		{"7643-2.1-02 blank", attr(schema.Attribute{Name: "a b"}), "§2.1"},
		{"7643-2.1-02 dot", attr(schema.Attribute{Name: "a.b"}), "§2.1"},
		{"7643-2.1-02 colon", attr(schema.Attribute{Name: "a:b"}), "§2.1"},
		{"7643-2.1-02 empty", attr(schema.Attribute{Name: ""}), "§2.1"},
		{"7643-2.1-02 dollar first", attr(schema.Attribute{Name: "$id"}), "§2.1"},
		{"7643-2.1-02 outside ASCII", attr(schema.Attribute{Name: "größe"}), "§2.1"},
		{"dot in a sub-attribute", sub(false, schema.Attribute{Name: "a.b"}), "§2.1"},
		{"common attribute", attr(schema.Attribute{Name: "ExternalID"}), "common attribute"},
		{"defined twice", &schema.Schema{ID: "urn:x:y", Attributes: []*schema.Attribute{{Name: "a"}, {Name: "A"}}}, "defined twice"},
		{"7643-2.3-01 unknown type", attr(schema.Attribute{Name: "a", Type: 8}), "no such data type"},
		{"unknown mutability", attr(schema.Attribute{Name: "a", Mutability: 4}), "no such characteristic"},
		{"unknown returned", attr(schema.Attribute{Name: "a", Returned: 4}), "no such characteristic"},
		{"unknown uniqueness", attr(schema.Attribute{Name: "a", Uniqueness: 3}), "no such characteristic"},
		{"7643-1.2-01 simple with sub-attributes", attr(schema.Attribute{Name: "a", SubAttributes: []*schema.Attribute{{Name: "b"}}}), "§1.2"},
		{"7643-7-02 complex without", attr(schema.Attribute{Name: "a", Type: schema.TypeComplex}), "needs sub-attributes"},
		{
			"7643-2.3.8-02 complex in complex",
			sub(false, schema.Attribute{Name: "b", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "c"}}}), "§2.3.8",
		},
		{"7643-7-07 referenceTypes on a string", attr(schema.Attribute{Name: "a", ReferenceTypes: []string{"User"}}), "reference types"},
		{"7643-2.4-03 primary is a boolean", sub(true, schema.Attribute{Name: "Primary"}), "primary is a boolean"},
		{"primary is one boolean", sub(true, schema.Attribute{Name: "primary", Type: schema.TypeBoolean, MultiValued: true}), "primary is a boolean"},
		{"writeOnly and always", attr(schema.Attribute{Name: "a", Mutability: schema.WriteOnly, Returned: schema.ReturnedAlways}), "never returned"},
		{"readOnly and never", attr(schema.Attribute{Name: "a", Mutability: schema.ReadOnly, Returned: schema.ReturnedNever}), "no use"},
		{"7643-2.3.6-02 unique binary", attr(schema.Attribute{Name: "a", Type: schema.TypeBinary, Uniqueness: schema.UniqueServer}), "no uniqueness"},
		{"7643-8.7.1-01 unique complex", attr(schema.Attribute{
			Name: "a", Type: schema.TypeComplex, Uniqueness: schema.UniqueGlobal, SubAttributes: []*schema.Attribute{{Name: "b"}},
		}), "no uniqueness"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.NewResourceType("Thing", "", "", tt.base)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "Thing")
		})
	}
}

func TestDefinitionAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := schema.NewResourceType("Thing", "", "", &schema.Schema{ID: "urn:x:y", Attributes: []*schema.Attribute{
		{Name: "1a"},
		{Name: "b", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "2c"}}},
	}})
	require.ErrorContains(t, err, `"1a"`)
	require.ErrorContains(t, err, `"2c"`)
}

func TestDefinitionAccepted(t *testing.T) {
	t.Parallel()
	var all []*schema.Attribute
	for i, name := range []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"} {
		a := &schema.Attribute{Name: "of-" + name, Type: schema.DataType(i)}
		require.Equal(t, name, a.Type.String(), "7643-7-01")
		if a.Type == schema.TypeComplex {
			a.SubAttributes = []*schema.Attribute{{Name: "a_b"}, {Name: "a$b"}, {Name: "$ref"}, {Name: "list", MultiValued: true}}
		}
		all = append(all, a)
	}
	typ, err := schema.NewResourceType("Thing", "", "Things", &schema.Schema{ID: "https://example.com/schemas/Thing", Attributes: all})
	require.NoError(t, err)
	require.Equal(t, "/Things", typ.Endpoint())
	require.Equal(t, "Thing", typ.Name())
	require.Equal(t, "Things", typ.Description())
	require.Equal(t, "of-complex.$ref", path(t, typ, "OF-COMPLEX.$REF").String())
}

func TestResourceTypeRefused(t *testing.T) {
	t.Parallel()
	base := func() *schema.Schema {
		return &schema.Schema{ID: "urn:x:base", Attributes: []*schema.Attribute{{Name: "a"}}}
	}
	dotted := &schema.Schema{ID: "urn:x:e", Attributes: []*schema.Attribute{
		{Name: "a", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "b"}}}, {Name: "A.b"},
	}}
	tests := []struct {
		name, typ, endpoint string
		ext                 []schema.Extension
		want                string
	}{
		{"no name", "", "/X", nil, "the name must be"},
		{"name with a slash", "A/B", "/X", nil, "the name must be"},
		{"name with a dot", "A.B", "/X", nil, "the name must be"},
		{"endpoint without slash", "T", "Things", nil, "endpoint"},
		{"endpoint with two segments", "T", "/a/b", nil, "endpoint"},
		{"endpoint empty", "T", "/", nil, "endpoint"},
		{"endpoint ..", "T", "/..", nil, "endpoint"},
		{"endpoint .search", "T", "/.search", nil, "endpoint"},
		{"endpoint with a query", "T", "/a?b", nil, "endpoint"},
		{"endpoint with an escape", "T", "/a%2f", nil, "endpoint"},
		{"extension without schema", "T", "", []schema.Extension{{}}, "has no schema"},
		{"extension twice", "T", "", []schema.Extension{{Schema: ext()}, {Schema: ext()}}, "used twice"},
		{"base as extension", "T", "", []schema.Extension{{Schema: &schema.Schema{ID: "URN:X:BASE", Attributes: []*schema.Attribute{{Name: "b"}}}}}, "used twice"},
		{"mistake in an extension", "T", "", []schema.Extension{{Schema: &schema.Schema{ID: "urn:x:e", Attributes: []*schema.Attribute{{Name: "1"}}}}}, "§2.1"},
		{"dotted name that is a path, too", "T", "", []schema.Extension{{Schema: dotted}}, "has the path of sub-attribute"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.NewResourceType(tt.typ, tt.endpoint, "", base(), tt.ext...)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestResourceTypeCopies checks that definitions can be changed after they were used.
func TestResourceTypeCopies(t *testing.T) {
	t.Parallel()
	base, e := widget(), ext()
	typ := newType(t, base, schema.Extension{Schema: e, Required: true})
	base.ID, base.Attributes[0].Name, base.Attributes[7].CanonicalValues[0] = "urn:changed", "changed", "changed"
	base.Attributes[13].ReferenceTypes[0] = "changed"
	base.Attributes[len(base.Attributes)-1].SubAttributes[0].Name = "changed"
	e.ID, e.Attributes = "urn:changed", nil

	require.Equal(t, widgetURI, typ.Base().ID)
	require.Equal(t, []string{"red", "green"}, typ.Attribute("color").CanonicalValues)
	require.Equal(t, []string{"external"}, typ.Attribute("link").ReferenceTypes)
	require.NotNil(t, typ.Attribute("items").SubAttribute("value"))
	require.Same(t, typ.Attribute("name"), typ.Base().Attributes[0])
	require.Len(t, typ.Extensions(), 1)
	require.Equal(t, extURI, typ.Extensions()[0].Schema.ID)
	require.True(t, typ.Extensions()[0].Required)
	require.NotEmpty(t, typ.Extensions()[0].Schema.Attributes)
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	typ := newType(t, widget(), schema.Extension{Schema: ext(), Required: true})
	attrs := typ.Attributes()
	require.Equal(t, "schemas", attrs[0].Name)
	require.Equal(t, "name", attrs[4].Name)
	last := attrs[len(attrs)-1]
	require.True(t, last.IsExtension())
	require.True(t, last.Required)
	require.Equal(t, extURI, last.Name)
	require.Equal(t, extURI, last.Schema())
	require.Same(t, last, typ.Attribute("URN:EXAMPLE:EXT"), "7643-3.3-04")

	meta := typ.Attribute("Meta")
	require.True(t, meta.IsCommon())
	require.True(t, meta.SubAttribute("version").IsCommon())
	require.Empty(t, meta.Schema())
	name := typ.Attribute("NAME")
	require.False(t, name.IsCommon())
	require.Equal(t, widgetURI, name.Schema())
	require.Nil(t, name.Parent())
	require.Nil(t, name.SubAttribute("value"))
	require.Same(t, typ.Attribute("spec"), typ.Attribute("spec").SubAttribute("A").Parent())
	require.Same(t, last, last.SubAttribute("box").Parent())
	require.Nil(t, typ.Attribute("nosuch"))

	require.Equal(t, schema.ReturnedNever, typ.Attribute("wo").Returned, "7643-2.2-mut-10: writeOnly is never returned")
	require.True(t, typ.Attribute("link").Exact(), "7643-2.3.7-02")
	require.True(t, typ.Attribute("blob").Exact(), "7643-2.3.6-02")
	require.True(t, typ.Attribute("code").Exact())
	require.False(t, name.Exact())
}

// TestCommonAttributes is RFC 7643 §3.1 and checklist rows 7643-3.1-04, -06, -07, -12, -14 and AMB-18.
func TestCommonAttributes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, a := range schema.UserType().Attributes()[:4] {
		for _, x := range append([]*schema.Attribute{a}, a.SubAttributes...) {
			got = append(got, fmt.Sprint(x, " ", x.Type, " multiValued=", x.MultiValued, " required=", x.Required, " exact=", x.Exact(), " ",
				x.Mutability, " ", x.Returned, " ", x.Uniqueness))
			require.NotEmpty(t, x.Description)
			require.True(t, x.IsCommon())
		}
	}
	require.Equal(t, []string{
		"schemas string multiValued=true required=true exact=false readWrite always none",
		"id string multiValued=false required=false exact=true readOnly always server",
		"externalId string multiValued=false required=false exact=true readWrite default none",
		"meta complex multiValued=false required=false exact=false readOnly default none",
		"meta.resourceType string multiValued=false required=false exact=true readOnly default none",
		"meta.created dateTime multiValued=false required=false exact=false readOnly default none",
		"meta.lastModified dateTime multiValued=false required=false exact=false readOnly default none",
		"meta.location reference multiValued=false required=false exact=true readOnly default none",
		"meta.version string multiValued=false required=false exact=true readOnly default none",
	}, got)
}

func TestNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "dateTime", schema.TypeDateTime.String())
	require.Equal(t, "writeOnly", schema.WriteOnly.String())
	require.Equal(t, "request", schema.ReturnedRequest.String())
	require.Equal(t, "global", schema.UniqueGlobal.String())
	require.Equal(t, "list", schema.KindList.String())
	require.Equal(t, "invalid(9)", schema.DataType(9).String())
}
