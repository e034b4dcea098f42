package scimtest

import (
	"math/rand/v2"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A population is a set of resources that have much in common, and filters for them.
type population struct {
	*trial
	rnd    *rand.Rand
	leaves []leaf
	ids    []string
	values map[string][]string // JSON texts of operands by path
}

// populate stores n resources.
func (t *trial) populate(seed uint64, n int) *population {
	p := &population{trial: t, rnd: rand.New(rand.NewPCG(seed, 7)), values: map[string][]string{}}
	p.leaves = t.leaves(t.full(t.subject, 0))
	for i := range n {
		r := t.full(t.subject, i)
		if p.rnd.IntN(2) == 0 {
			r.ExternalID = []string{"e1", "E1", "e2"}[p.rnd.IntN(3)] + words[p.rnd.IntN(len(words))]
		}
		worded := 0
		for _, l := range p.leaves {
			r.Attributes = p.vary(r.Attributes, l)
			if p.wordy(l) && worded < 2 {
				// Each word is there, however few resources there are with each attribute.
				worded++
				r.Attributes = r.Attributes.WithAt(l.Path, schema.String(words[(i+worded)%len(words)]))
			}
		}
		r.Attributes = p.shorten(r.Attributes)
		p.ids = append(p.ids, t.create(t.subject, t.fitted(r)).ID)
	}
	p.gather()
	all := t.list(t.subject)
	p.leaves = append(p.leaves, p.derived(all)...)
	for _, r := range all {
		for _, l := range p.leaves {
			p.learn(l.String(), r.At(l.Path))
		}
		for _, path := range []string{"id", "externalId", "meta.created", "meta.lastModified", "meta.resourceType"} {
			p.learn(path, r.At(t.path(path)))
		}
	}
	return p
}

// gather makes the resources members of some of another type, if one has members.
func (p *population) gather() {
	for _, r := range p.Resources {
		groups := p.of(p.provider, r.Type.Name(), p.tenant)
		for _, l := range groups.members() {
			if groups.name == p.name || !slices.Contains(l.to, p.name) {
				continue
			}
			for range 3 {
				some := slices.DeleteFunc(slices.Clone(p.ids), func(string) bool { return p.rnd.IntN(3) > 0 })
				groups.create(groups.subject, groups.withMembers(groups.minimal(groups.subject), l, some...))
			}
		}
	}
}

// wordy reports whether the leaf is one text, which may be any or none.
func (p *population) wordy(l leaf) bool {
	single := !l.Attribute.MultiValued && (l.Sub == nil || !l.Path.Attribute.MultiValued)
	return single && p.text(l) && l.shown() && !l.Attribute.Required && l.Attribute.Uniqueness == schema.UniqueNone
}

// derived returns the readOnly attributes that some of the resources have: filters may ask for them too.
func (p *population) derived(all []*scim.Resource) []leaf {
	var out []leaf
	for _, a := range attributesOf(p.Type) {
		if a.Mutability != schema.ReadOnly {
			continue
		}
		for _, sub := range append([]*schema.Attribute{a}, a.SubAttributes...) {
			l := leaf{sub.Path(), sub}
			if sub.Type != schema.TypeComplex && slices.ContainsFunc(all, func(r *scim.Resource) bool { return !r.At(l.Path).IsUnassigned() }) {
				out = append(out, l)
			}
		}
	}
	return out
}

// learn takes values as operands.
func (p *population) learn(path string, v schema.Value) {
	for e := range v.Values() {
		b, err := e.MarshalJSON()
		if err == nil && len(b) < 200 && !slices.Contains(p.values[path], string(b)) {
			p.values[path] = append(p.values[path], string(b))
		}
	}
}

// vary gives a leaf another value, or none.
func (p *population) vary(o schema.Object, l leaf) schema.Object {
	a := l.Attribute
	if a.Required || a.Uniqueness != schema.UniqueNone || p.link(a) != nil || a.Mutability != schema.ReadWrite {
		if a.Uniqueness != schema.UniqueNone && a.Type == schema.TypeString {
			return p.with(o, l, schema.String(words[p.rnd.IntN(4)]+p.newName()))
		}
		return o
	}
	single := !a.MultiValued && (l.Sub == nil || !l.Path.Attribute.MultiValued)
	if single && p.rnd.IntN(3) == 0 {
		return o.WithAt(l.Path, schema.Value{})
	}
	v := func() schema.Value {
		k := p.rnd.IntN(3)
		if p.text(l) {
			return schema.String(words[p.rnd.IntN(len(words))])
		}
		v := p.simple(p.subject, a, k, 0)
		if a.Type == schema.TypeString && !a.Exact() && p.rnd.IntN(3) == 0 {
			v = schema.String(swapCase(v.Text()))
		}
		return v
	}
	switch {
	case single:
		return o.WithAt(l.Path, v())
	case l.Sub != nil && l.Sub.Name != "primary":
		whole := schema.Path{Extension: l.Extension, Attribute: l.Path.Attribute}
		return o.WithAt(whole, o.At(whole).Transform(func(e schema.Value) schema.Value {
			sub := v()
			if p.rnd.IntN(4) == 0 && !l.Sub.Required {
				sub = schema.Value{}
			}
			return schema.ComplexOrNone(e.Object().With(l.Sub, sub))
		}))
	case a.MultiValued:
		return o.WithAt(l.Path, schema.List(v(), v()))
	}
	return o
}

// shorten leaves elements out, and those that count as the same as another.
func (p *population) shorten(o schema.Object) schema.Object {
	for _, a := range attributesOf(p.Type) {
		if !a.MultiValued || !writable(a) {
			continue
		}
		seen := map[string]bool{}
		v := o.At(a.Path()).Transform(func(e schema.Value) schema.Value {
			k := a.ElementKey(e)
			if seen[k] || p.rnd.IntN(4) == 0 && !a.Required {
				return schema.Value{}
			}
			seen[k] = true
			return e
		})
		o = o.WithAt(a.Path(), v)
	}
	return o
}
