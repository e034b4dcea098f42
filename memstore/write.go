package memstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A change is what a write makes of a resource.
type change struct {
	externalID string
	attributes schema.Object // without links, derived and writeOnly attributes
	members    []memberChange
	secrets    []secret
	report     []patch.Change // what else to report if anything changes
}

// A secret is a new value of a writeOnly attribute; the zero Value clears it.
type secret struct {
	path  schema.Path
	value schema.Value
}

// change returns the change that makes r the stored resource, except that links stay as they are for which touched is
// false. A nil touched is true for all.
func (s *Store) change(r *schema.Resource, touched func(link int) bool) (*change, error) {
	switch t := r.Attributes.Type(); {
	case t == nil && r.Attributes.Len() == 0:
	case t != s.typ:
		return nil, fmt.Errorf("memstore: the attributes are not those of the store's resource type %s: make them with Store.Type", s.typ.Name())
	}
	if err := schema.Complex(r.Attributes).Err(); err != nil {
		return nil, err
	}
	c := &change{externalID: r.ExternalID, attributes: s.typ.Object()}
	for n := range s.links {
		if touched != nil && !touched(n) {
			continue
		}
		ids, err := s.links[n].ids(r.Attributes.Value(s.links[n].attr))
		if err != nil {
			return nil, err
		}
		c.members = append(c.members, memberChange{link: n, clear: true, add: ids})
	}
	for a, v := range r.Attributes.All() {
		if a.IsCommon() || a == s.derived.attr || s.isLink(a) {
			continue
		}
		if v.Kind() == schema.KindStream {
			// A stream can be read once only: what is kept must not depend on it.
			var elements []schema.Value
			for e, err := range v.Values() {
				if err != nil {
					return nil, err
				}
				elements = append(elements, e)
			}
			v = schema.List(elements...)
		}
		if v = c.takeSecrets(a, v, s.secrets); !v.IsUnassigned() {
			c.attributes = c.attributes.With(a, v)
		}
	}
	return c, nil
}

func (s *Store) isLink(a *schema.Attribute) bool {
	for n := range s.links {
		if s.links[n].attr == a {
			return true
		}
	}
	return false
}

// takeSecrets moves the values of writeOnly attributes out of v. deep says whether to look below a.
func (c *change) takeSecrets(a *schema.Attribute, v schema.Value, deep bool) schema.Value {
	if a.Mutability == schema.WriteOnly {
		if v.IsUnassigned() {
			v = schema.Value{}
		}
		c.secrets = append(c.secrets, secret{a.Path(), v})
		return schema.Value{}
	}
	if !deep || a.Type != schema.TypeComplex {
		return v
	}
	return v.Transform(func(e schema.Value) schema.Value {
		if e.Kind() != schema.KindComplex {
			return e
		}
		return schema.ComplexOrNone(e.Object().Transform(func(sub *schema.Attribute, v schema.Value) schema.Value {
			return c.takeSecrets(sub, v, true)
		}))
	})
}

// hasSecrets reports whether t has a writeOnly attribute below the top level.
func hasSecrets(t *schema.ResourceType) bool {
	var below func(attrs []*schema.Attribute) bool
	below = func(attrs []*schema.Attribute) bool {
		for _, a := range attrs {
			if a.Mutability == schema.WriteOnly || below(a.SubAttributes) {
				return true
			}
		}
		return false
	}
	for _, a := range t.Attributes() {
		if below(a.SubAttributes) {
			return true
		}
	}
	return false
}

// deltaChange returns the change that d makes to old.
func (s *Store) deltaChange(old *record, d *patch.Delta) (*change, error) {
	c := &change{}
	var rest patch.Delta
	for _, set := range d.Set {
		if a := set.Path.Target(); a.Mutability == schema.WriteOnly {
			c.takeSecrets(a, set.New, false)
		} else {
			rest.Set = append(rest.Set, set)
		}
	}
	for _, e := range d.Elements {
		n := 0
		for n < len(s.links) && s.links[n].path != e.Path {
			n++
		}
		if n == len(s.links) {
			rest.Elements = append(rest.Elements, e)
			continue
		}
		l := &s.links[n]
		m := memberChange{link: n, clear: e.Clear}
		for _, v := range e.Remove {
			m.remove = append(m.remove, v.Object().Value(l.value).Text())
		}
		for _, v := range e.Add {
			m.add = append(m.add, v.Object().Value(l.value).Text())
		}
		c.members = append(c.members, m)
	}
	next := &old.resource
	if len(rest.Set)+len(rest.Elements) > 0 {
		var err error
		if next, c.report, err = rest.Apply(next); err != nil {
			return nil, err
		}
	}
	c.externalID, c.attributes = next.ExternalID, next.Attributes
	return c, nil
}

// put carries out c: on old, or by making a new resource if old is nil. It returns the record that st has then, old itself if
// nothing changes, and what really changed, of which only c.report and the members are told.
func (s *Store) put(ctx context.Context, st *state, old *record, c *change) (*record, []patch.Change, error) {
	t := &st.tables[s.number]
	r := s.newRecord(old)
	if old == nil {
		st.seq++
		r.seq = st.seq
		r.resource.ID = s.d.opts.NewID()
		if _, taken := st.ids.get(key{text: r.resource.ID}); taken || r.resource.ID == "" {
			return nil, nil, fmt.Errorf("memstore: NewID returned %q, which is empty or was used before", r.resource.ID)
		}
		st.ids = st.ids.with(key{text: r.resource.ID}, place{s.number, r.seq})
	}
	r.resource.ExternalID, r.resource.Attributes = c.externalID, c.attributes
	changed := old == nil || len(c.secrets) > 0 && s.d.opts.WriteOnly != nil ||
		c.externalID != old.resource.ExternalID || !schema.Complex(old.resource.Attributes).Equal(schema.Complex(c.attributes))
	changes := c.report
	for _, m := range c.members {
		removed, added, err := s.relink(st, r, m)
		if err != nil {
			return nil, nil, err
		}
		l := &s.links[m.link]
		for _, id := range removed {
			changes = append(changes, patch.Change{Path: l.path, Old: s.member(st, l, id)})
		}
		for _, id := range added {
			changes = append(changes, patch.Change{Path: l.path, New: s.member(st, l, id)})
		}
		changed = changed || len(removed)+len(added) > 0
	}
	if !changed {
		return old, nil, nil
	}
	if err := s.reindex(t, old, r); err != nil {
		return nil, nil, err
	}
	if old != nil && !s.label(old).Equal(s.label(r)) {
		st.names = new(token)
	}
	s.stamp(r, old == nil)
	t.records = t.records.with(key{seq: r.seq}, r)
	if s.d.opts.WriteOnly != nil {
		for _, x := range c.secrets {
			if err := s.d.opts.WriteOnly(ctx, r.resource.ID, x.path, x.value); err != nil {
				return nil, nil, err
			}
			// That it has changed is all that may be told.
			changes = append(changes, patch.Change{Path: x.path})
		}
	}
	return r, changes, nil
}

// stamp gives r a new version and the present as lastModified, which always grows, in the precision of the JSON form.
func (s *Store) stamp(r *record, created bool) {
	m := &r.resource.Meta
	now := s.d.opts.Now().UTC().Truncate(time.Millisecond)
	if created {
		*m = schema.Meta{ResourceType: s.typ.Name(), Created: now}
	} else if !now.After(m.LastModified) {
		now = m.LastModified.Add(time.Millisecond)
	}
	m.LastModified = now
	m.Version = schema.Version(strings.ToLower(rand.Text()[:13]))
}

// remove deletes r, and takes it out of all members.
func (s *Store) remove(st *state, r *record) error {
	t := &st.tables[s.number]
	id := r.resource.ID
	for n := range s.links {
		// The loop goes over the tree as it was.
		for _, member := range t.lists[n].withText(id) {
			t.unlink(n, r, member)
		}
	}
	for i, owners := range st.stores {
		ot := &st.tables[i]
		changed := map[uint64]*record{}
		for n := range owners.links {
			for k := range ot.edges[n].withText(id) {
				o := changed[k.seq]
				if o == nil {
					was, _ := ot.records.get(key{seq: k.seq})
					o = owners.newRecord(was)
					owners.stamp(o, false)
					changed[k.seq] = o
				}
				o.links[n].Store(nil)
				ot.unlink(n, o, id)
			}
		}
		for seq, o := range changed {
			ot.records = ot.records.with(key{seq: seq}, o)
		}
	}
	if err := s.reindex(t, r, nil); err != nil {
		return err
	}
	t.records = t.records.without(key{seq: r.seq})
	st.ids = st.ids.without(key{text: id})
	return nil
}
