package idpsim

import "maps"

// A plan is what a cycle evaluates.
type plan struct {
	users, groups []string
	initial       bool
	again         bool // everything is evaluated, though nothing changed since that was done last
	// changed has the members of each group who are to be looked at.
	changed map[string]map[string]bool
}

// plan decides what the cycle evaluates: in an initial one everything, else what changed, or is to be tried again.
func (e *Entra) plan() *plan {
	p := &plan{initial: e.initial, changed: map[string]map[string]bool{}}
	for oid, u := range e.users {
		if !u.deleted.IsZero() && !u.purged && e.now.Sub(u.deleted) >= recycled {
			e.purge(oid)
		}
	}
	p.again = e.initial && e.settled && !e.touched()
	assigned := e.assigned()
	for _, oid := range e.order {
		if u := e.users[oid]; u != nil {
			in := assigned[oid] && u.deleted.IsZero()
			// Who comes into scope or leaves it by a group has changed too.
			if in != u.inScope {
				u.inScope, u.dirty = in, true
			}
			if e.initial && (in || u.link != nil) || u.dirty || e.escrow[oid] != nil && e.due(oid) {
				p.users = append(p.users, oid)
			}
			u.dirty = false
			continue
		}
		g := e.groups[oid]
		if e.initial || g.dirty || e.escrow[oid] != nil && e.due(oid) {
			p.groups = append(p.groups, oid)
			p.changed[oid] = g.changed
			g.changed = map[string]bool{}
			if e.initial {
				maps.Copy(p.changed[oid], g.members)
				if g.link != nil {
					maps.Copy(p.changed[oid], g.link.members)
				}
			}
		}
		g.dirty = false
	}
	return p
}

// assigned returns the users who are assigned, directly or as members of a group.
func (e *Entra) assigned() map[string]bool {
	in := map[string]bool{}
	for oid, u := range e.users {
		if u.assigned {
			in[oid] = true
		}
	}
	for _, g := range e.groups {
		if g.assigned && !g.deleted {
			for oid := range g.members {
				in[oid] = true
			}
		}
	}
	return in
}
