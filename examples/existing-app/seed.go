package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
)

// seed fills empty tables with two companies. It returns the password of all their users, "" if there were some already, and
// the key of the first, Dana.
func seed(ctx context.Context, db *sql.DB) (password string, dana int64, err error) {
	const find = `SELECT id FROM users WHERE company = 'acme' ORDER BY id LIMIT 1`
	if err := db.QueryRowContext(ctx, find).Scan(&dana); !errors.Is(err, sql.ErrNoRows) {
		return "", dana, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return "", 0, err
	}
	defer tx.Rollback()
	password = rand.Text()
	hash, err := hashPassword(password, passwordRounds)
	if err != nil {
		return "", 0, err
	}
	for _, u := range [][]any{
		{"acme", "dana@acme.example", "Dana", "Park", "Head of operations"},
		{"acme", "kit@acme.example", "Kit", "Olsen", "Engineer"},
		{"acme", "sam@acme.example", "Sam", "Ito", nil},
		{"globex", "lee@globex.example", "Lee", "Moreau", "Sales"},
	} {
		const user = `INSERT INTO users (company, email, given_name, family_name, job_title, password_hash) VALUES ($1, $2, $3, $4, $5, $6)`
		if _, err := tx.ExecContext(ctx, user, append(u, hash)...); err != nil {
			return "", 0, err
		}
	}
	for _, statement := range []string{
		`INSERT INTO teams (company, name) VALUES ('acme', 'On call'), ('acme', 'Platform'), ('globex', 'Sales')`,
		`INSERT INTO team_users (team_id, user_id) SELECT t.id, u.id FROM teams t JOIN users u ON u.company = t.company
			WHERE t.name = 'Platform' AND u.given_name IN ('Kit', 'Sam') OR t.name = 'On call' AND u.given_name IN ('Dana', 'Kit') OR t.name = 'Sales'`,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return "", 0, err
		}
	}
	if err := tx.QueryRowContext(ctx, find).Scan(&dana); err != nil {
		return "", 0, err
	}
	return password, dana, tx.Commit()
}
