// Package patch applies the operations of a PATCH request (RFC 7644 §3.5.2) to a resource.
//
// [Read] reads the message and keeps what does not conform, so that package compat can mend it; [Check] turns what is left
// into errors. [Apply] works on a copy and is all or nothing. [Reduce] turns operations that only set attributes and add or
// remove elements into a [Delta], which a store can carry out without reading the resource.
//
// A [Change] says what really changed; [Diff] finds the changes between two states of a resource. [Resolve] shows what operations
// come to for one resource. [Limits] bound a message, a [Budget] what several cost together.
package patch
