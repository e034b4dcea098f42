package scimtest

import "slices"

// Extra is what neither Microsoft's validators nor Okta's test look at: the form of answers, paging, reads right after writes,
// what happens when requests come at once, and the requests of provisioning jobs in other dialects than the validator's. A
// service provider can pass those tests and fail in production with any of these.
var Extra = Suite(slices.Concat(extraAnswerCases, extraQueryCases, extraValueCases, extraJobCases, extraMemberCases, extraRaceCases))

// extra makes a case.
func extra(id string, severity Severity, area, name, why, ref, fix string, run func(s *Session)) Case {
	level := Level("MUST")
	if severity == Advice {
		level = "SHOULD"
	}
	return Case{ID: id, Name: name, Ref: ref, Level: level, Severity: severity, Area: area, Why: why, Fix: fix, Run: run}
}

const (
	entraRef   = "Microsoft Entra ID, SCIM endpoint requirements"
	experience = "Reports of people who connected a service provider"
)
