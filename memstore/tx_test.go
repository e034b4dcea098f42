package memstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
)

// picture is all that can be seen of a directory.
func picture(t testing.TB, d *memstore.Directory, ctx context.Context) []string {
	var out []string
	for _, s := range []*memstore.Store{d.Users(), d.Groups()} {
		for _, r := range list(t, s, ctx) {
			out = append(out, json(t, r))
			for _, name := range []string{"userName", "displayName", "externalId", "id", "members.value", "groups.value", "emails.value"} {
				if _, err := s.Type().Path(name); err != nil {
					continue
				}
				for _, x := range []string{"u", "v", "G", "H", "E", "F", r.ID} {
					if found := search(t, s, ctx, name+` eq "`+x+`"`); len(found) > 0 {
						out = append(out, name+" "+x, found[0])
					}
				}
			}
		}
	}
	return out
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u := create(t, users, ctx, "userName", "u", "externalId", "E")
	v := create(t, users, ctx, "userName", "v")
	g := create(t, groups, ctx, "displayName", "G", "members", refs(u.ID, v.ID))
	was := picture(t, d, ctx)

	var inside []string
	change := func(ctx context.Context) {
		x := create(t, users, ctx, "userName", "x", "displayName", "X")
		_, err := groups.PatchDelta(ctx, g.ID, membersDelta(t, groups, false, []string{v.ID}, []string{x.ID}))
		require.NoError(t, err)
		require.NoError(t, users.Delete(ctx, u.ID, ""))
		_, err = users.Update(ctx, v.ID, scim.Projection{}, func(r *scim.Resource) error {
			r.ExternalID = "F"
			return r.Attributes.Set("userName", "u")
		})
		require.NoError(t, err)
		// What fails inside changes nothing and leaves the transaction as it is.
		_, err = users.Create(ctx, resource(t, users, "userName", "U"))
		require.ErrorIs(t, err, scim.ErrUniqueness)
		require.Equal(t, []string{"X"}, subs(get(t, groups, ctx, g.ID), "members.display"))
		inside = picture(t, d, ctx)
	}
	failed := errors.New("no")
	err := users.InTx(ctx, func(tx context.Context) error {
		change(tx)
		require.Equal(t, was, picture(t, d, ctx), "others see what is not committed")
		return failed
	})
	require.ErrorIs(t, err, failed)
	require.Equal(t, was, picture(t, d, ctx), "taken back")

	require.Panics(t, func() {
		_ = d.InTx(ctx, func(tx context.Context) error {
			change(tx)
			panic("no")
		})
	})
	require.Equal(t, was, picture(t, d, ctx), "taken back after a panic")

	err = groups.InTx(ctx, func(tx context.Context) error {
		err := users.InTx(tx, func(tx context.Context) error {
			change(tx)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, was, picture(t, d, ctx), "a transaction inside another must not commit")
		require.Equal(t, inside, picture(t, d, tx))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, inside, picture(t, d, ctx), "committed")
	require.NotEqual(t, was, inside)
}

// Lists of members that were made inside a transaction that was taken back must not be taken for the real ones.
func TestTransactionAndLists(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, groups, ctx := d.Users(), d.Groups(), t.Context()
	u := create(t, users, ctx, "userName", "u")
	g := create(t, groups, ctx, "displayName", "G", "members", refs(u.ID))
	rename := func(ctx context.Context, name string) {
		_, err := users.Update(ctx, u.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("displayName", name) })
		require.NoError(t, err)
	}
	_ = d.InTx(ctx, func(tx context.Context) error {
		rename(tx, "lost")
		require.Equal(t, []string{"lost"}, subs(get(t, groups, tx, g.ID), "members.display"))
		require.Equal(t, []string{"u"}, subs(get(t, groups, ctx, g.ID), "members.display"))
		return errors.New("no")
	})
	rename(ctx, "kept")
	require.Equal(t, []string{"kept"}, subs(get(t, groups, ctx, g.ID), "members.display"))
}

func TestTransactionEnds(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	for _, result := range []error{nil, errors.New("no")} {
		var kept context.Context
		require.Equal(t, result, d.InTx(ctx, func(tx context.Context) error {
			kept = tx
			return result
		}))
		_, err := users.Create(kept, resource(t, users, "userName", "late"))
		require.ErrorContains(t, err, "has ended")
		require.Empty(t, list(t, users, ctx))
	}
}

func TestTransactionsWait(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	err := d.InTx(ctx, func(tx context.Context) error {
		impatient, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
		defer cancel()
		_, err := users.Create(impatient, resource(t, users, "userName", "u"))
		require.ErrorIs(t, err, context.DeadlineExceeded, "a writer outside must wait, but not for ever")
		require.ErrorIs(t, d.InTx(impatient, func(context.Context) error { return nil }), context.DeadlineExceeded)
		// Another tenant has nothing to wait for, even through the same context.
		other := scim.WithPrincipal(tx, scim.Principal{Tenant: "other"})
		create(t, users, other, "userName", "u")
		return nil
	})
	require.NoError(t, err)
	require.Empty(t, list(t, users, ctx))
	require.Len(t, list(t, users, tenant(t, "other")), 1)
}
