package scimtest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A disjointChange is a change to a resource that no other of the same set affects.
type disjointChange struct {
	op    string // as an operation of a PATCH request
	apply func(x *subject, r *scim.Resource) *scim.Resource
	done  func(x *subject, r *scim.Resource) error
	delta *patch.Delta // nil if there is none for it
}

// disjoint returns changes to a minimal resource: to each of its attributes that is not there, and new elements, up to n of them.
func (t *trial) disjoint(n int) []disjointChange {
	var out []disjointChange
	full, minimal := t.full(t.subject, 1), t.minimal(t.subject)
	elements := 0
	for _, a := range attributesOf(t.Type) {
		if a.MultiValued && t.grows(a) {
			elements++
		}
	}
	for _, l := range t.leaves(full) {
		if l.Attribute.MultiValued || l.Path.Attribute.MultiValued || l.Attribute.Mutability != schema.ReadWrite || t.link(l.Attribute) != nil || l.Attribute.Required {
			continue
		}
		v := full.At(l.Path)
		if minimal.At(l.Path).Equal(v) || l.Attribute.Type == schema.TypeBoolean {
			continue
		}
		out = append(out, disjointChange{
			op: operation("replace", l.String(), v),
			apply: func(_ *subject, r *scim.Resource) *scim.Resource {
				r.Attributes = r.Attributes.WithAt(l.Path, v)
				return r
			},
			done: func(_ *subject, r *scim.Resource) error {
				if got := r.At(l.Path); !got.Equal(v) {
					return fmt.Errorf("%s: expected %s, got %s", l, shown(v), shown(got))
				}
				return nil
			},
			delta: &patch.Delta{Set: []patch.Change{{Path: l.Path, New: v}}},
		})
		if len(out) == n/2 && elements > 0 {
			break
		}
	}
	for _, a := range attributesOf(t.Type) {
		if !a.MultiValued || !t.grows(a) {
			continue
		}
		for range (n - len(out)) / elements {
			e, delta := t.fresh(a)
			out = append(out, disjointChange{
				op: operation("add", a.Path().String(), schema.List(e)),
				apply: func(_ *subject, r *scim.Resource) *scim.Resource {
					var all []schema.Value
					for _, old := range r.At(a.Path()).Elements() {
						all = append(all, old)
					}
					r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(append(all, e)...))
					return r
				},
				done: func(x *subject, r *scim.Resource) error {
					for _, got := range r.At(a.Path()).Elements() {
						if a.ElementKey(got) == a.ElementKey(e) {
							return nil
						}
					}
					return fmt.Errorf("%s: expected the element %s among the others, got %s", a, shown(e), shown(r.At(a.Path())))
				},
				delta: delta,
			})
		}
		if elements--; elements == 0 {
			break
		}
	}
	return out
}

// grows reports whether the store keeps any number of elements of the multi-valued attribute a.
func (t *trial) grows(a *schema.Attribute) bool {
	if !writable(a) || a.Type != schema.TypeComplex || a.SubAttribute("value") == nil {
		return false
	}
	if l := t.link(a); l != nil && len(l.to) == 0 {
		return false
	}
	r := t.minimal(t.subject)
	list := []schema.Value{}
	for range 3 {
		e, _ := t.fresh(a)
		list = append(list, e)
	}
	r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(list...))
	return t.fitted(r).At(a.Path()).Len() == len(list)
}

// fresh returns a new element of a, and the delta that adds it if the store knows deltas of a.
func (t *trial) fresh(a *schema.Attribute) (schema.Value, *patch.Delta) {
	var e schema.Value
	if l := t.link(a); l != nil {
		to := t.subjects[l.to[0]]
		e = l.elements(t.create(to, t.minimal(to)).ID)[0]
	} else {
		o := t.element(t.subject, a, 0, 1).Object()
		value := a.SubAttribute("value")
		switch text := t.newName(); value.Type {
		case schema.TypeReference:
			o = o.With(value, schema.Reference("https://example.com/"+text))
		case schema.TypeBinary:
			o = o.With(value, schema.Binary([]byte(text)))
		case schema.TypeString:
			if a.Name == "emails" {
				text += "@example.com"
			}
			o = o.With(value, schema.String(text))
		}
		e = schema.Complex(o)
	}
	r := t.minimal(t.subject)
	r.Attributes = r.Attributes.WithAt(a.Path(), schema.List(e))
	if fitted := t.fitted(r).At(a.Path()); fitted.Len() == 1 {
		e = fitted.Index(0)
	}
	if !t.caps.Has(scim.CanPatchDelta) || !slices.Contains(t.delta, a.Name) {
		return e, nil
	}
	return e, &patch.Delta{Elements: []patch.ElementDelta{{Path: a.Path(), Add: []schema.Value{e}}}}
}

// operation returns an operation of a PATCH request.
func operation(op, path string, v schema.Value) string {
	value, _ := v.MarshalJSON() // None of the suite's values is a stream.
	b, _ := json.Marshal(map[string]any{"op": op, "path": path, "value": json.RawMessage(value)})
	return string(b)
}
