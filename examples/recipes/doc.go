// Package recipes has one application three times: over bun, over sqlx, and over pgx with queries that sqlc generates. Each gets SCIM
// through sqlstore, on the connections that it has, and joins its own queries to the transactions of SCIM. docs/recipes.md
// explains them.
package recipes
