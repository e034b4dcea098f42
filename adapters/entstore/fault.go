package entstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/privacy"
	"github.com/embedscim/scim"
)

// retryable reports whether the database has given a transaction up because of others. Drivers are not imported: what they
// report is told by the SQLSTATE that some errors have, and by the text of others.
func retryable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch state(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return mentions(err, "SQLITE_BUSY", "SQLITE_LOCKED", "database is locked", "database table is locked", "Error 1205", "Error 1213", "Error 1020")
}

// state returns the SQLSTATE of err, or "".
func state(err error) string {
	var e interface{ SQLState() string }
	if errors.As(err, &e) {
		return e.SQLState()
	}
	return ""
}

func mentions(err error, parts ...string) bool {
	text := err.Error()
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// tooMuch reports whether a value is too long for its column, or not of its type.
func tooMuch(err error) bool {
	switch state(err) {
	case "22001", "22003", "22P02", "22P05", "22007", "22008", "22021", "23514":
		return true
	}
	return mentions(err, "CHECK constraint failed", "datatype mismatch", "Error 1406", "Error 1264", "Error 1366", "Error 1292", "Error 4025", "Error 3819")
}

// describe returns an error as the client is told it. What is not known here stays as it is, for the log: an error of a hook
// that is no [scim.Error] among it.
func (s *Store[T]) describe(ctx context.Context, err error) error {
	var e *scim.Error
	switch {
	case err == nil, errors.As(err, &e), errors.Is(err, errors.ErrUnsupported):
		return err
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		// Some drivers say no more than that they were interrupted.
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case errors.Is(err, privacy.Deny):
		return caused(err, scim.Errorf(scim.ErrForbidden, "The rules of the service do not allow this for the resources of type %s.", s.typ.Name()))
	}
	if x := generated(err, "ValidationError"); x.IsValid() {
		if name := s.nameOf(x.FieldByName("Name").String()); name != "" {
			return caused(err, scim.Errorf(scim.ErrInvalidValue, "%s has a value that the service does not take, or none: see its documentation.", name))
		}
		return err
	}
	switch {
	case sqlgraph.IsUniqueConstraintError(err):
		if name := s.blamed(err); name != "" {
			return caused(err, scim.Errorf(scim.ErrUniqueness, "%s is taken: another %s has the same value, and it must be unique.", name, s.typ.Name()))
		}
		return caused(err, scim.Errorf(scim.ErrUniqueness, "A value is taken: another %s has the same, and it must be unique.", s.typ.Name()))
	case tooMuch(err):
		if name := s.blamed(err); name != "" {
			return caused(err, scim.Errorf(scim.ErrInvalidValue, "%s has a value that the service can't keep: it may be too long.", name))
		}
		return caused(err, scim.Errorf(scim.ErrInvalidValue, "An attribute has a value that the service can't keep: it may be too long."))
	}
	return err
}

// gone returns what the error of a write to one entity, which exists, says: a rule or hook has restricted it to others.
func gone(err error) error {
	if err != nil && generated(err, "NotFoundError").IsValid() {
		return caused(err, scim.ErrNotFound)
	}
	return err
}

// caused returns an answer with its cause, which is for the log.
func caused(cause, answer error) error {
	var e *scim.Error
	if !errors.As(answer, &e) {
		return answer
	}
	c := *e
	c.Err = cause
	return &c
}

// generated returns the error in the chain of err that is a pointer to a struct with the given name, which each generated
// package has its own type for.
func generated(err error, name string) reflect.Value {
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.ValueOf(err)
		if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct && v.Elem().Type().Name() == name {
			return v.Elem()
		}
	}
	return reflect.Value{}
}

// nameOf returns the attribute that a field has, or "".
func (s *Store[T]) nameOf(field string) string {
	for _, f := range s.columns {
		if field != "" && (f.column == field || f.folded == field) {
			return f.name
		}
	}
	for _, a := range s.cfg.Attributes {
		for _, c := range a.columns {
			if c.name == field {
				return a.path
			}
		}
	}
	return ""
}

// blamed returns the name of the attribute whose column, or index with the column in its name, the error names.
func (s *Store[T]) blamed(err error) string {
	text := err.Error()
	// Only where the error names what it is about: the rest may have values of the client.
	for _, sign := range []string{"constraint failed: ", "for key ", "unique constraint ", "for column ", "column "} {
		if i := strings.LastIndex(text, sign); i >= 0 {
			text = text[i+len(sign):]
			break
		}
	}
	best, name := 0, ""
	for _, f := range s.columns {
		for _, column := range []string{f.column, f.folded} {
			if len(column) > best && strings.Contains(text, column) {
				best, name = len(column), f.name
			}
		}
	}
	return name
}
