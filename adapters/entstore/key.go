package entstore

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A key turns the ids of entities into those of resources, and back.
type key struct {
	prefix string
	column string // as frags name it
	typ    reflect.Type
	index  []int // of the field ID
	text   bool  // it is MarshalText's
}

func newKey(entity, typ reflect.Type, column, prefix string) (key, error) {
	k := key{prefix: prefix, column: "{" + column + "}", typ: typ}
	f, ok := entity.FieldByName("ID")
	if !ok || f.Type != typ {
		return k, fmt.Errorf("%v has no field ID of type %v", entity, typ)
	}
	k.index = f.Index
	for _, c := range []byte(prefix) {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0) {
			return k, fmt.Errorf("Config.Prefix may have letters, digits, -, _, . and ~ only")
		}
	}
	switch p := reflect.PointerTo(typ); {
	case p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		k.text = true
	case typ.Kind() == reflect.String:
	case isInt(typ.Kind()):
		if prefix == "" {
			return k, fmt.Errorf("Config.Prefix is missing: ids must differ from those of other types, and integers alone don't")
		}
	default:
		return k, fmt.Errorf("ids of type %v have no text: they must be integers, strings, or have MarshalText and UnmarshalText", typ)
	}
	return k, nil
}

func isInt(k reflect.Kind) bool { return reflect.Int <= k && k <= reflect.Uint64 }

// ofText reports whether databases may compare keys otherwise than by bytes.
func (k *key) ofText() bool { return !isInt(k.typ.Kind()) && k.typ.Kind() == reflect.String }

// of returns the id of an entity.
func (k *key) of(entity reflect.Value) any { return entity.FieldByIndex(k.index).Interface() }

// raw returns the id of an entity as text, without the prefix.
func (k *key) raw(id any) string {
	v := reflect.ValueOf(id)
	if k.text {
		p := reflect.New(k.typ)
		p.Elem().Set(v)
		b, err := p.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return ""
		}
		return string(b)
	}
	switch {
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	}
	return v.String()
}

func (k *key) format(id any) string { return k.prefix + k.raw(id) }

// maxKey is the length of the longest id that is looked for, in bytes.
const maxKey = 255

// parse returns the id that a resource's id stands for, or false if it is not of the form that format makes.
func (k *key) parse(id string) (any, bool) {
	text, ok := strings.CutPrefix(id, k.prefix)
	if !ok || text == "" || len(text) > maxKey || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, false
	}
	p := reflect.New(k.typ)
	v := p.Elem()
	switch {
	case k.text:
		if p.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) != nil {
			return nil, false
		}
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return nil, false
		}
		v.SetInt(n)
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return nil, false
		}
		v.SetUint(n)
	default:
		v.SetString(text)
	}
	return v.Interface(), k.raw(v.Interface()) == text
}
