package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// create makes a row for d, or takes one that the policies say to bring back or to link, and returns its key.
func (s *Store) create(ctx context.Context, t tenant, r *scim.Resource, d *draft) (any, error) {
	if err := s.claim(ctx, t, nil, d); err != nil {
		return nil, err
	}
	if s.unique >= 0 && !d.values[s.unique].IsUnassigned() {
		old, err := s.former(ctx, t, d.values[s.unique])
		if err != nil {
			return nil, err
		}
		if old != nil {
			return old.key, s.take(ctx, t, old, d)
		}
	}
	key, err := s.insert(ctx, t, r, d)
	if err != nil {
		return nil, err
	}
	if s.cfg.Scope.kind == scopeTable {
		if err := s.join(ctx, t, key); err != nil {
			return nil, err
		}
	}
	now := s.now()
	c := companion{externalID: d.externalID, created: now, modified: now, extra: d.extra}
	if s.unique >= 0 {
		c.unique = foldedKey(d.values[s.unique])
	}
	if err := s.saveCompanion(ctx, t, key, companion{}, c); err != nil {
		return nil, err
	}
	_, id, err := s.cfg.Key.read(key)
	if err != nil {
		return nil, err
	}
	_, _, err = s.putElsewhere(ctx, t, key, id, make([][]schema.Value, len(s.children)), d)
	return key, err
}

// insert adds the row itself and returns its key.
func (s *Store) insert(ctx context.Context, t tenant, r *scim.Resource, d *draft) (any, error) {
	columns, args, err := s.assignments(nil, d)
	if err != nil {
		return nil, err
	}
	now := s.now()
	add := func(name string, v any) { columns, args = append(columns, s.d.quote(name)), append(args, v) }
	if s.cfg.Scope.kind == scopeColumn {
		add(s.cfg.Scope.column, t.value)
	}
	for _, name := range []string{s.cfg.Created, s.cfg.Updated} {
		if name != "" {
			add(name, s.d.timeArg(now))
		}
	}
	if s.cfg.Version != "" {
		add(s.cfg.Version, int64(1))
	}
	if s.cfg.Insert != nil {
		more, err := s.cfg.Insert(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(more)) {
			if err := checkName(name); err != nil {
				return nil, fmt.Errorf("sqlstore: Table.Insert: %w", err)
			}
			add(name, more[name])
		}
	}
	var key any
	if s.cfg.Key.Kind != KeyInteger {
		key = s.cfg.NewID()
		if _, ok := s.cfg.Key.parse(s.cfg.Key.Prefix + keyText(key)); !ok {
			return nil, fmt.Errorf("sqlstore: Table.NewID returned what is no key of %s", s.cfg.Key.Kind)
		}
		add(s.cfg.Key.Column, key)
	}
	if s.cfg.Writer != nil {
		return s.insertByWriter(ctx, columns, args)
	}
	f := frag{text: "INSERT INTO " + s.table + " (" + list(columns) + ") VALUES (" + marks(len(args)) + ")", args: args}
	if len(columns) == 0 {
		f.text = "INSERT INTO " + s.table + " DEFAULT VALUES"
		if s.d == MySQL {
			f.text = "INSERT INTO " + s.table + " () VALUES ()"
		}
	}
	if key != nil {
		_, err := s.exec(ctx, f)
		return key, err
	}
	if s.d == MySQL {
		res, err := s.conn(ctx).ExecContext(ctx, f.text, f.args...)
		if err != nil {
			return nil, err
		}
		return res.LastInsertId()
	}
	f.text += " RETURNING " + s.key
	err = s.query(ctx, f, func(v []any) (err error) {
		key, _, err = s.cfg.Key.read(v[0])
		return err
	})
	return key, err
}

// join makes the row with the given key one of the tenant's.
func (s *Store) join(ctx context.Context, t tenant, key any) error {
	c := &s.cfg.Scope
	_, err := s.exec(ctx, sqlf("INSERT INTO "+s.d.quote(c.table)+" ("+s.d.quote(c.owner)+", "+s.d.quote(c.column)+") VALUES (?, ?)", key, t.value))
	return err
}

// take makes old, which does not exist for the tenant, the row of d.
func (s *Store) take(ctx context.Context, t tenant, old *row, d *draft) error {
	if s.cfg.Scope.kind == scopeTable {
		if err := s.join(ctx, t, old.key); err != nil {
			return err
		}
	}
	if s.cfg.Delete.kind == deleteMark {
		if err := s.unmark(ctx, old); err != nil {
			return err
		}
	}
	if s.active >= 0 && d.values[s.active].IsUnassigned() {
		// A resource that is created is active unless it says otherwise; the row may have been disabled.
		d.values[s.active] = schema.Boolean(true)
	}
	n := s.needs(scim.Projection{})
	clear(n.links)
	n.groups = false
	before, err := s.parts(ctx, t, []*row{old}, n)
	if err != nil {
		return err
	}
	changed, _, err := s.put(ctx, t, old, before[0].children, d)
	if err != nil || changed {
		return err
	}
	// Only that it exists again.
	now := s.after(old)
	c := companion{externalID: d.externalID, unique: foldedKey(d.values[s.unique]), created: old.comp.created, modified: now, extra: d.extra}
	if !old.comp.present {
		c.created = now
	}
	return s.saveCompanion(ctx, t, old.key, old.comp, c)
}

// unmark takes the mark of deletion from the row old.
func (s *Store) unmark(ctx context.Context, old *row) error {
	if w := s.cfg.Writer; w != nil {
		return w.UpdateRow(ctx, old.key, map[string]any{s.cfg.Delete.column: nil})
	}
	_, err := s.exec(ctx, sqlf("UPDATE "+s.table+" SET "+s.d.quote(s.cfg.Delete.column)+" = NULL WHERE "+s.key+" = ?", old.key))
	return err
}
