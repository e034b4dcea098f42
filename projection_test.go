package scim_test

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// shape writes the names in an object: a,b(c,d),e.
func shape(v any) string {
	switch x := v.(type) {
	case []any:
		if len(x) > 0 {
			return shape(x[0])
		}
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(x)) {
			s := k
			if sub := shape(x[k]); sub != "" && k != "schemas" {
				s += "(" + sub + ")"
			}
			out = append(out, s)
		}
		return strings.Join(out, ",")
	}
	return ""
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	const (
		all  = "always,color,id,items(n,type,value),meta(created,lastModified,location,resourceType,version),name,ro,schemas,spec(a,alwaysSub,b,immSub,roSub),tags,urn:example:ext(name,x)"
		none = "always,id,schemas"
	)
	tests := []struct{ name, query, want string }{
		{"7644-3.4-01 none", ``, all},
		{"7644-3.9-08 empty", `attributes=`, all},
		{"7644-3.9-08 empty both", `attributes=&excludedAttributes=`, all},
		{"7643-2.2-ret-01 always", `attributes=color`, "always,color,id,schemas"},
		{"7643-2.2-ret-02 never", `attributes=wo`, none},
		{"7643-2.2-ret-04 request", `attributes=onreq`, "always,id,onreq,schemas"},
		{"7643-2.2-ret-05 request sub by parent", `attributes=spec`, "always,id,schemas,spec(a,alwaysSub,b,immSub,roSub)"},
		{"7643-2.2-ret-05 request sub by name", `attributes=spec.reqSub`, "always,id,schemas,spec(alwaysSub,reqSub)"},
		{"7643-2.2-ret-05 never sub", `attributes=spec.neverSub,spec.a`, "always,id,schemas,spec(a,alwaysSub)"},
		{"7644-3.9-02 sub-attribute", `attributes=spec.a`, "always,id,schemas,spec(a,alwaysSub)"},
		{"7644-3.9-02 sub-attribute of elements", `attributes=items.value`, "always,id,items(value),schemas"},
		{"7644-3.9-05 case and blanks", `attributes=COLOR, Spec.A ,`, "always,color,id,schemas,spec(a,alwaysSub)"},
		{"7644-3.9-06 extension", `attributes=urn:example:ext`, "always,id,schemas,urn:example:ext(name,x)"},
		{"7644-3.9-06 extension attribute", `attributes=URN:EXAMPLE:EXT:X`, "always,id,schemas,urn:example:ext(x)"},
		{"7643-2.2-ret-04 extension, on request", `attributes=urn:example:ext:extRequest`, "always,id,schemas,urn:example:ext(extRequest)"},
		{"7644-3.10-02 unqualified extension attribute", `attributes=x`, "always,id,schemas,urn:example:ext(x)"},
		{"7644-3.10-03 core first", `attributes=name`, "always,id,name,schemas"},
		{"7644-3.10-01 core by URN", `attributes=` + widgetURI + `:spec.a`, "always,id,schemas,spec(a,alwaysSub)"},
		{"7644-3.10-01 core schema", `attributes=` + widgetURI, "always,color,id,items(n,type,value),name,ro,schemas,spec(a,alwaysSub,b,immSub,roSub),tags"},
		{"7644-3.9-07 unknown", `attributes=nosuch`, none},
		{"7643-3.1-14 meta", `attributes=meta.location`, "always,id,meta(location),schemas"},
		{"7644-3.9-03 excluded", `excludedAttributes=color,items,tags,meta,ro`, "always,id,name,schemas,spec(a,alwaysSub,b,immSub,roSub),urn:example:ext(name,x)"},
		{"7644-3.4.2.5-02 excluded always", `excludedAttributes=always,id,schemas`, all},
		{"7644-3.9-03 excluded sub-attribute", `excludedAttributes=spec.a,spec.alwaysSub,meta.version,items.n`, strings.NewReplacer("(a,", "(", ",version", "", "items(n,", "items(").Replace(all)},
		{"7644-3.9-03 excluded complex with always", `excludedAttributes=spec`, strings.Replace(all, "spec(a,alwaysSub,b,immSub,roSub),", "", 1)},
		{"7644-3.9-06 excluded extension", `excludedAttributes=urn:example:ext`, strings.Replace(all, ",urn:example:ext(name,x)", "", 1)},
		{"7644-3.9-07 excluded unknown", `excludedAttributes=nosuch`, all},
	}
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Widgets", `{"name":"w","wo":"s","always":"y","onreq":"q","color":"red","tags":["t"],
			"spec":{"a":"1","b":"2","immSub":"i","neverSub":"n","reqSub":"q","alwaysSub":"l"},"items":[{"value":"1","type":"t","n":1}],
			"`+widgetExtURI+`":{"x":"1","name":"2","extRequest":"3"}}`)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				q := "?" + strings.ReplaceAll(tt.query, " ", "%20")
				get := s.ok(t, 200, "GET", "/Widgets/"+id+q, "")
				require.Equal(t, tt.want, shape(get.object(t)))
				list := s.ok(t, 200, "GET", "/Widgets"+q, "")
				require.Equal(t, tt.want, shape(list.object(t)["Resources"]), "7644-3.4.2.5-01")
			})
		}
		for _, query := range []string{"attributes=a..b", "attributes=na%20me", "excludedAttributes=a[b]", "attributes=name&excludedAttributes=color", "attributes=name&attributes=color"} {
			s.refused(t, 400, "invalidValue", "GET", "/Widgets?"+query, "") // 7644-3.9-04, 7644-3.9-07, 7644-3.4.2-08
		}
	})
}

// TestWants checks what stores are told about parts of attributes.
func TestWants(t *testing.T) {
	t.Parallel()
	var p scim.Projection
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Interceptors = append(c.Interceptors, func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				p = op.Projection
				return next(ctx, op)
			}
		})
	})
	for query, want := range map[string]string{
		"":                                "spec spec.a spec.alwaysSub items items.n urn:example:ext urn:example:ext:x",
		"?attributes=name":                "",
		"?attributes=spec":                "spec spec.a spec.alwaysSub",
		"?attributes=spec.a":              "spec spec.a spec.alwaysSub",
		"?attributes=spec.reqSub":         "spec spec.alwaysSub spec.reqSub",
		"?attributes=items.value":         "items",
		"?excludedAttributes=spec,items":  "urn:example:ext urn:example:ext:x",
		"?excludedAttributes=items.n":     "spec spec.a spec.alwaysSub items urn:example:ext urn:example:ext:x",
		"?attributes=" + widgetExtURI:     "urn:example:ext urn:example:ext:x",
		"?excludedAttributes=spec.a,x":    "spec spec.alwaysSub items items.n urn:example:ext",
		"?attributes=wo,spec.neverSub,ro": "spec spec.alwaysSub",
	} {
		s.ok(t, 200, "GET", "/Widgets"+query, "")
		var got []string
		for _, name := range []string{"spec", "spec.a", "spec.alwaysSub", "spec.reqSub", "spec.neverSub", "wo", "items", "items.n", "urn:example:ext", "urn:example:ext:x", "urn:example:ext:extRequest"} {
			path, err := widgetType().Path(name)
			require.NoError(t, err)
			if p.Wants(path) {
				got = append(got, name)
			}
			require.True(t, scim.Projection{}.Wants(path))
		}
		require.Equal(t, want, strings.Join(got, " "), query)
	}
	s.ok(t, 200, "GET", "/Widgets?attributes=color,name", "")
	once := p
	s.ok(t, 200, "GET", "/Widgets?attributes="+strings.Repeat("color,Name,", 100), "")
	require.Equal(t, once, p, "a name sent again costs nothing")
}

// TestAttributesRewritten checks that the compat profile mends both parameters.
func TestAttributesRewritten(t *testing.T) {
	t.Parallel()
	var rewrites []compat.Applied
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Compat = compat.EntraID
		c.Interceptors = []scim.Interceptor{func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				rewrites = op.Rewrites
				return next(ctx, op)
			}
		}}
	})
	target := "/Users/" + s.create(t, "/Users", `{"userName":"u","nickName":"n","emails":[{"value":"a","type":"work"}]}`)
	a := s.ok(t, 200, "GET", target+"?attributes="+url.QueryEscape(`emails[type eq "work"]`), "")
	require.Equal(t, "emails(type,value),id,schemas", shape(a.object(t)))
	require.Len(t, rewrites, 1)
	a = s.ok(t, 200, "PATCH", target+"?excludedAttributes="+url.QueryEscape(`emails[type eq "work"],meta`), patchBody(`{"op":"Replace","path":"active","value":"True"}`))
	require.Equal(t, "active,id,nickName,schemas,userName", shape(a.object(t)))
	require.Greater(t, len(rewrites), 1, "the rewrites of the parameters and of the operations")
}

// TestAttributesOfWrites checks both parameters on POST, PUT and PATCH (7644-3.9-01).
func TestAttributesOfWrites(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		a := s.ok(t, 201, "POST", "/Users?attributes=userName", withSchema("/Users", `{"userName":"u","nickName":"n"}`))
		require.Equal(t, "id,schemas,userName", shape(a.object(t)))
		require.NotEmpty(t, a.header.Get("ETag"), "7644-3.14-03")
		target := "/Users/" + a.object(t)["id"].(string)
		require.Equal(t, baseURL+target, a.header.Get("Location"))
		a = s.ok(t, 200, "PUT", target+"?excludedAttributes=meta,userName", withSchema("/Users", `{"userName":"u","nickName":"n"}`))
		require.Equal(t, "id,nickName,schemas", shape(a.object(t)))
		a = s.ok(t, 200, "PATCH", target+"?attributes=nickName", patchBody(`{"op":"replace","path":"nickName","value":"m"}`))
		require.Equal(t, "id,nickName,schemas", shape(a.object(t)))
		a = s.ok(t, 201, "POST", "/Widgets?attributes=name", withSchema("/Widgets", `{"name":"w","onreq":"x"}`))
		require.Equal(t, "id,name,schemas", shape(a.object(t)), "attributes decides alone")
		a = s.ok(t, 201, "POST", "/Widgets?excludedAttributes=onreq,meta,ro,spec", withSchema("/Widgets", `{"name":"w2","onreq":"x"}`))
		require.Equal(t, "id,name,schemas", shape(a.object(t)), "excludedAttributes decides alone")
	})
}

// TestAddressing uses URN-qualified names in all places, in upper case (7644-3.10-01, 7644-3.10-04).
func TestAddressing(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *service) {
		id := s.create(t, "/Users", `{"userName":"u","name":{"givenName":"G","familyName":"F"}}`)
		s.create(t, "/Users", `{"userName":"v","name":{"givenName":"A"}}`)
		name := strings.ToUpper(schema.UserURI) + ":NAME.GIVENNAME"
		list := s.ok(t, 200, "GET", "/Users?filter="+url.QueryEscape(name+` eq "g"`), "")
		require.Equal(t, []string{"u"}, list.names(t, "userName"))
		list = s.ok(t, 200, "GET", "/Users?sortBy="+name, "")
		require.Equal(t, []string{"v", "u"}, list.names(t, "userName"))
		require.Equal(t, "id,name(givenName),schemas", shape(s.ok(t, 200, "GET", "/Users/"+id+"?attributes="+name, "").object(t)))
		require.NotContains(t, s.ok(t, 200, "GET", "/Users/"+id+"?excludedAttributes="+name, "").object(t)["name"], "givenName")
		s.ok(t, 200, "PATCH", "/Users/"+id, patchBody(`{"op":"replace","path":"`+name+`","value":"H"}`))
		require.Contains(t, s.ok(t, 200, "GET", "/Users/"+id, "").body, `"givenName":"H"`)
	})
}
