package scim_test

import (
	"database/sql"
	"encoding/json"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

func readUser(t testing.TB, members string) *scim.Resource {
	t.Helper()
	return readAs(t, schema.UserType(), withSchema("/Users", `{"userName":"babs"`+members+`}`))
}

func readAs(t testing.TB, typ *schema.ResourceType, text string) *scim.Resource {
	t.Helper()
	o, err := typ.ReadObject([]byte(text), 32)
	require.NoError(t, err)
	r, err := typ.NewResource(o, true)
	require.NoError(t, err)
	return r
}

func resourceText(t testing.TB, r *scim.Resource) string {
	t.Helper()
	c := *r
	c.Meta = scim.Meta{}
	b, err := c.AppendJSON(nil)
	require.NoError(t, err)
	return string(b)
}

func p[V any](v V) *V { return &v }

const fullUser = `,"externalId":"x-1","name":{"familyName":"Jensen","givenName":"","middleName":"J"},"active":false,"title":"Guide",
	"emails":[{"value":"home@x","type":"home"},{"value":"work@x","type":"Work","primary":true,"display":"W"},{"value":"work2@x","type":"work"}],
	"phoneNumbers":[{"value":"1","type":"work"},{"value":"2","type":"home"}],"roles":[{"value":"admin"},{"value":"guide"}],
	"addresses":[{"type":"home","locality":"Bern","country":"CH"},{"type":"work","locality":"Köln"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","manager":{"value":"26"},"department":"Tours"}`

// TestMappingRoundTrip shows where each attribute goes, and that all of it comes back, from the JSON of Extra too.
func TestMappingRoundTrip(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	r := readUser(t, fullUser)
	x := person{ID: 7, Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Note: "mine", Hash: "kept"}
	require.NoError(t, m.FromResource(r, &x))
	require.Equal(t, person{
		ID: 7, Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Note: "mine", Hash: "kept",
		Login: "babs", Number: 701984, Given: p(""), Family: sql.NullString{String: "Jensen", Valid: true}, Email: "work@x", Main: p(true),
		Manager: sql.Null[string]{V: "26", Valid: true}, Phones: []phone{{0, "1", "work"}, {0, "2", "home"}}, Roles: []string{"admin", "guide"},
		Home: &address{"Bern", p("CH")}, Client: "x-1", Rest: x.Rest,
	}, x)
	require.JSONEq(t, `{"name":{"middleName":"J"},"title":"Guide","emails":[{"value":"home@x","type":"home"},{"type":"Work","display":"W"},{"value":"work2@x","type":"work"}],
		"addresses":[{"type":"work","locality":"Köln"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tours"}}`, string(x.Rest))

	back, err := m.ToResource(&x)
	require.NoError(t, err)
	require.Empty(t, patch.Diff(r, back), "what is stored is read back")
	require.Equal(t, "7", back.ID)
	require.Equal(t, x.Created, back.Meta.Created)
	require.Equal(t, "User", back.Meta.ResourceType)

	y := person{ID: x.ID, Created: x.Created, Note: x.Note, Hash: x.Hash}
	require.NoError(t, m.FromResource(back, &y))
	require.Equal(t, x, y, "FromResource(ToResource(x)) is x")
}

// TestMappingEmpties shows what attributes without a value become, over a value that has them all.
func TestMappingEmpties(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	var x person
	require.NoError(t, m.FromResource(readUser(t, fullUser), &x))
	require.NoError(t, m.FromResource(readUser(t, ``), &x))
	require.Equal(t, person{Login: "babs", Number: 701984}, x, "a plain number can't be empty, and stays")
	back, err := m.ToResource(&x)
	require.NoError(t, err)
	require.JSONEq(t, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"0","userName":"babs","active":false,
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984"}}`, resourceText(t, back))
	// Nor does an element without content come back, and so it is not kept.
	require.NoError(t, m.FromResource(readUser(t, `,"phoneNumbers":[{"value":"","type":""},{"value":"1"}]`), &x))
	require.Equal(t, []phone{{Value: "1"}}, x.Phones)
	require.NoError(t, m.FromResource(readUser(t, `,"phoneNumbers":[{"value":""}]`), &x))
	require.Nil(t, x.Phones)
	// What a plain bool holds is said even if it is false, since nothing else would be true of it.
	x.Active = true
	require.NoError(t, m.FromResource(readUser(t, ``), &x))
	require.True(t, x.Active)
}

// TestMappingSelections shows the elements that are mapped one by one.
func TestMappingSelections(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	for name, tt := range map[string]struct{ sent, email, rest, back string }{
		"none":                {``, "", ``, ``},
		"other":               {`{"value":"h","type":"home"}`, "", `[{"value":"h","type":"home"}]`, `[{"value":"h","type":"home"}]`},
		"only":                {`{"value":"w","type":"WORK"}`, "w", ``, `[{"value":"w","type":"work"}]`},
		"not primary":         {`{"value":"w","type":"work","primary":false}`, "w", ``, `[{"value":"w","type":"work"}]`},
		"first of two":        {`{"value":"w","type":"work"},{"value":"v","type":"work"}`, "w", `[{"type":"work"},{"value":"v","type":"work"}]`, `[{"value":"w","type":"work"},{"value":"v","type":"work"}]`},
		"without value":       {`{"display":"D","type":"work"},{"value":"v","type":"work"}`, "", `[{"type":"work","display":"D"},{"value":"v","type":"work"}]`, `[{"type":"work","display":"D"},{"value":"v","type":"work"}]`},
		"type and no content": {`{"type":"work"}`, "", ``, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var x person
			require.NoError(t, m.FromResource(readUser(t, `,"emails":[`+tt.sent+`]`), &x))
			require.Equal(t, tt.email, x.Email)
			var rest, back map[string]json.RawMessage
			if tt.rest != "" {
				require.NoError(t, json.Unmarshal(x.Rest, &rest))
				require.JSONEq(t, tt.rest, string(rest["emails"]))
			} else {
				require.Nil(t, x.Rest)
			}
			r, err := m.ToResource(&x)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal([]byte(resourceText(t, r)), &back))
			if tt.back == "" {
				require.NotContains(t, back, "emails")
				return
			}
			require.JSONEq(t, tt.back, string(back["emails"]))
		})
	}
}

// TestMappingWholeElement: of two elements that the comparison selects, the second stays the second.
func TestMappingWholeElement(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	var x person
	r := readUser(t, `,"addresses":[{"type":"Home","locality":"Bern"},{"type":"home","region":"BE"}]`)
	require.NoError(t, m.FromResource(r, &x))
	require.Equal(t, &address{City: "Bern"}, x.Home)
	require.JSONEq(t, `{"addresses":[{"type":"Home"},{"type":"home","region":"BE"}]}`, string(x.Rest))
	back, err := m.ToResource(&x)
	require.NoError(t, err)
	require.Equal(t, r.Get("addresses").String(), back.Get("addresses").String())
	x.Home = &address{City: "Zug"}
	back, err = m.ToResource(&x)
	require.NoError(t, err)
	require.Equal(t, `[{"locality":"Zug","type":"Home"},{"region":"BE","type":"home"}]`, back.Get("addresses").String())
}

// TestMappingPrimary: a plain bool says false if there is no primary, which is the same (RFC 7643 §2.4).
func TestMappingPrimary(t *testing.T) {
	t.Parallel()
	type contact struct {
		ID, Login, Mail string
		Main            bool
	}
	m, err := scim.Map(schema.UserType(), scim.Attr("id", func(c *contact) *string { return &c.ID }), scim.Attr("userName", func(c *contact) *string { return &c.Login }),
		scim.Attr(`emails[type eq "work"].value`, func(c *contact) *string { return &c.Mail }), scim.Attr(`emails[type eq "work"].primary`, func(c *contact) *bool { return &c.Main }))
	require.NoError(t, err)
	var c contact
	for sent, want := range map[string]bool{`{"value":"a","type":"work","primary":true}`: true, `{"value":"a","type":"work","primary":false}`: false, `{"value":"a","type":"work"}`: false} {
		c.Main = !want
		require.NoError(t, m.FromResource(readUser(t, `,"emails":[`+sent+`]`), &c))
		require.Equal(t, contact{Login: "babs", Mail: "a", Main: want}, c)
		r, err := m.ToResource(&c)
		require.NoError(t, err)
		require.Equal(t, want, r.Get("emails.primary").Len() == 1)
	}
}

// TestMappingRefusals shows the errors for what no field can hold: 400 naming the attribute, and not the value.
func TestMappingRefusals(t *testing.T) {
	t.Parallel()
	const enterprise = `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":`
	bare := personMapping(t)
	keeping := personMapping(t, personRest())
	for _, tt := range []struct {
		m      *scim.Mapping[person]
		sent   string
		detail string
	}{
		{bare, enterprise + `{"employeeNumber":"2147483648"}`, "employeeNumber must be a whole number from -2147483648 to 2147483647, without leading zeros"},
		{bare, enterprise + `{"employeeNumber":"007"}`, "employeeNumber must be a whole number"},
		{bare, enterprise + `{"employeeNumber":"m4rk3r"}`, "employeeNumber must be a whole number"},
		{bare, enterprise + `{"department":"m4rk3r"}`, schema.EnterpriseUserURI + ":department is not stored by this application: take it out of the attribute mapping"},
		{bare, `,"title":"m4rk3r","nickName":"m4rk3r"`, "nickName, title are not stored"},
		{bare, `,"name":{"givenName":"a","middleName":"m4rk3r"}`, "name.middleName is not stored"},
		{bare, `,"emails":[{"value":"m4rk3r","type":"home"}]`, `emails other than emails[type eq "work"].value, emails[type eq "work"].primary is not stored`},
		{bare, `,"emails":[{"value":"a","type":"work","display":"m4rk3r"}]`, `emails other than emails[type eq "work"].value, emails[type eq "work"].primary is not stored`},
		{keeping, `,"phoneNumbers":[{"value":"1","display":"m4rk3r"}]`, "phoneNumbers.display is not stored"},
		{keeping, `,"roles":[{"value":"1","type":"m4rk3r"}]`, "roles.type is not stored"},
		{keeping, `,"roles":[{"display":"m4rk3r"}]`, "roles.value is missing"},
		{keeping, `,"addresses":[{"type":"home","region":"m4rk3r"}]`, "addresses.region is not stored"},
		{keeping, `,"password":"refuse"`, "password has a value that this application does not take"},
	} {
		var x person
		err := tt.m.FromResource(readUser(t, tt.sent), &x)
		require.ErrorIs(t, err, scim.ErrInvalidValue, tt.sent)
		var e *scim.Error
		require.ErrorAs(t, err, &e)
		require.Contains(t, e.Detail, tt.detail)
		require.NotContains(t, e.Detail, marker)
		require.NotContains(t, e.Detail, "refuse")
	}
	var x person
	require.NoError(t, bare.FromResource(readUser(t, `,"emails":[{"value":"a","type":"work","primary":true}],"roles":[{"value":"r","primary":false}],`+
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"26","$ref":"../Users/26"}}`), &x), "what follows from the rest is not missed")

	plain, err := scim.Map(schema.UserType(), scim.Attr("id", func(p *person) *int64 { return &p.ID }), scim.Attr("userName", func(p *person) *string { return &p.Login }),
		scim.Attr(`emails[type eq "work"].value`, func(p *person) *string { return &p.Email }))
	require.NoError(t, err)
	require.NoError(t, plain.FromResource(readUser(t, `,"emails":[{"value":"a","type":"work","primary":false}]`), &x))
	require.ErrorContains(t, plain.FromResource(readUser(t, `,"emails":[{"value":"a","type":"work","primary":true}]`), &x), "emails other than")

	noID, err := scim.Map(schema.UserType(), scim.Attr("id", func(p *person) *int64 { return &p.ID }), scim.Attr("userName", func(p *person) *string { return &p.Login }))
	require.NoError(t, err)
	require.ErrorContains(t, noID.FromResource(readUser(t, `,"externalId":"m4rk3r"`), &x), "externalId is not stored")
	require.ErrorContains(t, noID.FromResource(readUser(t, `,"password":"m4rk3r"`), &x), "password is not stored")
	withRest, err := scim.Map(schema.UserType(), scim.Attr("id", func(p *person) *int64 { return &p.ID }), personRest())
	require.NoError(t, err)
	require.ErrorContains(t, withRest.FromResource(readUser(t, `,"password":"m4rk3r"`), &x), "password is not stored", "a password in clear")
	require.NoError(t, withRest.FromResource(readUser(t, `,"externalId":"ext","password":null`), &x))
	require.JSONEq(t, `{"externalId":"ext","userName":"babs"}`, string(x.Rest))
	r, err := withRest.ToResource(&x)
	require.NoError(t, err)
	require.Equal(t, "ext", r.ExternalID)
}

// TestMappingPassword: a writeOnly attribute stays if the client does not send it (RFC 7643 §7), and is never read.
func TestMappingPassword(t *testing.T) {
	t.Parallel()
	m := personMapping(t)
	x := person{Hash: "old"}
	require.NoError(t, m.FromResource(readUser(t, ``), &x))
	require.Equal(t, "old", x.Hash)
	require.NoError(t, m.FromResource(readUser(t, `,"password":"new"`), &x))
	require.Equal(t, "hash of new", x.Hash)
	require.NoError(t, m.FromResource(readUser(t, `,"password":null`), &x))
	require.Equal(t, "hash of ", x.Hash, "null clears it")
	r, err := m.ToResource(&x)
	require.NoError(t, err)
	require.True(t, r.Get("password").IsUnassigned())
}

// TestMappingSecretParts: a part of a value that is writeOnly is not kept in Extra either.
func TestMappingSecretParts(t *testing.T) {
	t.Parallel()
	secret := func(name string) *schema.Attribute {
		return &schema.Attribute{Name: name, Type: schema.TypeComplex, MultiValued: name == "keys", SubAttributes: []*schema.Attribute{{Name: "label"}, {Name: "secret", Mutability: schema.WriteOnly, Returned: schema.ReturnedNever}}}
	}
	typ, err := schema.NewResourceType("Thing", "", "", &schema.Schema{ID: "urn:x:thing", Name: "Thing", Attributes: []*schema.Attribute{secret("keys"), secret("key")}})
	require.NoError(t, err)
	m, err := scim.Map(typ, scim.Attr("id", func(p *person) *int64 { return &p.ID }), personRest())
	require.NoError(t, err)
	var x person
	for sent, want := range map[string]string{`"keys":[{"label":"a","secret":"m4rk3r"}]`: "keys.secret is not stored", `"key":{"secret":"m4rk3r"}`: "key.secret is not stored"} {
		require.ErrorContains(t, m.FromResource(readAs(t, typ, `{"schemas":["urn:x:thing"],`+sent+`}`), &x), want)
		require.Empty(t, x.Rest)
	}
	require.NoError(t, m.FromResource(readAs(t, typ, `{"schemas":["urn:x:thing"],"key":{"label":"a"},"keys":[{"label":"b"}]}`), &x))
	require.JSONEq(t, `{"key":{"label":"a"},"keys":[{"label":"b"}]}`, string(x.Rest))
	_, err = scim.Map(typ, scim.Attr("id", func(p *person) *int64 { return &p.ID }), scim.Attr("key", func(*person) *struct {
		Secret string `scim:"secret"`
	} {
		return nil
	}))
	require.ErrorContains(t, err, "key.secret is writeOnly: map it with AttrFunc")
}

// TestMappingExtraOfBefore: the mapping of an application grows, and what Extra had before shows until the field has a
// value.
func TestMappingExtraOfBefore(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	x := person{Login: "babs", Rest: json.RawMessage(`{"name":{"familyName":"Old","middleName":"J"},"title":null}`)}
	r, err := m.ToResource(&x)
	require.NoError(t, err)
	require.Equal(t, "Old", r.Get("name.familyName").Text())
	require.NoError(t, m.FromResource(r, &x))
	require.Equal(t, "Old", x.Family.String)
	require.JSONEq(t, `{"name":{"middleName":"J"}}`, string(x.Rest))
	for _, rest := range []string{`{"nosuch":1}`, `{"title":5}`, `{`, `[]`} {
		_, err = m.ToResource(&person{Rest: json.RawMessage(rest)})
		var e *scim.Error
		require.ErrorContains(t, err, "extra attributes", rest)
		require.False(t, strings.Contains(rest, "nosuch") && strings.Contains(err.Error(), marker))
		require.NotErrorAs(t, err, &e, "it is not the client's fault")
	}
}

// TestMappingVersion: without a field for it, the version tells all states apart that a client can see.
func TestMappingVersion(t *testing.T) {
	t.Parallel()
	m := personMapping(t, personRest())
	version := func(x person) scim.Version {
		r, err := m.ToResource(&x)
		require.NoError(t, err)
		return r.Meta.Version
	}
	base := person{ID: 1, Login: "a", Phones: []phone{{1, "1", "work"}, {2, "2", "home"}}}
	same := base
	same.Phones, same.Note = []phone{{7, "2", "home"}, {8, "1", "work"}}, "other"
	require.Equal(t, version(base), version(same), "neither the order of rows nor what no client sees")
	seen := map[scim.Version]string{version(base): "base"}
	for name, x := range map[string]person{
		"login": {Login: "A", Phones: base.Phones}, "active": {Login: "a", Active: true, Phones: base.Phones}, "phone": {Login: "a", Phones: base.Phones[:1]},
		"rest": {Login: "a", Phones: base.Phones, Rest: json.RawMessage(`{"title":"x"}`)}, "client": {Login: "a", Phones: base.Phones, Client: "c"},
		"given": {Login: "a", Phones: base.Phones, Given: p("x")}, "family": {Login: "a", Phones: base.Phones, Family: sql.NullString{String: "x", Valid: true}},
		"both": {Login: "a", Phones: base.Phones, Given: p("x"), Family: sql.NullString{String: "y", Valid: true}}, "like both": {Login: "a", Phones: base.Phones, Family: sql.NullString{String: "ygivenName:x", Valid: true}},
		"empty": {Login: "a", Phones: base.Phones, Given: p("")}, "swapped": {Login: "a", Phones: []phone{{1, "2", "work"}, {2, "1", "home"}}},
	} {
		v := version(x)
		require.Empty(t, seen[v], "%s has the version of another", name)
		seen[v] = name
	}
}

type level int

func (l level) MarshalText() ([]byte, error) { return []byte{"abc"[l]}, nil }

func (l *level) UnmarshalText(b []byte) error {
	i := strings.Index("abc", string(b))
	if i < 0 || len(b) != 1 {
		return &json.UnsupportedValueError{Str: "no level"}
	}
	*l = level(i)
	return nil
}

type kinds struct {
	ID    string
	S     string
	Level level
	IP    netip.Addr
	I8    int8
	U8    *uint8
	U64   uint64
	F32   *float32
	F64   float64
	T     time.Time
	PT    *time.Time
	B     []byte
	Tags  []string
	Nums  []uint16
	Link  *string
	Yes   sql.NullBool
	N     sql.NullInt64
	Spec  spec
	Items []*item
}

type spec struct {
	A  string    `scim:"a"`
	At time.Time `scim:"at"`
}

type item struct {
	Key   int
	Value string `scim:"value"`
	N     int16  `scim:"n"`
	Main  bool   `scim:"primary"`
}

func kindsType(t testing.TB) *schema.ResourceType {
	t.Helper()
	typ, err := schema.NewResourceType("Kind", "", "One attribute of each kind", &schema.Schema{ID: "urn:x:kinds", Name: "Kind", Attributes: []*schema.Attribute{
		{Name: "s"}, {Name: "level"}, {Name: "ip"}, {Name: "i8", Type: schema.TypeInteger}, {Name: "u8", Type: schema.TypeInteger}, {Name: "u64", Type: schema.TypeInteger},
		{Name: "f32", Type: schema.TypeDecimal}, {Name: "f64", Type: schema.TypeDecimal}, {Name: "t", Type: schema.TypeDateTime}, {Name: "pt", Type: schema.TypeDateTime},
		{Name: "b", Type: schema.TypeBinary}, {Name: "tags", MultiValued: true}, {Name: "nums", MultiValued: true, Type: schema.TypeInteger},
		{Name: "link", Type: schema.TypeReference, ReferenceTypes: []string{"external"}}, {Name: "yes", Type: schema.TypeBoolean}, {Name: "n", Type: schema.TypeInteger},
		{Name: "spec", Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "a"}, {Name: "at", Type: schema.TypeDateTime}, {Name: "ro", Mutability: schema.ReadOnly}}},
		{Name: "items", Type: schema.TypeComplex, MultiValued: true, SubAttributes: []*schema.Attribute{{Name: "value"}, {Name: "n", Type: schema.TypeInteger}, {Name: "primary", Type: schema.TypeBoolean}}},
	}})
	require.NoError(t, err)
	return typ
}

func kindsMapping(t testing.TB) *scim.Mapping[kinds] {
	t.Helper()
	m, err := scim.Map(kindsType(t),
		scim.Attr("id", func(k *kinds) *string { return &k.ID }), scim.Attr("s", func(k *kinds) *string { return &k.S }),
		scim.Attr("level", func(k *kinds) *level { return &k.Level }), scim.Attr("ip", func(k *kinds) *netip.Addr { return &k.IP }),
		scim.Attr("i8", func(k *kinds) *int8 { return &k.I8 }), scim.Attr("u8", func(k *kinds) **uint8 { return &k.U8 }), scim.Attr("u64", func(k *kinds) *uint64 { return &k.U64 }),
		scim.Attr("f32", func(k *kinds) **float32 { return &k.F32 }), scim.Attr("f64", func(k *kinds) *float64 { return &k.F64 }),
		scim.Attr("t", func(k *kinds) *time.Time { return &k.T }), scim.Attr("pt", func(k *kinds) **time.Time { return &k.PT }),
		scim.Attr("b", func(k *kinds) *[]byte { return &k.B }), scim.Attr("tags", func(k *kinds) *[]string { return &k.Tags }), scim.Attr("nums", func(k *kinds) *[]uint16 { return &k.Nums }),
		scim.Attr("link", func(k *kinds) **string { return &k.Link }), scim.Attr("yes", func(k *kinds) *sql.NullBool { return &k.Yes }), scim.Attr("n", func(k *kinds) *sql.NullInt64 { return &k.N }),
		scim.Attr("spec", func(k *kinds) *spec { return &k.Spec }), scim.Attr("items", func(k *kinds) *[]*item { return &k.Items }),
	)
	require.NoError(t, err)
	return m
}

// TestMappingKinds takes every type of RFC 7643 §2.3 through every Go type that fits, at the ends of its range.
func TestMappingKinds(t *testing.T) {
	t.Parallel()
	m := kindsMapping(t)
	for _, x := range []kinds{
		{},
		{S: "s", Level: 2, IP: netip.MustParseAddr("::1"), I8: -128, U8: p[uint8](255), U64: math.MaxInt64, F32: p(float32(0.1)), F64: -2.5e-3,
			T: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), PT: p(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), B: []byte{0, 255}, Tags: []string{"a", "b"}, Nums: []uint16{0, 65535},
			Link: p("https://x"), Yes: sql.NullBool{Valid: true}, N: sql.NullInt64{Int64: math.MinInt64, Valid: true},
			Spec: spec{"a", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, Items: []*item{{0, "v", 3, true}, {0, "w", -32768, false}}},
	} {
		r, err := m.ToResource(&x)
		require.NoError(t, err)
		var y kinds
		require.NoError(t, m.FromResource(readAs(t, m.Type(), strings.Replace(resourceText(t, r), `"id":"",`, "", 1)), &y), "also over JSON")
		require.Equal(t, x, y)
	}
	for sent, detail := range map[string]string{
		`"i8":128`: "i8 must be a whole number from -128 to 127", `"i8":-129`: "i8 must", `"u8":256`: "u8 must be a whole number from 0 to 255", `"u8":-1`: "u8 must",
		`"u64":18446744073709551616`: "u64 must be a whole number from 0 to 18446744073709551615", `"f32":0.123456789`: "f32 is too large or has more digits", `"f32":1e39`: "f32 is too large",
		`"f64":0.12345678901234567890123`: "f64 is too large or has more digits", `"nums":[1,65536]`: "nums must be", `"level":"d"`: "level is not in the form",
		`"ip":"m4rk3r"`: "ip is not in the form", `"items":[{"value":"a","n":40000}]`: "items.n must be", `"n":9223372036854775808`: "n must be",
	} {
		var y kinds
		err := m.FromResource(readAs(t, m.Type(), `{"schemas":["urn:x:kinds"],`+sent+`}`), &y)
		require.ErrorIs(t, err, scim.ErrInvalidValue, sent)
		require.ErrorContains(t, err, detail)
		require.NotContains(t, err.(*scim.Error).Detail, marker)
	}
	first, err := m.ToResource(new(kinds))
	require.NoError(t, err)
	require.Equal(t, "a", first.Get("level").Text(), "the first of an enumeration is 0")
	for _, x := range []kinds{{F64: math.NaN()}, {U64: 1 << 63}, {T: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}} {
		_, err := m.ToResource(&x)
		require.ErrorContains(t, err, "scim: ")
		require.NotErrorIs(t, err, scim.ErrInvalidValue)
	}
	_, err = m.ToResource(nil)
	require.ErrorContains(t, err, "return ErrNotFound")
	require.ErrorContains(t, m.FromResource(readUser(t, ""), new(kinds)), "not of the mapping's type Kind")
}

// TestMappingOwnFields: what an application has of its own in the elements of a list stays with the element that is the
// same.
func TestMappingOwnFields(t *testing.T) {
	t.Parallel()
	m := kindsMapping(t)
	first := &item{Key: 1, Value: "a"}
	x := kinds{Items: []*item{first, {Key: 2, Value: "b"}, {Key: 3, Value: "c"}}}
	before := x.Items
	require.NoError(t, m.FromResource(readAs(t, m.Type(), `{"schemas":["urn:x:kinds"],"items":[{"value":"c"},{"value":"A","n":5},{"value":"d"}]}`), &x))
	require.Equal(t, []*item{{3, "c", 0, false}, {1, "A", 5, false}, {0, "d", 0, false}}, x.Items)
	require.Equal(t, []*item{{1, "a", 0, false}, {2, "b", 0, false}, {3, "c", 0, false}}, before, "a copy of x made before shares them")
}
