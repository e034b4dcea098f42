package gormstore

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/filter"
	"gorm.io/gorm"
	gormschema "gorm.io/gorm/schema"
)

// A plan is a table that is being made from a model.
type plan struct {
	table   sqlstore.Table
	model   *gormschema.Schema
	members map[string]*sqlstore.Store
	key     *gormschema.Field
	ownKey  bool            // the model or the database makes keys
	used    map[string]bool // of members
	errs    []error
}

func (p *plan) fail(err error) { p.errs = append(p.errs, err) }

// read takes the table from the model.
func (p *plan) read(model reflect.Type) {
	p.readKey()
	configured := p.table.Attributes
	p.table.Attributes = maps.Clone(configured)
	if p.table.Attributes == nil {
		p.table.Attributes = sqlstore.Attributes{}
	}
	// Paths may be written in several ways.
	replaced := map[string]bool{}
	for text := range configured {
		if path, err := filter.ParsePath(p.table.Type, text); err == nil {
			replaced[path.String()] = true
		}
	}
	deleted := p.softDelete()
	asActive := false
	known := map[string]bool{}
	for _, f := range p.model.Fields {
		text, ok := f.Tag.Lookup("scim")
		if !ok || text == "-" {
			continue
		}
		known[f.StructField.Name] = true
		if err := p.readField(f, text, replaced); err != nil {
			p.fail(fmt.Errorf("the field %s: %w", f.Name, err))
		}
		asActive = asActive || deleted != nil && f == deleted
	}
	for _, f := range reflect.VisibleFields(model) {
		if text, ok := f.Tag.Lookup("scim"); ok && text != "-" && !known[f.Name] {
			p.fail(fmt.Errorf("the field %s has a tag, but gorm leaves it out", f.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.members)) {
		if !p.used[name] {
			p.fail(fmt.Errorf("Config.Members: there is no relation %s with a tag scim:\"members\"", name))
		}
	}
	p.readTimes()
	p.readDelete(deleted, asActive)
}

// readKey takes the key from the model.
func (p *plan) readKey() {
	if len(p.model.PrimaryFields) != 1 {
		p.fail(errors.New("it needs a primary key of one column"))
		return
	}
	p.key = p.model.PrimaryFields[0]
	k := &p.table.Key
	if k.Column != "" && k.Column != p.key.DBName {
		p.fail(fmt.Errorf("Table.Key.Column is %s, but the primary key is %s", k.Column, p.key.DBName))
	}
	k.Column = p.key.DBName
	switch t := p.key.IndirectFieldType; {
	case isInteger(t.Kind()):
		k.Kind = sqlstore.KeyInteger
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8, p.key.DataType == "uuid":
		k.Kind = sqlstore.KeyUUID
	case t.Kind() != reflect.String:
		p.fail(fmt.Errorf("the primary key %s has the type %v: it must be an integer, text or a UUID", p.key.Name, p.key.FieldType))
	}
	p.ownKey = k.Kind != sqlstore.KeyInteger && p.table.NewID == nil && (p.model.BeforeCreate || p.key.HasDefaultValue)
}

// readTimes takes the columns with times that gorm keeps.
func (p *plan) readTimes() {
	for _, f := range p.model.Fields {
		if f.DBName == "" || f.DataType != gormschema.Time || !f.Creatable || !f.Updatable {
			continue
		}
		if f.AutoCreateTime > 0 && p.table.Created == "" {
			p.table.Created = f.DBName
		} else if f.AutoUpdateTime > 0 && p.table.Updated == "" {
			p.table.Updated = f.DBName
		}
	}
}

// softDelete returns the field by which the model is soft-deleted, or nil.
func (p *plan) softDelete() *gormschema.Field {
	for _, f := range p.model.Fields {
		if f.DBName == "" {
			continue
		}
		if f.FieldType == reflect.TypeFor[gorm.DeletedAt]() {
			return f
		}
		if _, ok := reflect.New(f.IndirectFieldType).Interface().(gormschema.DeleteClausesInterface); ok {
			p.fail(fmt.Errorf("the field %s: soft deletion by %v is not known here, only that by gorm.DeletedAt", f.Name, f.FieldType))
		}
	}
	return nil
}

// readDelete takes the policy for deleting from the model.
func (p *plan) readDelete(deleted *gormschema.Field, asActive bool) {
	d := &p.table.Delete
	given := *d != sqlstore.DeletePolicy{}
	switch {
	case deleted == nil:
	case asActive:
		if !given && p.table.Companion != "" {
			*d = sqlstore.DisableAccount()
		}
	case !given:
		*d = sqlstore.MarkDeleted(deleted.DBName)
	case *d != sqlstore.MarkDeleted(deleted.DBName) && *d != sqlstore.MarkDeleted(deleted.DBName).Reviving():
		p.fail(fmt.Errorf("Table.Delete: rows that are soft-deleted would show: use MarkDeleted(%q), or tag the field %s with scim:\"active\"", deleted.DBName, deleted.Name))
	}
}

func isInteger(k reflect.Kind) bool { return reflect.Int <= k && k <= reflect.Uint64 }
