package scimtest

import (
	"fmt"
	"slices"
	"strings"
)

// A filterRow is a filter, and which of the resources of a fixture match. Texts in it may have {X}, a string that nobody else
// uses, {A}, {B} and {C}, the ids of the resources, {CORE} and {ENT}, the URIs of the user's schemas.
type filterRow struct {
	id     string
	on     string // the fixture: users, or widgets
	filter string
	want   string   // the letters of the resources that match, "-" for none
	or     string   // other letters that are right
	errors []string // the scimTypes that are right, beside want if there is one
}

// fixtures are resources A, B and C to filter.
var fixtures = map[string][]string{
	"": {
		`{"userName":"{X}bjensen","externalId":"{X}-E1","title":"{X}Guide","userType":"Employee","active":true,"displayName":"{X}a\"b\\c] eq é and x",
		 "name":{"givenName":"{X}Barbara","familyName":"Jensen"},
		 "emails":[{"value":"{X}a@work.example","type":"work","primary":true},{"value":"{X}b@home.example","type":"home"}]}`,
		`{"userName":"{X}smith","externalId":"{X}-e1","active":false,"displayName":"{X}B"}`,
		`{"userName":"{X}Zed","title":"{X}VP","name":{"familyName":"{X}Zed"},"emails":[{"value":"{X}c@work.example","type":"work"}]}`,
	},
	"widgets": {
		`{"name":"{X}a","code":"{X}AbC","qty":10,"ratio":1.5,"at":"2011-05-13T10:00:00Z","blob":"YWJj","link":"https://x.example/{X}","flag":true,"tags":["{X}t","{X}u"],"color":"red"}`,
		`{"name":"{X}b","code":"{X}b","qty":9,"ratio":2.25,"at":"2011-05-13T12:30:00+02:00","flag":false,"tags":["{X}v"]}`,
		`{"name":"{X}c"}`,
	},
}

// filterTable makes a case of the rows of each id, which makes its resources once.
func filterTable(rows []filterRow) []Case {
	byID := map[string][]filterRow{}
	var ids []string
	for _, r := range rows {
		if byID[r.id] == nil {
			ids = append(ids, r.id)
		}
		byID[r.id] = append(byID[r.id], r)
	}
	var out []Case
	for _, id := range ids {
		out = append(out, Case{ID: id, Run: func(s *Session) {
			s.Requires("filter")
			made := map[string]*fixture{}
			every(s, byID[id], func(r filterRow) string { return r.filter }, func(r filterRow) {
				if made[r.on] == nil {
					made[r.on] = s.newFixture(r.on)
				}
				r.run(s, made[r.on])
			})
		}})
	}
	return out
}

// A fixture is the resources that filters are tried on.
type fixture struct {
	endpoint string
	ids      []string
	fill     func(string) string
}

// newFixture makes the resources of a fixture. {ENT} and {C} are of use in a user: A has an enterprise extension with C as manager.
func (s *Session) newFixture(name string) *fixture {
	f := &fixture{}
	vars := []string{"{X}", s.Name("x"), "{CORE}", UserURN, "{ENT}", EnterpriseURN}
	typeName := ""
	if name == "widgets" {
		f.endpoint, typeName = s.Widget().Endpoint, "Widget"
	} else {
		f.endpoint = s.Type("User").Endpoint
	}
	for i, text := range slices.Backward(fixtures[name]) {
		o := mustObject(s, strings.NewReplacer(vars...).Replace(text))
		if _, ok := s.Type("User").Extensions[EnterpriseURN]; ok && name == "" && i == 0 {
			o[EnterpriseURN] = Object{"department": "D", "manager": Object{"value": f.ids[1]}}
		}
		r := s.newOf(typeName, o)
		f.ids = append([]string{r.ID}, f.ids...)
		vars = append(vars, "{"+string(rune('A'+i))+"}", r.ID)
	}
	f.fill = strings.NewReplacer(vars...).Replace
	return f
}

// run makes the query. Only the resources of the fixture are looked at, since others may match as well.
func (r filterRow) run(s *Session, f *fixture) {
	if strings.Contains(r.filter, "{ENT}") && s.Type("User").Extensions != nil {
		if _, ok := s.Type("User").Extensions[EnterpriseURN]; !ok {
			s.Skip("users have no enterprise extension")
		}
	}
	text := f.fill(r.filter)
	if len(r.errors) > 0 {
		res := s.Query(f.endpoint, "filter", text)
		if (r.want == "" && r.or == "") || res.Status == 400 {
			s.Want(res, Error(400, r.errors...))
			return
		}
	}
	var got strings.Builder
	found := s.allOf(f.endpoint, text)
	for i, id := range f.ids {
		if slices.ContainsFunc(found, func(o Object) bool { return At(o, "id") == id }) {
			got.WriteRune(rune('A' + i))
		}
	}
	if want := strings.Trim(r.want, "-"); got.String() != want && (r.or == "" || got.String() != strings.Trim(r.or, "-")) {
		s.Fail("expected it to match %s, got %s", letters(want), letters(got.String()))
	}
}

func letters(s string) string {
	if s == "" {
		return "none of the three"
	}
	return fmt.Sprintf("%s of the three", s)
}
