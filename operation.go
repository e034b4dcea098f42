package scim

import (
	"context"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A Kind is the kind of an [Operation].
type Kind string

// The kinds of operations.
const (
	KindGet     Kind = "get"
	KindQuery   Kind = "query"
	KindCreate  Kind = "create"
	KindReplace Kind = "replace"
	KindPatch   Kind = "patch"
	KindDelete  Kind = "delete"
)

// Writes reports whether operations of the kind change something.
func (k Kind) Writes() bool { return k != KindGet && k != KindQuery }

// An Operation is what a request asks for, once it has been read, rewritten by the compat profile and checked.
type Operation struct {
	Kind         Kind
	ResourceType *schema.ResourceType
	Principal    Principal
	// ID is the resource's id; "" for KindCreate and KindQuery.
	ID string
	// Resource is what to create, or to replace the resource with.
	Resource *Resource
	// Patch is what to change.
	Patch []patch.Op
	// Query is what to look for.
	Query *Query
	// Projection is what the response will hold.
	Projection Projection
	// IfMatch and IfNoneMatch are the conditions of the request (RFC 7644 §3.14).
	IfMatch, IfNoneMatch Condition
	// Rewrites says what the compat profile made of the request, and why.
	Rewrites []compat.Applied
}

// A Result is what an [Operation] led to.
type Result struct {
	// Resource is the resource as it is now. It is nil for KindDelete and KindQuery, and for a KindPatch that was carried out
	// without reading the resource; Meta is known then too.
	Resource *Resource
	Meta     Meta
	// Page holds what a KindQuery found.
	Page *Page
	// Changes says what really changed. It is empty if nothing did.
	Changes []patch.Change
}

// A Func carries out an operation.
type Func func(context.Context, *Operation) (*Result, error)

// An Interceptor wraps a [Func]: what it does before calling next happens before the operation, and it may look at the result,
// or refuse by returning an error instead of calling next. See [Config.Interceptors] and [Config.TxInterceptors].
type Interceptor func(next Func) Func

// chain wraps f so that the first interceptor is the outermost.
func chain(interceptors []Interceptor, f Func) Func {
	for i := len(interceptors) - 1; i >= 0; i-- {
		f = interceptors[i](f)
	}
	return f
}
