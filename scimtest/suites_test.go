package scimtest_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// suites are those of identity providers, by the names that docs use.
var suites = map[string]scimtest.Suite{
	"Entra": scimtest.Entra, "EntraGallery": scimtest.EntraGallery, "Okta": scimtest.Okta, "Extra": scimtest.Extra,
}

// A tenant is a service provider as an application has one for an identity provider: groups have names of their own, and there is a
// user.
type tenant struct {
	stores memstore.Options
	spoil  func(users, groups *faultyStore)
	config func(*scim.Config)
}

func newTenant(t testing.TB, profile *compat.Profile) *scim.Handler {
	t.Helper()
	return tenant{stores: memstore.Options{UniqueGroupNames: true}}.handler(t, profile)
}

func (n tenant) handler(t testing.TB, profile *compat.Profile) *scim.Handler {
	t.Helper()
	d := memstore.New(&n.stores)
	first := &scim.Resource{Attributes: d.Users().Type().Object()}
	for path, v := range map[string]any{
		"userName": "dana@app.example", "name.givenName": "Dana", "name.familyName": "Park", "active": true,
		"emails": []map[string]any{{"value": "dana@app.example", "type": "work", "primary": true}},
	} {
		require.NoError(t, first.Attributes.Set(path, v))
	}
	_, err := d.Users().Create(t.Context(), first)
	require.NoError(t, err)
	entitlements, err := schema.NewResourceType("Entitlement", "/Entitlements", "A right", &schema.Schema{
		ID: "urn:example:params:scim:schemas:test:2.0:Entitlement", Name: "Entitlement", Description: "A right", Attributes: []*schema.Attribute{{Name: "displayName"}},
	})
	require.NoError(t, err)
	for _, name := range []string{"read", "write"} {
		right := &scim.Resource{Attributes: entitlements.Object()}
		require.NoError(t, right.Attributes.Set("displayName", name))
		_, err = d.Store(entitlements).Create(t.Context(), right)
		require.NoError(t, err)
	}
	users, groups := &faultyStore{Store: d.Users()}, &faultyStore{Store: d.Groups()}
	if n.spoil != nil {
		n.spoil(users, groups)
	}
	cfg := &scim.Config{
		BaseURL:      baseURL,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {TokenID: "1"}})),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups), {Type: entitlements, Store: d.Store(entitlements)}},
		Compat:       profile,
		Logger:       slog.New(slog.DiscardHandler),
	}
	if n.config != nil {
		n.config(cfg)
	}
	h, err := scim.NewHandler(cfg)
	require.NoError(t, err)
	return h
}

// TestSuites runs the suites of identity providers against this library with the profile of each, in all ways in which they can be
// run: no case may fail or be blocked, nothing may be left, and each must pass in one of them.
func TestSuites(t *testing.T) {
	t.Parallel()
	for name, suite := range suites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile := profileFor(name)
			passed, skipped := map[string]bool{}, map[string]error{}
			for i, o := range []scimtest.Options{
				{}, {Discover: true}, {Dialect: scimtest.Legacy}, {Dialect: scimtest.Verbose}, {Dialect: scimtest.Mix, Seed: 7},
				{Joining: map[string]string{"User": "externalId", "Group": "externalId"}}, {Joining: map[string]string{"User": `emails[type eq "work"].value`}},
			} {
				for _, parallel := range []int{1, 8} {
					if parallel > 1 && i > 0 {
						continue
					}
					c := &scimtest.Client{BaseURL: baseURL, Token: token, Handler: newTenant(t, profile), Options: o, Parallel: parallel}
					for r := range scimtest.Check(t.Context(), c, suite) {
						switch r.Verdict {
						case scimtest.Pass:
							passed[r.Case.ID] = true
						case scimtest.Skip:
							skipped[r.Case.ID] = r.Err
						default:
							t.Errorf("%+v, %d at once: %s\n%+v\n%s", o, parallel, r, r.Cause, scimtest.FormatTrace(r.Trace))
						}
						require.Empty(t, r.Leftovers, r.Case.ID)
					}
				}
			}
			for id, err := range skipped {
				require.True(t, passed[id], "%s was skipped in all ways: %v", id, err)
			}
		})
	}
}

// profileFor is the profile for the identity provider of a suite.
func profileFor(suite string) *compat.Profile {
	if suite == "Okta" {
		return compat.Okta
	}
	return compat.EntraID
}
