package entstore

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"entgo.io/ent"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// change runs fn in a transaction and says what its errors mean.
func (s *Store[T]) change(ctx context.Context, fn func(context.Context) error) error {
	return s.describe(ctx, s.write(ctx, fn))
}

// Create stores r as a new entity. A taken unique attribute is [scim.ErrUniqueness], a member that does not exist
// [scim.ErrInvalidValue].
func (s *Store[T]) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	var out *scim.Resource
	err := s.change(ctx, func(ctx context.Context) error {
		id, err := s.create(ctx, r)
		if err == nil {
			out, err = s.stored(ctx, id, scim.Projection{})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Store[T]) create(ctx context.Context, r *scim.Resource) (string, error) {
	if active := s.typ.Attribute("active"); s.activate && r.Attributes.Value(active).IsUnassigned() {
		// None should be locked out because nothing was said.
		c := *r
		c.Attributes = r.Attributes.With(active, schema.Boolean(true))
		r = &c
	}
	next := new(T)
	own, links := s.part(r)
	if err := s.mapping.FromResource(own, next); err != nil {
		return "", err
	}
	edges, _, err := s.relink(ctx, nil, links)
	if err != nil {
		return "", err
	}
	none := new(T)
	x, err := s.data.create(ctx, func(m ent.Mutation) error {
		if !s.cfg.Scope.none {
			v, err := s.cfg.Scope.tenant(ctx)
			if err != nil {
				return err
			}
			if err := named(s.cfg.Scope.column, m.SetField(s.cfg.Scope.column, v)); err != nil {
				return err
			}
		}
		for _, c := range s.written {
			v := c.load(next)
			if v.Kind() == reflect.Pointer && v.IsNil() {
				continue
			}
			if path, ok := s.defined[c.name]; ok && reflect.DeepEqual(v.Interface(), c.load(none).Interface()) && !s.has(r, path) {
				// The schema may have another default than zero.
				continue
			}
			if err := s.setColumn(m, c, next); err != nil {
				return err
			}
		}
		s.link(m, edges)
		return nil
	})
	if err != nil {
		return "", err
	}
	id := s.idOf(x)
	return s.key.format(id), s.linkRest(ctx, id, edges)
}

// has reports whether r has a value for the attribute at a path of the configuration.
func (s *Store[T]) has(r *scim.Resource, path string) bool {
	p, err := s.typ.Path(path)
	return err != nil || !r.At(p).IsUnassigned()
}

// setColumn sets a field, and the folded one that goes with it.
func (s *Store[T]) setColumn(m ent.Mutation, c Column[T], x *T) error {
	v := c.load(x)
	if err := set(m, c.name, v); err != nil {
		return err
	}
	for _, f := range s.columns {
		text := v
		if text.Kind() == reflect.Pointer {
			text = text.Elem()
		}
		switch {
		case f.column != c.name:
			continue
		case f.kind == kindText && text.IsValid() && strings.ContainsRune(text.String(), 0):
			return scim.Errorf(scim.ErrInvalidValue, "%s has the character U+0000, which this service can't keep: send it without.", f.name)
		case f.folded == "":
		case !text.IsValid():
			return named(f.folded, m.ClearField(f.folded))
		default:
			return named(f.folded, m.SetField(f.folded, schema.Fold(text.String())))
		}
	}
	return nil
}

// part returns what of r goes to fields, and the members that it has.
func (s *Store[T]) part(r *scim.Resource) (*scim.Resource, *linkChange) {
	own := *r
	if s.groups != nil {
		own.Attributes = own.Attributes.With(s.groups, schema.Value{})
	}
	links := &linkChange{clear: true}
	if s.members != nil {
		for _, e := range own.Attributes.Value(s.members).Elements() {
			links.add = append(links.add, e.Object().Value(s.members.SubAttribute("value")).Text())
		}
		own.Attributes = own.Attributes.With(s.members, schema.Value{})
	}
	return &own, links
}

// linked is how many members one statement adds or removes: two values each are fewer than any database allows.
const atOnce = 8192

// link adds to a mutation as many changes of members as one statement takes, and takes them from edges.
func (s *Store[T]) link(m ent.Mutation, edges []relinked) {
	for i := range edges {
		e, r := &s.cfg.Members[i], &edges[i]
		var add, remove []any
		for _, x := range r.added[:min(atOnce, len(r.added))] {
			add = append(add, x.id)
		}
		for _, x := range r.removed[:min(atOnce, len(r.removed))] {
			remove = append(remove, x.id)
		}
		r.added, r.removed = r.added[len(add):], r.removed[len(remove):]
		e.change(m, add, remove)
	}
}

// linkRest carries out the changes of members that link has left.
func (s *Store[T]) linkRest(ctx context.Context, id any, edges []relinked) error {
	for {
		n := 0
		for _, r := range edges {
			n += len(r.added) + len(r.removed)
		}
		if n == 0 {
			return nil
		}
		if err := s.data.update(ctx, id, func(m ent.Mutation) error {
			s.link(m, edges)
			return nil
		}); err != nil {
			return err
		}
	}
}

// stored returns the resource with the given id, as the database has it now.
func (s *Store[T]) stored(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	n := s.needs(p)
	x, err := s.find(ctx, id, false, n)
	if err != nil {
		return nil, err
	}
	found, err := s.resources(ctx, []*T{x}, n)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// locked returns the entity of a resource, which no other transaction changes before this one ends, and its own part of the
// resource. A version that is not empty is the one it must have.
func (s *Store[T]) locked(ctx context.Context, id string, version scim.Version) (*T, *scim.Resource, error) {
	x, err := s.find(ctx, id, true, needs{})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.mapping.ToResource(x)
	if err != nil {
		return nil, nil, err
	}
	if version != "" && version != r.Meta.Version {
		return nil, nil, scim.ErrVersionMismatch
	}
	return x, r, nil
}

// put stores next over the entity old, whose own part of the resource is before, and carries out links, if it is not nil. It
// reports whether anything changed, and which members.
func (s *Store[T]) put(ctx context.Context, old *T, before, next *scim.Resource, links *linkChange) (bool, []patch.Change, error) {
	x := new(T)
	*x = *old
	if len(patch.Diff(before, next)) > 0 {
		if err := s.mapping.FromResource(next, x); err != nil {
			return false, nil, err
		}
	}
	var changed []Column[T]
	for _, c := range s.written {
		if !reflect.DeepEqual(c.load(old).Interface(), c.load(x).Interface()) {
			changed = append(changed, c)
		}
	}
	id := s.idOf(old)
	var edges []relinked
	var changes []patch.Change
	if links != nil && s.members != nil {
		var err error
		if edges, changes, err = s.relink(ctx, id, links); err != nil {
			return false, nil, err
		}
	}
	if len(changed) == 0 && len(changes) == 0 {
		return false, nil, nil
	}
	err := s.data.update(ctx, id, func(m ent.Mutation) error {
		for _, c := range changed {
			if err := s.setColumn(m, c, x); err != nil {
				return err
			}
		}
		if s.version.load != nil {
			v := s.version.load(x)
			v.SetInt(v.Int() + 1)
			if err := named(s.version.name, m.SetField(s.version.name, v.Interface())); err != nil {
				return err
			}
		}
		s.link(m, edges)
		return nil
	})
	if err == nil {
		err = s.linkRest(ctx, id, edges)
	}
	return true, changes, err
}

// Replace stores r over the resource with its id; see [scim.ResourceStore]. Only fields that change are written.
func (s *Store[T]) Replace(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	var out *scim.Resource
	err := s.change(ctx, func(ctx context.Context) error {
		old, before, err := s.locked(ctx, r.ID, r.Meta.Version)
		if err != nil {
			return err
		}
		next, links := s.part(r)
		if _, _, err := s.put(ctx, old, before, next, links); err != nil {
			return err
		}
		out, err = s.stored(ctx, r.ID, scim.Projection{})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Update changes the resource with the given id by fn; see [scim.Updater]. Its row is locked while fn runs, in a transaction.
func (s *Store[T]) Update(ctx context.Context, id string, p scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	var out *scim.Resource
	var failed error
	err := s.change(ctx, func(ctx context.Context) error {
		failed = nil
		old, before, err := s.locked(ctx, id, "")
		if err != nil {
			return err
		}
		n := s.needs(p)
		whole := before
		if n.members || n.groups {
			// The row is locked, and this is the same.
			if whole, err = s.stored(ctx, id, p); err != nil {
				return err
			}
		}
		shown := s.hide(p, whole)
		next := *shown
		if failed = fn(&next); failed != nil {
			return failed
		}
		own, links := s.part(s.keep(p, whole, &next))
		if !n.members || s.members.Equal(shown.Attributes.Value(s.members), next.Attributes.Value(s.members)) {
			links = nil
		}
		changed, _, err := s.put(ctx, old, before, own, links)
		if err != nil {
			return err
		}
		if !changed {
			out = shown
			return nil
		}
		r, err := s.stored(ctx, id, p)
		if err == nil {
			out = s.hide(p, r)
		}
		return err
	})
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// DeltaAttributes returns members, if the store has them.
func (s *Store[T]) DeltaAttributes() []string {
	if s.members == nil {
		return nil
	}
	return []string{s.members.Name}
}

// PatchDelta carries out d; see [scim.DeltaPatcher]. How many queries that takes does not depend on how many members d adds
// and removes, up to some thousands, nor on how many there are, of which only those that d names are read; except that
// clearing reads all.
func (s *Store[T]) PatchDelta(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	var out scim.DeltaResult
	if s.members == nil {
		return out, errors.ErrUnsupported
	}
	err := s.change(ctx, func(ctx context.Context) error {
		old, before, err := s.locked(ctx, id, d.IfMatch)
		if err != nil {
			return err
		}
		rest, links := s.split(d)
		next, changes := before, []patch.Change(nil)
		if len(rest.Set)+len(rest.Elements) > 0 {
			if next, changes, err = rest.Apply(before); err != nil {
				return err
			}
		}
		changed, more, err := s.put(ctx, old, before, next, links)
		if err != nil {
			return err
		}
		if !changed {
			out = scim.DeltaResult{Meta: before.Meta}
			return nil
		}
		r, err := s.find(ctx, id, false, needs{})
		if err != nil {
			return err
		}
		after, err := s.mapping.ToResource(r)
		if err == nil {
			out = scim.DeltaResult{Meta: after.Meta, Changes: append(changes, more...)}
		}
		return err
	})
	if err != nil {
		return scim.DeltaResult{}, err
	}
	return out, nil
}

// split parts d into what edges do and the rest.
func (s *Store[T]) split(d *patch.Delta) (rest patch.Delta, links *linkChange) {
	rest.Set = d.Set
	value := s.members.SubAttribute("value")
	for _, e := range d.Elements {
		if e.Path != s.members.Path() {
			rest.Elements = append(rest.Elements, e)
			continue
		}
		links = &linkChange{clear: e.Clear}
		for _, v := range e.Remove {
			links.remove = append(links.remove, v.Object().Value(value).Text())
		}
		for _, v := range e.Add {
			links.add = append(links.add, v.Object().Value(value).Text())
		}
	}
	return rest, links
}

// Delete removes the entity, by the generated DeleteOneID, and counts up the version of the groups that it was in.
func (s *Store[T]) Delete(ctx context.Context, id string, ifMatch scim.Version) error {
	return s.change(ctx, func(ctx context.Context) error {
		old, _, err := s.locked(ctx, id, ifMatch)
		if err != nil {
			return err
		}
		key := s.idOf(old)
		for _, o := range s.ownersOf() {
			if err := o.s.bump(ctx, o.n, key); err != nil {
				return err
			}
		}
		return s.data.remove(ctx, key)
	})
}
