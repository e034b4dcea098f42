package compat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/compat"
)

func TestRewriteFilter(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`emails[type eq "work"].value eq "a\"b"`, `emails[type eq "work" and value eq "a\"b"]`},
		{`emails[type eq "work" or type eq "home"].display pr`, `emails[(type eq "work" or type eq "home") and display pr]`},
		{`not (emails[type eq "work"] eq x) and active eq "TRUE"`, `not (emails[type eq "work" and value eq "x"]) and active eq true`},
		{`emails[type eq "work"].primary eq "False"`, `emails[type eq "work" and primary eq false]`},
		{`externalId eq 12345`, `externalId eq "12345"`},
		{`userName eq 'a b'`, `userName eq "a b"`},
		{enterprise + `.employeeNumber eq "44"`, enterprise + `:employeeNumber eq "44"`},
		{`id eq 54D382A4 and manager eq 2819c223-7f76`, `id eq "54D382A4" and manager.value eq "2819c223-7f76"`},
		{`members eq "u"`, `members eq "u"`},
		{`manager pr`, `manager pr`},
		{`manager eq null`, `manager eq null`},
		{`userName eq "True"`, `userName eq "True"`},
		{`userName   eq   "x"`, `userName   eq   "x"`},
		{`userName eq`, `userName eq`},
		{`emails[value.x`, `emails[value.x`},
		{``, ``},
	} {
		t.Run(test.in, func(t *testing.T) {
			got, applied, err := compat.RewriteFilter(userType(t), compat.EntraID, test.in)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, test.in != test.want, len(applied) > 0)
			got, applied, err = compat.RewriteFilter(userType(t), compat.Strict, test.in)
			require.NoError(t, err)
			require.Equal(t, test.in, got)
			require.Empty(t, applied)
		})
	}
}

// A rule that applies mends nothing but its own: the quotes stay missing.
func TestFilterRulesByThemselves(t *testing.T) {
	typ := userType(t)
	got, applied, err := compat.RewriteFilter(typ, compat.Strict.With("value-path-comparison"), `emails[type eq "work"].value eq dana`)
	require.NoError(t, err)
	require.Equal(t, []string{"value-path-comparison"}, ids(applied))
	require.Equal(t, `emails[type eq "work" and value eq dana]`, got)
	_, applied, err = compat.RewriteFilter(typ, compat.EntraID, `userName eq dana`)
	require.NoError(t, err)
	require.Equal(t, `userName eq dana`, applied[0].Before)
	require.Equal(t, `userName eq "dana"`, applied[0].After)
}

func TestRewriteAttributes(t *testing.T) {
	for in, want := range map[string]string{
		`emails[type eq "work"]`:                        `emails`,
		`userName,emails[type eq "a]b"].value,name`:     `userName,emails.value,name`,
		`userName,name`:                                 `userName,name`,
		`emails[type`:                                   `emails[type`,
		enterprise + `:manager,emails[primary eq true]`: enterprise + `:manager,emails`,
	} {
		got, applied, err := compat.RewriteAttributes(userType(t), compat.EntraID, in)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, in != want, len(applied) > 0)
	}
}
