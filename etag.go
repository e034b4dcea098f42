package scim

import (
	"fmt"
	"net/http"
	"strings"
)

// A Condition is what an If-Match or If-None-Match header asks for. The zero Condition asks for nothing.
type Condition struct {
	any      bool
	versions []Version
}

// IsSet reports whether the request had the header.
func (c Condition) IsSet() bool { return c.any || len(c.versions) > 0 }

// Matches reports whether the header names v, or any version. Versions compare weakly, as RFC 7644 §3.14 uses them.
func (c Condition) Matches(v Version) bool {
	if c.any {
		return true
	}
	for _, x := range c.versions {
		if x == v && v != "" {
			return true
		}
	}
	return false
}

// single returns the version that the condition asks for, "" if it takes any; ok is false if it is not as simple as that.
func (c Condition) single() (v Version, ok bool) {
	if c.any || len(c.versions) == 0 {
		return "", true
	}
	// An empty tag matches nothing, but as a version it would stand for any.
	return c.versions[0], len(c.versions) == 1 && c.versions[0] != ""
}

// precondition checks the conditions of op against the version of the resource (RFC 9110 §13.2). On a GET, If-None-Match
// is no reason to fail.
func (op *Operation) precondition(v Version) error {
	switch {
	case op.IfMatch.IsSet() && !op.IfMatch.Matches(v):
		return ErrVersionMismatch
	case op.Kind.Writes() && op.IfNoneMatch.IsSet() && op.IfNoneMatch.Matches(v):
		return Errorf(ErrVersionMismatch, "The resource has a version that If-None-Match excludes: read it again, or leave the header out.")
	}
	return nil
}

// parseCondition reads an If-Match or If-None-Match header (RFC 9110 §13.1).
func parseCondition(h http.Header, name string) (Condition, error) {
	return readCondition(strings.Join(h.Values(name), ","), "The header "+name)
}

// readCondition reads entity tags; name is where they stand.
func readCondition(text, name string) (Condition, error) {
	var c Condition
	for rest := strings.TrimSpace(text); rest != ""; {
		if rest[0] == '*' {
			c.any = true
			rest = rest[1:]
		} else {
			rest = strings.TrimPrefix(rest, "W/")
			if rest == "" || rest[0] != '"' {
				return c, badCondition(name)
			}
			tag, after, ok := strings.Cut(rest[1:], `"`)
			if !ok {
				return c, badCondition(name)
			}
			c.versions = append(c.versions, Version(tag))
			rest = after
		}
		rest = strings.TrimLeft(rest, " \t")
		if rest != "" && rest[0] != ',' {
			return c, badCondition(name)
		}
		rest = strings.TrimLeft(rest, ", \t")
	}
	return c, nil
}

func badCondition(name string) error {
	return Errorf(ErrInvalidSyntax, `%s must be * or a list of entity tags such as W/"3".`, name)
}

// etag returns v as an entity tag. It is weak: it tells states of the resource apart, not representations.
func etag(v Version) string {
	if v == "" {
		return ""
	}
	return `W/"` + string(v) + `"`
}

// tagged returns the header of a response that shows or tells the version v, which the store has made.
func (rs *resources) tagged(v Version) (http.Header, error) {
	for _, c := range []byte(v) {
		if c < '!' || c == '"' || c == 0x7f {
			return nil, fmt.Errorf("the store of %s made the version %q, which can't be an entity tag", rs.Name(), v)
		}
	}
	header := http.Header{}
	if v != "" {
		header.Set("ETag", etag(v))
	}
	return header, nil
}
