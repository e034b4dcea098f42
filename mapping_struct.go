package scim

import (
	"fmt"
	"reflect"

	"github.com/embedscim/scim/schema"
)

// StructMapping returns the mapping that the scim tags of the struct T and more say, for resources of type t:
//
//	type User struct {
//		ID    int64           `scim:"id"`
//		Login string          `scim:"userName"`
//		Email *string         `scim:"emails[type eq \"work\"].value"`
//		Rest  json.RawMessage `scim:",extra"`
//	}
//
// A tag is a path as for [Attr]; ",extra" is for [Extra]. Fields without a tag are the application's own. Embedded structs
// are part of T. Mistakes are reported as by [Map].
func StructMapping[T any](t *schema.ResourceType, more ...Field[T]) (*Mapping[T], error) {
	g := reflect.TypeFor[T]()
	if g.Kind() != reflect.Struct {
		return nil, fmt.Errorf("scim: StructMapping: %v is no struct", g)
	}
	var fields []Field[T]
	for _, f := range reflect.VisibleFields(g) {
		path, ok := f.Tag.Lookup("scim")
		if !ok || path == "-" {
			continue
		}
		out := Field[T]{path: path, typ: f.Type, direct: true}
		if path == ",extra" {
			out.path, out.extra = "", true
		}
		if !f.IsExported() {
			out.err = fmt.Errorf("the field %s has a tag but is not exported", f.Name)
		}
		index := f.Index
		out.load = func(x *T) reflect.Value { return reflect.ValueOf(x).Elem().FieldByIndex(index) }
		out.storeDirectly()
		fields = append(fields, out)
	}
	return Map(t, append(fields, more...)...)
}
