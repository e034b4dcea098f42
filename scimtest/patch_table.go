package scimtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A patchRow is a PATCH request with what it must come to. Texts in it may have {U1} and {U2}, the ids of users, {ID}, that of
// the resource, {X}, a string that nobody else uses, {CORE} and {ENT}, the URIs of the user's schemas.
type patchRow struct {
	id, why string
	on      string // the resource type; User if it is empty
	has     string // the members of the resource before the request, besides its name
	ops     string // the operations
	body    string // the whole body, instead of ops
	inOrder bool   // values are compared in the order of the resource
	want    patchWant
}

// A patchWant is what a PATCH request comes to: one of the errors, or success with the attributes as given.
type patchWant struct {
	scimTypes []string // of status 400; none if the request must succeed
	attrs     string   // members of the resource afterwards, null if absent; "" if the request must not succeed
	same      bool     // lastModified and version must not change
}

func refused(scimTypes ...string) patchWant { return patchWant{scimTypes: scimTypes} }
func becomes(attrs string) patchWant        { return patchWant{attrs: attrs} }
func stays() patchWant                      { return patchWant{attrs: `{}`, same: true} }
func staysOr(scimTypes ...string) patchWant {
	return patchWant{scimTypes: scimTypes, attrs: `{}`, same: true}
}
func becomesOr(a string, s ...string) patchWant { return patchWant{scimTypes: s, attrs: a} }

// patchTable makes a case of the rows of each id.
func patchTable(rows ...patchRow) []Case {
	byID := map[string][]patchRow{}
	var ids []string
	for _, r := range rows {
		if byID[r.id] == nil {
			ids = append(ids, r.id)
		}
		byID[r.id] = append(byID[r.id], r)
	}
	var out []Case
	for _, id := range ids {
		out = append(out, Case{ID: id, Run: func(s *Session) {
			s.Requires("patch")
			every(s, byID[id], func(r patchRow) string { return r.why }, func(r patchRow) { r.run(s) })
		}})
	}
	return out
}

// every is [All] for parts that may not concern the service provider: the case is skipped if that holds for all of them.
func every[T any](s *Session, parts []T, name func(T) string, run func(T)) {
	var skipped *outcome
	ran := false
	All(s, parts, name, func(p T) {
		switch o := attempt(func() { run(p) }); {
		case o == nil:
			ran = true
		case o.verdict == Skip:
			skipped = o
		default:
			panic(o)
		}
	})
	if !ran && skipped != nil {
		panic(skipped)
	}
}

// run makes the resource and the request, and compares.
func (r patchRow) run(s *Session) {
	text := r.has + r.ops + r.body + r.want.attrs
	vars := []string{"{X}", s.Name("x"), "{CORE}", UserURN, "{ENT}", EnterpriseURN}
	if strings.Contains(text, "{ENT}") {
		if _, ok := s.Type("User").Extensions[EnterpriseURN]; !ok {
			s.Skip("users have no enterprise extension")
		}
	}
	if r.on == "Group" {
		s.Type("Group")
	}
	for _, name := range []string{"{U1}", "{U2}"} {
		if strings.Contains(text, name) {
			vars = append(vars, name, s.NewUser(nil).ID)
		}
	}
	fill := func(text string) string { return strings.NewReplacer(vars...).Replace(text) }
	target := s.newOf(r.on, mustObject(s, "{"+fill(r.has)+"}"))
	vars = append(vars, "{ID}", target.ID)

	body := fill(r.body)
	if body == "" {
		body = `{"schemas":["` + PatchURN + `"],"Operations":` + fill(r.ops) + `}`
	}
	before := s.Need(s.Get(target.Path), Status(200), Body())
	request := func() *Response { return s.Request("PATCH", target.Path, body) }
	if r.want.attrs == "" {
		s.Refused(target, request, Error(400, r.want.scimTypes...))
		return
	}
	res := request()
	if len(r.want.scimTypes) > 0 && res.Status == 400 {
		s.Want(res, Error(400, r.want.scimTypes...))
		s.Want(s.Get(target.Path), Same(before))
		return
	}
	after := s.Changed(target, func() *Response { return res })
	want := mustObject(s, fill(r.want.attrs))
	if err := contains(after.Object, want, r.inOrder); err != nil {
		s.Fail("%s came to the wrong resource: %w; it is %s", excerpt(body), err, excerpt(after.Body))
	}
	if r.want.same {
		if before.Header.Get("ETag") != after.Header.Get("ETag") || !Equal(before.At("meta"), after.At("meta")) {
			s.Fail("%s changed nothing: expected the meta %s and the ETag %q to stay, got %s and %q", excerpt(body), JSON(before.At("meta")), before.Header.Get("ETag"),
				JSON(after.At("meta")), after.Header.Get("ETag"))
		}
		for name, v := range before.Object {
			if !Equal(after.Object[name], v) {
				s.Fail("%s should change nothing: expected %s to stay %s, got %s", excerpt(body), name, JSON(v), JSON(after.Object[name]))
			}
		}
	}
}

// newOf creates a resource of a type; "" is User.
func (s *Session) newOf(typeName string, body Object) *Resource {
	switch typeName {
	case "Group":
		return s.NewGroup(body)
	case "Widget":
		return s.NewWidget(body)
	}
	return s.NewUser(body)
}

func mustObject(s *Session, text string) Object {
	var o Object
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		s.Block("the case has JSON that is none: %s: %w", text, err)
	}
	return o
}

// contains reports what of want is not in got: each member of an object, as many elements of an array, in its order or in any. A
// member that is null in want has no value in got, and primary is false by default (RFC 7643 §2.4).
func contains(got, want any, inOrder bool) error {
	switch w := want.(type) {
	case Object:
		g, ok := got.(Object)
		if !ok {
			return fmt.Errorf("expected %s, got %s", JSON(want), JSON(got))
		}
		for name, v := range w {
			x := g[name]
			if v == nil || name == "primary" && v == false {
				if !unassigned(x) && x != false {
					return fmt.Errorf("expected no %s, got %s", name, JSON(x))
				}
				continue
			}
			if err := contains(x, v, inOrder); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			return fmt.Errorf("expected %d values, %s, got %s", len(w), JSON(want), JSON(got))
		}
		left := slices.Clone(g)
		for i, v := range w {
			at := slices.IndexFunc(left, func(x any) bool { return contains(x, v, inOrder) == nil })
			if at < 0 || inOrder && at != 0 {
				return fmt.Errorf("expected %s as value %d, got %s", JSON(v), i+1, JSON(got))
			}
			left = slices.Delete(left, at, at+1)
		}
		return nil
	}
	if !Equal(got, want) {
		return errors.New("expected " + JSON(want) + ", got " + JSON(got))
	}
	return nil
}
