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
	before := appendOp(nil, op)
	if len(made) == 1 {
		c.record(r, before, appendOp(nil, made[0]))
		return
	}
	after := []byte{'['}
	for i := range made {
		if len(after) > maxText {
			break
		}
		if i > 0 {
			after = append(after, ',')
		}
		after = appendOp(after, made[i])
	}
	c.record(r, before, append(after, ']'))
}

// recordValue records what a value of a has become, once for each attribute of an operation: a list may hold thousands.
func (c *call) recordValue(r *Rule, a *schema.Attribute, before, after schema.Value) {
	name := `{"` + a.String() + `":`
	for i := len(c.applied) - 1; i >= 0 && c.applied[i].Op == c.index; i-- {
		if k := c.applied[i]; k.Rule == r.ID && len(k.Before) > len(name) && k.Before[:len(name)] == name {
			return
		}
	}
	c.record(r, append(appendShort([]byte(name), before), '}'), append(appendShort([]byte(name), after), '}'))
}

// appendOp appends an operation as JSON, of which record needs the beginning only.
func appendOp(dst []byte, op patch.Op) []byte {
	dst = wire.AppendString(append(dst, `{"op":`...), op.Op)
	if op.HasPath {
		path := op.Path
		if op.Target != nil {
			path = op.Target.String()
		}
		dst = wire.AppendString(append(dst, `,"path":`...), path)
	}
	if op.Value.Kind() != schema.KindUnassigned {
		dst = appendShort(append(dst, `,"value":`...), op.Value)
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

// Redacted returns a copy of a without the values in Before and After. Names, operations and paths stay, but for the values
// that a path compares with.
func (a Applied) Redacted() Applied {
	a.Before, a.After = redact(a.Before), redact(a.After)
	return a
}

const hidden = `"…"`

// redact hides the values in JSON or in a filter.
func redact(s string) string {
	if s == "" || !strings.Contains(`{["`, s[:1]) {
		return redactFilter(s)
	}
	var b strings.Builder
	member := "" // the name whose value comes next
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '"':
			end := stringEnd(s, i)
			text := s[i:end]
			isName := strings.HasPrefix(strings.TrimLeft(s[end:], " \t\r\n"), ":")
			switch {
			case isName:
				member = text
				b.WriteString(redactBrackets(text))
			case member == `"op"` && isOp(strings.Trim(text, `"`)):
				b.WriteString(text)
			case member == `"path"`:
				b.WriteString(redactBrackets(text))
			default:
				b.WriteString(hidden)
			}
			if !isName {
				member = ""
			}
			i = end
		case '{', '}', '[', ']', ',', ':', ' ', '\t', '\r', '\n':
			b.WriteByte(c)
			i++
		default:
			end := i
			for end < len(s) && !strings.ContainsRune(`{}[],:" `+"\t\r\n", rune(s[end])) {
				end++
			}
			switch text := s[i:end]; text {
			case "null", "…":
				b.WriteString(text)
			default:
				b.WriteString(hidden)
			}
			member = ""
			i = end
		}
	}
	return b.String()
}

// stringEnd returns the position after the JSON string that starts at i, or after all of s if it has no end.
func stringEnd(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// redactBrackets hides what a path in a JSON string compares with.
func redactBrackets(text string) string {
	open, end := strings.IndexByte(text, '['), strings.LastIndexByte(text, ']')
	if open < 0 {
		return text
	}
	if end < open {
		if end = len(text); strings.HasSuffix(text, `"`) {
			end--
		}
	}
	return text[:open+1] + "…" + text[end:]
}

// redactFilter hides what a filter compares with: what follows an operator.
func redactFilter(s string) string {
	var b strings.Builder
	value := false
	for i := 0; i < len(s); {
		c := s[i]
		if strings.IndexByte(" ()[]", c) >= 0 {
			b.WriteByte(c)
			i++
			continue
		}
		end := i
		switch c {
		case '"':
			end = stringEnd(s, i)
		default:
			for end < len(s) && strings.IndexByte(" ()[]", s[end]) < 0 {
				end++
			}
		}
		word := s[i:end]
		switch {
		case value, c == '"', c == '\'':
			b.WriteString(hidden)
			value = false
		default:
			b.WriteString(word)
			value = isOperator(word)
		}
		i = end
	}
	return b.String()
}

func isOperator(word string) bool {
	switch strings.ToLower(word) {
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
		return true
	}
	return false
}
