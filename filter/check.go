package filter

import (
	"errors"
	"time"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// Check resolves the attributes of a filter for resources of type t and converts its values (RFC 7644 §3.4.2.2). It works on
// a copy, in which names are spelled as in the schema. The error is a [*schema.Error] of type [schema.InvalidFilter], with the position in the filter:
//   - for an attribute that t does not have, or that is never returned, such as password: a filter would reveal it;
//   - for an operator that does not suit the attribute's type: co, sw and ew are for strings and references, gt, ge, lt
//     and le for these and for numbers and date-times, null goes with eq and ne only;
//   - for a complex attribute compared as a whole, except that a multi-valued one stands for its sub-attribute value;
//   - for a value that does not suit the attribute's type;
//   - for brackets after an attribute that is neither complex nor multi-valued, and names in brackets that are not
//     sub-attributes of it. The elements of a simple attribute go by the name value.
func Check(t *schema.ResourceType, x Expr) (*Checked, error) {
	return check(t, nil, x)
}

// CheckElement is [Check] for a filter on the elements of the multi-valued attribute a, as it stands in brackets.
func CheckElement(t *schema.ResourceType, a *schema.Attribute, x Expr) (*Checked, error) {
	return check(t, a, x)
}

func check(t *schema.ResourceType, a *schema.Attribute, x Expr) (*Checked, error) {
	c := checker{t, a}
	if a != nil && neverReturned(a.Path()) {
		return nil, invalid(a.String(), 0, neverRule)
	}
	x, err := c.expr(x)
	if err != nil {
		return nil, err
	}
	return &Checked{x}, nil
}

func invalid(path string, offset int, rule string) error {
	return &schema.Error{Type: schema.InvalidFilter, Path: path, Rule: rule, Offset: int64(offset)}
}

// A checker makes checked copies of expressions.
type checker struct {
	t       *schema.ResourceType
	element *schema.Attribute // inside brackets: the attribute before them
}

func (c checker) expr(x Expr) (Expr, error) {
	switch x := x.(type) {
	case *Logical:
		if x.Op != And && x.Op != Or {
			return nil, invalid("", 0, "want and or or between expressions")
		}
		left, err := c.expr(x.Left)
		if err != nil {
			return nil, err
		}
		right, err := c.expr(x.Right)
		if err != nil {
			return nil, err
		}
		return &Logical{x.Op, left, right}, nil
	case *Not:
		y, err := c.expr(x.X)
		if err != nil {
			return nil, err
		}
		return &Not{y}, nil
	case *Comparison:
		return c.comparison(x)
	case *ValuePath:
		return c.valuePath(x)
	default:
		return nil, invalid("", 0, "the filter is empty")
	}
}

func (c checker) valuePath(x *ValuePath) (Expr, error) {
	if c.element != nil {
		return nil, invalid(x.Attr, x.Offset, "brackets inside brackets are not allowed")
	}
	if x.Op != 0 {
		return nil, invalid(x.Attr, x.Offset, `a comparison after the brackets is not part of RFC 7644: put it into the brackets, `+
			`as in emails[type eq "work" and value eq "value"]`)
	}
	p, err := c.resolve(x.Attr, x.Offset)
	if err != nil {
		return nil, err
	}
	a := p.Attribute
	switch {
	case a == nil:
		return nil, invalid(p.String(), x.Offset, "brackets can't follow a schema URI: put it before the attribute in a comparison")
	case p.Sub != nil:
		return nil, invalid(p.String(), x.Offset, "brackets can't follow a sub-attribute")
	case !a.MultiValued && a.Type != schema.TypeComplex:
		return nil, invalid(p.String(), x.Offset, "brackets can only follow a multi-valued or complex attribute")
	}
	y, err := checker{c.t, a}.expr(x.Filter)
	if err != nil {
		return nil, err
	}
	return &ValuePath{Attr: p.String(), Offset: x.Offset, Filter: y, Path: p}, nil
}

const neverRule = "it can't be used in filters, because it is never returned"

func neverReturned(p schema.Path) bool {
	for _, a := range [...]*schema.Attribute{p.Extension, p.Attribute, p.Sub} {
		if a != nil && a.Returned == schema.ReturnedNever {
			return true
		}
	}
	return false
}

// resolve finds an attribute of the resource, or inside brackets a part of the element.
func (c checker) resolve(name string, offset int) (schema.Path, error) {
	if e := c.element; e != nil {
		var p schema.Path
		if e.Type == schema.TypeComplex {
			p.Attribute = e.SubAttribute(name)
		} else if isValue(name) {
			p.Attribute = e
		}
		switch {
		case p.Attribute == nil && e.Type == schema.TypeComplex:
			return p, invalid(e.String()+"."+name, offset, "no such sub-attribute of "+e.Name+": names in brackets are sub-attributes of the attribute before them")
		case p.Attribute == nil:
			return p, invalid(e.String()+"."+name, offset, e.Name+" has simple values, whose name in brackets is value")
		case neverReturned(p):
			return p, invalid(p.Attribute.String(), offset, neverRule)
		}
		return p, nil
	}
	p, err := c.t.Path(name)
	if err != nil {
		rule := err.Error()
		var e *schema.Error
		if errors.As(err, &e) {
			rule = e.Rule
		}
		return p, invalid(name, offset, rule)
	}
	if neverReturned(p) {
		return p, invalid(p.String(), offset, neverRule)
	}
	return p, nil
}

// isValue reports whether name is "value" in any letter case, which is what a simple element is called.
func isValue(name string) bool { return len(name) == 5 && schema.Fold(name) == "value" }

// where names what p leads to in a message.
func (c checker) where(p schema.Path) string {
	if c.element != nil {
		return p.Target().String()
	}
	return p.String()
}

// spelled writes p as the schema does.
func (c checker) spelled(p schema.Path) string {
	if c.element != nil && p.Attribute == c.element {
		return "value"
	}
	return p.String()
}

func (c checker) comparison(x *Comparison) (Expr, error) {
	p, err := c.resolve(x.Attr, x.Offset)
	if err != nil {
		return nil, err
	}
	y := &Comparison{Attr: x.Attr, Offset: x.Offset, Op: x.Op, Value: x.Value, Path: p}
	switch null := x.Value.Kind == LiteralNull; {
	case x.Op == 0 || x.Op > LessOrEqual:
		return nil, invalid(c.where(p), x.Offset, "want an operator: "+operatorList)
	case x.Op == Present:
		y.Value = Literal{}
	case null && x.Op != Equal && x.Op != NotEqual:
		return nil, invalid(c.where(p), x.Offset, "null can only be compared with eq and ne, not with "+x.Op.String())
	case !null:
		if err := c.compare(y); err != nil {
			return nil, err
		}
	}
	y.Attr = c.spelled(y.Path)
	y.prepare(c.t)
	return y, nil
}

// compare checks a comparison with a value other than null, and sets its Operand.
func (c checker) compare(x *Comparison) error {
	a := x.Path.Target()
	if a.Type == schema.TypeComplex {
		value := a.SubAttribute("value")
		switch {
		case a.IsExtension():
			return invalid(a.Name, x.Offset, "it is a schema: write it before an attribute, or use pr")
		case value == nil || value.Type == schema.TypeComplex || !a.MultiValued:
			return invalid(c.where(x.Path), x.Offset, "it is complex: compare one of its sub-attributes, such as "+c.where(x.Path)+"."+a.SubAttributes[0].Name)
		}
		x.Path.Sub, a = value, value
		if neverReturned(x.Path) {
			return invalid(c.where(x.Path), x.Offset, neverRule)
		}
	}
	if !suits(x.Op, a.Type) {
		return invalid(c.where(x.Path), x.Offset, x.Op.String()+" does not suit an attribute of type "+a.Type.String())
	}
	if x.Value.Unquoted {
		return invalid(c.where(x.Path), x.Value.Offset, "the string to compare with must be in double quotes")
	}
	if x.Value.Kind == LiteralNone || x.Value.Kind > LiteralNull {
		return invalid(c.where(x.Path), x.Offset, "want a value to compare with")
	}
	v, err := c.t.ReadValue(a, x.Value.appendJSON(nil), 0, 1)
	if err == nil {
		err = v.Err()
	}
	if err != nil {
		rule := err.Error()
		var e *schema.Error
		if errors.As(err, &e) {
			rule = e.Rule
		}
		return invalid(c.where(x.Path), x.Value.Offset, "the value to compare with "+rule)
	}
	x.Operand = v
	return nil
}

// suits reports whether op can compare values of type t (RFC 7644 §3.4.2.2, Table 3). A substring of a number, a date-time or
// base64 says nothing about the value.
func suits(op Operator, t schema.DataType) bool {
	switch op {
	case Contains, StartsWith, EndsWith:
		return t == schema.TypeString || t == schema.TypeReference
	case Greater, GreaterOrEqual, Less, LessOrEqual:
		return t != schema.TypeBoolean && t != schema.TypeBinary
	}
	return true
}

func (l Literal) appendJSON(dst []byte) []byte {
	if l.Kind == LiteralString && !l.Unquoted {
		return wire.AppendString(dst, l.Text)
	}
	return append(dst, l.Text...)
}

// A matcher is what a checked comparison needs to know to be evaluated quickly.
type matcher struct {
	attr    *schema.Attribute
	common  commonPart
	fold    bool      // strings compare without regard to letter case
	text    string    // the operand's, folded if fold is set
	time    time.Time // the operand's
	primary bool      // unassigned is false (RFC 7643 §2.4)
	schemas []schemaMatch
}

// A commonPart is an attribute that a resource holds outside its Attributes.
type commonPart uint8

const (
	notCommon commonPart = iota
	commonSchemas
	commonID
	commonExternalID
	commonMeta
	commonResourceType
	commonCreated
	commonLastModified
	commonLocation
	commonVersion
)

var commonParts = map[string]commonPart{
	"schemas": commonSchemas, "id": commonID, "externalId": commonExternalID, "meta": commonMeta,
	"meta.resourceType": commonResourceType, "meta.created": commonCreated, "meta.lastModified": commonLastModified,
	"meta.location": commonLocation, "meta.version": commonVersion,
}

// A schemaMatch says whether a comparison holds for the URI of a schema: of the extension, or the base schema if that is nil.
type schemaMatch struct {
	extension *schema.Attribute
	holds     bool
}

func (x *Comparison) prepare(t *schema.ResourceType) {
	a := x.Path.Target()
	m := &matcher{attr: a, text: x.Operand.Text(), time: x.Operand.Time()}
	if m.fold = !a.Exact(); m.fold {
		m.text = schema.Fold(m.text)
	}
	parent := a.Parent()
	m.primary = a.Name == "primary" && a.Type == schema.TypeBoolean && parent != nil && parent.MultiValued
	if a.IsCommon() {
		m.common = commonParts[x.Path.String()]
	}
	x.m = m
	if m.common != commonSchemas || x.Operand.IsUnassigned() {
		return
	}
	op := x.Op
	if op == NotEqual {
		op = Equal
	}
	m.schemas = append(m.schemas, schemaMatch{nil, x.test(op, schema.String(t.Base().ID))})
	for _, e := range t.Attributes() {
		if e.IsExtension() {
			m.schemas = append(m.schemas, schemaMatch{e, x.test(op, schema.String(e.Name))})
		}
	}
}
