package memstore

import (
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// needs says which of the attributes that are kept elsewhere or derived have to be put into a resource.
type needs struct {
	links  []part // by the position in Store.links
	groups bool
}

// A part of a link's value: nothing, all of it, or what refers to some ids.
type part struct {
	all bool
	ids []string
}

func (s *Store) needs(p scim.Projection) needs {
	n := needs{links: make([]part, len(s.links))}
	for i := range s.links {
		n.links[i].all = p.Wants(s.links[i].path)
	}
	n.groups = s.derived.attr != nil && p.Wants(s.derived.attr.Path())
	return n
}

// none reports whether a record's resource can be used as it is.
func (n *needs) none() bool {
	for i := range n.links {
		if n.links[i].all || len(n.links[i].ids) > 0 {
			return false
		}
	}
	return !n.groups
}

// view returns a resource with the attributes that are needed. The caller may change it.
func (s *Store) view(st *state, r *record, n needs) *schema.Resource {
	out := r.resource
	for i, l := range n.links {
		switch {
		case l.all:
			out.Attributes = out.Attributes.With(s.links[i].attr, s.members(st, r, i))
		case len(l.ids) > 0:
			out.Attributes = out.Attributes.With(s.links[i].attr, s.someMembers(st, r, i, l.ids))
		}
	}
	if n.groups {
		if v := s.groups(st, r); !v.IsUnassigned() {
			out.Attributes = out.Attributes.With(s.derived.attr, v)
		}
	}
	return &out
}

// hide returns r without what p does not want, for Update, which reads nothing else.
func (s *Store) hide(p scim.Projection, r *schema.Resource) *schema.Resource {
	if !p.Wants(s.externalID) {
		r.ExternalID = ""
	}
	r.Attributes = r.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		switch {
		case !p.Wants(a.Path()):
			return schema.Value{}
		case !a.IsExtension():
			return v
		}
		return schema.ComplexOrNone(v.Object().Transform(func(sub *schema.Attribute, v schema.Value) schema.Value {
			if !p.Wants(sub.Path()) {
				return schema.Value{}
			}
			return v
		}))
	})
	return r
}

// keep returns next with what p does not want as it is in old, for Update, which writes nothing else.
func (s *Store) keep(p scim.Projection, old, next *schema.Resource) *schema.Resource {
	out := *next
	if !p.Wants(s.externalID) {
		out.ExternalID = old.ExternalID
	}
	restore := func(a *schema.Attribute) {
		if !p.Wants(a.Path()) {
			out.Attributes = out.Attributes.WithAt(a.Path(), old.Attributes.At(a.Path()))
		}
	}
	for _, a := range s.typ.Attributes() {
		switch {
		case a.IsCommon():
		case a.IsExtension():
			for _, sub := range a.SubAttributes {
				restore(sub)
			}
		default:
			restore(a)
		}
	}
	return &out
}
