package sqlstore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/embedscim/scim/schema"
)

// textOf returns what a driver returned for a text.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int, int32, uint32, uint64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// intOf returns what a driver returned for an integer: some return all numbers as text.
func intOf(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case int:
		return int64(v), true
	case float64:
		return int64(v), v == float64(int64(v))
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	text, ok := textOf(v)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func boolOf(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case []byte:
		if len(v) == 1 && v[0] < 2 {
			// BIT(1) of MySQL.
			return v[0] == 1, true
		}
	}
	text, ok := textOf(v)
	if !ok {
		return false, false
	}
	value, err := strconv.ParseBool(strings.ToLower(text))
	return value, err == nil
}

// timeLayouts are the ways in which databases write times as text.
var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999-07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999 -0700 MST",
	"2006-01-02",
}

// timeOf returns what a driver returned for a time; one without a zone is UTC.
func timeOf(v any) (time.Time, bool) {
	if t, ok := v.(time.Time); ok {
		return t.UTC(), true
	}
	text, ok := textOf(v)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// timeArg returns t for a column with times. SQLite has none and compares texts.
func (d Dialect) timeArg(t time.Time) any {
	t = t.UTC()
	if d == SQLite {
		return t.Format("2006-01-02 15:04:05.000")
	}
	return t
}

// readText returns the value of the attribute a from its text.
func (s *Store) readText(a *schema.Attribute, v any) (schema.Value, error) {
	text, ok := textOf(v)
	if !ok {
		return schema.Value{}, fmt.Errorf("sqlstore: a column of %s holds no text, which AsText needs", a)
	}
	literal := []byte(text)
	if a.Type != schema.TypeDecimal && a.Type != schema.TypeInteger && a.Type != schema.TypeBoolean {
		literal, _ = json.Marshal(text)
	}
	out, err := s.typ.ReadValue(a, literal, 0, 2)
	if err != nil || !out.Conforms() {
		return schema.Value{}, fmt.Errorf("sqlstore: a column of %s holds no %s", a, a.Type)
	}
	return out, nil
}

// read returns the value of the attribute a that a driver returned.
func (s *Store) read(a *schema.Attribute, v any) (schema.Value, error) {
	if v == nil {
		return schema.Value{}, nil
	}
	var literal string
	switch a.Type {
	case schema.TypeString:
		if text, ok := textOf(v); ok {
			return schema.String(text), nil
		}
	case schema.TypeReference:
		if text, ok := textOf(v); ok {
			return schema.Reference(text), nil
		}
	case schema.TypeBoolean:
		if b, ok := boolOf(v); ok {
			return schema.Boolean(b), nil
		}
	case schema.TypeInteger:
		if n, ok := intOf(v); ok {
			return schema.Integer(n), nil
		}
	case schema.TypeDecimal:
		if f, ok := v.(float64); ok {
			return schema.Decimal(f), nil
		}
		literal, _ = textOf(v)
	case schema.TypeDateTime:
		if t, ok := timeOf(v); ok {
			return schema.DateTime(t), nil
		}
	case schema.TypeBinary:
		if text, ok := textOf(v); ok {
			quoted, _ := json.Marshal(text)
			literal = string(quoted)
		}
	}
	if literal != "" {
		if out, err := s.typ.ReadValue(a, []byte(literal), 0, 2); err == nil && out.Conforms() {
			return out, nil
		}
	}
	return schema.Value{}, fmt.Errorf("sqlstore: %s.%s holds no %s, which %s needs: give its Column a Convert", s.cfg.Name, a.Name, a.Type, a)
}

// arg returns a value for a column.
func (d Dialect) arg(v schema.Value) any {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		return nil
	case schema.KindBoolean:
		return v.Bool()
	case schema.KindInteger:
		if n, ok := v.Int(); ok {
			return n
		}
	case schema.KindDateTime:
		return d.timeArg(v.Time())
	}
	return v.Text()
}
