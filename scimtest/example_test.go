package scimtest_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/scimtest"
)

// service returns a service provider that answers everybody, in the strict profile unless another one is given.
func service(profile ...*compat.Profile) http.Handler {
	d := memstore.New(nil)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      scimtest.DefaultBaseURL,
		Authenticate: func(*http.Request) (scim.Principal, error) { return scim.Principal{}, nil },
		Resources:    []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
		Compat:       cmp.Or(append(profile, compat.Strict)...),
		Logger:       slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err)
	}
	return h
}

// In a test, every case becomes a subtest.
func ExampleTestHandler() {
	_ = func(t *testing.T) {
		scimtest.TestHandler(t, service(), scimtest.RFC)
	}
}

// A service provider that is reached over HTTP, and has a reason to differ in one case.
func ExampleTestClient() {
	_ = func(t *testing.T) {
		scimtest.TestClient(t, &scimtest.Client{
			BaseURL: "https://staging.example.com/scim/v2",
			Token:   "the token of the test tenant",
			Exclude: map[string]string{"7644-3.12-10": "the proxy in front answers large bodies itself"},
		}, scimtest.RFC)
	}
}

// A program that checks a service provider with the cases that are MUST.
func ExampleCheck() {
	must := scimtest.RFC.Select(func(c scimtest.Case) bool { return c.Level == "MUST" })
	counts := map[scimtest.Verdict]int{}
	for r := range scimtest.Check(context.Background(), &scimtest.Client{Handler: service()}, must) {
		counts[r.Verdict]++
		if r.Verdict == scimtest.Fail || r.Verdict == scimtest.Blocked {
			fmt.Println(r, scimtest.FormatTrace(r.Trace))
		}
	}
	fmt.Println("failed:", counts[scimtest.Fail])
	// Output: failed: 0
}

// A case of your own, for something that the service provider promises beyond the RFCs.
func ExampleCase() {
	suite := scimtest.Suite{{
		ID: "acme-1", Ref: "ACME provisioning guide, chapter 3", Level: "MUST", Why: "New users are active.",
		Run: func(s *scimtest.Session) {
			u := s.NewUser(nil)
			s.Want(s.Get(u.Path), scimtest.Status(200), scimtest.Attr(true, "active"))
		},
	}}
	for r := range scimtest.Check(context.Background(), &scimtest.Client{Handler: service()}, suite) {
		fmt.Println(r.Verdict, r.Case.ID)
	}
	// Output: FAIL acme-1
}
