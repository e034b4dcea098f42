package compat

import (
	"slices"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A Rule turns one kind of input that the RFCs do not define into input that they do.
type Rule struct {
	// ID names the rule in logs, and in [Profile.With] and [Profile.Without].
	ID string
	// Client is who sends the input; other clients may as well.
	Client string
	// Reason says in one sentence what is sent and what it becomes.
	Reason string
	// Doc is a link to where the input is documented or reported.
	Doc string

	in membership

	// What the rule does, by the kind of input it looks at; the others are nil. Each reports whether it applies, and does
	// not apply to what it has made.
	path    func(c *call, text string) (string, bool)                                            // a path or attribute name
	compare func(c *call, in *schema.Attribute, x filter.Expr) (filter.Expr, bool)               // a comparison or value path
	shape   func(c *call, op patch.Op) ([]patch.Op, bool)                                        // an operation, before its value is mended
	value   func(c *call, a *schema.Attribute, v schema.Value, where place) (schema.Value, bool) // a value, before its parts
	op      func(c *call, op patch.Op) ([]patch.Op, bool, error)                                 // an operation
	body    func(c *call, o schema.Object) (schema.Object, bool)                                 // the attributes of a resource
	names   func(c *call, text string) (string, bool)                                            // a list of attribute names
}

// A place is where a value stands with regard to its attribute.
type place uint8

const (
	whole    place = iota // the value of the attribute: a list if it is multi-valued
	element               // one element of a list of a multi-valued attribute
	lone                  // one element where the operation may have a list
	selected              // what an operation does to the elements that its path selects
)

// Rules returns all rules there are, in the order in which they apply.
func Rules() []Rule { return slices.Clone(all) }

// Where the input is documented.
const (
	entraCompatibility = "https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility"
	entraSCIM          = "https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups"
	entraMapping       = "https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes"
	entraReference     = "https://github.com/AzureAD/SCIMReferenceCode"
)

const entra = "Microsoft Entra ID"

// all holds the rules in the order in which they apply.
var all = []Rule{
	{
		ID: "op-case", Client: entra, Doc: entraCompatibility,
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: `Operation names such as "Replace" become lower-case.`,
		shape:  lowerOp,
	},
	{
		ID: "urn-dot", Client: entra, Doc: entraCompatibility,
		in:      inEntraID | inEntraLegacy | inGoogle | inLenient,
		Reason:  "A dot between a schema URI and an attribute becomes a colon.",
		path:    urnDot,
		compare: urnDotAttr,
	},
	{
		ID: "uri-typo", Client: entra, Doc: entraSCIM,
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: "The misspelt URI of the enterprise extension in older samples becomes the right one.",
		path:   uriTypo,
	},
	{
		ID: "complex-comparison", Client: entra, Doc: entraSCIM,
		in:      inEntraID | inEntraLegacy | inLenient,
		Reason:  "A comparison with a single-valued complex attribute such as manager is about its value.",
		compare: valueOfComplex,
	},
	{
		ID: "unquoted-literal", Client: entra, Doc: entraSCIM,
		in:      inEntraID | inEntraLegacy | inLenient,
		Reason:  "A string in a filter without double quotes gets them.",
		compare: quoteLiteral,
	},
	{
		ID: "boolean-literal", Client: entra, Doc: entraMapping,
		in:      inEntraID | inEntraLegacy | inLenient,
		Reason:  `A boolean attribute compared with the string "True" or "False" is compared with true or false.`,
		compare: booleanLiteral,
	},
	{
		ID: "value-path-comparison", Client: entra, Doc: entraSCIM,
		in:      inEntraID | inEntraLegacy | inLenient,
		Reason:  "A comparison after brackets moves into the brackets.",
		compare: intoBrackets,
	},
	{
		ID: valuePathName, Client: entra, Doc: entraReference,
		in:     inEntraID | inLenient,
		Reason: "A name with brackets in a list of attributes becomes the attribute's name.",
		names:  plainNames,
	},
	{
		ID: "single-filter", Client: entra, Doc: "https://github.com/thomaspoignant/scim-patch/issues/453",
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: "A filter on a single-valued complex attribute selects its value if that fulfils the filter.",
		shape:  filterSingle,
	},
	{
		ID: "path-keys", Client: entra, Doc: entraCompatibility,
		in:     inEntraID | inEntraLegacy | inGoogle | inLenient,
		Reason: "An operation without a path whose value has paths as names becomes one operation for each name.",
		shape:  splitKeys,
		body:   placeKeys,
	},
	{
		ID: "wrapped-value", Client: entra, Doc: "https://github.com/Azure/AzureAD-BYOA-Provisioning-Samples/issues/22",
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: `A single value in the form [{"$ref":null,"value":x}] becomes x.`,
		shape:  unwrapSelected,
		value:  unwrap,
	},
	{
		ID: "nested-values", Client: "Salesforce", Doc: "https://github.com/pond/scimitar",
		in:     inEntraID | inLenient,
		Reason: "A value that is an object with the name of the attribute alone becomes what is in it.",
		value:  unnest,
	},
	{
		ID: "one-value", Client: "several clients", Doc: entraReference,
		in:     inEntraID | inEntraLegacy | inOneLogin | inLenient,
		Reason: "One value where the schema has several becomes a list of one.",
		value:  listOfOne,
	},
	{
		ID: "bare-value", Client: entra, Doc: "https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/541",
		in:     inEntraID | inEntraLegacy | inGoogle | inLenient,
		Reason: `A string for a complex attribute such as manager becomes an object with that value.`,
		shape:  bareSelected,
		value:  bareValue,
	},
	{
		ID: "role-json", Client: entra, Doc: entraMapping,
		in:     inEntraID | inEntraLegacy,
		Reason: "A role that is an app role as JSON text becomes a role with the app role's value and display name.",
		shape:  roleSelected,
		value:  roleValue,
	},
	{
		ID: "member-display-name", Client: entra, Doc: entraReference,
		in:     inEntraID | inLenient,
		Reason: "displayName in an element that has display instead becomes display.",
		value:  displayName,
	},
	{
		ID: "null-members", Client: entra, Doc: entraSCIM,
		in:     inEntraID | inEntraLegacy | inOkta | inOneLogin | inLenient,
		Reason: `Null in an element, such as "$ref":null in a member, is dropped.`,
		value:  dropNull,
	},
	{
		ID: "read-only-parts", Client: entra, Doc: entraSCIM,
		in:     inEntraID | inEntraLegacy | inOneLogin,
		Reason: "What only the service provider writes, such as the display name beside the id of a manager, is dropped from a value.",
		value:  dropReadOnly,
	},
	{
		ID: "boolean-string", Client: entra, Doc: entraCompatibility,
		in:     inEntraID | inEntraLegacy | inOneLogin | inLenient,
		Reason: `The strings "True" and "False", in any letter case, become true and false where the schema has a boolean.`,
		value:  booleanString,
	},
	{
		ID: "remove-values", Client: entra, Doc: entraCompatibility,
		in:     inEntraID | inEntraLegacy | inJumpCloud | inLenient,
		Reason: "A remove operation with a list of values removes those, and not all values.",
		op:     removeValues,
	},
	{
		ID: "remove-value", Client: entra, Doc: "https://github.com/AzureAD/SCIMReferenceCode/pull/87",
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: "The value of a remove operation whose path says enough is dropped.",
		op:     dropRemoveValue,
	},
	{
		ID: "clear", Client: entra, Doc: entraReference,
		in:     inEntraID | inEntraLegacy,
		Reason: `The empty string and null mean that an attribute has no value: replace removes it, add leaves it as it is.`,
		value:  dropEmpty,
		op:     clearValue,
	},
	{
		ID: "no-empty-elements", Client: "several clients", Doc: entraSCIM,
		in:     inEntraID | inEntraLegacy | inOkta | inOneLogin,
		Reason: "A list with an element that has no value is refused: by the RFCs it would count as none, and a list of such would remove all.",
		op:     refuseEmpty,
	},
	{
		ID: "create-element", Client: entra, Doc: "https://learn.microsoft.com/en-us/answers/questions/708183",
		in:     inEntraID | inEntraLegacy,
		Reason: "An element that the filter of a path describes, but does not find, is created.",
		op:     createElement,
	},
	{
		ID: "schema-uris", Client: entra, Doc: entraCompatibility,
		in:     inEntraID | inEntraLegacy | inLenient,
		Reason: "Schema URIs of Microsoft's own that stand for none of SCIM are dropped.",
		body:   dropURIs,
	},
	{
		ID: "extension-schemas", Client: "scim2-client", Doc: "https://github.com/python-scim/scim2-models",
		in:     inLenient,
		Reason: "The schema URI of an extension inside its own attributes is dropped.",
		value:  dropExtensionSchemas,
	},
	{
		ID: "first-primary", Client: "PingOne", Doc: "https://docs.pingidentity.com/pingone/integrations/p1_scim_provisioning_limitations.html",
		in:     inPingOne | inLenient,
		Reason: "Of several primary values the first that is not empty stays primary.",
		value:  firstPrimary,
	},
	{
		ID: "scim11-schemas", Client: "OneLogin", Doc: "https://developers.onelogin.com/scim/define-user-schema",
		in:     inOneLogin | inGoogle,
		Reason: "The schema URIs of SCIM 1.1 become those of SCIM 2.0, and managerId becomes the value of the manager.",
		body:   newURIs,
	},
	{
		ID: "filter-members", Client: "OneLogin", Doc: "https://developers.onelogin.com/scim/implement-scim-api",
		Reason: "An add operation without a value whose path looks for a member adds that member.",
		shape:  addFiltered,
	},
}
