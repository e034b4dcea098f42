package scimtest_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/scimtest"
)

const (
	token   = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
	baseURL = "https://app.example.com/scim/v2"
)

var (
	widgetType       = sync.OnceValue(scimtest.NewWidgetType)
	strictWidgetType = sync.OnceValue(scimtest.NewStrictWidgetType)
)

// newHandler returns the handler of this library with users, groups and widgets.
func newHandler(t testing.TB, change func(*scim.Config)) *scim.Handler {
	t.Helper()
	d := memstore.New(nil)
	cfg := &scim.Config{
		BaseURL:      baseURL,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {TokenID: "1"}})),
		Resources:    []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups()), {Type: widgetType(), Store: d.Store(widgetType())}, {Type: strictWidgetType(), Store: d.Store(strictWidgetType())}},
		Interceptors: []scim.Interceptor{setReadOnly},
		Logger:       slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(cfg)
	}
	h, err := scim.NewHandler(cfg)
	require.NoError(t, err)
	return h
}

// setReadOnly sets the readOnly attributes of new widgets, as a service provider does.
func setReadOnly(next scim.Func) scim.Func {
	return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
		if op.Kind == scim.KindCreate && op.ResourceType.Base().ID == scimtest.WidgetURN {
			for name, v := range map[string]string{"ro": "RO", "spec.roSub": "RS"} {
				if err := op.Resource.Attributes.Set(name, v); err != nil {
					return nil, err
				}
			}
		}
		return next(ctx, op)
	}
}

// withMe lets /Me stand for a user.
func withMe(c *scim.Config) {
	users := c.Resources[0].Store.(*memstore.Store)
	me := sync.OnceValues(func() (*scim.Resource, error) {
		r := &scim.Resource{Attributes: users.Type().Object()}
		if err := r.Attributes.Set("userName", "me"); err != nil {
			return nil, err
		}
		return users.Create(context.Background(), r)
	})
	c.Me = func(context.Context, scim.Principal) (string, string, error) {
		r, err := me()
		if err != nil {
			return "", "", err
		}
		return "User", r.ID, nil
	}
}

// rewritten are the cases that compat.EntraID fails on purpose.
var rewritten = map[string]string{
	"7643-2.3.1-02":   "an empty string means that the attribute is unassigned",
	"7643-3.3-02":     "attributes of the enterprise extension are taken without its URI",
	"7644-3.4.2.2-13": "unquoted values in filters are quoted where the attribute is a string (AMB-32)",
	"7644-3.4.2.2-14": "unquoted values in filters are quoted where the attribute is a string (AMB-32)",
	"7644-3.5.2.3-08": "a value filter that matches nothing makes an element (AMB-10)",
}

// What no variant of this library shows, and why.
var neverRun = map[string]string{
	"7643-4.2-04":     "members.value is not declared required",
	"7644-3.4.2.3-09": "this library always sorts",
	"7644-3.11-02":    "/Me is answered, not redirected",
}

// TestRFC runs the suite against this library, in several configurations: no case may fail or be blocked, and each must pass
// in one of them.
func TestRFC(t *testing.T) {
	var mu sync.Mutex
	passed, skipped := map[string]bool{}, map[string]error{}
	inProcess := func(base string, change func(*scim.Config), exclude map[string]string) func(t *testing.T) *scimtest.Client {
		return func(t *testing.T) *scimtest.Client {
			return &scimtest.Client{BaseURL: base, Token: token, Exclude: exclude, Handler: newHandler(t, change)}
		}
	}
	const unversioned = "https://app.example.com/scim"
	variants := map[string]func(t *testing.T) *scimtest.Client{
		"strict":          inProcess(baseURL, nil, nil),
		"EntraID":         inProcess(baseURL, func(c *scim.Config) { c.Compat = compat.EntraID }, rewritten),
		"without version": inProcess(unversioned, func(c *scim.Config) { c.BaseURL = unversioned }, nil),
		"small and open": inProcess(baseURL, func(c *scim.Config) {
			c.MaxPageSize, c.PublicDiscovery, c.RejectUnknown, c.DisableBulk = 20, true, true, true
		}, nil),
		"with /Me": inProcess(baseURL, withMe, nil),
		"HTTP": func(t *testing.T) *scimtest.Client {
			server := httptest.NewServer(newHandler(t, nil))
			t.Cleanup(server.Close)
			return &scimtest.Client{BaseURL: server.URL + "/scim/v2", Token: token, HTTP: server.Client()}
		},
	}
	t.Run("variants", func(t *testing.T) {
		for name, client := range variants {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				verdicts := map[scimtest.Verdict]int{}
				for r := range scimtest.Check(t.Context(), client(t), scimtest.RFC) {
					verdicts[r.Verdict]++
					mu.Lock()
					switch r.Verdict {
					case scimtest.Pass:
						passed[r.Case.ID] = true
					case scimtest.Skip:
						skipped[r.Case.ID] = r.Err
					case scimtest.Fail, scimtest.Blocked:
						t.Errorf("%s\n%s\n%s", r, r.Case.Why, scimtest.FormatTrace(r.Trace))
					}
					mu.Unlock()
					if len(r.Leftovers) > 0 {
						t.Errorf("%s left %v", r.Case.ID, r.Leftovers)
					}
				}
				t.Log(verdicts)
			})
		}
	})
	for _, c := range scimtest.RFC {
		if err, ok := skipped[c.ID]; ok && !passed[c.ID] && neverRun[c.ID] == "" {
			t.Errorf("%s was skipped in all configurations: %v", c.ID, err)
		}
		if passed[c.ID] && neverRun[c.ID] != "" {
			t.Errorf("%s passes: take it out of neverRun", c.ID)
		}
	}
}
