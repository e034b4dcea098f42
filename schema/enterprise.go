package schema

// EnterpriseUserURI is the id of the enterprise extension of User (RFC 7643 §4.3).
const EnterpriseUserURI = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// EnterpriseUser returns the enterprise extension of RFC 7643 §4.3 and §8.7.1, with its errata: manager.value and its
// reference are case exact (errata 8472 and 6001). The caller may change the result.
func EnterpriseUser() *Schema {
	return &Schema{
		ID:          EnterpriseUserURI,
		Name:        "EnterpriseUser",
		Description: "Enterprise User",
		Attributes: []*Attribute{
			{Name: "employeeNumber", Description: "Identifier that the organization assigned to the person, numeric or alphanumeric."},
			{Name: "costCenter", Description: "The name of the cost center."},
			{Name: "organization", Description: "The name of the organization."},
			{Name: "division", Description: "The name of the division."},
			{Name: "department", Description: "The name of the department."},
			{
				Name: "manager", Type: TypeComplex,
				Description: "The user's manager, another user.",
				SubAttributes: []*Attribute{
					{Name: "value", CaseExact: true, Description: "The id of the manager."},
					{
						Name: "$ref", Type: TypeReference, ReferenceTypes: []string{"User"}, CaseExact: true,
						Description: "The URI of the manager.",
					},
					{Name: "displayName", Mutability: ReadOnly, Description: "The display name of the manager."},
				},
			},
		},
	}
}
