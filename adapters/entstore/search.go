package entstore

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// Search returns the page that q asks for; see [scim.Searcher]. Without SortBy, and among equals, resources are in the order of
// their ids; times are compared as exactly as the database keeps them. The database does what it can do exactly as [scim.Query] asks for; entities that are left to look at are read, up
// to [Config.MaxScan].
func (s *Store[T]) Search(ctx context.Context, q *scim.Query) (page *scim.Page, err error) {
	err = s.snapshot(ctx, func(ctx context.Context) error {
		c, err := s.narrowed(ctx, q)
		if err == nil {
			page, err = s.search(ctx, q, c)
		}
		return err
	})
	return page, s.describe(ctx, err)
}

// narrowed returns what SQL can say about the filter of q, for the entities of the tenant.
func (s *Store[T]) narrowed(ctx context.Context, q *scim.Query) (cond, error) {
	scope, err := s.scope(ctx)
	if err != nil || q.Filter == nil {
		return known(scope), err
	}
	w, err := s.translator(ctx)
	if err != nil {
		return cond{}, err
	}
	c := w.where(q.Filter.Expr())
	c.may = allOf(scope, c.may)
	return c, nil
}

func (s *Store[T]) search(ctx context.Context, q *scim.Query, c cond) (*scim.Page, error) {
	skip, count := max(0, q.StartIndex-1), max(0, q.Count)
	if q.SortBy == nil && skip == 0 && count > 0 {
		// Most queries look for one resource: then there is nothing to count.
		page, err := s.few(ctx, q, c, count)
		if page != nil || err != nil {
			return page, err
		}
	}
	order, unsure, sorts := s.order(q)
	total, exact := 0, false
	if sorts {
		var err error
		if total, exact, err = s.count(ctx, c, unsure); err != nil {
			return nil, err
		}
	}
	if !exact {
		return s.sift(ctx, q, c, skip, count)
	}
	page := &scim.Page{TotalResults: total}
	if count == 0 || skip >= total {
		return page, nil
	}
	n := s.needs(q.Projection)
	found, err := s.read(ctx, choice{where: c.may, order: order, limit: count, offset: skip}, n)
	if err != nil {
		return nil, err
	}
	page.Resources, err = s.resources(ctx, found, n)
	return page, err
}

// fewest is how many candidates few looks at, whatever the size of a page.
const fewest = 20

// few answers a query whose candidates are no more than a page, or are all right; it returns nil if it can't.
func (s *Store[T]) few(ctx context.Context, q *scim.Query, c cond, count int) (*scim.Page, error) {
	limit := max(count, fewest)
	n := s.needs(q.Projection)
	see := s.seeing(q)
	if !c.unsure.is(never) {
		n = needs{members: n.members || see.members, groups: n.groups || see.groups}
	}
	if limit >= 1<<30 {
		limit = 1 << 30
	}
	found, err := s.read(ctx, choice{where: c.may, order: sqlf(s.key.column), limit: limit + 1}, n)
	if err != nil {
		return nil, err
	}
	total := len(found)
	if len(found) > limit {
		exact := false
		if total, exact, err = s.count(ctx, c, never); err != nil || !exact {
			return nil, err
		}
		c = known(c.may)
	}
	page := &scim.Page{TotalResults: total}
	if c.unsure.is(never) {
		page.Resources, err = s.resources(ctx, found[:min(len(found), count)], n)
		return page, err
	}
	if page.Resources, err = s.resources(ctx, found, n); err != nil {
		return nil, err
	}
	page.Resources = slices.DeleteFunc(page.Resources, func(r *scim.Resource) bool { return q.Filter != nil && !q.Filter.Match(r) })
	page.TotalResults = len(page.Resources)
	page.Resources = page.Resources[:min(len(page.Resources), count)]
	return page, nil
}

// order translates the order of q, if the database has all that takes. unsure holds for entities that the database may put in
// another place than [scim.Query.Compare].
func (s *Store[T]) order(q *scim.Query) (order, unsure frag, ok bool) {
	if q.SortBy == nil {
		return sqlf(s.key.column), never, true
	}
	f := s.columnAt(*q.SortBy)
	if f == nil || f.null || f.column == "" {
		return frag{}, never, false
	}
	name := "{" + f.column + "}"
	x, none := name, name+" IS NULL"
	unsure = never
	switch f.kind {
	case kindText:
		switch {
		case f.target.Exact():
			x = s.exact(name)
		case f.folded != "":
			x = s.exact("{" + f.folded + "}")
		default:
			x = s.lower(name)
			unsure = sqlf("(" + name + " IS NOT NULL AND " + s.wide(name) + ")")
		}
		if f.empty {
			none = "(" + name + " IS NULL OR " + name + " = '')"
			// Null and the empty text are in one place.
			x = "CASE WHEN " + none + " THEN NULL ELSE " + x + " END"
		}
	case kindTime:
		if s.dialect == dialect.SQLite {
			return frag{}, never, false
		}
		unsure = zeroTime(f)
	case kindInt:
		if f.plain {
			x, none = "COALESCE("+name+", 0)", ""
		}
	default:
		return frag{}, never, false
	}
	dir := ""
	if q.Descending {
		dir = " DESC"
	}
	by := x + dir + ", " + s.key.column
	if none != "" {
		// Resources without a value come last, or first if the order descends.
		by = "CASE WHEN " + none + " THEN 1 ELSE 0 END" + dir + ", " + by
	}
	return sqlf(by), unsure, true
}

// count returns how many entities fulfil c, unless some have to be looked at: those for which c is unsure, or doubt holds.
func (s *Store[T]) count(ctx context.Context, c cond, doubt frag) (n int, exact bool, err error) {
	doubt = anyOf(c.unsure, doubt)
	switch {
	case doubt.is(always):
		return 0, false, nil
	case !doubt.is(never):
		if n, err = s.data.count(ctx, allOf(c.may, doubt).apply); err != nil || n > 0 {
			return 0, false, err
		}
	}
	n, err = s.data.count(ctx, c.may.apply)
	return n, err == nil, err
}

// seeing returns what the filter and the order of q look at.
func (s *Store[T]) seeing(q *scim.Query) needs {
	var paths []schema.Path
	if q.Filter != nil {
		paths = q.Filter.Paths()
	}
	if q.SortBy != nil {
		paths = append(paths, *q.SortBy)
	}
	var n needs
	for _, p := range paths {
		n.members = n.members || s.members != nil && (p.Attribute == s.members || p.Attribute == nil)
		n.groups = n.groups || s.groups != nil && (p.Attribute == s.groups || p.Attribute == nil)
	}
	return n
}

// A match is a resource that fulfils a filter, and what it is sorted by.
type match struct {
	id     any
	sorted *scim.Resource
}

// sifted returns all that fulfil the filter of q, in its order, looking at each candidate.
func (s *Store[T]) sifted(ctx context.Context, q *scim.Query, c cond) ([]match, error) {
	var out []match
	seen := 0
	n := s.seeing(q)
	for xs, err := range s.scan(ctx, c.may, n) {
		if err != nil {
			return nil, err
		}
		if seen += len(xs); seen > s.cfg.MaxScan {
			return nil, scim.Errorf(scim.ErrTooMany, "There are more than %d resources to look through: use a filter by an attribute that the service can look up, such as userName or externalId.", s.cfg.MaxScan)
		}
		found, err := s.resources(ctx, xs, n)
		if err != nil {
			return nil, err
		}
		for i, r := range found {
			if q.Filter != nil && !q.Filter.Match(r) {
				continue
			}
			m := match{id: s.idOf(xs[i])}
			if q.SortBy != nil {
				m.sorted = r
			}
			out = append(out, m)
		}
	}
	if q.SortBy != nil {
		slices.SortStableFunc(out, func(a, b match) int { return q.Compare(a.sorted, b.sorted) })
	}
	return out, nil
}

// sift answers a query by looking at each candidate.
func (s *Store[T]) sift(ctx context.Context, q *scim.Query, c cond, skip, count int) (*scim.Page, error) {
	found, err := s.sifted(ctx, q, c)
	if err != nil {
		return nil, err
	}
	page := &scim.Page{TotalResults: len(found)}
	if skip < len(found) {
		page.Resources, err = s.pick(ctx, q, found[skip:min(len(found), skip+count)])
	}
	return page, err
}

// pick returns the resources that matches are, but those that have gone meanwhile.
func (s *Store[T]) pick(ctx context.Context, q *scim.Query, found []match) ([]*scim.Resource, error) {
	if len(found) == 0 {
		return nil, nil
	}
	scope, err := s.scope(ctx)
	if err != nil {
		return nil, err
	}
	n := s.needs(q.Projection)
	byID := map[any]*T{}
	for start := 0; start < len(found); start += chunk {
		var ids []any
		for _, m := range found[start:min(start+chunk, len(found))] {
			ids = append(ids, m.id)
		}
		some, err := s.read(ctx, choice{where: allOf(scope, in(s.key.column, ids))}, n)
		if err != nil {
			return nil, err
		}
		for _, x := range some {
			byID[s.idOf(x)] = x
		}
	}
	var xs []*T
	for _, m := range found {
		if x := byID[m.id]; x != nil {
			xs = append(xs, x)
		}
	}
	return s.resources(ctx, xs, n)
}
