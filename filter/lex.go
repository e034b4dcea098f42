package filter

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isNameByte reports whether c may be part of an attribute name after its first byte: ATTRNAME of RFC 7644 §3.4.2.2, and
// "$", which RFC 7643 §2.1 allows and $ref needs (erratum 8924).
func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' || c == '_' || c == '$' }

// quote returns c for a message, whatever it is.
func quote(c byte) string {
	if c >= utf8.RuneSelf {
		return "a character outside ASCII"
	}
	return strconv.Quote(string(rune(c)))
}

const emptyName = "want a name before and after each colon and dot"

// attribute reads an attribute path: a name, a name and a sub-attribute, either after a schema URI, or a URI alone. After a
// URI any number of dots is accepted, because extensions may have them in their names.
func (p *parser) attribute() (string, error) {
	start, colon := p.i, -1
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c == ':' {
			if colon >= 0 && colon == p.i-1 {
				return "", p.fail(emptyName)
			}
			colon = p.i
		} else if c != '.' && !isNameByte(c) {
			break
		}
		p.i++
	}
	run := p.s[start:p.i]
	switch {
	case run == "" && p.end():
		return "", p.fail("want an attribute name, got the end")
	case run == "":
		return "", p.fail("want an attribute name, got " + quote(p.s[p.i]))
	case !isLetter(run[0]) && (run[0] != '$' || colon >= 0):
		p.i = start
		return "", p.fail("want an attribute name, which starts with a letter, got " + quote(run[0]))
	}
	dots := 0
	part := max(colon+1, start)
	for i := part; i <= p.i; i++ {
		if i < p.i && p.s[i] != '.' {
			continue
		}
		if i == part {
			p.i = i
			return "", p.fail(emptyName)
		}
		if colon < 0 && !isLetter(p.s[part]) && p.s[part] != '$' {
			p.i = part
			return "", p.fail("want the name of a sub-attribute, which starts with a letter")
		}
		part = i + 1
		if dots++; dots > 2 && colon < 0 {
			p.i = i
			return "", p.fail("an attribute path has at most one dot: sub-attributes have no sub-attributes")
		}
	}
	return run, nil
}

// subAttribute reads a single name.
func (p *parser) subAttribute() (string, error) {
	start := p.i
	for p.i < len(p.s) && isNameByte(p.s[p.i]) {
		p.i++
	}
	run := p.s[start:p.i]
	if run == "" || !isLetter(run[0]) && run[0] != '$' {
		p.i = start
		return "", p.fail("want the name of a sub-attribute")
	}
	return run, nil
}

// literal reads the value of a comparison, a JSON literal.
func (p *parser) literal() (Literal, error) {
	if p.end() {
		return Literal{}, p.fail("want a value after the operator")
	}
	l := Literal{Offset: p.i}
	if p.s[p.i] == '"' {
		l.Kind = LiteralString
		var err error
		l.Text, err = p.quoted()
		return l, err
	}
	i := p.i
	for i < len(p.s) && p.s[i] != ' ' && p.s[i] != ')' && p.s[i] != ']' {
		i++
	}
	l.Text = p.s[p.i:i]
	switch c := p.s[p.i]; {
	case l.Text == "true":
		l.Kind = LiteralTrue
	case l.Text == "false":
		l.Kind = LiteralFalse
	case l.Text == "null":
		l.Kind = LiteralNull
	case isNumber(l.Text):
		l.Kind = LiteralNumber
		if !isComparable(l.Text) {
			return Literal{}, p.fail("the number is too long, too large or too close to zero")
		}
	case p.extended:
		if !isBare(l.Text) {
			return Literal{}, p.fail("want a value: a string in double quotes, a number, true, false or null")
		}
		l.Kind, l.Unquoted = LiteralString, true
	case strings.EqualFold(l.Text, "true"), strings.EqualFold(l.Text, "false"), strings.EqualFold(l.Text, "null"):
		return Literal{}, p.fail("true, false and null must be in lower case")
	case c == '-' || isDigit(c):
		return Literal{}, p.fail("want a number as in JSON, such as 5, -0.5 or 1e3; strings must be in double quotes")
	case c == '\'' || isLetter(c):
		return Literal{}, p.fail(`strings must be in double quotes, as in userName eq "value"`)
	default:
		return Literal{}, p.fail("want a value: a string in double quotes, a number, true, false or null")
	}
	p.i = i
	return l, nil
}

// isBare reports whether s can be a string without quotes: it has no quotes that might be meant to hold it together.
func isBare(s string) bool {
	if s == "" || s[0] == '\'' || !utf8.ValidString(s) {
		return false
	}
	for _, c := range []byte(s) {
		if c < ' ' || c == '"' || c == '\\' || c == '(' || c == '[' {
			return false
		}
	}
	return true
}

// isNumber reports whether s is a number of RFC 8259 §6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() bool {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if strings.HasPrefix(s, "0") {
		s = s[1:]
	} else if !digits() {
		return false
	}
	if strings.HasPrefix(s, ".") {
		if s = s[1:]; !digits() {
			return false
		}
	}
	if s != "" && s[0]|0x20 == 'e' {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

// isComparable reports whether a number is of a size that comparing it exactly is cheap, as attributes must be too.
func isComparable(s string) bool {
	if len(s) <= 15 && strings.IndexByte(s, 'e') < 0 && strings.IndexByte(s, 'E') < 0 {
		return true
	}
	if len(s) > 400 {
		return false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return false
	}
	// A float64 rounds 1e-400 and 1e-400000000 to zero alike: only a small exponent may stay.
	_, exp, found := strings.Cut(strings.ToLower(s), "e")
	return f != 0 || !found || len(exp) <= 4
}

// quoted reads a JSON string (RFC 8259 §7) and returns the text it stands for.
func (p *parser) quoted() (string, error) {
	open := p.i
	p.i++
	start := p.i
	var buf []byte
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			text := p.s[start:p.i]
			p.i++
			if buf != nil {
				text = string(append(buf, text...))
			}
			return text, nil
		case c == '\\':
			buf = append(buf, p.s[start:p.i]...)
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			buf = utf8.AppendRune(buf, r)
			start = p.i
		case c < ' ':
			return "", p.fail("control characters in a string must be escaped")
		case c < utf8.RuneSelf:
			p.i++
		default:
			r, n := utf8.DecodeRuneInString(p.s[p.i:])
			if r == utf8.RuneError && n == 1 {
				return "", p.fail("the string is not UTF-8")
			}
			p.i += n
		}
	}
	p.i = open
	return "", p.fail("the string has no closing double quote")
}

// escape reads a backslash and what follows. It never fails to go forward.
func (p *parser) escape() (rune, error) {
	if p.i+1 < len(p.s) {
		switch c := p.s[p.i+1]; c {
		case '"', '\\', '/':
			p.i += 2
			return rune(c), nil
		case 'b':
			p.i += 2
			return '\b', nil
		case 'f':
			p.i += 2
			return '\f', nil
		case 'n':
			p.i += 2
			return '\n', nil
		case 'r':
			p.i += 2
			return '\r', nil
		case 't':
			p.i += 2
			return '\t', nil
		case 'u':
			return p.unicode()
		}
	}
	return 0, p.fail(`want one of \" \\ \/ \b \f \n \r \t or \u with four hexadecimal digits`)
}

// unicode reads \uXXXX, or two of them that are the halves of a surrogate pair.
func (p *parser) unicode() (rune, error) {
	r, ok := hex4(p.s[p.i:])
	if !ok {
		return 0, p.fail(`want four hexadecimal digits after \u`)
	}
	if !utf16.IsSurrogate(r) {
		p.i += 6
		return r, nil
	}
	low, _ := hex4(p.s[p.i+6:])
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, p.fail("half of a surrogate pair stands alone")
	}
	p.i += 12
	return r, nil
}

// hex4 returns the code unit that s starts with, escaped.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for i := 2; i < 6; i++ {
		c := s[i]
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
