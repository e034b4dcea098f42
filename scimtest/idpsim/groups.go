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

// syncGroup creates, renames or deletes a group. Members follow later.
func (e *Entra) syncGroup(ctx context.Context, r *run, oid string) {
	e.mu.Lock()
	g := e.groups[oid]
	if e.held(ctx, &g.dirty) {
		e.mu.Unlock()
		return
	}
	name, keep, id := g.name, g.assigned && !g.deleted, ""
	if g.link != nil {
		id = g.link.id
	}
	e.mu.Unlock()
	if id == "" && !keep {
		return
	}
	k := r.task(oid, "1 group")
	var code string
	switch {
	case !keep:
		code = e.removeGroup(ctx, k, id)
	case id == "":
		id, code = e.findGroup(ctx, k, name)
		if code == "" && id == "" {
			id, code = e.createGroup(ctx, k, oid, name)
		} else if code == "" {
			code = e.renameGroup(ctx, k, id, name)
		}
	default:
		code = e.renameGroup(ctx, k, id, name)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case code != "":
		e.fail(oid, code)
	case !keep:
		e.gone = append(e.gone, tombstone{oid, "/Groups", id, "displayName", g.link.name})
		delete(e.linked, id)
		g.link = nil
	default:
		e.joinGroup(oid, id, name)
		g.link.name = name
	}
}

// joinGroup links a group to an id, unless there is a link.
func (e *Entra) joinGroup(oid, id, name string) {
	if g := e.groups[oid]; g.link == nil {
		g.link = &groupLink{id: id, name: name, members: map[string]bool{}, unsure: map[string]bool{}}
		e.linked[id], e.names[id] = oid, oid
	}
}

func (e *Entra) removeGroup(ctx context.Context, k *task, id string) string {
	k.t.memory.deleted()
	a := k.do(ctx, http.MethodDelete, resource("/Groups", id), nil, http.StatusNotFound)
	if a.ok() || a.status == http.StatusNotFound {
		return ""
	}
	return a.code()
}

// findGroup looks for a group by its name. Entra ID never reads members.
func (e *Entra) findGroup(ctx context.Context, k *task, name string) (id, code string) {
	a := k.do(ctx, http.MethodGet, query("/Groups", "displayName", name, "excludedAttributes", "members"), nil)
	if code := k.listed(a, -1); code != "" {
		return "", code
	}
	found, _ := hits(a)
	if len(found) == 0 {
		return "", ""
	}
	if len(found) > 1 {
		return "", codeDuplicates
	}
	if got, _ := scimtest.At(found[0], "displayName").(string); !strings.EqualFold(got, name) {
		k.violate(Answers, k.object, "a query for displayName eq %q: got a group with %q", name, got)
		return "", codeIncompatible
	}
	if code := k.withoutMembers(found[0]); code != "" {
		return "", code
	}
	id, _ = scimtest.At(found[0], "id").(string)
	e.mu.Lock()
	defer e.mu.Unlock()
	if owner := e.linked[id]; owner != "" && owner != k.object {
		return "", codeConflict
	}
	e.joinGroup(k.object, id, fmt.Sprint(scimtest.At(found[0], "displayName")))
	k.t.memory.came(k.object, name)
	return id, ""
}

func (k *task) withoutMembers(o scimtest.Object) string {
	if scimtest.At(o, "members") == nil {
		return ""
	}
	k.violate(Answers, k.object, "excludedAttributes=members: expected a group without members, got them")
	return codeMultiple
}

func (e *Entra) createGroup(ctx context.Context, k *task, oid, name string) (id, code string) {
	k.t.memory.sent(oid, name)
	a := k.do(ctx, http.MethodPost, "/Groups", scimtest.Object{
		"schemas": []string{coreGroup, adGroup}, "externalId": oid, "displayName": name, "meta": scimtest.Object{"resourceType": "Group"},
	}, http.StatusConflict)
	if !a.ok() {
		if a.status == http.StatusConflict {
			if found, ok := hits(k.look(ctx, query("/Groups", "displayName", name))); ok && len(found) == 0 {
				k.violate(Answers, oid, "409 for displayName %q, but a query for it finds no group", name)
			}
		}
		return "", a.code()
	}
	k.t.memory.came(oid, name)
	if id, code = k.created(a); code == "" {
		k.t.memory.wrote(id)
		k.shows(ctx, "/Groups", id, map[*mapping]any{displayName: name})
	}
	return id, code
}

var displayName = mapTo("displayName", nil)

// renameGroup writes the name, if the service provider has another.
func (e *Entra) renameGroup(ctx context.Context, k *task, id, name string) string {
	path := resource("/Groups", id)
	a := k.do(ctx, http.MethodGet, path+"?excludedAttributes=members", nil, http.StatusNotFound)
	if !a.ok() {
		if a.status == http.StatusNotFound {
			k.violate(Links, k.object, "expected the group with id %s, got 404", id)
		}
		return a.code()
	}
	if code := k.withoutMembers(a.object); code != "" {
		return code
	}
	if scimtest.At(a.object, "displayName") == name {
		return ""
	}
	d := e.t.cfg.Dialect.drawn(k)
	k.t.memory.wrote(id)
	a = k.do(ctx, http.MethodPatch, path, scimtest.PatchBody(d.attributes([]change{{m: displayName, value: name}})...), http.StatusConflict)
	if a.ok() {
		k.shows(ctx, "/Groups", id, map[*mapping]any{displayName: name})
	}
	return a.code()
}

// A batch is what one PATCH adds to a group or takes out.
type batch struct {
	*task
	g    *group
	id   string
	size int // of the group
	op   string
	oids []string
	ids  []string
}

// batches divides the changes of members. Those of one group are in flight at the same time, as Entra ID's are.
func (e *Entra) batches(r *run, p *plan) []*batch {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*batch
	for _, oid := range p.groups {
		g, changed := e.groups[oid], p.changed[oid]
		switch {
		case e.halt != "":
			g.dirty = true
			maps.Copy(g.changed, changed)
			continue
		case e.failed[oid]:
			maps.Copy(g.changed, changed)
			continue
		case g.link == nil:
			continue
		}
		var add, remove []string
		for _, m := range slices.Sorted(maps.Keys(changed)) {
			u := e.users[m]
			known := g.link.members[m] || g.link.unsure[m]
			switch {
			case u.link == nil:
			case g.members[m] && !g.link.members[m] && !u.link.erased && u.inScope:
				add = append(add, m)
			case !g.members[m] && known:
				remove = append(remove, m)
			}
		}
		for op, list := range map[string][]string{"add": add, "remove": remove} {
			n := 0
			for oids := range slices.Chunk(list, e.t.cfg.Batch) {
				n++
				b := &batch{task: r.task(oid, fmt.Sprintf("2 %s %06d", op, n)), g: g, id: g.link.id, size: len(g.link.members), op: op, oids: oids}
				for _, m := range oids {
					b.ids = append(b.ids, e.users[m].link.id)
				}
				out = append(out, b)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *batch) int { return strings.Compare(a.object+a.op, b.object+b.op) })
	return out
}

// syncMembers sends one batch.
func (e *Entra) syncMembers(ctx context.Context, b *batch) {
	e.mu.Lock()
	if e.held(ctx, &b.g.dirty) {
		for _, m := range b.oids {
			b.g.changed[m] = true
		}
		e.mu.Unlock()
		return
	}
	e.mu.Unlock()
	d := e.t.cfg.Dialect.drawn(b.task)
	b.t.memory.wrote(append(b.ids, b.id)...)
	a := b.do(ctx, http.MethodPatch, resource("/Groups", b.id), scimtest.PatchBody(d.members(b.op, b.ids)...))
	e.mu.Lock()
	defer e.mu.Unlock()
	if !a.ok() {
		e.fail(b.object, a.code())
	} else if !a.injected {
		b.t.timing.patched(b.size, a.took)
	}
	for _, m := range b.oids {
		switch {
		case !a.ok():
			b.g.changed[m] = true
			b.g.link.unsure[m] = true
		case b.op == "add":
			b.g.link.members[m] = true
			delete(b.g.link.unsure, m)
		default:
			delete(b.g.link.members, m)
			delete(b.g.link.unsure, m)
		}
	}
}
