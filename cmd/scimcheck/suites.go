package main

import (
	"slices"

	"github.com/embedscim/scim/cmd/scimcheck/internal/report"
	"github.com/embedscim/scim/scimtest"
)

// suites are those that there are, in the order in which they run.
var suites = []struct {
	name  string
	cases scimtest.Suite
}{
	{report.SuiteEntra, scimtest.Entra},
	{report.SuiteGallery, scimtest.EntraGallery},
	{report.SuiteOkta, scimtest.Okta},
	{report.SuiteExtra, scimtest.Extra},
	{report.SuiteRFC, scimtest.RFC},
}

func suiteNames() []string {
	var out []string
	for _, s := range suites {
		out = append(out, s.name)
	}
	return out
}

// choose returns the cases of the suites, and the name of the suite of each.
func choose(chosen []string) (cases scimtest.Suite, names []string) {
	for _, s := range suites {
		if slices.Contains(chosen, s.name) {
			cases = append(cases, s.cases...)
			for range s.cases {
				names = append(names, s.name)
			}
		}
	}
	return cases, names
}
