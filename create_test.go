package scim_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		a := s.ok(t, 201, "POST", "/Users", `{"schemas":["`+schema.UserURI+`"],"id":"mine","USERNAME":"bjensen","externalId":"E1",
			"meta":{"resourceType":"Group","created":"1999-01-01T00:00:00Z","version":"x"},"groups":[{"value":"g"}],
			"unknown":1,"nickName":null,"emails":[],"name":{},"active":false}`)
		require.Equal(t, "application/scim+json", a.header.Get("Content-Type"), "7644-3.3-05")
		m := a.object(t)
		require.NotEqual(t, "mine", m["id"], "7643-3.1-02")
		require.Equal(t, "bjensen", m["userName"], "7643-2.1-03: canonical names")
		require.Equal(t, false, m["active"], "7643-4.1.1-07: false is a value")
		for _, name := range []string{"groups", "unknown", "nickName", "emails", "name"} {
			require.NotContains(t, m, name, "7644-3.3-02, 7644-3.1-03, 7643-2.5-03, 7643-2.5-04")
		}
		require.NotContains(t, a.body, "null", "7643-2.5-03")
		require.Equal(t, []any{schema.UserURI}, m["schemas"], "7643-3-06")
		meta := m["meta"].(map[string]any)
		location := baseURL + "/Users/" + m["id"].(string)
		require.Equal(t, "User", meta["resourceType"], "7644-3.3.1-01")
		require.Equal(t, location, meta["location"], "7644-3.3-07")
		require.Equal(t, location, a.header.Get("Location"), "7644-3.3-07")
		require.Equal(t, meta["created"], meta["lastModified"], "7643-3.1-08")
		require.NotContains(t, meta["created"], "1999", "7643-3.1-07")
		require.Equal(t, meta["version"], a.header.Get("ETag"), "7643-3.1-10, 7644-3.14-02")
		require.True(t, strings.HasPrefix(a.header.Get("ETag"), `W/"`), "7643-3.1-11")
		get := s.ok(t, 200, "GET", strings.TrimPrefix(location, baseURL), "")
		require.Equal(t, a.body, get.body, "7644-3.1-03: the response is what a GET shows")
	})
}

func TestCreateRefused(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s.create(t, "/Users", `{"userName":"taken"}`)
		for _, tt := range []struct {
			name, endpoint, body string
			status               int
			scimType             string
		}{
			{"7644-3.3-08 duplicate", "/Users", `{"userName":"taken"}`, 409, "uniqueness"},
			{"7643-2.2-uniq-01 duplicate by case", "/Users", `{"userName":"TAKEN"}`, 409, "uniqueness"},
			{"7644-3.3-09 no userName", "/Users", `{"displayName":"x"}`, 400, "invalidValue"},
			{"7643-4.1.1-01 empty userName", "/Users", `{"userName":""}`, 400, "invalidValue"},
			{"7643-2.2-req-01 null userName", "/Users", `{"userName":null}`, 400, "invalidValue"},
			{"7643-4.2-01 no displayName", "/Groups", `{"externalId":"x"}`, 400, "invalidValue"},
			{"7643-2.3.2-01 string for boolean", "/Users", `{"userName":"u","active":"true"}`, 400, "invalidValue"},
			{"7643-2.4-01 two primaries", "/Users", `{"userName":"u","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, 400, "invalidValue"},
			{"7643-2.2-req-03 element without required", "/Widgets", `{"name":"w","items":[{"type":"a"}]}`, 400, "invalidValue"},
			{"7643-2.3-02 integer as string", "/Widgets", `{"name":"w","qty":"5"}`, 400, "invalidValue"},
			{"7643-2.3-02 string for list", "/Widgets", `{"name":"w","nums":"a"}`, 400, "invalidValue"},
			{"7643-2.3-02 string for complex", "/Widgets", `{"name":"w","spec":"x"}`, 400, "invalidValue"},
			{"7643-2.3.4-01 exponent", "/Widgets", `{"name":"w","qty":5e1}`, 400, "invalidValue"},
			{"7643-2.3.4-01 fraction", "/Widgets", `{"name":"w","qty":5.5}`, 400, "invalidValue"},
			{"7643-2.3.5-01 date only", "/Widgets", `{"name":"w","at":"2011-05-13"}`, 400, "invalidValue"},
			{"7643-2.3.6-01 no base64", "/Widgets", `{"name":"w","blob":"@@"}`, 400, "invalidValue"},
			{"7643-2.3.8-02 complex in complex", "/Widgets", `{"name":"w","spec":{"a":{"x":1}}}`, 400, "invalidValue"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				s.refused(t, tt.status, tt.scimType, "POST", tt.endpoint, withSchema(tt.endpoint, tt.body))
			})
		}
	})
}

func TestCreateWidget(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		a := s.ok(t, 201, "POST", "/Widgets", withSchema("/Widgets", `{"name":"w","code":"AbC","imm":"A","ro":"hack","wo":"secret","always":"y",
			"onreq":"asked","color":"blue","flag":false,"qty":9007199254740993,"ratio":1.50,"at":"2011-05-13T12:42:34+02:00","blob":"aGk","link":"https://h/X",
			"tags":["a","a","b"],"nums":[3,1,2],"spec":{"b":"2","a":"1","immSub":"i","roSub":"hack","neverSub":"n","reqSub":"q","alwaysSub":"l"},
			"items":[{"value":"1","type":"t"},{"value":"1","type":"t"},{"value":"1","type":"u"}],
			"URN:example:EXT":{"x":"1","extRO":"hack","extRequest":"asked"}}`))
		m := a.object(t)
		require.Equal(t, "RO", m["ro"], "7643-2.2-mut-01")
		require.Equal(t, "A", m["imm"], "7643-2.2-mut-06")
		require.NotContains(t, m, "wo", "7643-2.2-mut-10")
		require.Equal(t, "asked", m["onreq"], "7643-2.2-ret-04: sent, so returned")
		require.Equal(t, "blue", m["color"], "7643-2.3.1-01")
		require.Contains(t, a.body, `9007199254740993`, "7643-2.3.4-01")
		require.InDelta(t, 1.5, m["ratio"], 0, "7643-2.3.3-01")
		require.Equal(t, []any{"a", "b"}, m["tags"], "7643-2.4-09")
		require.Equal(t, []any{3.0, 1.0, 2.0}, m["nums"], "7643-2.4-08")
		require.Len(t, m["items"], 2, "7643-2.4-05, 7643-2.4-06")
		require.Equal(t, map[string]any{"a": "1", "b": "2", "immSub": "i", "roSub": "RS", "reqSub": "q", "alwaysSub": "l"}, m["spec"], "7643-2.2-mut-04, 7643-2.2-ret-05")
		require.Equal(t, map[string]any{"x": "1", "extRequest": "asked"}, m[widgetExtURI], "7643-3.3-04")
		require.Equal(t, []any{widgetURI, widgetExtURI}, m["schemas"], "7644-3.3-10")

		get := s.ok(t, 200, "GET", "/Widgets/"+m["id"].(string), "").object(t)
		require.NotContains(t, get, "onreq", "7643-2.2-ret-04")
		require.NotContains(t, get["spec"], "reqSub", "7643-2.2-ret-05")
		require.NotContains(t, get[widgetExtURI], "extRequest", "7643-2.2-ret-04")
	})
}

func TestCreateSchemas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, schemas  string
		lenient, known int
	}{
		{"7643-2.1-01 missing", ``, 400, 400},
		{"7643-3.3-01 extension only", `"schemas":["` + schema.EnterpriseUserURI + `"],`, 400, 400},
		{"7643-3-02 unknown too", `"schemas":["` + schema.UserURI + `","urn:x:nope"],`, 201, 400},
		{"7643-3-03 twice", `"schemas":["` + schema.UserURI + `","` + strings.ToUpper(schema.UserURI) + `"],`, 201, 201},
		{"7643-3-04 extension first", `"schemas":["` + schema.EnterpriseUserURI + `","` + schema.UserURI + `"],`, 201, 201},
		{"7644-3.3-10 extension without data", `"schemas":["` + schema.UserURI + `","` + schema.EnterpriseUserURI + `"],`, 201, 201},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for reject, status := range map[bool]int{false: tt.lenient, true: tt.known} {
				s := newService(t, openMemstore(), func(c *scim.Config) { c.RejectUnknown = reject })
				a := s.ok(t, status, "POST", "/Users", `{`+tt.schemas+`"userName":"u"}`)
				if status == 201 {
					require.Equal(t, []any{schema.UserURI}, a.object(t)["schemas"])
				}
			}
		})
	}
}

func TestRequiredExtension(t *testing.T) {
	t.Parallel()
	strict := newWidgetType("StrictWidget", true)
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Resources = []scim.ResourceType{{Type: strict, Store: newMinimal(strict)}}
	})
	post := func(ext string) string { return `{"schemas":["` + widgetURI + `"],"name":"w"` + ext + `}` }
	s.ok(t, 400, "POST", "/StrictWidgets", post(``)).requireError(t, 400, "invalidValue")
	s.ok(t, 400, "POST", "/StrictWidgets", post(`,"`+widgetExtURI+`":{"x":"1"}`)).requireError(t, 400, "invalidValue")
	id := s.ok(t, 201, "POST", "/StrictWidgets", post(`,"`+widgetExtURI+`":{"r":"1"}`)).object(t)["id"].(string)
	s.ok(t, 400, "PUT", "/StrictWidgets/"+id, post(``)).requireError(t, 400, "invalidValue")
	a := s.ok(t, 400, "PATCH", "/StrictWidgets/"+id, patchBody(`{"op":"remove","path":"`+widgetExtURI+`"}`))
	a.requireError(t, 400, "mutability") // 7643-6-03
}

func TestParallelCreate(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		s = s.live(t)
		var wg sync.WaitGroup
		statuses := make(chan int, 20)
		for range 20 {
			wg.Go(func() {
				r, err := http.NewRequest("POST", s.server.URL+basePath+"/Users", strings.NewReader(withSchema("/Users", `{"userName":"one"}`)))
				if err != nil {
					panic(err)
				}
				r.Header.Set("Authorization", "Bearer "+s.token)
				res, err := s.server.Client().Do(r)
				if err != nil {
					panic(err)
				}
				_ = res.Body.Close()
				statuses <- res.StatusCode
			})
		}
		wg.Wait()
		close(statuses)
		counts := map[int]int{}
		for code := range statuses {
			counts[code]++
		}
		require.Equal(t, map[int]int{201: 1, 409: 19}, counts, "7644-3.3-11")
	})
}
