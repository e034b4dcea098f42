package scim

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/embedscim/scim/schema"
)

// A member is a field of a struct that stands for a complex value.
type member struct {
	index int
	sub   *schema.Attribute
	codec *codec
}

// structCodec is for the complex attribute a and structs whose tags name its sub-attributes.
func structCodec(g reflect.Type, a *schema.Attribute) (*codec, error) {
	var members []member
	var errs []error
	c := &codec{}
	for i := range g.NumField() {
		f := g.Field(i)
		name, ok := f.Tag.Lookup("scim")
		if !ok || name == "-" {
			c.loose = true
			continue
		}
		sub := a.SubAttribute(name)
		switch {
		case sub == nil:
			errs = append(errs, fmt.Errorf("the tag of %v.%s names no sub-attribute of %s", g, f.Name, a))
		case !f.IsExported():
			errs = append(errs, fmt.Errorf("%v.%s has a tag but is not exported", g, f.Name))
		case sub.Mutability == schema.WriteOnly:
			errs = append(errs, fmt.Errorf("%s is writeOnly: map it with AttrFunc", sub))
		case hasMember(c.subs, sub):
			errs = append(errs, fmt.Errorf("two fields of %v have the tag %s", g, sub.Name))
		default:
			sc, err := newCodec(f.Type, sub, false)
			if err != nil {
				errs = append(errs, fmt.Errorf("%v.%s: %w", g, f.Name, err))
				continue
			}
			members = append(members, member{i, sub, sc})
			c.subs = append(c.subs, sub)
		}
	}
	if len(members) == 0 && errs == nil {
		return nil, fmt.Errorf("no field of %v has a scim tag with the name of a sub-attribute of %s", g, a)
	}
	c.load = func(g reflect.Value) (schema.Value, error) {
		o := a.Object()
		for i := range members {
			m := &members[i]
			v, err := m.codec.load(g.Field(m.index))
			if err != nil {
				return v, fmt.Errorf("%s: %w", m.sub, err)
			}
			if !v.IsUnassigned() && !isFalsePrimary(m.sub, v) {
				o = o.With(m.sub, v)
			}
		}
		return schema.ComplexOrNone(o), nil
	}
	c.store = func(g reflect.Value, v schema.Value) error {
		o := v.Object()
		for i := range members {
			m := &members[i]
			sub, field := o.Value(m.sub), g.Field(m.index)
			if isFalsePrimary(m.sub, sub) {
				sub = schema.Value{}
			}
			if m.codec.definite && sub.IsUnassigned() {
				field.SetZero()
				continue
			}
			if err := m.codec.store(field, sub); err != nil {
				return err
			}
		}
		return onlyHas(o, c.subs)
	}
	return c, errors.Join(errs...)
}

// isEmpty reports whether g, a struct or a pointer to one, stands for a complex value without content: it would not come
// back.
func isEmpty(c *codec, g reflect.Value) bool {
	v, err := c.load(g)
	return err == nil && v.IsUnassigned()
}

func hasMember(subs []*schema.Attribute, a *schema.Attribute) bool {
	for _, s := range subs {
		if s == a {
			return true
		}
	}
	return false
}

// onlyHas refuses an o that has more than subs and what the service provider itself fills in.
func onlyHas(o schema.Object, subs []*schema.Attribute) error {
	for a, v := range o.All() {
		if !hasMember(subs, a) && !v.IsUnassigned() && !follows(a, v) {
			return refuse(a, notStored, nil)
		}
	}
	return nil
}

// follows reports whether nothing is lost without the sub-attribute a and its value v: they follow from the others.
func follows(a *schema.Attribute, v schema.Value) bool {
	return a.Mutability == schema.ReadOnly || isFalsePrimary(a, v) || isRef(a)
}

// isPrimary reports whether a is the primary of a multi-valued attribute's elements.
func isPrimary(a *schema.Attribute) bool {
	return a.Name == "primary" && a.Type == schema.TypeBoolean && a.Parent() != nil && a.Parent().MultiValued
}

// isFalsePrimary reports whether v is a primary of false, which is what a missing one is (RFC 7643 §2.4).
func isFalsePrimary(a *schema.Attribute, v schema.Value) bool {
	return isPrimary(a) && v.Kind() == schema.KindBoolean && !v.Bool()
}

// isRef reports whether a is the $ref beside a value, which the handler makes of the value.
func isRef(a *schema.Attribute) bool {
	if a.Name != "$ref" || a.Parent() == nil || a.Parent().SubAttribute("value") == nil {
		return false
	}
	for _, t := range a.ReferenceTypes {
		if t == "external" || t == "uri" {
			return false
		}
	}
	return true
}

// valueCodec is for the elements of a complex attribute of which only the sub-attribute value is kept.
func valueCodec(g reflect.Type, a *schema.Attribute) (*codec, error) {
	value := a.SubAttribute("value")
	c, err := definiteCodec(g, value, false)
	if err != nil {
		return nil, err
	}
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) {
			v, err := c.load(g)
			return schema.Complex(a.Object().With(value, v)), err
		},
		store: func(g reflect.Value, e schema.Value) error {
			o := e.Object()
			v := o.Value(value)
			if v.IsUnassigned() {
				return refuse(value, "is missing: this application keeps nothing else of "+a.Name+".", nil)
			}
			if err := onlyHas(o, []*schema.Attribute{value}); err != nil {
				return err
			}
			return c.store(g, v)
		},
	}, nil
}

// sliceCodec is for multi-valued attributes. Where structs have fields of the application's own, such as the key of a row,
// these stay with the element that is the same.
func sliceCodec(g reflect.Type, a *schema.Attribute) (*codec, error) {
	if g.Kind() != reflect.Slice {
		return nil, fmt.Errorf("a multi-valued attribute needs a slice, not %v%s", g, selectionHint(a))
	}
	elem := g.Elem()
	var c *codec
	var err error
	if elem.Kind() == reflect.Pointer {
		c, err = pointerCodec(elem, a, true)
	} else {
		c, err = definiteCodec(elem, a, true)
	}
	if err != nil {
		return nil, err
	}
	load := func(g reflect.Value) (elements []schema.Value, at []int, err error) {
		elements, at = make([]schema.Value, 0, g.Len()), make([]int, 0, g.Len())
		for i := range g.Len() {
			v, err := c.load(g.Index(i))
			if err != nil {
				return nil, nil, fmt.Errorf("element %d: %w", i, err)
			}
			if !v.IsUnassigned() {
				elements, at = append(elements, v), append(at, i)
			}
		}
		return elements, at, nil
	}
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) {
			elements, _, err := load(g)
			if len(elements) == 0 {
				return schema.Value{}, err
			}
			return schema.List(elements...), err
		},
		store: func(g reflect.Value, v schema.Value) error {
			if v.IsUnassigned() {
				g.SetZero()
				return nil
			}
			old := map[string][]int{}
			if c.loose {
				elements, at, err := load(g)
				if err != nil {
					return err
				}
				for i, e := range elements {
					k := a.ElementKey(e)
					old[k] = append(old[k], at[i])
				}
			}
			next := reflect.MakeSlice(g.Type(), 0, v.Len())
			for e, err := range v.Values() {
				if err != nil {
					return err
				}
				// What the element leads to, such as a pointer, is never changed: the slice before the change has it too.
				n := reflect.New(elem).Elem()
				if c.loose {
					k := a.ElementKey(e)
					if same := old[k]; len(same) > 0 {
						n.Set(g.Index(same[0]))
						old[k] = same[1:]
					}
				}
				if err := c.store(n, e); err != nil {
					return err
				}
				if c.subs != nil && isEmpty(c, n) {
					continue
				}
				next = reflect.Append(next, n)
			}
			if next.Len() == 0 {
				next = reflect.Zero(g.Type())
			}
			g.Set(next)
			return nil
		},
	}, nil
}

func selectionHint(a *schema.Attribute) string {
	if a.Type != schema.TypeComplex || a.SubAttribute("type") == nil {
		return ""
	}
	kind := "work"
	if c := a.SubAttribute("type").CanonicalValues; len(c) > 0 {
		kind = c[0]
	}
	sub := a.SubAttributes[0].Name
	return fmt.Sprintf(": for one of its values use a path such as %s[type eq %q].%s", a, kind, sub)
}
