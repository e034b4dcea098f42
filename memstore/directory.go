// Package memstore keeps users, groups and other resources in memory. It is the reference implementation of
// [scim.ResourceStore] and has every [scim.Capability]: for tests, demonstrations and small applications. What it holds is
// gone when the process ends.
//
// A [Directory] has a [Store] per resource type:
//
//	d := memstore.New(nil)
//	h, err := scim.NewHandler(&scim.Config{
//		Resources: []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
//		…
//	})
//
// # What it does
//
//   - Each tenant, as [scim.PrincipalFrom] tells it, has data of its own; a context without a principal is the tenant "".
//   - Resources are listed in the order of their creation.
//   - Attributes that the schema calls unique are unique within the tenant and the resource type.
//   - Members of groups are kept apart from the other attributes: adding one costs the same in a large group as in a small
//     one. They must exist; deleting a resource takes it out of all groups, which are changed by that. The display and
//     type of a member, and the groups of a user, direct and indirect, are derived when they are read.
//   - Equality filters on id, externalId, userName, displayName, emails.value, members.value, groups.value and on all unique
//     attributes use an index.
//   - A change that changes nothing leaves the version and lastModified as they are. The letter case of a text counts as a
//     change, the order of the elements of a multi-valued attribute does not (RFC 7643 §2.4).
//   - Values of writeOnly attributes, such as passwords, are not kept; see [Options].
//
// All reads work on a snapshot and never wait. Nothing that is returned or passed in is shared with the store.
package memstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// Options configure a [Directory].
type Options struct {
	// SkipUnknownMembers leaves members out that do not exist in the tenant. By default they are refused with
	// [scim.ErrInvalidValue].
	SkipUnknownMembers bool
	// UniqueGroupNames makes displayName of the groups of [Directory.Groups] unique, and says so in their schema. RFC 7643
	// does not ask for it; the validator of Microsoft Entra ID does.
	UniqueGroupNames bool
	// WriteOnly receives the values of writeOnly attributes: a password to hash and keep, or the zero Value if one is to be
	// cleared. It is called as the last step of a write, which fails with its error; it must not write to the directory. A
	// transaction that is taken back later does not tell it. Defaults to nil: such values are dropped.
	WriteOnly func(ctx context.Context, id string, path schema.Path, v schema.Value) error
	// Now is the clock. Defaults to [time.Now].
	Now func() time.Time
	// NewID returns a new id, different from all it has returned. Defaults to 128 random bits as text.
	NewID func() string
}

// A Directory is a set of resources of several types that refer to each other. Ids are unique among all of them. It is safe
// for concurrent use.
type Directory struct {
	opts Options

	mu      sync.Mutex
	stores  []*Store // never changed in place
	tenants map[string]*branch
}

// New returns an empty directory. opts may be nil.
func New(opts *Options) *Directory {
	d := &Directory{tenants: map[string]*branch{}}
	if opts != nil {
		d.opts = *opts
	}
	if d.opts.Now == nil {
		d.opts.Now = time.Now
	}
	if d.opts.NewID == nil {
		d.opts.NewID = func() string { return strings.ToLower(rand.Text()) }
	}
	return d
}

// Users returns the store for users with the enterprise extension (RFC 7643 §4.1, §4.3): those of [schema.UserType]. For
// users with other extensions call [Directory.Store].
func (d *Directory) Users() *Store { return d.standard("User", schema.UserType) }

// Groups returns the store for groups (RFC 7643 §4.2): those of [schema.GroupType], unless [Options.UniqueGroupNames] makes
// a type of its own.
func (d *Directory) Groups() *Store {
	if !d.opts.UniqueGroupNames {
		return d.standard("Group", schema.GroupType)
	}
	return d.standard("Group", func() *schema.ResourceType {
		group := schema.Group()
		for _, a := range group.Attributes {
			if a.Name == "displayName" {
				a.Uniqueness = schema.UniqueServer
			}
		}
		t, err := schema.NewResourceType("Group", "/Groups", "Group", group)
		if err != nil {
			panic("memstore: " + err.Error())
		}
		return t
	})
}

// standard returns the store for the type with the given name, which is made if there is none.
func (d *Directory) standard(name string, typ func() *schema.ResourceType) *Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.named(name); s != nil {
		return s
	}
	return d.add(typ())
}

// Store returns the store for resources of type t. It panics if the directory has a store for another type of that name.
//
// A multi-valued complex attribute of t whose sub-attributes are an immutable value, $ref, type and display, with types of
// the directory's resources as reference types, is treated as the members of a group are. A readOnly attribute named groups is
// derived from the attributes named members.
func (d *Directory) Store(t *schema.ResourceType) *Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch s := d.named(t.Name()); {
	case s == nil:
		return d.add(t)
	case s.typ == t:
		return s
	}
	panic(fmt.Sprintf("memstore: the directory has a store for another resource type named %s", t.Name()))
}

func (d *Directory) named(name string) *Store {
	for _, s := range d.stores {
		if s.typ.Name() == name {
			return s
		}
	}
	return nil
}

func (d *Directory) add(t *schema.ResourceType) *Store {
	s := newStore(d, len(d.stores), t)
	d.stores = append(slices.Clone(d.stores), s)
	return s
}

// all returns the stores by their numbers.
func (d *Directory) all() []*Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stores
}

var (
	_ scim.CursorSearcher = (*Store)(nil)
	_ scim.Updater        = (*Store)(nil)
	_ scim.DeltaPatcher   = (*Store)(nil)
	_ scim.Transactor     = (*Store)(nil)
)
