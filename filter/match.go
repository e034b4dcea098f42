package filter

import (
	"strings"
	"time"

	"github.com/embedscim/scim/schema"
)

// Match reports whether r fulfils a filter that [Check] made (RFC 7644 §3.4.2.2).
//
// A comparison with a multi-valued attribute holds if it does for any value, except that ne is the negation of eq: it holds
// if no value is equal, which includes an unassigned attribute. The same goes for null: eq null is not pr. Any other
// comparison with an unassigned attribute fails, except that a missing primary is false (RFC 7643 §2.4). pr holds for false
// and 0, not for an empty string. Strings compare without regard to letter case unless the attribute is case exact, and
// are ordered by code points; numbers and date-times compare by value.
//
// A value path holds if one element fulfils the whole filter in brackets; there, a comparison sees that element only.
func (c *Checked) Match(r *schema.Resource) bool { return match(c.expr, r, schema.Value{}) }

// MatchElement reports whether v, an element of the attribute, fulfils a filter that [CheckElement] or [ParsePath] made.
func (c *Checked) MatchElement(v schema.Value) bool { return match(c.expr, nil, v) }

// match evaluates x for a resource, or if that is nil for an element.
func match(x Expr, r *schema.Resource, element schema.Value) bool {
	switch x := x.(type) {
	case *Logical:
		if match(x.Left, r, element) == (x.Op == Or) {
			return x.Op == Or
		}
		return match(x.Right, r, element)
	case *Not:
		return !match(x.X, r, element)
	case *Comparison:
		return x.holds(r, element)
	case *ValuePath:
		return x.holds(r)
	}
	return false
}

func (x *ValuePath) holds(r *schema.Resource) bool {
	a := x.Path.Attribute
	var v schema.Value
	if a.IsCommon() {
		v = r.At(x.Path)
	} else {
		v = container(r, x.Path).Value(a)
	}
	if v.Kind() != schema.KindList {
		return !v.IsUnassigned() && match(x.Filter, nil, v)
	}
	for i := range v.Len() {
		if match(x.Filter, nil, v.Index(i)) {
			return true
		}
	}
	return false
}

// container returns the object that holds the attribute of p.
func container(r *schema.Resource, p schema.Path) schema.Object {
	if p.Extension == nil {
		return r.Attributes
	}
	return r.Attributes.Value(p.Extension).Object()
}

// holds reports what the comparison says. ne and eq null are the negations of eq and pr.
func (x *Comparison) holds(r *schema.Resource, element schema.Value) bool {
	op, negate := x.Op, false
	switch {
	case x.Value.Kind == LiteralNull:
		op, negate = Present, x.Op == Equal
	case op == NotEqual:
		op, negate = Equal, true
	}
	var any bool
	switch {
	case r == nil:
		any = x.testElement(op, element)
	case x.m.common != notCommon:
		any = x.testCommon(op, r)
	default:
		any = x.testResource(op, r)
	}
	return any != negate
}

func (x *Comparison) testElement(op Operator, element schema.Value) bool {
	if element.Kind() == schema.KindComplex {
		return x.testSub(op, element.Object(), x.Path.Attribute)
	}
	return x.test(op, element)
}

func (x *Comparison) testResource(op Operator, r *schema.Resource) bool {
	p := x.Path
	if p.Attribute == nil {
		return present(r.Attributes.Value(p.Extension))
	}
	v := container(r, p).Value(p.Attribute)
	if p.Sub == nil {
		return x.testAny(op, v)
	}
	if v.Kind() != schema.KindList {
		return !v.IsUnassigned() && x.testSub(op, v.Object(), p.Sub)
	}
	for i := range v.Len() {
		if x.testSub(op, v.Index(i).Object(), p.Sub) {
			return true
		}
	}
	return false
}

// testSub tests the attribute a of a complex value.
func (x *Comparison) testSub(op Operator, o schema.Object, a *schema.Attribute) bool {
	v := o.Value(a)
	if x.m.primary && op != Present && v.IsUnassigned() {
		v = schema.Boolean(false)
	}
	return x.testAny(op, v)
}

// testAny tests a value, or each if it is a list.
func (x *Comparison) testAny(op Operator, v schema.Value) bool {
	if v.Kind() != schema.KindList {
		return x.test(op, v)
	}
	for i := range v.Len() {
		if x.test(op, v.Index(i)) {
			return true
		}
	}
	return false
}

// testCommon tests what a resource holds outside its attributes.
func (x *Comparison) testCommon(op Operator, r *schema.Resource) bool {
	switch x.m.common {
	case commonSchemas:
		if op == Present {
			return r.Attributes.Type() != nil
		}
		for _, s := range x.m.schemas {
			if s.holds && (s.extension == nil || s.extension.Required || !r.Attributes.Value(s.extension).IsUnassigned()) {
				return true
			}
		}
		return false
	case commonID:
		return r.ID != "" && x.test(op, schema.String(r.ID))
	case commonExternalID:
		return r.ExternalID != "" && x.test(op, schema.String(r.ExternalID))
	case commonResourceType:
		return r.Meta.ResourceType != "" && x.test(op, schema.String(r.Meta.ResourceType))
	case commonLocation:
		return r.Meta.Location != "" && x.test(op, schema.Reference(r.Meta.Location))
	case commonVersion:
		return r.Meta.Version != "" && x.test(op, schema.String(string(r.Meta.Version)))
	case commonCreated:
		return x.testTime(op, r.Meta.Created)
	case commonLastModified:
		return x.testTime(op, r.Meta.LastModified)
	default:
		return r.Meta != schema.Meta{}
	}
}

// testTime tests a time of meta, of which clients see milliseconds.
func (x *Comparison) testTime(op Operator, t time.Time) bool {
	if t.IsZero() || op == Present {
		return !t.IsZero()
	}
	return inOrder(op, t.Truncate(time.Millisecond).Compare(x.m.time))
}

// test tests one value that is not a list.
func (x *Comparison) test(op Operator, v schema.Value) bool {
	if op == Present {
		return present(v)
	}
	if v.IsUnassigned() {
		return false
	}
	switch v.Kind() {
	case schema.KindDateTime:
		return inOrder(op, v.Time().Compare(x.m.time))
	case schema.KindInteger, schema.KindDecimal:
		return inOrder(op, schema.CompareNumbers(v.Text(), x.m.text))
	case schema.KindString, schema.KindReference:
		return x.testText(op, v.Text())
	}
	return op == Equal && x.m.attr.Equal(v, x.Operand)
}

func (x *Comparison) testText(op Operator, s string) bool {
	want := x.m.text
	if !x.m.fold {
		switch op {
		case Equal:
			return s == want
		case Contains:
			return strings.Contains(s, want)
		case StartsWith:
			return strings.HasPrefix(s, want)
		case EndsWith:
			return strings.HasSuffix(s, want)
		}
		return inOrder(op, strings.Compare(s, want))
	}
	switch op {
	case Equal:
		return strings.EqualFold(s, want)
	case Contains:
		return containsFold(s, want)
	case StartsWith:
		return hasPrefixFold(s, want)
	case EndsWith:
		return hasSuffixFold(s, want)
	}
	return inOrder(op, compareFold(s, want))
}

// inOrder reports whether op holds for a value that compares as c with the operand.
func inOrder(op Operator, c int) bool {
	switch op {
	case Equal:
		return c == 0
	case Greater:
		return c > 0
	case GreaterOrEqual:
		return c >= 0
	case Less:
		return c < 0
	case LessOrEqual:
		return c <= 0
	}
	return false
}

// present reports whether v is not empty, or has a part that is not (RFC 7644 §3.4.2.2, pr).
func present(v schema.Value) bool {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		return false
	case schema.KindString, schema.KindReference, schema.KindBinary:
		return v.Text() != ""
	case schema.KindComplex:
		for _, e := range v.Object().All() {
			if present(e) {
				return true
			}
		}
		return false
	case schema.KindList:
		for i := range v.Len() {
			if present(v.Index(i)) {
				return true
			}
		}
		return false
	}
	return true
}
