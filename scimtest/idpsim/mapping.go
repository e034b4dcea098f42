package idpsim

import (
	"strings"

	"github.com/embedscim/scim/scimtest"
)

const (
	coreUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
	coreGroup  = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	// adGroup is what Entra ID lists among the schemas of a group, besides RFC 7643's.
	adGroup = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
)

// A User is a person in the identity provider's directory. An empty field has no value there, and is never sent.
type User struct {
	// Name is what the person signs in with, unique in the directory: userPrincipalName in Entra ID, login in Okta.
	Name        string
	DisplayName string
	GivenName   string
	Surname     string
	Mail        string
	Title       string
	Department  string
	EmployeeID  string
	Phone       string // of work
	Mobile      string
	// Manager is the id of a user in the directory, or "".
	Manager string
	// Disabled users may not sign in.
	Disabled bool
}

// A mapping is an attribute of SCIM, and where its value comes from.
type mapping struct {
	path string
	urn  string // of the extension, or ""
	attr string
	kind string // type of the element, if attr is multi-valued
	sub  string // or ""
	of   func(*User) string
}

var userName = mapTo("userName", func(u *User) string { return u.Name })

// Entra ID's default mappings, without addresses and fax.
var entraMappings = []*mapping{
	userName,
	mapTo("displayName", func(u *User) string { return u.DisplayName }),
	mapTo("title", func(u *User) string { return u.Title }),
	mapTo("name.givenName", func(u *User) string { return u.GivenName }),
	mapTo("name.familyName", func(u *User) string { return u.Surname }),
	mapTo("name.formatted", func(u *User) string { return strings.TrimSpace(u.GivenName + " " + u.Surname) }),
	mapTo(`emails[type eq "work"].value`, func(u *User) string { return u.Mail }),
	mapTo(`phoneNumbers[type eq "work"].value`, func(u *User) string { return u.Phone }),
	mapTo(`phoneNumbers[type eq "mobile"].value`, func(u *User) string { return u.Mobile }),
	mapTo(enterprise+":department", func(u *User) string { return u.Department }),
	mapTo(enterprise+":employeeNumber", func(u *User) string { return u.EmployeeID }),
}

// Okta's profile of an application, as it is by default.
var oktaMappings = []*mapping{
	userName,
	mapTo("displayName", func(u *User) string { return u.DisplayName }),
	mapTo("name.givenName", func(u *User) string { return u.GivenName }),
	mapTo("name.familyName", func(u *User) string { return u.Surname }),
	mapTo("title", func(u *User) string { return u.Title }),
	mapTo(`emails[type eq "work"].value`, func(u *User) string { return u.Mail }),
	mapTo(`phoneNumbers[type eq "mobile"].value`, func(u *User) string { return u.Mobile }),
}

// Both identity providers give their own id to externalId; active is what the life cycle says.
var (
	externalID = mapTo("externalId", nil)
	active     = mapTo("active", nil)
)

func mapTo(path string, of func(*User) string) *mapping {
	m := &mapping{path: path, of: of}
	rest, ok := strings.CutPrefix(path, enterprise+":")
	if ok {
		m.urn = enterprise
	}
	attr, after, filtered := strings.Cut(rest, `[type eq "`)
	if filtered {
		m.attr = attr
		m.kind, m.sub, _ = strings.Cut(after, `"].`)
		return m
	}
	m.attr, m.sub, _ = strings.Cut(rest, ".")
	return m
}

// read returns the value in a resource, or nil, and of how many elements it could be.
func (m *mapping) read(o scimtest.Object) (value any, n int) {
	var at any = o
	if m.urn != "" {
		at = scimtest.At(at, m.urn)
	}
	at = scimtest.At(at, m.attr)
	if m.kind == "" {
		if m.sub != "" {
			at = scimtest.At(at, m.sub)
		}
		return at, 1
	}
	list, _ := at.([]any)
	for _, e := range list {
		if kind, _ := scimtest.At(e, "type").(string); !strings.EqualFold(kind, m.kind) {
			continue
		}
		if n++; value == nil {
			value = scimtest.At(e, m.sub)
		}
	}
	return value, n
}

// write puts the value into a resource that is to be created or replaced.
func (m *mapping) write(o scimtest.Object, value any) {
	if m.urn != "" {
		o = inside(o, m.urn)
	}
	switch {
	case m.kind != "":
		list, _ := o[m.attr].([]any)
		for _, e := range list {
			if e, _ := e.(scimtest.Object); e != nil && e["type"] == m.kind {
				e[m.sub] = value
				return
			}
		}
		element := scimtest.Object{"type": m.kind, m.sub: value}
		if m.attr == "emails" {
			element["primary"] = true
		}
		o[m.attr] = append(list, element)
	case m.sub != "":
		inside(o, m.attr)[m.sub] = value
	default:
		o[m.attr] = value
	}
}

func inside(o scimtest.Object, name string) scimtest.Object {
	in, _ := o[name].(scimtest.Object)
	if in == nil {
		in = scimtest.Object{}
		o[name] = in
	}
	return in
}

// same reports whether got is what was sent. Entra ID compares in this way when it decides what to write.
func same(want, got any) bool {
	switch want.(type) {
	case string, bool:
		switch got.(type) {
		case string, bool, nil:
			return want == got
		}
	}
	return scimtest.Equal(want, got)
}
