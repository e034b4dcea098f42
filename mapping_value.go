package scim

import (
	"encoding"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/embedscim/scim/schema"
)

// A codec turns the values of one attribute into Go values of one type, and back.
type codec struct {
	load func(g reflect.Value) (schema.Value, error)
	// store sets g. An unassigned v makes it empty, unless the codec is definite.
	store func(g reflect.Value, v schema.Value) error
	// definite says that no Go value stands for an attribute without a value. Then v is not unassigned.
	definite bool
	// subs are the sub-attributes that a struct has fields for.
	subs []*schema.Attribute
	// loose says that a struct has fields of the application's own too.
	loose bool
}

// newCodec returns the codec for the attribute a, or one of its elements, and Go values of type g.
func newCodec(g reflect.Type, a *schema.Attribute, element bool) (*codec, error) {
	if a.MultiValued && !element {
		return sliceCodec(g, a)
	}
	if g.Kind() == reflect.Pointer {
		return pointerCodec(g, a, element)
	}
	if null, ok := nullOf(g); ok {
		return nullCodec(null, a, element)
	}
	c, err := definiteCodec(g, a, element)
	if err != nil || c.subs != nil || c.definite {
		return c, err
	}
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) {
			if g.IsZero() || g.Kind() == reflect.Slice && g.Len() == 0 {
				return schema.Value{}, nil
			}
			return c.load(g)
		},
		store: func(g reflect.Value, v schema.Value) error {
			if v.IsUnassigned() {
				g.SetZero()
				return nil
			}
			return c.store(g, v)
		},
	}, nil
}

// definiteCodec returns a codec for assigned values only: what pointers lead to, and elements of slices.
func definiteCodec(g reflect.Type, a *schema.Attribute, element bool) (*codec, error) {
	text := a.Type == schema.TypeString || a.Type == schema.TypeReference
	switch k := g.Kind(); {
	case a.Type == schema.TypeComplex && k == reflect.Struct && g != reflect.TypeFor[time.Time]():
		return structCodec(g, a)
	case a.Type == schema.TypeComplex && element && a.SubAttribute("value") != nil:
		return valueCodec(g, a)
	case a.Type == schema.TypeComplex:
		return nil, fmt.Errorf("a complex attribute needs a struct with scim tags, not %v: or map its sub-attributes, such as %s", g, a.SubAttributes[0])
	case text && implements[encoding.TextMarshaler](g) && implements[encoding.TextUnmarshaler](g):
		return textCodec(g, a), nil
	case text && k == reflect.String:
		return stringCodec(a), nil
	case a.Type == schema.TypeBoolean && k == reflect.Bool:
		return boolCodec(), nil
	case (text || a.Type == schema.TypeInteger) && isNumber(k) && k != reflect.Float32 && k != reflect.Float64:
		return integerCodec(g, a), nil
	case a.Type == schema.TypeDecimal && (k == reflect.Float32 || k == reflect.Float64):
		return floatCodec(g, a), nil
	case a.Type == schema.TypeDateTime && g == reflect.TypeFor[time.Time]():
		return timeCodec(), nil
	case a.Type == schema.TypeBinary && k == reflect.Slice && g.Elem().Kind() == reflect.Uint8:
		return bytesCodec(a), nil
	}
	return nil, fmt.Errorf("%v does not fit an attribute of type %s: use %s, a pointer to it, or AttrFunc", g, a.Type, fitting[a.Type])
}

// fitting says which Go types hold values of a type.
var fitting = map[schema.DataType]string{
	schema.TypeString: "a string", schema.TypeReference: "a string", schema.TypeBoolean: "a bool", schema.TypeInteger: "an integer type",
	schema.TypeDecimal: "a float64", schema.TypeDateTime: "a time.Time", schema.TypeBinary: "a []byte",
}

func implements[I any](g reflect.Type) bool {
	return reflect.PointerTo(g).Implements(reflect.TypeFor[I]())
}

func isNumber(k reflect.Kind) bool {
	return reflect.Int <= k && k <= reflect.Float64 && k != reflect.Uintptr
}

// refuse returns the error for a value of a that the Go value can't hold. cause is for the log.
func refuse(a *schema.Attribute, rule string, cause error) error {
	return &Error{Status: http.StatusBadRequest, Type: "invalidValue", Detail: a.String() + " " + rule, Err: cause}
}

const notStored = "is not stored by this application: take it out of the attribute mapping of the identity provider."

func pointerCodec(g reflect.Type, a *schema.Attribute, element bool) (*codec, error) {
	if a.Type != schema.TypeComplex && g.Elem().Kind() == reflect.Pointer {
		return nil, fmt.Errorf("%v has one pointer too many", g)
	}
	c, err := definiteCodec(g.Elem(), a, element)
	if err != nil {
		return nil, err
	}
	return &codec{subs: c.subs, loose: c.loose,
		load: func(g reflect.Value) (schema.Value, error) {
			if g.IsNil() {
				return schema.Value{}, nil
			}
			return c.load(g.Elem())
		},
		store: func(g reflect.Value, v schema.Value) error {
			if v.IsUnassigned() {
				g.SetZero()
				return nil
			}
			p := reflect.New(g.Type().Elem())
			if c.loose && !g.IsNil() {
				p.Elem().Set(g.Elem())
			}
			if err := c.store(p.Elem(), v); err != nil {
				return err
			}
			if c.subs != nil && isEmpty(c, p.Elem()) {
				p = reflect.Zero(g.Type())
			}
			g.Set(p)
			return nil
		},
	}, nil
}

// nullOf returns the type of the value in sql.Null, sql.NullString and their like, which are structs of a value and Valid.
func nullOf(g reflect.Type) (reflect.Type, bool) {
	if g.Kind() != reflect.Struct || g.NumField() != 2 || !g.Field(0).IsExported() {
		return nil, false
	}
	valid := g.Field(1)
	return g.Field(0).Type, valid.Name == "Valid" && valid.Type.Kind() == reflect.Bool
}

func nullCodec(value reflect.Type, a *schema.Attribute, element bool) (*codec, error) {
	c, err := definiteCodec(value, a, element)
	if err != nil {
		return nil, err
	}
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) {
			if !g.Field(1).Bool() {
				return schema.Value{}, nil
			}
			return c.load(g.Field(0))
		},
		store: func(g reflect.Value, v schema.Value) error {
			g.SetZero()
			if v.IsUnassigned() {
				return nil
			}
			g.Field(1).SetBool(true)
			return c.store(g.Field(0), v)
		},
	}, nil
}

// stringOf returns the function that makes values of a, a string or reference.
func stringOf(a *schema.Attribute) func(string) schema.Value {
	if a.Type == schema.TypeReference {
		return schema.Reference
	}
	return schema.String
}

func stringCodec(a *schema.Attribute) *codec {
	value := stringOf(a)
	return &codec{
		load:  func(g reflect.Value) (schema.Value, error) { return value(g.String()), nil },
		store: func(g reflect.Value, v schema.Value) error { g.SetString(v.Text()); return nil },
	}
}

func textCodec(g reflect.Type, a *schema.Attribute) *codec {
	value := stringOf(a)
	return &codec{
		// The first of an enumeration is 0, and not empty.
		definite: isNumber(g.Kind()) || g.Kind() == reflect.Bool,
		load: func(g reflect.Value) (schema.Value, error) {
			b, err := g.Addr().Interface().(encoding.TextMarshaler).MarshalText()
			return value(string(b)), err
		},
		store: func(g reflect.Value, v schema.Value) error {
			if err := g.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(v.Text())); err != nil {
				return refuse(a, "is not in the form that this application keeps it in: see its documentation.", err)
			}
			return nil
		},
	}
}

func boolCodec() *codec {
	return &codec{
		definite: true,
		load:     func(g reflect.Value) (schema.Value, error) { return schema.Boolean(g.Bool()), nil },
		store:    func(g reflect.Value, v schema.Value) error { g.SetBool(v.Bool()); return nil },
	}
}

// integerCodec is for attributes of type integer, and string: a number that is kept as an integer in the database. There the
// text must be what strconv makes of the number, so that what is read back is what was sent.
func integerCodec(g reflect.Type, a *schema.Attribute) *codec {
	bits := g.Bits()
	signed := g.Kind() <= reflect.Int64
	rule := fmt.Sprintf("must be a whole number from 0 to %d, without leading zeros: this application keeps it as a number.", ^uint64(0)>>(64-bits))
	if signed {
		limit := int64(1) << (bits - 1)
		if limit > 0 {
			limit = -limit
		}
		rule = fmt.Sprintf("must be a whole number from %d to %d, without leading zeros: this application keeps it as a number.", limit, -(limit + 1))
	}
	text := func(g reflect.Value) string {
		if signed {
			return strconv.FormatInt(g.Int(), 10)
		}
		return strconv.FormatUint(g.Uint(), 10)
	}
	return &codec{
		definite: true,
		load: func(g reflect.Value) (schema.Value, error) {
			switch {
			case a.Type != schema.TypeInteger:
				return stringOf(a)(text(g)), nil
			case signed:
				return schema.Integer(g.Int()), nil
			case g.Uint() > 1<<63-1:
				return schema.Value{}, errors.New("the number is larger than an int64")
			}
			return schema.Integer(int64(g.Uint())), nil
		},
		store: func(g reflect.Value, v schema.Value) error {
			sent := v.Text()
			if a.Type == schema.TypeInteger && sent == "-0" {
				sent = "0"
			}
			var err error
			if signed {
				var n int64
				n, err = strconv.ParseInt(sent, 10, bits)
				g.SetInt(n)
			} else {
				var n uint64
				n, err = strconv.ParseUint(sent, 10, bits)
				g.SetUint(n)
			}
			if err != nil || text(g) != sent {
				return refuse(a, rule, nil)
			}
			return nil
		},
	}
}

func floatCodec(g reflect.Type, a *schema.Attribute) *codec {
	bits := g.Bits()
	return &codec{
		definite: true,
		load: func(g reflect.Value) (schema.Value, error) {
			f, err := strconv.ParseFloat(strconv.FormatFloat(g.Float(), 'g', -1, bits), 64)
			v := schema.Decimal(f)
			if v.IsUnassigned() {
				err = errors.New("the number has no JSON form")
			}
			return v, err
		},
		store: func(g reflect.Value, v schema.Value) error {
			f, err := strconv.ParseFloat(v.Text(), bits)
			if err != nil || schema.CompareNumbers(strconv.FormatFloat(f, 'g', -1, bits), v.Text()) != 0 {
				return refuse(a, "is too large or has more digits than this application keeps: send it rounded.", nil)
			}
			g.SetFloat(f)
			return nil
		},
	}
}

func timeCodec() *codec {
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) {
			v := schema.DateTime(g.Interface().(time.Time))
			if v.IsUnassigned() {
				return v, errors.New("the year has not four digits")
			}
			return v, nil
		},
		store: func(g reflect.Value, v schema.Value) error { g.Set(reflect.ValueOf(v.Time())); return nil },
	}
}

func bytesCodec(a *schema.Attribute) *codec {
	return &codec{
		load: func(g reflect.Value) (schema.Value, error) { return schema.Binary(g.Bytes()), nil },
		store: func(g reflect.Value, v schema.Value) error {
			b, err := v.Bytes()
			if err != nil {
				return refuse(a, "must be base64.", nil)
			}
			g.SetBytes(b)
			return nil
		},
	}
}
