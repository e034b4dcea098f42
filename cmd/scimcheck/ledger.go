package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim/scimtest"
)

// maxResponse bounds how much of a response is read.
const maxResponse = 64 << 20

// A ledger is the transport of a run, and knows what the run created and did not delete yet. Requests that have begun are
// finished when the run is interrupted: or else nobody would know what a POST created.
type ledger struct {
	next    http.RoundTripper
	base    string // base URL of the service provider
	timeout time.Duration

	mu       sync.Mutex
	requests int
	created  map[string]string // URL by id
	// lost are requests to create something to which no answer came.
	lost []creation
}

// A creation is a request to create a resource.
type creation struct {
	endpoint string
	header   http.Header
	body     []byte
}

func newLedger(next http.RoundTripper, base string, timeout time.Duration) *ledger {
	return &ledger{next: next, base: base, timeout: timeout, created: map[string]string{}}
}

func (l *ledger) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), l.timeout)
	defer cancel()
	var sent []byte
	if r.Body != nil {
		var err error
		sent, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	out := r.Clone(ctx)
	if r.Body != nil {
		out.Body = io.NopCloser(bytes.NewReader(sent))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
	}
	res, err := l.next.RoundTrip(out)
	var data []byte
	if err == nil {
		// Until all of the body is there, the answer has not come.
		data, err = io.ReadAll(io.LimitReader(res.Body, maxResponse))
		_ = res.Body.Close()
		res.Body = io.NopCloser(bytes.NewReader(data))
	}
	l.note(r, sent, res, data, err)
	if err != nil {
		return nil, err
	}
	return res, nil
}

// note enters what a request did.
func (l *ledger) note(r *http.Request, sent []byte, res *http.Response, data []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	endpoint := *r.URL
	endpoint.RawQuery = ""
	switch target := strings.TrimRight(endpoint.String(), "/"); {
	case r.Method == http.MethodPost && strings.HasSuffix(target, "/.search"):
	case r.Method == http.MethodPost && (err != nil || res.StatusCode >= 500):
		l.lost = append(l.lost, creation{target, r.Header.Clone(), sent})
	case r.Method == http.MethodPost && res.StatusCode/100 == 2:
		var body struct {
			ID         string
			Operations []struct{ Method, Location string }
		}
		_ = json.Unmarshal(data, &body) // Without a body there is Location.
		if body.ID != "" {
			l.created[body.ID] = target + "/" + url.PathEscape(body.ID)
		} else if id := lastSegment(res.Header.Get("Location")); id != "" {
			l.created[id] = target + "/" + url.PathEscape(id)
		}
		for _, op := range body.Operations {
			if segments := strings.Split(op.Location, "/"); len(segments) > 2 && strings.EqualFold(op.Method, http.MethodPost) {
				l.created[lastSegment(op.Location)] = l.base + "/" + strings.Join(segments[len(segments)-2:], "/")
			}
		}
	case r.Method == http.MethodDelete && err == nil && (res.StatusCode/100 == 2 || res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone):
		delete(l.created, lastSegment(target))
	}
}

func lastSegment(location string) string {
	id, err := url.PathUnescape(location[strings.LastIndexByte(location, '/')+1:])
	if err != nil {
		return ""
	}
	return id
}

// count returns how many requests were made.
func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests
}

// sweep deletes what is left, and returns what can't be deleted. The header has the credentials.
func (l *ledger) sweep(ctx context.Context, header http.Header) []string {
	client := &http.Client{Transport: l, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	l.mu.Lock()
	lost := l.lost
	l.lost = nil
	l.mu.Unlock()
	for _, c := range lost {
		l.find(ctx, client, header, c)
	}
	for _, target := range l.left() {
		// Deleting a resource that another refers to may be refused until that one is gone.
		_, _ = request(ctx, client, http.MethodDelete, target, header)
	}
	for _, target := range l.left() {
		_, _ = request(ctx, client, http.MethodDelete, target, header)
	}
	return l.left()
}

// left returns the URLs of what was created and not deleted.
func (l *ledger) left() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Values(l.created))
}

// find looks for what a request created to which no answer came, by a name that only this run has.
func (l *ledger) find(ctx context.Context, client *http.Client, header http.Header, c creation) {
	var body map[string]any
	if json.Unmarshal(c.body, &body) != nil {
		return
	}
	for _, attr := range []string{"userName", "externalId", "displayName"} {
		name, _ := body[attr].(string)
		if name == "" {
			continue
		}
		quoted, _ := json.Marshal(name) // A string is always JSON.
		data, err := request(ctx, client, http.MethodGet, c.endpoint+"?filter="+url.QueryEscape(attr+" eq "+string(quoted)), header)
		var found struct{ Resources []map[string]any }
		if err != nil || json.Unmarshal(data, &found) != nil {
			return
		}
		for _, r := range found.Resources {
			// A service provider that ignores filters answers with everybody.
			id, _ := r["id"].(string)
			if has, _ := r[attr].(string); id != "" && strings.EqualFold(has, name) {
				l.mu.Lock()
				l.created[id] = c.endpoint + "/" + url.PathEscape(id)
				l.mu.Unlock()
			}
		}
		return
	}
}

func request(ctx context.Context, client *http.Client, method, target string, header http.Header) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return nil, err
	}
	r.Header = header.Clone()
	r.Header.Set("Accept", scimtest.MediaType)
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 != 2 {
		return nil, errors.New(res.Status)
	}
	return io.ReadAll(res.Body)
}
