package compat

import (
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Accepts returns the names of the profiles, other than p, under which the operations of a PATCH request would have been
// accepted: for a log record about a request that was refused, or the error's detail. ops is what [patch.Read] has returned.
// r is the resource, or nil to leave its state out of account.
func Accepts(t *schema.ResourceType, p *Profile, r *schema.Resource, ops []patch.Op) []string {
	var names []string
	for _, other := range [...]*Profile{Strict, EntraID} {
		if p == other || p == nil && other == Strict {
			continue
		}
		rewritten, _, err := RewritePatch(t, other, ops)
		if err == nil {
			err = patch.Check(t, rewritten)
		}
		if err == nil && r != nil {
			_, _, err = patch.Apply(r, rewritten)
		}
		if err == nil {
			names = append(names, other.name)
		}
	}
	return names
}
