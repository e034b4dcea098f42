package report

import (
	"fmt"
	"slices"

	"github.com/embedscim/scim/scimtest"
)

// A Provider is somebody who would use the service provider, and whether that would work.
type Provider struct {
	Name   string `json:"name"`
	Answer Answer `json:"answer"`
	// Text says in a sentence why.
	Text string `json:"text"`
	// Passed of Checked checks that it depends on passed.
	Passed  int `json:"passed"`
	Checked int `json:"checked"`
	// Deviations says that the answer is no and some of it works: what an identity provider depends on can work all the same.
	Deviations bool `json:"-"`
	// Quirks are how many checks fail that only the validator of the vendor asks for.
	Quirks int `json:"quirks,omitempty"`
}

// An Answer says whether something would work.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "not checked"
)

// The names of the suites.
const (
	SuiteRFC     = "rfc"
	SuiteEntra   = "entra"
	SuiteGallery = "gallery"
	SuiteOkta    = "okta"
	SuiteExtra   = "extra"
)

// A party is somebody who would use the service provider. Its weight decides what is to be fixed first.
type party struct {
	name     string
	severity scimtest.Severity
	suites   []string
	weight   int
}

var parties = []party{
	{"Microsoft Entra ID", scimtest.ByEntra, []string{SuiteEntra, SuiteGallery}, 4},
	{"Okta", scimtest.ByOkta, []string{SuiteOkta}, 4},
	{"SCIM 2.0 (RFC 7643, 7644)", scimtest.ByRFC, []string{SuiteRFC, SuiteExtra}, 1},
}

// depends reports whether p depends on what a check looks at.
func (p party) depends(c *Check) bool {
	return c.Severity == p.severity && p.severity != scimtest.ByRFC || c.Severity == scimtest.ByRFC && slices.Contains(p.suites, c.Suite)
}

func providers(r *Report) []Provider {
	var out []Provider
	for _, p := range parties {
		x := Provider{Name: p.name, Answer: Unknown}
		ran := false
		var broken int
		for _, c := range r.Checks {
			ran = ran || slices.Contains(p.suites, c.Suite)
			if c.Broken() && c.Severity == scimtest.ByValidator && slices.Contains(p.suites, c.Suite) {
				x.Quirks++
			}
			if !p.depends(c) || c.Verdict == scimtest.Skip {
				continue
			}
			x.Checked++
			if c.Broken() {
				broken++
			} else {
				x.Passed++
			}
		}
		causes := 0
		for _, c := range r.Causes {
			if slices.Contains(c.Hurts, p.name) {
				causes++
			}
		}
		switch {
		case broken > 0:
			x.Answer, x.Deviations = No, p.severity == scimtest.ByRFC && x.Passed > 0
			x.Text = fmt.Sprintf("%s of %d did not pass, because of %s.", count(broken, "check"), x.Checked, count(causes, "fault"))
		case !ran:
			x.Text = fmt.Sprintf("Run it with --suite %s to know.", p.suites[0])
		case r.Interrupted:
			x.Text = "The run was interrupted."
		case x.Checked == 0:
			x.Text = "No check that it depends on could be made."
		default:
			x.Answer = Yes
			x.Text = fmt.Sprintf("All %d checks passed.", x.Checked)
		}
		if x.Quirks > 0 {
			x.Text += fmt.Sprintf(" Its validator would show %s more in red, which provisioning does without.", count(x.Quirks, "check"))
		}
		out = append(out, x)
	}
	return out
}

// count returns a number with what is counted.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
