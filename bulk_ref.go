package scim

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A bulkRef is a place where an operation refers to the bulkId of another one.
type bulkRef struct {
	id    string // without the prefix
	where string // the attribute, or "path"
}

// refsOf returns the references of an operation that has been prepared, each bulkId once.
func refsOf(o *bulkOp) []bulkRef {
	var out []bulkRef
	seen := map[string]bool{}
	add := func(id, where string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, bulkRef{id, where})
		}
	}
	op := o.req.op
	if id, ok := strings.CutPrefix(op.ID, bulkPrefix); ok {
		add(id, "path")
	}
	if bytes.Contains(o.data, []byte(bulkPrefix)) || bytes.Contains(o.data, []byte(`\u`)) {
		m := refMapper{func(id, where string) (string, string) { add(id, where); return bulkPrefix + id, bulkPrefix + id }}
		m.operation(op)
	}
	return out
}

// A refMapper replaces bulkIds where RFC 7644 §3.7.2 asks for it: in references to resources, and in the value beside one, as
// of members and manager. Other text may hold "bulkId:" and stays as it is.
type refMapper struct {
	// resolve returns the id and the URI of the resource with a bulkId, to which the attribute where refers.
	resolve func(bulkID, where string) (id, uri string)
}

// operation returns a copy of op with its references replaced, if there is a resolve.
func (m refMapper) operation(op *Operation) *Operation {
	out := *op
	if op.Resource != nil {
		r := *op.Resource
		if m.resolve != nil {
			r.Attributes = m.object(r.Attributes)
		}
		out.Resource = &r
	}
	out.Patch = slices.Clone(op.Patch)
	for i := 0; i < len(out.Patch) && m.resolve != nil; i++ {
		out.Patch[i] = m.patch(op.ResourceType, out.Patch[i])
	}
	return &out
}

func (m refMapper) patch(t *schema.ResourceType, op patch.Op) patch.Op {
	if op.Target == nil {
		if op.Value.Kind() == schema.KindComplex {
			op.Value = schema.Complex(m.object(op.Value.Object()))
		}
		return op
	}
	op.Value = m.value(op.Target.Target(), op.Value)
	if op.Target.Filter == nil {
		return op
	}
	if x, changed := m.filter(op.Target.Filter.Expr()); changed {
		path := op.Target.Attr.String() + "[" + x.String() + "]"
		if op.Target.Sub != nil {
			path += "." + op.Target.Sub.Name
		}
		op = op.WithPath(t, path)
	}
	return op
}

func (m refMapper) object(o schema.Object) schema.Object { return o.Transform(m.value) }

// value returns v, the value of a or one of its elements.
func (m refMapper) value(a *schema.Attribute, v schema.Value) schema.Value {
	return v.Transform(func(e schema.Value) schema.Value {
		switch {
		case e.Kind() == schema.KindComplex:
			if m.refersIn(e.Object()) {
				return schema.Complex(m.object(e.Object()))
			}
			return e
		case e.Kind() == schema.KindString || e.Kind() == schema.KindReference:
			return m.text(a, e)
		}
		return e
	})
}

// refersIn reports whether m might change o: to make a complex value anew, only to find it the same, would copy what holds it.
func (m refMapper) refersIn(o schema.Object) bool {
	for a, v := range o.All() {
		if a.Type == schema.TypeComplex {
			return true
		}
		if _, _, ok := refIn(a, v); ok {
			return true
		}
	}
	return false
}

func (m refMapper) text(a *schema.Attribute, v schema.Value) schema.Value {
	before, id, ok := refIn(a, v)
	if !ok {
		return v
	}
	to := m.replacement(a, before, id)
	if a.Type == schema.TypeReference {
		return schema.Reference(to)
	}
	return schema.String(to)
}

// replacement returns what a gets for a reference that refIn has found.
func (m refMapper) replacement(a *schema.Attribute, before, bulkID string) string {
	id, uri := m.resolve(bulkID, a.String())
	switch {
	case a.Type != schema.TypeReference:
		return id
	case before == "":
		return uri
	}
	return before + url.PathEscape(id)
}

// filter returns x with the references it compares with replaced, and whether there were any.
func (m refMapper) filter(x filter.Expr) (filter.Expr, bool) {
	switch x := x.(type) {
	case *filter.Logical:
		left, a := m.filter(x.Left)
		right, b := m.filter(x.Right)
		return &filter.Logical{Op: x.Op, Left: left, Right: right}, a || b
	case *filter.Not:
		in, changed := m.filter(x.X)
		return &filter.Not{X: in}, changed
	case *filter.Comparison:
		a := x.Path.Target()
		if a == nil || x.Op != filter.Equal && x.Op != filter.NotEqual || x.Value.Kind != filter.LiteralString {
			return x, false
		}
		before, id, ok := refIn(a, schema.String(x.Value.Text))
		if !ok {
			return x, false
		}
		out := &filter.Comparison{Attr: x.Attr, Op: x.Op, Value: x.Value}
		out.Value.Text = m.replacement(a, before, id)
		return out, true
	}
	return x, false
}

// refIn finds the bulkId in v, a value of a, if a refers to resources. A URI may end in it; before is what comes before then.
func refIn(a *schema.Attribute, v schema.Value) (before, id string, ok bool) {
	text := v.Text()
	if !strings.Contains(text, bulkPrefix) || !refersToResources(a) {
		return "", "", false
	}
	if a.Type == schema.TypeReference {
		if i := strings.LastIndexByte(text, '/'); i >= 0 {
			before, text = text[:i+1], text[i+1:]
		}
	}
	id, ok = strings.CutPrefix(text, bulkPrefix)
	if ok && before != "" {
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
	}
	return before, id, ok
}

// refersToResources reports whether values of a are ids or URIs of resources.
func refersToResources(a *schema.Attribute) bool {
	if a.Type == schema.TypeReference {
		return slices.ContainsFunc(a.ReferenceTypes, func(name string) bool { return name != "external" && name != "uri" })
	}
	p := a.Parent()
	if p == nil || p.IsExtension() || p.SubAttribute("value") != a {
		return false
	}
	ref := p.SubAttribute("$ref")
	return ref != nil && ref.Type == schema.TypeReference && refersToResources(ref)
}

// mentions returns the ids of other resources that an operation refers to, by their ids or bulkIds.
func mentions(o *bulkOp) map[string]bool {
	out := map[string]bool{}
	var object func(schema.Object)
	value := func(a *schema.Attribute, v schema.Value) {
		v.Transform(func(e schema.Value) schema.Value {
			switch e.Kind() {
			case schema.KindComplex:
				object(e.Object())
			case schema.KindString:
				if refersToResources(a) {
					out[e.Text()] = true
				}
			}
			return e
		})
	}
	object = func(ob schema.Object) {
		for a, v := range ob.All() {
			value(a, v)
		}
	}
	op := o.req.op
	if op.Resource != nil {
		object(op.Resource.Attributes)
	}
	for _, p := range op.Patch {
		if p.Target == nil {
			object(p.Value.Object())
		} else {
			value(p.Target.Target(), p.Value)
		}
	}
	return out
}
