package scimtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Object is a JSON object. Numbers that come from the service provider are of type [json.Number].
type Object = map[string]any

// A Session is the [Client] of one case. Its methods for requests end the case as [Fail] if there is no response at all.
// They are safe for concurrent use, the others are not.
type Session struct {
	client *Client
	ctx    context.Context
	test   Case

	step   string
	cause  *Cause
	wrong  *Exchange // the one whose answer was not as expected, if that is why the case ends
	values *rand.Rand

	mu      sync.Mutex
	trace   []Exchange
	created []string // URLs to delete afterwards
}

// Context returns the context of the run.
func (s *Session) Context() context.Context { return s.ctx }

// Step says what the case does next, for the trace and for a result that goes wrong there.
func (s *Session) Step(format string, args ...any) { s.step = fmt.Sprintf(format, args...) }

// Fail ends the case: the service provider does not meet the requirement. The section is added to the text.
func (s *Session) Fail(format string, args ...any) {
	s.failed(fmt.Errorf(format, args...))
}

func (s *Session) failed(err error) {
	if s.test.Ref != "" {
		err = fmt.Errorf("%w (%s)", err, s.test.Ref)
	}
	panic(&outcome{Fail, err})
}

// Block ends the case: a step failed which it needs but does not check.
func (s *Session) Block(format string, args ...any) {
	panic(&outcome{Blocked, fmt.Errorf(format, args...)})
}

// Skip ends the case: it does not concern this service provider.
func (s *Session) Skip(format string, args ...any) {
	panic(&outcome{Skip, fmt.Errorf(format, args...)})
}

// Name returns a string that nobody else uses, and that ends in the given one. The names of a session begin with
// [Session.Prefix].
func (s *Session) Name(suffix string) string {
	return s.Prefix() + "-" + fmt.Sprint(s.client.serial.Add(1)) + "-" + suffix
}

// Prefix returns a string that names of this run begin with.
func (s *Session) Prefix() string {
	s.client.init()
	return "scimtest-" + s.client.runID
}

// Base returns the URL that the requests go to.
func (s *Session) Base() string {
	s.client.init()
	return s.client.base
}

// Request makes a request. The target is a path below the base URL that begins with a slash, or a URL from a response. The
// body is sent as it is if it is a string or []byte, as JSON if it is anything else, and not at all if it is nil. The header
// has names and values in turn; the value "" takes away what would be sent otherwise.
func (s *Session) Request(method, target string, body any, header ...string) *Response {
	c := s.client
	c.init()
	h := c.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if c.Token != "" {
		h.Set("Authorization", "Bearer "+c.Token)
	}
	h.Set("Accept", MediaType)
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	case []byte:
		data = b
	default:
		var err error
		if data, err = json.Marshal(b); err != nil {
			s.Block("the case has a body that is not JSON: %w", err)
		}
	}
	if data != nil {
		h.Set("Content-Type", MediaType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			h.Del(header[i])
		} else {
			h.Set(header[i], header[i+1])
		}
	}
	x := c.send(s.ctx, method, s.resolve(target), h, data)
	x.Step = s.step
	s.mu.Lock()
	s.trace = append(s.trace, x)
	s.mu.Unlock()
	if x.Err != nil {
		s.failed(fmt.Errorf("%s %s: expected a response, got none: %w", method, target, x.Err))
	}
	res := newResponse(x, target)
	if method == http.MethodPost && res.Status == http.StatusCreated {
		if location := res.Header.Get("Location"); location != "" {
			s.Cleanup(location)
		} else if id := res.Str("id"); id != "" {
			endpoint, _, _ := strings.Cut(target, "?")
			s.Cleanup(endpoint + "/" + pathEscape(id))
		}
	}
	return res
}

// resolve makes a URL of a target. What is below the base URL that the service provider advertises is looked for below the
// one it is reached at, since the two differ behind a proxy.
func (s *Session) resolve(target string) string {
	c := s.client
	if strings.HasPrefix(target, "/") || target == "" || target[0] == '?' {
		return c.base + target
	}
	if base := c.advertised.Load(); base != nil {
		if rest, ok := strings.CutPrefix(target, *base); ok {
			return c.base + rest
		}
	}
	if strings.Contains(target, "://") {
		return target
	}
	return c.base + "/" + target
}

// Get makes a GET request; see [Session.Request].
func (s *Session) Get(target string, header ...string) *Response {
	return s.Request(http.MethodGet, target, nil, header...)
}

// Post makes a POST request; see [Session.Request]. What it creates is deleted after the case.
func (s *Session) Post(target string, body any, header ...string) *Response {
	return s.Request(http.MethodPost, target, body, header...)
}

// Put makes a PUT request; see [Session.Request].
func (s *Session) Put(target string, body any, header ...string) *Response {
	return s.Request(http.MethodPut, target, body, header...)
}

// Delete makes a DELETE request; see [Session.Request].
func (s *Session) Delete(target string, header ...string) *Response {
	return s.Request(http.MethodDelete, target, nil, header...)
}

// Patch makes a PATCH request of operations; see [Op]. Headers can be given with [Session.Request] and [PatchBody].
func (s *Session) Patch(target string, ops ...Object) *Response {
	return s.Request(http.MethodPatch, target, PatchBody(ops...))
}

// Query makes a GET request with parameters, names and values in turn, which it escapes.
func (s *Session) Query(target string, params ...string) *Response {
	var q []string
	for i := 0; i+1 < len(params); i += 2 {
		q = append(q, params[i]+"="+strings.ReplaceAll(url.QueryEscape(params[i+1]), "+", "%20"))
	}
	return s.Get(target + "?" + strings.Join(q, "&"))
}

// Parallel calls do n times at once, and returns what the calls return.
func (s *Session) Parallel(n int, do func(i int) *Response) []*Response {
	out, outcomes := make([]*Response, n), make([]*outcome, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			outcomes[i] = attempt(guard(func() { out[i] = do(i) }))
		})
	}
	wg.Wait()
	for _, o := range outcomes {
		if o != nil {
			panic(o)
		}
	}
	return out
}

// Op makes an operation of a PATCH request. Without a path it is "", without a value nil; [Null] is the JSON null.
func Op(op, path string, value any) Object {
	o := Object{"op": op}
	if path != "" {
		o["path"] = path
	}
	if value != nil {
		o["value"] = value
	}
	return o
}

// Null is the JSON null, where nil means that there is no value.
var Null = json.RawMessage("null")

// PatchBody makes the body of a PATCH request.
func PatchBody(ops ...Object) Object {
	if ops == nil {
		ops = []Object{}
	}
	return Object{"schemas": []string{PatchURN}, "Operations": ops}
}

// With returns a copy of o with other members; those whose value is nil are taken away, [Null] is the JSON null.
func With(o, members Object) Object {
	out := maps.Clone(o)
	if out == nil {
		out = Object{}
	}
	for name, v := range members {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

// Cleanup lets the resource at target be deleted after the case. Requests that create one with POST do it by themselves.
func (s *Session) Cleanup(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if target = s.resolve(target); !slices.Contains(s.created, target) {
		s.created = append(s.created, target)
	}
}

// cleanUp deletes what the case created, the newest first, and returns what it could not delete.
func (s *Session) cleanUp() (left []string) {
	// The deletion is due when the run was cancelled too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 30*time.Second)
	defer cancel()
	c := s.client
	if c.Keep {
		return nil
	}
	for _, target := range slices.Backward(s.created) {
		h := c.Header.Clone()
		if h == nil {
			h = http.Header{}
		}
		if c.Token != "" {
			h.Set("Authorization", "Bearer "+c.Token)
		}
		x := c.send(ctx, http.MethodDelete, target, h, nil)
		if x.Status/100 != 2 && x.Status != http.StatusNotFound {
			left = append(left, target)
		}
	}
	return left
}

// Want ends the case as [Fail] if the response is not as expected.
func (s *Session) Want(r *Response, expected ...Expectation) *Response {
	if err := r.Check(expected...); err != nil {
		s.wrong = &Exchange{Method: r.Method, URL: s.resolve(r.Target), Status: r.Status}
		s.failed(err)
	}
	return r
}

// Need ends the case as [Blocked] if the response is not as expected: for steps that the case does not check.
func (s *Session) Need(r *Response, expected ...Expectation) *Response {
	if err := r.Check(expected...); err != nil {
		s.wrong = &Exchange{Method: r.Method, URL: s.resolve(r.Target), Status: r.Status}
		if s.step != "" {
			s.Block("the step %q failed: %w", s.step, err)
		}
		s.Block("a step before failed: %w", err)
	}
	return r
}

// Try runs a part of a case and returns why it failed, or nil; a part that is blocked or skipped ends the case.
func (s *Session) Try(part func()) error {
	o := attempt(part)
	if o == nil {
		return nil
	}
	if o.verdict != Fail {
		panic(o)
	}
	return o.err
}

// All runs the parts of a case that are alike, each with a name, and fails with everything that is wrong.
func All[T any](s *Session, parts []T, name func(T) string, run func(T)) {
	var errs []error
	for _, p := range parts {
		if o := attempt(func() { run(p) }); o != nil {
			if o.verdict != Fail {
				panic(o)
			}
			errs = append(errs, fmt.Errorf("%s: %w", name(p), o.err))
		}
	}
	if len(errs) > 0 {
		panic(&outcome{Fail, errors.Join(errs...)})
	}
}
