CREATE TABLE IF NOT EXISTS users (
  id integer PRIMARY KEY AUTOINCREMENT,
  company text NOT NULL,
  email text NOT NULL,
  given_name text NOT NULL DEFAULT '',
  family_name text NOT NULL DEFAULT '',
  job_title text,
  password_hash text,
  disabled_at timestamp,
  last_login_at integer
);
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (company, lower(email));

CREATE TABLE IF NOT EXISTS teams (
  id integer PRIMARY KEY AUTOINCREMENT,
  company text NOT NULL,
  name text NOT NULL
);
CREATE INDEX IF NOT EXISTS teams_name ON teams (company, lower(name));

CREATE TABLE IF NOT EXISTS team_users (
  team_id integer NOT NULL REFERENCES teams (id),
  user_id integer NOT NULL REFERENCES users (id),
  PRIMARY KEY (team_id, user_id)
);
CREATE INDEX IF NOT EXISTS team_users_user ON team_users (user_id);

CREATE TABLE IF NOT EXISTS sessions (
  digest text PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id),
  expires_at integer NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_user ON sessions (user_id);
