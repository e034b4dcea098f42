package scim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// with returns the service for a profile.
func withProfile(t *testing.T, p *compat.Profile, s storeSet) *service {
	t.Helper()
	return newService(t, s, func(c *scim.Config) { c.Compat = p })
}

// RFC 7644 §3.8: without a preference of the client, the profile's; never the other one than the client names.
func TestProfileMediaType(t *testing.T) {
	t.Parallel()
	const scimJSON, plain = "application/scim+json", "application/json"
	for _, test := range []struct {
		accept          string
		usual, onelogin string
	}{
		{"", scimJSON, plain},
		{"*/*", scimJSON, plain},
		{"application/*", scimJSON, plain},
		{"application/json", plain, plain},
		{"application/scim+json", scimJSON, scimJSON},
		{"application/json, application/scim+json", scimJSON, scimJSON},
		{"application/json, */*;q=0.1", scimJSON, plain},
		{"text/html, */*;q=0", "", ""},
	} {
		for p, want := range map[*compat.Profile]string{compat.Okta: test.usual, compat.OneLogin: test.onelogin} {
			s := withProfile(t, p, openMemstore())
			header := []string{}
			if test.accept != "" {
				header = []string{"Accept", test.accept}
			}
			a := s.do(t, "GET", "/Users", "", header...)
			if want == "" {
				require.Equal(t, http.StatusNotAcceptable, a.status)
				continue
			}
			require.Equal(t, want, a.header.Get("Content-Type"), "%s: %q", p.Name(), test.accept)
			a = s.do(t, "GET", "/Users/none", "", header...)
			require.Equal(t, want, a.header.Get("Content-Type"), "errors too")
		}
	}
}

// RFC 7644 §3.5.2: a PATCH of a group is answered with 204 if the profile says so, although the type does not.
func TestProfileNoContent(t *testing.T) {
	t.Parallel()
	for p, want := range map[*compat.Profile]int{compat.Strict: 200, compat.EntraID: 204, compat.EntraLegacy: 204, compat.Okta: 200} {
		s := newService(t, openMinimal(), func(c *scim.Config) {
			c.Compat = p
			for i := range c.Resources {
				c.Resources[i].NoContent = false
			}
		})
		group := "/Groups/" + s.create(t, "/Groups", `{"displayName":"g"}`)
		user := "/Users/" + s.create(t, "/Users", `{"userName":"u"}`)
		require.Equal(t, want, s.do(t, "PATCH", group, patchBody(`{"op":"replace","path":"displayName","value":"h"}`)).status, p.Name())
		require.Equal(t, 200, s.do(t, "PATCH", group+"?attributes=displayName", patchBody(`{"op":"replace","path":"displayName","value":"i"}`)).status)
		require.Equal(t, 200, s.do(t, "PATCH", user, patchBody(`{"op":"replace","path":"title","value":"h"}`)).status)
	}
}

// What is the empty string is left out for clients that take it for a value, and only what is.
func TestProfileOmitEmpty(t *testing.T) {
	t.Parallel()
	const body = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"u",
		"title":"","active":false,"name":{"givenName":"","familyName":""},"emails":[{"type":"work","value":"a@x.example","display":""},{"value":""}],
		"phoneNumbers":[{"value":""}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"","manager":{"value":"m","$ref":""}}}`
	d := memstore.New(nil)
	stores := storeSet{d.Users(), d.Groups(), nil}
	strict, entra := withProfile(t, compat.Strict, stores), withProfile(t, compat.EntraID, stores)
	created := strict.do(t, "POST", "/Users", body)
	require.Equal(t, 201, created.status, created.body)
	id := created.object(t)["id"].(string)

	var kept, omitted map[string]any
	require.NoError(t, json.Unmarshal([]byte(strict.do(t, "GET", "/Users/"+id, "").body), &kept))
	require.Equal(t, "", kept["title"])
	require.Len(t, kept["emails"], 2)
	a := entra.do(t, "GET", "/Users/"+id, "")
	require.NoError(t, json.Unmarshal([]byte(a.body), &omitted))
	require.NotContains(t, a.body, `:""`)
	require.NotContains(t, omitted, "title")
	require.NotContains(t, omitted, "name")
	require.NotContains(t, omitted, "phoneNumbers")
	require.Equal(t, false, omitted["active"])
	require.Equal(t, []any{map[string]any{"type": "work", "value": "a@x.example"}}, omitted["emails"])
	require.Contains(t, a.body, `"manager":{"value":"m"`)
	list := entra.do(t, "GET", "/Users?filter=userName+eq+%22u%22", "")
	require.Equal(t, 200, list.status)
	require.NotContains(t, list.body, `:""`)
}

// The members of a stream are left as they are but for what is empty.
func TestProfileOmitEmptyStream(t *testing.T) {
	t.Parallel()
	groups := schema.GroupType()
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.Compat = compat.EntraID
		c.Resources = []scim.ResourceType{{Type: groups, Store: oneGroup{memstore.New(nil).Store(groups), groups}}}
		c.Interceptors = nil
	})
	a := s.do(t, "GET", "/Groups/g", "")
	require.Equal(t, 200, a.status, a.body)
	var g struct{ Members []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(a.body), &g))
	require.Len(t, g.Members, 3)
	require.Equal(t, "u-0", g.Members[0]["value"])
	require.NotContains(t, a.body, `"type":""`)
}

// A oneGroup is a store with one group, whose members come one by one.
type oneGroup struct {
	scim.ResourceStore
	t *schema.ResourceType
}

func (s oneGroup) Get(context.Context, string, scim.Projection) (*scim.Resource, error) {
	members := s.t.Attribute("members")
	list := schema.Stream(func(yield func(schema.Value, error) bool) {
		for _, id := range []string{"u-0", "u-1", "u-2"} {
			o := members.Object().With(members.SubAttribute("value"), schema.String(id)).With(members.SubAttribute("type"), schema.String(""))
			if !yield(schema.Complex(o), nil) {
				return
			}
		}
	})
	return &scim.Resource{ID: "g", Meta: scim.Meta{Version: "1"}, Attributes: s.t.Object().With(members, list)}, nil
}

// Microsoft's validators make paths of the schemas: by type where it has canonical values. The resources do not change.
func TestProfileSchemas(t *testing.T) {
	t.Parallel()
	type attribute struct {
		Name            string
		CanonicalValues []string
		SubAttributes   []attribute
	}
	find := func(attrs []attribute, name string) *attribute {
		for i := range attrs {
			if attrs[i].Name == name {
				return &attrs[i]
			}
		}
		return nil
	}
	for _, p := range []*compat.Profile{compat.Strict, compat.EntraID, compat.Strict.WithResponses(compat.Responses{HideMemberRef: true}), compat.Strict.WithResponses(compat.Responses{WorkTypes: true})} {
		r := p.Responses()
		s := withProfile(t, p, openMemstore())
		for _, target := range []string{"/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "/Schemas/" + widgetType().Base().ID} {
			a := s.do(t, "GET", target, "")
			require.Equal(t, 200, a.status)
			var doc struct {
				ID         string
				Attributes []attribute
				Resources  []struct {
					ID         string
					Attributes []attribute
				}
			}
			require.NoError(t, json.Unmarshal([]byte(a.body), &doc))
			if len(doc.Resources) == 0 {
				doc.Resources = append(doc.Resources, struct {
					ID         string
					Attributes []attribute
				}{doc.ID, doc.Attributes})
			}
			for _, d := range doc.Resources {
				switch d.ID {
				case "urn:ietf:params:scim:schemas:core:2.0:Group":
					members := find(d.Attributes, "members")
					require.NotNil(t, find(members.SubAttributes, "value"))
					require.Equal(t, r.HideMemberRef, find(members.SubAttributes, "$ref") == nil, target)
				case "urn:ietf:params:scim:schemas:core:2.0:User":
					emails := find(d.Attributes, "emails")
					require.Equal(t, []string{"work", "home", "other"}, find(emails.SubAttributes, "type").CanonicalValues)
				case widgetType().Base().ID:
					suggested := find(find(d.Attributes, "items").SubAttributes, "type").CanonicalValues
					require.Equal(t, r.WorkTypes, len(suggested) == 1 && suggested[0] == "work", target)
				}
			}
		}
	}
	s := withProfile(t, compat.EntraID, openMemstore())
	user := s.create(t, "/Users", `{"userName":"u"}`)
	group := s.create(t, "/Groups", `{"displayName":"g","members":[{"value":"`+user+`"}]}`)
	require.Contains(t, s.do(t, "GET", "/Groups/"+group, "").body, `"$ref":"`+baseURL+`/Users/`+user)
}
