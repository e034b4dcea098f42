package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A draft is a resource taken apart into what the tables are to have of it.
type draft struct {
	externalID string
	values     []schema.Value   // by position in Store.fields; for secrets, null clears and unassigned leaves
	children   [][]schema.Value // by position in Store.children
	links      []linkChange     // those to carry out
	extra      schema.Object
	secrets    []secret
	report     []secret // secrets in columns, of which only that they change is told
}

// A secret is a new value of a writeOnly attribute that Table.WriteOnly takes; the zero Value clears it.
type secret struct {
	path  schema.Path
	value schema.Value
}

// draft takes r apart. links says which links are to be as in r; nil is all.
func (s *Store) draft(r *scim.Resource, links func(n int) bool) (*draft, error) {
	switch t := r.Attributes.Type(); {
	case t == nil && r.Attributes.Len() == 0:
	case t != s.typ:
		return nil, fmt.Errorf("sqlstore: the attributes are not those of the store's resource type %s: make them with Store.Type", s.typ.Name())
	}
	if err := schema.Complex(r.Attributes).Err(); err != nil {
		return nil, err
	}
	d := &draft{externalID: r.ExternalID, values: make([]schema.Value, len(s.fields)), children: make([][]schema.Value, len(s.children))}
	if err := noNUL("externalId", r.ExternalID); err != nil {
		return nil, err
	}
	o := s.typ.Object()
	for a, v := range r.Attributes.All() {
		if a.IsCommon() || a == s.groups || v.IsUnassigned() && a.Mutability != schema.WriteOnly {
			continue
		}
		if v.Kind() == schema.KindStream {
			// A stream can be read once only.
			elements, err := elementsOf(v)
			if err != nil {
				return nil, err
			}
			v = schema.List(elements...)
		}
		o = o.With(a, v)
	}
	for i, l := range s.links {
		if links == nil || links(i) {
			c := linkChange{link: i, clear: true}
			for _, e := range o.At(l.path).Elements() {
				c.add = append(c.add, e.Object().Value(l.value).Text())
			}
			d.links = append(d.links, c)
		}
		o = o.WithAt(l.path, schema.Value{})
	}
	for i, c := range s.children {
		list := o.At(c.path)
		if err := s.checkElements(c, list); err != nil {
			return nil, err
		}
		for _, e := range list.Elements() {
			if err := s.storable(c.attr.Name, e); err != nil {
				return nil, err
			}
			d.children[i] = append(d.children[i], e)
		}
		o = o.WithAt(c.path, schema.Value{})
	}
	for i := range s.fields {
		f := &s.fields[i]
		switch {
		case f.sel != nil:
			continue
		case f.common:
			d.values[i], d.externalID = optional(r.ExternalID), ""
		default:
			d.values[i] = o.At(f.path)
			o = o.WithAt(f.path, schema.Value{})
		}
	}
	for _, sel := range s.selections {
		o = s.decompose(o, sel, d.values)
	}
	for i := range s.fields {
		if err := s.settle(d, i); err != nil {
			return nil, err
		}
	}
	d.extra = o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value { return d.take(a, v) })
	return d, s.checkExtra(d)
}

// settle brings the value of a field into the form in which it is compared and stored.
func (s *Store) settle(d *draft, i int) error {
	f, v := &s.fields[i], &d.values[i]
	switch {
	case f.secret:
		if v.Kind() != schema.KindUnassigned {
			d.report = append(d.report, secret{path: f.path})
		}
	case v.IsUnassigned():
		*v = schema.Value{}
		if f.null {
			// A column that is null can't tell true from nothing.
			*v = schema.Boolean(true)
		}
		if f.col.Default != nil {
			var err error
			*v, err = s.readField(f, f.col.Default)
			return err
		}
	case f.col.Convert == nil:
		return s.storable(f.name, *v)
	}
	return nil
}

// storable reports a text that a column can't have: PostgreSQL has no U+0000, and all dialects answer alike.
func (s *Store) storable(name string, v schema.Value) error {
	switch v.Kind() {
	case schema.KindComplex:
		for sub, e := range v.Object().All() {
			if err := s.storable(name+"."+sub.Name, e); err != nil {
				return err
			}
		}
		return nil
	case schema.KindString, schema.KindReference:
		return noNUL(name, v.Text())
	}
	return nil
}

func noNUL(name, text string) error {
	if strings.ContainsRune(text, 0) {
		return scim.Errorf(scim.ErrInvalidValue, "%s has the character U+0000, which this service can't keep: send it without.", name)
	}
	return nil
}

// take moves values of writeOnly attributes, which must not be kept as they are, out of what the companion gets.
func (d *draft) take(a *schema.Attribute, v schema.Value) schema.Value {
	if a.Mutability == schema.WriteOnly {
		if v.IsUnassigned() {
			v = schema.Value{}
		}
		d.secrets = append(d.secrets, secret{a.Path(), v})
		return schema.Value{}
	}
	if a.Type != schema.TypeComplex {
		return v
	}
	return v.Transform(func(e schema.Value) schema.Value {
		if e.Kind() != schema.KindComplex {
			return e
		}
		return schema.ComplexOrNone(e.Object().Transform(d.take))
	})
}

// checkExtra reports what there is no place for.
func (s *Store) checkExtra(d *draft) error {
	for _, x := range d.secrets {
		if s.cfg.WriteOnly == nil && !x.value.IsUnassigned() {
			return scim.Errorf(scim.ErrInvalidValue, "%s can't be set by this service: leave it out.", x.path)
		}
	}
	if s.companion == "" && d.externalID != "" {
		return scim.Errorf(scim.ErrInvalidValue, "externalId can't be kept by this service: leave it out.")
	}
	if s.companion != "" && !s.cfg.RefuseUnmapped {
		return nil
	}
	for a, v := range d.extra.All() {
		name := a.String()
		for sub := range v.Object().All() {
			name = sub.String()
			break
		}
		return scim.Errorf(scim.ErrInvalidValue, "%s can't be kept by this service: leave it out, or take it out of the attribute mappings of the identity provider.", name)
	}
	return nil
}

func optional(text string) schema.Value {
	if text == "" {
		return schema.Value{}
	}
	return schema.String(text)
}

// elementsOf returns the elements of a list or stream.
func elementsOf(v schema.Value) ([]schema.Value, error) {
	var out []schema.Value
	for e, err := range v.Values() {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// fieldArg returns what the column of f has for a value.
func (s *Store) fieldArg(f *field, v schema.Value) (any, error) {
	if v.Kind() == schema.KindNull {
		v = schema.Value{}
	}
	switch {
	case f.col.Convert != nil:
		out, err := f.col.Convert.To(v)
		if err != nil {
			return nil, caused(err, scim.Errorf(scim.ErrInvalidValue, "%s has a value that the service can't keep.", f.name))
		}
		return out, nil
	case f.null:
		if v.Bool() {
			return nil, nil
		}
		return s.d.timeArg(s.now()), nil
	case v.IsUnassigned():
		return f.col.Empty, nil
	}
	if f.col.AsText {
		return v.Text(), nil
	}
	return s.d.arg(v), nil
}

// assignments returns the columns that get other values than in old, which is nil for a new row, and these values.
func (s *Store) assignments(old *row, d *draft) (columns []string, args []any, err error) {
	for i := range s.fields {
		f, v := &s.fields[i], d.values[i]
		switch {
		case f.secret:
			if v.Kind() == schema.KindUnassigned {
				continue
			}
		case old == nil:
			if v.IsUnassigned() && f.col.Empty == nil && f.col.Convert == nil || f.null && v.Bool() {
				// The column's default stands.
				continue
			}
		case v.Equal(old.values[i]):
			continue
		}
		if f.col.ReadOnly && v.IsUnassigned() {
			// Who replaces a resource leaves out what is not theirs.
			continue
		}
		if f.col.ReadOnly {
			return nil, nil, scim.Errorf(scim.ErrMutability, "%s is set by the service itself: leave it out, or send the value it has.", f.name)
		}
		arg, err := s.fieldArg(f, v)
		if err != nil {
			return nil, nil, err
		}
		columns, args = append(columns, f.column), append(args, arg)
		if f.col.Folded != "" {
			columns, args = append(columns, s.d.quote(f.col.Folded)), append(args, folded(arg))
		}
	}
	return columns, args, nil
}

// secretsChanged passes secrets on.
func (s *Store) passSecrets(ctx context.Context, id string, d *draft) error {
	if s.cfg.WriteOnly == nil {
		return nil
	}
	for _, x := range d.secrets {
		if err := s.cfg.WriteOnly(ctx, id, x.path, x.value); err != nil {
			return err
		}
	}
	return nil
}
