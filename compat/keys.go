package compat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// maxKeys bounds how many operations those of a request may become by the names in them. The largest that is known has 36.
const maxKeys = 1000

// A pathKey is a name in an object that is a path.
type pathKey struct {
	in      *schema.Attribute // the extension container that holds the name, or nil
	raw     *schema.Raw
	op      patch.Op  // on the path that the name is, mended
	applied []Applied // what has made path of the name
}

// pathKeys returns the names in the attributes of a resource, and of its extensions, that no attribute has but that are paths.
func (c *call) pathKeys(o schema.Object) []pathKey {
	var out []pathKey
	find := func(in *schema.Attribute, unknown []*schema.Raw, prefix string) {
		out = slices.Grow(out, min(len(unknown), maxKeys+1))
		for _, r := range unknown {
			if len(out) > maxKeys {
				return
			}
			n := len(c.applied)
			if op, ok := c.key(prefix + r.Name); ok {
				out = append(out, pathKey{in, r, op, slices.Clone(c.applied[n:])})
			}
			c.applied = c.applied[:n]
		}
	}
	for a, v := range o.All() {
		if a.IsExtension() && v.Kind() == schema.KindComplex {
			find(a, v.Object().Unknown(), a.Name+":")
		}
	}
	find(nil, o.Unknown(), "")
	return out
}

// key returns an operation on the path that a name in an object is, mended.
func (c *call) key(name string) (patch.Op, bool) {
	op := patch.NewOp(c.t, patch.Replace, name, schema.Value{})
	if op.Target != nil {
		return op, true
	}
	if path, ok := c.mendPath(name); ok {
		return patch.NewOp(c.t, patch.Replace, path, schema.Value{}), true
	}
	// What a filter on a single-valued attribute becomes has no notation: the operation mends it again.
	_, ok := filterSingle(c, op)
	return op, ok
}

// readKey reads the value of k against a. Errors about it have the position of its name.
func (c *call) readKey(a *schema.Attribute, k pathKey) schema.Value {
	v, err := c.t.ReadValue(a, k.raw.JSON, k.raw.Err.Offset, readDepth)
	if err != nil {
		return schema.Value{}
	}
	return v
}

// without returns o without the names keys.
func without(o schema.Object, keys ...pathKey) schema.Object {
	names := map[*schema.Attribute][]string{}
	for _, k := range keys {
		names[k.in] = append(names[k.in], k.raw.Name)
	}
	for in, list := range names {
		if in == nil {
			o = o.WithoutUnknown(list...)
		} else {
			o = o.With(in, schema.ComplexOrNone(o.Value(in).Object().WithoutUnknown(list...)))
		}
	}
	return o
}

// splitKeys makes one operation of each name of a value without path, if there is one that is a path, in the order in which
// they were sent. The common attributes, which such a value may repeat, extension containers, and names that nothing is
// known about stay together and come first.
func splitKeys(c *call, op patch.Op) ([]patch.Op, bool) {
	if op.HasPath || op.Op == patch.Remove || op.Value.Kind() != schema.KindComplex {
		return nil, false
	}
	rest := op.Value.Object()
	keys := c.pathKeys(rest)
	switch {
	case len(keys) == 0:
		return nil, false
	case len(keys)+c.split > maxKeys:
		c.err = c.refuse(op, fmt.Sprintf("has more than %d names that are paths: send them in several requests", maxKeys))
		return nil, false
	}
	c.split += len(keys)
	type part struct {
		op patch.Op
		at int // 1-based position of its name among those sent, or 0
	}
	parts := make([]part, 0, rest.Len()+len(keys))
	names := op.Names()
	positions := make(map[string]int, len(names))
	for i, n := range names {
		positions[n] = i + 1
	}
	add := func(o patch.Op, name string) {
		at, ok := positions[name]
		if !ok { // it is spelled as the schema does, and was sent otherwise
			at = 1 + slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		}
		parts = append(parts, part{o, at})
	}
	rest = rest.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if a.IsExtension() || a.IsCommon() && a.Name != "externalId" {
			return v
		}
		add(c.on(op, a.Name, v), a.Name)
		return schema.Value{}
	})
	rest = without(rest, keys...)
	for _, k := range keys {
		c.applied = append(c.applied, k.applied...)
		o := k.op
		o.Op, o.Index = op.Op, op.Index
		switch {
		case o.Target != nil:
			o.Value = c.readKey(o.Target.Target(), k)
			if o.Target.Filter == nil && dotted(o.Target.Attr) && !o.Value.IsUnassigned() {
				// RFC 7644 §3.5.2 has no path to an attribute with a dot in its name.
				rest = rest.WithAt(o.Target.Attr, o.Value)
				continue
			}
		default:
			if v, err := c.t.ReadValue(nil, k.raw.JSON, 0, readDepth); err == nil {
				o.Value = v
			}
		}
		name := k.raw.Name
		if k.in != nil {
			name = k.in.Name
		}
		add(o, name)
	}
	slices.SortStableFunc(parts, func(a, b part) int { return a.at - b.at })
	made := make([]patch.Op, 0, len(parts)+1)
	if rest.Len() > 0 {
		op.Value = schema.Complex(rest)
		made = append(made, op)
	}
	for _, p := range parts {
		made = append(made, p.op)
	}
	return made, true
}

func dotted(p schema.Path) bool {
	return p.Attribute != nil && strings.IndexByte(p.Attribute.Name, '.') >= 0 && !(p.Sub != nil && p.Attribute.MultiValued)
}

// placeKeys puts the values under names that are paths where the paths lead, in a resource. A value that is there already
// stays: it was sent under its right name.
func placeKeys(c *call, o schema.Object) (schema.Object, bool) {
	changed := false
	var elements []pathKey
	for _, k := range c.pathKeys(o) {
		op := k.op
		if op.Target != nil && op.Target.Filter != nil {
			elements = append(elements, k)
		}
		if op.Target == nil || op.Target.Filter != nil {
			continue
		}
		p := op.Target.Attr
		a := p.Target()
		now := o.At(p)
		there := !now.IsUnassigned() && !(c.p.Has("clear") && isEmpty(a, now))
		if p.Sub != nil && p.Attribute.MultiValued || a.IsCommon() && a.Name != "externalId" || there {
			continue
		}
		if p.Sub != nil && !o.At(schema.Path{Extension: p.Extension, Attribute: p.Attribute}).Conforms() {
			continue
		}
		if p.Extension != nil && o.Value(p.Extension).Kind() == schema.KindRaw {
			continue
		}
		v := c.readKey(a, k)
		if a.IsExtension() && v.Kind() != schema.KindComplex {
			continue
		}
		c.applied = append(c.applied, k.applied...)
		o, changed = without(o, k).WithAt(p, v), true
	}
	if made, ok := c.placeElements(o, elements); ok {
		return made, true
	}
	return o, changed
}

// placeElements makes the elements that the filters in the names describe, where the resource sends the attribute in no other way.
func (c *call) placeElements(o schema.Object, keys []pathKey) (schema.Object, bool) {
	lists := &schema.Resource{Attributes: c.t.Object()}
	var placed []pathKey
	for _, k := range keys {
		op := k.op
		op.Op, op.Create, op.Index = patch.Add, true, 0
		attr, n := op.Target.Attr, len(c.applied)
		op.Value = c.value(op.Target.Target(), c.readKey(op.Target.Target(), k), whole)
		if !op.Creatable() || !o.At(attr).IsUnassigned() || attr.Extension != nil && o.Value(attr.Extension).Kind() == schema.KindRaw {
			c.applied = c.applied[:n]
			continue
		}
		next, _, err := patch.Apply(lists, []patch.Op{op})
		if err != nil {
			c.applied = c.applied[:n]
			continue
		}
		lists, placed = next, append(placed, k)
	}
	if len(placed) == 0 {
		return o, false
	}
	o = without(o, placed...)
	for _, k := range placed {
		c.applied = append(c.applied, k.applied...)
		if list := lists.Attributes.At(k.op.Target.Attr); !list.IsUnassigned() {
			o = o.WithAt(k.op.Target.Attr, list)
		}
	}
	return o, true
}
