package compat_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A recorded case is a request of an identity provider with what should become of it; see testdata/cases.
type recorded struct {
	ID, Client, Mode, Title string
	Initial                 json.RawMessage
	Request                 struct {
		Method, Path, Query string
		Body                json.RawMessage
	}
	Normalized     json.RawMessage
	NormalizedBody json.RawMessage `json:"normalized_body"`
	Expect         struct {
		Status          int
		Resource        map[string]any
		NormalizedQuery string `json:"normalized_query"`
	}
	ExtraSchemas []extraSchema `json:"extra_schemas"`
}

type extraSchema struct {
	ID         string
	Attributes []extraAttribute
}

type extraAttribute struct {
	Name, Type    string
	MultiValued   bool
	SubAttributes []extraAttribute
}

func (a extraAttribute) attribute() *schema.Attribute {
	out := &schema.Attribute{Name: a.Name, MultiValued: a.MultiValued}
	for t := schema.TypeString; t <= schema.TypeComplex; t++ {
		if t.String() == a.Type {
			out.Type = t
		}
	}
	for _, s := range a.SubAttributes {
		out.SubAttributes = append(out.SubAttributes, s.attribute())
	}
	return out
}

func userType(t testing.TB, extra ...extraSchema) *schema.ResourceType {
	ext := []schema.Extension{{Schema: schema.EnterpriseUser()}}
	for _, e := range extra {
		s := &schema.Schema{ID: e.ID, Name: "Extra"}
		for _, a := range e.Attributes {
			s.Attributes = append(s.Attributes, a.attribute())
		}
		ext = append(ext, schema.Extension{Schema: s})
	}
	typ, err := schema.NewResourceType("User", "/Users", "", schema.User(), ext...)
	require.NoError(t, err)
	return typ
}

func groupType(t testing.TB) *schema.ResourceType {
	typ, err := schema.NewResourceType("Group", "/Groups", "", schema.Group())
	require.NoError(t, err)
	return typ
}

func (c *recorded) resourceType(t testing.TB) *schema.ResourceType {
	if strings.HasPrefix(c.Request.Path, "/Groups") {
		return groupType(t)
	}
	return userType(t, c.ExtraSchemas...)
}

// profile returns the profile that accepts the most, which is Entra ID's but for two dialects: what it makes of a request does not
// depend on who sent it.
func (c *recorded) profile() *compat.Profile {
	switch {
	case c.Mode == "strict":
		return compat.Strict
	case c.Mode == "lenient":
		return compat.Lenient
	case c.Client == "OneLogin":
		return c.own()
	}
	return compat.EntraID
}

// own returns the profile that is for the client of the case.
func (c *recorded) own() *compat.Profile {
	switch {
	case c.Mode == "strict":
		return compat.Strict
	case c.Mode == "lenient":
		return compat.Lenient
	case c.Mode == "customappsso":
		return compat.EntraLegacy
	case c.Client == "Microsoft Entra ID":
		return compat.EntraID
	case c.Client == "OneLogin":
		return compat.OneLogin.With("filter-members")
	case c.Client == "Google Workspace":
		return compat.Google
	}
	for _, p := range compat.Profiles() {
		if p.Name() == c.Client {
			return p
		}
	}
	return compat.Lenient
}

func readCases(t testing.TB) []recorded {
	files, err := filepath.Glob("testdata/cases/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var out []recorded
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		var c recorded
		require.NoError(t, json.Unmarshal(data, &c), f)
		require.Equal(t, strings.TrimSuffix(filepath.Base(f), ".json"), c.ID)
		out = append(out, c)
	}
	return out
}

// resource makes a resource of its JSON, as a store would return it: readOnly attributes are kept.
func resource(t testing.TB, typ *schema.ResourceType, data []byte) *schema.Resource {
	o, err := typ.ReadObject(data, 32)
	require.NoError(t, err)
	require.True(t, o.Conforms(), "%s", data)
	r := &schema.Resource{
		ID:         o.Value(typ.Attribute("id")).Text(),
		ExternalID: o.Value(typ.Attribute("externalId")).Text(),
		Meta:       schema.Meta{ResourceType: typ.Name()},
	}
	r.Attributes = o.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		if a.IsCommon() || v.IsUnassigned() {
			return schema.Value{}
		}
		return v
	})
	return r
}

// deviations returns the cases that testdata/deviations.md lists as not passing here.
func deviations(t testing.TB) map[string]string {
	data, err := os.ReadFile("testdata/deviations.md")
	require.NoError(t, err)
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue
		}
		if strings.TrimSpace(cells[2]) == "fails" {
			out[strings.Trim(strings.TrimSpace(cells[1]), "`")] = strings.TrimSpace(cells[4])
		}
	}
	return out
}

// TestCases plays the recorded requests without HTTP: what is rewritten, checked and carried out must be what the case wants.
func TestCases(t *testing.T) {
	known := deviations(t)
	passed, failed, left := map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range readCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			err, about := c.play(t, c.profile())
			reason, listed := known[c.ID]
			delete(known, c.ID)
			switch {
			case !about:
				left[c.Client]++
			case err == nil:
				require.False(t, listed, "it passes, but deviations.md says %q", reason)
				passed[c.Client]++
			case listed:
				t.Logf("known: %v: %s", err, reason)
				failed[c.Client]++
			default:
				failed[c.Client]++
				t.Error(err)
			}
		})
	}
	for id := range known {
		t.Errorf("deviations.md lists %s, which is no case", id)
	}
	clients := map[string]bool{}
	for _, m := range []map[string]int{passed, failed, left} {
		for k := range m {
			clients[k] = true
		}
	}
	names := []string{}
	for k := range clients {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		t.Logf("%-50s %3d passed, %2d failed, %2d not about rewriting", k, passed[k], failed[k], left[k])
	}
}

// Each client's cases come out the same under the profile that is for it.
func TestOwnProfiles(t *testing.T) {
	known := deviations(t)
	for _, c := range readCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			err, about := c.play(t, c.own())
			if _, listed := known[c.ID]; !about || listed {
				return
			}
			if c.ID == "ping-two-primaries" {
				require.Error(t, err, "its own profile mends what others refuse; see deviations.md")
				return
			}
			require.NoError(t, err, c.own().Name())
		})
	}
}

// play returns how the case fails under a profile, and whether this package has a part in it at all.
func (c *recorded) play(t *testing.T, p *compat.Profile) (err error, about bool) {
	typ := c.resourceType(t)
	switch c.Request.Method {
	case "PATCH":
		if c.Expect.Status == 404 || c.Expect.Status == 409 {
			return nil, false
		}
		return c.playPatch(t, p, typ), true
	case "POST", "PUT":
		if c.Expect.Status == 409 {
			return nil, false
		}
		return c.playBody(t, p, typ), true
	case "GET":
		if strings.Contains(c.Request.Query, "filter=") || c.Expect.NormalizedQuery != "" {
			return c.playQuery(t, p, typ), true
		}
	}
	return nil, false
}

// run does to a PATCH request what the handler does.
func run(typ *schema.ResourceType, p *compat.Profile, r *schema.Resource, body []byte) (ops []patch.Op, next *schema.Resource, err error) {
	received, err := patch.Read(typ, body, patch.Limits{})
	if err != nil {
		return nil, nil, err
	}
	if ops, _, err = compat.RewritePatch(typ, p, received); err != nil {
		return nil, nil, err
	}
	if err = patch.Check(typ, ops); err != nil {
		return nil, nil, err
	}
	if next, _, err = patch.Apply(r, ops); err != nil {
		return nil, nil, err
	}
	return ops, next, typ.Check(next)
}

func (c *recorded) playPatch(t *testing.T, p *compat.Profile, typ *schema.ResourceType) error {
	r := resource(t, typ, c.Initial)
	ops, next, err := run(typ, p, r, c.Request.Body)
	if c.Expect.Status >= 400 {
		if err == nil {
			return fmt.Errorf("must be refused, but gives %s", text(t, next))
		}
		require.Equal(t, text(t, resource(t, typ, c.Initial)), text(t, r), "a request that is refused changes nothing")
		return nil
	}
	if err != nil {
		return err
	}
	if err := subset("", c.Expect.Resource, generic(t, next)); err != nil {
		return err
	}
	var message struct{ Operations []json.RawMessage }
	require.NoError(t, json.Unmarshal(c.Normalized, &message))
	var wanted []patch.Op
	if len(message.Operations) > 0 {
		wanted, err = patch.Read(typ, c.Normalized, patch.Limits{})
		require.NoError(t, err)
	}
	then, _, err := patch.Apply(r, wanted)
	require.NoError(t, err)
	require.Equal(t, generic(t, then), generic(t, next), "the normalized operations give another resource")
	resolved, err := patch.Resolve(r, ops)
	require.NoError(t, err)
	got, err := json.Marshal(append([]patch.Op{}, resolved...))
	require.NoError(t, err)
	if g, w := sorted(t, got), sorted(t, c.Normalized, "Operations"); g != w {
		return fmt.Errorf("operations\n got %s\nwant %s", g, w)
	}
	return nil
}

// sorted returns JSON, or what is under a name in it, with the names of objects in order.
func sorted(t testing.TB, data []byte, name ...string) string {
	var v any
	require.NoError(t, json.Unmarshal(data, &v))
	for _, n := range name {
		v = v.(map[string]any)[n]
	}
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

func canonical(t testing.TB, op patch.Op) string {
	data, err := json.Marshal(op)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(data, &m))
	if op.Target != nil {
		m["path"] = op.Target.String()
	}
	data, err = json.Marshal(m)
	require.NoError(t, err)
	return string(data)
}

func (c *recorded) playBody(t *testing.T, p *compat.Profile, typ *schema.ResourceType) error {
	r, err := create(typ, p, c.Request.Body)
	if c.Expect.Status >= 400 {
		if err == nil {
			return fmt.Errorf("must be refused, but gives %s", text(t, r))
		}
		return nil
	}
	if err != nil {
		return err
	}
	got := generic(t, r)
	delete(got, "password") // never returned
	if err := subset("", c.Expect.Resource, got); err != nil {
		return err
	}
	if len(c.NormalizedBody) == 0 {
		return nil
	}
	var want map[string]any
	require.NoError(t, json.Unmarshal(c.NormalizedBody, &want))
	delete(want, "password")
	delete(got, "meta")
	return errors(subset("", want, got), subset("", got, want))
}

func errors(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func create(typ *schema.ResourceType, p *compat.Profile, body []byte) (*schema.Resource, error) {
	o, err := typ.ReadObject(body, 32)
	if err != nil {
		return nil, err
	}
	if _, err := compat.RewriteResource(typ, p, &o); err != nil {
		return nil, err
	}
	return typ.NewResource(o, false)
}

func (c *recorded) playQuery(t *testing.T, p *compat.Profile, typ *schema.ResourceType) error {
	query, err := url.ParseQuery(escape(c.Request.Query))
	require.NoError(t, err)
	want, err := url.ParseQuery(escape(c.Expect.NormalizedQuery))
	require.NoError(t, err)
	if names := want.Get("attributes"); names != "" {
		got, _, err := compat.RewriteAttributes(typ, p, query.Get("attributes"))
		require.NoError(t, err)
		if got != names {
			return fmt.Errorf("attributes %q, want %q", got, names)
		}
		return nil
	}
	got, _, err := compat.RewriteFilter(typ, p, query.Get("filter"))
	require.NoError(t, err)
	x, err := filter.Parse(got)
	if err != nil {
		return err
	}
	if w := want.Get("filter"); w != "" {
		y, err := filter.Parse(w)
		require.NoError(t, err)
		if x.String() != y.String() {
			return fmt.Errorf("filter %s, want %s", x, y)
		}
	}
	checked, err := filter.Check(typ, x)
	if err != nil {
		return err
	}
	if total, ok := c.Expect.Resource["totalResults"]; ok && string(c.Initial) != "null" {
		if found := checked.Match(resource(t, typ, c.Initial)); found != (total == 1.0) {
			return fmt.Errorf("%s finds the resource: %v, want %v results", x, found, total)
		}
	}
	return nil
}

// escape escapes what the cases leave as it is for their readers.
func escape(query string) string { return strings.ReplaceAll(query, " ", "%20") }

func text(t testing.TB, r *schema.Resource) string {
	data, err := json.Marshal(r)
	require.NoError(t, err)
	return string(data)
}

func generic(t testing.TB, r *schema.Resource) map[string]any {
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(text(t, r)), &m))
	return m
}

// subset reports where got lacks something of want: null stands for an unassigned attribute, arrays are sets.
func subset(path string, want, got any) error {
	switch want := want.(type) {
	case nil:
		if list, ok := got.([]any); got != nil && !(ok && len(list) == 0) {
			return fmt.Errorf("%s is %v, want nothing", path, got)
		}
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v, want %v", path, got, want)
		}
		for k, w := range want {
			if err := subset(path+"/"+k, w, object[k]); err != nil {
				return err
			}
		}
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			return fmt.Errorf("%s is %v, want %v", path, got, want)
		}
		for _, w := range want {
			if !slices.ContainsFunc(list, func(g any) bool { return subset(path, w, g) == nil }) {
				return fmt.Errorf("%s is %v, want %v", path, got, want)
			}
		}
	default:
		if got != want {
			return fmt.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	return nil
}
