package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// A Cause is a fault that may be behind several checks that failed.
type Cause struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Message is that of the first check that it explains.
	Message string `json:"message,omitempty"`
	Fix     string `json:"fix,omitempty"`
	// Hurts are the names of those that depend on it.
	Hurts []string `json:"hurts"`
	// Checks are the IDs of the checks that it explains.
	Checks []string `json:"checks"`

	key    string
	weight int
}

// Affects says in a sentence what it does.
func (c *Cause) Affects() string {
	s := "Explains " + count(len(c.Checks), "check")
	if len(c.Hurts) > 0 {
		s += "; hurts " + strings.Join(c.Hurts, ", ")
	}
	return s + "."
}

// findCauses groups what failed by what is behind it, names the cause in each check, and returns the worst first.
func findCauses(checks []*Check, m *mask) []*Cause {
	var causes []*Cause
	add := func(c *Check, key, title, fix string) {
		i := slices.IndexFunc(causes, func(x *Cause) bool { return x.key == key })
		if i < 0 {
			i = len(causes)
			causes = append(causes, &Cause{key: key, Title: m.text(title), Message: brief(c), Fix: m.text(fix)})
		}
		causes[i].Checks = append(causes[i].Checks, c.ID)
		c.Cause, c.Fix = key, causes[i].Fix
		if own := c.result.Case.Fix; own != "" {
			c.Fix = own
		}
	}
	var open []*Check
	for _, c := range checks {
		switch known := c.result.Cause; {
		case !c.Broken():
		case c.Race && c.Alone == scimtest.Pass:
			add(c, "race", "What works alone goes wrong while other requests are served", raceFix)
		case known.Key != "" && known.Key != c.ID:
			add(c, known.Key, known.Title, known.Fix)
		case strings.HasPrefix(c.result.Err.Error(), "discovery failed: "):
			add(c, "discovery", "What the service provider says about itself (RFC 7644 §4) can't be read", discoveryFix)
		default:
			open = append(open, c)
		}
	}
	open = byTrait(open, checks, add)
	// Those that failed in the same way are put together: a POST that is refused blocks everything.
	groups := map[string]int{}
	for _, c := range open {
		groups[signature(c, m)]++
	}
	for _, c := range open {
		key := signature(c, m)
		title := key
		if groups[key] == 1 {
			title = "Not met: " + cmp.Or(c.Why, c.Title)
		}
		add(c, key, title, cmp.Or(c.result.Cause.Fix, refusalFix(c)))
	}
	for _, x := range causes {
		for _, c := range checks {
			if c.Cause != x.key {
				continue
			}
			for _, p := range parties {
				if !p.depends(c) {
					continue
				}
				x.weight += p.weight
				if !slices.Contains(x.Hurts, p.name) {
					x.Hurts = append(x.Hurts, p.name)
				}
			}
		}
		if x.Hurts == nil {
			x.Hurts = []string{}
		}
	}
	slices.SortStableFunc(causes, func(a, b *Cause) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(len(b.Checks), len(a.Checks)))
	})
	ids := map[string]string{}
	for i, x := range causes {
		x.ID = fmt.Sprintf("cause-%d", i+1)
		ids[x.key] = x.ID
	}
	for _, c := range checks {
		c.Cause = ids[c.Cause]
	}
	return causes
}

const (
	raceFix = "Look for a check before an insert without a unique index, for reading and writing back without a version or a lock, and for caches and " +
		"replicas that answer reads after a write. Identity providers send several requests at once, and read at once what they wrote."
	discoveryFix = "Serve /ServiceProviderConfig, /ResourceTypes and /Schemas with status 200, the type application/scim+json, and the last two as list responses."
)

// brief returns what is wrong in a line.
func brief(c *Check) string {
	text, _, _ := strings.Cut(c.Message, "\n")
	if c.Expected != "" {
		text = "Expected " + c.Expected + ", got " + c.Got
	}
	if r := []rune(text); len(r) > 240 {
		text = string(r[:240]) + "…"
	}
	return text
}

// refused returns the exchange at which a check ended if the service provider refused what it should take, or nil.
func refused(c *Check) *scimtest.Exchange {
	if !c.Broken() || !strings.Contains(c.result.Err.Error(), "expected status 2") {
		return nil
	}
	i := failedStep(c.result)
	if i < 0 || c.result.Trace[i].Status < 400 {
		return nil
	}
	return &c.result.Trace[i]
}

func refusalFix(c *Check) string {
	x := refused(c)
	switch {
	case x == nil:
		return ""
	case x.Status >= 500:
		return "See the log of the service provider for this request: a fault of the client is 400 with a detail, never a 5xx."
	case x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden:
		return "The token is good for other requests: see what the service provider lets it do."
	case x.Status == http.StatusUnsupportedMediaType:
		return "Take application/scim+json and application/json, with parameters such as charset=utf-8."
	}
	return "Repeat the request, and see at what the service provider takes offence; its detail should say so."
}

// signature returns a text that is the same for checks that failed in the same way.
func signature(c *Check, m *mask) string {
	if x := refused(c); x != nil {
		var body struct{ Detail string }
		_ = json.Unmarshal([]byte(x.ResponseBody), &body)
		if detail := m.text(body.Detail); detail != "" {
			return general(fmt.Sprintf("Requests are refused with %d: %s", x.Status, detail))
		}
		return general(fmt.Sprintf("%s %s is refused with %d", x.Method, pattern(x.URL, c, m), x.Status))
	}
	text := c.Message
	for _, prefix := range []string{"a step before failed: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if _, after, ok := strings.Cut(text, `" failed: `); ok && strings.HasPrefix(text, `the step "`) {
		text = after
	}
	return general(strings.TrimSuffix(text, " ("+c.Ref+")"))
}

// pattern returns the path of a URL below the base without ids.
func pattern(url string, c *Check, m *mask) string {
	url, _, _ = strings.Cut(m.text(url), "?")
	segments := strings.Split(url, "/")
	if n := len(segments); n > 1 && m.created[segments[n-1]] {
		return "/" + segments[n-2] + "/{id}"
	}
	return "/" + segments[len(segments)-1]
}

// random are strings that differ from run to run: with a digit, and at least six characters long.
var random = regexp.MustCompile(`[\pL\pN@._%+-]*\pN[\pL\pN@._%+-]*`)

func general(text string) string {
	text = random.ReplaceAllStringFunc(text, func(s string) string {
		if len(s) < 6 {
			return s
		}
		return "*"
	})
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200]) + "…"
	}
	return text
}
