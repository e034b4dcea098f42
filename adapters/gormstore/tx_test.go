package gormstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// What the application does with gorm in the transaction of a store is committed and taken back with it, and the other way
// round.
func TestOneTransaction(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		for name, c := range map[string]*gorm.Config{"plain": nil, "prepared": {PrepareStmt: true}, "bare": {SkipDefaultTransaction: true}} {
			t.Run(name, func(t *testing.T) {
				db := open(t, c)
				users, _ := customers(t, db, nil)
				empty := count(t, db)
				full := map[string]int64{"customers": 1, "notes": 1, "scim_customers": 1, "squads": 0, "squad_customers": 0, "scim_squads": 0}
				enough := errors.New("enough")
				inStore := func(end error) error {
					return users.InTx(t.Context(), func(ctx context.Context) error {
						if _, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`)); err != nil {
							return err
						}
						tx := gormstore.DB(ctx, db)
						require.NoError(t, tx.Take(&Customer{}, "login = ?", "ann").Error)
						// gorm's transactions are savepoints then.
						require.NoError(t, tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&Note{Text: "a"}).Error }))
						require.Error(t, tx.Transaction(func(tx *gorm.DB) error {
							require.NoError(t, tx.Create(&Note{Text: "b"}).Error)
							return enough
						}))
						return end
					})
				}
				inGorm := func(end error) error {
					return db.Transaction(func(tx *gorm.DB) error {
						ctx, err := gormstore.WithTx(t.Context(), tx)
						require.NoError(t, err)
						if err := tx.Create(&Note{Text: "a"}).Error; err != nil {
							return err
						}
						if _, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`)); err != nil {
							return err
						}
						require.NoError(t, gormstore.DB(ctx, db).Take(&Customer{}, "login = ?", "ann").Error)
						return end
					})
				}
				for _, in := range []func(error) error{inStore, inGorm} {
					require.ErrorIs(t, in(enough), enough)
					require.Equal(t, empty, count(t, db))
					require.NoError(t, in(nil))
					require.Equal(t, full, count(t, db))
					require.NoError(t, db.Where("1 = 1").Delete(&Note{}).Error)
					require.NoError(t, users.Delete(t.Context(), "cus_ann", ""))
				}
			})
		}
	})
}

// A hook's own *gorm.DB is good for all that gorm's is.
func TestTransactionOfHooks(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, groups := customers(t, db, nil)
		ctx, _ := scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"AfterCreate": func(tx *gorm.DB, _ *Customer) error {
			if err := tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&Note{Text: "a"}).Error }); err != nil {
				return err
			}
			pool, err := tx.DB()
			if err != nil {
				return err
			}
			mine, err := db.DB()
			require.NoError(t, err)
			require.Same(t, mine, pool)
			require.Same(t, tx.Statement.ConnPool, gormstore.DB(tx.Statement.Context, tx).Statement.ConnPool)
			ctx, err := gormstore.WithTx(tx.Statement.Context, tx)
			if err != nil {
				return err
			}
			_, err = groups.Create(ctx, resource(t, groups, `{"displayName": "own"}`))
			return err
		}})
		_, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"customers": 1, "notes": 1, "scim_customers": 1, "squads": 1, "squad_customers": 0, "scim_squads": 1}, count(t, db))
	})
}

func TestDBOutsideTransactions(t *testing.T) {
	db, err := gorm.Open(openSQLite(t))
	require.NoError(t, err)
	users, _ := customers(t, db, nil)
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, 1)
	require.Equal(t, 1, gormstore.DB(ctx, db).Statement.Context.Value(key{}))
	_, ok := gormstore.DB(ctx, db).Statement.ConnPool.(*sql.DB)
	require.True(t, ok)
	_, err = gormstore.WithTx(ctx, db)
	require.ErrorContains(t, err, "there is no transaction")
	// A transaction on another database is not this one's.
	other, err := gorm.Open(openSQLite(t))
	require.NoError(t, err)
	require.NoError(t, users.InTx(ctx, func(ctx context.Context) error {
		require.NotNil(t, sqlstore.Tx(ctx))
		_, ok := gormstore.DB(ctx, other).Statement.ConnPool.(*sql.DB)
		require.True(t, ok)
		return nil
	}))
	for _, db := range []*gorm.DB{db, other} {
		pool, err := db.DB()
		require.NoError(t, err)
		require.NoError(t, pool.Close())
	}
}

// Without a tenant nothing is read or written, and one tenant's rows are not those of another.
func TestTenant(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := app(t, db, nil)
		r := resource(t, users, `{"userName": "ann"}`)
		_, err := users.Create(t.Context(), r)
		require.ErrorContains(t, err, "the context has no tenant")
		made, err := users.Create(as(t, "acme"), r)
		require.NoError(t, err)
		var u User
		require.NoError(t, db.Take(&u).Error)
		require.Equal(t, "acme", u.Org)
		require.Equal(t, "free", u.Plan)
		_, err = users.Get(t.Context(), made.ID, scim.Projection{})
		require.ErrorContains(t, err, "the context has no tenant")
		_, err = users.Get(as(t, "globex"), made.ID, scim.Projection{})
		require.ErrorIs(t, err, scim.ErrNotFound)
		require.ErrorIs(t, users.Delete(as(t, "globex"), made.ID, ""), scim.ErrNotFound)
		require.NoError(t, made.Attributes.Set("userName", "eve"))
		_, err = users.Replace(as(t, "globex"), made)
		require.ErrorIs(t, err, scim.ErrNotFound)
	})
}

// A transaction of the application's may have seen a row before another has changed it. A write in it is refused, or leaves
// alone what the other has changed.
func TestStaleSnapshot(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, groups := customers(t, db, nil)
		ann, err := users.Create(t.Context(), resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		squad, err := groups.Create(t.Context(), resource(t, groups, `{"displayName": "a"}`))
		require.NoError(t, err)
		opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
		if db.Name() == "sqlite" {
			opts = nil
		}
		stale := func(do func(ctx context.Context) error) error {
			return db.Transaction(func(tx *gorm.DB) error {
				var all []Customer
				require.NoError(t, tx.Find(&all).Error)
				require.NoError(t, db.Model(&Customer{}).Where("id = ?", ann.ID).UpdateColumn("vip", true).Error)
				require.NoError(t, db.Model(&Squad{}).Where("1 = 1").UpdateColumn("rev", gorm.Expr("rev + 1")).Error)
				ctx, err := gormstore.WithTx(t.Context(), tx)
				require.NoError(t, err)
				return do(ctx)
			}, opts)
		}
		err = stale(func(ctx context.Context) error {
			next := *ann
			require.NoError(t, next.Attributes.Set("userName", "anna"))
			_, err := users.Replace(ctx, &next)
			return err
		})
		t.Log("a column that is not mapped:", err)
		var c Customer
		require.NoError(t, db.Take(&c, "id = ?", ann.ID).Error)
		require.True(t, c.Vip)

		err = stale(func(ctx context.Context) error {
			_, err := groups.Update(ctx, squad.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("displayName", "b") })
			return err
		})
		require.Error(t, err)
	})
}
