package scimtest

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// A Case checks one requirement of a service provider.
type Case struct {
	// ID names the requirement: RFC, section, running number, such as 7644-3.5.2.3-08.
	ID string
	// Ref is the section that it comes from, such as "RFC 7644 §3.5.2.3".
	Ref string
	// Level is MUST, SHOULD or MAY.
	Level Level
	// Why says in a sentence what is required.
	Why string
	// Run makes requests and says by the methods of s what is wrong. It returns normally if the requirement is met.
	Run func(s *Session)
}

// A Level is how strongly something is required (RFC 2119): MUST, SHOULD or MAY. A † after it marks what is no literal
// sentence of an RFC but follows from normative text, a ‡ what the RFCs leave open, and where the case is one sensible
// choice.
type Level string

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

// Check runs the cases of the suite against the service provider that c talks to, one after the other, and yields their
// results. Each case deletes what it created. It stops when ctx ends; cases that were cut short by that are not yielded.
func Check(ctx context.Context, c *Client, suite Suite) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		for _, test := range suite {
			r := c.run(ctx, test)
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
	if o := attempt(func() { test.Run(s) }); o != nil {
		r.Verdict, r.Err = o.verdict, o.err
	}
	return r
}

// An outcome ends a case early: the methods of [Session] panic with it, and those that laws of stores use, so that a case
// reads as a list of steps, and attempt catches it. It never leaves the package.
type outcome struct {
	verdict Verdict
	err     error
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
