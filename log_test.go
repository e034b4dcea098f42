package scim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

// A recorder keeps what is logged, at all levels.
type recorder struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *recorder) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

// records returns the records and forgets them.
func (r *recorder) records(t *testing.T) []map[string]any {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []map[string]any
	for line := range strings.Lines(r.buf.String()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		delete(m, "time")
		out = append(out, m)
	}
	r.buf.Reset()
	return out
}

func TestLogRecords(t *testing.T) {
	t.Parallel()
	log := &recorder{}
	s := newService(t, openMemstore(), func(c *scim.Config) { c.Logger = log.logger() })
	id := s.create(t, "/Users", `{"userName":"u"}`)
	require.Equal(t, []map[string]any{{
		"level": "DEBUG", "msg": "scim request", "method": "POST", "route": "Users", "status": 201.0, "tenant": "a", "token": "token-1", "profile": "Strict",
	}}, log.records(t))
	s.do(t, "GET", "/Users/"+id, "")
	require.Equal(t, id, log.records(t)[0]["id"])
	s.do(t, "POST", "/Users", withSchema("/Users", `{"userName":"u"}`))
	m := log.records(t)[0]
	require.Equal(t, "INFO", m["level"])
	require.Equal(t, "uniqueness", m["scimType"])
	require.NotEmpty(t, m["detail"])
	s.as("").do(t, "GET", "/Users", "")
	m = log.records(t)[0]
	require.Equal(t, "INFO", m["level"])
	require.InDelta(t, 401, m["status"], 0)
	require.NotContains(t, m, "tenant")

	failing := newService(t, storeSet{users: failingStore(errors.New("disk full")), groups: openMemstore().groups}, func(c *scim.Config) { c.Logger = log.logger() })
	failing.do(t, "GET", "/Users/x", "")
	m = log.records(t)[0]
	require.Equal(t, "ERROR", m["level"])
	require.Contains(t, m["error"], "disk full")
}

// TestLogSecrets sends a marker as the value of everything, in good and in bad requests, and looks for it in the log and in
// error responses (7644-7.3-01, 7644-7.5.1-01, 7643-4.1.1-08).
func TestLogSecrets(t *testing.T) {
	t.Parallel()
	const marker = "S3cretMarker"
	for _, profile := range []*compat.Profile{compat.Strict, compat.EntraID} {
		log := &recorder{}
		s := newService(t, openMemstore(), func(c *scim.Config) {
			c.Logger, c.Compat, c.ExplainCompat, c.RejectUnknown = log.logger(), profile, true, true
			c.Authenticate = scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{tokenA + marker: {Tenant: "a"}}))
		}).as(tokenA + marker)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"`+marker+`","password":"`+marker+`","emails":[{"value":"`+marker+`@x","type":"work"}]}`)
		bodies := []string{
			`{"userName":"` + marker + `"}`, `{"userName":"x","emails":[{"value":"` + marker + `","primary":"` + marker + `"}]}`,
			`{"userName":"x","active":"` + marker + `"}`, `{"userName":"x","password":{"x":"` + marker + `"}}`, `{"userName":"x","emails":"` + marker + `"}`,
			`{"userName":"x","title":"` + marker, `{"userName":"x","title":"` + marker + `"}trailing`, `{"userName":"x","name":["` + marker + `"]}`,
			`{"userName":"x","active":"True","title":"` + marker + `"}`,
		}
		for _, b := range bodies {
			for _, a := range []answer{s.do(t, "POST", "/Users", withSchema("/Users", b)), s.do(t, "PUT", user, withSchema("/Users", b))} {
				if a.status >= 400 {
					require.NotContains(t, a.body, marker, b)
				}
			}
		}
		for _, op := range []string{
			`{"op":"Add","path":"emails[type eq \"work\"].value","value":"` + marker + `"}`, `{"op":"replace","path":"emails[value eq \"` + marker + `\"].type","value":"` + marker + `"}`,
			`{"op":"Replace","path":"active","value":"` + marker + `"}`, `{"op":"Replace","path":"active","value":"True"}`, `{"op":"replace","path":"nosuch","value":"` + marker + `"}`,
			`{"op":"Replace","value":{"emails[type eq \"home\"].value":"` + marker + `","name.givenName":"` + marker + `"}}`, `{"op":"replace","path":"groups","value":"` + marker + `"}`,
			`{"op":"replace","path":"password","value":["` + marker + `"]}`, `{"op":"replace","path":"password","value":"` + marker + `"}`, `{"op":"remove","path":"title","value":"` + marker + `"}`,
			`{"op":"` + marker + `","path":"title"}`, `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"` + marker + `"}`,
		} {
			if a := s.do(t, "PATCH", user, patchBody(op)); a.status >= 400 {
				require.NotContains(t, a.body, marker, op)
			}
		}
		for _, q := range []string{`userName+eq+"` + marker, `active+eq+"` + marker + `"`, `userName+eq+` + marker, `emails[type+eq+"` + marker + `"].value+eq+"` + marker + `"`, `password+eq+"` + marker + `"`, `title+xx+"` + marker + `"`} {
			if a := s.do(t, "GET", "/Users?filter="+strings.ReplaceAll(q, `"`, "%22"), ""); a.status >= 400 {
				require.NotContains(t, a.body, marker, q)
			}
		}
		for _, a := range []answer{s.as(marker).do(t, "GET", "/Users", ""), s.do(t, "GET", "/Users?count="+marker, ""), s.do(t, "GET", "/Users", "", "If-Match", marker), s.do(t, "POST", "/Users", "{}", "Content-Type", marker)} {
			require.NotContains(t, a.body, marker)
		}
		require.NotEmpty(t, log.String())
		for line := range strings.Lines(log.String()) {
			require.NotContains(t, line, marker)
		}
		if profile == compat.EntraID {
			require.Contains(t, log.String(), "scim rewrite")
		}
	}
}

// TestExplainCompat checks that a refused request says which profile would have taken it.
func TestExplainCompat(t *testing.T) {
	t.Parallel()
	for _, explain := range []bool{false, true} {
		log := &recorder{}
		s := newService(t, openMemstore(), func(c *scim.Config) { c.Logger, c.ExplainCompat = log.logger(), explain })
		target := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		for _, test := range []struct{ method, target, body, by string }{
			{"PATCH", target, patchBody(`{"op":"Replace","path":"title","value":"x"}`), "EntraID, EntraLegacy, Lenient"},
			// Refused by the state of the resource.
			{"PATCH", target, patchBody(`{"op":"replace","path":"emails[type eq \"work\"].value","value":"a@b"}`), "EntraID, EntraLegacy"},
			{"POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"v","active":"True"}`, "EntraID, EntraLegacy, OneLogin, Lenient"},
			{"PUT", target, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u","active":"True"}`, "EntraID, EntraLegacy, OneLogin, Lenient"},
			{"GET", "/Users?filter=userName+eq+x", "", "EntraID, EntraLegacy, Lenient"},
			{"GET", "/Users?filter=active+eq+%22True%22", "", "EntraID, EntraLegacy, Lenient"},
			{"GET", "/?filter=userName+eq+x", "", "EntraID, EntraLegacy, Lenient"},
			{"POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName eq x"}`, "EntraID, EntraLegacy, Lenient"},
		} {
			log.records(t)
			a := s.do(t, test.method, test.target, test.body)
			require.Equal(t, 400, a.status, a.body)
			records := log.records(t)
			require.Equal(t, test.by, records[len(records)-1]["accepted_by"], test.target)
			require.Equal(t, explain, strings.Contains(a.body, "EntraID"), a.body)
		}
		a := s.do(t, "PATCH", target, patchBody(`{"op":"replace","path":"nosuch","value":"x"}`))
		require.NotContains(t, a.body, "EntraID")
		records := log.records(t)
		require.NotContains(t, records[len(records)-1], "accepted_by")
	}
}
