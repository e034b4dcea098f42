package schema

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim/internal/wire"
)

// Raw is a part of a JSON text that does not conform to the schema, kept as it was received because a rule of package
// compat may know what it means. What is left when a resource or operation is checked becomes its error.
type Raw struct {
	// Name is the name as it was sent, if no attribute has it; otherwise "".
	Name string
	// JSON is the value.
	JSON []byte
	// Err says what does not conform, and where.
	Err *Error
}

// maxString is how long a string may be, in bytes: filters fold the letter case of strings each time they look at them, so that
// a request to keep some megabytes would make each later one dear. References and binary values, such as photos, may be longer.
const maxString = 64 << 10

// ReadObject reads the attributes of a resource from a JSON object, the common attributes among them. What the schemas of
// t do not allow is kept as [Raw]; only JSON that is malformed, repeats a name in any letter case, or has more than depth
// objects and arrays within each other is an error, an [*Error] of type [InvalidSyntax]. Strings are of 64 KiB at most. The text must not be changed
// afterwards.
func (t *ResourceType) ReadObject(data []byte, depth int) (Object, error) {
	r := wire.NewReader(data, 0)
	defer r.Close()
	rd := reader{r: r, depth: depth}
	if k := r.Kind(); k != wire.KindBeginObject && k != wire.KindInvalid {
		return Object{}, &Error{Type: InvalidSyntax, Rule: "want a JSON object, got " + kindWords(k), Offset: r.Offset()}
	}
	o, err := rd.object(t.root)
	if err == nil {
		err = r.End()
	}
	return o, syntaxError(err)
}

// ReadValue reads a value of the attribute a as [ResourceType.ReadObject] does; the attributes of a resource if a is nil. A
// value of a multi-valued attribute may be a list or one element. offset is the position of data in the text it is part of.
// The paths of errors start at the resource.
func (t *ResourceType) ReadValue(a *Attribute, data []byte, offset int64, depth int) (Value, error) {
	r := wire.NewReader(data, offset)
	defer r.Close()
	rd := reader{r: r, depth: depth}
	var v Value
	var err error
	switch {
	case a == nil && r.Kind() == wire.KindBeginObject:
		var o Object
		o, err = rd.object(t.root)
		v = Complex(o)
	case a == nil:
		v, err = rd.raw("", "want an object with attributes, got "+kindWords(r.Kind()))
	default:
		rd.path = make([]step, 0, 3)
		for p := a; p != nil; p = p.parent {
			rd.path = append(rd.path, step{attr: p, index: -1})
		}
		slices.Reverse(rd.path)
		rd.lone = true
		v, err = rd.value(a)
	}
	if err == nil {
		err = r.End()
	}
	return v, syntaxError(err)
}

func syntaxError(err error) error {
	if err == nil {
		return nil
	}
	var syn *wire.SyntaxError
	if errors.As(err, &syn) {
		return &Error{Type: InvalidSyntax, Rule: syn.Reason, Offset: syn.Offset}
	}
	return err
}

// A reader reads one JSON value against a schema.
type reader struct {
	r     *wire.Reader
	depth int
	level int  // how many objects and arrays the reader is in
	lone  bool // the outermost value may be one element of a multi-valued attribute
	path  []step
}

// A step is one part of the way to the value being read.
type step struct {
	attr  *Attribute
	name  string // if attr is nil
	index int    // of the element, or -1
}

func (rd *reader) where() string {
	var b strings.Builder
	for i, s := range rd.path {
		name := s.name
		if s.attr != nil {
			name = s.attr.Name
		} else if len(name) > 100 {
			name = strings.ToValidUTF8(name[:100], "") + "…"
		}
		switch {
		case i == 0:
		case rd.path[i-1].attr.kind == extension:
			b.WriteByte(':')
		default:
			b.WriteByte('.')
		}
		b.WriteString(name)
		if s.index >= 0 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (rd *reader) object(def *definition) (Object, error) {
	o := Object{def: def}
	if err := rd.enter(); err != nil {
		return o, err
	}
	o.pos = rd.r.Offset()
	var unknown []entry
	var names map[string]bool // of unknown
	rd.path = append(rd.path, step{})
	last := len(rd.path) - 1
	for rd.r.Kind() == wire.KindString {
		quoted, pos, err := rd.r.Raw()
		if err != nil {
			return o, err
		}
		body := quoted[1 : len(quoted)-1]
		if bytes.IndexByte(body, '\\') >= 0 {
			body = []byte(wire.Unquote(quoted))
		}
		a := def.lookupBytes(body)
		if a == nil {
			name := string(body)
			rd.path[last] = step{name: name, index: -1}
			if names[lower(name)] {
				return o, rd.twice(pos)
			}
			v, err := rd.raw(name, "no such attribute")
			if err != nil {
				return o, err
			}
			v.Raw().Err.Type, v.Raw().Err.Offset = InvalidSyntax, pos
			unknown = append(unknown, entry{value: v})
			if names == nil {
				names = make(map[string]bool)
			}
			names[lower(name)] = true
			continue
		}
		rd.path[last] = step{attr: a, index: -1}
		if o.find(a) >= 0 {
			return o, rd.twice(pos)
		}
		v, err := rd.value(a)
		if err != nil {
			return o, err
		}
		o.insert(entry{a, v})
	}
	rd.path = rd.path[:last]
	rd.level--
	o.entries = append(o.entries, unknown...)
	return o, rd.r.Next()
}

// enter reads the begin of an object or array.
func (rd *reader) enter() error {
	if rd.level++; rd.level > rd.depth {
		return rd.tooDeep(rd.r.Offset())
	}
	return rd.r.Next()
}

func (rd *reader) tooDeep(pos int64) *Error {
	return &Error{
		Type: InvalidSyntax, Path: rd.where(), Offset: pos,
		Rule: "objects and arrays nest deeper than " + strconv.Itoa(rd.depth) + " levels",
	}
}

func (rd *reader) twice(pos int64) *Error {
	return &Error{Type: InvalidSyntax, Path: rd.where(), Rule: "the name appears twice in one object", Offset: pos}
}

// insert adds an entry to an object under construction.
func (o *Object) insert(e entry) {
	if o.entries == nil {
		o.entries = make([]entry, 0, min(8, len(o.def.attrs)))
	}
	i := len(o.entries)
	o.entries = append(o.entries, e)
	for ; i > 0 && o.entries[i-1].attr.order > e.attr.order; i-- {
		o.entries[i] = o.entries[i-1]
	}
	o.entries[i] = e
}

func (rd *reader) value(a *Attribute) (Value, error) {
	k := rd.r.Kind()
	lone := rd.lone
	rd.lone = false
	switch {
	case k == wire.KindNull:
		return Null(), rd.r.Next()
	case k == wire.KindBeginArray && a.MultiValued:
		return rd.list(a)
	case a.MultiValued && !lone:
		return rd.raw("", "must be an array, got "+kindWords(k))
	}
	return rd.single(a, k)
}

func (rd *reader) list(a *Attribute) (Value, error) {
	if err := rd.enter(); err != nil {
		return Value{}, err
	}
	elements := []Value{}
	last := len(rd.path) - 1
	for {
		k := rd.r.Kind()
		if k == wire.KindEndArray || k == wire.KindInvalid {
			break
		}
		rd.path[last].index = len(elements)
		var v Value
		var err error
		if k == wire.KindNull {
			v, err = rd.raw("", "an element must not be null")
		} else {
			v, err = rd.single(a, k)
		}
		if err != nil {
			return Value{}, err
		}
		elements = append(elements, v)
	}
	rd.path[last].index = -1
	rd.level--
	return listOf(elements), rd.r.Next()
}

// single reads one value of a's type.
func (rd *reader) single(a *Attribute, k wire.Kind) (Value, error) {
	switch {
	case a.Type == TypeComplex && k == wire.KindBeginObject:
		o, err := rd.object(a.def)
		return Complex(o), err
	case a.Type == TypeBoolean && (k == wire.KindTrue || k == wire.KindFalse):
		return Boolean(k == wire.KindTrue), rd.r.Next()
	case a.Type == TypeInteger || a.Type == TypeDecimal:
		if k != wire.KindNumber {
			break
		}
		text, pos, err := rd.r.Raw()
		if err != nil {
			return Value{}, err
		}
		v, rule := readText(a.Type, string(text))
		if rule != "" {
			return rd.mark(text, pos, "", rule), nil
		}
		return v, nil
	case k == wire.KindString && a.Type != TypeBoolean && a.Type != TypeComplex:
		text, pos, err := rd.r.Raw()
		if err != nil {
			return Value{}, err
		}
		v, rule := readText(a.Type, wire.Unquote(text))
		if a.Type == TypeString && len(v.text) > maxString {
			rule = "must not be longer than 64 KiB"
		}
		if rule != "" {
			return rd.mark(text, pos, "", rule), nil
		}
		return v, nil
	}
	return rd.raw("", "must be "+typeWords[a.Type]+", got "+kindWords(k))
}

// readText makes a value of a type other than complex and boolean from its text. rule says what the text fails.
func readText(t DataType, s string) (v Value, rule string) {
	switch t {
	case TypeString, TypeReference:
		return Value{text: s, data: KindString + Kind(t)}, ""
	case TypeInteger:
		if !isInteger(s) {
			return Value{}, "must be an integer without fraction or exponent (RFC 7643 §2.3.4)"
		}
		return Value{text: s, data: KindInteger}, ""
	case TypeDecimal:
		if !isDecimal(s) {
			return Value{}, "must be a decimal number in the range of a double (RFC 7643 §2.3.3)"
		}
		return Value{text: s, data: KindDecimal}, ""
	case TypeDateTime:
		tm, ok := parseDateTime(s)
		if !ok {
			return Value{}, "must be a date and time such as 2011-05-13T04:42:34Z (RFC 7643 §2.3.5)"
		}
		return Value{text: s, data: &dateTime{tm}}, ""
	case TypeBinary:
		if !validBase64(s) {
			return Value{}, "must be base64 (RFC 7643 §2.3.6)"
		}
		return Value{text: s, data: KindBinary}, ""
	}
	return Value{}, "must be " + typeWords[t] + ", got a string"
}

var typeWords = [...]string{
	"a string", "true or false without quotes", "a decimal number", "an integer", "a date and time in a string", "base64 in a string",
	"a URI in a string", "an object",
}

func kindWords(k wire.Kind) string {
	switch k {
	case wire.KindNull:
		return "null"
	case wire.KindTrue, wire.KindFalse:
		return "a boolean"
	case wire.KindString:
		return "a string"
	case wire.KindNumber:
		return "a number"
	case wire.KindBeginObject:
		return "an object"
	case wire.KindBeginArray:
		return "an array"
	}
	return "no value"
}

// raw reads the next value as it is and marks it.
func (rd *reader) raw(name, rule string) (Value, error) {
	text, pos, err := rd.r.Raw()
	if err != nil {
		return Value{}, err
	}
	if rd.level+wire.Depth(text) > rd.depth {
		return Value{}, rd.tooDeep(pos)
	}
	return rd.mark(text, pos, name, rule), nil
}

func (rd *reader) mark(text []byte, pos int64, name, rule string) Value {
	return Value{data: &Raw{Name: name, JSON: text, Err: &Error{Type: InvalidValue, Path: rd.where(), Rule: rule, Offset: pos}}}
}
