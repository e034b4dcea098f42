package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Seconds   string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Seconds string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Error   *junitMessage `xml:"error,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report for build servers: failed checks are failures, blocked ones errors, and what no client depends on is
// skipped, so that a build is red in the same cases in which the exit code is 1.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := junitSuites{Name: "scimcheck " + clean(r.Target)}
	for _, c := range r.Checks {
		i := slices.IndexFunc(out.Suites, func(s junitSuite) bool { return s.Name == c.Suite })
		if i < 0 {
			i = len(out.Suites)
			out.Suites = append(out.Suites, junitSuite{Name: c.Suite, Timestamp: r.Started.Format("2006-01-02T15:04:05")})
		}
		s := &out.Suites[i]
		s.Tests++
		test := junitCase{Class: clean(c.Suite + "." + c.Area), Name: clean(c.ID + " " + c.Title), Seconds: fmt.Sprintf("%.3f", c.Seconds)}
		message := &junitMessage{Message: c.Message, Type: string(c.Severity)}
		switch {
		case c.Verdict == scimtest.Skip:
			s.Skipped++
			test.Skipped = &junitMessage{Message: message.Message}
		case !c.Broken():
		case !matters(c.Severity):
			s.Skipped++
			test.Skipped = &junitMessage{Message: clean(fmt.Sprintf("%s, no client is known to need it: %s", c.Verdict, c.Message))}
		case c.Verdict == scimtest.Blocked:
			s.Errors++
			message.Text = clean(c.details())
			test.Error = message
		default:
			s.Failures++
			message.Text = clean(c.details())
			test.Failure = message
		}
		s.Cases = append(s.Cases, test)
	}
	for i := range out.Suites {
		var sum float64
		for _, c := range r.Checks {
			if c.Suite == out.Suites[i].Name {
				sum += c.Seconds
			}
		}
		out.Suites[i].Seconds = fmt.Sprintf("%.3f", sum)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// details returns what there is to know about a check that did not pass.
func (c *Check) details() string {
	var b strings.Builder
	for _, f := range [][2]string{{"Why", c.Why}, {"Reference", c.Ref}, {"To fix", c.Fix}, {"To repeat", "\n" + c.Script}} {
		if strings.TrimSpace(f[1]) != "" {
			fmt.Fprintf(&b, "%s: %s\n", f[0], f[1])
		}
	}
	for _, s := range c.Trace {
		fmt.Fprintf(&b, "\n%s %s\n%s\n%d %s%s\n", s.Method, s.URL, s.Body, s.Status, s.GotBody, s.Error)
	}
	return b.String()
}

// clean takes out control characters: terminals obey them, and XML has no way to write them.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r >= 0x7F && r < 0xA0 || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, s)
}
