// Package compat turns what identity providers send into what RFC 7643 and RFC 7644 define.
//
// Its rules look at the shape of what was sent and at the schema, not at flags or the User-Agent: one tenant of an identity
// provider sends several dialects. Each [Rule] is named, has a reason and a link, and is part of a [Profile] or not; [Strict]
// has none. Every rewriting is returned as [Applied]. Input that conforms to the RFCs keeps its meaning, but for the few rules
// whose Reason says otherwise; input that no rule knows stays as it is, and is refused when it is checked.
//
// [RewritePatch], [RewriteResource], [RewriteFilter] and [RewriteAttributes] each take a part of a request. [Profiles] lists the
// profiles, of which [Lenient] is safe for any client; [Profile.With] and [Profile.Without] make others, and [Parse] reads their
// names. A profile has [Responses] too. [Accepts], [AcceptsResource] and [AcceptsFilter] tell which profiles would have accepted
// what was refused.
//
// The functions are pure: they know no request and no server, and those that rewrite know no stored resource. What depends
// on its state is passed on in the operation, see [patch.Op.Create] and [filter.Path].
package compat
