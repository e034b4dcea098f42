package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A row is what the table and its companion have of one resource.
type row struct {
	key              any
	id               string
	values           []schema.Value // by position in Store.fields; zero for secrets
	created, updated time.Time
	counter          string // of the column Version
	comp             companion
}

// from returns the tables that rows come from: t, and its companion c.
func (s *Store) from(t tenant) frag {
	f := frag{text: " FROM " + s.table + " t"}
	if s.companion != "" {
		f = sqlf(f.text+" LEFT JOIN "+s.companion+" c ON c.tenant = ? AND c.row_key = t."+s.key, t.text)
	}
	return f
}

// visible returns the condition for rows t, with companion c, that exist for the tenant.
func (s *Store) visible(t tenant) frag { return s.visibleAs("t", "c", t) }

// visibleAs returns the condition for rows with the given alias, and companion, that exist for the tenant.
func (s *Store) visibleAs(row, comp string, t tenant) frag {
	f := always
	c := &s.cfg.Scope
	switch c.kind {
	case scopeColumn:
		f = sqlf(row+"."+s.d.quote(c.column)+" = ?", t.value)
	case scopeTable:
		f = sqlf("EXISTS (SELECT 1 FROM "+s.d.quote(c.table)+" m WHERE m."+s.d.quote(c.owner)+" = "+row+"."+s.key+" AND m."+s.d.quote(c.column)+" = ?)", t.value)
	}
	switch s.cfg.Delete.kind {
	case deleteMark:
		f = allOf(f, frag{text: row + "." + s.d.quote(s.cfg.Delete.column) + " IS NULL"})
	case deleteDisable:
		f = allOf(f, frag{text: comp + ".deleted IS NULL"})
	}
	return f
}

// selectColumns returns the columns of a query for rows, in the order that readRow reads them.
func (s *Store) selectColumns() string {
	var b strings.Builder
	b.WriteString("t." + s.key)
	for i := range s.fields {
		f := &s.fields[i]
		switch {
		case f.secret:
		case f.null:
			b.WriteString(", t." + f.column + " IS NULL")
		default:
			b.WriteString(", t." + f.column)
		}
	}
	for _, column := range []string{s.cfg.Created, s.cfg.Updated, s.cfg.Version} {
		if column != "" {
			b.WriteString(", t." + s.d.quote(column))
		}
	}
	if s.companion != "" {
		b.WriteString(companionColumns)
	}
	return b.String()
}

func (s *Store) readRow(v []any) (*row, error) {
	r := &row{values: make([]schema.Value, len(s.fields)), comp: companion{extra: s.typ.Object()}}
	var err error
	if r.key, r.id, err = s.cfg.Key.read(v[0]); err != nil {
		return nil, err
	}
	v = v[1:]
	for i := range s.fields {
		f := &s.fields[i]
		if f.secret {
			continue
		}
		if r.values[i], err = s.readField(f, v[0]); err != nil {
			return nil, err
		}
		v = v[1:]
	}
	for _, column := range [...]struct {
		name string
		to   *time.Time
	}{{s.cfg.Created, &r.created}, {s.cfg.Updated, &r.updated}} {
		if column.name == "" {
			continue
		}
		if v[0] != nil {
			t, ok := timeOf(v[0])
			if !ok {
				return nil, fmt.Errorf("sqlstore: %s.%s holds no time", s.cfg.Name, column.name)
			}
			*column.to = t
		}
		v = v[1:]
	}
	if s.cfg.Version != "" {
		n, ok := intOf(v[0])
		if !ok {
			return nil, fmt.Errorf("sqlstore: %s.%s, the version, must be an integer and not null", s.cfg.Name, s.cfg.Version)
		}
		r.counter = strconv.FormatInt(n, 10)
		v = v[1:]
	}
	if s.companion != "" {
		r.comp, err = s.readCompanion(v)
	}
	return r, err
}

func (s *Store) readField(f *field, v any) (schema.Value, error) {
	switch {
	case f.col.Convert != nil:
		out, err := f.col.Convert.From(clone(v))
		if err != nil {
			return out, fmt.Errorf("sqlstore: %s: %w", f.name, err)
		}
		return out, nil
	case f.null:
		b, _ := boolOf(v)
		return schema.Boolean(b), nil
	}
	out, err := s.readAs(f, v)
	if err == nil && f.col.Empty != nil && !out.IsUnassigned() {
		if text, ok := textOf(f.col.Empty); ok && out.Text() == text || out.Text() == fmt.Sprint(f.col.Empty) {
			return schema.Value{}, nil
		}
	}
	return out, err
}

func (s *Store) readAs(f *field, v any) (schema.Value, error) {
	if f.col.AsText && v != nil {
		return s.readText(f.target, v)
	}
	return s.read(f.target, v)
}

// clone returns v as the driver may not change it any more.
func clone(v any) any {
	if b, ok := v.([]byte); ok {
		return append([]byte(nil), b...)
	}
	return v
}

// meta returns the metadata of the resource that r is.
func (s *Store) meta(r *row) schema.Meta {
	m := schema.Meta{ResourceType: s.typ.Name(), Created: r.created, LastModified: r.updated, Version: s.version(r)}
	if m.Created.IsZero() {
		m.Created = r.comp.created
	}
	if r.comp.modified.After(m.LastModified) {
		m.LastModified = r.comp.modified
	}
	if m.LastModified.IsZero() {
		m.LastModified = m.Created
	}
	m.Created, m.LastModified = m.Created.Truncate(time.Millisecond), m.LastModified.Truncate(time.Millisecond)
	return m
}

// version returns the version of the resource that r is: its counter, or what changes with any of its columns.
func (s *Store) version(r *row) scim.Version {
	if s.cfg.Version != "" {
		// A companion counts what is not in the table.
		return scim.Version(r.counter + "." + strconv.FormatInt(r.comp.version, 10))
	}
	h := sha256.New()
	var b []byte
	for i, v := range r.values {
		text := v.Text()
		if k := v.Kind(); k == schema.KindComplex || k == schema.KindList {
			text = v.String()
		}
		b = binary.AppendUvarint(b[:0], uint64(i))
		b = append(b, byte(v.Kind()))
		b = binary.AppendUvarint(b, uint64(len(text)))
		h.Write(append(b, text...))
	}
	b = binary.AppendVarint(b[:0], r.comp.version)
	if !r.updated.IsZero() {
		b = binary.AppendVarint(b, r.updated.UnixNano())
	}
	h.Write(b)
	return scim.Version(strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:10])))
}

// rows returns the rows that exist for the tenant and fulfil a condition.
func (s *Store) rows(ctx context.Context, t tenant, where, end frag) ([]*row, error) {
	return s.rowsAs(ctx, t, allOf(s.visible(t), where), end)
}

// rowsAs returns the rows that fulfil a condition, whether they exist for the tenant or not.
func (s *Store) rowsAs(ctx context.Context, t tenant, where, end frag) ([]*row, error) {
	var out []*row
	err := s.query(ctx, sqlf("SELECT "+s.selected+"%s WHERE %s%s", s.from(t), where, end), func(v []any) error {
		r, err := s.readRow(v)
		out = append(out, r)
		return err
	})
	return out, err
}

// find returns the row of the resource with the given id, or [scim.ErrNotFound].
func (s *Store) find(ctx context.Context, t tenant, id string) (*row, error) {
	key, ok := s.cfg.Key.parse(id)
	if !ok {
		return nil, scim.ErrNotFound
	}
	rows, err := s.rows(ctx, t, sqlf("t."+s.key+" = ?", key), frag{})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		// A collation may take another key for this one.
		if r.id == id {
			return r, nil
		}
	}
	return nil, scim.ErrNotFound
}

// resource returns the resource that r and its parts are.
func (s *Store) resource(r *row, p *parts) *scim.Resource {
	out := &scim.Resource{ID: r.id, ExternalID: r.comp.externalID, Meta: s.meta(r)}
	o := r.comp.extra
	for i := range s.fields {
		f := &s.fields[i]
		switch {
		case f.sel != nil || f.secret:
		case f.common:
			out.ExternalID = r.values[i].Text()
		default:
			// What the companion has from before the attribute was mapped does not count.
			o = o.WithAt(f.path, r.values[i])
		}
	}
	for _, sel := range s.selections {
		o = s.compose(o, sel, r)
	}
	for i, c := range s.children {
		o = o.WithAt(c.path, schema.List(p.children[i]...))
	}
	for i, l := range s.links {
		o = o.WithAt(l.path, p.links[i])
	}
	if s.groups != nil {
		o = o.With(s.groups, p.groups)
	}
	out.Attributes = o
	return out
}

// compose puts the sub-attributes that are in columns into the element that sel selects.
func (s *Store) compose(o schema.Object, sel *selection, r *row) schema.Object {
	any := false
	for _, n := range sel.fields {
		any = any || !r.values[n].IsUnassigned()
	}
	if !any {
		return o
	}
	list := o.At(sel.path)
	elements := make([]schema.Value, 0, list.Len()+1)
	at := -1
	for i, e := range list.Elements() {
		elements = append(elements, e)
		if at < 0 && sel.filter.MatchElement(e) && !sel.has(s, e.Object()) {
			at = i
		}
	}
	element := sel.template
	if at >= 0 {
		element = elements[at].Object()
	}
	for _, n := range sel.fields {
		element = element.With(s.fields[n].path.Sub, r.values[n])
	}
	if at >= 0 {
		elements[at] = schema.Complex(element)
	} else {
		elements = append([]schema.Value{schema.Complex(element)}, elements...)
	}
	return o.WithAt(sel.path, schema.List(elements...))
}

// has reports whether an element has any of the sub-attributes that are in columns.
func (sel *selection) has(s *Store, o schema.Object) bool {
	for _, n := range sel.fields {
		if !o.Value(s.fields[n].path.Sub).IsUnassigned() {
			return true
		}
	}
	return false
}

// decompose is the way back: it returns o without what is in the columns of sel, whose values it puts into values.
func (s *Store) decompose(o schema.Object, sel *selection, values []schema.Value) schema.Object {
	list := o.At(sel.path)
	var rest []schema.Value
	taken := false
	for _, e := range list.Elements() {
		if taken || !sel.filter.MatchElement(e) || !sel.has(s, e.Object()) {
			rest = append(rest, e)
			continue
		}
		taken = true
		left := e.Object()
		for _, n := range sel.fields {
			sub := s.fields[n].path.Sub
			values[n] = left.Value(sub)
			left = left.With(sub, schema.Value{})
		}
		if !schema.Complex(left).Equal(schema.Complex(sel.template)) {
			rest = append(rest, schema.Complex(left))
		}
	}
	if !taken {
		return o
	}
	return o.WithAt(sel.path, schema.List(rest...))
}
