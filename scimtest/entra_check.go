package scimtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// listing expects a list response with the resource and no other, as the validator checks one. The media type is not checked,
// nor is the case of names.
func (r *entraResource) listing() Expectation {
	return func(res *Response) error {
		if err := res.check(listOf(1)); err != nil {
			return err
		}
		list := res.Resources()
		if len(list) != 1 {
			return fmt.Errorf("expected Resources to hold the %s that the filter selects, got %d: %s", strings.ToLower(r.t.name), len(list), excerpt(res.Body))
		}
		if At(list[0], "id") != r.id {
			return fmt.Errorf("expected the %s that was created, with the id %s, got %s", strings.ToLower(r.t.name), r.id, JSON(list[0]))
		}
		schemas, _ := At(list[0], "schemas").([]any)
		for _, v := range schemas {
			if v == r.t.core {
				return nil
			}
		}
		return fmt.Errorf("expected schemas of the resource to have %s, got %s", r.t.core, JSON(At(list[0], "schemas")))
	}
}

// listOf expects a list response of n results.
func listOf(n int) Expectation {
	return func(res *Response) error {
		if err := res.check(Status(http.StatusOK), Body()); err != nil {
			return err
		}
		uris, _ := res.At("schemas").([]any)
		if len(uris) != 1 || uris[0] != ListURN {
			return fmt.Errorf("expected a list response, whose schemas are [%q], got %s", ListURN, JSON(res.At("schemas")))
		}
		total, ok := res.At("totalResults").(json.Number)
		if !ok || total.String() != fmt.Sprint(n) {
			return fmt.Errorf("expected totalResults to be the number %d, got %s", n, JSON(res.At("totalResults")))
		}
		return nil
	}
}

// kept checks that a resource has the values, and blames each attribute that has not.
func (t *entraType) kept(res *Response, resource any, values map[string]any) {
	for _, a := range t.attrs {
		want, ok := values[a.path]
		if !ok {
			continue
		}
		if a.name == "manager" {
			a.sub = "value"
		}
		got := a.in(resource)
		if same(got, want) {
			continue
		}
		t.s.blame(t.causeOf(a, got, want))
		if got == nil {
			t.s.Fail("%s %s: expected %s to be %s, got nothing: it is missing from the resource", res.Method, res.Target, a.path, JSON(want))
		}
		t.s.Fail("%s %s: expected %s to be %s, got %s", res.Method, res.Target, a.path, JSON(want), JSON(got))
	}
}

// same reports whether a value is the one that was sent, be it that a boolean is a string.
func same(got, want any) bool {
	if b, ok := want.(bool); ok {
		text, _ := got.(string)
		return got == b || strings.EqualFold(text, fmt.Sprint(b))
	}
	return Equal(got, want)
}

// foundAgain asks for the resource by its joining attribute, which must find it with the values.
func (r *entraResource) foundAgain(value any, values map[string]any) {
	s := r.t.s
	s.Step("read it with a filter")
	s.atOnce(func() {
		res := s.Want(r.t.find(value), r.listing())
		r.t.kept(res, res.Resources()[0], values)
	})
}

// readAgain reads the resource by its id, which must have the values.
func (r *entraResource) readAgain(values map[string]any) (res *Response) {
	s := r.t.s
	s.Step("read it by id")
	s.atOnce(func() {
		res = s.Want(r.get(), Status(http.StatusOK), Attr(r.id, "id"))
		r.t.kept(res, res.Object, values)
	})
	return res
}

// atOnce makes a check right after a write. If it fails, it waits a while and looks whether it was just too early, but for the
// first failure of a run only, since the others are like it.
func (s *Session) atOnce(check func()) {
	o := attempt(check)
	if o == nil {
		return
	}
	cause := s.cause
	s.client.staleness.Do(func() {
		start := time.Now()
		for _, wait := range s.client.patience {
			time.Sleep(wait)
			if attempt(check) == nil {
				s.client.stale.Store(true)
				o.err = fmt.Errorf("%w: it was right %v later", o.err, time.Since(start).Round(100*time.Millisecond))
				return
			}
		}
	})
	if s.cause = cause; s.client.stale.Load() {
		s.blame(causeStale)
	}
	panic(o)
}
