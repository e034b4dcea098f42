package scim_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Users", `{"userName":"u","externalId":"E1","title":"T","name":{"givenName":"G","familyName":"F"},
			"emails":[{"value":"a@x","type":"work"}],"`+schema.EnterpriseUserURI+`":{"department":"D"}}`)
		target := "/Users/" + id
		before := s.ok(t, 200, "GET", target, "")
		time.Sleep(2 * time.Millisecond)
		a := s.ok(t, 200, "PUT", target, withSchema("/Users", `{"id":"zzz","meta":{"version":"x","created":"1999-01-01T00:00:00Z"},"groups":[{"value":"g"}],
			"userName":"U","externalId":"E2","name":{"givenName":"H"},"emails":[{"value":"b@x"}],"title":null}`))
		m, old := a.object(t), before.object(t)
		require.Equal(t, id, m["id"], "7644-3.5.1-08")
		require.Equal(t, "U", m["userName"], "7643-2.2-uniq-02")
		require.Equal(t, "E2", m["externalId"], "7643-3.1-06")
		require.Equal(t, []any{map[string]any{"value": "b@x"}}, m["emails"], "7644-3.5.1-02")
		require.Equal(t, map[string]any{"givenName": "H"}, m["name"], "7644-3.5.1-05")
		require.NotContains(t, m, "title", "7644-3.5.1-03, 7643-2.5-02")
		require.NotContains(t, m, schema.EnterpriseUserURI, "7644-3.5.1-13")
		require.Equal(t, []any{schema.UserURI}, m["schemas"], "7643-2.5-05")
		meta, oldMeta := m["meta"].(map[string]any), old["meta"].(map[string]any)
		require.Equal(t, oldMeta["created"], meta["created"], "7644-3.5.1-12")
		require.Greater(t, meta["lastModified"], oldMeta["lastModified"], "7644-3.5.1-12")
		require.NotEqual(t, before.header.Get("ETag"), a.header.Get("ETag"), "7644-3.5.1-10")
		require.Equal(t, a.body, s.ok(t, 200, "GET", target, "").body, "7644-3.5.1-10")

		// A client that puts back what it has read changes nothing (7644-3.1-04, 7644-3.5.1-15, AMB-11).
		time.Sleep(2 * time.Millisecond)
		again := s.ok(t, 200, "PUT", target, a.body)
		require.Equal(t, a.body, again.body)
		require.Equal(t, a.header.Get("ETag"), again.header.Get("ETag"))
	})
}

func TestReplaceRefused(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s.create(t, "/Users", `{"userName":"taken"}`)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		widget := "/Widgets/" + s.create(t, "/Widgets", `{"name":"w","imm":"A","spec":{"immSub":"I"}}`)
		for _, tt := range []struct {
			name, target, body string
			status             int
			scimType           string
		}{
			{"7644-3.5.1-01 unknown id", "/Users/none", `{"userName":"u"}`, 404, ""},
			{"7644-3.5.1-11 taken", user, `{"userName":"TAKEN"}`, 409, "uniqueness"},
			{"7644-3.5.1-09 without required", user, `{"displayName":"x"}`, 400, "invalidValue"},
			{"7644-3.5.1-14 null for required", user, `{"userName":null}`, 400, "invalidValue"},
			{"7644-3.5.1-14 type", user, `{"userName":"u","active":"x"}`, 400, "invalidValue"},
			{"7644-3.5.1-14 primaries", user, `{"userName":"u","ims":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, 400, "invalidValue"},
			{"7644-3.5.1-06 immutable", widget, `{"name":"w","imm":"B"}`, 400, "mutability"},
			{"7644-3.5.1-06 immutable sub-attribute", widget, `{"name":"w","spec":{"immSub":"J"}}`, 400, "mutability"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				endpoint := tt.target[:strings.LastIndex(tt.target, "/")]
				s.refused(t, tt.status, tt.scimType, "PUT", tt.target, withSchema(endpoint, tt.body))
			})
		}
	})
}

func TestReplaceMutability(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		target := "/Widgets/" + s.create(t, "/Widgets", `{"name":"w","onreq":"q","spec":{"a":"1"}}`)
		put := func(body string) map[string]any {
			t.Helper()
			return s.ok(t, 200, "PUT", target, withSchema("/Widgets", body)).object(t)
		}
		m := put(`{"name":"w","imm":"A","ro":"hack","onreq":"q","spec":{"a":"2","roSub":"hack","immSub":"I"},"urn:example:ext":{"extRO":"hack","x":"1"}}`)
		require.Equal(t, "A", m["imm"], "7644-3.5.1-07, 7643-2.2-mut-07")
		require.Equal(t, "RO", m["ro"], "7643-2.2-mut-02, 7643-2.2-mut-05")
		require.Equal(t, "q", m["onreq"], "7643-2.2-ret-04: sent")
		require.Equal(t, map[string]any{"a": "2", "immSub": "I", "roSub": "RS"}, m["spec"], "7643-2.2-mut-04")
		require.Equal(t, map[string]any{"x": "1"}, m[widgetExtURI], "7643-2.2-mut-02")

		m = put(`{"name":"w","imm":"a","spec":{"b":"3"}}`)
		require.Equal(t, "A", m["imm"], "7643-2.2-mut-08: the same value, without regard to case")
		require.NotContains(t, m, "onreq", "7643-2.2-ret-04: not sent")
		require.Equal(t, map[string]any{"b": "3", "immSub": "I", "roSub": "RS"}, m["spec"], "AMB-08")
		require.NotContains(t, m, widgetExtURI)
		require.Equal(t, "A", put(`{"name":"w","imm":null}`)["imm"], "7643-2.2-mut-08, AMB-08: left out")
	})
}

// TestReplaceKeepsSecrets checks a store that returns writeOnly values: a PUT without them keeps them, and a client never sees
// them (AMB-07).
func TestReplaceKeepsSecrets(t *testing.T) {
	t.Parallel()
	users := newMinimal(schema.UserType())
	users.secrets = true
	s := newService(t, storeSet{users: users, groups: newMinimal(schema.GroupType())}, nil)
	id := s.create(t, "/Users", `{"userName":"u","password":"one"}`)
	a := s.ok(t, 200, "PUT", "/Users/"+id, withSchema("/Users", `{"userName":"v"}`))
	require.NotContains(t, a.body+s.everything(t), "one", "7643-4.1.1-08")
	ctx := scim.WithPrincipal(t.Context(), scim.Principal{Tenant: "a"})
	r, err := users.Get(ctx, id, scim.Projection{})
	require.NoError(t, err)
	require.Equal(t, "one", r.Get("password").Text())
}

// TestReplaceWriteOnly checks what a store is told about a password (AMB-07, 7643-2.2-mut-11).
func TestReplaceWriteOnly(t *testing.T) {
	t.Parallel()
	for _, allowed := range []scim.Capability{0, scim.CanUpdate} {
		var told []string
		d := memstore.New(&memstore.Options{WriteOnly: func(_ context.Context, _ string, p schema.Path, v schema.Value) error {
			told = append(told, p.String()+"="+v.Text())
			return nil
		}})
		s := newService(t, storeSet{users: masked{d.Users(), allowed}, groups: d.Groups()}, nil)
		id := s.create(t, "/Users", `{"userName":"u","password":"one"}`)
		for _, body := range []string{`{"userName":"u"}`, `{"userName":"u","password":"two"}`, `{"userName":"u","password":null}`} {
			a := s.ok(t, 200, "PUT", "/Users/"+id+"?attributes=password", withSchema("/Users", body))
			require.Equal(t, "id,schemas", shape(a.object(t)), "7643-2.2-mut-10")
		}
		require.Equal(t, []string{"password=one", "password=two", "password="}, told, "with the capabilities %q", allowed)
	}
}
