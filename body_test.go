package scim_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	body := func(name string) string { return withSchema("/Users", `{"userName":"`+name+`"}`) }
	for _, ct := range []string{"application/scim+json", "application/json", "application/scim+json; charset=utf-8", `Application/JSON;charset="UTF-8"`, ""} {
		s.ok(t, 201, "POST", "/Users", body("u"+ct[:min(len(ct), 1)]+time.Now().String()), "Content-Type", "", "Content-Type", ct) // 7644-3.8-06
	}
	for _, ct := range []string{"text/xml", "text/plain", "application/x-www-form-urlencoded", "application/scim+json; charset=latin1", "nonsense", "application/", "application/scim+json;;=", "multipart/form-data; boundary=x"} {
		s.refused(t, 415, "", "POST", "/Users", body("x"), "Content-Type", "", "Content-Type", ct) // 7644-3.8-06
	}
	s.ok(t, 200, "GET", "/Users", "", "Content-Type", "text/xml") // 7644-3.8-06: there is no body to check
	for accept, want := range map[string]string{
		"": "application/scim+json", "*/*": "application/scim+json", "application/scim+json": "application/scim+json", "application/*": "application/scim+json",
		"application/scim+json;q=0.9, */*": "application/scim+json", "application/json": "application/json", "text/html, application/json;q=0.5": "application/json",
		"application/json, application/scim+json": "application/scim+json", "*/*;q=0.1": "application/scim+json", "APPLICATION/JSON": "application/json",
	} {
		a := s.ok(t, 200, "GET", "/Users", "", "Accept", accept) // 7644-3.8-02 to -04
		require.Equal(t, want, a.header.Get("Content-Type"), accept)
	}
	for _, accept := range []string{"text/html", "application/xml", "application/json;q=0", "nonsense"} {
		s.refused(t, 406, "", "GET", "/Users", "", "Accept", accept) // 7644-3.8-05
		s.refused(t, 406, "", "POST", "/Users", body("y"), "Accept", accept)
	}
	a := s.do(t, "GET", "/Users/none", "", "Accept", "application/json")
	require.Equal(t, 404, a.status)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
}

func TestUnicode(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	plain := s.create(t, "/Users", `{"userName":"a","displayName":"Zoë 李 𝒳"}`)
	escaped := s.create(t, "/Users", `{"userName":"b","displayName":"Zo\u00eb \u674e \ud835\udcb3"}`)
	for _, id := range []string{plain, escaped} {
		require.Equal(t, "Zoë 李 𝒳", s.ok(t, 200, "GET", "/Users/"+id, "").object(t)["displayName"], "7644-3.8-01")
	}
}

// TestHostileBodies checks that whatever is sent is answered with the right SCIM error, and changes nothing.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u","emails":[{"value":"a","type":"work"}]}`)
		resource := withSchema("/Users", `{"userName":"new","name":{"givenName":"\u00e9é"},"emails":[{"value":"x@y","primary":true}],"active":false}`)
		operations := patchBody(`{"op":"add","path":"emails","value":[{"value":"b"}]},{"op":"replace","value":{"title":"x"}}`)
		for i := range len(resource) - 1 {
			s.refused(t, 400, "invalidSyntax", "POST", "/Users", resource[:i+1])
			s.refused(t, 400, "invalidSyntax", "PUT", user, resource[:i+1])
		}
		for i := range len(operations) - 1 {
			s.refused(t, 400, "invalidSyntax", "PATCH", user, operations[:i+1])
		}
		deep := strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000)
		for name, b := range map[string]string{
			"7644-7.1-03 nothing": "", "7644-7.1-03 null": "null", "7644-7.1-03 list": "[]", "7644-7.1-03 string": `"x"`, "7644-7.1-03 number": "1",
			"7644-7.1-03 two": resource + resource, "7644-7.1-03 trailing": resource + "x", "blank": " ", "7644-7.1-01 deep": deep,
			"7644-7.1-01 deep inside":          withSchema("/Users", `{"userName":"d","x":`+deep+`}`),
			"7644-7.1-01 deep objects":         strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
			"7644-7.1-02 twice":                withSchema("/Users", `{"userName":"a","userName":"b"}`),
			"7644-7.1-02 twice by case":        withSchema("/Users", `{"userName":"a","USERNAME":"b"}`),
			"7644-7.1-02 twice inside":         withSchema("/Users", `{"userName":"a","name":{"givenName":"a","givenname":"b"}}`),
			"7644-7.1-02 unknown twice":        withSchema("/Users", `{"userName":"a","zzz":1,"zzz":2}`),
			"7644-3.8-01 not UTF-8":            withSchema("/Users", "{\"userName\":\"a\xff\"}"),
			"7644-3.8-01 not UTF-8 in unknown": withSchema("/Users", "{\"userName\":\"a\",\"x\":\"\xc3\x28\"}"),
			"lone surrogate":                   withSchema("/Users", `{"userName":"\ud800"}`),
			"byte order mark":                  "\xef\xbb\xbf" + resource, "UTF-16": "{\x00}\x00", "comment": "/* */" + resource, "single quotes": "{'a':1}", "NaN": withSchema("/Users", `{"userName":NaN}`),
			"control character": withSchema("/Users", "{\"userName\":\"a\x00b\"}"),
		} {
			t.Run(name, func(t *testing.T) {
				s.refused(t, 400, "invalidSyntax", "POST", "/Users", b)
				s.refused(t, 400, "invalidSyntax", "PUT", user, b)
				if !strings.Contains(b, "unknown") {
					s.refused(t, 400, "invalidSyntax", "PATCH", user, b)
				}
			})
		}
		s.refused(t, 404, "", "POST", "/Nope", resource)
	})
}

func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil).live(t)
	user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
	big := withSchema("/Users", `{"userName":"new","title":"`+strings.Repeat("x", 10<<20)+`"}`)
	for _, target := range []string{"POST /Users", "PUT " + user, "PATCH " + user} {
		method, path, _ := strings.Cut(target, " ")
		for _, known := range []bool{true, false} {
			var body io.Reader = strings.NewReader(big)
			if !known {
				body = struct{ io.Reader }{body} // no Content-Length
			}
			r := httptest.NewRequest(method, s.path+path, body)
			r.Header.Set("Authorization", "Bearer "+s.token)
			r.Header.Set("Content-Type", "application/scim+json")
			if known {
				require.EqualValues(t, len(big), r.ContentLength)
			}
			w := httptest.NewRecorder()
			s.h.ServeHTTP(w, r)
			a := answer{w.Code, w.Header(), w.Body.String()}
			a.requireError(t, 413, "") // 7644-3.12-10
			require.Contains(t, a.body, "1048576", "7644-3.12-10: the limit")
		}
	}
	require.Contains(t, s.everything(t), `"totalResults":1`)
	r := httptest.NewRequest("POST", s.path+"/Users", unreadable{t})
	r.ContentLength = 1<<20 + 1
	r.Header.Set("Authorization", "Bearer "+s.token)
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	require.Equal(t, 413, w.Code)
	small := newService(t, openMemstore(), func(c *scim.Config) { c.MaxBody = 100 })
	fits := `{"schemas":["` + schema.UserURI + `"],"userName":"u","title":"`
	fits += strings.Repeat("x", 100-len(fits)-2) + `"}`
	require.Len(t, fits, 100)
	small.ok(t, 201, "POST", "/Users", fits)
	small.refused(t, 413, "", "POST", "/Users", strings.Replace(fits, `"u"`, `"vv"`, 1))
}

func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	for range 100 {
		_, err := zip.Write(bytes.Repeat([]byte(" "), 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, zip.Close())
	for _, encoding := range []string{"gzip", "deflate", "br", "gzip, gzip"} {
		a := s.refused(t, 415, "", "POST", "/Users", bomb.String(), "Content-Encoding", encoding)
		require.Equal(t, "identity", a.header.Get("Accept-Encoding"))
	}
	s.refused(t, 400, "invalidSyntax", "POST", "/Users", bomb.String())
	s.ok(t, 201, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`), "Content-Encoding", "identity")
}

// TestBrokenBodies checks clients that stop sending.
func TestBrokenBodies(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	r := httptest.NewRequest("POST", basePath+"/Users", io.MultiReader(strings.NewReader(`{"schemas":`), brokenReader{}))
	r.Header.Set("Authorization", "Bearer "+tokenA)
	a := s.send(t, r)
	a.requireError(t, 400, "invalidSyntax")
	require.NotContains(t, a.body, "secret")
}

// unreadable is a body that nobody may read.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("a body that is too large is read")
	return 0, io.EOF
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
