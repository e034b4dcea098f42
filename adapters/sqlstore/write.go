package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Create stores r in a new row. A taken unique attribute is [scim.ErrUniqueness], a member that does not exist
// [scim.ErrInvalidValue].
func (s *Store) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	d, err := s.draft(r, nil)
	if err != nil {
		return nil, err
	}
	var out *scim.Resource
	err = s.write(ctx, func(ctx context.Context, t tenant) error {
		key, err := s.create(ctx, t, r, d)
		if err != nil {
			return err
		}
		out, err = s.stored(ctx, t, key, scim.Projection{})
		return err
	})
	return out, s.blame(ctx, d, err)
}

// blame returns what the client is told if a write failed because a value is taken outside of its tenant, where no filter finds
// it: by 409 it would believe that the resource is there.
func (s *Store) blame(ctx context.Context, d *draft, err error) error {
	if s.cfg.Scope.kind == scopeNone || kindOf(err) != faultUnique || s.inTx(ctx) {
		return err
	}
	t, terr := s.tenant(ctx)
	if terr != nil {
		return err
	}
	if name, oerr := s.outside(ctx, t, d); oerr == nil && name != "" {
		return caused(err, scim.Errorf(scim.ErrForbidden, "%s belongs to an account that this tenant does not manage: it has to join the tenant first.", name))
	}
	return err
}

// Replace stores r over the resource with its id; see [scim.ResourceStore]. Only columns that change are written.
func (s *Store) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	d, err := s.draft(r, nil)
	if err != nil {
		return nil, err
	}
	var out *scim.Resource
	err = s.write(ctx, func(ctx context.Context, t tenant) error {
		old, err := s.lock(ctx, t, r.ID, r.Meta.Version)
		if err != nil {
			return err
		}
		n := s.needs(scim.Projection{})
		clear(n.links)
		n.groups = false
		before, err := s.parts(ctx, t, []*row{old}, n)
		if err != nil {
			return err
		}
		if _, _, err := s.put(ctx, t, old, before[0].children, d); err != nil {
			return err
		}
		out, err = s.stored(ctx, t, old.key, scim.Projection{})
		return err
	})
	return out, s.blame(ctx, d, err)
}

// Update changes the resource with the given id by fn; see [scim.Updater]. Its row is locked while fn runs, in a transaction.
func (s *Store) Update(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	var out *scim.Resource
	var failed error
	err := s.write(ctx, func(ctx context.Context, t tenant) error {
		failed = nil
		old, err := s.lock(ctx, t, id, "")
		if err != nil {
			return err
		}
		n := s.needs(p)
		before, err := s.parts(ctx, t, []*row{old}, n)
		if err != nil {
			return err
		}
		whole := s.resource(old, before[0])
		shown := s.hide(p, whole)
		next := *shown
		if failed = fn(&next); failed != nil {
			return failed
		}
		d, err := s.draft(s.keep(p, whole, &next), func(i int) bool {
			a := s.links[i].attr
			return n.links[i] && !a.Equal(shown.Attributes.Value(a), next.Attributes.Value(a))
		})
		if err != nil {
			return err
		}
		for i, c := range s.children {
			if !n.children[i] || !p.Wants(c.path) {
				d.children[i] = before[0].children[i]
			}
		}
		changed, _, err := s.put(ctx, t, old, before[0].children, d)
		if err != nil {
			return err
		}
		if !changed {
			out = shown
			return nil
		}
		r, err := s.stored(ctx, t, old.key, p)
		if err == nil {
			out = s.hide(p, r)
		}
		return err
	})
	if failed != nil {
		return nil, failed
	}
	return out, err
}

// write runs fn in a transaction and says what its errors mean.
func (s *Store) write(ctx context.Context, fn func(context.Context, tenant) error) error {
	t, err := s.tenant(ctx)
	if err != nil {
		return err
	}
	err = s.InTx(ctx, func(ctx context.Context) error { return fn(ctx, t) })
	if errors.Is(err, errMoved) && !s.inTx(ctx) {
		return scim.Errorf(scim.ErrUnavailable, "The resource keeps being changed by others: try again later.")
	}
	return s.describe(err)
}

// lock returns the row of a resource, which no other transaction changes before this one ends. A version that is not empty is
// the one it must have.
func (s *Store) lock(ctx context.Context, t tenant, id string, version scim.Version) (*row, error) {
	key, ok := s.cfg.Key.parse(id)
	if !ok {
		return nil, scim.ErrNotFound
	}
	if err := s.lockRow(ctx, key); err != nil {
		return nil, err
	}
	r, err := s.find(ctx, t, id)
	if err != nil {
		return nil, err
	}
	if version != "" && version != s.version(r) {
		return nil, scim.ErrVersionMismatch
	}
	return r, nil
}

// lockRow locks a row and reads nothing: what a statement reads besides the row that it waits for may be older.
func (s *Store) lockRow(ctx context.Context, key any) error {
	if s.d == SQLite {
		return nil
	}
	return s.query(ctx, sqlf("SELECT 1 FROM "+s.table+" WHERE "+s.key+" = ?"+s.d.forUpdate(), key), func([]any) error { return nil })
}

// stored returns the resource in the row with the given key, as the database has it now.
func (s *Store) stored(ctx context.Context, t tenant, key any, p scim.Projection) (*scim.Resource, error) {
	rows, err := s.rows(ctx, t, sqlf("t."+s.key+" = ?", key), frag{})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("sqlstore: a row of %s that was just written does not exist for its tenant", s.cfg.Name)
	}
	found, err := s.resources(ctx, t, rows[:1], s.needs(p))
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// put carries out d on the row old, whose elements in other tables are children. It reports whether anything changed, and of
// members and secrets what.
func (s *Store) put(ctx context.Context, t tenant, old *row, children [][]schema.Value, d *draft) (bool, []patch.Change, error) {
	columns, args, err := s.assignments(old, d)
	if err != nil {
		return false, nil, err
	}
	unique := ""
	if s.unique >= 0 {
		unique = foldedKey(d.values[s.unique])
	}
	if err := s.claim(ctx, t, old, d); err != nil {
		return false, nil, err
	}
	changes, changed, err := s.putElsewhere(ctx, t, old.key, old.id, children, d)
	if err != nil {
		return false, nil, err
	}
	extra := d.externalID != old.comp.externalID || !schema.Complex(d.extra).Equal(schema.Complex(old.comp.extra))
	if !changed && !extra && len(columns) == 0 {
		return false, nil, nil
	}
	now := s.after(old)
	if err := s.updateRow(ctx, old, now, columns, args); err != nil {
		return false, nil, err
	}
	c := companion{externalID: d.externalID, unique: unique, created: old.comp.created, modified: now, extra: d.extra}
	if !old.comp.present {
		c.created = old.created
		if c.created.IsZero() {
			c.created = now
		}
	}
	return true, changes, s.saveCompanion(ctx, t, old.key, old.comp, c)
}

// putElsewhere carries out what d does to other tables than that of the row and its companion.
func (s *Store) putElsewhere(ctx context.Context, t tenant, key any, id string, children [][]schema.Value, d *draft) (changes []patch.Change, changed bool, err error) {
	for i, c := range s.children {
		did, err := s.changeChildren(ctx, t, c, key, children[i], d.children[i])
		if err != nil {
			return nil, false, err
		}
		changed = changed || did
	}
	for _, c := range d.links {
		removed, added, err := s.relink(ctx, t, key, c)
		if err != nil {
			return nil, false, err
		}
		l := s.links[c.link]
		for _, m := range removed {
			changes = append(changes, patch.Change{Path: l.path, Old: s.element(l, m)})
		}
		for _, m := range added {
			changes = append(changes, patch.Change{Path: l.path, New: s.element(l, m)})
		}
		changed = changed || len(removed)+len(added) > 0
	}
	if err := s.passSecrets(ctx, id, d); err != nil {
		return nil, false, err
	}
	for _, x := range append(d.report, d.secrets...) {
		changes = append(changes, patch.Change{Path: x.path})
		changed = true
	}
	return changes, changed, nil
}

// after returns the present, or a moment after the last change of r: lastModified always grows.
func (s *Store) after(r *row) time.Time {
	now, last := s.now(), s.meta(r).LastModified
	if !now.After(last) {
		return last.Add(time.Millisecond)
	}
	return now
}

func mustInt(text string) int64 {
	n, _ := intOf(text)
	return n
}
