package sqlstore_test

import (
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// resource makes a resource from JSON.
func resource(tb testing.TB, s *sqlstore.Store, json string) *scim.Resource {
	tb.Helper()
	o, err := s.Type().ReadObject([]byte(json), 32)
	require.NoError(tb, err)
	r, err := s.Type().NewResource(o, true)
	require.NoError(tb, err)
	return r
}

// shown returns a resource as JSON, without id and meta.
func shown(tb testing.TB, r *scim.Resource) string {
	tb.Helper()
	c := *r
	c.ID, c.Meta = "", schema.Meta{}
	data, err := c.AppendJSON(nil)
	require.NoError(tb, err)
	return string(data)
}

// parsed returns a checked filter.
func parsed(tb testing.TB, s *sqlstore.Store, text string) *filter.Checked {
	tb.Helper()
	x, err := filter.Parse(text)
	require.NoError(tb, err)
	c, err := filter.Check(s.Type(), x)
	require.NoError(tb, err, text)
	return c
}

const barbara = `{
	"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"externalId": "00u1",
	"userName": "BJensen@example.com",
	"name": {"familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane"},
	"nickName": "Babs",
	"active": true,
	"emails": [
		{"value": "bjensen@example.com", "type": "work", "primary": true},
		{"value": "babs@example.org", "type": "home"}
	],
	"phoneNumbers": [{"value": "+1-201-555-0123", "type": "work", "primary": true}, {"value": "+1-201-555-0124", "type": "mobile"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "007", "department": "Tours"}
}`

func TestThinPath(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		_, users, _ := app(t, e)
		ctx := as(t, "acme")
		sent := resource(t, users, barbara)
		made, err := users.Create(ctx, sent)
		require.NoError(t, err)
		require.JSONEq(t, shown(t, sent), shown(t, made))
		require.NotEmpty(t, made.Meta.Version)

		got, err := users.Get(ctx, made.ID, scim.Projection{})
		require.NoError(t, err)
		require.Equal(t, made.Meta, got.Meta)
		require.JSONEq(t, shown(t, made), shown(t, got))

		page, err := users.Search(ctx, &scim.Query{Filter: parsed(t, users, `userName eq "bjensen@EXAMPLE.com"`), StartIndex: 1, Count: 10})
		require.NoError(t, err)
		require.Equal(t, 1, page.TotalResults)
		require.Equal(t, made.ID, page.Resources[0].ID)

		next := *got
		require.NoError(t, next.Attributes.Set("active", false))
		require.NoError(t, next.Attributes.Set("nickName", "B"))
		require.NoError(t, next.Attributes.Set(`emails[type eq "work"].value`, "b@example.com"))
		stored, err := users.Replace(ctx, &next)
		require.NoError(t, err)
		require.JSONEq(t, shown(t, &next), shown(t, stored))
		require.NotEqual(t, got.Meta.Version, stored.Meta.Version)
		require.True(t, stored.Meta.LastModified.After(got.Meta.LastModified))

		_, err = users.Replace(ctx, got)
		require.ErrorIs(t, err, scim.ErrVersionMismatch)

		require.NoError(t, users.Delete(ctx, made.ID, stored.Meta.Version))
		_, err = users.Get(ctx, made.ID, scim.Projection{})
		require.ErrorIs(t, err, scim.ErrNotFound)
		_, err = users.Create(ctx, sent)
		require.NoError(t, err)
	})
}

// TestDottedI: a database may make an i of a capital I with a dot, which is another letter for SCIM (RFC 7643 §2.2, by simple
// case folding).
func TestDottedI(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		_, users, _ := app(t, e)
		ctx := as(t, "acme")
		for _, name := range []string{"i", "\u0130b"} {
			_, err := users.Create(ctx, resource(t, users, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`"}`))
			require.NoError(t, err)
		}
		for filter, want := range map[string]int{
			`userName eq "\u0130"`: 0, `userName ne "\u0130"`: 2, `userName eq "I"`: 1, `userName eq "\u0130B"`: 1, `userName eq "ib"`: 0, `not (userName eq "ib")`: 2,
		} {
			page, err := users.Search(ctx, &scim.Query{Filter: parsed(t, users, filter), StartIndex: 1, Count: 10})
			require.NoError(t, err)
			require.Equal(t, want, page.TotalResults, filter)
		}
	})
}
