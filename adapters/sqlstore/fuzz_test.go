package sqlstore_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/filter"
	"github.com/stretchr/testify/require"
)

// lists matches lists of placeholders, whose length depends on how many ways there are to write a text.
var lists = regexp.MustCompile(`(= \?|IN \(\?(, \?)*\))`)

// FuzzFilterText shows that no value of a filter gets into the text of a statement: the text is always one of those that a few
// harmless values lead to.
func FuzzFilterText(f *testing.F) {
	e := engine{sqlstore.SQLite, "sqlite", sqliteDSN}
	db, r := e.record(f)
	users, groups := appOver(f, db, e.dialect)
	ctx := as(f, "acme")
	_, err := users.Create(ctx, resource(f, users, barbara))
	require.NoError(f, err)
	attributes := []struct {
		s    *sqlstore.Store
		path string
	}{
		{users, "userName"}, {users, "name.familyName"}, {users, "externalId"}, {users, "id"}, {users, "emails.value"}, {users, "phoneNumbers.value"}, {users, "nickName"},
		{users, "phoneNumbers.type"}, {groups, "displayName"}, {groups, "members.value"}, {groups, "members.type"}, {users, "groups.value"}, {users, "meta.version"},
	}
	operators := []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}
	// texts returns the statements that a query leads to, with lists of placeholders in one form.
	texts := func(tb testing.TB, value string, n uint8) []string {
		a := attributes[int(n)%len(attributes)]
		quoted, err := json.Marshal(value)
		require.NoError(tb, err)
		text := a.path + " " + operators[int(n)/len(attributes)%len(operators)] + " " + string(quoted)
		if path, sub, ok := strings.Cut(text, "."); ok && n%2 == 0 && (path == "phoneNumbers" || path == "members") {
			text = path + "[" + sub + "]"
		}
		x, err := filter.Parse(text)
		if err != nil {
			return nil
		}
		c, err := filter.Check(a.s.Type(), x)
		require.NoError(tb, err)
		var out []string
		for _, s := range r.during(func() {
			_, err = a.s.Search(ctx, &scim.Query{Filter: c, StartIndex: 1, Count: 5})
			require.NoError(tb, err)
		}) {
			out = append(out, lists.ReplaceAllString(s.text, "IN (…)"))
		}
		return out
	}
	harmless := []string{"", "a", "ä", "kkkkkkkkkkkk", "\x00", "u_1", "u_0"}
	known := map[uint8]map[string]bool{}
	for n := range 256 {
		known[uint8(n)] = map[string]bool{}
		for _, v := range harmless {
			for _, text := range texts(f, v, uint8(n)) {
				known[uint8(n)][text] = true
			}
		}
	}
	for _, v := range []string{"x' OR '1'='1", `"; DROP TABLE users; --`, "%", "_", "!", `\`, "?", "$1", "%s", "a\x00b", "ſK", "é'", "-- ", "/*", "\u2028", "u_9223372036854775808"} {
		for n := range 30 {
			f.Add(v, uint8(n*7))
		}
	}
	f.Fuzz(func(t *testing.T, value string, n uint8) {
		for _, text := range texts(t, value, n) {
			require.True(t, known[n][text], "a statement is unlike those for other values: %s", text)
		}
	})
}
