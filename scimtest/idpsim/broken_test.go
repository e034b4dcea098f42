package idpsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/scimtest/idpsim"
)

// A broken service provider has one fault, which violates an invariant.
type broken struct {
	name     string
	violates idpsim.Invariant
	// detail is part of the message.
	detail string
	// make returns what spoils the exchanges. It is called once for each service provider.
	make   func() func(p *proxy, x *exchange)
	config func(*idpsim.Config)
}

var brokenProviders = []broken{
	{name: "PATCH of a user is acknowledged, but not stored", violates: idpsim.ReadYourWrites, detail: "the next read has", make: always(func(p *proxy, x *exchange) {
		if x.is("PATCH", "/Users/") {
			x.status, x.answer = p.ask(x, "GET", x.URL.Path, "", "")
		}
	})},
	{name: "a group is read, changed and written without a lock", violates: idpsim.Membership, detail: "that were added are not there", make: unlocked},
	{name: "members are added again", violates: idpsim.Idempotence, detail: "more than once", make: doubleMembers, config: func(c *idpsim.Config) {
		c.Faults.Twice = 0.5
	}},
	{name: "a query that finds nobody is 404", violates: idpsim.Answers, detail: "expected 2xx, got 404", make: always(func(p *proxy, x *exchange) {
		if p.pass(x); x.filter() != "" && strings.Contains(x.answer, `"totalResults":0`) {
			x.refuse(http.StatusNotFound)
		}
	})},
	{name: "reads by id come from a cache", violates: idpsim.ReadYourWrites, detail: "was acknowledged, the next read has", make: cached},
	{name: "a new user is found by query later", violates: idpsim.ReadYourWrites, detail: "expected that a query for userName finds it at once", make: lateIndex},
	{name: "userName is compared with letter case", violates: idpsim.UniqueUserName, detail: "a query for userName eq", make: always(func(p *proxy, x *exchange) {
		p.pass(x)
		if name, ok := strings.CutPrefix(x.filter(), "userName eq "); ok {
			x.keep(func(o map[string]any) bool { return fmt.Sprintf("%q", o["userName"]) == name })
		}
	})},
	{name: "userName is not unique", violates: idpsim.UniqueUserName, detail: "have the same userName", make: always(twins), config: func(c *idpsim.Config) {
		c.Faults.Twice = 0.5
	}},
	{name: "a userName stays taken after its user was deleted", violates: idpsim.UniqueUserName, detail: "409 for userName", make: takenForever},
	{name: "members are not removed", violates: idpsim.Membership, detail: "has been removed or deleted", make: always(func(p *proxy, x *exchange) {
		if x.is("PATCH", "/Groups/") && strings.Contains(x.body, `"Remove"`) {
			x.status = http.StatusNoContent
		}
	})},
	{name: "Remove with a list of members empties the group", violates: idpsim.Membership, detail: "that were added are not there", make: operations(func(op map[string]any) {
		if op["op"] == "Remove" && op["path"] == "members" {
			delete(op, "value")
		}
	})},
	{name: "Add replaces the members", violates: idpsim.Membership, detail: "that were added are not there", make: operations(func(op map[string]any) {
		if op["op"] == "Add" && op["path"] == "members" {
			op["op"] = "Replace"
		}
	})},
	{name: "deleted users stay members", violates: idpsim.Membership, detail: "has been removed or deleted", make: ghosts},
	{name: `"False" is true`, violates: idpsim.ReadYourWrites, detail: "active: false was acknowledged", make: operations(func(op map[string]any) {
		if op["path"] == "active" {
			op["value"] = "True"
		}
	})},
	{name: "queries don't find disabled users", violates: idpsim.Disabled, detail: "a query for userName eq", make: always(func(p *proxy, x *exchange) {
		if p.pass(x); x.filter() != "" {
			x.keep(func(o map[string]any) bool { return o["active"] != false })
		}
	})},
	{name: "disabled users are in no list", violates: idpsim.Disabled, detail: "in the list of all users", make: always(func(p *proxy, x *exchange) {
		p.pass(x)
		x.keep(func(o map[string]any) bool { return o["active"] != false })
	})},
	{name: "deleted users are still there", violates: idpsim.Links, detail: "expected 404", make: always(func(p *proxy, x *exchange) {
		if x.is("DELETE", "/Users/") {
			x.status = http.StatusNoContent
		}
	})},
	{name: "the id changes with the userName", violates: idpsim.Links, detail: "got 404", make: newID},
	{name: "a PATCH that changes nothing moves lastModified", violates: idpsim.LastModified, detail: "changed nothing, but lastModified moved", make: touching},
	{name: "lastModified is the time of the read", violates: idpsim.LastModified, detail: "although nothing was written", make: always(func(p *proxy, x *exchange) {
		p.pass(x)
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok && x.Method == http.MethodGet && o["userName"] != nil {
				meta["lastModified"] = time.Now().UTC().Format(time.RFC3339Nano)
			}
		})
	})},
	{name: "lastModified goes back", violates: idpsim.LastModified, detail: "went back", make: backwards},
	{name: "add makes a second work e-mail", violates: idpsim.Idempotence, detail: "expected one element of that type, got 2", make: secondMail},
	{name: "values are changed after a while", violates: idpsim.NoChange, detail: "was acknowledged, but it is to be written again", make: tidied},
	{name: "values are changed after a while, and stay so", violates: idpsim.Projection, detail: "displayName: expected", make: tidied},
	{name: "excludedAttributes is ignored", violates: idpsim.Answers, detail: "expected a group without members", make: always(func(p *proxy, x *exchange) {
		if x.URL.Query().Has("excludedAttributes") {
			q := x.URL.Query()
			q.Del("excludedAttributes")
			x.URL.RawQuery = q.Encode()
		}
	})},
	{name: "filters are ignored", violates: idpsim.Answers, detail: "expected at most 0 resources", make: always(func(p *proxy, x *exchange) {
		if x.filter() != "" {
			x.URL.RawQuery = ""
		}
	})},
	{name: "POST is 200", violates: idpsim.Answers, detail: "expected 201", make: always(func(p *proxy, x *exchange) {
		if p.pass(x); x.status == http.StatusCreated {
			x.status = http.StatusOK
		}
	})},
	{name: "a group that is changed twice at once is 500", violates: idpsim.Answers, detail: "got 500", make: locked},
	{name: "the second page has resources of the first", violates: idpsim.Answers, detail: "on one page only", make: always(func(p *proxy, x *exchange) {
		if x.URL.Query().Has("startIndex") {
			x.URL.RawQuery = "count=10"
		}
	})},
	{name: "everything takes long", violates: idpsim.Latency, detail: "99 of 100", config: func(c *idpsim.Config) { c.Budget = 5 * time.Millisecond }, make: always(func(p *proxy, x *exchange) {
		time.Sleep(6 * time.Millisecond)
	})},
}

// TestBroken shows that the simulator can find faults: with each of them it reports the invariant that is violated, and none
// where there is no fault.
func TestBroken(t *testing.T) {
	t.Parallel()
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		for _, share := range []float64{0, 0.5} {
			r := work(t, always(func(*proxy, *exchange) {}), func(c *idpsim.Config) { c.Faults.Twice = share })
			require.NoError(t, r.Err())
		}
	})
	for _, b := range brokenProviders {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			r := work(t, b.make, b.config)
			require.Error(t, r.Err())
			require.True(t, slices.ContainsFunc(r.Violations, func(v idpsim.Violation) bool {
				return v.Invariant == b.violates && strings.Contains(v.Detail, b.detail) && strings.HasPrefix(v.Error(), string(b.violates)+": ")
			}), "expected a violation of %s with %q, got\n%v", b.violates, b.detail, r.Err())
		})
	}
}

// work lets much happen to a service provider that is spoilt, and returns what was found.
func work(t *testing.T, spoil func() func(p *proxy, x *exchange), config func(*idpsim.Config)) *idpsim.Report {
	t.Helper()
	e := spoiled(t, spoil(), func(c *idpsim.Config) {
		c.Batch = 3
		if config != nil {
			config(c)
		}
	})
	all := &idpsim.Report{}
	cycle := func() {
		r := e.Cycle(t.Context())
		all.Violations = append(all.Violations, r.Violations...)
	}
	us := people(e, 16)
	g := e.CreateGroup("Sales", us[:12]...)
	cycle()
	cycle()
	e.Unassign(us[15])
	e.UpdateUser(us[14], func(u *idpsim.User) { u.Disabled = true })
	for i := range 10 {
		e.UpdateUser(us[i], func(u *idpsim.User) {
			u.Name, u.Mail, u.Title = fmt.Sprintf("new%d@contoso.example", i), fmt.Sprintf("new%d@contoso.example", i), "Chief"
		})
	}
	e.AddMembers(g, us[12:]...)
	e.RemoveMembers(g, us[:4]...)
	cycle()
	e.Purge(us[13])
	cycle()
	u := person(13)
	e.CreateUser(u)
	cycle()
	e.Restart(false)
	cycle()
	return all
}

// TestBrokenIsolation: a service provider that finds by id what belongs to another tenant.
func TestBrokenIsolation(t *testing.T) {
	t.Parallel()
	h := &proxy{sound: newHandler(t, compat.EntraID), handle: func(p *proxy, x *exchange) {
		if p.pass(x); x.Method == http.MethodGet && x.status == http.StatusNotFound {
			x.Header.Set("Authorization", "Bearer token-a")
			p.pass(x)
		}
	}}
	// Without churn: the fault shows in the end only.
	a := newEntra(t, h, nil)
	b := newEntra(t, h, func(c *idpsim.Config) { c.Token, c.Seed = "token-b", 2 })
	r := idpsim.Soak(t.Context(), idpsim.Plan{Users: 10, Groups: 2, Cycles: 1}, a, b)
	require.ErrorContains(t, r.Err(), "tenant isolation: ")
	require.ErrorContains(t, r.Err(), "expected 404 for a user of another tenant, got 200")
}

// TestBrokenCost: a service provider that takes the longer to add a member, the more there are.
func TestBrokenCost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	n, members := 0, map[string]int{}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.Method {
		case http.MethodGet:
			_, _ = fmt.Fprintf(w, `{"totalResults":0}`)
		case http.MethodPost:
			n++
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, `{"id":"%d"}`, n)
		default:
			if members[r.URL.Path] += 50; members[r.URL.Path] > 1050 {
				time.Sleep(50 * time.Millisecond)
			}
			w.WriteHeader(http.StatusNoContent)
		}
	})
	// The answers are too poor to keep other invariants.
	e := idpsim.NewEntra(idpsim.Config{Handler: h, Budget: 100 * time.Millisecond, Concurrency: 1, Batch: 50})
	us := people(e, 2200)
	large := e.CreateGroup("Large", us[:1050]...)
	for i := range 30 {
		e.CreateGroup(fmt.Sprint("Small ", i), us[i])
	}
	e.Cycle(t.Context())
	e.AddMembers(large, us[1050:]...)
	r := e.Cycle(t.Context())
	require.ErrorContains(t, r.Err(), "latency: a PATCH of members takes")
}
