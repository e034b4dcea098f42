package scim

import (
	"github.com/embedscim/scim/schema"
)

// A Resource is one user, group or other resource.
type Resource = schema.Resource

// Meta is the metadata of a resource.
type Meta = schema.Meta

// A Version identifies one state of a resource. The handler sends it as a weak ETag, W/"version".
type Version = schema.Version
