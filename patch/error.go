package patch

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// ErrTooManyOperations is in the error of [Read] for a message with more operations than [Limits] allow, and in that of [Apply]
// for operations that would have to look at too many values. That error has a [*schema.Error] as well.
var ErrTooManyOperations = errors.New("too many operations")

// A limitError is the error of too many operations.
type limitError struct{ fault *schema.Error }

func (e *limitError) Error() string { return e.fault.Error() }

func (e *limitError) Unwrap() []error { return []error{ErrTooManyOperations, e.fault} }

// An Error says which operation of a request is wrong. It wraps a [*schema.Error] with the detail error keyword of RFC
// 7644 §3.12 to answer with.
type Error struct {
	// Op is the 1-based position of the operation in the request, or 0 if it is not one operation's fault.
	Op int
	// Path is the path of the operation in canonical notation, or "" if it has none. Values in it that may be personal are
	// left out.
	Path string
	Err  error

	verb string
}

// Error returns the operation, what is wrong with it and what to do, in one sentence without values.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op > 0 {
		b.WriteString("operation ")
		b.WriteString(strconv.Itoa(e.Op))
		if what := strings.TrimSpace(e.verb + " " + e.Path); what != "" {
			b.WriteString(" (" + what + ")")
		}
		b.WriteString(": ")
	}
	var inner *schema.Error
	if errors.As(e.Err, &inner) && inner.Path == e.Path {
		short := *inner
		short.Path = ""
		b.WriteString(short.Error())
	} else {
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// wrap makes the error of op, which is at position i of the operations at hand, counted from 0.
func wrap(i int, op *Op, err error) error {
	e := &Error{Op: cmp.Or(op.Index, i+1), Err: err}
	switch op.Op {
	case Add, Remove, Replace:
		e.verb = op.Op
	}
	switch {
	case op.Target != nil:
		e.Path = publicPath(op.Target)
	case op.HasPath:
		e.Path = publicText(op.Path)
	}
	return e
}

// publicPath returns a path in canonical notation, without the values its filter compares with unless they are known not
// to be personal: an error ends up in logs.
func publicPath(p *filter.Path) string {
	s := p.Attr.String()
	if p.Filter != nil {
		s += "[" + publicFilter(p.Attr.Attribute, p.Filter.Expr()) + "]"
	}
	if p.Sub != nil {
		s += "." + p.Sub.Name
	}
	return cut(s)
}

func publicFilter(a *schema.Attribute, x filter.Expr) string {
	switch x := x.(type) {
	case *filter.Logical:
		return operand(a, x, x.Left) + " " + x.Op.String() + " " + operand(a, x, x.Right)
	case *filter.Not:
		return "not (" + publicFilter(a, x.X) + ")"
	case *filter.Comparison:
		if x.Op == filter.Present || public(a, x.Path.Target()) {
			return x.String()
		}
		return x.Attr + " " + x.Op.String() + " …"
	}
	return "…"
}

func operand(a *schema.Attribute, outer *filter.Logical, x filter.Expr) string {
	s := publicFilter(a, x)
	if in, ok := x.(*filter.Logical); ok && in.Op != outer.Op {
		return "(" + s + ")"
	}
	return s
}

// public reports whether values of sub, a part of the elements of a, may be shown: they name a kind of element, are true
// or false, or are the id of a resource.
func public(a, sub *schema.Attribute) bool {
	if sub.Type == schema.TypeBoolean {
		return true
	}
	return sub.Name == "type" || sub.Name == "value" && a.SubAttribute("$ref") != nil
}

// publicText returns a path that can't be resolved, without what stands in its brackets, or after a name.
func publicText(path string) string {
	open, end := strings.IndexByte(path, '['), strings.LastIndexByte(path, ']')
	switch {
	case open < 0:
		// What is no path may hold a value all the same, as a filter does.
		if i := strings.IndexAny(path, " \t\"'(="); i >= 0 {
			path = path[:i] + "…"
		}
	case end < open:
		path = path[:open+1] + "…"
	default:
		path = path[:open+1] + "…" + path[end:]
	}
	return cut(path)
}

// cut bounds what a client wrote.
func cut(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func fault(typ schema.ErrorType, path, rule string) error {
	return &schema.Error{Type: typ, Path: path, Rule: rule, Offset: -1}
}
