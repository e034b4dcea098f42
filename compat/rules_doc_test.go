package compat_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
)

var update = flag.Bool("update", false, "write docs/compat-rules.md")

// rewrite returns what p rewrites in the request of a case, and the error of a rule that refuses it.
func (c *recorded) rewrite(t testing.TB, p *compat.Profile) ([]compat.Applied, error) {
	typ := c.resourceType(t)
	switch c.Request.Method {
	case "PATCH":
		ops, err := patch.Read(typ, c.Request.Body, patch.Limits{})
		if err != nil {
			return nil, nil // refused before any rule sees it
		}
		_, applied, err := compat.RewritePatch(typ, p, ops)
		return applied, err
	case "POST", "PUT":
		o, err := typ.ReadObject(c.Request.Body, 32)
		if err != nil {
			return nil, nil
		}
		return compat.RewriteResource(typ, p, &o)
	case "GET":
		query, err := url.ParseQuery(escape(c.Request.Query))
		require.NoError(t, err)
		_, applied, err := compat.RewriteFilter(typ, p, query.Get("filter"))
		require.NoError(t, err)
		_, more, err := compat.RewriteAttributes(typ, p, query.Get("attributes"))
		return append(applied, more...), err
	}
	return nil, nil
}

// A quirk is a way in which clients deviate from the RFCs or stress them; see testdata/quirks.tsv.
type quirk struct {
	id, client, title, evidence string
	cases                       []recorded
}

func readQuirks(t testing.TB) []quirk {
	cases := map[string]recorded{}
	for _, c := range readCases(t) {
		cases[c.ID] = c
	}
	data, err := os.ReadFile("testdata/quirks.tsv")
	require.NoError(t, err)
	var out []quirk
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, cells, 5, "%q", line)
		q := quirk{id: cells[0], client: cells[1], title: cells[2], evidence: cells[3]}
		for _, id := range strings.Fields(cells[4]) {
			c, ok := cases[id]
			require.True(t, ok, "%s: no case %s, or it stands twice", q.id, id)
			delete(cases, id)
			q.cases = append(q.cases, c)
		}
		require.NotEmpty(t, q.cases, "%s has no case", q.id)
		out = append(out, q)
	}
	require.Empty(t, cases, "cases without a quirk")
	return out
}

// An example shows what a rule does to the request of a case.
type example struct {
	id      string
	applied compat.Applied
	refused error
}

// TestRulesDoc keeps docs/compat-rules.md as the rules, the profiles and the cases are. Each rule must have a case.
func TestRulesDoc(t *testing.T) {
	quirks := readQuirks(t)
	examples, of := map[string]example{}, map[string][]string{}
	for _, q := range quirks {
		for _, c := range q.cases {
			applied, err := c.rewrite(t, c.own())
			for _, a := range applied {
				if known, ok := examples[a.Rule]; !ok || len(a.Before)+len(a.After) < len(known.applied.Before)+len(known.applied.After) && known.applied.Op == a.Op {
					examples[a.Rule] = example{id: c.ID, applied: a}
				}
				if !slices.Contains(of[a.Rule], q.id) {
					of[a.Rule] = append(of[a.Rule], q.id)
				}
			}
			if err != nil && strings.Contains(err.Error(), "an element has no value") {
				examples["no-empty-elements"] = example{id: c.ID, refused: err}
				of["no-empty-elements"] = append(of["no-empty-elements"], q.id)
			}
		}
	}
	var b strings.Builder
	b.WriteString(rulesIntro)
	writeMatrix(&b)
	for _, r := range compat.Rules() {
		e, ok := examples[r.ID]
		require.True(t, ok, "no case needs the rule %s: write one", r.ID)
		writeRule(&b, r, e, of[r.ID])
	}
	writeResponses(&b)
	writeQuirks(t, &b, quirks)

	const file = "../docs/compat-rules.md"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, string(data) == b.String(), "docs/compat-rules.md is out of date: go test ./compat -run '^TestRulesDoc$' -update")
}

const rulesIntro = `# Compatibility rules

*Made from the rules and cases of package compat: ` + "`go test ./compat -run '^TestRulesDoc$' -update`" + `.*

Identity providers send what RFC 7644 does not define. A rule turns one such shape into an operation that the RFC does define, before the
request is checked; what no rule knows is refused. Each rewriting is on record: for interceptors (` + "`Operation.Rewrites`" + `), in the log at level
Debug without values, and, with ` + "`Config.ShowRewrites`" + `, in the response header Scim-Rewrites. No live tenant of any provider was used: the
shapes are those of vendors' documents, of tests and issues of other products, and our own; the last table says which.

`

func writeMatrix(b *strings.Builder) {
	b.WriteString("## Profiles\n\n| rule |")
	for _, p := range compat.Profiles() {
		b.WriteString(" " + p.Name() + " |")
	}
	b.WriteString("\n|---" + strings.Repeat("|:---:", len(compat.Profiles())) + "|\n")
	for _, r := range compat.Rules() {
		fmt.Fprintf(b, "| [%s](#%s) |", r.ID, r.ID)
		for _, p := range compat.Profiles() {
			mark := ""
			if p.Has(r.ID) {
				mark = "x"
			}
			b.WriteString(" " + mark + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\nA rule that no profile has is added by name, as in `compat.OneLogin.With(\"filter-members\")`; `Without` takes one away.\n\n## Rules\n\n")
}

func writeRule(b *strings.Builder, r compat.Rule, e example, quirks []string) {
	fmt.Fprintf(b, "### %s\n\n%s\n\nSent by %s ([source](%s)); quirks %s. ", r.ID, r.Reason, r.Client, r.Doc, strings.Join(quirks, ", "))
	if e.refused != nil {
		fmt.Fprintf(b, "In case %s:\n\n```\n%s\n```\n\n", e.id, e.refused)
		return
	}
	fmt.Fprintf(b, "In case %s:\n\n```\n%s\n→ %s\n```\n\n", e.id, e.applied.Before, e.applied.After)
}

func writeResponses(b *strings.Builder) {
	b.WriteString("## Responses\n\nWhat the RFCs leave to the service provider and a profile chooses. All profiles answer POST with 201, Location and the whole resource,\nmanager as an object, booleans as booleans, and every query with a list.\n\n| choice |")
	for _, p := range compat.Profiles() {
		b.WriteString(" " + p.Name() + " |")
	}
	b.WriteString("\n|---" + strings.Repeat("|:---:", len(compat.Profiles())) + "|\n")
	for _, choice := range []struct {
		name string
		of   func(compat.Responses) bool
	}{
		{"204 for a PATCH of a group (GroupNoContent)", func(r compat.Responses) bool { return r.GroupNoContent }},
		{"application/json without a preference (PlainJSON)", func(r compat.Responses) bool { return r.PlainJSON }},
		{"no empty strings in resources (OmitEmpty)", func(r compat.Responses) bool { return r.OmitEmpty }},
		{"no members.$ref in /Schemas (HideMemberRef)", func(r compat.Responses) bool { return r.HideMemberRef }},
		{"type \"work\" suggested in /Schemas (WorkTypes)", func(r compat.Responses) bool { return r.WorkTypes }},
	} {
		b.WriteString("| " + choice.name + " |")
		for _, p := range compat.Profiles() {
			mark := ""
			if choice.of(p.Responses()) {
				mark = "x"
			}
			b.WriteString(" " + mark + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
}

// writeQuirks says of each quirk what becomes of its cases under the profile of the client.
func writeQuirks(t testing.TB, b *strings.Builder, quirks []quirk) {
	b.WriteString("## Quirks\n\nWhat becomes of each way in which clients are known to deviate from the RFCs or stress them, under the profile that is for the client. Cases are in\n`compat/testdata/cases`; decisions on debatable ones in `compat/testdata/deviations.md`. Documented: by the vendor. Captured: by a test of another product.\nReported: in an issue or a forum.\n\n| quirk | client | what | evidence | cases | here |\n|---|---|---|---|---:|---|\n")
	known := deviations(t)
	for _, q := range quirks {
		var rules []string
		valid, refused, deviates := 0, 0, 0
		for _, c := range q.cases {
			applied, _ := c.rewrite(t, c.own())
			for _, id := range ids(applied) {
				if !slices.Contains(rules, id) {
					rules = append(rules, id)
				}
			}
			switch {
			case known[c.ID] != "":
				deviates++
			case c.Expect.Status == 400:
				refused++
			case len(applied) == 0:
				valid++
			}
		}
		var here []string
		for _, id := range rules {
			here = append(here, "["+id+"](#"+id+")")
		}
		for _, n := range []struct {
			n    int
			what string
		}{{valid, "valid SCIM"}, {refused, "refused"}, {deviates, "open to argument"}} {
			if n.n > 0 {
				here = append(here, fmt.Sprintf("%d %s", n.n, n.what))
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %d | %s |\n", q.id, cell(q.client), cell(q.title), q.evidence, len(q.cases), strings.Join(here, ", "))
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
