// Package filter reads the filters and PATCH paths of RFC 7644 §3.4.2.2 and §3.5.2, checks them against the schemas of a
// resource type, and evaluates them in memory.
//
// [Parse] knows the grammar only; [Check] resolves the attributes and converts the values, and is where an unknown
// attribute or an operator that does not suit a type becomes an error. A [Checked] filter can be matched against resources
// in memory, with [Checked.Match], or translated by a store through [Checked.Expr]. [CheckAny] is for queries over several
// resource types, [CheckElement] for filters on the elements of an attribute, [ParsePath] for the paths of PATCH. Filters are
// bounded by [MaxLength] and [MaxDepth] while they are read.
package filter
