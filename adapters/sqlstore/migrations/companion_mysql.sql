-- What the application's table has no column for. row_key is the key of the application's row, and must have its collation;
-- external_key and unique_value are what externalId and the unique attribute are looked up by. Times are milliseconds since
-- 1970.
CREATE TABLE IF NOT EXISTS {table} (
  tenant varbinary(191) NOT NULL,
  row_key {key} NOT NULL,
  external_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  external_key varbinary(191),
  unique_value varbinary(191),
  version bigint NOT NULL,
  created bigint NOT NULL,
  modified bigint NOT NULL,
  extra longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  deleted bigint,
  PRIMARY KEY (tenant, row_key),
  UNIQUE KEY {index}_unique_value (tenant, unique_value),
  KEY {index}_external_key (tenant, external_key)
);
