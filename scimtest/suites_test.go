package scimtest_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
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

// TestSuitesWithoutTypes runs the suite of the validator on a service provider whose schemas do not tell types, so that elements are
// those with primary.
func TestSuitesWithoutTypes(t *testing.T) {
	t.Parallel()
	h := broke(func(x *exchange) {
		if x.is("GET", "/Schemas") {
			x.answer = strings.ReplaceAll(x.answer, `"canonicalValues"`, `"values"`)
		}
	})(newTenant(t, compat.EntraID))
	c := client(h)
	c.Options.Discover = true
	sent := false
	for r := range scimtest.Check(t.Context(), c, scimtest.Entra) {
		if r.Verdict != scimtest.Pass && r.Verdict != scimtest.Skip {
			t.Errorf("%s\n%s", r, scimtest.FormatTrace(r.Trace))
		}
		for _, x := range r.Trace {
			sent = sent || strings.Contains(x.RequestBody, `"path":"emails[primary eq true].value"`)
		}
	}
	require.True(t, sent)
}

// TestSuitesFree runs the suites against a service provider that answers all but discovery and POST with an empty object: no
// case that asked it for more may pass.
func TestSuitesFree(t *testing.T) {
	t.Parallel()
	for name, suite := range suites {
		h := newTenant(t, profileFor(name))
		empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, p := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
				if r.Method == http.MethodPost || strings.Contains(r.URL.Path, p) {
					h.ServeHTTP(w, r)
					return
				}
			}
			w.Header().Set("Content-Type", "application/scim+json")
			_, _ = w.Write([]byte("{}"))
		})
		for r := range scimtest.Check(t.Context(), scimtest.Impatient(client(empty)), suite) {
			asked := slices.ContainsFunc(r.Trace, func(x scimtest.Exchange) bool { return x.ResponseBody == "{}" })
			if r.Verdict == scimtest.Pass && asked {
				t.Errorf("%s passes with nothing but empty objects\n%s", r.Case.ID, scimtest.FormatTrace(r.Trace))
			}
		}
	}
}

// TestCasesTellMore checks what reports need of each case.
func TestCasesTellMore(t *testing.T) {
	t.Parallel()
	severities := []scimtest.Severity{scimtest.ByRFC, scimtest.ByEntra, scimtest.ByOkta, scimtest.ByValidator, scimtest.Advice}
	for _, suite := range suites {
		for _, c := range suite {
			for _, text := range []string{c.Name, c.Ref, c.Area, c.Why, c.Fix} {
				require.NotEmpty(t, text, c.ID)
			}
			require.Contains(t, severities, c.Severity, c.ID)
			require.Contains(t, []scimtest.Level{"MUST", "SHOULD", "MAY"}, c.Level, c.ID)
		}
	}
	for _, c := range scimtest.RFC {
		require.NotEmpty(t, c.Area, c.ID)
		require.Equal(t, scimtest.ByRFC, c.Severity)
	}
}

// TestSeed checks that the values of a run are those of its seed, and that names are those of the run.
func TestSeed(t *testing.T) {
	t.Parallel()
	bodies := func(seed uint64, parallel int) (out []string, chosen uint64, prefix string) {
		c := client(newTenant(t, compat.EntraID))
		c.Options = scimtest.Options{Seed: seed, Dialect: scimtest.Mix}
		c.Parallel = parallel
		names := regexp.MustCompile(`scimtest-\w+-\d+-`)
		ids := regexp.MustCompile(`[a-z2-7]{26}`)
		for r := range scimtest.Check(t.Context(), c, scimtest.Entra) {
			for _, x := range r.Trace {
				prefix = cmp.Or(prefix, names.FindString(x.RequestBody))
				out = append(out, ids.ReplaceAllString(names.ReplaceAllString(x.RequestBody, "N-"), "ID"))
			}
		}
		return out, c.Seed(), prefix
	}
	one, seed, prefix := bodies(7, 1)
	require.EqualValues(t, 7, seed)
	two, _, other := bodies(7, 8)
	require.Equal(t, one, two)
	require.NotEqual(t, prefix, other, "runs share names")
	three, random, _ := bodies(0, 1)
	require.NotZero(t, random)
	require.NotEqual(t, one, three)
}

// TestParallel checks that results come in the order of the suite, that cases really run at once, and that a run that is broken off
// has cleaned up when Check returns.
func TestParallel(t *testing.T) {
	t.Parallel()
	h := newHandler(t, nil)
	c := client(h)
	c.Parallel = 3
	suite := scimtest.Suite{}
	var barrier sync.WaitGroup
	barrier.Add(3)
	for i := range 9 {
		suite = append(suite, scimtest.Case{ID: fmt.Sprint(i), Run: func(s *scimtest.Session) {
			s.NewUser(nil)
			if i < 3 {
				barrier.Done()
				barrier.Wait() // It would never end if they ran one by one.
			}
		}})
	}
	var ids []string
	for r := range scimtest.Check(t.Context(), c, suite) {
		require.Equal(t, scimtest.Pass, r.Verdict, r)
		ids = append(ids, r.Case.ID)
	}
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}, ids)

	barrier.Add(3)
	for range scimtest.Check(t.Context(), c, suite) {
		break
	}
	require.Equal(t, scimtest.Pass, check(t, client(h), func(s *scimtest.Session) { s.Want(s.Get("/Users"), scimtest.List(0)) }).Verdict)
}

// TestKeep checks that what cases make stays if that is wanted.
func TestKeep(t *testing.T) {
	t.Parallel()
	h := newHandler(t, nil)
	c := client(h)
	c.Keep = true
	require.Empty(t, check(t, c, func(s *scimtest.Session) { s.NewUser(nil) }).Leftovers)
	require.Equal(t, scimtest.Pass, check(t, client(h), func(s *scimtest.Session) { s.Want(s.Get("/Users"), scimtest.List(1)) }).Verdict)
}

// TestSteps checks that a result says at which step it went wrong, and each exchange what it was for.
func TestSteps(t *testing.T) {
	t.Parallel()
	h := misread(func(x *exchange) {
		if x.is("POST", "/Groups") {
			x.fail(http.StatusBadRequest)
		}
	})(newTenant(t, compat.EntraID))
	for r := range scimtest.Check(t.Context(), client(h), scimtest.Entra.Select(func(c scimtest.Case) bool { return c.ID == "entra-group-member-add" })) {
		require.Equal(t, scimtest.Blocked, r.Verdict)
		require.Equal(t, "create the group", r.Step)
		require.ErrorContains(t, r.Err, `the step "create the group" failed: POST /Groups: expected status 201 Created, got 400`)
		require.Equal(t, "create Group", r.Cause.Key)
		require.Equal(t, "create the group", r.Trace[0].Step)
		require.Equal(t, "find out why it is refused", r.Trace[len(r.Trace)-1].Step)
	}
}

// TestNoPersonalData checks that messages do not have the data of people that a faulty service provider brings to light. Traces have
// what was answered.
func TestNoPersonalData(t *testing.T) {
	t.Parallel()
	for _, parameters := range [][]string{{"filter"}, {"filter", "count", "startIndex"}, {}} {
		for name, suite := range suites {
			open := func(h http.Handler) http.Handler {
				return misread(func(x *exchange) {
					x.Header.Set("Authorization", "Bearer "+token)
					for _, p := range parameters {
						x.setParam(p, "")
					}
				})(h)
			}
			shown := 0
			for r := range scimtest.Check(t.Context(), scimtest.Impatient(client(open(newTenant(t, profileFor(name))))), suite) {
				for _, x := range r.Trace {
					shown += strings.Count(x.ResponseBody, "dana@app.example")
				}
				if r.Err != nil {
					require.NotContains(t, strings.ToLower(r.Err.Error()), "dana@", r.Case.ID)
					require.NotContains(t, r.Err.Error(), "Park", r.Case.ID)
				}
			}
			if len(parameters) > 0 {
				require.NotZero(t, shown, "nothing was brought to light")
			}
		}
	}
}
