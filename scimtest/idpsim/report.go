package idpsim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Report says what an identity provider did in one go, such as a cycle.
type Report struct {
	// At is the virtual time at which it began.
	At time.Time
	// Initial says that everything was evaluated, not only what changed.
	Initial bool
	// Requests are those that the identity provider made, without those that read the state to compare it.
	Requests []Request
	// Violations are the faults of the service provider that were found.
	Violations []Violation
	// Escrow has the objects that could not be written, and wait to be tried again.
	Escrow []Escrow
	// Quarantine is why the job is in quarantine, or "".
	Quarantine string
	// Stopped says that the job was in quarantine for 28 days and runs no more, until it is restarted.
	Stopped bool

	names map[string]string // ids in the service provider to those in the identity provider
}

// A Request is one that the identity provider made, with its answer. It has no headers, so no token either.
type Request struct {
	// Object is the id of the user or group in the identity provider, or "".
	Object string
	Method string
	// Target is the path and the query, below the base URL.
	Target string
	Body   string
	Status int   // 0 if there was no answer
	Err    error // why there was none
	// Injected says that a fault of [Faults] answered, not the service provider.
	Injected bool
	Duration time.Duration

	part string // of what was done for the object
}

// An Escrow is an object that could not be written.
type Escrow struct {
	Object string
	// Code is what Entra ID calls the error, such as EntryConflict.
	Code     string
	Attempts int
	Next     time.Time
}

// Writes returns how many of the requests were not GET.
func (r *Report) Writes() int {
	n := 0
	for _, q := range r.Requests {
		if q.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// Err returns all violations as one error, or nil.
func (r *Report) Err() error {
	var errs []error
	for _, v := range r.Violations {
		errs = append(errs, v)
	}
	return errors.Join(errs...)
}

// Trace returns the requests as text, a line for each, sorted by object. Requests for one object are in their order, those in
// flight together in that of their members. Ids of the service provider are replaced by those of the identity provider, so
// that runs can be compared.
func (r *Report) Trace() string {
	sorted := slices.Clone(r.Requests)
	slices.SortStableFunc(sorted, func(a, b Request) int { return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.part, b.part)) })
	var pairs []string
	for id, name := range r.names {
		pairs = append(pairs, id, "{"+name+"}")
	}
	var b strings.Builder
	for _, q := range sorted {
		fmt.Fprintf(&b, "%s %s %s", q.Object, q.Method, q.Target)
		if q.Body != "" {
			fmt.Fprintf(&b, " %s", q.Body)
		}
		if q.Err != nil {
			fmt.Fprintf(&b, " -> %v\n", q.Err)
		} else {
			fmt.Fprintf(&b, " -> %d\n", q.Status)
		}
	}
	return strings.NewReplacer(pairs...).Replace(b.String())
}
