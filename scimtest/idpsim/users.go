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

// create makes a user.
func (e *Entra) create(ctx context.Context, k *task, values map[*mapping]any) outcome {
	name, _ := values[userName].(string)
	body := scimtest.Object{"schemas": []string{coreUser, enterprise}, "meta": scimtest.Object{"resourceType": "User"}, "roles": []any{}}
	for _, m := range sorted(values) {
		m.write(body, values[m])
	}
	k.t.memory.sent(k.object, name)
	a := k.do(ctx, http.MethodPost, "/Users", body, http.StatusConflict)
	if !a.ok() {
		if a.status == http.StatusConflict {
			e.conflict(ctx, k, name, "")
		}
		return outcome{code: a.code()}
	}
	k.t.memory.came(k.object, name)
	id, code := k.created(a)
	if code != "" {
		return outcome{code: code}
	}
	k.t.memory.wrote(id)
	k.shows(ctx, "/Users", id, values)
	if found, ok := hits(k.look(ctx, query("/Users", "userName", name))); !ok || find(found, id) == nil {
		k.violate(ReadYourWrites, k.object, "it was created with 201: expected that a query for userName finds it at once, found %d users", len(found))
	}
	return outcome{id: id, want: values}
}

// created returns the id of what a POST has made.
func (k *task) created(a answer) (id, code string) {
	id, _ = scimtest.At(a.object, "id").(string)
	if a.status != http.StatusCreated || id == "" {
		k.violate(Answers, k.object, "POST: expected 201 and a body with an id, got %d with id %q", a.status, id)
	}
	if id == "" {
		return "", codeIncompatible
	}
	return id, ""
}

// conflict finds out whether a 409 for a userName has a reason: another user, who can be found by it.
func (e *Entra) conflict(ctx context.Context, k *task, name, id string) {
	if e.rival(k.object, name) {
		return
	}
	found, ok := hits(k.look(ctx, query("/Users", "userName", name)))
	if ok && (len(found) == 0 || len(found) == 1 && scimtest.At(found[0], "id") == id) {
		k.violate(UniqueUserName, k.object, "409 for userName %q, but a query for it finds no other user", name)
	}
}

// rival reports whether another user of the directory has the userName in the service provider, or had it before this cycle.
func (e *Entra) rival(oid, name string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for other, u := range e.users {
		if u.link == nil || other == oid {
			continue
		}
		if had, _ := u.link.want[userName].(string); strings.EqualFold(had, name) {
			return true
		}
	}
	return e.released[strings.ToLower(name)]
}

// update reads a user, and writes what differs.
func (e *Entra) update(ctx context.Context, k *task, s snapshot, values map[*mapping]any, d Dialect) outcome {
	path := resource("/Users", s.id)
	a := k.do(ctx, http.MethodGet, path, nil, http.StatusNotFound)
	if !a.ok() {
		if a.status == http.StatusNotFound {
			k.violate(Links, s.oid, "expected the user with id %s, got 404", s.id)
		}
		return outcome{code: a.code()}
	}
	if got := scimtest.At(a.object, "id"); got != s.id {
		k.violate(Links, s.oid, "GET by id %s: got a user with id %s", s.id, scimtest.JSON(got))
		return outcome{code: codeIncompatible}
	}
	o := outcome{id: s.id, want: maps.Clone(s.want)}
	var changes []change
	for _, m := range sorted(values) {
		got, _ := m.read(a.object)
		if same(values[m], got) {
			o.want[m] = values[m]
			continue
		}
		if before, ok := s.want[m]; s.sure && ok && same(before, values[m]) {
			k.violate(NoChange, s.oid, "%s: %s was acknowledged, but it is to be written again: got %s", m.path, scimtest.JSON(before), scimtest.JSON(got))
		}
		changes = append(changes, change{m: m, value: values[m], add: got == nil})
	}
	if len(changes) == 0 {
		return o
	}
	body := scimtest.PatchBody(d.drawn(k).attributes(changes)...)
	k.t.memory.wrote(s.id)
	a = k.do(ctx, http.MethodPatch, path, body, http.StatusConflict)
	if !a.ok() {
		if a.status == http.StatusConflict {
			name, _ := values[userName].(string)
			e.conflict(ctx, k, name, s.id)
		}
		o = outcome{id: s.id, code: a.code()}
		if a.uncertain() {
			o.open = changes
		}
		return o
	}
	written := map[*mapping]any{}
	for _, c := range changes {
		o.want[c.m], written[c.m] = c.value, c.value
	}
	k.shows(ctx, "/Users", s.id, written)
	k.repeat(ctx, path, body)
	return o
}

// shows compares what was written with what the next read shows.
func (k *task) shows(ctx context.Context, endpoint, id string, values map[*mapping]any) {
	a := k.look(ctx, resource(endpoint, id))
	if !a.ok() {
		k.violate(ReadYourWrites, k.object, "a write was acknowledged: expected to read it by id, got %s", k.got(a))
		return
	}
	for _, m := range sorted(values) {
		if got, _ := m.read(a.object); !same(values[m], got) {
			k.violate(ReadYourWrites, k.object, "%s: %s was acknowledged, the next read has %s", m.path, scimtest.JSON(values[m]), scimtest.JSON(got))
		}
	}
}

// repeated is the share of PATCHes of users that are sent once more, to see that nothing comes of it.
const repeated = 0.2

// repeat sends a PATCH of a user once more, as a client does whose connection broke.
func (k *task) repeat(ctx context.Context, path string, body any) {
	if k.draw.Float64() >= repeated {
		return
	}
	before := k.look(ctx, path)
	a, _ := k.send(ctx, http.MethodPatch, path, body)
	if !before.ok() || !a.ok() {
		k.violate(Idempotence, k.object, "PATCH %s once more: expected 2xx as the first time, got %s", path, k.got(a))
		return
	}
	after := k.look(ctx, path)
	for name, v := range before.object {
		if w := after.object[name]; name != "meta" && !scimtest.Equal(v, w) {
			k.violate(Idempotence, k.object, "PATCH %s once more: %s was %s, is %s", path, name, scimtest.JSON(v), scimtest.JSON(w))
		}
	}
	if v, w := scimtest.At(before.object, "meta", "lastModified"), scimtest.At(after.object, "meta", "lastModified"); !scimtest.Equal(v, w) {
		k.violate(LastModified, k.object, "PATCH %s once more changed nothing, but lastModified moved from %s to %s", path, scimtest.JSON(v), scimtest.JSON(w))
	}
}

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
