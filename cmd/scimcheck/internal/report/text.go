package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Summary returns what was checked and how long it took, in a line.
func (r *Report) Summary() string {
	passes := "one after the other"
	if r.Parallel > 1 {
		passes = fmt.Sprintf("%d at once, then one after the other", r.Parallel)
	}
	return fmt.Sprintf("%s, %s, %s, %.1f seconds", count(len(r.Checks), "check"), passes, count(r.Requests, "request"), r.Seconds)
}

// FixFirst returns the causes to look at first.
func (r *Report) FixFirst() []*Cause { return r.Causes[:min(3, len(r.Causes))] }

// FixLater returns the other causes.
func (r *Report) FixLater() []*Cause { return r.Causes[min(3, len(r.Causes)):] }

// Races returns the checks whose two passes differ.
func (r *Report) Races() []*Check {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(c *Check) bool { return !c.Race })
}

// Failed reports whether a check failed or was blocked that clients depend on.
func (r *Report) Failed() bool { return r.Counts.Fail+r.Counts.Blocked > r.Counts.Advice }

// WriteText writes the report for a terminal. The traces are short: the other forms have all of them.
func (r *Report) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s: %s", r.Tool, r.Target)
	p.line("%s", r.Summary())
	if len(r.Options) > 0 {
		p.line("%s", strings.Join(r.Options, ", "))
	}
	if r.Interrupted {
		p.line("The run was interrupted: not all checks were made.")
	}
	p.line("\nWould it work?")
	for _, x := range r.Providers {
		answer := strings.ToUpper(string(x.Answer))
		if x.Deviations {
			answer = "NOT IN ALL"
		}
		p.line("  %-26s %-11s %s", x.Name, answer, x.Text)
	}
	if len(r.Causes) > 0 {
		p.line("\nTo fix first")
		for i, c := range r.FixFirst() {
			p.line("  %d. %s", i+1, c.Title)
			p.line("     %s", c.Affects())
			if text := cmp.Or(c.Fix, c.Message); text != "" {
				p.line("     %s", text)
			}
		}
	}
	p.line("\n%-22s %4s %5s %8s %5s %6s", "Area", "", "pass", "fail", "block", "skip")
	for _, a := range r.Areas {
		p.line("%-22s %3d%% %5d %8d %5d %6d", a.Name, a.Percent(), a.Pass, a.Fail, a.Blocked, a.Skip)
	}
	if len(r.Causes) > 0 {
		p.line("\nAll faults")
	}
	for i, cause := range r.Causes {
		p.line("\n%d. %s", i+1, cause.Title)
		for j, c := range r.explained(cause) {
			p.line("  %-7s %s (%s): %s", c.Verdict, c.ID, c.Severity, c.Title)
			if j == 0 {
				p.check(c)
			}
		}
	}
	if races := r.Races(); len(races) > 0 {
		p.line("\nRaces: these checks differ between the two passes")
		for _, c := range races {
			p.line("  %s: %s alone, %s beside %d others", c.ID, c.Alone, c.Together, r.Parallel-1)
		}
	}
	if len(r.Leftovers) > 0 {
		title := "Could not be deleted"
		if r.Kept {
			title = "Kept"
		}
		p.line("\n%s", title)
		for _, url := range r.Leftovers {
			p.line("  %s", url)
		}
	}
	p.line("\n%d passed, %d failed, %d blocked, %d skipped", r.Counts.Pass, r.Counts.Fail, r.Counts.Blocked, r.Counts.Skip)
	return p.err
}

// A printer writes lines until one can't be written.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// check writes what a check that did not pass is about.
func (p *printer) check(c *Check) {
	field := func(name, text string) {
		if text != "" {
			p.line("          %-10s %s", name, strings.ReplaceAll(text, "\n", "\n                     "))
		}
	}
	if c.Expected != "" {
		field("expected", c.Expected)
		field("got", shorten(c.Got, 300))
	} else {
		field("message", shorten(c.Message, 1000))
	}
	if c.Why != c.Title {
		field("why", c.Why)
	}
	field("reference", c.Ref)
	field("to fix", c.Fix)
	for _, s := range c.Trace {
		mark := " "
		if s.Failed {
			mark = ">"
		}
		answer := fmt.Sprint(s.Status)
		if s.Error != "" {
			answer = s.Error
		}
		p.line("        %s %s %s -> %s", mark, s.Method, s.URL, answer)
	}
	if c.Verdict == scimtest.Blocked {
		field("blocked", "What the check is about could not be looked at.")
	}
}
