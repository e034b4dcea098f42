package scimtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestHandler runs the cases of the suite as subtests against a handler in process: those that fail or are blocked fail the test,
// and say what was expected, what came, and which requests led to it. The handler is asked below [DefaultBaseURL], without
// credentials; see [TestClient].
func TestHandler(t *testing.T, h http.Handler, suite Suite) {
	t.Helper()
	TestClient(t, &Client{Handler: h}, suite)
}

// TestClient runs the cases of the suite as subtests against the service provider that c talks to; see [TestHandler].
func TestClient(t *testing.T, c *Client, suite Suite) {
	t.Helper()
	for _, test := range suite {
		t.Run(test.ID, func(t *testing.T) {
			r := c.run(t.Context(), test)
			if len(r.Leftovers) > 0 {
				t.Errorf("these resources could not be deleted: %s", strings.Join(r.Leftovers, ", "))
			}
			switch r.Verdict {
			case Skip:
				t.Skip(r.Err)
			case Fail, Blocked:
				t.Errorf("%s: %v\n%s\n%s", r.Verdict, r.Err, test.Why, FormatTrace(r.Trace))
			}
		})
	}
}

// FormatTrace returns the exchanges as text. Credentials are not part of it.
func FormatTrace(trace []Exchange) string {
	var b strings.Builder
	for _, x := range trace {
		fmt.Fprintf(&b, "  %s %s", x.Method, x.URL)
		if x.RequestBody != "" {
			fmt.Fprintf(&b, " %s", excerpt(x.RequestBody))
		}
		if x.Err != nil {
			fmt.Fprintf(&b, "\n    %v\n", x.Err)
			continue
		}
		fmt.Fprintf(&b, "\n    %d %s\n", x.Status, excerpt(x.ResponseBody))
	}
	return b.String()
}
