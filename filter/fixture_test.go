package filter_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

const (
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	coreUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
	widgetURN  = "urn:example:params:scim:schemas:test:2.0:Widget"
	extURN     = "urn:example:ext"
)

// widgetType is the type Widget of the conformance checklist: one attribute per characteristic and data type.
var widgetType = sync.OnceValue(func() *schema.ResourceType {
	sub := func(name string, t schema.DataType) *schema.Attribute { return &schema.Attribute{Name: name, Type: t} }
	widget := &schema.Schema{ID: widgetURN, Name: "Widget", Attributes: []*schema.Attribute{
		{Name: "name", Required: true, Uniqueness: schema.UniqueServer},
		{Name: "code", CaseExact: true, Uniqueness: schema.UniqueServer},
		{Name: "imm", Mutability: schema.Immutable},
		{Name: "ro", Mutability: schema.ReadOnly},
		{Name: "wo", Mutability: schema.WriteOnly},
		{Name: "always", Returned: schema.ReturnedAlways},
		{Name: "onreq", Returned: schema.ReturnedRequest},
		{Name: "color", CanonicalValues: []string{"red", "green"}},
		{Name: "flag", Type: schema.TypeBoolean},
		{Name: "qty", Type: schema.TypeInteger},
		{Name: "ratio", Type: schema.TypeDecimal},
		{Name: "at", Type: schema.TypeDateTime},
		{Name: "blob", Type: schema.TypeBinary},
		{Name: "link", Type: schema.TypeReference, ReferenceTypes: []string{"external"}},
		{Name: "owner", Type: schema.TypeReference, ReferenceTypes: []string{"User"}},
		{Name: "tags", MultiValued: true},
		{Name: "nums", Type: schema.TypeInteger, MultiValued: true},
		{Name: "vault", Type: schema.TypeComplex, MultiValued: true, Mutability: schema.WriteOnly, SubAttributes: []*schema.Attribute{{Name: "value"}}},
		{Name: "secrets", MultiValued: true, Mutability: schema.WriteOnly},
		{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
			sub("a", schema.TypeString), sub("b", schema.TypeString),
			{Name: "immSub", Mutability: schema.Immutable}, {Name: "roSub", Mutability: schema.ReadOnly},
			{Name: "labels", MultiValued: true}, sub("primary", schema.TypeBoolean), {Name: "pin", Mutability: schema.WriteOnly},
		}},
		{Name: "items", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", Required: true}, sub("type", schema.TypeString), sub("display", schema.TypeString),
			sub("primary", schema.TypeBoolean), {Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"uri"}},
			sub("n", schema.TypeInteger), {Name: "note", CaseExact: true},
			{Name: "pin", Mutability: schema.WriteOnly},
		}},
		{Name: "places", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			sub("street", schema.TypeString), sub("type", schema.TypeString), {Name: "aliases", MultiValued: true},
		}},
	}}
	ext := &schema.Schema{ID: extURN, Name: "Ext", Attributes: []*schema.Attribute{
		{Name: "name"}, // as in the base schema
		{Name: "level", Type: schema.TypeInteger},
		{Name: "boss", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "value", CaseExact: true}, sub("display", schema.TypeString)}},
		{Name: "marks", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{sub("value", schema.TypeString), sub("n", schema.TypeInteger)}},
		{Name: "on.prem.name"},
	}}
	t, err := schema.NewResourceType("Widget", "/Widgets", "Widget", widget, schema.Extension{Schema: ext})
	if err != nil {
		panic(err)
	}
	return t
})

// resource makes a resource of type rt with the given attributes, in JSON.
func resource(t testing.TB, rt *schema.ResourceType, id, attributes string) *schema.Resource {
	t.Helper()
	o, err := rt.ReadObject([]byte(attributes), 8)
	require.NoError(t, err)
	require.True(t, o.Conforms(), "%v", attributes)
	return &schema.Resource{ID: id, Attributes: o, Meta: schema.Meta{ResourceType: rt.Name()}}
}

// user1 is the fixture U1 of the conformance checklist.
func user1(t testing.TB) *schema.Resource {
	r := resource(t, schema.UserType(), "u-1", `{
		"userName": "bjensen", "active": true, "userType": "Employee",
		"name": {"givenName": "Barbara", "familyName": "Jensen"},
		"emails": [{"value": "bj@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "u-2"}}}`)
	r.ExternalID = "E1"
	r.Meta.Created = time.Date(2010, 1, 23, 4, 56, 22, 0, time.UTC)
	r.Meta.LastModified = time.Date(2011, 5, 13, 4, 42, 34, 123456789, time.UTC)
	r.Meta.Version = `W/"3694e05e9dff590"`
	r.Meta.Location = "https://example.com/v2/Users/u-1"
	return r
}

func checked(t testing.TB, rt *schema.ResourceType, text string) *filter.Checked {
	t.Helper()
	x, err := filter.Parse(text)
	require.NoError(t, err, "Parse(%q)", text)
	c, err := filter.Check(rt, x)
	require.NoError(t, err, "Check(%q)", text)
	return c
}
