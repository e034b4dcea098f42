package idpsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/embedscim/scim/scimtest"
	"github.com/embedscim/scim/scimtest/internal/inprocess"
)

// maxAnswer bounds how much of an answer is read.
const maxAnswer = 256 << 20

// A target is the service provider that an identity provider writes to.
type target struct {
	cfg    Config
	agent  string // User-Agent, or ""
	client *http.Client
	token  atomic.Pointer[string]
	faults atomic.Pointer[Faults]
	timing timing
	memory memory
}

func newTarget(cfg Config, agent string) *target {
	var sound http.RoundTripper = http.DefaultTransport
	if cfg.Transport != nil {
		sound = cfg.Transport
	}
	if cfg.Handler != nil {
		sound = inprocess.Transport{Handler: cfg.Handler}
	}
	t := &target{cfg: cfg, agent: agent}
	t.client = &http.Client{
		Transport:     faulty{sound},
		Timeout:       cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.token.Store(&cfg.Token)
	t.faults.Store(&cfg.Faults)
	return t
}

// A run is what is done in one go, and becomes a [Report]. Its methods are safe for concurrent use.
type run struct {
	t    *target
	name string // with the seed, it decides what is drawn

	mu         sync.Mutex
	requests   []Request
	violations []Violation
	seen       map[Violation]bool
	initial    bool
}

func (t *target) run(name string) *run { return &run{t: t, name: name} }

func (r *run) violate(i Invariant, object, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := Violation{Invariant: i, Object: object, Detail: fmt.Sprintf(format, args...)}
	if !r.seen[v] {
		if r.seen == nil {
			r.seen = map[Violation]bool{}
		}
		r.seen[v] = true
		r.violations = append(r.violations, v)
	}
}

func (r *run) report(at time.Time) *Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Report{At: at, Initial: r.initial, Requests: r.requests, Violations: r.violations}
}

// A task is what a run does for one object, one request after the other. What it draws depends on the seed, the run and its own
// name only, so that the order in which tasks get to run changes nothing.
type task struct {
	*run
	object string
	part   string
	draw   *rand.Rand
}

func (r *run) task(object, part string) *task {
	h := fnv.New64a()
	_, _ = io.WriteString(h, r.name+"\x00"+object+"\x00"+part)
	return &task{run: r, object: object, part: part, draw: rand.New(rand.NewPCG(r.t.cfg.Seed, h.Sum64()))}
}

// each calls do for all items, as many at once as there may be requests in flight.
func each[T any](n int, items []T, do func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range min(n, len(items)) {
		wg.Go(func() {
			for item := range next {
				do(item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	wg.Wait()
}

// An answer is what came back for a request.
type answer struct {
	status   int
	object   scimtest.Object
	err      error
	injected bool
	took     time.Duration
}

func (a answer) ok() bool { return a.err == nil && a.status >= 200 && a.status < 300 }

// uncertain reports whether the request may have been carried out although it was not acknowledged.
func (a answer) uncertain() bool {
	return errors.Is(a.err, errLost) || !a.injected && (a.err != nil || a.status >= 500)
}

// code returns what Entra ID calls the error.
func (a answer) code() string {
	switch {
	case a.err != nil:
		return "WebException"
	case a.ok():
		return ""
	}
	if name, ok := map[int]string{
		401: "InvalidCredentials", 403: "InsufficientRights", 404: "InvalidAnchor", 409: "EntryConflict", 422: "UnprocessableEntity",
		429: "TooManyRequests", 500: "InternalServerError", 504: "GatewayTimeout",
	}[a.status]; ok {
		return name
	}
	if a.status >= 500 {
		return "InternalServerError"
	}
	return "ServiceIncompatible"
}

// attempts is how often a request is made that is answered with 429 or 503.
const attempts = 4

// do makes a request of the identity provider. Statuses that are not 2xx are a violation, but for those expected.
func (k *task) do(ctx context.Context, method, path string, body any, expected ...int) answer {
	for n := 1; ; n++ {
		f := k.t.faults.Load().draw(k.draw)
		a, q := k.send(withFault(ctx, f), method, path, body)
		a.injected = f == lost || f == reset || f == throttled || f == unavailable
		q.Object, q.part, q.Injected = k.object, k.part, a.injected
		k.mu.Lock()
		k.requests = append(k.requests, q)
		k.mu.Unlock()
		allowed := expected
		if f == twice {
			// The second delivery finds what the first has made, or has removed.
			switch method {
			case http.MethodPost:
				allowed = append(slices.Clone(expected), http.StatusConflict)
			case http.MethodDelete:
				allowed = append(slices.Clone(expected), http.StatusNotFound)
			}
		}
		if !a.injected && ctx.Err() == nil {
			k.t.timing.took(q.Duration)
			k.expect(a, method, path, allowed)
		}
		if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable || n == attempts || ctx.Err() != nil {
			return a
		}
	}
}

func (k *task) expect(a answer, method, path string, expected []int) {
	switch {
	case a.err != nil:
		k.violate(Answers, k.object, "%s %s: expected an answer, got none: %v", method, path, a.err)
	case a.status == http.StatusTooManyRequests, a.ok(), slices.Contains(expected, a.status):
	default:
		detail, _ := scimtest.At(a.object, "detail").(string)
		k.violate(Answers, k.object, "%s %s: expected 2xx, got %d %s", method, path, a.status, detail)
	}
}

// look reads for the simulator, which compares what it finds: without faults, and not as the identity provider.
func (k *task) look(ctx context.Context, path string) answer {
	a, _ := k.send(ctx, http.MethodGet, path, nil)
	return a
}

func (k *task) send(ctx context.Context, method, path string, body any) (answer, Request) {
	q := Request{Method: method, Target: path}
	var content io.Reader
	if body != nil {
		data, err := encode(body)
		if err != nil {
			q.Err = err
			return answer{err: err}, q
		}
		q.Body, content = string(data), bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, k.t.cfg.BaseURL+path, content)
	if err != nil {
		q.Err = err
		return answer{err: err}, q
	}
	if token := *k.t.token.Load(); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	// An empty value keeps net/http from sending its own.
	r.Header.Set("User-Agent", k.t.agent)
	if k.t.agent != "" {
		r.Header.Set("Accept", scimtest.MediaType)
	}
	if body != nil {
		r.Header.Set("Content-Type", scimtest.MediaType+"; charset=utf-8")
	}
	start := time.Now()
	res, err := k.t.client.Do(r)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		d := json.NewDecoder(io.LimitReader(res.Body, maxAnswer))
		d.UseNumber()
		a := answer{status: res.StatusCode, took: time.Since(start)}
		// Who answers with something else than an object has said nothing.
		_ = d.Decode(&a.object)
		_, _ = io.Copy(io.Discard, res.Body)
		q.Status, q.Duration = a.status, a.took
		return a, q
	}
	if u, ok := err.(*url.Error); ok {
		err = u.Err
	}
	q.Err, q.Duration = err, time.Since(start)
	return answer{err: err}, q
}

func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// query returns the path of a query for resources whose attribute has a value, encoded as Entra ID does.
func query(endpoint, attribute, value string, params ...string) string {
	var b strings.Builder
	b.WriteString(endpoint + "?")
	for i := 0; i+1 < len(params); i += 2 {
		b.WriteString(params[i] + "=" + url.QueryEscape(params[i+1]) + "&")
	}
	quoted, _ := encode(value)
	b.WriteString("filter=" + url.QueryEscape(attribute+" eq "+string(quoted)))
	return b.String()
}

// resource returns the path of the resource with an id.
func resource(endpoint, id string) string { return endpoint + "/" + url.PathEscape(id) }

// guid draws an id such as Entra ID gives to its objects.
func guid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}
