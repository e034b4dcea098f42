package idpsim

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

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
