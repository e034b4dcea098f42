package scimtest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// storeBase is where the handler over the stores is.
const storeBase = "https://app.example.com/scim/v2"

// A provider is a set of stores with a handler over them.
type provider struct {
	Stores
	handlerOf *scim.Handler
	subjects  map[string]*subject // by the name of the type

	mu    sync.Mutex
	names int
	pools map[string][]string // by tenant and type, see trial.pool
	// defaults are attributes that the stores give to every resource, see trial.defaults.
	defaults map[string][]*schema.Attribute
}

// A subject is a resource type with its store.
type subject struct {
	scim.ResourceType
	name  string
	caps  scim.Capability
	fit   func(*scim.Resource)
	kept  []*filter.Path // see Stores.Keeps; nil is everything
	links []storeLink
	delta []string // attributes of a DeltaPatcher
}

// A storeLink is an attribute that refers to resources of the provider.
type storeLink struct {
	path  schema.Path
	value *schema.Attribute
	to    []string // names of types
}

// handler returns a handler over the stores, whose clients say with their context for which tenant they come.
func (s *Stores) handler() (*scim.Handler, error) {
	return scim.NewHandler(&scim.Config{
		BaseURL: storeBase, Authenticate: scim.AuthenticatedByMiddleware, Resources: s.Resources, Logger: slog.New(slog.DiscardHandler),
		PageSize: 1000,
	})
}

func newProvider(s Stores) (*provider, error) {
	p := &provider{Stores: s, subjects: map[string]*subject{}, pools: map[string][]string{}, defaults: map[string][]*schema.Attribute{}}
	for i, name := range [...]string{"acme", "globex"} {
		if p.Tenants[i] == "" {
			p.Tenants[i] = name
		}
	}
	var err error
	if p.handlerOf, err = p.handler(); err != nil {
		return nil, err
	}
	for name := range s.Keeps {
		if !slices.ContainsFunc(s.Resources, func(r scim.ResourceType) bool { return r.Type.Name() == name }) {
			return nil, fmt.Errorf("Stores.Keeps has the name %s, which no resource type has", name)
		}
	}
	for _, r := range s.Resources {
		x := &subject{ResourceType: r, name: r.Type.Name(), fit: s.Fit}
		x.caps = p.handlerOf.Capabilities(x.name)
		if x.caps.Has(scim.CanPatchDelta) {
			x.delta = r.Store.(scim.DeltaPatcher).DeltaAttributes()
		}
		for _, text := range s.Keeps[x.name] {
			path, err := filter.ParsePath(r.Type, text)
			if err != nil {
				return nil, fmt.Errorf("Stores.Keeps, %s: %w", x.name, err)
			}
			x.kept = append(x.kept, path)
		}
		for _, a := range attributesOf(r.Type) {
			value, ref := a.SubAttribute("value"), a.SubAttribute("$ref")
			if value == nil || ref == nil || !writable(a) {
				continue
			}
			l := storeLink{path: a.Path(), value: value}
			for _, other := range s.Resources {
				if slices.Contains(ref.ReferenceTypes, other.Type.Name()) {
					l.to = append(l.to, other.Type.Name())
				}
			}
			if len(l.to) > 0 || !slices.Contains(ref.ReferenceTypes, "external") {
				x.links = append(x.links, l)
			}
		}
		p.subjects[x.name] = x
	}
	return p, nil
}

// as returns the context of a tenant.
func (p *provider) as(ctx context.Context, tenant string) context.Context {
	ctx = scim.WithPrincipal(ctx, scim.Principal{Tenant: tenant})
	if p.Context != nil {
		ctx = p.Context(ctx, tenant)
	}
	return ctx
}

// newName returns a name that no other resource of the provider has.
func (p *provider) newName() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names++
	return fmt.Sprintf("name%d", p.names)
}

// attributesOf returns the attributes of t that are not common, those of extensions instead of their containers.
func attributesOf(t *schema.ResourceType) []*schema.Attribute {
	var out []*schema.Attribute
	for _, a := range t.Attributes() {
		switch {
		case a.IsCommon():
		case a.IsExtension():
			out = append(out, a.SubAttributes...)
		default:
			out = append(out, a)
		}
	}
	return out
}

// writable reports whether clients may set a and get it back.
func writable(a *schema.Attribute) bool {
	return a.Mutability != schema.ReadOnly && a.Mutability != schema.WriteOnly
}

// link returns the link whose value a is a part of, or nil.
func (x *subject) link(a *schema.Attribute) *storeLink {
	for i := range x.links {
		if l := &x.links[i]; l.path.Attribute == a || l.path.Attribute == a.Parent() {
			return l
		}
	}
	return nil
}

// fitted returns r as the store can keep it.
func (x *subject) fitted(r *scim.Resource) *scim.Resource {
	out := *r
	if x.kept != nil {
		if !slices.ContainsFunc(x.kept, func(p *filter.Path) bool { return p.String() == "externalId" }) {
			out.ExternalID = ""
		}
		out.Attributes = out.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
			if !a.IsExtension() {
				return x.keep(a, v)
			}
			return schema.ComplexOrNone(v.Object().Transform(x.keep))
		})
	}
	if x.fit != nil {
		x.fit(&out)
	}
	return &out
}

// keep returns the part of the value of a that the store keeps.
func (x *subject) keep(a *schema.Attribute, v schema.Value) schema.Value {
	whole := func(at schema.Path) bool {
		return slices.ContainsFunc(x.kept, func(p *filter.Path) bool { return p.Filter == nil && p.Attr.Contains(at) })
	}
	if whole(a.Path()) {
		return v
	}
	if a.Type != schema.TypeComplex {
		return schema.Value{}
	}
	taken := map[*filter.Path]bool{}
	kept := v.Transform(func(e schema.Value) schema.Value {
		subs := map[*schema.Attribute]bool{}
		for _, p := range x.kept {
			if p.Filter == nil || p.Attr.Attribute != a || taken[p] || !p.Filter.MatchElement(e) {
				continue
			}
			taken[p] = true
			if p.Sub != nil {
				subs[p.Sub] = true
			}
			for _, f := range p.Filter.Paths() {
				subs[f.Target()] = true
			}
			if p.Sub == nil {
				for _, sub := range a.SubAttributes {
					subs[sub] = true
				}
			}
		}
		return schema.ComplexOrNone(e.Object().Transform(func(sub *schema.Attribute, v schema.Value) schema.Value {
			if subs[sub] || whole(sub.Path()) {
				return v
			}
			return schema.Value{}
		}))
	})
	if kept.IsUnassigned() {
		return schema.Value{}
	}
	return kept
}

// A leaf is an attribute without parts that the store keeps.
type leaf struct {
	schema.Path
	*schema.Attribute
}

func (l leaf) String() string { return l.Path.String() }

// shown reports whether filters and sorting may use the leaf.
func (l leaf) shown() bool {
	return l.Attribute.Returned != schema.ReturnedNever && l.Path.Attribute.Returned != schema.ReturnedNever
}

// text reports whether any text will do as the value of the leaf.
func (x *subject) text(l leaf) bool {
	a := l.Attribute
	return a.Type == schema.TypeString && len(a.CanonicalValues) == 0 && a.Mutability == schema.ReadWrite && formats[a.Name] == nil &&
		x.link(a) == nil && !strings.HasPrefix(l.String(), "emails.")
}

// leaves returns what a full resource has once it is fitted.
func (x *subject) leaves(full *scim.Resource) []leaf {
	var out []leaf
	add := func(a *schema.Attribute) {
		if v := full.At(a.Path()); writable(a) && a.Type != schema.TypeComplex && !v.IsUnassigned() {
			out = append(out, leaf{a.Path(), a})
		}
	}
	for _, a := range attributesOf(x.Type) {
		if !writable(a) {
			continue
		}
		add(a)
		for _, sub := range a.SubAttributes {
			if sub.Name != "$ref" {
				add(sub)
			}
		}
	}
	return out
}
