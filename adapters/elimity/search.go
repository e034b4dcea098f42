package elimity

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	theirs "github.com/elimity-com/scim"

	"github.com/embedscim/scim"
)

// maxFound bounds what is read for a query by one of [Options.Filters]: a handler that returns more ignores the filter, and what
// is read then has to be within [scim.Config].MaxScan.
const maxFound = 10_000

// List returns an iterator over all resources, in the handler's order. It asks GetAll for one page after the other until a page
// is empty or has nothing new, whatever its TotalResults says: some handlers return everything at once, some count the page
// only. As with all pages by index, what is created or deleted in between shifts them.
func (s *Store) List(ctx context.Context, _ scim.Projection) iter.Seq2[*scim.Resource, error] {
	return s.all(ctx, nil)
}

// all returns an iterator over the resources that GetAll returns for the term, nil for all resources.
func (s *Store) all(ctx context.Context, x *term) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		seen := map[string]bool{}
		for start := 1; ; {
			page, err := s.getAll(ctx, start, s.pageSize, x)
			if err != nil {
				yield(nil, err)
				return
			}
			before := len(seen)
			for _, one := range page.Resources {
				if seen[one.ID] {
					continue
				}
				seen[one.ID] = true
				if r, err := s.resource(one, ""); !yield(r, err) || err != nil {
					return
				}
			}
			if len(seen) == before {
				return
			}
			start += len(page.Resources)
		}
	}
}

// getAll asks the handler for a page, with the request that elimity's server would have had.
func (s *Store) getAll(ctx context.Context, start, count int, x *term) (theirs.Page, error) {
	if err := ctx.Err(); err != nil {
		return theirs.Page{}, err
	}
	params := theirs.ListRequestParams{StartIndex: start, Count: count}
	query := url.Values{"startIndex": {strconv.Itoa(start)}, "count": {strconv.Itoa(count)}}
	if x != nil {
		params.FilterValidator = s.filters.validator(x)
		query.Set("filter", x.text)
	}
	r := s.request(ctx, http.MethodGet, "")
	r.URL.RawQuery = query.Encode()
	r.RequestURI = r.URL.RequestURI()
	page, err := s.handler.GetAll(r, params)
	return page, failure(err)
}

// Search answers what GetAll can: pages of all resources in its own order, and queries by one of [Options.Filters], alone or
// joined to others with and. What it returns is filtered again and counted. For all other queries it returns
// [errors.ErrUnsupported], and the handler reads all resources.
func (s *Store) Search(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	if q.Filter == nil && q.SortBy == nil {
		return s.page(ctx, q)
	}
	if q.Filter == nil {
		return nil, errors.ErrUnsupported
	}
	x := s.filters.find(q.Filter.Expr())
	if x == nil {
		return nil, errors.ErrUnsupported
	}
	var found []*scim.Resource
	n := 0
	for r, err := range s.all(ctx, x) {
		if err != nil {
			return nil, err
		}
		if n++; n > maxFound {
			return nil, errors.ErrUnsupported
		}
		if q.Filter.Match(r) {
			found = append(found, r)
		}
	}
	if q.SortBy != nil {
		slices.SortStableFunc(found, q.Compare)
	}
	page := &scim.Page{TotalResults: len(found)}
	if start := q.StartIndex - 1; start < len(found) {
		page.Resources = found[start : start+min(q.Count, len(found)-start)]
	}
	return page, nil
}

// page returns a page of all resources as GetAll counts and cuts it, unless that can't be right: a total that is too small
// would make the client take resources for deleted.
func (s *Store) page(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	count := max(1, q.Count)
	got, err := s.getAll(ctx, q.StartIndex, count, nil)
	if err != nil {
		return nil, err
	}
	n, end := len(got.Resources), q.StartIndex-1+len(got.Resources)
	if got.TotalResults < end {
		return nil, errors.ErrUnsupported
	}
	if n > 0 && got.TotalResults == end {
		// Either this is the end, or only the page was counted.
		more, err := s.getAll(ctx, end+1, 1, nil)
		if err != nil {
			return nil, err
		}
		if len(more.Resources) > 0 {
			return nil, errors.ErrUnsupported
		}
	}
	out := &scim.Page{TotalResults: got.TotalResults}
	for _, one := range got.Resources[:min(n, q.Count)] {
		r, err := s.resource(one, "")
		if err != nil {
			return nil, err
		}
		out.Resources = append(out.Resources, r)
	}
	return out, nil
}
