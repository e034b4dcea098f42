package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func TestPath(t *testing.T) {
	t.Parallel()
	user := schema.UserType()
	wt := widgetType(t)
	tests := []struct {
		name string
		typ  *schema.ResourceType
		text string
		want string // "" = as text
	}{
		{"plain", user, "userName", ""},
		{"7643-2.1-03 case", user, "NAME.GIVENNAME", "name.givenName"},
		{"every letter", user, "TIMEZONE", "timezone"},
		{"common", user, "META.lastmodified", "meta.lastModified"},
		{"$ref", schema.GroupType(), "members.$REF", "members.$ref"},
		{"7644-3.10-01 base URN, dot of 2.0", user, schema.UserURI + ":name.givenName", "name.givenName"},
		{"base URN and common attribute", user, schema.UserURI + ":meta.created", "meta.created"},
		{
			"7644-3.10-04 URN case", user,
			"URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:MANAGER.VALUE", schema.EnterpriseUserURI + ":manager.value",
		},
		{"AMB-20 URN alone", user, strings.ToUpper(schema.EnterpriseUserURI), schema.EnterpriseUserURI},
		{"AMB-20 unqualified", user, "Department", schema.EnterpriseUserURI + ":department"},
		{"AMB-20 unqualified sub", user, "manager.displayName", schema.EnterpriseUserURI + ":manager.displayName"},
		{"7644-3.10-03 core first", wt, "color", "color"},
		{"7644-3.10-03 extension by URN", wt, extURI + ":color", ""},
		{"qualified of several", wt, "urn:example:other:shared", ""},
		{"dotted name, qualified", wt, extURI + ":DIR.attr.one", extURI + ":dir.attr.one"},
		{"dotted name, unqualified", wt, "dir.attr.one", extURI + ":dir.attr.one"},
		{"complex in extension", wt, "box.in", extURI + ":box.in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := tt.typ.Path(tt.text)
			require.NoError(t, err)
			want := tt.want
			if want == "" {
				want = tt.text
			}
			require.Equal(t, want, p.String())
			again, err := tt.typ.Path(p.String())
			require.NoError(t, err)
			require.Equal(t, p, again, "Path(p.String())")
			require.Equal(t, p, p.Target().Path(), "Target().Path()")
			require.Equal(t, want, p.Target().String())
		})
	}
}

func TestPathRefused(t *testing.T) {
	t.Parallel()
	user := schema.UserType()
	wt := widgetType(t)
	tests := []struct {
		name string
		typ  *schema.ResourceType
		text string
		rule string
	}{
		{"empty", user, "", "no such attribute"},
		{"unknown", user, "nosuch", "no such attribute in the schemas of User"},
		{"7644-3.12-18 unknown sub", user, "name.nosuch", "no such attribute"},
		{"7644-3.5.2-06 trailing dot", user, "name.", "no such attribute"},
		{"7644-3.5.2-06 leading dot", user, ".givenName", "no such attribute"},
		{"two dots", user, "name..givenName", "no such attribute"},
		{"three parts", user, "name.givenName.x", "no such attribute"},
		{"sub of simple", user, "userName.value", "no such attribute"},
		{"blank", user, "name.givenName ", "no such attribute"},
		{"index", user, "emails[0]", "no such attribute"},
		{"unknown URN", user, "urn:example:nope:x", "no schema URI of User"},
		{"unknown attribute of a URN", user, schema.EnterpriseUserURI + ":nosuch", "schema " + schema.EnterpriseUserURI + " has no such attribute"},
		{"too many parts after a URN", user, schema.EnterpriseUserURI + ":manager:value", "schema " + schema.EnterpriseUserURI + " has no such attribute"},
		{"colon at the end", user, schema.EnterpriseUserURI + ":", "no such attribute"},
		{"colon alone", user, ":", "no schema URI"},
		{"base URN alone", user, schema.UserURI, "URI of the base schema"},
		{"extension URN below the base URN", user, schema.UserURI + ":" + schema.EnterpriseUserURI, "no such attribute"},
		{"common attribute below an extension", user, schema.EnterpriseUserURI + ":id", "no such attribute"},
		{"AMB-20 several extensions", wt, "shared", "several extensions"},
		{"core attribute hides the extension's sub-attributes", wt, "color.in", "no such attribute"},
		{"part of a dotted name", wt, "dir.attr", "no such attribute"},
		// The Kelvin sign folds to k, but attribute names are ASCII (RFC 7643 §2.1).
		{"letter outside ASCII", user, "nic\u212aName", "no such attribute"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := tt.typ.Path(tt.text)
			e := problem(t, err)
			require.True(t, p.IsZero())
			require.Equal(t, schema.InvalidPath, e.Type)
			require.Equal(t, tt.text, e.Path)
			require.Contains(t, e.Rule, tt.rule)
			require.Equal(t, int64(-1), e.Offset)
		})
	}
}

// TestPathLongestURI is checklist row 7644-3.10-05.
func TestPathLongestURI(t *testing.T) {
	t.Parallel()
	typ := newType(t, widget(),
		schema.Extension{Schema: &schema.Schema{ID: "urn:x:a", Attributes: []*schema.Attribute{{Name: "b"}}}},
		schema.Extension{Schema: &schema.Schema{ID: "urn:x:a:b", Attributes: []*schema.Attribute{{Name: "c"}}}},
		schema.Extension{Schema: &schema.Schema{ID: "urn:x:a:d", Attributes: []*schema.Attribute{{Name: "e"}}}},
	)
	p := path(t, typ, "urn:x:a:b:c")
	require.Equal(t, "urn:x:a:b", p.Extension.Name)
	require.Equal(t, "c", p.Attribute.Name)

	p = path(t, typ, "urn:x:a:b")
	require.Equal(t, "urn:x:a", p.Extension.Name, "an attribute comes before a container")
	require.Equal(t, "b", p.Attribute.Name)

	p = path(t, typ, "urn:x:a:d")
	require.Equal(t, "urn:x:a:d", p.Extension.Name)
	require.Nil(t, p.Attribute)
	require.Equal(t, p.Extension, p.Target())
	require.Equal(t, p.Extension, p.Top())
}

func TestPathContains(t *testing.T) {
	t.Parallel()
	user := schema.UserType()
	require.Same(t, user.Attribute("name"), path(t, user, "name.givenName").Top())
	require.Nil(t, schema.Path{}.Target())
	require.Empty(t, schema.Path{}.String())
	tests := []struct {
		p, q string
		want bool
	}{
		{"", "userName", true},
		{"name", "name", true},
		{"name", "name.givenName", true},
		{"name.givenName", "name", false},
		{"name.givenName", "name.familyName", false},
		{"userName", "", false},
		{schema.EnterpriseUserURI, "department", true},
		{schema.EnterpriseUserURI, "userName", false},
		{"department", schema.EnterpriseUserURI, false},
		{"manager", "manager.value", true},
		{"manager", "name.givenName", false},
	}
	for _, tt := range tests {
		var p, q schema.Path
		if tt.p != "" {
			p = path(t, user, tt.p)
		}
		if tt.q != "" {
			q = path(t, user, tt.q)
		}
		require.Equal(t, tt.want, p.Contains(q), "%q.Contains(%q)", tt.p, tt.q)
	}
}

// FuzzPath checks that a resolved path is written so that it resolves to the same place.
func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"userName", "name.givenName", schema.EnterpriseUserURI, schema.EnterpriseUserURI + ":manager.value", "dir.attr.one",
		extURI + ":box.in", "META.created", widgetURI + ":id", "shared", ":", ".", "a.b.c",
	} {
		f.Add(s)
	}
	types := []*schema.ResourceType{schema.UserType(), schema.GroupType(), widgetType(f)}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range types {
			p, err := typ.Path(text)
			if err != nil {
				require.Equal(t, schema.InvalidPath, problem(t, err).Type)
				require.True(t, p.IsZero())
				continue
			}
			again, err := typ.Path(p.String())
			require.NoError(t, err)
			require.Equal(t, p, again)
			require.Equal(t, p, p.Target().Path())
		}
	})
}
