package scim

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/embedscim/scim/filter"
)

// root answers a query over all resource types (RFC 7644 §3.4.2.1). Each type has an operation of its own, which the interceptors
// see and may refuse; then the whole query is refused. The resources come in the order of Config.Resources, unless sorted.
func (q *request) root() (*response, error) {
	at, err := q.position()
	if err != nil {
		return nil, err
	}
	parts, err := q.parts(at)
	if err != nil {
		return nil, err
	}
	var total int
	var found []*Resource
	if q.params.sortBy == "" {
		total, found, err = inTurn(parts, at)
	} else {
		total, found, err = merged(parts, at, q.h.cfg.MaxScan)
	}
	if err != nil {
		return nil, err
	}
	page := &Page{Resources: found, TotalResults: total}
	if at.byCursor {
		page = page.byIndex(at.start, at.count, min(at.count, max(0, total-at.start+1)))
	}
	return &response{status: http.StatusOK, page: q.listing(at, page, found)}, nil
}

// A part is what a query over all resource types asks one of them.
type part struct{ request }

// parts returns the parts of the query, without those that have nothing to find.
func (q *request) parts(at position) ([]*part, error) {
	var out []*part
	sorted := q.params.sortBy == ""
	for _, rs := range q.h.types {
		p := &part{*q}
		if err := p.begin(rs); err != nil {
			return nil, err
		}
		p.op.Kind = KindQuery
		x, err := p.readFilter()
		if err != nil {
			q.hint = p.hint
			return nil, err
		}
		var checked *filter.Checked
		all := true
		if x != nil {
			if checked, all, err = filter.CheckAny(rs.ResourceType, x); err != nil {
				return nil, err
			}
		}
		if p.op.Query, err = p.query(at, checked); err != nil {
			return nil, err
		}
		// As with filters, an attribute that the type does not have has no value.
		if _, err := rs.Path(q.params.sortBy); err == nil && q.params.sortBy != "" {
			path, err := sortPath(rs.ResourceType, q.params.sortBy)
			if err != nil {
				return nil, err
			}
			p.op.Query.SortBy, sorted = &path, true
		}
		if checked != nil || all {
			out = append(out, p)
		}
	}
	if !sorted {
		return nil, Errorf(ErrInvalidValue, "sortBy: no resource type has an attribute of this name.")
	}
	return out, nil
}

// ask runs the part's query for count resources from start on, and adds how many there are to total.
func (p *part) ask(start, count int, total *int) ([]*Resource, error) {
	p.op.Query.StartIndex, p.op.Query.Count = start, count
	page, err := p.find(p.route.rs.runQuery)
	if err != nil {
		return nil, err
	}
	if page.TotalResults < 0 {
		return nil, fmt.Errorf("a page of %s has no total", p.route.rs.Name())
	}
	*total += page.TotalResults
	return page.Resources, nil
}

// inTurn returns the page of all resources, those of each type after those of the one before. Each store is asked only for what
// is on the page.
func inTurn(parts []*part, at position) (total int, found []*Resource, err error) {
	for _, p := range parts {
		// Positions count, not what is found: an interceptor may have taken resources out.
		reached := max(0, total-at.start+1)
		page, err := p.ask(max(1, at.start-total), max(0, at.count-reached), &total)
		if err != nil {
			return 0, nil, err
		}
		for _, r := range page {
			found = append(found, p.represent(r))
		}
	}
	return total, found, nil
}

// merged returns the page of all resources in the order of q.SortBy. Where a resource stands depends on all types, so each store
// is asked for everything up to the end of the page, which is bounded.
func merged(parts []*part, at position, limit int) (total int, found []*Resource, err error) {
	end := at.start - 1 + at.count
	if end > limit {
		return 0, nil, Errorf(ErrTooMany, "Sorted over all resource types, no more than %d resources can be paged through: query one type, or use a narrower filter.", limit)
	}
	heads := make([][]*Resource, len(parts))
	for i, p := range parts {
		p.op.Query.Projection = p.op.Projection.seeing(p.op.Query)
		if heads[i], err = p.ask(1, end, &total); err != nil {
			return 0, nil, err
		}
	}
	for position := 0; position < end; position++ {
		first := -1
		for i, h := range heads {
			if len(h) > 0 && (first < 0 || compareAcross(parts[i], h[0], parts[first], heads[first][0]) < 0) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		if position >= at.start-1 {
			found = append(found, parts[first].represent(heads[first][0]))
		}
		heads[first] = heads[first][1:]
	}
	return total, found, nil
}

// compareAcross is [Query.Compare] for resources of two types.
func compareAcross(p *part, a *Resource, q *part, b *Resource) int {
	v, w := p.op.Query.SortValue(a), q.op.Query.SortValue(b)
	c := 0
	switch none, other := v.IsUnassigned(), w.IsUnassigned(); {
	case none && other:
	case none:
		c = 1
	case other:
		c = -1
	case v.Kind() != w.Kind():
		c = cmp.Compare(v.Kind(), w.Kind())
	default:
		c = p.op.Query.SortBy.Target().Compare(v, w)
	}
	if p.op.Query.Descending {
		return -c
	}
	return c
}
