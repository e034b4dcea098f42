package sqlstore

import (
	"context"
	"errors"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// claim makes sure that no resource of the tenant but the one with the given key, which is nil for a new one, has the unique
// attribute v. A row that the application has renamed or deleted since gives back the value that its companion still has:
// what no filter finds must not be taken.
func (s *Store) claim(ctx context.Context, t tenant, key any, v schema.Value) error {
	if v.IsUnassigned() {
		return nil
	}
	rows, err := s.withUnique(ctx, t, v, s.visible(t))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if key == nil || keyText(r.key) != keyText(key) {
			return s.taken(s.fields[s.unique].name)
		}
	}
	if s.companion == "" {
		return nil
	}
	other, deleted, ok, err := s.holder(ctx, t, foldedKey(v))
	if err != nil || !ok || key != nil && keyText(other) == keyText(key) {
		return err
	}
	if deleted && s.cfg.Delete.kind == deleteDisable && key == nil {
		// It is brought back.
		return nil
	}
	// Not among the rows that have the value: the companion is out of date.
	_, err = s.exec(ctx, sqlf("UPDATE "+s.companion+" SET unique_value = NULL WHERE tenant = ? AND row_key = ?", t.text, other))
	return err
}

// withUnique returns the rows that have the unique attribute v, among those that fulfil a condition.
func (s *Store) withUnique(ctx context.Context, t tenant, v schema.Value, among frag) ([]*row, error) {
	f := &s.fields[s.unique]
	c := s.text(f, "t.", equal, v.Text())
	if s.companion != "" {
		// Folded by Go, and so right beyond ASCII, for all rows that sqlstore has written.
		c.may = sqlf("(%s OR t."+s.key+" = (SELECT u.row_key FROM "+s.companion+" u WHERE u.tenant = ? AND u.unique_value = ?))", c.may, t.text, foldedKey(v))
	}
	rows, err := s.rowsAs(ctx, t, sqlf("%s AND %s", among, c.may), frag{})
	if err != nil {
		return nil, err
	}
	var out []*row
	for _, r := range rows {
		if f.target.Equal(r.values[s.unique], v) {
			out = append(out, r)
		}
	}
	return out, nil
}

// former returns a row that does not exist for the tenant, and that a new resource with the unique attribute v takes over:
// one that was deleted, if the policy brings it back, or that of another tenant, if Table.Link allows it. It is locked. The
// error is [scim.ErrForbidden] for another tenant's, which no filter of this tenant finds.
func (s *Store) former(ctx context.Context, t tenant, v schema.Value) (*row, error) {
	shared := s.cfg.Scope.kind == scopeTable
	if !s.cfg.Delete.revive && !shared {
		return nil, nil
	}
	among := always
	if s.cfg.Scope.kind == scopeColumn {
		among = sqlf("t."+s.d.quote(s.cfg.Scope.column)+" = ?", t.value)
	}
	rows, err := s.withUnique(ctx, t, v, among)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	old := rows[0]
	if shared {
		mine, err := s.former1(ctx, t, old)
		if err != nil {
			return nil, err
		}
		if !mine {
			if s.cfg.Link == nil {
				return nil, scim.Errorf(scim.ErrForbidden, "%s belongs to an account outside of this tenant: its owner has to join before it can be managed.", s.fields[s.unique].name)
			}
			if err := s.cfg.Link(ctx, old.id); err != nil {
				var known *scim.Error
				if errors.As(err, &known) {
					return nil, err
				}
				return nil, caused(err, scim.Errorf(scim.ErrForbidden, "%s belongs to an account outside of this tenant.", s.fields[s.unique].name))
			}
		}
	}
	if s.d != SQLite {
		if err := s.query(ctx, sqlf("SELECT 1 FROM "+s.table+" WHERE "+s.key+" = ?"+s.d.forUpdate(), old.key), func([]any) error { return nil }); err != nil {
			return nil, err
		}
	}
	again, err := s.rowsAs(ctx, t, sqlf("t."+s.key+" = ?", old.key), frag{})
	if err != nil {
		return nil, err
	}
	if len(again) != 1 || s.version(again[0]) != s.version(old) {
		return nil, errMoved
	}
	return again[0], nil
}

// former1 reports whether a row is one of the tenant's, by the table of memberships.
func (s *Store) former1(ctx context.Context, t tenant, r *row) (mine bool, err error) {
	c := &s.cfg.Scope
	err = s.query(ctx, sqlf("SELECT 1 FROM "+s.d.quote(c.table)+" m WHERE m."+s.d.quote(c.owner)+" = ? AND m."+s.d.quote(c.column)+" = ?", r.key, t.value),
		func([]any) error { mine = true; return nil })
	return mine, err
}
