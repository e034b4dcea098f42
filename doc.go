// Package scim adds SCIM 2.0 endpoints (RFC 7643, RFC 7644) to an application that already exists: identity providers such
// as Microsoft Entra ID and Okta then create, update, disable and delete its users and groups.
//
// An application implements [ResourceStore] over its own tables, once for users and once for groups, and mounts the
// [Handler] that [NewHandler] makes of them:
//
//	h, err := scim.NewHandler(&scim.Config{
//		BaseURL:      "https://app.example.com/scim/v2",
//		Authenticate: scim.BearerTokens(verify),
//		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
//		Compat:       compat.EntraID,
//	})
//	mux.Handle("/scim/v2/", h)
//
// # Capabilities
//
// The five methods of [ResourceStore] are all that a store needs. For filters, sorting and pages that the database evaluates
// it implements [Searcher]; to change a resource in one transaction, [Updater]; to add members to large groups without
// reading them, [DeltaPatcher]; for interceptors that write in the same transaction, [Transactor]. [CapabilityReporter] masks
// what configuration switched off. [CursorSearcher] is for pages by cursor that stay right while resources come and go.
//
// An application with a struct for its users needs no translation of its own: [Map] or [StructMapping] says which attribute is
// which field, and [Typed] makes a store of a [Repository] of such structs.
//
// # What the application decides
//
// [Config.Interceptors] see every operation with what it really changed, and may refuse it; [Config.TxInterceptors] do so
// inside the store's transaction. [Principal] has the tenant, scopes and compat profile of a client. [Config.Me] gives /Me a
// meaning, [Config.BulkTransaction] makes a bulk request one transaction, [Config.CursorKey] lets all replicas read a cursor, and
// [Config.OverTLS] refuses requests that came in clear. [ResourceType] adds types besides users and groups. [Errorf] and
// [Error] say what the client is told.
//
// # Packages
//
// Package schema has the resources and their types, filter and patch what requests ask of them, compat what identity
// providers send instead; each is of use without the handler. Package memstore is a store in memory, and scimtest checks a
// service provider against the RFCs.
//
// # Security considerations
//
// The handler serves nothing without an [Authenticator]. Stores must return only what belongs to the tenant of the
// [Principal] that the context carries; the handler never mixes tenants, but can't see what a store does. Values are never
// part of error texts, and passwords are never returned; whoever implements a store must not keep them in clear. A request is
// bounded by the limits in [Config] before it costs anything.
//
// Vulnerabilities are: access to another tenant's resources, values of attributes or tokens in responses, errors or logs that
// must not be there, a filter or path that reaches a database as code, a request within the limits that stops the service.
package scim
