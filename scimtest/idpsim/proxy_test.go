package idpsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/embedscim/scim/scimtest"
)

// A proxy stands before a sound service provider and spoils what passes. handle gets each request with its body.
type proxy struct {
	sound  http.Handler
	mu     sync.Mutex
	handle func(p *proxy, x *exchange)
}

// An exchange is a request, and the answer that is sent in the end.
type exchange struct {
	*http.Request
	body   string
	status int
	answer string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	x := &exchange{Request: r, body: string(data)}
	p.handle(p, x)
	if x.status == 0 {
		p.pass(x)
	}
	w.Header().Set("Content-Type", scimtest.MediaType)
	w.WriteHeader(x.status)
	_, _ = io.WriteString(w, x.answer)
}

// pass lets the sound service provider answer.
func (p *proxy) pass(x *exchange) {
	x.status, x.answer = p.ask(x, x.Method, x.URL.Path, x.URL.RawQuery, x.body)
}

func (p *proxy) ask(x *exchange, method, path, query, body string) (int, string) {
	r := x.Clone(x.Context())
	r.Method, r.URL = method, &url.URL{Scheme: "https", Host: x.Host, Path: path, RawQuery: query}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	w := httptest.NewRecorder()
	p.sound.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// refuse answers with an error.
func (x *exchange) refuse(status int) {
	x.status, x.answer = status, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"spoilt"}`
}

// is reports whether it is a request with the method to what is below the path.
func (x *exchange) is(method, path string) bool {
	return x.Method == method && strings.HasPrefix(x.URL.Path, "/scim/v2"+path)
}

func (x *exchange) filter() string { return x.URL.Query().Get("filter") }

// edit changes JSON, if it is an object.
func edit(text string, change func(o map[string]any)) string {
	var o map[string]any
	if json.Unmarshal([]byte(text), &o) != nil {
		return text
	}
	change(o)
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(o)
	return b.String()
}

// resources changes each resource of an answer.
func (x *exchange) resources(change func(o map[string]any)) {
	x.answer = edit(x.answer, func(o map[string]any) {
		list, ok := o["Resources"].([]any)
		if !ok {
			change(o)
		}
		for _, e := range list {
			change(e.(map[string]any))
		}
	})
}

// keep leaves only some resources in a list.
func (x *exchange) keep(want func(o map[string]any) bool) {
	x.answer = edit(x.answer, func(o map[string]any) {
		list, ok := o["Resources"].([]any)
		if !ok {
			return
		}
		kept := []any{}
		for _, e := range list {
			if want(e.(map[string]any)) {
				kept = append(kept, e)
			}
		}
		o["totalResults"] = o["totalResults"].(float64) - float64(len(list)-len(kept))
		o["Resources"] = kept
	})
}
