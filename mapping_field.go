package scim

import (
	"fmt"
	"reflect"
)

// A Field maps one attribute to a place in T. [Attr], [AttrFunc] and [Extra] make it, for [Map] and [StructMapping].
type Field[T any] struct {
	path  string
	extra bool
	typ   reflect.Type             // of the Go value
	load  func(x *T) reflect.Value // nil if there is no getter
	store func(x *T, set setter) error
	// direct says that load returns a part of x itself, which can be set.
	direct bool
	err    error // what is wrong with it as such
}

// A setter gives a Go value what an attribute has.
type setter func(reflect.Value) error

// Attr maps the attribute at path to a field of T, of which field returns the address:
//
//	scim.Attr("userName", func(u *User) *string { return &u.Login })
//
// The path is that of an attribute, such as name.givenName, of an attribute of an extension, with its URN, or of the first
// element that one comparison selects, such as emails[type eq "work"].value.
//
// V suits the attribute's type: string, bool, [time.Time], []byte, any integer or float type, and types with these
// underneath. An integer is also of use for an attribute of type string, and so is a type with MarshalText and
// UnmarshalText. A multi-valued attribute needs a slice, a complex one a struct whose fields have the names of
// sub-attributes in scim tags; a slice of strings holds the sub-attribute value.
//
// A pointer, sql.Null and the like are nil or not valid if the attribute has no value. A plain string, time or slice is
// empty then. A plain bool or number can't say so: it stays as it is, and is what it was when T was made. The exception is
// active: a user created without it is active, since none should be locked out because nothing was said.
func Attr[T, V any](path string, field func(x *T) *V) Field[T] {
	f := Field[T]{path: path, typ: reflect.TypeFor[V](), direct: true}
	if field != nil {
		f.load = func(x *T) reflect.Value { return reflect.ValueOf(field(x)).Elem() }
		f.storeDirectly()
	}
	return f
}

func (f *Field[T]) storeDirectly() {
	load := f.load
	f.store = func(x *T, set setter) error { return set(load(x)) }
}

// AttrFunc maps the attribute at path to what get and set make of it, for values that are kept in another form, such as an
// active that is a disabled_at. V is as for [Attr]; if it is a plain bool or number, set is not called for an attribute
// without a value.
//
// set may refuse the value: an [*Error] is answered as it says, any other error with 400 invalidValue naming the attribute.
// It must not change what pointers, slices and maps in x lead to, but replace them: the value before the change has them
// too. set may be nil for an attribute that is readOnly, get for one that is writeOnly, such as password.
func AttrFunc[T, V any](path string, get func(x *T) V, set func(x *T, v V) error) Field[T] {
	f := Field[T]{path: path, typ: reflect.TypeFor[V]()}
	if get != nil {
		f.load = func(x *T) reflect.Value {
			v := get(x)
			return reflect.ValueOf(&v).Elem()
		}
	}
	if set != nil {
		f.store = func(x *T, decode setter) error {
			var v V
			if err := decode(reflect.ValueOf(&v).Elem()); err != nil {
				return err
			}
			return set(x, v)
		}
	}
	return f
}

// Extra maps all attributes that no other field of the mapping holds to one field, as a JSON object: a JSON column, a
// [encoding/json.RawMessage]. It is empty if there are none. Without an Extra, a write with such attributes is refused. An
// attribute that is writeOnly, such as password, is never kept there.
func Extra[T any, V ~[]byte | ~string](field func(x *T) *V) Field[T] {
	f := Attr("", field)
	f.extra = true
	return f
}

// A region is where a direct field lies in memory, from the beginning of the T it is part of.
type region struct{ from, to uintptr }

func (r region) overlaps(s region) bool { return r.from < s.to && s.from < r.to }

// region finds out where in T the field is, by trying it.
func (f *Field[T]) region() (at region, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the function for the field panics for a new %v: map what is behind a pointer with AttrFunc", reflect.TypeFor[T]())
		}
	}()
	x := new(T)
	start := reflect.ValueOf(x).Pointer()
	v := f.load(x)
	at.from = v.Addr().Pointer() - start
	at.to = at.from + v.Type().Size()
	if at.to > reflect.TypeFor[T]().Size() || at.from > at.to {
		// A copy of T would share it, and the value before a change be changed too.
		return at, fmt.Errorf("the function must return the address of a field of the %v it is given: map what lies elsewhere with AttrFunc", reflect.TypeFor[T]())
	}
	return at, nil
}
