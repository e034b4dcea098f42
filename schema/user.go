package schema

// UserURI is the id of the User schema (RFC 7643 §4.1).
const UserURI = "urn:ietf:params:scim:schemas:core:2.0:User"

// User returns the User schema of RFC 7643 §4.1 and §8.7.1, with its errata: references and identifiers are case exact
// (erratum 6001), groups.$ref leads to a Group (8471), addresses have the primary that the examples of §8.2 use. Each
// type has canonical values, also where the RFC lists none: clients that read schemas make their mappings of them. The
// caller may change the result.
func User() *Schema {
	return &Schema{
		ID:          UserURI,
		Name:        "User",
		Description: "User Account",
		Attributes: []*Attribute{
			{
				Name: "userName", Required: true, Uniqueness: UniqueServer,
				Description: "Name that identifies the user to the service provider, typically to sign in; unique in any letter case.",
			},
			{
				Name: "name", Type: TypeComplex,
				Description: "The parts of the user's real name.",
				SubAttributes: []*Attribute{
					{Name: "formatted", Description: "The full name as it is displayed, such as 'Ms. Barbara J Jensen, III'."},
					{Name: "familyName", Description: "The family name, such as 'Jensen'."},
					{Name: "givenName", Description: "The given name, such as 'Barbara'."},
					{Name: "middleName", Description: "The middle names, such as 'Jane'."},
					{Name: "honorificPrefix", Description: "The titles before the name, such as 'Ms.'."},
					{Name: "honorificSuffix", Description: "The suffixes after the name, such as 'III'."},
				},
			},
			{Name: "displayName", Description: "The name of the user for display, if possible the full name."},
			{Name: "nickName", Description: "The casual name of the user, such as 'Bob' for 'Robert'; not the userName."},
			{
				Name: "profileUrl", Type: TypeReference, ReferenceTypes: []string{"external"}, CaseExact: true,
				Description: "URL of a page about the user.",
			},
			{Name: "title", Description: "The user's title, such as 'Vice President'."},
			{Name: "userType", Description: "How the user relates to the organization, such as 'Contractor', 'Employee' or 'Intern'."},
			{Name: "preferredLanguage", Description: "The language the user prefers, as in an Accept-Language header, such as 'en-US'."},
			{Name: "locale", Description: "The region for currency, dates and numbers, a BCP 47 tag such as 'en-US'."},
			{Name: "timezone", Description: "The time zone in the IANA database, such as 'America/Los_Angeles'."},
			{Name: "active", Type: TypeBoolean, Description: "Whether the user may use the service."},
			{
				Name: "password", Mutability: WriteOnly, Returned: ReturnedNever,
				Description: "The password in clear text, to set it when the user is created or to reset it.",
			},
			labelled("emails", "Email addresses of the user.",
				&Attribute{Name: "value", Description: "The email address, such as 'bjensen@example.com'."},
				"work", "home", "other"),
			labelled("phoneNumbers", "Phone numbers of the user.",
				&Attribute{Name: "value", Description: "The phone number, if possible as in RFC 3966: 'tel:+1-201-555-0123'."},
				"work", "home", "mobile", "fax", "pager", "other"),
			labelled("ims", "Instant messaging addresses of the user.",
				&Attribute{Name: "value", Description: "The instant messaging address."},
				"aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
			labelled("photos", "Photos of the user.",
				&Attribute{
					Name: "value", Type: TypeReference, ReferenceTypes: []string{"external"}, CaseExact: true,
					Description: "URL of an image file.",
				},
				"photo", "thumbnail"),
			{
				Name: "addresses", Type: TypeComplex, MultiValued: true,
				Description: "Physical mailing addresses of the user.",
				SubAttributes: []*Attribute{
					{Name: "formatted", Description: "The full address as it is displayed; it may have several lines."},
					{Name: "streetAddress", Description: "The street with house number and the like; it may have several lines."},
					{Name: "locality", Description: "The city or locality."},
					{Name: "region", Description: "The state or region."},
					{Name: "postalCode", Description: "The zip code or postal code."},
					{Name: "country", Description: "The country, an ISO 3166-1 alpha-2 code such as 'US'."},
					typeOf("work", "home", "other"),
					primary(),
				},
			},
			{
				Name: "groups", Type: TypeComplex, MultiValued: true, Mutability: ReadOnly,
				Description: "The groups the user is in, directly, through nested groups or by calculation; changed through the groups themselves.",
				SubAttributes: []*Attribute{
					{Name: "value", CaseExact: true, Mutability: ReadOnly, Description: "The id of the group."},
					{
						Name: "$ref", Type: TypeReference, ReferenceTypes: []string{"Group"}, CaseExact: true, Mutability: ReadOnly,
						Description: "The URI of the group.",
					},
					{Name: "display", Mutability: ReadOnly, Description: "The name of the group for display."},
					{
						Name: "type", CanonicalValues: []string{"direct", "indirect"}, Mutability: ReadOnly,
						Description: "Whether the user is a direct member of the group.",
					},
				},
			},
			// RFC 7643 has no canonical values for the next three, and no vocabulary for their values either.
			labelled("entitlements", "Things the user has.",
				&Attribute{Name: "value", Description: "The entitlement."},
				"work", "other"),
			labelled("roles", "Roles that together say who the user is, such as 'Student' or 'Faculty'.",
				&Attribute{Name: "value", Description: "The role."},
				"work", "other"),
			labelled("x509Certificates", "Certificates issued to the user.",
				&Attribute{Name: "value", Type: TypeBinary, CaseExact: true, Description: "An X.509 certificate, DER in base64."},
				"work", "other"),
		},
	}
}

// labelled returns a multi-valued attribute with the sub-attributes value, display, type and primary (RFC 7643 §2.4).
func labelled(name, description string, value *Attribute, types ...string) *Attribute {
	return &Attribute{
		Name: name, Type: TypeComplex, MultiValued: true, Description: description,
		SubAttributes: []*Attribute{
			value,
			{Name: "display", Description: "The value for display."},
			typeOf(types...),
			primary(),
		},
	}
}

func typeOf(canonical ...string) *Attribute {
	return &Attribute{Name: "type", CanonicalValues: canonical, Description: "What the value is for, such as '" + canonical[0] + "'."}
}

func primary() *Attribute {
	return &Attribute{Name: "primary", Type: TypeBoolean, Description: "Whether the value is the preferred one; true for one value at most."}
}
