package filter

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/embedscim/scim/schema"
)

// The functions of this file compare a stored string s with a folded operand, both by [schema.Fold]. Nearly all strings are
// ASCII, and then they do without a folded copy of s. Folding takes ASCII to ASCII and each rune to one rune, so up to the
// first byte outside ASCII both texts have the same positions.

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func hasPrefixFold(s, folded string) bool {
	for i := range len(folded) {
		if i == len(s) {
			return false
		}
		if s[i] >= utf8.RuneSelf {
			return strings.HasPrefix(schema.Fold(s), folded)
		}
		if lower(s[i]) != folded[i] {
			return false
		}
	}
	return true
}

func hasSuffixFold(s, folded string) bool {
	for i := range len(folded) {
		if i == len(s) {
			return false
		}
		c := s[len(s)-1-i]
		if c >= utf8.RuneSelf {
			return strings.HasSuffix(schema.Fold(s), folded)
		}
		if lower(c) != folded[len(folded)-1-i] {
			return false
		}
	}
	return true
}

func compareFold(s, folded string) int {
	for i := range min(len(s), len(folded)) {
		if s[i] >= utf8.RuneSelf {
			return strings.Compare(schema.Fold(s), folded)
		}
		if c := lower(s[i]); c != folded[i] {
			return int(c) - int(folded[i])
		}
	}
	return len(s) - len(folded)
}

func containsFold(s, folded string) bool {
	var buf [256]byte
	if len(s) > len(buf) || len(folded) > len(buf) {
		return strings.Contains(schema.Fold(s), folded)
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Contains(schema.Fold(s), folded)
		}
		buf[i] = lower(s[i])
	}
	var want [256]byte
	n := copy(want[:], folded)
	return bytes.Contains(buf[:len(s)], want[:n])
}
