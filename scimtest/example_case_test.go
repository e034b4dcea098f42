package scimtest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/scimtest"
)

// run prints what comes of a case.
func run(h http.Handler, c func(s *scimtest.Session)) {
	suite := scimtest.Suite{{ID: "acme-1", Ref: "ACME provisioning guide", Level: "MUST", Why: "as the guide says", Run: c}}
	for r := range scimtest.Check(context.Background(), &scimtest.Client{Handler: h}, suite) {
		fmt.Println(r.Verdict, r.Err)
	}
}

// A session makes requests, and cleans up after itself. Want checks what the case is about, Need what it takes to get there.
func ExampleSession() {
	run(service(), func(s *scimtest.Session) {
		s.Requires("patch")
		u := s.NewUser(scimtest.Object{"title": "Buyer"})
		s.Need(s.Get(u.Path), scimtest.Status(200), scimtest.Attr("Buyer", "title"))
		s.Patch(u.Path, scimtest.Op("remove", "title", nil))
		s.Want(s.Get(u.Path), scimtest.Status(200), scimtest.NoAttr("title"))
		s.Want(s.Filter("User", "title pr and id eq "+scimtest.Quote(u.ID)), scimtest.List(0))
	})
	// Output: PASS <nil>
}

// Errors have a status and, some of them, a keyword.
func ExampleError() {
	run(service(), func(s *scimtest.Session) {
		s.Want(s.Get("/Users/no-such-user"), scimtest.Error(404))
		s.Want(s.Query("/Users", "filter", "nonsense"), scimtest.Error(400, "invalidFilter"))
	})
	// Output: PASS <nil>
}

// Changed checks a change from both sides: what the answer says, and what is there afterwards.
func ExampleSession_Changed() {
	run(service(), func(s *scimtest.Session) {
		g := s.NewGroup(nil)
		name := s.Name("Buyers")
		s.Changed(g, func() *scimtest.Response {
			return s.Patch(g.Path, scimtest.Op("replace", "displayName", name))
		}, scimtest.Attr(name, "displayName"))
	})
	// Output: PASS <nil>
}

// An expectation of your own is a function.
func ExampleExpectation() {
	short := func(r *scimtest.Response) error {
		if n := len(r.Body); n > 100 {
			return fmt.Errorf("the body is to have 100 bytes at most, and has more")
		}
		return nil
	}
	run(service(), func(s *scimtest.Session) {
		s.Want(s.Get("/Schemas"), short)
	})
	// Output:
	// FAIL GET /Schemas: the body is to have 100 bytes at most, and has more (ACME provisioning guide)
}

// What has many parts that are alike, All tells apart by their names.
func ExampleAll() {
	run(service(), func(s *scimtest.Session) {
		scimtest.All(s, []string{"/Users", "/Groups"}, func(endpoint string) string { return endpoint }, func(endpoint string) {
			s.Want(s.Get(endpoint), scimtest.List(-1), scimtest.Media())
		})
	})
	// Output: PASS <nil>
}

// A suite may be a part of another: here, everything about filters.
func ExampleSuite_Select() {
	filters := scimtest.RFC.Select(func(c scimtest.Case) bool { return c.Ref == "RFC 7644 §3.4.2.2" })
	for r := range scimtest.Check(context.Background(), &scimtest.Client{Handler: service()}, filters) {
		if r.Verdict == scimtest.Fail {
			fmt.Println(r)
		}
	}
	fmt.Println(len(filters) > 10)
	// Output: true
}

// With widgets next to users and groups, the suite also checks what no attribute of these shows.
func ExampleNewWidgetType() {
	d := memstore.New(nil)
	widget, strict := scimtest.NewWidgetType(), scimtest.NewStrictWidgetType()
	readOnly := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			if op.Kind == scim.KindCreate && op.ResourceType == widget {
				if err := op.Resource.Attributes.Set("ro", "RO"); err != nil {
					return nil, err
				}
			}
			return next(ctx, op)
		}
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      scimtest.DefaultBaseURL,
		Authenticate: func(*http.Request) (scim.Principal, error) { return scim.Principal{}, nil },
		Resources: []scim.ResourceType{
			scim.Users(d.Users()), scim.Groups(d.Groups()),
			{Type: widget, Store: d.Store(widget)}, {Type: strict, Store: d.Store(strict)},
		},
		Interceptors: []scim.Interceptor{readOnly},
		Logger:       slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err)
	}
	run(h, func(s *scimtest.Session) {
		s.Want(s.Get(s.NewWidget(nil).Path), scimtest.Attr("RO", "ro"))
	})
	// Output: PASS <nil>
}

// Rows are all requirements, also those that no case can see.
func ExampleRows() {
	cases := map[string]bool{}
	for _, c := range scimtest.RFC {
		cases[c.ID] = true
	}
	unseen := 0
	for _, row := range scimtest.Rows() {
		if !cases[row.ID] {
			unseen++
		}
	}
	fmt.Println(len(scimtest.Rows()) > len(scimtest.RFC), unseen > 0)
	// Output: true true
}

// Values of a response are found by their path, whatever the case of the names.
func ExampleAt() {
	body := scimtest.Object{"emails": []any{scimtest.Object{"value": "dana@example.com", "type": "work"}}}
	fmt.Println(scimtest.At(body, "Emails", 0, "value"))
	fmt.Println(scimtest.Find(body["emails"], "type", "work")["value"])
	fmt.Println(scimtest.JSON(scimtest.With(body, scimtest.Object{"emails": nil, "active": true})))
	// Output:
	// dana@example.com
	// dana@example.com
	// {"active":true}
}

func ExamplePatchBody() {
	fmt.Println(scimtest.JSON(scimtest.PatchBody(scimtest.Op("replace", "active", false))))
	// Output: {"Operations":[{"op":"replace","path":"active","value":false}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
}
