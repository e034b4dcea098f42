package filter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

func TestCheckErrors(t *testing.T) {
	t.Parallel()
	user, widget := schema.UserType(), widgetType()
	tests := []struct {
		name   string
		typ    *schema.ResourceType
		in     string
		path   string
		offset int64
		rule   string
	}{
		{"AMB-01 unknown attribute", user, `title pr and nosuch eq "x"`, "nosuch", 13, "no such attribute in the schemas of User"},
		{"AMB-01 unknown sub-attribute", user, `name.nosuch pr`, "name.nosuch", 0, "no such attribute"},
		{"AMB-01 a sub-attribute of a simple attribute", user, `userName.x pr`, "userName.x", 0, "no such attribute"},
		{"AMB-01 unknown schema", user, `urn:x:y:userName pr`, "urn:x:y:userName", 0, "it starts with no schema URI of User"},
		{"AMB-01 attribute of another schema", user, coreUser + `:department pr`, coreUser + ":department", 0, "has no such attribute"},
		{"AMB-20 the base schema is no attribute", user, coreUser + ` pr`, coreUser, 0, "attribute"},
		{"AMB-24 password", user, `password eq "x"`, "password", 0, "it is never returned"},
		{"AMB-24 password pr", user, `not (password pr)`, "password", 5, "it is never returned"},
		{"AMB-24 returned never in a complex attribute", widget, `spec.pin eq "1"`, "spec.pin", 0, "it is never returned"},
		{"AMB-24 returned never in brackets", widget, `items[type eq "x" and pin sw "1"]`, "items.pin", 22, "it is never returned"},
		{"AMB-24 returned never before brackets", widget, `secrets[value eq "x"]`, "secrets", 0, "it is never returned"},
		{"AMB-24 returned never compared as a whole", widget, `vault eq "x"`, "vault", 0, "it is never returned"},
		{"7644-3.4.2.2-09 co on an integer", widget, `qty co "1"`, "qty", 0, "co does not suit an attribute of type integer"},
		{"7644-3.4.2.2-09 sw on a decimal", widget, `ratio sw "1"`, "ratio", 0, "sw does not suit an attribute of type decimal"},
		{"7644-3.4.2.2-09 ew on a boolean", widget, `flag ew "e"`, "flag", 0, "ew does not suit an attribute of type boolean"},
		{"7644-3.4.2.2-09 sw on a date-time", widget, `at sw "2011"`, "at", 0, "sw does not suit an attribute of type dateTime"},
		{"7644-3.4.2.2-09 co on a binary value", widget, `blob co "QQ=="`, "blob", 0, "co does not suit an attribute of type binary"},
		{"7644-3.4.2.2-12 gt on a boolean", user, `active gt true`, "active", 0, "gt does not suit an attribute of type boolean"},
		{"7644-3.4.2.2-12 le on a binary value", widget, `blob le "QQ=="`, "blob", 0, "le does not suit an attribute of type binary"},
		{"7644-3.4.2.2-12 ge on a boolean", user, `emails.primary ge false`, "emails.primary", 0, "ge does not suit an attribute of type boolean"},
		{"7644-3.4.2.2-12 lt in brackets", user, `emails[primary lt true]`, "emails.primary", 7, "lt does not suit an attribute of type boolean"},
		{"7644-3.4.2.2-13 string for a boolean", user, `active eq "yes"`, "active", 10, "the value to compare with must be true or false without quotes, got a string"},
		{"7644-3.4.2.2-13 True for a boolean (AMB-31)", user, `active eq "True"`, "active", 10, "must be true or false without quotes"},
		{"7644-3.4.2.2-13 number for a boolean", user, `active eq 1`, "active", 10, "must be true or false without quotes, got a number"},
		{"7644-3.4.2.2-13 string for an integer", widget, `qty eq "5"`, "qty", 7, "must be an integer, got a string"},
		{"7644-3.4.2.2-13 decimal for an integer", widget, `qty gt 5.5`, "qty", 7, "must be an integer without fraction"},
		{"7644-3.4.2.2-13 string for a decimal", widget, `ratio eq "5"`, "ratio", 9, "must be a decimal number, got a string"},
		{"7644-3.4.2.2-13 number for a string", user, `userName eq 5`, "userName", 12, "must be a string, got a number"},
		{"7644-3.4.2.2-13 boolean for a string", user, `userName co true`, "userName", 12, "must be a string, got a boolean"},
		{"7644-3.4.2.2-13 no date-time", widget, `at gt "yesterday"`, "at", 6, "must be a date and time such as 2011-05-13T04:42:34Z"},
		{"7644-3.4.2.2-13 number for a date-time", widget, `at gt 2011`, "at", 6, "must be a date and time in a string, got a number"},
		{"7644-3.4.2.2-13 no base64", widget, `blob eq "%"`, "blob", 8, "must be base64"},
		{"7644-3.4.2.2-13 number for a reference", widget, `link eq 1`, "link", 8, "must be a URI in a string, got a number"},
		{"7644-3.4.2.2-13 in brackets", widget, `items[n eq "1"]`, "items.n", 11, "must be an integer, got a string"},
		{"7644-3.4.2.2-16 complex", user, `name co "x"`, "name", 0, "it is complex: compare one of its sub-attributes, such as name.formatted"},
		{"7644-3.4.2.2-16 multi-valued complex without value", user, `addresses eq "x"`, "addresses", 0, "it is complex: compare one of its sub-attributes, such as addresses.formatted"},
		{"7644-3.4.2.2-16 singular complex with value", user, `manager eq "x"`, enterprise + ":manager", 0, "such as " + enterprise + ":manager.value"},
		{"7644-3.4.2.2-16 extension", user, enterprise + ` eq "x"`, enterprise, 0, "it is a schema"},
		{"7644-3.4.2.2-19 resource attribute in brackets", user, `emails[userName eq "x"]`, "emails.userName", 7, "no such sub-attribute of emails"},
		{"7644-3.4.2.2-19 full name in brackets", user, `emails[emails.value eq "x"]`, "emails.emails.value", 7, "no such sub-attribute of emails"},
		{"7644-3.4.2.2-19 URN in brackets", user, `emails[` + coreUser + `:emails.value eq "x"]`, "emails." + coreUser + ":emails.value", 7, "no such sub-attribute of emails"},
		{"7644-3.4.2.2-20 other name for a simple element", widget, `tags[display eq "a"]`, "tags.display", 5, "has simple values, whose name in brackets is value"},
		{"7644-3.4.2.2-21 brackets on a simple attribute", user, `userName[value eq "x"]`, "userName", 0, "brackets can only follow a multi-valued or complex attribute"},
		{"brackets on a sub-attribute", user, `emails.value[value eq "x"]`, "emails.value", 0, "brackets can't follow a sub-attribute"},
		{"brackets on an extension", user, enterprise + `[department eq "x"]`, enterprise, 0, "brackets can't follow a schema URI"},
		{"7644-3.4.2.2-30 null with gt", user, `title gt null`, "title", 0, "null can only be compared with eq and ne, not with gt"},
		{"7644-3.4.2.2-30 null with co", user, `title co null`, "title", 0, "null can only be compared with eq and ne, not with co"},
		{"7644-3.4.2.2-30 null with le in brackets", widget, `items[n le null]`, "items.n", 6, "null can only be compared with eq and ne"},
		{"7644-3.10-03 ambiguous name", ambiguousType(t), `level eq "x"`, "level", 0, "several extensions have an attribute of this name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := filter.Parse(tt.in)
			require.NoError(t, err)
			c, err := filter.Check(tt.typ, x)
			require.Nil(t, c)
			var e *schema.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, schema.InvalidFilter, e.Type)
			require.Equal(t, tt.path, e.Path)
			require.Contains(t, e.Rule, tt.rule)
			require.Equal(t, tt.offset, e.Offset)
			require.NotContains(t, err.Error(), "yesterday", "the message holds the value")
		})
	}
}

func ambiguousType(t testing.TB) *schema.ResourceType {
	attr := func(names ...string) []*schema.Attribute {
		var out []*schema.Attribute
		for _, n := range names {
			out = append(out, &schema.Attribute{Name: n})
		}
		return out
	}
	rt, err := schema.NewResourceType("Thing", "", "",
		&schema.Schema{ID: "urn:x:thing", Attributes: attr("title")},
		schema.Extension{Schema: &schema.Schema{ID: "urn:example:ext", Attributes: attr("title", "level", "alone")}},
		schema.Extension{Schema: &schema.Schema{ID: "urn:x:a", Attributes: attr("b", "level")}},
		schema.Extension{Schema: &schema.Schema{ID: "urn:x:a:b", Attributes: attr("c")}})
	require.NoError(t, err)
	return rt
}

func TestCheckExtended(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		offset int64
		rule   string
	}{
		`title pr or emails[type eq "work"].value eq "x"`: {12, "a comparison after the brackets is not part of RFC 7644"},
		`emails[type eq "work"] eq "x"`:                   {0, "a comparison after the brackets is not part of RFC 7644"},
		`userName eq dpark`:                               {12, "the string to compare with must be in double quotes"},
		`active eq True`:                                  {10, "the string to compare with must be in double quotes"},
	} {
		x, err := filter.ParseExtended(in)
		require.NoError(t, err, in)
		_, err = filter.Check(schema.UserType(), x)
		var e *schema.Error
		require.ErrorAs(t, err, &e, in)
		require.Equal(t, schema.InvalidFilter, e.Type)
		require.Equal(t, want.offset, e.Offset, in)
		require.Contains(t, e.Rule, want.rule, in)
		require.NotContains(t, err.Error(), "dpark")
	}
}

// TestCheckResult looks at what a store translates: paths, operands and names as in the schema.
func TestCheckResult(t *testing.T) {
	t.Parallel()
	user, widget := schema.UserType(), widgetType()
	tests := []struct {
		name    string
		typ     *schema.ResourceType
		in      string
		text    string
		path    string
		operand schema.Value
	}{
		{"AMB-51 multi-valued complex stands for value", user, `EMAILS co "x"`, `emails.value co "x"`, "emails.value", schema.String("x")},
		{"AMB-51 but not for null", user, `emails eq null`, `emails eq null`, "emails", schema.Value{}},
		{"AMB-51 nor for pr", user, `emails pr`, `emails pr`, "emails", schema.Value{}},
		{"7644-3.10-04 case of a URN", user, `URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:MANAGER.VALUE EQ "1"`, enterprise + `:manager.value eq "1"`, enterprise + ":manager.value", schema.String("1")},
		{"7644-3.10-02 core URN", user, coreUser + `:name.givenName eq "x"`, `name.givenName eq "x"`, "name.givenName", schema.String("x")},
		{"AMB-20 unique name of an extension", user, `department eq "x"`, enterprise + `:department eq "x"`, enterprise + ":department", schema.String("x")},
		{"AMB-20 extension alone", user, enterprise + ` pr`, enterprise + ` pr`, enterprise, schema.Value{}},
		{"a dotted name of an extension", widget, extURN + `:ON.PREM.NAME eq "x"`, extURN + `:on.prem.name eq "x"`, extURN + ":on.prem.name", schema.String("x")},
		{"AMB-29 $ref", widget, `items.$REF eq "x"`, `items.$ref eq "x"`, "items.$ref", schema.Reference("x")},
		{"boolean", user, `active eq false`, `active eq false`, "active", schema.Boolean(false)},
		{"integer beyond int64", widget, `qty eq 123456789012345678901234567890`, `qty eq 123456789012345678901234567890`, "qty", readValue(t, "qty", `123456789012345678901234567890`)},
		{"decimal", widget, `ratio eq 1.50e0`, `ratio eq 1.50e0`, "ratio", readValue(t, "ratio", `1.5`)},
		{"an integer for a decimal", widget, `ratio eq 2`, `ratio eq 2`, "ratio", readValue(t, "ratio", `2`)},
		{"date-time", widget, `at eq "2024-01-01T12:00:00+02:00"`, `at eq "2024-01-01T12:00:00+02:00"`, "at", readValue(t, "at", `"2024-01-01T10:00:00Z"`)},
		{"AMB-50 date-time without a zone", widget, `at eq "2024-01-01T10:00:00"`, `at eq "2024-01-01T10:00:00"`, "at", readValue(t, "at", `"2024-01-01T10:00:00Z"`)},
		{"binary", widget, `blob eq "QQ"`, `blob eq "QQ"`, "blob", schema.Binary([]byte("A"))},
		{"number in a multi-valued attribute", widget, `nums gt 1`, `nums gt 1`, "nums", schema.Integer(1)},
		{"7644-3.4.2.2-27 schemas", widget, `SCHEMAS eq "urn:x"`, `schemas eq "urn:x"`, "schemas", schema.String("urn:x")},
		{"7644-3.4.2.2-29 meta", widget, `META.LASTMODIFIED gt "2011-05-13T04:42:34Z"`, `meta.lastModified gt "2011-05-13T04:42:34Z"`, "meta.lastModified", readValue(t, "at", `"2011-05-13T04:42:34Z"`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := filter.Parse(tt.in)
			require.NoError(t, err)
			before := x.String()
			c, err := filter.Check(tt.typ, x)
			require.NoError(t, err)
			require.Equal(t, before, x.String(), "Check changed the expression it was given")
			require.Equal(t, tt.text, c.String())
			require.Equal(t, tt.text, checked(t, tt.typ, c.String()).String(), "checking the canonical text")
			got := c.Expr().(*filter.Comparison)
			require.Equal(t, tt.path, got.Path.String())
			require.Equal(t, tt.operand.Kind(), got.Operand.Kind())
			require.True(t, got.Operand.Equal(tt.operand), "%v", got.Operand)
		})
	}

	v := checked(t, widget, `ITEMS[TYPE eq "a" and N gt 1]`).Expr().(*filter.ValuePath)
	require.Equal(t, "items", v.Path.String())
	and := v.Filter.(*filter.Logical)
	items := widget.Attribute("items")
	require.Equal(t, schema.Path{Attribute: items.SubAttribute("type")}, and.Left.(*filter.Comparison).Path)
	require.Equal(t, schema.Path{Attribute: items.SubAttribute("n")}, and.Right.(*filter.Comparison).Path)
	require.Equal(t, `items[type eq "a" and n gt 1]`, v.String())

	v = checked(t, widget, `tags[VALUE eq "a"]`).Expr().(*filter.ValuePath)
	require.Equal(t, schema.Path{Attribute: widget.Attribute("tags")}, v.Filter.(*filter.Comparison).Path)
	require.Equal(t, `tags[value eq "a"]`, v.String())
}

func readValue(t testing.TB, name, json string) schema.Value {
	v, err := widgetType().ReadValue(widgetType().Attribute(name), []byte(json), 0, 1)
	require.NoError(t, err)
	require.NoError(t, v.Err())
	return v
}

// TestCheckBuilt checks expressions that a program has put together.
func TestCheckBuilt(t *testing.T) {
	t.Parallel()
	widget := widgetType()
	for name, x := range map[string]filter.Expr{
		"nil":                     nil,
		"nil in not":              &filter.Not{},
		"no connective":           &filter.Logical{Left: pr("name", 0), Right: pr("name", 0)},
		"nil on the right":        &filter.Logical{Op: filter.And, Left: pr("name", 0)},
		"no operator":             &filter.Comparison{Attr: "name"},
		"no such operator":        &filter.Comparison{Attr: "name", Op: 99, Value: lit(filter.LiteralString, 0, "x")},
		"no value":                &filter.Comparison{Attr: "name", Op: filter.Equal},
		"no such kind of value":   &filter.Comparison{Attr: "name", Op: filter.Equal, Value: lit(99, 0, "x")},
		"a number that is none":   &filter.Comparison{Attr: "qty", Op: filter.Equal, Value: lit(filter.LiteralNumber, 0, "x")},
		"two numbers":             &filter.Comparison{Attr: "qty", Op: filter.Equal, Value: lit(filter.LiteralNumber, 0, "1,2")},
		"brackets in brackets":    &filter.ValuePath{Attr: "items", Filter: &filter.ValuePath{Attr: "items", Filter: pr("value", 0)}},
		"brackets without filter": &filter.ValuePath{Attr: "items"},
	} {
		_, err := filter.Check(widget, x)
		var e *schema.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, schema.InvalidFilter, e.Type, name)
	}

	c, err := filter.CheckElement(widget, widget.Attribute("items"), cmp("value", 0, filter.Equal, lit(filter.LiteralString, 0, `a"] or b`)))
	require.NoError(t, err)
	require.Equal(t, `value eq "a\"] or b"`, c.String(), "a value changes the filter")
	for _, name := range []string{"secrets", "vault"} {
		_, err = filter.CheckElement(widget, widget.Attribute(name), pr("value", 0))
		require.ErrorContains(t, err, "it is never returned", name)
	}
}
