package scim_test

import (
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A hand is what BenchmarkMapping compares with: the same fields, translated by code for this one struct.
type hand struct {
	typ                               *schema.ResourceType
	user, name, given, family, active *schema.Attribute
	emails, value, typeOf             *schema.Attribute
}

func newHand() *hand {
	t := schema.UserType()
	h := &hand{typ: t, user: t.Attribute("userName"), name: t.Attribute("name"), active: t.Attribute("active"), emails: t.Attribute("emails")}
	h.given, h.family = h.name.SubAttribute("givenName"), h.name.SubAttribute("familyName")
	h.value, h.typeOf = h.emails.SubAttribute("value"), h.emails.SubAttribute("type")
	return h
}

type row struct {
	ID            string `scim:"id"`
	Version       string `scim:"meta.version"`
	External      string `scim:"externalId"`
	Login         string `scim:"userName"`
	Given, Family string
	Active        bool    `scim:"active"`
	Email         *string `scim:"emails[type eq \"work\"].value"`
}

func (h *hand) toResource(x *row) *scim.Resource {
	o := h.typ.Object().With(h.user, schema.String(x.Login))
	o = o.With(h.name, schema.Complex(h.name.Object().With(h.family, schema.String(x.Family)).With(h.given, schema.String(x.Given))))
	o = o.With(h.active, schema.Boolean(x.Active))
	if x.Email != nil {
		o = o.With(h.emails, schema.List(schema.Complex(h.emails.Object().With(h.value, schema.String(*x.Email)).With(h.typeOf, schema.String("work")))))
	}
	r := &scim.Resource{ID: x.ID, ExternalID: x.External, Attributes: o}
	r.Meta.ResourceType, r.Meta.Version = "User", scim.Version(x.Version)
	return r
}

func (h *hand) fromResource(r *scim.Resource, x *row) {
	name := r.Attributes.Value(h.name).Object()
	x.External, x.Login, x.Active = r.ExternalID, r.Attributes.Value(h.user).Text(), r.Attributes.Value(h.active).Bool()
	x.Given, x.Family, x.Email = name.Value(h.given).Text(), name.Value(h.family).Text(), nil
	for _, e := range r.Attributes.Value(h.emails).Elements() {
		if schema.Fold(e.Object().Value(h.typeOf).Text()) == "work" {
			mail := e.Object().Value(h.value).Text()
			x.Email = &mail
			break
		}
	}
}

// BenchmarkMapping translates a user of eight fields, beside code that is written for it by hand and checks nothing.
func BenchmarkMapping(b *testing.B) {
	m, err := scim.StructMapping(schema.UserType(), scim.Attr("name.givenName", func(x *row) *string { return &x.Given }), scim.Attr("name.familyName", func(x *row) *string { return &x.Family }))
	if err != nil {
		b.Fatal(err)
	}
	hashed, err := scim.Map(schema.UserType(), scim.Attr("id", func(x *row) *string { return &x.ID }), scim.Attr("externalId", func(x *row) *string { return &x.External }),
		scim.Attr("userName", func(x *row) *string { return &x.Login }), scim.Attr("name.givenName", func(x *row) *string { return &x.Given }), scim.Attr("name.familyName", func(x *row) *string { return &x.Family }),
		scim.Attr("active", func(x *row) *bool { return &x.Active }), scim.Attr(`emails[type eq "work"].value`, func(x *row) **string { return &x.Email }))
	if err != nil {
		b.Fatal(err)
	}
	h, mail := newHand(), "babs@contoso.com"
	x := &row{ID: "1", Version: "7", External: "b0f1", Login: "babs", Given: "Barbara", Family: "Jensen", Active: true, Email: &mail}
	r := h.toResource(x)
	mapped, err := m.ToResource(x)
	if err != nil || len(patch.Diff(r, mapped)) > 0 || mapped.ID != r.ID || mapped.Meta != r.Meta {
		b.Fatal("the two ways differ:", mapped, err)
	}
	for name, run := range map[string]func() error{
		"ToResource":         func() error { _, err := m.ToResource(x); return err },
		"ToResourceWithHash": func() error { _, err := hashed.ToResource(x); return err },
		"ToResourceByHand":   func() error { h.toResource(x); return nil },
		"FromResource":       func() error { var y row; return m.FromResource(r, &y) },
		"FromResourceByHand": func() error { var y row; h.fromResource(r, &y); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
