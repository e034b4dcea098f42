package sqlstore

import (
	"context"
	"errors"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// DeltaAttributes returns the names of the attributes that are mapped to [Members].
func (s *Store) DeltaAttributes() []string {
	var out []string
	for _, l := range s.links {
		out = append(out, l.attr.String())
	}
	return out
}

// PatchDelta carries out d; see [scim.DeltaPatcher]. The number of statements does not depend on how many members d adds and
// removes, nor on how many there are, of which only those that d names are read; except that clearing reads all.
func (s *Store) PatchDelta(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	var out scim.DeltaResult
	if slices.ContainsFunc(d.Set, func(c patch.Change) bool { return c.Path.Target().Mutability == schema.WriteOnly }) {
		// Secrets go another way.
		return out, errors.ErrUnsupported
	}
	err := s.write(ctx, func(ctx context.Context, t tenant) error {
		old, err := s.lock(ctx, t, id, d.IfMatch)
		if err != nil {
			return err
		}
		rest, links := s.split(d)
		dr := &draft{externalID: old.comp.externalID, values: old.values, extra: old.comp.extra, children: make([][]schema.Value, len(s.children))}
		children, changes := dr.children, []patch.Change(nil)
		if len(rest.Set)+len(rest.Elements) > 0 {
			n := s.needs(scim.Projection{})
			clear(n.links)
			n.groups = false
			before, err := s.parts(ctx, t, []*row{old}, n)
			if err != nil {
				return err
			}
			var r *scim.Resource
			if r, changes, err = rest.Apply(s.resource(old, before[0])); err != nil {
				return err
			}
			if dr, err = s.draft(r, func(int) bool { return false }); err != nil {
				return err
			}
			children = before[0].children
		}
		dr.links = links
		return s.finish(ctx, t, old, children, dr, changes, &out)
	})
	return out, err
}

// finish stores dr and puts what changed into out.
func (s *Store) finish(ctx context.Context, t tenant, old *row, children [][]schema.Value, dr *draft, changes []patch.Change, out *scim.DeltaResult) error {
	changed, more, err := s.put(ctx, t, old, children, dr)
	if err != nil {
		return err
	}
	if !changed {
		*out = scim.DeltaResult{Meta: s.meta(old)}
		return nil
	}
	rows, err := s.rows(ctx, t, sqlf("t."+s.key+" = ?", old.key), frag{})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errMoved
	}
	*out = scim.DeltaResult{Meta: s.meta(rows[0]), Changes: append(changes, more...)}
	return nil
}

// split parts d into what links do and the rest.
func (s *Store) split(d *patch.Delta) (rest patch.Delta, links []linkChange) {
	rest.Set = d.Set
	for _, e := range d.Elements {
		n := slices.IndexFunc(s.links, func(l *link) bool { return l.path == e.Path })
		if n < 0 {
			rest.Elements = append(rest.Elements, e)
			continue
		}
		c := linkChange{link: n, clear: e.Clear}
		for _, v := range e.Remove {
			c.remove = append(c.remove, v.Object().Value(s.links[n].value).Text())
		}
		for _, v := range e.Add {
			c.add = append(c.add, v.Object().Value(s.links[n].value).Text())
		}
		links = append(links, c)
	}
	return rest, links
}
