package compat

import (
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// Applied says that a rule has rewritten a part of a request.
type Applied struct {
	// Rule is the id of the [Rule]; Reason and Doc are the rule's.
	Rule string
	// Op is the 1-based position of the operation of a PATCH request, as received, or 0.
	Op int
	// Before and After are the rewritten part as JSON, or as the text of a filter or path. Text longer than 512 bytes is cut
	// and ends in "…". They hold values, which may be personal data: see Redacted.
	Before, After string
	Reason        string
	Doc           string
}

const maxText = 512

// A recorded is a rule that a value of an attribute has a record of, in one operation.
type recorded struct {
	rule *Rule
	attr *schema.Attribute
	op   int
}

func shorten(b []byte) string {
	if len(b) <= maxText {
		return string(b)
	}
	return strings.ToValidUTF8(string(b[:maxText]), "") + "…"
}

func (c *call) record(r *Rule, before, after []byte) {
	c.applied = append(c.applied, Applied{
		Rule: r.ID, Op: c.index, Before: shorten(before), After: shorten(after), Reason: r.Reason, Doc: r.Doc,
	})
}

// recordOps records what one operation has become: an operation, or a list.
func (c *call) recordOps(r *Rule, op patch.Op, made []patch.Op) {
	before, after := appendOp(c.buf[0][:0], op), c.buf[1][:0]
	defer func() { c.buf = [2][]byte{before, after} }()
	if len(made) == 1 {
		after = appendOp(after, made[0])
		c.record(r, before, after)
		return
	}
	after = append(after, '[')
	for i := range made {
		if len(after) > maxText {
			break
		}
		if i > 0 {
			after = append(after, ',')
		}
		after = appendOp(after, made[i])
	}
	after = append(after, ']')
	c.record(r, before, after)
}

// recordValue records what a value of a has become, once for each attribute of an operation: a list may hold thousands.
func (c *call) recordValue(r *Rule, a *schema.Attribute, before, after schema.Value) {
	key := recorded{r, a, c.index}
	if c.seen[key] {
		return
	}
	if c.seen == nil {
		c.seen = map[recorded]bool{}
	}
	c.seen[key] = true
	name := `{"` + a.String() + `":`
	c.record(r, append(appendShort([]byte(name), before), '}'), append(appendShort([]byte(name), after), '}'))
}

// appendOp appends an operation as JSON, of which record needs the beginning only.
func appendOp(dst []byte, op patch.Op) []byte {
	dst = wire.AppendString(append(dst, `{"op":`...), op.Op)
	if op.HasPath {
		dst = wire.AppendString(append(dst, `,"path":`...), op.Path)
	}
	if op.Value.Kind() != schema.KindUnassigned {
		dst = appendShort(append(dst, `,"value":`...), op.Value)
	}
	if op.Create { // for which RFC 7644 has no notation
		dst = append(dst, `,"ifMissing":"create"`...)
	}
	return append(dst, '}')
}

// appendShort appends v as JSON, and leaves out what comes after the part that record keeps: a list may hold thousands.
func appendShort(dst []byte, v schema.Value) []byte {
	start := len(dst)
	switch v.Kind() {
	case schema.KindList:
		dst = append(dst, '[')
		for i, e := range v.Elements() {
			if len(dst)-start > maxText {
				break
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendShort(dst, e)
		}
		return append(dst, ']')
	case schema.KindComplex:
		dst = append(dst, '{')
		name := func(s string) {
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ',')
			}
			dst = append(wire.AppendString(dst, s), ':')
		}
		for a, e := range v.Object().All() {
			if len(dst)-start > maxText {
				break
			}
			name(a.Name)
			dst = appendShort(dst, e)
		}
		for _, r := range v.Object().Unknown() {
			if len(dst)-start > maxText {
				break
			}
			name(r.Name)
			dst = append(dst, r.JSON...)
		}
		return append(dst, '}')
	}
	out, err := v.AppendJSON(dst)
	if err != nil { // a stream, which is never part of a request
		return append(dst, "null"...)
	}
	return out
}
