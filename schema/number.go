package schema

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
)

// CompareNumbers compares two JSON numbers exactly and returns -1, 0 or +1. It takes time in proportion to their length,
// whatever their exponents. A text that is no JSON number is less than every number.
func CompareNumbers(a, b string) int {
	if a == b {
		return 0
	}
	x, okx := parseNumber(a)
	y, oky := parseNumber(b)
	switch {
	case !okx && !oky:
		return cmp.Compare(a, b)
	case !okx:
		return -1
	case !oky:
		return 1
	}
	return x.compare(y)
}

// A number is ±0.digits × 10^exp, with neither leading nor trailing zeros: equal numbers other than zero, which has no
// digits, have equal parts.
type number struct {
	negative bool
	digits   []byte
	exp      int
}

// maxExponent is where exponents end: no text that can be read has as many digits.
const maxExponent = 1 << 30

// parseNumber takes a JSON number apart. ok is false if s is none (RFC 8259 §6).
func parseNumber(s string) (n number, ok bool) {
	s, n.negative = strings.CutPrefix(s, "-")
	whole, rest := leadingDigits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return n, false
	}
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		if fraction, rest = leadingDigits(rest[1:]); fraction == "" {
			return n, false
		}
	}
	if rest != "" {
		if n.exp, ok = parseExponent(rest); !ok {
			return n, false
		}
	}
	n.digits = append(append(make([]byte, 0, len(whole)+len(fraction)), whole...), fraction...)
	n.exp += len(whole)
	for len(n.digits) > 0 && n.digits[0] == '0' {
		n.digits = n.digits[1:]
		n.exp--
	}
	n.digits = bytes.TrimRight(n.digits, "0")
	return n, true
}

func leadingDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

func parseExponent(s string) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if digits, rest := leadingDigits(s); digits == "" || rest != "" {
		return 0, false
	}
	exp, err := strconv.Atoi(s)
	if err != nil {
		exp = maxExponent
	}
	exp = min(exp, maxExponent)
	if negative {
		exp = -exp
	}
	return exp, true
}

func (n number) sign() int {
	switch {
	case len(n.digits) == 0:
		return 0
	case n.negative:
		return -1
	}
	return 1
}

func (n number) compare(m number) int {
	if c := cmp.Compare(n.sign(), m.sign()); c != 0 || n.sign() == 0 {
		return c
	}
	c := cmp.Or(cmp.Compare(n.exp, m.exp), bytes.Compare(n.digits, m.digits))
	return c * n.sign()
}

// appendKey appends a text that equal numbers have in common.
func (n number) appendKey(dst []byte) []byte {
	if n.sign() == 0 {
		return appendPart(dst, "0")
	}
	key := make([]byte, 0, 32)
	if n.negative {
		key = append(key, '-')
	}
	key = append(key, n.digits...)
	key = append(key, 'e')
	key = strconv.AppendInt(key, int64(n.exp), 10)
	return appendPart(dst, string(key))
}

// isInteger reports whether s is a JSON number without fraction and exponent (RFC 7643 §2.3.4), of a length that a database
// column can be expected to have.
func isInteger(s string) bool {
	digits, rest := leadingDigits(strings.TrimPrefix(s, "-"))
	return digits != "" && rest == "" && len(digits) <= maxDigits && (len(digits) == 1 || digits[0] != '0')
}

// maxDigits bounds numbers: every float64 fits in.
const maxDigits = 400

// isDecimal reports whether s is a JSON number of about the size of a float64.
func isDecimal(s string) bool {
	n, ok := parseNumber(s)
	return ok && len(s) <= maxDigits && -maxDigits <= n.exp && n.exp <= 309
}
