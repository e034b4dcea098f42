package schema

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// Map returns the attributes as a map for JSON columns, comparisons and debugging. Date-times, binary values and numbers
// are as [Value.Any] gives them. [ResourceType.FromMap] is the way back, also from what encoding/json made of the map.
func (o Object) Map() map[string]any {
	m := make(map[string]any, len(o.entries))
	for a, v := range o.All() {
		m[a.Name] = v.Any()
	}
	return m
}

// FromMap returns the Object with the attributes of m, whose values are what [Object.Set] takes. The common attributes are
// fields of a [Resource] and not among them.
func (t *ResourceType) FromMap(m map[string]any) (Object, error) {
	o, err := fromMap(t.root, m)
	if err != nil {
		return Object{}, err
	}
	return o, nil
}

func fromMap(def *definition, m map[string]any) (Object, error) {
	o := Object{def: def}
	for name, e := range m {
		a := def.lookup(name)
		switch {
		case a == nil:
			return o, pathError(name, "no such attribute")
		case a.kind == common:
			return o, pathError(name, "it is a field of the resource, not one of its attributes")
		case o.find(a) >= 0:
			return o, pathError(a.Name, "the name appears twice")
		}
		v, err := valueOf(a, e, false)
		if err != nil {
			return o, fmt.Errorf("%s: %w", name, err)
		}
		if v.data != nil {
			o.insert(entry{a, v})
		}
	}
	return o, nil
}

// valueOf makes a Value for attribute a from a Go value. single says that one element of a multi-valued attribute is meant.
func valueOf(a *Attribute, v any, single bool) (Value, error) {
	switch x := v.(type) {
	case nil:
		return Value{}, nil
	case Value:
		if x.IsUnassigned() {
			return Value{}, nil
		}
		return x, checkKind(a, x, single)
	}
	r := reflect.ValueOf(v)
	if a.MultiValued && !single {
		if r.Kind() != reflect.Slice {
			return Value{}, fmt.Errorf("a %T does not fit a multi-valued attribute: want a slice", v)
		}
		return sliceOf(a, r)
	}
	switch x := v.(type) {
	case time.Time:
		if d := DateTime(x); a.Type == TypeDateTime && d.data != nil {
			return d, nil
		}
	case []byte:
		if a.Type == TypeBinary {
			return Binary(x), nil
		}
	case map[string]any:
		if a.Type == TypeComplex {
			o, err := fromMap(a.def, x)
			return ComplexOrNone(o), err
		}
	}
	switch r.Kind() {
	case reflect.String:
		val, rule := readText(a.Type, r.String())
		if rule != "" {
			return Value{}, fmt.Errorf("%s", rule)
		}
		return val, nil
	case reflect.Bool:
		if a.Type == TypeBoolean {
			return Boolean(r.Bool()), nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return numberOf(a, strconv.FormatInt(r.Int(), 10), v)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return numberOf(a, strconv.FormatUint(r.Uint(), 10), v)
	case reflect.Float32, reflect.Float64:
		f := r.Float()
		switch {
		case a.Type == TypeDecimal:
			if d := Decimal(f); d.data != nil {
				return d, nil
			}
		case a.Type == TypeInteger && f == math.Trunc(f) && math.Abs(f) < 1<<53:
			// encoding/json makes every number in an any a float64.
			return Integer(int64(f)), nil
		}
	}
	return Value{}, mismatch(a, v)
}

func mismatch(a *Attribute, v any) error {
	return fmt.Errorf("a %T does not fit an attribute of type %s", v, a.Type)
}

func sliceOf(a *Attribute, r reflect.Value) (Value, error) {
	out := make([]Value, 0, r.Len())
	for i := range r.Len() {
		v, err := valueOf(a, r.Index(i).Interface(), true)
		if err != nil {
			return Value{}, fmt.Errorf("element %d: %w", i, err)
		}
		if v.data != nil {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return Value{}, nil
	}
	return listOf(out), nil
}

func numberOf(a *Attribute, text string, v any) (Value, error) {
	switch a.Type {
	case TypeInteger:
		return Value{text: text, data: KindInteger}, nil
	case TypeDecimal:
		return Value{text: text, data: KindDecimal}, nil
	}
	return Value{}, mismatch(a, v)
}

// checkKind reports whether v is of a's type.
func checkKind(a *Attribute, v Value, single bool) error {
	if a.MultiValued && !single {
		switch v.Kind() {
		case KindStream:
			return nil
		case KindList:
			for _, e := range v.Elements() {
				if err := checkKind(a, e, true); err != nil {
					return err
				}
			}
			return nil
		}
		return fmt.Errorf("a %s does not fit a multi-valued attribute: want a list", v.Kind())
	}
	if v.Kind() != KindString+Kind(a.Type) {
		return fmt.Errorf("a %s does not fit an attribute of type %s", v.Kind(), a.Type)
	}
	if a.Type == TypeComplex && v.Object().def != a.def {
		return fmt.Errorf("the complex value is of another attribute")
	}
	return nil
}
