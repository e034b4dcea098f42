package scim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestPatch(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		member := s.create(t, "/Users", `{"userName":"member"}`)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)

		a := s.ok(t, 200, "PATCH", user, patchBody(`{"op":"add","path":"nickName","value":"A"},{"Op":"replace","PATH":"nickName","Value":"B","name":"x"},
			{"op":"remove","path":"nickName"},{"op":"add","value":{"nickName":"C","`+schema.EnterpriseUserURI+`":{"employeeNumber":"1"}}}`))
		require.Equal(t, "C", a.object(t)["nickName"], "7644-3.5.2-12, 7644-3.5.2-21")
		require.Equal(t, []any{schema.UserURI, schema.EnterpriseUserURI}, a.object(t)["schemas"], "7644-3.5.2-11")
		require.Equal(t, a.body, s.ok(t, 200, "GET", user, "").body, "7644-3.5.2-16")
		require.NotEmpty(t, a.header.Get("ETag"), "7644-3.5.2-16")

		same := s.ok(t, 200, "PATCH", user, patchBody(`{"op":"replace","path":"nickName","value":"C"}`))
		require.Equal(t, a.body, same.body, "7644-3.5.2-20")
		require.Equal(t, a.header.Get("ETag"), same.header.Get("ETag"), "7644-3.5.2-20")

		add := patchBody(`{"op":"add","path":"members","value":[{"value":"` + member + `"}]}`)
		b := s.ok(t, 204, "PATCH", group, add)
		require.Empty(t, b.body, "7644-3.5.2-16")
		require.Empty(t, b.header.Get("Content-Type"), "7644-3.5.2-16")
		tag := s.ok(t, 200, "GET", group, "").header.Get("ETag")
		require.Equal(t, tag, b.header.Get("ETag"), "7644-3.5.2-16")
		require.Equal(t, tag, s.ok(t, 204, "PATCH", group, add).header.Get("ETag"), "7644-3.5.2-20: a member that is there")
		for _, query := range []string{"?attributes=members", "?excludedAttributes=meta"} {
			c := s.ok(t, 200, "PATCH", group+query, add)
			require.Contains(t, c.body, `"value":"`+member+`"`, "7644-3.5.2-17, AMB-58")
			require.Equal(t, tag, c.header.Get("ETag"))
		}
		s.ok(t, 204, "PATCH", group+"?attributes=", add)
		s.ok(t, 204, "PATCH", group, patchBody(`{"op":"remove","path":"members[value eq \"`+member+`\"]"}`))
		require.NotContains(t, s.ok(t, 200, "GET", group, "").body, "members")
	})
}

func TestPatchRefused(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s.create(t, "/Users", `{"userName":"taken"}`)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u","title":"T","emails":[{"value":"a@x","type":"work"}]}`)
		widget := "/Widgets/" + s.create(t, "/Widgets", `{"name":"w","imm":"A"}`)
		group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
		for _, tt := range []struct {
			name, target, ops string
			status            int
			scimType          string
		}{
			{"7644-3.5.2-18 unknown id", "/Users/none", `{"op":"add","path":"title","value":"x"}`, 404, ""},
			{"7644-3.5.2-18 unknown group", "/Groups/none", `{"op":"add","path":"members","value":[{"value":"x"}]}`, 404, ""},
			{"7644-3.5.2-02 no operations", user, ``, 400, "invalidSyntax"},
			{"7644-3.5.2-03 move", user, `{"op":"move","path":"title"}`, 400, "invalidSyntax"},
			{"7644-3.5.2-04 index", user, `{"op":"add","path":"emails[0]","value":"x"}`, 400, "invalidPath"},
			{"7644-3.5.2-04 JSON pointer", user, `{"op":"add","path":"/emails/0","value":"x"}`, 400, "invalidPath"},
			{"7644-3.5.2-05 remove without path", user, `{"op":"replace","path":"title","value":"x"},{"op":"remove"}`, 400, "noTarget"},
			{"7644-3.12-18 unknown", user, `{"op":"replace","path":"nosuch","value":1}`, 400, "invalidPath"},
			{"7644-3.12-18 unknown sub-attribute", user, `{"op":"replace","path":"name.nosuch","value":"x"}`, 400, "invalidPath"},
			{"7644-3.12-18 dots", user, `{"op":"replace","path":"name..x","value":"x"}`, 400, "invalidPath"},
			{"7644-3.12-13 filter", user, `{"op":"remove","path":"emails[type xx \"w\"]"}`, 400, "invalidFilter"},
			{"7644-3.12-19 no match", user, `{"op":"replace","path":"emails[type eq \"zz\"].value","value":"x"}`, 400, "noTarget"},
			{"7644-3.12-20 type", user, `{"op":"replace","path":"active","value":"maybe"}`, 400, "invalidValue"},
			{"7644-3.5.2-07 readOnly", user, `{"op":"replace","path":"groups","value":[{"value":"g"}]}`, 400, "mutability"},
			{"7643-2.2-mut-03 id", user, `{"op":"replace","path":"id","value":"x"}`, 400, "mutability"},
			{"7643-2.2-mut-03 meta", user, `{"op":"replace","path":"meta.created","value":"2020-01-01T00:00:00Z"}`, 400, "mutability"},
			{"7643-2.2-mut-03 ro", widget, `{"op":"replace","path":"ro","value":"x"}`, 400, "mutability"},
			{"7643-2.2-mut-04 roSub", widget, `{"op":"replace","path":"spec.roSub","value":"x"}`, 400, "mutability"},
			{"7643-2.2-mut-09 immutable", widget, `{"op":"replace","path":"imm","value":"B"}`, 400, "mutability"},
			{"7643-2.2-mut-09 immutable removed", widget, `{"op":"remove","path":"imm"}`, 400, "mutability"},
			{"7644-3.5.2-19 taken", user, `{"op":"replace","path":"userName","value":"Taken"}`, 409, "uniqueness"},
			{"7644-3.5.2-19 required", user, `{"op":"remove","path":"userName"}`, 400, "mutability"},
			{"7644-3.5.2-19 required of a group", group, `{"op":"remove","path":"displayName"}`, 400, "mutability"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				s.refused(t, tt.status, tt.scimType, "PATCH", tt.target, patchBody(tt.ops))
			})
		}
		for _, body := range []string{`{}`, `[]`, `{"schemas":["urn:x"],"Operations":[{"op":"remove","path":"title"}]}`, `{"schemas":["` + patchURN + `"]}`, `{"schemas":["` + patchURN + `"],"Operations":{}}`} {
			s.refused(t, 400, "invalidSyntax", "PATCH", user, body) // 7644-3.5.2-01, 7644-3.5.2-02, 7644-3.12-17
		}
		a := s.refused(t, 400, "invalidPath", "PATCH", user, patchBody(`{"op":"remove","path":"title"},{"op":"replace","path":"nosuch","value":1}`))
		require.Regexp(t, `2.*nosuch`, a.object(t)["detail"], "7644-3.5.2-15: the position and the path")
	})
}

func TestPatchOthers(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s.create(t, "/Users", `{"userName":"taken"}`)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		widget := "/Widgets/" + s.create(t, "/Widgets", `{"name":"w","imm":"A"}`)
		s.ok(t, 200, "PATCH", user, patchBody(`{"op":"replace","path":"userName","value":"taken"},{"op":"replace","path":"userName","value":"free"}`)) // 7643-2.2-uniq-03
		s.ok(t, 200, "PATCH", widget, patchBody(`{"op":"replace","path":"imm","value":"A"}`))                                                          // AMB-06
		a := s.ok(t, 200, "PATCH", widget, patchBody(`{"op":"add","path":"onreq","value":"q"}`))
		require.Equal(t, "q", a.object(t)["onreq"], "7643-2.2-ret-04")
		a = s.ok(t, 200, "PATCH", widget, patchBody(`{"op":"add","value":{"spec":{"reqSub":"q"}}}`))
		require.Contains(t, a.body, `"reqSub":"q"`, "7643-2.2-ret-04, 7643-2.2-ret-05")
		require.NotContains(t, a.body, "onreq")
		a = s.ok(t, 200, "PATCH", widget, patchBody(`{"op":"add","path":"`+widgetExtURI+`:extRequest","value":"q"}`))
		require.Contains(t, a.body, `"extRequest":"q"`, "7643-2.2-ret-04")
		a = s.ok(t, 200, "PATCH", widget, patchBody(`{"op":"replace","path":"wo","value":"secret"}`))
		require.NotContains(t, a.body, "secret", "7643-2.2-mut-10")
		a = s.ok(t, 200, "PATCH", user, patchBody(`{"op":"add","path":"emails","value":[{"value":"a","primary":true}]},{"op":"add","path":"emails","value":[{"value":"b","primary":true}]}`))
		require.Equal(t, 1, strings.Count(a.body, `"primary":true`), "7644-3.5.2-13")
	})
}

// TestPatchLimit checks that operations are counted as received (7644-7.1-01).
func TestPatchLimit(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) { c.MaxOperations = 3 })
	user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
	op := `{"op":"add","path":"title","value":"x"}`
	s.ok(t, 200, "PATCH", user, patchBody(op+","+op+","+op))
	s.refused(t, 413, "", "PATCH", user, patchBody(op+","+op+","+op+","+op))
}
