package scimtest_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// ordered makes a fault of another order of the users that a search finds.
func ordered(compare func(q *scim.Query, a, b *scim.Resource) int) func(w *world) {
	return func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil && q.SortBy != nil {
				slices.SortStableFunc(page.Resources, func(a, b *scim.Resource) int { return compare(q, a, b) })
			}
			return page, err
		}
	}
}

// paged makes a fault of another page of the users that a search finds.
func paged(change func(q *scim.Query, page *scim.Page)) func(w *world) {
	return func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil {
				change(q, page)
			}
			return page, err
		}
	}
}

// What stores do wrong with the order of what they find, and its pages.
var pageFaults = []brokenStore{
	{name: "what has no value comes first", law: "User/search/order", spoil: ordered(func(q *scim.Query, a, b *scim.Resource) int {
		v, w := q.SortValue(a), q.SortValue(b)
		if v.IsUnassigned() != w.IsUnassigned() {
			if v.IsUnassigned() != q.Descending {
				return -1
			}
			return 1
		}
		return q.Compare(a, b)
	})},
	{name: "the order is one of bytes", law: "User/search/order", spoil: ordered(func(q *scim.Query, a, b *scim.Resource) int {
		v, w := q.SortValue(a), q.SortValue(b)
		if v.IsUnassigned() || w.IsUnassigned() || v.Kind() != schema.KindString {
			return q.Compare(a, b)
		}
		if q.Descending {
			v, w = w, v
		}
		return strings.Compare(v.Text(), w.Text())
	})},
	{name: "the first value counts, not the primary one", law: "User/search/order", spoil: func(w *world) {
		value := w.users.Type().Attribute("emails").SubAttribute("value")
		ordered(func(q *scim.Query, a, b *scim.Resource) int {
			if *q.SortBy != value.Path() {
				return q.Compare(a, b)
			}
			last := func(r *scim.Resource) schema.Value {
				if v := r.At(value.Path()); v.Len() > 0 {
					return v.Index(v.Len() - 1)
				}
				return schema.Value{}
			}
			v, w := last(a), last(b)
			switch {
			case v.IsUnassigned() || w.IsUnassigned():
				return q.Compare(a, b)
			case q.Descending:
				return value.Compare(w, v)
			}
			return value.Compare(v, w)
		})(w)
	}},
	{name: "descending is not looked at", law: "User/search/order", spoil: ordered(func(q *scim.Query, a, b *scim.Resource) int {
		c := *q
		c.Descending = false
		return c.Compare(a, b)
	})},
	{name: "equals are in any order", law: "User/search/order", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil {
				rand.Shuffle(len(page.Resources), func(i, j int) {
					page.Resources[i], page.Resources[j] = page.Resources[j], page.Resources[i]
				})
				slices.SortStableFunc(page.Resources, q.Compare)
			}
			return page, err
		}
	}},
	{name: "StartIndex counts from 0", law: "User/search/pages", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			c := *q
			c.StartIndex++
			return w.users.Store.Search(ctx, &c)
		}
	}},
	{name: "TotalResults counts the page", law: "User/search/pages", spoil: paged(func(_ *scim.Query, p *scim.Page) { p.TotalResults = len(p.Resources) })},
	{name: "Count 0 is no limit", law: "User/search/pages", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			c := *q
			if c.Count == 0 {
				c.Count = 100
			}
			return w.users.Store.Search(ctx, &c)
		}
	}},
	{name: "a page beyond the end is the last one", law: "User/search/pages", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil && q.StartIndex > page.TotalResults && q.Count > 0 {
				c := *q
				c.StartIndex = max(1, page.TotalResults)
				return w.users.Store.Search(ctx, &c)
			}
			return page, err
		}
	}},
	{name: "a page beyond the end counts nothing", law: "User/search/pages", spoil: paged(func(_ *scim.Query, p *scim.Page) {
		if len(p.Resources) == 0 {
			p.TotalResults = 0
		}
	})},
	{name: "the order of pages is one of the page", law: "User/search/pages", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			c := *q
			c.SortBy = nil
			page, err := w.users.Store.Search(ctx, &c)
			if err == nil {
				slices.SortStableFunc(page.Resources, q.Compare)
			}
			return page, err
		}
	}},
	{name: "a cursor leaves out where it stands", law: "User/cursor/pages", spoil: func(w *world) {
		w.users.after = func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
			page, err := w.users.Store.SearchAfter(ctx, q, cursor)
			if err == nil && cursor != "" && len(page.Resources) > 1 {
				page.Resources = page.Resources[1:]
			}
			return page, err
		}
	}},
	{name: "a cursor does not know equals apart", law: "User/cursor/pages", spoil: func(w *world) {
		// Keyset pagination without the id as the last key.
		w.users.after = func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
			all, err := w.users.Store.Search(ctx, &scim.Query{Filter: q.Filter, SortBy: q.SortBy, Descending: q.Descending, StartIndex: 1, Count: 1000})
			if err != nil {
				return nil, err
			}
			from := 0
			if cursor != "" {
				i := slices.IndexFunc(all.Resources, func(r *scim.Resource) bool { return r.ID == cursor })
				for from = i + 1; q.SortBy != nil && from < len(all.Resources) && q.Compare(all.Resources[i], all.Resources[from]) == 0; {
					from++
				}
			}
			page := &scim.Page{TotalResults: all.TotalResults, Resources: all.Resources[from:min(from+q.Count, len(all.Resources))]}
			if n := len(page.Resources); n > 0 && from+n < len(all.Resources) {
				page.Next = page.Resources[n-1].ID
			}
			return page, nil
		}
	}},
	{name: "a cursor is an index", law: "User/cursor/what comes and goes", spoil: func(w *world) {
		w.users.after = func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
			at, _ := strconv.Atoi(cursor)
			c := *q
			c.StartIndex = at + 1
			page, err := w.users.Store.Search(ctx, &c)
			if err == nil && at+len(page.Resources) < page.TotalResults {
				page.Next = strconv.Itoa(at + len(page.Resources))
			}
			return page, err
		}
	}},
	{name: "a cursor that is none starts again", law: "User/cursor/that is none", spoil: func(w *world) {
		w.users.after = func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
			page, err := w.users.Store.SearchAfter(ctx, q, cursor)
			if err != nil {
				return w.users.Store.SearchAfter(ctx, q, "")
			}
			return page, err
		}
	}},
	{name: "a cursor that is none is a failure", law: "User/cursor/that is none", spoil: func(w *world) {
		w.users.after = func(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
			page, err := w.users.Store.SearchAfter(ctx, q, cursor)
			if err != nil {
				err = errors.New("illegal base64 data")
			}
			return page, err
		}
	}},
}
