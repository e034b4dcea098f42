// Package bunapp is an application over bun that gets SCIM.
package bunapp

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// A User is a row of users. The models are the application's own, and SCIM does not need them.
type User struct {
	bun.BaseModel `bun:"table:users"`

	ID         int64 `bun:",pk,autoincrement"`
	Org        string
	Login      string
	DisabledAt *time.Time
}

// A Session is a row of sessions: somebody who has signed in.
type Session struct {
	bun.BaseModel `bun:"table:sessions"`

	ID     int64 `bun:",pk,autoincrement"`
	UserID int64
}

// An App is the application.
type App struct {
	SCIM  http.Handler
	db    *bun.DB
	users *sqlstore.Store
}

// New returns the application with a handler for /scim/v2.
func New(ctx context.Context, db *bun.DB, d sqlstore.Dialect, tokens map[string]scim.Principal) (*App, error) {
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
		disabled := a.db.NewSelect().Model((*User)(nil)).Column("id").Where("id = ?", key).Where("disabled_at IS NOT NULL")
		_, err = a.db.NewDelete().Conn(sqlstore.Tx(ctx)).Model((*Session)(nil)).Where("user_id IN (?)", disabled).Exec(ctx)
		return res, err
	}
}

// CloseAccount is what an administrator does in the application: the sessions end, and SCIM's rules for deletion apply, in one
// transaction of the application's.
func (a *App) CloseAccount(ctx context.Context, org string, user int64) error {
	return a.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*Session)(nil)).Where("user_id = ?", user).Exec(ctx); err != nil {
			return err
		}
		ctx = scim.WithPrincipal(ctx, scim.Principal{Tenant: org})
		return a.users.Delete(sqlstore.WithTx(ctx, a.db.DB, tx.Tx), "u_"+strconv.FormatInt(user, 10), "")
	})
}

// SignIn starts a session.
func (a *App) SignIn(ctx context.Context, user int64) error {
	_, err := a.db.NewInsert().Model(&Session{UserID: user}).Exec(ctx)
	return err
}
