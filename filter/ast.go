package filter

import (
	"slices"

	"github.com/embedscim/scim/schema"
)

// An Operator is a comparison operator of RFC 7644 §3.4.2.2, Table 3.
type Operator uint8

// The operators of Table 3. Present takes no value.
const (
	Equal Operator = iota + 1
	NotEqual
	Contains
	StartsWith
	EndsWith
	Present
	Greater
	GreaterOrEqual
	Less
	LessOrEqual
)

var operatorNames = [...]string{"", "eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le"}

// String returns the operator as it is written in a filter.
func (o Operator) String() string {
	if int(o) < len(operatorNames) {
		return operatorNames[o]
	}
	return "invalid"
}

// A Connective joins two expressions.
type Connective uint8

// The connectives of RFC 7644 §3.4.2.2, Table 4. And binds more tightly than Or.
const (
	And Connective = iota + 1
	Or
)

// String returns the connective as it is written in a filter.
func (c Connective) String() string {
	if c == Or {
		return "or"
	}
	return "and"
}

// An Expr is a filter expression: *[Logical], *[Not], *[Comparison] or *[ValuePath]. String returns it in canonical
// notation, which parses to an equal expression.
type Expr interface {
	String() string
	appendTo(dst []byte) []byte
}

// Logical is "Left and Right" or "Left or Right".
type Logical struct {
	Op          Connective
	Left, Right Expr
}

// Not is "not (X)".
type Not struct{ X Expr }

// Comparison is "attribute operator value", or "attribute pr".
type Comparison struct {
	// Attr is the attribute as it is written, once checked as the schema spells it. Offset is the position of its first
	// byte in the filter.
	Attr   string
	Offset int
	Op     Operator
	// Value is the JSON literal to compare with; its zero value for pr.
	Value Literal

	// Path and Operand are what [Check] makes of Attr and Value. A multi-valued complex attribute that is compared as a
	// whole has become its sub-attribute value in Path. Inside a value path, Path is relative to the element: it leads to
	// a sub-attribute, or to the attribute before the brackets if that is simple and its elements are compared themselves.
	// An eq or ne with null has no Operand: eq null is "not pr", ne null is pr.
	Path    schema.Path
	Operand schema.Value

	m *matcher
}

// ValuePath is "attribute[Filter]", which holds if one element fulfils the whole Filter.
type ValuePath struct {
	Attr   string
	Offset int
	Filter Expr

	// Sub, Op and Value are the comparison that may follow the brackets in an extended filter, see [ParseExtended].
	Sub   string
	Op    Operator
	Value Literal

	// Path is what [Check] makes of Attr.
	Path schema.Path
}

// A Literal is a comparison value: a JSON string, number, true, false or null (RFC 7644 §3.4.2.2, compValue).
type Literal struct {
	Kind LiteralKind
	// Text is the unescaped string, or the literal as it is written.
	Text string
	// Unquoted marks a string that was written without quotes, which only an extended filter may do.
	Unquoted bool
	// Offset is the position of the literal's first byte in the filter.
	Offset int
}

// A LiteralKind is the kind of a [Literal].
type LiteralKind uint8

// The kinds of literals.
const (
	LiteralNone LiteralKind = iota
	LiteralString
	LiteralNumber
	LiteralTrue
	LiteralFalse
	LiteralNull
)

// String returns the literal as JSON, or as it was written if that was without quotes.
func (l Literal) String() string { return string(l.appendJSON(nil)) }

// String returns the expression; operands that bind less tightly, and right ones that bind as tightly, are put in parentheses.
func (l *Logical) String() string { return string(l.appendTo(nil)) }

// String returns the expression.
func (n *Not) String() string { return string(n.appendTo(nil)) }

// String returns the expression.
func (c *Comparison) String() string { return string(c.appendTo(nil)) }

// String returns the expression.
func (v *ValuePath) String() string { return string(v.appendTo(nil)) }

func (l *Logical) appendTo(dst []byte) []byte {
	dst = l.appendOperand(dst, l.Left, false)
	dst = append(dst, ' ')
	dst = append(dst, l.Op.String()...)
	dst = append(dst, ' ')
	return l.appendOperand(dst, l.Right, true)
}

func (l *Logical) appendOperand(dst []byte, x Expr, right bool) []byte {
	if in, ok := x.(*Logical); ok && (in.Op > l.Op || right && in.Op == l.Op) {
		return append(in.appendTo(append(dst, '(')), ')')
	}
	return x.appendTo(dst)
}

func (n *Not) appendTo(dst []byte) []byte {
	return append(n.X.appendTo(append(dst, "not ("...)), ')')
}

func (c *Comparison) appendTo(dst []byte) []byte {
	return appendComparison(append(dst, c.Attr...), c.Op, c.Value)
}

func (v *ValuePath) appendTo(dst []byte) []byte {
	dst = append(append(dst, v.Attr...), '[')
	dst = append(v.Filter.appendTo(dst), ']')
	if v.Sub != "" {
		dst = append(append(dst, '.'), v.Sub...)
	}
	if v.Op != 0 {
		dst = appendComparison(dst, v.Op, v.Value)
	}
	return dst
}

func appendComparison(dst []byte, op Operator, value Literal) []byte {
	dst = append(append(dst, ' '), op.String()...)
	if op != Present {
		dst = value.appendJSON(append(dst, ' '))
	}
	return dst
}

// Path is the path of a PATCH operation (RFC 7644 §3.5.2): an attribute, the elements of a multi-valued attribute that a
// filter selects, or a sub-attribute of either. [ParsePath] makes it.
type Path struct {
	// Attr leads to the attribute, or the sub-attribute if there is no Filter.
	Attr schema.Path
	// Filter selects elements of Attr; nil selects no elements but the attribute itself.
	Filter *Checked
	// Sub is the sub-attribute that follows the brackets, or nil.
	Sub *schema.Attribute
}

// Target returns the attribute that the path leads to.
func (p *Path) Target() *schema.Attribute {
	if p.Sub != nil {
		return p.Sub
	}
	return p.Attr.Target()
}

// String returns the path in canonical notation: names spelled as in the schema, extension attributes with their URI.
func (p *Path) String() string {
	s := p.Attr.String()
	if p.Filter != nil {
		s += "[" + p.Filter.String() + "]"
	}
	if p.Sub != nil {
		s += "." + p.Sub.Name
	}
	return s
}

// A Checked filter is one whose attributes and values suit a resource type, or the elements of an attribute.
type Checked struct{ expr Expr }

// Expr returns the expression, in which every [Comparison] and [ValuePath] has its Path. It must not be changed.
func (c *Checked) Expr() Expr { return c.expr }

// String returns the filter in canonical notation.
func (c *Checked) String() string { return c.expr.String() }

// Paths returns the attributes that the filter looks at, each once: the multi-valued attribute, for a filter on its elements.
func (c *Checked) Paths() []schema.Path {
	var out []schema.Path
	add := func(p schema.Path) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	var walk func(x Expr)
	walk = func(x Expr) {
		switch x := x.(type) {
		case *Logical:
			walk(x.Left)
			walk(x.Right)
		case *Not:
			walk(x.X)
		case *ValuePath:
			add(x.Path)
		case *Comparison:
			add(x.Path)
		}
	}
	walk(c.expr)
	return out
}
