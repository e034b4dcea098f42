//go:build !goexperiment.jsonv2 && !go1.27

package wire

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// On Go 1.26 without GOEXPERIMENT=jsonv2 the package comes from its authors'
// preview module. jsontext_std.go is the same list over the standard library;
// keep the two alike.

type (
	// A Decoder reads JSON tokens and values from a stream.
	Decoder = jsontext.Decoder
	// An Encoder writes JSON tokens and values to a stream.
	Encoder = jsontext.Encoder
	// A Token is one lexical token. Its Int, Uint and Float methods differ in
	// signature between the two packages: read numbers as a [Value] instead.
	Token = jsontext.Token
	// A Value is one JSON value as raw text.
	Value = jsontext.Value
	// A Kind is the kind of a token or value.
	Kind = jsontext.Kind
	// A Pointer is a JSON Pointer (RFC 6901).
	Pointer = jsontext.Pointer
	// A SyntacticError says where and why text is not the JSON expected.
	SyntacticError = jsontext.SyntacticError
	// Options configures a Decoder or Encoder.
	Options = jsontext.Options
)

// The kinds of tokens and values.
const (
	KindInvalid     = jsontext.KindInvalid
	KindNull        = jsontext.KindNull
	KindFalse       = jsontext.KindFalse
	KindTrue        = jsontext.KindTrue
	KindString      = jsontext.KindString
	KindNumber      = jsontext.KindNumber
	KindBeginObject = jsontext.KindBeginObject
	KindEndObject   = jsontext.KindEndObject
	KindBeginArray  = jsontext.KindBeginArray
	KindEndArray    = jsontext.KindEndArray
)

// The fixed tokens.
var (
	Null        = jsontext.Null
	False       = jsontext.False
	True        = jsontext.True
	BeginObject = jsontext.BeginObject
	EndObject   = jsontext.EndObject
	BeginArray  = jsontext.BeginArray
	EndArray    = jsontext.EndArray
)

// The causes a [SyntacticError] may wrap.
var (
	ErrDuplicateName = jsontext.ErrDuplicateName
	ErrNonStringName = jsontext.ErrNonStringName
)

// NewDecoder returns a Decoder that reads from r.
func NewDecoder(r io.Reader, opts ...Options) *Decoder { return jsontext.NewDecoder(r, opts...) }

// NewEncoder returns an Encoder that writes to w.
func NewEncoder(w io.Writer, opts ...Options) *Encoder { return jsontext.NewEncoder(w, opts...) }

// AppendQuote appends src to dst as a JSON string.
func AppendQuote[Bytes ~[]byte | ~string](dst []byte, src Bytes) ([]byte, error) {
	return jsontext.AppendQuote(dst, src)
}

// AppendUnquote appends the text that the JSON string src stands for to dst.
func AppendUnquote[Bytes ~[]byte | ~string](dst []byte, src Bytes) ([]byte, error) {
	return jsontext.AppendUnquote(dst, src)
}

// Bool returns the token true or false.
func Bool(b bool) Token { return jsontext.Bool(b) }

// Int returns a number token.
func Int(n int64) Token { return jsontext.Int(n) }

// Uint returns a number token.
func Uint(n uint64) Token { return jsontext.Uint(n) }

// Float returns a number token.
func Float(n float64) Token { return jsontext.Float(n) }

// String returns a string token.
func String(s string) Token { return jsontext.String(s) }

// AllowDuplicateNames sets whether an object may have a name twice. Default false.
func AllowDuplicateNames(v bool) Options { return jsontext.AllowDuplicateNames(v) }

// AllowInvalidUTF8 sets whether invalid UTF-8 is replaced rather than refused. Default false.
func AllowInvalidUTF8(v bool) Options { return jsontext.AllowInvalidUTF8(v) }

// EscapeForHTML sets whether <, > and & are written escaped. Default false.
func EscapeForHTML(v bool) Options { return jsontext.EscapeForHTML(v) }

// EscapeForJS sets whether U+2028 and U+2029 are written escaped. Default false.
func EscapeForJS(v bool) Options { return jsontext.EscapeForJS(v) }

// Multiline sets whether output is spread over several lines. Default false.
func Multiline(v bool) Options { return jsontext.Multiline(v) }

// PreserveRawStrings sets whether strings keep their escapes as they came. Default false.
func PreserveRawStrings(v bool) Options { return jsontext.PreserveRawStrings(v) }

// CanonicalizeRawInts sets whether integers are rewritten canonically. Default false.
func CanonicalizeRawInts(v bool) Options { return jsontext.CanonicalizeRawInts(v) }

// CanonicalizeRawFloats sets whether fractional numbers are rewritten canonically. Default false.
func CanonicalizeRawFloats(v bool) Options { return jsontext.CanonicalizeRawFloats(v) }

// ReorderRawObjects sets whether the members of raw objects are sorted. Default false.
func ReorderRawObjects(v bool) Options { return jsontext.ReorderRawObjects(v) }

// SpaceAfterColon sets whether a space follows a colon. Default false.
func SpaceAfterColon(v bool) Options { return jsontext.SpaceAfterColon(v) }

// SpaceAfterComma sets whether a space follows a comma. Default false.
func SpaceAfterComma(v bool) Options { return jsontext.SpaceAfterComma(v) }

// WithIndent sets the indentation of each level, and Multiline.
func WithIndent(indent string) Options { return jsontext.WithIndent(indent) }

// WithIndentPrefix sets what each line begins with, and Multiline.
func WithIndentPrefix(prefix string) Options { return jsontext.WithIndentPrefix(prefix) }
