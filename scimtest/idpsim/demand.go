package idpsim

import (
	"context"
	"fmt"
	"net/http"

	"github.com/embedscim/scim/scimtest"
)

// ProvisionOnDemand provisions one user, or one group with up to five of its members, at once and in the [Legacy] dialect,
// whatever that of the job is. It may be called while a cycle is running. Users who are disabled or deleted are left to the
// cycle. What fails is not tried again.
func (e *Entra) ProvisionOnDemand(ctx context.Context, oid string, members ...string) *Report {
	e.busy.RLock()
	defer e.busy.RUnlock()
	e.mu.Lock()
	e.demands++
	r, at := e.t.run(fmt.Sprintf("on demand %d", e.demands)), e.now
	g := e.groups[oid]
	e.mu.Unlock()
	e.t.memory.read(ctx, r)
	code := ""
	if g != nil {
		code = e.demandGroup(ctx, r, oid, members)
	} else {
		code = e.demandUser(ctx, r, oid)
	}
	rep := r.report(at)
	if code != "" {
		rep.Escrow = []Escrow{{Object: oid, Code: code, Attempts: 1}}
	}
	return rep
}

func (e *Entra) demandUser(ctx context.Context, r *run, oid string) string {
	e.mu.Lock()
	u := e.user(oid)
	s := e.snapshot(oid)
	s.inScope = e.assigned()[oid] && u.deleted.IsZero()
	e.mu.Unlock()
	if !s.inScope || s.profile.Disabled {
		return ""
	}
	// It matches anew, also who is linked.
	id := s.id
	s.id = ""
	o := e.provision(ctx, r.task(oid, "demand"), s, Legacy)
	if id != "" && o.id != "" && o.id != id {
		r.violate(Links, oid, "it has the id %s, but a query by the matching attribute finds %s", id, o.id)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.commit(s, o)
	return o.code
}

func (e *Entra) demandGroup(ctx context.Context, r *run, oid string, members []string) string {
	if len(members) > 5 {
		panic("idpsim: provision on demand takes at most five members")
	}
	e.mu.Lock()
	g := e.group(oid)
	name := g.name
	e.mu.Unlock()
	k := r.task(oid, "demand")
	id, code := e.findGroup(ctx, k, name)
	if code == "" && id == "" {
		id, code = e.createGroup(ctx, k, oid, name)
	}
	if code != "" {
		return code
	}
	e.mu.Lock()
	e.joinGroup(oid, id, name)
	var oids, ids []string
	for _, m := range members {
		if u := e.user(m); g.members[m] && u.link != nil && u.deleted.IsZero() {
			oids, ids = append(oids, m), append(ids, u.link.id)
		}
	}
	e.mu.Unlock()
	if len(ids) == 0 {
		return ""
	}
	e.t.memory.wrote(append(ids, id)...)
	a := k.do(ctx, http.MethodPatch, resource("/Groups", id), scimtest.PatchBody(Legacy.members("add", ids)...))
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, m := range oids {
		if a.ok() {
			g.link.members[m] = true
		} else {
			g.link.unsure[m] = true
			g.changed[m], g.dirty = true, true
		}
	}
	return a.code()
}
