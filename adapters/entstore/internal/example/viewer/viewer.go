// Package viewer says who looks at the application's data, for the privacy rules of its schema.
package viewer

import "context"

// A Viewer is who looks.
type Viewer int

// The viewers. The zero Viewer may do everything.
const (
	Any      Viewer = iota
	Reader          // changes nothing
	Limited         // sees and changes active users only
	Stranger        // sees no user
)

type key struct{}

// NewContext returns a context with a viewer.
func NewContext(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, key{}, v)
}

// From returns the viewer in ctx.
func From(ctx context.Context) Viewer {
	v, _ := ctx.Value(key{}).(Viewer)
	return v
}
