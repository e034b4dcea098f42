package gormstore

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
	gormschema "gorm.io/gorm/schema"
)

// readField adds what the tag of a field says.
func (p *plan) readField(f *gormschema.Field, text string, replaced map[string]bool) error {
	if rel := p.model.Relationships.Relations[f.Name]; rel != nil {
		path, err := filter.ParsePath(p.table.Type, text)
		if err != nil {
			return err
		}
		return p.readRelation(rel, path)
	}
	if f.DBName == "" {
		return errors.New("has no column")
	}
	switch text {
	case "id":
		if !f.PrimaryKey {
			return errors.New("is mapped to id, which is the primary key")
		}
		return nil
	case "meta.version":
		if f.FieldType.Kind() == reflect.Pointer || !isInteger(f.FieldType.Kind()) {
			return fmt.Errorf("counts changes, for which it must be an integer and not %v", f.FieldType)
		}
		return setName(&p.table.Version, f.DBName)
	case "meta.created", "meta.lastModified":
		if f.DataType != gormschema.Time {
			return fmt.Errorf("must be a time and not %v", f.FieldType)
		}
		if text == "meta.created" {
			return setName(&p.table.Created, f.DBName)
		}
		return setName(&p.table.Updated, f.DBName)
	}
	path, err := filter.ParsePath(p.table.Type, text)
	if err != nil {
		return err
	}
	name := path.String()
	if replaced[name] {
		return nil
	}
	if _, ok := p.table.Attributes[name]; ok {
		return fmt.Errorf("is mapped to %s, as another field is", name)
	}
	m, err := columnOf(f, path)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.table.Attributes[name] = m
	return nil
}

// setName sets a name of a column that the configuration leaves open.
func setName(to *string, column string) error {
	if *to != "" && *to != column {
		return fmt.Errorf("is column %s, but there is %s already", column, *to)
	}
	*to = column
	return nil
}

// columnOf returns the mapping of an attribute to the column of a field.
func columnOf(f *gormschema.Field, path *filter.Path) (sqlstore.Mapping, error) {
	a := path.Target()
	t, nullable := valueType(f.FieldType)
	if a.Type == schema.TypeBoolean && nullable && t == reflect.TypeFor[time.Time]() {
		return sqlstore.IsNull(f.DBName), nil
	}
	if err := holds(f, t, a); err != nil {
		return nil, err
	}
	c := sqlstore.Column{Name: f.DBName}
	switch {
	case !f.Creatable && !f.Updatable:
		c.ReadOnly = true
		return c, nil
	case !f.Creatable || !f.Updatable:
		return nil, errors.New("the tag <- allows creating or updating only: allow both, or none for a field that clients can't write")
	case nullable:
		return c, nil
	}
	switch t.Kind() {
	case reflect.String:
		if !a.Required {
			// What must have a value needs nothing that stands for none, and sorts in the database.
			c.Empty = ""
		}
	case reflect.Bool:
		if path.Filter != nil {
			return nil, errors.New("use a *bool: the element would always be there")
		}
		c.Default = a.Name == "active"
		if b, ok := f.DefaultValueInterface.(bool); ok {
			c.Default = b
		}
	case reflect.Struct:
		return nil, errors.New("use a *time.Time, which can be null")
	default:
		if path.Filter != nil {
			return nil, errors.New("use a pointer: the element would always be there")
		}
		c.Default = int64(0)
		if f.DefaultValueInterface != nil {
			c.Default = f.DefaultValueInterface
		}
	}
	return c, nil
}

// valueType returns the type of the values of a field, without the pointer or sql.Null around it.
func valueType(t reflect.Type) (value reflect.Type, nullable bool) {
	if t.Kind() == reflect.Pointer {
		value, _ = valueType(t.Elem())
		return value, true
	}
	// sql.Null and its like are told by their form, as gorm.DeletedAt is one too.
	if t.Kind() == reflect.Struct && t.NumField() == 2 && t.Field(1).Name == "Valid" && t.Field(1).Type.Kind() == reflect.Bool {
		return t.Field(0).Type, true
	}
	return t, false
}

// holds reports a field that can't have values of an attribute as they are.
func holds(f *gormschema.Field, t reflect.Type, a *schema.Attribute) error {
	convert := errors.New("it needs a sqlstore.Convert: map it in Table.Attributes, not by a tag")
	if f.Serializer != nil {
		return fmt.Errorf("the field has a serializer: %w", convert)
	}
	if _, ok := reflect.New(t).Interface().(driver.Valuer); ok && t != reflect.TypeFor[time.Time]() {
		return fmt.Errorf("the type %v has a form of its own in the database: %w", t, convert)
	}
	k := t.Kind()
	var ok bool
	switch a.Type {
	case schema.TypeString, schema.TypeReference, schema.TypeBinary:
		ok = k == reflect.String
	case schema.TypeBoolean:
		ok = k == reflect.Bool
	case schema.TypeInteger:
		ok = isInteger(k)
	case schema.TypeDecimal:
		ok = k == reflect.Float32 || k == reflect.Float64
	case schema.TypeDateTime:
		ok = t == reflect.TypeFor[time.Time]()
	}
	if !ok {
		return fmt.Errorf("the type %v does not hold values of the type %s: %w", f.FieldType, a.Type, convert)
	}
	return nil
}
