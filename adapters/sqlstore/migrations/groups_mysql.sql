-- Groups, and which users and groups are their members.
CREATE TABLE IF NOT EXISTS {prefix}groups (
  id char(36) PRIMARY KEY,
  tenant varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  display_name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  display_name_folded varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  version bigint NOT NULL,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  KEY {prefix}groups_display_name (tenant, display_name_folded)
);
CREATE TABLE IF NOT EXISTS {prefix}group_users (
  group_id char(36) NOT NULL,
  user_id char(36) NOT NULL,
  PRIMARY KEY (group_id, user_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (user_id) REFERENCES {prefix}users (id),
  KEY {prefix}group_users_user (user_id)
);
CREATE TABLE IF NOT EXISTS {prefix}group_groups (
  group_id char(36) NOT NULL,
  child_id char(36) NOT NULL,
  PRIMARY KEY (group_id, child_id),
  FOREIGN KEY (group_id) REFERENCES {prefix}groups (id),
  FOREIGN KEY (child_id) REFERENCES {prefix}groups (id),
  KEY {prefix}group_groups_child (child_id)
);
