package scimtest

import (
	"context"
	"testing"

	"github.com/embedscim/scim"
)

// Stores are the stores that [TestStore] examines: those of one service provider, which may refer to each other.
type Stores struct {
	// Resources are the resource types with their stores, as in [scim.Config].
	Resources []scim.ResourceType
	// Keeps lists, by the name of the resource type, the attributes that its store has a place for: paths such as title,
	// name.givenName, emails, emails.value, a URN-qualified name, or emails[type eq "work"].value for a store that keeps that of
	// one element only. The suite sends and filters by no others, but for making sure that the store refuses a resource with an
	// attribute that it can't keep, and does not drop it in silence. A type that is not listed keeps everything.
	Keeps map[string][]string
	// Fit, if it is set, makes each resource of the suite one that the store takes, after Keeps: it sets what the store asks for
	// beyond the schema, and shortens or removes what it can't take. Resources that the store returns go through Fit too, before
	// they are compared with what was sent: it must give the same when it is called twice.
	Fit func(r *scim.Resource)
	// Tenants are two tenants that the stores know and that have no resources. Defaults to acme and globex.
	Tenants [2]string
	// OneTenant says that the stores do not tell tenants apart, so that isolation is not examined.
	OneTenant bool
	// Unversioned says that the stores give resources no versions.
	Unversioned bool
	// Context, if it is set, returns the context of a tenant for stores that do not read it with [scim.PrincipalFrom] alone.
	Context func(ctx context.Context, tenant string) context.Context
	// Password, if it is set, reports whether the resource with the given id has the given password, for the laws about
	// attributes that are never returned.
	Password func(ctx context.Context, id, password string) (bool, error)
}

// TestStore examines whether stores keep the laws of [scim.ResourceStore] and of its optional interfaces, one subtest per law.
// A failure says which law is broken, what was done, what was expected and what came. A capability that a store lacks is one
// skipped subtest that says what follows from it.
//
// newStores is called for each group of laws, a few dozen times. It returns stores without resources, and cleans up after
// itself with [testing.T.Cleanup].
//
// The laws hold for stores of any resource types, whose attributes the suite finds in their schemas: an attribute with a $ref
// to another of the types gets ids of such resources only. Some laws are about races: run the test with -race, and take a
// failure that comes and goes for a failure.
func TestStore(t *testing.T, newStores func(t *testing.T) Stores) {
	t.Helper()
	testStores(testStage{t}, func(s stage) Stores { return newStores(s.(testStage).T) })
}

// A stage is where laws are examined: a test, or in the suite's own tests a recorder of what laws come to.
type stage interface {
	Run(name string, f func(stage))
	Context() context.Context
	Log(args ...any)
	Skip(args ...any)
	Error(args ...any)
}

type testStage struct{ *testing.T }

func (s testStage) Run(name string, f func(stage)) {
	s.T.Run(name, func(t *testing.T) { f(testStage{t}) })
}
