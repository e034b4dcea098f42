package idpsim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
)

// Faults are the shares of requests, from 0 to 1, that something happens to on the way. Their sum is at most 1. What
// Faults do is never a [Violation]; what the service provider makes of it may be.
type Faults struct {
	// Lost requests reach the service provider, their answers don't come back in time.
	Lost float64
	// Reset requests don't reach the service provider: the connection breaks.
	Reset float64
	// Throttled requests are answered with 429 and Retry-After before they reach the service provider.
	Throttled float64
	// Unavailable requests are answered with 503 before they reach the service provider.
	Unavailable float64
	// Twice is the share of requests that arrive twice, as when a connection breaks and the client's HTTP library tries again.
	// The second answer is the one that comes back.
	Twice float64
}

// A fault is what happens to one request.
type fault int

const (
	none fault = iota
	lost
	reset
	throttled
	unavailable
	twice
)

func (f Faults) draw(r *rand.Rand) fault {
	x := r.Float64()
	for i, share := range []float64{f.Lost, f.Reset, f.Throttled, f.Unavailable, f.Twice} {
		if x < share {
			return fault(i + 1)
		}
		x -= share
	}
	return none
}

type faultKey struct{}

var (
	errLost  = errors.New("no answer in time (injected after the request was carried out)")
	errReset = errors.New("connection reset (injected before the request arrived)")
)

// A faulty transport does to a request what its context says.
type faulty struct{ sound http.RoundTripper }

func (t faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	f, _ := r.Context().Value(faultKey{}).(fault)
	switch f {
	case reset:
		return nil, errReset
	case throttled:
		return refuse(r, http.StatusTooManyRequests), nil
	case unavailable:
		return refuse(r, http.StatusServiceUnavailable), nil
	case lost, twice:
		first := r
		if f == twice && r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			first = r.Clone(r.Context())
			first.Body = body
		}
		res, err := t.sound.RoundTrip(first)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if f == lost {
			return nil, errLost
		}
	}
	return t.sound.RoundTrip(r)
}

func refuse(r *http.Request, status int) *http.Response {
	body := []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"injected"}`)
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/scim+json"}, "Retry-After": {"1"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)), Request: r,
	}
}

func withFault(ctx context.Context, f fault) context.Context {
	if f == none {
		return ctx
	}
	return context.WithValue(ctx, faultKey{}, f)
}
