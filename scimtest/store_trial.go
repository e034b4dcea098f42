package scimtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A trial is the examination of one law. Its methods end it where something is not as the law wants.
type trial struct {
	*provider
	*subject
	root   context.Context // without a tenant
	tenant string
	ctx    context.Context // of the tenant
	log    func(args ...any)
	again  func() (*provider, error) // other new stores
}

// of returns t for another resource type, tenant and provider.
func (t *trial) of(p *provider, typeName, tenant string) *trial {
	out := *t
	out.provider, out.subject, out.tenant, out.ctx = p, p.subjects[typeName], tenant, p.as(t.root, tenant)
	return &out
}

// fail ends the law as broken.
func (t *trial) fail(format string, args ...any) {
	panic(&outcome{Fail, fmt.Errorf(format, args...)})
}

// skip ends the law, which does not concern the store.
func (t *trial) skip(format string, args ...any) {
	panic(&outcome{Skip, fmt.Errorf(format, args...)})
}

// must ends the law if what was done failed.
func (t *trial) must(err error, format string, args ...any) {
	if err != nil {
		t.fail("%s: expected no error, got: %w", fmt.Sprintf(format, args...), err)
	}
}

// wants ends the law unless err matches one of the errors.
func (t *trial) wants(err error, format string, args ...any) func(targets ...error) {
	return func(targets ...error) {
		for _, target := range targets {
			if errors.Is(err, target) {
				return
			}
		}
		var names []string
		for _, target := range targets {
			names = append(names, fmt.Sprintf("%q", target.Error()))
		}
		t.fail("%s: expected an error that matches %s, got: %v", fmt.Sprintf(format, args...), strings.Join(names, " or "), err)
	}
}

// create stores r, which has to succeed, and returns what the store returns.
func (t *trial) create(x *subject, r *scim.Resource) *scim.Resource {
	made, err := x.Store.Create(t.ctx, r)
	t.must(err, "Create(%s)", show(r))
	if made == nil || made.ID == "" {
		t.fail("Create(%s): expected a resource with an ID, got %s", show(r), show(made))
	}
	return t.whole(made)
}

// get reads a resource, which has to be there.
func (t *trial) get(x *subject, id string) *scim.Resource {
	r, err := x.Store.Get(t.ctx, id, scim.Projection{})
	t.must(err, "Get(%q)", id)
	if r == nil || r.ID != id {
		t.fail("Get(%q): expected the resource with this id, got %s", id, show(r))
	}
	return t.whole(r)
}

// replace stores r over the resource with its id, which has to succeed.
func (t *trial) replace(x *subject, r *scim.Resource) *scim.Resource {
	out, err := x.Store.Replace(t.ctx, r)
	t.must(err, "Replace(%s)", show(r))
	if out == nil || out.ID != r.ID {
		t.fail("Replace of %q: expected what is stored, got %s", r.ID, show(out))
	}
	return t.whole(out)
}

// list reads all resources.
func (t *trial) list(x *subject) []*scim.Resource {
	var out []*scim.Resource
	for r, err := range x.Store.List(t.ctx, scim.Projection{}) {
		t.must(err, "List")
		out = append(out, t.whole(r))
	}
	return out
}

// whole returns r with streams read, and with the resource type, which stores may leave to the handler.
func (t *trial) whole(r *scim.Resource) *scim.Resource {
	out := *r
	read := func(v schema.Value) schema.Value {
		if v.Kind() != schema.KindStream {
			return v
		}
		var elements []schema.Value
		for e, err := range v.Values() {
			t.must(err, "reading a Stream of resource %q", r.ID)
			elements = append(elements, e)
		}
		return schema.List(elements...)
	}
	out.Attributes = out.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if !a.IsExtension() {
			return read(v)
		}
		return schema.Complex(v.Object().Transform(func(_ *schema.Attribute, v schema.Value) schema.Value { return read(v) }))
	})
	if t := out.Attributes.Type(); t != nil && out.Meta.ResourceType == "" {
		out.Meta.ResourceType = t.Name()
	}
	return &out
}

// same ends the law unless got has the attributes that were sent, and no others but those that the store makes for every
// resource.
func (t *trial) same(x *subject, what string, sent, got *scim.Resource) {
	if err := t.differs(x, sent, got); err != nil {
		t.fail("%s: %w", what, err)
	}
}

func (t *trial) differs(x *subject, sent, got *scim.Resource) error {
	kept := x.fitted(got)
	if sent.ExternalID != kept.ExternalID {
		return fmt.Errorf("externalId: expected %q, got %q", sent.ExternalID, kept.ExternalID)
	}
	for _, a := range attributesOf(x.Type) {
		if !writable(a) {
			continue
		}
		want, is := x.clients(a, sent), x.clients(a, kept)
		if want.Equal(is) || want.IsUnassigned() && slices.Contains(t.defaults(x), a) {
			continue
		}
		return fmt.Errorf("%s: expected %s, got %s", a, shown(want), shown(is))
	}
	return nil
}

// clients returns what a client says of the value of a: nothing that is readOnly, of a reference only the id, and no primary
// that is false (RFC 7643 §2.4).
func (x *subject) clients(a *schema.Attribute, r *scim.Resource) schema.Value {
	l := x.link(a)
	v := r.At(a.Path()).Transform(func(e schema.Value) schema.Value {
		if e.Kind() != schema.KindComplex {
			return e
		}
		return schema.ComplexOrNone(e.Object().Transform(func(sub *schema.Attribute, v schema.Value) schema.Value {
			if !writable(sub) || sub.Name == "$ref" || l != nil && sub != l.value || sub.Name == "primary" && !v.Bool() {
				return schema.Value{}
			}
			return v
		}))
	})
	if v.IsUnassigned() {
		return schema.Value{}
	}
	return v
}

// defaults returns the attributes that the store gives to every resource, such as active.
func (t *trial) defaults(x *subject) []*schema.Attribute {
	if out, ok := t.provider.defaults[x.name]; ok {
		return out
	}
	sent := t.minimal(x)
	got := t.get(x, t.create(x, sent).ID)
	out := []*schema.Attribute{}
	for _, a := range attributesOf(x.Type) {
		if sent.At(a.Path()).IsUnassigned() && !got.At(a.Path()).IsUnassigned() {
			out = append(out, a)
		}
	}
	t.must(x.Store.Delete(t.ctx, got.ID, ""), "Delete(%q)", got.ID)
	t.provider.defaults[x.name] = out
	return out
}

// unchanged ends the law unless the resource is as it was, with its metadata.
func (t *trial) unchanged(x *subject, what string, was *scim.Resource) {
	t.identical(x, what+": afterwards Get", was, t.get(x, was.ID))
}

// identical ends the law unless both are the same state of a resource.
func (t *trial) identical(x *subject, what string, want, got *scim.Resource) {
	t.same(x, what, x.fitted(want), got)
	if err := sameMeta(want.Meta, got.Meta); err != nil {
		t.fail("%s: %w", what, err)
	}
}

func sameMeta(want, got scim.Meta) error {
	switch {
	case want.Version != got.Version:
		return fmt.Errorf("expected Version %q, got %q", want.Version, got.Version)
	case !want.Created.Equal(got.Created):
		return fmt.Errorf("expected Created %v, got %v", want.Created, got.Created)
	case !want.LastModified.Equal(got.LastModified):
		return fmt.Errorf("expected LastModified %v, got %v", want.LastModified, got.LastModified)
	}
	return nil
}

// changed ends the law unless after is a later state of the resource than before.
func (t *trial) changed(what string, before, after scim.Meta) {
	switch {
	case !t.Unversioned && (after.Version == "" || after.Version == before.Version):
		t.fail("%s: expected another Version than %q, got %q", what, before.Version, after.Version)
	case after.LastModified.Before(before.LastModified):
		t.fail("%s: expected LastModified not to go back, from %v to %v", what, before.LastModified, after.LastModified)
	case !after.Created.Equal(before.Created):
		t.fail("%s: expected Created to stay %v, got %v", what, before.Created, after.Created)
	}
}

// request sends a request through the handler as the client of a context.
func (p *provider) request(ctx context.Context, method, path, body string) *httptest.ResponseRecorder {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(ctx, method, storeBase+path, in)
	if body != "" {
		r.Header.Set("Content-Type", MediaType)
	}
	w := httptest.NewRecorder()
	p.handlerOf.ServeHTTP(w, r)
	return w
}

// accepted reports whether w is the answer to a write that was carried out.
func accepted(w *httptest.ResponseRecorder) bool {
	return w.Code >= http.StatusOK && w.Code < http.StatusMultipleChoices
}

// shown returns a value for a message, with what looks alike told apart.
func shown(v schema.Value) string {
	switch {
	case v.IsUnassigned():
		return "nothing"
	case v.Kind() == schema.KindString:
		return excerpt(strconv.QuoteToASCII(v.Text()))
	}
	return excerpt(v.String())
}

// show returns a resource for a message.
func show(r *scim.Resource) string {
	if r == nil {
		return "nil"
	}
	if r.Streams() {
		return fmt.Sprintf("resource %q with a Stream", r.ID)
	}
	b, err := r.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return excerpt(string(b))
}
