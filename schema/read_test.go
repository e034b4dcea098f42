package schema_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

const sampleUser = `{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "externalId": "E1", "userName": "bjensen",
  "name": {"familyName": "J\u00e4nsen", "givenName": "Barbara"},
  "active": true, "nickName": null,
  "emails": [{"value": "bj@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}],
  "x509Certificates": [{"value": "aGk="}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "U2"}}
}`

func TestReadConforming(t *testing.T) {
	t.Parallel()
	o := read(t, schema.UserType(), sampleUser)
	require.True(t, o.Conforms())
	require.Empty(t, o.Unknown())
	require.Equal(t, "Jänsen", o.Get("name.familyName").Text())
	require.Equal(t, "babs@jensen.org", o.Get(`emails[type eq "home"].value`).Text())
	require.True(t, o.Get("active").Bool())
	require.Equal(t, "U2", o.Get("manager.value").Text())
	require.Equal(t, schema.KindNull, o.Get("nickName").Kind())

	var names []string
	for a := range o.All() {
		names = append(names, a.Name)
	}
	require.Equal(t, []string{
		"schemas", "externalId", "userName", "name", "nickName", "active", "emails", "x509Certificates", schema.EnterpriseUserURI,
	}, names, "schema order")
}

// TestReadNames is checklist row 7643-2.1-03 and 7643-3.3-04: names and URIs in any letter case.
func TestReadNames(t *testing.T) {
	t.Parallel()
	o := read(t, schema.UserType(), `{"USERNAME":"x","Emails":[{"VALUE":"a@b"}],"\u006eickName":"n",
		"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user":{"DEPARTMENT":"D"}}`)
	require.True(t, o.Conforms())
	got, err := o.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, `{"userName":"x","nickName":"n","emails":[{"value":"a@b"}],"`+schema.EnterpriseUserURI+`":{"department":"D"}}`, string(got))
}

func TestReadSyntaxErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		rule       string
		path       string
		at         string // the text from the offending byte on; "end" for its end
	}{
		{"empty", "", "is empty", "", "end"},
		{"blank", " \n", "is empty", "", "end"},
		{"null", " null", "want a JSON object, got null", "", "null"},
		{"7644-3.12-17 array", " []", "want a JSON object, got an array", "", "[]"},
		{"string", `"x"`, "got a string", "", `"x"`},
		{"number", "5", "got a number", "", "5"},
		{"boolean", "true", "got a boolean", "", "true"},
		{"not JSON", "userName=x", "invalid character", "", "userName=x"},
		{"trailing data", `{"userName":"x"}  {}`, "more follows", "", "{}"},
		{"trailing garbage", `{"userName":"x"} x`, "invalid character", "", "x"},
		{"trailing comma", `{"userName":"x",}`, "invalid character", "", ",}"},
		{"7644-3.12-04 truncated", `{"userName":`, "ends too early", "", "end"},
		{"name that is no string", `{userName:"x"}`, "invalid character", "", `userName:"x"}`},
		{"number as a name", `{5:"x"}`, "", "", `5:"x"}`},
		{"leading zero", `{"userName":05}`, "invalid character", "", `5}`},
		{"control character", "{\"userName\":\"a\nb\"}", "invalid character", "", "\nb\"}"},
		{"invalid UTF-8", "{\"userName\":\"a\xffb\"}", "invalid UTF-8", "", "\xffb\"}"},
		{"invalid UTF-8 in a name", "{\"a\xffb\":1}", "invalid UTF-8", "", "\xffb\":1}"},
		{"surrogate half", `{"userName":"\ud800"}`, "", "", `\ud800"}`},
		{"duplicate", `{"userName":"x", "userName":"y"}`, "duplicate", "", `"userName":"y"}`},
		{"duplicate by case", `{"userName":"x", "USERNAME":"y"}`, "twice", "userName", `"USERNAME":"y"}`},
		{"duplicate by escape", `{"userName":"x","user\u004eame":"y"}`, "duplicate", "", `"user\u004eame":"y"}`},
		{"duplicate by case in an element", `{"emails":[{"type":"a"},{"value":"x","Value":"y"}]}`, "twice", "emails[1].value", `"Value":"y"}]}`},
		{"duplicate by case in an extension", `{"` + extURI + `":{"only":1,"ONLY":2}}`, "twice", extURI + ":only", `"ONLY":2}}`},
		{"duplicate unknown by case", `{"foo":1,"FOO":2}`, "twice", "FOO", `"FOO":2}`},
		{"duplicate in what is unknown", `{"foo":{"a":1,"a":2}}`, "duplicate", "", `"a":2}}`},
	}
	typ := newType(t, schema.User(), schema.Extension{Schema: ext()})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := typ.ReadObject([]byte(tt.text), 32)
			e := problem(t, err)
			require.Equal(t, schema.InvalidSyntax, e.Type)
			require.Contains(t, e.Rule, tt.rule)
			require.NotContains(t, e.Error(), "jsontext")
			require.Equal(t, tt.path, e.Path)
			rest := tt.text[e.Offset:]
			if tt.at == "end" {
				require.Empty(t, rest)
			} else {
				require.Equal(t, tt.at, rest)
			}
		})
	}
}

func TestReadTruncated(t *testing.T) {
	t.Parallel()
	read(t, schema.UserType(), sampleUser)
	for n := range len(sampleUser) {
		_, err := schema.UserType().ReadObject([]byte(sampleUser[:n]), 32)
		e := problem(t, err)
		require.Equal(t, schema.InvalidSyntax, e.Type, "cut at %d", n)
		require.Equal(t, int64(n), e.Offset, "cut at %d: %v", n, e)
	}
}

func TestReadDepth(t *testing.T) {
	t.Parallel()
	nested := func(n int) string {
		return `{"userName":"x","foo":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	_, err := schema.UserType().ReadObject([]byte(nested(31)), 32)
	require.NoError(t, err)
	_, err = schema.UserType().ReadObject([]byte(nested(32)), 32)
	e := problem(t, err)
	require.Equal(t, schema.InvalidSyntax, e.Type)
	require.Contains(t, e.Rule, "deeper than 32")
	require.Equal(t, "foo", e.Path)
	require.Equal(t, int64(strings.Index(nested(32), "[")), e.Offset)

	tests := []struct {
		text string
		need int
	}{
		{`{}`, 1},
		{`{"userName":"x"}`, 1},
		{`{"name":{"givenName":"x"}}`, 2},
		{`{"emails":[]}`, 2},
		{`{"emails":[{"value":"x"}]}`, 3},
		{`{"emails":[{"value":[{"x":1}]}]}`, 5},
		{`{"` + schema.EnterpriseUserURI + `":{"manager":{"value":"x"}}}`, 3},
	}
	for _, tt := range tests {
		_, err := schema.UserType().ReadObject([]byte(tt.text), tt.need)
		require.NoError(t, err, tt.text)
		_, err = schema.UserType().ReadObject([]byte(tt.text), tt.need-1)
		require.Contains(t, problem(t, err).Rule, "deeper", tt.text)
	}
}

// TestReadHostile checks that input made to be expensive is not: each case takes a small part of the limit.
func TestReadHostile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 10<<20)
	var names bytes.Buffer
	for i := range 200_000 {
		names.WriteString(`"n`)
		names.WriteString(strings.Repeat("x", i%7))
		names.WriteString(schema.Integer(int64(i)).Text())
		names.WriteString(`":1,`)
	}
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"1,000,000 arrays", `{"foo":` + strings.Repeat("[", 1_000_000), false},
		{"1,000,000 arrays at once", strings.Repeat("[", 1_000_000), false},
		{"1,000,000 objects", strings.Repeat(`{"name":`, 1_000_000), false},
		{"10 MiB string", `{"userName":"` + long + `"}`, true},
		{"10 MiB name", `{"` + long + `":1}`, true},
		{"10 MiB number", `{"nickName":1` + strings.Repeat("0", 10<<20) + `}`, true},
		{"200,000 unknown names", `{` + names.String() + `"userName":"x"}`, true},
		{"500,000 elements", `{"emails":[` + strings.Repeat(`{},`, 500_000) + `{}]}`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			o, err := schema.UserType().ReadObject([]byte(tt.text), 32)
			took := time.Since(start)
			require.Equal(t, tt.ok, err == nil, "%v", err)
			if err == nil && !o.Conforms() {
				for _, r := range o.Unknown() {
					require.Less(t, len(r.Err.Error()), 300, "an error must not repeat megabytes of input")
				}
			}
			require.Less(t, took, 5*time.Second)
		})
	}
}

// TestReadValues is checklist area C: what each type takes, and that it is written again as it came.
func TestReadValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, attr, text string
		ok               bool
	}{
		{"7643-2.3.1-02 empty string", "color", `""`, true},
		{"NUL", "color", `"\u0000"`, true},
		{"emoji", "color", `"😀"`, true},
		{"number for a string", "color", `5`, false},
		{"boolean for a string", "color", `true`, false},
		{"object for a string", "color", `{"a":1}`, false},
		{"array for a string", "color", `["a"]`, false},
		{"7643-2.3.2-01 true", "flag", `true`, true},
		{"7643-2.3.2-01 false", "flag", `false`, true},
		{"7643-2.3.2-01 string", "flag", `"true"`, false},
		{"7643-2.3.2-01 number", "flag", `1`, false},
		{"7643-2.3.3-01 1.50", "ratio", `1.50`, true},
		{"7643-2.3.3-01 exponent", "ratio", `-1.5E-3`, true},
		{"7643-2.3.3-01 whole", "ratio", `3`, true},
		{"7643-2.3.3-01 largest", "ratio", `1.7976931348623157e308`, true},
		{"7643-2.3.3-01 string", "ratio", `"1.5"`, false},
		{"1e309", "ratio", `1e309`, false},
		{"400 characters", "ratio", `0.` + strings.Repeat("1", 398), true},
		{"7643-2.3.3-01 1e400", "ratio", `1e400`, false},
		{"tiny", "ratio", `1e-300`, true},
		{"1e-999999999", "ratio", `1e-999999999`, false},
		{"0e999999999", "ratio", `0e999999999`, false},
		{"401 digits", "ratio", `0.` + strings.Repeat("1", 400), false},
		{"7643-2.3.4-01 beyond 2^53", "qty", `9007199254740993`, true},
		{"beyond 2^64", "qty", `184467440737095516150`, true},
		{"negative", "qty", `-7`, true},
		{"7643-2.3.4-01 5.0", "qty", `5.0`, false},
		{"7643-2.3.4-01 5e1", "qty", `5e1`, false},
		{"7643-2.3.4-01 5.5", "qty", `5.5`, false},
		{"7643-2.3-02 string", "qty", `"5"`, false},
		{"400 digits", "qty", strings.Repeat("1", 400), true},
		{"401 digits", "qty", strings.Repeat("1", 401), false},
		{"7643-2.3.5-01 UTC", "at", `"2011-05-13T04:42:34Z"`, true},
		{"7643-2.3.5-01 offset and fraction", "at", `"2011-05-13T04:42:34.123456789+05:30"`, true},
		{"7643-2.3.5-01 no zone", "at", `"2011-05-13T04:42:34"`, true},
		{"no zone, fraction", "at", `"2011-05-13T04:42:34.5"`, true},
		{"7 fractional digits", "at", `"2024-02-29T10:11:12.1234567Z"`, true},
		{"20 fractional digits", "at", `"2011-05-13T04:42:34.12345678901234567890Z"`, true},
		{"24:00:00", "at", `"2011-12-31T24:00:00Z"`, true},
		{"24:00:00.000 without zone", "at", `"2011-12-31T24:00:00.000"`, true},
		{"7643-2.3.5-01 date only", "at", `"2011-05-13"`, false},
		{"7643-2.3.5-01 other order", "at", `"13/05/2011"`, false},
		{"7643-2.3.5-01 blank", "at", `"2011-05-13 04:42:34Z"`, false},
		{"24:00:01", "at", `"2011-12-31T24:00:01Z"`, false},
		{"24:00:00.5", "at", `"2011-12-31T24:00:00.5Z"`, false},
		{"three digits", "at", `"2011-05-13T04:42:340Z"`, false},
		{"one digit hour", "at", `"2011-05-13T4:42:34Z"`, false},
		{"comma", "at", `"2011-05-13T04:42:34,5Z"`, false},
		{"point without digits", "at", `"2011-05-13T04:42:34.Z"`, false},
		{"lower case", "at", `"2011-05-13t04:42:34z"`, false},
		{"February 30", "at", `"2011-02-30T04:42:34Z"`, false},
		{"hour 25", "at", `"2011-02-20T25:42:34Z"`, false},
		{"second 60", "at", `"2011-02-20T23:59:60Z"`, false},
		{"zone without colon", "at", `"2011-02-20T23:59:00+0100"`, false},
		{"something after it", "at", `"2011-02-20T23:59:00Z "`, false},
		{"number", "at", `1305261754`, false},
		{"empty", "at", `""`, false},
		{"7643-2.3.6-01 padded", "blob", `"aGk="`, true},
		{"two of padding", "blob", `"aA=="`, true},
		{"7643-2.3.6-01 unpadded", "blob", `"aGk"`, true},
		{"empty", "blob", `""`, true},
		{"whole alphabet", "blob", `"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"`, true},
		{"7643-2.3.6-01 URL alphabet", "blob", `"a-_k"`, false},
		{"7643-2.3.6-01 other characters", "blob", `"@@"`, false},
		{"newline", "blob", `"aGk=\n"`, false},
		{"one character", "blob", `"a"`, false},
		{"too much padding", "blob", `"aGk=="`, false},
		{"padding alone", "blob", `"===="`, false},
		{"padding inside", "blob", `"aG=k"`, false},
		{"7643-2.3.7-01 relative", "link", `"../Users/123"`, true},
		{"number for a reference", "link", `7`, false},
		{"7643-2.3-02 list", "spec", `[]`, false},
		{"7643-2.3-02 string for a complex", "spec", `"x"`, false},
		{"7643-2.3-02 string for a list", "tags", `"a"`, false},
		{"object for a list", "items", `{"value":"a"}`, false},
		{"list", "tags", `["a","b"]`, true},
		{"empty list", "tags", `[]`, true},
		{"list of integers", "nums", `[1,9007199254740993]`, true},
		{"list in an element", "items", `[{"labels":["x","y"]}]`, true},
		{"null", "spec", `null`, true},
	}
	typ := widgetType(t)
	for _, tt := range tests {
		t.Run(tt.attr+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			text := `{"` + tt.attr + `":` + tt.text + `}`
			o := read(t, typ, text)
			v := o.Get(tt.attr)
			require.Equal(t, tt.ok, o.Conforms(), "%v", v.Err())
			written, err := o.AppendJSON(nil)
			require.NoError(t, err)
			require.Equal(t, text, string(written), "what is read is written as it came, also if it does not conform")
			if tt.ok {
				require.NoError(t, v.Err())
				return
			}
			e := problem(t, v.Err())
			require.Equal(t, schema.InvalidValue, e.Type)
			require.Equal(t, tt.attr, e.Path)
			require.Equal(t, int64(len(tt.attr)+4), e.Offset)
			require.Equal(t, tt.text, string(v.Raw().JSON))
		})
	}
}

func TestReadParsed(t *testing.T) {
	t.Parallel()
	typ := widgetType(t)
	o := read(t, typ, `{"qty":9007199254740993,"ratio":-0.5,"blob":"aGk","flag":true}`)
	i, ok := o.Get("qty").Int()
	require.True(t, ok)
	require.Equal(t, int64(9007199254740993), i)
	f, ok := o.Get("ratio").Float()
	require.True(t, ok)
	require.Equal(t, -0.5, f)
	b, err := o.Get("blob").Bytes()
	require.NoError(t, err)
	require.Equal(t, "hi", string(b))

	for text, want := range map[string]time.Time{
		"2011-05-13T04:42:34":               time.Date(2011, 5, 13, 4, 42, 34, 0, time.UTC),
		"2011-05-13T04:42:34.5+05:30":       time.Date(2011, 5, 12, 23, 12, 34, 500_000_000, time.UTC),
		"2011-12-31T24:00:00Z":              time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC),
		"2024-02-29T10:11:12.1234567Z":      time.Date(2024, 2, 29, 10, 11, 12, 123_456_700, time.UTC),
		"2024-02-29T10:11:12.123456789012Z": time.Date(2024, 2, 29, 10, 11, 12, 123_456_789, time.UTC),
	} {
		got := read(t, typ, `{"at":"`+text+`"}`).Get("at").Time()
		require.True(t, want.Equal(got), "%s: %v", text, got)
	}
}

func TestReadMarks(t *testing.T) {
	t.Parallel()
	e := schema.EnterpriseUserURI
	tests := []struct {
		name, text string
		path, rule string
		typ        schema.ErrorType
		at         string
	}{
		{"unknown", `{"foo":1}`, "foo", "no such attribute", schema.InvalidSyntax, `"foo":1}`},
		{"unknown sub-attribute", `{"name": {"a":"", "foo":1}}`, "name.a", "no such attribute", schema.InvalidSyntax, `"a":"", "foo":1}}`},
		{"unknown in an element", `{"emails":[{},{"foo":{}}]}`, "emails[1].foo", "no such attribute", schema.InvalidSyntax, `"foo":{}}]}`},
		{"unknown in an extension", `{"` + e + `":{"foo":1}}`, e + ":foo", "no such attribute", schema.InvalidSyntax, `"foo":1}}`},
		{"dotted", `{"name.givenName":"x"}`, "name.givenName", "no such attribute", schema.InvalidSyntax, `"name.givenName":"x"}`},
		{"qualified", `{"` + e + `:department":"x"}`, e + ":department", "no such attribute", schema.InvalidSyntax, `"` + e + `:department":"x"}`},
		{"type", `{"active": "True"}`, "active", "must be true or false without quotes, got a string", schema.InvalidValue, `"True"}`},
		{"type in an element", `{"emails":[{"value":"x"},{"primary" :"true"}]}`, "emails[1].primary", "must be true or false", schema.InvalidValue, `"true"}]}`},
		{"7643-4.3-01 string for a complex", `{"` + e + `":{"manager":"m"}}`, e + ":manager", "must be an object, got a string", schema.InvalidValue, `"m"}}`},
		{"sub-attribute in an extension", `{"` + e + `":{"manager":{"value":7}}}`, e + ":manager.value", "must be a string, got a number", schema.InvalidValue, `7}}}`},
		{"string for an extension", `{"` + e + `":"m"}`, e, "must be an object", schema.InvalidValue, `"m"}`},
		{"string for an element", `{"emails":["x"]}`, "emails[0]", "must be an object, got a string", schema.InvalidValue, `"x"]}`},
		{"list in a list", `{"emails":[{},[]]}`, "emails[1]", "must be an object, got an array", schema.InvalidValue, `[]]}`},
		{"null element", `{"emails":[{}, null]}`, "emails[1]", "must not be null", schema.InvalidValue, `null]}`},
		{"one element", `{"emails": {}}`, "emails", "must be an array, got an object", schema.InvalidValue, `{}}`},
		{"7643-2.3.8-02 object in a sub-attribute", `{"name":{"givenName":{"x":1}}}`, "name.givenName", "must be a string, got an object", schema.InvalidValue, `{"x":1}}}`},
		{"schemas", `{"schemas":"` + schema.UserURI + `"}`, "schemas", "must be an array", schema.InvalidValue, `"` + schema.UserURI + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := read(t, schema.UserType(), tt.text)
			require.False(t, o.Conforms())
			err := problem(t, schema.Complex(o).Err())
			require.Equal(t, tt.typ, err.Type)
			require.Equal(t, tt.path, err.Path)
			require.Contains(t, err.Rule, tt.rule)
			require.Equal(t, tt.at, tt.text[err.Offset:])
			require.Contains(t, err.Error(), tt.path+": ")
			again, werr := o.AppendJSON(nil)
			require.NoError(t, werr)
			require.JSONEq(t, tt.text, string(again))
		})
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	o := read(t, schema.UserType(), `{"b":{"x" : 1},"userName":"x","a":2}`)
	unknown := o.Unknown()
	require.Len(t, unknown, 2)
	require.Equal(t, "b", unknown[0].Name, "in the order they were sent")
	require.Equal(t, `{"x" : 1}`, string(unknown[0].JSON))
	require.Equal(t, "a", unknown[1].Name)

	less := o.WithoutUnknown("b")
	require.Len(t, less.Unknown(), 1)
	require.Equal(t, "a", less.Unknown()[0].Name)
	require.Len(t, o.Unknown(), 2, "the original stays")
	require.Equal(t, "x", less.Get("userName").Text())
	require.True(t, less.WithoutUnknown("a").Conforms())

	for a := range o.All() {
		require.Equal(t, "userName", a.Name, "All yields what the schema knows")
	}
}

func TestReadValue(t *testing.T) {
	t.Parallel()
	user := schema.UserType()
	target := func(p string) *schema.Attribute { return path(t, user, p).Target() }
	tests := []struct {
		name string
		a    *schema.Attribute
		text string
		kind schema.Kind
		path string // of the error
		at   int64
	}{
		{"string", target("userName"), ` "x"`, schema.KindString, "", 0},
		{"null", target("userName"), `null`, schema.KindNull, "", 0},
		{"list", target("emails"), `[{"value":"x"}]`, schema.KindList, "", 0},
		{"one element", target("emails"), `{"value":"x"}`, schema.KindComplex, "", 0},
		{"resource", nil, `{"userName":"x"}`, schema.KindComplex, "", 0},
		{"extension", target(schema.EnterpriseUserURI), `{"department":"x"}`, schema.KindComplex, "", 0},
		{"no resource", nil, ` "x"`, schema.KindRaw, "", 101},
		{"wrong type", target("active"), ` "x"`, schema.KindRaw, "active", 101},
		{"wrong type of a sub-attribute", target("emails.primary"), `"x"`, schema.KindRaw, "emails.primary", 100},
		{"wrong type in an extension", target("manager.value"), `5`, schema.KindRaw, schema.EnterpriseUserURI + ":manager.value", 100},
		{"no extension", target(schema.EnterpriseUserURI), `5`, schema.KindRaw, schema.EnterpriseUserURI, 100},
		{"unknown in an element", target("emails"), `{"foo":1}`, schema.KindComplex, "emails.foo", 101},
		{"unknown in a listed element", target("emails"), `[{"foo":1}]`, schema.KindList, "emails[0].foo", 102},
		{"list in a list", target("emails"), `[[]]`, schema.KindList, "emails[0]", 101},
		{"list for a complex", target("name"), `[{}]`, schema.KindRaw, "name", 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, err := user.ReadValue(tt.a, []byte(tt.text), 100, 32)
			require.NoError(t, err)
			require.Equal(t, tt.kind, v.Kind())
			if tt.at == 0 {
				require.NoError(t, v.Err())
				require.True(t, v.Conforms())
				return
			}
			require.False(t, v.Conforms())
			e := problem(t, v.Err())
			require.Equal(t, tt.path, e.Path)
			require.Equal(t, tt.at, e.Offset)
		})
	}
	w := widgetType(t)
	_, v := value(t, w, "items", `{"labels":"x"}`)
	require.Equal(t, "items.labels", problem(t, v.Err()).Path, "only the outermost value may be one element")
	for _, text := range []string{"", "[", `"x" "y"`, `{"value":"x","value":"y"}`, strings.Repeat("[", 40) + strings.Repeat("]", 40)} {
		_, err := user.ReadValue(target("emails"), []byte(text), 100, 32)
		e := problem(t, err)
		require.Equal(t, schema.InvalidSyntax, e.Type)
		require.GreaterOrEqual(t, e.Offset, int64(100))
	}
}

// FuzzDateTime checks that only what has the form of an xsd:dateTime is taken.
func FuzzDateTime(f *testing.F) {
	for _, s := range []string{"2011-05-13T04:42:34Z", "2011-05-13T04:42:34.5+05:30", "2011-12-31T24:00:00.0", "2011-05-13T4:42:34,0Z", "2011-05-13", "9999-12-31T24:00:00Z"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`)
	typ := widgetType(f)
	f.Fuzz(func(t *testing.T, s string) {
		o := typ.Object()
		if err := o.Set("at", s); err != nil {
			require.True(t, o.Get("at").IsUnassigned())
			return
		}
		require.Regexp(t, form, s)
		require.Equal(t, s, o.Get("at").Text())
		again := typ.Object()
		if y := o.Get("at").Time().UTC().Year(); y < 0 || y > 9999 {
			require.Error(t, again.Set("at", o.Get("at").Time()), "the year in UTC has other than four digits")
			return
		}
		require.NoError(t, again.Set("at", o.Get("at").Time()))
		require.True(t, o.Get("at").Equal(again.Get("at")))
	})
}

// FuzzReadObject checks that what conforms is the same after it was written and read again, and that errors point into
// the text.
func FuzzReadObject(f *testing.F) {
	for _, s := range []string{
		sampleUser, `{}`, `{"foo":[{}]}`, `{"emails":[{"value":"x","primary":true},{"value":null}]}`, `{"name":{"givenName":"\ud83d\ude00"}}`,
		`{"qty":9007199254740993,"ratio":1.50,"at":"2011-12-31T24:00:00","blob":"aGk","tags":["a"],"items":[{"n":-0,"labels":["x"]}]}`,
		"{\"userName\":\"\xff\"}", `{"a":1,"A":2}`, `[`, `{"urn:example:ext":{"dir.attr.one":"x","box":{"in":""}}}`, `{"userName":5}`,
	} {
		f.Add([]byte(s))
	}
	types := []*schema.ResourceType{schema.UserType(), widgetType(f)}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, typ := range types {
			o, err := typ.ReadObject(data, 16)
			if err != nil {
				e := problem(t, err)
				require.Equal(t, schema.InvalidSyntax, e.Type)
				require.True(t, 0 <= e.Offset && e.Offset <= int64(len(data)), "offset %d of %d", e.Offset, len(data))
				continue
			}
			require.True(t, json.Valid(data), "read what encoding/json does not take")
			if err := schema.Complex(o).Err(); err != nil {
				e := problem(t, err)
				require.True(t, 0 <= e.Offset && e.Offset < int64(len(data)), "offset %d of %d", e.Offset, len(data))
			}
			written, err := o.AppendJSON(nil)
			require.NoError(t, err)
			require.True(t, json.Valid(written), "%s", written)
			again, err := typ.ReadObject(written, 16)
			require.NoError(t, err, "%s", written)
			require.True(t, schema.Complex(o).Equal(schema.Complex(again)), "%s\n%s", data, written)
			require.Equal(t, o.Conforms(), again.Conforms())
			twice, err := again.AppendJSON(nil)
			require.NoError(t, err)
			require.Equal(t, string(written), string(twice))
			if o.Conforms() {
				require.Empty(t, o.Unknown())
			}
		}
	})
}

// TestReadLongString checks the bound on strings, and that it is none on references and binary values.
func TestReadLongString(t *testing.T) {
	t.Parallel()
	w := widgetType(t)
	for n, ok := range map[int]bool{64 << 10: true, 64<<10 + 1: false} {
		o := read(t, w, `{"color":"`+strings.Repeat("x", n)+`"}`)
		require.Equal(t, ok, o.Conforms())
		if !ok {
			e := problem(t, o.Value(w.Attribute("color")).Err())
			require.Equal(t, schema.InvalidValue, e.Type)
			require.Equal(t, "color", e.Path)
			require.Contains(t, e.Rule, "64 KiB")
		}
	}
	require.True(t, read(t, w, `{"link":"`+strings.Repeat("x", 1<<20)+`","blob":"`+strings.Repeat("x", 1<<20)+`"}`).Conforms())
}
