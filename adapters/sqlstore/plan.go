package sqlstore

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A field is an attribute that is kept in a column of the table.
type field struct {
	name   string // the path as it is configured, in canonical notation
	path   schema.Path
	target *schema.Attribute
	sel    *selection // the element that it is part of, or nil
	col    Column
	null   bool   // the value is whether the column is null
	column string // as SQL, without the table
	common bool   // it is externalId
	secret bool   // it is written and never read
	unique bool
}

// A selection is an element of a multi-valued attribute of which some sub-attributes are in columns.
type selection struct {
	path     schema.Path // of the multi-valued attribute
	attr     *schema.Attribute
	filter   *filter.Checked
	template schema.Object // what the filter asks for
	fields   []int         // positions in Store.fields
}

// plan resolves the configuration of s against its type. It reports every mistake.
func (s *Store) plan() error {
	var errs []error
	fail := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	c := &s.cfg
	if err := checkName(c.Name); err != nil {
		fail(fmt.Errorf("the Name of the table: %w", err))
	}
	fail(c.Key.check())
	fail(c.Scope.check())
	for _, n := range [...]struct{ field, name string }{
		{"Companion", c.Companion}, {"Version", c.Version}, {"Created", c.Created}, {"Updated", c.Updated}, {"Delete", c.Delete.column},
	} {
		if n.name == "" {
			continue
		}
		if err := checkName(n.name); err != nil {
			fail(fmt.Errorf("%s: %w", n.field, err))
		}
	}
	columns := map[string]string{}
	// take notes that a column is written to for one purpose.
	take := func(column, purpose string) {
		if other := columns[column]; other != "" {
			fail(fmt.Errorf("%s and %s are both written to column %s: map one of them, or make it ReadOnly", other, purpose, column))
		}
		columns[column] = purpose
		fail(s.checkWriter(column))
	}
	if c.Key.Column != "" {
		take(c.Key.Column, "Key")
	}
	if c.Scope.kind == scopeColumn {
		take(c.Scope.column, "Scope")
	}
	for _, n := range [...]struct{ purpose, column string }{
		{"Version", c.Version}, {"Created", c.Created}, {"Updated", c.Updated}, {"Delete", c.Delete.column},
	} {
		if n.column != "" {
			take(n.column, n.purpose)
		}
	}
	seen := map[string]string{}
	for _, text := range slices.Sorted(maps.Keys(c.Attributes)) {
		if err := s.planAttribute(text, c.Attributes[text], seen, take); err != nil {
			fail(fmt.Errorf("Attributes: %s: %w", text, err))
		}
	}
	fail(s.planOverlaps())
	fail(s.planRest())
	return errors.Join(errs...)
}

// planAttribute resolves one mapping.
func (s *Store) planAttribute(text string, m Mapping, seen map[string]string, take func(column, purpose string)) error {
	p, err := filter.ParsePath(s.typ, text)
	if err != nil {
		return err
	}
	name := p.String()
	if other, ok := seen[name]; ok {
		return fmt.Errorf("is mapped twice, as %s too", other)
	}
	seen[name] = text
	switch m := m.(type) {
	case Column:
		return s.planColumn(name, p, m, take)
	case Null:
		if p.Target().Type != schema.TypeBoolean || p.Target().MultiValued {
			return errors.New("IsNull is for boolean attributes")
		}
		f := field{name: name, col: Column{Name: m.column}, null: true}
		return s.addField(f, p, take)
	case Rows:
		return s.planRows(p, m)
	case Members:
		return s.planMembers(p, m)
	}
	return fmt.Errorf("%T is no mapping: use Column, IsNull, Rows or Members", m)
}

func (s *Store) planColumn(name string, p *filter.Path, col Column, take func(column, purpose string)) error {
	a := p.Target()
	inList := p.Filter == nil && p.Attr.Sub != nil && p.Attr.Attribute.MultiValued
	switch {
	case inList:
		return fmt.Errorf("has several values: select one, as in %s[type eq \"work\"].%s, or map %s to Rows", p.Attr.Attribute.Name, a.Name, p.Attr.Attribute.Name)
	case p.Filter != nil && p.Sub == nil:
		return errors.New("selects elements as a whole: name a sub-attribute after the brackets")
	case col.Convert == nil && a.MultiValued && (p.Filter == nil || p.Sub.MultiValued):
		return errors.New("has several values: map it to Rows, or give the column a Convert")
	case col.Convert == nil && a.Type == schema.TypeComplex:
		return errors.New("is complex: map its sub-attributes, or give the column a Convert")
	}
	secret := a.Mutability == schema.WriteOnly
	switch {
	case secret && col.Convert == nil:
		return errors.New("is writeOnly, and a secret must not be kept as it is: give the column a Convert, or use Table.WriteOnly")
	case col.Convert != nil && (col.Convert.To == nil && !col.ReadOnly || col.Convert.From == nil && !secret):
		return errors.New("Convert needs both To and From")
	case col.Folded != "" && (a.Type != schema.TypeString || a.Exact() || col.Convert != nil):
		return errors.New("a column Folded is for strings that are not case exact")
	case col.Default != nil && (col.Empty != nil || secret || col.ReadOnly):
		return errors.New("a Default is not for columns with Empty, writeOnly attributes or ReadOnly columns")
	case a.Mutability == schema.ReadOnly && !col.ReadOnly:
		return errors.New("is readOnly: no client can write it, so say that the column is ReadOnly")
	}
	return s.addField(field{name: name, col: col, secret: secret}, p, take)
}

func (s *Store) addField(f field, p *filter.Path, take func(column, purpose string)) error {
	for _, column := range []string{f.col.Name, f.col.Folded} {
		if column == "" && column != f.col.Name {
			continue
		}
		if err := checkName(column); err != nil {
			return err
		}
		if !f.col.ReadOnly {
			take(column, f.name)
		}
	}
	f.path, f.target = p.Attr, p.Target()
	f.column = s.d.quote(f.col.Name)
	if a := p.Attr.Attribute; a != nil && a.IsCommon() {
		if a.Name != "externalId" {
			return errors.New("is not for Attributes: see Key, Version, Created and Updated")
		}
		f.common = true
	}
	f.unique = f.target.Uniqueness != schema.UniqueNone && p.Filter == nil && f.target.Type == schema.TypeString && f.col.Convert == nil && !f.col.ReadOnly
	if p.Filter != nil {
		sel, err := s.selection(p)
		if err != nil {
			return err
		}
		f.sel = sel
		f.path.Sub = p.Sub
		sel.fields = append(sel.fields, len(s.fields))
	}
	s.fields = append(s.fields, f)
	return nil
}

// selection returns the selection for the path of one of its fields.
func (s *Store) selection(p *filter.Path) (*selection, error) {
	for _, sel := range s.selections {
		if sel.path == p.Attr && sel.filter.String() == p.Filter.String() {
			return sel, nil
		}
	}
	sel := &selection{path: p.Attr, attr: p.Attr.Attribute, filter: p.Filter, template: p.Attr.Attribute.Object()}
	if !sel.ask(p.Filter.Expr()) {
		return nil, errors.New("the filter in brackets must be comparisons with eq, joined by and, so that an element can be made from it")
	}
	s.selections = append(s.selections, sel)
	return sel, nil
}

// ask puts into the template what x asks for, and reports whether that is all.
func (sel *selection) ask(x filter.Expr) bool {
	switch x := x.(type) {
	case *filter.Logical:
		return x.Op == filter.And && sel.ask(x.Left) && sel.ask(x.Right)
	case *filter.Comparison:
		if x.Op != filter.Equal || x.Operand.IsUnassigned() || x.Path.Attribute == sel.attr {
			return false
		}
		sel.template = sel.template.With(x.Path.Attribute, x.Operand)
		return true
	}
	return false
}

// planOverlaps reports attributes of which a part is mapped elsewhere.
func (s *Store) planOverlaps() error {
	var errs []error
	type place struct {
		path schema.Path
		name string
		sel  *selection
	}
	var places []place
	for _, f := range s.fields {
		p := place{f.path, f.name, f.sel}
		places = append(places, p)
	}
	for _, c := range s.children {
		places = append(places, place{c.path, c.attr.String(), nil})
	}
	for _, l := range s.links {
		places = append(places, place{l.path, l.attr.String(), nil})
	}
	for i, p := range places {
		for j, q := range places {
			if i == j || !p.path.Contains(q.path) || p.sel != nil {
				continue
			}
			if p.path == q.path && j < i {
				continue
			}
			errs = append(errs, fmt.Errorf("Attributes: %s is part of %s, which is mapped as a whole", q.name, p.name))
		}
	}
	for _, sel := range s.selections {
		for _, n := range sel.fields {
			if !sel.template.Value(s.fields[n].path.Sub).IsUnassigned() {
				errs = append(errs, fmt.Errorf("Attributes: %s: the sub-attribute is what the filter selects by", s.fields[n].name))
			}
		}
	}
	return errors.Join(errs...)
}

// planRest checks what takes more than one part of the configuration.
func (s *Store) planRest() error {
	var errs []error
	c := &s.cfg
	if c.Version == "" && c.Companion == "" && len(s.children)+len(s.links) > 0 {
		errs = append(errs, errors.New("the column Version is missing: without a companion or a column that counts changes, a change to another table would not change the version"))
	}
	for i := range s.fields {
		f := &s.fields[i]
		if f.name == "active" {
			s.active = i
		}
		if f.unique {
			s.uniques = append(s.uniques, i)
		}
	}
	if len(s.uniques) > 0 {
		s.unique = s.uniques[0]
	}
	if c.Delete.kind == deleteDisable && (c.Companion == "" || s.active < 0) {
		errs = append(errs, errors.New("Delete: DisableAccount needs a Companion, and a mapping for active"))
	}
	if c.Delete.revive && s.unique < 0 {
		errs = append(errs, errors.New("Delete: bringing rows back takes a unique attribute in a column, such as userName, to know them by"))
	}
	if c.Delete.kind != deleteRow && c.Scope.kind == scopeTable {
		errs = append(errs, errors.New("Delete: rows that tenants share are neither marked nor disabled: deleting ends the membership"))
	}
	if c.Link != nil && (c.Scope.kind != scopeTable || s.unique < 0) {
		errs = append(errs, errors.New("Link is for ScopeMembership, and takes a unique attribute in a column, such as userName"))
	}
	var look func(attrs []*schema.Attribute)
	look = func(attrs []*schema.Attribute) {
		for _, a := range attrs {
			if a.Uniqueness != schema.UniqueNone && !a.IsCommon() && s.fieldAt(a.Path()) == nil {
				errs = append(errs, fmt.Errorf("Attributes: %s is unique, and needs a column to be so", a))
			}
			if a.IsExtension() {
				look(a.SubAttributes)
			}
		}
	}
	look(s.typ.Attributes())
	for _, a := range s.typ.Attributes() {
		if isLinkAttribute(a) && !slices.ContainsFunc(s.links, func(l *link) bool { return l.attr == a }) && c.Companion != "" && !c.RefuseUnmapped {
			errs = append(errs, fmt.Errorf("Attributes: %s refers to other resources, and needs Members", a))
		}
		if a.IsCommon() || a.Mutability != schema.ReadOnly || !a.MultiValued {
			continue
		}
		if strings.EqualFold(a.Name, "groups") && a.SubAttribute("value") != nil {
			s.groups = a
		}
	}
	return errors.Join(errs...)
}

// fieldAt returns the field for a path, or nil.
func (s *Store) fieldAt(p schema.Path) *field {
	for i := range s.fields {
		if f := &s.fields[i]; f.path == p && f.sel == nil {
			return f
		}
	}
	return nil
}

// isLinkAttribute reports whether the elements of a are other resources, as members are.
func isLinkAttribute(a *schema.Attribute) bool {
	if !a.MultiValued || a.Mutability == schema.ReadOnly {
		return false
	}
	value, ref := a.SubAttribute("value"), a.SubAttribute("$ref")
	if value == nil || ref == nil || value.Mutability != schema.Immutable {
		return false
	}
	return slices.ContainsFunc(ref.ReferenceTypes, func(t string) bool { return t != "external" && t != "uri" })
}
