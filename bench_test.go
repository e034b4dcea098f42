package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// createUsers makes n users, and returns them as elements of members.
func createUsers(t testing.TB, d *memstore.Directory, n int) []schema.Value {
	t.Helper()
	ctx := scim.WithPrincipal(t.Context(), scim.Principal{Tenant: "a"})
	members := d.Groups().Type().Attribute("members")
	list := make([]schema.Value, n)
	for i := range n {
		u := &scim.Resource{Attributes: d.Users().Type().Object()}
		require.NoError(t, u.Attributes.Set("userName", fmt.Sprint("u", i)))
		made, err := d.Users().Create(ctx, u)
		require.NoError(t, err)
		list[i] = schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String(made.ID)))
	}
	return list
}

// createGroup makes a group of the given members, and returns its path and the id of the last one.
func createGroup(t testing.TB, d *memstore.Directory, list []schema.Value) (target, last string) {
	t.Helper()
	members := d.Groups().Type().Attribute("members")
	g := &scim.Resource{Attributes: d.Groups().Type().Object().With(members, schema.List(list...))}
	require.NoError(t, g.Attributes.Set("displayName", fmt.Sprint("group of ", len(list))))
	made, err := d.Groups().Create(scim.WithPrincipal(t.Context(), scim.Principal{Tenant: "a"}), g)
	require.NoError(t, err)
	return "/Groups/" + made.ID, list[len(list)-1].Object().Value(members.SubAttribute("value")).Text()
}

// A sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(p []byte) (int, error) {
	s.bytes += len(p)
	return len(p), nil
}

// bench sends requests whose bodies take turns.
func bench(b *testing.B, s *service, method, target string, status int, bodies ...string) {
	b.Helper()
	w := &sink{header: http.Header{}}
	var readers []*bytes.Reader
	for _, body := range bodies {
		readers = append(readers, bytes.NewReader([]byte(body)))
	}
	r, err := http.NewRequest(method, baseURL+target, nil)
	require.NoError(b, err)
	r.Header.Set("Authorization", "Bearer "+tokenA)
	r.Header.Set("Content-Type", "application/scim+json")
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if len(bodies) > 0 {
			body := readers[i%len(readers)]
			_, _ = body.Seek(0, io.SeekStart)
			r.Body, r.ContentLength = io.NopCloser(body), body.Size()
			i++
		}
		clear(w.header)
		s.h.ServeHTTP(w, r)
		if w.status != status {
			b.Fatal(w.status)
		}
	}
}

const benchUser = `{"userName":"bjensen@example.com","externalId":"701984","name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara"},
	"displayName":"Babs Jensen","title":"Tour Guide","active":true,"preferredLanguage":"en-US","emails":[{"value":"bjensen@example.com","type":"work","primary":true},
	{"value":"babs@jensen.org","type":"home"}],"phoneNumbers":[{"value":"+1 555 555 8377","type":"work"},{"value":"+1 555 555 4444","type":"mobile"}],
	"addresses":[{"streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","type":"work"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","costCenter":"4130","department":"Tour Operations"}}`

func BenchmarkGetUser(b *testing.B) {
	s := newService(b, openMemstore(), nil)
	bench(b, s, "GET", "/Users/"+s.create(b, "/Users", benchUser), 200)
}

// BenchmarkMarshalMap writes the user of BenchmarkGetUser from a map, as a floor for what an application could do by hand.
func BenchmarkMarshalMap(b *testing.B) {
	s := newService(b, openMemstore(), nil)
	m := s.ok(b, 200, "GET", "/Users/"+s.create(b, "/Users", benchUser), "").object(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPatchMember takes one member out of a group and puts it back, in turns. Both groups are in one directory, so that only
// their size differs.
func BenchmarkPatchMember(b *testing.B) {
	d := memstore.New(nil)
	s := newService(b, storeSet{users: d.Users(), groups: d.Groups()}, nil)
	users := createUsers(b, d, 100_000)
	small, last := createGroup(b, d, users[len(users)-10:])
	large, _ := createGroup(b, d, users)
	for name, target := range map[string]string{"10": small, "100000": large} {
		b.Run(name, func(b *testing.B) {
			bench(b, s, "PATCH", target, 204, patchBody(`{"op":"remove","path":"members[value eq \"`+last+`\"]"}`),
				patchBody(`{"op":"add","path":"members","value":[{"value":"`+last+`"}]}`))
		})
	}
}

func BenchmarkPatchSixEntraOperations(b *testing.B) {
	s := newService(b, openMemstore(), func(c *scim.Config) { c.Compat = compat.EntraID })
	body := func(n int) string {
		return patchBody(replaceAll(`{"op":"Replace","path":"displayName","value":"Babs %"},{"op":"Replace","path":"title","value":"Guide %"},
			{"op":"Add","path":"emails[type eq \"work\"].value","value":"b%@example.com"},{"op":"Replace","path":"active","value":"True"},
			{"op":"Add","path":"name.familyName","value":"Jensen %"},{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Tours %"}`, "%", fmt.Sprint(n)))
	}
	bench(b, s, "PATCH", "/Users/"+s.create(b, "/Users", benchUser), 200, body(1), body(2))
}
