package elimity_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	theirs "github.com/elimity-com/scim"
	"github.com/elimity-com/scim/optional"
	theirschema "github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
)

const (
	thingURN = "urn:example:params:scim:schemas:Thing"
	extraURN = "urn:example:params:scim:schemas:extension:Extra"
)

// newThings returns a handler for a type with attributes of every type that elimity's schemas have.
func newThings() *table {
	t := &table{unique: "name", ids: "t"}
	simple := theirschema.SimpleCoreAttribute
	t.typ = theirs.ResourceType{
		Name: "Thing", Endpoint: "/Things",
		Schema: theirschema.Schema{ID: thingURN, Name: optional.NewString("Thing"), Attributes: theirschema.Attributes{
			simple(theirschema.SimpleStringParams(theirschema.StringParams{Name: "name", Required: true})),
			simple(theirschema.SimpleBooleanParams(theirschema.BooleanParams{Name: "on"})),
			simple(theirschema.SimpleNumberParams(theirschema.NumberParams{Name: "size", Type: theirschema.AttributeTypeInteger()})),
			simple(theirschema.SimpleNumberParams(theirschema.NumberParams{Name: "ratio", Type: theirschema.AttributeTypeDecimal()})),
			simple(theirschema.SimpleDateTimeParams(theirschema.DateTimeParams{Name: "since"})),
			simple(theirschema.SimpleBinaryParams(theirschema.BinaryParams{Name: "key"})),
			simple(theirschema.SimpleReferenceParams(theirschema.ReferenceParams{Name: "site", ReferenceTypes: []theirschema.AttributeReferenceType{"external"}})),
			simple(theirschema.SimpleStringParams(theirschema.StringParams{Name: "tags", MultiValued: true})),
			simple(theirschema.SimpleStringParams(theirschema.StringParams{Name: "serial", Returned: theirschema.AttributeReturnedRequest(), Mutability: theirschema.AttributeMutabilityReadOnly()})),
			theirschema.ComplexCoreAttribute(theirschema.ComplexParams{Name: "parts", MultiValued: true, SubAttributes: []theirschema.SimpleParams{
				theirschema.SimpleStringParams(theirschema.StringParams{Name: "value"}),
				theirschema.SimpleNumberParams(theirschema.NumberParams{Name: "count", Type: theirschema.AttributeTypeInteger()}),
				theirschema.SimpleStringParams(theirschema.StringParams{Name: "label", Mutability: theirschema.AttributeMutabilityReadOnly()}),
			}}),
			theirschema.ComplexCoreAttribute(theirschema.ComplexParams{Name: "place", SubAttributes: []theirschema.SimpleParams{
				theirschema.SimpleStringParams(theirschema.StringParams{Name: "room"}),
			}}),
		}},
		SchemaExtensions: []theirs.SchemaExtension{{Schema: theirschema.Schema{ID: extraURN, Attributes: theirschema.Attributes{
			simple(theirschema.SimpleNumberParams(theirschema.NumberParams{Name: "level", Type: theirschema.AttributeTypeInteger()})),
			simple(theirschema.SimpleStringParams(theirschema.StringParams{Name: "notes", MultiValued: true})),
		}}}},
		Handler: t,
	}
	return t
}

// TestSameAttributes checks that a handler gets for a POST and a PUT what elimity's own server gives it, to the Go type.
func TestSameAttributes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body string }{
		{"least", `{"schemas":["` + thingURN + `"],"name":"a"}`},
		{"every type", `{"schemas":["` + thingURN + `","` + extraURN + `"],"externalId":"x","name":"a","on":false,"size":9007199254740993,"ratio":0.5,
			"since":"2020-01-02T03:04:05.600+02:00","key":"AAEC","site":"https://example.com/","tags":["b","a"],
			"parts":[{"value":"p","count":2},{"value":"q"}],"place":{"room":"1"},"` + extraURN + `":{"level":-3,"notes":["n"]}}`},
		{"readOnly", `{"schemas":["` + thingURN + `"],"id":"mine","meta":{"version":"1"},"name":"a","serial":"mine","parts":[{"value":"p","label":"mine"}]}`},
		{"null, unknown and other letter case", `{"schemas":["` + thingURN + `"],"NAME":"a","on":null,"place":{"room":null,"Floor":2},"other":1,"PARTS":[{"VALUE":"p"}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			old, now := newThings(), newThings()
			theirServer, ourServer := newTheirs(t, old.typ), newService(t, nil, now.typ)
			theirServer.must(t, 201, "POST", "/Things", tt.body)
			ourServer.must(t, 201, "POST", "/Things", tt.body)
			want := old.stored(t, "t1")
			if place, ok := want["place"].(map[string]interface{}); ok && len(place) == 0 {
				// RFC 7643 §2.5: an empty complex value is none.
				delete(want, "place")
			}
			require.Equal(t, want, now.stored(t, "t1"))

			// The resource has changed meanwhile, so that a PUT has something to write.
			now.rows[0].attributes = theirs.ResourceAttributes{"name": "before"}
			ourServer.must(t, 200, "PUT", "/Things/t1", tt.body)
			require.Equal(t, want, now.stored(t, "t1"))
		})
	}
}

// canned is a handler with one resource.
type canned struct {
	theirs.ResourceHandler
	resource theirs.Resource
	err      error
}

func (c canned) Get(*http.Request, string) (theirs.Resource, error) { return c.resource, c.err }

func (c canned) Delete(*http.Request, string) error { return c.err }

func (c canned) GetAll(_ *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
	if params.StartIndex > 1 {
		return theirs.Page{TotalResults: 1}, c.err
	}
	return theirs.Page{TotalResults: 1, Resources: []theirs.Resource{c.resource}}, c.err
}

// get answers GET /Things/t1 with what a handler returns.
func get(t *testing.T, r theirs.Resource, err error, headers ...string) (answer, string) {
	t.Helper()
	typ := newThings().typ
	typ.Handler = canned{resource: r, err: err}
	store, newErr := elimity.New(typ, nil)
	require.NoError(t, newErr)
	var logged bytes.Buffer
	a := serve(t, []scim.ResourceType{{Type: store.Type(), Store: store}}, &logged).do(t, "GET", "/Things/t1", "", headers...)
	return a, logged.String()
}

// TestReturned checks the Go values that handlers return, all of which elimity's server writes with encoding/json.
func TestReturned(t *testing.T) {
	t.Parallel()
	type part struct {
		Value string `json:"value"`
		Count *int   `json:"count,omitempty"`
	}
	two, name := 2, "n"
	for _, tt := range []struct {
		name  string
		value any
		attr  string
		want  string
	}{
		{"string", "n", "name", `"n"`},
		{"pointer", &name, "name", `"n"`},
		{"nil", nil, "on", `null`},
		{"int", 5, "size", `5`},
		{"uint8", uint8(5), "size", `5`},
		{"float64 for an integer", 5.0, "size", `5`},
		{"json.Number", json.Number("5"), "size", `5`},
		{"float32", float32(0.5), "ratio", `0.5`},
		{"int for a decimal", 5, "ratio", `5`},
		{"time.Time", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), "since", `"2020-01-02T03:04:05Z"`},
		{"pointer to time.Time", new(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)), "since", `"2020-01-02T03:04:05Z"`},
		{"bytes", []byte{0, 1, 2}, "key", `"AAEC"`},
		{"strings", []string{"a", "b"}, "tags", `["a","b"]`},
		{"no strings", []string{}, "tags", `null`},
		{"maps", []map[string]interface{}{{"value": "p", "count": 2}}, "parts", `[{"count":2,"value":"p"}]`},
		{"resource attributes", theirs.ResourceAttributes{"room": "1"}, "place", `{"room":"1"}`},
		{"structs", []part{{"p", &two}, {"q", nil}}, "parts", `[{"count":2,"value":"p"},{"value":"q"}]`},
		{"one element without brackets", map[string]interface{}{"value": "p"}, "parts", `[{"value":"p"}]`},
		{"unknown sub-attribute", map[string]interface{}{"room": "1", "floor": make(chan int)}, "place", `{"room":"1"}`},
		{"nulls inside", []interface{}{nil, map[string]interface{}{"value": "p", "count": nil}}, "parts", `[{"value":"p"}]`},
		{"extension", map[string]interface{}{"level": 3}, extraURN, `{"level":3}`},
		{"unknown attribute", 3, "other", `null`},
		{"other letter case", "n", "NAME", `null`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, _ := get(t, theirs.Resource{ID: "t1", Attributes: theirs.ResourceAttributes{tt.attr: tt.value}}, nil)
			require.Equal(t, 200, a.status, a.text)
			text, err := json.Marshal(a.body[tt.attr])
			require.NoError(t, err)
			require.Equal(t, tt.want, string(text))
			if tt.attr == "NAME" {
				require.Equal(t, "n", a.body["name"])
			}
		})
	}
}

// TestReturnedExactly checks that an integer is not rounded on the way.
func TestReturnedExactly(t *testing.T) {
	t.Parallel()
	a, _ := get(t, theirs.Resource{ID: "t1", Attributes: theirs.ResourceAttributes{"size": new(int64(9007199254740993))}}, nil)
	require.Contains(t, a.text, `"size":9007199254740993`)
}

// TestReturnedCommon checks the common attributes of what handlers return. Elimity's server writes them into the map of the
// handler, which may keep and return it.
func TestReturnedCommon(t *testing.T) {
	t.Parallel()
	created := time.Date(2020, 1, 2, 3, 4, 5, 6e6, time.UTC)
	changed := created.Add(time.Hour)
	a, _ := get(t, theirs.Resource{
		ID: "t1", ExternalID: optional.NewString("x"), Meta: theirs.Meta{Created: &created, LastModified: &changed, Version: "7"},
		Attributes: theirs.ResourceAttributes{"name": "n", "id": "other", "externalId": "other", "schemas": []string{"s"}, "meta": struct{ A chan int }{}},
	}, nil)
	require.Equal(t, 200, a.status, a.text)
	require.Equal(t, map[string]any{
		"schemas": []any{thingURN}, "id": "t1", "externalId": "x", "name": "n",
		"meta": map[string]any{
			"resourceType": "Thing", "location": "https://app.example.com/scim/v2/Things/t1", "version": `W/"7"`,
			"created": "2020-01-02T03:04:05.006Z", "lastModified": "2020-01-02T04:04:05.006Z",
		},
	}, a.body)

	a, _ = get(t, theirs.Resource{Attributes: theirs.ResourceAttributes{"name": "n", "externalId": "y"}}, nil)
	require.Equal(t, []any{"t1", "y"}, []any{a.body["id"], a.body["externalId"]}, "neither ID nor ExternalID was set")
}

// TestReturnedWrong checks that a value which does not suit the schema is an error that the log explains, without the value.
func TestReturnedWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, attr string
		value      any
	}{
		{"string for a boolean", "on", "secret-1"},
		{"text for an integer", "size", "secret-1"},
		{"text for a date", "since", "secret-1"},
		{"single value of a multi-valued attribute", "tags", "secret-1"},
		{"map for a string", "name", map[string]interface{}{"secret-1": "secret-1"}},
		{"what JSON can't hold", "name", func() string { return "secret-1" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, logged := get(t, theirs.Resource{ID: "t1", Attributes: theirs.ResourceAttributes{tt.attr: tt.value}}, nil)
			require.Equal(t, 500, a.status, a.text)
			require.Contains(t, logged, `t1`)
			require.Contains(t, logged, tt.attr)
			require.NotContains(t, logged, "secret-1")
			require.Equal(t, "The service provider failed. Its log has the reason.", a.body["detail"])
		})
	}
}

// TestTooLargeInteger checks that an integer which elimity's schemas can't hold is the client's mistake.
func TestTooLargeInteger(t *testing.T) {
	t.Parallel()
	s := newService(t, nil, newThings().typ)
	a := s.must(t, 400, "POST", "/Things", `{"schemas":["`+thingURN+`"],"name":"a","size":92233720368547758080}`)
	require.Equal(t, "invalidValue", a.body["scimType"])
}
