package sqlstore

import (
	"context"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// Delete removes the resource, as [Table.Delete] says, and takes it out of all groups, whose version changes by that.
func (s *Store) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	return s.write(ctx, func(ctx context.Context, t tenant) error {
		old, err := s.lock(ctx, t, id, ifMatch)
		if err != nil {
			return err
		}
		return s.remove(ctx, t, old)
	})
}

func (s *Store) remove(ctx context.Context, t tenant, old *row) error {
	if err := s.leaveGroups(ctx, old); err != nil {
		return err
	}
	for i := range s.links {
		if _, _, err := s.relink(ctx, t, old.key, linkChange{link: i, clear: true}); err != nil {
			return err
		}
	}
	switch s.cfg.Delete.kind {
	case deleteMark:
		if err := s.mark(ctx, old); err != nil {
			return err
		}
		// The value that was unique is free; the rest is there if the row comes back.
		return s.release(ctx, t, old, false)
	case deleteDisable:
		d := &draft{values: append([]schema.Value(nil), old.values...), extra: old.comp.extra}
		d.values[s.active] = schema.Boolean(false)
		columns, args, err := s.assignments(old, d)
		if err != nil {
			return err
		}
		if err := s.updateRow(ctx, old, s.after(old), columns, args); err != nil {
			return err
		}
		return s.release(ctx, t, old, true)
	}
	if s.cfg.Scope.kind == scopeTable {
		// The row belongs to others too.
		c := &s.cfg.Scope
		if _, err := s.exec(ctx, sqlf("DELETE FROM "+s.d.quote(c.table)+" WHERE "+s.d.quote(c.owner)+" = ? AND "+s.d.quote(c.column)+" = ?", old.key, t.value)); err != nil {
			return err
		}
		if s.companion == "" {
			return nil
		}
		// So that it is known when it comes back.
		return s.release(ctx, t, old, true)
	}
	for _, c := range s.children {
		f := sqlf("e."+c.owner+" = ? AND %s", old.key, c.own(s, t))
		if _, err := s.exec(ctx, frag{"DELETE FROM " + c.table + " WHERE " + withoutAlias(f.text, "e."), f.args}); err != nil {
			return err
		}
	}
	if err := s.forget(ctx, t, old.key); err != nil {
		return err
	}
	err := s.deleteRow(ctx, old)
	if kindOf(err) == faultRef {
		return caused(err, scim.Errorf(scim.ErrInvalidValue, "The %s can't be deleted: other data of the service refers to it. Set active to false instead.", s.typ.Name()))
	}
	return err
}

// mark sets the column that says when the row old was deleted.
func (s *Store) mark(ctx context.Context, old *row) error {
	if w := s.cfg.Writer; w != nil {
		if err := s.bump(ctx, old); err != nil {
			return err
		}
		return w.DeleteRow(ctx, old.key, map[string]any{s.cfg.Delete.column: s.d.timeArg(s.now())})
	}
	return s.updateRow(ctx, old, s.after(old), []string{s.d.quote(s.cfg.Delete.column)}, []any{s.d.timeArg(s.now())})
}

// deleteRow deletes the row old itself.
func (s *Store) deleteRow(ctx context.Context, old *row) error {
	if w := s.cfg.Writer; w != nil {
		if err := s.bump(ctx, old); err != nil {
			return err
		}
		return w.DeleteRow(ctx, old.key, nil)
	}
	cond := sqlf(s.key+" = ?", old.key)
	if s.cfg.Version != "" {
		cond = sqlf("%s AND "+s.d.quote(s.cfg.Version)+" = ?", cond, mustInt(old.counter))
	}
	n, err := s.exec(ctx, sqlf("DELETE FROM "+s.table+" WHERE %s", cond))
	if err == nil && n == 0 {
		return errMoved
	}
	return err
}

// release frees the unique value that the companion of a deleted row has.
func (s *Store) release(ctx context.Context, t tenant, old *row, deleted bool) error {
	if s.companion == "" {
		return nil
	}
	c := old.comp
	c.modified, c.deleted = s.after(old), deleted
	if !c.present {
		c.created = c.modified
	}
	if !deleted {
		c.unique = ""
	}
	return s.saveCompanion(ctx, t, old.key, old.comp, c)
}

// leaveGroups takes the resource out of the groups of its tenant, and gives those another version.
func (s *Store) leaveGroups(ctx context.Context, r *row) error {
	for _, o := range s.ownersOf() {
		lt := &o.link.tables[o.n]
		t, err := o.s.tenant(ctx)
		if err != nil {
			return err
		}
		var keys []any
		if err := o.read(ctx, []any{r.key}, func(_ string, key any, _ string, _ schema.Value) { keys = append(keys, key) }); err != nil {
			return err
		}
		for start := 0; start < len(keys); start += chunk {
			some := keys[start:min(start+chunk, len(keys))]
			f := sqlf("l."+lt.element+" = ? AND %s AND %s", r.key, lt.own(t), in("l."+lt.owner, some))
			if _, err := s.exec(ctx, frag{"DELETE FROM " + lt.table + " WHERE " + withoutAlias(f.text, "l."), f.args}); err != nil {
				return err
			}
		}
		if err := o.s.touch(ctx, t, keys); err != nil {
			return err
		}
	}
	return nil
}
