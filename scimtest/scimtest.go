package scimtest

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// A Case checks one requirement of a service provider.
type Case struct {
	// ID names the requirement: of the RFCs by section and running number, such as 7644-3.5.2.3-08; of another suite by the suite
	// and what is done, such as entra-user-disable.
	ID string
	// Name is a short title for reports, such as "Disable a user". Where there is none, Why serves.
	Name string
	// Ref is the section that it comes from, such as "RFC 7644 §3.5.2.3".
	Ref string
	// Level is MUST, SHOULD or MAY.
	Level Level
	// Severity says who is hurt by a failure.
	Severity Severity
	// Area is what the case is about, such as "users" or "filters", for reports to group by.
	Area string
	// Why says in a sentence what is required.
	Why string
	// Fix says in a sentence how a service provider that fails is mended, or is "".
	Fix string
	// Run makes requests and says by the methods of s what is wrong. It returns normally if the requirement is met.
	Run func(s *Session)
}

// A Level is how strongly something is required (RFC 2119): MUST, SHOULD or MAY. A † after it marks what is no literal
// sentence of an RFC but follows from normative text, a ‡ what the RFCs leave open, and where the case is one sensible
// choice.
type Level string

// A Severity says who is hurt if a requirement is not met.
type Severity string

// The severities.
const (
	// ByRFC means that the RFCs require it, so that any client may depend on it.
	ByRFC Severity = "rfc"
	// ByEntra means that Microsoft Entra ID depends on it, or the validators that Microsoft has for service providers, whether or
	// not the RFCs require it.
	ByEntra Severity = "entra-required"
	// ByOkta means that Okta depends on it, or Okta's own test of service providers.
	ByOkta Severity = "okta-required"
	// ByValidator means that only a validator asks for it, by what it makes up; provisioning works without.
	ByValidator Severity = "validator-quirk"
	// Advice means that no client is known to fail for it at once, but people will be.
	Advice Severity = "advice"
)

// A Suite is a set of cases, which do not depend on each other or on their order.
type Suite []Case

// A Verdict is what came of a case.
type Verdict string

// The verdicts.
const (
	// Pass means that the service provider meets the requirement.
	Pass Verdict = "PASS"
	// Fail means that it does not.
	Fail Verdict = "FAIL"
	// Blocked means that a step failed which the case needs but does not check, such as the creation of a user, so that
	// nothing is known.
	Blocked Verdict = "BLOCKED"
	// Skip means that the case does not concern a service provider that advertises what this one does.
	Skip Verdict = "SKIP"
)

// A Result is what came of running a case.
type Result struct {
	Case    Case
	Verdict Verdict
	// Err says what was expected and what came, or why the case was blocked or skipped. It is nil after a pass.
	Err error
	// Step is what the case was doing when it failed or was blocked, such as "create the user", if it says so.
	Step string
	// Cause is what a failed or blocked result comes from, as far as that is known.
	Cause Cause
	// Trace are the requests that the case made.
	Trace []Exchange
	// Leftovers are resources that the case created and could not delete.
	Leftovers []string
	Duration  time.Duration
}

// String returns a line about r.
func (r Result) String() string {
	if r.Err == nil {
		return fmt.Sprintf("%-7s %s", r.Verdict, r.Case.ID)
	}
	return fmt.Sprintf("%-7s %s: %v", r.Verdict, r.Case.ID, r.Err)
}

// Check runs the cases of the suite against the service provider that c talks to, as many at once as [Client.Parallel] says, and
// yields their results in the order of the suite. Each case deletes what it created. It stops when ctx ends; cases that were cut
// short by that are not yielded, but have deleted what they created when Check returns.
func Check(ctx context.Context, c *Client, suite Suite) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results := make([]chan Result, len(suite))
		for i := range results {
			results[i] = make(chan Result, 1)
		}
		var next atomic.Int64
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		// A single worker would run ahead of what was asked for.
		if c.Parallel > 1 {
			for range min(c.Parallel, len(suite)) {
				workers.Go(func() {
					for ctx.Err() == nil {
						i := int(next.Add(1)) - 1
						if i >= len(suite) {
							return
						}
						results[i] <- c.run(ctx, suite[i])
					}
				})
			}
		}
		for i, test := range suite {
			var r Result
			if c.Parallel > 1 {
				select {
				case r = <-results[i]:
				case <-ctx.Done():
					return
				}
			} else {
				r = c.run(ctx, test)
			}
			if ctx.Err() != nil || !yield(r) {
				return
			}
		}
	}
}

// Select returns the cases for which keep reports true.
func (s Suite) Select(keep func(Case) bool) Suite {
	var out Suite
	for _, c := range s {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// run runs one case.
func (c *Client) run(ctx context.Context, test Case) (r Result) {
	start := time.Now()
	s := &Session{client: c, ctx: ctx, test: test}
	defer func() {
		r.Leftovers = s.cleanUp()
		r.Trace, r.Duration = s.trace, time.Since(start)
	}()
	r = Result{Case: test, Verdict: Pass}
	if reason, ok := c.Exclude[test.ID]; ok {
		r.Verdict, r.Err = Skip, fmt.Errorf("excluded: %s", reason)
		return r
	}
	if ctx.Err() != nil {
		r.Verdict, r.Err = Blocked, ctx.Err()
		return r
	}
	if o := attempt(guard(func() { test.Run(s) })); o != nil {
		r.Verdict, r.Err = o.verdict, o.err
		if o.verdict != Skip {
			r.Step, r.Cause = s.step, s.diagnosis()
		}
	}
	return r
}

// An outcome ends a case early: the methods of [Session] panic with it, and those that laws of stores use, so that a case
// reads as a list of steps, and attempt catches it. It never leaves the package.
type outcome struct {
	verdict Verdict
	err     error
}

// guard makes an outcome of a panic: a service provider that answers with what a case did not think of must not end the program
// that runs it.
func guard(run func()) func() {
	return func() {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *outcome:
				panic(p)
			default:
				panic(&outcome{Blocked, fmt.Errorf("the case broke down itself, by what the service provider answered: %v", p)})
			}
		}()
		run()
	}
}

func attempt(run func()) (o *outcome) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *outcome:
			o = p
		default:
			panic(p)
		}
	}()
	run()
	return nil
}
