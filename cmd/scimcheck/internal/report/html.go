package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

//go:embed report.html
var pageText string

//go:embed report.css
var pageStyle string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(pageStyle) }, // It is ours.
	"pretty": func(body string) string {
		var b bytes.Buffer
		if json.Indent(&b, []byte(body), "", "  ") != nil {
			return body
		}
		return b.String()
	},
	"count": count,
	"join":  strings.Join,
	"lower": func(v scimtest.Verdict) string { return strings.ToLower(string(v)) },
	// The report sets these when the page is written.
	"explained": func(*Cause) []*Check { return nil },
	"cause":     func(string) *Cause { return nil },
	"anchor":    func(c *Check) string { return c.Suite + "-" + c.ID },
}).Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else: no script, no font, no picture.
func (r *Report) WriteHTML(w io.Writer) error {
	p, err := page.Clone()
	if err != nil {
		return err
	}
	return p.Funcs(template.FuncMap{"explained": r.explained, "cause": r.cause}).Execute(w, r)
}

// cause returns the cause with the ID.
func (r *Report) cause(id string) *Cause {
	for _, c := range r.Causes {
		if c.ID == id {
			return c
		}
	}
	return &Cause{ID: id, Title: id}
}

// explained returns the checks that a cause explains.
func (r *Report) explained(c *Cause) []*Check {
	return r.filter(func(x *Check) bool { return x.Cause == c.ID })
}

// Broken returns the checks of a suite that failed or were blocked, those that clients depend on first.
func (r *Report) Broken(suite string) []*Check {
	out := r.filter(func(c *Check) bool { return c.Suite == suite && c.Broken() })
	slices.SortStableFunc(out, func(a, b *Check) int {
		if matters(a.Severity) == matters(b.Severity) {
			return 0
		} else if matters(a.Severity) {
			return -1
		}
		return 1
	})
	return out
}

// Passed returns the checks of a suite that passed.
func (r *Report) Passed(suite string) []*Check {
	return r.filter(func(c *Check) bool { return c.Suite == suite && c.Verdict == scimtest.Pass })
}

// Skipped returns the checks of a suite that were skipped.
func (r *Report) Skipped(suite string) []*Check {
	return r.filter(func(c *Check) bool { return c.Suite == suite && c.Verdict == scimtest.Skip })
}

func (r *Report) filter(keep func(*Check) bool) []*Check {
	var out []*Check
	for _, c := range r.Checks {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// Title returns the name of a suite for people.
func (s *Score) Title() string {
	if title, ok := suiteTitles[s.Name]; ok {
		return title
	}
	return s.Name
}

var suiteTitles = map[string]string{
	SuiteEntra:   "Entra ID: what Microsoft's validator sends",
	SuiteGallery: "Entra ID: what the gallery's validator sends",
	SuiteOkta:    "Okta: its test and its requests",
	SuiteExtra:   "What no vendor's validator looks at",
	SuiteRFC:     "RFC 7643, RFC 7644, RFC 9865",
}

// SeverityText says whom a check matters to.
func (c *Check) SeverityText() string {
	switch c.Severity {
	case scimtest.ByRFC:
		return "required by the RFCs"
	case scimtest.ByEntra:
		return "Entra ID depends on it"
	case scimtest.ByOkta:
		return "Okta depends on it"
	case scimtest.ByValidator:
		return "only a validator asks for it"
	}
	return "advice"
}
