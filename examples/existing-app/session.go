package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// sessionTime is how long a session lasts.
const sessionTime = 12 * time.Hour

var (
	errWrongLogin  = errors.New("company, email or password is wrong")
	errDisabled    = errors.New("this account is disabled")
	errNotSignedIn = errors.New("there is no such session")
)

// signIn starts a session, and returns the token that the browser keeps.
func (a *app) signIn(ctx context.Context, company, email, password string) (token string, err error) {
	var id int64
	var hash sql.NullString
	err = a.db.QueryRowContext(ctx, `SELECT id, password_hash FROM users WHERE company = $1 AND lower(email) = lower($2)`, company, email).Scan(&id, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if !checkPassword(cmp.Or(hash.String, nobodysHash), password) {
		return "", errWrongLogin
	}

	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer tx.Rollback()
	// The update locks the row: who disables the user meanwhile waits for the session and ends it, or is waited for here.
	now := time.Now()
	res, err := tx.ExecContext(ctx, `UPDATE users SET last_login_at = $1 WHERE id = $2 AND disabled_at IS NULL`, now.Unix(), id)
	if err != nil {
		return "", err
	}
	if n, err := res.RowsAffected(); err != nil {
		return "", err
	} else if n == 0 {
		return "", errDisabled
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2`, id, now.Unix()); err != nil {
		return "", err
	}
	token = rand.Text()
	_, err = tx.ExecContext(ctx, `INSERT INTO sessions (digest, user_id, expires_at) VALUES ($1, $2, $3)`, digest(token), id, now.Add(sessionTime).Unix())
	if err != nil {
		return "", err
	}
	return token, tx.Commit()
}

// signOut ends a session.
func (a *app) signOut(ctx context.Context, token string) error {
	_, err := a.db.ExecContext(ctx, `DELETE FROM sessions WHERE digest = $1`, digest(token))
	return err
}

// signedIn returns the user whose session it is, or errNotSignedIn.
func (a *app) signedIn(ctx context.Context, token string) (*person, error) {
	var p person
	err := a.db.QueryRowContext(ctx, `SELECT u.id, u.company, u.email, u.given_name, u.family_name, u.job_title
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.digest = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL`,
		digest(token), time.Now().Unix()).Scan(&p.id, &p.Company, &p.Email, &p.givenName, &p.familyName, &p.jobTitle)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotSignedIn
	}
	return &p, err
}

// digest is what the database has of a token: who reads the table can't use the sessions.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
