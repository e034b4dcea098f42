package gormstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// User is a model of an application that knew nothing of SCIM, but for the tags.
type User struct {
	gorm.Model
	Org        string     `gorm:"size:100;not null;index:users_login"`
	Login      string     `gorm:"size:255;not null;index:users_login" scim:"userName"`
	FirstName  string     `gorm:"type:text;not null" scim:"name.givenName"`
	LastName   *string    `gorm:"type:text" scim:"name.familyName"`
	Email      *string    `gorm:"type:text" scim:"emails[type eq \"work\"].value"`
	DisabledAt *time.Time `scim:"active"`
	Plan       string     `gorm:"not null;default:free"`
	Phones     []Phone    `scim:"phoneNumbers"`
}

// Phone is one of a user's.
type Phone struct {
	ID     uint
	UserID uint    `gorm:"not null;index"`
	Number *string `gorm:"type:text" scim:"value"`
	Kind   *string `gorm:"type:text" scim:"type"`
	Label  *string `gorm:"type:text" scim:"display"`
	First  *bool   `scim:"primary"`
}

// Team has users and other teams.
type Team struct {
	gorm.Model
	Org   string `gorm:"size:100;not null;index"`
	Name  string `gorm:"size:255;not null" scim:"displayName"`
	Users []User `gorm:"many2many:team_users" scim:"members"`
	Teams []Team `gorm:"many2many:team_teams;joinForeignKey:TeamID;joinReferences:ChildID" scim:"members"`
}

// app returns the stores over the application's tables; change may alter the mapping of users.
func app(tb testing.TB, db *gorm.DB, change func(*gormstore.Config[User])) (users, groups *sqlstore.Store) {
	tb.Helper()
	migrated(tb, db, &User{}, &Phone{}, &Team{}, &Password{})
	c := gormstore.Config[User]{Table: sqlstore.Table{
		Key:       sqlstore.Key{Prefix: "u_"},
		Scope:     sqlstore.ScopeColumn("org", sqlstore.Tenant),
		Companion: "scim_users",
	}}
	if change != nil {
		change(&c)
	}
	users, err := gormstore.New(db, c)
	require.NoError(tb, err)
	groups, err = gormstore.New(db, gormstore.Config[Team]{
		Table: sqlstore.Table{
			Type:      schema.GroupType(),
			Key:       sqlstore.Key{Prefix: "g_"},
			Scope:     sqlstore.ScopeColumn("org", sqlstore.Tenant),
			Companion: "scim_teams",
		},
		Members: map[string]*sqlstore.Store{"Users": users, "Teams": nil},
	})
	require.NoError(tb, err)
	require.NoError(tb, sqlstore.Migrate(tb.Context(), users, groups))
	require.NoError(tb, users.Verify(tb.Context()))
	require.NoError(tb, groups.Verify(tb.Context()))
	return users, groups
}

// resource makes a resource from JSON without schemas.
func resource(tb testing.TB, s *sqlstore.Store, json string) *scim.Resource {
	tb.Helper()
	json = `{"schemas": ["` + s.Type().Base().ID + `"], ` + strings.TrimPrefix(json, "{")
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
