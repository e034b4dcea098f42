-- Groups, and which users and groups are their members.
CREATE TABLE IF NOT EXISTS {prefix}groups (
  id uuid PRIMARY KEY,
  tenant varchar(255) NOT NULL,
  display_name varchar(255) NOT NULL,
  display_name_folded varchar(255) NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS {prefix}groups_display_name ON {prefix}groups (tenant, display_name_folded);
CREATE TABLE IF NOT EXISTS {prefix}group_users (
  group_id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (group_id, user_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (user_id) REFERENCES {prefix}users (id)
);
CREATE INDEX IF NOT EXISTS {prefix}group_users_user ON {prefix}group_users (user_id);
CREATE TABLE IF NOT EXISTS {prefix}group_groups (
  group_id uuid NOT NULL,
  child_id uuid NOT NULL,
  PRIMARY KEY (group_id, child_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (child_id) REFERENCES {prefix}groups (id)
);
CREATE INDEX IF NOT EXISTS {prefix}group_groups_child ON {prefix}group_groups (child_id);
