package report

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// How much of a body a report shows: of checks that passed less, since there are many.
const (
	maxPassed = 2 << 10
	maxBroken = 16 << 10
)

// shownHeaders are those that say something about SCIM. Others may hold credentials or names of machines.
var shownHeaders = []string{
	"Accept", "Accept-Charset", "Content-Type", "If-Match", "If-None-Match", "User-Agent",
	"Allow", "Cache-Control", "Content-Length", "Date", "Etag", "Location", "Retry-After", "Vary", "Www-Authenticate",
}

func newStep(x scimtest.Exchange, limit int, m *mask) *Step {
	s := &Step{
		Purpose: m.text(x.Step), Method: x.Method, URL: m.text(x.URL), Body: m.body(x.RequestBody, 0, limit), Status: x.Status, GotBody: m.body(x.ResponseBody, x.Status, limit),
		Milliseconds: float64(x.Duration.Microseconds()) / 1e3,
	}
	switch x.Credentials {
	case scimtest.OwnCredentials:
		s.Headers = append(s.Headers, "Authorization: the client's")
	case scimtest.OtherCredentials:
		s.Headers = append(s.Headers, "Authorization: others, made up by the check")
	}
	s.Headers = append(s.Headers, headers(x.RequestHeader, m)...)
	s.GotHeaders = headers(x.ResponseHeader, m)
	if x.Err != nil {
		s.Error = m.text(x.Err.Error())
	}
	return s
}

func headers(h http.Header, m *mask) []string {
	var out []string
	for name, values := range h {
		for _, v := range values {
			if !slices.Contains(shownHeaders, http.CanonicalHeaderKey(name)) {
				v = "(not shown)"
			}
			out = append(out, name+": "+m.text(v))
		}
	}
	slices.Sort(out)
	return out
}

// shorten cuts a body that is too long for a report.
func shorten(body string, limit int) string {
	if len(body) <= limit {
		return body
	}
	return strings.ToValidUTF8(body[:limit], "") + fmt.Sprintf("… (%d more bytes)", len(body)-limit)
}
