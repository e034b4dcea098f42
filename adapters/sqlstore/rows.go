package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A child is a multi-valued attribute that is kept in a table with a row per element.
type child struct {
	path     schema.Path
	attr     *schema.Attribute
	cfg      Rows
	table    string // as SQL, as the following are
	owner    string
	selected string
	fields   []field // target is the sub-attribute, or attr itself if it is simple
	fixed    []string
	order    string
}

func (s *Store) planRows(p *filter.Path, m Rows) error {
	a := p.Attr.Attribute
	if !a.MultiValued || p.Filter != nil || p.Attr.Sub != nil {
		return errors.New("Rows are for multi-valued attributes as a whole")
	}
	var errs []error
	for _, name := range []string{m.Table, m.Owner} {
		if err := checkName(name); err != nil {
			errs = append(errs, fmt.Errorf("Rows: %w", err))
		}
	}
	c := &child{path: p.Attr, attr: a, cfg: m, table: s.d.quote(m.Table), owner: s.d.quote(m.Owner)}
	c.selected = "e." + c.owner
	taken := map[string]string{m.Owner: "Owner"}
	take := func(column, purpose string) {
		if other := taken[column]; other != "" {
			errs = append(errs, fmt.Errorf("Rows: %s and %s are both column %s", other, purpose, column))
		}
		taken[column] = purpose
	}
	for _, name := range slices.Sorted(maps.Keys(m.Columns)) {
		sub, col := a.SubAttribute(name), m.Columns[name]
		if a.Type != schema.TypeComplex && name == "value" {
			sub = a
		}
		switch {
		case sub == nil:
			errs = append(errs, fmt.Errorf("Rows: %s has no sub-attribute %s", a, name))
			continue
		case col.ReadOnly || col.Empty != nil || col.Default != nil:
			errs = append(errs, fmt.Errorf("Rows: %s: ReadOnly, Empty and Default are not for columns of rows", name))
		case sub.Mutability == schema.WriteOnly || sub.Type == schema.TypeComplex && col.Convert == nil:
			errs = append(errs, fmt.Errorf("Rows: %s can't be kept in a column", name))
		case col.Convert != nil && (col.Convert.To == nil || col.Convert.From == nil):
			errs = append(errs, fmt.Errorf("Rows: %s: Convert needs both To and From", name))
		}
		for _, column := range []string{col.Name, col.Folded} {
			if column == "" && column != col.Name {
				continue
			}
			if err := checkName(column); err != nil {
				errs = append(errs, fmt.Errorf("Rows: %s: %w", name, err))
			}
			take(column, name)
		}
		c.fields = append(c.fields, field{name: a.Name + "." + name, target: sub, col: col, column: s.d.quote(col.Name)})
		c.selected += ", e." + s.d.quote(col.Name)
	}
	if len(c.fields) == 0 {
		errs = append(errs, errors.New("Rows: Columns is empty"))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fixed)) {
		if err := checkName(name); err != nil {
			errs = append(errs, fmt.Errorf("Rows: Fixed: %w", err))
		}
		take(name, "Fixed")
		c.fixed = append(c.fixed, name)
	}
	if m.Order != "" {
		if err := checkName(m.Order); err != nil {
			errs = append(errs, fmt.Errorf("Rows: Order: %w", err))
		}
		c.order = ", e." + s.d.quote(m.Order)
	} else {
		for i := range c.fields {
			// The value first.
			if column := ", e." + c.fields[i].column; c.fields[i].target.Name == "value" {
				c.order = column + c.order
			} else {
				c.order += column
			}
		}
	}
	if m.Scope != "" {
		if err := checkName(m.Scope); err != nil {
			errs = append(errs, fmt.Errorf("Rows: Scope: %w", err))
		}
		take(m.Scope, "Scope")
		if s.cfg.Scope.kind == scopeNone {
			errs = append(errs, errors.New("Rows: Scope: the table has NoScope"))
		}
	}
	s.children = append(s.children, c)
	return errors.Join(errs...)
}

// own returns the condition for rows of e that are elements of the attribute, whatever their owner.
func (c *child) own(s *Store, t tenant) frag {
	var parts []frag
	for _, name := range c.fixed {
		parts = append(parts, sqlf("e."+s.d.quote(name)+" = ?", c.cfg.Fixed[name]))
	}
	if c.cfg.Scope != "" {
		parts = append(parts, sqlf("e."+s.d.quote(c.cfg.Scope)+" = ?", t.value))
	}
	if len(parts) == 0 {
		return always
	}
	return joined(" AND ", parts)
}

// readChildren calls fn with each element of the resources with the given keys.
func (s *Store) readChildren(ctx context.Context, t tenant, c *child, keys []any, fn func(key string, v schema.Value)) error {
	f := sqlf("SELECT "+c.selected+" FROM "+c.table+" e WHERE %s AND %s ORDER BY e."+c.owner+c.order, in("e."+c.owner, keys), c.own(s, t))
	return s.query(ctx, f, func(v []any) error {
		key, _, err := s.cfg.Key.read(v[0])
		if err != nil {
			return err
		}
		element, err := s.readElement(c, v[1:])
		if err != nil || element.IsUnassigned() {
			return err
		}
		fn(keyText(key), element)
		return nil
	})
}

func (s *Store) readElement(c *child, v []any) (schema.Value, error) {
	if c.attr.Type != schema.TypeComplex {
		return s.readField(&c.fields[0], v[0])
	}
	o := c.attr.Object()
	for i := range c.fields {
		value, err := s.readField(&c.fields[i], v[i])
		if err != nil {
			return value, err
		}
		o = o.With(c.fields[i].target, value)
	}
	return schema.ComplexOrNone(o), nil
}

// cells returns what the columns of an element have, and the names of the columns.
func (s *Store) cells(c *child, v schema.Value) (columns []string, args []any, err error) {
	for i := range c.fields {
		f := &c.fields[i]
		part := v
		if f.target != c.attr {
			part = v.Object().Value(f.target)
		}
		arg, err := s.fieldArg(f, part)
		if err != nil {
			return nil, nil, err
		}
		columns, args = append(columns, f.column), append(args, arg)
	}
	return columns, args, nil
}

// checkElements reports elements with sub-attributes that have no column.
func (s *Store) checkElements(c *child, list schema.Value) error {
	if c.attr.Type != schema.TypeComplex {
		return nil
	}
	for _, e := range list.Elements() {
		for sub, v := range e.Object().All() {
			if v.IsUnassigned() || slices.ContainsFunc(c.fields, func(f field) bool { return f.target == sub }) {
				continue
			}
			return scim.Errorf(scim.ErrInvalidValue, "%s can't be kept by this service: leave it out.", sub)
		}
	}
	return nil
}

// changeChildren brings the rows of a resource from the elements old to next, and reports whether that changed any. Rows of
// elements that stay are left alone, with all else that they have.
func (s *Store) changeChildren(ctx context.Context, t tenant, c *child, key any, old, next []schema.Value) (bool, error) {
	gone, come := difference(old, next), difference(next, old)
	for _, e := range gone {
		columns, args, err := s.cells(c, e)
		if err != nil {
			return false, err
		}
		conds := []frag{sqlf("e."+c.owner+" = ?", key), c.own(s, t)}
		for i, column := range columns {
			x := "e." + column
			if _, ok := args[i].(string); ok && s.d == MySQL {
				// Another element may differ in letter case alone.
				x = s.d.exact(x)
			}
			conds = append(conds, sqlf(x+s.d.same()+"?", args[i]))
		}
		// Only MySQL and SQLite differ in where an alias of DELETE may stand, so there is none.
		f := joined(" AND ", conds)
		f.text = "DELETE FROM " + c.table + " WHERE " + withoutAlias(f.text, "e.")
		if _, err := s.exec(ctx, f); err != nil {
			return false, err
		}
	}
	return len(gone)+len(come) > 0, s.insertChildren(ctx, t, c, key, come)
}

// insertChildren adds rows for elements, in one statement.
func (s *Store) insertChildren(ctx context.Context, t tenant, c *child, key any, elements []schema.Value) error {
	for len(elements) > 0 {
		some := elements[:min(len(elements), chunk/(len(c.fields)*2+len(c.fixed)+2))]
		elements = elements[len(some):]
		var tuples []frag
		var names []string
		for _, e := range some {
			columns, args, err := s.cells(c, e)
			if err != nil {
				return err
			}
			columns, args = append(columns, c.owner), append(args, key)
			for i := range c.fields {
				if f := &c.fields[i]; f.col.Folded != "" {
					columns, args = append(columns, s.d.quote(f.col.Folded)), append(args, folded(args[i]))
				}
			}
			for _, name := range c.fixed {
				columns, args = append(columns, s.d.quote(name)), append(args, c.cfg.Fixed[name])
			}
			if c.cfg.Scope != "" {
				columns, args = append(columns, s.d.quote(c.cfg.Scope)), append(args, t.value)
			}
			names = columns
			tuples = append(tuples, frag{text: "(" + marks(len(args)) + ")", args: args})
		}
		if _, err := s.exec(ctx, sqlf("INSERT INTO "+c.table+" ("+list(names)+") VALUES %s", joined(", ", tuples))); err != nil {
			return err
		}
	}
	return nil
}

// difference returns the elements of a that b does not have as they are.
func difference(a, b []schema.Value) []schema.Value {
	var out []schema.Value
	for _, v := range a {
		if !slices.ContainsFunc(b, v.Equal) {
			out = append(out, v)
		}
	}
	return out
}

// folded returns what the column Folded has for the value of another.
func folded(arg any) any {
	if text, ok := arg.(string); ok {
		return schema.Fold(text)
	}
	return nil
}
