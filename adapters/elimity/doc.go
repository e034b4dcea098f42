// Package elimity mounts the resource handlers of an application that uses github.com/elimity-com/scim under a [scim.Handler],
// unchanged: [New] makes a [scim.ResourceStore] of one of its resource types. PATCH, filters, sorting, pages, ETags, bulk requests
// and the profiles of identity providers are then the handler's; docs/migrating-from-elimity.md shows it step by step.
//
// What a ResourceHandler can't do, the adapter can't either:
//
//   - A ResourceHandler has no way to write only if nobody else has written since. The adapter lets the writes to one resource
//     wait for each other, so that within one process no PATCH is lost and If-Match holds. Between two processes, and between a
//     process and what else the application writes, the later of two writes takes the place of the earlier one.
//   - It reads and writes whole resources. Adding a member to a group reads and writes all members.
//   - It isn't told which attributes are wanted, nor in which order, and has no transactions.
//
// A [scim.ResourceStore] of the application's own, over the same tables, has none of these limits.
package elimity
