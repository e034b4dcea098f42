package scim_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

func TestServiceProviderConfig(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), func(c *scim.Config) {
		c.MaxPageSize, c.PageSize = 7, 5
		c.DocumentationURI = "https://app.example.com/docs"
	})
	a := s.ok(t, 200, "GET", "/ServiceProviderConfig", "")
	m := a.object(t)
	require.NotContains(t, m, "Resources", "7644-4-01")
	require.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}, m["schemas"], "7644-4-01")
	require.Equal(t, map[string]any{"resourceType": "ServiceProviderConfig", "location": baseURL + "/ServiceProviderConfig"}, m["meta"], "7644-4-01")
	require.Equal(t, "https://app.example.com/docs", m["documentationUri"])
	for _, name := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
		require.IsType(t, true, m[name].(map[string]any)["supported"], "7643-5-01 %s", name)
	}
	require.Equal(t, map[string]any{"supported": true, "maxResults": 7.0}, m["filter"], "7643-5-05")
	for _, name := range []string{"maxOperations", "maxPayloadSize"} {
		require.Contains(t, m["bulk"], name, "7643-5-01")
	}
	pagination := m["pagination"].(map[string]any)
	require.Equal(t, true, pagination["index"], "9865-4-01")
	require.InDelta(t, 5, pagination["defaultPageSize"], 0, "9865-4-01")
	require.InDelta(t, 7, pagination["maxPageSize"], 0, "9865-4-01")
	schemes := m["authenticationSchemes"].([]any)
	require.Len(t, schemes, 1)
	require.Equal(t, "oauthbearertoken", schemes[0].(map[string]any)["type"], "7644-2-06")
	require.NotEmpty(t, schemes[0].(map[string]any)["name"], "7643-5-01")
	require.NotEmpty(t, schemes[0].(map[string]any)["description"], "7643-5-01")
	require.NotContains(t, a.body, "null")
}

func TestResourceTypes(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	list := s.ok(t, 200, "GET", "/ResourceTypes", "").object(t)
	require.Equal(t, []any{listURN}, list["schemas"], "7644-4-04")
	require.InDelta(t, 3, list["totalResults"], 0)
	one := s.ok(t, 200, "GET", "/ResourceTypes/User", "").object(t)
	require.Equal(t, one, list["Resources"].([]any)[0])
	require.Equal(t, map[string]any{
		"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": "User", "name": "User", "endpoint": "/Users", "description": "User Account",
		"schema": schema.UserURI, "schemaExtensions": []any{map[string]any{"schema": schema.EnterpriseUserURI, "required": false}},
		"meta": map[string]any{"resourceType": "ResourceType", "location": baseURL + "/ResourceTypes/User"},
	}, one, "7643-6-01")
	for _, r := range list["Resources"].([]any) {
		m := r.(map[string]any)
		uris := []any{m["schema"]}
		if ext, ok := m["schemaExtensions"].([]any); ok {
			for _, e := range ext {
				uris = append(uris, e.(map[string]any)["schema"])
			}
		}
		for _, uri := range uris {
			require.Equal(t, uri, s.ok(t, 200, "GET", "/Schemas/"+uri.(string), "").object(t)["id"], "7643-6-02, 7643-7-disc-01")
		}
	}
	for _, name := range []string{"Nope", "Users", "urn:x"} {
		s.do(t, "GET", "/ResourceTypes/"+name, "").requireError(t, 404, "") // 7644-4-04
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	s := newService(t, openMemstore(), nil)
	a := s.ok(t, 200, "GET", "/Schemas", "")
	list := a.object(t)
	resources := list["Resources"].([]any)
	require.Len(t, resources, 5, "7644-4-02")
	require.InDelta(t, 5, list["totalResults"], 0, "7644-4-02")
	for _, r := range resources {
		m := r.(map[string]any)
		id := m["id"].(string)
		require.False(t, strings.HasPrefix(id, "urn:ietf:params:scim:api:"), "7644-3.1-02")
		require.NotEmpty(t, m["name"], "7643-7-disc-03")
		require.NotEmpty(t, m["description"], "7643-7-disc-03")
		require.Equal(t, baseURL+"/Schemas/"+id, m["meta"].(map[string]any)["location"], "7643-7-disc-03")
		for _, path := range []string{id, strings.ToUpper(id), url.QueryEscape(id)} {
			require.Equal(t, m, s.ok(t, 200, "GET", "/Schemas/"+path, "").object(t), "7644-4-03")
		}
	}
	for _, id := range []string{"nope", patchURN, "User"} {
		s.do(t, "GET", "/Schemas/"+id, "").requireError(t, 404, "") // 7644-3.1-02, 7644-4-03
	}
	for _, query := range []string{"?count=1&startIndex=5&sortBy=id", "?attributes=name", "?excludedAttributes=a..b", "?count=x", "?a;b"} {
		require.Equal(t, a.body, s.ok(t, 200, "GET", "/Schemas"+query, "").body, "7644-4-05, 7644-4-07")
	}
	for _, path := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Schemas/" + schema.UserURI} {
		s.do(t, "GET", path+"?filter=id+pr", "").requireError(t, 403, "") // 7644-4-06
		head, get := s.ok(t, 200, "HEAD", path, ""), s.ok(t, 200, "GET", path, "")
		require.Equal(t, get.header, head.header, "7644-3.2-06")
		require.Empty(t, head.body)
	}
}

func TestDefaultEndpoint(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/Widgets", widgetType().Endpoint(), "7644-3.2-02")
}
