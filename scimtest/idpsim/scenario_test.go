package idpsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/scimtest/idpsim"
)

// spoiled returns a tenant whose service provider is behind a proxy.
func spoiled(t testing.TB, handle func(p *proxy, x *exchange), change func(*idpsim.Config)) *idpsim.Entra {
	t.Helper()
	return newEntra(t, &proxy{sound: newHandler(t, compat.EntraID), handle: handle}, change)
}

func codes(r *idpsim.Report) []string {
	var out []string
	for _, x := range r.Escrow {
		out = append(out, x.Code)
	}
	return out
}

func methods(r *idpsim.Report, object string) string {
	var out []string
	for _, q := range r.Requests {
		if q.Object == object {
			out = append(out, q.Method)
		}
	}
	return strings.Join(out, " ")
}

// TestSecondInitialCycle: an initial cycle for what is there already reads and writes nothing (soak plan S-a).
func TestSecondInitialCycle(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 8)
	e.CreateGroup("Sales", us...)
	sound(t, e)
	e.Restart(false)
	r := sound(t, e)
	require.True(t, r.Initial)
	require.Zero(t, r.Writes(), r.Trace())
	require.Equal(t, "GET", methods(r, us[0]))
}

// TestMatchExisting: a new job finds what another has made, also under names in other letter case (S-b, S-l).
func TestMatchExisting(t *testing.T) {
	t.Parallel()
	h := newHandler(t, compat.EntraID)
	first := newEntra(t, h, func(c *idpsim.Config) { c.Seed = 7 })
	us := people(first, 6)
	g := first.CreateGroup("Sales", us...)
	sound(t, first)

	second := newEntra(t, h, func(c *idpsim.Config) { c.Seed = 8 })
	var vs []string
	for i := range us {
		u := person(i)
		u.Name = strings.ToUpper(u.Name)
		vs = append(vs, second.CreateUser(u))
	}
	h2 := second.CreateGroup("sales", vs...)
	r := sound(t, second)
	for i := range us {
		require.Equal(t, first.ID(us[i]), second.ID(vs[i]))
		require.Equal(t, "GET GET PATCH", methods(r, vs[i]), r.Trace())
	}
	require.Equal(t, first.ID(g), second.ID(h2))
}

// TestMatchingOrder: the attributes are tried in order of precedence, until one finds somebody.
func TestMatchingOrder(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) {
		c.Matching = []string{`emails[type eq "work"].value`, "externalId", "userName"}
	})
	u := e.CreateUser(person(1))
	r := sound(t, e)
	require.Equal(t, "GET GET GET POST", methods(r, u), r.Trace())
	id := e.ID(u)
	e.Restart(true)
	r = sound(t, e)
	require.Equal(t, id, e.ID(u))
	require.Equal(t, "GET GET", methods(r, u), r.Trace())
}

// TestRenameChain: a userName that somebody else gives up in the same cycle is a conflict at most until the next; two that
// are swapped stay one until one of them has a third name in between (S-c).
func TestRenameChain(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) { c.Concurrency = 1 })
	a, b := e.CreateUser(idpsim.User{Name: "a@contoso.example"}), e.CreateUser(idpsim.User{Name: "b@contoso.example"})
	sound(t, e)
	name := func(oid, name string) {
		e.UpdateUser(oid, func(u *idpsim.User) { u.Name = name + "@contoso.example" })
	}
	name(a, "b")
	name(b, "c")
	r := e.Cycle(t.Context())
	require.NoError(t, r.Err())
	require.Equal(t, []string{"EntryConflict"}, codes(r), r.Trace())
	sound(t, e)

	name(a, "c")
	name(b, "b")
	r = e.Cycle(t.Context())
	require.NoError(t, r.Err())
	require.Len(t, r.Escrow, 2)
	name(a, "x")
	sound(t, e)
	name(a, "c")
	sound(t, e)
}

// TestLeaveAndReturn: who is disabled, unassigned or deleted keeps id and memberships, and is never deleted before it is purged
// (S-d, S-e, S-g).
func TestLeaveAndReturn(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		leave, back func(e *idpsim.Entra, oid string)
	}{
		"disable": {
			func(e *idpsim.Entra, oid string) { e.UpdateUser(oid, func(u *idpsim.User) { u.Disabled = true }) },
			func(e *idpsim.Entra, oid string) { e.UpdateUser(oid, func(u *idpsim.User) { u.Disabled = false }) },
		},
		"unassign": {(*idpsim.Entra).Unassign, (*idpsim.Entra).Assign},
		"delete":   {(*idpsim.Entra).Delete, (*idpsim.Entra).Restore},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntra(t, newHandler(t, compat.EntraID), nil)
			us := people(e, 3)
			sound(t, e)
			id := e.ID(us[0])
			way.leave(e, us[0])
			r := sound(t, e)
			require.Equal(t, "GET PATCH", methods(r, us[0]))
			way.back(e, us[0])
			r = sound(t, e)
			require.Equal(t, "GET PATCH", methods(r, us[0]))
			require.Equal(t, id, e.ID(us[0]))
		})
	}
}

// TestMembersOfDisabled: a disabled member stays one, and is not sent again with the membership after coming back (S-d).
func TestMembersOfDisabled(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 3)
	g := e.CreateGroup("Sales", us...)
	sound(t, e)
	for _, disabled := range []bool{true, false} {
		e.UpdateUser(us[1], func(u *idpsim.User) { u.Disabled = disabled })
		r := sound(t, e)
		require.Empty(t, methods(r, g), r.Trace())
	}
}

// TestHardDelete: 30 days after a user was deleted follows DELETE, unless the assignment was taken back before; then never
// (S-f, S-g). The same userName gets a new id.
func TestHardDelete(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 3)
	sound(t, e)
	ids := []string{e.ID(us[0]), e.ID(us[1])}
	e.Unassign(us[1])
	sound(t, e)
	e.Delete(us[0])
	e.Delete(us[1])
	r := e.Wait(t.Context(), 29*24*time.Hour)
	require.NoError(t, r.Err())
	require.Equal(t, "GET PATCH", methods(r, us[0]))
	r = e.Wait(t.Context(), 2*24*time.Hour)
	require.NoError(t, r.Err())
	require.Equal(t, "DELETE", methods(r, us[0]))
	require.Equal(t, "GET", methods(r, us[1]), "who was unassigned first is not deleted")
	require.Empty(t, e.ID(us[0]))
	require.Equal(t, ids[1], e.ID(us[1]))

	again := e.CreateUser(person(0))
	sound(t, e)
	require.NotEqual(t, ids[0], e.ID(again))
}

// TestGroupCycle: a group is renamed and its members change in the same cycle, and a member is removed and deleted at once (S-h, S-i).
func TestGroupCycle(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) { c.Dialect, c.Batch = d, 1 })
			us := people(e, 9)
			g := e.CreateGroup("Sales", us[:5]...)
			sound(t, e)
			e.RenameGroup(g, "Field Sales")
			e.AddMembers(g, us[5:]...)
			e.RemoveMembers(g, us[:3]...)
			e.Purge(us[0])
			r := sound(t, e)
			require.Equal(t, "GET PATCH"+strings.Repeat(" PATCH", 4+3), methods(r, g), r.Trace())
		})
	}
}

// TestLateComers: members and managers who come into scope later are left out until a restart (known issue; S-m has the
// manager in the same cycle).
func TestLateComers(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 3)
	e.UpdateUser(us[0], func(u *idpsim.User) { u.Manager = us[2] })
	e.UpdateUser(us[1], func(u *idpsim.User) { u.Disabled, u.Manager = true, us[2] })
	g := e.CreateGroup("Sales", us...)
	r := sound(t, e)
	require.Equal(t, "GET POST PATCH", methods(r, us[0]), "the report comes before the manager")
	require.Empty(t, methods(r, us[1]), "who is disabled is never created")

	e.UpdateUser(us[1], func(u *idpsim.User) { u.Disabled = false })
	r = sound(t, e)
	require.Equal(t, "GET POST PATCH", methods(r, us[1]))
	require.Empty(t, methods(r, g))
	e.Restart(false)
	r = sound(t, e)
	require.Equal(t, "GET PATCH", methods(r, g))
}

// TestScope: users come into scope and leave it with a group, and nobody out of scope becomes a member or a manager.
func TestScope(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 4)
	g := e.CreateGroup("Sales", us[3])
	e.Unassign(us[0])
	r := sound(t, e)
	require.Empty(t, methods(r, us[0]), "who is not assigned is not created")
	e.AddMembers(g, us[0])
	r = sound(t, e)
	require.Equal(t, "GET POST", methods(r, us[0]))
	require.Equal(t, "GET PATCH", methods(r, g))
	e.RemoveMembers(g, us[0])
	r = sound(t, e)
	require.Equal(t, "GET PATCH", methods(r, us[0]), "who leaves the group is disabled")
	require.Equal(t, "GET PATCH", methods(r, g))

	e.Delete(us[1])
	sound(t, e)
	e.AddMembers(g, us[1])
	e.UpdateUser(us[2], func(u *idpsim.User) { u.Manager = us[1] })
	r = sound(t, e)
	require.Equal(t, "GET", methods(r, g))
	require.Equal(t, "GET", methods(r, us[2]))
}

// TestLostCreate: after an answer to POST that was lost, the next cycle finds what was made (S-j).
func TestLostCreate(t *testing.T) {
	t.Parallel()
	e := newEntra(t, newHandler(t, compat.EntraID), nil)
	us := people(e, 3)
	sound(t, e)
	u := e.CreateUser(person(7))
	g := e.CreateGroup("Sales", us...)
	e.SetFaults(idpsim.Faults{Lost: 1})
	r := e.Cycle(t.Context())
	require.NoError(t, r.Err())
	require.Equal(t, "WebException", r.Quarantine, "the connection test was lost too")
	// Lost from the second request on.
	lose := newEntra(t, &proxy{sound: newHandler(t, compat.EntraID), handle: func(p *proxy, x *exchange) {
		if p.pass(x); x.Method == http.MethodPost {
			panic(http.ErrAbortHandler)
		}
	}}, nil)
	v := lose.CreateUser(person(1))
	r = lose.Cycle(t.Context())
	require.ErrorContains(t, r.Err(), "answers: ")
	require.Equal(t, []string{"WebException"}, codes(r))
	r = lose.Cycle(t.Context())
	require.NoError(t, r.Err())
	require.Equal(t, "GET GET", methods(r, v), r.Trace())

	e.SetFaults(idpsim.Faults{})
	sound(t, e)
	require.NotEmpty(t, e.ID(u))
	require.NotEmpty(t, e.ID(g))
}

// TestOrphan: who is renamed after a POST whose answer was lost is created again. What the first made stays, which is Entra ID's
// fault; a second user with the same name would be the service provider's.
func TestOrphan(t *testing.T) {
	t.Parallel()
	broken := true
	e := newEntra(t, &proxy{sound: newHandler(t, compat.EntraID), handle: func(p *proxy, x *exchange) {
		if p.pass(x); broken && x.Method == http.MethodPost {
			panic(http.ErrAbortHandler)
		}
	}}, nil)
	u := e.CreateUser(person(1))
	require.Equal(t, []string{"WebException"}, codes(e.Cycle(t.Context())))
	broken = false
	e.UpdateUser(u, func(u *idpsim.User) { u.Name = "renamed@contoso.example" })
	r := sound(t, e)
	require.Equal(t, "GET POST", methods(r, u), r.Trace())
	sound(t, e)
}

// TestInvalidAnchor: what was deleted in the service provider by hand is noticed at the next change, and made again after a
// restart that forgets the links (S-k).
func TestInvalidAnchor(t *testing.T) {
	t.Parallel()
	h := newHandler(t, compat.EntraID)
	e := newEntra(t, h, nil)
	us := people(e, 2)
	sound(t, e)
	p := &proxy{sound: h, handle: func(p *proxy, x *exchange) {}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, baseURL+"/Users/"+e.ID(us[0]), nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer token-a")
	status, _ := p.ask(&exchange{Request: r}, r.Method, r.URL.Path, "", "")
	require.Equal(t, http.StatusNoContent, status)

	e.UpdateUser(us[0], func(u *idpsim.User) { u.Title = "Chief" })
	rep := e.Cycle(t.Context())
	require.ErrorContains(t, rep.Err(), "links: "+us[0])
	require.Equal(t, []string{"InvalidAnchor"}, codes(rep))
	e.Restart(true)
	sound(t, e)
	require.NotEmpty(t, e.ID(us[0]))
}
