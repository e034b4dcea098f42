package scim_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

// FuzzServeHTTP sends any request to a handler with a few resources. It never fails of itself (no 5xx but 501), every body is
// JSON, every error a SCIM error of the same status, and a request that failed has changed nothing.
func FuzzServeHTTP(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/Users", "filter=userName eq \"a\"&count=1&sortBy=name.familyName", ""},
		{"GET", "/Users/id-1", "attributes=emails.value,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", ""},
		{"GET", "/Widgets", "excludedAttributes=spec&sortOrder=descending&startIndex=2", ""},
		{"GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "", ""},
		{"HEAD", "/ServiceProviderConfig", "", ""},
		{"POST", "/Users", "", withSchema("/Users", benchUser)},
		{"POST", "/Widgets", "attributes=spec", withSchema("/Widgets", `{"name":"n","qty":1e400,"tags":[null,"a"],"items":[{}],"spec":{"a":null}}`)},
		{"PUT", "/Users/id-1", "", withSchema("/Users", `{"userName":"b","password":null}`)},
		{"PUT", "/Widgets/id-3", "", withSchema("/Widgets", `{"name":"n","imm":"other"}`)},
		{"PATCH", "/Users/id-1", "", patchBody(`{"op":"Add","path":"emails[type eq \"work\"].value","value":"x"},{"op":"remove","path":"members"}`)},
		{"PATCH", "/Groups/id-2", "", patchBody(`{"op":"Remove","path":"members","value":[{"value":"id-1"}]},{"op":"add","path":"members","value":[{"value":"id-2"}]}`)},
		{"PATCH", "/Widgets/id-3", "", patchBody(`{"op":"replace","value":{"urn:example:ext":{"x":"y"},"spec.a":"b","items[value eq \"1\"].n":5}}`)},
		{"DELETE", "/Users/id-1", "", ""},
		{"OPTIONS", "/Users/%2e%2e/Groups", "", ""},
		{"POST", "/Bulk", "", "{}"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], "")
		f.Add(seed[0], seed[1], seed[2], seed[3], `W/"1", *`)
	}
	f.Fuzz(func(t *testing.T, method, path, query, body, condition string) {
		if method == "" || strings.ContainsAny(method, " \t\r\n") {
			t.Skip()
		}
		n := 0
		d := memstore.New(&memstore.Options{NewID: func() string { n++; return "id-" + string(rune('0'+n)) }})
		s := newService(t, storeSet{d.Users(), d.Groups(), d.Store(widgetType())}, func(c *scim.Config) {
			c.Compat, c.MaxBody, c.ExplainCompat = compat.EntraID, 1<<16, true
		})
		id := s.create(t, "/Users", `{"userName":"a","emails":[{"value":"a@x","type":"work","primary":true}],"active":true}`)
		s.create(t, "/Groups", `{"displayName":"g","members":[{"value":"`+id+`"}]}`)
		s.create(t, "/Widgets", `{"name":"w","imm":"A","spec":{"a":"1","immSub":"i"},"items":[{"value":"1","n":1}],"tags":["a"]}`)
		before := s.everything(t)

		r := &http.Request{
			Method: method, URL: &url.URL{Path: basePath + path, RawQuery: query}, Header: http.Header{"Authorization": {"Bearer " + tokenA}},
			Body: http.NoBody, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		}
		if u, err := url.Parse(basePath + path); err == nil && u.Host == "" {
			r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
		}
		if condition != "" {
			r.Header["If-Match"] = []string{condition}
		}
		if body != "" {
			r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
		}
		w := httptest.NewRecorder()
		s.h.ServeHTTP(w, r)

		if w.Code >= 500 && w.Code != 501 {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("no JSON: %s", w.Body)
		}
		if bytes.Contains(w.Body.Bytes(), []byte(tokenA)) {
			t.Fatal("the token is in the response")
		}
		if w.Code < 400 {
			return
		}
		if method != http.MethodHead {
			answer{w.Code, w.Header(), w.Body.String()}.requireError(t, w.Code, scimTypeOf(t, w.Body.Bytes()))
		}
		if after := s.everything(t); after != before {
			t.Fatalf("%d, but something has changed:\n%s\n%s", w.Code, before, after)
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func scimTypeOf(t *testing.T, body []byte) string {
	t.Helper()
	var e struct{ ScimType string }
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	switch e.ScimType {
	case "", "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers":
		return e.ScimType
	}
	t.Fatalf("RFC 7644 has no scimType %q", e.ScimType)
	return ""
}
