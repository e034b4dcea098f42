package patch

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// messageURI is the schema of the PATCH message (RFC 7644 §3.5.2).
const messageURI = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

const (
	defaultOperations = 1000
	defaultDepth      = 32
)

// Limits bounds a PATCH message. The zero value has the defaults.
type Limits struct {
	// Operations is how many operations a message may have. Defaults to 1000.
	Operations int
	// Depth is how deep objects and arrays may nest. Defaults to 32.
	Depth int
}

// Read reads a PATCH message (RFC 7644 §3.5.2) for a resource of type t. The message must be sound: JSON without repeated
// names, the URI of the message among its schemas, at least one operation, each an object with an op that is a string and
// a path that is a string or null. Names match in any letter case, and names that the RFC does not know are ignored. What
// else is wrong with an operation, Read leaves to [Check]: a path that leads nowhere, a value that does not conform.
//
// The error is or wraps a [*schema.Error], and is an [*Error] if it is about one operation; it wraps [ErrTooManyOperations] if
// there are more than lim allows. body must not be changed afterwards.
func Read(t *schema.ResourceType, body []byte, lim Limits) ([]Op, error) {
	r := wire.NewReader(body, 0)
	defer r.Close()
	m := message{r: r, t: t, most: cmp.Or(max(lim.Operations, 0), defaultOperations), depth: cmp.Or(max(lim.Depth, 0), defaultDepth)}
	err := m.read()
	var syn *wire.SyntaxError
	if errors.As(err, &syn) {
		err = &schema.Error{Type: schema.InvalidSyntax, Rule: syn.Reason, Offset: syn.Offset}
	}
	if err != nil {
		return nil, err
	}
	return m.ops, nil
}

// A message is a PATCH message being read.
type message struct {
	r           *wire.Reader
	t           *schema.ResourceType
	most, depth int

	ops                 []Op
	schemas, operations bool // seen
}

func (m *message) read() error {
	if k := m.r.Kind(); k != wire.KindBeginObject && k != wire.KindInvalid {
		return &schema.Error{Type: schema.InvalidSyntax, Rule: "want a JSON object with schemas and Operations", Offset: m.r.Offset()}
	}
	err := m.object(1, func(name string, pos int64) (bool, error) {
		switch {
		case strings.EqualFold(name, "schemas"):
			if m.schemas {
				return true, twice("schemas", pos)
			}
			m.schemas = true
			return true, m.readSchemas()
		case strings.EqualFold(name, "Operations"):
			if m.operations {
				return true, twice("Operations", pos)
			}
			m.operations = true
			return true, m.readOperations()
		}
		return false, nil
	})
	if err == nil {
		err = m.r.End()
	}
	switch {
	case err != nil:
		return err
	case !m.schemas:
		return fault(schema.InvalidSyntax, "schemas", schemasRule)
	case !m.operations:
		return fault(schema.InvalidSyntax, "Operations", operationsRule)
	}
	return nil
}

const (
	schemasRule    = "must be an array with " + messageURI + ", the schema of a PATCH request (RFC 7644 §3.5.2)"
	operationsRule = "must be an array with at least one operation (RFC 7644 §3.5.2)"
)

func twice(name string, pos int64) error {
	return &schema.Error{Type: schema.InvalidSyntax, Path: name, Rule: "the name appears twice", Offset: pos}
}

// object reads an object. member reads the value of a name, or reports that it does not know the name.
func (m *message) object(level int, member func(name string, pos int64) (bool, error)) error {
	if err := m.r.Next(); err != nil {
		return err
	}
	for m.r.Kind() == wire.KindString {
		quoted, pos, err := m.r.Raw()
		if err != nil {
			return err
		}
		known, err := member(wire.Unquote(quoted), pos)
		if err == nil && !known {
			_, _, err = m.raw(level)
		}
		if err != nil {
			return err
		}
	}
	return m.r.Next()
}

// raw reads a value that stands within level objects and arrays.
func (m *message) raw(level int) ([]byte, int64, error) {
	text, pos, err := m.r.Raw()
	if err == nil && level+wire.Depth(text) > m.depth {
		err = &schema.Error{Type: schema.InvalidSyntax, Rule: "objects and arrays nest deeper than " + strconv.Itoa(m.depth) + " levels", Offset: pos}
	}
	return text, pos, err
}

func (m *message) readSchemas() error {
	text, pos, err := m.raw(1)
	if err != nil {
		return err
	}
	// A resource's own schemas attribute is read by the same rules as that of a message.
	v, err := m.t.ReadValue(m.t.Attribute("schemas"), text, pos, m.depth)
	if err != nil {
		return err
	}
	if text[0] == '[' && v.Conforms() {
		for _, uri := range v.Elements() {
			if strings.EqualFold(uri.Text(), messageURI) {
				return nil
			}
		}
	}
	return &schema.Error{Type: schema.InvalidSyntax, Path: "schemas", Rule: schemasRule, Offset: pos}
}

func (m *message) readOperations() error {
	fail := &schema.Error{Type: schema.InvalidSyntax, Path: "Operations", Rule: operationsRule, Offset: m.r.Offset()}
	if k := m.r.Kind(); k == wire.KindInvalid {
		return m.r.Next()
	} else if k != wire.KindBeginArray {
		return fail
	}
	if err := m.r.Next(); err != nil {
		return err
	}
	for {
		k := m.r.Kind()
		if k == wire.KindEndArray || k == wire.KindInvalid {
			break
		}
		if len(m.ops) == m.most {
			return &limitError{&schema.Error{
				Type: schema.InvalidSyntax, Path: "Operations", Offset: m.r.Offset(),
				Rule: "has more than " + strconv.Itoa(m.most) + " operations: send them in several requests",
			}}
		}
		if k != wire.KindBeginObject {
			return &Error{Op: len(m.ops) + 1, Err: &schema.Error{Type: schema.InvalidSyntax, Rule: "must be an object with op, path and value", Offset: m.r.Offset()}}
		}
		if err := m.readOp(); err != nil {
			return err
		}
	}
	if err := m.r.Next(); err != nil {
		return err
	}
	if len(m.ops) == 0 {
		return fail
	}
	return nil
}

func (m *message) readOp() error {
	const level = 3 // message, array, operation
	op := Op{Index: len(m.ops) + 1, at: -1, depth: max(m.depth-level, 1)}
	start := m.r.Offset()
	var hasOp, hasPath bool
	var path string
	var value []byte
	fail := func(typ schema.ErrorType, path, rule string, pos int64) error {
		return &Error{Op: len(m.ops) + 1, Err: &schema.Error{Type: typ, Path: path, Rule: rule, Offset: pos}}
	}
	err := m.object(level, func(name string, pos int64) (bool, error) {
		switch {
		case strings.EqualFold(name, "op"):
			text, at, err := m.raw(level)
			switch {
			case err != nil:
				return true, err
			case hasOp:
				return true, fail(schema.InvalidSyntax, "op", "the name appears twice", pos)
			case text[0] != '"':
				return true, fail(schema.InvalidSyntax, "op", opRule, at)
			}
			hasOp, op.Op = true, wire.Unquote(text)
		case strings.EqualFold(name, "path"):
			text, at, err := m.raw(level)
			switch {
			case err != nil:
				return true, err
			case hasPath:
				return true, fail(schema.InvalidSyntax, "path", "the name appears twice", pos)
			case text[0] != '"' && text[0] != 'n':
				return true, fail(schema.InvalidPath, "path", "must be a string", at)
			}
			hasPath = true
			if op.HasPath = text[0] == '"'; op.HasPath {
				path = wire.Unquote(text)
			}
		case strings.EqualFold(name, "value"):
			text, at, err := m.raw(level)
			if err == nil && value != nil {
				err = fail(schema.InvalidSyntax, "value", "the name appears twice", pos)
			}
			if err != nil {
				return true, err
			}
			value, op.at = text, at
		default:
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if !hasOp {
		return fail(schema.InvalidSyntax, "op", "is missing: "+opRule, start)
	}
	op.resolve(m.t, path, op.HasPath)
	if value != nil {
		op.text = value
		if op.Value, err = m.t.ReadValue(op.attribute(), value, op.at, op.depth); err != nil {
			return wrap(len(m.ops), &op, err)
		}
	}
	m.ops = append(m.ops, op)
	return nil
}

const opRule = `must be "add", "remove" or "replace", in lower case (RFC 7644 §3.5.2)`
