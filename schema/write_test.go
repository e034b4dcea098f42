package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

func TestResourceJSON(t *testing.T) {
	t.Parallel()
	typ := schema.UserType()
	r, err := typ.NewResource(read(t, typ, sampleUser), true)
	require.NoError(t, err)
	created := time.Date(2024, 2, 29, 11, 0, 0, 123_956_789, time.FixedZone("", 3600))
	r.ID = "U1"
	r.Meta.Created, r.Meta.LastModified = created, created.Add(time.Hour)
	r.Meta.Location, r.Meta.Version = "https://example.com/scim/v2/Users/U1", `W/"1"`

	got, err := r.AppendJSON([]byte("x"))
	require.NoError(t, err)
	const want = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
		`"id":"U1","externalId":"E1","meta":{"resourceType":"User","created":"2024-02-29T10:00:00.123Z","lastModified":"2024-02-29T11:00:00.123Z",` +
		`"location":"https://example.com/scim/v2/Users/U1","version":"W/\"1\""},` +
		`"userName":"bjensen","name":{"familyName":"Jänsen","givenName":"Barbara"},"active":true,` +
		`"emails":[{"value":"bj@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],` +
		`"x509Certificates":[{"value":"aGk="}],` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"U2"}}}`
	require.Equal(t, "x"+want, string(got))

	var b bytes.Buffer
	require.NoError(t, r.WriteJSON(&b))
	require.Equal(t, want, b.String())
	marshalled, err := json.Marshal(r)
	require.NoError(t, err)
	require.Equal(t, want, string(marshalled))

	again, err := typ.NewResource(read(t, typ, want), true)
	require.NoError(t, err)
	require.True(t, schema.Complex(r.Attributes).Equal(schema.Complex(again.Attributes)))

	for p, want := range map[string]string{
		"id": "U1", "externalId": "E1", "meta.version": `W/"1"`, "meta.created": "2024-02-29T10:00:00.123Z", "meta.resourceType": "User",
		"schemas":  `["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`,
		"userName": "bjensen", "manager.value": "U2", `emails[type eq "home"].value`: "babs@jensen.org", "nosuch": "",
	} {
		require.Equal(t, want, r.Get(p).String(), p)
	}
	require.Equal(t, 5, r.Get("meta").Object().Len())
	meta, err := r.Get("meta").MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, want, string(meta), "meta reads the same everywhere")
}

// TestSchemas is checklist row 7643-3-06 and 7643-6-03.
func TestSchemas(t *testing.T) {
	t.Parallel()
	typ := strictWidget(t)
	r := &schema.Resource{Attributes: typ.Object()}
	require.Equal(t, []string{widgetURI, reqURI}, r.Schemas())
	r.Attributes = r.Attributes.WithAt(path(t, typ, "only"), schema.Integer(1))
	require.Equal(t, []string{widgetURI, extURI, reqURI}, r.Schemas())
	got, err := r.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{"schemas":["`+widgetURI+`","`+extURI+`","`+reqURI+`"],"`+extURI+`":{"only":1}}`, string(got))
	require.Same(t, typ, r.Attributes.Type())
	require.True(t, r.Get("meta").IsUnassigned())
	require.True(t, r.Get("externalId").IsUnassigned())

	bare := schema.Resource{Meta: schema.Meta{Version: "1"}}
	require.True(t, bare.At(path(t, typ, "meta.version")).IsUnassigned(), "without a type there is no meta")
	require.True(t, bare.At(path(t, typ, "schemas")).IsUnassigned())

	var zero schema.Resource
	require.Nil(t, zero.Schemas())
	got, err = zero.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{}`, string(got))
	require.True(t, zero.Get("meta.version").IsUnassigned())
	require.True(t, zero.Get("id").IsUnassigned())
	require.Nil(t, typ.Attribute("spec").Object().Type())
}

// TestStrings checks every kind of string against encoding/json.
func TestStrings(t *testing.T) {
	t.Parallel()
	all := []string{"", `"`, `\`, "a\"b\\c/d", "\u2028\u2029", "<script>&", "😀", "\x7f", "é", "a\xffb", "\xf0\x9f", "\ufffd", "\xed\xa0\x80"}
	for r := rune(0); r < 0x100; r++ {
		all = append(all, string(r), "x"+string(r)+"y")
	}
	for _, s := range all {
		got, err := schema.String(s).AppendJSON(nil)
		require.NoError(t, err)
		theirs, err := json.Marshal(s)
		require.NoError(t, err)
		var back, want string
		require.NoError(t, json.Unmarshal(got, &back), "%q", s)
		require.NoError(t, json.Unmarshal(theirs, &want))
		require.Equal(t, want, back, "%q", s)
	}
}

func TestUnassignedJSON(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]schema.Value{
		"null": {}, "[]": schema.List(), "{}": schema.Complex(schema.Object{}), "-0.5": schema.Decimal(-0.5), "false": schema.Boolean(false),
	} {
		got, err := v.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}

// streamGroup is a group whose members come from a stream, with an error after n of them if err is set.
func streamGroup(n int, err error) *schema.Resource {
	g := schema.GroupType()
	members := g.Attribute("members")
	sub := members.SubAttribute("value")
	seq := func(yield func(schema.Value, error) bool) {
		for i := range n {
			if !yield(schema.Complex(members.Object().With(sub, schema.String(fmt.Sprintf("user-%d", i)))), nil) {
				return
			}
		}
		if err != nil {
			yield(schema.Value{}, err)
		}
	}
	o := g.Object().With(g.Attribute("displayName"), schema.String("g")).With(members, schema.Stream(seq))
	return &schema.Resource{ID: "G1", Attributes: o}
}

// chunks counts what is written, and fails after limit bytes unless that is 0.
type chunks struct {
	bytes.Buffer
	sizes []int
	limit int
}

func (c *chunks) Write(p []byte) (int, error) {
	if c.limit > 0 && c.Len()+len(p) > c.limit {
		return 0, io.ErrClosedPipe
	}
	c.sizes = append(c.sizes, len(p))
	return c.Buffer.Write(p)
}

func TestStream(t *testing.T) {
	t.Parallel()
	var c chunks
	require.NoError(t, streamGroup(20_000, nil).WriteJSON(&c))
	require.Greater(t, len(c.sizes), 10, "a large list goes out in parts")
	for _, n := range c.sizes {
		require.LessOrEqual(t, n, 33<<10)
	}
	var doc struct {
		ID      string
		Members []map[string]string
	}
	require.NoError(t, json.Unmarshal(c.Bytes(), &doc))
	require.Len(t, doc.Members, 20_000)
	require.Equal(t, "user-19999", doc.Members[19_999]["value"])
	whole, err := streamGroup(20_000, nil).AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, string(whole), c.String())

	require.True(t, streamGroup(0, nil).Streams())
	require.False(t, (&schema.Resource{Attributes: schema.GroupType().Object()}).Streams())
	empty, err := streamGroup(0, nil).AppendJSON(nil)
	require.NoError(t, err)
	require.Contains(t, string(empty), `"members":[]}`)
}

func TestStreamErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var c chunks
	require.Equal(t, broken, streamGroup(5000, broken).WriteJSON(&c))
	require.NotEmpty(t, c.sizes)
	require.False(t, json.Valid(c.Bytes()), "what was written must not look complete")
	_, err := streamGroup(5, broken).AppendJSON(nil)
	require.Equal(t, broken, err)

	c = chunks{limit: 40 << 10}
	require.Equal(t, io.ErrClosedPipe, streamGroup(1_000_000_000, nil).WriteJSON(&c), "a client that is gone ends the stream")
	c = chunks{limit: 1}
	require.Equal(t, io.ErrClosedPipe, streamGroup(1, nil).WriteJSON(&c))
}

// TestStreamMemory checks that a stream takes memory for a part of it only.
func TestStreamMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g := schema.GroupType()
	members := g.Attribute("members")
	one := schema.Complex(members.Object().With(members.SubAttribute("value"), schema.String("user-1")))
	r := &schema.Resource{Attributes: g.Object().With(members, schema.Stream(func(yield func(schema.Value, error) bool) {
		for range 1_000_000 {
			if !yield(one, nil) {
				return
			}
		}
	}))}
	require.NoError(t, r.WriteJSON(io.Discard))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
