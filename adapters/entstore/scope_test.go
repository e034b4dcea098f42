package entstore_test

import (
	"context"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
	"github.com/stretchr/testify/require"
)

// Without a tenant nothing is read or written (RFC 7644 §6.1).
func TestScopeFailsClosed(t *testing.T) {
	a := newApp(t, engine{"sqlite3", openSQLite})
	r := a.create(t, as(t, "acme"), "bjensen")
	q := &scim.Query{StartIndex: 1, Count: 10}
	for _, ctx := range []context.Context{t.Context(), as(t, "")} {
		_, err := a.users.Get(ctx, r.ID, scim.Projection{})
		require.ErrorContains(t, err, "no tenant")
		for _, err = range a.users.List(ctx, scim.Projection{}) {
			require.ErrorContains(t, err, "no tenant")
		}
		require.Error(t, err)
		_, err = a.users.Create(ctx, a.newUser(t, "other"))
		require.ErrorContains(t, err, "no tenant")
		_, err = a.users.Replace(ctx, r)
		require.ErrorContains(t, err, "no tenant")
		_, err = a.users.Update(ctx, r.ID, scim.Projection{}, func(*scim.Resource) error { return nil })
		require.ErrorContains(t, err, "no tenant")
		require.ErrorContains(t, a.users.Delete(ctx, r.ID, ""), "no tenant")
		_, err = a.users.Search(ctx, q)
		require.ErrorContains(t, err, "no tenant")
		_, err = a.users.SearchAfter(ctx, q, "")
		require.ErrorContains(t, err, "no tenant")
		_, err = a.groups.PatchDelta(ctx, "g_1", &patch.Delta{})
		require.ErrorContains(t, err, "no tenant")
	}
	require.Equal(t, 1, a.client.User.Query().CountX(t.Context()))
}
