package idpsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/scimtest/idpsim"
)

// TestOkta takes users and groups through what happens to them in Okta, with and without faults, as either kind of app.
func TestOkta(t *testing.T) {
	t.Parallel()
	faults := map[string]idpsim.Faults{
		"sound": {}, "faults": {Lost: 0.08, Reset: 0.05, Throttled: 0.1, Unavailable: 0.1, Twice: 0.05},
	}
	for _, wizard := range []bool{false, true} {
		for name, f := range faults {
			t.Run(map[bool]string{false: "OIN ", true: "AIW "}[wizard]+name, func(t *testing.T) {
				t.Parallel()
				o := idpsim.NewOkta(idpsim.Config{Handler: newHandler(t, compat.Okta), Token: "token-a", Seed: 3, Wizard: wizard, Faults: f})
				// Under faults some objects fail; they are tried again until all are written.
				sync := func() {
					t.Helper()
					for range 20 {
						r := o.Sync(t.Context())
						require.NoError(t, r.Err(), r.Trace())
						if len(r.Escrow) == 0 {
							return
						}
						require.NotEqual(t, idpsim.Faults{}, f, r.Trace())
					}
					require.Fail(t, "what failed never succeeded")
				}
				var us []string
				for i := range 10 {
					us = append(us, o.CreateUser(person(i)))
				}
				g := o.PushGroup("Sales", us[:6]...)
				empty := o.PushGroup("Empty")
				sync()
				o.UpdateUser(us[0], func(u *idpsim.User) { u.Name, u.Title = "renamed@contoso.example", "Chief" })
				o.UpdateUser(us[1], func(u *idpsim.User) { u.Disabled = true })
				o.Unassign(us[2])
				o.RenameGroup(g, "Field Sales")
				o.AddMembers(g, us[6:]...)
				o.RemoveMembers(g, us[3])
				o.AddMembers(empty, us[9])
				sync()
				o.UpdateUser(us[1], func(u *idpsim.User) { u.Disabled = false })
				o.Assign(us[2])
				o.PushNow(g)
				o.RemoveMembers(empty, us[9])
				sync()
				o.DeleteGroup(empty)
				sync()
				o.SetFaults(idpsim.Faults{})
				r := o.Import(t.Context())
				require.NoError(t, r.Err())
				r = o.Sync(t.Context())
				require.NoError(t, r.Err())
				require.Empty(t, r.Requests, "there was nothing to do")
			})
		}
	}
}
