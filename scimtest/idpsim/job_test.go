package idpsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/scimtest/idpsim"
)

// TestToken: a token that is refused puts the job into quarantine, which ends with the next good cycle; one that is changed
// while a cycle is running, and the old one still taken, is not noticed (S-n).
func TestToken(t *testing.T) {
	t.Parallel()
	var n int
	valid := "Bearer token-a"
	var e *idpsim.Entra
	e = spoiled(t, func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch got := x.Header.Get("Authorization"); {
		case got == "Bearer fresh":
			x.Header.Set("Authorization", "Bearer token-a")
		case got != valid:
			x.refuse(http.StatusUnauthorized)
		}
		if n++; n == 30 {
			e.SetToken("fresh")
		}
	}, nil)
	us := people(e, 12)
	sound(t, e)
	require.Greater(t, n, 30)

	e.SetToken("expired")
	e.UpdateUser(us[0], func(u *idpsim.User) { u.Title = "Chief" })
	start := e.Now()
	for _, after := range []time.Duration{0, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		start = start.Add(after)
		if after == 0 {
			start = start.Add(40 * time.Minute)
		}
		r := e.Cycle(t.Context())
		require.Equal(t, "SystemForCrossDomainIdentityManagementInvalidCredentials", r.Quarantine)
		require.Equal(t, start, e.Now(), "a job in quarantine runs less often")
	}
	e.SetToken("fresh")
	r := sound(t, e)
	require.Equal(t, "GET PATCH", methods(r, us[0]))

	e.SetToken("expired")
	r = e.Wait(t.Context(), 40*24*time.Hour)
	require.True(t, r.Stopped, "after 28 days the job is stopped")
	e.SetToken("fresh")
	require.Empty(t, e.Cycle(t.Context()).Requests)
	e.Restart(false)
	sound(t, e)
}

// TestOnDemand: provisioning on demand writes in the legacy dialect, and may race a cycle for the same user (S-o).
func TestOnDemand(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) { c.Dialect = idpsim.Flag })
	us := people(e, 6)
	g := e.CreateGroup("Sales", us...)
	r := e.ProvisionOnDemand(t.Context(), us[0])
	require.NoError(t, r.Err())
	require.Equal(t, "GET POST", methods(r, us[0]))
	r = e.ProvisionOnDemand(t.Context(), g, us[0])
	require.NoError(t, r.Err())
	require.Equal(t, "GET POST PATCH", methods(r, g))
	sound(t, e)

	e.UpdateUser(us[0], func(u *idpsim.User) { u.Title = "Chief" })
	r = e.ProvisionOnDemand(t.Context(), us[0])
	require.NoError(t, r.Err())
	require.Contains(t, r.Trace(), `{"op":"Replace","path":"title","value":"Chief"}`)

	for n := range 5 {
		u := e.CreateUser(person(100 + n))
		done := make(chan *idpsim.Report)
		go func() { done <- e.ProvisionOnDemand(t.Context(), u) }()
		r := e.Cycle(t.Context())
		require.NoError(t, r.Err(), r.Trace())
		require.NoError(t, (<-done).Err())
		sound(t, e)
	}
}

// TestStorm: where everything is throttled, nothing is made twice, and all is written in the end (S-p).
func TestStorm(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) { c.Faults = idpsim.Faults{Throttled: 0.6} })
	us := people(e, 30)
	e.CreateGroup("Sales", us...)
	r := e.Cycle(t.Context())
	for n := 0; len(r.Escrow) > 0 || r.Quarantine != ""; n++ {
		require.NoError(t, r.Err())
		require.Less(t, n, 60)
		r = e.Cycle(t.Context())
	}
	e.SetFaults(idpsim.Faults{})
	sound(t, e)
	e.Restart(false)
	require.Zero(t, sound(t, e).Writes())
}

// TestEscrow: what fails is tried again, less and less often.
func TestEscrow(t *testing.T) {
	t.Parallel()
	broken := true
	e := spoiled(t, func(p *proxy, x *exchange) {
		if broken && x.is("PATCH", "/Users") {
			x.refuse(http.StatusInternalServerError)
		}
	}, nil)
	us := people(e, 2)
	sound(t, e)
	e.UpdateUser(us[0], func(u *idpsim.User) { u.Title = "Chief" })
	var tried []int
	for n := range 40 {
		if r := e.Cycle(t.Context()); methods(r, us[0]) != "" {
			require.ErrorContains(t, r.Err(), "answers: "+us[0])
			tried = append(tried, n)
		}
	}
	require.Equal(t, []int{0, 1, 3, 7, 15, 31}, tried)
	broken = false
	require.NoError(t, e.Wait(t.Context(), 48*time.Hour).Err())
	require.Empty(t, sound(t, e).Escrow)
}

// TestQuarantineByFailures: from 5,000 failures on their share counts.
func TestQuarantineByFailures(t *testing.T) {
	t.Parallel()
	empty := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`
	for failing, reason := range map[int]string{4999: "", 5000: "EncounteredEscrowProportionThreshold"} {
		t.Run(fmt.Sprint(failing), func(t *testing.T) {
			t.Parallel()
			e := idpsim.NewEntra(idpsim.Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.WriteHeader(http.StatusUnprocessableEntity)
				}
				_, _ = w.Write([]byte(empty))
			})})
			for i := range failing {
				e.CreateUser(idpsim.User{Name: fmt.Sprintf("user%d", i)})
			}
			require.Equal(t, reason, e.Cycle(t.Context()).Quarantine)
		})
	}
}

// TestSameSeed: with the same seed the same requests are made in each cycle, with five in flight and faults.
func TestSameSeed(t *testing.T) {
	t.Parallel()
	once := func(seed uint64) string {
		e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) {
			c.Seed, c.Dialect, c.Batch, c.Faults = seed, idpsim.Mix, 3, storm
		})
		us := people(e, 25)
		g := e.CreateGroup("Sales", us[:20]...)
		var trace []string
		for n := range 8 {
			r := e.Cycle(t.Context())
			require.NoError(t, r.Err(), r.Trace())
			trace = append(trace, r.Trace())
			e.UpdateUser(us[n], func(u *idpsim.User) { u.Title = fmt.Sprint("Chief ", n) })
			e.UpdateUser(us[n+1], func(u *idpsim.User) { u.Disabled = !u.Disabled })
			e.RemoveMembers(g, us[n*2], us[n*2+1])
			e.AddMembers(g, us[20:]...)
		}
		return strings.Join(trace, "\n")
	}
	first := once(5)
	for range 3 {
		require.Equal(t, first, once(5))
	}
	require.NotEqual(t, first, once(6))
	require.True(t, slices.ContainsFunc(strings.Split(first, "\n"), func(s string) bool { return strings.HasSuffix(s, "-> 429") }), "no faults were drawn")
}
