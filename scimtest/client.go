package scimtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/embedscim/scim/scimtest/internal/inprocess"
)

// DefaultBaseURL is the base URL of a [Client] that has none.
const DefaultBaseURL = "https://scim.example.com/scim/v2"

// maxResponse bounds how much of a response is read.
const maxResponse = 64 << 20

// A Client talks to the service provider that is checked. Its fields must not be changed once it is used; it is safe for
// concurrent use.
type Client struct {
	// BaseURL is where the service provider is, such as https://app.example.com/scim/v2. Defaults to [DefaultBaseURL], which
	// is of use with Handler only.
	BaseURL string
	// Token is the bearer token of the Authorization header. Without it the header is not sent.
	Token string
	// Header is sent with each request besides.
	Header http.Header
	// HTTP makes the requests. Defaults to a client with a timeout of 30 seconds. Redirects are not followed.
	HTTP *http.Client
	// Handler answers the requests in process, instead of HTTP.
	Handler http.Handler
	// Exclude has cases, by ID, that are skipped, each with the reason.
	Exclude map[string]string
	// Parallel is how many cases run at once. Defaults to 1.
	Parallel int
	// Keep leaves what the cases create where it is, to be looked at.
	Keep bool
	// Options are what the suites of identity providers vary.
	Options Options

	once     sync.Once
	http     *http.Client
	base     string
	runID    string
	seed     uint64
	serial   atomic.Int64
	discover sync.Once
	server   *Server
	problem  error
	// What the suites of identity providers find out once: whether there are groups, and the schemas.
	groups, readSchemas, staleness sync.Once
	stale                          atomic.Bool
	patience                       []time.Duration // between looks for what is not there at once
	noGroups                       bool
	schemas                        map[string]Object
	schemaProblem                  error
	faults                         sync.Mutex
	creation                       map[string]Cause
	// advertised is the base of the locations that the service provider sends, once it is known.
	advertised atomic.Pointer[string]
}

func (c *Client) init() {
	c.once.Do(func() {
		c.base = strings.TrimRight(c.BaseURL, "/")
		if c.base == "" {
			c.base = DefaultBaseURL
		}
		h := &http.Client{Timeout: 30 * time.Second}
		if c.HTTP != nil {
			copied := *c.HTTP
			h = &copied
		}
		if c.Handler != nil {
			h.Transport = inprocess.Transport{Handler: c.Handler}
		}
		h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		c.http = h
		if c.patience == nil {
			c.patience = []time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 1500 * time.Millisecond}
		}
		c.runID = strings.ToLower(rand.Text()[:8])
		if c.seed = c.Options.Seed; c.seed == 0 {
			var b [8]byte
			_, _ = rand.Read(b[:]) // It never fails.
			c.seed = binary.LittleEndian.Uint64(b[:])
		}
	})
}

// Seed returns what the values of the run were made from: [Options.Seed], or what was chosen in its place.
func (c *Client) Seed() uint64 {
	c.init()
	return c.seed
}

// An Exchange is a request and what came back.
type Exchange struct {
	// Step is what the request was for, if the case says so.
	Step           string
	Method, URL    string
	RequestHeader  http.Header // without Authorization
	Credentials    Credentials // what Authorization had
	RequestBody    string
	Status         int // 0 if there was no response
	ResponseHeader http.Header
	ResponseBody   string
	Err            error // why there was no response
	Duration       time.Duration
}

// Credentials say whose a request's Authorization header was.
type Credentials string

// The credentials.
const (
	NoCredentials    Credentials = ""
	OwnCredentials   Credentials = "own"   // those of the [Client]
	OtherCredentials Credentials = "other" // made up by the case
)

// credentials compares an Authorization header with that of the client.
func (c *Client) credentials(header string) Credentials {
	own := c.Header.Get("Authorization")
	if c.Token != "" {
		own = "Bearer " + c.Token
	}
	switch header {
	case "":
		return NoCredentials
	case own:
		return OwnCredentials
	}
	return OtherCredentials
}

// send makes one request. The Authorization header is left out of the exchange.
func (c *Client) send(ctx context.Context, method, url string, header http.Header, body []byte) Exchange {
	c.init()
	x := Exchange{Method: method, URL: url, RequestBody: string(body)}
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		x.Err = err
		return x
	}
	for name, values := range header {
		r.Header[name] = values
	}
	x.RequestHeader = r.Header.Clone()
	x.Credentials = c.credentials(x.RequestHeader.Get("Authorization"))
	x.RequestHeader.Del("Authorization")
	start := time.Now()
	res, err := c.http.Do(r)
	x.Duration = time.Since(start)
	if err != nil {
		x.Err = err
		return x
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxResponse))
	x.Status, x.ResponseHeader, x.ResponseBody, x.Err = res.StatusCode, res.Header, string(data), err
	return x
}
