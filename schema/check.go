package schema

import (
	"errors"
	"strconv"
	"strings"
)

// Conforms reports whether v was read without anything that the schema does not allow.
func (v Value) Conforms() bool {
	switch d := v.data.(type) {
	case *Raw:
		return false
	case *Object:
		return d.Conforms()
	case []Value:
		for i := range d {
			if !d[i].Conforms() {
				return false
			}
		}
	}
	return true
}

// Conforms reports whether o was read without anything that the schema does not allow.
func (o Object) Conforms() bool {
	for i := range o.entries {
		if !o.entries[i].value.Conforms() {
			return false
		}
	}
	return true
}

// Err returns the error of the first part of v that does not conform to the schema, an [*Error], or nil.
func (v Value) Err() error {
	switch d := v.data.(type) {
	case *Raw:
		return d.Err
	case *Object:
		for i := range d.entries {
			if err := d.entries[i].value.Err(); err != nil {
				return err
			}
		}
	case []Value:
		for i := range d {
			if err := d[i].Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Unknown returns what was read into o under names that the schema does not have, in the order it was sent.
func (o Object) Unknown() []*Raw {
	var out []*Raw
	for i := range o.entries {
		if o.entries[i].attr == nil {
			out = append(out, o.entries[i].value.Raw())
		}
	}
	return out
}

// WithoutUnknown returns a copy of o without the unknown names.
func (o Object) WithoutUnknown(names ...string) Object {
	gone := make(map[string]bool, len(names))
	for _, name := range names {
		gone[name] = true
	}
	var kept []entry
	for _, e := range o.entries {
		if e.attr != nil || !gone[e.value.Raw().Name] {
			kept = append(kept, e)
		}
	}
	o.entries = kept
	return o
}

// NewResource makes a resource from the attributes of a request to create or replace one, which [ResourceType.ReadObject]
// has read. It drops values of readOnly attributes, unassigned values and repeated elements (RFC 7643 §2.4, §2.5; RFC 7644
// §3.3, §3.5.1), but no member without value, and checks the rest as [ResourceType.Check] does. Unknown attributes are dropped too, unless
// rejectUnknown asks for an error. Null stays on writeOnly attributes, where it asks the store to clear the value.
func (t *ResourceType) NewResource(o Object, rejectUnknown bool) (*Resource, error) {
	if err := t.checkSchemas(o, rejectUnknown); err != nil {
		return nil, err
	}
	attrs := Object{def: t.root, entries: make([]entry, 0, len(o.entries)), pos: o.pos}
	r := &Resource{Meta: Meta{ResourceType: t.name}}
	for _, e := range o.entries {
		switch {
		case e.attr == nil:
			if rejectUnknown {
				return nil, e.value.Raw().Err
			}
		case e.attr == t.externalID:
			if err := e.value.Err(); err != nil {
				return nil, err
			}
			r.ExternalID = e.value.Text()
		case e.attr.kind == common:
		default:
			v, err := conform(e.attr, e.value, rejectUnknown)
			if err != nil {
				return nil, err
			}
			if v.data != nil {
				attrs.entries = append(attrs.entries, entry{e.attr, v})
			}
		}
	}
	r.Attributes = attrs
	return r, checkObject(t.root, attrs, true)
}

// checkSchemas checks the schemas attribute of a request body (RFC 7643 §3).
func (t *ResourceType) checkSchemas(o Object, rejectUnknown bool) error {
	v := o.Value(t.schemas)
	fail := func(rule string) error {
		out := &Error{Type: InvalidSyntax, Path: "schemas", Rule: rule, Offset: o.pos - 1}
		if err, ok := errors.AsType[*Error](v.Err()); ok {
			out.Path, out.Offset = err.Path, err.Offset
		}
		return out
	}
	if v.IsUnassigned() || !v.Conforms() {
		return fail("must be an array with the URIs of the resource's schemas: " + t.base.ID + " and those of the extensions used")
	}
	base := false
	for _, s := range v.Elements() {
		c, known := t.containers[lower(s.text)]
		switch {
		case known && c == nil:
			base = true
		case !known && rejectUnknown:
			return fail("has a URI that is no schema of " + t.name)
		}
	}
	if !base {
		return fail("must hold " + t.base.ID + ", the base schema of " + t.name)
	}
	return nil
}

// conform brings a value that was read into canonical form. What already is in it is not copied.
func conform(a *Attribute, v Value, rejectUnknown bool) (Value, error) {
	if a.Mutability == ReadOnly && a.kind != extension {
		return Value{}, nil
	}
	switch d := v.data.(type) {
	case *Raw:
		return Value{}, d.Err
	case []Value:
		var id *Attribute
		if id = a.SubAttribute("value"); id != nil && id.Mutability != Immutable {
			id = nil
		}
		kept, err := replaceElements(d, func(e Value) (Value, error) {
			v, err := conform(a, e, rejectUnknown)
			if o, ok := e.data.(*Object); ok && err == nil && id != nil && v.Object().Value(id).Text() == "" {
				// It would be dropped, and a list of such would remove all.
				err = &Error{Type: InvalidValue, Path: a.Name, Rule: "an element has no value: send its value, or an empty array to remove all", Offset: o.pos - 1}
			}
			return v, err
		})
		if err != nil {
			return Value{}, err
		}
		if kept = distinct(a, kept); len(kept) == 0 {
			return cleared(a, v), nil
		}
		return relist(v, kept), nil
	case *Object:
		o, err := conformObject(d, rejectUnknown)
		switch {
		case err != nil || o.Len() == 0:
			return Value{}, err
		case sameSlice(o.entries, d.entries):
			return v, nil
		}
		return Complex(o), nil
	}
	if v.IsUnassigned() {
		return cleared(a, v), nil
	}
	return v, nil
}

func conformObject(o *Object, rejectUnknown bool) (Object, error) {
	entries, err := replaceEntries(o.entries, func(e *entry) (Value, error) {
		switch {
		case e.attr != nil:
			return conform(e.attr, e.value, rejectUnknown)
		case rejectUnknown:
			return Value{}, e.value.Raw().Err
		}
		return Value{}, nil
	})
	return Object{def: o.def, entries: entries, pos: o.pos}, err
}

// cleared returns what becomes of an unassigned value v: null if it clears a writeOnly attribute, since without one the old
// value stays.
func cleared(a *Attribute, v Value) Value {
	if a.Mutability == WriteOnly && v.data != nil {
		return Null()
	}
	return Value{}
}

// distinct returns the elements without those that count as one that came before (RFC 7643 §2.4).
func distinct(a *Attribute, elements []Value) []Value {
	if len(elements) < 2 {
		return elements
	}
	seen := make(map[string]bool, len(elements))
	kept, _ := replaceElements(elements, func(e Value) (Value, error) {
		k := a.ElementKey(e)
		if seen[k] {
			return Value{}, nil
		}
		seen[k] = true
		return e, nil
	})
	return kept
}

// Check reports whether r, which is in canonical form, may be stored: attributes that are required are present and not
// blank, unless they are readOnly, and no attribute has two primary values (RFC 7643 §2.2, §2.4). The error is an [*Error] of type [InvalidValue].
func (t *ResourceType) Check(r *Resource) error {
	return checkObject(t.root, r.Attributes, false)
}

// checkObject checks the attributes of a resource or of a complex value. read says that they are of the text at hand, so that
// errors have positions: where the object begins that lacks something.
func checkObject(def *definition, o Object, read bool) error {
	offset := int64(-1)
	if read {
		offset = o.pos - 1
	}
	for _, a := range def.attrs {
		if !a.Required || a.Mutability == ReadOnly || a.kind == common {
			continue
		}
		v := o.Value(a)
		if v.IsUnassigned() {
			return &Error{Type: InvalidValue, Path: a.Name, Rule: "is required (RFC 7643 §2.2)", Offset: offset}
		}
		if v.Kind() == KindString && strings.TrimSpace(v.text) == "" {
			return &Error{Type: InvalidValue, Path: a.Name, Rule: "is required and must not be blank", Offset: offset}
		}
	}
	for _, e := range o.entries {
		if e.attr == nil || e.attr.def == nil {
			continue
		}
		var err error
		if sub, ok := e.value.data.(*Object); ok {
			err = within(e.attr, -1, checkObject(e.attr.def, *sub, read))
		} else if e.attr.def.checksElements() {
			err = checkElements(e.attr, e.value, read)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checksElements reports whether there is anything to check in the elements: those of a large group have nothing.
func (d *definition) checksElements() bool {
	for _, a := range d.attrs {
		if a.Required && a.Mutability != ReadOnly {
			return true
		}
	}
	return d.primary != nil
}

func checkElements(a *Attribute, list Value, read bool) error {
	primary := a.def.primary
	found := false
	for i, e := range list.Elements() {
		o := e.Object()
		if err := checkObject(a.def, o, read); err != nil {
			return within(a, i, err)
		}
		if primary == nil || !o.Value(primary).Bool() {
			continue
		}
		if found {
			second := &Error{Type: InvalidValue, Path: primary.Name, Rule: "only one value may be primary (RFC 7643 §2.4)", Offset: -1}
			if read {
				second.Offset = o.pos - 1
			}
			return within(a, i, second)
		}
		found = true
	}
	return nil
}

// within puts the attribute, and the position of the element unless it is -1, before the path of err.
func within(a *Attribute, index int, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	outer := *e
	name := a.Name
	if index >= 0 {
		name += "[" + strconv.Itoa(index) + "]"
	}
	sep := "."
	if a.kind == extension {
		sep = ":"
	}
	outer.Path = name + sep + e.Path
	return &outer
}
