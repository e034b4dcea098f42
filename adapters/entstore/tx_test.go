package entstore_test

import (
	"context"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/team"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/adapters/entstore/internal/example/viewer"
	"github.com/stretchr/testify/require"
)

// Stores join a transaction of the application's, and give theirs to interceptors.
func TestTransactions(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a := newApp(t, e)
		ctx := as(t, "acme")

		tx, err := a.client.Tx(ctx)
		require.NoError(t, err)
		inner := ent.NewTxContext(ctx, tx)
		require.Same(t, a.client, a.db.Client(ctx))
		require.NotSame(t, a.client, a.db.Client(inner))
		r := a.create(t, inner, "bjensen")
		_, err = a.groups.Create(inner, a.newGroup(t, "Tour Guides", r.ID))
		require.NoError(t, err)
		require.Equal(t, 1, tx.User.Query().CountX(inner), "the transaction sees it")
		require.NoError(t, tx.Rollback())
		require.Zero(t, a.client.User.Query().CountX(ctx), "the application decides")
		require.Zero(t, a.client.Team.Query().CountX(ctx))

		require.ErrorIs(t, a.db.InTx(ctx, func(ctx context.Context) error {
			a.create(t, ctx, "bjensen")
			return errInterceptor
		}), errInterceptor)
		require.Zero(t, a.client.User.Query().CountX(ctx), "an error takes all back")
		require.NoError(t, a.db.InTx(ctx, func(ctx context.Context) error {
			a.create(t, ctx, "bjensen")
			return a.db.Client(ctx).Team.Create().SetOrg("acme").SetName("audit").Exec(ctx)
		}))
		require.Equal(t, 1, a.client.User.Query().CountX(ctx))
		require.Equal(t, 1, a.client.Team.Query().CountX(ctx))

		fail := false
		h := a.handler(t, viewer.Any, func(next scim.Func) scim.Func {
			return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
				res, err := next(ctx, op)
				if err != nil {
					return nil, err
				}
				if err := ent.TxFromContext(ctx).Team.Create().SetOrg("acme").SetName("log of a write").Exec(ctx); err != nil {
					return nil, err
				}
				if fail {
					return nil, errInterceptor
				}
				return res, nil
			}
		})
		code, body := send(h, "POST", "/Users", userBody+`one"}`)
		require.Equal(t, 201, code, body)
		fail = true
		code, body = send(h, "POST", "/Users", userBody+`two"}`)
		require.Equal(t, 500, code, body)
		require.Equal(t, 1, a.client.Team.Query().Where(team.Name("log of a write")).CountX(ctx))
		require.Zero(t, a.client.User.Query().Where(user.Login("two")).CountX(ctx))
	})
}

// A panic takes all back, and leaves the store usable.
func TestPanic(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a := newApp(t, e)
		ctx := as(t, "acme")
		require.Panics(t, func() {
			_ = a.db.InTx(ctx, func(ctx context.Context) error {
				a.create(t, ctx, "bjensen")
				panic("in the middle")
			})
		})
		require.Zero(t, a.client.User.Query().CountX(ctx))
		a.create(t, ctx, "bjensen")
	})
}
