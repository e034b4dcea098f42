package scimtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/scimtest"
)

// A broken handler has one fault, for which a case must fail.
type broken struct {
	name string
	id   string // of the case that must fail, or of several, divided by blanks
	// wrap breaks a sound handler.
	wrap func(http.Handler) http.Handler
	// config is of the handler; nil is the usual one.
	config func(*scim.Config)
}

// TestBrokenHandlers shows that the suite can fail: for each of many faults there is a case that passes on the handler of this
// library, and fails once the fault is put in.
func TestBrokenHandlers(t *testing.T) {
	all := slices.Concat(brokenResponses, brokenWrites, brokenQueries, brokenPatches, brokenOptional)
	require.GreaterOrEqual(t, len(all), 40)
	names := map[string]bool{}
	for _, b := range all {
		require.False(t, names[b.name], "two faults are named %q", b.name)
		names[b.name] = true
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			ids := strings.Fields(b.id)
			suite := scimtest.RFC.Select(func(c scimtest.Case) bool { return slices.Contains(ids, c.ID) })
			require.Len(t, suite, len(ids), "there are no cases for all of %s", b.id)
			for r := range scimtest.Check(t.Context(), &scimtest.Client{BaseURL: baseURL, Token: token, Handler: newHandler(t, b.config)}, suite) {
				require.Equal(t, scimtest.Pass, r.Verdict, "on the sound handler: %s\n%s", r, scimtest.FormatTrace(r.Trace))
			}
			faulty := b.wrap(newHandler(t, b.config))
			for r := range scimtest.Check(t.Context(), &scimtest.Client{BaseURL: baseURL, Token: token, Handler: faulty}, suite) {
				require.Equal(t, scimtest.Fail, r.Verdict, "the fault is not caught: %s\n%s", r, scimtest.FormatTrace(r.Trace))
			}
		})
	}
}

// An exchange is a request with its body, and the answer to it.
type exchange struct {
	*http.Request
	body   string // of the request
	sound  http.Handler
	status int
	header http.Header
	answer string
}

// broke makes a fault of a function that has the sound answer and changes it.
func broke(change func(x *exchange)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			x := open(h, r)
			x.send(x.Method, x.URL.Path, x.URL.RawQuery, x.body)
			change(x)
			x.reply(w)
		})
	}
}

// misread makes a fault of a function that changes the request.
func misread(change func(x *exchange)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			x := open(h, r)
			change(x)
			if x.status == 0 {
				x.send(x.Method, x.URL.Path, x.URL.RawQuery, x.body)
			}
			x.reply(w)
		})
	}
}

func open(h http.Handler, r *http.Request) *exchange {
	data, _ := io.ReadAll(r.Body)
	in := r.Clone(r.Context())
	u := *r.URL
	in.URL = &u
	return &exchange{Request: in, body: string(data), sound: h}
}

// ask makes another request to the sound handler.
func (x *exchange) ask(method, path, query, body string) *httptest.ResponseRecorder {
	r := x.Clone(x.Context())
	u := *x.URL
	u.Path, u.RawPath, u.RawQuery = path, "", query
	if path == x.URL.Path {
		u.RawPath = x.URL.RawPath
	}
	r.URL, r.Method, r.Body, r.ContentLength = &u, method, io.NopCloser(strings.NewReader(body)), int64(len(body))
	if body != "" {
		r.Header.Set("Content-Type", scimtest.MediaType)
	}
	w := httptest.NewRecorder()
	x.sound.ServeHTTP(w, r)
	return w
}

// send makes a request whose answer becomes that of the exchange.
func (x *exchange) send(method, path, query, body string) {
	w := x.ask(method, path, query, body)
	x.status, x.header, x.answer = w.Code, w.Header(), w.Body.String()
}

func (x *exchange) reply(w http.ResponseWriter) {
	for name, v := range x.header {
		w.Header()[name] = v
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(x.status)
	_, _ = io.WriteString(w, x.answer)
}

// is reports whether the request is one with the method, "" is any, to a path with the prefix.
func (x *exchange) is(method, prefix string) bool {
	return (method == "" || x.Method == method) && strings.HasPrefix(strings.TrimPrefix(x.URL.Path, "/scim/v2"), prefix)
}

// single reports whether the request is for one resource, not for a list of them.
func (x *exchange) single() bool {
	return strings.Count(strings.Trim(strings.TrimPrefix(x.URL.Path, "/scim/v2"), "/"), "/") == 1
}

func (x *exchange) param(name string) string { return x.URL.Query().Get(name) }

// setParam changes a parameter of the request; "" takes it away.
func (x *exchange) setParam(name, value string) {
	q := x.URL.Query()
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	x.URL.RawQuery = q.Encode()
}

// edit changes the body of the answer, if it is an object.
func (x *exchange) edit(change func(o map[string]any)) { x.answer = edited(x.answer, change) }

// editBody changes the body of the request, if it is an object.
func (x *exchange) editBody(change func(o map[string]any)) { x.body = edited(x.body, change) }

func edited(text string, change func(o map[string]any)) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var o map[string]any
	if d.Decode(&o) != nil {
		return text
	}
	change(o)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(o) != nil {
		return text
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// resources calls change with each resource in the answer: that which it is, or those of a list.
func (x *exchange) resources(change func(o map[string]any)) {
	x.edit(func(o map[string]any) {
		list, ok := o["Resources"].([]any)
		if !ok {
			change(o)
		}
		for _, r := range list {
			change(r.(map[string]any))
		}
	})
}

// ops calls change with each operation of a PATCH request.
func (x *exchange) ops(change func(op map[string]any)) {
	x.editBody(func(o map[string]any) {
		list, _ := o["Operations"].([]any)
		for _, op := range list {
			if m, ok := op.(map[string]any); ok {
				change(m)
			}
		}
	})
}

// all returns the resources that a query finds, from the first to the last, whatever page it asks for.
func (x *exchange) all(query url.Values) []any {
	q := url.Values{}
	for name, v := range query {
		q[name] = v
	}
	q.Set("startIndex", "1")
	q.Set("count", "1000")
	var o struct{ Resources []any }
	_ = json.Unmarshal(x.ask("GET", x.URL.Path, q.Encode(), "").Body.Bytes(), &o)
	return o.Resources
}
