package scim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/embedscim/scim"
)

// Middleware in front of the handler answers as the handler does. Header fields go with the error.
func ExampleWriteError() {
	w := httptest.NewRecorder()
	scim.WriteError(w, &scim.Error{
		Status: http.StatusTooManyRequests,
		Detail: "There are more than 25 requests a second: send them more slowly.",
		Header: http.Header{"Retry-After": {"1"}},
	})
	fmt.Println(w.Code, w.Header().Get("Retry-After"))
	fmt.Println(w.Body)
	// Output:
	// 429 1
	// {"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"429","detail":"There are more than 25 requests a second: send them more slowly."}
}

// A store that wants to be asked again later says so; the cause goes to the log only.
func ExampleError() {
	err := fmt.Errorf("reading users: %w", &scim.Error{
		Status: http.StatusServiceUnavailable,
		Detail: "The service is being updated: try again in a minute.",
		Header: http.Header{"Retry-After": {"60"}},
		Err:    context.DeadlineExceeded,
	})
	w := httptest.NewRecorder()
	scim.WriteError(w, err)
	fmt.Println(w.Code, w.Header().Get("Retry-After"))
	fmt.Println(err)
	// Output:
	// 503 60
	// reading users: The service is being updated: try again in a minute.: context deadline exceeded
}
