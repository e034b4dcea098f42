// Package sqlstore serves the tables of an application as SCIM resources, through database/sql: on PostgreSQL, SQLite, MySQL and
// MariaDB. The tables stay as they are. A [Table] says where the attributes of a resource are kept, and [New] makes the
// [Store] for it, with every [scim.Capability].
//
// # Mapping
//
// An attribute is kept in one of these places, by its path:
//
//   - a [Column], or one of two of them by [IsNull]: userName, name.givenName, externalId, or emails[type eq "work"].value for
//     one element of a multi-valued attribute;
//   - [Rows] of another table, for a multi-valued attribute such as emails;
//   - [Members], for the members of a group. User.groups, direct and indirect, is derived from them;
//   - the companion table, for all others, in a column with JSON. It also has externalId, a count of changes and times, if the
//     application has no columns for them. [Migrate] makes it. Rows that the application makes have none until they are
//     written, and are resources all the same.
//
// Without a companion, or with [Table.RefuseUnmapped], requests with other attributes are refused: nothing is dropped in
// silence. Neither are secrets kept by accident: a password goes through [Column.Convert] or [Table.WriteOnly].
//
// # Tenants
//
// [Table.Scope] is required and says which rows a request sees: see [ScopeColumn], [ScopeMembership] and [NoScope]. Without a
// tenant nothing is read or written.
//
// # Writing
//
// Each write is one transaction, in which the row is locked before it is read, and only columns that change are written. The
// version has part in the condition of the statement. It changes with every column that is mapped, also by the hand of the
// application; what the application does to rows of other tables, such as members, changes it only if there is a column
// that the application counts up as well. Members are added and removed by set statements: a constant number for any number
// of members, of which only those that are named are read.
//
// [Store.InTx] makes several writes one transaction, which the context carries: all stores over the same *sql.DB take part, and
// [Tx] gives it to interceptors and hooks. Transactions that the database gives up because of others run again.
//
// A value of a unique attribute is looked up before it is written, and two writes at once are told apart by a unique index: that
// of the companion for the first unique attribute, which is userName for users, and those of the application's table.
//
// # Searching
//
// Filters become conditions with parameters; no value is ever part of the text of a statement. The answers are those of
// [filter.Checked.Match]: where a database compares otherwise, as with letter case outside ASCII, or can't see a value, as in
// the companion's JSON, it narrows the search down and the rows that are left are read and looked at, up to
// [Table.MaxScan]. So these should have an index:
//
//   - LOWER(column) of what is looked up without regard to letter case, together with the column of the scope: userName above
//     all. With [Column.CaseFold] or [Column.Folded], that column itself;
//   - the columns of a [Link]: both together, and Element alone; the column Owner of [Rows].
//
// externalId is found by the companion's index, unless it has a column. Sorting by attributes in columns, and paging by cursor
// without sorting, is up to the database; other orders are made in memory.
//
// # Limits
//
// Texts with U+0000 are refused for columns, on all databases. The key is one column. An attribute that is unique needs a
// column. A list of more than a thousand members is a [schema.Stream], which is read a part at a time while the response is
// written.
package sqlstore
