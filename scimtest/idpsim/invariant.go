package idpsim

import "fmt"

// An Invariant is what must be true of a service provider whenever an identity provider has nothing more to do.
type Invariant string

const (
	// Projection: what the identity provider has written, and nothing else, is there.
	Projection Invariant = "projection"
	// UniqueUserName: no two users have the same userName, in any letter case, and none is refused because of a user that
	// a query does not find.
	UniqueUserName Invariant = "unique userName"
	// NoChange: where nothing changed in the identity provider, it finds nothing to write.
	NoChange Invariant = "no writes without a change"
	// Links: each id that was given stays the id of that resource; a deleted one is 404, and no query finds it.
	Links Invariant = "links"
	// Disabled: a user with active false can be read, by id and by query.
	Disabled Invariant = "disabled users stay visible"
	// Membership: a group has the members that were put into it, each once, and none that was deleted.
	Membership Invariant = "membership"
	// Idempotence: a PATCH that arrives twice has the effect of one.
	Idempotence Invariant = "idempotence"
	// Answers: requests are answered with a status that Entra ID or Okta takes, and with what they asked for.
	Answers Invariant = "answers"
	// LastModified: meta.lastModified never goes back, and stays while nothing is written.
	LastModified Invariant = "lastModified"
	// Isolation: one tenant neither sees nor changes what is another's.
	Isolation Invariant = "tenant isolation"
	// Latency: 99 of 100 requests are answered within [Config.Budget], and adding members to a large group costs no more than
	// adding them to a small one.
	Latency Invariant = "latency"
	// ReadYourWrites: what a write was acknowledged for, the next read shows, by id and by query.
	ReadYourWrites Invariant = "read your writes"
)

// A Violation is a fault of the service provider.
type Violation struct {
	Invariant Invariant
	// Object is the user or group that it was found with, by its id in the identity provider, or "".
	Object string
	Detail string
}

// Error implements error.
func (v Violation) Error() string {
	if v.Object == "" {
		return fmt.Sprintf("%s: %s", v.Invariant, v.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", v.Invariant, v.Object, v.Detail)
}
