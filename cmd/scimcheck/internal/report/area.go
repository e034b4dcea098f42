package report

import (
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// severity returns whom a case hurts. Those of the RFCs may say it by their level only.
func severity(c scimtest.Case) scimtest.Severity {
	switch {
	case c.Severity != "":
		return c.Severity
	case strings.HasPrefix(string(c.Level), "MUST"):
		return scimtest.ByRFC
	}
	return scimtest.Advice
}

// matters reports whether clients depend on what has the severity.
func matters(s scimtest.Severity) bool { return s != scimtest.Advice && s != scimtest.ByValidator }

// area returns what a case is about, in a word or two.
func area(c scimtest.Case) string {
	switch c.Area {
	case "":
		return "Other"
	case "http", "patch":
		return strings.ToUpper(c.Area)
	case "me":
		return "/Me"
	}
	return strings.ToUpper(c.Area[:1]) + c.Area[1:]
}
