package scimtest

import (
	_ "embed"
	"slices"
	"strings"
)

// RFC is a case for each requirement of RFC 7643, RFC 7644 and RFC 9865 that can be seen from outside. Cases about attributes
// that users and groups do not have need a resource type as [NewWidgetType] returns, and are skipped without.
var RFC = newSuite(
	httpCases, securityCases, typeCases, characteristicCases, multiValuedCases, resourceCases,
	schemaCases, discoveryCases, createCases, replaceCases, deleteCases, errorCases, versionCases, stringCases,
	filterCases, sortCases, pagingCases, attributesCases, searchCases, patchCases,
	cursorCases, bulkCases, meCases,
)

// A Row is a requirement, whether or not there is a case for it.
type Row struct {
	ID, Ref string
	Level   Level
	Why     string
}

//go:embed rows.tsv
var rowsText string

// Rows returns all requirements.
func Rows() []Row {
	var out []Row
	for line := range strings.Lines(rowsText) {
		if f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4); len(f) == 4 {
			out = append(out, Row{f[0], f[1], Level(f[2]), f[3]})
		}
	}
	return out
}

// newSuite puts lists of cases, in which those of rows need just an ID and Run, in the order of the rows.
func newSuite(lists ...[]Case) Suite {
	cases := slices.Concat(lists...)
	order := map[string]int{}
	for i, r := range Rows() {
		order[r.ID] = i
		for j := range cases {
			if c := &cases[j]; c.ID == r.ID {
				c.Ref, c.Level, c.Why = r.Ref, r.Level, r.Why
			}
		}
	}
	slices.SortStableFunc(cases, func(a, b Case) int { return order[a.ID] - order[b.ID] })
	return cases
}
