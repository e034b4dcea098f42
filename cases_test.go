package scim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A case is a request as an identity provider sends it, from compat/testdata/cases.
type idpCase struct {
	ID      string
	Client  string
	Mode    string
	Title   string
	Initial json.RawMessage
	Request struct {
		Method, Path, Query string
		Headers             map[string]string
		Body                json.RawMessage
	}
	Normalized json.RawMessage
	Expect     struct {
		Status   int
		Resource json.RawMessage
		Headers  map[string]string
	}
	ExtraSchemas []struct {
		ID         string
		Attributes []caseAttribute
	} `json:"extra_schemas"`
}

type caseAttribute struct {
	Name, Type    string
	MultiValued   bool
	SubAttributes []caseAttribute
}

func (a caseAttribute) definition(t *testing.T) *schema.Attribute {
	t.Helper()
	def := &schema.Attribute{Name: a.Name, MultiValued: a.MultiValued}
	switch a.Type {
	case "string":
	case "boolean":
		def.Type = schema.TypeBoolean
	case "complex":
		def.Type = schema.TypeComplex
		for _, s := range a.SubAttributes {
			def.SubAttributes = append(def.SubAttributes, s.definition(t))
		}
	default:
		t.Fatalf("attribute type %s", a.Type)
	}
	return def
}

// TestCases plays every case over HTTP against the handler with a memstore, and compares the status, the error, the resource
// afterwards, and what the operations of a PATCH came to. A case that behaves otherwise must be in
// compat/testdata/deviations.md with the reason, and a case that is there must behave otherwise.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("compat/testdata/cases/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 223, "cases are missing")
	deviations := readDeviations(t)

	var mu sync.Mutex
	counts := map[string][3]int{} // passed, deviating, all
	t.Run("play", func(t *testing.T) {
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var c idpCase
			require.NoError(t, json.Unmarshal(data, &c), file)
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				problem := c.play(t)
				mu.Lock()
				reason, deviates := deviations[c.ID]
				n := counts[c.Client]
				n[2]++
				if problem == "" {
					n[0]++
				} else if deviates {
					n[1]++
				}
				counts[c.Client] = n
				delete(deviations, c.ID)
				mu.Unlock()
				if deviates {
					require.NotEmpty(t, problem, "the case is met: take it out of deviations.md (%s)", reason)
				} else {
					require.Empty(t, problem, c.Title)
				}
			})
		}
	})
	require.Empty(t, deviations, "deviations.md names cases that do not exist")
	clients := make([]string, 0, len(counts))
	for client := range counts {
		clients = append(clients, client)
	}
	slices.Sort(clients)
	var b strings.Builder
	total := [3]int{}
	for _, client := range clients {
		n := counts[client]
		fmt.Fprintf(&b, "%-28s %3d of %3d met, %d deviate\n", client, n[0], n[2], n[1])
		for i := range total {
			total[i] += n[i]
		}
	}
	t.Logf("cases by identity provider:\n%s%-28s %3d of %3d met, %d deviate", b.String(), "all", total[0], total[2], total[1])
}

// readDeviations reads the rows of deviations.md about cases that fail.
func readDeviations(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("compat/testdata/deviations.md")
	require.NoError(t, err)
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(line, "|"); len(cells) > 4 && strings.TrimSpace(cells[2]) == "fails" {
			out[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[4])
		}
	}
	return out
}

// play returns what is not as the case expects, or "".
func (c *idpCase) play(t *testing.T) (problem string) {
	t.Helper()
	profile := compat.EntraID
	switch {
	case c.Mode == "strict":
		profile = compat.Strict
	case c.Mode == "lenient":
		profile = compat.Lenient
	case c.Client == "OneLogin":
		profile = compat.OneLogin.With("filter-members")
	}
	var seen *scim.Operation
	capture := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			seen = op
			return next(ctx, op)
		}
	}
	ids := &idQueue{}
	d := memstore.New(&memstore.Options{NewID: ids.next})
	users, groups := c.types(t)
	us, gs := d.Store(users), d.Store(groups)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{"secret-token-of-the-tests": {Tenant: "t"}})),
		Resources:    []scim.ResourceType{{Type: users, Store: us}, {Type: groups, Store: gs, NoContent: true}},
		Compat:       profile,
		Interceptors: []scim.Interceptor{capture},
		Logger:       slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	srv := httptest.NewServer(http.StripPrefix("/mounted/here", h))
	defer srv.Close()

	ctx := scim.WithPrincipal(t.Context(), scim.Principal{Tenant: "t"})
	initial := c.seed(t, ctx, ids, us, gs)
	do := func(method, path, query string, body []byte, headers map[string]string) (int, http.Header, []byte) {
		target := srv.URL + "/mounted/here" + path
		if query != "" {
			target += "?" + encodeQuery(query)
		}
		req, err := http.NewRequestWithContext(t.Context(), method, target, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer secret-token-of-the-tests")
		for k, v := range headers {
			req.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		data, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, res.Header, data
	}

	var before []byte
	readable := initial != nil && strings.Count(c.Request.Path, "/") == 2
	if readable {
		_, _, before = do("GET", c.Request.Path, "", nil, nil)
	}
	seen = nil
	body := []byte(c.Request.Body)
	if string(body) == "null" {
		body = nil
	}
	status, header, data := do(c.Request.Method, c.Request.Path, c.Request.Query, body, c.Request.Headers)
	op := seen

	if want := c.Expect.Status; status != want && (c.Request.Method != "PATCH" || max(status, want) > 204) {
		return fmt.Sprintf("status %d, want %d: %s", status, want, data)
	}
	media := "application/scim+json"
	if c.Client == "OneLogin" {
		media = "application/json" // as its guide asks
	}
	if status != 204 && header.Get("Content-Type") != media {
		return "Content-Type " + header.Get("Content-Type")
	}
	for k, v := range c.Expect.Headers {
		if header.Get(k) != v {
			return fmt.Sprintf("header %s is %q, want %q", k, header.Get(k), v)
		}
	}
	if status >= 400 {
		return c.compareError(do, data, before)
	}
	if c.Request.Method == "PATCH" {
		if problem := c.compareOps(initial, op); problem != "" {
			return problem
		}
		_, _, data = do("GET", c.Request.Path, "", nil, nil)
	}
	if len(c.Expect.Resource) == 0 || string(c.Expect.Resource) == "null" {
		return ""
	}
	return subset("", decode(c.Expect.Resource), decode(data))
}

// compareError checks an error response, and that nothing has changed.
func (c *idpCase) compareError(do func(string, string, string, []byte, map[string]string) (int, http.Header, []byte), data, before []byte) string {
	var e struct {
		Schemas                  []string
		Status, ScimType, Detail string
	}
	if err := json.Unmarshal(data, &e); err != nil || len(e.Schemas) != 1 || e.Status != fmt.Sprint(c.Expect.Status) || e.Detail == "" {
		return "no SCIM error: " + string(data)
	}
	if before != nil {
		if _, _, after := do("GET", c.Request.Path, "", nil, nil); !bytes.Equal(before, after) {
			return fmt.Sprintf("the resource has changed:\n%s\n%s", before, after)
		}
	}
	want, _ := decode(c.Expect.Resource).(map[string]any)
	if _, ok := want["status"]; ok {
		return subset("", want, decode(data))
	}
	if _, ok := want["scimType"]; ok || before == nil {
		return subset("", want, decode(data))
	}
	return subset("", want, decode(before))
}

// compareOps checks what the operations of a PATCH came to.
func (c *idpCase) compareOps(initial *scim.Resource, op *scim.Operation) string {
	if string(c.Normalized) == "null" {
		return ""
	}
	if op == nil {
		return "the operation did not reach the interceptor"
	}
	resolved, err := patch.Resolve(initial, op.Patch)
	if err != nil {
		return "resolve: " + err.Error()
	}
	got, err := json.Marshal(append([]patch.Op{}, resolved...))
	if err != nil {
		return err.Error()
	}
	want := decode(c.Normalized).(map[string]any)["Operations"]
	if g, w := mustJSON(decode(got)), mustJSON(want); g != w {
		return fmt.Sprintf("the operations are\n%s\nwant\n%s", g, w)
	}
	return ""
}

// types returns the resource types, with the extensions that the case needs.
func (c *idpCase) types(t *testing.T) (users, groups *schema.ResourceType) {
	t.Helper()
	ext := []schema.Extension{{Schema: schema.EnterpriseUser()}}
	for _, x := range c.ExtraSchemas {
		s := &schema.Schema{ID: x.ID, Name: "Custom"}
		for _, a := range x.Attributes {
			s.Attributes = append(s.Attributes, a.definition(t))
		}
		ext = append(ext, schema.Extension{Schema: s})
	}
	users, err := schema.NewResourceType("User", "/Users", "User Account", schema.User(), ext...)
	require.NoError(t, err)
	group := schema.Group()
	for _, a := range group.Attributes {
		if a.Name == "displayName" {
			// Entra's validator expects 409 for a second group of the same name; RFC 7643 leaves it open.
			a.Uniqueness = schema.UniqueServer
		}
	}
	groups, err = schema.NewResourceType("Group", "/Groups", "Group", group)
	require.NoError(t, err)
	return users, groups
}

// An idQueue gives resources the ids that a case asks for, and others when it has none.
type idQueue struct {
	mu   sync.Mutex
	ids  []string
	made int
}

func (q *idQueue) put(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ids = append(q.ids, id)
}

func (q *idQueue) next() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ids) > 0 {
		id := q.ids[0]
		q.ids = q.ids[1:]
		return id
	}
	q.made++
	return fmt.Sprintf("new-%d", q.made)
}

var userID = regexp.MustCompile(`^u-[0-9]+$`)

// seed stores the initial resource, and the users that the case speaks of.
func (c *idpCase) seed(t *testing.T, ctx context.Context, queue *idQueue, users, groups *memstore.Store) *scim.Resource {
	t.Helper()
	ids := map[string]bool{}
	collect := func(raw json.RawMessage) {
		walk(decode(raw), func(s string) {
			if userID.MatchString(s) {
				ids[s] = true
			}
		})
	}
	collect(c.Initial)
	collect(c.Request.Body)
	collect(c.Normalized)
	var of struct {
		ID      string
		Members []struct{ Value, Type string }
	}
	if string(c.Initial) != "null" {
		require.NoError(t, json.Unmarshal(c.Initial, &of))
	}
	for _, m := range of.Members {
		ids[m.Value] = true
	}
	delete(ids, of.ID)
	put := func(store *memstore.Store, r *scim.Resource) {
		queue.put(r.ID)
		stored, err := store.Create(ctx, r)
		require.NoError(t, err)
		require.Equal(t, r.ID, stored.ID)
	}
	names := make([]string, 0, len(ids))
	for id := range ids {
		names = append(names, id)
	}
	slices.Sort(names)
	for _, id := range names {
		store := users
		if strings.HasPrefix(id, "g-") {
			store = groups
		}
		r := &scim.Resource{ID: id, Attributes: users.Type().Object()}
		require.NoError(t, r.Attributes.Set("userName", id+"@contoso.example"))
		put(store, r)
	}
	if strings.Contains(string(c.Request.Body), "taken@contoso.example") {
		taken := &scim.Resource{ID: "someone-else", Attributes: users.Type().Object()}
		require.NoError(t, taken.Attributes.Set("userName", "taken@contoso.example"))
		put(users, taken)
	}
	for _, id := range []string{"g-1", "g-8", "g-9"} {
		if strings.Contains(string(c.Request.Body), `"`+id+`"`) {
			g := &scim.Resource{ID: id, Attributes: groups.Type().Object()}
			require.NoError(t, g.Attributes.Set("displayName", id))
			put(groups, g)
		}
	}
	if of.ID == "" {
		return nil
	}
	store := users
	if strings.HasPrefix(of.ID, "g-") {
		store = groups
	}
	o, err := store.Type().ReadObject(c.Initial, 32)
	require.NoError(t, err)
	r, err := store.Type().NewResource(o, false)
	require.NoError(t, err)
	r.ID = of.ID
	put(store, r)
	return r
}

// encodeQuery escapes what a client would, unless the case has done so.
func encodeQuery(q string) string {
	if strings.ContainsAny(q, "%+") {
		return q
	}
	parts := strings.Split(q, "&")
	for i, p := range parts {
		if name, value, ok := strings.Cut(p, "="); ok {
			parts[i] = name + "=" + url.QueryEscape(value)
		}
	}
	return strings.Join(parts, "&")
}

func decode(data []byte) any {
	var v any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &v); err != nil {
			return "not JSON: " + string(data)
		}
	}
	return v
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func walk(v any, f func(string)) {
	switch x := v.(type) {
	case string:
		f(x)
	case []any:
		for _, e := range x {
			walk(e, f)
		}
	case map[string]any:
		for _, e := range x {
			walk(e, f)
		}
	}
}

// subset returns where got lacks what want asks for: null asks for nothing or an empty list, lists compare as sets whose
// elements compare so.
func subset(path string, want, got any) string {
	switch w := want.(type) {
	case nil:
		if l, ok := got.([]any); got == nil || ok && len(l) == 0 {
			return ""
		}
		return fmt.Sprintf("%s is %s, want nothing", path, mustJSON(got))
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %s, want an object", path, mustJSON(got))
		}
		for k, v := range w {
			if problem := subset(path+"."+k, v, g[k]); problem != "" {
				return problem
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok && len(w) == 0 && got == nil {
			return ""
		}
		if !ok || len(g) != len(w) && !strings.HasSuffix(path, ".Resources") {
			return fmt.Sprintf("%s is %s, want %s", path, mustJSON(got), mustJSON(want))
		}
		used := make([]bool, len(g))
	next:
		for _, e := range w {
			for i, x := range g {
				if !used[i] && subset(path, e, x) == "" {
					used[i] = true
					continue next
				}
			}
			return fmt.Sprintf("%s is %s, which lacks %s", path, mustJSON(got), mustJSON(e))
		}
		return ""
	}
	if mustJSON(want) != mustJSON(got) {
		return fmt.Sprintf("%s is %s, want %s", path, mustJSON(got), mustJSON(want))
	}
	return ""
}
