package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Extension adds a schema to a resource type (RFC 7643 §3.3, §6).
type Extension struct {
	Schema *Schema
	// Required extensions must be present in every resource of the type, with their required attributes.
	Required bool
}

// A ResourceType is a kind of resource: its name and endpoint, its base schema, its extensions (RFC 7643 §6), all checked
// and indexed. It is the registry that names and URIs are resolved against, and is safe for concurrent use.
type ResourceType struct {
	name, endpoint, description string

	base       *Schema
	extensions []Extension
	root       *definition           // common attributes, base attributes, extension containers, in the order of output
	uris       []string              // base and extension URIs, longest first
	containers map[string]*Attribute // by lower-case URI; nil for the base schema
	unique     map[string]*Attribute // extension attributes by lower-case name; nil if several extensions have it
	schemas    *Attribute
	externalID *Attribute
	meta       *Attribute
	metaSubs   [5]*Attribute // resourceType, created, lastModified, location, version
}

// NewResourceType returns the resource type with the given name, such as "User", and endpoint, such as "/Users"; an empty
// endpoint stands for the name followed by "s" (RFC 7644 §3.2). It reports every mistake in the definitions of base and
// extensions, and copies them: changing them afterwards has no effect.
func NewResourceType(name, endpoint, description string, base *Schema, extensions ...Extension) (*ResourceType, error) {
	if endpoint == "" {
		endpoint = "/" + name + "s"
	}
	if !validName(name, false) {
		return nil, fmt.Errorf("resource type %q: the name must be a letter followed by letters, digits, '-' or '_'", name)
	}
	if segment, ok := strings.CutPrefix(endpoint, "/"); !ok || !validName(segment, false) {
		return nil, fmt.Errorf("resource type %q: the endpoint %q must be a slash and one path segment of letters, digits, '-' and '_'", name, endpoint)
	}
	if base == nil {
		return nil, fmt.Errorf("resource type %q has no base schema", name)
	}
	t := &ResourceType{
		name: name, endpoint: endpoint, description: description,
		containers: map[string]*Attribute{lower(base.ID): nil},
		unique:     map[string]*Attribute{},
	}
	attrs := slices.Clone(commonDefinition().attrs)
	def, err := base.compile(nil)
	if err != nil {
		return nil, fmt.Errorf("resource type %q: %w", name, err)
	}
	attrs = append(attrs, def.attrs...)
	t.base = base.with(def)
	t.uris = append(t.uris, base.ID)
	for _, e := range extensions {
		c, err := t.container(e)
		if err != nil {
			return nil, fmt.Errorf("resource type %q: %w", name, err)
		}
		attrs = append(attrs, c)
	}
	slices.SortStableFunc(t.uris, func(a, b string) int { return len(b) - len(a) })
	t.root = newDefinition(attrs)
	t.root.typ = t
	t.schemas, t.externalID, t.meta = attrs[0], attrs[2], attrs[3]
	copy(t.metaSubs[:], t.meta.SubAttributes)
	return t, nil
}

// container compiles an extension into the attribute that holds its attributes.
func (t *ResourceType) container(e Extension) (*Attribute, error) {
	if e.Schema == nil {
		return nil, errors.New("an extension has no schema")
	}
	uri := e.Schema.ID
	if _, ok := t.containers[lower(uri)]; ok {
		return nil, fmt.Errorf("schema %q is used twice", uri)
	}
	c := &Attribute{
		Name: uri, Type: TypeComplex, Description: e.Schema.Description, Required: e.Required,
		kind: extension, schema: uri, key: `"` + uri + `":`,
	}
	def, err := e.Schema.compile(c)
	if err != nil {
		return nil, err
	}
	c.def, c.SubAttributes = def, def.attrs
	t.extensions = append(t.extensions, Extension{Schema: e.Schema.with(def), Required: e.Required})
	t.containers[lower(uri)] = c
	t.uris = append(t.uris, uri)
	for _, a := range def.attrs {
		name := lower(a.Name)
		if _, taken := t.unique[name]; taken {
			a = nil
		}
		t.unique[name] = a
	}
	return c, nil
}

// Name returns the name of the type, such as "User".
func (t *ResourceType) Name() string { return t.name }

// Endpoint returns the endpoint below the service provider's base, such as "/Users".
func (t *ResourceType) Endpoint() string { return t.endpoint }

// Description returns the description for discovery.
func (t *ResourceType) Description() string { return t.description }

// Base returns the base schema, with the attributes as t knows them. It must not be changed.
func (t *ResourceType) Base() *Schema { return t.base }

// Extensions returns the extensions, with the attributes as t knows them. Their schemas must not be changed.
func (t *ResourceType) Extensions() []Extension { return slices.Clone(t.extensions) }

// Attributes returns the attributes in the order of output: the common ones, those of the base schema, and the container
// of each extension.
func (t *ResourceType) Attributes() []*Attribute { return slices.Clone(t.root.attrs) }

// Attribute returns the top-level attribute or extension container with the given name, in any letter case, or nil.
func (t *ResourceType) Attribute(name string) *Attribute { return t.root.lookup(name) }

// commonDefinition returns the common attributes of RFC 7643 §3.1, in the order of output.
func commonDefinition() *definition {
	def, err := compileAll([]*Attribute{
		{
			Name: "schemas", MultiValued: true, Required: true, Returned: ReturnedAlways,
			Description: "URIs of the schemas that define the attributes present in the resource.",
		},
		{
			Name: "id", CaseExact: true, Mutability: ReadOnly, Returned: ReturnedAlways, Uniqueness: UniqueServer,
			Description: "Identifier assigned by the service provider.",
		},
		{
			Name: "externalId", CaseExact: true,
			Description: "Identifier assigned by the provisioning client.",
		},
		{
			Name: "meta", Type: TypeComplex, Mutability: ReadOnly, Description: "Resource metadata.",
			SubAttributes: []*Attribute{
				{Name: "resourceType", CaseExact: true, Mutability: ReadOnly, Description: "Name of the resource type."},
				{Name: "created", Type: TypeDateTime, Mutability: ReadOnly, Description: "When the resource was created."},
				{Name: "lastModified", Type: TypeDateTime, Mutability: ReadOnly, Description: "When the resource was last changed."},
				{Name: "location", Type: TypeReference, ReferenceTypes: []string{"uri"}, Mutability: ReadOnly, Description: "URI of the resource."},
				{Name: "version", CaseExact: true, Mutability: ReadOnly, Description: "Version of the resource, as in its ETag."},
			},
		},
	}, nil, "", common)
	if err != nil {
		panic("schema: common attributes: " + err.Error())
	}
	return def
}
