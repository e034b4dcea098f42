package entstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"entgo.io/ent"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A Config says how entities of type T, such as ent.User, are resources.
type Config[T any] struct {
	// Type is the resource type. Defaults to [schema.UserType].
	Type *schema.ResourceType
	// Prefix is what ids of resources start with, before the id of the entity: letters, digits, "-", "_", "." and "~". Ids are
	// unique among all types of a service provider (RFC 7643 §3.1), so entities with integer ids need one, such as "u_".
	Prefix string
	// ID is the name of the id's field, such as user.FieldID. Defaults to "id".
	ID string
	// Scope says which entities belong to the tenant of a request. It is required: see [NoScope].
	Scope Scope
	// Attributes are the attributes that have fields. What has none goes to [Extra], or is refused if there is no Extra.
	Attributes []Attribute[T]
	// Members are the edges to the resources that the attribute members has, one for each type: see [Members].
	Members []Edge[T]
	// SkipUnknownMembers leaves members out that do not exist for the tenant. By default they are refused.
	SkipUnknownMembers bool
	// MaxScan is how many entities a query looks at that the database can't answer alone; beyond it is 400 tooMany. Defaults
	// to 100,000.
	MaxScan int
}

// A Store serves entities as resources of one type. It is safe for concurrent use.
type Store[T any] struct {
	*core
	cfg     Config[T]
	typ     *schema.ResourceType
	mapping *scim.Mapping[T]
	data    entities[T]
	key     key

	columns    []column
	selections []*selection
	written    []Column[T]       // columns that a write may change, each once
	version    Column[T]         // of meta.version, or none
	extra      *Attribute[T]     // or nil
	defined    map[string]string // attributes without a value that keep their plain column as it is, by the column
	activate   bool              // a user without active is active
	members    *schema.Attribute // nil if there are no edges
	groups     *schema.Attribute // derived from memberships, or nil

	mu     sync.Mutex
	owners []owner // edges that have resources of this store as members; never changed in place
}

// New returns a store for the entities of one type, whose client of returns:
//
//	users, err := entstore.New(db, func(c *ent.Client) *ent.UserClient { return c.User }, entstore.Config[ent.User]{...})
//
// All type parameters follow from that. It reports every mistake in the configuration.
func New[C any, E Client[Q, CR, O, U, D, K], Q Query[Q, T, P], CR, O Save[M, T], U SaveAll[U, P, M], D Exec, K comparable, T any, M ent.Mutation, P Predicate](
	db *DB[C], of func(C) E, cfg Config[T],
) (*Store[T], error) {
	if db == nil || of == nil {
		return nil, errors.New("entstore: New needs a DB and the function that returns the client of the entity")
	}
	s := &Store[T]{core: db.core, cfg: cfg, typ: cfg.Type, data: entitiesOf(db, of), defined: map[string]string{}}
	if s.typ == nil {
		s.typ = schema.UserType()
	}
	if s.cfg.MaxScan == 0 {
		s.cfg.MaxScan = 100_000
	}
	if err := s.plan(); err != nil {
		return nil, fmt.Errorf("entstore: %v as %s: %w", reflect.TypeFor[T](), s.typ.Name(), err)
	}
	for i := range s.cfg.Members {
		e := &s.cfg.Members[i]
		if e.of == nil {
			e.of = s
		}
		e.of.addOwner(owner{s, i})
	}
	return s, nil
}

// plan resolves the configuration against the type. It reports every mistake.
func (s *Store[T]) plan() error {
	var errs []error
	fail := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	fail(s.cfg.Scope.check())
	var err error
	if s.cfg.ID == "" {
		s.cfg.ID = "id"
	}
	if err := checkColumn(s.cfg.ID); err != nil {
		fail(fmt.Errorf("Config.ID: %w", err))
	}
	s.key, err = newKey(reflect.TypeFor[T](), s.data.key, s.cfg.ID, s.cfg.Prefix)
	fail(err)
	taken := map[string]string{s.cfg.ID: "ID"}
	if s.cfg.Scope.column != "" {
		taken[s.cfg.Scope.column] = "Scope"
	}
	fields := []scim.Field[T]{scim.AttrFunc("id", func(x *T) string { return s.key.format(s.idOf(x)) }, nil)}
	s.cfg.Attributes = append([]Attribute[T](nil), s.cfg.Attributes...)
	for i := range s.cfg.Attributes {
		a := &s.cfg.Attributes[i]
		name := a.path
		if a.extra {
			name = "Extra"
		}
		if err := s.planAttribute(a, name, taken); err != nil {
			fail(fmt.Errorf("Config.Attributes: %s: %w", name, err))
			continue
		}
		fields = append(fields, a.field)
	}
	fail(s.planMembers())
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if s.mapping, err = scim.Map(s.typ, fields...); err != nil {
		return err
	}
	return s.planUnique()
}

func (s *Store[T]) planAttribute(a *Attribute[T], name string, taken map[string]string) error {
	if a.err != nil {
		return a.err
	}
	for _, c := range a.columns {
		if err := checkColumn(c.name); err != nil {
			return err
		}
		if c.load == nil {
			return errors.New("the function for the field is missing")
		}
	}
	take := func(column string) error {
		if other := taken[column]; other != "" {
			return fmt.Errorf("the field %s is written to by %s already: map one of them", column, other)
		}
		taken[column] = name
		return nil
	}
	if a.extra {
		s.extra = a
		s.written = append(s.written, a.columns...)
		return take(a.column)
	}
	p, err := filter.ParsePath(s.typ, a.path)
	if err != nil {
		return err
	}
	target := p.Target()
	if top := p.Attr.Attribute; top != nil && top.IsCommon() && top.Name == "id" {
		return errors.New("is the id of the entity: it is not for Attributes")
	}
	f := column{name: p.String(), path: p.Attr, target: target, column: a.column, folded: a.folded, folds: a.folds, null: a.null}
	if a.typ != nil {
		f.kind = kindFor(a.typ, target)
		f.plain = a.typ.Kind() != reflect.Pointer
		f.empty = f.plain && emptiable(a.typ.Kind(), a.typ)
	}
	if a.folded != "" {
		if f.kind != kindText || target.Type != schema.TypeString || target.Exact() || p.Filter != nil {
			return errors.New("Folded is for strings that are not case exact")
		}
		if err := errors.Join(checkColumn(a.folded), take(a.folded)); err != nil {
			return err
		}
	}
	ofStore := p.Attr.Attribute != nil && p.Attr.Attribute.IsCommon() && p.Attr.Attribute.Name == "meta"
	if ofStore && target.Name == "version" {
		if a.typ == nil || a.typ.Kind() < reflect.Int || a.typ.Kind() > reflect.Int64 {
			return errors.New("needs a field of a signed integer type, which the store counts up: leave it out for a hash of the attributes")
		}
		s.version = a.columns[0]
		return take(a.column)
	}
	for _, c := range a.columns {
		if err := take(c.name); err != nil {
			return err
		}
	}
	if !ofStore && target.Mutability != schema.ReadOnly {
		s.written = append(s.written, a.columns...)
		for _, c := range a.columns {
			if plainNumber(c.typ) {
				s.defined[c.name] = a.path
			}
		}
	}
	if f.name == "active" && a.typ.Kind() == reflect.Bool {
		s.activate = true
	}
	if p.Filter != nil {
		if f.sel, err = s.selection(p); err != nil {
			return err
		}
		f.path.Sub = p.Sub
		f.sel.fields = append(f.sel.fields, len(s.columns))
	}
	s.columns = append(s.columns, f)
	return nil
}

// plainNumber reports whether the zero value of a type is a value like others, so that a schema's default may be meant.
func plainNumber(t reflect.Type) bool {
	return t != nil && (t.Kind() == reflect.Bool || reflect.Int <= t.Kind() && t.Kind() <= reflect.Float64)
}

// selection returns the selection for the path of one of its fields.
func (s *Store[T]) selection(p *filter.Path) (*selection, error) {
	if p.Sub == nil {
		return nil, errors.New("selects elements as a whole: name a sub-attribute after the brackets")
	}
	for _, sel := range s.selections {
		if sel.path == p.Attr && sel.filter.String() == p.Filter.String() {
			return sel, nil
		}
	}
	sel := &selection{path: p.Attr, attr: p.Attr.Attribute, filter: p.Filter, template: p.Attr.Attribute.Object()}
	if !sel.ask(p.Filter.Expr()) {
		return nil, errors.New("the filter in brackets must be comparisons with eq, joined by and, so that an element can be made from it")
	}
	s.selections = append(s.selections, sel)
	return sel, nil
}

func (s *Store[T]) planMembers() error {
	if a := s.typ.Attribute("groups"); a != nil && a.MultiValued && a.Mutability == schema.ReadOnly && a.SubAttribute("value") != nil {
		s.groups = a
	}
	if len(s.cfg.Members) == 0 {
		return nil
	}
	var errs []error
	a := s.typ.Attribute("members")
	if a == nil || !a.MultiValued || a.SubAttribute("value") == nil {
		return errors.New("Config.Members: the resource type has no attribute members with a sub-attribute value")
	}
	s.members = a
	if s.version.load == nil {
		errs = append(errs, errors.New("Config.Members: map meta.version to an integer field: otherwise a change of members would not change the version"))
	}
	names := map[string]bool{}
	s.cfg.Members = append([]Edge[T](nil), s.cfg.Members...)
	for i := range s.cfg.Members {
		e := &s.cfg.Members[i]
		if err := e.check(s); err != nil {
			errs = append(errs, fmt.Errorf("Config.Members: %w", err))
			continue
		}
		name := s.typ.Name()
		if e.of != nil {
			name = e.of.typeName()
		}
		if names[name] {
			errs = append(errs, fmt.Errorf("Config.Members: there are two edges to members of type %s", name))
		}
		names[name] = true
	}
	return errors.Join(errs...)
}

// planUnique reports unique attributes that no column has.
func (s *Store[T]) planUnique() error {
	var errs []error
	var all []*schema.Attribute
	for _, a := range s.typ.Attributes() {
		if all = append(all, a); a.IsExtension() {
			all = append(all, a.SubAttributes...)
		}
	}
	for _, a := range all {
		if a.IsCommon() || a.Uniqueness == schema.UniqueNone || a.Type != schema.TypeString {
			continue
		}
		f := s.columnAt(a.Path())
		if f == nil || f.kind != kindText || f.column == "" {
			errs = append(errs, fmt.Errorf("Config.Attributes: %s is unique, and needs a string field of its own to be so", a))
		} else if !a.Exact() && f.folded == "" && !f.folds {
			errs = append(errs, fmt.Errorf("Config.Attributes: %s is unique whatever its letter case: give it a Folded field with a unique index, or say CaseFold", a))
		}
	}
	return errors.Join(errs...)
}

// columnAt returns the column for a path, or nil.
func (s *Store[T]) columnAt(p schema.Path) *column {
	for i := range s.columns {
		if f := &s.columns[i]; f.path == p && f.sel == nil {
			return f
		}
	}
	return nil
}

// Type returns the resource type that the store is for. Resources that are stored must be made with it.
func (s *Store[T]) Type() *schema.ResourceType { return s.typ }

// Capabilities returns all there are; [scim.CanPatchDelta] if the store has Members.
func (s *Store[T]) Capabilities() scim.Capability {
	c := scim.CanSearch | scim.CanSearchAfter | scim.CanUpdate | scim.CanTransact
	if s.members != nil {
		c |= scim.CanPatchDelta
	}
	return c
}

// InTx calls fn in a transaction over all stores of the same [DB]; see [DB.InTx].
func (s *Store[T]) InTx(ctx context.Context, fn func(context.Context) error) error {
	return s.write(ctx, fn)
}

func (s *Store[T]) idOf(x *T) any { return s.key.of(reflect.ValueOf(x).Elem()) }
