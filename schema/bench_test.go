package schema_test

import (
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

// fullUser has about 40 values.
const fullUser = `{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "externalId": "701984", "userName": "bjensen@example.com",
  "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane",
    "honorificPrefix": "Ms.", "honorificSuffix": "III"},
  "displayName": "Babs Jensen", "nickName": "Babs", "profileUrl": "https://login.example.com/bjensen",
  "emails": [{"value": "bjensen@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}],
  "addresses": [
    {"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "US",
      "formatted": "100 Universal City Plaza\nHollywood, CA 91608 US", "primary": true},
    {"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "US"}],
  "phoneNumbers": [{"value": "555-555-5555", "type": "work"}, {"value": "555-555-4444", "type": "mobile"}],
  "userType": "Employee", "title": "Tour Guide", "preferredLanguage": "en-US", "locale": "en-US", "timezone": "America/Los_Angeles", "active": true,
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "701984", "costCenter": "4130", "organization": "Universal Studios",
    "division": "Theme Park", "department": "Tour Operations", "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d"}}
}`

func benchUser(tb testing.TB) *schema.Resource {
	r, err := schema.UserType().NewResource(read(tb, schema.UserType(), fullUser), true)
	require.NoError(tb, err)
	r.ID = "2819c223-7f76-453a-919d-413861904646"
	r.Meta.Created = time.Date(2010, 1, 23, 4, 56, 22, 0, time.UTC)
	r.Meta.LastModified, r.Meta.Location, r.Meta.Version = r.Meta.Created, "https://example.com/v2/Users/"+r.ID, `W/"a330bc54f0671c9"`
	return r
}

func BenchmarkWriteUser(b *testing.B) {
	r := benchUser(b)
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf, _ = r.AppendJSON(buf[:0])
	}
	b.SetBytes(int64(len(buf)))
}

// BenchmarkMarshalMap is what BenchmarkWriteUser would cost with the same data in maps.
func BenchmarkMarshalMap(b *testing.B) {
	text, err := benchUser(b).MarshalJSON()
	require.NoError(b, err)
	var m map[string]any
	require.NoError(b, json.Unmarshal(text, &m))
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, _ = json.Marshal(m)
	}
}

func BenchmarkReadUser(b *testing.B) {
	typ, text := schema.UserType(), []byte(fullUser)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := typ.ReadObject(text, 32); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewUser reads and checks, as a request to create a user does.
func BenchmarkNewUser(b *testing.B) {
	typ, text := schema.UserType(), []byte(fullUser)
	b.ReportAllocs()
	for b.Loop() {
		o, err := typ.ReadObject(text, 32)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := typ.NewResource(o, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnmarshalMap is what BenchmarkReadUser would cost with maps, without any check.
func BenchmarkUnmarshalMap(b *testing.B) {
	text := []byte(fullUser)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStreamMembers(b *testing.B) {
	for b.Loop() {
		if err := streamGroup(1000, nil).WriteJSON(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPath(b *testing.B) {
	typ := schema.UserType()
	for b.Loop() {
		_, _ = typ.Path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value")
		_, _ = typ.Path("name.givenName")
	}
}

func BenchmarkElementKey(b *testing.B) {
	g := schema.GroupType()
	members := g.Attribute("members")
	v := schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String("2819c223-7f76-453a-919d-413861904646")))
	b.ReportAllocs()
	for b.Loop() {
		members.ElementKey(v)
	}
}

// TestAllocations keeps what each request costs within a budget.
func TestAllocations(t *testing.T) {
	r := benchUser(t)
	buf := make([]byte, 0, 8<<10)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf, _ = r.AppendJSON(buf[:0]) }), "AppendJSON")
	typ, text := schema.UserType(), []byte(fullUser)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = typ.ReadObject(text, 32) }), 100.0, "ReadObject")
}
