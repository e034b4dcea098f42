package schema_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	widgetURI = "urn:example:params:scim:schemas:test:2.0:Widget"
	extURI    = "urn:example:ext"
	reqURI    = "urn:example:req"
)

// widget returns the schema of the checklist's Widget: one attribute for each characteristic.
func widget() *schema.Schema {
	return &schema.Schema{
		ID: widgetURI, Name: "Widget",
		Attributes: []*schema.Attribute{
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
			{Name: "tags", MultiValued: true},
			{Name: "nums", Type: schema.TypeInteger, MultiValued: true},
			{Name: "secrets", MultiValued: true, Mutability: schema.WriteOnly},
			{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
				{Name: "a"}, {Name: "b"},
				{Name: "immSub", Mutability: schema.Immutable},
				{Name: "roSub", Mutability: schema.ReadOnly},
			}},
			{Name: "items", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
				{Name: "value", Required: true},
				{Name: "type"}, {Name: "display"},
				{Name: "primary", Type: schema.TypeBoolean},
				{Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"uri"}},
				{Name: "n", Type: schema.TypeInteger},
				{Name: "note", CaseExact: true},
				{Name: "labels", MultiValued: true},
			}},
		},
	}
}

// ext returns an extension with a name that Widget has, one that the other extension has, and one with dots.
func ext() *schema.Schema {
	return &schema.Schema{ID: extURI, Name: "Ext", Attributes: []*schema.Attribute{
		{Name: "color"}, {Name: "shared"}, {Name: "only", Type: schema.TypeInteger},
		{Name: "dir.attr.one"},
		{Name: "box", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "in"}}},
	}}
}

func req() *schema.Schema {
	return &schema.Schema{ID: reqURI, Name: "Req", Attributes: []*schema.Attribute{
		{Name: "r", Required: true}, {Name: "shared"},
	}}
}

func newType(tb testing.TB, base *schema.Schema, extensions ...schema.Extension) *schema.ResourceType {
	tb.Helper()
	t, err := schema.NewResourceType(base.Name, "", "", base, extensions...)
	require.NoError(tb, err)
	return t
}

func widgetType(tb testing.TB) *schema.ResourceType {
	tb.Helper()
	return newType(tb, widget(), schema.Extension{Schema: ext()}, schema.Extension{Schema: &schema.Schema{
		ID: "urn:example:other", Attributes: []*schema.Attribute{{Name: "shared"}},
	}})
}

func path(tb testing.TB, t *schema.ResourceType, text string) schema.Path {
	tb.Helper()
	p, err := t.Path(text)
	require.NoError(tb, err)
	return p
}

func read(tb testing.TB, t *schema.ResourceType, text string) schema.Object {
	tb.Helper()
	o, err := t.ReadObject([]byte(text), 32)
	require.NoError(tb, err)
	return o
}

func problem(tb testing.TB, err error) *schema.Error {
	tb.Helper()
	require.Error(tb, err)
	var e *schema.Error
	require.True(tb, errors.As(err, &e), "%T %v is no *schema.Error", err, err)
	return e
}

func golden(tb testing.TB, name string, got []byte) {
	tb.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(tb, os.MkdirAll("testdata", 0o755))
		require.NoError(tb, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(tb, err)
	require.Equal(tb, string(want), string(got))
}
