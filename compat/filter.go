package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// RewriteFilter returns a filter as the rules of p rewrite it, in the standard grammar, with a record of what they did. It
// returns s itself if no rule applies, and if s is no filter by any grammar: [filter.Parse] then says what is wrong. The
// error is nil so far.
func RewriteFilter(t *schema.ResourceType, p *Profile, s string) (string, []Applied, error) {
	if p == nil || len(p.rules) == 0 {
		return s, nil, nil
	}
	c := call{t: t, p: p}
	if text, ok := c.filter(nil, s); ok {
		return text, c.applied, nil
	}
	return s, nil, nil
}

// RewriteAttributes does for the attributes and excludedAttributes parameters (RFC 7644 §3.9) what RewriteFilter does for
// filters.
func RewriteAttributes(t *schema.ResourceType, p *Profile, s string) (string, []Applied, error) {
	if p == nil || s == "" {
		return s, nil, nil
	}
	c := call{t: t, p: p}
	for _, r := range p.rules {
		if r.names == nil {
			continue
		}
		if text, ok := r.names(&c, s); ok {
			c.record(r, []byte(s), []byte(text))
			s = text
		}
	}
	return s, c.applied, nil
}

// filter rewrites a filter for the elements of in, or for resources if in is nil. ok reports whether a rule applied.
func (c *call) filter(in *schema.Attribute, s string) (text string, ok bool) {
	x, err := filter.ParseExtended(s)
	if r := c.p.rule("unquoted-literal"); err != nil && r != nil {
		if quoted, changed := quoteSingle(s); changed {
			if x, err = filter.ParseExtended(quoted); err == nil {
				c.record(r, []byte(s), []byte(quoted))
				ok = true
			}
		}
	}
	if err != nil {
		return s, false
	}
	x, changed := c.expression(in, x)
	if !ok && !changed {
		return s, false
	}
	return x.String(), true
}

// expression applies the rules to an expression and its parts.
func (c *call) expression(in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	switch x := x.(type) {
	case *filter.Logical:
		left, l := c.expression(in, x.Left)
		right, r := c.expression(in, x.Right)
		if l || r {
			return &filter.Logical{Op: x.Op, Left: left, Right: right}, true
		}
		return x, false
	case *filter.Not:
		if inner, ok := c.expression(in, x.X); ok {
			return &filter.Not{X: inner}, true
		}
		return x, false
	}
	changed := false
	for _, r := range c.p.rules {
		if r.compare == nil {
			continue
		}
		if made, ok := r.compare(c, in, x); ok {
			c.record(r, []byte(x.String()), []byte(made.String()))
			x, changed = made, true
		}
	}
	if v, ok := x.(*filter.ValuePath); ok && in == nil {
		if a := c.target(nil, v.Attr); a != nil {
			if inner, ok := c.expression(a, v.Filter); ok {
				made := *v
				made.Filter = inner
				return &made, true
			}
		}
	}
	return x, changed
}

func urnDotAttr(c *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	if in != nil {
		return nil, false
	}
	switch x := x.(type) {
	case *filter.Comparison:
		if attr, ok := urnDot(c, x.Attr); ok {
			made := *x
			made.Attr = attr
			return &made, true
		}
	case *filter.ValuePath:
		if attr, ok := urnDot(c, x.Attr); ok {
			made := *x
			made.Attr = attr
			return &made, true
		}
	}
	return nil, false
}

// literalRule applies f to the literal of a comparison, or of the one that follows a value path.
func literalRule(c *call, in *schema.Attribute, x filter.Expr, f func(a *schema.Attribute, l filter.Literal) (filter.Literal, bool)) (filter.Expr, bool) {
	switch x := x.(type) {
	case *filter.Comparison:
		if l, ok := f(c.target(in, x.Attr), x.Value); ok {
			made := *x
			made.Value = l
			return &made, true
		}
	case *filter.ValuePath:
		if x.Op == 0 || x.Op == filter.Present {
			break
		}
		if l, ok := f(c.target(c.target(nil, x.Attr), subName(x)), x.Value); ok {
			made := *x
			made.Value = l
			return &made, true
		}
	}
	return nil, false
}

// subName returns the sub-attribute that a comparison after brackets is about: value if none is named.
func subName(x *filter.ValuePath) string {
	if x.Sub == "" {
		return "value"
	}
	return x.Sub
}

func quoteLiteral(c *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	return literalRule(c, in, x, func(a *schema.Attribute, l filter.Literal) (filter.Literal, bool) {
		bare := l.Unquoted
		switch l.Kind {
		case filter.LiteralNumber, filter.LiteralTrue, filter.LiteralFalse:
			// An employee number or a user name may consist of digits.
			bare = a != nil && (a.Type == schema.TypeString || a.Type == schema.TypeReference)
		}
		if !bare {
			return l, false
		}
		l.Kind, l.Unquoted = filter.LiteralString, false
		return l, true
	})
}

func booleanLiteral(c *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	return literalRule(c, in, x, func(a *schema.Attribute, l filter.Literal) (filter.Literal, bool) {
		if a == nil || a.Type != schema.TypeBoolean || l.Kind != filter.LiteralString {
			return l, false
		}
		switch {
		case strings.EqualFold(l.Text, "true"):
			return filter.Literal{Kind: filter.LiteralTrue, Text: "true", Offset: l.Offset}, true
		case strings.EqualFold(l.Text, "false"):
			return filter.Literal{Kind: filter.LiteralFalse, Text: "false", Offset: l.Offset}, true
		}
		return l, false
	})
}

func valueOfComplex(c *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	y, ok := x.(*filter.Comparison)
	if !ok || in != nil || y.Op == filter.Present || y.Value.Kind == filter.LiteralNull {
		return nil, false
	}
	if a := c.target(nil, y.Attr); a == nil || a.MultiValued || valueOf(a) == nil {
		return nil, false
	}
	made := *y
	made.Attr += ".value"
	return &made, true
}

func intoBrackets(_ *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool) {
	v, ok := x.(*filter.ValuePath)
	if !ok || in != nil || v.Op == 0 {
		return nil, false
	}
	return &filter.ValuePath{Attr: v.Attr, Offset: v.Offset, Filter: &filter.Logical{
		Op: filter.And, Left: v.Filter,
		Right: &filter.Comparison{Attr: subName(v), Offset: v.Offset, Op: v.Op, Value: v.Value},
	}}, true
}

// plainNames takes the brackets, and what is in them, out of a list of attribute names.
// valuePathName is the rule whose records hold names with brackets.
const valuePathName = "value-path-name"

func plainNames(_ *call, s string) (string, bool) {
	if strings.IndexByte(s, '[') < 0 {
		return s, false
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '[' {
			b.WriteByte(s[i])
			i++
			continue
		}
		for i < len(s) && s[i] != ']' {
			if s[i] == '"' {
				i = stringEnd(s, i)
			} else {
				i++
			}
		}
		if i == len(s) {
			return s, false
		}
		i++
	}
	return b.String(), true
}
