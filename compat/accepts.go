package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Accepts returns the names of the profiles, other than p, under which the operations of a PATCH request would have been
// accepted: for a log record about a request that was refused, or the error's detail. ops is what [patch.Read] has returned.
// r is the resource, or nil to leave its state out of account: then a profile may be named that would have refused them
// after all. To find out costs as much as to carry the operations out again, once for each different outcome of the rules, and
// counts in work, which may be nil.
func Accepts(t *schema.ResourceType, p *Profile, r *schema.Resource, ops []patch.Op, work *patch.Budget) []string {
	return accepting(p, func(other *Profile) ([]Applied, func() error, error) {
		rewritten, applied, err := RewritePatch(t, other, ops)
		return applied, func() error {
			if err := patch.Check(t, rewritten); err != nil || r == nil {
				return err
			}
			next, _, err := work.Apply(r, rewritten)
			if err == nil {
				err = t.Check(next)
			}
			return err
		}, err
	})
}

// AcceptsResource returns the names of the profiles, other than p, under which the attributes of a POST or PUT request would have been
// accepted, as [schema.ResourceType.ReadObject] has returned them. rejectUnknown is as for [schema.ResourceType.NewResource].
func AcceptsResource(t *schema.ResourceType, p *Profile, o schema.Object, rejectUnknown bool) []string {
	return accepting(p, func(other *Profile) ([]Applied, func() error, error) {
		next := o
		applied, err := RewriteResource(t, other, &next)
		return applied, func() error {
			_, err := t.NewResource(next, rejectUnknown)
			return err
		}, err
	})
}

// AcceptsFilter returns the names of the profiles, other than p, under which a filter would have been accepted.
func AcceptsFilter(t *schema.ResourceType, p *Profile, text string) []string {
	return accepting(p, func(other *Profile) ([]Applied, func() error, error) {
		rewritten, applied, err := RewriteFilter(t, other, text)
		return applied, func() error {
			x, err := filter.Parse(rewritten)
			if err == nil {
				_, err = filter.Check(t, x)
			}
			return err
		}, err
	})
}

// maxOutcome bounds the records that two outcomes are compared by: what needs more is no request that advice helps with.
const maxOutcome = 1000

// accepting returns the names of the profiles whose rules make of a refused request one that check accepts. It asks once for
// each outcome of the rules: most profiles have the same.
func accepting(p *Profile, rewrite func(*Profile) (applied []Applied, check func() error, err error)) []string {
	outcome := func(applied []Applied) string {
		var b strings.Builder
		for _, a := range applied {
			b.WriteString(a.Rule + "\x00" + a.Before + "\x00" + a.After + "\x00")
		}
		return b.String()
	}
	accepted := map[string]bool{}
	applied, _, err := rewrite(p)
	if err != nil {
		return nil // refused by a rule, on purpose: to name a profile without it would be bad advice
	}
	if len(applied) > maxOutcome {
		return nil
	}
	accepted[outcome(applied)] = false
	var names []string
	for _, other := range Profiles() {
		if p == other || p == nil && other == Strict {
			continue
		}
		applied, check, err := rewrite(other)
		if err != nil || len(applied) > maxOutcome {
			continue
		}
		key := outcome(applied)
		ok, known := accepted[key]
		if !known {
			ok = check() == nil
			accepted[key] = ok
		}
		if ok {
			names = append(names, other.name)
		}
	}
	return names
}
