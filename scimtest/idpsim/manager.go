package idpsim

import (
	"context"
	"net/http"

	"github.com/embedscim/scim/scimtest"
)

// syncManager writes who the manager is. A manager who is not provisioned is left out, and not seen to later (known issue).
func (e *Entra) syncManager(ctx context.Context, r *run, oid string) {
	e.mu.Lock()
	u := e.users[oid]
	if e.held(ctx, &u.dirty) {
		e.mu.Unlock()
		return
	}
	l, want := u.link, u.Manager
	if l == nil || l.erased || !u.inScope || e.failed[oid] || l.manager == want && !l.open {
		e.mu.Unlock()
		return
	}
	var managerID string
	if want != "" {
		m := e.users[want]
		if m == nil || m.link == nil || m.link.erased || !m.inScope {
			e.mu.Unlock()
			return
		}
		managerID = m.link.id
	}
	id, had := l.id, l.manager != ""
	e.mu.Unlock()

	k := r.task(oid, "2 manager")
	d := e.t.cfg.Dialect.drawn(k)
	k.t.memory.wrote(id)
	a := k.do(ctx, http.MethodPatch, resource("/Users", id), scimtest.PatchBody(d.manager(k, managerID, had)))
	if a.ok() {
		got, _ := scimtest.At(k.look(ctx, resource("/Users", id)).object, enterprise, "manager", "value").(string)
		if got != managerID {
			k.violate(ReadYourWrites, oid, "manager: %q was acknowledged, the next read has %q", managerID, got)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !a.ok() {
		e.fail(oid, a.code())
		l.open = l.open || a.uncertain()
		return
	}
	l.manager, l.managed, l.open = want, true, false
}
