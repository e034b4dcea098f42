package patch_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

const (
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	widgetURI  = "urn:example:params:scim:schemas:test:2.0:Widget"
	extURI     = "urn:example:ext"
	reqURI     = "urn:example:req"
)

func widgetSchema() *schema.Schema {
	sub := func(name string) *schema.Attribute { return &schema.Attribute{Name: name} }
	return &schema.Schema{ID: widgetURI, Name: "Widget", Attributes: []*schema.Attribute{
		{Name: "name", Required: true, Uniqueness: schema.UniqueServer},
		{Name: "code", CaseExact: true, Uniqueness: schema.UniqueServer},
		{Name: "imm", Mutability: schema.Immutable},
		{Name: "ro", Mutability: schema.ReadOnly},
		{Name: "wo", Mutability: schema.WriteOnly},
		{Name: "always", Returned: schema.ReturnedAlways},
		{Name: "color", CanonicalValues: []string{"red", "green"}},
		{Name: "flag", Type: schema.TypeBoolean},
		{Name: "qty", Type: schema.TypeInteger},
		{Name: "ratio", Type: schema.TypeDecimal},
		{Name: "at", Type: schema.TypeDateTime},
		{Name: "blob", Type: schema.TypeBinary},
		{Name: "link", Type: schema.TypeReference, ReferenceTypes: []string{"external"}},
		{Name: "tags", MultiValued: true},
		{Name: "codes", MultiValued: true, CaseExact: true},
		{Name: "nums", Type: schema.TypeInteger, MultiValued: true},
		{Name: "marks", MultiValued: true, Mutability: schema.Immutable},
		{Name: "must", MultiValued: true, Required: true},
		{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
			sub("a"), sub("b"),
			{Name: "immSub", Mutability: schema.Immutable},
			{Name: "roSub", Mutability: schema.ReadOnly},
			{Name: "list", MultiValued: true},
		}},
		{Name: "box", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{
			{Name: "lid", Required: true}, sub("x"), {Name: "secret", Mutability: schema.WriteOnly},
		}},
		{Name: "seal", Type: schema.TypeComplex, Mutability: schema.Immutable, SubAttributes: []*schema.Attribute{sub("x"), sub("y")}},
		{Name: "ranks", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", Mutability: schema.Immutable}, {Name: "primary", Type: schema.TypeBoolean}, {Name: "key", Mutability: schema.WriteOnly},
		}},
		{Name: "items", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", Required: true}, sub("type"), sub("display"), {Name: "primary", Type: schema.TypeBoolean},
			{Name: "$ref", Type: schema.TypeReference, ReferenceTypes: []string{"uri"}},
			{Name: "n", Type: schema.TypeInteger}, {Name: "note", CaseExact: true},
			{Name: "immSub", Mutability: schema.Immutable}, {Name: "roSub", Mutability: schema.ReadOnly},
		}},
		{Name: "links", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", CaseExact: true, Mutability: schema.Immutable}, {Name: "level", Type: schema.TypeInteger},
			{Name: "kind", Mutability: schema.Immutable}, {Name: "shown", Mutability: schema.ReadOnly},
		}},
	}}
}

var widgetType = sync.OnceValue(func() *schema.ResourceType {
	t, err := schema.NewResourceType("Widget", "/Widgets", "", widgetSchema(),
		schema.Extension{Schema: &schema.Schema{ID: extURI, Attributes: []*schema.Attribute{
			{Name: "e"}, {Name: "es", MultiValued: true}, {Name: "eimm", Mutability: schema.Immutable},
		}}})
	if err != nil {
		panic(err)
	}
	return t
})

var strictWidgetType = sync.OnceValue(func() *schema.ResourceType {
	t, err := schema.NewResourceType("StrictWidget", "/StrictWidgets", "", widgetSchema(),
		schema.Extension{Schema: &schema.Schema{ID: extURI, Attributes: []*schema.Attribute{{Name: "e"}}}},
		schema.Extension{Required: true, Schema: &schema.Schema{ID: reqURI, Attributes: []*schema.Attribute{{Name: "r", Required: true}, {Name: "s"}, {Name: "e"}, {Name: "ls", MultiValued: true}}}})
	if err != nil {
		panic(err)
	}
	return t
})

// U1 and the others are the fixtures of the checklist.
const (
	u1 = `{"id":"U1","externalId":"E1","userName":"bjensen","name":{"givenName":"Barbara","familyName":"Jensen"},"active":true,
		"emails":[{"value":"bj@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
		"` + enterprise + `":{"department":"D","manager":{"value":"U2"}}}`
	g1 = `{"id":"G1","displayName":"Tour Guides","members":[{"value":"U1","type":"User","display":"Babs"}]}`
	w1 = `{"id":"W1","name":"w","must":["m"],"ro":"RO","spec":{"a":"1","b":"2","roSub":"S"}}`
	s1 = `{"id":"S1","name":"w","must":["m"],"` + reqURI + `":{"r":"R","s":"S"}}`
)

// resource makes a resource of what is stored, readOnly values too. Members of more replace or, if null, remove those of base.
func resource(tb testing.TB, base string, more ...string) *schema.Resource {
	tb.Helper()
	typ := typeOf(base)
	all := map[string]json.RawMessage{}
	for _, text := range append([]string{base}, more...) {
		if text == "" {
			continue
		}
		var part map[string]json.RawMessage
		require.NoError(tb, json.Unmarshal([]byte(text), &part), text)
		maps.Copy(all, part)
	}
	text, err := json.Marshal(all)
	require.NoError(tb, err)
	o, err := typ.ReadObject(text, 32)
	require.NoError(tb, err)
	require.NoError(tb, schema.Complex(o).Err())
	r := &schema.Resource{ID: "x", Attributes: typ.Object()}
	r.Meta.ResourceType = typ.Name()
	r.Meta.Version = "7"
	for a, v := range o.All() {
		switch {
		case v.IsUnassigned():
		case a.Name == "id":
			r.ID = v.Text()
		case a.Name == "externalId":
			r.ExternalID = v.Text()
		default:
			r.Attributes = r.Attributes.With(a, v)
		}
	}
	return r
}

func typeOf(base string) *schema.ResourceType {
	switch {
	case strings.HasPrefix(base, `{"id":"U`):
		return schema.UserType()
	case strings.HasPrefix(base, `{"id":"G`):
		return schema.GroupType()
	case strings.HasPrefix(base, `{"id":"S`):
		return strictWidgetType()
	}
	return widgetType()
}

// message returns the body with the given operations.
func message(ops string) []byte {
	return []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`)
}

// run does what a handler does with a PATCH: read, check, apply.
func run(r *schema.Resource, ops string) (*schema.Resource, []patch.Change, error) {
	t := r.Attributes.Type()
	list, err := patch.Read(t, message(ops), patch.Limits{})
	if err != nil {
		return nil, nil, err
	}
	if err := patch.Check(t, list); err != nil {
		return nil, nil, err
	}
	return patch.Apply(r, list)
}

// A patchCase is one row: what operations make of a resource.
type patchCase struct {
	id   string // row of the checklist, or ambiguity
	base string // fixture
	with string // JSON of attributes that differ from the fixture
	ops  string
	want string // JSON of attributes that differ afterwards; null for those that are gone
	same bool   // nothing changes
	fail schema.ErrorType
}

func runCases(t *testing.T, cases []patchCase) {
	for _, c := range cases {
		t.Run(c.id, func(t *testing.T) {
			r := resource(t, c.base, c.with)
			original := snapshot(t, r)
			got, changes, err := run(r, c.ops)
			require.Equal(t, original, snapshot(t, r), "the original must stay as it is")
			if c.fail != "" {
				require.Equal(t, c.fail, errorType(t, err), "error: %v", err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.NoError(t, r.Attributes.Type().Check(got))
			if c.same {
				require.Empty(t, changes)
				require.Equal(t, original, snapshot(t, got))
				return
			}
			require.NotEmpty(t, changes)
			require.NotEmpty(t, c.want)
			want := resource(t, c.base, c.with, c.want)
			require.Equal(t, snapshot(t, want), snapshot(t, got))
			checkChanges(t, r, got, changes)
		})
	}
}

// snapshot returns all of a resource as the client sees it.
func snapshot(tb testing.TB, r *schema.Resource) string {
	tb.Helper()
	text, err := r.MarshalJSON()
	require.NoError(tb, err)
	return string(text)
}

// checkChanges checks that changes tell the difference: what they say was there, was, what they say is there, is.
func checkChanges(tb testing.TB, before, after *schema.Resource, changes []patch.Change) {
	tb.Helper()
	holds := func(r *schema.Resource, p schema.Path, v schema.Value) bool {
		cur := r.At(p)
		if p.Attribute.MultiValued && p.Sub == nil {
			for _, e := range cur.Elements() {
				if e.Equal(v) {
					return true
				}
			}
			return false
		}
		return cur.Equal(v)
	}
	for _, c := range changes {
		if c.Path.Target().Mutability == schema.WriteOnly {
			continue
		}
		if !c.Old.IsUnassigned() {
			require.True(tb, holds(before, c.Path, c.Old), "%s was not %s", c.Path, c.Old)
		}
		if !c.New.IsUnassigned() {
			require.True(tb, holds(after, c.Path, c.New), "%s is not %s", c.Path, c.New)
		}
		require.False(tb, c.Old.Equal(c.New), "%s: no change from %s to %s", c.Path, c.Old, c.New)
	}
}

// describe returns changes as text, in any order.
func describe(changes []patch.Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Path.String()+": "+c.Old.String()+" -> "+c.New.String())
	}
	slices.Sort(out)
	return out
}

func errorType(tb testing.TB, err error) schema.ErrorType {
	tb.Helper()
	require.Error(tb, err)
	var e *schema.Error
	require.True(tb, errors.As(err, &e), "%T: %v", err, err)
	return e.Type
}
