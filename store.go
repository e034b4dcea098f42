package scim

import (
	"context"
	"iter"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A ResourceStore holds the resources of one resource type, such as the users of an application. All methods must be safe
// for concurrent use, and must return only resources visible to the tenant that ctx identifies (see [PrincipalFrom]). A
// store neither keeps nor changes a [*Resource] that it is given, and returns one that the caller may change. There is no
// method for PATCH, since the handler carries out the operations and stores what they come to.
//
// The other interfaces in this file are optional: each is found by [NewHandler] once, and has a fallback. An error that
// matches [errors.ErrUnsupported] from one of their methods means: as if the method were not implemented.
//
// An error that is or wraps an [*Error] is answered as it says, the error of a ctx that has ended with 503. Any other error
// is answered with 500 and no detail, and logged.
type ResourceStore interface {
	// Get returns the resource with the given id, or an error matching [ErrNotFound] (404). An id that the store could
	// not have made is not found either.
	// p is a hint: attributes p does not want should be left out if they are expensive, as the members of a large group are.
	Get(ctx context.Context, id string, p Projection) (*Resource, error)
	// List returns an iterator over all resources, in an order that does not change between calls. It stops at the first
	// error, and when it is told to.
	List(ctx context.Context, p Projection) iter.Seq2[*Resource, error]
	// Create stores r and returns it with ID and Meta set; a taken unique attribute is [ErrUniqueness] (409). The ID is
	// unique among all resource types of the service provider, never used again, and not ".search", which ends an endpoint.
	Create(ctx context.Context, r *Resource) (*Resource, error)
	// Replace stores r over the resource with its ID and returns what is stored, or [ErrNotFound] or [ErrUniqueness]. If
	// r.Meta.Version is set and is no longer the stored version it changes nothing and returns [ErrVersionMismatch] (tried
	// again, or 412 if the client sent If-Match).
	// A writeOnly attribute that r does not have stays as it is; null clears it. If r is what is stored already, version
	// and lastModified stay.
	Replace(ctx context.Context, r *Resource) (*Resource, error)
	// Delete removes the resource, or returns [ErrNotFound]. A non-empty ifMatch is the version it must still have, or
	// [ErrVersionMismatch].
	Delete(ctx context.Context, id string, ifMatch Version) error
}

// A Searcher is a [ResourceStore] that can filter, sort and page by itself. For other stores the handler reads all resources
// with List and does it in memory, up to [Config.MaxScan] resources, beyond which it answers 400 tooMany.
type Searcher interface {
	ResourceStore
	// Search returns the page of matching resources that q asks for. Resources that compare equal by q.SortBy, and all if
	// it is nil, are in an order that does not change between calls.
	Search(ctx context.Context, q *Query) (*Page, error)
}

// A CursorSearcher is a [Searcher] that can page by cursor (RFC 9865), so that no resource is missed or seen twice while others come
// and go. For other stores, and over all resource types, the handler's cursors stand for an index. Clients never see a cursor
// of the store: the handler encrypts it, and ties it to the query and the client.
type CursorSearcher interface {
	Searcher
	// SearchAfter returns the page that cursor, from a Page's Next or Prev, leads to; the first page if it is "". A cursor that
	// leads nowhere any more is an [*Error] 400 invalidCursor. q.StartIndex means nothing.
	SearchAfter(ctx context.Context, q *Query, cursor string) (*Page, error)
}

// An Updater is a [ResourceStore] that can change a resource atomically. For other stores the handler uses Get and Replace,
// and repeats them while Replace returns [ErrVersionMismatch].
type Updater interface {
	ResourceStore
	// Update calls fn with the resource and stores what fn makes of it, unless fn fails or changes nothing; then nothing is
	// stored, and version and lastModified stay. Attributes that p does not want are neither read nor written. fn may run
	// again, with a fresh resource, and has no effect but on its argument. No other write may come in between. An error of fn
	// is returned as it is; the others are those of Replace.
	Update(ctx context.Context, id string, p Projection, fn func(*Resource) error) (*Resource, error)
}

// A DeltaPatcher is a [ResourceStore] that can add and remove elements of large multi-valued attributes, such as the members
// of a group, without reading them. For other stores, and for operations that do not reduce to a delta, the handler uses
// [Updater] or its fallback.
type DeltaPatcher interface {
	ResourceStore
	// DeltaAttributes returns the names of the multi-valued attributes that PatchDelta handles.
	DeltaAttributes() []string
	// PatchDelta carries out d atomically. It checks d.IfMatch as Replace does r.Meta.Version, and its errors are those of
	// Replace. If nothing changes by it, version and lastModified stay, and the result has no Changes.
	PatchDelta(ctx context.Context, id string, d *patch.Delta) (DeltaResult, error)
}

// A Transactor is a [ResourceStore] that can run several operations in one transaction, which ctx carries. Without it,
// [Config.TxInterceptors] can't be used.
type Transactor interface {
	ResourceStore
	// InTx calls fn in a transaction, or in the one that ctx carries already, and commits unless fn fails. fn may run again
	// after a serialisation failure.
	InTx(ctx context.Context, fn func(context.Context) error) error
}

// A CapabilityReporter is a [ResourceStore] whose configuration may switch off what its methods offer. Without it, a
// store has the capabilities of its methods.
type CapabilityReporter interface {
	ResourceStore
	// Capabilities returns the capabilities to use, of those that the methods offer.
	Capabilities() Capability
}

// A Query asks for resources (RFC 7644 §3.4.2).
type Query struct {
	// Filter is resolved against the schemas of the type; nil selects all.
	Filter *filter.Checked
	// SortBy is the attribute to sort by, or nil.
	SortBy     *schema.Path
	Descending bool
	// StartIndex is the 1-based position of the first resource to return.
	StartIndex int
	// Count is how many resources to return at most; 0 asks for the total only. The handler always sets it.
	Count int
	// Projection is a hint as in [ResourceStore.Get]; it does not restrict what Filter and SortBy see.
	Projection Projection
}

// A Page is a part of the resources that a [Query] selects.
type Page struct {
	Resources []*Resource
	// TotalResults counts all matches; -1 if the store can't tell and a cursor pages.
	TotalResults int
	// Next and Prev are the cursors of a [CursorSearcher], or "".
	Next, Prev string
}

// A DeltaResult is what [DeltaPatcher.PatchDelta] did.
type DeltaResult struct {
	Meta Meta
	// Changes says what really changed: members added that were not there, and so on.
	Changes []patch.Change
}
