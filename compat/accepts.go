package compat

import (
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Accepts returns the names of the profiles, other than p, under which the operations of a PATCH request would have been
// accepted: for a log record about a request that was refused, or the error's detail. ops is what [patch.Read] has returned.
// r is the resource, or nil to leave its state out of account: then a profile may be named that would have refused them
// after all. To find out costs as much as to carry the operations out again, and counts in work, which may be nil.
func Accepts(t *schema.ResourceType, p *Profile, r *schema.Resource, ops []patch.Op, work *patch.Budget) []string {
	_, mine, refused := RewritePatch(t, p, ops)
	var names []string
	for _, other := range [...]*Profile{Strict, EntraID} {
		if p == other || p == nil && other == Strict {
			continue
		}
		rewritten, applied, err := RewritePatch(t, other, ops)
		if err == nil && refused == nil && len(mine)+len(applied) == 0 {
			continue // they are the same operations under both
		}
		if err == nil {
			err = patch.Check(t, rewritten)
		}
		if err == nil && r != nil {
			_, _, err = work.Apply(r, rewritten)
		}
		if err == nil {
			names = append(names, other.name)
		}
	}
	return names
}
