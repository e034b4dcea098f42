package scim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

const rewritesHeader = "Scim-Rewrites"

// The header lists what was rewritten, for debugging, and no value of the request.
func TestShowRewrites(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Compat, c.ShowRewrites = compat.EntraID, true })
	a := s.do(t, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u","active":"True"}`)
	require.Equal(t, 201, a.status)
	require.Equal(t, "boolean-string", a.header.Get(rewritesHeader))
	target := "/Users/" + a.object(t)["id"].(string)
	for _, test := range []struct{ method, target, body, want string }{
		{"PATCH", target, patchBody(`{"op":"replace","path":"title","value":"s3cret"}`), ""},
		{"PATCH", target, patchBody(`{"op":"Replace","path":"title","value":"s3cret"},{"op":"replace","path":"active","value":"False"}`), "op-case;op=1, boolean-string;op=2"},
		{"PATCH", target, patchBody(`{"op":"Replace","path":"nothing","value":"s3cret"}`), "op-case;op=1"}, // refused
		{"GET", "/Users?filter=" + url.QueryEscape(`userName eq s3cret`), "", "unquoted-literal"},
		{"GET", "/?filter=" + url.QueryEscape(`userName eq s3cret`), "", "unquoted-literal"},
		{"GET", target + "?attributes=" + url.QueryEscape(`emails[type eq "s3cret"].value`), "", "value-path-name"},
		{"GET", target, "", ""},
		{"POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"PATCH","path":"` + target + `","data":` + patchBody(`{"op":"replace","path":"title","value":"a"}`) + `},
			{"method":"PATCH","path":"` + target + `","data":` + patchBody(`{"op":"replace","path":"title","value":"a"},{"op":"Replace","path":"title","value":"b"}`) + `}]}`, "op-case;bulk=2;op=2"},
	} {
		a := s.do(t, test.method, test.target, test.body)
		require.Equal(t, test.want, a.header.Get(rewritesHeader), "%s %s: %s", test.method, test.target, a.body)
	}

	var ops []string
	for i := range 100 {
		ops = append(ops, fmt.Sprintf(`{"op":"Replace","path":"title","value":"%d"}`, i))
	}
	long := s.do(t, "PATCH", target, patchBody(strings.Join(ops, ","))).header.Get(rewritesHeader)
	require.True(t, strings.HasSuffix(long, "op-case;op=64, more;count=36"), long)

	off := newService(t, openMemstore(), func(c *scim.Config) { c.Compat = compat.EntraID })
	a = off.do(t, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u","active":"True"}`)
	require.Equal(t, http.StatusCreated, a.status)
	require.Empty(t, a.header.Values(rewritesHeader))
}

// What was rewritten before a request was refused is logged too.
func TestRewritesOfRefusedRequests(t *testing.T) {
	t.Parallel()
	log := &recorder{}
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Compat, c.Logger = compat.EntraID, log.logger() })
	target := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
	log.records(t)
	require.Equal(t, 400, s.do(t, "PATCH", target, patchBody(`{"op":"Replace","path":"nothing","value":"s3cret"}`)).status)
	records := log.records(t)
	require.Len(t, records, 2)
	require.Equal(t, "scim rewrite", records[0]["msg"])
	require.Equal(t, "op-case", records[0]["rule"])
	require.NotContains(t, records[0]["before"], "s3cret")
}
