package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/embedscim/scim"
)

// Drivers are not imported: what they report is told by the SQLSTATE that some errors have, the code of others, and their
// text.

// fault is the kind of an error of the database.
type fault uint8

const (
	faultOther  fault = iota
	faultRetry        // given up because of others
	faultUnique       // a unique index has the value already
	faultNull         // a column that is not nullable got no value
	faultValue        // a value is too long or not of the column's type
	faultRef          // a foreign key refers to nothing
)

// kindOf returns what the error of a driver means.
func kindOf(err error) fault {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return faultOther
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return ofSQLState(state.SQLState())
	}
	text := err.Error()
	if number, ok := strings.CutPrefix(text[max(0, strings.Index(text, "Error ")):], "Error "); ok {
		if f := ofMySQL(number); f != faultOther {
			return f
		}
	}
	for _, c := range [...]struct {
		part string
		kind fault
	}{
		{"SQLITE_BUSY", faultRetry}, {"SQLITE_LOCKED", faultRetry}, {"database is locked", faultRetry}, {"database table is locked", faultRetry},
		{"UNIQUE constraint failed", faultUnique}, {"PRIMARY KEY constraint failed", faultUnique},
		{"NOT NULL constraint failed", faultNull}, {"FOREIGN KEY constraint failed", faultRef},
		{"CHECK constraint failed", faultValue}, {"datatype mismatch", faultValue},
	} {
		if strings.Contains(text, c.part) {
			return c.kind
		}
	}
	return faultOther
}

func ofSQLState(state string) fault {
	switch state {
	case "40001", "40P01", "55P03":
		return faultRetry
	case "23505":
		return faultUnique
	case "23502":
		return faultNull
	case "23503":
		return faultRef
	case "22001", "22003", "22P02", "22007", "22008", "22021", "23514":
		return faultValue
	}
	return faultOther
}

// ofMySQL returns what the number means that an error of MySQL starts with, as in "1062 (23000): Duplicate entry".
func ofMySQL(text string) fault {
	number, _, _ := strings.Cut(text, " ")
	switch strings.TrimSuffix(number, ":") {
	case "1205", "1213", "1020":
		return faultRetry
	case "1062", "1586":
		return faultUnique
	case "1048", "1364":
		return faultNull
	case "1452":
		return faultRef
	case "1406", "1264", "1366", "1292", "4025", "3819":
		return faultValue
	}
	return faultOther
}

func retryable(err error) bool { return errors.Is(err, errMoved) || kindOf(err) == faultRetry }

// errMoved says that a row changed after it was read.
var errMoved = errors.New("sqlstore: another write came first")

// describe returns an error of a write as the client is told it.
func (s *Store) describe(err error) error {
	var known *scim.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	switch kindOf(err) {
	case faultUnique:
		if name := s.blamed(err); name != "" {
			return caused(err, s.taken(name))
		}
		return caused(err, scim.Errorf(scim.ErrUniqueness, "A value is taken: another %s has the same, and it must be unique.", s.typ.Name()))
	case faultNull:
		if name := s.blamed(err); name != "" {
			return caused(err, scim.Errorf(scim.ErrInvalidValue, "%s needs a value: send one with every %s.", name, strings.ToLower(s.typ.Name())))
		}
	case faultValue:
		if name := s.blamed(err); name != "" {
			return caused(err, scim.Errorf(scim.ErrInvalidValue, "%s has a value that the service can't keep: it may be too long.", name))
		}
		return caused(err, scim.Errorf(scim.ErrInvalidValue, "An attribute has a value that the service can't keep: it may be too long."))
	}
	return err
}

// taken is the error for a value of an attribute that another resource has.
func (s *Store) taken(name string) error {
	return scim.Errorf(scim.ErrUniqueness, "%s is taken: another %s has the same value, and it must be unique.", name, s.typ.Name())
}

// caused returns an answer with its cause, which is for the log.
func caused(cause, answer error) error {
	var e *scim.Error
	if errors.As(answer, &e) {
		c := *e
		c.Err = cause
		return &c
	}
	return answer
}

// blamed returns the name of the attribute whose column, or index with the column in its name, the error names.
func (s *Store) blamed(err error) string {
	text := err.Error()
	if kindOf(err) == faultUnique && s.cfg.Companion != "" && strings.Contains(text, "unique_value") && s.unique >= 0 {
		return s.fields[s.unique].name
	}
	// Only where the error names what it is about: the rest may have values of the client.
	for _, sign := range []string{"constraint failed: ", "for key ", "unique constraint ", "for column ", "in column ", "column "} {
		if i := strings.LastIndex(text, sign); i >= 0 && (sign != "column " || kindOf(err) != faultUnique) {
			text = text[i+len(sign):]
			break
		}
	}
	best, name := 0, ""
	fields := slices.Clone(s.fields)
	for _, c := range s.children {
		if strings.Contains(text, c.cfg.Table) {
			fields = c.fields
		}
	}
	for i := range fields {
		f := &fields[i]
		for _, column := range []string{f.col.Name, f.col.Folded} {
			if len(column) > best && strings.Contains(text, column) {
				best, name = len(column), f.name
			}
		}
	}
	if name == "" && kindOf(err) == faultUnique && s.unique >= 0 && !strings.Contains(text, s.cfg.Key.Column) {
		only := true
		for i := range s.fields {
			only = only && (i == s.unique || !s.fields[i].unique)
		}
		if only {
			return s.fields[s.unique].name
		}
	}
	return name
}
