package idpsim

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/embedscim/scim/scimtest"
)

// syncUser carries out what is to be done for a user.
func (o *Okta) syncUser(ctx context.Context, r *run, id string) {
	o.mu.Lock()
	u := o.users[id]
	profile, on, target := u.User, u.assigned && !u.Disabled, u.id
	want := maps.Clone(u.want)
	u.dirty = false
	o.mu.Unlock()
	values := map[*mapping]any{externalID: id, active: on}
	for _, m := range oktaMappings {
		if v := m.of(&profile); v != "" {
			values[m] = v
		}
	}
	k := r.task(id, "1 user")
	target, got, code := o.push(ctx, k, target, values, want)
	o.mu.Lock()
	defer o.mu.Unlock()
	if target != "" {
		u.id, o.names[target] = target, id
	}
	if o.done(id, code) {
		u.want = got
	} else {
		// Nothing is known of the profile until it is written again.
		u.want, u.dirty = nil, true
	}
}

// push returns the id, and what the service provider has acknowledged.
func (o *Okta) push(ctx context.Context, k *task, id string, values, want map[*mapping]any) (string, map[*mapping]any, string) {
	if id == "" {
		if values[active] == false {
			return "", nil, ""
		}
		name, _ := values[userName].(string)
		a := k.do(ctx, http.MethodGet, query("/Users", "userName", name, "startIndex", "1", "count", "100"), nil)
		if code := k.listed(a, 1); code != "" {
			return "", nil, code
		}
		found, _ := hits(a)
		if len(found) == 0 {
			return o.create(ctx, k, values)
		}
		k.t.memory.came(k.object, name)
		if id, _ = scimtest.At(found[0], "id").(string); id == "" {
			k.violate(Answers, k.object, "a query for userName: got a user without an id")
			return "", nil, codeIncompatible
		}
	}
	got := map[*mapping]any{}
	maps.Copy(got, want)
	if values[active] == false {
		// Who leaves is disabled, the profile is not pushed any more.
		values = map[*mapping]any{active: false}
	}
	if !o.t.cfg.Wizard && want[active] != values[active] {
		k.t.memory.wrote(id)
		a := k.do(ctx, http.MethodPatch, resource("/Users", id), scimtest.PatchBody(scimtest.Op("replace", "", scimtest.Object{"active": values[active]})))
		if !a.ok() {
			return id, nil, a.code()
		}
		got[active] = values[active]
		k.shows(ctx, "/Users", id, map[*mapping]any{active: values[active]})
	}
	changed := false
	for m, v := range values {
		changed = changed || !same(v, got[m])
	}
	if !changed {
		return id, got, ""
	}
	if code := o.put(ctx, k, id, values); code != "" {
		return id, nil, code
	}
	maps.Copy(got, values)
	return id, got, ""
}

func (o *Okta) create(ctx context.Context, k *task, values map[*mapping]any) (string, map[*mapping]any, string) {
	body := scimtest.Object{"schemas": []string{coreUser}, "locale": "en-US", "groups": []any{}}
	for _, m := range sorted(values) {
		m.write(body, values[m])
	}
	name, _ := values[userName].(string)
	k.t.memory.sent(k.object, name)
	a := k.do(ctx, http.MethodPost, "/Users", body, http.StatusConflict)
	if !a.ok() {
		if found, ok := hits(k.look(ctx, query("/Users", "userName", name))); a.status == http.StatusConflict && ok && len(found) == 0 {
			k.violate(UniqueUserName, k.object, "409 for userName %q, but a query for it finds nobody", name)
		}
		return "", nil, a.code()
	}
	k.t.memory.came(k.object, name)
	id, code := k.created(a)
	if code == "" {
		k.t.memory.wrote(id)
		k.shows(ctx, "/Users", id, values)
	}
	return id, values, code
}

// put reads a user, and writes it back with the profile, readOnly attributes and all.
func (o *Okta) put(ctx context.Context, k *task, id string, values map[*mapping]any) string {
	a := k.do(ctx, http.MethodGet, resource("/Users", id), nil)
	if !a.ok() {
		if a.status == http.StatusNotFound {
			k.violate(Links, k.object, "expected the user with id %s, got 404", id)
		}
		return a.code()
	}
	body := a.object
	for _, m := range sorted(values) {
		m.write(body, values[m])
	}
	k.t.memory.wrote(id)
	if a = k.do(ctx, http.MethodPut, resource("/Users", id), body, http.StatusConflict); a.ok() {
		k.shows(ctx, "/Users", id, values)
	}
	return a.code()
}

// syncGroup carries out what is to be done for a pushed group.
func (o *Okta) syncGroup(ctx context.Context, r *run, id string) {
	o.mu.Lock()
	g := o.groups[id]
	g.dirty = false
	p := groupPush{name: g.name, id: g.id, rename: g.shown != g.name, deleted: g.deleted, all: g.all || len(g.unsure) > 0}
	for _, m := range slices.Sorted(maps.Keys(o.users)) {
		u := o.users[m]
		in := g.members[m] && u.id != "" && (g.has[m] || u.assigned && !u.Disabled && o.tasks[m] == nil)
		switch {
		case in:
			p.members = append(p.members, m)
			p.list = append(p.list, scimtest.Object{"value": u.id, "display": u.Name})
			if !g.has[m] {
				p.add = append(p.add, scimtest.Object{"value": u.id, "display": u.Name})
				p.came = append(p.came, m)
			}
		case g.has[m]:
			p.remove = append(p.remove, u.id)
			p.came = append(p.came, m)
		}
	}
	o.mu.Unlock()
	target, code := o.pushGroup(ctx, r.task(id, "1 group"), p)
	o.mu.Lock()
	defer o.mu.Unlock()
	if target != "" {
		g.id, o.names[target] = target, id
	}
	if !o.done(id, code) {
		g.dirty = true
		for _, m := range p.came {
			g.unsure[m] = true
		}
		return
	}
	if p.deleted {
		if p.id != "" {
			o.gone = append(o.gone, tombstone{id, "/Groups", p.id, "displayName", g.shown})
		}
		g.id = ""
		return
	}
	g.shown, g.all = p.name, false
	clear(g.has)
	clear(g.unsure)
	for _, m := range p.members {
		g.has[m] = true
	}
}

// A groupPush is what is to be written for a group.
type groupPush struct {
	name, id             string
	rename, deleted, all bool
	members, came        []string // ids in the org: of all members, and of those that come or go
	list, add            []any
	remove               []string
}

func (o *Okta) pushGroup(ctx context.Context, k *task, p groupPush) (id, code string) {
	if p.id == "" {
		if p.deleted {
			return "", ""
		}
		return o.createGroup(ctx, k, p)
	}
	path := resource("/Groups", p.id)
	if p.deleted {
		k.t.memory.deleted()
		a := k.do(ctx, http.MethodDelete, path, nil, http.StatusNotFound)
		if a.status == http.StatusNotFound {
			return "", ""
		}
		return "", a.code()
	}
	var ids []string
	for _, e := range p.list {
		ids = append(ids, e.(scimtest.Object)["value"].(string))
	}
	k.t.memory.wrote(append(append(ids, p.remove...), p.id)...)
	if o.t.cfg.Wizard {
		if !p.rename && !p.all && len(p.add)+len(p.remove) == 0 {
			return p.id, ""
		}
		list := p.list
		if list == nil {
			list = []any{}
		}
		a := k.do(ctx, http.MethodPut, path, scimtest.Object{"schemas": []string{coreGroup}, "id": p.id, "displayName": p.name, "members": list})
		return p.id, a.code()
	}
	if p.rename {
		a := k.do(ctx, http.MethodPatch, path, scimtest.PatchBody(scimtest.Op("replace", "", scimtest.Object{"id": p.id, "displayName": p.name})), http.StatusConflict)
		if !a.ok() {
			return p.id, a.code()
		}
	}
	var ops []scimtest.Object
	switch {
	case p.all:
		list := p.list
		if list == nil {
			list = []any{}
		}
		ops = append(ops, scimtest.Op("replace", "members", list))
	default:
		ops = Flag.members("remove", p.remove)
		if len(p.add) > 0 {
			ops = append(ops, scimtest.Op("add", "members", p.add))
		}
	}
	if len(ops) == 0 {
		return p.id, ""
	}
	return p.id, k.do(ctx, http.MethodPatch, path, scimtest.PatchBody(ops...)).code()
}

func (o *Okta) createGroup(ctx context.Context, k *task, p groupPush) (id, code string) {
	a := k.do(ctx, http.MethodGet, query("/Groups", "displayName", p.name, "startIndex", "1", "count", "100"), nil)
	if code := k.listed(a, 1); code != "" {
		return "", code
	}
	if found, _ := hits(a); len(found) == 1 {
		// After an answer that was lost the group is there; one of somebody else may not be pushed.
		id, _ := scimtest.At(found[0], "id").(string)
		if !o.mine(k.object) || k.t.memory.baseline[id] {
			return "", codeConflict
		}
		k.t.memory.came("", p.name)
		p.id, p.rename, p.all = id, false, true
		return o.pushGroup(ctx, k, p)
	}
	body := scimtest.Object{"schemas": []string{coreGroup}, "displayName": p.name}
	if p.list != nil {
		body["members"] = p.list
	}
	// Okta gives groups no externalId.
	k.t.memory.sent("", p.name)
	if a = k.do(ctx, http.MethodPost, "/Groups", body, http.StatusConflict); !a.ok() {
		return "", a.code()
	}
	k.t.memory.came("", p.name)
	if id, code = k.created(a); code == "" {
		k.t.memory.wrote(id)
	}
	return id, code
}

// mine reports whether a group may have been created before, by a request whose answer was lost.
func (o *Okta) mine(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tasks[id] != nil
}
