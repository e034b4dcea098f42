package scim

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A Mapping says which attribute of a resource is which field of T, an application's own struct. [Map] and [StructMapping]
// make it; it is safe for concurrent use.
//
// id and meta are the application's to set: ToResource reads them, FromResource leaves them alone. All else that a resource
// has is kept, by a [Field] or by [Extra], or refused.
type Mapping[T any] struct {
	typ    *schema.ResourceType
	fields []mapped[T]     // of whole attributes and sub-attributes
	lists  []selections[T] // of elements that are selected
	extra  *Field[T]

	whole map[*schema.Attribute]bool // attributes that a field holds
	parts map[*schema.Attribute]bool // attributes and extensions that fields hold parts of
	// activeByDefault says that T can't hold an active without a value.
	activeByDefault bool
}

// A mapped is a field whose path is resolved.
type mapped[T any] struct {
	Field[T]
	at                  schema.Path
	pick                *filter.Checked // which element of the attribute; nil if the path does not select one
	codec               *codec
	readOnly, writeOnly bool
}

// Map returns the mapping with the given fields for resources of type t, such as [schema.UserType]. One of them must map id.
// It reports every mistake: a path that t does not have, a Go type that does not fit, two paths for one field, a required
// attribute that is not mapped, and so on.
func Map[T any](t *schema.ResourceType, fields ...Field[T]) (*Mapping[T], error) {
	if t == nil {
		return nil, errors.New("scim: Map: the resource type is missing: give it schema.UserType() or another")
	}
	b := builder[T]{m: &Mapping[T]{typ: t, whole: map[*schema.Attribute]bool{}, parts: map[*schema.Attribute]bool{}}}
	for _, f := range fields {
		b.add(f)
	}
	b.finish()
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return b.m, nil
}

// Type returns the resource type.
func (m *Mapping[T]) Type() *schema.ResourceType { return m.typ }

// ToResource returns the resource that x is. If no field holds meta.version, or if it is empty, the version is a hash of all
// the attributes. The error is about a value that no SCIM value can stand for; it is the application's fault, not the
// client's.
func (m *Mapping[T]) ToResource(x *T) (*Resource, error) {
	if x == nil {
		return nil, fmt.Errorf("scim: a nil *%v is no %s: return ErrNotFound for what does not exist", reflect.TypeFor[T](), m.typ.Name())
	}
	r := &Resource{Attributes: m.typ.Object()}
	if err := m.readExtra(x, r); err != nil {
		return nil, err
	}
	for i := range m.fields {
		f := &m.fields[i]
		v, err := f.value(x)
		if err != nil {
			return nil, err
		}
		if !v.IsUnassigned() {
			f.put(r, v)
		}
	}
	for i := range m.lists {
		if err := m.lists[i].put(r, x); err != nil {
			return nil, err
		}
	}
	r.Meta.ResourceType = m.typ.Name()
	if r.Meta.Version == "" {
		r.Meta.Version = hashVersion(r)
	}
	return r, nil
}

// FromResource sets the fields of x to what r has; fields that are not mapped, id and meta stay as they are. An attribute
// that r does not have makes its field empty, but a plain bool or number, an attribute that is readOnly and one that is
// writeOnly stay as they are. A value that a field can't hold, and an attribute without a field if there is no [Extra], is
// an [*Error] 400 naming it; x is then of no use any more.
func (m *Mapping[T]) FromResource(r *Resource, x *T) error {
	if t := r.Attributes.Type(); t != m.typ && (t != nil || r.Attributes.Len() > 0) {
		return fmt.Errorf("scim: the resource is not of the mapping's type %s: make its attributes with Mapping.Type", m.typ.Name())
	}
	rest := r.Attributes
	for i := range m.lists {
		var err error
		if rest, err = m.lists[i].take(rest, x); err != nil {
			return err
		}
	}
	for i := range m.fields {
		f := &m.fields[i]
		if f.ofStore() {
			continue
		}
		if err := f.set(x, r.At(f.at)); err != nil {
			return err
		}
	}
	return m.writeExtra(x, r, m.rest(rest))
}

// ofStore reports whether f maps id or a part of meta.
func (f *mapped[T]) ofStore() bool {
	return f.at.Attribute != nil && f.at.Attribute.IsCommon() && f.at.Attribute.Name != "externalId"
}

// value returns what the field of x holds; nothing for what is never read.
func (f *mapped[T]) value(x *T) (schema.Value, error) {
	if f.load == nil || f.writeOnly {
		return schema.Value{}, nil
	}
	v, err := f.codec.load(f.load(x))
	if err != nil {
		err = fmt.Errorf("scim: %s of a %v: %w", f.path, reflect.TypeFor[T](), err)
	}
	return v, err
}

// put gives r the value v.
func (f *mapped[T]) put(r *Resource, v schema.Value) {
	switch a := f.at.Target(); {
	case !a.IsCommon():
		r.Attributes = r.Attributes.WithAt(f.at, v)
	case a.Name == "id":
		r.ID = v.Text()
	case a.Name == "externalId":
		r.ExternalID = v.Text()
	case a.Name == "created":
		r.Meta.Created = v.Time()
	case a.Name == "lastModified":
		r.Meta.LastModified = v.Time()
	case a.Name == "version":
		r.Meta.Version = Version(v.Text())
	}
}

// set gives the field of x the value v.
func (f *mapped[T]) set(x *T, v schema.Value) error {
	if isPrimary(f.at.Target()) && !v.Bool() {
		// A missing primary is false, and so a plain bool knows what to be (RFC 7643 §2.4).
		if v = (schema.Value{}); f.codec.definite {
			v = schema.Boolean(false)
		}
	}
	none := v.IsUnassigned()
	switch {
	case f.store == nil, f.writeOnly && v.Kind() == schema.KindUnassigned, none && (f.readOnly || f.codec.definite):
		return nil
	}
	err := f.store(x, func(g reflect.Value) error { return f.codec.store(g, v) })
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &Error{
		Status: http.StatusBadRequest, Type: "invalidValue", Err: err,
		Detail: f.path + " has a value that this application does not take: see its documentation.",
	}
}
