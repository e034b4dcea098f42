package schema_test

import (
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

// fullUser has about 40 values.
var fullUser = func() string {
	text, err := os.ReadFile("../testdata/full_user.json")
	if err != nil {
		panic(err)
	}
	return string(text)
}()

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
