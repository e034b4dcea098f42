package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A link is a multi-valued attribute whose elements are other resources, such as the members of a group.
type link struct {
	path                     schema.Path
	attr                     *schema.Attribute
	value, typ, display, ref *schema.Attribute // all but value may be nil
	tables                   []linkTable
}

// A linkTable is the table of members of one type.
type linkTable struct {
	cfg                   Link
	of                    *Store
	table, owner, element string // as SQL
}

// A member is an element of a link.
type member struct {
	table int // position in link.tables
	key   any
	id    string
	label schema.Value
}

func (s *Store) planMembers(p *filter.Path, m Members) error {
	a := p.Attr.Attribute
	if p.Filter != nil || p.Attr.Sub != nil || !isLinkAttribute(a) {
		return errors.New("Members are for attributes whose elements are other resources, such as members")
	}
	l := &link{path: p.Attr, attr: a, value: a.SubAttribute("value"), typ: a.SubAttribute("type"), display: a.SubAttribute("display"), ref: a.SubAttribute("$ref")}
	var errs []error
	if len(m) == 0 {
		errs = append(errs, errors.New("Members: there is no Link"))
	}
	for _, c := range m {
		for _, name := range []string{c.Table, c.Owner, c.Element} {
			if err := checkName(name); err != nil {
				errs = append(errs, fmt.Errorf("Members: %w", err))
			}
		}
		for _, name := range []string{c.Display, c.Scope} {
			if name == "" {
				continue
			}
			if err := checkName(name); err != nil {
				errs = append(errs, fmt.Errorf("Members: %w", err))
			}
		}
		if c.Scope != "" && s.cfg.Scope.kind == scopeNone {
			errs = append(errs, errors.New("Members: Scope: the table has NoScope"))
		}
		of := c.Of
		if of == nil {
			of = s
		}
		if of.db != s.db {
			errs = append(errs, errors.New("Members: Of is a store over another database"))
		}
		for _, other := range l.tables {
			if other.of == of || other.of.typ.Name() == of.typ.Name() {
				errs = append(errs, fmt.Errorf("Members: there are two tables for members of type %s", of.typ.Name()))
			}
		}
		l.tables = append(l.tables, linkTable{cfg: c, of: of, table: s.d.quote(c.Table), owner: s.d.quote(c.Owner), element: s.d.quote(c.Element)})
	}
	s.links = append(s.links, l)
	return errors.Join(errs...)
}

// own returns the condition for rows l of the table that belong to the tenant.
func (lt *linkTable) own(t tenant) frag {
	if lt.cfg.Scope == "" {
		return always
	}
	return sqlf("l."+lt.of.d.quote(lt.cfg.Scope)+" = ?", t.value)
}

// element returns the value of the attribute that a member is.
func (s *Store) element(l *link, m member) schema.Value {
	o := l.attr.Object().With(l.value, schema.String(m.id))
	if l.typ != nil {
		o = o.With(l.typ, schema.String(l.tables[m.table].of.typ.Name()))
	}
	if l.display != nil {
		o = o.With(l.display, m.label)
	}
	return schema.Complex(o)
}

// A labeller reads the names of resources for display: displayName, or else userName.
type labeller struct {
	s       *Store
	columns string // after others of a query
	fields  []*field
	extra   []schema.Path // where the companion has what is not mapped
}

// labels returns what reads the names of the resources of s; display is a column that has them.
func (s *Store) labels(display string) labeller {
	l := labeller{s: s}
	if display != "" {
		l.columns = ", t." + s.d.quote(display)
		l.fields = []*field{nil}
		return l
	}
	for _, name := range []string{"displayName", "userName"} {
		a := s.typ.Attribute(name)
		if a == nil || a.Type != schema.TypeString || a.MultiValued {
			continue
		}
		if f := s.fieldAt(a.Path()); f != nil {
			l.columns += ", t." + f.column
			l.fields = append(l.fields, f)
		} else if s.companion != "" {
			l.columns += ", c.extra"
			l.fields = append(l.fields, nil)
		} else {
			continue
		}
		l.extra = append(l.extra, a.Path())
	}
	return l
}

// read returns the name that the columns have, or the zero Value.
func (l *labeller) read(v []any) (schema.Value, error) {
	for i, f := range l.fields {
		switch {
		case f != nil:
			value, err := l.s.readField(f, v[i])
			if err != nil || !value.IsUnassigned() {
				return value, err
			}
		case l.extra == nil:
			if text, ok := textOf(v[i]); ok && text != "" {
				return schema.String(text), nil
			}
		default:
			text, _ := textOf(v[i])
			if text == "" {
				continue
			}
			o, err := l.s.typ.ReadObject([]byte(text), maxExtraDepth)
			if err != nil {
				return schema.Value{}, err
			}
			if value := o.At(l.extra[i]); !value.IsUnassigned() {
				return value, nil
			}
		}
	}
	return schema.Value{}, nil
}

// readMembers calls fn with the owner and each member of one table of l that fulfils a condition on l, and exists for the
// tenant.
func (s *Store) readMembers(ctx context.Context, t tenant, l *link, n int, where, end frag, fn func(owner string, m member)) error {
	lt := &l.tables[n]
	of := lt.of
	inner, err := of.tenant(ctx)
	if err != nil {
		return err
	}
	names := of.labels(lt.cfg.Display)
	if l.display == nil {
		names = labeller{s: of}
	}
	if end.text == "" {
		end.text = " ORDER BY l." + lt.owner + ", l." + lt.element
	}
	f := sqlf("SELECT l."+lt.owner+", t."+of.key+names.columns+"%s JOIN "+lt.table+" l ON l."+lt.element+" = t."+of.key+" WHERE %s AND %s AND %s%s",
		of.from(inner), where, lt.own(t), of.visible(inner), end)
	return s.query(ctx, f, func(v []any) error {
		owner, _, err := s.cfg.Key.read(v[0])
		if err != nil {
			return err
		}
		m := member{table: n}
		if m.key, m.id, err = of.cfg.Key.read(v[1]); err != nil {
			return err
		}
		if m.label, err = names.read(v[2:]); err != nil {
			return err
		}
		fn(keyText(owner), m)
		return nil
	})
}

// streamed is how many members are read at a time, and how many make a stream.
const streamed = 1000

// memberList returns the members of one resource, as a stream if they are many: then the rest is read while the response is
// written, a number at a time, and no rows are held open for a slow client.
func (s *Store) memberList(ctx, later context.Context, t tenant, l *link, owner any) (schema.Value, error) {
	first, last, n, err := s.someMembers(ctx, t, l, owner, 0, nil)
	if err != nil || len(first) < streamed {
		return schema.List(first...), err
	}
	return schema.Stream(func(yield func(schema.Value, error) bool) {
		for len(first) > 0 {
			for _, e := range first {
				if !yield(e, nil) {
					return
				}
			}
			if first, last, n, err = s.someMembers(later, t, l, owner, n, last); err != nil {
				yield(schema.Value{}, err)
				return
			}
		}
	}), nil
}

// someMembers returns members of owner that come after the one with the key last in table n, and where to go on.
func (s *Store) someMembers(ctx context.Context, t tenant, l *link, owner any, n int, last any) ([]schema.Value, any, int, error) {
	var out []schema.Value
	for n < len(l.tables) {
		lt := &l.tables[n]
		where := sqlf("l."+lt.owner+" = ?", owner)
		if last != nil {
			where = sqlf("%s AND l."+lt.element+" > ?", where, last)
		}
		limit := streamed - len(out)
		count := 0
		err := s.readMembers(ctx, t, l, n, where, sqlf(" ORDER BY l."+lt.element+" LIMIT ?", limit), func(_ string, m member) {
			out, last = append(out, s.element(l, m)), m.key
			count++
		})
		if err != nil {
			return nil, nil, 0, err
		}
		if count == limit {
			return out, last, n, nil
		}
		n, last = n+1, nil
	}
	return out, last, n, nil
}

// unknown is the error for an element that is no resource of the tenant.
func (l *link) unknown(id string) error {
	var kinds []string
	for _, lt := range l.tables {
		kinds = append(kinds, strings.ToLower(lt.of.typ.Name()))
	}
	kind := strings.Join(kinds, " or ")
	if id == "" {
		return scim.Errorf(scim.ErrInvalidValue, "%s: an element has no value: it must be the id of a %s.", l.path, kind)
	}
	return scim.Errorf(scim.ErrInvalidValue, "%s: there is no %s with id %q in this tenant: create it first, or leave it out.", l.path, kind, id)
}

// A linkChange is what a write does to one link: all members go, those in remove go, those in add come, in this order.
type linkChange struct {
	link        int
	clear       bool
	remove, add []string
}

// relink carries out c for the resource with the key owner, and returns the members that really went and came. Except for
// clear, the number of statements and what they read does not depend on how many members there are.
func (s *Store) relink(ctx context.Context, t tenant, owner any, c linkChange) (removed, added []member, err error) {
	l := s.links[c.link]
	wanted := map[string]bool{}
	for _, id := range c.add {
		wanted[id] = true
	}
	left := wanted
	for n := range l.tables {
		var came, went []member
		if went, came, left, err = s.relinkTable(ctx, t, owner, l, n, c, wanted, left); err != nil {
			return nil, nil, err
		}
		removed, added = append(removed, went...), append(added, came...)
	}
	if len(left) > 0 && !s.cfg.SkipUnknownMembers {
		for _, id := range c.add {
			if left[id] {
				return nil, nil, l.unknown(id)
			}
		}
	}
	return removed, added, nil
}

// relinkTable does what relink does, for one table. wanted are the ids that stay or come, unknown those among them that no
// table before knows; it returns those that are left.
func (s *Store) relinkTable(ctx context.Context, t tenant, owner any, l *link, n int, c linkChange, wanted, unknown map[string]bool) (removed, added []member, left map[string]bool, err error) {
	lt := &l.tables[n]
	mine := sqlf("l."+lt.owner+" = ?", owner)
	if c.clear {
		if err := s.readMembers(ctx, t, l, n, mine, frag{}, func(_ string, m member) {
			if !wanted[m.id] {
				removed = append(removed, m)
			}
		}); err != nil {
			return nil, nil, nil, err
		}
	}
	var keys []any
	for _, id := range c.remove {
		if key, ok := lt.of.cfg.Key.parse(id); ok && !wanted[id] && !c.clear {
			keys = append(keys, key)
		}
	}
	for start := 0; start < len(keys); start += chunk {
		some := in("l."+lt.element, keys[start:min(start+chunk, len(keys))])
		if err := s.readMembers(ctx, t, l, n, sqlf("%s AND %s", mine, some), frag{}, func(_ string, m member) { removed = append(removed, m) }); err != nil {
			return nil, nil, nil, err
		}
	}
	for start := 0; start < len(removed); start += chunk {
		var some []any
		for _, m := range removed[start:min(start+chunk, len(removed))] {
			some = append(some, m.key)
		}
		f := sqlf("%s AND %s AND %s", mine, lt.own(t), in("l."+lt.element, some))
		if _, err := s.exec(ctx, frag{"DELETE FROM " + lt.table + " WHERE " + withoutAlias(f.text, "l."), f.args}); err != nil {
			return nil, nil, nil, err
		}
	}
	left = map[string]bool{}
	keys = keys[:0]
	for id := range unknown {
		if key, ok := lt.of.cfg.Key.parse(id); ok {
			keys = append(keys, key)
		}
		left[id] = true
	}
	for start := 0; start < len(keys); start += chunk {
		came, err := s.addMembers(ctx, t, owner, l, n, keys[start:min(start+chunk, len(keys))], left)
		if err != nil {
			return nil, nil, nil, err
		}
		added = append(added, came...)
	}
	return removed, added, left, nil
}

// addMembers adds those of the resources with the given keys that exist and are not there, and returns them. It takes those
// that exist out of left.
func (s *Store) addMembers(ctx context.Context, t tenant, owner any, l *link, n int, keys []any, left map[string]bool) ([]member, error) {
	lt := &l.tables[n]
	of := lt.of
	inner, err := of.tenant(ctx)
	if err != nil {
		return nil, err
	}
	names := of.labels(lt.cfg.Display)
	var found []member
	var there []bool
	// That rows are still there when the statement after this one adds them is up to the foreign key, if there is one.
	f := sqlf("SELECT t."+of.key+", EXISTS (SELECT 1 FROM "+lt.table+" l WHERE l."+lt.owner+" = ? AND l."+lt.element+" = t."+of.key+" AND %s)"+names.columns+"%s WHERE %s AND %s",
		owner, lt.own(t), of.from(inner), in("t."+of.key, keys), of.visible(inner))
	if err := s.query(ctx, f, func(v []any) error {
		m := member{table: n}
		var err error
		if m.key, m.id, err = of.cfg.Key.read(v[0]); err != nil {
			return err
		}
		if m.label, err = names.read(v[2:]); err != nil {
			return err
		}
		exists, _ := boolOf(v[1])
		found, there = append(found, m), append(there, exists)
		return nil
	}); err != nil {
		return nil, err
	}
	var added []member
	var tuples []frag
	for i, m := range found {
		if !left[m.id] {
			// A collation has found another key.
			continue
		}
		delete(left, m.id)
		if there[i] {
			continue
		}
		added = append(added, m)
		if lt.cfg.Scope == "" {
			tuples = append(tuples, sqlf("(?, ?)", owner, m.key))
		} else {
			tuples = append(tuples, sqlf("(?, ?, ?)", owner, m.key, t.value))
		}
	}
	columns := []string{lt.owner, lt.element}
	if lt.cfg.Scope != "" {
		columns = append(columns, s.d.quote(lt.cfg.Scope))
	}
	for start := 0; start < len(tuples); start += chunk / 4 {
		some := tuples[start:min(start+chunk/4, len(tuples))]
		if _, err := s.exec(ctx, sqlf("INSERT INTO "+lt.table+" ("+list(columns)+") VALUES %s"+s.d.orIgnore(lt.table, lt.owner), joined(", ", some))); err != nil {
			return nil, err
		}
	}
	return added, nil
}
