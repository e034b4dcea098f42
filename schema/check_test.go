package schema_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func strictWidget(tb testing.TB) *schema.ResourceType {
	return newType(tb, widget(), schema.Extension{Schema: ext()}, schema.Extension{Schema: req(), Required: true})
}

func TestNewResource(t *testing.T) {
	t.Parallel()
	w, strict := widgetType(t), strictWidget(t)
	in := func(body string) string { return `{"schemas":["` + widgetURI + `"],"name":"n"` + body + `}` }
	tests := []struct {
		name, text string
		typ        *schema.ResourceType
		want       string // the attributes as JSON
	}{
		{"plain", in(`,"color":"blue"`), w, `{"name":"n","color":"blue"}`},
		{"7643-2.2-mut-01 readOnly", in(`,"ro":"hack","id":"mine","meta":{"created":"1999"}`), w, `{"name":"n"}`},
		{"readOnly of the wrong type", in(`,"ro":5,"id":7`), w, `{"name":"n"}`},
		{"7643-2.2-mut-04 readOnly sub-attribute", in(`,"spec":{"a":"1","roSub":"x"}`), w, `{"name":"n","spec":{"a":"1"}}`},
		{"7643-2.5-04 nothing left of a complex", in(`,"spec":{"roSub":"x","a":null}`), w, `{"name":"n"}`},
		{"7643-2.5-01 null and []", in(`,"color":null,"tags":[],"spec":{},"items":[{}]`), w, `{"name":"n"}`},
		{"AMB-12 empty string", in(`,"color":""`), w, `{"name":"n","color":""}`},
		{"7643-4.1.1-07 false", in(`,"flag":false`), w, `{"name":"n","flag":false}`},
		{"7643-2.4-09 repeated elements", in(`,"tags":["a","b","A","a"],"nums":[1,2,1]`), w, `{"name":"n","tags":["a","b"],"nums":[1,2]}`},
		{
			"7643-2.4-05 and -06 repeated (type, value)",
			in(`,"items":[{"value":"x","type":"w"},{"value":"X","type":"W","display":"d"},{"value":"x","type":"h"},{"value":"x"}]`), w,
			`{"name":"n","items":[{"value":"x","type":"w"},{"value":"x","type":"h"},{"value":"x"}]}`,
		},
		{"one primary", in(`,"items":[{"value":"x","primary":false},{"value":"y","primary":true}]`), w, `{"name":"n","items":[{"value":"x","primary":false},{"value":"y","primary":true}]}`},
		{"AMB-07 null clears writeOnly", in(`,"wo":null,"secrets":[]`), w, `{"name":"n","wo":null,"secrets":null}`},
		{"AMB-28 unknown attribute", in(`,"foo":{"a":1},"spec":{"a":"1","foo":2}`), w, `{"name":"n","spec":{"a":"1"}}`},
		{"AMB-28 unknown schema", `{"schemas":["urn:x:nope","` + widgetURI + `"],"name":"n","urn:x:nope":{}}`, w, `{"name":"n"}`},
		{"7643-3-03 and -04 schemas repeated, extension first", `{"schemas":["` + extURI + `","` + strings.ToUpper(widgetURI) + `","` + widgetURI + `"],"name":"n"}`, w, `{"name":"n"}`},
		{"AMB-19 container without its URI", in(`,"` + extURI + `":{"only":1}`), w, `{"name":"n","` + extURI + `":{"only":1}}`},
		{"7643-2.5-05 empty container", in(`,"` + extURI + `":{"only":null}`), w, `{"name":"n"}`},
		{"7643-6-04 extension that may be missing", in(``), w, `{"name":"n"}`},
		{"7643-6-03 required extension", in(`,"` + reqURI + `":{"r":"1"}`), strict, `{"name":"n","` + reqURI + `":{"r":"1"}}`},
		{"7643-2.2-req-03 absent parent", in(`,"items":[]`), w, `{"name":"n"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := tt.typ.NewResource(read(t, tt.typ, tt.text), false)
			require.NoError(t, err)
			got, err := r.Attributes.AppendJSON(nil)
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))
			require.Equal(t, "Widget", r.Meta.ResourceType)
			require.Empty(t, r.ID)
			require.NoError(t, tt.typ.Check(r))
		})
	}
}

func TestNewResourceRefused(t *testing.T) {
	t.Parallel()
	w, strict := widgetType(t), strictWidget(t)
	in := func(body string) string { return `{"schemas":["` + widgetURI + `"],"name":"n"` + body + `}` }
	tests := []struct {
		name, text string
		typ        *schema.ResourceType
		reject     bool
		kind       schema.ErrorType
		path, rule string
		at         string // the text from the offending byte on; "" for all of it: something is missing in the resource itself
	}{
		{"7643-2.1-01 no schemas", `{"name":"n"}`, w, false, schema.InvalidSyntax, "schemas", widgetURI, ""},
		{"schemas empty", `{"schemas":[],"name":"n"}`, w, false, schema.InvalidSyntax, "schemas", widgetURI, ""},
		{"schemas null", `{"schemas":null,"name":"n"}`, w, false, schema.InvalidSyntax, "schemas", widgetURI, ""},
		{"schemas a string", `{"schemas":"x"}`, w, false, schema.InvalidSyntax, "schemas", widgetURI, `"x"}`},
		{"schemas with a number", `{"schemas":["x",5]}`, w, false, schema.InvalidSyntax, "schemas[1]", widgetURI, `5]}`},
		{"7643-3.3-01 without the base schema", `{"schemas":["` + extURI + `"],"name":"n"}`, w, false, schema.InvalidSyntax, "schemas", "the base schema of Widget", ""},
		{"7643-3-02 unknown schema", `{"schemas":["` + widgetURI + `","urn:x:nope"],"name":"n"}`, w, true, schema.InvalidSyntax, "schemas", "no schema of Widget", ""},
		{"AMB-28 unknown attribute", in(`,"foo":1`), w, true, schema.InvalidSyntax, "foo", "no such attribute", `"foo":1}`},
		{"AMB-28 unknown sub-attribute", in(`,"items":[{"value":"x"},{"value":"y","foo":1}]`), w, true, schema.InvalidSyntax, "items[1].foo", "no such attribute", `"foo":1}]}`},
		{"7643-2.2-req-01 missing", `{"schemas":["` + widgetURI + `"]}`, w, false, schema.InvalidValue, "name", "is required", ""},
		{"7643-2.2-req-01 null", `{"schemas":["` + widgetURI + `"],"name":null}`, w, false, schema.InvalidValue, "name", "is required", ""},
		{"AMB-12 blank", `{"schemas":["` + widgetURI + `"],"name":" \t"}`, w, false, schema.InvalidValue, "name", "must not be blank", ""},
		{"7643-2.2-req-03 required sub-attribute", in(`,"items":[{"value":"x"},{"type":"a"}]`), w, false, schema.InvalidValue, "items[1].value", "is required", `{"type":"a"}]}`},
		{"AMB-16 two primaries", in(`,"items":[{"value":"x","primary":true},{"value":"y"},{"value":"z","primary":true}]`), w, false, schema.InvalidValue, "items[2].primary", "only one", `{"value":"z","primary":true}]}`},
		{"7643-6-03 required extension", in(``), strict, false, schema.InvalidValue, reqURI, "is required", ""},
		{"7643-6-03 required extension empty", in(`,"` + reqURI + `":{}`), strict, false, schema.InvalidValue, reqURI, "is required", ""},
		{"7643-6-03 its required attribute", in(`,"` + reqURI + `":{"shared":"x"}`), strict, false, schema.InvalidValue, reqURI + ":r", "is required", `{"shared":"x"}}`},
		{"type", in(`,"flag":"true"`), w, false, schema.InvalidValue, "flag", "must be true or false", `"true"}`},
		{"type of a sub-attribute", in(`,"items":[{"value":5}]`), w, false, schema.InvalidValue, "items[0].value", "must be a string", `5}]}`},
		{"type of an element", in(`,"tags":["a",null]`), w, false, schema.InvalidValue, "tags[1]", "must not be null", `null]}`},
		{"type of externalId", in(`,"externalId":5`), w, false, schema.InvalidValue, "externalId", "must be a string", `5}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.typ.NewResource(read(t, tt.typ, tt.text), tt.reject)
			e := problem(t, err)
			require.Equal(t, tt.kind, e.Type)
			require.Equal(t, tt.path, e.Path)
			require.Contains(t, e.Rule, tt.rule)
			require.Equal(t, cmp.Or(tt.at, tt.text), tt.text[e.Offset:])
			require.Contains(t, e.Error(), "at byte")
		})
	}
}

// TestCheckHasNoPosition checks that a resource forgets the text it was read from: errors about what became of it later would
// point into another text.
func TestCheckHasNoPosition(t *testing.T) {
	t.Parallel()
	w := widgetType(t)
	r, err := w.NewResource(read(t, w, `{"schemas":["`+widgetURI+`"],"name":"n","items":[{"value":"x","type":"a"}]}`), false)
	require.NoError(t, err)
	items := w.Attribute("items")
	bare := r.Attributes.Value(items).Index(0).Object().With(items.SubAttribute("value"), schema.Value{})
	for name, attrs := range map[string]schema.Object{
		"name":           r.Attributes.With(w.Attribute("name"), schema.Value{}),
		"items[0].value": r.Attributes.With(items, schema.List(schema.Complex(bare))),
	} {
		e := problem(t, w.Check(&schema.Resource{Attributes: attrs}))
		require.Equal(t, name, e.Path)
		require.Equal(t, int64(-1), e.Offset)
	}
}

// TestRequiredInElements checks elements that have a required sub-attribute and no primary.
func TestRequiredInElements(t *testing.T) {
	t.Parallel()
	typ := newType(t, &schema.Schema{ID: "urn:x:y", Name: "Thing", Attributes: []*schema.Attribute{
		{Name: "list", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "need", Required: true}, {Name: "given", Required: true, Mutability: schema.ReadOnly}, {Name: "more"},
		}},
	}})
	_, err := typ.NewResource(read(t, typ, `{"schemas":["urn:x:y"],"list":[{"need":"x"},{"more":"y"}]}`), false)
	require.Equal(t, "list[1].need", problem(t, err).Path)
	_, err = typ.NewResource(read(t, typ, `{"schemas":["urn:x:y"],"list":[{"need":"x"},{"need":"y"}]}`), false)
	require.NoError(t, err, "7643-2.2-req-02: readOnly is not asked of the client")
}

// TestErrorsHoldNoValues checks that what a client sends as a value is in no error: it may be a password.
func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	typ := newType(t, schema.User(), schema.Extension{Schema: widget()})
	for _, text := range []string{
		`{"active":"hunter2"}`, `{"password":["hunter2"]}`, `{"emails":["hunter2"]}`, `{"foo":"hunter2"}`, `{"userName":"hunter2","userName":"hunter2"}`,
		`{"schemas":["hunter2"]}`, `{"schemas":"hunter2"}`, `{"password":"hunter2"`, `{"password":"hunter2\q"}`,
		`{"` + widgetURI + `":{"at":"hunter2"}}`, `{"` + widgetURI + `":{"blob":"hunter2!"}}`, `{"` + widgetURI + `":{"qty":"hunter2"}}`,
	} {
		o, err := typ.ReadObject([]byte(text), 32)
		if err == nil {
			err = schema.Complex(o).Err()
		}
		if err == nil {
			_, err = typ.NewResource(o, true)
		}
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), secret, text)
	}
	o := typ.Object()
	for _, p := range []string{widgetURI + ":at", widgetURI + ":tags", "active", "emails", "name"} {
		err := o.Set(p, secret)
		require.Error(t, err, p)
		require.NotContains(t, err.Error(), secret)
	}
}

func TestExternalID(t *testing.T) {
	t.Parallel()
	r, err := schema.UserType().NewResource(read(t, schema.UserType(), sampleUser), true)
	require.NoError(t, err)
	require.Equal(t, "E1", r.ExternalID)
	got, err := r.MarshalJSON()
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(got, &doc))
	require.Equal(t, "E1", doc["externalId"])
	require.NotContains(t, doc, "nickName", "7643-2.5-03")

	r, err = schema.UserType().NewResource(read(t, schema.UserType(), `{"schemas":["`+schema.UserURI+`"],"userName":"x","externalId":null}`), true)
	require.NoError(t, err)
	require.Empty(t, r.ExternalID)
}

// TestCheckKeepsInput checks that making a resource leaves what was read as it was.
func TestCheckKeepsInput(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	text := `{"schemas":["` + widgetURI + `"],"name":"n","ro":"x","tags":["a","a"],"items":[{"value":"v"},{},{"value":"V"}]}`
	o := read(t, typ, text)
	_, err := typ.NewResource(o, false)
	require.NoError(t, err)
	got, err := o.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}

// TestCheckLargeGroup checks that elements without rules cost nothing: a group is checked after each change of its name.
func TestCheckLargeGroup(t *testing.T) {
	g := schema.GroupType()
	members := g.Attribute("members")
	elements := make([]schema.Value, 100_000)
	for i := range elements {
		elements[i] = schema.Complex(members.Object().With(members.SubAttribute("value"), schema.Integer(int64(i))))
	}
	o := g.Object().With(g.Attribute("displayName"), schema.String("g")).With(members, schema.List(elements...))
	r := &schema.Resource{Attributes: o}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if err := g.Check(r); err != nil {
			t.Fatal(err)
		}
	}))
}
