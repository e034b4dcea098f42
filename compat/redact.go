package compat

import (
	"strings"

	"github.com/embedscim/scim/filter"
)

// Redacted returns a copy of a without the values in Before and After. Names, operations and paths stay, but for the values
// that a path compares with.
func (a Applied) Redacted() Applied {
	if a.Rule == valuePathName {
		// A list of names, which are no filters.
		a.Before = redactList(a.Before)
		return a
	}
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
	isOps, depth := strings.HasPrefix(s, `{"op":"`) || strings.HasPrefix(s, `[{"op":"`), 0
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
			case member == `"op"` && isOp(strings.Trim(text, `"`)), member == `"ifMissing"` && text == `"create"`:
				b.WriteString(text)
			case member == `"path"` && isOps && depth == 1:
				b.WriteString(redactBrackets(text))
			default:
				b.WriteString(hidden)
			}
			if !isName {
				member = ""
			}
			i = end
		case '{', '}', '[', ']', ',', ':', ' ', '\t', '\r', '\n':
			switch c {
			case '{':
				depth++
			case '}':
				depth--
			}
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
		// What is no path may hold a value all the same.
		if i := strings.IndexAny(strings.Trim(text, `"`), ` "'(=`+"\t"); i >= 0 {
			return text[:i+1] + `…"`
		}
		return text
	}
	if end < open {
		if end = len(text); strings.HasSuffix(text, `"`) {
			end--
		}
	}
	return text[:open+1] + "…" + text[end:]
}

// redactList hides what stands in brackets in a list of names.
func redactList(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			return b.String() + s
		}
		end := open + 1
		for end < len(s) && s[end] != ']' {
			if s[end] == '"' {
				end = stringEnd(s, end)
			} else {
				end++
			}
		}
		b.WriteString(s[:open+1] + "…")
		s = s[min(end, len(s)):]
		if s == "" {
			return b.String()
		}
	}
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
		case '\'':
			if end = len(s); strings.IndexByte(s[i+1:], c) >= 0 {
				end = i + 2 + strings.IndexByte(s[i+1:], c)
			}
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

// isOperator reports whether word is an operator that a value follows.
func isOperator(word string) bool {
	for op := filter.Equal; op <= filter.LessOrEqual; op++ {
		if op != filter.Present && strings.EqualFold(word, op.String()) {
			return true
		}
	}
	return false
}
