package gormstore

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"gorm.io/gorm"
)

// A Config says about the model M what its tags don't.
type Config[M any] struct {
	// Table has what the model does not say: Scope, which is required, Type, Key.Prefix, Companion and so on. Name, Key.Column
	// and Key.Kind are those of the model. Created, Updated and Delete default to what gorm does by the model. Attributes are
	// added to those of tags, and replace them. For KeyText and KeyUUID, NewID defaults to the model's BeforeCreate or the tag
	// default of the key, if there is one.
	Table sqlstore.Table
	// Members are the stores of members, by the names of the fields of M, tagged scim:"members", that relate to them: a
	// many2many, or a has-many of a model with a row per member. The store itself, for groups in groups, is nil.
	Members map[string]*sqlstore.Store
	// Update stores next, the row with the values of the request, in place of old, as it was, for models that count on a way of
	// their own, such as tx.Model(old).Updates(changes), for which Statement.Changed works. tx is in the transaction of the write,
	// and sees rows that are soft-deleted. Defaults to tx.Select("*").Updates(next).
	Update func(tx *gorm.DB, old, next *M) error
}

// New returns a store for the rows of the model M. It reports every mistake in tags and configuration. It does not connect:
// see [sqlstore.Store.Verify].
func New[M any](db *gorm.DB, c Config[M]) (*sqlstore.Store, error) {
	if db == nil {
		return nil, errors.New("gormstore: the database is missing")
	}
	model := reflect.TypeFor[M]()
	fail := func(err error) (*sqlstore.Store, error) {
		return nil, fmt.Errorf("gormstore: the model %v: %w", model, err)
	}
	dialects := map[string]sqlstore.Dialect{"postgres": sqlstore.Postgres, "sqlite": sqlstore.SQLite, "mysql": sqlstore.MySQL}
	dialect, ok := dialects[db.Name()]
	if !ok {
		return fail(fmt.Errorf("there is no store for databases of the kind %s", db.Name()))
	}
	pool, err := db.DB()
	if err != nil {
		return fail(err)
	}
	stmt := &gorm.Statement{DB: db}
	if model.Kind() != reflect.Struct {
		return fail(errors.New("it is no struct"))
	}
	if err := stmt.Parse(new(M)); err != nil {
		return fail(err)
	}
	p := &plan{table: c.Table, model: stmt.Schema, members: c.Members, used: map[string]bool{}}
	if p.table.Type == nil {
		p.table.Type = schema.UserType()
	}
	p.table.Name = stmt.Table
	p.read(model)
	w := &writer[M]{db: db, pool: pool, model: stmt.Schema, key: p.key, ownKey: p.ownKey, update: c.Update, name: p.table.Type.Name()}
	if p.table.Writer != nil {
		p.fail(errors.New("Table.Writer: gorm is what writes"))
	}
	p.table.Writer = w
	if err := errors.Join(p.errs...); err != nil {
		return fail(err)
	}
	s, err := sqlstore.New(pool, dialect, p.table)
	if err != nil {
		return fail(err)
	}
	return s, nil
}
