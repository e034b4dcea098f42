// Package sqlcapp is an application over pgx, with queries that sqlc generates, that gets SCIM.
package sqlcapp

import (
	"context"
	"database/sql"
	"net/http"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/examples/recipes/sqlcapp/joined"
	"github.com/embedscim/scim/examples/recipes/sqlcapp/queries"
	"github.com/embedscim/scim/schema"
)

//go:generate go run github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1 generate

// An App is the application.
type App struct {
	SCIM  http.Handler
	pool  *pgxpool.Pool
	db    *sql.DB
	users *sqlstore.Store
}

// New returns the application with a handler for /scim/v2.
func New(ctx context.Context, pool *pgxpool.Pool, tokens map[string]scim.Principal) (*App, error) {
	// The same connections, in the form that sqlstore takes them.
	db := stdlib.OpenDBFromPool(pool)
	users, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Table{
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
	teams, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Table{
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
	a := &App{pool: pool, db: db, users: users}
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
		return res, joined.New(sqlstore.Tx(ctx)).EndSessionsOfDisabled(ctx, key)
	}
}

// CloseAccount is what an administrator does in the application: the sessions end, and SCIM's rules for deletion apply, in one
// transaction of the application's.
func (a *App) CloseAccount(ctx context.Context, org string, user int64) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := joined.New(tx).EndSessions(ctx, user); err != nil {
		return err
	}
	ctx = scim.WithPrincipal(ctx, scim.Principal{Tenant: org})
	if err := a.users.Delete(sqlstore.WithTx(ctx, a.db, tx), "u_"+strconv.FormatInt(user, 10), ""); err != nil {
		return err
	}
	return tx.Commit()
}

// SignIn starts a session. Queries that have nothing to do with SCIM go to the pool as ever.
func (a *App) SignIn(ctx context.Context, user int64) error {
	return queries.New(a.pool).StartSession(ctx, user)
}
