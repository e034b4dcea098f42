package scim

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// A Capability is a set of what a store can do beyond [ResourceStore].
type Capability uint8

// The capabilities, each of one interface.
const (
	CanSearch      Capability = 1 << iota // [Searcher]
	CanSearchAfter                        // [CursorSearcher]
	CanUpdate                             // [Updater]
	CanPatchDelta                         // [DeltaPatcher]
	CanTransact                           // [Transactor]
)

var capabilityNames = [...]string{"search", "cursor", "update", "delta", "transaction"}

// String returns the names of the capabilities, separated by blanks.
func (c Capability) String() string {
	var names []string
	for i, n := range capabilityNames {
		if c&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, " ")
}

// Has reports whether c has all the capabilities of d.
func (c Capability) Has(d Capability) bool { return c&d == d }

// resources is one resource type of a handler: its schemas, its store, and what was found out about them. Nothing else
// asserts types of a store.
type resources struct {
	*schema.ResourceType
	config  ResourceType
	caps    Capability
	keyed   []string // attributes for PatchDelta
	links   []link
	maxScan int

	sensitive []schema.Path // see ResourceType.Sensitive
}

func newResources(c ResourceType) *resources {
	rs := &resources{ResourceType: c.Type, config: c}
	for _, name := range c.Sensitive {
		if p, err := c.Type.Path(name); err == nil {
			rs.sensitive = append(rs.sensitive, p)
		}
	}
	if _, ok := c.Store.(Searcher); ok {
		rs.caps |= CanSearch
	}
	if _, ok := c.Store.(CursorSearcher); ok {
		rs.caps |= CanSearchAfter
	}
	if _, ok := c.Store.(Updater); ok {
		rs.caps |= CanUpdate
	}
	if _, ok := c.Store.(DeltaPatcher); ok {
		rs.caps |= CanPatchDelta
	}
	if _, ok := c.Store.(Transactor); ok {
		rs.caps |= CanTransact
	}
	if m, ok := c.Store.(CapabilityReporter); ok {
		rs.caps &= m.Capabilities()
	}
	if rs.caps.Has(CanPatchDelta) {
		rs.keyed = slices.Clone(c.Store.(DeltaPatcher).DeltaAttributes())
	}
	return rs
}

// typeOf returns the resource type that the store is for, if it tells, or fallback's.
func typeOf(s ResourceStore, fallback func() *schema.ResourceType) *schema.ResourceType {
	if t, ok := s.(interface{ Type() *schema.ResourceType }); ok {
		return t.Type()
	}
	return fallback()
}

// maxRetries bounds how often a change is repeated when others come in between.
const maxRetries = 32

// update changes the resource with the given id by fn, atomically: through [Updater], or with Get and Replace, repeated as
// long as somebody else is faster. Then fn returns [errUnchanged] if there is nothing to store.
func (rs *resources) update(ctx context.Context, id string, fn func(*Resource) error) (*Resource, error) {
	if rs.caps.Has(CanUpdate) {
		r, err := rs.config.Store.(Updater).Update(ctx, id, Projection{}, func(r *Resource) error {
			if err := fn(r); !errors.Is(err, errUnchanged) {
				return err
			}
			return nil
		})
		if !errors.Is(err, errors.ErrUnsupported) {
			return r, err
		}
	}
	for range maxRetries {
		r, err := rs.config.Store.Get(ctx, id, Projection{})
		if err != nil {
			return nil, err
		}
		next := *r
		if err := fn(&next); errors.Is(err, errUnchanged) {
			return r, nil
		} else if err != nil {
			return nil, err
		}
		next.Meta.Version = r.Meta.Version
		stored, err := rs.config.Store.Replace(ctx, &next)
		if !errors.Is(err, ErrVersionMismatch) {
			return stored, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return nil, Errorf(ErrUnavailable, "The resource keeps being changed by others: try again later.")
}

// errUnchanged is what a change returns that changes nothing.
var errUnchanged = errors.New("scim: nothing changes")

// patchDelta carries out d if the store can. ok is false if it has to be done another way.
func (rs *resources) patchDelta(ctx context.Context, id string, d *patch.Delta) (res DeltaResult, ok bool, err error) {
	res, err = rs.config.Store.(DeltaPatcher).PatchDelta(ctx, id, d)
	if errors.Is(err, errors.ErrUnsupported) {
		return DeltaResult{}, false, nil
	}
	var inRequest *schema.Error
	if errors.As(err, &inRequest) {
		// This is what [patch.Delta.Apply] says about the operations.
		err = describe(err)
	}
	return res, true, err
}

// inTx runs fn in a transaction of the store.
func (rs *resources) inTx(ctx context.Context, fn func(context.Context) error) error {
	return rs.config.Store.(Transactor).InTx(ctx, fn)
}

// search finds the resources q asks for: through [Searcher], or in memory, up to [Config.MaxScan].
func (rs *resources) search(ctx context.Context, q *Query) (*Page, error) {
	if rs.caps.Has(CanSearch) {
		page, err := rs.config.Store.(Searcher).Search(ctx, q)
		if !errors.Is(err, errors.ErrUnsupported) {
			return page, err
		}
	}
	return rs.scan(rs.config.Store.List(ctx, q.Projection.seeing(q)), q)
}

// searchAfter finds the page that a cursor's state leads to, the first if it is "": through [CursorSearcher], or by index.
// Next and Prev of the page are states again.
func (rs *resources) searchAfter(ctx context.Context, q *Query, state string) (*Page, error) {
	cursor, ofStore := strings.CutPrefix(state, stateOfStore)
	if rs.caps.Has(CanSearchAfter) && (ofStore || state == "") {
		page, err := rs.config.Store.(CursorSearcher).SearchAfter(ctx, q, cursor)
		if err == nil && page != nil {
			return page.withStates(stateOfStore, page.Next, page.Prev), nil
		}
		var e *Error
		if errors.As(err, &e) && errors.Is(e, errInvalidCursor) {
			// Whatever the reason, the client reads the same.
			return nil, errInvalidCursor
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return page, err
		}
	}
	if ofStore {
		return nil, errInvalidCursor
	}
	page, err := rs.search(ctx, q)
	if err != nil || page == nil {
		return page, err
	}
	return page.byIndex(q.StartIndex, q.Count, len(page.Resources)), nil
}

// scan answers q from an iterator over all resources.
func (rs *resources) scan(all iter.Seq2[*Resource, error], q *Query) (*Page, error) {
	var found []*Resource
	seen := 0
	for r, err := range all {
		if err != nil {
			return nil, err
		}
		if seen++; seen > rs.maxScan {
			return nil, Errorf(ErrTooMany, "There are more than %d resources to look through: ask the service provider to let its store search by itself.", rs.maxScan)
		}
		if r.Meta.ResourceType == "" {
			// Stores may leave it to the handler, filters may ask for it.
			c := *r
			c.Meta.ResourceType = rs.Name()
			r = &c
		}
		if q.Filter == nil || q.Filter.Match(r) {
			found = append(found, r)
		}
	}
	if q.SortBy != nil {
		slices.SortStableFunc(found, q.Compare)
	}
	page := &Page{TotalResults: len(found)}
	if start := q.StartIndex - 1; start < len(found) {
		page.Resources = found[start : start+min(q.Count, len(found)-start)]
	}
	return page, nil
}
