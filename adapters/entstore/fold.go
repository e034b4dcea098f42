package entstore

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain reports whether only ASCII folds to s, which is folded: then what the database makes of other characters is of no
// account. The long s and the sign for Kelvin fold to ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == 'k' || c == 's' {
			return false
		}
	}
	return true
}

// maxForms is how many forms of a text a query looks up at most.
const maxForms = 256

// lowerForms returns all that a database may make of a text in lower case that folds to s: databases lower the case of
// ASCII, of what Unicode knows, or of something in between. It returns nil if these are more than maxForms.
func lowerForms(s string) []any {
	forms := []string{""}
	for _, r := range s {
		var some []string
		add := func(text string) {
			for _, t := range some {
				if t == text {
					return
				}
			}
			some = append(some, text)
		}
		for o := r; ; {
			if o >= utf8.RuneSelf {
				add(string(o))
			}
			add(string(unicode.ToLower(o)))
			if o == 'İ' {
				// In full, it is an i and a dot.
				add("i̇")
			}
			if o = unicode.SimpleFold(o); o == r {
				break
			}
		}
		if len(forms)*len(some) > maxForms {
			return nil
		}
		next := make([]string, 0, len(forms)*len(some))
		for _, f := range forms {
			for _, t := range some {
				next = append(next, f+t)
			}
		}
		forms = next
	}
	out := make([]any, len(forms))
	for i, f := range forms {
		out[i] = f
	}
	return out
}

// narrowForms returns the forms that are ASCII and do not fold to s: texts of their own, which are not equal to it.
func narrowForms(forms []any, s string) []any {
	var out []any
	for _, f := range forms {
		if text := f.(string); text != s && !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			out = append(out, f)
		}
	}
	return out
}
