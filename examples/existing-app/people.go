package main

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
)

// A person is a row of users, as the pages show it.
type person struct {
	id                    int64
	Company, Email        string
	givenName, familyName string
	jobTitle              sql.NullString
	Disabled              bool
}

// Name is what others call the person.
func (p *person) Name() string {
	return cmp.Or(strings.TrimSpace(p.givenName+" "+p.familyName), p.Email)
}

// JobTitle is the title, or "".
func (p *person) JobTitle() string { return p.jobTitle.String }

// A team is one of the signed-in person's teams.
type team struct {
	Name    string
	Members []string
}

// people returns everybody in a company.
func (a *app) people(ctx context.Context, company string) ([]*person, error) {
	rows, err := a.db.QueryContext(ctx, `SELECT id, company, email, given_name, family_name, job_title, disabled_at IS NOT NULL
		FROM users WHERE company = $1 ORDER BY given_name, family_name, id LIMIT 500`, company)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*person
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.id, &p.Company, &p.Email, &p.givenName, &p.familyName, &p.jobTitle, &p.Disabled); err != nil {
			return nil, err
		}
		all = append(all, &p)
	}
	return all, rows.Err()
}

// teams returns the teams that a person is in, with who else is.
func (a *app) teams(ctx context.Context, id int64) ([]*team, error) {
	rows, err := a.db.QueryContext(ctx, `SELECT t.id, t.name, u.email, u.given_name, u.family_name
		FROM team_users mine JOIN teams t ON t.id = mine.team_id JOIN team_users m ON m.team_id = t.id JOIN users u ON u.id = m.user_id
		WHERE mine.user_id = $1 AND u.disabled_at IS NULL ORDER BY t.name, t.id, u.given_name, u.family_name, u.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*team
	last := int64(-1)
	for rows.Next() {
		var teamID int64
		var name string
		var p person
		if err := rows.Scan(&teamID, &name, &p.Email, &p.givenName, &p.familyName); err != nil {
			return nil, err
		}
		if teamID != last {
			all, last = append(all, &team{Name: name}), teamID
		}
		t := all[len(all)-1]
		t.Members = append(t.Members, p.Name())
	}
	return all, rows.Err()
}
