package scim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// FuzzMapping writes any user into a struct and reads it back. What comes back is what was written, but for what the struct
// can't tell apart from nothing, and writing that again gives the same struct. What is refused is the client's fault.
func FuzzMapping(f *testing.F) {
	for _, seed := range []string{
		fullUser, ``, `,"emails":[{"type":"work"},{"type":"work","value":"v"},{"value":"n"}]`, `,"addresses":[{"type":"HOME","locality":""},{"type":"home","primary":true}]`,
		`,"phoneNumbers":[{"value":"1"},{"value":"1","type":""}],"roles":[{"value":""}]`, `,"x509Certificates":[{"value":"AA"}],"meta":{"version":"1"},"groups":[{"value":"g"}]`,
		`,"emails":[{"type":"Work","value":"","primary":false}],"externalId":"","name":{"givenName":"","formatted":"\u0000"}`, `,"password":null,"active":null`,
		`,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"-5","manager":{"value":"","$ref":"x","displayName":"d"}}`,
	} {
		f.Add(seed, []byte{})
		f.Add("", []byte(seed))
	}
	f.Add("", []byte{0o111, 0o311, 0o12, 0o21, 0o1})
	m := personMapping(f, personRest())
	typ := schema.UserType()
	f.Fuzz(func(t *testing.T, members string, elements []byte) {
		members += drawn(elements)
		o, err := typ.ReadObject([]byte(withSchema("/Users", `{"userName":"babs"`+members+`}`)), 32)
		if err != nil {
			t.Skip()
		}
		r, err := typ.NewResource(o, false)
		if err != nil {
			t.Skip()
		}
		var x person
		if err := m.FromResource(r, &x); err != nil {
			require.ErrorIs(t, err, scim.ErrInvalidValue)
			return
		}
		if len(x.Rest) > 0 {
			require.True(t, json.Valid(x.Rest), "%s", x.Rest)
		}
		back, err := m.ToResource(&x)
		require.NoError(t, err)
		for _, c := range patch.Diff(r, back) {
			require.True(t, indistinct(c), "%s was %s and is %s", c.Path, c.Old, c.New)
		}
		y := person{Hash: x.Hash}
		require.NoError(t, m.FromResource(back, &y))
		require.Equal(t, x, y)
		again, err := m.ToResource(&y)
		require.NoError(t, err)
		require.Equal(t, back.Meta.Version, again.Meta.Version)
	})
}

// drawn makes elements of attributes of which some are mapped one by one: each byte is an element.
func drawn(choices []byte) string {
	if len(choices) == 0 {
		return ""
	}
	var emails, addresses []string
	for i, c := range choices {
		typ := [...]string{"", `"type":"work"`, `"type":"Work"`, `"type":"home"`, `"type":"HOME"`, `"type":""`, `"type":"other"`, ""}[c&7]
		more := [...]string{"", `"value":"a"`, `"value":"b","display":"d"`, `"display":"e"`, `"value":"a","primary":true`, `"primary":false`, `"value":""`, `"display":""`}[c>>3&7]
		place := [...]string{"", `"locality":"a"`, `"locality":"b","country":"d"`, `"country":"e"`, `"locality":"a","primary":true`, `"region":"r"`, `"locality":""`, `"country":""`}[c>>3&7]
		join := func(more string) string { return "{" + strings.Trim(typ+","+more, ",") + "}" }
		if c>>6 == 0 || i == 0 {
			emails = append(emails, join(more))
		} else {
			addresses = append(addresses, join(place))
		}
	}
	return `,"emails":[` + strings.Join(emails, ",") + `],"addresses":[` + strings.Join(addresses, ",") + "]"
}

// indistinct reports whether c is what a person can't hold: an empty text in a plain string, an element that only has a
// type, a number or bool of nothing, the $ref that follows from a value, a secret.
func indistinct(c patch.Change) bool {
	switch c.Path.String() {
	case "active", schema.EnterpriseUserURI + ":employeeNumber":
		return c.Old.IsUnassigned()
	case "password", schema.EnterpriseUserURI + ":manager.$ref":
		return true
	}
	return bare(c.Old) == bare(c.New)
}

// bare returns v without empty texts, types alone and $ref, in lower case.
func bare(v schema.Value) string {
	if v.Kind() == schema.KindComplex {
		o := v.Object().Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
			if a.Name == "$ref" || v.Kind() == schema.KindBoolean && !v.Bool() || v.Kind() == schema.KindString && v.Text() == "" {
				return schema.Value{}
			}
			if a.Name == "type" {
				return schema.String(schema.Fold(v.Text()))
			}
			return v
		})
		if o.Len() == 1 {
			for a := range o.All() {
				if a.Name == "type" {
					return ""
				}
			}
		}
		return schema.ComplexOrNone(o).String()
	}
	return v.Text()
}
