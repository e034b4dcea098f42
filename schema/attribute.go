package schema

import "fmt"

// A DataType is the type of an attribute's values (RFC 7643 §2.3).
type DataType uint8

// The data types of RFC 7643 §2.3. The zero value is [TypeString], the default of §2.2.
const (
	TypeString DataType = iota
	TypeBoolean
	TypeDecimal
	TypeInteger
	TypeDateTime
	TypeBinary
	TypeReference
	TypeComplex
)

var dataTypeNames = [...]string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}

// String returns the name RFC 7643 §7 gives to the type, such as "dateTime".
func (t DataType) String() string { return nameOf(dataTypeNames[:], int(t)) }

// hasUniqueness reports whether values of the type can be unique (RFC 7643 §2.3).
func (t DataType) hasUniqueness() bool {
	return t == TypeString || t == TypeDecimal || t == TypeInteger || t == TypeReference
}

// A Mutability says when a value may be written (RFC 7643 §7). The zero value is [ReadWrite].
type Mutability uint8

// The mutabilities of RFC 7643 §7.
const (
	ReadWrite Mutability = iota
	ReadOnly
	Immutable
	WriteOnly
)

var mutabilityNames = [...]string{"readWrite", "readOnly", "immutable", "writeOnly"}

// String returns the name RFC 7643 §7 gives to the mutability, such as "readOnly".
func (m Mutability) String() string { return nameOf(mutabilityNames[:], int(m)) }

// A Returned says when a value appears in responses (RFC 7643 §7). The zero value is [ReturnedDefault].
type Returned uint8

// The values of the returned characteristic of RFC 7643 §7.
const (
	ReturnedDefault Returned = iota
	ReturnedAlways
	ReturnedNever
	ReturnedRequest
)

var returnedNames = [...]string{"default", "always", "never", "request"}

// String returns the name RFC 7643 §7 gives to the characteristic, such as "always".
func (r Returned) String() string { return nameOf(returnedNames[:], int(r)) }

// A Uniqueness says how far a value must be unique (RFC 7643 §7). The zero value is [UniqueNone].
type Uniqueness uint8

// The values of the uniqueness characteristic of RFC 7643 §7.
const (
	UniqueNone Uniqueness = iota
	UniqueServer
	UniqueGlobal
)

var uniquenessNames = [...]string{"none", "server", "global"}

// String returns the name RFC 7643 §7 gives to the characteristic, such as "server".
func (u Uniqueness) String() string { return nameOf(uniquenessNames[:], int(u)) }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("invalid(%d)", i)
}

// An Attribute defines one attribute or sub-attribute with the characteristics of RFC 7643 §7; their zero values are the
// defaults of §2.2. An Attribute is written as a literal for a [Schema]; [NewResourceType] checks it and makes a copy that
// knows its place, which is what paths, objects and filters refer to. That copy must not be changed.
type Attribute struct {
	// Name matches the ATTRNAME rule of RFC 7643 §2.1; "$ref" is allowed as well.
	Name        string
	Type        DataType
	MultiValued bool
	Description string
	Required    bool
	// CanonicalValues are suggested values, such as "work" and "home"; other values are accepted (§2.3.1).
	CanonicalValues []string
	// CaseExact is meant for strings; references and binary values always compare exactly (§2.3.6, §2.3.7).
	CaseExact  bool
	Mutability Mutability
	Returned   Returned
	Uniqueness Uniqueness
	// ReferenceTypes are names of resource types, "external" or "uri"; for [TypeReference] only.
	ReferenceTypes []string
	// SubAttributes are for [TypeComplex] only, and none of them may be complex (§2.3.8).
	SubAttributes []*Attribute

	parent *Attribute  // the complex attribute or extension container this is part of
	def    *definition // of a complex attribute: its sub-attributes, indexed
	schema string      // URI of the schema that defines it; "" for the common attributes of §3.1
	order  int         // position in the definition that holds it
	key    string      // `"name":`, ready to be written
	kind   role
}

// A role tells the attributes that belong to no schema's list apart from the ordinary ones.
type role uint8

const (
	ordinary  role = iota
	common         // schemas, id, externalId, meta and its sub-attributes (RFC 7643 §3.1)
	extension      // the container of a schema extension (§3.3)
)

// Parent returns the attribute that a is a sub-attribute of, or the extension container it belongs to, or nil.
func (a *Attribute) Parent() *Attribute { return a.parent }

// Schema returns the URI of the schema that defines a, or "" for the common attributes of RFC 7643 §3.1.
func (a *Attribute) Schema() string { return a.schema }

// IsExtension reports whether a is the container of a schema extension, whose name is the extension's URI (RFC 7643 §3.3).
func (a *Attribute) IsExtension() bool { return a.kind == extension }

// IsCommon reports whether a is one of the common attributes schemas, id, externalId and meta, or a sub-attribute of
// meta (RFC 7643 §3.1).
func (a *Attribute) IsCommon() bool { return a.kind == common }

// SubAttribute returns the sub-attribute with the given name, in any letter case, or nil.
func (a *Attribute) SubAttribute(name string) *Attribute {
	if a.def == nil {
		return nil
	}
	return a.def.lookup(name)
}

// isPrimary reports whether a is the primary of a multi-valued attribute's elements.
func (a *Attribute) isPrimary() bool {
	return a.Type == TypeBoolean && a.parent != nil && a.parent.MultiValued && a.parent.def.primary == a
}

// Exact reports whether values of a compare with regard to letter case: those of exact strings, references and binary
// values do (RFC 7643 §2.3.6, §2.3.7), those of other strings do not.
func (a *Attribute) Exact() bool {
	return a.CaseExact || a.Type == TypeReference || a.Type == TypeBinary
}

// Path returns the path that leads to a from the resource, such as name.givenName.
func (a *Attribute) Path() Path {
	switch p := a.parent; {
	case a.kind == extension:
		return Path{Extension: a}
	case p == nil:
		return Path{Attribute: a}
	case p.kind == extension:
		return Path{Extension: p, Attribute: a}
	case p.parent != nil:
		return Path{Extension: p.parent, Attribute: p, Sub: a}
	default:
		return Path{Attribute: p, Sub: a}
	}
}

// String returns the path that leads to a, as [Path.String] writes it.
func (a *Attribute) String() string { return a.Path().String() }

// definition is a list of attributes in order, with an index over their names.
type definition struct {
	attrs  []*Attribute
	byName map[string]*Attribute // canonical and lower-case spelling
	typ    *ResourceType         // of the attributes of a resource

	// The sub-attributes of RFC 7643 §2.4 that decide which elements are the same; nil where there is none.
	value, label, primary *Attribute
}

func newDefinition(attrs []*Attribute) *definition {
	d := &definition{attrs: attrs, byName: make(map[string]*Attribute, 2*len(attrs))}
	for i, a := range attrs {
		a.order = i
		d.byName[lower(a.Name)] = a
		d.byName[a.Name] = a
	}
	d.value, d.label = d.lookup("value"), d.lookup("type")
	if p := d.lookup("primary"); p != nil && p.Type == TypeBoolean {
		d.primary = p
	}
	return d
}

// lookup finds an attribute by its name in any letter case (RFC 7643 §2.1).
func (d *definition) lookup(name string) *Attribute {
	if a, ok := d.byName[name]; ok {
		return a
	}
	return d.byName[lower(name)]
}

// lookupBytes is lookup for a name that is still a part of the input.
func (d *definition) lookupBytes(name []byte) *Attribute {
	if a, ok := d.byName[string(name)]; ok {
		return a
	}
	return d.byName[lower(string(name))]
}

// lower returns a name or URI in lower case. Both are ASCII, so no other letter may become one of theirs.
func lower(name string) string {
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' {
			b := []byte(name)
			for ; i < len(b); i++ {
				if c := b[i]; 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return name
}

// validName reports whether name is an attribute name of RFC 7643 §2.1, or "$ref", which that rule forgets (erratum 8924).
// Extensions may have dots in their names: directories export such attributes, and a path finds them because a whole name
// is tried before it is split at its dots.
func validName(name string, dots bool) bool {
	if name == "$ref" {
		return true
	}
	for i, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if letter || i > 0 && (c == '-' || c == '_' || c == '$' || '0' <= c && c <= '9' || dots && c == '.') {
			continue
		}
		return false
	}
	return name != ""
}
