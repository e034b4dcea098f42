//go:build !goexperiment.jsonv2 && !go1.27

package wire

import "github.com/go-json-experiment/json/jsontext"

// On Go 1.26 without GOEXPERIMENT=jsonv2 the package comes from its authors'
// preview module. jsontext_std.go is the same list over the standard library;
// keep the two alike.

// A Kind is the kind of a token or value.
type Kind = jsontext.Kind

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

type (
	decoder     = jsontext.Decoder
	syntaxError = jsontext.SyntacticError
)

// AppendUnquote appends the text that the JSON string src stands for to dst.
func AppendUnquote[Bytes ~[]byte | ~string](dst []byte, src Bytes) ([]byte, error) {
	return jsontext.AppendUnquote(dst, src)
}
