package memstore

import (
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A link is a multi-valued attribute whose values are other resources of the directory, such as the members of a group.
// Its elements are kept as edges, not among the attributes.
type link struct {
	path                schema.Path
	attr                *schema.Attribute
	value, typ, display *schema.Attribute // the last two may be nil
	types               []string          // names of the resource types it may refer to
}

// linksOf finds the links of t.
func linksOf(t *schema.ResourceType) []link {
	var out []link
	for _, a := range t.Attributes() {
		l := link{path: a.Path(), attr: a, value: a.SubAttribute("value"), typ: a.SubAttribute("type"), display: a.SubAttribute("display")}
		ref := a.SubAttribute("$ref")
		if !a.MultiValued || a.Mutability == schema.ReadOnly || ref == nil || l.value == nil || l.value.Mutability != schema.Immutable {
			continue
		}
		others := slices.ContainsFunc(a.SubAttributes, func(s *schema.Attribute) bool {
			return s != l.value && s != ref && s != l.typ && s != l.display
		})
		l.types = slices.DeleteFunc(slices.Clone(ref.ReferenceTypes), func(name string) bool { return name == "external" || name == "uri" })
		if others || len(l.types) == 0 {
			continue
		}
		out = append(out, l)
	}
	return out
}

// A memberChange is what a write does to one link: all members go, those in remove go, those in add come, in this order.
type memberChange struct {
	link        int
	clear       bool
	remove, add []string
}

// relink carries out c on r, a record that is not published yet, and returns the members that really went and came.
func (s *Store) relink(st *state, r *record, c memberChange) (removed, added []string, err error) {
	l, t := &s.links[c.link], &st.tables[s.number]
	var stays map[string]bool
	if c.clear || len(c.remove) > 0 {
		// What goes and comes again has stayed.
		stays = make(map[string]bool, len(c.add))
		for _, id := range c.add {
			stays[id] = true
		}
	}
	if c.clear {
		for _, id := range t.lists[c.link].withText(r.resource.ID) {
			c.remove = append(c.remove, id)
		}
	}
	for _, id := range c.remove {
		if _, ok := t.edges[c.link].get(key{id, r.seq}); ok && !stays[id] {
			t.unlink(c.link, r, id)
			removed = append(removed, id)
		}
	}
	for _, id := range c.add {
		edge := key{id, r.seq}
		if _, ok := t.edges[c.link].get(edge); ok {
			continue
		}
		p, ok := st.ids.get(key{text: id})
		if !ok || !slices.Contains(l.types, st.stores[p.table].typ.Name()) {
			if s.d.opts.SkipUnknownMembers {
				continue
			}
			return nil, nil, l.unknown(id)
		}
		st.seq++
		t.lists[c.link] = t.lists[c.link].with(key{r.resource.ID, st.seq}, id)
		t.edges[c.link] = t.edges[c.link].with(edge, st.seq)
		added = append(added, id)
	}
	if len(removed)+len(added) > 0 {
		r.links[c.link].Store(nil)
	}
	return removed, added, nil
}

// unlink takes a member out of a link of r.
func (t *table) unlink(link int, r *record, id string) {
	edge := key{id, r.seq}
	position, _ := t.edges[link].get(edge)
	t.edges[link] = t.edges[link].without(edge)
	t.lists[link] = t.lists[link].without(key{r.resource.ID, position})
}

func (l *link) unknown(id string) error {
	kinds := strings.ToLower(strings.Join(l.types, " or "))
	if id == "" {
		return scim.Errorf(scim.ErrInvalidValue, "%s: an element has no value: it must be the id of a %s.", l.path, kinds)
	}
	return scim.Errorf(scim.ErrInvalidValue, "%s: there is no %s with id %q in this tenant: create it first, or leave it out.", l.path, kinds, id)
}

// ids returns the ids that the elements of v refer to.
func (l *link) ids(v schema.Value) ([]string, error) {
	out := make([]string, 0, v.Len())
	for e, err := range v.Values() {
		if err != nil {
			return nil, err
		}
		out = append(out, e.Object().Value(l.value).Text())
	}
	return out, nil
}

// member returns the element for the resource with the given id.
func (s *Store) member(st *state, l *link, id string) schema.Value {
	o := l.attr.Object().With(l.value, schema.String(id))
	p, ok := st.ids.get(key{text: id})
	if !ok {
		return schema.Complex(o)
	}
	if l.typ != nil {
		o = o.With(l.typ, schema.String(st.stores[p.table].typ.Name()))
	}
	if l.display != nil {
		o = o.With(l.display, st.stores[p.table].label(st.at(p)))
	}
	return schema.Complex(o)
}

// label returns the name of a resource for display, or the zero Value.
func (s *Store) label(r *record) schema.Value {
	for _, p := range s.labels {
		if v := r.resource.At(p); !v.IsUnassigned() {
			return v
		}
	}
	return schema.Value{}
}

// members returns the value of a link. It is made once for each state of the link.
func (s *Store) members(st *state, r *record, n int) schema.Value {
	if l := r.links[n].Load(); l != nil && l.names == st.names {
		return l.value
	}
	var out []schema.Value
	for _, id := range st.table(s).lists[n].withText(r.resource.ID) {
		out = append(out, s.member(st, &s.links[n], id))
	}
	l := &listing{names: st.names}
	if out != nil {
		l.value = schema.List(out...)
	}
	r.links[n].Store(l)
	return l.value
}

// someMembers returns the part of a link's value that refers to the given ids.
func (s *Store) someMembers(st *state, r *record, n int, ids []string) schema.Value {
	var out []schema.Value
	for _, id := range ids {
		if _, ok := st.table(s).edges[n].get(key{id, r.seq}); ok {
			out = append(out, s.member(st, &s.links[n], id))
		}
	}
	return schema.List(out...)
}
