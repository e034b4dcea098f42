package scimtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
)

var searchLaws = []storeLaw{
	{
		name: "filters",
		why:  "Search finds what evaluating the filter on each resource finds, and counts it (RFC 7644 §3.4.2.2). A filter that the store can't do it leaves to the handler with errors.ErrUnsupported.",
		run: func(t *trial) {
			p := t.populate(1, len(words))
			terms := p.terms()
			filters := slices.Clone(terms)
			for range 200 {
				filters = append(filters, p.joined(terms, 1+p.rnd.IntN(3)))
			}
			all := t.list(t.subject)
			found, left := 0, 0
			for _, text := range filters {
				q := t.query(text, "")
				page, ok := t.search(text, q)
				if !ok {
					left++
					continue
				}
				want := t.brute(all, q)
				t.finds(fmt.Sprintf("Search for %s", text), want, page)
				found += len(want)
			}
			if found == 0 && left < len(filters) {
				t.fail("the suite's filters find nothing in %d resources", len(all))
			}
			if left == len(filters) {
				t.skip("Search leaves all filters to the handler, which reads all resources for each")
			}
			if left > 0 {
				t.log(fmt.Sprintf("Search leaves %d of %d filters to the handler, which reads all resources for each", left, len(filters)))
			}
		},
	},
	{
		name: "order",
		why:  "Search sorts as Query.Compare says, without a value last, or first if descending; equals are in an order that does not change between calls (RFC 7644 §3.4.2.3).",
		run: func(t *trial) {
			p := t.populate(2, 30)
			all := t.list(t.subject)
			for _, by := range p.sorts() {
				for _, descending := range []bool{false, true} {
					q := t.query("", by)
					q.Descending = descending
					what := fmt.Sprintf("Search sorted by %q, descending: %v", by, descending)
					page, ok := t.search(what, q)
					if !ok {
						continue
					}
					t.sorted(what, t.brute(all, q), page.Resources, q)
					again, ok := t.search(what, q)
					if ok && !slices.Equal(ids(page.Resources), ids(again.Resources)) {
						t.fail("%s, twice: expected one order, got %v and %v", what, ids(page.Resources), ids(again.Resources))
					}
				}
			}
		},
	},
	{
		name: "pages",
		why:  "StartIndex and Count cut pages out of the matches, which cover each once; TotalResults counts all; Count 0 asks for it alone; a page beyond the end is empty (RFC 7644 §3.4.2.4).",
		run: func(t *trial) {
			p := t.populate(3, 17)
			all := t.list(t.subject)
			for _, text := range []string{"", `meta.resourceType eq "` + t.name + `"`, fmt.Sprintf("id ne %s", Quote(p.ids[0]))} {
				for _, by := range append([]string{""}, p.sorts()[:2]...) {
					q := t.query(text, by)
					want := t.brute(all, q)
					what := fmt.Sprintf("Search for %q sorted by %q", text, by)
					for _, count := range []int{1, 4, len(want), len(want) + 1, math.MaxInt32} {
						var got []*scim.Resource
						q.Count = count
						ok := true
						for q.StartIndex = 1; q.StartIndex <= len(want) && ok; {
							var page *scim.Page
							if page, ok = t.search(what, q); !ok {
								break
							}
							if n := min(count, len(want)-q.StartIndex+1); len(page.Resources) != n || page.TotalResults != len(want) {
								t.fail("%s from %d on, Count %d: expected %d resources and TotalResults %d, got %d and %d", what, q.StartIndex, count, n, len(want), len(page.Resources), page.TotalResults)
							}
							got = append(got, page.Resources...)
							q.StartIndex += len(page.Resources)
						}
						if ok {
							t.sorted(fmt.Sprintf("%s in pages of %d", what, count), want, got, q)
						}
					}
					for _, edge := range []struct{ start, count int }{{1, 0}, {len(want) + 1, 5}, {1000, 5}, {math.MaxInt32, math.MaxInt32}, {5, 0}} {
						q.StartIndex, q.Count = edge.start, edge.count
						page, ok := t.search(what, q)
						if ok && (len(page.Resources) > 0 || page.TotalResults != len(want)) {
							t.fail("%s from %d on, Count %d: expected no resources and TotalResults %d, got %d and %d", what, edge.start, edge.count, len(want), len(page.Resources), page.TotalResults)
						}
					}
				}
			}
		},
	},
	{
		name: "what is found is whole",
		why:  "Search returns resources as Get does, and they are the caller's.",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			page, ok := t.search("all", t.query("", ""))
			if !ok {
				t.skip("Search returned errors.ErrUnsupported")
			}
			i := slices.Index(ids(page.Resources), made.ID)
			if i < 0 {
				t.fail("Search for all: expected %q among them", made.ID)
			}
			t.identical(t.subject, "Search", made, t.whole(page.Resources[i]))
			spoil(page.Resources[i])
			t.unchanged(t.subject, "changing what Search returned", made)
		},
	},
	{
		name: "finds what was written last",
		why:  "After a write that succeeded, a search sees it: identity providers look for what they have just created (RFC 7644 §3.3).",
		run: func(t *trial) {
			made := t.create(t.subject, t.full(t.subject, 0))
			finds := func(op string, r *scim.Resource, want bool) {
				for _, l := range append(t.unique(), t.settable(r)...) {
					if !l.shown() {
						continue
					}
					text := fmt.Sprintf("%s eq %s", l, Quote(r.At(l.Path).Text()))
					page, ok := t.search(text, t.query(text, ""))
					if ok && slices.Contains(ids(page.Resources), made.ID) != want {
						t.fail("Search for %s after %s: expected that it finds the resource: %v, got %v", text, op, want, !want)
					}
				}
			}
			finds("Create", made, true)
			next := t.next(t.subject, made, 1)
			t.replace(t.subject, next)
			finds("Replace", next, true)
			finds("Replace by something else", made, false)
			if t.caps.Has(scim.CanUpdate) {
				last := next
				next = t.next(t.subject, made, 2)
				_, err := t.updater().Update(t.ctx, made.ID, scim.Projection{}, func(r *scim.Resource) error {
					r.ExternalID, r.Attributes = next.ExternalID, next.Attributes
					return nil
				})
				if errors.Is(err, errors.ErrUnsupported) {
					next = last
				} else {
					t.must(err, "Update(%q)", made.ID)
					finds("Update", next, true)
					finds("Update to something else", last, false)
				}
			}
			t.must(t.Store.Delete(t.ctx, made.ID, ""), "Delete(%q)", made.ID)
			finds("Delete", next, false)
		},
	},
}

// query returns a query for the first thousand matches.
func (t *trial) query(text, sortBy string) *scim.Query {
	q := &scim.Query{StartIndex: 1, Count: 1000}
	if text != "" {
		x, err := filter.Parse(text)
		t.must(err, "parsing the suite's filter %s", text)
		q.Filter, err = filter.Check(t.Type, x)
		t.must(err, "checking the suite's filter %s", text)
	}
	if sortBy != "" {
		p := t.path(sortBy)
		q.SortBy = &p
	}
	return q
}

// search asks the store, and reports whether it can tell.
func (t *trial) search(what string, q *scim.Query) (*scim.Page, bool) {
	page, err := t.Store.(scim.Searcher).Search(t.ctx, q)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, false
	}
	t.must(err, "Search for %s", what)
	if page == nil {
		t.fail("Search for %s: expected a page, got nil", what)
	}
	return page, true
}

// finds ends the law unless the page has the wanted resources in any order.
func (t *trial) finds(what string, want []*scim.Resource, page *scim.Page) {
	a, b := slices.Sorted(slices.Values(ids(want))), slices.Sorted(slices.Values(ids(page.Resources)))
	if !slices.Equal(a, b) {
		t.fail("%s: %s", what, t.difference(want, page.Resources))
	}
	if page.TotalResults != len(want) {
		t.fail("%s: expected TotalResults %d, got %d", what, len(want), page.TotalResults)
	}
}

// difference says what of two sets of resources is missing or too much.
func (t *trial) difference(want, got []*scim.Resource) string {
	var b strings.Builder
	fmt.Fprintf(&b, "expected %d resources, got %d", len(want), len(got))
	has := ids(got)
	for _, r := range want {
		if !slices.Contains(has, r.ID) {
			fmt.Fprintf(&b, "; missing %s", show(r))
			break
		}
	}
	wants := ids(want)
	for _, r := range got {
		if !slices.Contains(wants, r.ID) {
			fmt.Fprintf(&b, "; not wanted %s", show(r))
			break
		}
	}
	return b.String()
}

// sorted ends the law unless got has the wanted resources, each once, in the order of q.
func (t *trial) sorted(what string, want, got []*scim.Resource, q *scim.Query) {
	t.finds(what, want, &scim.Page{Resources: got, TotalResults: len(want)})
	for i := 1; i < len(got); i++ {
		if a, b := got[i-1], got[i]; q.Compare(t.whole(a), t.whole(b)) > 0 {
			t.fail("%s: expected %s not before %s", what, shown(q.SortValue(a)), shown(q.SortValue(b)))
		}
	}
}

// sorts returns attributes to sort by.
func (p *population) sorts() []string {
	out := []string{"id", "meta.created", "meta.lastModified"}
	for _, l := range p.leaves {
		if l.shown() {
			out = append(out, l.String())
		}
	}
	return out
}

// brute returns what a query selects, by evaluating it on all resources.
func (t *trial) brute(all []*scim.Resource, q *scim.Query) []*scim.Resource {
	var found []*scim.Resource
	for _, r := range all {
		if q.Filter == nil || q.Filter.Match(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, q.Compare)
	return found
}
