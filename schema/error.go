package schema

import (
	"strconv"
	"strings"
)

// An ErrorType is a detail error keyword of RFC 7644 §3.12, Table 9.
type ErrorType string

// The keywords that reading, checking and changing resources lead to.
const (
	InvalidSyntax      ErrorType = "invalidSyntax"
	InvalidValue       ErrorType = "invalidValue"
	InvalidPath        ErrorType = "invalidPath"
	InvalidFilter      ErrorType = "invalidFilter"
	ViolatesMutability ErrorType = "mutability"
	NoTarget           ErrorType = "noTarget"
)

// An Error says what is wrong with a resource, a value or a path. It never holds the value itself, which may be personal
// data or a secret.
type Error struct {
	Type ErrorType
	// Path leads to the attribute, with the position of elements: emails[0].primary. It is "" for the whole text.
	Path string
	// Rule says what the rule asks for and, where that helps, what to do.
	Rule string
	// Offset is the position of the first offending byte in the text that was read, or -1 if there was none.
	Offset int64
}

// Error returns the path, the rule and the position in one sentence.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Rule)
	if e.Offset >= 0 {
		b.WriteString(" (at byte ")
		b.WriteString(strconv.FormatInt(e.Offset, 10))
		b.WriteByte(')')
	}
	return b.String()
}
