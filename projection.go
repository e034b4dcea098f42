package scim

import (
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim/schema"
)

// A Projection says which attributes of a resource are wanted (RFC 7644 §3.9). The zero Projection wants all there are.
type Projection struct {
	response bool // what a response returns: neither attributes that are never returned, nor, unless named, those on request
	include  []schema.Path
	exclude  []schema.Path
	named    []schema.Path // what the client sent in a request to write, and so gets back (RFC 7643 §7, returned)
	seen     []schema.Path // what the handler needs to see itself
}

// seeing returns j with all that the filter and the order of q look at, for a store that does not search itself.
func (j Projection) seeing(q *Query) Projection {
	var paths []schema.Path
	if q.Filter != nil {
		paths = q.Filter.Paths()
	}
	if q.SortBy != nil {
		whole := *q.SortBy
		whole.Sub = nil
		paths = append(paths, whole)
	}
	for _, p := range paths {
		if p.Attribute != nil && p.Attribute.IsCommon() && p.Attribute.Name == "schemas" {
			// The schemas of a resource follow from its attributes.
			return Projection{}
		}
	}
	j.seen = paths
	return j
}

// Wants reports whether p is wanted, or a part of it is.
func (j Projection) Wants(p schema.Path) bool {
	if !j.response || p.IsZero() || contains(j.seen, p, false) {
		return true
	}
	parent := p
	if p.Sub != nil {
		parent.Sub = nil
	} else if p.Extension != nil && p.Attribute != nil {
		parent = schema.Path{Extension: p.Extension}
	} else {
		parent = schema.Path{}
	}
	switch p.Target().Returned {
	case schema.ReturnedNever:
		return false
	case schema.ReturnedAlways:
		return parent.IsZero() || j.Wants(parent)
	case schema.ReturnedRequest:
		if len(j.include) > 0 {
			return contains(j.include, p, true) && j.Wants(parent)
		}
		return contains(j.named, p, true) && !excluded(j.exclude, p)
	}
	if len(j.include) > 0 {
		return (contains(j.include, p, false) || j.hasAlways(p)) && (parent.IsZero() || j.Wants(parent))
	}
	if excluded(j.exclude, p) {
		return j.hasAlways(p)
	}
	return parent.IsZero() || j.Wants(parent)
}

// hasAlways reports whether p is a container with an attribute that is always returned.
func (j Projection) hasAlways(p schema.Path) bool {
	a := p.Target()
	if !a.IsExtension() {
		return false
	}
	for _, s := range a.SubAttributes {
		if s.Returned == schema.ReturnedAlways {
			return true
		}
	}
	return false
}

// contains reports whether one of paths leads to p, to a part of it, or, unless exactly p is asked for, to what p is a part of.
func contains(paths []schema.Path, p schema.Path, exact bool) bool {
	for _, x := range paths {
		if p.Contains(x) || !exact && x.Contains(p) {
			return true
		}
	}
	return false
}

// excluded reports whether one of paths leads to p or to what p is a part of.
func excluded(paths []schema.Path, p schema.Path) bool {
	for _, x := range paths {
		if x.Contains(p) {
			return true
		}
	}
	return false
}

// newProjection makes the projection of a request from its attributes and excludedAttributes (RFC 7644 §3.9). Unknown names are
// ignored.
func newProjection(t *schema.ResourceType, attributes, excluded []string) (Projection, error) {
	j := Projection{response: true}
	if len(attributes) > 0 && len(excluded) > 0 {
		return j, Errorf(ErrInvalidValue, "attributes and excludedAttributes exclude each other (RFC 7644 §3.9): send one of them.")
	}
	var err error
	if j.include, err = resolveNames(t, "attributes", attributes); err != nil {
		return j, err
	}
	if len(attributes) > 0 && len(j.include) == 0 {
		// Only unknown names: the minimum set, which a path that leads nowhere else asks for.
		id, _ := t.Path("id")
		j.include = []schema.Path{id}
	}
	j.exclude, err = resolveNames(t, "excludedAttributes", excluded)
	return j, err
}

func resolveNames(t *schema.ResourceType, param string, names []string) ([]schema.Path, error) {
	var out []schema.Path
	add := func(p schema.Path) {
		// A URL has room for a name a hundred thousand times: every resource would be compared with each.
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, n := range names {
		if strings.EqualFold(n, t.Base().ID) {
			for _, a := range t.Attributes() {
				// The name of the schema does not name what is returned on request only.
				if !a.IsCommon() && !a.IsExtension() && a.Returned != schema.ReturnedRequest {
					add(a.Path())
				}
			}
			continue
		}
		p, err := t.Path(n)
		switch {
		case err == nil:
			add(p)
		case !plausibleName(n):
			return nil, Errorf(ErrInvalidValue, "%s must be a comma-separated list of attribute names such as userName or name.givenName.", param)
		}
	}
	return out, nil
}

// plausibleName reports whether s could be the name of an attribute in some schema.
func plausibleName(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("$-_.:", c) >= 0) {
			return false
		}
	}
	return s != "" && !strings.Contains(s, "..") && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, ":")
}

// splitNames splits the value of a query parameter.
func splitNames(s string) []string {
	var out []string
	for n := range strings.SplitSeq(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// name notes the attributes in what the client sent that are returned on request: it gets them back (RFC 7643 §7).
func (q *request) name(o schema.Object) {
	for a, v := range o.All() {
		q.nameValue(a, v)
	}
}

func (q *request) nameValue(a *schema.Attribute, v schema.Value) {
	if a.Returned == schema.ReturnedRequest {
		q.op.Projection.named = append(q.op.Projection.named, a.Path())
	}
	if !selective(a) {
		return
	}
	q.name(v.Object())
	for _, e := range v.Elements() {
		q.name(e.Object())
	}
}

// trim returns r without what the projection does not want.
func (j Projection) trim(t *schema.ResourceType, r *Resource) *Resource {
	if !j.response {
		return r
	}
	out := *r
	whole := len(j.include) == 0 && len(j.exclude) == 0
	if !whole {
		j.trimCommon(t, &out)
	}
	out.Attributes = r.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
		return j.trimValue(a, v, whole)
	})
	return &out
}

func (j Projection) trimCommon(t *schema.ResourceType, r *Resource) {
	if !j.Wants(t.Attribute("externalId").Path()) {
		r.ExternalID = ""
	}
	meta := t.Attribute("meta")
	for _, s := range meta.SubAttributes {
		if j.Wants(s.Path()) {
			continue
		}
		switch s.Name {
		case "resourceType":
			r.Meta.ResourceType = ""
		case "created":
			r.Meta.Created = time.Time{}
		case "lastModified":
			r.Meta.LastModified = time.Time{}
		case "location":
			r.Meta.Location = ""
		case "version":
			r.Meta.Version = ""
		}
	}
}

// trimValue trims the value of the attribute a. whole says that nothing was included or excluded by name.
func (j Projection) trimValue(a *schema.Attribute, v schema.Value, whole bool) schema.Value {
	if whole && a.Returned == schema.ReturnedDefault && !selective(a) {
		return v
	}
	if !j.Wants(a.Path()) {
		return schema.Value{}
	}
	if a.Type != schema.TypeComplex {
		return v
	}
	return v.Transform(func(e schema.Value) schema.Value {
		return schema.ComplexOrNone(e.Object().Transform(func(s *schema.Attribute, sv schema.Value) schema.Value {
			return j.trimValue(s, sv, whole)
		}))
	})
}

// selective reports whether something below a is not returned by default.
func selective(a *schema.Attribute) bool {
	for _, s := range a.SubAttributes {
		if s.Returned != schema.ReturnedDefault && s.Returned != schema.ReturnedAlways || selective(s) {
			return true
		}
	}
	return false
}
