-- Users for an application that has none. What has no column is in the companion.
CREATE TABLE IF NOT EXISTS {prefix}users (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  user_name text NOT NULL,
  user_name_folded text NOT NULL,
  display_name text,
  given_name text,
  family_name text,
  active boolean NOT NULL,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS {prefix}users_user_name ON {prefix}users (tenant, user_name_folded);
CREATE TABLE IF NOT EXISTS {prefix}user_emails (
  id integer PRIMARY KEY AUTOINCREMENT,
  user_id text NOT NULL,
  value text,
  value_folded text,
  type text,
  display text,
  is_primary boolean,
  FOREIGN KEY (user_id) REFERENCES {prefix}users (id)
);
CREATE INDEX IF NOT EXISTS {prefix}user_emails_user ON {prefix}user_emails (user_id);
CREATE INDEX IF NOT EXISTS {prefix}user_emails_value ON {prefix}user_emails (value_folded);
