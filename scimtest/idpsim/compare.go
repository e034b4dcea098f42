package idpsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// A wantedUser is what a user must look like in the service provider.
type wantedUser struct {
	object, id string
	values     map[*mapping]any
	managed    bool   // whether the manager is looked at
	manager    string // id, or ""
	unsure     bool   // a write failed, so that only the link is known
	leaving    bool   // a DELETE failed, so that not even that is known
}

func (w *wantedUser) name() string {
	s, _ := w.values[userName].(string)
	return s
}

// A wantedGroup is what a group must look like in the service provider.
type wantedGroup struct {
	object, id, name string
	members          map[string]bool // by id
	open             map[string]bool // may be members or not
	unsure, leaving  bool
}

// A tombstone is a resource that was deleted.
type tombstone struct{ object, endpoint, id, attribute, name string }

// A wanted state is what the service provider must be in.
type wanted struct {
	users  []*wantedUser
	groups []*wantedGroup
	gone   []tombstone
}

// sampled is how many users are also looked for by query, of those that are active and of those that are not.
const sampled = 5

// compare reads the service provider and finds where it differs from what is wanted.
func (r *run) compare(ctx context.Context, w *wanted) {
	k := r.task("", "compare")
	r.t.memory.begin()
	if users, ok := k.list(ctx, "/Users"); ok {
		k.compareUsers(ctx, w, users)
	}
	if groups, ok := k.list(ctx, "/Groups"); ok {
		k.compareGroups(ctx, w, groups)
	}
	r.t.memory.end()
	for _, g := range w.gone {
		if a := k.look(ctx, resource(g.endpoint, g.id)); a.status != http.StatusNotFound {
			r.violate(Links, g.object, "it was deleted: expected 404 for its id, got %s", k.got(a))
		}
		if g.name == "" {
			continue
		}
		if found, ok := hits(k.look(ctx, query(g.endpoint, g.attribute, g.name))); ok && find(found, g.id) != nil {
			r.violate(Links, g.object, "it was deleted: expected that a query for %s does not find it", g.attribute)
		}
	}
	r.t.timing.check(r)
}

func (k *task) compareUsers(ctx context.Context, w *wanted, users map[string]scimtest.Object) {
	names := map[string]string{}
	for id, o := range users {
		name, _ := userName.read(o)
		s := strings.ToLower(fmt.Sprint(name))
		if other, ok := names[s]; ok {
			k.violate(UniqueUserName, "", "the users %s and %s have the same userName", min(id, other), max(id, other))
		}
		names[s] = id
	}
	known := map[string]bool{}
	for _, u := range w.users {
		known[u.id] = true
		o := users[u.id]
		if o == nil {
			if !u.leaving {
				k.missing(ctx, u)
			}
			continue
		}
		k.modified(u.object, u.id, o)
		if u.unsure {
			continue
		}
		for m, value := range u.values {
			got, n := m.read(o)
			if n > 1 {
				k.violate(Idempotence, u.object, "%s: expected one element of that type, got %d", m.path, n)
			}
			if !same(value, got) {
				k.violate(Projection, u.object, "%s: expected %s, got %s", m.path, scimtest.JSON(value), scimtest.JSON(got))
			}
		}
		if u.managed {
			if got, _ := scimtest.At(o, enterprise, "manager", "value").(string); got != u.manager {
				k.violate(Projection, u.object, "manager: expected %q, got %q", u.manager, got)
			}
		}
	}
	k.strangers("user", users, known)
	k.sample(ctx, w)
}

// missing says what became of a user who is not in the list of all.
func (k *task) missing(ctx context.Context, u *wantedUser) {
	a := k.look(ctx, resource("/Users", u.id))
	if u.values[active] == false && !u.unsure {
		k.violate(Disabled, u.object, "expected a user with active false in the list of all users, and by id, got %s by id", k.got(a))
		return
	}
	k.violate(Links, u.object, "expected the user in the list of all users, and by id, got %s by id", k.got(a))
}

// sample looks for some users by query, with other letter case too.
func (k *task) sample(ctx context.Context, w *wanted) {
	var on, off []*wantedUser
	for _, u := range w.users {
		switch {
		case u.unsure || u.name() == "":
		case u.values[active] == false:
			off = append(off, u)
		default:
			on = append(on, u)
		}
	}
	for _, group := range [][]*wantedUser{pick(k.draw, on, sampled), pick(k.draw, off, sampled)} {
		for _, u := range group {
			for _, name := range []string{u.name(), strings.ToUpper(u.name())} {
				a := k.look(ctx, query("/Users", "userName", name))
				found, ok := hits(a)
				if ok && len(found) == 1 && scimtest.At(found[0], "id") == u.id {
					continue
				}
				rule := Links
				if u.values[active] == false {
					rule = Disabled
				}
				if name != u.name() {
					rule = UniqueUserName
				}
				k.violate(rule, u.object, "a query for userName eq %q: expected the user with id %s only, got %s", name, u.id, k.got(a))
				break
			}
		}
	}
}

// pick draws up to n of list.
func pick[T any](r *rand.Rand, list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	out := make([]T, n)
	for i, j := range r.Perm(len(list))[:n] {
		out[i] = list[j]
	}
	return out
}

func (k *task) compareGroups(ctx context.Context, w *wanted, groups map[string]scimtest.Object) {
	known := map[string]bool{}
	for _, g := range w.groups {
		known[g.id] = true
		o := groups[g.id]
		if o == nil && g.leaving {
			continue
		}
		if o == nil {
			k.violate(Links, g.object, "expected the group in the list of all groups, and by id, got %s by id", k.got(k.look(ctx, resource("/Groups", g.id))))
			continue
		}
		k.modified(g.object, g.id, o)
		if name := scimtest.At(o, "displayName"); !g.unsure && !same(g.name, name) {
			k.violate(Projection, g.object, "displayName: expected %q, got %s", g.name, scimtest.JSON(name))
		}
		k.compareMembers(g, o)
	}
	k.strangers("group", groups, known)
}

func (k *task) compareMembers(g *wantedGroup, o scimtest.Object) {
	list, _ := scimtest.At(o, "members").([]any)
	seen := map[string]bool{}
	for _, e := range list {
		id, _ := scimtest.At(e, "value").(string)
		switch {
		case seen[id]:
			k.violate(Idempotence, g.object, "members: expected %s once, got it more than once", id)
		case !g.members[id] && !g.open[id]:
			k.violate(Membership, g.object, "members: %s is one, but was never added, or has been removed or deleted", id)
		}
		seen[id] = true
	}
	lost := 0
	for id := range g.members {
		if !seen[id] && !g.open[id] {
			lost++
		}
	}
	if lost > 0 {
		k.violate(Membership, g.object, "members: %d of %d that were added are not there", lost, len(g.members))
	}
}

// strangers finds resources that nobody made.
func (k *task) strangers(kind string, all map[string]scimtest.Object, known map[string]bool) {
	attribute := map[string]string{"user": "userName", "group": "displayName"}[kind]
	for id, o := range all {
		external, _ := scimtest.At(o, "externalId").(string)
		name, _ := scimtest.At(o, attribute).(string)
		if known[id] || k.t.memory.baseline[id] || k.t.memory.maybe(external, name) {
			continue
		}
		k.violate(Projection, external, "there is a %s with id %s that is not linked to anything: made twice, or not deleted", kind, id)
	}
}

// list reads all resources, a page at a time, by their ids.
func (k *task) list(ctx context.Context, endpoint string) (map[string]scimtest.Object, bool) {
	all := map[string]scimtest.Object{}
	for start := 1; ; {
		path := fmt.Sprintf("%s?startIndex=%d&count=100", endpoint, start)
		a := k.look(ctx, path)
		page, ok := hits(a)
		if !ok {
			k.violate(Answers, "", "GET %s: expected a list, got %s", path, k.got(a))
			return nil, false
		}
		for _, o := range page {
			id, _ := scimtest.At(o, "id").(string)
			if all[id] != nil {
				k.violate(Answers, "", "GET %s: expected each resource on one page only, got %s again", path, id)
			}
			all[id] = o
		}
		start += len(page)
		if len(page) == 0 || start > total(a) {
			if len(all) != total(a) {
				k.violate(Answers, "", "GET %s: totalResults is %d, the pages have %d", path, total(a), len(all))
			}
			return all, true
		}
	}
}

// hits returns the resources of a list, and whether it is one.
func hits(a answer) ([]scimtest.Object, bool) {
	if a.status != http.StatusOK || total(a) < 0 {
		return nil, false
	}
	list, _ := scimtest.At(a.object, "Resources").([]any)
	out := []scimtest.Object{}
	for _, v := range list {
		o, ok := v.(scimtest.Object)
		if !ok {
			return nil, false
		}
		out = append(out, o)
	}
	return out, true
}

// total returns totalResults, or -1.
func total(a answer) int {
	n, ok := scimtest.At(a.object, "totalResults").(interface{ Int64() (int64, error) })
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return int(i)
}

func find(list []scimtest.Object, id string) scimtest.Object {
	for _, o := range list {
		if scimtest.At(o, "id") == id {
			return o
		}
	}
	return nil
}

// got says what an answer was, for messages.
func (k *task) got(a answer) string {
	if a.err != nil {
		return a.err.Error()
	}
	if list, ok := hits(a); ok {
		return fmt.Sprintf("%d with %d resources", a.status, len(list))
	}
	return fmt.Sprint(a.status)
}
