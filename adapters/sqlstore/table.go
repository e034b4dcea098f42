package sqlstore

import (
	"context"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A Table says how resources of one type are kept in a table of the application. [New] checks all of it.
type Table struct {
	// Type is the resource type. Defaults to [schema.UserType].
	Type *schema.ResourceType
	// Name is the table, with its schema before a dot if it needs one.
	Name string
	// Key is the column that identifies a row.
	Key Key
	// Scope says which rows belong to the tenant of a request. It is required: see [NoScope].
	Scope Scope
	// Attributes says where attributes are kept, by their paths: userName, name.givenName, externalId, emails, or
	// emails[type eq "work"].value for one element of a multi-valued attribute.
	Attributes Attributes
	// Companion is the table for what the application has no column for: externalId, version, times, and all attributes that
	// are not mapped, see [Store.Migrations]. Without one, attributes that are not mapped are refused with 400.
	Companion string
	// RefuseUnmapped refuses attributes that are not mapped, with 400, although there is a companion. Defaults to false.
	RefuseUnmapped bool

	// Version is an integer column that counts the changes of a row, which sqlstore does with each of its own. Defaults to
	// none: then the version is computed from the columns that are mapped, the column Updated and a count in the companion.
	Version string
	// Created and Updated are columns with times. sqlstore sets them. Defaults to none, and times in the companion.
	Created, Updated string
	// Insert returns values for other columns of a new row: those that have no default. Defaults to none.
	Insert func(ctx context.Context, r *scim.Resource) (map[string]any, error)
	// Writer writes the rows of the table in sqlstore's place. Defaults to none.
	Writer RowWriter
	// Delete says what becomes of the row of a deleted resource. Defaults to [DeleteRow].
	Delete DeletePolicy
	// Link is asked when a resource is created whose unique attribute is that of a row outside the tenant, for tables with
	// [ScopeMembership]: if it says true, the row becomes one of the tenant's and gets the resource's attributes; else a new
	// row is tried, and answered with 403 if an index over all tenants refuses it. Whoever says true lets a tenant write to an
	// account that others use too. A row that was the tenant's before comes back without asking, if there is a companion.
	// Defaults to false.
	Link func(ctx context.Context, id string) (bool, error)
	// SkipUnknownMembers leaves out members that do not exist in the tenant. By default they are refused with 400.
	SkipUnknownMembers bool
	// WriteOnly receives the values of writeOnly attributes that are not mapped: a password to hash and keep, or the zero
	// Value if one is to be cleared. It is called in the transaction of the write, which fails with its error: see [Tx].
	// Defaults to none: then requests with such values are refused with 400.
	WriteOnly func(ctx context.Context, id string, path schema.Path, v schema.Value) error

	// MaxScan is how many rows are looked through for a filter or an order that the database can't evaluate; more are answered
	// with 400 tooMany. Defaults to 100,000.
	MaxScan int
	// Now is the clock. Defaults to [time.Now].
	Now func() time.Time
	// NewID returns a new key for KeyText and KeyUUID, which was never used before. Defaults to 128 random bits.
	NewID func() string
}

// Attributes says where attributes are kept, by their paths.
type Attributes map[string]Mapping

// A DeletePolicy says what becomes of a row when its resource is deleted. Whichever it is, the resource is not found
// afterwards, and is a member of no group.
type DeletePolicy struct {
	kind   deleteKind
	column string
	revive bool
}

type deleteKind uint8

const (
	deleteRow deleteKind = iota
	deleteMark
	deleteDisable
)

// DeleteRow deletes the row, and those of its multi-valued attributes. It is the zero DeletePolicy.
var DeleteRow = DeletePolicy{}

// MarkDeleted sets a column to the time of deletion. Rows in which it is not null do not exist for clients. So that a
// resource with the same userName can be created afterwards, a unique index must leave such rows out (WHERE column IS NULL);
// or see [DeletePolicy.Reviving].
func MarkDeleted(column string) DeletePolicy { return DeletePolicy{kind: deleteMark, column: column} }

// Reviving returns p with the difference that creating a resource with the unique attribute of a deleted one brings its row
// and its id back, with the attributes of the new one.
func (p DeletePolicy) Reviving() DeletePolicy {
	p.revive = true
	return p
}

// DisableAccount sets active to false and keeps the row, which stays an account of the application that is switched off. A
// resource that is created with the same unique attribute brings it back. It takes a companion, and a mapping for active.
func DisableAccount() DeletePolicy { return DeletePolicy{kind: deleteDisable, revive: true} }
