package gormstore_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	gormschema "gorm.io/gorm/schema"
)

var (
	plain = sqlstore.Table{Key: sqlstore.Key{Prefix: "u_"}, Scope: sqlstore.NoScope(), Companion: "c"}
	group = sqlstore.Table{Type: schema.GroupType(), Key: sqlstore.Key{Prefix: "g_"}, Scope: sqlstore.NoScope(), Companion: "c"}
)

// try returns what New says about a model. It needs no tables.
func try[M any](table sqlstore.Table, members map[string]*sqlstore.Store) func(*gorm.DB) error {
	return func(db *gorm.DB) error {
		_, err := gormstore.New(db, gormstore.Config[M]{Table: table, Members: members})
		return err
	}
}

func with(table sqlstore.Table, change func(*sqlstore.Table)) sqlstore.Table {
	change(&table)
	return table
}

// Key is what the models of TestMistakes have in common, and nothing is wrong with it.
type Key struct {
	ID    uint
	Login string `scim:"userName"`
}

// Hooked is a row with a hook.
type Hooked struct {
	ID       uint
	UserID   uint
	TeamID   uint
	MemberID uint    `scim:"value"`
	Number   *string `scim:"display"`
}

func (*Hooked) BeforeCreate(*gorm.DB) error { return nil }

type millis int64

func (millis) DeleteClauses(*gormschema.Field) []clause.Interface { return nil }

// TestMistakes: all are reported when the store is made, with the field, and not with the first request.
func TestMistakes(t *testing.T) {
	db, err := gorm.Open(openSQLite(t))
	require.NoError(t, err)
	t.Cleanup(func() {
		pool, err := db.DB()
		require.NoError(t, err)
		require.NoError(t, pool.Close())
	})
	type phone struct {
		ID     uint
		UserID uint
		Number *string `scim:"value"`
	}
	type softPhone struct {
		gorm.Model
		UserID uint
		Number *string `scim:"value"`
	}
	require.NoError(t, try[Key](plain, nil)(db))
	for _, c := range []struct {
		name string
		try  func(*gorm.DB) error
		want []string
	}{
		{"no scope", try[Key](with(plain, func(t *sqlstore.Table) { t.Scope = sqlstore.Scope{} }), nil), []string{"Scope is missing"}},
		{"scope without a column", try[Key](with(plain, func(t *sqlstore.Table) { t.Scope = sqlstore.ScopeColumn("org", sqlstore.Tenant) }), nil), []string{"no column org"}},
		{"no prefix", try[Key](with(plain, func(t *sqlstore.Table) { t.Key.Prefix = "" }), nil), []string{"Key.Prefix"}},
		{"misspelt path", try[struct {
			Key
			First string `scim:"name.givenNam"`
		}](plain, nil), []string{"the field First", "givenNam"}},
		{"all mistakes at once", try[struct {
			Key
			First string `scim:"name.givenNam"`
			Last  string `scim:"nome"`
		}](plain, nil), []string{"First", "Last"}},
		{"one path for two fields", try[struct {
			Key
			Name string `scim:"USERNAME"`
		}](plain, nil), []string{"the field Name", "userName, as another field is"}},
		{"two paths for one column", try[struct {
			Key
			Mail *string `gorm:"column:login" scim:"title"`
		}](plain, nil), []string{"both written to column login"}},
		{"a path in the configuration for a column with a tag", try[Key](with(plain, func(t *sqlstore.Table) {
			t.Attributes = sqlstore.Attributes{"title": sqlstore.Col("login")}
		}), nil), []string{"both written to column login"}},
		{"a column that the model lacks", try[Key](with(plain, func(t *sqlstore.Table) {
			t.Attributes = sqlstore.Attributes{"title": sqlstore.Col("titel")}
		}), nil), []string{"no column titel"}},
		{"wrong type", try[struct {
			Key
			On string `scim:"active"`
		}](plain, nil), []string{"the field On", "boolean", "Convert"}},
		{"a type of its own", try[struct {
			Key
			Title UUID `scim:"title"`
		}](plain, nil), []string{"the field Title", "Convert"}},
		{"a serializer", try[struct {
			Key
			Title string `gorm:"serializer:json" scim:"title"`
		}](plain, nil), []string{"the field Title", "serializer"}},
		{"not exported", try[struct {
			Key
			title string `scim:"title"`
		}](plain, nil), []string{"the field title"}},
		{"no column", try[struct {
			Key
			Title string `gorm:"-" scim:"title"`
		}](plain, nil), []string{"the field Title", "no column"}},
		{"create only", try[struct {
			Key
			Title string `gorm:"<-:create" scim:"title"`
		}](plain, nil), []string{"the field Title", "<-"}},
		{"version of text", try[struct {
			Key
			Rev string `scim:"meta.version"`
		}](plain, nil), []string{"the field Rev", "integer"}},
		{"no key", try[struct {
			Login string `scim:"userName"`
		}](plain, nil), []string{"primary key"}},
		{"two keys", try[struct {
			A     uint   `gorm:"primaryKey"`
			B     uint   `gorm:"primaryKey"`
			Login string `scim:"userName"`
		}](plain, nil), []string{"primary key of one column"}},
		{"key of another type", try[struct {
			ID    float64
			Login string `scim:"userName"`
		}](plain, nil), []string{"float64"}},
		{"soft deletion would show", try[struct {
			gorm.Model
			Login string `scim:"userName"`
			On    *bool  `scim:"active"`
		}](with(plain, func(t *sqlstore.Table) { t.Delete = sqlstore.DisableAccount() }), nil), []string{`MarkDeleted("deleted_at")`}},
		{"soft deletion of another kind", try[struct {
			Key
			Gone millis
		}](plain, nil), []string{"the field Gone", "soft deletion"}},
		{"rows with hooks", try[struct {
			Key
			Phones []Hooked `gorm:"foreignKey:UserID" scim:"phoneNumbers"`
		}](plain, nil), []string{"the field Phones", "Hooked has hooks"}},
		{"rows that are soft-deleted", try[struct {
			Key
			Phones []softPhone `gorm:"foreignKey:UserID" scim:"phoneNumbers"`
		}](plain, nil), []string{"the field Phones", "soft-deleted"}},
		{"a relation for one value", try[struct {
			Key
			Phones []phone `gorm:"foreignKey:UserID" scim:"title"`
		}](plain, nil), []string{"the field Phones", "no multi-valued"}},
		{"members without a store", try[struct {
			ID    uint
			Name  string `scim:"displayName"`
			Users []Key  `gorm:"many2many:x" scim:"members"`
		}](group, nil), []string{"the field Users", "Config.Members"}},
		{"a store without a relation", try[struct {
			ID   uint
			Name string `scim:"displayName"`
		}](group, map[string]*sqlstore.Store{"Users": nil}), []string{"Members", "no relation Users"}},
		{"memberships with hooks", try[struct {
			ID   uint
			Name string   `scim:"displayName"`
			Rows []Hooked `gorm:"foreignKey:TeamID" scim:"members"`
		}](group, map[string]*sqlstore.Store{"Rows": nil}), []string{"the field Rows", "Hooked has hooks"}},
		{"memberships without the member", try[struct {
			ID   uint
			Name string `scim:"displayName"`
			Rows []struct {
				TeamID uint
			} `gorm:"foreignKey:TeamID" scim:"members"`
		}](group, map[string]*sqlstore.Store{"Rows": nil}), []string{"the field Rows", `scim:"value"`}},
		{"no struct", try[int](plain, nil), []string{"no struct"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.try(db)
			require.Error(t, err)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	_, err = gormstore.New[User](nil, gormstore.Config[User]{})
	require.ErrorContains(t, err, "the database is missing")
}

// Fields of every kind come back as they were sent, and show in filters as they are.
func TestValues(t *testing.T) {
	type Kinds struct {
		ID       uint
		Login    string                 `scim:"userName"`
		Empty    string                 `scim:"title"`
		Upper    string                 `scim:"userType"`
		Pointer  *string                `scim:"nickName"`
		Null     sql.NullString         `scim:"displayName"`
		Generic  sql.Null[string]       `scim:"locale"`
		Active   bool                   `scim:"active"`
		Read     string                 `gorm:"->;column:read_only;default:x" scim:"timezone"`
		External *string                `scim:"externalId"`
		Name     struct{ First string } `gorm:"embedded;embeddedPrefix:name_"`
	}
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		require.NoError(t, db.AutoMigrate(&Kinds{}))
		s, err := gormstore.New(db, gormstore.Config[Kinds]{Table: sqlstore.Table{
			Key: sqlstore.Key{Prefix: "k_"}, Scope: sqlstore.NoScope(), Companion: "scim_kinds",
			Attributes: sqlstore.Attributes{
				"name.givenName": sqlstore.Column{Name: "name_first", Empty: ""},
				// In place of the tag.
				"USERTYPE": sqlstore.Column{Name: "upper", Convert: &sqlstore.Convert{
					To: func(v schema.Value) (any, error) { return strings.ToUpper(v.Text()), nil },
					From: func(column any) (schema.Value, error) {
						text, ok := column.(string)
						if b, is := column.([]byte); is {
							text, ok = string(b), true
						}
						if !ok || text == "" {
							return schema.Value{}, nil
						}
						return schema.String(strings.ToLower(text)), nil
					},
				}},
			},
		}})
		require.NoError(t, err)
		require.NoError(t, sqlstore.Migrate(t.Context(), s))
		full := `{"userName": "ann", "title": "Dr", "nickName": "A", "displayName": "Ann", "locale": "de", "active": false, "externalId": "7", "userType": "guest", "name": {"givenName": "Ann"}}`
		made, err := s.Create(t.Context(), resource(t, s, full))
		require.NoError(t, err)
		require.NoError(t, made.Attributes.Set("timezone", nil))
		require.JSONEq(t, shown(t, resource(t, s, full)), shown(t, made))
		var k Kinds
		require.NoError(t, db.Take(&k).Error)
		require.Equal(t, "Ann", k.Name.First)
		require.Equal(t, sql.NullString{String: "Ann", Valid: true}, k.Null)
		require.False(t, k.Active)
		require.Equal(t, "GUEST", k.Upper)

		bare := resource(t, s, `{"userName": "ann"}`)
		bare.ID = made.ID
		got, err := s.Replace(t.Context(), bare)
		require.NoError(t, err)
		require.NoError(t, got.Attributes.Set("timezone", nil))
		require.JSONEq(t, shown(t, resource(t, s, `{"userName": "ann", "active": true}`)), shown(t, got))
		k = Kinds{}
		require.NoError(t, db.Take(&k).Error)
		require.Nil(t, k.Pointer)
		require.False(t, k.Null.Valid)
	})
}

// Times of rows are those that gorm keeps: those that the application wrote show, and a write never goes back in time.
func TestTimes(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		now := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
		users, _ := app(t, db, func(c *gormstore.Config[User]) { c.Table.Now = func() time.Time { return now } })
		ctx := as(t, "acme")
		made, err := users.Create(ctx, resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		require.Equal(t, now, made.Meta.Created)
		require.Equal(t, now, made.Meta.LastModified)
		var u User
		require.NoError(t, db.Take(&u).Error)
		require.Equal(t, now, u.CreatedAt.UTC())
		require.Equal(t, now, u.UpdatedAt.UTC())
		require.NoError(t, made.Attributes.Set("userName", "anna"))
		made, err = users.Replace(ctx, made)
		require.NoError(t, err)
		require.Equal(t, now.Add(time.Millisecond), made.Meta.LastModified)
		require.NoError(t, db.Take(&u).Error)
		require.Equal(t, now.Add(time.Millisecond), u.UpdatedAt.UTC())
		require.NoError(t, users.Delete(ctx, made.ID, ""))
		require.NoError(t, db.Unscoped().Take(&u).Error)
		require.Equal(t, now, u.DeletedAt.Time.UTC())
	})
}
