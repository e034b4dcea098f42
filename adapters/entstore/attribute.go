package entstore

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// An Attribute maps one attribute of a resource to fields of T, a generated entity. [Attr], [AttrFunc], [IsNull] and [Extra]
// make it. Fields are named by the constants of the generated packages, such as user.FieldLogin.
type Attribute[T any] struct {
	path    string
	field   scim.Field[T]
	columns []Column[T]  // that a write may change
	column  string       // that has the value itself, "" if none has
	typ     reflect.Type // of the value
	folded  string
	folds   bool
	null    bool // the value is whether the column is null
	extra   bool
	err     error
}

// A Column is a field that an [AttrFunc] writes to.
type Column[T any] struct {
	name string
	typ  reflect.Type
	load func(*T) reflect.Value
}

// Col returns the Column with the given name, such as user.FieldDisabledAt. field returns the address of the struct field
// that holds it.
func Col[T, V any](name string, field func(*T) *V) Column[T] {
	c := Column[T]{name: name, typ: reflect.TypeFor[V]()}
	if field != nil {
		c.load = func(x *T) reflect.Value { return reflect.ValueOf(field(x)).Elem() }
	}
	return c
}

// Attr maps the attribute at path to one field, as [scim.Attr] does: field returns the address of the struct field that holds
// it. Filters and sorting by the attribute are those of the database, if V is a string, bool or integer type, or a pointer to
// one. The paths meta.created and meta.lastModified are for fields that the schema sets with Default and UpdateDefault, and
// meta.version for an integer with a Default, which the store counts up.
//
//	entstore.Attr("userName", user.FieldLogin, func(u *ent.User) *string { return &u.Login })
func Attr[T, V any](path, column string, field func(*T) *V) Attribute[T] {
	return Attribute[T]{path: path, field: scim.Attr(path, field), columns: []Column[T]{Col(column, field)}, column: column, typ: reflect.TypeFor[V]()}
}

// Folded names a string field for the value without differences of letter case, which the store sets along with the
// attribute. A unique index on it makes the attribute unique whatever the letter case, as userName has to be, and serves
// filters by it. The attribute must be a string that is not case exact. Entities that the application makes itself need the
// field too: see [schema.Fold].
func (a Attribute[T]) Folded(column string) Attribute[T] {
	a.folded = column
	if column == "" {
		a.err = errors.New("Folded needs the name of a field")
	}
	return a
}

// CaseFold says that the database compares the field without regard to letter case by itself: its type is citext, or its
// collation is one of those that ignore case.
func (a Attribute[T]) CaseFold() Attribute[T] {
	a.folds = true
	return a
}

// AttrFunc maps the attribute at path to what get and set make of it, as [scim.AttrFunc] does. columns are all that set may
// change. Filters by it are evaluated in memory, for the entities that the rest of the filter leaves.
func AttrFunc[T, V any](path string, get func(*T) V, set func(*T, V) error, columns ...Column[T]) Attribute[T] {
	return Attribute[T]{path: path, field: scim.AttrFunc(path, get, set), columns: columns, typ: reflect.TypeFor[V]()}
}

// IsNull maps the boolean attribute at path to whether a field with a time is null: active to disabled_at. Where it becomes
// false, the time is set to the present.
func IsNull[T any](path, column string, field func(*T) **time.Time) Attribute[T] {
	a := Attribute[T]{path: path, columns: []Column[T]{Col(column, field)}, column: column, typ: reflect.TypeFor[bool](), null: true}
	if field == nil {
		a.err = errors.New("the function for the field is missing")
		return a
	}
	a.field = scim.AttrFunc(path, func(x *T) bool { return *field(x) == nil }, func(x *T, v bool) error {
		switch p := field(x); {
		case v:
			*p = nil
		case *p == nil:
			now := time.Now()
			*p = &now
		}
		return nil
	})
	return a
}

// Extra keeps all attributes that are not mapped as a JSON object in one field: field.Text, or field.JSON of
// [encoding/json.RawMessage]. See [scim.Extra]. Filters by them look at entities that have the attribute there.
func Extra[T any, V ~[]byte | ~string](column string, field func(*T) *V) Attribute[T] {
	return Attribute[T]{field: scim.Extra(field), columns: []Column[T]{Col(column, field)}, column: column, typ: reflect.TypeFor[V](), extra: true}
}

// A column is an attribute whose path is resolved, and which a column has the value of.
type column struct {
	name   string // the path in canonical notation
	path   schema.Path
	target *schema.Attribute
	sel    *selection // the element that it is part of, or nil
	column string
	folded string
	folds  bool
	null   bool
	kind   columnKind
	// empty says that the zero value of the Go type, which null is read as, stands for an attribute without a value.
	empty bool
	// plain says that null is read as the zero value.
	plain bool
}

type columnKind uint8

const (
	kindOther columnKind = iota // compared in memory
	kindText
	kindBool
	kindInt
	kindTime
)

// kindFor returns how values of the Go type typ of an attribute compare in the database.
func kindFor(typ reflect.Type, a *schema.Attribute) columnKind {
	if typ == nil || a.MultiValued {
		return kindOther
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	_, marshals := reflect.PointerTo(typ).MethodByName("MarshalText")
	switch {
	case typ == reflect.TypeFor[time.Time]() && a.Type == schema.TypeDateTime:
		return kindTime
	case marshals:
		return kindOther
	case typ.Kind() == reflect.String && (a.Type == schema.TypeString || a.Type == schema.TypeReference):
		return kindText
	case typ.Kind() == reflect.Bool && a.Type == schema.TypeBoolean:
		return kindBool
	case isInt(typ.Kind()) && a.Type == schema.TypeInteger:
		return kindInt
	}
	return kindOther
}

// emptiable reports whether the zero value of a type stands for no value.
func emptiable(k reflect.Kind, t reflect.Type) bool {
	return k == reflect.String || k == reflect.Slice || t == reflect.TypeFor[time.Time]()
}

// A selection is an element of a multi-valued attribute of which some sub-attributes are in columns.
type selection struct {
	path     schema.Path
	attr     *schema.Attribute
	filter   *filter.Checked
	template schema.Object // what the filter asks for
	fields   []int         // positions in Store.columns
}

// ask puts into the template what x asks for, and reports whether that is all.
func (sel *selection) ask(x filter.Expr) bool {
	switch x := x.(type) {
	case *filter.Logical:
		return x.Op == filter.And && sel.ask(x.Left) && sel.ask(x.Right)
	case *filter.Comparison:
		if x.Op != filter.Equal || x.Operand.IsUnassigned() || x.Path.Attribute == sel.attr {
			return false
		}
		sel.template = sel.template.With(x.Path.Attribute, x.Operand)
		return true
	}
	return false
}

// checkColumn reports a name that no generated constant has.
func checkColumn(name string) error {
	if name == "" || strings.ContainsAny(name, "{}?\"`\\\x00 ") {
		return fmt.Errorf("%q is no name of a field: use the constants of the generated package, such as user.FieldLogin", name)
	}
	return nil
}

func isNil(v any) bool {
	x := reflect.ValueOf(v)
	return !x.IsValid() || x.Kind() == reflect.Pointer && x.IsNil()
}
