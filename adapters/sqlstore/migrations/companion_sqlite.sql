-- What the application's table has no column for. row_key is the key of the application's row; external_key and unique_value
-- are what externalId and the unique attribute are looked up by. Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS {table} (
  tenant text NOT NULL,
  row_key {key} NOT NULL,
  external_id text,
  external_key text,
  unique_value text,
  version integer NOT NULL,
  created integer NOT NULL,
  modified integer NOT NULL,
  extra text,
  deleted integer,
  PRIMARY KEY (tenant, row_key)
);
CREATE UNIQUE INDEX IF NOT EXISTS {index}_unique_value ON {table} (tenant, unique_value);
CREATE INDEX IF NOT EXISTS {index}_external_key ON {table} (tenant, external_key);
