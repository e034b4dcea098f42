package scimtest

import (
	"fmt"
	"strconv"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// formats has values for attributes that applications are likely to check, by name.
var formats = map[string][]string{
	"locale":            {"de-DE", "en-US", "fr-FR"},
	"preferredLanguage": {"de-DE", "en-US", "fr-FR"},
	"timezone":          {"Europe/Berlin", "America/New_York", "Asia/Tokyo"},
	"country":           {"DE", "US", "JP"},
}

// full returns a resource with a value for each attribute that x keeps. Those of different n differ, where they can.
func (t *trial) full(x *subject, n int) *scim.Resource {
	r := &scim.Resource{ExternalID: "ext-" + t.newName(), Attributes: x.Type.Object()}
	for _, a := range attributesOf(x.Type) {
		if writable(a) {
			r.Attributes = r.Attributes.WithAt(a.Path(), t.value(x, a, n))
		}
	}
	return x.fitted(r)
}

// minimal returns a resource with nothing but what the store asks for.
func (t *trial) minimal(x *subject) *scim.Resource {
	r := &scim.Resource{Attributes: x.Type.Object()}
	for _, a := range x.Type.Attributes() {
		if !a.IsCommon() {
			r.Attributes = r.Attributes.With(a, t.required(x, a))
		}
	}
	return x.fitted(r)
}

func (t *trial) required(x *subject, a *schema.Attribute) schema.Value {
	switch {
	case !a.Required || !writable(a):
		return schema.Value{}
	case !a.IsExtension():
		return t.value(x, a, 0)
	}
	o := a.Object()
	for _, sub := range a.SubAttributes {
		o = o.With(sub, t.required(x, sub))
	}
	return schema.ComplexOrNone(o)
}

// value returns a value of a, a list if it is multi-valued.
func (t *trial) value(x *subject, a *schema.Attribute, n int) schema.Value {
	if !a.MultiValued {
		return t.element(x, a, n, 0)
	}
	var out []schema.Value
	seen := map[string]bool{}
	for i := range 2 {
		e := t.element(x, a, n, i)
		if k := a.ElementKey(e); !e.IsUnassigned() && !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return schema.Value{}
	}
	return schema.List(out...)
}

// element returns the i-th element of a, or its value.
func (t *trial) element(x *subject, a *schema.Attribute, n, i int) schema.Value {
	if l := x.link(a); l != nil && a == l.path.Attribute {
		if len(l.to) == 0 {
			return schema.Value{}
		}
		pool := t.pool(l.to[0])
		return schema.Complex(a.Object().With(l.value, schema.String(pool[(n+i)%len(pool)])))
	}
	if a.Type == schema.TypeComplex {
		o := a.Object()
		for _, sub := range a.SubAttributes {
			switch {
			case !writable(sub), sub.Name == "$ref":
			case sub.Name == "primary" && a.MultiValued:
				if i == 0 {
					o = o.With(sub, schema.Boolean(true))
				}
			default:
				o = o.With(sub, t.element(x, sub, n, i))
			}
		}
		return schema.ComplexOrNone(o)
	}
	return t.simple(x, a, n, i)
}

func (t *trial) simple(x *subject, a *schema.Attribute, n, i int) schema.Value {
	k := n + 10*i
	switch a.Type {
	case schema.TypeBoolean:
		return schema.Boolean(k%2 == 0)
	case schema.TypeInteger:
		return schema.Integer(int64(k)*1000 - 7)
	case schema.TypeDecimal:
		return schema.Decimal(float64(k) + 0.25)
	case schema.TypeDateTime:
		return x.read(a, fmt.Sprintf(`"2026-03-%02dT23:59:59.5+01:00"`, 1+k%28))
	case schema.TypeBinary:
		return schema.Binary([]byte{0, 255, byte(k), '\''})
	case schema.TypeReference:
		return schema.Reference("https://example.com/" + a.Name + "/" + strconv.Itoa(k) + "?q=a%20b")
	}
	parent := a.Parent()
	switch values := formats[a.Name]; {
	case len(a.CanonicalValues) > 0:
		return schema.String(a.CanonicalValues[(n+i)%len(a.CanonicalValues)])
	case values != nil:
		return schema.String(values[n%len(values)])
	case a.Uniqueness != schema.UniqueNone:
		return schema.String(t.newName())
	case parent != nil && parent.Name == "emails" && a.Name == "value":
		return schema.String(fmt.Sprintf("person.%d@example.com", k))
	}
	return schema.String(fmt.Sprintf("%s %d", a.Name, k))
}

// read returns the value of a that a JSON text stands for.
func (x *subject) read(a *schema.Attribute, text string) schema.Value {
	v, err := x.Type.ReadValue(a, []byte(text), 0, 10)
	if err == nil {
		err = v.Err()
	}
	if err != nil {
		panic(err) // The suite's own values suit their types.
	}
	return v
}

// pool returns the ids of some resources of the type with the given name, for others of the tenant to refer to.
func (t *trial) pool(name string) []string {
	key := t.tenant + " " + name
	if ids, ok := t.pools[key]; ok {
		return ids
	}
	var ids []string
	for range 3 {
		r := t.minimal(t.subjects[name])
		made, err := t.subjects[name].Store.Create(t.ctx, r)
		if err != nil {
			t.fail("to have a %s to refer to: Create(%s): %w", name, show(r), err)
		}
		ids = append(ids, made.ID)
	}
	t.pools[key] = ids
	return ids
}
