package wire_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/internal/wire"
)

func TestReader(t *testing.T) {
	t.Parallel()
	const text = ` {"a" : [ 1.50 , null,"x\n"] , "b":true}  `
	r := wire.NewReader([]byte(text), 100)
	defer r.Close()
	next := func(kind wire.Kind, at string) {
		t.Helper()
		require.Equal(t, kind, r.Kind())
		require.True(t, strings.HasPrefix(text[r.Offset()-100:], at), "%q", text[r.Offset()-100:])
	}
	raw := func(want string) {
		t.Helper()
		got, pos, err := r.Raw()
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		require.Equal(t, want, text[pos-100:][:len(want)])
	}
	next(wire.KindBeginObject, "{")
	require.NoError(t, r.Next())
	next(wire.KindString, `"a"`)
	raw(`"a"`)
	next(wire.KindBeginArray, "[ ")
	require.NoError(t, r.Next())
	raw("1.50")
	next(wire.KindNull, "null")
	require.NoError(t, r.Next())
	raw(`"x\n"`)
	next(wire.KindEndArray, "] ,")
	require.NoError(t, r.Next())
	raw(`"b"`)
	next(wire.KindTrue, "true")
	raw("true")
	require.NoError(t, r.Next())
	require.NoError(t, r.End())
}

func TestReaderErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, reason string
		offset             int64
	}{
		{"empty", "", "is empty", 0},
		{"blank", "  ", "is empty", 2},
		{"truncated", `{"a":[1,`, "ends too early", 8},
		{"truncated string", `"abc`, "ends too early", 4},
		{"garbage", `[1,x]`, "invalid character", 3},
		{"duplicate name", `{"a":1,"b":2,"a":3}`, "duplicate name", 13},
		{"half of a surrogate pair", `"\ud800secret"`, "half of a surrogate pair", 1},
		{"bad escape", `"\usecret"`, "a backslash in a string", 1},
		{"invalid UTF-8", "\"a\xff\"", "invalid UTF-8", 2},
		{"too deep", strings.Repeat("[", 100_000), "depth", 10_000},
		{"more", `1 2`, "more follows", 2},
		{"garbage behind", `1 x`, "invalid character", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := wire.NewReader([]byte(tt.text), 7)
			defer r.Close()
			_, _, err := r.Raw()
			if err == nil {
				err = r.End()
			}
			var e *wire.SyntaxError
			require.True(t, errors.As(err, &e), "%v", err)
			require.Contains(t, e.Reason, tt.reason)
			require.NotContains(t, e.Error(), "jsontext")
			require.NotContains(t, e.Error(), "secret", "a part of a value")
			require.Contains(t, e.Error(), "at byte")
			require.Equal(t, tt.offset+7, e.Offset)
		})
	}
}

// TestReaderReuse checks that a Reader that was given back in the middle of a text starts anew.
func TestReaderReuse(t *testing.T) {
	t.Parallel()
	for range 100 {
		r := wire.NewReader([]byte(`{"a":[{"b":`), 0)
		for range 4 {
			require.NoError(t, r.Next())
		}
		r.Close()
		r = wire.NewReader([]byte(`"x"`), 0)
		got, pos, err := r.Raw()
		require.NoError(t, err)
		require.Equal(t, `"x"`, string(got))
		require.Zero(t, pos)
		require.NoError(t, r.End())
		r.Close()
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`1`: 0, `"[{"`: 0, `"\"["`: 0, `[]`: 1, `[[],{"a]":[1]}]`: 3, `{"\\":{}}`: 2, `[[],[],[]]`: 2,
	} {
		require.Equal(t, want, wire.Depth([]byte(text)), text)
	}
}

func TestIsEmptyArray(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`[]`: true, " [ \n] ": true, `[[]]`: false, `[null]`: false, `{}`: false, `""`: false, `"[]"`: false, `null`: false, `1`: false,
	} {
		require.Equal(t, want, wire.IsEmptyArray([]byte(text)), text)
	}
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`""`: "", `"x"`: "x", `"\n\t\"\\\/"`: "\n\t\"\\/", `"\ud83d\ude00"`: "😀", `"\u0000"`: "\x00",
	} {
		require.Equal(t, want, wire.Unquote([]byte(text)), text)
	}
}

// FuzzString checks that a string that is written is read the same, by us and by encoding/json.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\\n\r\t\b", "\x00\x1f\x7f", "😀\u2028", "a\xffb", "\xed\xa0\x80", "</script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := wire.AppendString([]byte("prefix"), s)[len("prefix"):]
		var back string
		require.NoError(t, json.Unmarshal(text, &back))
		r := wire.NewReader(text, 0)
		defer r.Close()
		got, _, err := r.Raw()
		require.NoError(t, err)
		require.NoError(t, r.End())
		require.Equal(t, back, wire.Unquote(got))
		std, err := json.Marshal(s)
		require.NoError(t, err)
		var want string
		require.NoError(t, json.Unmarshal(std, &want))
		require.Equal(t, want, back, "invalid bytes become the replacement character, as in encoding/json")
	})
}
