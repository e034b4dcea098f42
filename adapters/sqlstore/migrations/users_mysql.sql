-- Users for an application that has none. What has no column is in the companion.
CREATE TABLE IF NOT EXISTS {prefix}users (
  id char(36) PRIMARY KEY,
  tenant varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  user_name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  user_name_folded varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  display_name longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  given_name longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  family_name longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  active boolean NOT NULL,
  version bigint NOT NULL,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  UNIQUE KEY {prefix}users_user_name (tenant, user_name_folded)
);
CREATE TABLE IF NOT EXISTS {prefix}user_emails (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  user_id char(36) NOT NULL,
  value varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  value_folded varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  type longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  display longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  is_primary boolean,
  KEY {prefix}user_emails_value (value_folded),
  FOREIGN KEY (user_id) REFERENCES {prefix}users (id)
);
