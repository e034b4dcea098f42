package scim

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// readBulk reads a bulk request with at most so many operations (RFC 7644 §3.7). What is wrong with one operation is left
// in it, the error is about the whole request.
func readBulk(data []byte, most int) (*bulkRequest, error) {
	r := wire.NewReader(data, 0)
	defer r.Close()
	b := bulkReader{r: r, most: most, ids: map[string]bool{}}
	err := b.read()
	var syn *wire.SyntaxError
	if errors.As(err, &syn) {
		err = &schema.Error{Type: schema.InvalidSyntax, Rule: syn.Reason, Offset: syn.Offset}
	}
	if err != nil {
		return nil, err
	}
	return &b.bulkRequest, nil
}

// A bulkReader is a bulk request being read. Names match in any letter case, those that the RFC does not know are ignored.
type bulkReader struct {
	bulkRequest
	r    *wire.Reader
	most int
	ids  map[string]bool // bulkIds seen
}

const (
	bulkSchemasRule    = "must be an array with " + bulkRequestURI + ", the schema of a bulk request (RFC 7644 §3.7)"
	bulkOperationsRule = "must be an array with at least one operation (RFC 7644 §3.7)"
	bulkErrorsRule     = "must be a whole number from 1, the number of errors that end the request: leave it out to have all operations carried out (RFC 7644 §3.7)"
)

func bulkFault(path, rule string, at int64) error {
	return &schema.Error{Type: schema.InvalidSyntax, Path: path, Rule: rule, Offset: at}
}

func (b *bulkReader) read() error {
	if k := b.r.Kind(); k != wire.KindBeginObject && k != wire.KindInvalid {
		return bulkFault("", "want a JSON object with schemas and Operations", b.r.Offset())
	}
	var seen [3]bool
	once := func(i int, name string, at int64) error {
		if seen[i] {
			return bulkFault(name, "the name appears twice", at)
		}
		seen[i] = true
		return nil
	}
	err := b.object(func(name string, at int64) error {
		switch strings.ToLower(name) {
		case "schemas":
			return errors.Join(once(0, "schemas", at), b.readSchemas())
		case "operations":
			return errors.Join(once(1, "Operations", at), b.readOperations())
		case "failonerrors":
			return errors.Join(once(2, "failOnErrors", at), b.readFailOnErrors())
		}
		_, _, err := b.r.Raw()
		return err
	})
	if err == nil {
		err = b.r.End()
	}
	switch {
	case err != nil:
		return err
	case !seen[0]:
		return bulkFault("schemas", bulkSchemasRule, -1)
	case !seen[1]:
		return bulkFault("Operations", bulkOperationsRule, -1)
	}
	return nil
}

// object reads an object; member reads the value of a name.
func (b *bulkReader) object(member func(name string, at int64) error) error {
	if err := b.r.Next(); err != nil {
		return err
	}
	for b.r.Kind() == wire.KindString {
		quoted, at, err := b.r.Raw()
		if err != nil {
			return err
		}
		if err := member(wire.Unquote(quoted), at); err != nil {
			return err
		}
	}
	return b.r.Next()
}

func (b *bulkReader) readSchemas() error {
	fail := bulkFault("schemas", bulkSchemasRule, b.r.Offset())
	if k := b.r.Kind(); k == wire.KindInvalid {
		return b.r.Next()
	} else if k != wire.KindBeginArray {
		return fail
	}
	if err := b.r.Next(); err != nil {
		return err
	}
	found := false
	for k := b.r.Kind(); k != wire.KindEndArray && k != wire.KindInvalid; k = b.r.Kind() {
		text, _, err := b.r.Raw()
		if err != nil {
			return err
		}
		if text[0] != '"' {
			return fail
		}
		found = found || strings.EqualFold(wire.Unquote(text), bulkRequestURI)
	}
	if err := b.r.Next(); err != nil {
		return err
	}
	if !found {
		return fail
	}
	return nil
}

func (b *bulkReader) readFailOnErrors() error {
	text, at, err := b.r.Raw()
	if err != nil || string(text) == "null" {
		return err
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return &schema.Error{Type: schema.InvalidValue, Path: "failOnErrors", Rule: bulkErrorsRule, Offset: at}
	}
	b.failOnErrors = n
	return nil
}

func (b *bulkReader) readOperations() error {
	fail := bulkFault("Operations", bulkOperationsRule, b.r.Offset())
	if k := b.r.Kind(); k == wire.KindInvalid {
		return b.r.Next()
	} else if k != wire.KindBeginArray {
		return fail
	}
	if err := b.r.Next(); err != nil {
		return err
	}
	for k := b.r.Kind(); k != wire.KindEndArray && k != wire.KindInvalid; k = b.r.Kind() {
		if len(b.ops) == b.most {
			return Errorf(ErrTooLarge, "The bulk request has more operations than maxOperations (%d) allows: send them in several requests.", b.most)
		}
		o := &bulkOp{index: len(b.ops)}
		b.ops = append(b.ops, o)
		if k != wire.KindBeginObject {
			o.fault("", "must be an object with method and path (RFC 7644 §3.7)", b.r.Offset())
			if _, _, err := b.r.Raw(); err != nil {
				return err
			}
			continue
		}
		if err := b.readOp(o); err != nil {
			return err
		}
	}
	if err := b.r.Next(); err != nil {
		return err
	}
	if len(b.ops) == 0 {
		return fail
	}
	return nil
}

// fault notes why o can't be carried out, if that is not known yet.
func (o *bulkOp) fault(path, rule string, at int64) {
	if o.err == nil {
		o.err = bulkFault(path, rule, at)
	}
}

func (b *bulkReader) readOp(o *bulkOp) error {
	seen := map[string]bool{}
	return b.object(func(name string, at int64) error {
		text, pos, err := b.r.Raw()
		if err != nil {
			return err
		}
		member := strings.ToLower(name)
		var into *string
		switch member {
		case "method":
			member, into = "method", &o.method
		case "path":
			member, into = "path", &o.path
		case "bulkid":
			member, into = "bulkId", &o.bulkID
		case "version":
			member, into = "version", &o.version
		case "data":
		default:
			return nil
		}
		if seen[member] {
			o.fault(member, "the name appears twice", at)
			return nil
		}
		seen[member] = true
		switch {
		case string(text) == "null":
		case into == nil:
			o.data, o.at = text, pos
		case text[0] != '"':
			o.fault(member, "must be a string (RFC 7644 §3.7)", pos)
		default:
			*into = wire.Unquote(text)
			return b.known(o, member, pos)
		}
		return nil
	})
}

// known looks at the text of a member of o that has just been read.
func (b *bulkReader) known(o *bulkOp, member string, at int64) error {
	switch member {
	case "method":
		switch m := strings.ToUpper(o.method); m {
		case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
			// Clients of other servers send post.
			o.method = m
		default:
			o.fault("method", "must be POST, PUT, PATCH or DELETE (RFC 7644 §3.7)", at)
		}
	case "version":
		o.hasVersion = true
	case "bulkId":
		if o.bulkID == "" {
			return nil
		}
		if b.ids[o.bulkID] {
			return bulkFault("bulkId", "operation "+strconv.Itoa(o.index+1)+" has the bulkId of another operation: each must be unique in the request (RFC 7644 §3.7)", at)
		}
		b.ids[o.bulkID] = true
	}
	return nil
}
