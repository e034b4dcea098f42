package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"

	"github.com/embedscim/scim/adapters/sqlstore"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	gormschema "gorm.io/gorm/schema"
)

// A writer writes the rows of a model, with its hooks.
type writer[M any] struct {
	db     *gorm.DB
	pool   *sql.DB
	model  *gormschema.Schema
	key    *gormschema.Field
	ownKey bool // keys are made by the model or the database
	update func(tx *gorm.DB, old, next *M) error
	name   string // of the resource type
}

// Columns returns those of the fields that gorm writes.
func (w *writer[M]) Columns() []string {
	var out []string
	for _, f := range w.model.Fields {
		if f.DBName != "" && f.Creatable && (f.Updatable || f.PrimaryKey) {
			out = append(out, f.DBName)
		}
	}
	return out
}

// InsertRow creates a row. A zero value that a client sent is stored although the column has a default, for which gorm takes it
// as a wish.
func (w *writer[M]) InsertRow(ctx context.Context, values map[string]any) (any, error) {
	tx, c := w.begin(ctx)
	m := new(M)
	if w.ownKey {
		delete(values, w.key.DBName)
	}
	if err := w.set(tx, m, values); err != nil {
		return nil, err
	}
	row := reflect.ValueOf(m).Elem()
	zeros := map[string]any{}
	for name := range values {
		f := w.model.FieldsByDBName[name]
		if v, zero := f.ValueOf(ctx, row); zero && f.HasDefaultValue && f != w.key {
			zeros[name] = v
		}
	}
	if err := tx.Create(m).Error; err != nil {
		return nil, w.fault(c, err, w.model.BeforeCreate || w.model.AfterCreate || w.model.BeforeSave || w.model.AfterSave)
	}
	for name := range zeros {
		f := w.model.FieldsByDBName[name]
		if v, zero := f.ValueOf(ctx, row); !zero && f.DefaultValueInterface != nil && v != f.DefaultValueInterface {
			// A hook has set it.
			delete(zeros, name)
		}
	}
	key, zero := w.key.ValueOf(ctx, row)
	if zero {
		return nil, fmt.Errorf("gormstore: a new %s has no key: neither its BeforeCreate nor the database has made one: set Table.NewID", w.model.Name)
	}
	if len(zeros) > 0 {
		if err := tx.Model(m).UpdateColumns(zeros).Error; err != nil {
			return nil, w.fault(c, err, false)
		}
	}
	return plainKey(key)
}

// UpdateRow changes a row.
func (w *writer[M]) UpdateRow(ctx context.Context, key any, values map[string]any) error {
	tx, c := w.begin(ctx)
	next, err := w.load(tx, key)
	if err != nil {
		return err
	}
	old := new(M)
	*old = *next
	if err := w.set(tx, next, values); err != nil {
		return err
	}
	tx = tx.Unscoped().Session(&gorm.Session{})
	if w.update != nil {
		return w.fault(c, w.update(tx, old, next), true)
	}
	err = tx.Select("*").Updates(next).Error
	return w.fault(c, err, w.model.BeforeUpdate || w.model.AfterUpdate || w.model.BeforeSave || w.model.AfterSave)
}

// DeleteRow deletes a row, or marks it as deleted.
func (w *writer[M]) DeleteRow(ctx context.Context, key any, mark map[string]any) error {
	tx, c := w.begin(ctx)
	m, err := w.load(tx, key)
	if err != nil {
		return err
	}
	for name := range mark {
		f := w.model.FieldsByDBName[name]
		if f.FieldType != reflect.TypeFor[gorm.DeletedAt]() {
			return w.UpdateRow(ctx, key, mark)
		}
		now, err := timeOf(mark[name])
		if err != nil {
			return err
		}
		tx.Config.NowFunc = func() time.Time { return now }
	}
	if mark == nil {
		tx = tx.Unscoped()
	}
	return w.fault(c, tx.Delete(m).Error, w.model.BeforeDelete || w.model.AfterDelete)
}

// begin returns the database in the transaction of ctx.
func (w *writer[M]) begin(ctx context.Context) (*gorm.DB, *conn) {
	c := &conn{Tx: sqlstore.TxOn(ctx, w.pool), pool: w.pool}
	tx := w.db.WithContext(ctx)
	tx.Statement.ConnPool = c
	return tx, c
}

// load returns the row with the given key, whether it is soft-deleted or not.
func (w *writer[M]) load(tx *gorm.DB, key any) (*M, error) {
	tx = tx.Unscoped()
	switch tx.Name() {
	// sqlstore has locked the row. A snapshot from before that would bring back what others have changed.
	case "mysql":
		tx = tx.Clauses(clause.Locking{Strength: "UPDATE"})
	case "postgres":
		tx = tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
	}
	m := new(M)
	err := tx.Where(clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: w.key.DBName}, Value: key}).Take(m).Error
	if err != nil {
		return nil, fmt.Errorf("gormstore: reading the %s that is to be changed: %w", w.model.Name, err)
	}
	return m, nil
}

// set puts values into the fields of m. The time of the change is what gorm takes for the present.
func (w *writer[M]) set(tx *gorm.DB, m *M, values map[string]any) error {
	row := reflect.ValueOf(m).Elem()
	for name, v := range values {
		f := w.model.FieldsByDBName[name]
		if f == nil {
			return fmt.Errorf("gormstore: the model %s has no column %s", w.model.Name, name)
		}
		if f.DataType == gormschema.Time && v != nil {
			t, err := timeOf(v)
			if err != nil {
				return err
			}
			if f.AutoUpdateTime > 0 {
				tx.Config.NowFunc = func() time.Time { return t }
			}
			v = t
		}
		if err := f.Set(tx.Statement.Context, row, v); err != nil {
			return fmt.Errorf("gormstore: %s.%s: %w", w.model.Name, f.Name, err)
		}
	}
	return nil
}

// timeOf returns a time that sqlstore gives to a column.
func timeOf(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		return time.ParseInLocation("2006-01-02 15:04:05.999999999", v, time.UTC)
	}
	return time.Time{}, fmt.Errorf("gormstore: %T is no time", v)
}

// plainKey returns a key as a driver does.
func plainKey(v any) (any, error) {
	if valuer, ok := v.(driver.Valuer); ok {
		return valuer.Value()
	}
	switch r := reflect.Indirect(reflect.ValueOf(v)); {
	case r.CanInt():
		return r.Int(), nil
	case r.CanUint():
		return int64(r.Uint()), nil
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.Kind() == reflect.Array:
		var b [16]byte
		reflect.Copy(reflect.ValueOf(&b).Elem(), r)
		return b[:], nil
	}
	return v, nil
}
