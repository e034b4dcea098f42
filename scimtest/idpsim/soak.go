package idpsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A Plan is how long and how hard [Soak] works.
type Plan struct {
	// Users and Groups are how many there are at the start. Default to 60 and 8.
	Users, Groups int
	// Large is how many of the users are members of the first group. Defaults to half of them.
	Large int
	// Cycles is how many incremental cycles there are. Defaults to 20.
	Cycles int
	// Churn is the share of users to whom something happens from one cycle to the next. Defaults to 0.1.
	Churn float64
}

func (p Plan) withDefaults() Plan {
	if p.Users < 1 {
		p.Users = 60
	}
	if p.Groups < 1 {
		p.Groups = 8
	}
	if p.Large < 1 || p.Large > p.Users {
		p.Large = (p.Users + 1) / 2
	}
	if p.Cycles < 1 {
		p.Cycles = 20
	}
	if p.Churn <= 0 {
		p.Churn = 0.1
	}
	return p
}

// settling is how many cycles may pass until everything that failed has been written, once there are no more faults. Escrow holds
// an object back for a day at most.
const settling = 80

// Soak lets the tenants, one or several at the same time, provision while their directories change all the time: users are created,
// renamed, changed, disabled, enabled, unassigned, deleted, restored and purged, groups are created, renamed and deleted, members come and go.
// The changes are drawn from each tenant's seed. At the end the faults stop, and
//
//   - everything that failed must be written in the cycles that follow,
//   - an initial cycle must find nothing to write,
//   - no tenant may see what another has ([Isolation]).
//
// The report has the violations of all tenants, each in full, but the requests of none. Soak ends early at a violation, and if
// ctx ends.
func Soak(ctx context.Context, p Plan, tenants ...*Entra) *Report {
	p = p.withDefaults()
	var wg sync.WaitGroup
	reports := make([]*Report, len(tenants))
	for i, e := range tenants {
		wg.Go(func() { reports[i] = e.soak(ctx, p) })
	}
	wg.Wait()
	all := &Report{}
	for i, r := range reports {
		if i == 0 {
			all.At = r.At
		}
		all.Violations = append(all.Violations, r.Violations...)
		all.Escrow = append(all.Escrow, r.Escrow...)
		all.Quarantine, all.Stopped = all.Quarantine+r.Quarantine, all.Stopped || r.Stopped
	}
	if len(all.Violations) == 0 && ctx.Err() == nil {
		for _, a := range tenants {
			for _, b := range tenants {
				if a != b {
					all.Violations = append(all.Violations, a.intrude(ctx, b)...)
				}
			}
		}
	}
	return all
}

// soak is [Soak] for one tenant.
func (e *Entra) soak(ctx context.Context, p Plan) *Report {
	c := newChurn(e)
	c.populate(p)
	r := e.Cycle(ctx)
	for n := range p.Cycles {
		if r.Err() != nil || ctx.Err() != nil {
			return r
		}
		c.step(p)
		if n == p.Cycles/2 {
			// Who is in the recycle bin is purged.
			r = e.Wait(ctx, recycled+time.Hour)
			c.expire()
			continue
		}
		r = e.Cycle(ctx)
	}
	e.SetFaults(Faults{})
	for range settling {
		if r.Err() != nil || ctx.Err() != nil || len(r.Escrow) == 0 && r.Quarantine == "" {
			break
		}
		r = e.Cycle(ctx)
	}
	if r.Err() == nil && len(r.Escrow) > 0 {
		r.Violations = append(r.Violations, Violation{Answers, r.Escrow[0].Object,
			fmt.Sprintf("%d objects could not be written in %d cycles without faults: %s", len(r.Escrow), settling, r.Escrow[0].Code)})
	}
	// The first initial cycle sees to what incremental ones leave out, such as managers who came later.
	for range 2 {
		if r.Err() != nil || ctx.Err() != nil {
			break
		}
		e.Restart(false)
		r = e.Cycle(ctx)
	}
	return r
}

// intrude tries to read with the token of e what belongs to another tenant.
func (e *Entra) intrude(ctx context.Context, other *Entra) []Violation {
	other.mu.Lock()
	w := other.wanted()
	other.mu.Unlock()
	r := e.t.run("intrude")
	k := r.task("", "intrude")
	for i, u := range w.users {
		if i == 20 {
			break
		}
		if a := k.look(ctx, resource("/Users", u.id)); a.status != 404 {
			r.violate(Isolation, u.object, "expected 404 for a user of another tenant, got %s", k.got(a))
		}
	}
	for _, g := range w.groups {
		if a := k.look(ctx, resource("/Groups", g.id)); a.status != 404 {
			r.violate(Isolation, g.object, "expected 404 for a group of another tenant, got %s", k.got(a))
		}
	}
	return r.violations
}

// A churn changes a directory.
type churn struct {
	e            *Entra
	draw         *rand.Rand
	serial       int
	live, binned []string // users
	groups       []string
}

func newChurn(e *Entra) *churn {
	return &churn{e: e, draw: rand.New(rand.NewPCG(e.t.cfg.Seed, 3))}
}

func (c *churn) populate(p Plan) {
	for range p.Users {
		c.hire()
	}
	for i := range p.Groups {
		n := p.Large
		if i > 0 {
			n = c.draw.IntN(min(p.Users, 20) + 1)
		}
		c.groups = append(c.groups, c.e.CreateGroup(c.name("Group "), pick(c.draw, c.live, n)...))
	}
}

func (c *churn) name(prefix string) string {
	c.serial++
	return fmt.Sprintf("%s%d", prefix, c.serial)
}

// hire creates a user. Names have what has to be escaped in a query or in JSON.
func (c *churn) hire() {
	login := c.name([]string{"uma", "Zoë.", "o'hara", "a+b", "x&y=", "q%20", "UP"}[c.draw.IntN(7)])
	u := User{
		Name: login + "@contoso.example", DisplayName: login + ` "the" <b>`, GivenName: "Uma", Surname: login, Mail: "mail." + login + "@contoso.example",
		Title: "Engineer", Department: "R&D", EmployeeID: fmt.Sprint(c.serial), Phone: fmt.Sprintf("+1 555 %04d", c.serial),
	}
	if c.draw.IntN(2) == 0 {
		u.Mobile = u.Phone
	}
	if c.draw.IntN(3) == 0 && len(c.live) > 0 {
		u.Manager = c.any(c.live)
	}
	c.live = append(c.live, c.e.CreateUser(u))
}

func (c *churn) any(list []string) string { return list[c.draw.IntN(len(list))] }

// take draws one of list and takes it out.
func (c *churn) take(list *[]string) string {
	i := c.draw.IntN(len(*list))
	oid := (*list)[i]
	*list = append((*list)[:i:i], (*list)[i+1:]...)
	return oid
}

// step lets things happen between two cycles.
func (c *churn) step(p Plan) {
	for range max(1, int(float64(p.Users)*p.Churn)) {
		c.user()
	}
	for range max(1, int(float64(len(c.groups))*p.Churn*2)) {
		c.group()
	}
}

func (c *churn) user() {
	if len(c.live) < 5 {
		c.hire()
		return
	}
	oid := c.any(c.live)
	switch x := c.draw.IntN(100); {
	case x < 15:
		c.hire()
	case x < 30:
		name := c.name("renamed")
		c.e.UpdateUser(oid, func(u *User) { u.Name = name + "@contoso.example" })
	case x < 50:
		text := c.name("Title ")
		c.e.UpdateUser(oid, func(u *User) { u.Title, u.Mobile, u.Mail = text, "+1 556 "+text[6:], "m"+text[6:]+"@contoso.example" })
	case x < 58:
		boss := c.any(c.live)
		c.e.UpdateUser(oid, func(u *User) {
			if u.Manager = boss; boss == oid {
				u.Manager = ""
			}
		})
	case x < 72:
		c.e.UpdateUser(oid, func(u *User) { u.Disabled = !u.Disabled })
	case x < 78:
		c.e.Unassign(oid)
	case x < 84:
		c.e.Assign(oid)
	case x < 91:
		oid = c.take(&c.live)
		c.e.Delete(oid)
		c.binned = append(c.binned, oid)
	case x < 96 && len(c.binned) > 0:
		oid = c.take(&c.binned)
		c.e.Restore(oid)
		c.live = append(c.live, oid)
	case len(c.binned) > 0:
		c.e.Purge(c.take(&c.binned))
	}
}

func (c *churn) group() {
	if len(c.groups) < 2 {
		c.groups = append(c.groups, c.e.CreateGroup(c.name("Group "), c.any(c.live)))
		return
	}
	oid := c.any(c.groups)
	switch x := c.draw.IntN(100); {
	case x < 40:
		c.e.AddMembers(oid, pick(c.draw, c.live, 1+c.draw.IntN(30))...)
	case x < 70:
		c.e.RemoveMembers(oid, pick(c.draw, c.e.Members(oid), 1+c.draw.IntN(15))...)
	case x < 85:
		c.e.RenameGroup(oid, c.name("Team "))
	case x < 93:
		c.groups = append(c.groups, c.e.CreateGroup(c.name("Group "), pick(c.draw, c.live, c.draw.IntN(20))...))
	default:
		c.e.Delete(c.take(&c.groups))
	}
}

// expire forgets the users whose time in the recycle bin is over.
func (c *churn) expire() { c.binned = nil }
