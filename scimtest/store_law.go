package scimtest

import (
	"context"
	"fmt"
	"time"

	"github.com/embedscim/scim"
)

// A storeLaw is one law of stores.
type storeLaw struct {
	name string
	// why says in a sentence what is required, and where that is written.
	why string
	// applies reports whether the law has anything to say about the store; nil is always.
	applies func(t *trial) bool
	// run says by the methods of t what is wrong, and returns normally if the law is kept.
	run func(t *trial)
}

// A storeArea is a group of laws that are examined on the same stores, which the first of them finds empty.
type storeArea struct {
	name string
	// needs is the capability that the laws are about, and missing what follows for who runs the service if a store lacks it.
	needs   scim.Capability
	missing string
	laws    []storeLaw
}

// storeAreas are examined for each resource type, those of wholeAreas for all types together.
var (
	storeAreas = []storeArea{
		{name: "create", laws: createLaws},
		{name: "values", laws: valueLaws},
		{name: "ids", laws: idLaws},
		{name: "replace", laws: replaceLaws},
		{name: "delete", laws: deleteLaws},
		{name: "uniqueness", laws: uniqueLaws},
		{name: "references", laws: referenceLaws},
		{name: "concurrency", laws: concurrencyLaws},
		{name: "contexts", laws: contextLaws},
		{
			name: "search", needs: scim.CanSearch, laws: searchLaws,
			missing: "the store is no Searcher: the handler reads all resources for each filter, and from Config.MaxScan resources on it refuses",
		},
		{
			name: "cursor", needs: scim.CanSearchAfter, laws: cursorLaws,
			missing: "the store is no CursorSearcher: a client that pages by cursor misses resources, or sees them twice, when others come and go between pages",
		},
		{
			name: "update", needs: scim.CanUpdate, laws: updateLaws,
			missing: "the store is no Updater: the handler reads and replaces for each PATCH, and starts again when another write came first",
		},
		{
			name: "delta", needs: scim.CanPatchDelta, laws: deltaLaws,
			missing: "the store is no DeltaPatcher: to add one member to a group the handler reads and writes all members",
		},
		{
			name: "transaction", needs: scim.CanTransact, laws: transactionLaws,
			missing: "the store is no Transactor: Config.TxInterceptors and Config.BulkTransaction can't be used",
		},
	}
	wholeAreas = []storeArea{{name: "tenants", laws: tenantLaws}}
)

// lawTimeout bounds a law, so that a store that waits for itself is a failure and not a test that hangs.
const lawTimeout = time.Minute

func testStores(s stage, newStores func(stage) Stores) {
	stores := newStores(s)
	if len(stores.Resources) == 0 {
		s.Error("Stores.Resources is empty: give it the resource types with their stores")
		return
	}
	first, err := newProvider(stores)
	if err != nil {
		s.Error(err)
		return
	}
	again := func(s stage) (*provider, error) { return newProvider(newStores(s)) }
	for _, r := range first.Resources {
		name := r.Type.Name()
		s.Run(name, func(s stage) {
			for _, a := range storeAreas {
				a.examine(s, first, name, again)
			}
		})
	}
	whole := first.Resources[0].Type.Name()
	for _, a := range wholeAreas {
		if first.OneTenant {
			s.Run(a.name, func(s stage) {
				s.Skip("the stores do not tell tenants apart: all clients see all resources, so give each customer stores and a handler of its own")
			})
			continue
		}
		a.examine(s, first, whole, again)
	}
}

// examine examines the laws of an area on new stores, unless none of them concerns the store.
func (a *storeArea) examine(s stage, first *provider, typeName string, again func(stage) (*provider, error)) {
	x := &trial{provider: first, subject: first.subjects[typeName]}
	var laws []storeLaw
	for _, l := range a.laws {
		if l.applies == nil || l.applies(x) {
			laws = append(laws, l)
		}
	}
	if len(laws) == 0 {
		return
	}
	s.Run(a.name, func(s stage) {
		if !x.caps.Has(a.needs) {
			s.Skip(a.missing)
			return
		}
		p, err := again(s)
		if err != nil {
			s.Error(err)
			return
		}
		for _, l := range laws {
			s.Run(l.name, func(s stage) { l.examine(s, p, typeName, func() (*provider, error) { return again(s) }) })
		}
	})
}

func (l *storeLaw) examine(s stage, p *provider, typeName string, again func() (*provider, error)) {
	ctx, cancel := context.WithTimeout(s.Context(), lawTimeout)
	defer cancel()
	t := &trial{root: ctx, log: s.Log, again: again}
	o := attempt(func() { l.run(t.of(p, typeName, p.Tenants[0])) })
	switch {
	case o == nil:
	case o.verdict == Skip:
		s.Skip(o.err)
	default:
		s.Error(fmt.Sprintf("%v\nThe law: %s", o.err, l.why))
	}
}
