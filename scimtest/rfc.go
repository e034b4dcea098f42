package scimtest

import (
	_ "embed"
	"slices"
	"strings"
)

// RFC is a case for each requirement of RFC 7643, RFC 7644 and RFC 9865 that can be seen from outside. Cases about attributes
// that users and groups do not have need a resource type as [NewWidgetType] returns, and are skipped without.
var RFC = newSuite(
	area{"http", httpCases}, area{"security", securityCases}, area{"types", typeCases}, area{"types", characteristicCases},
	area{"types", multiValuedCases}, area{"resources", resourceCases}, area{"discovery", schemaCases}, area{"discovery", discoveryCases},
	area{"create and read", createCases}, area{"replace", replaceCases}, area{"delete", deleteCases}, area{"errors", errorCases},
	area{"versions", versionCases}, area{"types", stringCases}, area{"filters", filterCases}, area{"sorting", sortCases}, area{"paging", pagingCases},
	area{"projection", attributesCases}, area{"search", searchCases}, area{"patch", patchCases}, area{"paging", cursorCases},
	area{"bulk", bulkCases}, area{"me", meCases},
)

// An area is a list of cases of rows, of which ID and Run are set.
type area struct {
	name  string
	cases []Case
}

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

// newSuite puts the cases in the order of the rows, and completes them.
func newSuite(areas ...area) Suite {
	var cases []Case
	for _, a := range areas {
		for _, c := range a.cases {
			c.Area, c.Severity = a.name, ByRFC
			cases = append(cases, c)
		}
	}
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
