package idpsim

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A user of the directory.
type user struct {
	User
	assigned bool // directly
	deleted  time.Time
	purged   bool
	dirty    bool // changed since the last cycle
	inScope  bool // as of the last cycle
	link     *link
}

// A link is what is known of a user in the service provider.
type link struct {
	id string
	// want has what the service provider has acknowledged.
	want    map[*mapping]any
	managed bool   // the manager was written
	manager string // id in the directory, or ""
	open    bool   // another manager was sent, and perhaps stored
	erased  bool   // deleted in this cycle
}

// A group of the directory.
type group struct {
	name     string
	assigned bool
	deleted  bool
	dirty    bool
	members  map[string]bool
	// changed has the members who came or went since the last cycle, or whose change failed.
	changed map[string]bool
	link    *groupLink
}

// A groupLink is what is known of a group in the service provider.
type groupLink struct {
	id, name string
	members  map[string]bool // acknowledged, by id in the directory
	unsure   map[string]bool // sent, but not acknowledged
}

func (e *Entra) user(oid string) *user {
	u := e.users[oid]
	if u == nil {
		panic(fmt.Sprintf("idpsim: there is no user %q", oid))
	}
	return u
}

func (e *Entra) group(oid string) *group {
	g := e.groups[oid]
	if g == nil {
		panic(fmt.Sprintf("idpsim: there is no group %q", oid))
	}
	return g
}

// CreateUser creates a user who is assigned to the application, and returns the object id.
func (e *Entra) CreateUser(u User) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	oid := guid(e.draw)
	e.users[oid] = &user{User: u, assigned: true, dirty: true}
	e.order = append(e.order, oid)
	return oid
}

// UpdateUser changes a user with a function, which must not call methods of e. A field that becomes empty is not sent, so
// the service provider keeps the old value, except for Manager.
func (e *Entra) UpdateUser(oid string, change func(*User)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := e.user(oid)
	change(&u.User)
	u.dirty = true
}

// User returns what the directory has of a user.
func (e *Entra) User(oid string) User {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.user(oid).User
}

// ID returns the id of a user or group in the service provider, or "" if it is not provisioned.
func (e *Entra) ID(oid string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if g := e.groups[oid]; g != nil {
		if g.link == nil {
			return ""
		}
		return g.link.id
	}
	if u := e.user(oid); u.link != nil {
		return u.link.id
	}
	return ""
}

// Assign assigns a user or group to the application. The members of an assigned group are assigned too.
func (e *Entra) Assign(oid string) { e.assign(oid, true) }

// Unassign takes an assignment back: a user is disabled, a group deleted.
func (e *Entra) Unassign(oid string) { e.assign(oid, false) }

func (e *Entra) assign(oid string, to bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if g := e.groups[oid]; g != nil {
		g.assigned, g.dirty = to, true
		if to {
			for m := range g.members {
				g.changed[m] = true
			}
		}
		return
	}
	u := e.user(oid)
	u.assigned, u.dirty = to, true
}

// Delete deletes a group, or moves a user to the recycle bin, where it stays for 30 days.
func (e *Entra) Delete(oid string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if g := e.groups[oid]; g != nil {
		g.deleted, g.dirty = true, true
		return
	}
	u := e.user(oid)
	if u.deleted.IsZero() {
		u.deleted, u.dirty = e.now, true
	}
}

// Restore takes a user out of the recycle bin. It panics if the user was purged.
func (e *Entra) Restore(oid string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := e.user(oid)
	if u.purged {
		panic(fmt.Sprintf("idpsim: the user %q was purged", oid))
	}
	u.deleted, u.dirty = time.Time{}, true
}

// Purge removes a user from the recycle bin before 30 days are over, and from all groups.
func (e *Entra) Purge(oid string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.purge(oid)
}

func (e *Entra) purge(oid string) {
	u := e.user(oid)
	if u.deleted.IsZero() {
		u.deleted = e.now
	}
	u.purged, u.dirty = true, true
	for _, g := range e.groups {
		if g.members[oid] {
			// The membership went before the user did, but its removal is never sent: the user is deleted instead.
			delete(g.members, oid)
		}
	}
}

// CreateGroup creates a group that is assigned to the application, and returns the object id.
func (e *Entra) CreateGroup(name string, members ...string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	oid := guid(e.draw)
	g := &group{name: name, assigned: true, dirty: true, members: map[string]bool{}, changed: map[string]bool{}}
	e.groups[oid] = g
	e.order = append(e.order, oid)
	e.member(g, members, true)
	return oid
}

// RenameGroup changes the name of a group.
func (e *Entra) RenameGroup(oid, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g := e.group(oid)
	g.name, g.dirty = name, true
}

// AddMembers adds users to a group.
func (e *Entra) AddMembers(oid string, users ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.member(e.group(oid), users, true)
}

// RemoveMembers takes users out of a group.
func (e *Entra) RemoveMembers(oid string, users ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.member(e.group(oid), users, false)
}

func (e *Entra) member(g *group, users []string, in bool) {
	for _, oid := range users {
		e.user(oid)
		if g.members[oid] == in {
			continue
		}
		if in {
			g.members[oid] = true
		} else {
			delete(g.members, oid)
		}
		g.changed[oid] = true
		g.dirty = true
	}
}

// Members returns the ids of the users that a group has in the directory, sorted.
func (e *Entra) Members(oid string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Sorted(maps.Keys(e.group(oid).members))
}
