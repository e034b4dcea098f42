// Package sqlstore serves an application's own tables as SCIM resources, through database/sql: PostgreSQL, SQLite, MySQL and
// MariaDB.
package sqlstore
