package filter_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

const scanFilter = `(emails[type eq "work" and value co "@example.com"] or name.familyName sw "Sm") and not (active eq false)`

// crowd makes n users with different values, of whom one in three has a work address at example.com, one in ten is called Smith,
// and one in four is not active.
func crowd(t testing.TB, n int) []*schema.Resource {
	t.Helper()
	out := make([]*schema.Resource, n)
	for i := range out {
		domain, family := "Example.org", "Jensen"
		if i%3 == 0 {
			domain = "Example.com"
		}
		if i%10 == 1 {
			family = "Smith"
		}
		out[i] = resource(t, schema.UserType(), fmt.Sprint("u-", i), fmt.Sprintf(`{"userName": "user%06d@example.com", "active": %v, "userType": "Employee",
			"name": {"givenName": "Barbara", "familyName": "%s"}, "displayName": "Babs Jensen", "title": "Tour Guide",
			"emails": [{"value": "user%06d@home.net", "type": "home"}, {"value": "user%06d@%s", "type": "work", "primary": true}]}`,
			i, i%4 != 0, family, i, i, domain))
	}
	return out
}

// BenchmarkScan evaluates a filter of four comparisons for each of 100,000 users in memory.
func BenchmarkScan(b *testing.B) {
	users := crowd(b, 100_000)
	c := checked(b, schema.UserType(), scanFilter)
	b.ReportAllocs()
	for b.Loop() {
		scan(c, users)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(users)), "ns/user")
}

func scan(c *filter.Checked, users []*schema.Resource) (found int) {
	for _, u := range users {
		if c.Match(u) {
			found++
		}
	}
	return found
}

// TestScan keeps the scan of BenchmarkScan under 1 µs a user, by the best of several runs, since the machine has other things to do.
func TestScan(t *testing.T) {
	users := crowd(t, 20_000)
	c := checked(t, schema.UserType(), scanFilter)
	best := time.Hour
	for range 10 {
		start := time.Now()
		require.Equal(t, 6_334, scan(c, users))
		best = min(best, time.Since(start)/time.Duration(len(users)))
	}
	if !raceEnabled {
		require.Less(t, best, time.Microsecond)
	}
}
