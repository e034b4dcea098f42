package scimtest

// Options are what the suites of identity providers vary. The zero value sends what Microsoft's validator sends with its default
// attributes.
type Options struct {
	// Dialect is how changes are written as PATCH operations. Defaults to [Flag].
	Dialect Dialect
	// Discover takes the attributes from /Schemas, as the validator does if asked to, and not from its own list.
	Discover bool
	// Joining has the attribute by which resources are matched, by the name of the type. Defaults to userName for User and
	// displayName for Group.
	Joining map[string]string
	// Seed makes the values of a run repeatable, but for names, which nobody else may have. Defaults to a random one; see
	// [Client.Seed].
	Seed uint64
}

// A Dialect is a way in which Microsoft Entra ID writes PATCH operations.
type Dialect string

// The dialects.
const (
	// Legacy is that of provisioning jobs as they are set up by default, and of provisioning on demand: operations in capitals, an
	// operation with a path for each attribute, booleans as strings, members to remove as a list of values.
	Legacy Dialect = "legacy"
	// Flag is that of jobs whose tenant URL has ?aadOptscim062020, and of the validator: names in lower case, value filters for
	// multi-valued attributes, and one operation without a path, whose names have dots and URIs, for all others.
	Flag Dialect = "flag"
	// Verbose is Flag with an operation with a path for each attribute.
	Verbose Dialect = "verbose"
	// Mix chooses one of the others for each request.
	Mix Dialect = "mix"
)

func (o Options) joining(typeName string) string {
	if name := o.Joining[typeName]; name != "" {
		return name
	}
	if typeName == "Group" {
		return "displayName"
	}
	return "userName"
}
