package scim

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/embedscim/scim/schema"
)

// extraDepth is how deep the JSON of an [Extra] may nest: far more than any schema allows.
const extraDepth = 32

// rest returns what of o no field holds.
func (m *Mapping[T]) rest(o schema.Object) schema.Object {
	return o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		switch {
		case m.whole[a], v.IsUnassigned():
			return schema.Value{}
		case m.parts[a] && !a.MultiValued:
			return schema.ComplexOrNone(m.rest(v.Object()))
		case isRef(a) && m.whole[a.Parent().SubAttribute("value")]:
			return schema.Value{}
		}
		return v
	})
}

// writeExtra keeps rest, and the externalId of r if no field has it, in the field for it, or refuses them.
func (m *Mapping[T]) writeExtra(x *T, r *Resource, rest schema.Object) error {
	external := m.typ.Attribute("externalId")
	if r.ExternalID != "" && !m.whole[external] {
		if rest.Len() == 0 {
			rest = m.typ.Object()
		}
		rest = rest.With(external, schema.String(r.ExternalID))
	}
	if m.extra == nil && rest.Len() == 0 {
		return nil
	}
	for a := range rest.All() {
		if m.extra == nil && a.Mutability == schema.ReadOnly {
			return fmt.Errorf("scim: %s of a %v: an interceptor has set it, but it is not mapped", a, reflect.TypeFor[T]())
		}
	}
	if names := m.unkept(rest); len(names) > 0 {
		verb := " is "
		if len(names) > 1 {
			verb = " are "
		}
		return &Error{
			Status: http.StatusBadRequest, Type: "invalidValue",
			Detail: strings.Join(names, ", ") + verb + strings.TrimPrefix(notStored, "is "),
		}
	}
	if m.extra == nil {
		return nil
	}
	var text []byte
	if rest.Len() > 0 {
		var err error
		if text, err = rest.AppendJSON(nil); err != nil {
			return err
		}
	}
	return m.extra.store(x, func(g reflect.Value) error {
		switch {
		case len(text) == 0:
			g.SetZero()
		case g.Kind() == reflect.String:
			g.SetString(string(text))
		default:
			g.SetBytes(text)
		}
		return nil
	})
}

// unkept returns the names of the attributes in o that can't be kept: all, or those that are writeOnly, if there is an
// Extra.
func (m *Mapping[T]) unkept(o schema.Object) []string {
	var names []string
	for a, v := range o.All() {
		switch {
		case a.Mutability == schema.WriteOnly:
			names = append(names, a.String())
		case m.extra != nil:
			names = append(names, m.secrets(v)...)
		case m.parts[a] && a.MultiValued:
			names = append(names, a.String()+" other than "+m.selected(a))
		case m.parts[a]:
			names = append(names, m.unkept(v.Object())...)
		default:
			names = append(names, a.String())
		}
	}
	return slices.Compact(names)
}

// secrets returns the names of writeOnly attributes in v.
func (m *Mapping[T]) secrets(v schema.Value) []string {
	names := m.unkept(v.Object())
	for _, e := range v.Elements() {
		names = append(names, m.unkept(e.Object())...)
	}
	return names
}

// selected returns the paths of the fields that hold elements of a.
func (m *Mapping[T]) selected(a *schema.Attribute) string {
	var paths []string
	for _, l := range m.lists {
		for _, s := range l.slots {
			for _, f := range s.fields {
				if l.at.Attribute == a {
					paths = append(paths, f.path)
				}
			}
		}
	}
	return strings.Join(paths, ", ")
}

// readExtra gives r what the field for the rest of the attributes holds.
func (m *Mapping[T]) readExtra(x *T, r *Resource) error {
	if m.extra == nil {
		return nil
	}
	g := m.extra.load(x)
	var text []byte
	if g.Kind() == reflect.String {
		text = []byte(g.String())
	} else {
		// Values refer to the text, which is the application's.
		text = slices.Clone(g.Bytes())
	}
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	o, err := m.typ.ReadObject(text, extraDepth)
	if err == nil {
		err = schema.Complex(o).Err()
	}
	if err != nil {
		return fmt.Errorf("scim: the extra attributes of a %v: %w", reflect.TypeFor[T](), err)
	}
	r.Attributes = o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if a.IsCommon() {
			if a.Name == "externalId" {
				r.ExternalID = v.Text()
			}
			return schema.Value{}
		}
		if v.IsUnassigned() {
			return schema.Value{}
		}
		return v
	})
	return nil
}
