package compat_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// semantic are the rules that change what valid input means; deviations.md says how.
var semantic = map[string]bool{"clear": true, "role-json": true, "create-element": true}

// FuzzRewritePatch: under every profile twice is as once, the argument stays as it is, what Strict accepts keeps its effect but for
// the semantic rules, of which Lenient has none, and no group is emptied unless the request says so by RFC 7644.
func FuzzRewritePatch(f *testing.F) {
	for _, c := range readCases(f) {
		if c.Request.Method == "PATCH" && len(c.Request.Body) < 4000 {
			f.Add(string(c.Request.Body), strings.HasPrefix(c.Request.Path, "/Groups"))
		}
	}
	for _, ops := range []string{
		`[{"op":"replace","value":{"members":[{"value":null}]}}]`,
		`[{"op":"replace","path":"members","value":[{"type":"User","value":""}]}]`,
		`[{"op":"remove","path":"members[value eq \"u-1\"]","value":"u-2"}]`,
		`[{"op":"remove","path":"members.value","value":[{"value":"u-1"}]}]`,
		`[{"op":"replace","path":"members[type eq 'User'].value","value":""}]`,
	} {
		f.Add(string(message(ops)), true)
	}
	users, groups := userType(f), groupType(f)
	u := resource(f, users, []byte(`{"schemas":["`+user+`"],"id":"u-100","userName":"dana","active":true,"title":"T","emails":[{"type":"work","value":"a@x.example","primary":true}],
		"roles":[{"value":"r","primary":true}],"`+enterprise+`":{"department":"D","manager":{"value":"u-9"}}}`))
	g := resource(f, groups, []byte(`{"schemas":["`+group+`"],"id":"g-7","displayName":"G","members":[{"value":"u-1"},{"value":"u-2"}]}`))
	f.Fuzz(func(t *testing.T, body string, isGroup bool) {
		typ, r := users, u
		if isGroup {
			typ, r = groups, g
		}
		received, err := patch.Read(typ, []byte(body), patch.Limits{Operations: 50})
		if err != nil {
			return
		}
		before := written(t, received)
		strict, _, strictErr := patch.Apply(r, received)
		if strictErr == nil {
			strictErr = patch.Check(typ, received)
		}
		for _, p := range compat.Profiles() {
			once, applied, err := compat.RewritePatch(typ, p, received)
			require.Equal(t, before, written(t, received))
			for _, a := range applied {
				_ = a.Redacted()
				require.NotZero(t, a.Op)
			}
			if err != nil {
				if strictErr == nil {
					require.Regexp(t, `can't be cleared|an element has no value`, err.Error())
					require.NotSame(t, compat.Lenient, p)
				}
				continue
			}
			twice, again, err := compat.RewritePatch(typ, p, once)
			require.NoError(t, err)
			require.Equal(t, written(t, once), written(t, twice))
			require.Empty(t, ids(again))

			next, _, err := patch.Apply(r, once)
			if err == nil && isGroup && next.Get("members").IsUnassigned() {
				require.True(t, saysSo(body), "the group is empty")
			}
			changes := false
			for _, id := range ids(applied) {
				changes = changes || semantic[id]
			}
			require.False(t, changes && p == compat.Lenient)
			if strictErr != nil || changes {
				continue
			}
			require.NoError(t, err, p.Name())
			require.Equal(t, text(t, strict), text(t, next), p.Name())
		}
	})
}

// FuzzNames: a name or path that means nothing is refused under every profile, wherever it stands; one that means something
// has an effect. Nothing is dropped in silence.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"nosuch", "name.nosuch", "emails.nosuch", enterprise + ":nosuch", enterprise + ".nosuch", "urn:x:y", "foo.bar", "x[y eq 1]", `emails[nosuch eq "a"].value`,
		`emails[type eq "work"].nosuch`, "a.b.c", "", " ", "schemas", "id", "meta", "meta.version", "externalId", "groups", "title", "TITLE", `emails[type eq "home"].value`, enterprise, "manager", "value", "schemas.x", "\u0000"} {
		f.Add(name)
	}
	typ := userType(f)
	r := resource(f, typ, []byte(`{"schemas":["`+user+`"],"id":"u-100","userName":"dana","active":true,"emails":[{"type":"work","value":"a@x.example","primary":true}]}`))
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) || len(name) > 500 {
			return
		}
		quoted, err := json.Marshal(name)
		require.NoError(t, err)
		for _, op := range []string{`{"op":"replace","path":%,"value":"v"}`, `{"op":"Add","value":{%:"v"}}`, `{"op":"replace","value":{%:{"value":"v"}}}`, `{"op":"replace","value":{"name":{%:"v"}}}`,
			`{"op":"add","path":"emails","value":[{"value":"b",%:"v"}]}`, `{"op":"replace","value":{"` + enterprise + `":{%:"v"}}}`} {
			body := message(`[` + strings.ReplaceAll(op, "%", string(quoted)) + `]`)
			for _, p := range compat.Profiles() {
				_, next, err := run(typ, p, r, body)
				if err == nil {
					require.NotEqual(t, text(t, r), text(t, next), "%s: %s is dropped", p.Name(), body)
				}
			}
		}
	})
}

// saysSo reports whether a request for the group above may mean to remove all members: by a remove without value, by a
// replacement with nothing, or by naming both.
func saysSo(body string) bool {
	if strings.Contains(body, "u-1") && strings.Contains(body, "u-2") {
		return true
	}
	var m map[string]any
	if json.Unmarshal([]byte(body), &m) != nil {
		return true
	}
	for name, list := range m {
		ops, ok := list.([]any)
		if !ok || !strings.EqualFold(name, "Operations") {
			continue
		}
		for _, o := range ops {
			op, path, value := "", "", any(nil)
			sent := false
			object, _ := o.(map[string]any)
			for k, v := range object {
				switch strings.ToLower(k) {
				case "op":
					op, _ = v.(string)
				case "path":
					path, _ = v.(string)
				case "value":
					value, sent = v, true
				}
			}
			filtered := strings.Contains(path, "[") || strings.Contains(path, ".")
			nothing := func(v any) bool {
				l, isList := v.([]any)
				return v == nil || isList && len(l) == 0
			}
			switch strings.ToLower(op) {
			case "remove":
				if !sent || filtered {
					return true
				}
			case "replace":
				if sent && nothing(value) || filtered {
					return true
				}
				if attrs, ok := value.(map[string]any); ok {
					for k, v := range attrs {
						if strings.Contains(strings.ToLower(k), "members") && nothing(v) || strings.Contains(k, "[") || strings.Contains(k, ".") {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// FuzzRemoveMember: an id is data. The member that has it is removed and no other, whatever quotes, brackets and backslashes
// it has; if none has it, nothing happens.
func FuzzRemoveMember(f *testing.F) {
	for _, id := range []string{`u-1`, `a"b\c`, `"] or value pr or members[value eq "`, `*`, `\u0022`, "\x00", `x" or value pr or value eq "`, ` `, `é`, "\u2028"} {
		f.Add(id)
	}
	// The longest id that fits a path, one that does not, and one that does not only because of how it is quoted.
	fits := filter.MaxLength - len(`members[value eq ""]`)
	f.Add(strings.Repeat("i", fits))
	f.Add(strings.Repeat("i", fits+1))
	f.Add(strings.Repeat("\x13", 3999))
	typ := groupType(f)
	f.Fuzz(func(t *testing.T, id string) {
		if id == "" || !utf8.ValidString(id) || len(id) > 2*filter.MaxLength || id == "other" {
			return
		}
		quoted, err := json.Marshal(id)
		require.NoError(t, err)
		with := resource(t, typ, []byte(`{"schemas":["`+group+`"],"id":"g","displayName":"G","members":[{"value":"other"},{"value":`+string(quoted)+`}]}`))
		without := resource(t, typ, []byte(`{"schemas":["`+group+`"],"id":"g","displayName":"G","members":[{"value":"other"}]}`))
		path := "members[value eq " + filter.Literal{Kind: filter.LiteralString, Text: id}.String() + "]"
		for _, value := range []string{`[{"$ref":null,"value":%}]`, `{"value":%}`, `[%]`, `%`, `{"members":[{"value":%}]}`} {
			body := message(`[{"op":"Remove","path":"members","value":` + strings.ReplaceAll(value, "%", string(quoted)) + `}]`)
			for _, r := range []*schema.Resource{with, without} {
				before := text(t, r)
				_, next, err := run(typ, compat.EntraID, r, body)
				if len(path) > filter.MaxLength {
					// No filter can name such an id: the request is refused, and nothing is removed.
					require.Error(t, err)
					require.Equal(t, before, text(t, r))
					continue
				}
				require.NoError(t, err)
				require.Equal(t, text(t, without), text(t, next))
			}
		}
	})
}

// FuzzRewriteFilter: a valid filter stays as it is, and what a filter is rewritten to stays as it is.
func FuzzRewriteFilter(f *testing.F) {
	for _, s := range []string{
		`emails[type eq "work"].value eq "a"`, `active eq "True" and not (userName eq x)`, `roles[primary eq "true"] pr`,
		enterprise + `.manager.value eq 5`, `userName eq 'x'`, `emails[type eq "a" or type eq "b"] co "c"`,
	} {
		f.Add(s)
	}
	typ := userType(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range compat.Profiles() {
			once, applied, err := compat.RewriteFilter(typ, p, s)
			require.NoError(t, err)
			require.Equal(t, once == s, len(applied) == 0)
			for _, a := range applied {
				_ = a.Redacted()
			}
			x, err := filter.Parse(s)
			if err == nil {
				if _, err := filter.Check(typ, x); err == nil {
					require.Equal(t, s, once)
				}
			}
			twice, again, err := compat.RewriteFilter(typ, p, once)
			require.NoError(t, err)
			require.Equal(t, once, twice)
			require.Empty(t, again)
		}
	})
}

// FuzzRewriteResource: twice is as once, and a resource that Strict takes as it is keeps its attributes unless a semantic rule
// or one for unknown names says otherwise. Lenient changes nothing that has no unknown names.
func FuzzRewriteResource(f *testing.F) {
	for _, c := range readCases(f) {
		if c.Request.Method == "POST" || c.Request.Method == "PUT" {
			f.Add(string(c.Request.Body))
		}
	}
	typ := userType(f)
	meaning := map[string]bool{"clear": true, "role-json": true, "path-keys": true, "member-display-name": true}
	f.Fuzz(func(t *testing.T, body string) {
		o, err := typ.ReadObject([]byte(body), 32)
		if err != nil {
			return
		}
		sent := o
		strict, strictErr := typ.NewResource(sent, false)
		_, unknownErr := typ.NewResource(sent, true)
		for _, p := range compat.Profiles() {
			o := sent
			applied, err := compat.RewriteResource(typ, p, &o)
			if err != nil {
				require.NotSame(t, compat.Lenient, p)
				continue
			}
			got, gotErr := typ.NewResource(o, false)
			changes := false
			for _, id := range ids(applied) {
				changes = changes || meaning[id]
			}
			if strictErr == nil && !changes || unknownErr == nil && p == compat.Lenient {
				require.NoError(t, gotErr)
				require.Equal(t, text(t, strict), text(t, got))
			}
			once := object(t, o)
			applied, err = compat.RewriteResource(typ, p, &o)
			require.NoError(t, err)
			require.Empty(t, ids(applied))
			require.Equal(t, once, object(t, o))
		}
	})
}
