package compat

import (
	"strings"

	"github.com/embedscim/scim/schema"
)

// What the schema URIs of SCIM 1.1 are in SCIM 2.0, by resource type.
const (
	core11       = "urn:scim:schemas:core:1.0"
	enterprise11 = "urn:scim:schemas:extension:enterprise:1.0"
	enterprise20 = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// newURIs puts the URIs of SCIM 2.0 in the place of those of SCIM 1.1, in schemas and around the attributes of the extension.
func newURIs(c *call, o schema.Object) (schema.Object, bool) {
	schemas, changed := c.t.Attribute("schemas"), false
	list := o.Value(schemas)
	var uris []schema.Value
	seen := map[string]bool{}
	for _, v := range list.Elements() {
		uri := v.Text()
		switch {
		case strings.EqualFold(uri, core11):
			uri, changed = c.t.Base().ID, true
		case strings.EqualFold(uri, enterprise11) && c.t.Attribute(enterprise20) != nil:
			uri, changed = enterprise20, true
		}
		if !seen[schema.Fold(uri)] {
			seen[schema.Fold(uri)] = true
			uris = append(uris, schema.String(uri))
		}
	}
	if changed {
		o = o.With(schemas, schema.List(uris...))
	}
	container := c.t.Attribute(enterprise20)
	for _, r := range o.Unknown() {
		if container != nil && strings.EqualFold(r.Name, enterprise11) && o.Value(container).IsUnassigned() {
			o, changed = o.WithoutUnknown(r.Name).With(container, c.read(container, r.JSON, schema.Null())), true
		}
	}
	if next, ok := c.managerID(o); ok {
		return next, true
	}
	return o, changed
}

// managerID makes managerId, which SCIM 1.1 has in the manager, the manager's value.
func (c *call) managerID(o schema.Object) (schema.Object, bool) {
	p, err := c.t.Path(enterprise20 + ":manager")
	if err != nil {
		return o, false
	}
	manager, value := o.At(p), p.Target().SubAttribute("value")
	if value == nil || manager.Kind() != schema.KindComplex || !manager.Object().Value(value).IsUnassigned() {
		return o, false
	}
	for _, r := range manager.Object().Unknown() {
		if strings.EqualFold(r.Name, "managerId") {
			return o.WithAt(p, schema.Complex(manager.Object().WithoutUnknown(r.Name).With(value, c.read(value, r.JSON, schema.Null())))), true
		}
	}
	return o, false
}
