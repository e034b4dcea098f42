package gormstore

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
	gormschema "gorm.io/gorm/schema"
)

// readRelation adds a multi-valued attribute that is in another table.
func (p *plan) readRelation(rel *gormschema.Relationship, path *filter.Path) error {
	a := path.Attr.Attribute
	if path.Filter != nil || path.Attr.Sub != nil || a == nil || !a.MultiValued {
		return fmt.Errorf("is a relation, and %s is no multi-valued attribute", path)
	}
	of, linked := p.members[rel.Name]
	if linked {
		p.used[rel.Name] = true
		l, err := p.link(rel, of)
		if err != nil {
			return err
		}
		links, _ := p.table.Attributes[path.String()].(sqlstore.Members)
		p.table.Attributes[path.String()] = append(links[:len(links):len(links)], l)
		return nil
	}
	if value := a.SubAttribute("value"); value != nil && value.Mutability == schema.Immutable {
		return fmt.Errorf("Config.Members has no store for %s, which relates to other resources", rel.Name)
	}
	if _, ok := p.table.Attributes[path.String()]; ok {
		return fmt.Errorf("is mapped to %s, as something else is", path)
	}
	m, err := p.rows(rel, a)
	if err != nil {
		return err
	}
	p.table.Attributes[path.String()] = m
	return nil
}

// link returns the table that says who is a member.
func (p *plan) link(rel *gormschema.Relationship, of *sqlstore.Store) (sqlstore.Link, error) {
	l := sqlstore.Link{Of: of}
	join := rel.JoinTable
	switch rel.Type {
	case gormschema.Many2Many:
		for _, ref := range rel.References {
			switch {
			case ref.PrimaryKey == nil || !ref.PrimaryKey.PrimaryKey:
				return l, errors.New("the table between must refer to primary keys alone")
			case ref.OwnPrimaryKey && l.Owner == "":
				l.Owner = ref.ForeignKey.DBName
			case !ref.OwnPrimaryKey && l.Element == "":
				l.Element = ref.ForeignKey.DBName
			default:
				return l, errors.New("the table between must have one column for each side")
			}
		}
	case gormschema.HasMany:
		join = rel.FieldSchema
		owner, fixed, err := p.owner(rel)
		if err != nil {
			return l, err
		}
		if len(fixed) > 0 {
			return l, errors.New("is polymorphic, which memberships can't be")
		}
		l.Owner = owner
		if l.Element, err = element(join, owner); err != nil {
			return l, err
		}
	default:
		return l, fmt.Errorf("is a relation of the kind %s: members are a many2many, or a has-many of a model with a row per member", rel.Type)
	}
	l.Table = join.Table
	return l, checkBulk(join)
}

// element returns the column of a model with a row per member that has the member's key.
func element(m *gormschema.Schema, owner string) (string, error) {
	for _, f := range m.Fields {
		if f.Tag.Get("scim") == "value" && f.DBName != "" {
			return f.DBName, nil
		}
	}
	found := ""
	for _, rel := range m.Relationships.BelongsTo {
		for _, ref := range rel.References {
			if ref.ForeignKey.DBName == owner {
				continue
			}
			if found != "" && found != ref.ForeignKey.DBName {
				found = ""
				break
			}
			found = ref.ForeignKey.DBName
		}
	}
	if found == "" {
		return "", fmt.Errorf("tag the field of %s that has the member's key with scim:\"value\"", m.Name)
	}
	return found, nil
}

// owner returns the column of a has-many that refers to the model, and those that have one value in all rows of it.
func (p *plan) owner(rel *gormschema.Relationship) (owner string, fixed map[string]any, err error) {
	for _, ref := range rel.References {
		switch {
		case ref.PrimaryKey == nil:
			fixed = map[string]any{ref.ForeignKey.DBName: ref.PrimaryValue}
		case ref.PrimaryKey.PrimaryKey && owner == "":
			owner = ref.ForeignKey.DBName
		default:
			return "", nil, errors.New("must refer to the primary key alone")
		}
	}
	return owner, fixed, nil
}

// rows returns the table with a row per element of an attribute.
func (p *plan) rows(rel *gormschema.Relationship, a *schema.Attribute) (sqlstore.Rows, error) {
	var out sqlstore.Rows
	if rel.Type != gormschema.HasMany {
		return out, fmt.Errorf("is a relation of the kind %s: elements are a has-many", rel.Type)
	}
	m := rel.FieldSchema
	if err := checkBulk(m); err != nil {
		return out, err
	}
	owner, fixed, err := p.owner(rel)
	if err != nil {
		return out, err
	}
	out = sqlstore.Rows{Table: m.Table, Owner: owner, Fixed: fixed, Columns: map[string]sqlstore.Column{}}
	for _, f := range m.Fields {
		name, ok := f.Tag.Lookup("scim")
		if !ok || name == "-" || f.DBName == "" {
			continue
		}
		sub := a.SubAttribute(name)
		if a.Type != schema.TypeComplex && name == "value" {
			sub = a
		}
		if sub == nil {
			return out, fmt.Errorf("%s.%s: %s has no sub-attribute %s", m.Name, f.Name, a, name)
		}
		if _, ok := out.Columns[name]; ok {
			return out, fmt.Errorf("%s.%s: another field is mapped to %s", m.Name, f.Name, name)
		}
		t, _ := valueType(f.FieldType)
		if err := holds(f, t, sub); err != nil {
			return out, fmt.Errorf("%s.%s: %w", m.Name, f.Name, err)
		}
		out.Columns[name] = sqlstore.Column{Name: f.DBName}
	}
	if key := m.PrioritizedPrimaryField; key != nil && isInteger(key.FieldType.Kind()) && key.DBName != owner {
		out.Order = key.DBName
	}
	return out, nil
}

// checkBulk reports a model whose rows can't be written by statements for many.
func checkBulk(m *gormschema.Schema) error {
	if m.BeforeCreate || m.AfterCreate || m.BeforeSave || m.AfterSave || m.BeforeDelete || m.AfterDelete {
		return fmt.Errorf("%s has hooks, which would not run: map the table in Table.Attributes to say that they need not", m.Name)
	}
	for _, f := range m.Fields {
		if _, ok := reflect.New(f.IndirectFieldType).Interface().(gormschema.DeleteClausesInterface); ok && f.DBName != "" {
			return fmt.Errorf("%s is soft-deleted, and rows that are gone would show", m.Name)
		}
	}
	return nil
}
