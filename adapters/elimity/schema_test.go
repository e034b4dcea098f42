package elimity_test

import (
	"encoding/json"
	"strings"
	"testing"

	theirs "github.com/elimity-com/scim"
	theirschema "github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/schema"
)

// TestNew checks which mistakes New reports.
func TestNew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*theirs.ResourceType)
		o      *elimity.Options
		want   string
	}{
		{"no handler", func(r *theirs.ResourceType) { r.Handler = nil }, nil, "Handler"},
		{"no schema", func(r *theirs.ResourceType) { r.Schema.ID = "" }, nil, "schema"},
		{"page size", nil, &elimity.Options{PageSize: -1}, "PageSize"},
		{"unknown filter", nil, &elimity.Options{Filters: []string{"login"}}, "login"},
		{"filter of another type", nil, &elimity.Options{Filters: []string{"active"}}, "active is not a singular string attribute"},
		{"multi-valued filter", nil, &elimity.Options{Filters: []string{"emails"}}, "emails is not a singular string attribute"},
		{"filter by a sub-attribute", nil, &elimity.Options{Filters: []string{"name.givenName"}}, "name.givenName is not"},
		{"filter by what is never returned", nil, &elimity.Options{Filters: []string{"password"}}, "password is not"},
		{
			"filter the handler's schema lacks", func(r *theirs.ResourceType) { r.Schema.Attributes = nil },
			&elimity.Options{Type: schema.UserType(), Filters: []string{"userName"}}, "do not have userName",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			typ := newUsers().typ
			if tt.change != nil {
				tt.change(&typ)
			}
			_, err := elimity.New(typ, tt.o)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "elimity: resource type User")
		})
	}
}

// TestType checks that a type made from elimity's schemas has their characteristics, each of them.
func TestType(t *testing.T) {
	t.Parallel()
	things := newThings().typ
	things.SchemaExtensions[0].Required = true
	for _, typ := range []theirs.ResourceType{newUsers().typ, newGroups().typ, things} {
		store, err := elimity.New(typ, nil)
		require.NoError(t, err)
		got := store.Type()
		require.Equal(t, []string{typ.Name, typ.Endpoint, typ.Description.Value()}, []string{got.Name(), got.Endpoint(), got.Description()})
		requireSameSchema(t, typ.Schema, got.Base())
		require.Len(t, got.Extensions(), len(typ.SchemaExtensions))
		for i, e := range typ.SchemaExtensions {
			require.Equal(t, e.Required, got.Extensions()[i].Required)
			requireSameSchema(t, e.Schema, got.Extensions()[i].Schema)
		}
	}
	listed := newUsers().typ
	listed.Schema.Attributes = append(theirschema.CommonAttributes(), listed.Schema.Attributes...)
	common, err := elimity.New(listed, nil)
	require.NoError(t, err, "a schema that lists the common attributes")
	requireSameSchema(t, newUsers().typ.Schema, common.Type().Base())

	store, err := elimity.New(newUsers().typ, &elimity.Options{Type: schema.UserType()})
	require.NoError(t, err)
	require.Same(t, schema.UserType(), store.Type())
}

// requireSameSchema compares the schemas as discovery shows them.
func requireSameSchema(t *testing.T, want interface{ ToMap() map[string]interface{} }, got *schema.Schema) {
	t.Helper()
	require.Equal(t, described(t, want.ToMap()), described(t, rawJSON(got.AppendJSON(nil, ""))))
}

type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// described returns the id, the name and the attributes of a schema with their characteristics, those that the one side leaves
// out at their default (RFC 7643 §2.2) filled in.
func described(t *testing.T, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(text, &m))
	var fill func(list any)
	fill = func(list any) {
		attributes, _ := list.([]any)
		for _, e := range attributes {
			a := e.(map[string]any)
			for name, value := range map[string]any{"uniqueness": "none", "caseExact": false, "description": "", "canonicalValues": nil, "referenceTypes": nil, "subAttributes": nil} {
				if a[name] == nil {
					a[name] = value
				}
			}
			if typ := a["type"]; typ == "reference" || typ == "binary" {
				// They are case exact whatever a schema says (RFC 7643 §2.3.6, §2.3.7).
				a["caseExact"] = true
			}
			fill(a["subAttributes"])
		}
	}
	fill(m["attributes"])
	name, _ := m["name"].(string)
	return map[string]any{"id": strings.ToLower(m["id"].(string)), "name": name, "attributes": m["attributes"]}
}
