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

// areas are the areas of sections of the RFCs, the longest section first where one is part of another.
var areas = []struct{ ref, area string }{
	{"RFC 7642", "Security"}, {"RFC 7643 §1", "Values"}, {"RFC 7643 §2", "Values"}, {"RFC 7643 §3", "Resources"},
	{"RFC 7643 §4", "Users and groups"}, {"RFC 7643 §5", "Discovery"}, {"RFC 7643 §6", "Discovery"}, {"RFC 7643 §7", "Discovery"},
	{"RFC 7643 §8", "Discovery"}, {"RFC 7643 §9", "Security"},
	{"RFC 7644 §1", "HTTP"}, {"RFC 7644 §2", "Security"}, {"RFC 7644 §3.1", "HTTP"}, {"RFC 7644 §3.2", "HTTP"}, {"RFC 7644 §3.3", "Create"},
	{"RFC 7644 §3.4.1", "Read"}, {"RFC 7644 §3.4.2.2", "Filters"}, {"RFC 7644 §3.4.2.3", "Sorting"}, {"RFC 7644 §3.4.2.4", "Paging"},
	{"RFC 7644 §3.4.2.5", "Selecting attributes"}, {"RFC 7644 §3.4.3", "Queries by POST"}, {"RFC 7644 §3.4", "Queries"},
	{"RFC 7644 §3.5.1", "Replace"}, {"RFC 7644 §3.5", "PATCH"}, {"RFC 7644 §3.6", "Delete"}, {"RFC 7644 §3.7", "Bulk"},
	{"RFC 7644 §3.8", "HTTP"}, {"RFC 7644 §3.9", "Selecting attributes"}, {"RFC 7644 §3.10", "Selecting attributes"}, {"RFC 7644 §3.11", "/Me"},
	{"RFC 7644 §3.12", "Errors"}, {"RFC 7644 §3.13", "HTTP"}, {"RFC 7644 §3.14", "Versions (ETag)"}, {"RFC 7644 §4", "Discovery"},
	{"RFC 7644 §5", "Values"}, {"RFC 7644 §6", "Security"}, {"RFC 7644 §7", "Security"}, {"RFC 9865", "Paging"},
}

// area returns what a case is about, in a word or two.
func area(c scimtest.Case) string {
	if c.Area != "" {
		return strings.ToUpper(c.Area[:1]) + c.Area[1:]
	}
	for _, a := range areas {
		if c.Ref == a.ref || strings.HasPrefix(c.Ref, a.ref+".") {
			return a.area
		}
	}
	return "Other"
}
