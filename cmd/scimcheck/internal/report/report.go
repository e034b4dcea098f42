// Package report turns the results of suites into a report that people can read who did not write the service provider, as
// text, JSON, JUnit and HTML. Nothing in a report shows a credential or the data of resources that the run did not create.
package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim/scimtest"
)

// A Run is what is known of a run when it ends.
type Run struct {
	Tool     string // name and version of the program
	Target   string // the base URL
	Started  time.Time
	Duration time.Duration
	// Options are those that decide what was checked, in words, such as "dialect legacy".
	Options []string
	// Parallel is how many cases ran at once in the first pass; with 1 there was no such pass.
	Parallel int
	// Interrupted says that not all cases were run.
	Interrupted bool
	Outcomes    []Outcome
	Requests    int
	// Leftovers are URLs of resources that could not be deleted, or were kept if Kept.
	Leftovers []string
	Kept      bool
	// Secrets must not occur in the report.
	Secrets []string
}

// An Outcome is what came of one case: alone, and while others ran. One of the two may be nil.
type Outcome struct {
	Suite           string // name of the suite
	Alone, Together *scimtest.Result
}

// A Report is what is written. Its JSON form is a promise to programs that read it: members are added, not changed.
type Report struct {
	Tool        string     `json:"tool"`
	Target      string     `json:"target"`
	Started     time.Time  `json:"started"`
	Seconds     float64    `json:"seconds"`
	Options     []string   `json:"options"`
	Parallel    int        `json:"parallel"`
	Interrupted bool       `json:"interrupted"`
	Requests    int        `json:"requests"`
	Counts      Counts     `json:"counts"`
	Providers   []Provider `json:"providers"`
	Causes      []*Cause   `json:"causes"`
	Suites      []*Score   `json:"suites"`
	Areas       []*Score   `json:"areas"`
	Checks      []*Check   `json:"checks"`
	Leftovers   []string   `json:"leftovers"`
	Kept        bool       `json:"kept,omitempty"`
}

// Counts are numbers of checks.
type Counts struct {
	Pass    int `json:"pass"`
	Fail    int `json:"fail"`
	Blocked int `json:"blocked"`
	Skip    int `json:"skip"`
	Races   int `json:"races"`
	// Advice is how many of those that failed or are blocked matter to no identity provider.
	Advice int `json:"advice"`
}

// A Score is how many checks of a suite or an area had which verdict.
type Score struct {
	Name string `json:"name"`
	Counts
}

// Percent returns how many of the checks that say something passed.
func (s *Score) Percent() int {
	if n := s.Pass + s.Fail + s.Blocked; n > 0 {
		return 100 * s.Pass / n
	}
	return 100
}

// A Check is what came of a case.
type Check struct {
	ID       string            `json:"id"`
	Suite    string            `json:"suite"`
	Area     string            `json:"area"`
	Title    string            `json:"title"`
	Why      string            `json:"why,omitempty"`
	Ref      string            `json:"reference,omitempty"`
	Level    string            `json:"level,omitempty"`
	Severity scimtest.Severity `json:"severity"`
	Verdict  scimtest.Verdict  `json:"verdict"`
	// Alone and Together are the verdicts of the two passes, or "" if there was none.
	Alone    scimtest.Verdict `json:"alone,omitempty"`
	Together scimtest.Verdict `json:"together,omitempty"`
	// Race says that the two differ.
	Race bool `json:"race,omitempty"`
	// Step is what the check was doing when it ended, if it says so.
	Step     string `json:"step,omitempty"`
	Message  string `json:"message,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	Fix      string `json:"fix,omitempty"`
	// Cause is the ID of the root cause.
	Cause   string  `json:"cause,omitempty"`
	Trace   []*Step `json:"trace"`
	Script  string  `json:"repeat,omitempty"`
	Seconds float64 `json:"seconds"`

	result *scimtest.Result
}

// Broken reports whether the check failed or was blocked.
func (c *Check) Broken() bool {
	return c.Verdict == scimtest.Fail || c.Verdict == scimtest.Blocked
}

// A Step is a request and its response.
type Step struct {
	Purpose      string   `json:"purpose,omitempty"`
	Method       string   `json:"method"`
	URL          string   `json:"url"`
	Headers      []string `json:"headers,omitempty"`
	Body         string   `json:"body,omitempty"`
	Status       int      `json:"status,omitempty"`
	GotHeaders   []string `json:"responseHeaders,omitempty"`
	GotBody      string   `json:"responseBody,omitempty"`
	Error        string   `json:"error,omitempty"`
	Milliseconds float64  `json:"milliseconds"`
	// Failed marks the step that decided a verdict other than PASS, if it is known.
	Failed bool `json:"failed,omitempty"`
}

// New makes the report of a run.
func New(run Run) *Report {
	r := &Report{
		Tool: run.Tool, Target: run.Target, Started: run.Started.UTC().Truncate(time.Second), Seconds: seconds(run.Duration),
		Options: run.Options, Parallel: run.Parallel, Interrupted: run.Interrupted, Requests: run.Requests, Kept: run.Kept,
	}
	m := newMask(run)
	for _, o := range run.Outcomes {
		r.Checks = append(r.Checks, newCheck(o, m))
	}
	for _, url := range run.Leftovers {
		r.Leftovers = append(r.Leftovers, m.text(url))
	}
	r.Target = m.text(r.Target)
	r.Causes = findCauses(r.Checks, m)
	for _, c := range r.Checks {
		r.Counts.add(c)
		score(&r.Suites, c.Suite).add(c)
		score(&r.Areas, c.Area).add(c)
	}
	slices.SortStableFunc(r.Areas, func(a, b *Score) int {
		return cmp.Or(cmp.Compare(a.Percent(), b.Percent()), strings.Compare(a.Name, b.Name))
	})
	r.Providers = providers(r)
	for _, c := range r.Checks {
		c.result = nil
	}
	return r
}

func (n *Counts) add(c *Check) {
	switch c.Verdict {
	case scimtest.Pass:
		n.Pass++
	case scimtest.Fail:
		n.Fail++
	case scimtest.Blocked:
		n.Blocked++
	case scimtest.Skip:
		n.Skip++
	}
	if c.Race {
		n.Races++
	}
	if c.Broken() && !matters(c.Severity) {
		n.Advice++
	}
}

func score(list *[]*Score, name string) *Score {
	for _, s := range *list {
		if s.Name == name {
			return s
		}
	}
	s := &Score{Name: name}
	*list = append(*list, s)
	return s
}

// newCheck makes the check of an outcome. The worse of the two passes is shown, since that is what an identity provider may meet.
func newCheck(o Outcome, m *mask) *Check {
	shown := o.Alone
	c := &Check{Suite: o.Suite}
	if o.Alone != nil {
		c.Alone = o.Alone.Verdict
	}
	if o.Together != nil {
		c.Together = o.Together.Verdict
		if shown == nil || badness(c.Together) > badness(c.Alone) {
			shown = o.Together
		}
	}
	c.Race = o.Alone != nil && o.Together != nil && c.Alone != c.Together
	c.result = shown
	test := shown.Case
	c.ID, c.Area, c.Title, c.Why, c.Ref, c.Level, c.Severity = test.ID, area(test), cmp.Or(test.Name, test.Why), test.Why, test.Ref, string(test.Level), severity(test)
	c.Step = shown.Step
	c.Verdict, c.Seconds = shown.Verdict, seconds(shown.Duration)
	failed, limit := -1, maxPassed
	if shown.Err != nil {
		c.Message = m.message(shown.Err.Error(), shown.Trace)
		c.Expected, c.Got = split(strings.TrimSuffix(c.Message, " ("+c.Ref+")"))
		if c.Broken() {
			failed, limit = failedStep(shown), maxBroken
		}
	}
	for i, x := range shown.Trace {
		s := newStep(x, limit, m)
		s.Failed = i == failed
		c.Trace = append(c.Trace, s)
	}
	if len(shown.Trace) > 0 && c.Verdict != scimtest.Skip {
		c.Script = script(shown.Trace, m)
	}
	return c
}

func badness(v scimtest.Verdict) int {
	return slices.Index([]scimtest.Verdict{"", scimtest.Skip, scimtest.Pass, scimtest.Blocked, scimtest.Fail}, v)
}

// split finds what was expected and what came in a message of the package scimtest, if it says so.
func split(message string) (expected, got string) {
	_, rest, ok := strings.Cut(message, "expected ")
	if !ok {
		return "", ""
	}
	// Of several complaints the first is shown by itself; the message has all.
	rest, _, _ = strings.Cut(rest, "\n")
	for _, sep := range []string{"; got ", ", got ", " got "} {
		if expected, got, ok = strings.Cut(rest, sep); ok {
			return expected, got
		}
	}
	return "", ""
}

// failedStep returns the index of the exchange that the error of r is about, or -1.
func failedStep(r *scimtest.Result) int {
	text := r.Err.Error()
	for i, x := range slices.Backward(r.Trace) {
		if method, target, ok := strings.Cut(text, x.Method+" "); ok && !strings.HasSuffix(method, "/") {
			target, _, _ = strings.Cut(target, ": ")
			if target != "" && strings.HasSuffix(x.URL, target) {
				return i
			}
		}
	}
	return len(r.Trace) - 1
}

func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }
