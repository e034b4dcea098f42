package scimtest_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/scimtest"
)

// What Microsoft's validator would say, and why: without unique names of groups, one check fails.
func ExampleEntra() {
	c := &scimtest.Client{Handler: service(compat.EntraID)}
	for r := range scimtest.Check(context.Background(), c, scimtest.Entra) {
		if r.Verdict == scimtest.Fail {
			fmt.Println(r.Case.ID, r.Case.Severity, r.Step)
			fmt.Println(r.Cause.Fix)
		}
	}
	// Output:
	// entra-group-duplicate entra-required create it again
	// Let displayName of groups be unique, without regard to letter case: Entra ID finds groups by it.
}

// The same with the attributes of /Schemas, as default jobs write changes, with eight cases at once.
func ExampleOptions() {
	c := &scimtest.Client{
		Handler:  service(compat.EntraID),
		Options:  scimtest.Options{Discover: true, Dialect: scimtest.Legacy},
		Parallel: 8,
	}
	failed := 0
	suite := slices.Concat(scimtest.Entra, scimtest.EntraGallery)
	for r := range scimtest.Check(context.Background(), c, suite) {
		if r.Verdict == scimtest.Fail {
			failed++
		}
	}
	fmt.Println(failed)
	// Output: 1
}
