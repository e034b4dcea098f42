// Package entstore serves the entities of an application's own ent schema as SCIM resources: a [Store] is a
// [scim.ResourceStore] with every [scim.Capability]. The schema and the generated code stay as they are.
//
//	db, err := entstore.NewDB(dialect.Postgres, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
//	users, err := entstore.New(db, func(c *ent.Client) *ent.UserClient { return c.User }, entstore.Config[ent.User]{...})
//	groups, err := entstore.New(db, func(c *ent.Client) *ent.TeamClient { return c.Team }, entstore.Config[ent.Team]{...})
//
// The package knows no generated code: the types that ent generates are type parameters, which follow from the functions that
// are passed, and fields are named by the generated constants. See [Config] and the example.
//
// # Everything goes through the client
//
// All that a store reads and writes it does with the generated builders, so the hooks, interceptors and privacy policies of the
// schema and of the client apply. Creating runs as OpCreate, changing as OpUpdateOne with the fields that change, deleting as
// OpDeleteOne; deleting a member also runs OpUpdate on the groups that have it, whose version it counts up.
//
//   - What a privacy rule or interceptor hides from a query does not exist: 404, no member, not in any list. A write to it is
//     404 too, and adding it to a group is refused like an id that never was.
//   - A rule that denies, with ent's privacy.Deny, is 403, for queries as for changes. Its text is in the log only.
//   - An error of a hook refuses the write, and all of it is taken back. One that is or wraps a [*scim.Error] is answered as it
//     says; any other is 500, and its text is in the log only.
//   - A validator that fails is 400 invalidValue naming the attribute, a unique index [scim.ErrUniqueness].
//
// What the rules need to know of the client must be in the context of the request: wrap the handler in a function that puts it
// there.
//
// # Queries
//
// Filters, order and pages become ent predicates: values are always parameters, and nothing of a filter is ever part of a
// statement. Comparisons that databases make otherwise than SCIM are narrowed by the database and decided in memory, such as
// those without regard to letter case beyond ASCII. Cursors (RFC 9865) go by id, and so are as fast on the last page as on the
// first; those of sorted queries look at each match.
//
// # Writes
//
// Each write is a transaction that locks the entity's row, so that no update is lost, among any number of processes. It is
// that of the context if there is one, as [DB.InTx] and ent.NewTxContext make it. On SQLite, where rows have no locks, writes
// of one [DB] take turns, and those that another process disturbs are repeated.
package entstore
