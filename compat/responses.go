package compat

// Responses are choices that the RFCs leave to the service provider, where some client needs one of them. The zero value is what
// most clients take.
type Responses struct {
	// GroupNoContent answers a PATCH of a resource type with members with 204 and no body (RFC 7644 §3.5.2), unless the client asks
	// for attributes: a large group is dear to send, and nobody reads it.
	GroupNoContent bool
	// PlainJSON answers with application/json if the Accept header allows that and does not name application/scim+json. Otherwise
	// it must be asked for by name (RFC 7644 §3.8).
	PlainJSON bool
	// OmitEmpty leaves out of resources what is the empty string, and what is nothing without it: a client that
	// compares what it reads takes "" for a value.
	OmitEmpty bool
	// HideMemberRef leaves $ref of members out of the schemas of /Schemas, not out of resources: a validator that makes test
	// data of the schemas stops at it.
	HideMemberRef bool
	// WorkTypes suggests "work" in /Schemas for each type of a multi-valued attribute whose schema suggests nothing: a client that
	// makes paths of the schemas then makes them by type, and not by primary. It leaves roles alone, which Entra ID's own mapping
	// selects by primary. The schemas of package schema suggest values themselves.
	WorkTypes bool
}

// Responses returns the choices of the profile.
func (p *Profile) Responses() Responses {
	if p == nil {
		return Responses{}
	}
	return p.responses
}

// WithResponses returns a profile with the same name and rules, and the choices r.
func (p *Profile) WithResponses(r Responses) *Profile {
	next := &Profile{name: p.Name(), responses: r}
	if p != nil {
		next.rules = p.rules
	}
	return next
}
