package compat

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Profile is an immutable set of rules, with the choices of [Responses]. A nil Profile has none, as [Strict].
type Profile struct {
	name      string
	rules     []*Rule // in the order of Rules
	responses Responses
}

// A membership says which profiles have a rule.
type membership uint16

const (
	inEntraID membership = 1 << iota
	inEntraLegacy
	inOkta
	inOneLogin
	inGoogle
	inJumpCloud
	inPingOne
	inLenient
)

var (
	// Strict has no rules: requests are taken by the letter of the RFCs.
	Strict = &Profile{name: "Strict"}

	// EntraID accepts what Microsoft Entra ID sends, in all its modes and generations of jobs, with what its validators
	// send, and shapes of other clients that can mean one thing only.
	EntraID = profile("EntraID", inEntraID, Responses{GroupNoContent: true, OmitEmpty: true, HideMemberRef: true, WorkTypes: true})

	// EntraLegacy accepts what provisioning jobs of Microsoft Entra ID made before December 2018 send, whose type is customappsso, and
	// nothing that only the validators and the test collections send.
	EntraLegacy = profile("EntraLegacy", inEntraLegacy, Responses{GroupNoContent: true, OmitEmpty: true})

	// Okta accepts what Okta sends, which is valid SCIM but for a detail.
	Okta = profile("Okta", inOkta, Responses{})

	// OneLogin accepts what OneLogin sends with the templates of its guide, and answers with application/json, as the guide
	// asks. What a template of one's own makes may need more rules, such as filter-members, which no profile has.
	OneLogin = profile("OneLogin", inOneLogin, Responses{PlainJSON: true})

	// Google accepts what the user provisioning of Google Workspace sends.
	Google = profile("Google", inGoogle, Responses{})

	// JumpCloud accepts what JumpCloud sends.
	JumpCloud = profile("JumpCloud", inJumpCloud, Responses{})

	// PingOne accepts what PingOne and PingFederate send: valid SCIM, but for users with two primary e-mail addresses.
	PingOne = profile("PingOne", inPingOne, Responses{})

	// Lenient is for clients of which nothing is known: all that it changes is invalid by the RFCs and can mean one thing only.
	// What is valid has the same effect under Lenient as under Strict.
	Lenient = profile("Lenient", inLenient, Responses{})
)

func profile(name string, in membership, r Responses) *Profile {
	p := &Profile{name: name, responses: r}
	for i := range all {
		if all[i].in&in != 0 {
			p.rules = append(p.rules, &all[i])
		}
	}
	return p
}

// Profiles returns the profiles of this package: Strict first, Lenient last.
func Profiles() []*Profile {
	return []*Profile{Strict, EntraID, EntraLegacy, Okta, OneLogin, Google, JumpCloud, PingOne, Lenient}
}

// Parse returns the profile with the given name, as [Profile.Name] returns it: one of [Profiles] in any letter case, and after
// it, separated by spaces, rules to add and to take away, such as "OneLogin +scim11-schemas -clear". For profiles that are
// kept with a customer's settings.
func Parse(name string) (*Profile, error) {
	words := strings.Fields(name)
	if len(words) == 0 {
		return nil, fmt.Errorf("compat: the name of the profile is empty: it is one of %s", strings.Join(profileNames(), ", "))
	}
	var p *Profile
	for _, known := range Profiles() {
		if strings.EqualFold(words[0], known.name) {
			p = known
		}
	}
	if p == nil {
		return nil, fmt.Errorf("compat: there is no profile %q: it is one of %s", words[0], strings.Join(profileNames(), ", "))
	}
	for _, w := range words[1:] {
		id := w[1:]
		switch {
		case w[0] != '+' && w[0] != '-':
			return nil, fmt.Errorf("compat: %q after the name of a profile must be a rule with + or - before it", w)
		case !isRule(id):
			return nil, noRule(id)
		case w[0] == '+':
			p = p.With(id)
		default:
			p = p.Without(id)
		}
	}
	return p, nil
}

func profileNames() []string {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.name)
	}
	return names
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

// With returns a profile that has the rules with the given ids too; [Rules] lists them. They apply in the order of Rules,
// whatever the order here. It panics if there is no such rule, as a misspelt id would otherwise go unnoticed.
func (p *Profile) With(ids ...string) *Profile {
	return p.changed("+", ids, func(id string) bool { return p.Has(id) || slices.Contains(ids, id) })
}

// Without returns a profile that does not have the rules with the given ids. It panics if there is no such rule.
func (p *Profile) Without(ids ...string) *Profile {
	return p.changed("-", ids, func(id string) bool { return p.Has(id) && !slices.Contains(ids, id) })
}

func (p *Profile) changed(sign string, ids []string, keep func(id string) bool) *Profile {
	next := &Profile{name: p.Name(), responses: p.Responses()}
	for i := range all {
		if keep(all[i].ID) {
			next.rules = append(next.rules, &all[i])
		}
	}
	for _, id := range ids {
		if !isRule(id) {
			panic(noRule(id))
		}
		if p.Has(id) != next.Has(id) {
			next.name += " " + sign + id
		}
	}
	return next
}

func isRule(id string) bool {
	return slices.ContainsFunc(all, func(r Rule) bool { return r.ID == id })
}

func noRule(id string) error {
	return fmt.Errorf("compat: there is no rule %q: see Rules", id)
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
