package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/embedscim/scim"
)

// A Scope says which rows of a table belong to the tenant of a request. There is no zero Scope: a table for one tenant says
// so with [NoScope]. The functions that tell the tenant fail closed: without a value nothing is read or written.
type Scope struct {
	kind   scopeKind
	column string
	table  string // of memberships
	owner  string // column of table that holds the key
	value  func(context.Context) (any, error)
}

type scopeKind uint8

const (
	scopeMissing scopeKind = iota
	scopeNone
	scopeColumn
	scopeTable
)

// ScopeColumn is the scope of a table with a column that says to which tenant a row belongs. value tells the tenant from the
// context of a request: see [Tenant].
func ScopeColumn(column string, value func(context.Context) (any, error)) Scope {
	return Scope{kind: scopeColumn, column: column, value: value}
}

// ScopeMembership is the scope of a table whose rows belong to the tenants that another table says, as users do who are in
// several organisations: table has a row with the key of the user in owner and the tenant in column. Creating a resource
// adds such a row; deleting one removes that row only. What the table itself has is shared: a change of one tenant shows to
// the others. See [Table.Link].
func ScopeMembership(table, owner, column string, value func(context.Context) (any, error)) Scope {
	return Scope{kind: scopeTable, table: table, owner: owner, column: column, value: value}
}

// NoScope is the scope of a table that belongs to one tenant as a whole.
func NoScope() Scope { return Scope{kind: scopeNone} }

// Tenant returns the tenant of the principal that ctx carries, for [ScopeColumn]: the text in [scim.Principal.Tenant].
func Tenant(ctx context.Context) (any, error) {
	p, ok := scim.PrincipalFrom(ctx)
	if !ok || p.Tenant == "" {
		return nil, errors.New("sqlstore: the context has no tenant: see scim.WithPrincipal")
	}
	return p.Tenant, nil
}

func (c *Scope) check() error {
	switch c.kind {
	case scopeMissing:
		return errors.New("Scope is missing: use ScopeColumn, ScopeMembership, or NoScope if the table has one tenant only")
	case scopeNone:
		return nil
	}
	var errs []error
	if c.value == nil {
		errs = append(errs, errors.New("Scope: the function that tells the tenant is missing"))
	}
	names := []string{c.column}
	if c.kind == scopeTable {
		names = append(names, c.table, c.owner)
	}
	for _, name := range names {
		if err := checkName(name); err != nil {
			errs = append(errs, fmt.Errorf("Scope: %w", err))
		}
	}
	return errors.Join(errs...)
}

// A tenant is the scope of one request.
type tenant struct {
	value any    // of the column
	text  string // in companion tables
}

// tenant returns the scope that ctx tells.
func (s *Store) tenant(ctx context.Context) (tenant, error) {
	if s.cfg.Scope.kind == scopeNone {
		return tenant{}, nil
	}
	v, err := s.cfg.Scope.value(ctx)
	if err != nil {
		return tenant{}, err
	}
	if valuer, ok := v.(driver.Valuer); ok {
		if v, err = valuer.Value(); err != nil {
			return tenant{}, err
		}
	}
	text, ok := textOf(v)
	if !ok {
		text = fmt.Sprint(v)
	}
	if v == nil || text == "" {
		return tenant{}, errors.New("sqlstore: the scope of the request is empty")
	}
	if len(text) > maxKey {
		return tenant{}, errors.New("sqlstore: the scope of the request is too long")
	}
	return tenant{value: v, text: text}, nil
}
