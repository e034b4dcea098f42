package patch_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// TestReduce shows what deltas look like; that they do the same as the operations, TestReduceRandom proves.
func TestReduce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ id, base, ops, want string }{
		{"add a member", g1, `{"op":"add","path":"members","value":[{"value":"U2","$ref":null,"display":"x"}]}`, `{"Elements":[{"Path":"members","Add":[{"value":"U2"}]}]}`},
		{"add one without a list", g1, `{"op":"add","path":"members","value":{"value":"U2","type":"User"}}`, `{"Elements":[{"Path":"members","Add":[{"value":"U2","type":"User"}]}]}`},
		{"add without a path", g1, `{"op":"add","value":{"members":[{"value":"U2"}]}}`, `{"Elements":[{"Path":"members","Add":[{"value":"U2"}]}]}`},
		{"add the same twice", g1, `{"op":"add","path":"members","value":[{"value":"U2","type":"User"},{"value":"U2"}]}`, `{"Elements":[{"Path":"members","Add":[{"value":"U2","type":"User"}]}]}`},
		{"add nothing", g1, `{"op":"add","path":"members","value":[]},{"op":"add","path":"members","value":null},{"op":"add","path":"members","value":[{}]}`, `{}`},
		{"remove a member", g1, `{"op":"remove","path":"members[value eq \"U1\"]"}`, `{"Elements":[{"Path":"members","Remove":[{"value":"U1"}]}]}`},
		{"remove several members", g1, `{"op":"remove","path":"members[value eq \"U1\" or value eq \"U2\" or value eq \"U1\"]"}`, `{"Elements":[{"Path":"members","Remove":[{"value":"U1"},{"value":"U2"}]}]}`},
		{"remove all members", g1, `{"op":"add","path":"members","value":[{"value":"U2"}]},{"op":"remove","path":"members"}`, `{"Elements":[{"Path":"members","Clear":true}]}`},
		{"replace members", g1, `{"op":"replace","path":"members","value":[{"value":"U2"}]},{"op":"remove","path":"members[value eq \"U3\"]"}`, `{"Elements":[{"Path":"members","Clear":true,"Add":[{"value":"U2"}]}]}`},
		{"remove, then add", g1, `{"op":"remove","path":"members[value eq \"U1\"]"},{"op":"add","path":"members","value":{"value":"U1"}}`, `{"Elements":[{"Path":"members","Remove":[{"value":"U1"}],"Add":[{"value":"U1"}]}]}`},
		{"entra-group-add-then-remove-same", g1, `{"op":"add","path":"members","value":{"value":"U6"}},{"op":"remove","path":"members[value eq \"U6\"]"}`, `{"Elements":[{"Path":"members","Remove":[{"value":"U6"}]}]}`},
		{"order of adding", g1, `{"op":"add","path":"members","value":[{"value":"b"},{"value":"a"}]},{"op":"remove","path":"members[value eq \"b\"]"},{"op":"add","path":"members","value":[{"value":"c"},{"value":"b"}]}`, `{"Elements":[{"Path":"members","Remove":[{"value":"b"}],"Add":[{"value":"a"},{"value":"c"},{"value":"b"}]}]}`},
		{"rename and add", g1, `{"op":"replace","value":{"displayName":"N","externalId":"E"}},{"op":"add","path":"members","value":{"value":"U6"}}`, `{"Set":{"displayName":"N","externalId":"E"},"Elements":[{"Path":"members","Add":[{"value":"U6"}]}]}`},
		{"last wins", u1, `{"op":"replace","path":"title","value":"a"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"b"},{"op":"add","path":"title","value":null}`, `{"Set":{"title":"b"}}`},
		{"unassign", u1, `{"op":"replace","path":"title","value":null},{"op":"remove","path":"name.givenName"}`, `{"Set":{"title":null,"name.givenName":null}}`},
		{"complex", u1, `{"op":"replace","path":"name","value":{"givenName":"A","familyName":null}}`, `{"Set":{"name.givenName":"A","name.familyName":null}}`},
		{"remove complex", u1, `{"op":"remove","path":"name"},{"op":"add","path":"name.givenName","value":"X"}`, `{"Set":{"name.formatted":null,"name.familyName":null,"name.middleName":null,"name.honorificPrefix":null,"name.honorificSuffix":null,"name.givenName":"X"}}`},
		{"extension", u1, `{"op":"add","value":{"` + enterprise + `":{"department":"A","manager":{"$ref":"U3"}}}}`, `{"Set":{"` + enterprise + `:department":"A","` + enterprise + `:manager.$ref":"U3"}}`},
		{"simple values", w1, `{"op":"add","path":"tags","value":["a","A","b"]},{"op":"remove","path":"tags[value eq \"c\"]"}`, `{"Elements":[{"Path":"tags","Remove":["c"],"Add":["a","b"]}]}`},
		{"values of an extension", w1, `{"op":"add","path":"` + extURI + `:es","value":["a"]}`, `{"Elements":[{"Path":"` + extURI + `:es","Add":["a"]}]}`},

		{"7644-3.5.2-14 an error", g1, `{"op":"add","path":"members","value":{"value":"U6"}},{"op":"remove"}`, ``},
		{"not keyed", u1, `{"op":"add","path":"photos","value":{"value":"https://h/x"}}`, ``},
		{"primary and mutable values", u1, `{"op":"add","path":"emails","value":{"value":"x"}}`, ``},
		{"part of members", g1, `{"op":"replace","path":"members[value eq \"U1\"].type","value":"User"}`, ``},
		{"members by type", g1, `{"op":"remove","path":"members[type eq \"User\"]"}`, ``},
		{"members by a part of their id", g1, `{"op":"remove","path":"members[value sw \"U1\"]"}`, ``},
		{"members by id and type", g1, `{"op":"remove","path":"members[value eq \"U1\" and type eq \"User\"]"}`, ``},
		{"members by id or type", g1, `{"op":"remove","path":"members[value eq \"U1\" or type eq \"User\"]"}`, ``},
		{"members by two ids at once", g1, `{"op":"remove","path":"members[value eq \"U1\" and value eq \"U2\"]"}`, ``},
		{"part of an element", w1, `{"op":"remove","path":"links[value eq \"a\"].level"}`, ``},
		{"primary", w1, `{"op":"add","path":"ranks","value":{"value":"a"}}`, ``},
		{"values of a required extension", s1, `{"op":"add","path":"` + reqURI + `:ls","value":["a"]}`, ``},
		{"immutable, nothing added", w1, `{"op":"add","path":"imm","value":null}`, `{}`},
		{"members but one", g1, `{"op":"remove","path":"members[not (value eq \"U1\")]"}`, ``},
		{"part of all members", g1, `{"op":"add","path":"members.type","value":"User"}`, ``},
		{"a member without an id", g1, `{"op":"add","path":"members","value":[{"type":"User"}]}`, ``},
		{"readOnly without a path", g1, `{"op":"replace","value":{"id":"G1","displayName":"N"}}`, ``},
		{"schemas", u1, `{"op":"add","path":"schemas","value":["` + enterprise + `"]}`, ``},
		{"whole extension", u1, `{"op":"remove","path":"` + enterprise + `"}`, ``},
		{"complex with a readOnly part", u1, `{"op":"remove","path":"` + enterprise + `:manager"}`, ``},
		{"reference to another resource", u1, `{"op":"add","path":"` + enterprise + `:manager.value","value":"U3"}`, ``},
		{"blank required", u1, `{"op":"replace","path":"userName","value":""}`, ``},
		{"immutable", w1, `{"op":"add","path":"imm","value":"x"}`, ``},
		{"immutable values", w1, `{"op":"add","path":"marks","value":"x"}`, ``},
		{"writeOnly", w1, `{"op":"add","path":"wo","value":"x"}`, ``},
		{"part of an attribute that requires another", w1, `{"op":"add","path":"box.x","value":"x"}`, ``},
		{"multi-valued part", w1, `{"op":"add","path":"spec.list","value":"x"}`, ``},
		{"required values", w1, `{"op":"add","path":"must","value":"x"}`, ``},
		{"required extension", s1, `{"op":"add","path":"` + reqURI + `:s","value":"x"}`, ``},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			r := resource(t, tt.base)
			typ := r.Attributes.Type()
			ops, err := patch.Read(typ, message(tt.ops), patch.Limits{})
			require.NoError(t, err)
			d, ok := patch.Reduce(typ, ops, "members", "tags", "emails", "marks", "must", "spec.list", extURI+":es", "links", "ranks", reqURI+":ls")
			require.Equal(t, tt.want != "", ok)
			if ok {
				require.JSONEq(t, tt.want, deltaText(t, d))
			}
		})
	}
}

// TestReduceRequired: to unassign the last part of a required attribute is wrong, and which one is the last depends.
func TestReduceRequired(t *testing.T) {
	t.Parallel()
	typ, err := schema.NewResourceType("Thing", "", "", &schema.Schema{ID: "urn:x:thing", Attributes: []*schema.Attribute{
		{Name: "core", Type: schema.TypeComplex, Required: true, SubAttributes: []*schema.Attribute{{Name: "x"}, {Name: "y"}}},
		{Name: "parts", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", Mutability: schema.Immutable}, {Name: "label", Required: true},
		}},
	}})
	require.NoError(t, err)
	set := []patch.Op{patch.NewOp(typ, patch.Replace, "core.x", schema.String("1"))}
	unset := []patch.Op{patch.NewOp(typ, patch.Remove, "core.x", schema.Value{})}
	_, ok := patch.Reduce(typ, set)
	require.True(t, ok)
	_, ok = patch.Reduce(typ, unset)
	require.False(t, ok)
	r, _, err := patch.Apply(&schema.Resource{Attributes: typ.Object()}, set)
	require.NoError(t, err)
	_, _, err = patch.Apply(r, unset)
	require.ErrorContains(t, err, "core: is required")
	errorType(t, err)

	for value, want := range map[string]bool{`{"value":"a","label":"l"}`: true, `{"value":"a","label":" "}`: false, `{"value":"a"}`: false} {
		ops, err := patch.Read(typ, message(`{"op":"add","path":"parts","value":`+value+`}`), patch.Limits{})
		require.NoError(t, err)
		_, ok := patch.Reduce(typ, ops, "parts")
		require.Equal(t, want, ok, value)
	}

	// A filter that selects the required attribute does not make it dispensable.
	core := typ.Attribute("core")
	x, err := filter.Parse(`x eq "1"`)
	require.NoError(t, err)
	f, err := filter.CheckElement(typ, core, x)
	require.NoError(t, err)
	target := &filter.Path{Attr: core.Path(), Filter: f}
	_, _, err = patch.Apply(r, []patch.Op{{Op: patch.Remove, Path: target.String(), HasPath: true, Target: target}})
	require.Equal(t, schema.ViolatesMutability, errorType(t, err))
}

func deltaText(t *testing.T, d *patch.Delta) string {
	type elements struct {
		Path        string
		Clear       bool           `json:",omitempty"`
		Remove, Add []schema.Value `json:",omitempty"`
	}
	out := struct {
		Set      map[string]schema.Value `json:",omitempty"`
		Elements []elements              `json:",omitempty"`
	}{Set: map[string]schema.Value{}}
	for _, c := range d.Set {
		out.Set[c.Path.String()] = c.New
	}
	for _, e := range d.Elements {
		out.Elements = append(out.Elements, elements{e.Path.String(), e.Clear, e.Remove, e.Add})
	}
	text, err := json.Marshal(out)
	require.NoError(t, err)
	return string(text)
}

func TestDeltaApply(t *testing.T) {
	t.Parallel()
	typ := schema.GroupType()
	members, err := typ.Path("members")
	require.NoError(t, err)
	name, err := typ.Path("displayName")
	require.NoError(t, err)
	id, err := typ.Path("id")
	require.NoError(t, err)
	shown, err := schema.UserType().Path(enterprise + ":manager.displayName")
	require.NoError(t, err)
	member := func(v string) schema.Value {
		return schema.Complex(members.Attribute.Object().With(members.Attribute.SubAttribute("value"), schema.String(v)))
	}
	r := resource(t, g1, `{"members":[{"value":"a"},{"value":"b"},{"value":"a"}]}`)
	got, changes, err := (&patch.Delta{
		Set:      []patch.Change{{Path: name, New: schema.String("N")}},
		Elements: []patch.ElementDelta{{Path: members, Remove: []schema.Value{member("x"), member("y"), member("z"), member("a")}, Add: []schema.Value{member("c"), member("b")}}},
	}).Apply(r)
	require.NoError(t, err)
	require.Equal(t, snapshot(t, resource(t, g1, `{"displayName":"N","members":[{"value":"b"},{"value":"c"}]}`)), snapshot(t, got))
	require.Len(t, changes, 4)

	for id, d := range map[string]patch.Delta{
		"required": {Set: []patch.Change{{Path: name}}},
		"type":     {Set: []patch.Change{{Path: name, New: schema.Boolean(true)}}},
		"blank":    {Set: []patch.Change{{Path: name, New: schema.String(" ")}}},
		"element":  {Elements: []patch.ElementDelta{{Path: members, Add: []schema.Value{schema.String("x")}}}},
		"readOnly": {Set: []patch.Change{{Path: id, New: schema.String("x")}}},
		"part":     {Set: []patch.Change{{Path: shown, New: schema.String("x")}}},
		"list":     {Set: []patch.Change{{Path: members}}},
		"singular": {Elements: []patch.ElementDelta{{Path: name, Clear: true}}},
		"nothing":  {Elements: []patch.ElementDelta{{Clear: true}}},
	} {
		_, _, err := d.Apply(r)
		require.Error(t, err, id)
		errorType(t, err)
	}
	_, _, err = (&patch.Delta{}).Apply(&schema.Resource{})
	require.ErrorContains(t, err, "no type")
}
