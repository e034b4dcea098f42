package gormstore_test

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	gormschema "gorm.io/gorm/schema"
)

// A UUID is a key of a type of the application's own.
type UUID [16]byte

func (u UUID) Value() (driver.Value, error) {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

func (u *UUID) Scan(v any) error {
	text, ok := v.(string)
	if b, is := v.([]byte); is {
		text, ok = string(b), true
	}
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if !ok || err != nil || len(b) != len(u) {
		return errors.New("no UUID")
	}
	copy(u[:], b)
	return nil
}

func (UUID) GormDBDataType(db *gorm.DB, _ *gormschema.Field) string {
	if db.Name() == "postgres" {
		return "uuid"
	}
	return "char(36)"
}

// Base is what the models of the application have in common: it makes keys.
type Base struct {
	ID       UUID      `gorm:"primaryKey"`
	Tenant   string    `gorm:"size:100;not null;index"`
	Revision int       `gorm:"not null" scim:"meta.version"`
	Made     time.Time `scim:"meta.created"`
	Changed  time.Time `gorm:"autoUpdateTime" scim:"meta.lastModified"`
}

// BeforeCreate makes keys that can be told from those of others.
func (b *Base) BeforeCreate(*gorm.DB) error {
	_, err := rand.Read(b.ID[:])
	b.ID[0] = 0xab
	return err
}

// Account is soft-deleted while it is inactive.
type Account struct {
	Base
	Login     string         `gorm:"size:255;not null" scim:"userName"`
	Title     string         `gorm:"type:text" scim:"title"`
	DeletedAt gorm.DeletedAt `scim:"active"`
	Addresses []Address      `gorm:"polymorphic:Owner;polymorphicValue:account" scim:"emails"`
}

// Address is an email address of an account or of something else.
type Address struct {
	ID        uint
	OwnerID   UUID
	OwnerType string  `gorm:"size:20"`
	Mail      *string `gorm:"type:text" scim:"value"`
	Kind      *string `gorm:"type:text" scim:"type"`
	Label     *string `gorm:"type:text" scim:"display"`
	Main      *bool   `scim:"primary"`
}

// Circle has accounts by memberships with a model of their own.
type Circle struct {
	Base
	Name        string       `gorm:"size:255;not null" scim:"displayName"`
	Memberships []Membership `scim:"members"`
	Inner       []Nesting    `gorm:"foreignKey:OuterID" scim:"members"`
}

// Membership says that an account is in a circle, and what it is there.
type Membership struct {
	CircleID  UUID `gorm:"primaryKey"`
	AccountID UUID `gorm:"primaryKey;index"`
	Account   Account
	Role      string `gorm:"not null;default:member"`
}

// Nesting says that a circle is in another.
type Nesting struct {
	OuterID UUID `gorm:"primaryKey"`
	InnerID UUID `gorm:"primaryKey;index" scim:"value"`
}

func accounts(tb testing.TB, db *gorm.DB) (users, groups *sqlstore.Store) {
	tb.Helper()
	migrated(tb, db, &Account{}, &Address{}, &Circle{}, &Membership{}, &Nesting{})
	users, err := gormstore.New(db, gormstore.Config[Account]{Table: sqlstore.Table{
		Scope: sqlstore.ScopeColumn("tenant", sqlstore.Tenant), Companion: "scim_accounts",
		WriteOnly: func(context.Context, string, schema.Path, schema.Value) error { return nil },
	}})
	require.NoError(tb, err)
	groups, err = gormstore.New(db, gormstore.Config[Circle]{
		Table:   sqlstore.Table{Type: schema.GroupType(), Scope: sqlstore.ScopeColumn("tenant", sqlstore.Tenant), Companion: "scim_circles"},
		Members: map[string]*sqlstore.Store{"Memberships": users, "Inner": nil},
	})
	require.NoError(tb, err)
	require.NoError(tb, sqlstore.Migrate(tb.Context(), users, groups))
	require.NoError(tb, users.Verify(tb.Context()))
	require.NoError(tb, groups.Verify(tb.Context()))
	return users, groups
}

func TestStoreOfOtherModels(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, &gorm.Config{PrepareStmt: true, TranslateError: true})
		if racing && db.Name() == "sqlite" {
			t.Skip("the race detector makes SQLite too slow here: only the other databases are examined with it")
		}
		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
			users, groups := accounts(t, db)
			return scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}, Fit: fitNames}
		})
	})
}

func TestKeysOfTheModel(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := accounts(t, db)
		made, err := users.Create(as(t, "acme"), resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		require.Equal(t, "ab", made.ID[:2])
		var a Account
		require.NoError(t, db.Take(&a, "login = ?", "ann").Error)
		text, _ := a.ID.Value()
		require.Equal(t, made.ID, text)
		require.Equal(t, 1, a.Revision)
		require.WithinDuration(t, made.Meta.LastModified, a.Changed, time.Second)

		require.NoError(t, made.Attributes.Set("title", "Dr"))
		next, err := users.Replace(as(t, "acme"), made)
		require.NoError(t, err)
		require.NotEqual(t, made.Meta.Version, next.Meta.Version)
		require.NoError(t, db.Take(&a, "login = ?", "ann").Error)
		require.Equal(t, 2, a.Revision)
	})
}

// Accounts that the application has soft-deleted show as inactive, and a client can bring them back.
func TestSoftDeletedIsInactive(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := accounts(t, db)
		ctx := as(t, "acme")
		made, err := users.Create(ctx, resource(t, users, `{"userName": "ann", "active": true}`))
		require.NoError(t, err)
		require.NoError(t, db.Where("login = ?", "ann").Delete(&Account{}).Error)
		got, err := users.Get(ctx, made.ID, scim.Projection{})
		require.NoError(t, err)
		require.False(t, got.Attributes.Get("active").Bool())

		require.NoError(t, got.Attributes.Set("active", true))
		_, err = users.Replace(ctx, got)
		require.NoError(t, err)
		require.NoError(t, db.Take(&Account{}, "login = ?", "ann").Error)

		// Deleting switches off, and creating the same switches on again, with the same id.
		require.NoError(t, users.Delete(ctx, made.ID, ""))
		_, err = users.Get(ctx, made.ID, scim.Projection{})
		require.ErrorIs(t, err, scim.ErrNotFound)
		require.ErrorIs(t, db.Take(&Account{}, "login = ?", "ann").Error, gorm.ErrRecordNotFound)
		require.NoError(t, db.Unscoped().Take(&Account{}, "login = ?", "ann").Error)
		again, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		require.Equal(t, made.ID, again.ID)
		require.NoError(t, db.Take(&Account{}, "login = ?", "ann").Error)
	})
}

func TestSoftDeletedIsGone(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		for name, revive := range map[string]bool{"stays": false, "revives": true} {
			t.Run(name, func(t *testing.T) {
				db := open(t, nil)
				users, groups := app(t, db, func(c *gormstore.Config[User]) {
					if revive {
						c.Table.Delete = sqlstore.MarkDeleted("deleted_at").Reviving()
					}
				})
				ctx := as(t, "acme")
				made, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`))
				require.NoError(t, err)
				team, err := groups.Create(ctx, resource(t, groups, `{"displayName": "t", "members": [{"value": "`+made.ID+`"}]}`))
				require.NoError(t, err)
				require.NoError(t, users.Delete(ctx, made.ID, made.Meta.Version))
				_, err = users.Get(ctx, made.ID, scim.Projection{})
				require.ErrorIs(t, err, scim.ErrNotFound)
				var u User
				require.NoError(t, db.Unscoped().Take(&u, "login = ?", "ann").Error)
				require.True(t, u.DeletedAt.Valid)
				team, err = groups.Get(ctx, team.ID, scim.Projection{})
				require.NoError(t, err)
				require.Zero(t, team.Attributes.Get("members").Len())

				again, err := users.Create(ctx, resource(t, users, `{"userName": "ANN", "title": "Dr"}`))
				require.NoError(t, err)
				require.Equal(t, revive, again.ID == made.ID)
				require.NoError(t, db.Take(&User{}, "login = ?", "ANN").Error)

				// Deletion by the application counts as well.
				require.NoError(t, db.Where("login = ?", "ANN").Delete(&User{}).Error)
				_, err = users.Get(ctx, again.ID, scim.Projection{})
				require.ErrorIs(t, err, scim.ErrNotFound)
			})
		}
	})
}

// Rows of a polymorphic relation are told from those of others in the same table.
func TestPolymorphicRows(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := accounts(t, db)
		ctx := as(t, "acme")
		made, err := users.Create(ctx, resource(t, users, `{"userName": "ann", "emails": [{"value": "z@example.com"}, {"value": "a@example.com"}]}`))
		require.NoError(t, err)
		require.Contains(t, shown(t, made), `"emails":[{"value":"z@example.com"},{"value":"a@example.com"}]`)
		var mine Address
		require.NoError(t, db.Take(&mine).Error)
		require.Equal(t, "account", mine.OwnerType)
		theirs := "b@example.com"
		require.NoError(t, db.Create(&Address{OwnerID: mine.OwnerID, OwnerType: "site", Mail: &theirs}).Error)
		got, err := users.Get(ctx, made.ID, scim.Projection{})
		require.NoError(t, err)
		require.Equal(t, 2, got.Attributes.Get("emails").Len())
		require.NoError(t, got.Attributes.Set("emails", nil))
		_, err = users.Replace(ctx, got)
		require.NoError(t, err)
		var left []Address
		require.NoError(t, db.Find(&left).Error)
		require.Len(t, left, 1)
		require.Equal(t, "site", left[0].OwnerType)
	})
}

// Leaver is marked as deleted by a column that gorm knows nothing of.
type Leaver struct {
	ID    uint
	Login string `gorm:"size:190" scim:"userName"`
	Left  *time.Time
}

func TestMarkOfTheApplication(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		require.NoError(t, db.AutoMigrate(&Leaver{}))
		s, err := gormstore.New(db, gormstore.Config[Leaver]{Table: sqlstore.Table{
			Key: sqlstore.Key{Prefix: "l_"}, Scope: sqlstore.NoScope(), Delete: sqlstore.MarkDeleted("left"), Companion: "scim_leavers",
		}})
		require.NoError(t, err)
		require.NoError(t, sqlstore.Migrate(t.Context(), s))
		made, err := s.Create(t.Context(), resource(t, s, `{"userName": "ann"}`))
		require.NoError(t, err)
		require.NoError(t, s.Delete(t.Context(), made.ID, ""))
		_, err = s.Get(t.Context(), made.ID, scim.Projection{})
		require.ErrorIs(t, err, scim.ErrNotFound)
		var l Leaver
		require.NoError(t, db.Take(&l).Error)
		require.NotNil(t, l.Left)
	})
}
