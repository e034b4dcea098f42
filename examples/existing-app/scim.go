package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
)

// newSCIM returns the handler for /scim/v2. It is all that was added to the application, whose own tables stay as they are;
// Migrate makes scim_users and scim_teams beside them, for what they have no column for.
func newSCIM(ctx context.Context, db *sql.DB, d sqlstore.Dialect, base string, tokens map[string]scim.Principal, logger *slog.Logger) (http.Handler, error) {
	company := sqlstore.ScopeColumn("company", sqlstore.Tenant)
	users, err := sqlstore.New(db, d, sqlstore.Table{
		Name:  "users",
		Key:   sqlstore.Key{Column: "id", Prefix: "u_", Kind: sqlstore.KeyInteger},
		Scope: company,
		Attributes: sqlstore.Attributes{
			"userName":        sqlstore.Col("email"),
			"name.givenName":  sqlstore.Column{Name: "given_name", Empty: ""},
			"name.familyName": sqlstore.Column{Name: "family_name", Empty: ""},
			"title":           sqlstore.Col("job_title"),
			"active":          sqlstore.IsNull("disabled_at"),
			"password":        sqlstore.Column{Name: "password_hash", Convert: &sqlstore.Convert{To: keepPassword}},
		},
		Companion: "scim_users",
		Delete:    sqlstore.DisableAccount(),
	})
	if err != nil {
		return nil, err
	}
	teams, err := sqlstore.New(db, d, sqlstore.Table{
		Type:  schema.GroupType(),
		Name:  "teams",
		Key:   sqlstore.Key{Column: "id", Prefix: "g_", Kind: sqlstore.KeyInteger},
		Scope: company,
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
	return scim.NewHandler(&scim.Config{
		BaseURL:        base,
		Authenticate:   scim.BearerTokens(scim.StaticTokens(tokens)),
		Resources:      []scim.ResourceType{scim.Users(users), scim.Groups(teams)},
		TxInterceptors: []scim.Interceptor{endSessions},
		Compat:         compat.EntraID,
		ChangePassword: true,
		Logger:         logger,
	})
}

// keepPassword makes of a password what the login checks.
func keepPassword(v schema.Value) (any, error) {
	if v.IsUnassigned() {
		return nil, nil
	}
	return hashPassword(v.Text(), passwordRounds)
}

// endSessions signs users out whom a request disables, deletes or gives another password. It does so in the transaction of the
// request: either both are done or neither is.
func endSessions(next scim.Func) scim.Func {
	return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
		res, err := next(ctx, op)
		if err != nil || op.ResourceType.Name() != "User" || op.Kind == scim.KindCreate {
			return res, err
		}
		id, err := strconv.ParseInt(strings.TrimPrefix(op.ID, "u_"), 10, 64)
		if err != nil {
			return nil, err
		}
		password := false
		for _, c := range res.Changes {
			password = password || c.Path.String() == "password"
		}
		// What the row says now counts, however the request has said it.
		_, err = sqlstore.Tx(ctx).ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1
			AND ($2 OR EXISTS (SELECT 1 FROM users WHERE id = $1 AND disabled_at IS NOT NULL))`, id, password)
		if err != nil {
			return nil, err
		}
		return res, nil
	}
}
