package idpsim

import (
	"slices"
	"sync"
	"time"
)

const (
	smallGroup = 100
	largeGroup = 1000
	// fewest is how many requests must have been timed before anything is concluded.
	fewest = 20
)

// A timing has how long requests took. It is safe for concurrent use.
type timing struct {
	mu           sync.Mutex
	all          []time.Duration
	small, large []time.Duration // PATCHes of members, by the size of the group
}

func (t *timing) took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, d)
}

// patched takes the time of a PATCH of members of a group that had size members.
func (t *timing) patched(size int, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if size < smallGroup {
		t.small = append(t.small, d)
	} else if size >= largeGroup {
		t.large = append(t.large, d)
	}
}

// check reports what took too long since the last call, if a budget is set.
func (t *timing) check(r *run) {
	budget := r.t.cfg.Budget
	t.mu.Lock()
	defer t.mu.Unlock()
	if budget == 0 {
		t.all, t.small, t.large = nil, nil, nil
		return
	}
	if len(t.all) >= fewest {
		if p99 := percentile(t.all, 99); p99 > budget {
			r.violate(Latency, "", "expected 99 of 100 requests within %v, got %v", budget, p99)
		}
		t.all = nil
	}
	if len(t.small) >= fewest && len(t.large) >= fewest {
		small, large := percentile(t.small, 50), percentile(t.large, 50)
		// A factor alone says nothing where both are faster than the clock is exact.
		if large > 10*small && large > budget/10 {
			r.violate(Latency, "", "a PATCH of members takes %v in a group of %d and more, %v in a small one: expected a cost that does not grow with the group",
				large, largeGroup, small)
		}
		t.small, t.large = nil, nil
	}
}

func percentile(d []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[(len(sorted)-1)*p/100]
}
