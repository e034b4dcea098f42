package schema

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Fold returns s with all differences of letter case removed, by the simple case folding of Unicode: two strings that are
// equal to [strings.EqualFold] fold to the same one. It is what indexes over attributes that are not case exact hold.
func Fold(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

// foldRune returns the smallest rune of r's folding orbit in lower case, so that ASCII folds to lower case.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}

// Equal reports whether v and w are the same value by the rules of a: letter case counts only if a is case exact, numbers
// and date-times compare by value, the order of elements and sub-attributes never counts (RFC 7643 §2.3.8, §2.4), and a
// missing primary is false (§2.4).
func (a *Attribute) Equal(v, w Value) bool {
	if a.isPrimary() {
		return v.Bool() == w.Bool()
	}
	return equality{}.values(v, w, a)
}

// An equality says how values compare: by the rules of their attributes or, if exact, with regard to letter case and to
// what does not conform.
type equality struct{ exact bool }

func (q equality) values(v, w Value, a *Attribute) bool {
	if v.IsUnassigned() && w.IsUnassigned() {
		return true
	}
	switch x := v.data.(type) {
	case *Object:
		y, ok := w.data.(*Object)
		return ok && (sameSlice(x.entries, y.entries) || string(q.appendKey(nil, a, v)) == string(q.appendKey(nil, a, w)))
	case []Value:
		y, ok := w.data.([]Value)
		return ok && (sameSlice(x, y) || len(x) == len(y) && slices.Equal(q.keys(a, x), q.keys(a, y)))
	case *Raw:
		y, ok := w.data.(*Raw)
		return ok && x.Name == y.Name && string(x.JSON) == string(y.JSON)
	case stream:
		return false
	}
	if v.Kind() != w.Kind() {
		return false
	}
	switch v.Kind() {
	case KindString:
		return v.text == w.text || !q.exact && !a.Exact() && strings.EqualFold(v.text, w.text)
	case KindBoolean:
		return v.Bool() == w.Bool()
	case KindInteger, KindDecimal:
		return CompareNumbers(v.text, w.text) == 0
	case KindDateTime:
		return v.Time().Equal(w.Time())
	case KindBinary:
		return strings.TrimRight(v.text, "=") == strings.TrimRight(w.text, "=")
	}
	return v.text == w.text
}

// keys returns the keys of the elements in sorted order.
func (q equality) keys(a *Attribute, elements []Value) []string {
	out := make([]string, len(elements))
	for i, e := range elements {
		out[i] = string(q.appendKey(nil, a, e))
	}
	slices.Sort(out)
	return out
}

// Compare returns -1, 0 or +1 as v is less than, equal to or greater than w by the rules of a (RFC 7644 §3.4.2.2,
// §3.4.2.3): strings in the order of their code points after folding unless a is case exact, numbers and date-times by
// value, false before true. Complex values and lists are all equal.
func (a *Attribute) Compare(v, w Value) int {
	switch v.Kind() {
	case KindBoolean:
		switch {
		case v.Bool() == w.Bool():
			return 0
		case w.Bool():
			return -1
		}
		return 1
	case KindInteger, KindDecimal:
		return CompareNumbers(v.text, w.text)
	case KindDateTime:
		return v.Time().Compare(w.Time())
	case KindString, KindReference, KindBinary:
		if a.Exact() {
			return cmp.Compare(v.text, w.text)
		}
		return cmp.Compare(Fold(v.text), Fold(w.text))
	}
	return 0
}

// ElementKey returns a text that two elements of the multi-valued attribute a share exactly if they count as the same
// element, so that adding one where the other is changes nothing: an element with the sub-attribute value is identified
// by value and type, one whose value is immutable, such as a member, by value alone, others by all they hold.
func (a *Attribute) ElementKey(v Value) string {
	o, ok := v.data.(*Object)
	if !ok || a.def == nil || a.def.value == nil {
		return string(equality{}.appendKey(nil, a, v))
	}
	value := o.Value(a.def.value)
	if value.IsUnassigned() {
		return string(equality{}.appendKey(nil, a, v))
	}
	key := equality{}.appendKey(make([]byte, 0, 64), a.def.value, value)
	if a.def.label != nil && a.def.value.Mutability != Immutable {
		key = equality{}.appendKey(key, a.def.label, o.Value(a.def.label))
	}
	return string(key)
}

// appendKey appends a text that is the same for equal values and only for them. Every part says how long it is, lest the
// text of one value look like the parts of another.
func (q equality) appendKey(dst []byte, a *Attribute, v Value) []byte {
	switch d := v.data.(type) {
	case nil:
		return append(dst, '-')
	case *Object:
		dst = append(dst, '{')
		for _, e := range d.entries {
			switch {
			case e.attr == nil:
				if q.exact {
					dst = q.appendKey(appendPart(dst, e.value.Raw().Name), nil, e.value)
				}
			case !e.value.IsUnassigned() && (!e.attr.isPrimary() || e.value.data != false):
				dst = q.appendKey(appendPart(dst, e.attr.Name), e.attr, e.value)
			}
		}
		return append(dst, '}')
	case []Value:
		dst = append(dst, '[')
		for _, k := range q.keys(a, d) {
			dst = appendPart(dst, k)
		}
		return append(dst, ']')
	case bool:
		return appendPart(dst, v.Text())
	case *dateTime:
		return appendPart(dst, d.t.UTC().Format(time.RFC3339Nano))
	case *Raw:
		return appendPart(append(dst, '!'), string(d.JSON))
	}
	switch v.Kind() {
	case KindNull:
		return append(dst, '-')
	case KindInteger, KindDecimal:
		if n, ok := parseNumber(v.text); ok {
			return n.appendKey(dst)
		}
	case KindBinary:
		return appendPart(dst, strings.TrimRight(v.text, "="))
	case KindString:
		if !q.exact && !a.Exact() {
			return appendPart(dst, Fold(v.text))
		}
	}
	return appendPart(dst, v.text)
}

func appendPart(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
