// Package schema describes resources: attributes with their characteristics, schemas and resource types (RFC 7643), and
// holds their values in canonical form.
//
// A [Schema] lists attributes; [User], [Group] and [EnterpriseUser] are those of RFC 7643. [NewResourceType] combines a
// base schema and its extensions into a [ResourceType], which resolves names and URIs, reads JSON and checks it. [Value] and
// [Object] are what was read: ordered as in the schema, spelled as in the schema, with unassigned attributes absent. Reading
// and checking are two steps, so that package compat can mend in between what an identity provider sends against the rules.
//
// A [Resource] has its id, metadata and an Object. [Object.Set] and [Object.Get] use paths such as name.givenName, [Object.Map]
// and [ResourceType.FromMap] convert to and from Go values, and [Stream] is a list that is too large for memory. Every [Error]
// says where and what is wrong, and never holds the value.
package schema
