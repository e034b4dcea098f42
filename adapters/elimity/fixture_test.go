package elimity_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	theirs "github.com/elimity-com/scim"
	theirerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"
	theirschema "github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/compat"
)

// A table is a handler as an application has it: rows in memory, in the order they were made, unique names, filters by
// elimity's own evaluation, and PATCH by elimity's own function.
type table struct {
	typ    theirs.ResourceType
	unique string
	ids    string // what ids start with

	mu      sync.Mutex
	rows    []*row
	last    int
	request *http.Request // the last one
	calls   []string
	filters []string // of GetAll
}

type row struct {
	id         string
	attributes theirs.ResourceAttributes
	created    time.Time
	changed    time.Time
	changes    int
}

func newUsers() *table {
	t := &table{unique: "userName", ids: "u"}
	t.typ = theirs.ResourceType{
		ID: optional.NewString("User"), Name: "User", Endpoint: "/Users", Description: optional.NewString("User Account"),
		Schema:           theirschema.CoreUserSchema(),
		SchemaExtensions: []theirs.SchemaExtension{{Schema: theirschema.ExtensionEnterpriseUser()}},
		Handler:          t,
	}
	return t
}

func newGroups() *table {
	t := &table{unique: "displayName", ids: "g"}
	t.typ = theirs.ResourceType{
		ID: optional.NewString("Group"), Name: "Group", Endpoint: "/Groups", Description: optional.NewString("Group"),
		Schema: theirschema.CoreGroupSchema(), Handler: t,
	}
	return t
}

// enter notes a call.
func (t *table) enter(r *http.Request, name string) (leave func()) {
	t.mu.Lock()
	t.calls, t.request = append(t.calls, name), r
	return t.mu.Unlock
}

func (t *table) find(id string) (int, error) {
	for i, r := range t.rows {
		if r.id == id {
			return i, nil
		}
	}
	return 0, theirerrors.ScimErrorResourceNotFound(id)
}

func (t *table) taken(attributes theirs.ResourceAttributes, id string) error {
	name, _ := attributes[t.unique].(string)
	for _, r := range t.rows {
		if other, _ := r.attributes[t.unique].(string); r.id != id && strings.EqualFold(name, other) {
			return theirerrors.ScimErrorUniqueness
		}
	}
	return nil
}

func (r *row) resource() theirs.Resource {
	out := theirs.Resource{ID: r.id, Attributes: maps.Clone(r.attributes)}
	if x, ok := r.attributes["externalId"].(string); ok {
		out.ExternalID = optional.NewString(x)
	}
	created, changed := r.created, r.changed
	out.Meta = theirs.Meta{Created: &created, LastModified: &changed, Version: fmt.Sprintf("v%d", r.changes)}
	return out
}

func (t *table) Create(r *http.Request, attributes theirs.ResourceAttributes) (theirs.Resource, error) {
	defer t.enter(r, "Create")()
	if err := t.taken(attributes, ""); err != nil {
		return theirs.Resource{}, err
	}
	t.last++
	now := time.Now()
	made := &row{id: fmt.Sprintf("%s%d", t.ids, t.last), attributes: attributes, created: now, changed: now, changes: 1}
	t.rows = append(t.rows, made)
	return made.resource(), nil
}

func (t *table) Get(r *http.Request, id string) (theirs.Resource, error) {
	defer t.enter(r, "Get")()
	i, err := t.find(id)
	if err != nil {
		return theirs.Resource{}, err
	}
	return t.rows[i].resource(), nil
}

func (t *table) GetAll(r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
	defer t.enter(r, "GetAll")()
	if params.FilterValidator != nil {
		t.filters = append(t.filters, fmt.Sprint(params.FilterValidator.GetFilter()))
	}
	var found []theirs.Resource
	for _, one := range t.rows {
		if params.FilterValidator == nil || params.FilterValidator.PassesFilter(one.attributes) == nil {
			found = append(found, one.resource())
		}
	}
	page := theirs.Page{TotalResults: len(found), Resources: []theirs.Resource{}}
	if start := params.StartIndex - 1; start < len(found) {
		page.Resources = found[start : start+min(params.Count, len(found)-start)]
	}
	return page, nil
}

func (t *table) store(id string, attributes theirs.ResourceAttributes) (theirs.Resource, error) {
	i, err := t.find(id)
	if err != nil {
		return theirs.Resource{}, err
	}
	if err := t.taken(attributes, id); err != nil {
		return theirs.Resource{}, err
	}
	one := t.rows[i]
	one.attributes, one.changed = attributes, time.Now()
	one.changes++
	return one.resource(), nil
}

func (t *table) Replace(r *http.Request, id string, attributes theirs.ResourceAttributes) (theirs.Resource, error) {
	defer t.enter(r, "Replace")()
	return t.store(id, attributes)
}

func (t *table) Delete(r *http.Request, id string) error {
	defer t.enter(r, "Delete")()
	i, err := t.find(id)
	if err != nil {
		return err
	}
	t.rows = append(t.rows[:i:i], t.rows[i+1:]...)
	return nil
}

func (t *table) Patch(r *http.Request, id string, ops []theirs.PatchOperation) (theirs.Resource, error) {
	defer t.enter(r, "Patch")()
	i, err := t.find(id)
	if err != nil {
		return theirs.Resource{}, err
	}
	var extensions []theirschema.Schema
	for _, e := range t.typ.SchemaExtensions {
		extensions = append(extensions, e.Schema)
	}
	attributes, err := theirs.ApplyPatch(t.rows[i].attributes, ops, t.typ.Schema, extensions...)
	if err != nil {
		return theirs.Resource{}, err
	}
	return t.store(id, attributes)
}

// stored returns the attributes of a row.
func (t *table) stored(tb testing.TB, id string) theirs.ResourceAttributes {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(id)
	require.NoError(tb, err)
	return maps.Clone(t.rows[i].attributes)
}

// callsSince returns the calls since the last time.
func (t *table) callsSince() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.calls
	t.calls = nil
	return out
}

const (
	token    = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
	patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	userURN  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// A service is a server that a test talks to.
type service struct {
	url string
}

// newService returns a server with our handler over the resource types.
func newService(t testing.TB, o *elimity.Options, types ...theirs.ResourceType) service {
	t.Helper()
	var resources []scim.ResourceType
	for _, typ := range types {
		s, err := elimity.New(typ, o)
		require.NoError(t, err)
		resources = append(resources, scim.ResourceType{Type: s.Type(), Store: s})
	}
	return serve(t, resources, nil)
}

func serve(t testing.TB, resources []scim.ResourceType, logged io.Writer) service {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if logged != nil {
		log = slog.New(slog.NewTextHandler(logged, nil))
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "t"}})),
		Resources:    resources,
		Compat:       compat.EntraID,
		Logger:       log,
	})
	require.NoError(t, err)
	server := httptest.NewServer(elimity.KeepRequest(h))
	t.Cleanup(server.Close)
	return service{server.URL + "/scim/v2"}
}

// newTheirs returns a server with elimity's over the resource types.
func newTheirs(t testing.TB, types ...theirs.ResourceType) service {
	t.Helper()
	h, err := theirs.NewServer(&theirs.ServerArgs{ServiceProviderConfig: &theirs.ServiceProviderConfig{}, ResourceTypes: types})
	require.NoError(t, err)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return service{server.URL}
}

// An answer is what a request led to.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// do sends a request; headers are pairs of a name and a value.
func (s service) do(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	out := answer{status: res.StatusCode, header: res.Header, text: string(data)}
	if len(data) > 0 {
		require.NoError(t, json.Unmarshal(data, &out.body), out.text)
	}
	return out
}

// must is do for a request that has to succeed with the status.
func (s service) must(t testing.TB, status int, method, path, body string, headers ...string) answer {
	t.Helper()
	a := s.do(t, method, path, body, headers...)
	require.Equal(t, status, a.status, "%s %s: %s", method, path, a.text)
	return a
}

// patch sends a PATCH with the operations.
func (s service) patch(t testing.TB, status int, path, operations string) answer {
	t.Helper()
	return s.must(t, status, "PATCH", path, `{"schemas":["`+patchURN+`"],"Operations":[`+operations+`]}`)
}

// user is the body of a user with the given name.
func user(name string) string { return `{"schemas":["` + userURN + `"],"userName":"` + name + `"}` }
