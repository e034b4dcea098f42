package scim_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

func TestConfigMistakes(t *testing.T) {
	t.Parallel()
	custom := func(name, endpoint string, base *schema.Schema) scim.ResourceType {
		typ, err := schema.NewResourceType(name, endpoint, "", base)
		require.NoError(t, err)
		return scim.ResourceType{Type: typ, Store: newMinimal(typ)}
	}
	pass := func(next scim.Func) scim.Func { return next }
	noTx := masked{mem(openMemstore().users), scim.CanUpdate}
	for _, tt := range []struct {
		name, want string
		change     func(*scim.Config)
	}{
		{"no base", "BaseURL", func(c *scim.Config) { c.BaseURL = "" }},
		{"relative base", "BaseURL", func(c *scim.Config) { c.BaseURL = "/scim/v2" }},
		{"other scheme", "BaseURL", func(c *scim.Config) { c.BaseURL = "ftp://app.example.com/scim/v2" }},
		{"7644-1.3-01 query", "BaseURL", func(c *scim.Config) { c.BaseURL += "?a=b" }},
		{"empty query", "BaseURL", func(c *scim.Config) { c.BaseURL += "?" }},
		{"fragment", "BaseURL", func(c *scim.Config) { c.BaseURL += "#" }},
		{"credentials", "BaseURL", func(c *scim.Config) { c.BaseURL = "https://user:pass@app.example.com/" }},
		{"blank", "BaseURL", func(c *scim.Config) { c.BaseURL = "https://app.example.com/a b" }},
		{"no host", "BaseURL", func(c *scim.Config) { c.BaseURL = "https:///scim" }},
		{"7644-2-04 no authenticator", "Authenticate", func(c *scim.Config) { c.Authenticate = nil }},
		{"no resources", "Resources is empty", func(c *scim.Config) { c.Resources = nil }},
		{"no store", "Resources[0] needs", func(c *scim.Config) { c.Resources[0].Store = nil }},
		{"no type", "Resources[1] needs", func(c *scim.Config) { c.Resources[1].Type = nil }},
		{"type twice", "another resource type has the name User", func(c *scim.Config) { c.Resources = append(c.Resources, c.Resources[0]) }},
		{"endpoint twice", "the endpoint /users", func(c *scim.Config) { c.Resources = append(c.Resources, custom("Person", "/users", schema.User())) }},
		{"protocol's endpoint", "/Schemas is the protocol's own", func(c *scim.Config) { c.Resources = append(c.Resources, custom("Schema", "", widgetSchema())) }},
		{"protocol's endpoint by case", "/bulk is the protocol's own", func(c *scim.Config) { c.Resources = append(c.Resources, custom("Bulky", "/bulk", widgetSchema())) }},
		{"schema twice, different", "differs from that of another", func(c *scim.Config) {
			c.Resources = append(c.Resources, custom("Person", "", &schema.Schema{ID: schema.UserURI, Name: "x", Attributes: []*schema.Attribute{{Name: "a"}}}))
		}},
		{"schema twice, different in one characteristic", "differs from that of another", func(c *scim.Config) {
			user := schema.User()
			user.Attributes[0].CaseExact = true
			c.Resources = append(c.Resources, custom("Person", "", user))
		}},
		{"store of another type", "another type", func(c *scim.Config) { c.Resources[0].Store = memstore.New(nil).Store(newWidgetType("User", false)) }},
		{"negative limit", "negative", func(c *scim.Config) { c.MaxScan = -1 }},
		{"nil interceptor", "nil", func(c *scim.Config) { c.Interceptors = append(c.Interceptors, nil) }},
		{"nil transaction interceptor", "nil", func(c *scim.Config) { c.TxInterceptors = []scim.Interceptor{nil} }},
		{"interceptor without transactor", "store of Group is not", func(c *scim.Config) {
			c.TxInterceptors = []scim.Interceptor{pass}
			c.Resources[1] = scim.Groups(newMinimal(schema.GroupType()))
		}},
		{"interceptor with masked transactor", "store of User is not", func(c *scim.Config) {
			c.TxInterceptors = []scim.Interceptor{pass}
			c.Resources[0] = scim.ResourceType{Type: noTx.Type(), Store: noTx}
		}},
		{"7643-5-04 scheme", "AuthenticationSchemes[0].Type", func(c *scim.Config) {
			c.AuthenticationSchemes = []scim.AuthenticationScheme{{Type: "bearer", Name: "x", Description: "x"}}
		}},
		{"7643-5-01 scheme without name", "needs a Name", func(c *scim.Config) { c.AuthenticationSchemes = []scim.AuthenticationScheme{{Type: "httpbasic"}} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openMemstore()
			cfg := scim.Config{
				BaseURL:      baseURL,
				Authenticate: func(*http.Request) (scim.Principal, error) { return scim.Principal{}, nil },
				Resources:    []scim.ResourceType{scim.Users(s.users), scim.Groups(s.groups)},
			}
			_, err := scim.NewHandler(&cfg)
			require.NoError(t, err)
			tt.change(&cfg)
			h, err := scim.NewHandler(&cfg)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "scim: Config.")
			require.Nil(t, h)
			require.NotContains(t, err.Error(), "pass@")
		})
	}
	for _, cfg := range []*scim.Config{nil, {}} {
		_, err := scim.NewHandler(cfg)
		for _, name := range []string{"BaseURL", "Authenticate", "Resources"} {
			require.ErrorContains(t, err, name, "every mistake is reported")
		}
	}
}

// TestConfigCopied checks that a handler does not depend on what becomes of its configuration.
func TestConfigCopied(t *testing.T) {
	t.Parallel()
	var cfg *scim.Config
	s := newService(t, openMemstore(), func(c *scim.Config) { cfg = c })
	before := s.ok(t, 200, "GET", "/ServiceProviderConfig", "").body
	cfg.Interceptors[0] = nil
	cfg.Resources[0] = scim.ResourceType{}
	cfg.Authenticate = nil
	s.create(t, "/Users", `{"userName":"u"}`)
	require.Equal(t, before, s.ok(t, 200, "GET", "/ServiceProviderConfig", "").body)
}

func TestStaticTokens(t *testing.T) {
	t.Parallel()
	tokens := map[string]scim.Principal{"one": {Tenant: "1"}, "two": {Tenant: "2"}}
	verify := scim.StaticTokens(tokens)
	tokens["three"] = scim.Principal{}
	for token, want := range map[string]string{"one": "1", "two": "2"} {
		p, err := verify(t.Context(), token) // 7644-7.4-03: several at once
		require.NoError(t, err)
		require.Equal(t, want, p.Tenant)
	}
	for _, token := range []string{"", "three", "ONE", "one "} {
		p, err := verify(t.Context(), token)
		require.ErrorIs(t, err, scim.ErrUnauthorized)
		require.Zero(t, p)
	}
}
