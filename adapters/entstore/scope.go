package entstore

import (
	"context"
	"errors"
	"reflect"

	"github.com/embedscim/scim"
)

// A Scope says which entities belong to the tenant of a request. There is no zero Scope: what has one tenant only, or is told
// apart by the schema's own privacy rules or interceptors, says so with [NoScope].
type Scope struct {
	none   bool
	column string
	value  func(context.Context) (any, error)
}

// ScopeField is the scope of entities with a field that says to which tenant they belong. value tells the tenant from the
// context of a request, in the field's Go type: see [Tenant]. It fails closed: without a value nothing is read or written.
func ScopeField[V any](field string, value func(context.Context) (V, error)) Scope {
	s := Scope{column: field}
	if value != nil {
		s.value = func(ctx context.Context) (any, error) { return value(ctx) }
	}
	return s
}

// NoScope is the scope of entities that all requests see. Rules of the schema apply as ever.
func NoScope() Scope { return Scope{none: true} }

// Tenant returns the tenant of the principal that ctx carries, for [ScopeField]: the text in [scim.Principal.Tenant].
func Tenant(ctx context.Context) (string, error) {
	p, ok := scim.PrincipalFrom(ctx)
	if !ok || p.Tenant == "" {
		return "", errors.New("entstore: the context has no tenant: see scim.WithPrincipal")
	}
	return p.Tenant, nil
}

func (s *Scope) check() error {
	switch {
	case s.none:
		return nil
	case s.column == "":
		return errors.New("Config.Scope is missing: use ScopeField, or NoScope if there is one tenant only")
	case s.value == nil:
		return errors.New("Config.Scope: the function that tells the tenant is missing")
	}
	return checkColumn(s.column)
}

// tenant returns the value that the scope's column has for ctx.
func (s *Scope) tenant(ctx context.Context) (any, error) {
	v, err := s.value(ctx)
	if err != nil {
		return nil, err
	}
	if x := reflect.ValueOf(v); !x.IsValid() || x.IsZero() {
		return nil, errors.New("entstore: the scope of the request is empty")
	}
	return v, nil
}

// where returns the condition that an entity belongs to the tenant of ctx.
func (s *Scope) where(ctx context.Context) (frag, error) {
	if s.none {
		return always, nil
	}
	v, err := s.tenant(ctx)
	if err != nil {
		return never, err
	}
	return sqlf("{"+s.column+"} = ?", v), nil
}
