package main

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	_ "modernc.org/sqlite"
)

// tables are those of an application that was never made for SCIM.
const tables = `
CREATE TABLE IF NOT EXISTS users (
  id integer PRIMARY KEY AUTOINCREMENT,
  company text NOT NULL,
  login text NOT NULL COLLATE NOCASE,
  first_name text,
  last_name text,
  email text,
  password_hash text,
  active boolean,
  UNIQUE (company, login)
);
CREATE TABLE IF NOT EXISTS teams (
  id integer PRIMARY KEY AUTOINCREMENT,
  company text NOT NULL,
  name text NOT NULL COLLATE NOCASE,
  UNIQUE (company, name)
);
CREATE TABLE IF NOT EXISTS team_users (
  team_id integer NOT NULL REFERENCES teams (id),
  user_id integer NOT NULL REFERENCES users (id),
  PRIMARY KEY (team_id, user_id)
);
CREATE INDEX IF NOT EXISTS team_users_user ON team_users (user_id)`

// stores says which column has which attribute. The tables stay as they are; what they have no column for, such as
// externalId or phoneNumbers, is kept in the tables scim_users and scim_teams beside them.
func stores(ctx context.Context, db *sql.DB) (users, teams *sqlstore.Store, err error) {
	users, err = sqlstore.New(db, sqlstore.SQLite, sqlstore.Table{
		Name:  "users",
		Key:   sqlstore.Key{Column: "id", Prefix: "u_", Kind: sqlstore.KeyInteger},
		Scope: sqlstore.ScopeColumn("company", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{
			"userName":                     sqlstore.Column{Name: "login", CaseFold: true},
			"name.givenName":               sqlstore.Col("first_name"),
			"name.familyName":              sqlstore.Col("last_name"),
			`emails[type eq "work"].value`: sqlstore.Col("email"),
			"active":                       sqlstore.Col("active"),
			"password":                     sqlstore.Column{Name: "password_hash", Convert: &sqlstore.Convert{To: hash}},
		},
		Companion: "scim_users",
	})
	if err != nil {
		return nil, nil, err
	}
	teams, err = sqlstore.New(db, sqlstore.SQLite, sqlstore.Table{
		Type:  schema.GroupType(),
		Name:  "teams",
		Key:   sqlstore.Key{Column: "id", Prefix: "g_", Kind: sqlstore.KeyInteger},
		Scope: sqlstore.ScopeColumn("company", sqlstore.Tenant),
		Attributes: sqlstore.Attributes{
			"displayName": sqlstore.Col("name"),
			"members":     sqlstore.Members{{Table: "team_users", Owner: "team_id", Element: "user_id", Of: users}},
		},
		Companion: "scim_teams",
	})
	if err != nil {
		return nil, nil, err
	}
	return users, teams, sqlstore.Migrate(ctx, users, teams)
}

// open opens the application's database, and makes its tables if they are not there.
func open(ctx context.Context, file string) (*sql.DB, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, tables); err != nil {
		db.Close()
		return nil, fmt.Errorf("database %s: %w", file, err)
	}
	return db, nil
}

// seed adds a user as the application does it itself, and returns the id that SCIM knows the user by.
func seed(ctx context.Context, db *sql.DB) (id string, err error) {
	const user = `INSERT INTO users (company, login, first_name, last_name, email, active) VALUES ('demo', 'dana@example.com', 'Dana', 'Park', 'dana@example.com', true) ON CONFLICT DO NOTHING`
	if _, err := db.ExecContext(ctx, user); err != nil {
		return "", err
	}
	err = db.QueryRowContext(ctx, `SELECT 'u_' || id FROM users WHERE company = 'demo' AND login = 'dana@example.com'`).Scan(&id)
	return id, err
}

// hash returns what the application keeps of a password.
func hash(password schema.Value) (any, error) {
	if password.IsUnassigned() {
		return nil, nil
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	const rounds = 600_000
	key, err := pbkdf2.Key(sha256.New, password.Text(), salt, rounds, sha256.Size)
	return fmt.Sprintf("pbkdf2-sha256$%d$%x$%x", rounds, salt, key), err
}
