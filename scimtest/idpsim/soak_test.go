package idpsim_test

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/scimtest/idpsim"
)

var long = flag.Bool("soak", false, "run the long soak test, which takes minutes")

var storm = idpsim.Faults{Lost: 0.04, Reset: 0.03, Throttled: 0.05, Unavailable: 0.05, Twice: 0.03}

// TestSoak lets two tenants provision at the same time, with faults in each dialect, and without.
func TestSoak(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		faults := map[string]idpsim.Faults{"faults": storm}
		if d == idpsim.Mix {
			faults["sound"] = idpsim.Faults{}
		}
		for name, f := range faults {
			t.Run(d.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				var a *idpsim.Entra
				store := memstore.New(&memstore.Options{UniqueGroupNames: true, Now: func() time.Time { return a.Now() }})
				h := overStores(t, compat.EntraID, store)
				a = newEntra(t, h, func(c *idpsim.Config) { c.Dialect, c.Faults, c.Batch = d, f, 7 })
				b := newEntra(t, h, func(c *idpsim.Config) { c.Dialect, c.Faults, c.Token, c.Seed, c.Batch = idpsim.Mix, f, "token-b", 2, 3 })
				r := idpsim.Soak(t.Context(), idpsim.Plan{}, a, b)
				require.NoError(t, r.Err())
				require.Empty(t, r.Escrow)
				require.Empty(t, r.Quarantine)
			})
		}
	}
}

// TestLongSoak has the sizes of a larger customer, and takes some minutes: run it with -soak.
func TestLongSoak(t *testing.T) {
	if !*long {
		t.Skip("takes minutes: run it with -soak")
	}
	for _, d := range dialects {
		t.Run(d.String(), func(t *testing.T) {
			h := newHandler(t, compat.EntraID)
			change := func(token string, seed uint64) func(*idpsim.Config) {
				return func(c *idpsim.Config) {
					c.Dialect, c.Faults, c.Token, c.Seed, c.Batch, c.Budget = d, storm, token, seed, 100, 2*time.Second
				}
			}
			r := idpsim.Soak(t.Context(), idpsim.Plan{Users: 2000, Groups: 40, Large: 1500, Cycles: 40, Churn: 0.03},
				newEntra(t, h, change("token-a", 1)), newEntra(t, h, change("token-b", 2)))
			require.NoError(t, r.Err())
			require.Empty(t, r.Escrow)
		})
	}
}
