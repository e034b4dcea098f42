// Package wire reads and writes JSON, and knows no schema.
package wire

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
)

// A Reader reads one JSON text that is in memory, token by token, and knows the position of each. Duplicate names and
// invalid UTF-8 are errors. The slices it returns are parts of the text.
type Reader struct {
	dec  decoder
	src  bytes.Buffer
	data []byte
	base int64
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// NewReader returns a Reader of data, which must not change meanwhile. base is added to all positions: that of data in a
// larger text. Close gives the Reader back.
func NewReader(data []byte, base int64) *Reader {
	r := readers.Get().(*Reader)
	r.src = *bytes.NewBuffer(data)
	r.data, r.base = data, base
	r.dec.Reset(&r.src)
	return r
}

// Close ends the use of r.
func (r *Reader) Close() {
	r.src, r.data = bytes.Buffer{}, nil
	r.dec.Reset(&r.src)
	readers.Put(r)
}

// Kind returns the kind of the next token, or KindInvalid at an error or the end, which reading it will tell.
func (r *Reader) Kind() Kind { return r.dec.PeekKind() }

// Next reads the next token, for its effect: the begin or end of an object or array, or a null.
func (r *Reader) Next() error {
	_, err := r.dec.ReadToken()
	return r.syntax(err)
}

// Raw reads the next value whole and returns its text and position.
func (r *Reader) Raw() ([]byte, int64, error) {
	v, err := r.dec.ReadValue()
	if err != nil {
		return nil, 0, r.syntax(err)
	}
	end := r.dec.InputOffset()
	start := end - int64(len(v))
	return r.data[start:end:end], r.base + start, nil
}

// Offset returns the position of the next token.
func (r *Reader) Offset() int64 {
	i := r.dec.InputOffset()
	for i < int64(len(r.data)) && strings.IndexByte(" \t\r\n,:", r.data[i]) >= 0 {
		i++
	}
	return r.base + i
}

// End returns an error if more than blanks follow.
func (r *Reader) End() error {
	next := r.Offset()
	if _, err := r.dec.ReadToken(); err == nil {
		return &SyntaxError{Offset: next, Reason: "more follows after the JSON value"}
	} else if !errors.Is(err, io.EOF) {
		return r.syntax(err)
	}
	return nil
}

// A SyntaxError says why a text is not the JSON that was expected.
type SyntaxError struct {
	Offset int64
	Reason string
}

// Error returns the reason and the position.
func (e *SyntaxError) Error() string {
	return e.Reason + " (at byte " + strconv.FormatInt(e.Offset, 10) + ")"
}

// syntax turns an error of the decoder into a SyntaxError. Its own text would name the package and the path twice.
func (r *Reader) syntax(err error) error {
	if err == nil {
		return nil
	}
	out := &SyntaxError{Offset: r.base + int64(len(r.data)), Reason: "the JSON text ends too early"}
	if len(bytes.TrimSpace(r.data)) == 0 {
		out.Reason = "the JSON text is empty"
		return out
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return out
	}
	var syn *syntaxError
	if errors.As(err, &syn) {
		out.Offset = r.base + syn.ByteOffset
		out.Reason = reason(syn.Err)
		return out
	}
	out.Reason = "the JSON text is malformed"
	return out
}

// reason returns what an error of the decoder says, without what it quotes of strings: that is a part of a value.
func reason(err error) string {
	s := strings.TrimPrefix(err.Error(), "jsontext: ")
	switch {
	case strings.HasPrefix(s, "invalid surrogate pair"):
		return "half of a surrogate pair stands alone in a string: write the character itself, or both halves"
	case strings.HasPrefix(s, "invalid escape sequence"):
		return `a backslash in a string must start one of \" \\ \/ \b \f \n \r \t or \u with four hexadecimal digits`
	case s == "duplicate object member name":
		return "duplicate name: each may appear only once in an object"
	}
	return s
}

// Depth returns how deep the objects and arrays of a JSON value nest.
func Depth(value []byte) int {
	depth, most := 0, 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(value) && value[i] != '"'; i++ {
				if value[i] == '\\' {
					i++
				}
			}
		}
	}
	return most
}

// Unquote returns the string that a JSON string stands for. text has been read by a Reader, and so is well-formed.
func Unquote(text []byte) string {
	body := text[1 : len(text)-1]
	if bytes.IndexByte(body, '\\') < 0 {
		return string(body)
	}
	out, err := AppendUnquote(nil, text)
	if err != nil {
		return string(body)
	}
	return string(out)
}

// IsEmptyArray reports whether text, a well-formed JSON value, is an array without elements.
func IsEmptyArray(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 1 && text[0] == '[' && len(bytes.TrimSpace(text[1:len(text)-1])) == 0
}
