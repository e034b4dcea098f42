package scim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

type draft struct {
	ID     string
	Login  string
	Other  string
	On     bool
	Count  int
	Made   time.Time
	Names  []string
	Map    map[string]string
	Deep   **string
	Nested *struct{ Name string }
	Box    struct{ Untagged string }
	Mail   struct {
		Value string `scim:"value"`
		Nope  string `scim:"nope"`
		again string `scim:"display"`
		Twice string `scim:"value"`
		Main  string `scim:"primary"`
	}
	Rest  json.RawMessage
	Bytes string
}

var elsewhere string

// TestMapMistakes shows that each mistake in a mapping is found when it is made, with the path and what to do.
func TestMapMistakes(t *testing.T) {
	t.Parallel()
	_ = draft{}.Mail.again
	const ext = schema.EnterpriseUserURI
	id := scim.Attr("id", func(d *draft) *string { return &d.ID })
	login := scim.Attr("userName", func(d *draft) *string { return &d.Login })
	rest := scim.Extra(func(d *draft) *json.RawMessage { return &d.Rest })
	other := func(path string) scim.Field[draft] {
		return scim.Attr(path, func(d *draft) *string { return &d.Other })
	}
	get := func(d *draft) string { return d.Other }
	set := func(d *draft, v string) error { d.Other = v; return nil }
	get2 := func(*draft) string { return "" }
	type fields = []scim.Field[draft]
	for name, tt := range map[string]struct {
		fields fields
		errs   []string
	}{
		"misspelt":               {fields{id, login, other("displayname"), other("dispalyName")}, []string{"dispalyName: no such attribute in the schemas of User"}},
		"misspelt sub":           {fields{id, login, other("name.given")}, []string{"name.given: no such attribute"}},
		"misspelt extension":     {fields{id, login, other(ext + ":nope")}, []string{"has no such attribute"}},
		"the URN of the base":    {fields{id, login, other(schema.UserURI)}, []string{"it is the URI of the base schema"}},
		"no path":                {fields{id, login, other("")}, []string{": no such attribute"}},
		"no id":                  {fields{login}, []string{"id: it is not mapped"}},
		"no userName":            {fields{id}, []string{"userName: it is required, but not mapped"}},
		"the handler's":          {fields{id, login, other("meta.location"), other("schemas"), other("meta")}, []string{"meta.location: the handler makes it", "schemas: the handler makes it", "meta: the handler makes it"}},
		"all elements":           {fields{id, login, other("emails.value")}, []string{`emails.value: the attribute has several values: for one of its values use a path such as emails[type eq "work"].value`}},
		"several selected":       {fields{id, login, other(`emails[type eq "work" and primary eq true].value`), other(`emails[type pr].value`), other(`emails[type ne "x"].value`), other(`emails[type eq null].value`)}, []string{"the selection must be one comparison", `emails[type pr].value: the selection`, `[type ne "x"].value: the selection`, "[type eq null].value: the selection"}},
		"selection syntax":       {fields{id, login, other(`emails[kind eq "x"].value`), other(`emails[type eq "x"`), other(`name[type eq "x"]`)}, []string{"emails[kind", `emails[type eq "x": `, `name[type eq "x"]: only a multi-valued attribute`}},
		"what it is selected by": {fields{id, login, other(`emails[type eq "work"].type`)}, []string{"type is what the element is selected by"}},
		"string for bool":        {fields{id, login, other("active")}, []string{"active: string does not fit an attribute of type boolean: use a bool, a pointer to it, or AttrFunc"}},
		"bool for string":        {fields{id, login, scim.Attr("title", func(d *draft) *bool { return &d.On })}, []string{"bool does not fit an attribute of type string"}},
		"string for complex":     {fields{id, login, other("name")}, []string{"name: a complex attribute needs a struct with scim tags, not string: or map its sub-attributes, such as name.formatted"}},
		"string for list":        {fields{id, login, other("emails")}, []string{`emails: a multi-valued attribute needs a slice, not string: for one of its values use a path such as emails[type eq "work"].value`}},
		"slice for one":          {fields{id, login, scim.Attr("title", func(d *draft) *[]string { return &d.Names })}, []string{"title: []string does not fit"}},
		"map":                    {fields{id, login, scim.Attr("title", func(d *draft) *map[string]string { return &d.Map })}, []string{"title: map[string]string does not fit"}},
		"two pointers":           {fields{id, login, scim.Attr("title", func(d *draft) ***string { return &d.Deep })}, []string{"title: **string has one pointer too many"}},
		"no tags":                {fields{id, login, scim.Attr("name", func(d *draft) *struct{ Untagged string } { return &d.Box })}, []string{"has a scim tag with the name of a sub-attribute of name"}},
		"one field":              {fields{id, login, scim.Attr(`emails[type eq "work"].value`, func(d *draft) *string { return &d.Login })}, []string{`emails[type eq "work"].value: it is mapped to the same field as userName`, "Give one of them a field of its own"}},
		"id that changes":        {fields{scim.Attr("id", func(d *draft) *string { return &d.Login }), login}, []string{"userName: it is mapped to the same field as id"}},
		"extra in a field":       {fields{id, login, scim.Extra(func(d *draft) *string { return &d.Login })}, []string{"Extra: it is mapped to the same field as userName"}},
		"one path twice":         {fields{id, login, scim.AttrFunc("title", get, set), scim.AttrFunc("TITLE", get2, set)}, []string{"TITLE: title is mapped already"}},
		"whole and part": {fields{id, login, scim.AttrFunc("manager.value", get, set), scim.Attr("manager", func(d *draft) *struct {
			Value string `scim:"value"`
		} {
			return nil
		})}, []string{"manager: manager.value is mapped already"}},
		"list and element":   {fields{id, login, other(`roles[type eq "a"].value`), scim.Attr("roles", func(d *draft) *[]string { return &d.Names })}, []string{`roles: roles[type eq "a"].value is mapped already`}},
		"element and list":   {fields{id, login, scim.Attr("roles", func(d *draft) *[]string { return &d.Names }), other(`roles[type eq "a"].value`)}, []string{`roles[type eq "a"].value: roles is mapped already`}},
		"one element twice":  {fields{id, login, other(`roles[type eq "a"].value`), scim.AttrFunc(`roles[type eq "A"].value`, get2, set)}, []string{`roles[type eq "A"].value: roles[type eq "a"].value is mapped already`}},
		"may be one element": {fields{id, login, other(`roles[type eq "a"].value`), scim.AttrFunc(`roles[primary eq true].value`, get2, set)}, []string{`roles[primary eq true].value: it may select the same element as`}},
		"no set":             {fields{id, login, scim.AttrFunc("title", get, nil)}, []string{"title: there is no set, but clients may write the attribute"}},
		"no get":             {fields{id, login, scim.AttrFunc("title", nil, set)}, []string{"title: there is no get"}},
		"password in clear":  {fields{id, login, other("password")}, []string{"password: the attribute is writeOnly, a secret: use AttrFunc"}},
		"nil function":       {fields{id, login, scim.Attr[draft, string]("title", nil), scim.Extra[draft, string](nil)}, []string{"title: the function for the field is nil", "Extra: the function for the field is nil"}},
		"nil address":        {fields{id, login, scim.Attr("title", func(*draft) *string { return nil })}, []string{"title: the function for the field panics for a new scim_test.draft"}},
		"behind a pointer":   {fields{id, login, scim.Attr("title", func(d *draft) *string { return &d.Nested.Name })}, []string{"title: the function for the field panics for a new scim_test.draft: map what is behind a pointer with AttrFunc"}},
		"elsewhere":          {fields{id, login, scim.Attr("title", func(*draft) *string { return &elsewhere })}, []string{"title: the function must return the address of a field of the scim_test.draft it is given"}},
		"a zero Field":       {fields{id, login, {}}, []string{"it is empty: make it with Attr, AttrFunc or Extra"}},
		"two extras":         {fields{id, login, rest, scim.Extra(func(d *draft) *string { return &d.Bytes })}, []string{"Extra: there are two"}},
		"all at once":        {fields{login, other("active"), other("nope"), other("meta")}, []string{"active: ", "nope: ", "meta: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := scim.Map(schema.UserType(), tt.fields...)
			require.Error(t, err)
			require.Nil(t, m)
			for _, want := range tt.errs {
				require.ErrorContains(t, err, want)
			}
			for line := range strings.Lines(err.Error()) {
				require.True(t, strings.HasPrefix(line, "scim: mapping of scim_test.draft: "), line)
			}
		})
	}
	_, err := scim.Map[draft](nil, id)
	require.ErrorContains(t, err, "the resource type is missing")

	_, err = scim.Map(schema.UserType(), id, login, scim.Attr("emails", func(*draft) *[]struct {
		Value string `scim:"value"`
		Nope  string `scim:"nope"`
		again string `scim:"display"`
		Twice string `scim:"value"`
		Main  string `scim:"primary"`
	} {
		return nil
	}))
	for _, want := range []string{"the tag of struct {", ".Nope names no sub-attribute of emails", ".again has a tag but is not exported", "have the tag value", ".Main: string does not fit an attribute of type boolean"} {
		require.ErrorContains(t, err, want)
	}
}

// TestMapAccepts shows what looks like a mistake and is none.
func TestMapAccepts(t *testing.T) {
	t.Parallel()
	// A column for when a row was changed tells its versions apart too: neither attribute is a client's to write.
	m, err := scim.Map(schema.UserType(), scim.Attr("id", func(d *draft) *string { return &d.ID }), scim.Attr("userName", func(d *draft) *string { return &d.Login }),
		scim.Attr("meta.lastModified", func(d *draft) *time.Time { return &d.Made }), scim.Attr("meta.version", func(d *draft) *time.Time { return &d.Made }),
		scim.AttrFunc("groups", func(*draft) []struct {
			Value string `scim:"value"`
		} {
			return []struct {
				Value string `scim:"value"`
			}{{"g1"}}
		}, nil))
	require.NoError(t, err)
	d := draft{ID: "1", Login: "a", Made: time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)}
	r, err := m.ToResource(&d)
	require.NoError(t, err)
	require.Equal(t, scim.Version("2026-01-02T03:04:05.000000678Z"), r.Meta.Version)
	require.Equal(t, d.Made, r.Meta.LastModified)
	require.Equal(t, `[{"value":"g1"}]`, r.Get("groups").String())
	copied := d
	require.NoError(t, m.FromResource(r, &copied), "what is readOnly is the application's")
	require.Equal(t, d, copied)

	// A readOnly attribute that a resource lacks is not cleared by that: clients never send it.
	m, err = scim.Map(schema.UserType(), scim.Attr("id", func(d *draft) *string { return &d.ID }), scim.Attr("userName", func(d *draft) *string { return &d.Login }),
		scim.Attr("groups", func(d *draft) *[]string { return &d.Names }))
	require.NoError(t, err)
	d = draft{Names: []string{"g1"}}
	require.NoError(t, m.FromResource(readUser(t, ``), &d))
	require.Equal(t, draft{Login: "babs", Names: []string{"g1"}}, d)
}

type base struct {
	Key  int    `scim:"id"`
	Name string `scim:"userName"`
}

type tagged struct {
	base
	Mail    *string `scim:"emails[type eq \"work\"].value"`
	Dept    string  `scim:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"`
	Own     string
	Skipped string `scim:"-"`
	Rest    string `scim:",extra"`
	off     bool
}

func TestStructMapping(t *testing.T) {
	t.Parallel()
	m, err := scim.StructMapping(schema.UserType(), scim.AttrFunc("active",
		func(x *tagged) *bool { return p(!x.off) },
		func(x *tagged, active *bool) error { x.off = active != nil && !*active; return nil }))
	require.NoError(t, err)
	x := tagged{base: base{Key: 5}, Own: "own", Skipped: "skipped"}
	r := readUser(t, `,"active":false,"title":"T","emails":[{"type":"work","value":"w"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}`)
	require.NoError(t, m.FromResource(r, &x))
	require.Equal(t, tagged{base{5, "babs"}, p("w"), "D", "own", "skipped", `{"title":"T"}`, true}, x)
	back, err := m.ToResource(&x)
	require.NoError(t, err)
	require.JSONEq(t, strings.Replace(resourceText(t, r), `"userName"`, `"id":"5","userName"`, 1), resourceText(t, back))

	type wrong struct {
		ID     string `scim:"id"`
		Login  string `scim:"userName,omitempty"`
		hidden string `scim:"title"`
		*base
		Rest int `scim:",extra"`
	}
	_ = wrong{}.hidden
	_, err = scim.StructMapping[wrong](schema.UserType())
	for _, want := range []string{"userName,omitempty: ", "title: the field hidden has a tag but is not exported", "id: id is mapped already", "userName: the function for the field panics", "Extra: the field must be a json.RawMessage, []byte or string, not int"} {
		require.ErrorContains(t, err, want)
	}
	_, err = scim.StructMapping[int](schema.UserType())
	require.ErrorContains(t, err, "int is no struct")
}
