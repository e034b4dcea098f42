package schema_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*schema.Schema{
		"user.json": schema.User(), "group.json": schema.Group(), "enterprise.json": schema.EnterpriseUser(), "widget.json": widget(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.AppendJSON([]byte("x"), "https://example.com/scim/v2/Schemas/"+s.ID)
			require.Equal(t, byte('x'), got[0])
			var b bytes.Buffer
			require.NoError(t, json.Indent(&b, got[1:], "", "  "))
			b.WriteByte('\n')
			golden(t, name, b.Bytes())
		})
	}
}

// TestSchemaOfType checks that a type describes itself as the schema that it was made of.
func TestSchemaOfType(t *testing.T) {
	t.Parallel()
	typ := newType(t, widget(), schema.Extension{Schema: ext()})
	require.JSONEq(t, string(widget().AppendJSON(nil, "/x")), string(typ.Base().AppendJSON(nil, "/x")))
	require.JSONEq(t, string(ext().AppendJSON(nil, "/x")), string(typ.Extensions()[0].Schema.AppendJSON(nil, "/x")))
}

// TestSchemaMembers is checklist rows 7643-7-disc-03, 7643-7-disc-04, 7643-8.7.1-01 and 7643-2.2-01.
func TestSchemaMembers(t *testing.T) {
	t.Parallel()
	always := []string{"name", "type", "multiValued", "required", "mutability", "returned"}
	byType := map[string][]string{
		"string":    {"caseExact", "uniqueness"},
		"boolean":   {},
		"decimal":   {"uniqueness"},
		"integer":   {"uniqueness"},
		"dateTime":  {},
		"binary":    {"caseExact"},
		"reference": {"caseExact", "uniqueness", "referenceTypes"},
		"complex":   {"subAttributes"},
	}
	seen := map[string]bool{}
	var check func(attrs []any)
	check = func(attrs []any) {
		require.NotEmpty(t, attrs)
		for _, x := range attrs {
			a := x.(map[string]any)
			typ := a["type"].(string)
			seen[typ] = true
			want := map[string]bool{}
			for _, m := range append(always, byType[typ]...) {
				want[m] = true
				require.Contains(t, a, m, "%v", a["name"])
			}
			for m, v := range a {
				if m != "description" && m != "canonicalValues" {
					require.True(t, want[m], "%v has %s", a["name"], m)
				}
				require.NotNil(t, v)
				require.NotEqual(t, "", v)
				if list, ok := v.([]any); ok {
					require.NotEmpty(t, list)
				}
			}
			if subs, ok := a["subAttributes"]; ok {
				check(subs.([]any))
			}
		}
	}
	for _, s := range []*schema.Schema{schema.User(), schema.Group(), schema.EnterpriseUser(), widget()} {
		var doc map[string]any
		require.NoError(t, json.Unmarshal(s.AppendJSON(nil, "/Schemas/"+s.ID), &doc))
		require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, doc["schemas"])
		require.Equal(t, map[string]any{"resourceType": "Schema", "location": "/Schemas/" + s.ID}, doc["meta"])
		check(doc["attributes"].([]any))
	}
	require.Len(t, seen, len(byType))
}

// TestCanonicalTypes checks that every type has canonical values: Entra's tools derive paths such as
// roles[type eq "work"].value from them, and fall back to primary where there are none.
func TestCanonicalTypes(t *testing.T) {
	t.Parallel()
	for _, typ := range []*schema.ResourceType{schema.UserType(), schema.GroupType()} {
		for _, a := range typ.Attributes() {
			if sub := a.SubAttribute("type"); sub != nil {
				require.NotEmpty(t, sub.CanonicalValues, "%s", sub)
			}
		}
	}
}

// TestSchemasAreFresh checks that the caller may change what User, Group and EnterpriseUser return.
func TestSchemasAreFresh(t *testing.T) {
	t.Parallel()
	for _, f := range []func() *schema.Schema{schema.User, schema.Group, schema.EnterpriseUser} {
		want := string(f().AppendJSON(nil, ""))
		s := f()
		for _, a := range s.Attributes {
			a.Name, a.Required = "changed", true
			for _, sub := range a.SubAttributes {
				sub.Name = "changed"
				for i := range sub.CanonicalValues {
					sub.CanonicalValues[i] = "changed"
				}
				for i := range sub.ReferenceTypes {
					sub.ReferenceTypes[i] = "changed"
				}
			}
		}
		require.Equal(t, want, string(f().AppendJSON(nil, "")))
	}
}
