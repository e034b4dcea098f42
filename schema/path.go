package schema

import "strings"

// A Path leads from a resource to an attribute or a sub-attribute (RFC 7644 §3.10). The zero Path is the resource itself.
// Paths of one [ResourceType] are equal with == if they lead to the same place.
type Path struct {
	// Extension is the container of the extension that the path leads into, or nil. Alone it stands for the container.
	Extension *Attribute
	Attribute *Attribute
	Sub       *Attribute
}

// IsZero reports whether p is the resource itself.
func (p Path) IsZero() bool { return p == Path{} }

// Target returns the attribute that p leads to: the sub-attribute, the attribute or the extension container. It is nil for
// the zero Path.
func (p Path) Target() *Attribute {
	switch {
	case p.Sub != nil:
		return p.Sub
	case p.Attribute != nil:
		return p.Attribute
	default:
		return p.Extension
	}
}

// Top returns the attribute of the resource that p starts with: the extension container if there is one.
func (p Path) Top() *Attribute {
	if p.Extension != nil {
		return p.Extension
	}
	return p.Attribute
}

// Contains reports whether q is p or leads to a part of it.
func (p Path) Contains(q Path) bool {
	return p.IsZero() || p == q ||
		p.Attribute == nil && p.Extension == q.Extension ||
		p.Attribute != nil && p.Sub == nil && p.Attribute == q.Attribute
}

// String returns the path in the notation of RFC 7644 §3.10: attributes of extensions with their URI, others without.
func (p Path) String() string {
	var b strings.Builder
	if p.Extension != nil {
		b.WriteString(p.Extension.Name)
		if p.Attribute != nil {
			b.WriteByte(':')
		}
	}
	if p.Attribute != nil {
		b.WriteString(p.Attribute.Name)
	}
	if p.Sub != nil {
		b.WriteByte('.')
		b.WriteString(p.Sub.Name)
	}
	return b.String()
}

// Path resolves an attribute path of RFC 7644 §3.10, such as userName, name.givenName or
// urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value. Names and URIs match in any letter case. The
// longest registered URI that the text starts with wins; a URI alone is the extension's container, unless a shorter URI
// has an attribute of which it is the full name. An attribute of an extension may do without the URI if neither the base
// schema nor another extension has its name. The error is an [*Error] of type [InvalidPath].
func (t *ResourceType) Path(text string) (Path, error) {
	if strings.Contains(text, ":") {
		return t.qualified(text)
	}
	if p, ok := splitPath(t.root.lookup, text); ok {
		return p, nil
	}
	p, ok := splitPath(t.inExtension, text)
	switch {
	case ok:
		p.Extension = p.Attribute.parent
		return p, nil
	case t.severalHave(text):
		return Path{}, pathError(text, "several extensions have an attribute of this name: write it with its schema URI")
	default:
		return Path{}, pathError(text, "no such attribute in the schemas of "+t.name)
	}
}

// inExtension returns the attribute that only one extension has under the name, unless the base schema has one too.
func (t *ResourceType) inExtension(name string) *Attribute {
	if t.root.lookup(name) != nil {
		return nil
	}
	return t.unique[lower(name)]
}

func (t *ResourceType) severalHave(text string) bool {
	name, _, _ := strings.Cut(text, ".")
	for _, n := range [...]string{text, name} {
		if a, known := t.unique[lower(n)]; known && a == nil && t.root.lookup(n) == nil {
			return true
		}
	}
	return false
}

// qualified resolves a path that starts with a schema URI. Attribute names have no colons, so the URI is what stands before
// the last one, or all of the text.
func (t *ResourceType) qualified(text string) (Path, error) {
	i := strings.LastIndexByte(text, ':')
	if c, known := t.containers[lower(text[:i])]; known {
		def := t.root
		if c != nil {
			def = c.def
		}
		if p, ok := splitPath(def.lookup, text[i+1:]); ok {
			p.Extension = c
			return p, nil
		}
	}
	c, known := t.containers[lower(text)]
	switch {
	case c != nil:
		return Path{Extension: c}, nil
	case known:
		return Path{}, pathError(text, "it is the URI of the base schema: add a colon and the name of an attribute")
	}
	for _, uri := range t.uris {
		if len(text) > len(uri) && text[len(uri)] == ':' && strings.EqualFold(text[:len(uri)], uri) {
			return Path{}, pathError(text, "schema "+uri+" has no such attribute")
		}
	}
	return Path{}, pathError(text, "it starts with no schema URI of "+t.name)
}

// splitPath resolves attr or attr.sub. A whole name wins over one split at its dot, since extensions may have dotted names.
func splitPath(lookup func(string) *Attribute, text string) (Path, bool) {
	if a := lookup(text); a != nil {
		return Path{Attribute: a}, true
	}
	return splitDotted(lookup, text)
}

// splitDotted resolves attr.sub. Sub-attributes have no dots in their names, so the last dot is the one.
func splitDotted(lookup func(string) *Attribute, text string) (Path, bool) {
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		if a := lookup(text[:i]); a != nil {
			if s := a.SubAttribute(text[i+1:]); s != nil {
				return Path{Attribute: a, Sub: s}, true
			}
		}
	}
	return Path{}, false
}

func pathError(path, rule string) *Error {
	return &Error{Type: InvalidPath, Path: path, Rule: rule, Offset: -1}
}
