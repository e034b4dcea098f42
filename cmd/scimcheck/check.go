package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
	"github.com/embedscim/scim/scimtest"
)

// sweepTime bounds how long it may take to delete what is left.
const sweepTime = 60 * time.Second

// check runs the suites, writes the reports, and returns the exit code.
func check(ctx context.Context, o *options, stdout, stderr io.Writer) int {
	// An identity provider keeps as many connections open as it makes requests at once.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = o.parallel + 1
	defer transport.CloseIdleConnections()
	book := newLedger(transport, o.target, o.timeout)
	direct := &http.Client{
		Transport: transport, Timeout: o.timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	token := o.token
	if o.oauth.url != "" {
		if err := o.oauth.get(ctx, direct); err != nil {
			fmt.Fprintln(stderr, "scimcheck:", err)
			return exitUnreachable
		}
		token = o.oauth.token
	}
	if err := probe(ctx, direct, o, token); err != nil {
		fmt.Fprintln(stderr, "scimcheck: nothing could be checked:", err)
		if ctx.Err() != nil {
			return exitInterrupted
		}
		return exitUnreachable
	}

	run := report.Run{Tool: version(), Target: o.target, Started: time.Now(), Parallel: o.parallel, Kept: o.keep, Secrets: o.secrets()}
	cases, names := choose(o.suites)
	outcomes := make([]report.Outcome, len(cases))
	for i, name := range names {
		outcomes[i].Suite = name
	}
	seed := o.vary.Seed
	pass := func(title string, parallel int, result func(*report.Outcome) **scimtest.Result) {
		vary := o.vary
		// Both passes send the same values but for names, so that they can be compared.
		vary.Seed = seed
		c := &scimtest.Client{
			BaseURL: o.target, Token: token, Header: o.header, HTTP: &http.Client{Transport: book},
			Parallel: parallel, Keep: o.keep, Options: vary,
		}
		seed = c.Seed()
		p := newProgress(stderr, title, len(cases))
		i := 0
		for r := range scimtest.Check(ctx, c, cases) {
			*result(&outcomes[i]) = &r
			i++
			p.step(r.Verdict)
		}
		p.end()
	}
	if o.parallel > 1 {
		pass(fmt.Sprintf("%d at once", o.parallel), o.parallel, func(x *report.Outcome) **scimtest.Result { return &x.Together })
	}
	if ctx.Err() == nil {
		pass("one after the other", 1, func(x *report.Outcome) **scimtest.Result { return &x.Alone })
	}

	run.Leftovers = book.left()
	if !o.keep && (len(run.Leftovers) > 0 || len(book.lost) > 0) {
		header := o.header.Clone()
		if token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
		sweeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepTime)
		run.Leftovers = book.sweep(sweeping, header)
		cancel()
	}
	run.Duration, run.Interrupted, run.Requests, run.Options = time.Since(run.Started), ctx.Err() != nil, book.count(), o.describe(seed)
	run.Outcomes = slices.DeleteFunc(outcomes, func(x report.Outcome) bool { return x.Alone == nil && x.Together == nil })
	r := report.New(run)
	if err := write(r, o.files, stdout); err != nil {
		fmt.Fprintln(stderr, "scimcheck:", err)
		return exitUsage
	}
	switch {
	case run.Interrupted:
		return exitInterrupted
	case r.Failed():
		return exitFailed
	}
	return exitPassed
}

// write writes the reports into the files, and as text to the output if none of them goes there.
func write(r *report.Report, files []file, stdout io.Writer) error {
	forms := map[string]func(io.Writer) error{"json": r.WriteJSON, "junit": r.WriteJUnit, "html": r.WriteHTML}
	text := true
	for _, f := range files {
		if f.path == "-" {
			text = false
			if err := forms[f.form](stdout); err != nil {
				return err
			}
			continue
		}
		if err := writeFile(f.path, forms[f.form]); err != nil {
			return err
		}
	}
	if text {
		return r.WriteText(stdout)
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
