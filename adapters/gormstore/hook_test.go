package gormstore_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// Customer is a model with every hook, which do what the context of the test says.
type Customer struct {
	ID     string `gorm:"primaryKey;size:40"`
	Login  string `gorm:"size:190;not null;uniqueIndex" scim:"userName"`
	Search string `gorm:"size:190"` // kept by BeforeSave
	Active bool   `gorm:"not null;default:true" scim:"active"`
	Vip    bool   `gorm:"not null"`
	Nick   string `gorm:"size:40;default:none" scim:"nickName"`
}

// Squad has hooks for groups.
type Squad struct {
	ID        uint
	Name      string     `gorm:"size:190" scim:"displayName"`
	Rev       int        `scim:"meta.version"`
	Customers []Customer `gorm:"many2many:squad_customers" scim:"members"`
}

// Note is what a hook leaves behind.
type Note struct {
	ID   uint
	Text string `gorm:"size:190;uniqueIndex"`
}

type scriptKey struct{}

// A script says what hooks do, by their names, and notes which ran.
type script struct {
	do  map[string]func(tx *gorm.DB, c *Customer) error
	ran []string
}

func hook(tx *gorm.DB, c *Customer, name string) error {
	s, ok := tx.Statement.Context.Value(scriptKey{}).(*script)
	if !ok {
		return nil
	}
	s.ran = append(s.ran, name)
	if do := s.do[name]; do != nil {
		return do(tx, c)
	}
	return nil
}

func (c *Customer) BeforeSave(tx *gorm.DB) error {
	c.Search = strings.ToLower(c.Login)
	return hook(tx, c, "BeforeSave")
}
func (c *Customer) BeforeCreate(tx *gorm.DB) error {
	if c.ID == "" {
		c.ID = "cus_" + strings.ToLower(c.Login)
	}
	return hook(tx, c, "BeforeCreate")
}
func (c *Customer) AfterCreate(tx *gorm.DB) error  { return hook(tx, c, "AfterCreate") }
func (c *Customer) AfterSave(tx *gorm.DB) error    { return hook(tx, c, "AfterSave") }
func (c *Customer) BeforeUpdate(tx *gorm.DB) error { return hook(tx, c, "BeforeUpdate") }
func (c *Customer) AfterUpdate(tx *gorm.DB) error  { return hook(tx, c, "AfterUpdate") }
func (c *Customer) BeforeDelete(tx *gorm.DB) error { return hook(tx, c, "BeforeDelete") }
func (c *Customer) AfterDelete(tx *gorm.DB) error  { return hook(tx, c, "AfterDelete") }

// BeforeUpdate refuses a name.
func (s *Squad) BeforeUpdate(tx *gorm.DB) error {
	if s.Name == "root" {
		return errors.New("no such squad")
	}
	return hook(tx, nil, "Squad.BeforeUpdate")
}

func customers(tb testing.TB, db *gorm.DB, change func(*gormstore.Config[Customer])) (users, groups *sqlstore.Store) {
	tb.Helper()
	require.NoError(tb, db.AutoMigrate(&Customer{}, &Squad{}, &Note{}))
	c := gormstore.Config[Customer]{Table: sqlstore.Table{Scope: sqlstore.NoScope(), Companion: "scim_customers"}}
	if change != nil {
		change(&c)
	}
	users, err := gormstore.New(db, c)
	require.NoError(tb, err)
	groups, err = gormstore.New(db, gormstore.Config[Squad]{
		Table:   sqlstore.Table{Type: schema.GroupType(), Key: sqlstore.Key{Prefix: "s_"}, Scope: sqlstore.NoScope(), Companion: "scim_squads"},
		Members: map[string]*sqlstore.Store{"Customers": users},
	})
	require.NoError(tb, err)
	require.NoError(tb, sqlstore.Migrate(tb.Context(), users, groups))
	return users, groups
}

func scripted(ctx context.Context, do map[string]func(*gorm.DB, *Customer) error) (context.Context, *script) {
	s := &script{do: do}
	return context.WithValue(ctx, scriptKey{}, s), s
}

func TestHooksRun(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, groups := customers(t, db, nil)
		ctx, s := scripted(t.Context(), nil)
		made, err := users.Create(ctx, resource(t, users, `{"userName": "Ann", "title": "Dr"}`))
		require.NoError(t, err)
		require.Equal(t, []string{"BeforeSave", "BeforeCreate", "AfterCreate", "AfterSave"}, s.ran)
		require.Equal(t, "cus_ann", made.ID)
		require.True(t, made.Attributes.Get("active").Bool())

		require.NoError(t, db.Model(&Customer{}).Where("id = ?", made.ID).UpdateColumn("vip", true).Error)
		ctx, s = scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeUpdate": func(_ *gorm.DB, c *Customer) error {
			require.Equal(t, "Anna", c.Login)
			require.True(t, c.Vip)
			return nil
		}})
		require.NoError(t, made.Attributes.Set("userName", "Anna"))
		made, err = users.Replace(ctx, made)
		require.NoError(t, err)
		require.Equal(t, []string{"BeforeSave", "BeforeUpdate", "AfterUpdate", "AfterSave"}, s.ran)
		var c Customer
		require.NoError(t, db.Take(&c, "id = ?", made.ID).Error)
		require.Equal(t, Customer{ID: "cus_ann", Login: "Anna", Search: "anna", Active: true, Vip: true, Nick: ""}, c)

		// What hooks change is stored and shown.
		ctx, _ = scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeSave": func(_ *gorm.DB, c *Customer) error {
			c.Active, c.Vip = false, false
			return nil
		}})
		require.NoError(t, made.Attributes.Set("userName", "Annika"))
		made, err = users.Replace(ctx, made)
		require.NoError(t, err)
		require.False(t, made.Attributes.Get("active").Bool())
		require.NoError(t, db.Take(&c, "id = ?", made.ID).Error)
		require.False(t, c.Vip)

		ctx, s = scripted(t.Context(), nil)
		squad, err := groups.Create(ctx, resource(t, groups, `{"displayName": "a", "members": [{"value": "cus_ann"}]}`))
		require.NoError(t, err)
		require.NoError(t, squad.Attributes.Set("displayName", "b"))
		_, err = groups.Replace(ctx, squad)
		require.NoError(t, err)
		require.Equal(t, []string{"Squad.BeforeUpdate"}, s.ran)

		ctx, s = scripted(t.Context(), nil)
		require.NoError(t, users.Delete(ctx, made.ID, made.Meta.Version))
		require.Equal(t, []string{"BeforeDelete", "AfterDelete"}, s.ran)
		require.ErrorIs(t, db.Take(&Customer{}, "id = ?", made.ID).Error, gorm.ErrRecordNotFound)
	})
}

// A column's default is for rows of the application. A new resource has what the client says, or a hook.
func TestDefaults(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := customers(t, db, nil)
		require.NoError(t, db.Create(&Customer{Login: "own"}).Error)
		made, err := users.Create(t.Context(), resource(t, users, `{"userName": "ann", "active": false}`))
		require.NoError(t, err)
		require.JSONEq(t, shown(t, resource(t, users, `{"userName": "ann", "active": false}`)), shown(t, made))
		ctx, _ := scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeCreate": func(_ *gorm.DB, c *Customer) error {
			c.Nick = "hooked"
			return nil
		}})
		made, err = users.Create(ctx, resource(t, users, `{"userName": "bob"}`))
		require.NoError(t, err)
		require.JSONEq(t, shown(t, resource(t, users, `{"userName": "bob", "active": true, "nickName": "hooked"}`)), shown(t, made))
		got, err := users.Get(t.Context(), "cus_own", scim.Projection{})
		require.NoError(t, err)
		require.JSONEq(t, shown(t, resource(t, users, `{"userName": "own", "active": true, "nickName": "none"}`)), shown(t, got))
	})
}

// count returns how many rows of anything there are.
func count(tb testing.TB, db *gorm.DB) map[string]int64 {
	tb.Helper()
	out := map[string]int64{}
	for _, table := range []string{"customers", "notes", "squads", "squad_customers", "scim_customers", "scim_squads"} {
		n := int64(0)
		require.NoError(tb, db.Table(table).Count(&n).Error)
		out[table] = n
	}
	return out
}

// A hook's error takes back the whole write, and says nothing to the client but that.
func TestHooksRefuse(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, groups := customers(t, db, nil)
		ann, err := users.Create(t.Context(), resource(t, users, `{"userName": "Ann", "title": "Dr"}`))
		require.NoError(t, err)
		squad, err := groups.Create(t.Context(), resource(t, groups, `{"displayName": "a", "members": [{"value": "`+ann.ID+`"}]}`))
		require.NoError(t, err)
		before := count(t, db)

		create := func(ctx context.Context) error {
			_, err := users.Create(ctx, resource(t, users, `{"userName": "Bob", "title": "Dr"}`))
			return err
		}
		replace := func(ctx context.Context) error {
			next := *ann
			require.NoError(t, next.Attributes.Set("userName", "Bob"))
			require.NoError(t, next.Attributes.Set("title", "Prof"))
			_, err := users.Replace(ctx, &next)
			return err
		}
		remove := func(ctx context.Context) error { return users.Delete(ctx, ann.ID, "") }
		for name, do := range map[string]func(context.Context) error{
			"BeforeCreate": create, "AfterCreate": create, "AfterSave": replace, "BeforeUpdate": replace, "AfterUpdate": replace,
			"BeforeDelete": remove, "AfterDelete": remove,
		} {
			ctx, _ := scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{name: func(tx *gorm.DB, _ *Customer) error {
				if err := tx.Create(&Note{Text: "secret"}).Error; err != nil {
					return err
				}
				return errors.New("plan of Bob is full")
			}})
			err := do(ctx)
			require.ErrorIs(t, err, scim.ErrInvalidValue, name)
			var e *scim.Error
			require.ErrorAs(t, err, &e)
			require.NotContains(t, e.Detail, "full", name)
			require.ErrorContains(t, e.Err, "full", name)
			require.Equal(t, before, count(t, db), name)
			got, err := users.Get(t.Context(), ann.ID, scim.Projection{})
			require.NoError(t, err)
			require.Equal(t, ann.Meta, got.Meta, name)
			require.JSONEq(t, strings.TrimSuffix(shown(t, ann), "}")+`,"groups":[{"value":"`+squad.ID+`","display":"a","type":"direct"}]}`, shown(t, got), name)
		}

		// An error for the client keeps what it says.
		ctx, _ := scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeCreate": func(*gorm.DB, *Customer) error {
			return scim.Errorf(scim.ErrForbidden, "All seats are taken: buy more.")
		}})
		err = create(ctx)
		require.ErrorIs(t, err, scim.ErrForbidden)
		require.ErrorContains(t, err, "All seats")

		// A model that says that it makes keys must do so.
		ctx, _ = scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeCreate": func(_ *gorm.DB, c *Customer) error {
			c.ID = ""
			return nil
		}})
		require.ErrorContains(t, create(ctx), "set Table.NewID")
		require.Equal(t, before, count(t, db))

		// That of the database stays one.
		ctx, _ = scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"AfterCreate": func(tx *gorm.DB, _ *Customer) error {
			return tx.Exec("UPDATE nowhere SET x = 1").Error
		}})
		err = create(ctx)
		var e *scim.Error
		require.Error(t, err)
		require.False(t, errors.As(err, &e))
		require.Equal(t, before, count(t, db))
	})
}

// PATCH through the handler: a veto of a group's hook answers 400, and its members stay.
func TestHooksRefuseOverHTTP(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, groups := customers(t, db, nil)
		h, err := scim.NewHandler(&scim.Config{
			BaseURL:      "https://app.example.com/scim/v2",
			Authenticate: scim.BearerTokens(func(context.Context, string) (scim.Principal, error) { return scim.Principal{Tenant: "acme"}, nil }),
			Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		})
		require.NoError(t, err)
		server := httptest.NewServer(h)
		defer server.Close()
		send := func(method, path, body string) (int, string) {
			req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/scim/v2"+path, strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer t")
			req.Header.Set("Content-Type", "application/scim+json")
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer func() { require.NoError(t, res.Body.Close()) }()
			text, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			return res.StatusCode, string(text)
		}
		ann, err := users.Create(t.Context(), resource(t, users, `{"userName": "Ann", "active": false}`))
		require.NoError(t, err)
		require.False(t, ann.Attributes.Get("active").Bool(), "the column's default must not win")
		squad, err := groups.Create(t.Context(), resource(t, groups, `{"displayName": "a"}`))
		require.NoError(t, err)
		add := `{"op": "add", "path": "members", "value": [{"value": "` + ann.ID + `"}]}`
		patch := func(ops string) string {
			return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [` + ops + `]}`
		}
		status, body := send("PATCH", "/Groups/"+squad.ID, patch(add+`, {"op": "replace", "path": "displayName", "value": "root"}`))
		require.Equal(t, 400, status, body)
		require.Contains(t, body, "The rules of the service refuse this Group")
		require.NotContains(t, body, "no such squad")
		require.Zero(t, count(t, db)["squad_customers"])
		status, body = send("PATCH", "/Groups/"+squad.ID, patch(add))
		require.Equal(t, 204, status, body)
		require.EqualValues(t, 1, count(t, db)["squad_customers"])

		// RFC 7644 §3.3: a duplicate answers 409 with uniqueness.
		status, body = send("POST", "/Users", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ANN"}`)
		require.Equal(t, 409, status, body)
		require.Contains(t, body, "userName is taken")
		status, body = send("PATCH", "/Groups/"+squad.ID, patch(`{"op": "add", "path": "members", "value": [{"value": "cus_nobody"}]}`))
		require.Equal(t, 400, status, body)
		require.Contains(t, body, "cus_nobody")
	})
}

// Statement.Changed works for models that update their own way.
func TestConfigUpdate(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		users, _ := customers(t, db, func(c *gormstore.Config[Customer]) {
			c.Update = func(tx *gorm.DB, old, next *Customer) error {
				return tx.Model(old).Updates(map[string]any{"login": next.Login, "active": next.Active}).Error
			}
		})
		made, err := users.Create(t.Context(), resource(t, users, `{"userName": "ann"}`))
		require.NoError(t, err)
		veto := map[string]func(*gorm.DB, *Customer) error{"BeforeUpdate": func(tx *gorm.DB, _ *Customer) error {
			if tx.Statement.Changed("Active") {
				return errors.New("active is ours")
			}
			return nil
		}}
		ctx, _ := scripted(t.Context(), veto)
		require.NoError(t, made.Attributes.Set("userName", "anna"))
		made, err = users.Replace(ctx, made)
		require.NoError(t, err)
		require.NoError(t, made.Attributes.Set("active", false))
		_, err = users.Replace(ctx, made)
		require.ErrorIs(t, err, scim.ErrInvalidValue)
		got, err := users.Get(t.Context(), made.ID, scim.Projection{})
		require.NoError(t, err)
		require.True(t, got.Attributes.Get("active").Bool())
		require.Equal(t, "anna", got.Attributes.Get("userName").Text())
	})
}

// With TranslateError gorm hides the driver's error; the answer is the same.
func TestTranslatedErrors(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, &gorm.Config{TranslateError: true})
		users, _ := customers(t, db, func(c *gormstore.Config[Customer]) {
			c.Table.Companion, c.Table.Attributes = "", sqlstore.Attributes{"title": sqlstore.Col("search")}
		})
		require.NoError(t, db.Create(&Customer{ID: "x", Login: "ann"}).Error)
		ctx, _ := scripted(t.Context(), map[string]func(*gorm.DB, *Customer) error{"BeforeCreate": func(_ *gorm.DB, c *Customer) error {
			c.Login = "ann"
			return nil
		}})
		_, err := users.Create(ctx, resource(t, users, `{"userName": "bob"}`))
		require.ErrorIs(t, err, scim.ErrUniqueness)
		require.ErrorContains(t, err, "userName")
	})
}
