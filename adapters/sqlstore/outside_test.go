package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// user makes a user that has a name only.
func user(tb testing.TB, s *sqlstore.Store, name string) *scim.Resource {
	return resource(tb, s, `{"schemas": ["`+schema.UserURI+`"], "userName": "`+name+`"}`)
}

// found returns the ids of what a filter finds.
func found(tb testing.TB, ctx context.Context, s *sqlstore.Store, text string) []string {
	tb.Helper()
	page, err := s.Search(ctx, &scim.Query{Filter: parsed(tb, s, text), StartIndex: 1, Count: 100})
	require.NoError(tb, err)
	var out []string
	for _, r := range page.Resources {
		out = append(out, r.ID)
	}
	require.Equal(tb, len(out), page.TotalResults)
	return out
}

// TestApplicationWrites shows that what the application does to its own tables shows at once.
func TestApplicationWrites(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db, users, groups := app(t, e)
		ctx := as(t, "acme")
		run(t, db, "INSERT INTO users (org, login, first_name) VALUES ('acme', 'Old.Hand@example.com', 'Olga'), ('globex', 'stranger', '')")

		// A row that the application made is a resource, without a companion.
		ids := found(t, ctx, users, `userName eq "old.hand@EXAMPLE.com"`)
		require.Len(t, ids, 1)
		require.Empty(t, found(t, ctx, users, `userName eq "stranger"`))
		r, err := users.Get(ctx, ids[0], scim.Projection{})
		require.NoError(t, err)
		require.JSONEq(t, `{"schemas": ["`+schema.UserURI+`"], "userName": "Old.Hand@example.com", "name": {"givenName": "Olga"}, "active": true}`, shown(t, r))

		// Its name is taken, in any letter case.
		_, err = users.Create(ctx, user(t, users, "OLD.hand@example.com"))
		require.ErrorIs(t, err, scim.ErrUniqueness)
		require.ErrorContains(t, err, "userName is taken")

		// A change behind our back is another version.
		run(t, db, "UPDATE users SET first_name = 'Olive', disabled_at = CURRENT_TIMESTAMP WHERE login = 'Old.Hand@example.com'")
		now, err := users.Get(ctx, ids[0], scim.Projection{})
		require.NoError(t, err)
		require.NotEqual(t, r.Meta.Version, now.Meta.Version)
		require.False(t, now.Attributes.Get("active").Bool())
		require.Equal(t, ids, found(t, ctx, users, `active eq false`), "disabled accounts stay visible")
		_, err = users.Replace(ctx, r)
		require.ErrorIs(t, err, scim.ErrVersionMismatch)
		require.ErrorIs(t, users.Delete(ctx, r.ID, r.Meta.Version), scim.ErrVersionMismatch)

		// It can be written, and gets what the application has no column for.
		require.NoError(t, now.Attributes.Set("nickName", "Olli"))
		require.NoError(t, now.Attributes.Set("active", true))
		now.ExternalID = "00u9"
		_, err = users.Replace(ctx, now)
		require.NoError(t, err)
		require.Equal(t, ids, found(t, ctx, users, `externalId eq "00u9" and nickName eq "OLLI" and active eq true`))

		// A name that the application takes away is free, and one that it gives is taken.
		run(t, db, "UPDATE users SET login = 'New.Hand@example.com' WHERE login = 'Old.Hand@example.com'")
		require.Empty(t, found(t, ctx, users, `userName eq "old.hand@example.com"`))
		require.Equal(t, ids, found(t, ctx, users, `userName eq "new.hand@example.com"`))
		second, err := users.Create(ctx, user(t, users, "old.hand@example.com"))
		require.NoError(t, err)
		_, err = users.Create(ctx, user(t, users, "new.hand@example.com"))
		require.ErrorIs(t, err, scim.ErrUniqueness)

		// So is that of a row that the application deletes.
		run(t, db, "DELETE FROM users WHERE login = 'old.hand@example.com'")
		_, err = users.Get(ctx, second.ID, scim.Projection{})
		require.ErrorIs(t, err, scim.ErrNotFound)
		_, err = users.Create(ctx, user(t, users, "old.hand@example.com"))
		require.NoError(t, err)

		// Memberships of the application show, with what they are.
		run(t, db, "INSERT INTO teams (org, name) VALUES ('acme', 'Pilots'), ('acme', 'Crew')")
		run(t, db, "INSERT INTO team_users (team_id, user_id) SELECT t.id, u.id FROM teams t, users u WHERE t.name = 'Pilots' AND u.login = 'New.Hand@example.com'")
		run(t, db, "INSERT INTO team_teams (team_id, child_id) SELECT t.id, c.id FROM teams t, teams c WHERE t.name = 'Crew' AND c.name = 'Pilots'")
		pilots, crew := found(t, ctx, groups, `displayName eq "pilots"`), found(t, ctx, groups, `displayName eq "CREW"`)
		g, err := groups.Get(ctx, crew[0], scim.Projection{})
		require.NoError(t, err)
		require.JSONEq(t, `{"schemas": ["`+schema.GroupURI+`"], "displayName": "Crew", "members": [{"value": "`+pilots[0]+`", "type": "Group", "display": "Pilots"}]}`, shown(t, g))
		r, err = users.Get(ctx, ids[0], scim.Projection{})
		require.NoError(t, err)
		require.Equal(t, `[{"value":"`+pilots[0]+`","display":"Pilots","type":"direct"},{"value":"`+crew[0]+`","display":"Crew","type":"indirect"}]`, r.Attributes.Get("groups").String())
		require.Equal(t, ids, found(t, ctx, users, `groups.value eq "`+crew[0]+`"`))
	})
}

// TestDeletePolicies shows that a deleted resource is gone, whatever becomes of its row, and that one of the same name can be
// created.
func TestDeletePolicies(t *testing.T) {
	for name, c := range map[string]struct {
		policy sqlstore.DeletePolicy
		rows   int  // rows after deleting
		revive bool // the id comes back
		left   string
	}{
		"row":              {sqlstore.DeleteRow, 0, false, ""},
		"marked":           {sqlstore.MarkDeleted("deleted_at"), 1, false, "deleted_at IS NOT NULL"},
		"marked, reviving": {sqlstore.MarkDeleted("deleted_at").Reviving(), 1, true, "deleted_at IS NOT NULL"},
		"disabled":         {sqlstore.DisableAccount(), 1, true, "enabled IN (false)"},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, e engine) {
				db := e.open(t)
				users, groups := columned(t, db, e.dialect, c.policy)
				ctx := as(t, "acme")
				made, err := users.Create(ctx, resource(t, users, barbara))
				require.NoError(t, err)
				group, err := groups.Create(ctx, resource(t, groups, `{"schemas": ["`+schema.GroupURI+`"], "displayName": "Pilots", "members": [{"value": "`+made.ID+`"}]}`))
				require.NoError(t, err)
				require.NoError(t, users.Delete(ctx, made.ID, ""))
				require.ErrorIs(t, users.Delete(ctx, made.ID, ""), scim.ErrNotFound)
				_, err = users.Get(ctx, made.ID, scim.Projection{})
				require.ErrorIs(t, err, scim.ErrNotFound)
				require.Empty(t, found(t, ctx, users, `userName pr`))
				require.Empty(t, found(t, ctx, users, `externalId eq "00u1"`))
				now, err := groups.Get(ctx, group.ID, scim.Projection{})
				require.NoError(t, err)
				require.True(t, now.Attributes.Get("members").IsUnassigned())
				require.NotEqual(t, group.Meta.Version, now.Meta.Version)
				require.Equal(t, c.rows, count(t, db, "SELECT COUNT(*) FROM accounts"))
				if c.left != "" {
					require.Equal(t, 1, count(t, db, "SELECT COUNT(*) FROM accounts WHERE "+c.left))
				}
				require.Equal(t, 0, count(t, db, "SELECT COUNT(*) FROM circle_accounts"))

				again, err := users.Create(ctx, user(t, users, strings.ToUpper("bjensen@example.com")))
				require.NoError(t, err)
				require.Equal(t, c.revive, again.ID == made.ID)
				require.JSONEq(t, `{"schemas": ["`+schema.UserURI+`"], "userName": "BJENSEN@EXAMPLE.COM", "active": true}`, shown(t, again), "nothing of the former is left")
				require.Equal(t, []string{again.ID}, found(t, ctx, users, `userName eq "bjensen@example.com"`))
				_, err = users.Create(ctx, user(t, users, "bjensen@example.com"))
				require.ErrorIs(t, err, scim.ErrUniqueness)
			})
		})
	}
}

func count(tb testing.TB, db *sql.DB, text string) (n int) {
	tb.Helper()
	require.NoError(tb, db.QueryRow(text).Scan(&n))
	return n
}

// TestSharedRows shows how users who are in several tenants are created, linked and deleted.
func TestSharedRows(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db := e.open(t)
		run(t, db, types(e.dialect, `
CREATE TABLE people (id {short} PRIMARY KEY, login {short} NOT NULL);
CREATE UNIQUE INDEX people_login ON people (login);
CREATE TABLE seats (person {short} NOT NULL, org {short} NOT NULL, PRIMARY KEY (person, org));
`))
		asked, allowed := []string(nil), false
		users, err := sqlstore.New(db, e.dialect, sqlstore.Table{
			Name: "people", Key: sqlstore.Key{Column: "id", Prefix: "p."}, Scope: sqlstore.ScopeMembership("seats", "person", "org", sqlstore.Tenant),
			Attributes: sqlstore.Attributes{"userName": sqlstore.Col("login")}, Companion: "scim_people",
			Link: func(_ context.Context, id string) (bool, error) {
				asked = append(asked, id)
				return allowed, nil
			},
		})
		require.NoError(t, err)
		require.NoError(t, sqlstore.Migrate(t.Context(), users))
		acme, globex := as(t, "acme"), as(t, "globex")
		r := user(t, users, "ada")
		r.ExternalID = "acme's"
		ada, err := users.Create(acme, r)
		require.NoError(t, err)

		// What no filter of the tenant finds is no 409, which would send the client looking.
		_, err = users.Create(globex, user(t, users, "ada"))
		require.ErrorIs(t, err, scim.ErrForbidden)
		require.ErrorContains(t, err, "userName")
		require.Equal(t, []string{ada.ID}, asked)
		require.Empty(t, found(t, globex, users, `userName eq "ada"`))

		allowed = true
		r = user(t, users, "ada")
		r.ExternalID = "globex's"
		linked, err := users.Create(globex, r)
		require.NoError(t, err)
		require.Equal(t, ada.ID, linked.ID)
		require.Equal(t, []string{ada.ID}, found(t, globex, users, `externalId eq "globex's"`))
		require.Equal(t, []string{ada.ID}, found(t, acme, users, `externalId eq "acme's"`))

		// Leaving one tenant leaves the other alone, and coming back asks nobody.
		require.NoError(t, users.Delete(globex, ada.ID, ""))
		require.Empty(t, found(t, globex, users, `userName eq "ada"`))
		require.Equal(t, []string{ada.ID}, found(t, acme, users, `userName eq "ada"`))
		allowed, asked = false, nil
		_, err = users.Create(globex, user(t, users, "ada"))
		require.NoError(t, err)
		require.Empty(t, asked)
		require.Empty(t, found(t, globex, users, `externalId pr`))
	})
}

// TestRefusals shows that what can't be kept is refused by name, and that nothing is written then.
func TestRefusals(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db := e.open(t)
		run(t, db, appTables(e.dialect)+"ALTER TABLE users ADD COLUMN title varchar(5);\n")
		users, groups := appStores(t, db, e.dialect, func(t *sqlstore.Table) {
			t.RefuseUnmapped = true
			t.Attributes["title"] = sqlstore.Col("title")
			t.Attributes["displayName"] = sqlstore.Column{Name: "last_name", ReadOnly: true}
			delete(t.Attributes, "name.givenName")
			t.Attributes["userType"] = sqlstore.Col("first_name")
		})
		require.NoError(t, sqlstore.Migrate(t.Context(), users, groups))
		ctx := as(t, "acme")
		start := `{"schemas": ["` + schema.UserURI + `"], "userName": "ada"`
		for json, want := range map[string]string{
			start + `, "nickName": "A"}`:                                    "nickName can't be kept by this service",
			start + `, "name": {"givenName": "A"}}`:                         "name.givenName can't be kept by this service",
			start + `, "emails": [{"value": "a@b", "type": "home"}]}`:       "emails can't be kept by this service",
			start + `, "emails": [{"type": "work", "display": "A"}]}`:       "emails can't be kept by this service",
			start + `, "displayName": "A"}`:                                 "displayName is set by the service itself",
			start + `, "password": "secret"}`:                               "password can't be set by this service",
			start + `, "name": {"familyName": "a\u0000b"}}`:                 "name.familyName has the character U+0000",
			start + `, "externalId": "a\u0000b"}`:                           "externalId has the character U+0000",
			start + `, "phoneNumbers": [{"value": "1\u0000", "type": ""}]}`: "phoneNumbers.value has the character U+0000",
		} {
			o, err := users.Type().ReadObject([]byte(json), 32)
			require.NoError(t, err)
			r, err := users.Type().NewResource(o, true)
			require.NoError(t, err, json)
			_, err = users.Create(ctx, r)
			var refused *scim.Error
			require.ErrorAs(t, err, &refused, json)
			require.Equal(t, 400, refused.Status, json)
			require.Contains(t, refused.Detail, want, json)
		}
		if e.dialect != sqlstore.SQLite {
			_, err := users.Create(ctx, resource(t, users, start+`, "title": "Vice President"}`))
			require.ErrorIs(t, err, scim.ErrInvalidValue)
		}
		require.Equal(t, 0, count(t, db, "SELECT COUNT(*) FROM users"))
		require.Equal(t, 0, count(t, db, "SELECT COUNT(*) FROM scim_users"))

		// A column of the application that must not be null and that no attribute is sent for.
		run(t, db, map[sqlstore.Dialect]string{
			sqlstore.Postgres: "ALTER TABLE users ALTER COLUMN first_name DROP DEFAULT", sqlstore.SQLite: "UPDATE users SET id = id",
			sqlstore.MySQL: "ALTER TABLE users MODIFY first_name varchar(100) NOT NULL",
		}[e.dialect])
		if e.dialect != sqlstore.SQLite {
			_, err := users.Create(ctx, resource(t, users, start+`}`))
			require.ErrorIs(t, err, scim.ErrInvalidValue)
			require.ErrorContains(t, err, "userType needs a value")
		}
	})
}

// TestMembersElsewhere shows that members of another tenant are as unknown as those that do not exist.
func TestMembersElsewhere(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		_, users, groups := app(t, e)
		acme, globex := as(t, "acme"), as(t, "globex")
		stranger, err := users.Create(globex, user(t, users, "stranger"))
		require.NoError(t, err)
		ada, err := users.Create(acme, user(t, users, "ada"))
		require.NoError(t, err)
		group, err := groups.Create(acme, resource(t, groups, `{"schemas": ["`+schema.GroupURI+`"], "displayName": "Pilots"}`))
		require.NoError(t, err)
		for _, id := range []string{stranger.ID, "u_999999", "nobody", "", "u_'; DROP TABLE users; --"} {
			_, err := groups.Update(acme, group.ID, scim.Projection{}, func(r *scim.Resource) error {
				return r.Attributes.Set("members", []any{map[string]any{"value": ada.ID}, map[string]any{"value": id}})
			})
			require.ErrorIs(t, err, scim.ErrInvalidValue)
			if id != "" {
				require.ErrorContains(t, err, "there is no user or group with id")
				require.ErrorContains(t, err, id)
			}
		}
		now, err := groups.Get(acme, group.ID, scim.Projection{})
		require.NoError(t, err)
		require.Equal(t, group.Meta, now.Meta)
		require.True(t, now.Attributes.Get("members").IsUnassigned())
	})
}

// TestTransactions shows that the application's own statements commit and are taken back with the store's.
func TestTransactions(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		db, users, groups := app(t, e)
		run(t, db, "CREATE TABLE audit (what varchar(100))")
		ctx := as(t, "acme")
		require.Nil(t, sqlstore.Tx(ctx))
		fail := errors.New("no")
		for _, want := range []error{fail, nil} {
			err := users.InTx(ctx, func(ctx context.Context) error {
				if _, err := sqlstore.Tx(ctx).ExecContext(ctx, "INSERT INTO audit (what) VALUES ('created')"); err != nil {
					return err
				}
				ada, err := users.Create(ctx, user(t, users, "ada"))
				if err != nil {
					return err
				}
				if _, err := groups.Create(ctx, resource(t, groups, `{"schemas": ["`+schema.GroupURI+`"], "displayName": "Pilots", "members": [{"value": "`+ada.ID+`"}]}`)); err != nil {
					return err
				}
				return want
			})
			require.ErrorIs(t, err, want)
			n := 0
			if want == nil {
				n = 1
			}
			require.Equal(t, n, count(t, db, "SELECT COUNT(*) FROM audit"))
			require.Equal(t, n, count(t, db, "SELECT COUNT(*) FROM users"))
			require.Equal(t, n, count(t, db, "SELECT COUNT(*) FROM team_users"))
		}

		// A transaction that the application began.
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		_, err = users.Create(sqlstore.WithTx(ctx, db, tx), user(t, users, "bob"))
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		require.Empty(t, found(t, ctx, users, `userName eq "bob"`))
	})
}
