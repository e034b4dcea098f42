package sqlstore

import (
	"github.com/embedscim/scim/schema"
)

// A Mapping says where an attribute is kept: [Column], [Null], [Rows] or [Members].
type Mapping interface{ mapping() }

// A Column maps a singular attribute, a sub-attribute, or one of a selected element, to a column of its type: text for strings
// and references, boolean for booleans (numbers in SQLite and MySQL), and so on. NULL is an unassigned attribute.
type Column struct {
	Name string
	// CaseFold says that the database compares the column without regard to letter case by itself: citext, COLLATE NOCASE,
	// a collation that ends in _ci. Then a plain index on it serves. Attributes that are not case exact, such as userName, are
	// otherwise looked up as LOWER(column), for which there should be an index.
	CaseFold bool
	// Folded is another column, which sqlstore keeps: with the result of [schema.Fold]. It is what attributes that are not
	// case exact are looked up by, if it is named: exact beyond ASCII, and its index can be unique.
	Folded string
	// AsText says that the column is text whatever the type of the attribute, and has the value as the client wrote it. So a
	// date-time keeps its zone and its digits, of which a column with times keeps the moment.
	AsText bool
	// Empty is what the column has for an unassigned attribute, such as "" where NULL is not allowed. Defaults to nil, which is
	// NULL.
	Empty any
	// Default is what the column gets if the client sends no value: then the attribute has this one, as active may be true.
	// Defaults to nil, which leaves the attribute unassigned.
	Default any
	// ReadOnly says that the application alone writes the column. Requests with another value are refused with 400; one
	// that leaves it out changes nothing.
	ReadOnly bool
	// Convert translates values that the column has in another form. The database does not filter by such a column, unless it
	// is part of a larger filter: sqlstore does. Defaults to none.
	Convert *Convert
}

// A Convert translates between an attribute and what a driver takes and returns for its column.
type Convert struct {
	// To returns what the column has for v, which is unassigned if the attribute is.
	To func(v schema.Value) (any, error)
	// From returns the attribute's value; column is nil for NULL, and []byte for text with some drivers. For an attribute that
	// is writeOnly it is not needed.
	From func(column any) (schema.Value, error)
}

// Col maps an attribute to a column as [Column] does, with all its defaults.
func Col(name string) Column { return Column{Name: name} }

// Null maps a boolean attribute to whether a column is null. [IsNull] makes it.
type Null struct{ column string }

// IsNull maps active to a column such as disabled_at, which is null as long as the account is active, and is set to the
// present when that ends. Any boolean attribute will do.
func IsNull(column string) Null { return Null{column} }

// Rows maps a multi-valued attribute, such as emails, to a table with a row per element.
type Rows struct {
	Table string
	// Owner is the column with the key of the resource.
	Owner string
	// Columns has the columns by the names of the sub-attributes: Columns{"value": Col("address")}. An attribute without
	// sub-attributes goes by the name value. Elements with sub-attributes that have no column are refused with 400.
	Columns map[string]Column
	// Fixed are columns with the same value in all rows of this attribute, which sets them apart from others in the table.
	Fixed map[string]any
	// Order is the column whose order the elements have, such as an id that counts. Defaults to that of their values.
	Order string
	// Scope is a column with the tenant, as in [ScopeColumn]. Defaults to none.
	Scope string
}

// Members maps the members of a group to tables with a row per member: one table for each type of members.
type Members []Link

// A Link is a table that says which resources of one type are members.
type Link struct {
	Table string
	// Owner is the column with the key of the group, Element that with the key of the member. There should be unique index on
	// both, and an index on Element.
	Owner, Element string
	// Of is the store of the members; nil is that of the groups themselves.
	Of *Store
	// Display is the column of the members' table with their name for display. Defaults to what displayName or userName are
	// mapped to.
	Display string
	// Scope is a column with the tenant, as in [ScopeColumn]. Defaults to none.
	Scope string
}

func (Column) mapping()  {}
func (Null) mapping()    {}
func (Rows) mapping()    {}
func (Members) mapping() {}
