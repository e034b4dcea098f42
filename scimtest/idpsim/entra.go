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

const (
	// interval is the time between two cycles.
	interval = 40 * time.Minute
	// recycled is how long a deleted user can be restored.
	recycled = 30 * 24 * time.Hour
)

// An Entra is a tenant of Microsoft Entra ID with one provisioning job, and a virtual clock. Its directory is changed with methods
// such as [Entra.CreateUser]; nothing reaches the service provider before the next [Entra.Cycle].
//
// All methods are safe for concurrent use. Those that take an id panic if there is no such user or group.
type Entra struct {
	t *target

	running sync.Mutex   // held by a cycle
	busy    sync.RWMutex // held for reading by what is provisioned on demand, for writing by comparisons

	mu         sync.Mutex // guards the rest
	draw       *rand.Rand
	now, next  time.Time
	cycles     int
	demands    int
	initial    bool // the next cycle evaluates everything
	settled    bool // the last cycle evaluated everything, and nothing changed since
	users      map[string]*user
	groups     map[string]*group
	order      []string          // ids of users and groups, the oldest first
	linked     map[string]string // ids in the service provider to those in the directory
	names      map[string]string // as linked, also of what was deleted
	gone       []tombstone       // since the last comparison
	escrow     map[string]*Escrow
	failed     map[string]bool // in this cycle
	released   map[string]bool // userNames, in lower case, that somebody had before this cycle
	halt       string          // why this cycle can't go on
	quarantine *quarantine
}

// NewEntra returns a tenant with an empty directory.
func NewEntra(cfg Config) *Entra {
	cfg = cfg.withDefaults()
	return &Entra{
		// Requests of the provisioning service were seen without a User-Agent.
		t:    newTarget(cfg, ""),
		draw: rand.New(rand.NewPCG(cfg.Seed, 1)),
		now:  cfg.Start, next: cfg.Start, initial: true,
		users: map[string]*user{}, groups: map[string]*group{}, linked: map[string]string{}, names: map[string]string{}, escrow: map[string]*Escrow{},
	}
}

// Now returns the time of the virtual clock. It can be the clock of the service provider too, see [memstore.Options].
func (e *Entra) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now
}

// SetToken changes the bearer token, also while a cycle is running.
func (e *Entra) SetToken(token string) { e.t.token.Store(&token) }

// SetFaults changes the faults that are injected from the next request on.
func (e *Entra) SetFaults(f Faults) { e.t.faults.Store(&f) }

// Restart lets the next cycle evaluate everybody anew, which ends a quarantine and drops what waits to be tried again. It is what
// "Restart provisioning" does. The links between users and their ids stay, unless forget is set (resetScope Full).
func (e *Entra) Restart(forget bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.initial, e.quarantine, e.next = true, nil, e.now
	clear(e.escrow)
	if !forget {
		return
	}
	// Who is not matched again, since disabled, stays there.
	e.t.memory.keep(maps.Keys(e.linked))
	clear(e.linked)
	for _, u := range e.users {
		u.link = nil
	}
	for _, g := range e.groups {
		g.link = nil
	}
}

// Cycle lets the time pass until the next cycle is due, runs it, and compares the service provider with what it must be then.
// The first cycle is the initial one.
func (e *Entra) Cycle(ctx context.Context) *Report {
	r := e.cycle(ctx)
	return e.settle(ctx, r)
}

// Wait lets the time pass, runs the cycles that are due in it, and compares after the last. The report is of all of them.
func (e *Entra) Wait(ctx context.Context, d time.Duration) *Report {
	e.mu.Lock()
	end := e.now.Add(d)
	e.mu.Unlock()
	var all *Report
	var last *run
	for {
		e.mu.Lock()
		due := !e.next.After(end) && !e.stopped()
		e.mu.Unlock()
		if !due || ctx.Err() != nil {
			break
		}
		last = e.cycle(ctx)
		if rep := last.report(e.Now()); all == nil {
			all = rep
		} else {
			all.Requests = append(all.Requests, rep.Requests...)
			all.Violations = append(all.Violations, rep.Violations...)
		}
		last.requests, last.violations = nil, nil
	}
	if last == nil {
		last = e.t.run("idle")
	}
	rep := e.settle(ctx, last)
	if all != nil {
		rep.At = all.At
		rep.Requests = append(all.Requests, rep.Requests...)
		rep.Violations = append(all.Violations, rep.Violations...)
	}
	e.mu.Lock()
	e.now = end
	e.mu.Unlock()
	return rep
}

// cycle runs a cycle without comparing.
func (e *Entra) cycle(ctx context.Context) *run {
	e.running.Lock()
	defer e.running.Unlock()
	e.mu.Lock()
	if e.now.Before(e.next) {
		e.now = e.next
	}
	e.cycles++
	r := e.t.run(fmt.Sprintf("cycle %d", e.cycles))
	stopped := e.stopped()
	e.mu.Unlock()
	if stopped {
		return r
	}
	e.mu.Lock()
	e.halt, e.failed, e.released = "", map[string]bool{}, map[string]bool{}
	e.mu.Unlock()
	if reason := e.connect(ctx, r); reason != "" {
		e.mu.Lock()
		e.halt = reason
		e.endCycle(nil)
		e.mu.Unlock()
		return r
	}
	e.t.memory.read(ctx, r)
	e.mu.Lock()
	p := e.plan()
	r.initial = p.initial
	e.mu.Unlock()

	n := e.t.cfg.Concurrency
	each(n, p.users, func(oid string) { e.syncUser(ctx, r, oid) })
	each(n, p.groups, func(oid string) { e.syncGroup(ctx, r, oid) })
	each(n, p.users, func(oid string) { e.syncManager(ctx, r, oid) })
	each(n, e.batches(r, p), func(b *batch) { e.syncMembers(ctx, b) })

	e.mu.Lock()
	defer e.mu.Unlock()
	e.endCycle(p)
	if p.again {
		for _, q := range r.requests {
			if q.Method != "GET" && e.halt == "" {
				r.violate(NoChange, q.Object, "nothing changed since everything was evaluated, but there was something to write: %s %s %s", q.Method, q.Target, q.Body)
			}
		}
	}
	return r
}

// endCycle draws the conclusions of a cycle; p is nil if it could not begin.
func (e *Entra) endCycle(p *plan) {
	e.sweep()
	if p != nil && e.halt == "" {
		for _, oid := range slices.Concat(p.users, p.groups) {
			if !e.failed[oid] {
				delete(e.escrow, oid)
			}
		}
		e.settled = p.initial && len(e.escrow) == 0 && !e.touched()
		e.initial = false
	}
	e.judge()
}

// touched reports whether the directory changed while the cycle ran.
func (e *Entra) touched() bool {
	for _, u := range e.users {
		if u.dirty {
			return true
		}
	}
	for _, g := range e.groups {
		if g.dirty || len(g.changed) > 0 {
			return true
		}
	}
	return false
}

// settle compares, unless ctx has ended, and makes the report.
func (e *Entra) settle(ctx context.Context, r *run) *Report {
	e.running.Lock()
	defer e.running.Unlock()
	e.busy.Lock()
	defer e.busy.Unlock()
	e.mu.Lock()
	w, stopped := e.wanted(), e.stopped()
	broken := e.quarantine != nil && e.quarantine.reason == codeCredentials
	e.mu.Unlock()
	// With a token that is refused there is nothing to compare.
	if !stopped && !broken && ctx.Err() == nil && e.t.memory.known() {
		r.compare(ctx, w)
		e.mu.Lock()
		e.gone = nil
		e.mu.Unlock()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	rep := r.report(e.now)
	e.describe(rep)
	return rep
}

func (e *Entra) describe(rep *Report) {
	rep.names = maps.Clone(e.names)
	for _, oid := range e.order {
		if x := e.escrow[oid]; x != nil {
			rep.Escrow = append(rep.Escrow, *x)
		}
	}
	if e.quarantine != nil {
		rep.Quarantine = e.quarantine.reason
	}
	rep.Stopped = e.stopped()
}

// connect asks for a user who can't exist, as Entra ID does to test the connection at the start of each cycle. It returns why
// the cycle can't go on, or "".
func (e *Entra) connect(ctx context.Context, r *run) string {
	k := r.task("", "connection")
	a := k.do(ctx, "GET", query("/Users", e.t.cfg.Matching[0], guid(k.draw)), nil)
	return k.listed(a, 0)
}

// listed returns what is wrong with the answer to a query, as an error of Entra ID, or "". If most is not negative, more
// resources than that are a violation.
func (k *task) listed(a answer, most int) string {
	if !a.ok() {
		switch {
		case a.status == 401 || a.status == 403:
			return codeCredentials
		case a.err == nil && !a.injected && a.status < 500 && a.status != 429:
			return codeIncompatible
		}
		return a.code()
	}
	found, ok := hits(a)
	if !ok {
		k.violate(Answers, k.object, "expected a list response with totalResults for a query")
		return codeIncompatible
	}
	if most >= 0 && len(found) > most {
		k.violate(Answers, k.object, "expected at most %d resources for a query, got %d", most, len(found))
	}
	return ""
}
