// Package sqlxapp is an application over sqlx that gets SCIM.
package sqlxapp

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// A User is a row of users. The struct is the application's own, and SCIM does not need it.
type User struct {
	ID         int64      `db:"id"`
	DisabledAt *time.Time `db:"disabled_at"`
}

// An App is the application.
type App struct {
	SCIM  http.Handler
	db    *sqlx.DB
	users *sqlstore.Store
}

// New returns the application with a handler for /scim/v2.
func New(ctx context.Context, db *sqlx.DB, d sqlstore.Dialect, tokens map[string]scim.Principal) (*App, error) {
	users, err := sqlstore.New(db.DB, d, sqlstore.Table{
		Name:       "users",
		Key:        sqlstore.Key{Column: "id", Prefix: "u_", Kind: sqlstore.KeyInteger},
		Scope:      sqlstore.ScopeColumn("org", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{"userName": sqlstore.Col("login"), "active": sqlstore.IsNull("disabled_at")},
		Companion:  "scim_users",
		Delete:     sqlstore.DisableAccount(),
	})
	if err != nil {
		return nil, err
	}
	teams, err := sqlstore.New(db.DB, d, sqlstore.Table{
		Type:  schema.GroupType(),
		Name:  "teams",
		Key:   sqlstore.Key{Column: "id", Prefix: "g_", Kind: sqlstore.KeyInteger},
		Scope: sqlstore.ScopeColumn("org", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{
			"displayName": sqlstore.Col("name"),
			"members":     sqlstore.Members{{Table: "team_users", Owner: "team_id", Element: "user_id", Of: users}},
		},
		Companion: "scim_teams",
	})
	if err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(ctx, users, teams); err != nil {
		return nil, err
	}
	a := &App{db: db, users: users}
	a.SCIM, err = scim.NewHandler(&scim.Config{
		BaseURL:        "https://app.example.com/scim/v2",
		Authenticate:   scim.BearerTokens(scim.StaticTokens(tokens)),
		Resources:      []scim.ResourceType{scim.Users(users), scim.Groups(teams)},
		TxInterceptors: []scim.Interceptor{a.endSessions},
		Compat:         compat.EntraID,
	})
	return a, err
}

// endSessions signs out whom a request has disabled, in the transaction of the request.
func (a *App) endSessions(next scim.Func) scim.Func {
	return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
		res, err := next(ctx, op)
		id, isUser := strings.CutPrefix(op.ID, "u_")
		if err != nil || !isUser {
			return res, err
		}
		key, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, err
		}
		tx := &sqlx.Tx{Tx: sqlstore.Tx(ctx), Mapper: a.db.Mapper}
		var u User
		if err := tx.GetContext(ctx, &u, a.db.Rebind("SELECT id, disabled_at FROM users WHERE id = ?"), key); err != nil {
			return nil, err
		}
		if u.DisabledAt != nil {
			// A Tx made in this way does not know the placeholders of its database: the DB has to rebind.
			_, err = tx.ExecContext(ctx, a.db.Rebind("DELETE FROM sessions WHERE user_id = ?"), u.ID)
		}
		return res, err
	}
}

// CloseAccount is what an administrator does in the application: the sessions end, and SCIM's rules for deletion apply, in one
// transaction of the application's.
func (a *App) CloseAccount(ctx context.Context, org string, user int64) error {
	tx, err := a.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, tx.Rebind("DELETE FROM sessions WHERE user_id = ?"), user); err != nil {
		return err
	}
	ctx = scim.WithPrincipal(ctx, scim.Principal{Tenant: org})
	if err := a.users.Delete(sqlstore.WithTx(ctx, a.db.DB, tx.Tx), "u_"+strconv.FormatInt(user, 10), ""); err != nil {
		return err
	}
	return tx.Commit()
}

// SignIn starts a session.
func (a *App) SignIn(ctx context.Context, user int64) error {
	_, err := a.db.ExecContext(ctx, a.db.Rebind("INSERT INTO sessions (user_id) VALUES (?)"), user)
	return err
}
