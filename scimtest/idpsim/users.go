package idpsim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// A snapshot is a user as a cycle found it. The directory may change meanwhile.
type snapshot struct {
	oid     string
	profile User
	inScope bool
	erase   bool // to be deleted in the service provider
	id      string
	want    map[*mapping]any
	sure    bool // want is what the service provider has, unless it lost it
}

// An outcome is what became of a user.
type outcome struct {
	id     string
	want   map[*mapping]any
	erased bool
	open   []change // sent, but perhaps not stored
	code   string   // the error, or ""
}

func (e *Entra) snapshot(oid string) snapshot {
	u := e.users[oid]
	s := snapshot{oid: oid, profile: u.User, inScope: u.inScope, want: map[*mapping]any{}, sure: e.escrow[oid] == nil}
	if u.link != nil {
		s.id = u.link.id
		maps.Copy(s.want, u.link.want)
	}
	// Who was unassigned first is never deleted, only disabled (known issue).
	s.erase = u.purged && s.id != "" && e.assigned()[oid]
	return s
}

// values returns what the mappings make of the user. Empty values are never sent.
func (s *snapshot) values() map[*mapping]any {
	out := map[*mapping]any{externalID: s.oid, active: s.inScope && !s.profile.Disabled}
	for _, m := range entraMappings {
		if v := m.of(&s.profile); v != "" {
			out[m] = v
		}
	}
	return out
}

// sorted returns the mappings that have a value, in their order.
func sorted(values map[*mapping]any) []*mapping {
	return slices.SortedFunc(maps.Keys(values), func(a, b *mapping) int { return strings.Compare(a.path, b.path) })
}

// held reports whether the cycle can't go on, and then keeps the object for the next one.
func (e *Entra) held(ctx context.Context, keep *bool) bool {
	if e.halt == "" && ctx.Err() == nil {
		return false
	}
	*keep = true
	return true
}

// syncUser carries out what a cycle finds to do for a user.
func (e *Entra) syncUser(ctx context.Context, r *run, oid string) {
	e.mu.Lock()
	if e.held(ctx, &e.users[oid].dirty) {
		e.mu.Unlock()
		return
	}
	s := e.snapshot(oid)
	e.mu.Unlock()
	o := e.provision(ctx, r.task(oid, "1 user"), s, e.t.cfg.Dialect)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.commit(s, o)
	if o.code != "" {
		e.fail(oid, o.code)
	}
}

// commit takes note of what became of a user.
func (e *Entra) commit(s snapshot, o outcome) {
	u := e.users[s.oid]
	if o.erased {
		u.link.erased = true
		return
	}
	if o.id == "" {
		return
	}
	e.join(s.oid, o.id)
	if o.code != "" {
		// Nothing is known of these until they are written again.
		for _, c := range o.open {
			delete(u.link.want, c.m)
		}
		return
	}
	if before, _ := u.link.want[userName].(string); before != o.want[userName] && e.released != nil {
		e.released[strings.ToLower(before)] = true
	}
	u.link.want = o.want
}

// join links a user to an id, unless there is a link.
func (e *Entra) join(oid, id string) {
	if u := e.users[oid]; u.link == nil {
		u.link = &link{id: id}
		e.linked[id], e.names[id] = oid, oid
	}
}

// sweep forgets the users that were deleted in this cycle. The service provider has to take them out of all groups.
func (e *Entra) sweep() {
	for oid, u := range e.users {
		if u.link == nil || !u.link.erased {
			continue
		}
		name, _ := u.link.want[userName].(string)
		e.gone = append(e.gone, tombstone{oid, "/Users", u.link.id, "userName", name})
		for _, g := range e.groups {
			if g.link != nil {
				delete(g.link.members, oid)
				delete(g.link.unsure, oid)
			}
			delete(g.changed, oid)
		}
		delete(e.linked, u.link.id)
		u.link = nil
	}
}

// provision finds a user, and creates, changes or deletes it.
func (e *Entra) provision(ctx context.Context, k *task, s snapshot, d Dialect) outcome {
	if s.erase {
		k.t.memory.deleted()
		a := k.do(ctx, http.MethodDelete, resource("/Users", s.id), nil, http.StatusNotFound)
		if !a.ok() && a.status != http.StatusNotFound {
			return outcome{code: a.code()}
		}
		return outcome{id: s.id, erased: true}
	}
	values := s.values()
	if s.id == "" {
		if values[active] == false {
			return outcome{}
		}
		var code string
		if s.id, code = e.match(ctx, k, s, values); code != "" {
			return outcome{code: code}
		}
		if s.id == "" {
			return e.create(ctx, k, values)
		}
		s.sure = false
	}
	if !s.inScope {
		values = map[*mapping]any{active: false}
	}
	return e.update(ctx, k, s, values, d)
}

// match looks for the user by the matching attributes, and returns the id, or "" and perhaps an error.
func (e *Entra) match(ctx context.Context, k *task, s snapshot, values map[*mapping]any) (id, code string) {
	for _, attribute := range e.t.cfg.Matching {
		var value any
		for m, v := range values {
			if m.path == attribute {
				value = v
			}
		}
		text, _ := value.(string)
		if text == "" {
			continue
		}
		a := k.do(ctx, http.MethodGet, query("/Users", attribute, text), nil)
		if code := k.listed(a, -1); code != "" {
			return "", code
		}
		found, _ := hits(a)
		switch {
		case len(found) > 1:
			return "", codeDuplicates
		case len(found) == 1:
			return e.claim(k, s, attribute, text, found[0])
		}
	}
	return "", ""
}

// claim takes a resource that a query has found, if it is what was looked for and nobody else's.
func (e *Entra) claim(k *task, s snapshot, attribute, value string, o scimtest.Object) (id, code string) {
	got, _ := mapTo(attribute, nil).read(o)
	if text, _ := got.(string); !strings.EqualFold(text, value) {
		k.violate(Answers, s.oid, "a query for %s eq %q: got a user with %s", attribute, value, scimtest.JSON(got))
		return "", codeIncompatible
	}
	id, _ = scimtest.At(o, "id").(string)
	if id == "" {
		k.violate(Answers, s.oid, "a query for %s eq %q: got a user without an id", attribute, value)
		return "", codeIncompatible
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if owner := e.linked[id]; owner != "" && owner != s.oid {
		return "", codeConflict
	}
	e.join(s.oid, id)
	if name, _ := userName.read(o); name != nil {
		e.t.memory.came(s.oid, fmt.Sprint(name))
	}
	return id, ""
}
