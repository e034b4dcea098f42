package elimity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	theirs "github.com/elimity-com/scim"
	theirschema "github.com/elimity-com/scim/schema"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// attributesOf returns the attributes of r as elimity's server gives them to a handler. They are nobody else's: handlers keep
// and change what they get.
func attributesOf(r *scim.Resource) (theirs.ResourceAttributes, error) {
	m, err := mapOf(r.Attributes)
	if err != nil {
		return nil, err
	}
	if r.ExternalID != "" {
		m[theirschema.CommonAttributeExternalID] = r.ExternalID
	}
	return m, nil
}

func mapOf(o schema.Object) (map[string]interface{}, error) {
	m := map[string]interface{}{}
	for a, v := range o.All() {
		if a.Mutability == schema.ReadOnly && !a.IsExtension() {
			// Elimity's server leaves them out, and handlers store what they get.
			continue
		}
		x, err := goValue(a, v)
		if err != nil {
			return nil, err
		}
		if x != nil {
			m[a.Name] = x
		}
	}
	return m, nil
}

// goValue returns v in the Go type that elimity's schemas give a value of its type, nil if there is none.
func goValue(a *schema.Attribute, v schema.Value) (interface{}, error) {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		return nil, nil
	case schema.KindBoolean:
		return v.Bool(), nil
	case schema.KindInteger:
		i, ok := v.Int()
		if !ok {
			return nil, scim.Errorf(scim.ErrInvalidValue, "%s must be an integer of at most 64 bits.", a)
		}
		return i, nil
	case schema.KindDecimal:
		f, _ := v.Float()
		return f, nil
	case schema.KindComplex:
		m, err := mapOf(v.Object())
		if len(m) == 0 {
			return nil, err
		}
		return m, err
	case schema.KindList, schema.KindStream:
		list := []interface{}{}
		for e, err := range v.Values() {
			if err != nil {
				return nil, err
			}
			x, err := goValue(a, e)
			if err != nil {
				return nil, err
			}
			if x != nil {
				list = append(list, x)
			}
		}
		if len(list) == 0 {
			return nil, nil
		}
		return list, nil
	}
	return v.Text(), nil
}

// resource returns a resource of a handler as ours. id is the one it was asked for, if there was one.
func (s *Store) resource(r theirs.Resource, id string) (*scim.Resource, error) {
	out := &scim.Resource{ID: r.ID, Meta: scim.Meta{ResourceType: s.typ.Name()}}
	if out.ID == "" {
		out.ID = id
	}
	if r.Meta.Created != nil {
		out.Meta.Created = *r.Meta.Created
	}
	if r.Meta.LastModified != nil {
		out.Meta.LastModified = *r.Meta.LastModified
	}
	if r.ExternalID.Present() {
		out.ExternalID = r.ExternalID.Value()
	} else if x, ok := r.Attributes[theirschema.CommonAttributeExternalID].(string); ok {
		out.ExternalID = x
	}
	attributes, err := s.objectOf(r.Attributes)
	if err != nil {
		// The id is no secret and says which row to look at; the values stay out of the log.
		return nil, fmt.Errorf("elimity: the handler of %s returned a resource with the id %q that does not suit its schema: %w", s.typ.Name(), out.ID, err)
	}
	out.Attributes = attributes
	out.Meta.Version = versionOf(r.Meta.Version, out)
	return out, nil
}

// objectOf returns what the schemas of the type have of m.
func (s *Store) objectOf(m map[string]interface{}) (schema.Object, error) {
	known, err := knownOf(m, func(name string) *schema.Attribute {
		// Elimity's server writes the common attributes into the map, and handlers return it again.
		if a := s.typ.Attribute(name); a == nil || !a.IsCommon() {
			return a
		}
		return nil
	})
	if err != nil {
		return schema.Object{}, err
	}
	return s.typ.FromMap(known)
}

// knownOf returns a copy of m with the values that [schema.ResourceType.FromMap] takes, without the names that lookup does
// not know.
func knownOf(m map[string]interface{}, lookup func(name string) *schema.Attribute) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for name, v := range m {
		a := lookup(name)
		if a == nil {
			continue
		}
		x, err := plain(a, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a, err)
		}
		if element, ok := x.(map[string]any); ok && a.MultiValued {
			// Elimity's server accepts one element without brackets, and handlers store what they get.
			x = []any{element}
		}
		out[name] = x
	}
	return out, nil
}

// plain returns v, a value of a or an element of it, without Go types that only encoding/json knows how to write, and without
// unknown names.
func plain(a *schema.Attribute, v interface{}) (any, error) {
	switch x := v.(type) {
	case nil, string, bool, int, int64, float64, json.Number, time.Time:
		return x, nil
	case map[string]interface{}:
		if a.Type != schema.TypeComplex {
			return x, nil
		}
		return knownOf(x, a.SubAttribute)
	case []interface{}:
		out := make([]any, 0, len(x))
		for _, e := range x {
			p, err := plain(a, e)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	}
	// Elimity's server writes whatever encoding/json can: structs, pointers, lists of strings.
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("a %T can't be written as JSON", v)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var decoded any
	if err := d.Decode(&decoded); err != nil {
		return nil, fmt.Errorf("a %T is not written as JSON", v)
	}
	return plain(a, decoded)
}

// keepWriteOnly returns next with the writeOnly attributes of cur that it says nothing about.
func keepWriteOnly(next, cur schema.Object) schema.Object {
	for a, v := range cur.All() {
		if a.Mutability == schema.WriteOnly && next.Value(a).Kind() == schema.KindUnassigned {
			next = next.With(a, v)
		}
	}
	return next
}
