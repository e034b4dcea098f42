package sqlstore

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A KeyKind is the type of a table's key.
type KeyKind uint8

// The kinds of keys. The zero value is KeyText.
const (
	KeyText KeyKind = iota
	KeyInteger
	KeyUUID
)

// String returns the name of the kind.
func (k KeyKind) String() string {
	switch k {
	case KeyInteger:
		return "integer"
	case KeyUUID:
		return "uuid"
	}
	return "text"
}

// A Key is the column that identifies a row. The id of a resource is Prefix followed by the key as text: ids are unique
// among all types of a service provider (RFC 7643 §3.1), so tables with integer keys need prefixes, such as "u_" and "g_".
type Key struct {
	// Column is the table's primary key, or has a unique index.
	Column string
	// Prefix is what ids start with: letters, digits, "-", "_", "." and "~". It is required for KeyInteger.
	Prefix string
	// Kind is the type of the column. Values of KeyInteger are made by the database, those of others by Table.NewID.
	Kind KeyKind
}

func (k *Key) check() error {
	if err := checkName(k.Column); err != nil {
		return fmt.Errorf("Key.Column: %w", err)
	}
	if k.Kind > KeyUUID {
		return fmt.Errorf("Key.Kind: there is no kind %d", k.Kind)
	}
	if k.Prefix == "" && k.Kind == KeyInteger {
		return fmt.Errorf("Key.Prefix is missing: ids must differ from those of other types, and integers alone don't")
	}
	for _, c := range []byte(k.Prefix) {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0) {
			return fmt.Errorf("Key.Prefix may have letters, digits, -, _, . and ~ only")
		}
	}
	return nil
}

// maxKey is the length of the longest key of KeyText, in bytes.
const maxKey = 191

// parse returns the key that an id stands for, or false if the id is not of the form that format makes.
func (k *Key) parse(id string) (any, bool) {
	text, ok := strings.CutPrefix(id, k.Prefix)
	if !ok || text == "" || len(text) > maxKey {
		return nil, false
	}
	switch k.Kind {
	case KeyInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil && strconv.FormatInt(n, 10) == text
	case KeyUUID:
		return text, isUUID(text)
	}
	return text, utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// isUUID reports whether s is a UUID as databases write it.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !('0' <= s[i] && s[i] <= '9' || 'a' <= s[i] && s[i] <= 'f') {
			return false
		}
	}
	return true
}

// read returns the key that a driver has returned, as parse does, and the id for it.
func (k *Key) read(v any) (key any, id string, err error) {
	switch k.Kind {
	case KeyInteger:
		n, ok := intOf(v)
		if !ok {
			return nil, "", fmt.Errorf("sqlstore: column %s holds no integer", k.Column)
		}
		return n, k.Prefix + strconv.FormatInt(n, 10), nil
	case KeyUUID:
		if b, ok := v.([16]byte); ok {
			v = b[:]
		}
		if b, ok := v.([]byte); ok && len(b) == 16 {
			h := hex.EncodeToString(b)
			v = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		}
		text, ok := textOf(v)
		text = strings.ToLower(text)
		if !ok || !isUUID(text) {
			return nil, "", fmt.Errorf("sqlstore: column %s holds no UUID", k.Column)
		}
		return text, k.Prefix + text, nil
	}
	text, ok := textOf(v)
	if !ok {
		return nil, "", fmt.Errorf("sqlstore: column %s holds no text", k.Column)
	}
	return text, k.Prefix + text, nil
}

// keyText returns a key as text, for maps and comparisons.
func keyText(key any) string {
	if n, ok := key.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := key.(string)
	return text
}
