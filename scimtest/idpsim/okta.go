package idpsim

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// An Okta is an org with one application, which it provisions to. Its directory is changed with methods such as [Okta.CreateUser];
// nothing reaches the service provider before the next [Okta.Sync]. (Okta writes within seconds of each change; calling
// Sync after each is that.)
//
// All methods are safe for concurrent use. Those that take an id panic if there is no such user or group.
type Okta struct {
	t *target

	running sync.Mutex // held by Sync

	mu     sync.Mutex // guards the rest
	draw   *rand.Rand
	now    time.Time
	syncs  int
	users  map[string]*oktaUser
	groups map[string]*oktaGroup
	order  []string
	names  map[string]string // ids in the service provider to those in the org
	gone   []tombstone
	tasks  map[string]*Escrow // what failed
}

type oktaUser struct {
	User
	assigned bool
	dirty    bool
	id       string
	want     map[*mapping]any
}

type oktaGroup struct {
	name    string
	members map[string]bool
	deleted bool
	dirty   bool
	all     bool // all members are to be written
	id      string
	shown   string          // the name in the service provider
	has     map[string]bool // acknowledged members
	unsure  map[string]bool
}

// NewOkta returns an org with an empty directory. cfg.Dialect and cfg.Matching have no meaning for it.
func NewOkta(cfg Config) *Okta {
	cfg = cfg.withDefaults()
	return &Okta{
		t:    newTarget(cfg, "Okta SCIM Client 1.0.0"),
		draw: rand.New(rand.NewPCG(cfg.Seed, 2)), now: cfg.Start,
		users: map[string]*oktaUser{}, groups: map[string]*oktaGroup{}, names: map[string]string{}, tasks: map[string]*Escrow{},
	}
}

// SetFaults changes the faults that are injected from the next request on.
func (o *Okta) SetFaults(f Faults) { o.t.faults.Store(&f) }

func (o *Okta) user(id string) *oktaUser {
	u := o.users[id]
	if u == nil {
		panic(fmt.Sprintf("idpsim: there is no user %q", id))
	}
	return u
}

func (o *Okta) group(id string) *oktaGroup {
	g := o.groups[id]
	if g == nil {
		panic(fmt.Sprintf("idpsim: there is no group %q", id))
	}
	return g
}

// newID draws an id such as 00u1a2b3c4d5e6f7a8b9.
func (o *Okta) newID(prefix string) string {
	return fmt.Sprintf("%s%017x", prefix, o.draw.Uint64())
}

// CreateUser creates a user who is assigned to the application, and returns the id.
func (o *Okta) CreateUser(u User) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.newID("00u")
	o.users[id] = &oktaUser{User: u, assigned: true, dirty: true}
	o.order = append(o.order, id)
	return id
}

// UpdateUser changes a user with a function, which must not call methods of o. Disabled means suspended or deactivated.
func (o *Okta) UpdateUser(id string, change func(*User)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.user(id)
	change(&u.User)
	u.dirty = true
}

// Assign assigns a user to the application.
func (o *Okta) Assign(id string) { o.assign(id, true) }

// Unassign takes the assignment back, as deleting the user in Okta does: the user is disabled, and never deleted.
func (o *Okta) Unassign(id string) { o.assign(id, false) }

func (o *Okta) assign(id string, to bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.user(id)
	u.assigned, u.dirty = to, true
}

// PushGroup pushes a new group, and returns its id. Only users who are assigned and active become members.
func (o *Okta) PushGroup(name string, members ...string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.newID("00g")
	g := &oktaGroup{name: name, members: map[string]bool{}, dirty: true, has: map[string]bool{}, unsure: map[string]bool{}}
	o.groups[id] = g
	o.order = append(o.order, id)
	o.member(g, members, true)
	return id
}

// RenameGroup changes the name of a group.
func (o *Okta) RenameGroup(id, name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	g := o.group(id)
	g.name, g.dirty = name, true
}

// AddMembers adds users to a group.
func (o *Okta) AddMembers(id string, users ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.member(o.group(id), users, true)
}

// RemoveMembers takes users out of a group.
func (o *Okta) RemoveMembers(id string, users ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.member(o.group(id), users, false)
}

func (o *Okta) member(g *oktaGroup, users []string, in bool) {
	for _, id := range users {
		o.user(id)
		if in {
			g.members[id] = true
		} else {
			delete(g.members, id)
		}
		g.dirty = true
	}
}

// PushNow writes all members of a group over those that the service provider has.
func (o *Okta) PushNow(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	g := o.group(id)
	g.all, g.dirty = true, true
}

// DeleteGroup unlinks a pushed group and deletes it in the application.
func (o *Okta) DeleteGroup(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	g := o.group(id)
	g.deleted, g.dirty = true, true
}

// Sync writes what changed, and tries again what failed before, as an administrator does under Tasks. Then it compares the
// service provider with what it must be.
func (o *Okta) Sync(ctx context.Context) *Report {
	o.running.Lock()
	defer o.running.Unlock()
	o.mu.Lock()
	o.syncs++
	o.now = o.now.Add(time.Minute)
	r := o.t.run(fmt.Sprintf("sync %d", o.syncs))
	var users, groups []string
	for _, id := range o.order {
		if u := o.users[id]; u != nil && u.dirty {
			users = append(users, id)
		} else if g := o.groups[id]; g != nil && g.dirty {
			groups = append(groups, id)
		}
	}
	o.mu.Unlock()
	o.t.memory.read(ctx, r)
	each(o.t.cfg.Concurrency, users, func(id string) { o.syncUser(ctx, r, id) })
	each(o.t.cfg.Concurrency, groups, func(id string) { o.syncGroup(ctx, r, id) })
	if ctx.Err() == nil && o.t.memory.known() {
		o.mu.Lock()
		w := o.wanted()
		o.mu.Unlock()
		r.compare(ctx, w)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = nil
	rep := r.report(o.now)
	rep.names = maps.Clone(o.names)
	for _, id := range o.order {
		if x := o.tasks[id]; x != nil {
			rep.Escrow = append(rep.Escrow, *x)
		}
	}
	return rep
}

// Import reads all users and groups, as Okta's import does, and compares.
func (o *Okta) Import(ctx context.Context) *Report {
	o.running.Lock()
	defer o.running.Unlock()
	o.mu.Lock()
	r := o.t.run(fmt.Sprintf("import %d", o.syncs))
	w, now := o.wanted(), o.now
	o.mu.Unlock()
	o.t.memory.read(ctx, r)
	k := r.task("", "import")
	for _, endpoint := range []string{"/Users", "/Groups"} {
		for start := 1; ; {
			a := k.do(ctx, "GET", fmt.Sprintf("%s?startIndex=%d&count=100", endpoint, start), nil)
			page, ok := hits(a)
			if start += len(page); !ok || len(page) == 0 || start > total(a) {
				break
			}
		}
	}
	r.compare(ctx, w)
	return r.report(now)
}

// done takes note of what became of an object: an error is kept under Tasks.
func (o *Okta) done(id, code string) bool {
	if code == "" {
		delete(o.tasks, id)
		return true
	}
	x := o.tasks[id]
	if x == nil {
		x = &Escrow{Object: id}
		o.tasks[id] = x
	}
	x.Code, x.Next = code, o.now
	x.Attempts++
	return false
}

func (o *Okta) wanted() *wanted {
	w := &wanted{gone: slices.Clone(o.gone)}
	ids := func(set map[string]bool) map[string]bool {
		out := map[string]bool{}
		for id := range set {
			out[o.users[id].id] = true
		}
		return out
	}
	for _, id := range o.order {
		if u := o.users[id]; u != nil {
			if u.id != "" {
				w.users = append(w.users, &wantedUser{object: id, id: u.id, values: u.want, unsure: o.tasks[id] != nil})
			}
			continue
		}
		if g := o.groups[id]; g.id != "" {
			w.groups = append(w.groups, &wantedGroup{
				object: id, id: g.id, name: g.shown, members: ids(g.has), open: ids(g.unsure), unsure: o.tasks[id] != nil, leaving: o.tasks[id] != nil && g.deleted,
			})
		}
	}
	return w
}
