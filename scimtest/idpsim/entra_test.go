package idpsim_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/scimtest/idpsim"
)

const baseURL = "https://scim.example.com/scim/v2"

// newHandler returns a service provider over memstore, for the tenants a and b, whose tokens are token-a and token-b.
func newHandler(t testing.TB, profile *compat.Profile) http.Handler {
	t.Helper()
	return overStores(t, profile, memstore.New(&memstore.Options{UniqueGroupNames: true}))
}

func overStores(t testing.TB, profile *compat.Profile, d *memstore.Directory) http.Handler {
	t.Helper()
	h, err := scim.NewHandler(&scim.Config{
		BaseURL: baseURL,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{
			"token-a": {Tenant: "a", TokenID: "a"}, "token-b": {Tenant: "b", TokenID: "b"},
		})),
		Resources: []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
		Compat:    profile,
		Logger:    slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return h
}

func newEntra(t testing.TB, h http.Handler, change func(*idpsim.Config)) *idpsim.Entra {
	t.Helper()
	cfg := idpsim.Config{Handler: h, Token: "token-a", Seed: 1}
	if change != nil {
		change(&cfg)
	}
	return idpsim.NewEntra(cfg)
}

func person(n int) idpsim.User {
	return idpsim.User{
		Name: fmt.Sprintf("user%d@contoso.example", n), DisplayName: fmt.Sprintf("User %d", n), GivenName: "Uma", Surname: fmt.Sprintf("Nr%d", n),
		Mail: fmt.Sprintf("mail%d@contoso.example", n), Title: "Engineer", Department: "R&D", EmployeeID: fmt.Sprint(1000 + n),
		Phone: fmt.Sprintf("+1 555 %04d", n), Mobile: fmt.Sprintf("+1 556 %04d", n),
	}
}

// people creates n users.
func people(e *idpsim.Entra, n int) []string {
	var out []string
	for i := range n {
		out = append(out, e.CreateUser(person(i)))
	}
	return out
}

// sound runs a cycle, in which everything must go well.
func sound(t testing.TB, e *idpsim.Entra) *idpsim.Report {
	t.Helper()
	r := e.Cycle(t.Context())
	require.NoError(t, r.Err(), r.Trace())
	require.Empty(t, r.Escrow, r.Trace())
	require.Empty(t, r.Quarantine)
	return r
}

var dialects = []idpsim.Dialect{idpsim.Legacy, idpsim.Flag, idpsim.Verbose, idpsim.Mix}

// TestLife takes users and groups through everything that can happen to them, in each dialect.
func TestLife(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			e := newEntra(t, newHandler(t, compat.EntraID), func(c *idpsim.Config) { c.Dialect = d; c.Batch = 2 })
			us := people(e, 12)
			g := e.CreateGroup("Sales", us[:9]...)
			e.UpdateUser(us[1], func(u *idpsim.User) { u.Manager = us[0] })
			r := sound(t, e)
			require.True(t, r.Initial)
			require.Equal(t, 12+1+1+5, r.Writes(), r.Trace())

			r = sound(t, e)
			require.False(t, r.Initial)
			require.Len(t, r.Requests, 1, "an idle cycle tests the connection only")

			e.UpdateUser(us[2], func(u *idpsim.User) {
				u.Name, u.Title, u.Mobile, u.Mail = "renamed@contoso.example", "Chief", "+1 557", "new@contoso.example"
			})
			e.UpdateUser(us[3], func(u *idpsim.User) { u.Disabled = true })
			e.UpdateUser(us[1], func(u *idpsim.User) { u.Manager = us[4] })
			e.RenameGroup(g, "Field Sales")
			e.AddMembers(g, us[9:]...)
			e.RemoveMembers(g, us[:3]...)
			e.Delete(us[5])
			e.Unassign(us[11])
			sound(t, e)

			e.UpdateUser(us[1], func(u *idpsim.User) { u.Manager = "" })
			e.UpdateUser(us[3], func(u *idpsim.User) { u.Disabled = false })
			e.Restore(us[5])
			e.Purge(us[6])
			require.NotEmpty(t, e.ID(us[6]))
			sound(t, e)
			require.Empty(t, e.ID(us[6]))

			e.Restart(false)
			r = sound(t, e)
			require.True(t, r.Initial)
			e.Restart(false)
			r = sound(t, e)
			require.Zero(t, r.Writes(), r.Trace())

			e.Delete(g)
			sound(t, e)
			require.Empty(t, e.ID(g))
		})
	}
}

func ExampleEntra() {
	directory := memstore.New(&memstore.Options{UniqueGroupNames: true})
	handler, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{"secret": {Tenant: "contoso"}})),
		Resources:    []scim.ResourceType{scim.Users(directory.Users()), scim.Groups(directory.Groups())},
		Compat:       compat.EntraID,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	entra := idpsim.NewEntra(idpsim.Config{Handler: handler, BaseURL: "https://app.example.com/scim/v2", Token: "secret"})
	dana := entra.CreateUser(idpsim.User{Name: "dana@contoso.example", DisplayName: "Dana Park"})
	sales := entra.CreateGroup("Sales", dana)
	fmt.Println("initial cycle:", entra.Cycle(ctx).Err())

	entra.UpdateUser(dana, func(u *idpsim.User) { u.Disabled = true })
	entra.RenameGroup(sales, "Field Sales")
	r := entra.Cycle(ctx)
	fmt.Println(r.Writes(), "writes:", r.Err())
	// Output:
	// initial cycle: <nil>
	// 2 writes: <nil>
}
