package scimtest

import "slices"

const validatorRef = "Microsoft Entra SCIM validator"

// Entra is what Microsoft's SCIM validator does, as far as its traffic and its reports show: each of its tests with the requests that
// it makes, in its order, and what it checks. It differs where the validator is wrong: values are of the type that the schema
// says, and what is said to be missing is missing. The tests that are a preview of Microsoft's are [ByValidator].
//
// [Options] choose the attributes, those by which resources are matched, and the dialect of PATCH requests. Groups must have names
// of their own, as Entra ID demands.
var Entra = Suite(slices.Concat(entraUserCases, entraGroupCases, entraPreviewCases))

// required makes a case of a test of the validator.
func required(id, name, area, why, fix string, run func(s *Session)) Case {
	return Case{ID: id, Name: name, Ref: validatorRef, Level: "MUST", Severity: ByEntra, Area: area, Why: why, Fix: fix, Run: run}
}

// preview makes a case of a test of the validator that it counts as a preview.
func preview(id, name, area, why, fix string, run func(s *Session)) Case {
	c := required(id, name, area, why, fix, run)
	c.Level, c.Severity = "SHOULD", ByValidator
	return c
}
