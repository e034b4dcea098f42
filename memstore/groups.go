package memstore

import (
	"iter"
	"slices"

	"github.com/embedscim/scim/schema"
)

// derived describes the attribute of a type that lists the groups a resource is in (RFC 7643 §4.1.2); attr is nil if there
// is none.
type derived struct {
	attr                *schema.Attribute
	value, typ, display *schema.Attribute // the last two may be nil
	types               []string          // names of the resource types it may list; all if there are none
}

func derivedOf(t *schema.ResourceType) derived {
	a := t.Attribute("groups")
	if a == nil || !a.MultiValued || a.Mutability != schema.ReadOnly || a.SubAttribute("value") == nil || a.SubAttribute("$ref") == nil {
		return derived{}
	}
	return derived{
		attr: a, value: a.SubAttribute("value"), typ: a.SubAttribute("type"), display: a.SubAttribute("display"),
		types: a.SubAttribute("$ref").ReferenceTypes,
	}
}

// owners returns an iterator over the resources that have the resource with the given id as a member.
func (st *state) owners(id string) iter.Seq2[*Store, *record] {
	return func(yield func(*Store, *record) bool) {
		for i, s := range st.stores {
			t := &st.tables[i]
			for n := range s.links {
				if s.links[n].attr.Name != "members" {
					continue
				}
				for k := range t.edges[n].withText(id) {
					r, _ := t.records.get(key{seq: k.seq})
					if !yield(s, r) {
						return
					}
				}
			}
		}
	}
}

// groups returns the groups that r is in: the direct ones, then those that they are in, and so on, each once, however
// groups contain each other.
func (s *Store) groups(st *state, r *record) schema.Value {
	g := &s.derived
	var out []schema.Value
	seen := map[*record]bool{}
	level := []string{r.resource.ID}
	for kind := schema.String("direct"); len(level) > 0; kind = schema.String("indirect") {
		var above []string
		for _, id := range level {
			for owners, owner := range st.owners(id) {
				if seen[owner] {
					continue
				}
				seen[owner] = true
				above = append(above, owner.resource.ID)
				if len(g.types) > 0 && !slices.Contains(g.types, owners.typ.Name()) {
					continue
				}
				o := g.attr.Object().With(g.value, schema.String(owner.resource.ID))
				if g.display != nil {
					o = o.With(g.display, owners.label(owner))
				}
				if g.typ != nil {
					o = o.With(g.typ, kind)
				}
				out = append(out, schema.Complex(o))
			}
		}
		level = above
	}
	return schema.List(out...)
}

// below returns the insertion numbers of the resources of s that are in the group with the given id, directly or not.
func (s *Store) below(st *state, id string) []uint64 {
	var out []uint64
	seen := map[string]bool{}
	todo := []string{id}
	for len(todo) > 0 {
		id, todo = todo[len(todo)-1], todo[:len(todo)-1]
		p, ok := st.ids.get(key{text: id})
		if !ok {
			continue
		}
		for n := range st.stores[p.table].links {
			if st.stores[p.table].links[n].attr.Name != "members" {
				continue
			}
			for _, member := range st.tables[p.table].lists[n].withText(id) {
				if seen[member] {
					continue
				}
				seen[member] = true
				if at, ok := st.ids.get(key{text: member}); ok && at.table == s.number {
					out = append(out, at.seq)
				}
				todo = append(todo, member)
			}
		}
	}
	slices.Sort(out)
	return out
}
