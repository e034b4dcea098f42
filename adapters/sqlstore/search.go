package sqlstore

import (
	"context"
	"slices"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// Search returns the page that q asks for; see [scim.Searcher]. Without SortBy, and among equals, resources are in the order of
// their keys. The database does what it can do exactly as [scim.Query] asks for; rows that are left to look at are read, up to
// [Table.MaxScan].
func (s *Store) Search(ctx context.Context, q *scim.Query) (page *scim.Page, err error) {
	t, err := s.tenant(ctx)
	if err != nil {
		return nil, err
	}
	err = s.snapshot(ctx, func(ctx context.Context) error {
		c, err := s.narrowed(ctx, t, q)
		if err == nil {
			page, err = s.search(ctx, t, q, c)
		}
		return err
	})
	return page, err
}

// narrowed returns what SQL can say about the filter of q.
func (s *Store) narrowed(ctx context.Context, t tenant, q *scim.Query) (cond, error) {
	if q.Filter == nil {
		return constant(true), nil
	}
	w, err := s.translator(ctx, t)
	if err != nil {
		return cond{}, err
	}
	return w.where(q.Filter.Expr()), nil
}

func (s *Store) search(ctx context.Context, t tenant, q *scim.Query, c cond) (*scim.Page, error) {
	skip, count := max(0, q.StartIndex-1), max(0, q.Count)
	if q.Filter != nil && q.SortBy == nil && skip == 0 && count > 0 {
		// Most filters look for one resource: then there is nothing to count.
		page, err := s.few(ctx, t, q, c, count)
		if page != nil || err != nil {
			return page, err
		}
	}
	o, sorts := s.order(q)
	total, exact := 0, false
	if sorts {
		var err error
		if total, exact, err = s.count(ctx, t, c, o); err != nil {
			return nil, err
		}
	}
	if !exact {
		return s.sift(ctx, t, q, c, skip, count)
	}
	page := &scim.Page{TotalResults: total}
	if count == 0 || skip >= total {
		return page, nil
	}
	rows, err := s.rows(ctx, t, c.may, sqlf(" ORDER BY %sLIMIT ? OFFSET ?", o.by, count, skip))
	if err != nil {
		return nil, err
	}
	page.Resources, err = s.resources(ctx, t, rows, s.needs(q.Projection))
	return page, err
}

// fewest is how many candidates few looks at, whatever the size of a page.
const fewest = 20

// few answers a query whose candidates are no more than a page; it returns nil if they are more. They are not put in order by
// the database, which would rather read all rows in that order than find the few by an index.
func (s *Store) few(ctx context.Context, t tenant, q *scim.Query, c cond, count int) (*scim.Page, error) {
	limit := max(count, fewest)
	rows, err := s.rows(ctx, t, c.may, sqlf(" LIMIT ?", limit+1))
	if err != nil || len(rows) > limit {
		return nil, err
	}
	if !c.unsure.is(never) {
		found, err := s.matches(ctx, t, q, rows)
		if err != nil {
			return nil, err
		}
		kept := rows[:0]
		for i, r := range rows {
			if found[i] != nil {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	if len(rows) > count && s.cfg.Key.Kind != KeyInteger {
		// The next page must go on in the order that the database has for texts.
		return nil, nil
	}
	slices.SortFunc(rows, func(a, b *row) int { return compareKeys(s.cfg.Key.Kind, keyText(a.key), keyText(b.key)) })
	page := &scim.Page{TotalResults: len(rows)}
	page.Resources, err = s.resources(ctx, t, rows[:min(len(rows), count)], s.needs(q.Projection))
	return page, err
}

// An ordering is the order of a query as SQL.
type ordering struct {
	by     frag // the keys of ORDER BY, and a blank
	unsure frag // holds for rows that the database may put in another place than Query.Compare
}

// order translates the order of q, if the database has all that takes.
func (s *Store) order(q *scim.Query) (ordering, bool) {
	o := ordering{by: frag{text: "t." + s.key + " "}, unsure: never}
	if q.SortBy == nil {
		return o, true
	}
	x := ""
	p := *q.SortBy
	f := s.fieldAt(p)
	switch {
	case f != nil && f.target.Type == schema.TypeString && f.col.Convert == nil && !f.secret && f.col.Empty == nil:
		switch {
		case f.target.Exact():
			x = s.d.exact("t." + f.column)
		case f.col.Folded != "":
			x = s.d.exact("t." + s.d.quote(f.col.Folded))
		default:
			x = s.d.lower("t." + f.column)
			o.unsure = frag{text: "(t." + f.column + " IS NOT NULL AND " + s.d.wide("t."+f.column) + ")"}
		}
	case f != nil && f.target.Type == schema.TypeInteger && f.col.Convert == nil && !f.col.AsText && f.col.Empty == nil:
		x = "t." + f.column
	case p.Attribute != nil && p.Attribute.Name == "externalId" && f == nil && s.companion != "":
		x = s.d.exact("c.external_id")
	case p.Attribute != nil && p.Attribute.Name == "meta" && p.Sub != nil && s.companion != "" && s.cfg.Created == "" && p.Sub.Name == "created":
		x = "c.created"
	case p.Attribute != nil && p.Attribute.Name == "meta" && p.Sub != nil && s.companion != "" && s.cfg.Created == "" && s.cfg.Updated == "" && p.Sub.Name == "lastModified":
		x = "c.modified"
	default:
		return o, false
	}
	dir := ""
	if q.Descending {
		dir = " DESC"
	}
	// Resources without a value come last, or first if the order descends.
	o.by = frag{text: "CASE WHEN " + x + " IS NULL THEN 1 ELSE 0 END" + dir + ", " + x + dir + ", t." + s.key + " "}
	return o, true
}

// count returns how many rows fulfil c, unless some have to be looked at.
func (s *Store) count(ctx context.Context, t tenant, c cond, o ordering) (n int, exact bool, err error) {
	doubt := anyOf(c.unsure, o.unsure)
	if doubt.is(always) {
		return 0, false, nil
	}
	f := sqlf("SELECT COUNT(*)%s WHERE %s", s.from(t), allOf(s.visible(t), c.may))
	if !doubt.is(never) {
		f = sqlf("SELECT COUNT(*), COUNT(CASE WHEN %s THEN 1 END)%s WHERE %s", doubt, s.from(t), allOf(s.visible(t), c.may))
	}
	exact = true
	err = s.query(ctx, f, func(v []any) error {
		total, _ := intOf(v[0])
		n = int(total)
		if len(v) > 1 {
			doubtful, _ := intOf(v[1])
			exact = doubtful == 0
		}
		return nil
	})
	return n, exact, err
}

// matches returns the resources that rows are, with what the query looks at, or nil for those that do not fulfil its filter.
func (s *Store) matches(ctx context.Context, t tenant, q *scim.Query, rows []*row) ([]*scim.Resource, error) {
	n := s.seeing(q)
	found, err := s.resources(ctx, t, rows, n)
	if err != nil {
		return nil, err
	}
	for i, r := range found {
		if q.Filter != nil && !q.Filter.Match(r) {
			found[i] = nil
		}
	}
	return found, nil
}

// seeing returns what the filter and the order of q look at.
func (s *Store) seeing(q *scim.Query) needs {
	n := needs{children: make([]bool, len(s.children)), links: make([]bool, len(s.links))}
	var paths []schema.Path
	if q.Filter != nil {
		paths = q.Filter.Paths()
	}
	if q.SortBy != nil {
		paths = append(paths, *q.SortBy)
	}
	for _, p := range paths {
		for i, c := range s.children {
			n.children[i] = n.children[i] || c.attr == p.Attribute
		}
		for i, l := range s.links {
			n.links[i] = n.links[i] || l.attr == p.Attribute
		}
		n.groups = n.groups || s.groups != nil && s.groups == p.Attribute
		if p.Attribute == nil || p.Attribute.IsCommon() && p.Attribute.Name == "schemas" {
			// The schemas of a resource follow from its attributes.
			for i := range n.children {
				n.children[i] = true
			}
		}
	}
	return n
}

// A match is a resource that fulfils a filter, and what it is sorted by.
type match struct {
	key    any
	sorted *scim.Resource // with the attribute that it is sorted by alone
}

// sifted returns all that fulfil the filter of q, in its order, looking at each candidate.
func (s *Store) sifted(ctx context.Context, t tenant, q *scim.Query, c cond) ([]match, error) {
	var out []match
	seen := 0
	for rows, err := range s.scan(ctx, t, c.may) {
		if err != nil {
			return nil, err
		}
		if seen += len(rows); seen > s.cfg.MaxScan {
			return nil, scim.Errorf(scim.ErrTooMany, "There are more than %d resources to look through: use a filter by an attribute that the service can look up, such as userName or externalId.", s.cfg.MaxScan)
		}
		found, err := s.matches(ctx, t, q, rows)
		if err != nil {
			return nil, err
		}
		for i, r := range found {
			if r == nil {
				continue
			}
			m := match{key: rows[i].key}
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
func (s *Store) sift(ctx context.Context, t tenant, q *scim.Query, c cond, skip, count int) (*scim.Page, error) {
	found, err := s.sifted(ctx, t, q, c)
	if err != nil {
		return nil, err
	}
	page := &scim.Page{TotalResults: len(found)}
	if skip < len(found) {
		page.Resources, err = s.pick(ctx, t, q, found[skip:min(len(found), skip+count)])
	}
	return page, err
}

// pick returns the resources that matches are, but those that have gone meanwhile.
func (s *Store) pick(ctx context.Context, t tenant, q *scim.Query, found []match) ([]*scim.Resource, error) {
	if len(found) == 0 {
		return nil, nil
	}
	keys := make([]any, len(found))
	for i, m := range found {
		keys[i] = m.key
	}
	byKey := map[string]*row{}
	for start := 0; start < len(keys); start += chunk {
		rows, err := s.rows(ctx, t, in("t."+s.key, keys[start:min(start+chunk, len(keys))]), frag{})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			byKey[keyText(r.key)] = r
		}
	}
	rows := make([]*row, 0, len(keys))
	for _, k := range keys {
		if r := byKey[keyText(k)]; r != nil {
			rows = append(rows, r)
		}
	}
	return s.resources(ctx, t, rows, s.needs(q.Projection))
}
