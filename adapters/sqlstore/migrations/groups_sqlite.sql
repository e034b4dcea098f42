-- Groups, and which users and groups are their members.
CREATE TABLE IF NOT EXISTS {prefix}groups (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  display_name text NOT NULL,
  display_name_folded text NOT NULL,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE INDEX IF NOT EXISTS {prefix}groups_display_name ON {prefix}groups (tenant, display_name_folded);
CREATE TABLE IF NOT EXISTS {prefix}group_users (
  group_id text NOT NULL,
  user_id text NOT NULL,
  PRIMARY KEY (group_id, user_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (user_id) REFERENCES {prefix}users (id)
);
CREATE INDEX IF NOT EXISTS {prefix}group_users_user ON {prefix}group_users (user_id);
CREATE TABLE IF NOT EXISTS {prefix}group_groups (
  group_id text NOT NULL,
  child_id text NOT NULL,
  PRIMARY KEY (group_id, child_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (child_id) REFERENCES {prefix}groups (id)
);
CREATE INDEX IF NOT EXISTS {prefix}group_groups_child ON {prefix}group_groups (child_id);
