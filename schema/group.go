package schema

// GroupURI is the id of the Group schema (RFC 7643 §4.2).
const GroupURI = "urn:ietf:params:scim:schemas:core:2.0:Group"

// Group returns the Group schema of RFC 7643 §4.2 and §8.7.1, with its errata: displayName is required (erratum 5368),
// references and identifiers are case exact (6001), members have a display name (6011), which is the service provider's to
// fill. The caller may change the result.
func Group() *Schema {
	return &Schema{
		ID:          GroupURI,
		Name:        "Group",
		Description: "Group",
		Attributes: []*Attribute{
			{Name: "displayName", Required: true, Description: "The name of the group for display."},
			{
				Name: "members", Type: TypeComplex, MultiValued: true,
				Description: "The members of the group.",
				SubAttributes: []*Attribute{
					{Name: "value", CaseExact: true, Mutability: Immutable, Description: "The id of the member."},
					{
						Name: "$ref", Type: TypeReference, ReferenceTypes: []string{"User", "Group"}, CaseExact: true, Mutability: Immutable,
						Description: "The URI of the member.",
					},
					{
						Name: "type", CanonicalValues: []string{"User", "Group"}, Mutability: Immutable,
						Description: "The resource type of the member.",
					},
					{Name: "display", Mutability: ReadOnly, Description: "The name of the member for display."},
				},
			},
		},
	}
}
