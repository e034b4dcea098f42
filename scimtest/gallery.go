package scimtest

import "slices"

const galleryRef = "Microsoft Entra gallery validation"

// EntraGallery is what Microsoft's open validator does, which applications for the Entra ID gallery have to pass: the requests that
// it makes itself, and those that the provisioning service makes when the validator changes something in the directory. What
// takes a directory, OAuth and the logs of a job is left out.
//
// The requests of the service are in the dialect of [Options], or [Legacy], which is what jobs send that nobody has changed.
// Provisioning on demand is always in that.
var EntraGallery = Suite(slices.Concat(galleryDirectCases, galleryUserCases, galleryGroupCases))

// gallery makes a case of a test of the open validator.
func gallery(id, name, area, why, fix string, run func(s *Session)) Case {
	return Case{ID: id, Name: name, Ref: galleryRef, Level: "MUST", Severity: ByEntra, Area: area, Why: why, Fix: fix, Run: run}
}

// jobDialect is the dialect of a provisioning job.
func (s *Session) jobDialect() Dialect {
	if s.client.Options.Dialect == "" {
		return Legacy
	}
	return s.dialect()
}
