package idpsim

import (
	"net/http"
	"strings"
	"time"
)

// A Config says which service provider an identity provider writes to, and how.
type Config struct {
	// BaseURL is where the service provider is. Defaults to https://scim.example.com/scim/v2, which is of use with Handler only.
	BaseURL string
	// Token is the bearer token, see also [Entra.SetToken].
	Token string
	// Transport makes the requests. Defaults to [http.DefaultTransport].
	Transport http.RoundTripper
	// Handler answers the requests in process, instead of Transport.
	Handler http.Handler
	// Timeout is how long to wait for an answer. Defaults to 30 seconds.
	Timeout time.Duration

	// Seed decides everything that is drawn: ids, dialects, faults. Two runs with the same seed and the same changes send the same
	// requests in each cycle, though in another order where several are in flight at once.
	Seed uint64
	// Start is the time at which the virtual clock starts. Defaults to 2026-01-05 08:00 UTC.
	Start time.Time
	// Concurrency is how many requests are in flight at once. Defaults to 5, as was measured of Entra ID for one group.
	Concurrency int
	// Batch is how many members one PATCH adds or removes at most. Defaults to 20.
	Batch int
	// Faults are injected into the transport. Defaults to none.
	Faults Faults
	// Budget is the time in which 99 of 100 requests must be answered. Defaults to 0: time is not looked at.
	Budget time.Duration

	// Dialect is how Entra ID writes a PATCH. Defaults to [Legacy].
	Dialect Dialect
	// Matching has the attributes by which Entra ID looks for a user, in order of precedence: of userName, externalId and
	// emails[type eq "work"].value. Defaults to userName.
	Matching []string
	// Wizard makes Okta write as an app of the App Integration Wizard does: with PUT instead of PATCH.
	Wizard bool
}

func (c Config) withDefaults() Config {
	if c.BaseURL == "" {
		c.BaseURL = "https://scim.example.com/scim/v2"
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	}
	if c.Concurrency < 1 {
		c.Concurrency = 5
	}
	if c.Batch < 1 {
		c.Batch = 20
	}
	if len(c.Matching) == 0 {
		c.Matching = []string{"userName"}
	}
	return c
}
