// Package gormstore serves an application's own gorm models as SCIM resources: on PostgreSQL, SQLite, MySQL and MariaDB.
//
// [New] takes a model whose fields say by tags which attribute they have, and returns a [sqlstore.Store]:
//
//	type User struct {
//		gorm.Model
//		Org   string
//		Login string  `scim:"userName"`
//		Email *string `scim:"emails[type eq \"work\"].value"`
//	}
//
// Tables, columns, types, relations and soft deletion are those that gorm derives from the model. Rows are read by sqlstore,
// which filters, sorts and pages in the database, so there is no second translation of filters, and the answers are the same
// whichever way a table is mapped. Rows of models are written by gorm, so that the model's hooks run. Two other designs were
// put aside: scopes of gorm over [scim.Typed] can neither filter exactly nor change the members of a large group without
// reading it, and sqlstore alone would go past the hooks.
//
// # Hooks
//
// BeforeSave, BeforeCreate, AfterCreate, AfterSave, BeforeUpdate, AfterUpdate, BeforeDelete and AfterDelete of the model run, in
// the transaction of the write. The model that they are called on is the whole row with the values of the request, and what they
// change of it is stored. Their error takes back the whole write and answers 400, with a detail that says no more than that the
// service's rules refuse it, and the error in the log. To say more, or with another status, return an error of [scim.Errorf]. An
// error of the database in a hook stays what it is: a deadlock is tried again, other errors are answered as the store's own.
//
// A row is updated as Select("*").Updates(&row) does, so that BeforeSave checks new values. gorm's Statement.Changed is always
// false then, as it is in Save: a hook that relies on it needs [Config.Update].
//
// Hooks do not run for what is in other tables: the rows of has-many attributes and of memberships, which are written in bulk.
// Models of those that have hooks are refused by New. AfterFind does not run for what clients read. When a user is deleted, the
// teams that the user was in get another version in one statement, without hooks of theirs.
//
// # Values
//
// A plain string is empty if the attribute has no value, a pointer or sql.Null is null. A plain bool or number has a
// value always: the one of its tag default, or else true for active and zero for others. So a plain active is true again
// when a client replaces a user without saying whether it is active, and a hook that sets a field to its tag default on
// creation can't be told from gorm, which does so where the client has asked for false: the client has its way. A
// *time.Time, sql.NullTime or [gorm.DeletedAt] may be mapped to active, which it is as long as the time is null. Other
// types, and fields with a serializer, need a [sqlstore.Convert] in [Config.Table].
//
// # Soft deletion
//
// With a field of [gorm.DeletedAt], rows that are deleted do not exist for clients, whoever deleted them, and deleting a resource
// is the model's soft deletion. If that field is mapped to active instead, rows that are soft-deleted are accounts that are
// switched off: clients see them with active false and can switch them on again, which identity providers expect.
package gormstore
