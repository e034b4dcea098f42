package schema_test

import (
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func text(tb testing.TB, o schema.Object) string {
	tb.Helper()
	b, err := o.AppendJSON(nil)
	require.NoError(tb, err)
	return string(b)
}

func TestObjectSet(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	type email string
	at := time.Date(2024, 2, 29, 11, 0, 0, 123_456_700, time.FixedZone("", 3600))
	const start = `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`
	tests := []struct {
		name, path string
		value      any
		want       string
	}{
		{"string", "NAME", "m", `{"name":"m","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`},
		{"named string", "color", email("m"), `{"name":"n","color":"m","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`},
		{"sub-attribute", "spec.b", "2", `{"name":"n","spec":{"a":"1","b":"2"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`},
		{"last sub-attribute goes", "spec.a", nil, `{"name":"n","items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`},
		{"remove", "items", nil, `{"name":"n","spec":{"a":"1"}}`},
		{"empty list", "items", []any{}, `{"name":"n","spec":{"a":"1"}}`},
		{"null value", "items", schema.Null(), `{"name":"n","spec":{"a":"1"}}`},
		{"complex from a map", "spec", map[string]any{"B": "2"}, `{"name":"n","spec":{"b":"2"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}]}`},
		{"selected sub-attribute", `items[type eq "W"].value`, "z", `{"name":"n","spec":{"a":"1"},"items":[{"value":"z","type":"w"},{"value":"y","type":"h"}]}`},
		{"selected sub-attribute, list", `items[type eq "w"].labels`, []string{"l"}, `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w","labels":["l"]},{"value":"y","type":"h"}]}`},
		{"selection makes an element", `items[type eq "o"].value`, "z", `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"},{"value":"z","type":"o"}]}`},
		{"selection without a match, nil", `items[type eq "o"].value`, nil, start},
		{"selected element", `items[type eq "w"]`, map[string]any{"value": "z"}, `{"name":"n","spec":{"a":"1"},"items":[{"value":"z","type":"w"},{"value":"y","type":"h"}]}`},
		{"selected element goes", `items[type eq "w"]`, nil, `{"name":"n","spec":{"a":"1"},"items":[{"value":"y","type":"h"}]}`},
		{"new element", `items[type eq "o"]`, map[string]any{"value": "z"}, `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"},{"value":"z","type":"o"}]}`},
		{"AMB-14 primary eq false", `items[primary eq false].display`, "d", `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w","display":"d"},{"value":"y","type":"h","display":"d"}]}`},
		{"escape in a selection", `items[type eq "\u0077"].value`, "z", `{"name":"n","spec":{"a":"1"},"items":[{"value":"z","type":"w"},{"value":"y","type":"h"}]}`},
		{"extension", extURI + ":only", 7, `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}],"` + extURI + `":{"only":7}}`},
		{"unqualified extension", "box.in", "b", `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}],"` + extURI + `":{"box":{"in":"b"}}}`},
		{"whole extension", extURI, map[string]any{"only": 7}, `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w"},{"value":"y","type":"h"}],"` + extURI + `":{"only":7}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := read(t, typ, start)
			before := o
			require.NoError(t, o.Set(tt.path, tt.value))
			require.Equal(t, tt.want, text(t, o))
			require.Equal(t, start, text(t, before), "a copy is independent")
		})
	}

	values := []struct {
		path  string
		value any
		want  string
	}{
		{"flag", true, `true`},
		{"qty", int8(-5), `-5`},
		{"qty", uint64(18446744073709551615), `18446744073709551615`},
		{"qty", float64(5), `5`},
		{"qty", json.Number("12"), `12`},
		{"qty", "9007199254740993", `9007199254740993`},
		{"ratio", 0.1, `0.1`},
		{"ratio", float64(1e300), ``},
		{"ratio", 3, `3`},
		{"at", at, `"2024-02-29T10:00:00.1234567Z"`},
		{"at", "2011-05-13T04:42:34", `"2011-05-13T04:42:34"`},
		{"blob", []byte("hi"), `"aGk="`},
		{"link", "/x", `"/x"`},
		{"tags", []string{"a", "b"}, `["a","b"]`},
		{"tags", []email{"a"}, `["a"]`},
		{"nums", []int{1, 2}, `[1,2]`},
		{"items", []map[string]any{{"value": "x"}, {}}, `[{"value":"x"}]`},
		{"items", []any{map[string]any{"n": 5.0}}, `[{"n":5}]`},
		{"tags", schema.List(schema.String("a")), `["a"]`},
		{"tags", schema.Stream(func(yield func(schema.Value, error) bool) { yield(schema.String("a"), nil) }), `["a"]`},
	}
	for _, tt := range values {
		o := typ.Object()
		require.NoError(t, o.Set(tt.path, tt.value), "%s %v", tt.path, tt.value)
		if tt.want != "" {
			got, err := o.Get(tt.path).MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got), "%s %v", tt.path, tt.value)
		}
		require.True(t, read(t, typ, text(t, o)).Conforms(), "%s %v: what Set takes can be read", tt.path, tt.value)
	}
}

func TestObjectSetRefused(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	tests := []struct {
		path  string
		value any
		want  string
	}{
		{"nosuch", "x", "no such attribute"},
		{"", "x", "no such attribute"},
		{"id", "x", "field of the resource"},
		{"meta.created", "x", "field of the resource"},
		{"schemas", []string{"x"}, "field of the resource"},
		{"shared", "x", "several extensions"},
		{"name", 5, "does not fit"},
		{"name", []string{"x"}, "does not fit"},
		{"name", struct{}{}, "does not fit"},
		{"name", schema.Integer(5), "a integer does not fit"},
		{"flag", "true", "must be true or false without quotes"},
		{"flag", 1, "does not fit"},
		{"qty", 5.5, "does not fit"},
		{"qty", 1e300, "does not fit"},
		{"qty", "5.0", "must be an integer"},
		{"qty", "+5", "must be an integer"},
		{"ratio", "+5", "must be a decimal"},
		{"ratio", ".5", "must be a decimal"},
		{"ratio", "NaN", "must be a decimal"},
		{"ratio", "0x1p-2", "must be a decimal"},
		{"ratio", nan(), "does not fit"},
		{"at", "yesterday", "must be a date and time"},
		{"blob", "a-_k", "must be base64"},
		{"tags", "x", "want a slice"},
		{"tags", []any{"x", 5}, "element 1"},
		{"tags", schema.String("x"), "want a list"},
		{"tags", schema.List(schema.Integer(5)), "does not fit"},
		{"spec", "x", "must be an object"},
		{"spec", map[string]any{"nosuch": 1}, "no such attribute"},
		{"spec", map[string]any{"a": 1}, "does not fit"},
		{"spec", map[string]any{"a": "1", "A": "2"}, "twice"},
		{"spec", schema.Complex(typ.Attribute("items").Object().With(typ.Attribute("items").SubAttribute("value"), schema.String("x"))), "of another attribute"},
		{"items.value", "x", "select one"},
		{`items[type eq "w"].nosuch`, "x", "no such sub-attribute"},
		{`items[type eq "w"]value`, "x", "no such sub-attribute"},
		{`items[nosuch eq "w"].value`, "x", "one comparison with eq"},
		{`items[type ne "w"].value`, "x", "one comparison with eq"},
		{`items[type eq w].value`, "x", "in double quotes"},
		{`items[type eq "w" and n eq 1].value`, "x", "in double quotes"},
		{`items[n eq x].value`, "x", "must be an integer"},
		{`items[primary eq maybe].value`, "x", "must be true or false"},
		{`items[type eq "w"`, "x", "can be selected"},
		{`tags[value eq "w"]`, "x", "can be selected"},
		{`spec[a eq "w"]`, "x", "can be selected"},
		{`nosuch[a eq "w"]`, "x", "no such attribute"},
		{extURI + `[a eq "w"]`, "x", "can be selected"},
		{`items.labels[value eq "w"]`, "x", "can be selected"},
		{`items[type eq "w"]`, "x", "must be an object"},
	}
	for _, tt := range tests {
		o := read(t, typ, `{"name":"n","items":[{"value":"x","type":"w"}]}`)
		before := text(t, o)
		require.ErrorContains(t, o.Set(tt.path, tt.value), tt.want, "%s = %v", tt.path, tt.value)
		require.Equal(t, before, text(t, o), "%s = %v", tt.path, tt.value)
	}
	var o schema.Object
	require.ErrorContains(t, o.Set("name", "x"), "belongs to no schema")
	require.True(t, o.Get("name").IsUnassigned())
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

func TestObjectGet(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	o := read(t, typ, `{"name":"n","spec":{"a":"1"},"items":[{"value":"x","type":"w","n":1},{"value":"y","type":"h","primary":true},{"value":"z","type":"w"}],
		"`+extURI+`":{"only":7}}`)
	for p, want := range map[string]string{
		"name":                          "n",
		"spec.a":                        "1",
		"spec.b":                        "",
		"spec":                          `{"a":"1"}`,
		"items.value":                   `["x","y","z"]`,
		"items.display":                 "",
		`items[type eq "w"].value`:      "x",
		`items[value eq "z"]`:           `{"value":"z","type":"w"}`,
		"items[primary eq true].value":  "y",
		"items[primary eq false].value": "x",
		"items[n eq 1.0].value":         "",
		"items[n eq 1].value":           "x",
		`items[type eq "o"].value`:      "",
		"only":                          "7",
		extURI:                          `{"only":7}`,
		"nosuch":                        "",
		"items[":                        "",
		"id":                            "",
	} {
		require.Equal(t, want, o.Get(p).String(), p)
	}
	require.Equal(t, "1", o.Get("spec").Object().Get("a").Text(), "a complex value has paths, too")
	require.True(t, o.Get("spec").Object().Get("nosuch").IsUnassigned())
}

func TestObjectWith(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	name, color, spec := typ.Attribute("name"), typ.Attribute("color"), typ.Attribute("spec")
	empty := typ.Object()
	o := empty.With(spec, schema.Complex(spec.Object().With(spec.SubAttribute("a"), schema.String("1")))).With(name, schema.String("n"))
	require.Equal(t, `{"name":"n","spec":{"a":"1"}}`, text(t, o), "schema order")
	require.Equal(t, 2, o.Len())
	require.Zero(t, empty.Len())

	// Two copies that grow from the same original must not share what they add.
	a, b := o.With(color, schema.String("red")), o.With(color, schema.String("green"))
	require.Equal(t, `{"name":"n","color":"red","spec":{"a":"1"}}`, text(t, a))
	require.Equal(t, `{"name":"n","color":"green","spec":{"a":"1"}}`, text(t, b))
	c := a.With(color, schema.String("blue"))
	d := a.With(name, schema.Value{})
	require.Equal(t, `{"name":"n","color":"red","spec":{"a":"1"}}`, text(t, a))
	require.Equal(t, `{"name":"n","color":"blue","spec":{"a":"1"}}`, text(t, c))
	require.Equal(t, `{"color":"red","spec":{"a":"1"}}`, text(t, d))
	require.Equal(t, text(t, empty), text(t, empty.With(color, schema.Value{})))

	// What the schema does not know stays behind the rest.
	u := read(t, typ, `{"foo":1,"spec":{"a":"1"}}`).With(name, schema.String("n"))
	require.Equal(t, `{"name":"n","spec":{"a":"1"},"foo":1}`, text(t, u))

	list := []schema.Value{schema.String("a")}
	v := schema.List(list...)
	list[0] = schema.String("changed")
	require.Equal(t, `["a"]`, v.String())
}

func TestObjectAt(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	o := typ.Object()
	o = o.WithAt(path(t, typ, "spec.a"), schema.String("1"))
	o = o.WithAt(path(t, typ, "box.in"), schema.String("2"))
	require.Equal(t, `{"spec":{"a":"1"},"`+extURI+`":{"box":{"in":"2"}}}`, text(t, o))
	require.Equal(t, "2", o.At(path(t, typ, "box.in")).Text())
	require.Equal(t, text(t, o), o.At(schema.Path{}).String(), "the zero Path is the resource itself")
	require.True(t, o.At(path(t, typ, "items.value")).IsUnassigned())

	less := o.WithAt(path(t, typ, "box.in"), schema.Null())
	require.Equal(t, `{"spec":{"a":"1"}}`, text(t, less), "7643-2.5-04, 7643-2.5-05")
	require.Equal(t, `{}`, text(t, less.WithAt(path(t, typ, "spec.a"), schema.Value{})))
	require.Equal(t, `{}`, text(t, less.WithAt(path(t, typ, "spec"), schema.List())))
	require.Equal(t, `{"spec":{"b":"3"}}`, text(t, read(t, typ, `{"spec":"raw"}`).WithAt(path(t, typ, "spec.b"), schema.String("3"))))
	require.Panics(t, func() { o.WithAt(path(t, typ, "items.value"), schema.String("x")) })
	require.Panics(t, func() { o.WithAt(schema.Path{}, schema.String("x")) })

	// An unknown name must not be found where no attribute is meant.
	unknown := read(t, typ, `{"foo":1}`)
	require.True(t, unknown.Value(nil).IsUnassigned())
}

func TestObjectMap(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	o := read(t, typ, `{"name":"n","flag":false,"qty":9007199254740993,"ratio":0.1,"at":"2011-05-13T04:42:34Z","blob":"aGk=","link":"/x",
		"tags":["a"],"nums":[1],"spec":{"a":"1"},"items":[{"value":"x","primary":true,"labels":["l"]}],"`+extURI+`":{"only":7}}`)
	m := o.Map()
	require.Equal(t, map[string]any{
		"name": "n", "flag": false, "qty": int64(9007199254740993), "ratio": 0.1,
		"at": time.Date(2011, 5, 13, 4, 42, 34, 0, time.UTC), "blob": []byte("hi"), "link": "/x",
		"tags": []any{"a"}, "nums": []any{int64(1)}, "spec": map[string]any{"a": "1"},
		"items": []any{map[string]any{"value": "x", "primary": true, "labels": []any{"l"}}},
		extURI:  map[string]any{"only": int64(7)},
	}, m)
	back, err := typ.FromMap(m)
	require.NoError(t, err)
	require.Equal(t, text(t, o), text(t, back))

	stored, err := json.Marshal(o.WithAt(path(t, typ, "qty"), schema.Integer(5)).Map())
	require.NoError(t, err)
	var column map[string]any
	require.NoError(t, json.Unmarshal(stored, &column))
	back, err = typ.FromMap(column)
	require.NoError(t, err, "a map that encoding/json has read")
	require.Equal(t, text(t, o.WithAt(path(t, typ, "qty"), schema.Integer(5))), text(t, back))

	big := read(t, typ, `{"qty":184467440737095516150,"ratio":0.12345678901234567890}`)
	require.Equal(t, map[string]any{"qty": "184467440737095516150", "ratio": "0.12345678901234567890"}, big.Map())
	back, err = typ.FromMap(big.Map())
	require.NoError(t, err)
	require.Equal(t, text(t, big), text(t, back))

	for name, v := range map[string]any{"nosuch": 1, "id": "x", "flag": "true", "spec": map[string]any{"nosuch": 1}} {
		_, err := typ.FromMap(map[string]any{name: v})
		require.Error(t, err, name)
	}
	_, err = typ.FromMap(map[string]any{"name": "a", "NAME": "b"})
	require.ErrorContains(t, err, "twice")
	require.Nil(t, read(t, typ, `{"flag":"x"}`).Get("flag").Any(), "what does not conform has no Go value")
	require.Nil(t, schema.Value{}.Any())
	require.Nil(t, schema.Null().Any())
}

func TestObjectTransform(t *testing.T) {
	typ := widgetType(t)
	const start = `{"name":"n","color":"c","tags":["a","b"],"spec":{"a":"1"},"foo":1}`
	o := read(t, typ, start)
	drop := o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		switch a.Name {
		case "color":
			return schema.Value{}
		case "tags":
			return v.Transform(func(e schema.Value) schema.Value {
				if e.Text() == "a" {
					return schema.Value{}
				}
				return e
			})
		}
		return v
	})
	require.Equal(t, `{"name":"n","tags":["b"],"spec":{"a":"1"},"foo":1}`, text(t, drop))
	require.Equal(t, start, text(t, o), "the original stays")
	none := o.Transform(func(*schema.Attribute, schema.Value) schema.Value { return schema.Value{} })
	require.Equal(t, `{"foo":1}`, text(t, none))

	same := func(_ *schema.Attribute, v schema.Value) schema.Value {
		return v.Transform(func(v schema.Value) schema.Value { return v })
	}
	require.Equal(t, start, text(t, o.Transform(same)))
	require.Zero(t, testing.AllocsPerRun(10, func() { o.Transform(same) }), "nothing is copied if nothing changes")

	swap := o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		switch v.Kind() {
		case schema.KindString:
			return schema.Boolean(true)
		case schema.KindList:
			return schema.Stream(func(func(schema.Value, error) bool) {})
		}
		return schema.List(v)
	})
	require.Equal(t, schema.KindBoolean, swap.Get("name").Kind())
	require.Equal(t, schema.KindStream, swap.Value(typ.Attribute("tags")).Kind())
	first := read(t, typ, `{"tags":["a"]}`).Transform(func(*schema.Attribute, schema.Value) schema.Value {
		return schema.Stream(func(func(schema.Value, error) bool) {})
	})
	require.Equal(t, schema.KindStream, first.Value(typ.Attribute("tags")).Kind())
	back := swap.Transform(func(a *schema.Attribute, v schema.Value) schema.Value { return o.Value(a) })
	require.Equal(t, start, text(t, back), "a stream and a boolean can be replaced, too")
}

func TestValueTransform(t *testing.T) {
	t.Parallel()
	upper := func(v schema.Value) schema.Value {
		if v.Text() == "drop" {
			return schema.Value{}
		}
		return schema.String(v.Text() + "!")
	}
	list := schema.List(schema.String("a"), schema.String("drop"), schema.String("b"))
	require.Equal(t, `["a!","b!"]`, list.Transform(upper).String())
	require.Equal(t, `["a","drop","b"]`, list.String())
	require.Equal(t, `["a!","b!"]`, schema.List(schema.String("a"), schema.String("b")).Transform(upper).String())
	require.Equal(t, "x!", schema.String("x").Transform(upper).Text())

	broken := errors.New("broken")
	var seq iter.Seq2[schema.Value, error] = func(yield func(schema.Value, error) bool) {
		for _, s := range []string{"a", "drop", "b"} {
			if !yield(schema.String(s), nil) {
				return
			}
		}
		yield(schema.Value{}, broken)
	}
	var got []string
	var failed error
	for v, err := range schema.Stream(seq).Transform(upper).Values() {
		if err != nil {
			failed = err
			break
		}
		got = append(got, v.Text())
	}
	require.Equal(t, []string{"a!", "b!"}, got)
	require.Equal(t, broken, failed)
	for range schema.Stream(seq).Transform(upper).Values() {
		break
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		v    schema.Value
		want []string
	}{
		{schema.Value{}, nil},
		{schema.Null(), nil},
		{schema.List(), nil},
		{schema.String("x"), []string{"x"}},
		{schema.List(schema.String("x"), schema.String("y")), []string{"x", "y"}},
	} {
		var got []string
		for v, err := range tt.v.Values() {
			require.NoError(t, err)
			got = append(got, v.Text())
		}
		require.Equal(t, tt.want, got)
	}
	for range schema.List(schema.String("x"), schema.String("y")).Values() {
		break
	}
	for i := range schema.List(schema.String("x"), schema.String("y")).Elements() {
		require.Zero(t, i)
		break
	}
}

func TestValueKinds(t *testing.T) {
	t.Parallel()
	spec := widgetType(t).Attribute("spec")
	tests := []struct {
		v          schema.Value
		kind       schema.Kind
		text       string
		unassigned bool
	}{
		{schema.Value{}, schema.KindUnassigned, "", true},
		{schema.Null(), schema.KindNull, "", true},
		{schema.List(), schema.KindList, "", true},
		{schema.Complex(spec.Object()), schema.KindComplex, "", true},
		{schema.String(""), schema.KindString, "", false},
		{schema.String("x"), schema.KindString, "x", false},
		{schema.Boolean(false), schema.KindBoolean, "false", false},
		{schema.Integer(-9223372036854775808), schema.KindInteger, "-9223372036854775808", false},
		{schema.Decimal(1.5), schema.KindDecimal, "1.5", false},
		{schema.Decimal(nan()), schema.KindUnassigned, "", true},
		{schema.DateTime(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)), schema.KindUnassigned, "", true},
		{schema.DateTime(time.Date(2024, 1, 2, 3, 4, 5, 6, time.UTC)), schema.KindDateTime, "2024-01-02T03:04:05.000000006Z", false},
		{schema.Binary([]byte("hi")), schema.KindBinary, "aGk=", false},
		{schema.Reference("/x"), schema.KindReference, "/x", false},
		{schema.Stream(nil), schema.KindStream, "", false},
	}
	for _, tt := range tests {
		require.Equal(t, tt.kind, tt.v.Kind())
		require.Equal(t, tt.text, tt.v.Text())
		require.Equal(t, tt.unassigned, tt.v.IsUnassigned(), "%s", tt.kind)
		if tt.kind != schema.KindInteger {
			_, ok := tt.v.Int()
			require.False(t, ok, "%s", tt.kind)
		}
		if tt.kind != schema.KindDateTime {
			require.True(t, tt.v.Time().IsZero())
		}
		if tt.kind != schema.KindBinary {
			_, err := tt.v.Bytes()
			require.Error(t, err)
		}
		require.Nil(t, tt.v.Raw())
		require.Zero(t, tt.v.Len())
		require.False(t, tt.v.Bool())
	}
	for _, v := range []schema.Value{schema.Decimal(1.5), schema.Integer(3)} {
		_, ok := v.Float()
		require.True(t, ok)
	}
	require.Equal(t, schema.KindUnassigned, schema.ComplexOrNone(spec.Object()).Kind())
	require.Equal(t, schema.KindComplex, schema.ComplexOrNone(spec.Object().With(spec.SubAttribute("a"), schema.String("x"))).Kind())
	_, ok := schema.String("1").Float()
	require.False(t, ok)
	require.Zero(t, schema.String("x").Object().Len())
	broken := schema.List(schema.Stream(func(yield func(schema.Value, error) bool) { yield(schema.Value{}, errors.New("broken")) }))
	require.Equal(t, "!(broken)", broken.String())
	require.Equal(t, "null", schema.Null().String())
	require.Panics(t, func() { schema.String("x").Index(0) })
}
