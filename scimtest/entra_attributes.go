package scimtest

import (
	"regexp"
	"slices"
	"strings"
)

// An entraAttr is an attribute as the mappings of Entra ID name it: title, name.givenName, emails[type eq "work"].value, or
// one of an extension with its URI.
type entraAttr struct {
	path string
	// uri is of the extension, name of the attribute, key and literal of the filter in brackets, sub of the sub-attribute.
	uri, name, key, literal, sub string
	boolean                      bool
}

var entraPath = regexp.MustCompile(`^(?:(urn:.+|https?:.+):)?([^.:\[\]]+)(?:\[(\w+) eq (?:"([^"]*)"|(true))\])?(?:\.([^.]+))?$`)

// parseAttr reads the path of a mapping. A path of another form is a simple attribute of that name.
func parseAttr(path string) entraAttr {
	a := entraAttr{path: path, name: path}
	if m := entraPath.FindStringSubmatch(path); m != nil {
		a.uri, a.name, a.key, a.literal, a.sub = m[1], m[2], m[3], m[4]+m[5], m[6]
	}
	a.boolean = a.name == "active" || a.sub == "primary"
	return a
}

// leaf is the name of what holds the value.
func (a entraAttr) leaf() string {
	if a.sub != "" {
		return a.sub
	}
	return a.name
}

// put sets the value in a resource, as Entra ID writes new ones: an element is made of what its filter says, as text.
func (a entraAttr) put(o Object, value any) {
	if a.uri != "" {
		o = member(o, a.uri)
	}
	switch {
	case a.key != "":
		list, _ := o[a.name].([]any)
		e := Find(list, a.key, a.literal)
		if e == nil {
			e = Object{a.key: a.literal}
			o[a.name] = append(list, e)
		}
		e[a.sub] = value
	case a.sub != "":
		member(o, a.name)[a.sub] = value
	default:
		o[a.name] = value
	}
}

func member(o Object, name string) Object {
	m, ok := o[name].(Object)
	if !ok {
		m = Object{}
		o[name] = m
	}
	return m
}

// in returns the value in a resource, or nil. Booleans may be strings, since this is about what else there is.
func (a entraAttr) in(resource any) any {
	if a.uri != "" {
		resource = At(resource, a.uri)
	}
	v := At(resource, a.name)
	if a.key != "" {
		list, _ := v.([]any)
		i := slices.IndexFunc(list, func(e any) bool {
			got := At(e, a.key)
			text, _ := got.(string)
			if b, ok := got.(bool); ok && b {
				text = "true"
			}
			return strings.EqualFold(text, a.literal)
		})
		if i < 0 {
			return nil
		}
		v = list[i]
	}
	if a.sub != "" {
		v = At(v, a.sub)
	}
	return v
}

// defaultUser are the attributes that the validator sends if it is not told others, in its order.
var defaultUser = []string{
	"userName", "active", "displayName", "title", `emails[type eq "work"].value`, `emails[type eq "work"].primary`, "preferredLanguage",
	"name.givenName", "name.familyName", "name.formatted", "name.middleName", "name.honorificPrefix", "name.honorificSuffix",
	`addresses[type eq "work"].formatted`, `addresses[type eq "work"].streetAddress`, `addresses[type eq "work"].locality`,
	`addresses[type eq "work"].region`, `addresses[type eq "work"].postalCode`, `addresses[type eq "work"].primary`,
	`addresses[type eq "work"].country`, `phoneNumbers[type eq "work"].value`, `phoneNumbers[type eq "work"].primary`,
	`phoneNumbers[type eq "mobile"].value`, `phoneNumbers[type eq "fax"].value`,
	EnterpriseURN + ":employeeNumber", EnterpriseURN + ":department", EnterpriseURN + ":costCenter", EnterpriseURN + ":organization",
	EnterpriseURN + ":division", EnterpriseURN + ":manager",
	`roles[primary eq "True"].display`, `roles[primary eq "True"].value`, `roles[primary eq "True"].type`,
	"userType", "nickName", "locale", "timezone", "profileUrl",
}

var defaultGroup = []string{"displayName", "externalId", "members"}

// flatten derives the attributes of mappings from a schema, by the rule of Microsoft's tools: one for each sub-attribute, of
// multi-valued ones for each canonical type, or for the primary element if types are not told.
func flatten(schema Object, core bool) (out []string) {
	prefix := ""
	if !core {
		uri, _ := At(schema, "id").(string)
		prefix = uri + ":"
	}
	list, _ := At(schema, "attributes").([]any)
	for _, v := range list {
		name, _ := At(v, "name").(string)
		if name == "" || name == "id" || name == "meta" || name == "schemas" || !sendable(v) {
			continue
		}
		if name == "manager" || name == "members" {
			out = append(out, prefix+name)
			continue
		}
		subs, _ := At(v, "subAttributes").([]any)
		if At(v, "type") != "complex" {
			out = append(out, prefix+name)
			continue
		}
		paths := []string{prefix + name}
		multi, _ := At(v, "multiValued").(bool)
		if multi {
			paths = elementPaths(prefix+name, subs)
		}
		for _, path := range paths {
			for _, sub := range subs {
				n, _ := At(sub, "name").(string)
				t := At(sub, "type")
				// The validator's own list of what the protocol has knows no display of these.
				if t == "complex" || t == "reference" || !sendable(sub) || multi && (n == "type" || n == "primary" || n == "display") {
					continue
				}
				out = append(out, path+"."+n)
			}
		}
	}
	return out
}

// sendable reports whether an attribute can be sent and read back.
func sendable(attribute any) bool {
	m, _ := At(attribute, "mutability").(string)
	r, _ := At(attribute, "returned").(string)
	return m != "readOnly" && m != "writeOnly" && r != "never"
}

func elementPaths(name string, subs []any) (out []string) {
	types, _ := At(Find(subs, "name", "type"), "canonicalValues").([]any)
	for _, v := range types {
		t, _ := v.(string)
		out = append(out, name+`[type eq "`+t+`"]`)
	}
	if out == nil {
		out = []string{name + `[primary eq true]`}
	}
	return out
}
