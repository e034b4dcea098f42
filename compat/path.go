package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

func isOp(s string) bool {
	switch strings.ToLower(s) {
	case patch.Add, patch.Remove, patch.Replace:
		return true
	}
	return false
}

func lowerOp(_ *call, op patch.Op) ([]patch.Op, bool) {
	lower := strings.ToLower(op.Op)
	if lower == op.Op || !isOp(lower) {
		return nil, false
	}
	op.Op = lower
	return []patch.Op{op}, true
}

// mendPath returns the path that the rules make of text, which is none by itself. ok is false if they make none either.
func (c *call) mendPath(text string) (mended string, ok bool) {
	applied := len(c.applied)
	name, in, rest := cutBrackets(text)
	for _, r := range c.p.rules {
		if r.path == nil {
			continue
		}
		if changed, ok := r.path(c, name); ok {
			c.record(r, []byte(name), []byte(changed))
			name = changed
		}
	}
	if in != "" {
		in = c.mendBrackets(name, in)
	}
	mended = name + in + rest
	if mended != text {
		if _, err := filter.ParsePath(c.t, mended); err == nil {
			return mended, true
		}
	}
	c.applied = c.applied[:applied]
	return text, false
}

// mendBrackets rewrites the filter in the brackets after an attribute.
func (c *call) mendBrackets(name, in string) string {
	a := c.target(nil, name)
	if a == nil {
		return in
	}
	if x, ok := c.filter(a, in[1:len(in)-1]); ok {
		return "[" + x + "]"
	}
	return in
}

// cutBrackets splits a path into the attribute, the brackets with all between them, and what follows.
func cutBrackets(text string) (name, in, rest string) {
	open, end := strings.IndexByte(text, '['), strings.LastIndexByte(text, ']')
	if open < 0 || end < open {
		return text, "", ""
	}
	return strings.TrimSpace(text[:open]), text[open : end+1], strings.TrimSpace(text[end+1:])
}

// uriBefore returns the longest schema URI of the type that text starts with before sep, in any letter case, and what
// follows sep.
func (c *call) uriBefore(text string, sep byte) (uri, rest string, ok bool) {
	try := func(u string) {
		if len(text) > len(u)+1 && len(u) > len(uri) && text[len(u)] == sep && strings.EqualFold(text[:len(u)], u) {
			uri, rest, ok = u, text[len(u)+1:], true
		}
	}
	try(c.t.Base().ID)
	for _, e := range c.t.Extensions() {
		try(e.Schema.ID)
	}
	return uri, rest, ok
}

func urnDot(c *call, text string) (string, bool) {
	if _, err := c.t.Path(text); err == nil {
		return "", false
	}
	if uri, rest, ok := c.uriBefore(text, '.'); ok {
		return uri + ":" + rest, true
	}
	return "", false
}

// misspelt is the URI of the enterprise extension in Microsoft's older samples.
const misspelt = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"

func uriTypo(c *call, text string) (string, bool) {
	if len(text) < len(misspelt) || !strings.EqualFold(text[:len(misspelt)], misspelt) || c.t.Attribute(schema.EnterpriseUserURI) == nil {
		return "", false
	}
	switch rest := text[len(misspelt):]; {
	case rest == "":
		return schema.EnterpriseUserURI, true
	case rest[0] == ':' || rest[0] == '.':
		return schema.EnterpriseUserURI + ":" + rest[1:], true
	}
	return "", false
}

// filterSingle makes a path of an attribute that is not multi-valued and a filter, as in manager[value eq "x"]: RFC 7644
// §3.5.2 has none, so there is no notation to rewrite it to.
func filterSingle(c *call, op patch.Op) ([]patch.Op, bool) {
	if !op.HasPath || op.Target != nil {
		return nil, false
	}
	name, in, rest := cutBrackets(op.Path)
	if in == "" {
		return nil, false
	}
	for _, r := range c.p.rules {
		if r.path != nil {
			if changed, ok := r.path(c, name); ok {
				name = changed
			}
		}
	}
	p, err := c.t.Path(name)
	if err != nil || p.Attribute == nil || p.Sub != nil || p.Attribute.MultiValued || p.Attribute.Type != schema.TypeComplex {
		return nil, false
	}
	target := filter.Path{Attr: p}
	if rest != "" {
		if target.Sub = p.Attribute.SubAttribute(strings.TrimPrefix(rest, ".")); target.Sub == nil || rest[0] != '.' {
			return nil, false
		}
	}
	applied := len(c.applied)
	in = c.mendBrackets(name, in)
	x, err := filter.Parse(in[1 : len(in)-1])
	if err == nil {
		target.Filter, err = filter.CheckElement(c.t, p.Attribute, x)
	}
	if err != nil {
		c.applied = c.applied[:applied]
		return nil, false
	}
	op.Target, op.PathErr = &target, nil
	op.Path = target.String()
	op.Value = c.reread(target.Target(), op.Value)
	return []patch.Op{op}, true
}

// quoteSingle writes strings in single quotes with double ones.
func quoteSingle(s string) (string, bool) {
	var b []byte
	changed := false
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			end := stringEnd(s, i)
			b = append(b, s[i:end]...)
			i = end
		case '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return s, false
			}
			b = wire.AppendString(b, s[i+1:i+1+end])
			i += end + 2
			changed = true
		default:
			b = append(b, s[i])
			i++
		}
	}
	return string(b), changed
}

// target returns the attribute that text names, relative to an element of in, or to the resource if in is nil.
func (c *call) target(in *schema.Attribute, text string) *schema.Attribute {
	if in == nil {
		p, err := c.t.Path(text)
		if err != nil {
			return nil
		}
		return p.Target()
	}
	if in.Type != schema.TypeComplex {
		return in
	}
	return in.SubAttribute(text)
}
