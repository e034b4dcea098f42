package compat

import (
	"context"
	"slices"
)

// A Profile is an immutable set of rules. A nil Profile has none, as [Strict].
type Profile struct {
	name  string
	rules []*Rule // in the order of Rules
}

var (
	// Strict has no rules: requests are taken by the letter of the RFCs.
	Strict = &Profile{name: "Strict"}

	// EntraID accepts what Microsoft Entra ID sends, in all its modes, with what its validators send, and shapes of other
	// clients that can mean one thing only.
	EntraID = &Profile{name: "EntraID", rules: pointers(all)}
)

func pointers(rules []Rule) []*Rule {
	out := make([]*Rule, len(rules))
	for i := range rules {
		out[i] = &rules[i]
	}
	return out
}

// Name returns the name of the profile, such as "EntraID", with the rules that were added and taken away.
func (p *Profile) Name() string {
	if p == nil {
		return Strict.name
	}
	return p.name
}

// Rules returns the rules of the profile, in the order in which they apply.
func (p *Profile) Rules() []Rule {
	if p == nil {
		return nil
	}
	out := make([]Rule, len(p.rules))
	for i, r := range p.rules {
		out[i] = *r
	}
	return out
}

// Has reports whether the profile has the rule with the given id.
func (p *Profile) Has(id string) bool { return p.rule(id) != nil }

func (p *Profile) rule(id string) *Rule {
	if p == nil {
		return nil
	}
	for _, r := range p.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// With returns a profile that has the given rules too. Rules come from [Rules] or another profile; they apply in the order of
// Rules whatever the order here.
func (p *Profile) With(rules ...Rule) *Profile {
	return p.changed("+", rules, func(id string) bool {
		return p.Has(id) || slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == id })
	})
}

// Without returns a profile that does not have the rules with the given ids.
func (p *Profile) Without(ids ...string) *Profile {
	rules := make([]Rule, len(ids))
	for i, id := range ids {
		rules[i].ID = id
	}
	return p.changed("-", rules, func(id string) bool { return p.Has(id) && !slices.Contains(ids, id) })
}

func (p *Profile) changed(sign string, rules []Rule, keep func(id string) bool) *Profile {
	next := &Profile{name: p.Name()}
	for i := range all {
		if keep(all[i].ID) {
			next.rules = append(next.rules, &all[i])
		}
	}
	for _, r := range rules {
		if p.Has(r.ID) != next.Has(r.ID) {
			next.name += sign + r.ID
		}
	}
	return next
}

type profileKey struct{}

// WithProfile returns a context that carries p, for the requests that are to be rewritten with p rather than with what is
// configured.
func WithProfile(ctx context.Context, p *Profile) context.Context {
	return context.WithValue(ctx, profileKey{}, p)
}

// ProfileFrom returns the profile that ctx carries, or nil.
func ProfileFrom(ctx context.Context) *Profile {
	p, _ := ctx.Value(profileKey{}).(*Profile)
	return p
}
