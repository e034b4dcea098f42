package validator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Blame says who has to change something.
type Blame string

// The blames.
const (
	Server    Blame = "service provider" // by the RFCs, or because Entra ID depends on it
	Validator Blame = "validator"        // a known bug of the validator; the result is to be ignored
	Setup     Blame = "setup"            // of the run: credentials, schema, mapping
	Unclear   Blame = "unclear"          // the file does not tell
)

// A Finding explains a test that failed, or a part of it.
type Finding struct {
	Test  string `json:"test"`
	Blame Blame  `json:"blame"`
	// Cause names what is behind it: findings of the same cause need one change.
	Cause string `json:"cause"`
	// Title says in a sentence what is wrong, Fix what to do.
	Title string `json:"title"`
	Fix   string `json:"fix,omitempty"`
	// Detail is what of this test shows it: a message, or the step that failed.
	Detail string `json:"detail,omitempty"`
}

// An Explanation is what there is to say about an export.
type Explanation struct {
	Passed   int       `json:"passed"`
	Failed   int       `json:"failed"`
	Preview  int       `json:"previewFailed"`
	Findings []Finding `json:"findings"`
}

// Blames reports whether one of the findings is for the blame.
func (e *Explanation) Blames(b Blame) bool {
	return slices.ContainsFunc(e.Findings, func(f Finding) bool { return f.Blame == b })
}

// Explain explains each test that failed.
func (x *Export) Explain() *Explanation {
	e := &Explanation{Passed: len(x.PassedTests), Findings: []Finding{}}
	e.Findings = append(e.Findings, x.whole()...)
	for _, t := range x.FailedTests {
		e.Failed++
		e.Findings = append(e.Findings, t.explain()...)
	}
	for _, t := range x.PreviewTests {
		if t.HasTestPassed {
			e.Passed++
			continue
		}
		e.Preview++
		findings := t.explain()
		for i := range findings {
			findings[i].Test += " (preview: not needed to pass)"
		}
		e.Findings = append(e.Findings, findings...)
	}
	return e
}

// whole explains what is wrong with the run as a whole.
func (x *Export) whole() []Finding {
	var out []Finding
	add := func(f Finding) {
		f.Test = "the run"
		out = append(out, f)
	}
	text := x.Message + "\n" + x.ErrorTrace
	if x.InvalidCredentials {
		add(Finding{Blame: Setup, Cause: "credentials", Title: "The service provider refused the token, or does not answer the filter by which the validator tries it.",
			Fix: `Answer GET /Users?filter=userName eq "…" with 200 and an empty list if nobody is found; then see whether the token is complete and not expired.`})
	}
	if strings.Contains(text, "not supported by the SCIM protocol") {
		add(Finding{Blame: Setup, Cause: "schema-attribute", Title: "The validator refuses an attribute of /Schemas, before any test.", Detail: excerpt(x.Message),
			Fix: "It does not take password, display of e-mail addresses, primary by itself, or name as anything but complex. Leave the attribute out of /Schemas for the validator, " +
				"or take its default attributes."})
	}
	if strings.Contains(text, "must be of type 'JsonObject'") {
		add(Finding{Blame: Server, Cause: "schemas", Title: "/Schemas is a bare array.", Fix: "Answer with a list response whose Resources are the schemas (RFC 7644 §4)."})
	}
	if strings.Contains(text, "Failed to fetch") {
		add(Finding{Blame: Setup, Cause: "fetch", Title: "The validator could not reach the service provider, or broke down itself.",
			Fix: "It runs on the internet: the service provider must have a public name and a certificate that is trusted. Some accounts of companies get this error whatever they do."})
	}
	for _, w := range x.Warnings {
		switch text := string(w); {
		case strings.Contains(text, "application/json"):
			add(Finding{Blame: Server, Cause: "content-type", Title: "Responses have the type application/json.", Fix: "Answer with application/scim+json (RFC 7644 §3.1)."})
		case strings.Contains(text, "cannot be parsed as the type 'Boolean'"):
			add(Finding{Blame: Server, Cause: "string-boolean", Title: `Booleans are returned as strings, such as "True".`,
				Fix: "Store and return JSON booleans, whatever was sent."})
		}
	}
	return out
}

// explain says why a test failed: what the first request was that went wrong, or else what its messages say.
func (t *Test) explain() []Finding {
	name := cmp.Or(t.Description, t.Name)
	for _, f := range []func(*Test) (Finding, bool){emptyOperations, brokenStep} {
		if x, ok := f(t); ok {
			x.Test = name
			return []Finding{x}
		}
	}
	var out []Finding
	for _, r := range t.Results {
		if r.Outcome == 0 {
			continue
		}
		f := t.message(r)
		f.Test, f.Detail = name, cmp.Or(f.Detail, excerpt(r.Message))
		// One cause is said once for each test.
		if !slices.ContainsFunc(out, func(x Finding) bool { return x.Cause == f.Cause }) {
			out = append(out, f)
		}
	}
	if out == nil {
		out = append(out, Finding{Test: name, Blame: Unclear, Cause: "no-message", Title: "The validator gives no reason, and all requests in the file were answered as expected.",
			Fix: "What it read afterwards is not in the file. scimcheck makes the same requests and shows all of them."})
	}
	return out
}

// WriteText writes the explanation, what is to be changed first.
func (e *Explanation) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d passed, %d failed, %d of the preview failed\n", e.Passed, e.Failed, e.Preview)
	if len(e.Findings) == 0 {
		b.WriteString("\nNothing failed.\n")
	}
	for _, blame := range []Blame{Setup, Server, Unclear, Validator} {
		var causes []string
		for _, f := range e.Findings {
			if f.Blame == blame && !slices.Contains(causes, f.Cause) {
				causes = append(causes, f.Cause)
			}
		}
		if len(causes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", map[Blame]string{
			Setup: "FIRST: the run itself", Server: "TO FIX in the service provider", Unclear: "UNCLEAR",
			Validator: "TO IGNORE: known bugs of Microsoft's validator",
		}[blame])
		for _, cause := range causes {
			first := true
			for _, f := range e.Findings {
				if f.Blame != blame || f.Cause != cause {
					continue
				}
				if first {
					fmt.Fprintf(&b, "\n  %s\n", f.Title)
					if f.Fix != "" {
						fmt.Fprintf(&b, "    -> %s\n", f.Fix)
					}
					first = false
				}
				fmt.Fprintf(&b, "    - %s\n", f.Test)
				if f.Detail != "" {
					fmt.Fprintf(&b, "        %s\n", f.Detail)
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the explanation for programs.
func (e *Explanation) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 240 {
		return string(r[:240]) + "…"
	}
	return s
}
