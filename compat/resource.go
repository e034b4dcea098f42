package compat

import (
	"strings"

	"github.com/embedscim/scim/schema"
)

// RewriteResource rewrites the attributes of a request to create or replace a resource as the rules of p say, and returns a
// record of what they did. o comes from [schema.ResourceType.ReadObject] and is set to the result. What no rule knows stays
// for [schema.ResourceType.NewResource] to drop or refuse. The error is for rules that refuse what the RFCs would accept; today
// none does so here.
func RewriteResource(t *schema.ResourceType, p *Profile, o *schema.Object) ([]Applied, error) {
	if p == nil || len(p.rules) == 0 {
		return nil, nil
	}
	c := call{t: t, p: p, body: true}
	next := *o
	for _, r := range p.rules {
		if r.body == nil {
			continue
		}
		if made, ok := r.body(&c, next); ok {
			c.recordObject(r, next, made)
			next = made
		}
	}
	if n := len(c.applied); n > 0 || !plain(nil, schema.Complex(next)) {
		next = c.object(next)
	}
	if len(c.applied) == 0 {
		return nil, nil
	}
	*o = next
	return c.applied, nil
}

// recordObject records the attributes of a resource that a rule has changed.
func (c *call) recordObject(r *Rule, before, after schema.Object) {
	b, _ := changed(before, after).MarshalJSON()
	a, _ := changed(after, before).MarshalJSON()
	c.record(r, b, a)
}

// changed returns what o has and other has not.
func changed(o, other schema.Object) schema.Object {
	var kept []string
	for _, r := range other.Unknown() {
		kept = append(kept, r.Name)
	}
	return o.WithoutUnknown(kept...).Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if w := other.Value(a); v.Kind() == w.Kind() && v.Equal(w) {
			return schema.Value{}
		}
		return v
	})
}

// microsoft is what the schema URIs start with that Microsoft's clients list among those of SCIM.
const microsoft = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/"

func dropURIs(c *call, o schema.Object) (schema.Object, bool) {
	a := c.t.Attribute("schemas")
	list := o.Value(a)
	if list.Kind() != schema.KindList {
		return o, false
	}
	kept := list.Transform(func(v schema.Value) schema.Value {
		uri := v.Text()
		if len(uri) >= len(microsoft) && strings.EqualFold(uri[:len(microsoft)], microsoft) || strings.EqualFold(uri, misspelt) {
			return schema.Value{}
		}
		return v
	})
	if kept.Len() == list.Len() {
		return o, false
	}
	if kept.Len() == 0 {
		kept = schema.List(schema.String(c.t.Base().ID))
	}
	return o.With(a, kept), true
}

// dropExtensionSchemas drops schemas from the attributes of an extension if it says nothing but what they are in already.
func dropExtensionSchemas(c *call, a *schema.Attribute, v schema.Value, _ place) (schema.Value, bool) {
	if !a.IsExtension() || v.Kind() != schema.KindComplex {
		return v, false
	}
	for _, r := range v.Object().Unknown() {
		if !strings.EqualFold(r.Name, "schemas") {
			continue
		}
		list := c.read(c.t.Attribute("schemas"), r.JSON, schema.Null())
		if list.Len() != 1 || !strings.EqualFold(list.Index(0).Text(), a.Name) {
			continue
		}
		if kept := v.Object().WithoutUnknown(r.Name); kept.Len() > 0 {
			return schema.Complex(kept), true
		}
	}
	return v, false
}
