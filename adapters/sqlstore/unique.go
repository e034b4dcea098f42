package sqlstore

import (
	"context"
	"slices"

	"github.com/embedscim/scim/schema"
)

// claim makes sure that no resource of the tenant but the one in row old, which is nil for a new one, has the unique attributes
// of d. A row that the application has renamed or deleted since gives back the value that its companion still has: what no
// filter finds must not be taken. Of two writes at once, the second fails at a unique index: that of the companion for one
// attribute, those of the application for others.
func (s *Store) claim(ctx context.Context, t tenant, old *row, d *draft) error {
	for _, n := range s.uniques {
		v := d.values[n]
		if v.IsUnassigned() || old != nil && v.Equal(old.values[n]) {
			continue
		}
		rows, err := s.withUnique(ctx, t, n, v, s.visible(t))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if old == nil || keyText(r.key) != keyText(old.key) {
				return s.taken(s.fields[n].name)
			}
		}
		if n != s.unique || s.companion == "" {
			continue
		}
		other, deleted, ok, err := s.holder(ctx, t, foldedKey(v))
		if err != nil {
			return err
		}
		back := deleted && s.cfg.Delete.revive && old == nil
		if !ok || back || old != nil && keyText(other) == keyText(old.key) {
			continue
		}
		// Another write may have come in between; else the companion is out of date.
		if rows, err = s.rows(ctx, t, sqlf("t."+s.key+" = ?", other), frag{}); err != nil {
			return err
		}
		if len(rows) > 0 && s.fields[n].target.Equal(rows[0].values[n], v) {
			return s.taken(s.fields[n].name)
		}
		if _, err := s.exec(ctx, sqlf("UPDATE "+s.companion+" SET unique_value = NULL WHERE tenant = ? AND row_key = ? AND unique_value = ?", t.text, other, foldedKey(v))); err != nil {
			return err
		}
	}
	return nil
}

// withUnique returns the rows in which field n, a unique attribute, is v, among those that fulfil a condition.
func (s *Store) withUnique(ctx context.Context, t tenant, n int, v schema.Value, among frag) ([]*row, error) {
	f := &s.fields[n]
	c := s.text(f, "t.", equal, v.Text())
	if n == s.unique && s.companion != "" {
		c.may = anyOf(c.may, s.byCompanion(t, v))
	}
	rows, err := s.rowsAs(ctx, t, allOf(among, c.may), frag{})
	if err != nil {
		return nil, err
	}
	var out []*row
	for _, r := range rows {
		if f.target.Equal(r.values[n], v) {
			out = append(out, r)
		}
	}
	return out, nil
}

// byCompanion returns the condition for the row whose companion has the unique value v. It was folded by Go, and so finds what
// the database would fold otherwise, in rows that sqlstore has written.
func (s *Store) byCompanion(t tenant, v schema.Value) frag {
	return sqlf("t."+s.key+" = (SELECT u.row_key FROM "+s.companion+" u WHERE u.tenant = ? AND u.unique_value = ?)", t.text, foldedKey(v))
}

// former returns a row that does not exist for the tenant, and that a new resource with the unique attribute v takes over, or
// nil: one that was deleted and that the policy brings back, one that was the tenant's before, or one outside of it that
// Table.Link says to take. It is locked.
func (s *Store) former(ctx context.Context, t tenant, v schema.Value) (*row, error) {
	shared := s.cfg.Scope.kind == scopeTable
	if !s.cfg.Delete.revive && !shared {
		return nil, nil
	}
	among := always
	if s.cfg.Scope.kind == scopeColumn {
		among = sqlf("t."+s.d.quote(s.cfg.Scope.column)+" = ?", t.value)
	}
	rows, err := s.withUnique(ctx, t, s.unique, v, among)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	// The one that was the tenant's first.
	slices.SortStableFunc(rows, func(a, b *row) int {
		if a.comp.deleted == b.comp.deleted {
			return 0
		} else if a.comp.deleted {
			return -1
		}
		return 1
	})
	old := rows[0]
	if shared && !old.comp.deleted {
		if s.cfg.Link == nil {
			return nil, nil
		}
		if link, err := s.cfg.Link(ctx, old.id); err != nil || !link {
			return nil, err
		}
	}
	if err := s.lockRow(ctx, old.key); err != nil {
		return nil, err
	}
	if rows, err = s.rows(ctx, t, sqlf("t."+s.key+" = ?", old.key), frag{}); err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		// Another write has made it the tenant's meanwhile.
		return nil, s.taken(s.fields[s.unique].name)
	}
	if rows, err = s.rowsAs(ctx, t, sqlf("t."+s.key+" = ?", old.key), frag{}); err != nil {
		return nil, err
	}
	if len(rows) != 1 || s.version(rows[0]) != s.version(old) {
		return nil, errMoved
	}
	return rows[0], nil
}

// outside reports whether a unique attribute of d is taken by a row outside of the tenant, after an index over all tenants has
// refused d.
func (s *Store) outside(ctx context.Context, t tenant, d *draft) (string, error) {
	for _, n := range s.uniques {
		if d.values[n].IsUnassigned() {
			continue
		}
		all, err := s.withUnique(ctx, t, n, d.values[n], always)
		if err != nil {
			return "", err
		}
		mine, err := s.withUnique(ctx, t, n, d.values[n], s.visible(t))
		if err != nil {
			return "", err
		}
		if len(all) > 0 && len(mine) == 0 {
			return s.fields[n].name, nil
		}
	}
	return "", nil
}
