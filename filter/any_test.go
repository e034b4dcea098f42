package filter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// TestCheckAny checks what is left of a filter for users and for groups (7644-3.4.2.1-03, -04, AMB-02).
func TestCheckAny(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, user, group string }{
		{`userName eq "x"`, `userName eq "x"`, "none"},
		{`userName ne "x"`, `userName ne "x"`, "all"},
		{`userName eq null`, `userName eq null`, "all"},
		{`userName ne null`, `userName ne null`, "none"},
		{`userName pr`, `userName pr`, "none"},
		{`not (userName pr)`, `not (userName pr)`, "all"},
		{`nosuch pr`, "none", "none"},
		{`nosuch gt true or not (urn:x:nosuch co 5)`, "all", "all"},
		{`displayName eq "x"`, `displayName eq "x"`, `displayName eq "x"`},
		{`displayName eq "x" and userName pr`, `displayName eq "x" and userName pr`, "none"},
		{`displayName eq "x" or userName pr`, `displayName eq "x" or userName pr`, `displayName eq "x"`},
		{`userName pr or displayName eq "x"`, `userName pr or displayName eq "x"`, `displayName eq "x"`},
		{`not (userName pr) and id pr`, `not (userName pr) and id pr`, "id pr"},
		{`not (userName pr) or id pr`, `not (userName pr) or id pr`, "all"},
		{`nosuch pr or nosuch pr`, "none", "none"},
		{`not (nosuch pr) and not (nosuch pr)`, "all", "all"},
		{`emails[type eq "work"]`, `emails[type eq "work"]`, "none"},
		{`not (emails[type eq "work"])`, `not (emails[type eq "work"])`, "all"},
		{`emails[nosuch eq "work"]`, "none", "none"},
		{`emails[not (nosuch pr)]`, "emails pr", "none"},
		{`emails[nosuch pr or type eq "work"]`, `emails[type eq "work"]`, "none"},
		{`members[value eq "1"]`, "none", `members[value eq "1"]`},
		{`meta.resourceType eq "User"`, "all", "none"},
		{`META.RESOURCETYPE ne "User" and id pr`, "none", "id pr"},
		{`meta.resourceType pr`, "all", "all"},
		{`meta.resourceType eq null`, "none", "none"},
		{enterprise + `:department eq "D"`, enterprise + `:department eq "D"`, "none"},
	} {
		x, err := filter.Parse(tt.in)
		require.NoError(t, err, tt.in)
		for rt, want := range map[*schema.ResourceType]string{schema.UserType(): tt.user, schema.GroupType(): tt.group} {
			c, all, err := filter.CheckAny(rt, x)
			require.NoError(t, err, "%s: %s", rt.Name(), tt.in)
			got := "none"
			if all {
				got = "all"
			}
			if c != nil {
				require.False(t, all)
				got = c.String()
				_, err = filter.Check(rt, c.Expr())
				require.NoError(t, err, "what is left suits the type")
			}
			require.Equal(t, want, got, "%s: %s", rt.Name(), tt.in)
		}
	}
	for _, in := range []string{
		`password eq "x"`, `password eq "x" and displayName pr`, `active gt true`, `name co "x"`, `meta.resourceType gt 1`, `emails[a[b eq 1] pr]`, `name.givenName[a eq 1]`,
	} {
		x, err := filter.Parse(in)
		if err != nil {
			continue // the grammar refuses it already
		}
		_, _, err = filter.CheckAny(schema.UserType(), x)
		var e *schema.Error
		require.ErrorAs(t, err, &e, in)
		require.Equal(t, schema.InvalidFilter, e.Type, in)
	}
}

// TestCheckAnyAgrees compares with Check, for filters of attributes that the type has.
func TestCheckAnyAgrees(t *testing.T) {
	t.Parallel()
	r := user1(t)
	for _, in := range []string{
		`userName eq "bjensen"`, `not (title pr) and name pr`, `emails[type eq "work" and value co "EXAMPLE"]`, `meta.resourceType eq "User" and active eq true`,
		`meta.resourceType ne "User" or title pr`, `(title pr or active eq true) and not (emails[primary eq false])`,
	} {
		x, err := filter.Parse(in)
		require.NoError(t, err)
		c, all, err := filter.CheckAny(schema.UserType(), x)
		require.NoError(t, err)
		if c != nil {
			all = c.Match(r)
		}
		require.Equal(t, checked(t, schema.UserType(), in).Match(r), all, in)
	}
}
