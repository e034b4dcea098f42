package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

const (
	bulkURN         = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkBody makes a bulk request of operations; extra are members before them, such as "failOnErrors":1.
func bulkBody(extra string, ops ...string) string {
	if extra != "" {
		extra += ","
	}
	return `{"schemas":["` + bulkURN + `"],` + extra + `"Operations":[` + strings.Join(ops, ",") + `]}`
}

// post makes a create; endpoint is without the slash's schemas, which are added.
func post(endpoint, bulkID, data string) string {
	return `{"method":"POST","path":"` + endpoint + `","bulkId":"` + bulkID + `","data":` + withSchema(endpoint, data) + `}`
}

func patchOp(path, ops string) string {
	return `{"method":"PATCH","path":"` + path + `","data":` + patchBody(ops) + `}`
}

// A bulkOutcome is one operation of a bulk response.
type bulkOutcome struct {
	Method, BulkID, Version, Location, Status string
	Response                                  *struct {
		Schemas                  []string
		Status, ScimType, Detail string
	}
}

// id returns the id in the location.
func (o bulkOutcome) id() string { return o.Location[strings.LastIndexByte(o.Location, '/')+1:] }

// bulk sends a bulk request that must be processed, and checks what holds for every result.
func (s *service) bulk(t testing.TB, body string) []bulkOutcome {
	t.Helper()
	return s.bulkIn(t, t.Context(), body)
}

// bulkIn is bulk within a context.
func (s *service) bulkIn(t testing.TB, ctx context.Context, body string) []bulkOutcome {
	t.Helper()
	r := httptest.NewRequestWithContext(ctx, "POST", s.path+"/Bulk", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/scim+json")
	a := s.send(t, r)
	require.Equal(t, 200, a.status, "7644-3.7-11: %.300s", a.body)
	var res struct {
		Schemas    []string
		Operations []bulkOutcome
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &res), "7644-3.7-10: %s", a.body)
	require.Equal(t, []string{bulkResponseURN}, res.Schemas, "7644-3.7-02")
	for i, o := range res.Operations {
		require.Regexp(t, `^[1-5][0-9]{2}$`, o.Status, "7644-3.7-10")
		if o.Status[0] == '2' {
			require.Nil(t, o.Response, "7644-3.7-09: %d", i)
			require.NotEmpty(t, o.Location, "7644-3.7-08: %d", i)
			continue
		}
		require.NotNil(t, o.Response, "7644-3.7-09: %d", i)
		require.Equal(t, []string{errorURN}, o.Response.Schemas, "7644-3.7-09")
		require.Equal(t, o.Status, o.Response.Status, "7644-3.7-09")
		require.NotEmpty(t, o.Response.Detail, "7644-3.7.3-02")
		require.Empty(t, o.Version)
		if o.Method == "POST" {
			require.Empty(t, o.Location, "7644-3.7-08: %d", i)
		}
	}
	return res.Operations
}

// statuses returns the status of each result, with the scimType of errors.
func statuses(list []bulkOutcome) string {
	var out []string
	for _, o := range list {
		s := o.Status
		if o.Response != nil && o.Response.ScimType != "" {
			s += " " + o.Response.ScimType
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// TestBulkVerbs carries out each kind of operation, with success and without.
func TestBulkVerbs(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Users", `{"userName":"a","title":"T"}`)
		gone := s.create(t, "/Users", `{"userName":"b"}`)
		group := s.create(t, "/Groups", `{"displayName":"g"}`)
		res := s.bulk(t, bulkBody("",
			post("/Users", "q", `{"userName":"c"}`),
			post("/Users", "r", `{"userName":"c"}`),
			`{"method":"put","path":"Users/`+id+`","bulkId":"s","data":`+withSchema("/Users", `{"userName":"a2"}`)+`}`,
			`{"method":"PUT","path":"/Users/nobody","data":`+withSchema("/Users", `{"userName":"x"}`)+`}`,
			patchOp("/Users/"+id, `{"op":"add","path":"title","value":"New"}`),
			patchOp("/Groups/"+group, `{"op":"add","path":"members","value":[{"value":"`+id+`"}]}`),
			patchOp("/Users/"+id, `{"op":"add","path":"nosuch","value":"New"}`),
			`{"method":"DELETE","path":"/Users/`+gone+`"}`,
			`{"method":"DELETE","path":"/Users/`+gone+`"}`,
		))
		require.Equal(t, "201, 409 uniqueness, 200, 404, 200, 204, 400 invalidPath, 204, 404", statuses(res), "7644-3.7-12, 7644-3.7.3-01")
		for i, m := range []string{"POST", "POST", "PUT", "PUT", "PATCH", "PATCH", "PATCH", "DELETE", "DELETE"} {
			require.Equal(t, m, res[i].Method, "7644-3.7.3-01")
		}
		require.Equal(t, []string{"q", "r", "s", ""}, []string{res[0].BulkID, res[1].BulkID, res[2].BulkID, res[3].BulkID}, "7644-3.7-14")
		require.Equal(t, baseURL+"/Users/nobody", res[3].Location, "7644-3.7-08")
		require.Equal(t, baseURL+"/Users/"+id, res[4].Location, "7644-3.7-08")
		require.Equal(t, baseURL+"/Users/"+id, res[6].Location, "7644-3.7-08: of a request that is refused before it runs")
		require.Equal(t, baseURL+"/Users/"+gone, res[7].Location, "7644-3.7-08")
		require.Equal(t, "There is no User with the id nobody: it was deleted, or never existed.", res[3].Response.Detail, "7644-3.7.3-02")
		require.Contains(t, res[6].Response.Detail, "nosuch", "7644-3.7.3-02")
		a := s.ok(t, 200, "GET", "/Users/"+res[0].id(), "")
		require.Equal(t, a.header.Get("ETag"), res[0].Version, "7644-3.7-14")
		require.Equal(t, a.header.Get("Location"), res[0].Location)
		a = s.ok(t, 200, "GET", "/Users/"+id, "")
		require.Equal(t, a.header.Get("ETag"), res[4].Version)
		require.Equal(t, "a2 New", fmt.Sprint(a.object(t)["userName"], " ", a.object(t)["title"]))
		require.Equal(t, s.ok(t, 200, "GET", "/Groups/"+group, "").header.Get("ETag"), res[5].Version)
	})
}

// TestBulkRequest checks what is wrong with a whole request, and that nothing of it is carried out then.
func TestBulkRequest(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.MaxBulkOperations, c.MaxBulkPayload = 3, 2000 })
	one := post("/Users", "q", `{"userName":"c"}`)
	for _, tt := range []struct {
		name, body       string
		status           int
		scimType, detail string
	}{
		{"7644-3.7-02 no schemas", `{"Operations":[` + one + `]}`, 400, "invalidSyntax", "BulkRequest"},
		{"7644-3.7-02 other schemas", strings.Replace(bulkBody("", one), "BulkRequest", "PatchOp", 1), 400, "invalidSyntax", "BulkRequest"},
		{"7644-3.7-02 schemas no array", `{"schemas":"` + bulkURN + `","Operations":[` + one + `]}`, 400, "invalidSyntax", "BulkRequest"},
		{"7644-3.7-03 no Operations", `{"schemas":["` + bulkURN + `"]}`, 400, "invalidSyntax", "Operations"},
		{"7644-3.7-03 empty Operations", bulkBody(""), 400, "invalidSyntax", "Operations"},
		{"7644-3.7-03 Operations no array", `{"schemas":["` + bulkURN + `"],"Operations":` + one + `}`, 400, "invalidSyntax", "Operations"},
		{"Operations twice", bulkBody(`"operations":[`+one+`]`, one), 400, "invalidSyntax", "twice"},
		{"7644-3.7-04 duplicate bulkId", bulkBody("", one, post("/Groups", "q", `{"displayName":"g"}`)), 400, "invalidSyntax", "operation 2"},
		{"failOnErrors 0", bulkBody(`"failOnErrors":0`, one), 400, "invalidValue", "failOnErrors"},
		{"failOnErrors text", bulkBody(`"failOnErrors":"1"`, one), 400, "invalidValue", "failOnErrors"},
		{"array", `[` + one + `]`, 400, "invalidSyntax", "object"},
		{"empty", ` `, 400, "invalidSyntax", "empty"},
		{"truncated", bulkBody("", one)[:150], 400, "invalidSyntax", "ends too early"},
		{"more", bulkBody("", one) + "{}", 400, "invalidSyntax", "more follows"},
		{"duplicate name", bulkBody("", strings.Replace(one, "{", `{"method":"PUT",`, 1)), 400, "invalidSyntax", "duplicate"},
		{"7644-3.7.4-01 operations", bulkBody("", one, one, one, one), 413, "", "maxOperations (3)"},
		{"7644-3.7.4-01 payload", bulkBody("", one+strings.Repeat(" ", 2000)), 413, "", "maxPayloadSize (2000 bytes)"},
	} {
		if tt.status == 413 && strings.Contains(tt.detail, "Operations") {
			tt.body = bulkBody("", one, post("/Users", "r", `{"userName":"d"}`), post("/Users", "s", `{"userName":"e"}`), one)
		}
		a := s.refused(t, tt.status, tt.scimType, "POST", "/Bulk", tt.body)
		require.Contains(t, a.object(t)["detail"], tt.detail, tt.name)
	}
	config := s.ok(t, 200, "GET", "/ServiceProviderConfig", "").object(t)
	require.Equal(t, map[string]any{"supported": true, "maxOperations": 3.0, "maxPayloadSize": 2000.0}, config["bulk"], "7644-3.7-01, 7644-3.7.4-01")
	s.refused(t, 415, "", "POST", "/Bulk", bulkBody("", one), "Content-Type", "", "Content-Type", "text/plain")
	a := s.do(t, "GET", "/Bulk", "")
	a.requireError(t, 405, "")
	require.Equal(t, "POST, OPTIONS", a.header.Get("Allow"))
	s.as("").refused(t, 401, "", "POST", "/Bulk", bulkBody("", one))

	off := newService(t, openMemstore(), func(c *scim.Config) { c.DisableBulk = true })
	off.refused(t, 501, "", "POST", "/Bulk", bulkBody("", one)) // 7644-3.7-01
	config = off.ok(t, 200, "GET", "/ServiceProviderConfig", "").object(t)
	require.Equal(t, map[string]any{"supported": false, "maxOperations": 0.0, "maxPayloadSize": 0.0}, config["bulk"], "7644-3.7-01")
}

// TestBulkOperation checks what is wrong with one operation, and that others are carried out.
func TestBulkOperation(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	user := withSchema("/Users", `{"userName":"x"}`)
	id := s.create(t, "/Users", `{"userName":"u"}`)
	for i, tt := range []struct{ name, op, want, detail string }{
		{"7644-3.7-03 GET", `{"method":"GET","path":"/Users/` + id + `"}`, "400 invalidSyntax", "POST, PUT, PATCH or DELETE"},
		{"7644-3.7-03 none", `{"path":"/Users/` + id + `"}`, "400 invalidSyntax", "method"},
		{"7644-3.7-03 number", `{"method":1,"path":"/Users/` + id + `"}`, "400 invalidSyntax", "method"},
		{"7644-3.7-03 no object", `1`, "400 invalidSyntax", "object"},
		{"7644-3.7-03 twice", `{"method":"DELETE","Method":"PUT","path":"/Users/` + id + `"}`, "400 invalidSyntax", "twice"},
		{"7644-3.7-04 AMB-38", `{"method":"POST","path":"/Users","data":` + user + `}`, "400 invalidSyntax", "bulkId"},
		{"7644-3.7-04 empty", `{"method":"POST","path":"/Users","bulkId":"","data":` + user + `}`, "400 invalidSyntax", "bulkId"},
		{"7644-3.7-05 none", `{"method":"POST","bulkId":"q","data":` + user + `}`, "400 invalidSyntax", "path"},
		{"7644-3.7-05 POST resource", `{"method":"POST","bulkId":"q","path":"/Users/` + id + `","data":` + user + `}`, "400 invalidSyntax", "path"},
		{"7644-3.7-05 PUT collection", `{"method":"PUT","path":"/Users","data":` + user + `}`, "400 invalidSyntax", "path"},
		{"7644-3.7-05 unknown endpoint", `{"method":"POST","bulkId":"q","path":"/Robots","data":` + user + `}`, "404", "no such endpoint"},
		{"7644-3.7-06 no data", `{"method":"POST","bulkId":"q","path":"/Users"}`, "400 invalidSyntax", "data"},
		{"7644-3.7-06 null", `{"method":"POST","bulkId":"q","path":"/Users","data":null}`, "400 invalidSyntax", "data"},
		{"7644-3.7-06 figure", `{"method":"PATCH","path":"/Users/` + id + `","data":[{"op":"add"}]}`, "400 invalidSyntax", "object"},
		{"7644-3.7-07 no tag", `{"method":"DELETE","path":"/Users/` + id + `","version":"1"}`, "400 invalidSyntax", "version"},
		{"7644-3.7-07 empty", `{"method":"DELETE","path":"/Users/` + id + `","version":""}`, "400 invalidSyntax", "version"},
		{"7644-3.7-07 stale", `{"method":"DELETE","path":"/Users/` + id + `","version":"W/\"stale\""}`, "412", "changed"},
		{"7644-3.7.3-03", patchOp("/Users/"+id, `{"op":"replace","path":"userName","value":1}`), "400 invalidValue", "userName"},
		{"7644-3.7.3-03 depth", `{"method":"POST","bulkId":"q","path":"/Users","data":{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, "400 invalidSyntax", "nest deeper"},
	} {
		res := s.bulk(t, bulkBody("", tt.op, post("/Users", "next", fmt.Sprintf(`{"userName":"next%d"}`, i))))
		require.Equal(t, tt.want+", 201", statuses(res), tt.name)
		require.Contains(t, res[0].Response.Detail, tt.detail, tt.name)
	}
	for _, path := range []string{
		"/Bulk", "/.search", "/Me", "/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User", "Bulk", "https://app.example.com/scim/v2/Users/" + id,
		"//app.example.com/Users", "/Users/../Users/" + id, "/Users/%2e%2e", "/../Users/" + id, "/Users/" + id + "?x=1", "/Users/" + id + "#x", `\Users\` + id,
		"/Users//" + id, "/Users/" + id + "/", "/", "/Users/%zz",
	} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			b, err := json.Marshal(path)
			require.NoError(t, err)
			res := s.bulk(t, bulkBody("", `{"method":"`+method+`","bulkId":"q","path":`+string(b)+`,"data":`+user+`}`))
			require.Equal(t, "400 invalidSyntax", statuses(res), "7644-3.7-05: %s %s", method, path)
			require.Empty(t, res[0].Location)
		}
	}
	a := s.ok(t, 200, "GET", "/Users/"+id, "")
	version, err := json.Marshal(a.header.Get("ETag"))
	require.NoError(t, err)
	res := s.bulk(t, bulkBody("", `{"method":"DELETE","path":"/Users/`+id+`","version":`+string(version)+`}`))
	require.Equal(t, "204", statuses(res), "7644-3.7-07")
}

// TestBulkFailOnErrors counts errors only, and leaves out what was not reached (AMB-39).
func TestBulkFailOnErrors(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		ok := func(n int) string { return post("/Users", fmt.Sprint("ok", n), fmt.Sprintf(`{"userName":"u%d"}`, n)) }
		bad := func(n int) string { return post("/Users", fmt.Sprint("bad", n), `{"title":"T"}`) }
		res := s.bulk(t, bulkBody(`"failOnErrors":1`, ok(1), bad(1), ok(2)))
		require.Equal(t, "201, 400 invalidValue", statuses(res), "7644-3.7-13")
		res = s.bulk(t, bulkBody(`"failOnErrors":2`, ok(3), bad(1), ok(4), bad(2), ok(5), bad(3)))
		require.Equal(t, "201, 400 invalidValue, 201, 400 invalidValue", statuses(res), "7644-3.7-13")
		res = s.bulk(t, bulkBody(`"failOnErrors":null`, bad(1), ok(6)))
		require.Equal(t, "400 invalidValue, 201", statuses(res), "7644-3.7-12")
		require.Equal(t, []string{"u1", "u3", "u4", "u6"}, s.ok(t, 200, "GET", "/Users", "").names(t, "userName"), "AMB-39: what succeeded stays")
	})
}

// TestBulkInterceptors checks that each operation is seen as that of a single request would be.
func TestBulkInterceptors(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	note := func(prefix string) scim.Interceptor {
		return func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				mu.Lock()
				seen = append(seen, fmt.Sprint(prefix, op.Kind, " ", op.ResourceType.Name(), " ", op.Principal.Tenant, " ", op.IfMatch.IsSet(), " ", len(op.Rewrites)))
				mu.Unlock()
				if op.Kind == scim.KindDelete && prefix == "" {
					return nil, scim.Errorf(scim.ErrForbidden, "Nobody may delete.")
				}
				if op.Kind == scim.KindReplace {
					panic("secret")
				}
				return next(ctx, op)
			}
		}
	}
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Compat = compat.EntraID
		c.Interceptors = []scim.Interceptor{note("")}
		c.TxInterceptors = []scim.Interceptor{note("tx ")}
	})
	id := s.create(t, "/Users", `{"userName":"a"}`)
	seen = nil
	res := s.bulk(t, bulkBody("",
		post("/Groups", "q", `{"displayName":"g"}`),
		`{"method":"DELETE","path":"/Users/`+id+`","version":"*"}`,
		patchOp("/Users/"+id, `{"op":"Replace","path":"active","value":"False"}`),
		`{"method":"PUT","path":"/Users/`+id+`","data":`+withSchema("/Users", `{"userName":"b"}`)+`}`,
		post("/Groups", "r", `{"displayName":"h"}`),
	))
	require.Equal(t, "201, 403, 200, 500, 201", statuses(res), "7644-3.7.3-03")
	require.NotContains(t, res[3].Response.Detail, "secret")
	require.Equal(t, []string{
		"create Group a false 0", "tx create Group a false 0", "delete User a true 0", "patch User a false 2", "tx patch User a false 2",
		"replace User a false 0", "create Group a false 0", "tx create Group a false 0",
	}, seen, "7644-3.7.3-03")
	require.Equal(t, false, s.ok(t, 200, "GET", "/Users/"+id, "").object(t)["active"])
}

// TestBulkLog checks that each operation has the log record of a single request, and that ExplainCompat works.
func TestBulkLog(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.ExplainCompat = true
	})
	res := s.bulk(t, bulkBody("", post("/Users", "q", `{"userName":"secret"}`), patchOp("/Users/bulkId:q", `{"op":"Add","path":"title","value":"secret"}`)))
	require.Equal(t, "201, 400 invalidSyntax", statuses(res))
	require.Contains(t, res[1].Response.Detail, "profiles EntraID, EntraLegacy and Lenient would have accepted")
	require.Contains(t, log.String(), "method=POST route=Users status=201 bulk_operation=1")
	require.Contains(t, log.String(), "method=PATCH route=Users status=400 bulk_operation=2")
	require.Contains(t, log.String(), "method=POST route=Bulk status=200")
	require.NotContains(t, log.String(), "secret")
}

// TestBulkHidesTenants checks that paths don't lead into another tenant.
func TestBulkHidesTenants(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.as(tokenB).create(t, "/Users", `{"userName":"a"}`)
		before := s.as(tokenB).ok(t, 200, "GET", "/Users", "").body
		res := s.bulk(t, bulkBody("", `{"method":"DELETE","path":"/Users/`+id+`"}`, patchOp("/Users/"+id, `{"op":"add","path":"title","value":"T"}`)))
		require.Equal(t, "404, 404", statuses(res))
		require.Equal(t, before, s.as(tokenB).ok(t, 200, "GET", "/Users", "").body)
	})
}

// TestBulkLimitsOfOne checks that the limits of a single request hold for each operation too.
func TestBulkLimitsOfOne(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.MaxBody, c.MaxOperations = 300, 1 })
	id := s.create(t, "/Users", `{"userName":"a"}`)
	res := s.bulk(t, bulkBody("",
		post("/Users", "q", `{"userName":"b","title":"`+strings.Repeat("x", 300)+`"}`),
		patchOp("/Users/"+id, `{"op":"add","path":"title","value":"T"},{"op":"add","path":"title","value":"T"}`),
		post("/Users", "r", `{"userName":"b"}`)))
	require.Equal(t, "413, 413, 201", statuses(res))
	require.Contains(t, res[0].Response.Detail, "300 bytes")
}

// TestBulkPositions checks that errors tell the position in the bulk request.
func TestBulkPositions(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	body := bulkBody("", post("/Users", "q", `{"userName":"b","active":"x"}`), patchOp("/Users/x", `{"op":"add","path":"active","value":"y"}`))
	res := s.bulk(t, body)
	for i, text := range []string{`"x"}`, `"y"}`} {
		require.Contains(t, res[i].Response.Detail, fmt.Sprintf("(at byte %d)", strings.Index(body, text)))
	}
}

// TestBulkCancelled ends the context in the middle: what was not carried out says so.
func TestBulkCancelled(t *testing.T) {
	t.Parallel()
	for _, tx := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		open := openMinimal // which does not look at the context
		if tx {
			open = openMemstore
		}
		s := newService(t, open(), func(c *scim.Config) {
			c.BulkTransaction = tx
			c.Authenticate = func(*http.Request) (scim.Principal, error) { return scim.Principal{Tenant: "a"}, nil }
			c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
				return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
					res, err := next(ctx, op)
					if op.Kind == scim.KindCreate && op.Resource.Attributes.Get("userName").Text() == "b" {
						cancel()
					}
					return res, err
				}
			}}
		})
		body := bulkBody("", post("/Users", "1", `{"userName":"a"}`), post("/Users", "2", `{"userName":"b"}`), post("/Users", "3", `{"userName":"c"}`))
		res := s.bulkIn(t, ctx, body)
		want, names := "201, 201, 503", []string{"a", "b"}
		if tx {
			want, names = "424, 424, 503", []string{}
		}
		require.Equal(t, want, statuses(res))
		require.Equal(t, names, s.ok(t, 200, "GET", "/Users", "").names(t, "userName"))
	}
}

// TestBulkTimeout lets the second operation take longer than the whole request may (7644-7.1-01).
func TestBulkTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, openMinimal(), func(c *scim.Config) {
			c.BulkTimeout = time.Second
			c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
				return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
					time.Sleep(600 * time.Millisecond)
					return next(ctx, op)
				}
			}}
		})
		body := bulkBody("", post("/Users", "1", `{"userName":"a"}`), post("/Users", "2", `{"userName":"b"}`), post("/Users", "3", `{"userName":"c"}`))
		require.Equal(t, "201, 201, 503", statuses(s.bulkIn(t, t.Context(), body)))
	})
}

// TestBulkConcurrent sends bulk requests that compete for the same names: each is created once.
func TestBulkConcurrent(t *testing.T) {
	t.Parallel()
	for _, tx := range []bool{false, true} {
		s := newService(t, openMemstore(), func(c *scim.Config) { c.BulkTransaction = tx })
		group := s.create(t, "/Groups", `{"displayName":"g"}`)
		var wg sync.WaitGroup
		made := make([]int, 8)
		for i := range made {
			wg.Go(func() {
				var ops []string
				for n := range 10 {
					ops = append(ops, patchOp("/Groups/"+group, fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":"bulkId:u%d"}]}`, n)))
				}
				for n := range 10 {
					ops = append(ops, post("/Users", fmt.Sprint("u", n), fmt.Sprintf(`{"userName":"u%d"}`, n)))
				}
				for _, o := range s.bulk(t, bulkBody("", ops...)) {
					if o.Method == "POST" && o.Status == "201" {
						made[i]++
					}
				}
			})
		}
		wg.Wait()
		total := 0
		for _, n := range made {
			total += n
			require.True(t, !tx || n == 0 || n == 10, "half a transaction stayed: %v", made)
		}
		require.Equal(t, 10, total)
		require.Len(t, s.ok(t, 200, "GET", "/Groups/"+group, "").object(t)["members"], 10)
	}
}

// TestBulkHostile sends what is made to be expensive.
func TestBulkHostile(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	var chain, ring, dense []string
	var all []string
	for i := range 1000 {
		all = append(all, fmt.Sprintf(`{"value":"bulkId:d%d"}`, i))
	}
	for i := range 1000 {
		next := fmt.Sprintf(`{"displayName":"g","members":[{"value":"bulkId:%%s%d"}]}`, i+1)
		chain = append(chain, post("/Groups", fmt.Sprint("c", i), fmt.Sprintf(next, "c")))
		ring = append(ring, post("/Groups", fmt.Sprint("r", i), strings.Replace(fmt.Sprintf(next, "r"), "r1000", "r0", 1)))
	}
	for i := range 200 {
		dense = append(dense, post("/Groups", fmt.Sprint("d", i), `{"displayName":"g","members":[`+strings.Join(all[:200], ",")+`]}`))
	}
	res := s.bulk(t, bulkBody("", chain...))
	require.Equal(t, 1000, strings.Count(statuses(res), "409 invalidValue"), "the last refers to nothing, and so all fail")
	chain[999] = post("/Groups", "c999", `{"displayName":"g"}`)
	for _, ops := range [][]string{chain, ring, dense} {
		res := s.bulk(t, bulkBody("", ops...))
		require.Equal(t, len(ops), strings.Count(statuses(res), "201"), "%.200s", statuses(res))
	}
	s.bulk(t, bulkBody("", strings.Repeat("[", 5000)+strings.Repeat("]", 5000)))
}

// TestBulkBudget checks that the operations of a bulk request can't cost what as many requests may (7644-7.1-01).
func TestBulkBudget(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	emails := make([]string, 15)
	for i := range emails {
		emails[i] = fmt.Sprintf(`{"value":"%d%s"}`, i, strings.Repeat("x", 60_000))
	}
	id := s.create(t, "/Users", `{"userName":"a","emails":[`+strings.Join(emails, ",")+`]}`)
	// Almost what one request may cost; half of them only under the profile that the service does not use.
	costly := strings.Repeat(`,{"op":"remove","path":"emails[value eq \"x\"`+strings.Repeat(` or value eq \"x\"`, 40)+`]"}`, 34)
	done := patchOp("/Users/"+id, `{"op":"add","path":"title","value":"T"}`+costly)
	refused := patchOp("/Users/"+id, `{"op":"replace","path":"phoneNumbers[type eq \"work\"].value","value":"1"}`+costly)
	for name, list := range map[string][]string{
		"operations":                    {done, done, done, done, done, done, done, done, done, done, done, done},
		"what another profile does":     {refused, refused, refused, refused, refused, refused, refused, refused, refused, refused, refused, done},
		"what a cheap request may cost": {patchOp("/Users/"+id, `{"op":"add","path":"title","value":"T"}`)},
	} {
		res := s.bulk(t, bulkBody("", list...))
		want := "413"
		if len(list) == 1 {
			want = "200"
		}
		require.Equal(t, want, res[len(res)-1].Status, "%s: %s", name, statuses(res))
	}
	s.ok(t, 200, "PATCH", "/Users/"+id, patchBody(`{"op":"add","path":"title","value":"T"}`+costly))
}

// FuzzBulk checks that no request makes the handler fail, or answer what is no BulkResponse.
func FuzzBulk(f *testing.F) {
	f.Add(bulkBody("", post("/Users", "q", `{"userName":"c"}`), patchOp("/Users/bulkId:q", `{"op":"add","path":"title","value":"T"}`)))
	f.Add(bulkBody(`"failOnErrors":1`, post("/Groups", "q", `{"displayName":"c","members":[{"value":"bulkId:q"},{"$ref":"../Groups/bulkId:r"}]}`), `1`))
	f.Add(bulkBody("", `{"method":"DELETE","path":"Users/bulkId:x","version":"*"}`))
	f.Fuzz(func(t *testing.T, body string) {
		s := newService(t, openMemstore(), nil)
		a := s.do(t, "POST", "/Bulk", body)
		if a.status == 200 {
			for _, o := range s.bulk(t, body) {
				require.NotEqual(t, "500", o.Status)
			}
			return
		}
		require.True(t, slices.Contains([]int{400, 413}, a.status), a.body)
	})
}
