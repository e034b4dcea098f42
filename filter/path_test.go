package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	user, group, widget := schema.UserType(), schema.GroupType(), widgetType()
	tests := []struct {
		name   string
		typ    *schema.ResourceType
		in     string
		want   string // canonical text
		target string
		attr   string
	}{
		{"7644-3.5.2-06 attribute", group, `MEMBERS`, `members`, "members", "members"},
		{"7644-3.5.2-06 sub-attribute", user, `name.familyName`, `name.familyName`, "name.familyName", "name.familyName"},
		{"7644-3.5.2-06 value path", user, `addresses[type eq "work"]`, `addresses[type eq "work"]`, "addresses", "addresses"},
		{"7644-3.5.2-06 value path and sub-attribute", user, `Addresses[TYPE eq "work"].STREETADDRESS`, `addresses[type eq "work"].streetAddress`, "addresses.streetAddress", "addresses"},
		{"7644-3.5.2-06 dots and brackets in a string", user, `emails[value eq "a.b].c"].type`, `emails[value eq "a.b].c"].type`, "emails.type", "emails"},
		{"7644-3.5.2-06 escaped quotes", user, `emails[value eq "a\"]\\"].type`, `emails[value eq "a\"]\\"].type`, "emails.type", "emails"},
		{"7644-3.5.2-06 any filter", user, `emails[ not (type eq "work" or value co "x") and primary eq true ]`, `emails[not (type eq "work" or value co "x") and primary eq true]`, "emails", "emails"},
		{"7644-3.5.2-06 core URN", user, coreUser + `:name.familyName`, `name.familyName`, "name.familyName", "name.familyName"},
		{"7644-3.5.2-06 core URN with a filter", user, coreUser + `:emails[type eq "work"].value`, `emails[type eq "work"].value`, "emails.value", "emails"},
		{"7644-3.5.2-06 extension URN", user, strings.ToUpper(enterprise) + `:manager.value`, enterprise + `:manager.value`, enterprise + ":manager.value", enterprise + ":manager.value"},
		{"7644-3.5.2-06 extension URN with a filter", widget, extURN + `:marks[n gt 1].value`, extURN + `:marks[n gt 1].value`, extURN + ":marks.value", extURN + ":marks"},
		{"7644-3.5.2-06 $ref", group, `members[value eq "u-1"].$ref`, `members[value eq "u-1"].$ref`, "members.$ref", "members"},
		{"7644-3.5.2-09 unqualified extension attribute", user, `department`, enterprise + `:department`, enterprise + ":department", enterprise + ":department"},
		{"7644-3.10-05 the longest URN", ambiguousType(t), `urn:x:a:b:c`, `urn:x:a:b:c`, "urn:x:a:b:c", "urn:x:a:b:c"},
		{"7644-3.10-05 an attribute before a container", ambiguousType(t), `urn:x:a:b`, `urn:x:a:b`, "urn:x:a:b", "urn:x:a:b"},
		{"AMB-20 extension URN alone", user, enterprise, enterprise, enterprise, enterprise},
		{"AMB-22 sub-attribute of all elements", user, `emails.type`, `emails.type`, "emails.type", "emails.type"},
		{"AMB-34 simple multi-valued", widget, `tags[Value eq "a"]`, `tags[value eq "a"]`, "tags", "tags"},
		{"AMB-52 schemas", user, `schemas[value eq "urn:x"]`, `schemas[value eq "urn:x"]`, "schemas", "schemas"},
		{"common attributes", user, `META.version`, `meta.version`, "meta.version", "meta.version"},
		{"a dotted name of an extension", widget, extURN + `:on.prem.name`, extURN + `:on.prem.name`, extURN + ":on.prem.name", extURN + ":on.prem.name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := filter.ParsePath(tt.typ, tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, p.String())
			require.Equal(t, tt.target, p.Target().String())
			require.Equal(t, tt.attr, p.Attr.String())
			again, err := filter.ParsePath(tt.typ, p.String())
			require.NoError(t, err, "the canonical text")
			require.Equal(t, p.String(), again.String())
			require.Equal(t, p.Target(), again.Target())
		})
	}
}

func TestParsePathErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		typ      schema.ErrorType
		path     string
		offset   int64
		rule     string
	}{
		{"7644-3.5.2-06 empty", ``, schema.InvalidPath, "", 0, "the path is empty"},
		{"7644-3.5.2-06 blank", ` `, schema.InvalidPath, "", 0, `want an attribute name, got " "`},
		{"7644-3.5.2-06 blank before", ` title`, schema.InvalidPath, "", 0, `want an attribute name, got " "`},
		{"7644-3.5.2-06 blank after", `title `, schema.InvalidPath, "title", 5, `want the end of the path or a filter in brackets, got " "`},
		{"7644-3.5.2-06 blank before the bracket", `emails [type eq "work"]`, schema.InvalidPath, "emails", 6, `got " "`},
		{"7644-3.5.2-06 blank after the bracket", `emails[type eq "work"] `, schema.InvalidPath, "emails", 22, `want the end of the path or "."`},
		{"7644-3.5.2-06 dot at the end", `name.`, schema.InvalidPath, "", 5, "want a name before and after each colon and dot"},
		{"7644-3.5.2-06 open bracket, unknown", `a[`, schema.InvalidPath, "a", 0, "no such attribute"},
		{"7644-3.5.2-06 open bracket", `emails[`, schema.InvalidPath, "emails", 6, `the "[" has no closing "]"`},
		{"7644-3.5.2-06 open filter", `emails[type eq "work"`, schema.InvalidPath, "emails", 6, `the "[" has no closing "]"`},
		{"neg-bad-path-syntax", `emails[type eq "work".value`, schema.InvalidPath, "emails", 6, `the "[" has no closing "]"`},
		{"7644-3.5.2-06 closing bracket in a string", `emails[type eq "work]`, schema.InvalidPath, "emails", 6, `the "[" has no closing "]"`},
		{"7644-3.5.2-06 closing bracket behind an escaped quote", `emails[type eq "work\"]`, schema.InvalidPath, "emails", 6, `the "[" has no closing "]"`},
		{"7644-3.5.2-06 empty brackets", `emails[]`, schema.InvalidPath, "emails", 6, "elements have no index"},
		{"7644-3.5.2-06 text after brackets", `emails[type eq "x"]b`, schema.InvalidPath, "emails", 19, `want the end of the path or "." and a sub-attribute after the "]", got "b"`},
		{"7644-3.5.2-06 dot after brackets", `emails[type eq "x"].`, schema.InvalidPath, "emails", 20, "want the name of a sub-attribute"},
		{"7644-3.5.2-06 two names after brackets", `emails[type eq "x"].value.x`, schema.InvalidPath, "emails", 25, "want the end of the path"},
		{"7644-3.5.2-06 brackets after brackets", `emails[type eq "x"][value eq "y"]`, schema.InvalidPath, "emails", 19, `got "["`},
		{"7644-3.5.2-06 brackets after the sub-attribute", `emails[type eq "x"].value[value eq "y"]`, schema.InvalidPath, "emails", 25, `got "["`},
		{"7644-3.5.2-06 three names", `a.b.c`, schema.InvalidPath, "", 5, "sub-attributes have no sub-attributes"},
		{"7644-3.5.2-06 brackets alone", `[x]`, schema.InvalidPath, "", 0, `want an attribute name, got "["`},
		{"7644-3.5.2-06 URN alone", `urn:x:`, schema.InvalidPath, "", 6, "want a name before and after each colon and dot"},
		{"7644-3.5.2-06 comparison after brackets", `emails[type eq "work"] eq "x"`, schema.InvalidPath, "emails", 22, `got " "`},
		{"7644-3.5.2-06 filter without an attribute", `title pr`, schema.InvalidPath, "title", 5, `got " "`},
		{"7644-3.5.2-04 index", `emails[0]`, schema.InvalidPath, "emails", 6, "elements have no index"},
		{"7644-3.5.2-04 index and sub-attribute", `emails[-1].value`, schema.InvalidPath, "emails", 6, "elements have no index"},
		{"7644-3.5.2-04 JSON Pointer", `/emails/0`, schema.InvalidPath, "", 0, `want an attribute name, got "/"`},
		{"7644-3.5.2-04 slash", `name/familyName`, schema.InvalidPath, "name", 4, `got "/"`},
		{"7644-3.5.2-07 unknown attribute", `nosuch`, schema.InvalidPath, "nosuch", 0, "no such attribute in the schemas of User"},
		{"7644-3.5.2-07 unknown sub-attribute", `name.nosuch`, schema.InvalidPath, "name.nosuch", 0, "no such attribute"},
		{"7644-3.5.2-07 unknown sub-attribute after brackets", `emails[type eq "x"].nosuch`, schema.InvalidPath, "emails.nosuch", 20, "no such sub-attribute of emails"},
		{"7644-3.5.2-07 unknown schema", `urn:x:y:title`, schema.InvalidPath, "urn:x:y:title", 0, "it starts with no schema URI of User"},
		{"AMB-27 unknown operator", `emails[type zz "w"]`, schema.InvalidFilter, "emails", 12, `the operator "zz" is not supported`},
		{"AMB-27 unknown attribute in brackets", `emails[nosuch eq "w"]`, schema.InvalidFilter, "emails.nosuch", 7, "no such sub-attribute of emails"},
		{"AMB-27 wrong type in brackets", `emails[primary eq "True"].value`, schema.InvalidFilter, "emails.primary", 18, "must be true or false without quotes"},
		{"AMB-27 half a filter", `emails[type eq]`, schema.InvalidFilter, "emails", 14, "want a blank and a value after eq"},
		{"AMB-27 brackets in brackets", `emails[type[value eq "x"]]`, schema.InvalidFilter, "emails", 11, "brackets inside brackets"},
		{"AMB-27 a star", `emails[*].value`, schema.InvalidFilter, "emails", 7, `want an attribute name, got "*"`},
		{"AMB-27 unquoted value", `emails[type eq work]`, schema.InvalidFilter, "emails", 15, "strings must be in double quotes"},
		{"AMB-34 singular complex", `name[givenName eq "x"]`, schema.InvalidPath, "name", 4, "only a multi-valued attribute can have a filter in brackets"},
		{"AMB-34 singular complex in an extension", enterprise + `:manager[value eq "x"]`, schema.InvalidPath, enterprise + ":manager", int64(len(enterprise) + 8), "only a multi-valued attribute"},
		{"AMB-34 singular", `title[value eq "x"]`, schema.InvalidPath, "title", 5, "only a multi-valued attribute"},
		{"AMB-34 sub-attribute", `emails.value[value eq "x"]`, schema.InvalidPath, "emails.value", 12, "only a multi-valued attribute"},
		{"AMB-34 extension", enterprise + `[department eq "x"]`, schema.InvalidPath, enterprise, int64(len(enterprise)), "only a multi-valued attribute"},
		{"AMB-34 sub-attribute of simple elements", `schemas[value eq "x"].value`, schema.InvalidPath, "schemas.value", 22, "no such sub-attribute of schemas"},
		{"too long", `emails[value eq "` + strings.Repeat("x", filter.MaxLength) + `"]`, schema.InvalidPath, "", filter.MaxLength, "the path is longer than 8192 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := filter.ParsePath(schema.UserType(), tt.in)
			require.Nil(t, p)
			var e *schema.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.typ, e.Type, e.Rule)
			require.Contains(t, e.Rule, tt.rule)
			require.Equal(t, tt.path, e.Path)
			require.Equal(t, tt.offset, e.Offset)
		})
	}

	_, err := filter.ParsePath(ambiguousType(t), `level`)
	require.ErrorContains(t, err, "several extensions have an attribute of this name", "7644-3.5.2-09 ambiguous")
	_, err = filter.ParsePath(widgetType(), `items[pin sw "1"]`)
	require.ErrorContains(t, err, "never returned", "AMB-24 whether a filter matches would reveal it")
}

// TestPathSelects selects elements as a PATCH operation does.
func TestPathSelects(t *testing.T) {
	t.Parallel()
	r := resource(t, widgetType(), "w", `{"tags": ["a", "B", ""], "items": [
		{"value": "1", "type": "work", "primary": true}, {"value": "2", "type": "Home", "note": "Ab"}, {"value": "3"}]}`)
	tests := []struct {
		in   string
		want []int
	}{
		{`items[type eq "WORK"]`, []int{0}},
		{`items[type ne "work"].value`, []int{1, 2}},
		{`items[not (type pr)]`, []int{2}},
		{`items[type eq null]`, []int{2}},
		{`items[primary eq false]`, []int{1, 2}},
		{`items[note eq "ab"]`, nil},
		{`items[type pr and value gt "1"]`, []int{1}},
		{`tags[value eq "b"]`, []int{1}},
		{`tags[value ne "b"]`, []int{0, 2}},
		{`tags[value pr]`, []int{0, 1}},
		{`tags[value co ""]`, []int{0, 1, 2}},
	}
	for _, tt := range tests {
		p, err := filter.ParsePath(widgetType(), tt.in)
		require.NoError(t, err, tt.in)
		var got []int
		for i, e := range r.At(p.Attr).Elements() {
			if p.Filter.MatchElement(e) {
				got = append(got, i)
			}
		}
		require.Equal(t, tt.want, got, tt.in)
	}
}
