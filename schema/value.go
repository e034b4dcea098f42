package schema

import (
	"cmp"
	"encoding/base64"
	"errors"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Kind is the kind of a [Value].
type Kind uint8

// The kinds of values. Those from KindString to KindComplex hold a value of the [DataType] of the same name.
const (
	KindUnassigned Kind = iota // the zero Value
	KindNull                   // JSON null: explicitly unassigned (RFC 7643 §2.5)
	KindString
	KindBoolean
	KindDecimal
	KindInteger
	KindDateTime
	KindBinary
	KindReference
	KindComplex
	KindList
	KindStream
	KindRaw // input that does not conform to the schema; see [Raw]
)

var kindNames = [...]string{
	"unassigned", "null", "string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex", "list", "stream", "raw",
}

// String returns the name of the kind.
func (k Kind) String() string { return nameOf(kindNames[:], int(k)) }

// A Value is one SCIM value: a string, boolean, integer, decimal, date-time, binary, reference, a complex value or a list.
// The zero Value is unassigned. Values are immutable: copying one is cheap, and nothing that is done with a copy affects
// the original. Values compare with [Value.Equal], not with ==.
type Value struct {
	text string // strings, numbers, date-times and binary values as they are written in JSON
	data any    // a Kind, or what the other kinds need: bool, *dateTime, *Object, []Value, stream, *Raw
}

type dateTime struct{ t time.Time }

type stream struct{ seq iter.Seq2[Value, error] }

// Null returns the value of JSON null: explicitly unassigned, as in a request that clears an attribute. It is never part of
// a resource in canonical form.
func Null() Value { return Value{data: KindNull} }

// String returns a string value.
func String(s string) Value { return Value{text: s, data: KindString} }

// Boolean returns a boolean value.
func Boolean(b bool) Value { return Value{data: b} }

// Integer returns an integer value.
func Integer(i int64) Value { return Value{text: strconv.FormatInt(i, 10), data: KindInteger} }

// Decimal returns a decimal value. NaN and the infinities, which JSON lacks, give the zero Value.
func Decimal(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{text: strconv.FormatFloat(f, 'f', -1, 64), data: KindDecimal}
}

// DateTime returns a date-time value, in UTC with the precision of t (RFC 7643 §2.3.5). A year that has not four digits
// gives the zero Value.
func DateTime(t time.Time) Value {
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return Value{}
	}
	return Value{text: t.Format(time.RFC3339Nano), data: &dateTime{t}}
}

// Binary returns a binary value (RFC 7643 §2.3.6).
func Binary(b []byte) Value {
	return Value{text: base64.StdEncoding.EncodeToString(b), data: KindBinary}
}

// Reference returns a reference, an absolute URI or one relative to the service provider's base (RFC 7643 §2.3.7).
func Reference(uri string) Value { return Value{text: uri, data: KindReference} }

// Complex returns a complex value.
func Complex(o Object) Value { return Value{data: &o} }

// ComplexOrNone returns a complex value, or the zero Value if o is empty: both are the same state (RFC 7643 §2.5).
func ComplexOrNone(o Object) Value {
	if o.Len() == 0 {
		return Value{}
	}
	return Complex(o)
}

// List returns the value of a multi-valued attribute. The elements are copied.
func List(elements ...Value) Value { return listOf(append([]Value(nil), elements...)) }

func listOf(elements []Value) Value { return Value{data: elements} }

// Stream returns a list whose elements come from seq when the response is written, so that a list too large for memory can
// be sent. It may be used in results only, and once; an error aborts the response.
func Stream(seq iter.Seq2[Value, error]) Value { return Value{data: stream{seq}} }

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	switch d := v.data.(type) {
	case nil:
		return KindUnassigned
	case Kind:
		return d
	case bool:
		return KindBoolean
	case *dateTime:
		return KindDateTime
	case *Object:
		return KindComplex
	case []Value:
		return KindList
	case stream:
		return KindStream
	default:
		return KindRaw
	}
}

// IsUnassigned reports whether v is unassigned, null, an empty list or a complex value without sub-attributes, all of which
// are the same state (RFC 7643 §2.5).
func (v Value) IsUnassigned() bool {
	switch d := v.data.(type) {
	case nil:
		return true
	case Kind:
		return d == KindNull
	case *Object:
		return d.Len() == 0
	case []Value:
		return len(d) == 0
	}
	return false
}

// Text returns the text of a string, number, date-time, binary value or reference as it is written in JSON, "true" or
// "false" for a boolean, and "" for other kinds.
func (v Value) Text() string {
	if b, ok := v.data.(bool); ok {
		return strconv.FormatBool(b)
	}
	return v.text
}

// String returns v for people: its text, or JSON for complex values and lists.
func (v Value) String() string {
	switch v.Kind() {
	case KindComplex, KindList, KindRaw, KindNull:
		b, err := v.MarshalJSON()
		if err != nil {
			return "!(" + err.Error() + ")"
		}
		return string(b)
	default:
		return v.Text()
	}
}

// Bool returns the value of a boolean, and false for other kinds.
func (v Value) Bool() bool { b, _ := v.data.(bool); return b }

// Int returns the value of an integer. ok is false if v is none or is out of range.
func (v Value) Int() (i int64, ok bool) {
	if v.Kind() != KindInteger {
		return 0, false
	}
	i, err := strconv.ParseInt(v.text, 10, 64)
	return i, err == nil
}

// Float returns the value of a decimal or integer, rounded to a float64. ok is false if v is neither.
func (v Value) Float() (f float64, ok bool) {
	if k := v.Kind(); k != KindDecimal && k != KindInteger {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	return f, err == nil
}

// Time returns the value of a date-time, and the zero time for other kinds. A date-time without a zone is UTC.
func (v Value) Time() time.Time {
	if d, ok := v.data.(*dateTime); ok {
		return d.t
	}
	return time.Time{}
}

// Bytes returns the bytes of a binary value.
func (v Value) Bytes() ([]byte, error) {
	if v.Kind() != KindBinary {
		return nil, errors.New("not a binary value")
	}
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(v.text, "="))
}

// Object returns the sub-attributes of a complex value, and an empty Object for other kinds.
func (v Value) Object() Object {
	if o, ok := v.data.(*Object); ok {
		return *o
	}
	return Object{}
}

// Raw returns the input that did not conform, or nil if v is of another kind.
func (v Value) Raw() *Raw { r, _ := v.data.(*Raw); return r }

// Len returns the number of elements of a list, and 0 for other kinds.
func (v Value) Len() int { l, _ := v.data.([]Value); return len(l) }

// Index returns the element of a list at position i. It panics if there is none.
func (v Value) Index(i int) Value { return v.data.([]Value)[i] }

// Elements returns an iterator over the elements of a list.
func (v Value) Elements() iter.Seq2[int, Value] {
	l, _ := v.data.([]Value)
	return func(yield func(int, Value) bool) {
		for i, e := range l {
			if !yield(i, e) {
				return
			}
		}
	}
}

// Values returns an iterator over the elements of a list or stream; for other kinds it yields v itself, unless v is
// unassigned. An error ends it.
func (v Value) Values() iter.Seq2[Value, error] {
	switch d := v.data.(type) {
	case stream:
		return d.seq
	case []Value:
		return func(yield func(Value, error) bool) {
			for _, e := range d {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
	return func(yield func(Value, error) bool) {
		if !v.IsUnassigned() {
			yield(v, nil)
		}
	}
}

// Equal reports whether v and w are the same value: strings with regard to letter case, numbers and date-times by value,
// complex values by their sub-attributes, lists regardless of order (RFC 7643 §2.4), and all unassigned states alike.
// For the rules of an attribute, see [Attribute.Equal].
func (v Value) Equal(w Value) bool { return equality{exact: true}.values(v, w, nil) }

// Any returns v as a Go value: string, bool, int64, float64, time.Time, []byte, map[string]any, []any, or nil if v is
// unassigned. An integer that is out of range and a decimal that would be another one if it were written as a float64 are
// strings with the number.
func (v Value) Any() any {
	switch v.Kind() {
	case KindString, KindReference:
		return v.text
	case KindBoolean:
		return v.Bool()
	case KindInteger:
		if i, ok := v.Int(); ok {
			return i
		}
		return v.text
	case KindDecimal:
		if f, ok := v.Float(); ok && CompareNumbers(strconv.FormatFloat(f, 'g', -1, 64), v.text) == 0 {
			return f
		}
		return v.text
	case KindDateTime:
		return v.Time()
	case KindBinary:
		if b, err := v.Bytes(); err == nil {
			return b
		}
		return v.text
	case KindComplex:
		return v.Object().Map()
	case KindList:
		out := make([]any, 0, v.Len())
		for _, e := range v.Elements() {
			out = append(out, e.Any())
		}
		return out
	}
	return nil
}

// parseDateTime reads an xsd:dateTime with a year of four digits (RFC 7643 §2.3.5). A missing zone means UTC.
func parseDateTime(s string) (time.Time, bool) {
	const seconds = len("2011-05-13T04:42:34")
	if len(s) < seconds || len(s) > 64 {
		return time.Time{}, false
	}
	fraction, zone := "", s[seconds:]
	if strings.HasPrefix(zone, ".") {
		if fraction, zone = leadingDigits(zone[1:]); fraction == "" {
			return time.Time{}, false
		}
	}
	switch {
	case zone == "":
		zone = "Z"
	case zone[0] != 'Z' && zone[0] != '+' && zone[0] != '-':
		return time.Time{}, false
	}
	clock, days := s[:seconds], 0
	if date, ok := strings.CutSuffix(clock, "T24:00:00"); ok && strings.Trim(fraction, "0") == "" {
		// xsd:dateTime writes the end of a day so, too.
		clock, days = date+"T00:00:00", 1
	}
	t, err := time.Parse(time.RFC3339Nano, clock+"."+cmp.Or(fraction, "0")+zone)
	return t.AddDate(0, 0, days), err == nil
}

// validBase64 reports whether s is base64 of RFC 4648 §4 with or without padding (RFC 7643 §2.3.6).
func validBase64(s string) bool {
	body := strings.TrimRight(s, "=")
	if pad := len(s) - len(body); pad > 0 && len(s)%4 != 0 || pad > 2 || len(body)%4 == 1 {
		return false
	}
	for _, c := range []byte(body) {
		if !('A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return true
}
