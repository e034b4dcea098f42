package filter

import (
	"errors"
	"strconv"
	"strings"

	"github.com/embedscim/scim/schema"
)

// ParsePath reads the path of a PATCH operation on a resource of type t and resolves its attributes (RFC 7644 §3.5.2). The
// error is a [*schema.Error]. Its type is [schema.InvalidFilter] for a mistake between brackets, and [schema.InvalidPath]
// for any other: a path that departs from the grammar, an unknown attribute, or a filter on an attribute that is not
// multi-valued. There are no indices and no slashes.
func ParsePath(t *schema.ResourceType, s string) (*Path, error) {
	switch {
	case s == "":
		return nil, invalidPath("", 0, "the path is empty: leave it out to change the resource itself")
	case len(s) > MaxLength:
		return nil, invalidPath("", MaxLength, "the path is longer than "+strconv.Itoa(MaxLength)+" bytes")
	}
	p := parser{s: s}
	name, err := p.attribute()
	if err != nil {
		return nil, pathSyntax(name, err)
	}
	if c := p.peek(); !p.end() && c != '[' {
		return nil, invalidPath(name, p.i, "want the end of the path or a filter in brackets, got "+quote(c))
	}
	attr, err := t.Path(name)
	if err != nil {
		var e *schema.Error
		if errors.As(err, &e) {
			return nil, invalidPath(name, 0, e.Rule)
		}
		return nil, err
	}
	if p.end() {
		return &Path{Attr: attr}, nil
	}
	a := attr.Attribute
	switch {
	case a == nil || attr.Sub != nil || !a.MultiValued:
		return nil, invalidPath(attr.String(), p.i, "only a multi-valued attribute can have a filter in brackets")
	case !closed(s[p.i:]):
		return nil, invalidPath(attr.String(), p.i, `the "[" has no closing "]"`)
	case isIndex(s[p.i:]):
		return nil, invalidPath(attr.String(), p.i, `want a filter in the brackets, as in emails[type eq "work"]: elements have no index`)
	}
	x, err := p.brackets()
	if err != nil {
		var e *SyntaxError
		if errors.As(err, &e) {
			err = invalid(attr.String(), e.Offset, e.Msg)
		}
		return nil, err
	}
	path := &Path{Attr: attr}
	if !p.end() {
		if path.Sub, err = p.pathEnd(a); err != nil {
			return nil, err
		}
	}
	if path.Filter, err = CheckElement(t, a, x); err != nil {
		return nil, err
	}
	return path, nil
}

// pathEnd reads the sub-attribute that follows the brackets.
func (p *parser) pathEnd(a *schema.Attribute) (*schema.Attribute, error) {
	if c := p.peek(); c != '.' {
		return nil, invalidPath(a.String(), p.i, `want the end of the path or "." and a sub-attribute after the "]", got `+quote(c))
	}
	p.i++
	at := p.i
	name, err := p.subAttribute()
	if err != nil {
		return nil, pathSyntax(a.String(), err)
	}
	if !p.end() {
		return nil, invalidPath(a.String(), p.i, "want the end of the path after the sub-attribute, got "+quote(p.peek()))
	}
	sub := a.SubAttribute(name)
	if sub == nil {
		return nil, invalidPath(a.String()+"."+name, at, "no such sub-attribute of "+a.Name)
	}
	return sub, nil
}

func invalidPath(path string, offset int, rule string) error {
	return &schema.Error{Type: schema.InvalidPath, Path: path, Rule: rule, Offset: int64(offset)}
}

func pathSyntax(path string, err error) error {
	var e *SyntaxError
	if errors.As(err, &e) {
		return invalidPath(path, e.Offset, e.Msg)
	}
	return err
}

// closed reports whether the bracket that s starts with has a closing one outside strings.
func closed(s string) bool {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return true
		}
	}
	return false
}

// isIndex reports whether the brackets that s starts with hold nothing or a number.
func isIndex(s string) bool {
	inner, _, _ := strings.Cut(s[1:], "]")
	return strings.Trim(inner, " -0123456789") == ""
}
